"""Recorded configurations: which objects each makes, family by family."""

from __future__ import annotations

import base64
import re
from typing import Any

import pytest
from recorded import ORACLE, NoNames, records

from identify.configuration import Configuration

CORPUS = ORACLE / "corpus-configurations.jsonl.gz"
#: Families by the number of their records.
FAMILIES = {
    "combos-aor": 6,
    "combos-auth": 10,
    "combos-codecs": 16,
    "combos-endpoint": 20,
    "combos-identify": 10,
    "global": 27,
    "values-aor": 9,
    "values-auth": 5,
    "values-endpoint": 57,
    "values-identify": 2,
}
ATTRIBUTES = {
    "aor": "aors",
    "auth": "auths",
    "endpoint": "endpoints",
    "identify": "identifies",
    "registration": "registrations",
    "transport": "transports",
}


def loaded(record: dict[str, Any]) -> Configuration:
    """Return a record's configuration as its release loads it."""
    files = {
        name: base64.b64decode(text["b64"]) if isinstance(text, dict) else text
        for name, text in record["config"].items()
    }
    return Configuration.from_files(files, resolver=NoNames(), release=record["release"])


def plain(value: str | dict[str, str]) -> str:
    """Return a recorded value as text."""
    if isinstance(value, dict):
        return base64.b64decode(value["b64"]).decode("utf-8", "surrogateescape")
    return value


def listed(lines: list[str]) -> list[str]:
    """Return the lines of a listing without headings and blank lines."""
    trimmed = (line.strip() for line in lines)
    return [line for line in trimmed if line and not re.match(r"=+$|Identify: +<|Match: +<", line)]


@pytest.mark.parametrize("family", FAMILIES)
def test_objects(family: str) -> None:
    """Each object exists here if and only if Asterisk made it."""
    assert len(records(CORPUS)[family]) == FAMILIES[family]
    for record in records(CORPUS)[family]:
        configuration = loaded(record)
        for type_name, attribute in ATTRIBUTES.items():
            made = {plain(id) for id in record["objects"].get(type_name, ())}
            assert set(getattr(configuration, attribute)) == made, (record["n"], type_name)


@pytest.mark.parametrize("family", FAMILIES)
def test_order_and_listing(family: str) -> None:
    """The order of identifiers and ``pjsip show identifies`` are as recorded."""
    for record in records(CORPUS)[family]:
        configuration = loaded(record)
        assert list(configuration.identifiers) == record["order"], record["n"]
        printed = configuration.show_identifies().split("\n")
        assert listed(printed) == listed([plain(line) for line in record["identifies"]]), record["n"]


@pytest.mark.parametrize("family", FAMILIES)
def test_each_refused_object_has_an_error(family: str) -> None:
    """What Asterisk couldn't create is lost here by a problem that says so."""
    for record in records(CORPUS)[family]:
        lost = {problem.lost for problem in loaded(record).problems if problem.severity == "error"}
        for type_name, ids in record["refused"].items():
            for id in map(plain, ids):
                assert f"the {type_name} '{id}'" in lost, (record["n"], type_name, id)
