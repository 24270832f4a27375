"""What was skipped of the traffic: the lines on standard error, and those of them that are losses for ``--strict``."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from identify.commands.output.printing import warn
from identify.simulation.results.entries import Reading
from identify.strings import escaped, shown
from identify.traffic.logs import records
from identify.traffic.losses import lost_counts
from identify.traffic.texts import reader as texts

__all__ = ["said_losses"]

#: Reasons of messages that were delivered all the same, and what they mean.
DELIVERED = (*records.DELIVERED, *texts.DELIVERED)
COUNTS = {**records.COUNTS, **texts.COUNTS}


def said_losses(readings: Sequence[Reading], *, as_json: bool) -> list[str]:
    """Say on standard error what was skipped, unless it is in the JSON, and return what of it was lost."""
    if not as_json:
        for line in _skipped_lines(readings):
            warn(line)
    return _traffic_losses(readings)


def _skipped_lines(readings: Iterable[Reading]) -> Iterator[str]:
    """Yield for each file what was skipped, what was delivered with losses, what is wrong, and what depends on HEP."""
    for reading in readings:
        named = f"{shown(reading.name)} ({reading.format})"
        skipped = {reason: count for reason, count in reading.counts.items() if reason not in DELIVERED}
        if skipped:
            yield f"{named}: skipped: {_listed(skipped)}"
        for reason in DELIVERED:
            if reading.counts.get(reason):
                yield f"{named}: {reading.counts[reason]:,} {reason}: {COUNTS[reason]}"
        for problem in reading.problems:
            yield f"{shown(reading.name)}: {escaped(problem)}"
        yield from reading.remarks


def _traffic_losses(readings: Iterable[Reading]) -> list[str]:
    """Return what was lost of each file, in a line of its own."""
    lines = []
    for reading in readings:
        lost = lost_counts(reading.counts)
        more = f"{len(reading.problems):,} problem{'s' if len(reading.problems) > 1 else ''} with the input"
        things = [_listed(lost)] if lost else []
        things += [more] if reading.problems else []
        if things:
            lines.append(f"Lost from {shown(reading.name)}: {', '.join(things)}")
    return lines


def _listed(counts: Mapping[str, int]) -> str:
    return escaped(", ".join(f"{count:,} {reason}" for reason, count in counts.items()))
