"""Every recorded configuration of every recorded release: what a real Asterisk loaded of it, and what it logged."""

from __future__ import annotations

import functools
import gzip
import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from recorded import NoNames

from identify.config.releases import NEWEST
from identify.configuration import Configuration
from identify.model import Problem

ORACLE = Path(__file__).parent.parent / "data" / "oracle"
#: The number of records of each file; ``corpus`` is the newest release.
CORPORA = {
    "corpus": 612,
    "corpus-16.2": 196,
    "corpus-16": 204,
    "corpus-18": 657,
    "corpus-20.15": 259,
    "corpus-22.5": 657,
}
FAMILIES = [
    "anonymous",
    "auth-username",
    "header",
    "header-regex",
    "ip",
    "ip-negation",
    "ip-port",
    "ip6",
    "line",
    "masks",
    "mixed",
    "order",
    "parse-robustness",
    "request-uri",
    "templates",
    "username",
    "wizard",
]
#: Families of objects that match the same requests, recorded where their order depends on a hash.
OVERLAPPING = ("corpus-18", "corpus-20.15", "corpus-22.5")
every_family = pytest.mark.parametrize(
    ("corpus", "family"),
    [
        *((corpus, family) for corpus in CORPORA for family in FAMILIES),
        *((corpus, "overlap") for corpus in OVERLAPPING),
    ],
)


@functools.cache
def records(corpus: str) -> dict[str, list[tuple[dict[str, Any], Configuration]]]:
    """Return every record with its configuration as the recorded release loads it, by family."""
    found: dict[str, list[tuple[dict[str, Any], Configuration]]] = {}
    with gzip.open(ORACLE / f"{corpus}.jsonl.gz", "rt", encoding="utf-8") as lines:
        for line in lines:
            record = json.loads(line)
            release = NEWEST if corpus == "corpus" else record["release"]
            found.setdefault(record["family"], []).append(
                (record, Configuration.from_files(record["config"], resolver=NoNames(), release=release))
            )
    return found


def listed(lines: list[str]) -> list[str]:
    """Return the lines of a listing without headings and blank lines."""
    trimmed = (line.strip() for line in lines)
    return [line for line in trimmed if line and not re.match(r"=+$|Identify: +<|Match: +<", line)]


@pytest.mark.parametrize("corpus", CORPORA)
def test_families(corpus: str) -> None:
    """Each file has the families that the tests below go through, and no other."""
    families = [*FAMILIES, "overlap"] if corpus in OVERLAPPING else FAMILIES
    assert sorted(records(corpus)) == sorted(families)
    assert sum(map(len, records(corpus).values())) == CORPORA[corpus]


@every_family
def test_identifies(corpus: str, family: str) -> None:
    """``show_identifies`` prints what ``pjsip show identifies`` printed."""
    for record, configuration in records(corpus)[family]:
        printed = configuration.show_identifies().split("\n")
        assert listed(printed) == listed(record["identifies"]), record["n"]


@every_family
def test_identifiers(corpus: str, family: str) -> None:
    """The effective order of identifiers is the recorded one."""
    for record, configuration in records(corpus)[family]:
        assert list(configuration.identifiers) == record["order"], record["n"]


@every_family
def test_answers_exist(corpus: str, family: str) -> None:
    """Every endpoint and transport that an answer names was loaded."""
    for record, configuration in records(corpus)[family]:
        for case in record["cases"]:
            expect = case["expect"]
            answers = {answer for answer in expect.get("methods", {}).values() if isinstance(answer, str)}
            assert answers <= set(configuration.endpoints), record["n"]
            assert expect.get("tp") is None or expect["tp"] in configuration.transports, record["n"]


Found = re.Match[str]
#: What Asterisk logs, and which problem says the same.
LOGGED: list[tuple[str, Callable[[Problem, Found], bool]]] = [
    (
        r"Could not create an object of type '(.*)' with id '(.*)' from configuration file",
        lambda p, m: p.severity == "error" and p.lost == f"the {m[1]} '{m[2]}'",
    ),
    (
        r"Unable to apply object type '(.*)' with id '(.*)'\.",
        lambda p, m: p.severity == "error" and p.lost == f"the {m[1]} '{m[2]}'",
    ),
    (
        r"Identify '(.*)' points to endpoint '(.*)' but",
        lambda p, m: (p.code, p.section) == ("identify-dangling", m[1]) and f"'{m[2]}'" in p.message,
    ),
    (
        r"Failed to add address '(.*)' to ip endpoint identifier '(.*)'",
        lambda p, m: (p.code, p.section) == ("match-address", m[2]) and m[1] in p.message,
    ),
    (
        r"Identify '(.*)' failed to compile match_.* regex '(.*)'\.",
        lambda p, m: (p.code, p.section) == ("match-regex", m[1]) and m[2] in p.message,
    ),
    (
        r"Identify '(.*)' failed when adding resolution results of '(.*)'",
        lambda p, m: p.code in ("match-name", "match-address") and p.section == m[1] and m[2] in p.message,
    ),
    (
        r"Identify '(.*)' provided address '(.*)' did not resolve to any address",
        lambda p, m: (p.code, p.section) == ("match-address-adds-nothing", m[1]) and m[2] in p.message,
    ),
    (
        r"Unrecognized identification method (.*) specified for endpoint (.*)",
        lambda p, m: (p.code, p.section) == ("option-value", m[2]) and f"'{m[1]}'" in p.message,
    ),
    (
        r"At most one pjsip.conf type=global object can be defined",
        lambda p, m: p.code in ("overridden", "too-many-globals"),
    ),
    (r"No category context for line 1 of .*", lambda p, m: (p.code, p.line) == ("byte-order-mark", 1)),
    (r'getaddrinfo\("(.*)", "', lambda p, m: p.code == "match-name" and m[1] in p.message),
    (
        r"Could not find option suitable for category '(.*)' named '(.*)' at line (\d+) of",
        lambda p, m: (
            (p.code, p.section) == ("option-unknown", m[1])
            and f"'{m[2]}'".lower() in p.message.lower()
            and m[3] in ("0", str(p.line))
        ),
    ),
    (r"Error parsing \w+=.* at line (\d+) of", lambda p, m: p.severity == "error" and m[1] == str(p.line)),
    (
        r"(?:Invalid CIDR netmask: |Invalid netmask: |Port disallowed in |Invalid IP address: )(.*)$",
        lambda p, m: p.code == "match-address" and m[1] in p.message,
    ),
    (r"Address and mask are not using", lambda p, m: p.code == "match-address" and "family" in p.message),
    (
        r"Identify '(.*)' is not configured to match anything",
        lambda p, m: (p.code, p.section) == ("match-nothing", m[1]),
    ),
    (
        r"Identify '(.*)' missing required endpoint name",
        lambda p, m: (p.code, p.section) == ("identify-without-endpoint", m[1]),
    ),
    (
        r"Identify '(.*)' (?:missing ':' separator|has no SIP header to match) in match_header '(.*)'",
        lambda p, m: (p.code, p.section) == ("match-header", m[1]) and m[2] in p.message,
    ),
    (r"Wizard '(.*)' must have 'remote_hosts'", lambda p, m: (p.code, p.section) == ("wizard-hosts", m[1])),
    (
        r"Unable to create objects for wizard '(.*)'",
        lambda p, m: (
            p.severity == "error"
            and p.file == "pjsip_wizard.conf"
            and p.section is not None
            and p.section.startswith(m[1])
        ),
    ),
    (
        r"(?:Line support has been enabled|An endpoint has been specified) on outbound registration '(.*)' with",
        lambda p, m: (p.code, p.section) == ("registration-line", m[1]),
    ),
    (
        r"Invalid server URI '(.*)' specified on outbound registration '(.*)'",
        lambda p, m: (p.code, p.section) == ("registration-uri", m[2]) and m[1] in p.message,
    ),
    (
        r"(?:URI or hostname length .*:|No (?:client|server) URI .* registration) '(.*)'",
        lambda p, m: (p.code, p.section) == ("registration-uri", m[1]),
    ),
    (
        r"duplicate object: '(.*)' of type '(.*)'",
        lambda p, m: (p.code, p.section) == ("duplicate-object", m[1]) and m[2] in p.lost,
    ),
    (r"Contents of config file '(.*)' are invalid", lambda p, m: p.lost == f"the whole file {m[1]}"),
    (r"No variable name in line (\d+)", lambda p, m: (p.code, str(p.line)) == ("line-without-name", m[1])),
    (r"No '=' .* in line (\d+)", lambda p, m: (p.code, str(p.line)) == ("line-without-equals", m[1])),
    (
        r"Unknown directive .* at line (\d+)",
        lambda p, m: (p.code, str(p.line)) == ("directive-unknown", m[1]),
    ),
    (
        r"Inheritance requested, but category '(.*)' does not exist, line (\d+) of (?:/etc/asterisk/)?(.*)",
        lambda p, m: (
            (p.code, str(p.line), p.file) == ("section-unknown-parent", m[2], m[3]) and m[1] in p.message
        ),
    ),
    (
        r"Unterminated comment detected beginning on line (\d+)",
        lambda p, m: (p.code, str(p.line)) == ("comment-unterminated", m[1]),
    ),
    (r"no closing '\]', line (\d+)", lambda p, m: (p.code, str(p.line)) == ("section-unclosed", m[1])),
]


#: Not about the configuration: an assertion of the module that logs messages, at the end of the process.
UNRELATED = re.compile(r"res_pjsip_logger\.c: FRACK!")


def unsaid(record: dict[str, Any], configuration: Configuration) -> Iterator[str]:
    """Yield the log lines to which no problem corresponds."""
    for line in record["config_log"]:
        if UNRELATED.search(line):
            continue
        for pattern, says in LOGGED:
            match = re.search(pattern, line)
            if match is not None:
                if not any(says(problem, match) for problem in configuration.problems):
                    yield line
                break
        else:
            yield f"no rule for: {line}"


@every_family
def test_problems(corpus: str, family: str) -> None:
    """Everything that Asterisk logged about a configuration is said by a problem."""
    for record, configuration in records(corpus)[family]:
        assert list(unsaid(record, configuration)) == [], record["n"]
