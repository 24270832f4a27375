"""Which access list denied a request, in words; that one did was decided in compiled code.

The walk over the lists is ``explanation``'s.  It takes as long as comparing every rule in Python, so its answers are
remembered by what it compares, and there is a limit to the work.
"""

from __future__ import annotations

from collections.abc import Iterable

from identify.configuration import Configuration
from identify.explanation.around.access import screen
from identify.model import AccessList, Endpoint, Match
from identify.simulation.example import example_of
from identify.traffic.batch import Batch

__all__ = ["Refusals"]

#: Work for requests that are looked at one by one, in rules that are compared.
MOST_WORK = 20_000_000
#: Answers that are remembered.
MOST_REMEMBERED = 100_000
#: What is said of a request beyond the work.
UNNAMED = f"an access list; which one isn't known, as more than {MOST_WORK} rules were compared before"


class Refusals:
    """Names the lists of one configuration."""

    def __init__(self, configuration: Configuration) -> None:
        self._configuration = configuration
        self._known: dict[object, str] = {}
        self._rules_of: dict[str | None, int] = {}
        self._work = 0

    def name(self, batch: Batch, number: int, match: Match | None) -> str:
        """Return what denies a message: an object of type=acl, or a list of the endpoint that was identified.

        If that is too much work, the text says so.
        """
        request = example_of(batch, number).request.as_read_by(self._configuration.release)
        owner = match.endpoint if match is not None else None
        key = (owner, request.source, tuple(uri.host for uri in request.contact_uris))
        if key in self._known:
            return self._known[key]
        objects = self._objects(owner)
        if owner not in self._rules_of:
            self._rules_of[owner] = _rules(objects)
        if self._work >= MOST_WORK:
            return UNNAMED
        self._work += self._rules_of[owner] + 1
        refusal = str(screen(objects, request).refusals[0])
        if len(self._known) < MOST_REMEMBERED:
            self._known[key] = refusal
        return refusal

    def _objects(self, owner: str | None) -> list[AccessList | Endpoint]:
        if owner is None:
            return list(self._configuration.acls.values())
        return [self._configuration.endpoints[owner]]


def _rules(objects: Iterable[AccessList | Endpoint]) -> int:
    """Return how many rules objects have."""
    return sum(len(rules.rules) for each in objects for rules in (*each.source_access, *each.contact_access))
