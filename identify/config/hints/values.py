"""The hints about a value of ``match_header`` or ``match_request_uri``, with the codes of their problems."""

from __future__ import annotations

from functools import lru_cache

from identify.config.hints.characters import odd_character
from identify.config.hints.expressions import header_oddity, is_odd, oddities
from identify.config.hints.headers import header_name_hint
from identify.config.hints.literals import (
    CANONICAL_URI,
    REPRINTED,
    compiles,
    is_plain,
    literal_reprint,
    meant_by,
    uri_reprint,
    written,
)
from identify.strings import ascii_lower

__all__ = ["expression_hints", "header_name_hint", "literal_hints"]

#: Of values up to this length hints are remembered; thousands of sections may inherit one.
LONGEST = 512

Hints = tuple[tuple[str, str], ...]


def literal_hints(value: str, header: str = "") -> Hints:
    """Return the hints about a literal, each with its code, as predicates; ``header`` is whose value it is."""
    if len(value) > LONGEST:
        return ()
    # Nearly all values are so.
    if is_plain(value) and (
        value.isascii() and ascii_lower(header) not in REPRINTED if header else CANONICAL_URI.fullmatch(value)
    ):
        return ()
    return _literal_hints(value, header)


def expression_hints(regex: str, header: str = "") -> Hints:
    """Return the hints about an expression, each with its code, as clauses; it need not compile."""
    if len(regex) > LONGEST or not (is_odd(regex) or (header and header_oddity(header, regex))):
        return ()
    return _expression_hints(regex, header)


@lru_cache(maxsize=2_048)
def _literal_hints(value: str, header: str) -> Hints:
    found = []
    if odd := odd_character(value):
        found.append(("match-character", odd))
    meant = meant_by(value)
    if len(value) > 1 and value[0] == "/" and meant is not None and meant.regex == value[1:]:
        message = "starts with '/' but doesn't end with it, so it isn't an expression"
        return (*found, ("match-header-cut", message + r" (a ';' needs a '\' before it)"))
    if meant is not None:
        proposed = written(meant.regex) if compiles(meant.regex) else ""
        rest = f": write {proposed}" if proposed else ""
        found.append(("match-literal", f"looks like an expression, but isn't one, as {meant.why}{rest}"))
        return tuple(found)
    other = literal_reprint(header, value) if header else uri_reprint(value)
    if other is not None:
        proposed = written(other.regex)
        found.append(
            (
                "match-header-print" if header else "match-uri-print",
                other.why + (f": write {proposed}" if proposed else ""),
            )
        )
    return tuple(found)


@lru_cache(maxsize=2_048)
def _expression_hints(regex: str, header: str) -> Hints:
    found = []
    if odd := odd_character(regex):
        found.append(("match-character", f"it {odd}"))
    if header and (oddity := header_oddity(header, regex)):
        found.append(("match-header-print", oddity))
    found += [("expression-meaning", oddity) for oddity in oddities(regex)]
    return tuple(found)
