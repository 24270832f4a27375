"""What is known about host names: the answer to each query, and the log of how it was found.

It knows what an answer means to the rules of ``match``; nothing of networks and files.
"""

from __future__ import annotations

import attrs

from identify.config.hostnames.rules import NotAskedError, ResolutionError

__all__ = ["Answer", "Answers", "Query"]


@attrs.frozen(kw_only=True)
class Query:
    """One query that was sent, or looked up in a hosts file.

    ``type`` is ``SRV``, ``A``, ``AAAA``, or ``hosts`` for the hosts file; ``outcome`` is ``answered``, ``no data``,
    ``NXDOMAIN``, ``SERVFAIL``, ``REFUSED`` or another response code, ``referral`` (the server doesn't ask others, which
    it names), ``no answer``, ``no answer over TCP`` or ``unreachable``.  ``answers`` are addresses, or records as
    ``PRIORITY WEIGHT PORT TARGET``; ``ttl`` is their smallest in seconds, None where there is none.  ``server`` is what
    answered, ``seconds`` how long that took.
    """

    name: str
    type: str
    outcome: str
    answers: tuple[str, ...] = ()
    ttl: int | None = None
    server: str = ""
    seconds: float = 0.0


@attrs.frozen(kw_only=True)
class Answer:
    """What one method of a resolver answers: ``values``, or why there are none.

    ``known`` is False if nobody was asked or nobody answered: then ``failure`` says why.  Otherwise an answer with a
    ``failure`` refuses the identify.  ``by`` is ``dns``, ``hosts`` or empty; ``queries`` is how it was found.
    """

    values: tuple[str, ...] = ()
    failure: str = ""
    known: bool = True
    ttl: int | None = None
    by: str = ""
    queries: tuple[Query, ...] = attrs.field(default=(), eq=False)

    def get(self) -> tuple[str, ...]:
        """Return the values, or raise the error that the protocol of resolvers wants."""
        if not self.known:
            raise NotAskedError(self.failure)
        if self.failure:
            raise ResolutionError(self.failure)
        return self.values


@attrs.define
class Answers:
    """The answers that are known: targets by the name of a service, addresses by the name of a host.

    ``made`` says when, as ISO 8601, empty if that isn't known.
    """

    services: dict[str, Answer] = attrs.field(factory=dict)
    addresses: dict[str, Answer] = attrs.field(factory=dict)
    made: str = ""
