"""The first lines of a page: what came of the traffic in one sentence, and the numbers below it.

Knows results and comparisons; nothing of tables or HTML.
"""

from __future__ import annotations

from collections import Counter

from identify.report.contents import Fact, Tone
from identify.simulation.comparison import Comparison
from identify.simulation.outcomes import Outcome
from identify.simulation.results.changes import Change
from identify.simulation.results.columns import percent, share, time_text
from identify.simulation.results.result import Result

__all__ = [
    "comparison_facts",
    "comparison_verdict",
    "result_facts",
    "result_verdict",
    "span_text",
    "time_of_day",
]

#: Sources that the verdict names.
MOST_NAMED = 3
NANOSECONDS = 1_000_000_000

#: What Asterisk does with requests before it identifies them.
ANSWERED_BEFORE = {
    Outcome.ACL: "denied by an object of type=acl",
    Outcome.BAD_SCHEME: "refused for a URI's scheme",
    Outcome.MISSING_CONTACT: "refused for a missing Contact",
    Outcome.DROPPED: "dropped for a syntax error",
}

#: What a change comes to, the gravest first.
LOST = "no longer identified"
MOVED = "identified as another endpoint"
GAINED = "newly identified"
UNSURE = "no longer known"
OTHER = "answered in another way"


def result_verdict(result: Result) -> tuple[str, Tone]:
    """Return what came of the traffic in a sentence, and how that is to be taken."""
    asked, outcomes = result.asked, result.outcomes
    before, barred = _before(result)
    if not asked:
        return f"{_nothing_asked(result)}{before}", "bad" if barred else "unsure"
    identified = outcomes[Outcome.IDENTIFIED]
    parts = [
        f"All {asked:,} requests are identified"
        if identified == asked > 1
        else f"{identified:,} of {_counted(asked, 'request')} {'is' if identified == 1 else 'are'} identified"
    ]
    refused = outcomes[Outcome.UNIDENTIFIED] + outcomes[Outcome.ENDPOINT_ACL]
    if refused:
        parts.append(f"{refused:,} {_of_sources(result)} {_is(refused)}n't")
    text = "; ".join(parts) + (f": {_names(result)}" if refused else "")
    further = []
    if outcomes[Outcome.ENDPOINT_ACL]:
        denied = outcomes[Outcome.ENDPOINT_ACL]
        further.append(f"{denied:,} of these {_is(denied)} denied by an endpoint's access list")
    if outcomes[Outcome.UNDETERMINED]:
        unsure = outcomes[Outcome.UNDETERMINED]
        further.append(f"{unsure:,} {_is(unsure)} undetermined: the answer depends on what isn't known here")
    if outcomes[Outcome.UNKNOWN_DIALOG]:
        lone = outcomes[Outcome.UNKNOWN_DIALOG]
        further.append(f"{lone:,} {'belongs' if lone == 1 else 'belong'} to no live dialog")
    if result.expectations.given and not result.expectations.hold:
        wrong = result.expectations.given - result.expectations.checked + result.expectations.failed
        further.append(
            f"{wrong:,} of {_counted(result.expectations.given, 'expectation')} {_is(wrong)}n't met"
        )
    tone: Tone = "good"
    if refused or not result.expectations.hold:
        tone = "bad"
    elif identified < asked:
        tone = "unsure"
    return ". ".join([text, *further]) + "." + before, "bad" if barred else tone


def result_facts(result: Result) -> list[Fact]:
    """Return the numbers of a result, the most important first."""
    asked, outcomes = result.asked, result.outcomes
    unidentified, denied = outcomes[Outcome.UNIDENTIFIED], outcomes[Outcome.ENDPOINT_ACL]
    undetermined = outcomes[Outcome.UNDETERMINED]
    facts = []
    if asked:
        identified = outcomes[Outcome.IDENTIFIED]
        facts += [
            _part("unidentified", unidentified, asked, "bad" if unidentified else ""),
            _part("identified", identified, asked, "good" if identified else ""),
        ]
    if denied:
        facts.append(_part("denied by the endpoint's ACL", denied, asked, "bad"))
    if undetermined:
        facts.append(_part("undetermined", undetermined, asked, "unsure"))
    if result.expectations.given:
        right = result.expectations.checked - result.expectations.failed
        facts.append(
            Fact(
                label="as expected",
                value=f"{right:,} of {result.expectations.given:,}",
                tone="good" if result.expectations.hold else "bad",
                main=True,
            )
        )
    return [
        *facts,
        Fact(
            label="messages", value=f"{result.messages:,}", note="read from the traffic, of either direction"
        ),
        Fact(
            label="asked about", value=f"{asked:,}", note="requests for which Asterisk looks for an endpoint"
        ),
        Fact(label="unidentified sources", value=f"{len(result.strangers.rows):,}", note="addresses"),
        Fact(
            label="security events",
            value=f"{sum(result.events.values()):,}",
            note="that Asterisk would report, which is what fail2ban counts",
        ),
        Fact(
            label="asked for credentials",
            value=f"{result.challenged:,}",
            note="identified requests that get a 401 first, because their endpoint has an auth",
        ),
    ]


def comparison_verdict(comparison: Comparison) -> tuple[str, Tone]:
    """Return what changes in a sentence, and how that is to be taken."""
    unsure = comparison.undetermined
    note = f" {_counted(unsure, 'request')} {_is(unsure)} undetermined with both." if unsure else ""
    if not comparison.messages:
        return "There is nothing to compare: the traffic has no messages.", "unsure"
    if not comparison.changed:
        subject = (
            f"{_counted(comparison.messages, 'message')} {'has' if comparison.messages == 1 else 'have'}"
        )
        rest = "the other " if unsure else ""
        text = f"Nothing changes: {rest}{subject} the same outcome and endpoint with both configurations."
        if unsure:
            text = "Nothing changes, as far as it is known."
        return text + note, "unsure" if unsure else "good"
    kinds = _kinds(comparison)
    parts = [f"{count:,} {_is(count)} {kind}" for kind, count in kinds.items()]
    text = (
        f"{comparison.changed:,} of {_counted(comparison.messages, 'message')} "
        f"{'changes' if comparison.changed == 1 else 'change'}: {', '.join(parts)}."
    )
    return text + note, "bad" if LOST in kinds else "unsure"


def comparison_facts(comparison: Comparison) -> list[Fact]:
    """Return the numbers of a comparison, the most important first."""
    tones: dict[str, Tone] = {LOST: "bad", GAINED: "good"}
    facts = [
        Fact(label="requests that change", value=f"{comparison.changed:,}", main=True),
        *(
            Fact(label=kind, value=f"{count:,}", tone=tones.get(kind, "unsure"), main=True)
            for kind, count in _kinds(comparison).items()
        ),
    ]
    if comparison.undetermined:
        facts.append(
            Fact(
                label="undetermined with both",
                value=f"{comparison.undetermined:,}",
                tone="unsure",
                main=True,
            )
        )
    return [
        *facts,
        Fact(
            label="messages",
            value=f"{comparison.messages:,}",
            note="read from the traffic, of either direction",
        ),
        *(
            [
                Fact(
                    label="kinds of change",
                    value=f"{len(comparison.changes):,}",
                    note="pairs of outcome and endpoint",
                )
            ]
            if comparison.changes
            else []
        ),
    ]


def span_text(first: int, last: int) -> str:
    """Return the time of traffic, as short as it can be told.

    >>> span_text(1_700_000_000_000_000_000, 1_700_000_004_000_000_000)
    '2023-11-14 22:13:20 to 22:13:24 UTC'
    """
    start, end = time_of_day(first), time_of_day(last)
    if not start or not end:
        return "the traffic has no times"
    if start == end:
        return f"{start} UTC"
    return f"{start} to {end[11:] if end[:10] == start[:10] else end} UTC"


def time_of_day(nanoseconds: int) -> str:
    """Return a time to the second, empty if it isn't known."""
    return (time_text(nanoseconds) or "")[:19].replace("T", " ")


def _before(result: Result) -> tuple[str, int]:
    """Return what became of requests that the identifiers aren't asked about, and how many an access list denied."""
    counts = [
        f"{count:,} {_is(count)} {what}"
        for outcome, what in ANSWERED_BEFORE.items()
        if (count := result.outcomes[outcome])
    ]
    return (f" Before it identifies: {', '.join(counts)}." if counts else ""), result.outcomes[Outcome.ACL]


def _nothing_asked(result: Result) -> str:
    """Return why there was no request to identify."""
    if not result.messages:
        return "There is nothing to identify: the traffic has no SIP messages."
    counts = ", ".join(f"{count:,} {outcome}" for outcome in Outcome if (count := result.outcomes[outcome]))
    foreign = ""
    if result.outcomes[Outcome.FOREIGN]:
        foreign = (
            " Foreign ones are neither to nor from an address of Asterisk's: --local ADDR says which it has."
        )
    return (
        f"There is nothing to identify: of {_counted(result.messages, 'message')} none is a request for which Asterisk "
        f"looks for an endpoint ({counts}).{foreign}"
    )


def _of_sources(result: Result) -> str:
    more = bool(result.strangers.other.requests)
    count = len(result.strangers.rows)
    return f"from {'more than ' if more else ''}{_counted(count, 'source')}"


def _names(result: Result) -> str:
    """Return the sources with the most requests."""
    names = [row.source for row in result.strangers.most(MOST_NAMED)]
    more = len(result.strangers.rows) - len(names)
    return ", ".join(names) + (f" and {more:,} more" if more > 0 else "")


def _kinds(comparison: Comparison) -> dict[str, int]:
    """Return the number of changed requests by what the change comes to, the gravest first."""
    counts: Counter[str] = Counter()
    for change, count in comparison.changes.items():
        counts[_kind(change)] += count
    return {kind: counts[kind] for kind in (LOST, MOVED, GAINED, UNSURE, OTHER) if counts[kind]}


def _kind(change: Change) -> str:
    before, after = (standing.outcome is Outcome.IDENTIFIED for standing in (change.before, change.after))
    if before and after:
        return MOVED
    if change.after.outcome is Outcome.UNDETERMINED:
        return UNSURE
    if before:
        return LOST
    return GAINED if after else OTHER


def _part(label: str, part: int, whole: int, tone: Tone) -> Fact:
    return Fact(label=label, value=f"{part:,}", share=percent(share(part, whole)), tone=tone, main=True)


def _counted(count: int, noun: str) -> str:
    return f"{count:,} {noun}{'' if count == 1 else 's'}"


def _is(count: int) -> str:
    return "is" if count == 1 else "are"
