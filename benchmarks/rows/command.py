"""Rows of the command's start-up: a whole process from its start to its end, beside Python's own that does nothing.

The bounds were set in milliseconds where ``python -c pass`` takes 13; as quotients they hold on other machines too.
"""

from __future__ import annotations

import statistics
import sys
from collections.abc import Callable, Mapping

import attrs

from benchmarks.against import processes
from benchmarks.material.address_tables import ROOT
from benchmarks.rows.row import OURS, Row, Target, Work

__all__ = ["rows"]

PASS = "python -c pass"
PASS_MS = 13
#: The runs whose median is a worker's CPU time.
RUNS = 5
ROUNDS = 3

EXAMPLE = ROOT / "examples" / "outbound-proxy"
CONFIG = str(EXAMPLE / "pjsip.conf")
MESSAGE = str(EXAMPLE / "requests" / "invite.sip")
SOURCE = "192.168.0.1:5060"
TAB = {
    "_SIP_IDENTIFY_COMPLETE": "bash_complete",
    "COMP_WORDS": "sip-identify sh",
    "COMP_CWORD": "1",
}


@attrs.frozen
class _Call:
    """A command, what it is called in ids and tables, and the milliseconds it may take."""

    id: str
    title: str
    words: tuple[str, ...]
    most: float | None = None
    environment: Mapping[str, str] | None = None


CALLS = (
    _Call("import", "`python -c 'import identify'`", (sys.executable, "-c", "import identify")),
    _Call("version", "`sip-identify --version`", processes.sip_identify("--version"), 100),
    _Call("tab", "`sip-identify sh`, completed by the Tab key", processes.sip_identify(), 100, TAB),
    _Call("help", "`sip-identify --help`", processes.sip_identify("--help"), 180),
    _Call(
        "show", "`sip-identify show identifies`", processes.sip_identify("show", "identifies", CONFIG), 150
    ),
    _Call(
        "explain",
        "`sip-identify explain`",
        processes.sip_identify("explain", CONFIG, "--message", MESSAGE, "--source", SOURCE),
        150,
    ),
)


def rows() -> list[Row]:
    """Return the rows: the time until the end of each call, and its CPU time."""
    return [*[_row(call, cpu=False) for call in CALLS], *[_row(call, cpu=True) for call in CALLS]]


def _row(call: _Call, *, cpu: bool) -> Row:
    targets = []
    # One bound a call: CPU time is told to explain the other.
    if call.most is not None and not cpu:
        most = call.most / PASS_MS
        targets.append(Target(text=f"at most {most:.1f} × {PASS}", over=(OURS,), under=PASS, most=most))
    return Row(
        id=f"command-{call.id}" + ("-cpu" if cpu else ""),
        title=call.title + (", CPU time" if cpu else ""),
        group="command",
        sides={
            OURS: _side(call.words, call.environment, cpu=cpu),
            PASS: _side(processes.PASS, None, cpu=cpu),
        },
        bounds=(PASS,),
        targets=tuple(targets),
        unit="ms",
        rounds=ROUNDS,
    )


def _side(words: tuple[str, ...], environment: Mapping[str, str] | None, *, cpu: bool) -> Callable[[], Work]:
    def work() -> Work:
        # The first run may have to compile modules of Python.
        processes.run(words, environment)
        if cpu:
            return Work(value=statistics.median(processes.run(words, environment).cpu for _ in range(RUNS)))
        return Work(loop=lambda: processes.run(words, environment))

    return work
