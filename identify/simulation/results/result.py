"""What a simulation found: totals, the rows of its tables, unused rules; parts of traffic add up.

It holds what was counted and words it for JSON; the counting is ``simulation``'s, the columns are those of ``tables``.

Parts that ran apart add up to what one run would have counted, as far as no dialog, transaction or counted source goes
from one part into the other, and no table reached its limit.
"""

from __future__ import annotations

from collections import Counter
from typing import Any

import attrs

from identify.configuration import Configuration
from identify.identifiers import LINE, OF_IDENTIFY
from identify.model import Match
from identify.simulation.example import Example, nearest_miss
from identify.simulation.outcomes import Outcome
from identify.simulation.results.columns import share
from identify.simulation.results.entries import (
    DroppedEntry,
    EndpointEntry,
    OutcomeEntry,
    ProblemEntry,
    Reading,
    SkippedEntry,
    SourceEntry,
    UnusedRule,
)
from identify.simulation.results.expectations import Expectations
from identify.simulation.results.own_sockets import OwnSockets
from identify.simulation.results.sources import Sources, UnidentifiedSources, earliest, latest
from identify.simulation.results.tables import (
    DROPPED,
    ENDPOINTS,
    MISMATCHES,
    MOST_EXPLAINED,
    MOST_ROWS,
    OUTCOMES,
    PACKETS,
    SOURCES,
    UNDETERMINED,
    UNKNOWNS,
    UNMET,
    UNUSED_RULES,
)
from identify.simulation.results.timeline import Timeline
from identify.simulation.results.unknowns import UndeterminedRequests, UnknownEntry
from identify.traffic.batch import DroppedPackets
from identify.traffic.captures.skipped import SKIP_REASONS
from identify.traffic.logs.records import COUNTS

__all__ = ["Result"]


@attrs.define(kw_only=True)
class Result:
    """What became of traffic.

    ``hits`` counts the requests that each answer was given to, also those that an access list denied afterwards;
    ``challenged`` those identified requests that Asterisk would ask for credentials, ``contact_names`` those with a
    Contact whose host name an access list would have resolved.  ``events`` counts security events
    by their cause, :attr:`Outcome.UNIDENTIFIED` or :attr:`Outcome.ENDPOINT_ACL`.  ``forgotten`` counts the dialogs,
    transactions and counted sources that were dropped because memory was full.  ``strangers`` are the sources of
    unidentified requests.  ``undetermined`` are the requests whose answer depends on something that isn't known, by
    what that is and by source; ``unlooked`` of them weren't looked at one by one, because that would have taken too
    long.  ``timeline`` has counts over time, if the run kept them; ``own_sockets`` are the addresses taken for
    Asterisk's.
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
    undetermined: UndeterminedRequests = attrs.field(factory=UndeterminedRequests, repr=False)
    unlooked: int = 0
    events: Counter[Outcome] = attrs.field(factory=Counter)
    challenged: int = 0
    contact_names: int = 0
    forgotten: Counter[str] = attrs.field(factory=Counter)
    line_tokens: dict[str, str] = attrs.field(factory=dict)
    unclear_registers: int = 0
    readings: list[Reading] = attrs.field(factory=list)
    expectations: Expectations = attrs.field(factory=Expectations)
    timeline: Timeline | None = attrs.field(default=None, repr=False)
    own_sockets: OwnSockets = attrs.field(factory=OwnSockets)

    def merge(self, other: Result) -> None:
        """Add the result of another part of the traffic, simulated with the same configuration."""
        self.messages += other.messages
        self.first = earliest(self.first, other.first)
        self.last = latest(self.last, other.last)
        self.outcomes.update(other.outcomes)
        self.dropped.update(other.dropped)
        self.hits.update(other.hits)
        for match, sources in other.sources.items():
            self.sources.setdefault(match, Sources()).merge(sources)
        self.strangers.add_rows(other.strangers)
        self.undetermined.merge(other.undetermined)
        self.unlooked += other.unlooked
        self.events.update(other.events)
        self.challenged += other.challenged
        self.contact_names += other.contact_names
        self.forgotten.update(other.forgotten)
        self.line_tokens.update(other.line_tokens)
        self.unclear_registers += other.unclear_registers
        self.readings += other.readings
        self.expectations.merge(other.expectations)
        self.own_sockets.merge(other.own_sockets)
        if self.timeline is not None and other.timeline is not None:
            self.timeline.merge(other.timeline)

    @property
    def notices(self) -> int:
        """How many of the messages are requests of which a log has only a notice that they failed."""
        return sum(reading.notices for reading in self.readings)

    @property
    def asked(self) -> int:
        """How many requests the identifiers were asked about."""
        return sum(count for outcome, count in self.outcomes.items() if outcome.is_identification)

    @property
    def unused_rules(self) -> list[UnusedRule]:
        """What no request was identified by: each rule of each identify, and each registration's line.

        An undetermined request may be identified by any of them; it isn't counted.
        """
        configuration = self.configuration
        tried = configuration.tried_identifies
        with_rule = map(frozenset, (tried.rules().owners(), tried.with_header, tried.with_request_uri))
        owners = dict(zip(OF_IDENTIFY, with_rule, strict=True))
        rules = [
            Match(endpoint, identifier, id)
            for place, (endpoint, id) in enumerate(zip(tried.endpoints, tried.ids, strict=True))
            for identifier in OF_IDENTIFY
            if place in owners[identifier]
        ]
        rules += [
            Match(registration.endpoint, LINE, registration.id)
            for registration in configuration.registrations.values()
            if registration.line
        ]
        return [
            UnusedRule(
                section=rule.section or "",
                identifier=rule.identifier,
                endpoint=rule.endpoint,
                dangling=rule.endpoint not in configuration.endpoints,
            )
            for rule in rules
            if not self.hits[rule]
        ]

    @property
    def unused_endpoints(self) -> list[str]:
        """The endpoints that no request was identified as."""
        used = {match.endpoint for match, count in self.hits.items() if count}
        return [id for id in self.configuration.endpoints if id not in used]

    @property
    def remarks(self) -> list[str]:
        """What a reader of the counts should know about them, in sentences; ``readings`` have remarks of their own."""
        doubt = self.own_sockets.remark(self.outcomes)
        remarks = [doubt] if doubt is not None else []
        remarks += [
            f"{count:,} {kind} were forgotten: more than the simulation remembers"
            for kind, count in sorted(self.forgotten.items())
        ]
        if self.unclear_registers:
            remarks.append(
                f"{self.unclear_registers:,} REGISTERs sent by Asterisk had a line token "
                "that matches no registration, or several"
            )
        count = self.outcomes[Outcome.UNDETERMINED]
        if count:
            remarks.append(
                f"{count:,} requests are undetermined: rules and endpoints listed as never hit or reached may be theirs"
            )
        if self.unlooked:
            remarks.append(
                f"{self.unlooked:,} of the undetermined requests may have a known answer: "
                "to look at each would have taken too long"
            )
        if self.contact_names:
            remarks.append(
                f"{self.contact_names:,} requests have a host name in a Contact whose address an access list tests; "
                "it isn't looked up here"
            )
        return remarks

    def nearest_miss(self, example: Example) -> str:
        """Return the reason that says best why a message wasn't identified."""
        return nearest_miss(example.explain(self.configuration, self.line_tokens))

    def outcome_entries(self) -> list[OutcomeEntry]:
        """Return the rows of ``tables.OUTCOMES``, in the order of outcomes."""
        return [
            OutcomeEntry(outcome=outcome.value, messages=count, share=share(count, self.messages))
            for outcome in Outcome
            if (count := self.outcomes[outcome])
        ]

    def unknown_entries(self) -> list[UnknownEntry]:
        """Return the rows of ``tables.UNKNOWNS``: what requests depend on, those with the most requests first."""
        asked = self.asked
        return [
            UnknownEntry(unknown=unknown, requests=count, share=share(count, asked))
            for unknown, count in self.undetermined.unknowns()
        ]

    def dropped_entries(self) -> list[DroppedEntry]:
        """Return the rows of ``tables.DROPPED``, the most frequent reason first."""
        return [DroppedEntry(reason=reason, messages=count) for reason, count in self.dropped.most_common()]

    def endpoint_entries(self) -> list[EndpointEntry]:
        """Return the rows of ``tables.ENDPOINTS``, those with the most requests first."""
        asked = self.asked
        none = Sources()
        return [
            EndpointEntry(
                endpoint=match.endpoint,
                identifier=match.identifier,
                section=match.section,
                requests=count,
                share=share(count, asked),
                sources=self.sources.get(match, none).count,
                sources_exact=self.sources.get(match, none).exact,
            )
            for match, count in self.most_hit()
        ]

    def packet_entries(self, limit: int | None = None) -> list[DroppedPackets]:
        """Return the rows of ``tables.PACKETS``, the most frequent first: what logs say of all files together."""
        found: Counter[tuple[str | None, str | None, str]] = Counter()
        for reading in self.readings:
            for kind in reading.dropped_packets:
                found[kind.source, kind.transport, kind.reason] += kind.packets
        ordered = sorted(found.items(), key=lambda each: (-each[1], each[0][0] or "", each[0][2]))
        return [
            DroppedPackets(source=source, transport=transport, reason=reason, packets=count)
            for (source, transport, reason), count in ordered[:limit]
        ]

    def source_entries(self, limit: int | None = None, *, explained: int = 0) -> list[SourceEntry]:
        """Return rows of ``tables.SOURCES``, those with the most requests first.

        At most ``limit`` of them; the first ``explained`` have their nearest miss.
        """
        return [
            SourceEntry(
                found=found,
                nearest_miss=self.nearest_miss(found.example)
                if place < explained and found.example is not None
                else None,
            )
            for place, found in enumerate(self.strangers.most(limit))
        ]

    def skipped_entries(self) -> list[SkippedEntry]:
        """Return the rows of ``tables.SKIPPED``, by reader."""
        return [
            SkippedEntry(
                traffic=reading.name,
                format=reading.format,
                reason=reason,
                count=count,
                meaning=SKIP_REASONS.get(reason) or COUNTS.get(reason, ""),
            )
            for reading in self.readings
            for reason, count in reading.counts.items()
        ]

    def problem_entries(self) -> list[ProblemEntry]:
        """Return the rows of ``tables.PROBLEMS``, by reader."""
        return [
            ProblemEntry(traffic=reading.name, problem=problem)
            for reading in self.readings
            for problem in reading.problems
        ]

    def as_dict(self, *, strangers: int = MOST_ROWS, explained: int = MOST_EXPLAINED) -> dict[str, Any]:
        """Return all of it as values for JSON.

        ``strangers`` is the maximum number of unidentified sources, and of sources of undetermined requests,
        ``explained`` that of explanations.
        """
        sources = self.source_entries(strangers, explained=explained)
        return {
            "messages": self.messages,
            "first": self.first,
            "last": self.last,
            "outcomes": OUTCOMES.mapping(self.outcome_entries()),
            "dropped": dict(sorted(DROPPED.mapping(self.dropped_entries()).items())),
            "notices": self.notices,
            "dropped_packets": PACKETS.objects(self.packet_entries(strangers)),
            "asked": self.asked,
            "endpoints": ENDPOINTS.objects(self.endpoint_entries()),
            "challenged": self.challenged,
            "contact_names": self.contact_names,
            "events": {outcome.value: count for outcome, count in sorted(self.events.items())},
            "strangers": [
                *SOURCES.objects(sources[:explained]),
                *SOURCES.objects(sources[explained:], without=("nearest_miss",)),
            ],
            "strangers_in_all": len(self.strangers.rows),
            "strangers_other": self.strangers.other.requests,
            "unknowns": UNKNOWNS.objects(self.unknown_entries()),
            "undetermined": UNDETERMINED.objects(self.undetermined.most(strangers)),
            "undetermined_in_all": len(self.undetermined.rows),
            "undetermined_other": self.undetermined.other.requests,
            "undetermined_unlooked": self.unlooked,
            "unused_rules": UNUSED_RULES.objects(self.unused_rules),
            "unused_endpoints": self.unused_endpoints,
            "line_tokens": dict(sorted(self.line_tokens.items())),
            "unclear_registers": self.unclear_registers,
            "forgotten": dict(sorted(self.forgotten.items())),
            "sockets": self.own_sockets.as_dict(self.outcomes),
            "readings": [attrs.asdict(reading) for reading in self.readings],
            "expected": {
                "checked": self.expectations.checked,
                "failed": self.expectations.failed,
                "undetermined": self.expectations.undetermined,
                "mismatches": MISMATCHES.objects(self.expectations.mismatches),
                "unmet_in_all": self.expectations.unmet_in_all,
                "unmet": UNMET.objects(self.expectations.unmet),
            },
        }

    def most_hit(self) -> list[tuple[Match, int]]:
        """Return the answers with the most requests first."""
        given = [(match, count) for match, count in self.hits.items() if count]
        return sorted(
            given,
            key=lambda hit: (-hit[1], hit[0].endpoint, hit[0].identifier, hit[0].section or ""),
        )
