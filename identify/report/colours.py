"""The names of colours: an outcome and an identifier have the same one wherever they stand on a page.

``templates/page.css`` has a light and a dark value for each name; which endpoints have one is ``charts``'s.
"""

from __future__ import annotations

from identify.identifiers import NUMBERS
from identify.simulation.outcomes import Outcome

__all__ = ["GREY", "MOST_ENDPOINTS", "endpoint_colour", "identifier_colour", "outcome_colour"]

#: Of everything without a colour of its own.
GREY = "grey"
#: Endpoints with a colour of their own: more can't be told apart.
MOST_ENDPOINTS = 9

OUTCOMES = {outcome.value: f"outcome-{number}" for number, outcome in enumerate(Outcome)}


def outcome_colour(outcome: str) -> str:
    """Return the colour of an outcome."""
    return OUTCOMES.get(outcome, GREY)


def identifier_colour(identifier: str) -> str:
    """Return the colour of an identifier; requests that none identified, and undetermined ones, have theirs too.

    >>> identifier_colour("ip"), identifier_colour("none")
    ('identifier-1', 'outcome-1')
    """
    if identifier == "none":
        return outcome_colour(Outcome.UNIDENTIFIED.value)
    if identifier == "undetermined":
        return outcome_colour(Outcome.UNDETERMINED.value)
    return f"identifier-{NUMBERS[identifier]}" if identifier in NUMBERS else GREY


def endpoint_colour(place: int) -> str:
    """Return the colour of an endpoint by its place among the most frequent ones."""
    return f"endpoint-{place}" if place < MOST_ENDPOINTS else GREY
