"""Objects that don't come from the sections that were read: sorcery.conf, and includes that are missing."""

from __future__ import annotations

from pathlib import Path

import pytest

from identify.config.objects.schema import types
from identify.configuration import Configuration
from identify.explain import explain
from identify.request import Request

OBJECTS = (
    "[t]\ntype=transport\nbind=0.0.0.0\n[a]\ntype=endpoint\n[a]\ntype=identify\nendpoint=a\nmatch=192.0.2.1\n"
    "[r]\ntype=registration\nserver_uri=sip:h\nclient_uri=sip:h\nline=yes\nendpoint=a\n"
)
WIZARD = "[w]\ntype=wizard\nremote_hosts=192.0.2.2\n"


def load(sorcery: str, text: str = OBJECTS, **options: bool) -> Configuration:
    files = {"pjsip.conf": text, "pjsip_wizard.conf": WIZARD, "sorcery.conf": sorcery}
    return Configuration.from_files(files, **options)


@pytest.mark.parametrize(
    ("section", "lines", "hidden", "unknown"),
    [
        ("res_pjsip_endpoint_identifier_ip", "identify=realtime,ps_x", True, True),
        ("RES_pjsip_endpoint_identifier_ip", "identify => realtime,ps_x", True, True),
        ("res_pjsip_endpoint_identifier_ip", "Identify=realtime,ps_x", False, False),
        ("res_pjsip_endpoint_identifier_ip", "identify=memory", True, False),
        ("res_pjsip_endpoint_identifier_ip", "identify=config,other.conf,criteria=type=identify", True, True),
        (
            "res_pjsip_endpoint_identifier_ip",
            "identify=config,pjsip.conf,criteria=type=identify",
            False,
            False,
        ),
        (
            "res_pjsip_endpoint_identifier_ip",
            "identify=realtime,ps_x\nidentify=config,pjsip.conf,criteria=type=identify",
            False,
            True,
        ),
        ("res_pjsip_endpoint_identifier_ip", "identify/cache=memory_cache,maximum_objects=1", False, False),
        ("res_pjsip_endpoint_identifier_ip](!)\n[x", "identify=realtime,ps_x", False, False),
        ("res_pjsip_endpoint_identifier_ip", "identify=realtme,ps_x", True, True),
        ("res_pjsip_endpoint_identifier_ip", "identify=realtime", True, True),
        ("res_pjsip", "identify=realtime,ps_x", True, True),
        ("other_module", "identify=realtime,ps_x", False, False),
    ],
)
def test_mapping_of_identify(section: str, lines: str, hidden: bool, unknown: bool) -> None:
    """A mapped type isn't read from pjsip.conf unless a line says so; what comes from elsewhere isn't known."""
    configuration = load(f"[{section}]\n{lines}\n")

    assert ("a" in configuration.identifies) is not hidden
    assert "w-identify" in configuration.identifies
    assert [each.types for each in configuration.unknowns] == [frozenset({"identify"})] * unknown
    problems = [problem for problem in configuration.problems if problem.code == "objects-elsewhere"]
    assert len(problems) == (hidden or unknown)
    assert [bool(problem.lost) for problem in problems] == [hidden] * len(problems)


@pytest.mark.parametrize(
    ("section", "type", "objects"),
    [
        ("res_pjsip", "endpoint", "endpoints"),
        ("res_pjsip", "transport", "transports"),
        ("res_pjsip_outbound_registration", "registration", "registrations"),
    ],
)
def test_other_types(section: str, type: str, objects: str) -> None:
    """Each module maps its own types."""
    configuration = load(f"[{section}]\n{type}=realtime,ps_x\n")

    assert not [id for id in getattr(configuration, objects) if not id.startswith("w")]
    (unknown,) = configuration.unknowns
    assert type in unknown.types


def test_what_may_exist_is_not_said_to_be_missing() -> None:
    """With endpoints of a database no reference dangles, and with their transports a registration may exist."""
    endpoints = load("[res_pjsip]\nendpoint=realtime,ps_x\n")
    transports = load("[res_pjsip]\ntransport=realtime,ps_x\n")

    assert "identify-dangling" not in {problem.code for problem in endpoints.problems}
    assert [unknown.types for unknown in transports.unknowns] == [{"transport", "registration"}]


def test_second_section_counts_for_nothing() -> None:
    """Of two sections with one name the first is used."""
    name = "[res_pjsip_endpoint_identifier_ip]\n"

    assert not load(f"{name}{name}identify=realtime,ps_x\n").unknowns


def test_sorcery_that_cannot_be_read() -> None:
    """Then nothing is known of any type."""
    configuration = load("[res_pjsip\n")

    assert {type for unknown in configuration.unknowns for type in unknown.types} > {"endpoint", "identify"}


def test_line_of_a_database() -> None:
    """A registration of a database may have any token, a value that can't be one is nobody's."""
    configuration = load("[res_pjsip_outbound_registration]\nregistration=realtime,ps_x\n")

    def answer(token: str) -> str:
        request = Request(source="192.0.2.9", method="OPTIONS", to_uri=f"sip:s@h;line={token}")
        return explain(configuration, {}, request).answer

    assert answer("abcdefg") == "undetermined: any endpoint by line, else not identified"
    assert answer("ABCDEFG") == "not identified"


def test_missing_include() -> None:
    """By default the whole file is invalid, as for Asterisk; in part, what is there is read and the rest isn't known."""
    text = f"#include trunks.conf\n{OBJECTS}[b](tpl)\ntype=endpoint\n[c](b)\n[d](+)\ntype=endpoint\n"

    whole, part = load("", text), load("", text, partial=True)

    assert not whole.endpoints.keys() - {"w"}
    assert not whole.unknowns
    assert list(part.endpoints) == ["a", "w"]
    (unknown,) = part.unknowns
    assert unknown.what == "what is in 'trunks.conf'"
    assert {"endpoint", "identify", "registration", "global"} < unknown.types <= types()
    assert [problem.code for problem in part.problems] == ["include-missing"]


def test_what_was_read_before_a_missing_include_is_judged_as_ever() -> None:
    """Only what comes after the missing text can need it."""
    configuration = load("", f"[b](tpl)\n#include trunks.conf\n{OBJECTS}", partial=True)

    assert "a" not in configuration.endpoints
    assert "section-unknown-parent" in {problem.code for problem in configuration.problems}


def test_missing_include_and_global() -> None:
    """A global section that was read is taken as the only one."""
    text = "[global]\ntype=global\n#include trunks.conf\n"

    (unknown,) = load("", text, partial=True).unknowns

    assert "global" not in unknown.types


def test_missing_tryinclude_is_silent() -> None:
    """Asterisk goes on without it, so nothing is unknown."""
    configuration = load("", f"#tryinclude trunks.conf\n{OBJECTS}", partial=True)

    assert not configuration.unknowns
    assert not configuration.problems


def test_from_path_in_part(tmp_path: Path) -> None:
    """A directory is read like texts, also for a missing include of the wizard's file."""
    (tmp_path / "pjsip.conf").write_text(OBJECTS)
    (tmp_path / "pjsip_wizard.conf").write_text("#include more.conf\n")

    assert not Configuration.from_path(tmp_path).unknowns
    assert Configuration.from_path(tmp_path, partial=True).unknowns[0].origin.file == "pjsip_wizard.conf"
