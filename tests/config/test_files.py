"""Configurations on disk: directories, globs, absolute names, what can't be read."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from loading import codes, problem

from identify.configuration import Configuration
from identify.errors import ConfigError

ENDPOINT = "[{}]\ntype=endpoint\n"


def write(directory: Path, **texts: str) -> Path:
    """Write files named without ``.conf``."""
    for name, text in texts.items():
        (directory / f"{name}.conf").write_text(text, encoding="utf-8")
    return directory


def test_directory_and_file(tmp_path: Path) -> None:
    """A directory with a pjsip.conf, or the file itself; the wizard file beside it is read too."""
    write(tmp_path, pjsip=ENDPOINT.format("a"), pjsip_wizard="[w]\ntype=wizard\nremote_hosts=1.1.1.1\n")

    for path in (tmp_path, tmp_path / "pjsip.conf", str(tmp_path)):
        assert list(Configuration.from_path(path).endpoints) == ["a", "w"]


def test_file_of_another_name(tmp_path: Path) -> None:
    """A file given by name is read as pjsip.conf, whatever it is called."""
    configuration = Configuration.from_path(write(tmp_path, trunks=ENDPOINT.format("a")) / "trunks.conf")

    assert configuration.endpoints["a"].origin.file == "trunks.conf"


def test_relative_to_the_current_directory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A bare file name means the current directory."""
    write(tmp_path, pjsip="#include more.conf\n", more=ENDPOINT.format("a"))
    monkeypatch.chdir(tmp_path)

    assert list(Configuration.from_path("pjsip.conf").endpoints) == ["a"]


def test_includes_are_relative_to_the_configuration_directory(tmp_path: Path) -> None:
    """Not to the including file."""
    (tmp_path / "sub").mkdir()
    write(tmp_path, pjsip="#include sub/one.conf\n", two=ENDPOINT.format("outer"))
    write(tmp_path / "sub", one="#include two.conf\n", two=ENDPOINT.format("inner"))

    assert list(Configuration.from_path(tmp_path).endpoints) == ["outer"]


def test_absolute_include(tmp_path: Path) -> None:
    """An absolute name is taken as it is, and is the origin's file."""
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    write(elsewhere, extra=ENDPOINT.format("a"))
    write(tmp_path, pjsip=f"#include {elsewhere}/extra.conf\n#include {elsewhere}/none*.conf\n")
    assert codes(Configuration.from_path(tmp_path)) == {"include-missing"}

    write(tmp_path, pjsip=f"#include {elsewhere}/ex*.conf\n")
    configuration = Configuration.from_path(tmp_path)
    assert configuration.endpoints["a"].origin.file == f"{elsewhere}/extra.conf"


def test_globs(tmp_path: Path) -> None:
    """Patterns match in directories too, sorted, without hidden files."""
    for name in ("b", "a", ".hidden"):
        (tmp_path / f"pjsip.{name}").mkdir()
        write(tmp_path / f"pjsip.{name}", x=f"[i](+)\nmatch=10.0.0.{ord(name[0])}\n")
    write(
        tmp_path, pjsip="[i]\ntype=identify\nendpoint=i\n#include pjsip.*/[x].conf\n#include {no,no2}*.conf\n"
    )
    assert codes(Configuration.from_path(tmp_path)) == {"include-missing"}

    write(
        tmp_path,
        pjsip="[i]\ntype=identify\nendpoint=i\n#include pjsip.{b,a}/x.conf\n#include pjsip.?/x.conf\n",
    )
    rules = Configuration.from_path(tmp_path).identifies["i"].addresses
    assert [rule.text for rule in rules] == ["10.0.0.98", "10.0.0.97", "10.0.0.97", "10.0.0.98"]


def test_braces_stand_in_their_own_order(tmp_path: Path) -> None:
    """``{b,a}`` reads b first."""
    write(
        tmp_path,
        pjsip="[i]\ntype=identify\nendpoint=i\n#include {b,a}.conf\n",
        a="match=1.1.1.1\n",
        b="match=2.2.2.2\n",
    )

    rules = Configuration.from_path(tmp_path).identifies["i"].addresses
    assert [rule.text for rule in rules] == ["2.2.2.2", "1.1.1.1"]


@pytest.mark.parametrize("name", ["nowhere", "nowhere/pjsip.conf", "empty", "fifo", "nul\0"])
def test_unreadable_path(tmp_path: Path, name: str) -> None:
    """A path that can't be read is an error that names it."""
    (tmp_path / "empty").mkdir()
    os.mkfifo(tmp_path / "fifo")

    with pytest.raises(ConfigError) as caught:
        Configuration.from_path(f"{tmp_path}/{name}")

    assert caught.value.path.startswith(f"{tmp_path}/{name}")


def test_unreadable_include(tmp_path: Path) -> None:
    """An include that exists but can't be read is as one that doesn't exist, and said."""
    os.mkfifo(tmp_path / "pipe.conf")
    write(tmp_path, pjsip=ENDPOINT.format("a") + "#tryinclude pipe.conf\n")

    configuration = Configuration.from_path(tmp_path)
    assert list(configuration.endpoints) == ["a"]
    assert problem(configuration, "file-unreadable").lost == "the file pipe.conf"

    write(tmp_path, pjsip=ENDPOINT.format("a") + "#include pipe.conf\n")
    assert codes(Configuration.from_path(tmp_path)) == {"file-unreadable", "include-missing"}


def test_from_files_sees_only_the_set(tmp_path: Path) -> None:
    """Files on disk don't exist for a set of texts."""
    write(tmp_path, extra=ENDPOINT.format("a"))

    configuration = Configuration.from_files({"pjsip.conf": f"#include {tmp_path}/extra.conf\n"})
    assert codes(configuration) == {"include-missing"}


def test_from_files_without_pjsip_conf() -> None:
    """A missing pjsip.conf is a problem, and nothing is loaded."""
    configuration = Configuration.from_files({})

    assert not configuration.endpoints
    assert codes(configuration) == {"file-missing"}
