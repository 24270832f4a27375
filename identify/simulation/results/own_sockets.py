"""Which addresses a simulation took for Asterisk's, from what, and which ones may be Asterisk's instead.

Knows how that is counted and worded; how the addresses are found is described in ``identify.simulation.sockets``.

Facts

- A capture doesn't say which end is Asterisk.  A bind to a wildcard has only a port, and where a port is forwarded, or
  the bind stands in another file, Asterisk has another one: the other end may then be taken for Asterisk, and what
  Asterisk received counts as sent.
- If not one request was received, that has happened, or nobody sent Asterisk anything.  Only the reader knows.

Strategy

The likeliest other address is the end that most messages have in common that weren't received, as Asterisk is an end
of all of its messages; of two the one that more requests go to.  Messages of the first batch are enough for that.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

import attrs

from identify.addresses import MAPPED, host_port, unpacked
from identify.simulation.outcomes import Outcome
from identify.strings import shown
from identify.traffic.batch import Batch, Direction

__all__ = ["OwnSockets"]

#: Messages that are looked at for other addresses.
MOST_MESSAGES = 20_000
#: Addresses and transports in a sentence, and in JSON.
MOST_NAMED = 5
MOST_LISTED = 100

#: An address of 16 bytes and a port, 0 for any.
Socket = tuple[bytes, int]


@attrs.define(kw_only=True)
class OwnSockets:
    """Asterisk's own addresses, as a simulation takes them.

    ``basis`` says from what: ``given`` (``--local``), ``transports`` (their binds name addresses), ``guess`` (binds
    have only a port, and the addresses are found by it), ``none`` (no transports, so all messages count as received)
    and ``traffic`` (it says itself what was received).  ``binds`` are the transports, each with its ``bind``.
    Of one batch, the first of a part of the traffic, ``ends`` counts foreign messages by their ends, ``targets`` the
    requests among them by where they went, and ``sent_to`` the requests that count as sent.
    """

    basis: str = "traffic"
    binds: tuple[tuple[str, str], ...] = ()
    addresses: list[Socket] = attrs.field(factory=list)
    ends: Counter[Socket] = attrs.field(factory=Counter)
    targets: Counter[Socket] = attrs.field(factory=Counter)
    sent_to: Counter[Socket] = attrs.field(factory=Counter)

    def take(self, batch: Batch, outcomes: Sequence[int], sent: int, foreign: int) -> None:
        """Count the ends of those messages of a batch that were sent or are foreign, whose codes these are."""
        for i in range(min(len(batch), MOST_MESSAGES)):
            if outcomes[i] not in (sent, foreign) or batch.directions[i] != Direction.UNKNOWN:
                continue
            target = (bytes(batch.locals[16 * i : 16 * i + 16]), batch.local_ports[i])
            if outcomes[i] == sent:
                self.sent_to[target] += 1
                continue
            self.ends[bytes(batch.sources[16 * i : 16 * i + 16]), batch.ports[i]] += 1
            self.ends[target] += 1
            if bytes(batch.data[batch.offsets[i] : batch.offsets[i] + 4]) != b"SIP/":
                self.targets[target] += 1

    def merge(self, other: OwnSockets) -> None:
        """Add those of another part of the traffic."""
        if self.basis == "traffic":
            self.basis, self.binds = other.basis, other.binds
        self.addresses += [socket for socket in other.addresses if socket not in self.addresses]
        self.ends.update(other.ends)
        self.targets.update(other.targets)
        self.sent_to.update(other.sent_to)

    def likeliest(self, outcomes: Counter[Outcome]) -> str | None:
        """Return the address that may be Asterisk's too, or instead, as ``--local`` takes it; None if there is none.

        What counts as sent is in doubt only if no request counts as received.
        """
        if not self.depends(outcomes):
            return None
        sent = Counter[Socket]() if _received(outcomes) else self.sent_to
        ends, targets = self.ends + sent, self.targets + sent
        own = set(self.addresses) | {(address, 0) for address, _ in self.addresses}
        others = [
            socket
            for socket in ends
            if any(socket[0]) and socket[1] and socket not in own and not _is_group(socket[0])
        ]
        best = min(others, key=lambda socket: (-ends[socket], -targets[socket], socket), default=None)
        return _text(best) if best is not None else None

    def depends(self, outcomes: Counter[Outcome]) -> bool:
        """Say whether an outcome depends on addresses that may not be Asterisk's, or not all of them."""
        if self.basis == "guess":
            return bool(outcomes[Outcome.SENT] or outcomes[Outcome.FOREIGN])
        return self.basis in ("given", "transports") and bool(outcomes[Outcome.FOREIGN])

    @property
    def sentence(self) -> str:
        """Which addresses were taken for Asterisk's, and from what."""
        if self.basis == "given":
            return f"taken for Asterisk's: {self._listed} (--local)"
        if self.basis == "transports":
            return f"taken for Asterisk's: {self._listed} (the binds of the configuration's transports)"
        port = f"by the port of {self._bound} alone"
        if not self.addresses:
            return f"no address was taken for Asterisk's: none is found {port}"
        return f"taken for Asterisk's: {self._listed} (guessed {port})"

    def note(self, outcome: Outcome) -> str | None:
        """Return what an outcome of one message depends on, None if that isn't addresses."""
        if not self.depends(Counter([outcome])):
            return None
        return f"{self.sentence}; --local names others"

    def line(self, outcomes: Counter[Outcome]) -> str | None:
        """Return a line for below the outcomes, None where they don't depend on addresses."""
        if not self.depends(outcomes):
            return None
        likeliest = self.likeliest(outcomes) if outcomes[Outcome.FOREIGN] else None
        most = f"; most foreign messages have {likeliest}" if likeliest is not None else ""
        return f"{self.sentence}{most}; --local names others"

    def remark(self, outcomes: Counter[Outcome]) -> str | None:
        """Return a warning if not one request was received, None otherwise."""
        sure = self.basis != "guess" and outcomes[Outcome.SENT]
        if _received(outcomes) or sure or not self.depends(outcomes):
            return None
        sent, foreign = outcomes[Outcome.SENT], outcomes[Outcome.FOREIGN]
        counts = [
            f"{count:,} {word}" for count, word in ((sent, "sent by it"), (foreign, "foreign")) if count
        ]
        likeliest = self.likeliest(outcomes)
        advice = (
            f"if {likeliest} is Asterisk's, say --local {likeliest}"
            if likeliest is not None
            else "say with --local which addresses are Asterisk's"
        )
        return f"no request counts as received by Asterisk, {' and '.join(counts)}; {self.sentence}; {advice}"

    def as_dict(self, outcomes: Counter[Outcome]) -> dict[str, Any]:
        """Return it as values for JSON."""
        return {
            "basis": self.basis,
            "binds": [{"transport": id, "bind": bind} for id, bind in self.binds[:MOST_LISTED]],
            "addresses": [_text(socket) for socket in self.addresses[:MOST_LISTED]],
            "likeliest": self.likeliest(outcomes),
        }

    @property
    def _listed(self) -> str:
        named = [_text(socket) for socket in self.addresses[:MOST_NAMED]]
        more = len(self.addresses) - MOST_NAMED
        return ", ".join(named) + (f" and {more:,} more" if more > 0 else "")

    @property
    def _bound(self) -> str:
        named = [f"bind={bind} of {shown(id)}" for id, bind in self.binds[:MOST_NAMED]]
        more = len(self.binds) - MOST_NAMED
        return ", ".join(named) + (f" and {more:,} more" if more > 0 else "")


def _received(outcomes: Counter[Outcome]) -> bool:
    """Whether any request counts as received."""
    return any(count and outcome.is_request for outcome, count in outcomes.items())


def _text(socket: Socket) -> str:
    address, port = socket
    return host_port(unpacked(address), port) if port else unpacked(address)


def _is_group(address: bytes) -> bool:
    """Whether an address is one of multicast or broadcast, at which nobody is alone."""
    return address[12] >= 0xE0 if address.startswith(MAPPED) else address[0] == 0xFF
