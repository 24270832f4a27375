"""Counts over time: the same whatever the parts and their order, bounded, and those of a plain count."""

from __future__ import annotations

import pickle
from array import array
from collections import Counter
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from identify.model import Match
from identify.simulation.outcomes import Outcome
from identify.simulation.results import timeline as module
from identify.simulation.results.timeline import MOST_BUCKETS, WIDTHS, Timeline
from identify.simulation.rows import OUTCOMES, AnswerColumns, Rows
from identify.traffic.batch import Batch

MATCHES = tuple(
    Match(endpoint, identifier, f"{identifier}-{endpoint}")
    for endpoint, identifier in [
        ("a", "ip"),
        ("b", "ip"),
        ("a", "header"),
        ("c", "username"),
        ("others", "ip"),
    ]
)
NOW = 1_700_000_000_000_000_000
ASKED = [code for code, outcome in enumerate(OUTCOMES) if outcome.is_identification]
SPANS = [10**6, 10**9, 10**12, 10**15, 10**17, 2**63 - 1 - NOW]


def rows_of(messages):
    """Return a batch of (time, outcome's code, answer)."""
    count = len(messages)
    times, outcomes, answers = zip(*messages, strict=True) if messages else ((), (), ())
    batch = Batch(times=array("q", times), frames=array("Q", range(count)))
    return Rows(
        batch,
        AnswerColumns(bytearray(outcomes), array("i", answers), bytearray(count)),
        bytearray(count),
        MATCHES,
    )


def fed(*batches):
    """Return a timeline that was fed with batches."""
    timeline = Timeline()
    for batch in batches:
        timeline.feed(rows_of(batch))
    return timeline


def content(timeline):
    """Return all that a timeline says."""
    return (
        timeline.width,
        timeline.starts,
        timeline.untimed,
        timeline.outcomes(),
        timeline.identifiers(),
        timeline.endpoints(2),
    )


@st.composite
def messages(draw):
    """Messages with and without times, of a span that is short or as long as can be told, in order or not."""
    span = draw(st.sampled_from(SPANS))
    times = st.integers(NOW, NOW + span) | st.just(-1) | st.sampled_from([0, 2**63 - 1])
    known = [code for code in ASKED if OUTCOMES[code] is not Outcome.UNDETERMINED]
    answered = st.tuples(times, st.sampled_from(known), st.integers(-1, len(MATCHES) - 1))
    others = st.tuples(times, st.integers(0, len(OUTCOMES) - 1), st.just(-1))
    found = draw(st.lists(answered | others, max_size=60))
    return sorted(found) if draw(st.booleans()) else found


def cut(found, places):
    """Return messages cut at some places."""
    borders = [0, *sorted(place % (len(found) + 1) for place in places), len(found)]
    return [found[start:end] for start, end in pairwise(borders)]


@given(messages(), st.lists(st.integers(0, 60), max_size=4), st.randoms())
def test_parts_add_up(found, places, random):
    """Timelines of parts, merged in any order, say what one timeline of all says, whatever batches it came in."""
    parts = [fed(*cut(part, places)) for part in cut(found, places)]
    random.shuffle(parts)
    merged = Timeline()
    for part in parts:
        merged.merge(pickle.loads(pickle.dumps(part)))

    assert content(merged) == content(fed(found))


@given(messages())
def test_plain_count(found):
    """Each bucket has the counts that a plain loop over the messages finds."""
    timeline = fed(found)

    def counted(key):
        return Counter(
            (key(outcome, answer), time // timeline.width * timeline.width)
            for time, outcome, answer in found
            if time >= 0 and key(outcome, answer) is not None
        )

    def flat(every):
        return {(series.name, start): count for series in every for start, count in series.counts.items()}

    assert timeline.untimed == sum(time < 0 for time, _, _ in found)
    assert flat(timeline.outcomes()) == counted(lambda outcome, _: OUTCOMES[outcome].value)
    assert flat(timeline.endpoints(10)) == counted(
        lambda _, answer: MATCHES[answer].endpoint if answer >= 0 else None
    )

    def identifier(outcome, answer):
        if answer >= 0:
            return MATCHES[answer].identifier
        if OUTCOMES[outcome] is Outcome.UNDETERMINED:
            return "undetermined"
        return "none" if outcome in ASKED else None

    assert flat(timeline.identifiers()) == counted(identifier)


@given(messages())
def test_buckets_are_bounded(found):
    """No span needs more buckets than the limit, and none gets wider ones than it needs."""
    timeline = fed(found)
    times = [time for time, _, _ in found if time >= 0]

    assert len(timeline.starts) <= MOST_BUCKETS
    if times:
        needed = [max(times) // width - min(times) // width + 1 for width in WIDTHS]
        assert timeline.width == next(
            width for width, count in zip(WIDTHS, needed, strict=True) if count <= MOST_BUCKETS
        )


def test_widths_are_multiples():
    """Each width is a multiple of the one before, by at most 7, and the last one covers all times there are."""
    factors = [wide / narrow for narrow, wide in pairwise(WIDTHS)]

    assert all(factor in (2, 3, 5, 6) for factor in factors)
    assert (2**63 - 1) // WIDTHS[-1] < MOST_BUCKETS


def test_endpoints_are_limited():
    """Beyond the limit endpoints are summed up under no name, also where one is called others."""
    timeline = fed([(NOW, 0, answer) for answer in (0, 0, 0, 2, 1, 1, 3, 4)])

    assert [(endpoint.name, endpoint.total) for endpoint in timeline.endpoints(2)] == [
        ("a", 4),
        ("b", 2),
        (None, 2),
    ]
    assert [(endpoint.name, endpoint.total) for endpoint in timeline.endpoints(4)] == [
        ("a", 4),
        ("b", 2),
        ("c", 1),
        ("others", 1),
    ]


def test_rare_answers_are_put_together(monkeypatch: pytest.MonkeyPatch):
    """With too many answers the frequent ones stay, and outcomes, identifiers and sums stay what they were."""
    found = [(NOW + second * 10**9, 0, answer) for second in range(50) for answer in (0, 0, 1, 2, 3, 4)]
    whole = fed(found)
    monkeypatch.setattr(module, "MOST_COUNTS", 60)
    monkeypatch.setattr(module, "MOST_KEPT", 1)
    bounded = fed(*cut(found, range(10, 60, 10)))

    assert bounded.outcomes() == whole.outcomes()
    assert bounded.identifiers() == whole.identifiers()
    first, others = bounded.endpoints(1)
    assert (first.name, others.name) == ("a", None)
    assert first.total + others.total == len(found)


def test_nothing():
    """A timeline of nothing has no series, also after it was merged with another one of nothing."""
    timeline = fed([])
    timeline.merge(Timeline())

    assert content(timeline) == (WIDTHS[0], [], 0, [], [], [])
