"""The rules of identify objects that compare text, in the order in which they are tried, and how the order changes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import attrs

from identify.config.hints.headers import COMPACT_NAMES
from identify.configuration import Configuration
from identify.model import Identify, TextPattern
from identify.questions.values.automata import Automaton
from identify.questions.values.reading import automaton, literal
from identify.strings import folded_bytes, quoted, shown

__all__ = ["Key", "Rule", "automaton_of", "inverted", "places_of", "rule_of", "rules_of"]

#: What makes a rule the same on both sides: the object, its endpoint, the header and the text.
Key = tuple[str, str, bytes, str]


@attrs.frozen
class Rule:
    """A rule of an identify object with text: ``name`` is the header's as configured, empty for the request URI."""

    identify: Identify
    name: str
    pattern: TextPattern

    @property
    def key(self) -> Key:
        """What makes it the same rule on both sides."""
        return self.identify.id, self.identify.endpoint, folded_bytes(self.name), self.pattern.text

    def __str__(self) -> str:
        """Name the rule."""
        return f"{shown(self.pattern.text)} of identify {quoted(self.identify.id)}"


def rules_of(configuration: Configuration, identifier: str) -> list[Rule]:
    """Return the rules of ``header`` or ``request_uri`` in the order in which they are tried."""
    rules = (rule_of(identify, identifier) for identify in configuration.tried_identifies)
    return [rule for rule in rules if rule is not None]


def rule_of(identify: Identify, identifier: str) -> Rule | None:
    """Return an object's rule for ``header`` or ``request_uri``, None if it has none that a request can satisfy."""
    header, request_uri = identify.header, identify.request_uri
    if identifier == "header" and header is not None and folded_bytes(header.name) not in COMPACT_NAMES:
        return Rule(identify, header.name, header.pattern)
    if identifier == "request_uri" and request_uri is not None:
        return Rule(identify, "", request_uri.pattern)
    return None


def places_of(rules: Sequence[Rule]) -> dict[Key, int]:
    """Return at which place each rule is first tried."""
    places: dict[Key, int] = {}
    for place, rule in enumerate(rules):
        places.setdefault(rule.key, place)
    return places


def inverted(
    before: Mapping[Key, int],
    after: Mapping[Key, int],
    one: Key,
    other: Key,
) -> bool:
    """Say whether two rules are on both sides, and in another order."""
    if not (one in before and one in after and other in before and other in after):
        return False
    return (before[one] < before[other]) != (after[one] < after[other])


def automaton_of(rule: Rule) -> Automaton:
    """Return the automaton of what a rule matches; raises UnknownExpressionError."""
    if rule.pattern.regex is not None:
        return automaton(rule.pattern.regex)
    return literal(rule.pattern.literal or "")
