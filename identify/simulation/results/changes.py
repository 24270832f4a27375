"""What changes for a request from one configuration to another, and the rows of the table of changes."""

from __future__ import annotations

from collections.abc import Sequence

import attrs

from identify.simulation.example import Example
from identify.simulation.outcomes import Outcome

__all__ = ["Change", "ChangeEntry", "Standing"]


@attrs.frozen(order=True)
class Standing:
    """How a request stands with a configuration; ``endpoint`` is empty where none was identified."""

    outcome: Outcome
    endpoint: str

    def __str__(self) -> str:
        """Return the endpoint, or what happens instead."""
        if self.outcome is Outcome.IDENTIFIED:
            return self.endpoint
        return f"{self.outcome} ({self.endpoint})" if self.endpoint else str(self.outcome)


@attrs.frozen(order=True)
class Change:
    """What changes for a request."""

    before: Standing
    after: Standing


@attrs.frozen(kw_only=True)
class ChangeEntry:
    """A change with the number of its requests, their share of all messages, and the first of them.

    The traces are those of the first example, None where they weren't asked for or there is no example.
    """

    change: Change
    requests: int
    share: float
    examples: Sequence[Example] = ()
    trace_before: str | None = None
    trace_after: str | None = None

    @property
    def before(self) -> Standing:
        """How the requests stand before."""
        return self.change.before

    @property
    def after(self) -> Standing:
        """How they stand afterwards."""
        return self.change.after

    @property
    def frames(self) -> list[int]:
        """The frames of the examples."""
        return [example.frame for example in self.examples]
