"""One message of the traffic: its request, its explanation, and the nearest miss of that.

It keeps nothing and counts nothing.
"""

from __future__ import annotations

from collections.abc import Mapping

import attrs

from identify._compiled._request import Request
from identify.addresses import host_port
from identify.configuration import Configuration
from identify.explain import Explanation, explain
from identify.explanation.telling.nearest import nearest_of
from identify.explanation.telling.reasons import MATCH, NO
from identify.explanation.undetermined.parts import PARTS
from identify.model import TransportName
from identify.traffic.batch import TRANSPORTS, Batch, Direction

__all__ = ["Example", "example_of", "nearest_miss"]

#: Reasons by how much they say where nothing is near: first by their kind, then by their identifier.
INTEREST = {MATCH: 0, NO: 1}
TELLING = ("username", "header", "request_uri", "auth_username", "ip", "anonymous", "line")


@attrs.frozen(kw_only=True)
class Example:
    """A message with what its transport knew of it; ``local`` is ``address:port`` or None.

    ``traffic`` is the name of the file whose ``frame`` it is, None if it comes from none.
    Of a request with ``notice`` the log has only a notice: ``data`` is made up around what it tells.
    """

    frame: int
    time: int
    data: bytes = attrs.field(repr=False)
    source: str
    port: int
    transport: TransportName
    local: str | None
    notice: bool = False
    traffic: str | None = None

    def place(self, *, named: bool) -> str:
        """Return its frame, as ``--explain`` takes it; with its file if that is to be ``named``."""
        return f"{self.traffic}:{self.frame}" if named and self.traffic is not None else f"{self.frame}"

    @property
    def request(self) -> Request:
        """The request; raises :class:`~identify.errors.MessageError` if the message isn't one."""
        return Request.from_message(self.data, self.source, self.port, self.transport, self.local)

    def explain(
        self, configuration: Configuration, line_tokens: Mapping[str, str], *, everything: bool = False
    ) -> Explanation:
        """Return why it is, or isn't, identified."""
        unknowns = (*configuration.unknowns, *PARTS) if self.notice else None
        return explain(configuration, line_tokens, self.request, unknowns=unknowns, everything=everything)


def example_of(batch: Batch, number: int) -> Example:
    """Return a message of a batch."""
    host = batch.local(number)
    local = None if host is None else host_port(host, batch.local_ports[number])
    return Example(
        frame=batch.frames[number],
        time=batch.times[number],
        data=batch.message(number),
        source=batch.source(number),
        port=batch.ports[number],
        transport=TRANSPORTS[batch.transports[number]],
        local=local,
        notice=batch.directions[number] == Direction.NOTICE,
        traffic=batch.traffic,
    )


def nearest_miss(explanation: Explanation) -> str:
    """Return the reason that says best why nothing was identified; empty where there is none.

    Where the endpoint's own access lists deny the request, that is the reason.
    """
    if explanation.outcome == "endpoint acl":
        return f"refused by {explanation.refusals[0]}"
    nearest = nearest_of(explanation.steps)
    if nearest:
        return str(nearest[0].reason)
    found = [
        (INTEREST[reason.verdict], TELLING.index(step.identifier), str(reason))
        for step in explanation.steps
        for reason in step.reasons
        if reason.verdict in INTEREST
    ]
    return min(found, key=lambda ranked: ranked[:2])[2] if found else ""
