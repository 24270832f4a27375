"""Rows beside Asterisk's own cost of one identification, which ``results/asterisk.json`` quotes.

The sizes, the short INVITE and the two questions are those of that measurement: "last" is found by the last object in
order of id, for "none" nothing matches, so that all identifiers are asked.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from benchmarks.material import configurations
from benchmarks.material.messages import short_invite
from benchmarks.rows.row import OURS, Row, Work
from identify.configuration import Configuration
from identify.engine import Engine

__all__ = ["KINDS", "QUESTIONS", "SIZES", "row_id", "rows", "theirs"]

THEIRS = Path(__file__).parent.parent / "results" / "asterisk.json"
SIZES = (1, 10, 100, 1000, 10_000)
QUESTIONS = ("last", "none")
KINDS = ("ip", "header literal", "header regex", "request URI", "username")
CALLS = 100
ROUNDS = 3
PORT = 5060

#: Message, source.
Asked = tuple[bytes, str]


def row_id(kind: str, size: int, question: str) -> str:
    """Return the id of a row."""
    return f"asterisk-{kind.replace(' ', '-').lower()}-{size}-{question}"


def theirs() -> dict[str, Any]:
    """Return the quoted figures: date, source, and seconds by kind, size and question."""
    quoted: dict[str, Any] = json.loads(THEIRS.read_text(encoding="utf-8"))
    return quoted


def rows() -> list[Row]:
    """Return a row for each figure of theirs."""
    return [
        Row(
            id=row_id(kind, size, question),
            title=f"{kind}, {size:,} identifies, {question}",
            group="asterisk",
            sides={OURS: _side(kind, size, question)},
            rounds=ROUNDS,
        )
        for kind in KINDS
        for size in SIZES
        for question in QUESTIONS
    ]


def _side(kind: str, size: int, question: str) -> Callable[[], Work]:
    def work() -> Work:
        configuration, (message, source) = _case(kind, size, found=question == "last")
        engine = Engine(configuration)
        match = engine.identify_message(message, source, PORT)
        assert (match is not None) == (question == "last"), (kind, size, question, match)
        if match is not None and match.section is not None:
            assert match.section == f"identify{size - 1:07}"
        return Work(loop=_loop(engine.identify_message, message, source), items=CALLS)

    return work


def _loop(call: Callable[[bytes, str, int], object], message: bytes, source: str) -> Callable[[], None]:
    def loop() -> None:
        for _ in range(CALLS):
            call(message, source, PORT)

    return loop


def _case(kind: str, size: int, *, found: bool) -> tuple[Configuration, Asked]:
    """Return a configuration, and a request that its last object answers or none does."""
    last = size - 1
    source, user, trunk, to = "198.51.100.7", "nobody", "trunk-none", "100"
    if kind == "ip":
        configuration = configurations.by_address(size)
        if found:
            source = f"10.0.{last >> 8}.{last & 255}"
    elif kind == "header literal":
        configuration = configurations.by_header(size)
        trunk = configurations.trunk(last) if found else trunk
    elif kind == "header regex":
        configuration = configurations.by_expression([f"^trunk-{number:05}$" for number in range(size)])
        trunk = f"trunk-{last:05}" if found else trunk
    elif kind == "request URI":
        configuration = configurations.by_request_uri(
            [f"sip:{10**6 + number}@192.0.2.10" for number in range(size)]
        )
        to = str(10**6 + last) if found else to
    else:
        configuration = configurations.by_username(size)
        user = configurations.user(last) if found else user
    return configuration, (short_invite(user=user, trunk=trunk, to=to), source)
