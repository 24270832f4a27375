"""What a compiled engine needs as Python objects, as JSON among its tables: written and read here.

Knows their form and checks what comes from a file; not how they are worked out (``identify.compiler``).  Keys of
several parts become lists with what is found for them at the end.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from identify.transport_plan import TransportTable

__all__ = ["read_side_data", "write_side_data"]

#: (rank, expression)
Expression = tuple[int, str]


def write_side_data(
    *,
    identifiers: Sequence[str],
    line_tokens: Mapping[str, str],
    header_expressions: Sequence[Sequence[Expression]],
    uri_expressions: Sequence[Expression],
    transports: TransportTable,
) -> bytes:
    """Return the side data: names, tokens by registration, expressions by header, what is found for a socket."""
    written = {
        "identifiers": identifiers,
        "line_tokens": dict(line_tokens),
        "header_expressions": header_expressions,
        "uri_expressions": uri_expressions,
        # Nothing of a section but these two has a say, so without them none needs to be found.
        "transports_matter": any(one.domain or one.symmetric_transport for one in transports.sections),
        "sections": transports.by_section,
        "listening": [[*key, found] for key, found in transports.listening.items()],
        "everywhere": [[*key, found] for key, found in transports.everywhere.items()],
        "first_of": [[*key, found] for key, found in transports.first_of.items()],
        "accepting": transports.accepting,
    }
    return json.dumps(written).encode("ascii")


def read_side_data(data: bytes, *, ranks: tuple[int, int], headers: int, transports: int) -> dict[str, Any]:
    """Return the side data of tables with so many headers and transports.

    ``ranks`` are the numbers of identifies with a rule for a header and for the request URI.  Raises ValueError for
    side data that can't be read, or that point to what the tables don't have.
    """
    found: dict[str, Any] = json.loads(data)
    _expect(
        isinstance(found, dict) and found.keys() >= {"identifiers", "line_tokens", "transports_matter"},
        "names",
    )
    _expect(_all_are(str, found["identifiers"]), "identifiers")
    _expect(isinstance(found["line_tokens"], dict) and _all_are(str, found["line_tokens"].values()), "tokens")
    expressions = found.get("header_expressions")
    _expect(isinstance(expressions, list) and len(expressions) == headers, "expressions")
    for rules in found["header_expressions"]:
        _check_expressions(rules, ranks[0])
    _check_expressions(found.get("uri_expressions"), ranks[1])
    for name in ("sections", "accepting"):
        _expect(isinstance(found.get(name), dict), name)
        _expect(all(_is_number(one, -1, transports) for one in found[name].values()), name)
    for name, length in (("listening", 3), ("everywhere", 4), ("first_of", 3)):
        _expect(isinstance(found.get(name), list), name)
        _expect(all(_is_socket(one, length, transports) for one in found[name]), name)
    return found


def _expect(holds: bool, what: str) -> None:
    if not holds:
        raise ValueError(f"side data without their {what}")


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
