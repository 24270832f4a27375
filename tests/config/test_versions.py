"""Versions of Asterisk in ``user_agent``: which texts name one, which don't, and where the line is."""

from __future__ import annotations

import time

import pytest

from identify.config.versions import user_agent_version, version_in
from identify.configuration import Configuration
from identify.model import Origin


def settings(user_agent, before=""):
    """Return the settings of a configuration with a user agent."""
    text = f"{before}[global]\ntype = global\nuser_agent = {user_agent}\n"
    return Configuration.from_files({"pjsip.conf": text}).settings


@pytest.mark.parametrize(
    ("user_agent", "version"),
    [
        ("FPBX-16.0.40.7(18.19.0)", "18.19.0"),
        ("FPBX-17.0.19(21.4.0)", "21.4.0"),
        ("FPBX-13.0.197.28(13.38.3)", "13.38.3"),
        ("FPBX-AsteriskNOW-12.0.76.2(13.9.1)", "13.9.1"),
        ("FPBX-16.0.19(18.9-cert1)", "certified/18.9-cert1"),
        ("Asterisk PBX 18.10.0", "18.10.0"),
        ("Asterisk PBX 18.10.0~dfsg+~cs6.10.40431411-2", "18.10.0"),
        ("Asterisk PBX 16.28.0~dfsg-0+deb11u4", "16.28.0"),
        ("Asterisk PBX 20.5.0-2.el8", "20.5.0"),
        ("Asterisk PBX certified/20.7-cert3", "certified/20.7-cert3"),
        ("Asterisk PBX 20.16.0-rc1", "20.16.0-rc1"),
        ("Asterisk PBX 1.8.32.3", "1.8.32.3"),
    ],
)
def test_named(user_agent, version):
    """FreePBX's form and Asterisk's own name a version; what a package appended isn't part of it."""
    assert user_agent_version(settings(user_agent)) == version


@pytest.mark.parametrize(
    "user_agent",
    [
        "",
        "Asterisk PBX",
        "Asterisk PBX GIT-master-f0c1c1a7b7M",
        "Asterisk PBX 18.10.0 of mine",
        "my Asterisk PBX 18.10.0",
        "Asterisk 18.10.0",
        "18.10.0",
        "FPBX-16.0.40.7",
        "FPBX-16.0.40.7()",
        "FPBX-16.0.40.7(GIT)",
        "FPBX-16.0.40.7(18.19.0) (17.0.0)",
        "FPBX-(18.19.0)",
        "Asterisk PBX 18..0",
        "Asterisk PBX 118.1.0",
        "Asterisk PBX 18.9-cert",
        "Asterisk PBX \u0661\u0668.1.0",
        "Asterisk PBX 1" + ".1" * 300,
        "FPBX-" + "9" * 3000 + "(18.19.0)",
    ],
)
def test_not_named(user_agent):
    """Any other text names none: nothing is guessed."""
    assert user_agent_version(settings(user_agent)) is None


def test_place():
    """The line in effect is the last one, and it is known whose it is; without one there is nothing to name."""
    text = "[base](!)\nuser_agent = FPBX-17.0.19(21.4.0)\n[global](base)\ntype = global\n"
    found = Configuration.from_files({"pjsip.conf": text}).settings
    none = Configuration.from_files({"pjsip.conf": "[global]\ntype = global\n"}).settings
    twice = settings("Asterisk PBX 18.10.0\nuser_agent = Asterisk PBX 20.15.2", before="; first\n")

    assert found.user_agent_origin == Origin("pjsip.conf", 2, "base")
    assert user_agent_version(found) == "21.4.0"
    assert (none.user_agent_origin, user_agent_version(none)) == (None, None)
    assert twice.user_agent_origin == Origin("pjsip.conf", 5, None)
    assert user_agent_version(twice) == "20.15.2"


@pytest.mark.parametrize(
    "text", ["1" * 100_000, "1." * 50_000, "1-" * 50_000, "1~" + "~" * 100_000, "1-cert" * 20_000]
)
def test_long_texts(text):
    """A text that is no version is refused at once, however long it is."""
    begun = time.perf_counter()

    assert version_in(text) is None
    assert time.perf_counter() - begun < 1
