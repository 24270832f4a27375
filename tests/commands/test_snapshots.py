"""What the command prints for help and for typical mistakes, compared with files that were read by people."""

from __future__ import annotations

import os
import re
import shlex

import click
import pytest
import snapshots
from snapshots import FOLDER

from identify.commands.command import GROUPS, OTHER_OPTIONS, group_of
from identify.commands.main import ListedCommand, sip_identify


@pytest.mark.parametrize("path", snapshots.snapshots(), ids=lambda path: path.stem)
def test_snapshots(path):
    """Each command ends and prints as its file says; ``make examples`` rewrites the files, to be read before commit."""
    with snapshots.folder():
        assert snapshots.written(snapshots.snapshots()[path]) == path.read_text(encoding="utf-8")


def test_errors_are_lines():
    """No mistake gives a traceback or a box, and each that ends with status 2 has one line that names the command."""
    for path in FOLDER.glob("*.txt"):
        text = path.read_text(encoding="utf-8")
        assert "Traceback" not in text
        assert "│" not in text
        for case in text.split("\n$ ")[1:]:
            if "\nexit status 2\n" in case and "Usage:" not in case:
                assert case.replace("\\x1b", "").count("sip-identify: ") == 1, case
        assert os.fspath(FOLDER.parent) not in text


@pytest.mark.parametrize("words", list(snapshots.commands()), ids=" ".join)
def test_examples(words):
    """The examples in the help of a command are calls of it whose arguments it takes."""
    found = command_of(words)

    assert 1 <= len(found.examples) <= 3
    for example in found.examples:
        program, *arguments = shlex.split(re.split(" [<>] ", example)[0])
        if program == "sip-identify" and arguments[0] != "help":
            run, rest = found_in(arguments)
            assert run is found or isinstance(found, click.Group)
            run.make_context("example", rest)


def command_of(words):
    """Return the command that some words lead to."""
    return found_in(words[1:])[0]


def found_in(words):
    """Return the command that words begin with, and those that are left."""
    found = sip_identify
    while isinstance(found, click.Group) and words and words[0] in found.commands:
        found, words = found.commands[words[0]], words[1:]
        found = found.load() if isinstance(found, ListedCommand) else found
    return found, list(words)


def test_options_without_a_group_are_listed():
    """An option that has no group is in the last one; a command's own group goes before that of all."""
    assert group_of("simulate", "--no-such-option") == OTHER_OPTIONS == "Options"
    assert (group_of("explain", "--local"), group_of("simulate", "--local")) == ("Request", "Traffic")


def test_groups_have_options_that_exist():
    """The table of groups names no option that no command has."""
    text = (FOLDER / "help.txt").read_text(encoding="utf-8")

    for names in GROUPS.values():
        for name in names:
            assert f" {name.split(' ')[-1]}" in text, name
