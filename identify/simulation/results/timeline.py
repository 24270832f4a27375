"""Outcomes and answers over time: the counts that a report's charts are drawn from.

Knows the columns of ``Rows``; nothing of charts.

Strategy
1. Time is cut into buckets of one of the widths of :data:`WIDTHS`, and each bucket counts outcomes and answers.
2. A batch is cut at the borders of buckets by bisection and each piece counted in C; if its times don't rise, which is
   rare, its columns are sorted first.
3. If the span needs more than :data:`MOST_BUCKETS`, the next width is taken and neighbours are added up: each width is
   a multiple of those before it, and buckets count from the epoch, so that parts that ran apart add up to what one run
   would have counted.
4. If there are very many answers, the least frequent become "others" of their identifier: outcomes and identifiers stay
   exact, and the frequent endpoints are those that were frequent from early on.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from operator import add

import attrs

from identify.model import Match
from identify.simulation.outcomes import Outcome
from identify.simulation.rows import OUTCOMES, Rows

__all__ = ["MOST_BUCKETS", "WIDTHS", "Series", "Timeline"]

MILLISECOND = 1_000_000
DAY = 86_400_000

#: Widths in nanoseconds: round numbers up to a day, then doubled; the last one covers all times of 63 bits.
WIDTHS = tuple(
    MILLISECOND * milliseconds
    for milliseconds in (
        *(1, 5, 10, 50, 100, 500, 1_000, 5_000, 10_000, 30_000, 60_000, 300_000, 900_000, 1_800_000),
        *(3_600_000, 10_800_000, 21_600_000, 43_200_000),
        *(DAY << power for power in range(10)),
    )
)
#: A chart has room for about this many bars.
MOST_BUCKETS = 400
#: Counts of answers in all buckets, which bounds memory; beyond it rare answers are merged, and this many stay apart.
MOST_COUNTS = 200_000
MOST_KEPT = 200

#: Answers that aren't an index into the matches: none, and the others of the first identifier; further ones are below.
NONE = -1
OTHERS = -2
#: Outcomes after which the identifiers had been asked, and it is known whether one had an answer.
ASKED = tuple(
    code
    for code, outcome in enumerate(OUTCOMES)
    if outcome.is_identification and outcome is not Outcome.UNDETERMINED
)
UNDETERMINED = OUTCOMES.index(Outcome.UNDETERMINED)


@attrs.frozen
class Series:
    """Counts by the start of their bucket, in nanoseconds; ``name`` is None for everything without its own series."""

    name: str | None
    counts: dict[int, int]

    @property
    def total(self) -> int:
        """The sum of the counts."""
        return sum(self.counts.values())


@attrs.define
class Bucket:
    """The counts of a stretch of time: ``outcomes`` by code, ``answers`` by index into the matches or as above."""

    outcomes: list[int] = attrs.field(factory=lambda: [0] * len(OUTCOMES))
    answers: Counter[int] = attrs.field(factory=Counter)

    def count(self, outcomes: bytes | bytearray, answers: Iterable[int]) -> None:
        """Count messages by their columns."""
        self.outcomes = [count + outcomes.count(code) for code, count in enumerate(self.outcomes)]
        self.answers.update(answers)

    def merge(self, other: Bucket) -> None:
        """Add the counts of another bucket."""
        self.outcomes = list(map(add, self.outcomes, other.outcomes))
        self.answers.update(other.answers)


class Timeline:
    """The counts of messages over time; parts add up by :meth:`merge`.  Keeps nothing of the batches that it is fed."""

    def __init__(self) -> None:
        self._step = 0
        self._buckets: dict[int, Bucket] = {}
        self._untimed = 0
        self._matches: tuple[Match, ...] = ()
        self._identifiers: tuple[str, ...] = ()

    @property
    def width(self) -> int:
        """The length of a bucket, in nanoseconds."""
        return WIDTHS[self._step]

    @property
    def starts(self) -> list[int]:
        """The start of each bucket that isn't empty, in nanoseconds since the epoch."""
        return [bucket * self.width for bucket in sorted(self._buckets)]

    @property
    def untimed(self) -> int:
        """How many messages have no time, and are in no series."""
        return self._untimed

    def feed(self, rows: Rows) -> None:
        """Count the messages of a batch; all batches are of the same configuration."""
        self._take_matches(rows.matches)
        times = rows.batch.times.tolist()
        outcomes: bytes | bytearray = rows.columns.outcomes
        answers: Sequence[int] = rows.columns.answers
        if sorted(times) != times:
            order = sorted(range(len(times)), key=times.__getitem__)
            times = [times[number] for number in order]
            outcomes = bytes([outcomes[number] for number in order])
            answers = [answers[number] for number in order]
        begin = bisect_left(times, 0)
        self._untimed += begin
        if begin == len(times):
            return
        self._cover(times[begin], times[-1])
        while begin < len(times):
            number = times[begin] // self.width
            end = bisect_left(times, (number + 1) * self.width, begin)
            self._bucket(number).count(outcomes[begin:end], answers[begin:end])
            begin = end
        self._put_together()

    def merge(self, other: Timeline) -> None:
        """Add the counts of another part of the traffic, with the same configuration."""
        self._take_matches(other._matches or self._matches)
        self._untimed += other._untimed
        if not other._buckets:
            return
        self._widen(other._step)
        self._cover(min(other._buckets) * other.width, max(other._buckets) * other.width)
        for number, bucket in other._buckets.items():
            self._bucket(number * other.width // self.width).merge(bucket)
        self._put_together()

    def outcomes(self) -> list[Series]:
        """Return a series for each outcome that occurred, in their order."""
        every = [
            Series(
                outcome.value,
                {start: bucket.outcomes[code] for start, bucket in self._in_order() if bucket.outcomes[code]},
            )
            for code, outcome in enumerate(OUTCOMES)
        ]
        return [series for series in every if series.counts]

    def identifiers(self) -> list[Series]:
        """Return a series for each identifier that had an answer, the most frequent first.

        ``none`` had none, of ``undetermined`` it isn't known.
        """
        found = self._answers(self._identifier)
        none, undetermined = {}, {}
        for start, bucket in self._in_order():
            asked = sum(bucket.outcomes[code] for code in ASKED)
            answered = sum(count for answer, count in bucket.answers.items() if answer != NONE)
            if asked > answered:
                none[start] = asked - answered
            if bucket.outcomes[UNDETERMINED]:
                undetermined[start] = bucket.outcomes[UNDETERMINED]
        for name, counts in (("none", none), ("undetermined", undetermined)):
            if counts:
                found[name] = counts
        return _by_total(Series(name, counts) for name, counts in found.items())

    def endpoints(self, most: int) -> list[Series]:
        """Return a series for each of the ``most`` frequent endpoints, and one of all others."""
        found = self._answers(lambda answer: self._matches[answer].endpoint if answer >= 0 else "")
        others = Series(None, found.pop("", {}))
        every = _by_total(Series(name, counts) for name, counts in found.items())
        for series in every[most:]:
            for start, count in series.counts.items():
                others.counts[start] = others.counts.get(start, 0) + count
        return [*every[:most], others] if others.counts else every[:most]

    def _answers(self, name: Callable[[int], str]) -> dict[str, dict[int, int]]:
        """Return the counts of answers by name and start."""
        found: dict[str, dict[int, int]] = {}
        for start, bucket in self._in_order():
            for answer, count in bucket.answers.items():
                if answer != NONE:
                    counts = found.setdefault(name(answer), {})
                    counts[start] = counts.get(start, 0) + count
        return found

    def _in_order(self) -> list[tuple[int, Bucket]]:
        return [(number * self.width, self._buckets[number]) for number in sorted(self._buckets)]

    def _take_matches(self, matches: tuple[Match, ...]) -> None:
        if matches is not self._matches:
            self._matches = matches
            self._identifiers = tuple(dict.fromkeys(match.identifier for match in matches))

    def _identifier(self, answer: int) -> str:
        return self._matches[answer].identifier if answer >= 0 else self._identifiers[OTHERS - answer]

    def _bucket(self, number: int) -> Bucket:
        bucket = self._buckets.get(number)
        if bucket is None:
            bucket = self._buckets[number] = Bucket()
        return bucket

    def _cover(self, first: int, last: int) -> None:
        """Widen the buckets until these times fit in."""
        if self._buckets:
            first = min(first, min(self._buckets) * self.width)
            last = max(last, max(self._buckets) * self.width)
        step = self._step
        while last // WIDTHS[step] - first // WIDTHS[step] >= MOST_BUCKETS:
            step += 1
        self._widen(step)

    def _widen(self, step: int) -> None:
        """Take the width of a step, unless it is wider already."""
        if step <= self._step:
            return
        factor = WIDTHS[step] // self.width
        narrow, self._buckets, self._step = self._buckets, {}, step
        for number, bucket in narrow.items():
            self._bucket(number // factor).merge(bucket)

    def _put_together(self) -> None:
        """Make the least frequent answers others of their identifier, if there are too many."""
        if sum(len(bucket.answers) for bucket in self._buckets.values()) <= MOST_COUNTS:
            return
        totals: Counter[int] = Counter()
        for bucket in self._buckets.values():
            totals.update(bucket.answers)
        apart = [answer for answer, _ in totals.most_common() if answer >= 0]
        others = {
            answer: OTHERS - self._identifiers.index(self._matches[answer].identifier)
            for answer in apart[MOST_KEPT:]
        }
        for bucket in self._buckets.values():
            together: Counter[int] = Counter()
            for answer, count in bucket.answers.items():
                together[others.get(answer, answer)] += count
            bucket.answers = together


def _by_total(series: Iterable[Series]) -> list[Series]:
    return sorted(series, key=lambda counted: (-counted.total, counted.name or ""))
