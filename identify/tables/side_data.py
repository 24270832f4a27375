"""The data that a compiled engine needs as Python objects, stored as JSON among its tables: written and read here.

Knows the form of the data and checks what comes from a file; ``identify.compiler`` works the data out.  A key with
several parts becomes a list whose last element is its value.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from identify.tables.transport_plan import TransportTable

__all__ = ["read_side_data", "write_side_data"]

#: (rank, expression)
Expression = tuple[int, str]


def write_side_data(
    *,
    release: str,
    identifiers: Sequence[str],
    line_tokens: Mapping[str, str],
    told: Iterable[str],
    header_expressions: Sequence[Sequence[Expression]],
    uri_expressions: Sequence[Expression],
    transports: TransportTable,
) -> bytes:
    """Return the side data: the release's name, identifiers, tokens, expressions by header, and sections by socket.

    ``told`` are the registrations whose tokens weren't generated.
    """
    written = {
        "release": release,
        "identifiers": identifiers,
        "line_tokens": dict(line_tokens),
        "told": sorted(told),
        "header_expressions": header_expressions,
        "uri_expressions": uri_expressions,
        # Only these two options of a section matter, so without them no section needs to be found.
        "transports_matter": any(
            section.domain or section.symmetric_transport for section in transports.sections
        ),
        "sections": transports.by_section,
        "listening": [[*key, found] for key, found in transports.listening.items()],
        "everywhere": [[*key, found] for key, found in transports.everywhere.items()],
        "first_of": [[*key, found] for key, found in transports.first_of.items()],
        "accepting": transports.accepting,
    }
    return json.dumps(written).encode("ascii")


def read_side_data(data: bytes, *, ranks: tuple[int, int], headers: int, transports: int) -> dict[str, Any]:
    """Return the side data of tables with this number of headers and transports.

    ``ranks`` are the numbers of identifies with a rule for a header and for the request URI.  Raises ValueError for
    side data that can't be read, or that refer to something the tables don't have.
    """
    found: dict[str, Any] = json.loads(data)
    _expect(
        isinstance(found, dict)
        and found.keys() >= {"release", "identifiers", "line_tokens", "transports_matter"},
        "names",
    )
    _expect(isinstance(found["release"], str), "release")
    _expect(_all_are(str, found["identifiers"]), "identifiers")
    _expect(isinstance(found["line_tokens"], dict) and _all_are(str, found["line_tokens"].values()), "tokens")
    _expect(isinstance(found.get("told"), list) and _all_are(str, found["told"]), "tokens")
    expressions = found.get("header_expressions")
    _expect(isinstance(expressions, list) and len(expressions) == headers, "expressions")
    for rules in found["header_expressions"]:
        _check_expressions(rules, ranks[0])
    _check_expressions(found.get("uri_expressions"), ranks[1])
    for name in ("sections", "accepting"):
        _expect(isinstance(found.get(name), dict), name)
        _expect(all(_is_number(section, -1, transports) for section in found[name].values()), name)
    for name, length in (("listening", 3), ("everywhere", 4), ("first_of", 3)):
        _expect(isinstance(found.get(name), list), name)
        _expect(all(_is_socket(entry, length, transports) for entry in found[name]), name)
    return found


def _expect(holds: bool, what: str) -> None:
    if not holds:
        raise ValueError(f"side data without valid {what}")


def _all_are(kind: type, values: Any) -> bool:
    return all(isinstance(value, kind) for value in values)


def _is_number(value: Any, least: int, limit: int) -> bool:
    return type(value) is int and least <= value < limit


def _is_socket(entry: Any, length: int, transports: int) -> bool:
    """Return whether an entry consists of names and the number of the section found for them."""
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
