"""Numbers that the compiled part and Python both have: the enums of the .pxd files say what the Python names say."""

from __future__ import annotations

import re
from pathlib import Path

from identify import identifiers
from identify.simulation import replay_setup, simulation, undetermined
from identify.simulation.rows import OUTCOMES, AnswerColumns
from identify.traffic.batch import TRANSPORTS, Direction

SOURCES = Path(__file__).parent.parent.parent / "_ext"


def members(path, name):
    """Return the members of a C enum with their numbers, as a compiler counts them."""
    text = (SOURCES / path).read_text(encoding="utf-8").partition(f"cdef enum {name}:\n")[2]
    body = re.match(r"(?:(?: .*)?\n)*", text)[0]
    lines = [line.partition("#")[0] for line in body.splitlines()]
    found, number = {}, -1
    for member in re.findall(r"\w+(?:\s*=\s*\w+)?", "\n".join(lines)):
        word, sign, value = member.partition("=")
        number = int(value, 0) if sign else number + 1
        found[word.strip()] = number
    return found


def test_the_reader_of_enums(tmp_path, monkeypatch):
    """Comments, numbers and several members in a line are read; the enum ends where the indentation ends."""
    (tmp_path / "a.pxd").write_text(
        "cdef enum Other:\n    X\n\ncdef enum Kind:\n    # Not A.\n    A = 2\n\n    B, C  # D\n    E = 0x10\nF = 3\n"
    )
    monkeypatch.setitem(globals(), "SOURCES", tmp_path)

    assert members("a.pxd", "Kind") == {"A": 2, "B": 3, "C": 4, "E": 16}


def test_outcomes():
    """Codes of outcomes are their places in ``Outcome``."""
    assert members("replay/_stages.pxd", "Outcome") == {
        **{outcome.name: code for code, outcome in enumerate(OUTCOMES)},
        "OUTCOMES": len(OUTCOMES),
    }


def test_flags():
    """The bits of flags that Python reads are those that are set; the docstring of the columns names all."""
    flags = members("replay/_stages.pxd", "Flag")

    assert (flags["FLAG_EVENT"], flags["FLAG_SOURCE"]) == (simulation.EVENT, simulation.SOURCE)
    assert flags == {"FLAG_EVENT": 1, "FLAG_CHALLENGED": 2, "FLAG_CONTACT_NAME": 4, "FLAG_SOURCE": 8}
    text = " ".join(AnswerColumns.__doc__.split())
    assert all(re.search(rf"\b{bit} (for|where)", text) for bit in flags.values())


def test_auth_flags():
    """The bits of an endpoint's auth are those that the replay is made with."""
    assert members("replay/_stages.pxd", "AuthFlags") == {
        "HAS_AUTH": replay_setup.HAS_AUTH,
        "OPTIONS_WITHOUT_AUTH": replay_setup.OPTIONS_WITHOUT_AUTH,
    }


def test_identifiers():
    """Numbers of identifiers are their places in ``NAMES``."""
    assert members("tables/_tables.pxd", "Identifier") == {
        **{name.upper(): number for name, number in identifiers.NUMBERS.items()},
        "IDENTIFIERS": len(identifiers.NAMES),
    }


def test_transports_of_captures():
    """The transports that decoders find have their places in ``TRANSPORTS``."""
    found = members("captures/_envelope.pxd", "Transport")

    assert found == {name.upper(): TRANSPORTS.index(name) for name in ("udp", "tcp")}


def test_directions():
    """Directions have the same numbers; only logs have notices."""
    assert {**members("captures/_envelope.pxd", "Direction"), "NOTICE": 3} == {
        direction.name: direction.value for direction in Direction
    }


def test_asks():
    """The bits of what is asked about an answer are those that Python sets."""
    assert members("replay/_doubt.pxd", "Ask") == {
        name: getattr(undetermined, name) for name in ("ASK_NAMES", "ASK_TANGLED", "ASK_OBJECTS")
    }
