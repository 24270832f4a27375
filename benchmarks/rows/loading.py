"""Rows beside Asterisk's own loading, which ``results/asterisk.json`` quotes: until loaded, and the first answer then.

Until loaded is reading and compiling here; the first answer is that to an INVITE from the address of the last endpoint.
The time is the clock's, as it is for Asterisk.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from typing import Any

from benchmarks.material import files
from benchmarks.material.messages import short_invite
from benchmarks.rows.asterisk import theirs
from benchmarks.rows.row import OURS, Row, Work
from identify.configuration import Configuration
from identify.engine import Engine

__all__ = ["QUESTIONS", "SIZES", "quoted", "row_id", "rows"]

SIZES = (2000, 10_000)
#: What is measured, and what it is called.
QUESTIONS = {"loaded": "until loaded", "first": "the first answer after that"}
#: How often a configuration is loaded by one worker.
LOADINGS = 3
ROUNDS = 3
PORT = 5060
MESSAGE = short_invite(user="nobody", trunk="none", to="100")


def row_id(size: int, question: str) -> str:
    """Return the id of a row."""
    return f"loading-{size}-{question}"


def quoted() -> dict[str, Any]:
    """Return the quoted figures: source, and seconds by size and question; not every question was measured."""
    found: dict[str, Any] = theirs()["loading"]
    return found


def rows() -> list[Row]:
    """Return a row for each size and question."""
    return [
        Row(
            id=row_id(size, question),
            title=f"{size:,} endpoints, {title}",
            group="loading",
            sides={OURS: _side(size, question)},
            unit="ms",
            rounds=ROUNDS,
        )
        for size in SIZES
        for question, title in QUESTIONS.items()
    ]


def _side(size: int, question: str) -> Callable[[], Work]:
    def work() -> Work:
        found = [_loading(size) for _ in range(LOADINGS)]
        return Work(value=statistics.median(pair[question] for pair in found))

    return work


def _loading(size: int) -> dict[str, float]:
    path, source = files.written("endpoints", size), files.address(size - 1)
    begun = time.perf_counter()
    engine = Engine(Configuration.from_path(path))
    loaded = time.perf_counter()
    match = engine.identify_message(MESSAGE, source, PORT)
    answered = time.perf_counter()
    assert match is not None
    assert match.endpoint == files.endpoint(size - 1)
    return {"loaded": loaded - begun, "first": answered - loaded}
