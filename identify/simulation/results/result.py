"""What a simulation found: totals, tables, what was never hit; parts of traffic add up.

It holds what was counted and words it for JSON; the counting is ``simulation``'s.

Parts that ran apart add up to what one run would have counted, as far as no dialog, transaction or counted source goes
from one part into the other, and no table reached its limit.
"""

from __future__ import annotations

from collections import Counter
from typing import Any

import attrs

from identify._compiled._record_batch import RecordBatch
from identify.configuration import Configuration
from identify.model import Match
from identify.simulation.example import Example, nearest_miss
from identify.simulation.outcomes import Outcome
from identify.simulation.results.arrow import tables_of
from identify.simulation.results.sources import Sources, UnidentifiedSources, earliest, latest
from identify.simulation.results.timeline import Timeline

__all__ = ["MOST_MISMATCHES", "Expectations", "Mismatch", "Reading", "Result", "UnusedRule"]

#: Mismatches that are kept; all are counted.
MOST_MISMATCHES = 100
#: Rows of strangers in ``as_dict``.
MOST_SHOWN = 1_000
#: Explanations are slow with many rules, so only the first rows get one.
MOST_EXPLAINED = 100


@attrs.frozen(kw_only=True)
class Mismatch:
    """A message of which another endpoint was expected; None stands for no endpoint."""

    example: Example
    expected: str | None
    found: str | None
    outcome: Outcome


@attrs.define
class Expectations:
    """How often an endpoint was expected, how often another one came, and the first of these."""

    checked: int = 0
    failed: int = 0
    mismatches: list[Mismatch] = attrs.field(factory=list)

    def merge(self, other: Expectations) -> None:
        """Add another part's; the earlier mismatches are kept."""
        self.checked += other.checked
        self.failed += other.failed
        both = self.mismatches + other.mismatches
        both.sort(key=lambda one: (one.example.time, one.example.frame))
        self.mismatches = both[:MOST_MISMATCHES]


@attrs.frozen(kw_only=True)
class Reading:
    """What a reader passed over and found wrong with its input."""

    name: str
    format: str
    counts: dict[str, int]
    problems: tuple[str, ...]


@attrs.frozen(kw_only=True)
class UnusedRule:
    """A rule that no request was identified by; ``dangling`` if its endpoint doesn't exist."""

    section: str
    identifier: str
    endpoint: str
    dangling: bool = False


@attrs.define(kw_only=True)
class Result:
    """What became of traffic.

    ``hits`` counts the requests that each answer was given to, also those that an access list denied afterwards;
    ``challenged`` those identified requests that Asterisk would ask for credentials, ``contact_names`` those with a
    Contact whose host name an access list would have resolved and that passed here.  ``events`` counts security events
    by their cause, :attr:`Outcome.UNIDENTIFIED` or :attr:`Outcome.ENDPOINT_ACL`.  ``forgotten`` says how many dialogs,
    transactions and counted sources were more than could be remembered.  ``timeline`` has counts over time where they
    were asked for.
    """

    configuration: Configuration = attrs.field(repr=False)
    messages: int = 0
    first: int = -1
    last: int = -1
    outcomes: Counter[Outcome] = attrs.field(factory=Counter)
    dropped: Counter[str] = attrs.field(factory=Counter)
    hits: Counter[Match] = attrs.field(factory=Counter)
    sources: dict[Match, Sources] = attrs.field(factory=dict, repr=False)
    strangers: UnidentifiedSources = attrs.field(factory=UnidentifiedSources, repr=False)
    events: Counter[Outcome] = attrs.field(factory=Counter)
    challenged: int = 0
    contact_names: int = 0
    forgotten: Counter[str] = attrs.field(factory=Counter)
    line_tokens: dict[str, str] = attrs.field(factory=dict)
    unclear_registers: int = 0
    readings: list[Reading] = attrs.field(factory=list)
    expectations: Expectations = attrs.field(factory=Expectations)
    timeline: Timeline | None = attrs.field(default=None, repr=False)

    def merge(self, other: Result) -> None:
        """Add what another part of the traffic came to, simulated with the same configuration."""
        self.messages += other.messages
        self.first = earliest(self.first, other.first)
        self.last = latest(self.last, other.last)
        self.outcomes.update(other.outcomes)
        self.dropped.update(other.dropped)
        self.hits.update(other.hits)
        for match, sources in other.sources.items():
            self.sources.setdefault(match, Sources()).merge(sources)
        self.strangers.merge(other.strangers)
        self.events.update(other.events)
        self.challenged += other.challenged
        self.contact_names += other.contact_names
        self.forgotten.update(other.forgotten)
        self.line_tokens.update(other.line_tokens)
        self.unclear_registers += other.unclear_registers
        self.readings += other.readings
        self.expectations.merge(other.expectations)
        if self.timeline is not None and other.timeline is not None:
            self.timeline.merge(other.timeline)

    @property
    def asked(self) -> int:
        """How many requests the identifiers were asked about."""
        return sum(count for outcome, count in self.outcomes.items() if outcome.is_identification)

    @property
    def unused_rules(self) -> list[UnusedRule]:
        """What no request was identified by: each rule of each identify, and each registration's line."""
        configuration = self.configuration
        rules = [
            (identify.id, identifier, identify.endpoint)
            for identify in configuration.identifies.values()
            for identifier, there in (
                ("ip", identify.addresses),
                ("header", identify.header),
                ("request_uri", identify.request_uri),
            )
            if there
        ]
        rules += [
            (registration.id, "line", registration.endpoint)
            for registration in configuration.registrations.values()
            if registration.line
        ]
        return [
            UnusedRule(
                section=section,
                identifier=identifier,
                endpoint=endpoint,
                dangling=endpoint not in configuration.endpoints,
            )
            for section, identifier, endpoint in rules
            if not self.hits[Match(endpoint, identifier, section)]
        ]

    @property
    def unused_endpoints(self) -> list[str]:
        """The endpoints that no request was identified as."""
        used = {match.endpoint for match, count in self.hits.items() if count}
        return [id for id in self.configuration.endpoints if id not in used]

    @property
    def remarks(self) -> list[str]:
        """What a reader of the counts should know of them, in sentences."""
        remarks = [
            f"{count:,} {what} were more than could be remembered"
            for what, count in sorted(self.forgotten.items())
        ]
        if self.unclear_registers:
            remarks.append(
                f"{self.unclear_registers:,} REGISTERs of Asterisk had a line token of no known registration"
            )
        if self.contact_names:
            remarks.append(
                f"{self.contact_names:,} requests passed a contact ACL with a host name, which isn't looked up here"
            )
        return remarks

    def nearest_miss(self, example: Example) -> str:
        """Return the reason that says best why a message wasn't identified."""
        return nearest_miss(example.explain(self.configuration, self.line_tokens))

    def tables(self) -> dict[str, RecordBatch]:
        """Return its tables as Arrow record batches.

        They are called ``endpoints``, ``outcomes``, ``dropped``, ``strangers`` and ``unused_rules``.
        """
        return tables_of(self)

    def as_dict(self, *, strangers: int = MOST_SHOWN, explained: int = MOST_EXPLAINED) -> dict[str, Any]:
        """Return all of it in values that JSON knows; ``strangers`` and ``explained`` limit rows and explanations."""
        asked = self.asked
        shown = self.strangers.most(strangers)
        rows = [row.as_dict() for row in shown]
        for row, stranger in zip(rows[:explained], shown, strict=False):
            miss = self.nearest_miss(stranger.example) if stranger.example is not None else None
            row["nearest_miss"] = miss
        return {
            "messages": self.messages,
            "first": self.first,
            "last": self.last,
            "outcomes": {
                outcome.value: self.outcomes[outcome] for outcome in Outcome if self.outcomes[outcome]
            },
            "dropped": dict(sorted(self.dropped.items())),
            "asked": asked,
            "endpoints": [
                {
                    "endpoint": match.endpoint,
                    "identifier": match.identifier,
                    "section": match.section,
                    "requests": count,
                    "share": count / asked if asked else 0.0,
                    "sources": self.sources[match].count,
                    "sources_exact": self.sources[match].exact,
                }
                for match, count in self.most_hit()
            ],
            "challenged": self.challenged,
            "contact_names": self.contact_names,
            "events": {outcome.value: count for outcome, count in sorted(self.events.items())},
            "strangers": rows,
            "strangers_in_all": len(self.strangers.rows),
            "strangers_other": self.strangers.other.requests,
            "unused_rules": [attrs.asdict(rule) for rule in self.unused_rules],
            "unused_endpoints": self.unused_endpoints,
            "line_tokens": dict(sorted(self.line_tokens.items())),
            "unclear_registers": self.unclear_registers,
            "forgotten": dict(sorted(self.forgotten.items())),
            "readings": [attrs.asdict(reading) for reading in self.readings],
            "expected": {
                "checked": self.expectations.checked,
                "failed": self.expectations.failed,
                "mismatches": [
                    {
                        "frame": one.example.frame,
                        "expected": one.expected,
                        "found": one.found,
                        "outcome": one.outcome.value,
                    }
                    for one in self.expectations.mismatches
                ],
            },
        }

    def most_hit(self) -> list[tuple[Match, int]]:
        """Return the answers with the most requests first."""
        given = ((match, count) for match, count in self.hits.items() if count)
        return sorted(
            given, key=lambda one: (-one[1], one[0].endpoint, one[0].identifier, one[0].section or "")
        )
