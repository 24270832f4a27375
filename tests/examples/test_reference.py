"""The reference has everything that is public, and nothing that isn't so."""

from __future__ import annotations

import importlib
import re
from collections.abc import Iterator

import attrs
import click
import pytest
from consoles import DOCUMENTS, ROOT

import identify
from identify import configuration
from identify.commands.ask import given
from identify.commands.main import ListedCommand, sip_identify
from identify.commands.output.printing import SCHEMA_VERSION
from identify.commands.output.status import Status
from identify.commands.traffic import files as traffic_files
from identify.config import expansion, losses, problems
from identify.config.hostnames import dns, exchange, hosts, libc, resolv_conf, rules
from identify.config.language import additions, comments, files, globs, limits, lines, reader, table
from identify.config.objects import identifies
from identify.errors import LimitError, MessageError
from identify.explain import REASON_KINDS
from identify.explanation import header, named_endpoints, request_uri
from identify.explanation.undetermined import walk
from identify.request import Request
from identify.simulation import Outcome, refusals, replay_setup, undetermined
from identify.simulation.results import expectations, result, sources
from identify.simulation.runs import choosing
from identify.traffic.texts import heads
from identify.traffic.texts import reader as texts

REFERENCE = ROOT / "docs" / "reference"
ROW = re.compile(r"^\| (.+) \|$", re.MULTILINE)
NAMES = re.compile(r"`([A-Za-z_]+)`")


def page(name: str) -> str:
    return (REFERENCE / name).read_text(encoding="utf-8")


def rows(document: str) -> Iterator[list[str]]:
    """Yield the cells of each row of its sources."""
    for row in ROW.findall(page(document)):
        yield [cell.strip() for cell in row.split(" | ")]


def test_problem_codes() -> None:
    """The page has every code with its severity and its meaning, in the order of the program."""
    shown = [(cells[0].strip("`"), *cells[1:]) for cells in rows("problems.md") if len(cells) == 3]

    assert shown[0] == ("code", "severity", "what it says")
    assert shown[1:] == [(code, *said) for code, said in problems.CODES.items()]


def test_python_names_and_their_modules() -> None:
    """Every public name is on the page with a module that has it."""
    found: dict[str, str] = {"__version__": "identify.version"}
    for cells in rows("python.md"):
        if len(cells) == 3 and cells[1].startswith("`identify."):
            found |= dict.fromkeys(NAMES.findall(cells[0]), cells[1].strip("`"))

    assert set(found) == set(identify.__all__)
    for name, module in found.items():
        assert getattr(importlib.import_module(module), name) is getattr(identify, name)


def commands(group: click.Group) -> Iterator[click.Command]:
    """Yield every command under a group."""
    for listed in group.commands.values():
        command = listed.load() if isinstance(listed, ListedCommand) else listed
        yield command
        if isinstance(command, click.Group):
            yield from commands(command)


def test_command_options() -> None:
    """Every command and every option stands on the page."""
    shown = page("command.md")

    for command in commands(sip_identify):
        assert command.name in shown
        for param in command.params:
            for option in param.opts if isinstance(param, click.Option) else ():
                assert f"`{option}" in shown or f" {option} " in shown, option


def test_outcomes() -> None:
    """The page on the simulation has every outcome, in the order of the program, and every field of a result."""
    named = [cells[0].strip("`") for cells in rows("simulation.md")]
    fields = {name for cells in rows("simulation.md") for name in NAMES.findall(cells[0])}

    start = named.index(Outcome.IDENTIFIED.value)
    assert named[start : start + len(Outcome)] == [outcome.value for outcome in Outcome]
    assert {field.name for field in attrs.fields(result.Result)} - {"configuration"} <= fields


def test_exit_status() -> None:
    """The page has the statuses that the program ends with."""
    shown = {cells[0] for cells in rows("command.md") if cells[0].isdigit()}

    assert shown == {str(int(status)) for status in Status}


def test_json_version_and_verdicts() -> None:
    """The page on JSON has the version of the schema and every verdict."""
    shown = page("json.md")

    assert f"`schema_version` ({SCHEMA_VERSION})" in shown
    assert {verdict for verdict in REASON_KINDS if f"`{verdict}`" in shown} == set(REASON_KINDS)


LIMITS = {
    "a line": lines.MAX_LINE_BYTES,
    "a section's name": table.MAX_NAME_BYTES,
    "nested includes": reader.MAX_INCLUDE_DEPTH,
    "nested block comments": comments.MAX_COMMENT_DEPTH,
    "a file": files.MAX_FILE_BYTES,
    "all lines": limits.MAX_LINES,
    "sections and options, with what is inherited": limits.MAX_ITEMS,
    "text of all files": limits.MAX_TOTAL_CHARACTERS,
    "inherited text": limits.MAX_INHERITED_CHARACTERS,
    "steps to find the files that includes mean": limits.MAX_STEPS,
    "a value that grows by `+=`": limits.MAX_VALUE_CHARACTERS,
    "files that are included": limits.MAX_INCLUDES,
    "alternatives of braces in an include's name": globs.MAX_BRACE_EXPANSIONS,
    "directory entries looked at for an include's pattern": files.MAX_GLOB_ENTRIES,
    "comparisons for filtered additions": additions.MAX_FILTER_CHECKS,
    "items of `match`, of access lists and of `contact`, and hosts of wizards, in all": problems.MAX_ITEMS_MADE,
    "addresses of one identify object, once names are resolved": rules.MAX_ADDRESSES,
    "comparisons of addresses with the masks before them, in one identify object of a release that adds addresses after "
    "networks": identifies.MAX_COMPARISONS,
    "addresses in one answer of a resolver": rules.MAX_ADDRESSES,
    "elements of a regular expression, with its repetitions written out": expansion.MAX_NODES,
    "elements that the C library keeps for others of an expression, estimated": int(expansion.MAX_KEPT),
    "problems that are kept, errors and the others each": problems.MAX_PROBLEMS,
    "losses that JSON lists one by one": losses.MOST_LISTED,
    "a user of From": named_endpoints.USER_LIMIT,
    "dialogs that are remembered, at least": replay_setup.REMEMBERED,
    "transactions that are remembered, at least": replay_setup.REMEMBERED,
    "counted sources that are remembered, at least": replay_setup.REMEMBERED,
    "distinct sources counted for one answer": sources.MOST_SOURCES,
    "rows of unidentified sources": sources.MOST_UNIDENTIFIED,
    "rows of unidentified sources with an example": sources.MOST_EXAMPLES,
    "mismatches that are kept, and expectations that met no message": expectations.MOST_MISMATCHES,
    "rules compared to work out all possible answers of requests": undetermined.MOST_WORK,
    "rules compared to name the access lists that deny requests": refusals.MOST_WORK,
    "states of unknown objects in which one request is looked at": walk.MAX_WORK,
    "all names of a configuration": int(dns.TOTAL),
    "name servers": resolv_conf.MOST_SERVERS,
    "names that name servers are asked for at the same time, each for A and AAAA, or for SRV": exchange.MOST_AT_ONCE,
    "an answer with SRV records": libc.MOST_SERVICE_BYTES,
    "resolv.conf": resolv_conf.MOST_BYTES,
    "a file for `--names` or `--check`": hosts.MOST_BYTES,
    "`/etc/hosts`": hosts.MOST_BYTES,
    "a message": given.READ_LIMIT - 1,
    "text given to `explain` that is looked at for signs of copying": given.READ_LIMIT - 1,
    "requests that `explain` lists of traffic": choosing.MOST_LISTED,
    "files in a directory given as traffic": traffic_files.MOST_FILES,
    "skipped files of a directory that are named": traffic_files.MOST_NAMED,
    "a line of [text of a packet printer](traffic.md#text-of-packet-printers)": texts.LONGEST_LINE,
    "the line above a packet in such a text": heads.LONGEST,
    "a printed header, name and value": header.PRINTED_HEADER_LIMIT,
    "a printed request URI": request_uri.PRINTED_URI_LIMIT,
}


@pytest.mark.parametrize("what", LIMITS)
def test_limits(what: str) -> None:
    """The page has each limit as the program has it."""
    (cells,) = [cells for cells in rows("limits.md") if cells[0] == what]

    assert int(re.sub(r"\D", "", cells[1])) == LIMITS[what]


def test_length_of_messages() -> None:
    """A message of the length that the page says is read, one byte more isn't."""
    most = LIMITS["a message"]
    head = b"OPTIONS sip:a@b SIP/2.0\nVia: SIP/2.0/UDP h\nFrom: <sip:a@b>\nTo: <sip:a@b>\nCall-ID: 1\nCSeq: 1 A\n\n"

    assert Request.from_message(head.ljust(most), "192.0.2.1", 5060).method == "OPTIONS"
    with pytest.raises(MessageError):
        Request.from_message(head.ljust(most + 1), "192.0.2.1", 5060)
    with pytest.raises(LimitError):
        Request(source="192.0.2.1", headers={"X": "x" * most})


def test_security_page_has_the_limits() -> None:
    """What the page on security says of lengths is so."""
    shown = (ROOT / "SECURITY.md").read_text(encoding="utf-8").replace(",", "")

    for what in (
        "a message",
        "a printed header, name and value",
        "a printed request URI",
        "elements of a regular expression, with its repetitions written out",
    ):
        assert str(LIMITS[what]) in shown


def test_every_page_is_listed() -> None:
    """Each page of docs/ is in the index."""
    index = (ROOT / "docs" / "README.md").read_text(encoding="utf-8")

    for document in (ROOT / "docs").glob("*/*.md"):
        assert f"]({document.relative_to(ROOT / 'docs')})" in index


def test_map_of_the_compiled_part() -> None:
    """Each source of the compiled part is on its map."""
    shown = (ROOT / "_ext" / "README.md").read_text(encoding="utf-8")
    listed = set(re.findall(r"^\| `(_\w+)\.\w+` \|", shown, re.MULTILINE))

    assert {path.stem for path in (ROOT / "_ext").glob("*/_*.[ph]*")} == listed


def test_pages_name_modules_that_exist() -> None:
    """No page names a module of the package that isn't there."""
    for document in [*DOCUMENTS, ROOT / "CONTRIBUTING.md"]:
        for name in re.findall(r"`(identify/[a-z_/]+(?:\.py)?)`", document.read_text(encoding="utf-8")):
            assert (ROOT / name).exists(), (document, name)
    assert configuration.Configuration is identify.Configuration


@pytest.mark.parametrize("page_", ["identification", "supported-sip"])
def test_what_the_engine_leaves_to_the_simulation(page_: str) -> None:
    """The pages on the engine don't deny what the simulation does: they say where it is described."""
    text = (ROOT / "docs" / "explanation" / f"{page_}.md").read_text(encoding="utf-8")

    assert "](simulation.md" in text
    for line in text.split("\n"):
        assert not re.search(r"[Nn]ot done:.*(dialogs|access lists)|isn't this project's", line), line
