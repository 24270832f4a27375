"""What a compiled engine needs as Python objects, as JSON among its tables.

Knows what they are and checks what comes from a file; not how they are worked out (``identify.compiler``).
"""

from __future__ import annotations

import json
from typing import Any

__all__ = ["read_notes"]


def read_notes(data: bytes, *, ranks: tuple[int, int], headers: int, transports: int) -> dict[str, Any]:
    """Return the notes of tables with so many headers and transports.

    ``ranks`` are the numbers of identifies with a rule for a header and for the request URI.  Raises ValueError for
    notes that can't be read, or that point to what the tables don't have.
    """
    notes: dict[str, Any] = json.loads(data)
    _expect(
        isinstance(notes, dict) and notes.keys() >= {"identifiers", "line_tokens", "transports_matter"},
        "names",
    )
    _expect(_all_are(str, notes["identifiers"]), "identifiers")
    _expect(isinstance(notes["line_tokens"], dict) and _all_are(str, notes["line_tokens"].values()), "tokens")
    expressions = notes.get("header_expressions")
    _expect(isinstance(expressions, list) and len(expressions) == headers, "expressions")
    for rules in notes["header_expressions"]:
        _check_expressions(rules, ranks[0])
    _check_expressions(notes.get("uri_expressions"), ranks[1])
    for name in ("sections", "accepting"):
        _expect(isinstance(notes.get(name), dict), name)
        _expect(all(_is_number(one, -1, transports) for one in notes[name].values()), name)
    for name, length in (("listening", 3), ("everywhere", 4), ("first_of", 3)):
        _expect(isinstance(notes.get(name), list), name)
        _expect(all(_is_socket(one, length, transports) for one in notes[name]), name)
    return notes


def _expect(holds: bool, what: str) -> None:
    if not holds:
        raise ValueError(f"notes without their {what}")


def _all_are(kind: type, values: Any) -> bool:
    return all(isinstance(one, kind) for one in values)


def _is_number(value: Any, least: int, limit: int) -> bool:
    return type(value) is int and least <= value < limit


def _is_socket(entry: Any, length: int, transports: int) -> bool:
    """Say whether an entry is some names and the number of what is found for them."""
    return (
        isinstance(entry, list)
        and len(entry) == length
        and all(isinstance(part, str | int) for part in entry[:-1])
        and _is_number(entry[-1], -1, transports)
    )


def _check_expressions(rules: Any, ranks: int) -> None:
    _expect(
        isinstance(rules, list)
        and all(
            isinstance(rule, list)
            and len(rule) == 2
            and _is_number(rule[0], 0, ranks)
            and isinstance(rule[1], str)
            for rule in rules
        ),
        "expressions",
    )
