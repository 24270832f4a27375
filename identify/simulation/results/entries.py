"""The rows of a result's tables, each with the values of one row; which columns show them is ``tables``'s.

Rows of the table of changes are in ``changes``, mismatches in ``expectations``.
"""

from __future__ import annotations

import attrs

from identify.simulation.results.sources import UnidentifiedSource
from identify.strings import shown
from identify.traffic.batch import DroppedPackets, Reader

__all__ = [
    "DroppedEntry",
    "EndpointEntry",
    "OutcomeEntry",
    "ProblemEntry",
    "Reading",
    "SkippedEntry",
    "SourceEntry",
    "UnusedRule",
]


@attrs.frozen(kw_only=True)
class Reading:
    """What a reader skipped, by reason, and what is wrong with its input.

    ``hep_messages`` of its messages come from HEP; ``untrusted_hep`` are addresses and ports, none of them Asterisk's
    SIP sockets, that HEP was sent to that wasn't believed.  ``tunnels`` counts those of its messages that came in
    tunnels, by the name of the outermost one, ``notices`` the requests of which a log has only a notice,
    ``dropped_packets`` what Asterisk dropped, as a log says.
    """

    name: str
    format: str
    counts: dict[str, int]
    problems: tuple[str, ...]
    hep_messages: int = 0
    untrusted_hep: tuple[str, ...] = ()
    notices: int = 0
    dropped_packets: tuple[DroppedPackets, ...] = ()
    tunnels: dict[str, int] = attrs.field(factory=dict)

    @classmethod
    def of(cls, reader: Reader) -> Reading:
        """Return what a reader says once it has come to its end."""
        return cls(
            name=reader.name,
            format=reader.format,
            counts=dict(sorted(reader.counts.items())),
            problems=tuple(reader.problems),
            hep_messages=reader.hep_messages,
            untrusted_hep=reader.untrusted_hep,
            notices=reader.notices,
            dropped_packets=reader.dropped_packets,
            tunnels=reader.tunnels,
        )

    @property
    def remarks(self) -> list[str]:
        """What is known by notices only, what came in tunnels, and what depends on HEP, in sentences."""
        remarks = []
        if self.notices:
            remarks.append(
                f"{shown(self.name)} has no SIP messages of {self.notices:,} "
                f"request{'s' if self.notices > 1 else ''}, only notices: with `pjsip set logger on` "
                "Asterisk logs the messages too, and no answer depends on what a notice doesn't tell"
            )
        if self.tunnels:
            count = sum(self.tunnels.values())
            kinds = ", ".join(f"{number:,} {kind}" for kind, number in self.tunnels.items())
            remarks.append(
                f"{count:,} message{'s' if count > 1 else ''} of {shown(self.name)} came in tunnels, "
                f"with the addresses inside: {kinds}"
            )
        if self.hep_messages:
            remarks.append(
                f"{self.hep_messages:,} messages of {shown(self.name)} depend on HEP: "
                "they are what its packets say, not packets that were captured"
            )
        untrusted = self.counts.get("hep-untrusted", 0)
        if untrusted:
            remarks.append(
                f"{untrusted:,} HEP packets of {shown(self.name)} aren't believed, {self._untrusted}"
            )
        return remarks

    @property
    def _untrusted(self) -> str:
        if not self.untrusted_hep:
            return "sent to or from Asterisk's own SIP sockets"
        first, *others = self.untrusted_hep
        more = f" and {len(others)} other place{'s' if len(others) > 1 else ''}" if others else ""
        return f"sent to {first}{more}; --hep {first} believes those that were sent there, --hep none wants no HEP"


@attrs.frozen(kw_only=True)
class UnusedRule:
    """A rule that no request was identified by; ``dangling`` if its endpoint doesn't exist."""

    section: str
    identifier: str
    endpoint: str
    dangling: bool = False


@attrs.frozen(kw_only=True)
class OutcomeEntry:
    """How many messages had an outcome; the share is of all messages."""

    outcome: str
    messages: int
    share: float


@attrs.frozen(kw_only=True)
class DroppedEntry:
    """How many messages PJSIP drops for a reason."""

    reason: str
    messages: int


@attrs.frozen(kw_only=True)
class EndpointEntry:
    """How many requests were identified as an endpoint by one identifier and section, and from how many addresses.

    The share is of the requests that the identifiers were asked about.
    """

    endpoint: str
    identifier: str
    section: str | None
    requests: int
    share: float
    sources: int
    sources_exact: bool


@attrs.frozen(kw_only=True)
class SourceEntry:
    """A source of unidentified requests; ``nearest_miss`` is None where it has no example or no explanation."""

    found: UnidentifiedSource
    nearest_miss: str | None = None


@attrs.frozen(kw_only=True)
class SkippedEntry:
    """How often a reader skipped something for a reason."""

    traffic: str
    format: str
    reason: str
    count: int
    meaning: str


@attrs.frozen(kw_only=True)
class ProblemEntry:
    """What is wrong with an input."""

    traffic: str
    problem: str
