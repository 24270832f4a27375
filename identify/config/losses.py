"""What was lost of a configuration, in sum: the errors, and those warnings by which Asterisk loses something.

Knows which problems are losses and how they are worded in one line; finding problems is the part of those who read.
What isn't known of a configuration is not a loss, but an :class:`~identify.model.Unknown`.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import attrs

from identify.model import Problem
from identify.strings import SHOWN_VALUES, escaped, shown

__all__ = ["MOST_LISTED", "Losses", "losses_of"]

#: Losses that are listed one by one, for programs; all are counted.
MOST_LISTED = 100


@attrs.frozen
class Losses:
    """The problems by which something is lost, in the order in which they were found; false if there are none."""

    problems: tuple[Problem, ...] = ()

    def __bool__(self) -> bool:
        """Return whether anything was lost."""
        return bool(self.problems)

    @property
    def errors(self) -> int:
        """How many of them are errors."""
        return sum(problem.severity == "error" for problem in self.problems)

    @property
    def warnings(self) -> int:
        """How many of them are warnings."""
        return len(self.problems) - self.errors

    @property
    def counted(self) -> str:
        """How many errors and warnings there are, in words: ``2 errors and 1 warning``."""
        counts = ((self.errors, "error"), (self.warnings, "warning"))
        return " and ".join(f"{count:,} {noun}{'s' if count > 1 else ''}" for count, noun in counts if count)

    def described(self, path: str) -> str:
        """Return one line for people about the configuration at a path: what was lost first, and how much it is."""
        things = list(dict.fromkeys(_thing(problem) for problem in self.problems if problem.lost))
        first = ", ".join(things[:SHOWN_VALUES]) or "something"
        more = f" and {len(things) - SHOWN_VALUES:,} more" if len(things) > SHOWN_VALUES else ""
        return f"Lost from {escaped(path)}: {first}{more} ({self.counted})"

    def as_dict(self) -> dict[str, Any]:
        """Return the counts, and the first losses, as values for JSON."""
        listed = [attrs.asdict(problem) for problem in self.problems[:MOST_LISTED]]
        return {"errors": self.errors, "warnings": self.warnings, "lost": listed}


def _thing(problem: Problem) -> str:
    """Return what a problem costs, with the place if it is only "the line" or the like."""
    is_named = "'" in problem.lost or problem.file in problem.lost or not problem.line
    return (
        shown(problem.lost) if is_named else f"{shown(problem.lost)} at {shown(problem.file)}:{problem.line}"
    )


def losses_of(problems: Iterable[Problem]) -> Losses:
    """Return those of the problems by which something is lost: errors, and warnings that name what it is."""
    return Losses(
        tuple(
            problem
            for problem in problems
            if problem.severity == "error" or (problem.severity == "warning" and problem.lost)
        )
    )
