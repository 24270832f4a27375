"""Every recorded configuration: which objects Asterisk made of it, how it lists them, the order of identifiers."""

import base64
import functools

import pytest
from recorded import CONFIGURATIONS, NoNames, records, shown, text

from identify.configuration import Configuration
from identify.engine import Engine

#: Types of objects, and the fields of a Configuration that hold those that were made.
FIELDS = {
    "endpoint": "endpoints",
    "identify": "identifies",
    "registration": "registrations",
    "transport": "transports",
    "aor": "aors",
    "auth": "auths",
}
families = pytest.mark.parametrize("family", sorted(records(CONFIGURATIONS)))


def contents(value):
    """Return the text of a recorded file, or its bytes where they aren't UTF-8."""
    return base64.b64decode(value["b64"]) if isinstance(value, dict) else value


@functools.cache
def read(family):
    """Return the records of a family, each with its configuration."""
    return [
        (
            record,
            Configuration.from_files(
                {name: contents(value) for name, value in record["config"].items()},
                resolver=NoNames(),
                release=record["release"],
            ),
        )
        for record in records(CONFIGURATIONS)[family]
    ]


def listed(lines):
    """Return what a listing says, without its headings and blank lines."""
    headings = ("<Identify/Endpoint", "<criteria", "=====")
    trimmed = (line.strip() for line in lines)
    return [line for line in trimmed if line and not any(heading in line for heading in headings)]


def test_whole():
    """Nothing is lost of the recorded configurations."""
    assert sum(map(len, records(CONFIGURATIONS).values())) == 590


def unchecked(configuration):
    """Return the ids of objects with an option that names a file or profile: whether it exists isn't known here."""
    return {problem.section for problem in configuration.problems if problem.code == "option-unchecked"}


@families
def test_objects(family):
    """The objects that Asterisk made are made, and no others but those of files that may not exist."""
    wrong = []
    for record, configuration in read(family):
        for type, field in FIELDS.items():
            ours = set(getattr(configuration, field))
            theirs = set(map(text, record["objects"][type]))
            wrong += [f"{family} {record['n']}: {type} {id!r} isn't made" for id in sorted(theirs - ours)]
            more = ours - theirs - unchecked(configuration)
            wrong += [f"{family} {record['n']}: {type} {id!r} is made" for id in sorted(more)]
    assert not wrong, shown(wrong)


@families
def test_refused(family):
    """What Asterisk couldn't create is lost here by a problem that says so."""
    wrong = []
    for record, configuration in read(family):
        lost = {problem.lost for problem in configuration.problems if problem.severity == "error"}
        unknown = unchecked(configuration)
        wrong += [
            f"{family} {record['n']}: no problem loses the {type} {id!r}"
            for type, ids in record["refused"].items()
            for id in map(text, ids)
            if f"the {type} '{id}'" not in lost and id not in unknown
        ]
    assert not wrong, shown(wrong)


@families
def test_listing(family):
    """``pjsip show identifies`` is what Asterisk printed."""
    wrong = []
    for record, configuration in read(family):
        ours, theirs = listed(configuration.show_identifies().splitlines()), listed(record["identifies"])
        if ours != theirs:
            wrong.append(f"{family} {record['n']}: {ours}, expected {theirs}")
    assert not wrong, shown(wrong)


@families
def test_order(family):
    """The identifiers are asked in the recorded order."""
    for record, configuration in read(family):
        assert list(Engine(configuration).identifiers) == record["order"], f"{family} {record['n']}"
