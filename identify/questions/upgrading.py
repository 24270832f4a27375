"""What changes for a configuration when Asterisk is upgraded, or downgraded.

The same files are read for both releases.  This module puts the parts of the answer together: objects, identifiers,
winners, expressions, and what depends on something that isn't known.  What differs in traffic is a comparison's answer
(``identify.simulation``).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from identify.config.problems import CODES
from identify.config.releases import (
    BYTES,
    EMPTY_LIST_REFUSED,
    PARAMETERS_DECODED,
    TEL_REFUSED,
    X_AST_KEPT,
    Release,
)
from identify.configuration import Configuration
from identify.model import Identify, Origin, Unknown
from identify.questions.changes.expressions import expression_changes
from identify.questions.changes.objects import identifier_changes, object_changes
from identify.questions.changes.sources import source_changes
from identify.questions.changes.texts import text_changes
from identify.questions.findings import KINDS, Finding, Undecided, Upgrade, Witness, counted
from identify.questions.witnesses import Sides
from identify.strings import escaped, quoted_list

__all__ = ["Finding", "Undecided", "Upgrade", "Witness", "upgrade"]

#: Bits of ``Release.dialect``, each with what a release that has it does, and what one that hasn't.
DIALECT = {
    TEL_REFUSED: (
        "requests with a tel: URI as request URI, in From or in To are",
        "answered 416 before they are identified",
        "identified",
    ),
    X_AST_KEPT: (
        "requests with x-ast-... parameters in their URIs are",
        "compared with these parameters",
        "compared without them",
    ),
    PARAMETERS_DECODED: (
        "requests with escapes such as %41 in parameters of headers are",
        "compared with the characters that the escapes stand for",
        "compared with the escapes",
    ),
    EMPTY_LIST_REFUSED: (
        "requests with a list of only commas, such as 'Allow: ,,', are",
        "dropped",
        "identified",
    ),
    BYTES: (
        "requests with characters beyond ASCII in headers are",
        "compared with expressions byte by byte",
        "compared with expressions character by character",
    ),
}

#: Problems that say that a release may do one thing or another.
UNSURE = ("option-release", "regex-locale")
MOST_PLACES = 10


def upgrade(
    before: Configuration, after: Configuration, line_tokens: Mapping[str, str] | None = None
) -> Upgrade:
    """Return what changes from one release to another; both configurations are the same files, read for each.

    ``line_tokens`` are those of registrations, as for :class:`~identify.engine.Engine`.
    """
    sides = Sides.of(before, after, line_tokens)
    findings = list(object_changes(sides))
    undecided: list[Undecided] = []
    changed, notes = identifier_changes(sides)
    findings += changed
    looks = [source_changes(sides), text_changes(sides, "header"), text_changes(sides, "request_uri")]
    if sides.mixed:
        looks.append(expression_changes(sides))
    for found, open_ends in looks:
        findings += found
        undecided += open_ends
    kinds = list(KINDS)
    return Upgrade(
        before=before.release.name,
        after=after.release.name,
        findings=tuple(sorted(findings, key=lambda finding: kinds.index(finding.kind))),
        undecided=(*undecided, *_unsure(sides), *_unknowns(sides)),
        notes=(*_dialects(before.release, after.release), *notes),
    )


def _dialects(before: Release, after: Release) -> Iterator[str]:
    """Yield a note for each difference in how requests are read."""
    for bit, (requests, having, lacking) in DIALECT.items():
        was, becomes = (having if release.dialect & bit else lacking for release in (before, after))
        if was != becomes:
            yield f"{requests} {was} by {before.name} and {becomes} by {after.name}"


def _unsure(sides: Sides) -> Iterator[Undecided]:
    """Yield what isn't known of a release itself, each thing once with its first places."""
    places: dict[tuple[str, str, str], dict[Origin, None]] = {}
    for configuration in sides.configurations:
        for problem in configuration.problems:
            if problem.code in UNSURE:
                # What the object is that may be refused, the place says.
                message = problem.message.partition("; ")[0]
                key = configuration.release.name, problem.code, message
                places.setdefault(key, {})[Origin(problem.file, problem.line)] = None
    for (release, code, message), origins in places.items():
        yield Undecided(
            what=f"what {release} does with {counted(len(origins), 'line', 'lines')}: {escaped(message)}",
            reason=CODES[code][1],
            origins=tuple(origins)[:MOST_PLACES],
        )


def _unknowns(sides: Sides) -> Iterator[Undecided]:
    """Yield what depends on something that isn't known."""
    for unknown in sides.unknowns():
        origins = (unknown.origin,) if unknown.origin is not None else ()
        if unknown.kind == "names" and unknown.identify is not None:
            passed = _passed(sides, unknown.identify)
            if passed:
                yield Undecided(
                    what=f"whether {unknown.what} give sources another endpoint: it changes places with {passed}",
                    reason=f"{unknown.reason}; settled by {unknown.settles}",
                    origins=origins,
                )
        elif unknown.kind == "objects":
            types = ", ".join(sorted(unknown.types)) or "any type"
            yield Undecided(
                what=f"what changes for {unknown.what} (objects of {types})",
                reason=f"{unknown.reason}; settled by {unknown.settles}",
                origins=origins,
            )


def _passed(sides: Sides, identify: Identify) -> str:
    """Return which identify objects come before one of names that aren't known on one side only, for people."""
    ahead = []
    for configuration in sides.configurations:
        place = next((one.place for one in configuration.unknowns if _is_of(one, identify)), None)
        if place is None:
            return ""
        ahead.append({other.id for other in configuration.tried_identifies[:place]})
    both = {other.id for other in sides.before.tried_identifies} & {
        other.id for other in sides.after.tried_identifies
    }
    passed = sorted((ahead[0] ^ ahead[1]) & both)
    if not passed:
        return ""
    return f"{counted(len(passed), 'identify', 'identify objects')}: {quoted_list(passed)}"


def _is_of(unknown: Unknown, identify: Identify) -> bool:
    other = unknown.identify
    return other is not None and other.id == identify.id and other.origin == identify.origin
