"""References to endpoints that don't exist; Asterisk logs them only when a request comes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import chain

from identify.config.hints.nearest import bare
from identify.config.problems import Problems
from identify.model import Endpoint, Identify, Registration, Unknown
from identify.strings import ascii_lower, quoted

__all__ = ["check_references"]


def check_references(
    endpoints: Mapping[str, Endpoint],
    identifies: Iterable[Identify],
    registrations: Mapping[str, Registration],
    unknowns: Sequence[Unknown],
    problems: Problems,
) -> None:
    """Report references to endpoints that don't exist; ``identifies`` are those that may have one.

    Where there may be endpoints that aren't known, none is said not to exist.
    """
    if any("endpoint" in unknown.types for unknown in unknowns):
        return
    by_bare: dict[str, str] = {}

    def hint(name: str) -> str:
        if not by_bare:
            by_bare.update((bare(id), id) for id in endpoints)
        meant = by_bare.get(bare(name))
        if meant is None:
            return ""
        same = ascii_lower(meant) == ascii_lower(name)
        return f", but {quoted(meant)} does" + (" (ids are case-sensitive)" if same else "")

    possible = [unknown.identify for unknown in unknowns if unknown.identify is not None]
    for identify in chain(identifies, possible):
        if problems.full("identify-dangling"):
            break
        if identify.endpoint not in endpoints:
            message = f"endpoint {quoted(identify.endpoint)} doesn't exist" + hint(identify.endpoint)
            message += "; requests that this identify matches get no endpoint from that identifier"
            origin = identify.origin
            problems.add("identify-dangling", origin.file, origin.line, message, section=identify.id)
    for registration in registrations.values():
        if registration.endpoint and registration.endpoint not in endpoints:
            message = f"endpoint {quoted(registration.endpoint)} doesn't exist" + hint(registration.endpoint)
            origin = registration.origin
            problems.add("registration-dangling", origin.file, origin.line, message, section=registration.id)
