"""Every answer that some content of the unknowns gives: the decision in three values.

It knows what may vary and walks the identifiers once for all contents together; it makes no sentences about single
rules, which are the steps' part.

Facts

The content of an unknown is any that Asterisk could have.

- ``names``: the identify is refused, because a name has no address, or it exists with its literal items and any
  addresses behind them, from the port that the name was written with.  So it may cover any valid source from that
  port, and covers a source whose last covering literal is positive whenever it exists; its ``match_header`` and
  ``match_request_uri`` count exactly if it exists.  That holds for all identifiers at once: what is refused for ``ip``
  is refused for ``header`` too.  A wizard's identify with the id of an unknown one exists only if that is refused.
- ``line-token``: a value of seven letters a-z that is no known token may be the token of each registration whose token
  wasn't told, or of none.
- ``objects``: there may be further objects of these types, also in the place of known ones with the same id.

  - identify: ``ip``, ``header`` and ``request_uri`` may each answer any endpoint, or give up, if the request has
    something to compare.
  - endpoint: any id may exist, with any identify_by; known ids exist, with any identify_by.
  - registration: such a line value may be a token of any endpoint.
  - domain_alias, transport: the domain of an alias, and of the section on which the request came in, may be any; a
    section may add its parameter to the first Contact.
  - global: identifiers after ``line`` may have any order, and both flags any value.

- ``request``: the part of the request has any content, or there is none.

  - line: the token may be that of any registration.
  - header, request_uri: any rule about it may match, except for one of a compact name.
  - auth_username: any endpoint whose identify_by has it may be found.
  - transport: the request came in on any section, or on none that is known.

- The request is undetermined if two contents give different endpoints.
"""

from __future__ import annotations

import itertools

from identify.explanation.question import Question
from identify.explanation.result import Possibility
from identify.explanation.undetermined.states import FREE
from identify.explanation.undetermined.walk import Answer, Walk
from identify.model import Unknown

__all__ = ["possible_answers"]


def possible_answers(question: Question) -> tuple[tuple[Possibility, ...], tuple[Unknown, ...]]:
    """Return every answer that some content of the unknowns gives, and what they depend on if endpoints differ.

    Answers are in the order of the identifiers; those that differ only in the section or the identifier are listed
    each.  Without a difference there is nothing that they depend on.
    """
    possible, asked = _explored(question)
    endpoints = {each.endpoint for each in possible}
    undetermined = len(endpoints) > 1 or any(each.any_endpoint for each in possible)
    return possible, asked if undetermined else ()


def _explored(question: Question) -> tuple[tuple[Possibility, ...], tuple[Unknown, ...]]:
    """Return the possible answers and the unknowns that were asked about."""
    configuration = question.configuration
    settings = configuration.settings
    free_order = question.further("global")
    flags = itertools.product((False, True), repeat=2)
    found: dict[Answer, Possibility] = {}
    asked: dict[int, Unknown] = {id(unknown): unknown for unknown in free_order}
    for single_domain, cut in (
        flags if free_order else [(settings.disable_multi_domain, settings.ignore_uri_user_options)]
    ):
        walk = Walk(question, single_domain, cut)
        if free_order:
            walk.in_any_order(configuration.identifiers)
        else:
            walk.in_order(configuration.identifiers, FREE)
        for answer, possibility in walk.answers.items():
            found.setdefault(answer, possibility)
        asked.update(walk.asked)
    order = [*configuration.identifiers, None]
    return tuple(sorted(found.values(), key=lambda each: order.index(each.identifier))), tuple(asked.values())
