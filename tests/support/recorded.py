"""The recorded answers in ``tests/data/oracle``: what real Asterisks of several releases said to requests.

A record has a configuration and cases; its format is the one in which the answers were recorded.  Values
that aren't UTF-8 are ``{"b64": ...}`` there and text with surrogate escapes here.
"""

import base64
import functools
import gzip
import json
from pathlib import Path

import pytest

from identify.configuration import Configuration, ResolutionError
from identify.engine import Engine

ORACLE = Path(__file__).parent.parent / "data" / "oracle"

#: The newest release, and older ones.
NEWEST, OLDEST = "corpus.jsonl.gz", "corpus-16.2.jsonl.gz"
#: Requests of odd syntax, to the newest release.
MESSAGES = "corpus-messages.jsonl.gz"
CORPORA = (
    NEWEST,
    MESSAGES,
    *(f"corpus-{release}.jsonl.gz" for release in ("16.2", "16", "18", "20.15", "22.5")),
)
#: Configurations without requests: which objects they make.
CONFIGURATIONS = "corpus-configurations.jsonl.gz"


class NoNames:
    """The machines on which the answers were recorded: no name server, and ``localhost`` in the hosts file."""

    def services(self, name):
        """Return nothing: the query fails."""
        return ()

    def addresses(self, name):
        """Return the addresses of ``localhost``; every other name has none."""
        if name.lower() == "localhost":
            return ("127.0.0.1",)
        raise ResolutionError("Name or service not known")


#: Differences that a failing test prints; the first are enough to see what is wrong.
MOST_SHOWN = 20


@functools.cache
def records(name):
    """Return the records of a file by family."""
    found = {}
    with gzip.open(ORACLE / name, "rt", encoding="utf-8") as lines:
        for line in lines:
            record = json.loads(line)
            found.setdefault(record["family"], []).append(record)
    return found


def every_family(*names):
    """Return the families of these files, or of all, as parameters of tests."""
    return [
        pytest.param(name, family, id=f"{name.partition('.jsonl')[0]}-{family}")
        for name in names or CORPORA
        for family in sorted(records(name))
    ]


def cases(name, family):
    """Yield the cases of a family's records: a name for messages, and the case."""
    for record in records(name)[family]:
        for case in record["cases"]:
            yield f"{family} {record['n']}, case {case['id']}", case


@functools.cache
def engines(name, family):
    """Return an engine for each record of a family; the token of registration R was always ``lnR``."""
    made = []
    for record in records(name)[family]:
        configuration = Configuration.from_files(
            record["config"], resolver=NoNames(), release=record["release"]
        )
        made.append(Engine(configuration, {id: f"ln{id}" for id in configuration.registrations}))
    return made


def data(case):
    """Return the bytes that were sent."""
    return base64.b64decode(case["msg_b64"]) if "msg_b64" in case else case["msg"].encode()


def wire(case):
    """Return the arguments of ``from_message`` and ``identify_message``."""
    return {
        "data": data(case),
        "source": case["src"],
        "port": case["port"],
        "transport": case["transport"],
        "local": case.get("local"),
        "transport_section": case.get("transport_id"),
    }


def text(value):
    """Return a recorded value as text."""
    if isinstance(value, dict):
        return base64.b64decode(value["b64"]).decode("utf-8", "surrogateescape")
    return value


def shown(differences):
    """Word differences for a failing test."""
    more = len(differences) - MOST_SHOWN
    return "\n".join([*differences[:MOST_SHOWN], *([f"and {more} more"] if more > 0 else [])])
