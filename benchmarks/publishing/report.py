"""Documents from results: Markdown tables between markers; measures nothing.

A document has ``<!-- figures: NAME -->`` and ``<!-- end of figures -->`` around each table; what stands between them is
written by this module alone, so that no figure is ever typed.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

from benchmarks.publishing.results import Quotient, Result
from benchmarks.rows import ROWS, loading
from benchmarks.rows import asterisk as beside
from benchmarks.rows.row import GROUPS, OURS, Row, Target

__all__ = ["DOCUMENTS", "rewritten", "stale", "tables"]

ROOT = Path(__file__).parent.parent.parent
DOCUMENTS = (ROOT / "README.md", ROOT / "docs" / "performance.md")

MARKED = re.compile(
    r"(?P<begin>^<!-- figures: (?P<name>[a-z]+) -->\n)(?P<body>.*?)(?P<end>^<!-- end of figures -->$)",
    re.MULTILINE | re.DOTALL,
)
#: Significant digits that are shown.
DIGITS = 3
NOT_MEASURED = "not measured"


def tables(kept: dict[str, Any]) -> dict[str, str]:
    """Return the text of every marker by its name."""
    made: dict[str, Callable[[], str]] = {
        **{group: _maker(kept, group) for group in GROUPS},
        "asterisk": lambda: _asterisk(kept["rows"]),
        "loading": lambda: _loading(kept["rows"]),
        "short": lambda: _short(kept),
        "machine": lambda: _machine(kept),
        "missed": lambda: _missed(kept["rows"]),
    }
    return {name: make() for name, make in made.items()}


def rewritten(text: str, made: dict[str, str]) -> str:
    """Return a document with its tables written anew; KeyError for a name that doesn't exist."""
    return MARKED.sub(lambda found: found["begin"] + made[found["name"]] + found["end"], text)


def stale(kept: dict[str, Any], documents: tuple[Path, ...] = DOCUMENTS) -> list[Path]:
    """Return the documents that say otherwise than the results."""
    made = tables(kept)
    texts = ((document, document.read_text(encoding="utf-8")) for document in documents)
    return [document for document, text in texts if rewritten(text, made) != text]


def _maker(kept: dict[str, Any], group: str) -> Callable[[], str]:
    return lambda: _full([row for row in ROWS.values() if row.group == group], kept["rows"])


def _full(rows: list[Row], results: dict[str, Result]) -> str:
    lines = ["| | ours | peer, and ratio (peer ÷ ours) | targets |", "|---|---|---|---|"]
    for row in rows:
        result = results.get(row.id)
        if result is None and row.optional:
            continue
        title = f"{row.title}<br>{row.note}" if row.note else row.title
        if result is None:
            lines.append(f"| {title} | {NOT_MEASURED} | | |")
            continue
        others = [_other(row, result, side) for side in row.sides if side != OURS]
        judged = [_target(row, result, target) for target in row.targets]
        unsteady = "<br>no steady round" if result.unsteady else ""
        ours = _figure(row.unit, result.median(OURS)) if OURS not in result.missing else _reason(result, OURS)
        lines.append(f"| {title} | {ours}{unsteady} | {'<br>'.join(others)} | {'<br>'.join(judged)} |")
    return "\n".join(lines) + "\n"


def _other(row: Row, result: Result, side: str) -> str:
    if side in result.missing:
        return f"{side}: {_reason(result, side)}"
    quotient = result.quotient((side,), OURS)
    figure = _figure(row.unit, result.median(side))
    differing = ", **answers otherwise**" if side in result.disagreeing else ""
    return f"{side}: {figure}" + (f", {_times(quotient)}" if quotient else "") + differing


def _target(row: Row, result: Result, target: Target) -> str:
    met = result.judged(target)
    quotient = result.quotient(target.over, target.under)
    if met is None or quotient is None:
        return f"{target.text}: not judged"
    found = _times(quotient) if target.under is not None else _range(row.unit, quotient)
    return f"{target.text}: {found}, {'met' if met else '**missed**'}"


def _short(kept: dict[str, Any]) -> str:
    lines = ["| | ours | fastest peer | ratio (peer ÷ ours) |", "|---|---|---|---|"]
    for row in ROWS.values():
        result = kept["rows"].get(row.id)
        if not row.short or result is None or result.median(OURS) is None:
            continue
        times = {side: result.median(side) for side in row.rivals}
        known = {side: time for side, time in times.items() if time is not None}
        best = min(known, key=known.__getitem__) if known else None
        quotient = result.quotient((best,), OURS) if best else None
        lines.append(
            f"| {row.title} | {_figure(row.unit, result.median(OURS))} | "
            + (
                f"{best} {_figure(row.unit, known[best])} | {_number(quotient.median)} |"
                if best and quotient
                else "| |"
            )
        )
    if len(lines) == 2:
        return f"{NOT_MEASURED.capitalize()} yet.\n"
    lines += ["", f"Measured on {_dates(kept)}, {_processor(kept)}."]
    return "\n".join(lines) + "\n"


def _machine(kept: dict[str, Any]) -> str:
    if not kept["machine"]:
        return f"{NOT_MEASURED.capitalize()} yet.\n"
    lines = ["| | |", "|---|---|", f"| date | {_dates(kept)} |", f"| command | `{kept['command']}` |"]
    lines += [f"| {name.replace('_', ' ')} | {value} |" for name, value in sorted(kept["machine"].items())]
    versions = ", ".join(f"{name} {version}" for name, version in sorted(kept["versions"].items()))
    rounds = sum(len(result.rounds) for result in kept["rows"].values())
    left_out = rounds - sum(len(result.steady) for result in kept["rows"].values())
    lines += [
        f"| versions | {versions} |",
        f"| rounds | {rounds}, {left_out} of them left out as unsteady |",
    ]
    return "\n".join(lines) + "\n"


def _missed(results: dict[str, Result]) -> str:
    """List the targets that aren't met, and the rivals without a target that are faster."""
    lines = []
    for row in ROWS.values():
        result = results.get(row.id)
        if result is None:
            continue
        for target in row.targets:
            if result.judged(target) is False:
                quotient = result.quotient(target.over, target.under)
                assert quotient is not None
                found = _times(quotient) if target.under is not None else _range(row.unit, quotient)
                lines.append(f"- {row.title}: {target.text}; it is {found}.")
        judged = {side for target in row.targets for side in target.over}
        for side in row.rivals:
            quotient = result.quotient((side,), OURS)
            if side not in judged and quotient is not None and quotient.median < 1:
                lines.append(f"- {row.title}: {side} is faster: peer ÷ ours is {_times(quotient)}.")
    return "\n".join(lines or ["Every target that was judged is met."]) + "\n"


def _asterisk(results: dict[str, Result]) -> str:
    quoted = beside.theirs()
    lines = [
        "| identifies | " + " | ".join(f"{kind}, last / none" for kind in beside.KINDS) + " |",
        "|---|" + "---|" * len(beside.KINDS),
    ]
    for size in beside.SIZES:
        cells = []
        for kind in beside.KINDS:
            pair = []
            for question in beside.QUESTIONS:
                own = _own(results, beside.row_id(kind, size, question))
                pair.append((own, _time(quoted["seconds"][kind][str(size)][question])))
            ours, theirs = (" / ".join(figures) for figures in zip(*pair, strict=True))
            cells.append(f"{ours}<br>Asterisk {theirs}")
        lines.append(f"| {size:,} | " + " | ".join(cells) + " |")
    lines += ["", f"Asterisk's figures: {quoted['date']}, {quoted['source']}; {quoted['spread']}."]
    return "\n".join(lines) + "\n"


def _loading(results: dict[str, Result]) -> str:
    quoted = loading.quoted()
    lines = [f"| endpoints | {' | '.join(loading.QUESTIONS.values())} |", "|---|---|---|"]
    for size in loading.SIZES:
        cells = []
        for question in loading.QUESTIONS:
            theirs = quoted["seconds"][str(size)].get(question)
            figure = NOT_MEASURED if theirs is None else _time(theirs)
            cells.append(f"{_own(results, loading.row_id(size, question))}<br>Asterisk {figure}")
        lines.append(f"| {size:,} | {' | '.join(cells)} |")
    lines += ["", f"Asterisk's figures: {quoted['source']}."]
    return "\n".join(lines) + "\n"


def _own(results: dict[str, Result], id: str) -> str:
    """Return our figure of a row whose others are quoted."""
    result = results.get(id)
    own = result.median(OURS) if result is not None else None
    return NOT_MEASURED if own is None else _time(own)


def _dates(kept: dict[str, Any]) -> str:
    """Return the day of all rows, or the first and the last: some may have been measured anew."""
    dates = sorted({result.date for result in kept["rows"].values()} - {""}) or [kept["date"]]
    return dates[0] if len(dates) == 1 else f"{dates[0]} to {dates[-1]}"


def _processor(kept: dict[str, Any]) -> str:
    machine = kept["machine"]
    python = machine.get("python_version", "?").split()[0]
    return f"{machine.get('cpu_model_name', 'unknown processor')}, Python {python}"


def _reason(result: Result, side: str) -> str:
    return f"missing ({result.missing[side].replace('|', '/')})"


def _figure(unit: str, value: float | None) -> str:
    """Return a figure with its unit; times of single items become rates where the unit is M/s."""
    if value is None:
        return NOT_MEASURED
    if unit == "bytes":
        return f"{_number(value)} bytes"
    if unit == "MB":
        return f"{_number(value / 1e6)} MB"
    if unit == "%":
        return f"{_number(100 * value)} %"
    if unit == "M/s":
        return f"{_number(1e-6 / value)} M/s"
    return _time(value)


def _time(seconds: float) -> str:
    for unit, factor in (("s", 1.0), ("ms", 1e3), ("µs", 1e6)):
        if seconds * factor >= 1:
            return f"{_number(seconds * factor)} {unit}"
    return f"{_number(seconds * 1e9)} ns"


def _times(quotient: Quotient) -> str:
    return f"{_number(quotient.median)} × ({_number(quotient.least)} to {_number(quotient.most)})"


def _range(unit: str, quotient: Quotient) -> str:
    ends = sorted((quotient.least, quotient.most), reverse=unit == "M/s")
    return f"{_figure(unit, quotient.median)} ({_figure(unit, ends[0])} to {_figure(unit, ends[1])})"


def _number(value: float) -> str:
    """Return three significant digits without an exponent."""
    if value == 0:
        return "0"
    text = f"{value:.{DIGITS}g}"
    return f"{float(text):,.0f}" if abs(value) >= 10 ** (DIGITS - 1) else text
