"""What a configuration has and whose content isn't known: made from what loading found, in words for people.

What it means for an answer is the part of ``identify.explanation.undetermined``.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from identify.config.hostnames.rules import NOT_ASKED
from identify.config.objects.candidates import Candidate
from identify.config.objects.wizard.making import Unevaluated
from identify.config.problems import Problems
from identify.config.realtime.sorcery import Elsewhere, Mapped
from identify.config.sections.candidates import Candidates
from identify.config.tried import TriedIdentifies
from identify.model import Identify, Origin, Transport, Unknown
from identify.strings import quoted, quoted_list

__all__ = [
    "doubtful_duplicate",
    "hide_mapped",
    "mapped_elsewhere",
    "missing_files",
    "printed",
    "unbound",
    "unevaluated",
    "unknown_names",
    "whole_file",
]

SETTLES_NAMES = "the names' addresses: --names FILE, or leave --offline away"
#: The same where somebody was asked and nobody answered, or a file doesn't have the name.
SETTLES_UNANSWERED = "the names' addresses: a FILE for --names that has them, or name servers that answer"

#: Hidden sections that a problem names.
SHOWN_SECTIONS = 3


def unknown_names(
    possible: Iterable[Identify],
    configured: Mapping[str, Identify],
    made: Mapping[str, Identify],
    former: Mapping[str, Iterable[Identify]],
) -> Iterator[Unknown]:
    """Yield an unknown for each identify with names whose addresses aren't known.

    ``possible`` are all identify objects in the order in which they are tried, ``configured`` those of pjsip.conf and
    ``made`` those of wizards.  A wizard's object that isn't possible beside that of pjsip.conf exists if that one
    doesn't, and those of ``former`` wizards of the same id if none of the later ones does.
    """
    tried = TriedIdentifies.of(possible)
    for place, identify in tried.unresolved():
        names = identify.unresolved
        listed = quoted_list([name.text for name in names])
        yield Unknown(
            kind="names",
            what=f"the addresses of {listed} in identify {quoted(identify.id)}",
            reason=names[0].reason,
            settles=SETTLES_NAMES if names[0].reason == NOT_ASKED else SETTLES_UNANSWERED,
            origin=names[0].origin,
            identify=identify,
            place=place,
        )
        others: list[Identify] = []
        if configured.get(identify.id) is not identify:
            others = [*former.get(identify.id, ())]
        elif identify.id in made and all(made[identify.id] is not other for other in tried.objects):
            others = [made[identify.id], *former.get(identify.id, ())]
        for instead in others:
            yield Unknown(
                kind="names",
                what=f"whether the identify {quoted(identify.id)} is that of {instead.origin}: "
                f"only if that of {identify.origin} is refused",
                reason=names[0].reason,
                settles=SETTLES_NAMES,
                origin=instead.origin,
                identify=instead,
                place=place,
                instead_of=identify.id,
            )


def hide_mapped(mapped: Mapping[str, Mapped], found: dict[str, Candidates], problems: Problems) -> None:
    """Remove the sections of pjsip.conf that Asterisk doesn't read because their types come from elsewhere."""
    for type, each in mapped.items():
        hidden: Sequence[Candidate] = found.pop(type, ()) if each.hidden else ()
        if each.told or (not hidden and not each.elsewhere):
            continue
        where = each.elsewhere[0].what if each.elsewhere else f"no {type} objects"
        origin = each.elsewhere[0].origin if each.elsewhere else each.origin
        message = f"Asterisk uses {where}" if each.hidden else f"Asterisk also uses {where}"
        if hidden:
            names = ", ".join(
                f"{quoted(section.id)} ({section.origin})" for section in hidden[:SHOWN_SECTIONS]
            )
            more = f" and {len(hidden) - SHOWN_SECTIONS} more" if len(hidden) > SHOWN_SECTIONS else ""
            message += f" and doesn't read these sections of pjsip.conf: {names}{more}"
        lost = f"every {type} of pjsip.conf" if hidden else ""
        problems.add("objects-elsewhere", origin.file, origin.line, message, lost=lost)


def mapped_elsewhere(mapped: Mapping[str, Mapped], refused: bool) -> Iterator[Unknown]:
    """Yield an unknown for each place other than pjsip.conf that objects come from.

    ``refused`` says that there are registrations that no known transport reaches.
    """
    places: dict[Elsewhere, set[str]] = {}
    for type, each in mapped.items():
        for elsewhere in each.elsewhere:
            places.setdefault(elsewhere, set()).add(type)
    for elsewhere, types in places.items():
        yield Unknown(
            kind="objects",
            what=elsewhere.what,
            reason=elsewhere.reason,
            settles=elsewhere.settles,
            origin=elsewhere.origin,
            types=frozenset(types | ({"registration"} if refused and "transport" in types else set())),
        )


def whole_file(name: str, origin: Origin, types: Iterable[str], problems: Problems) -> Unknown:
    """Return the unknown of a file that comes from a database, and report that the file itself isn't read."""
    message = f"Asterisk takes all of {name} from a database and doesn't read the file"
    lost = f"everything in {name}"
    problems.add("objects-elsewhere", origin.file, origin.line, message, lost=lost)
    return Unknown(
        kind="objects",
        what=f"all objects of {name}",
        reason=f"{origin.file} takes them from a database",
        settles=f"the same objects as sections of {name}, without this line of {origin.file}",
        origin=origin,
        types=frozenset(types),
    )


def printed(commands: Iterable[tuple[str, Origin]], types: Iterable[str]) -> Iterator[Unknown]:
    """Yield an unknown for the commands of ``#exec``, whose output may have objects of these types."""
    found = dict(commands)
    if found:
        yield Unknown(
            kind="objects",
            what=f"what #exec prints: {quoted_list(list(found))}",
            reason="commands aren't run here",
            settles="the output in the place of the line",
            origin=next(iter(found.values())),
            types=frozenset(types),
        )


def missing_files(missing: Iterable[tuple[str, Origin]], types: Iterable[str]) -> Iterator[Unknown]:
    """Yield an unknown for the included files that don't exist, which may have objects of these types."""
    files = dict(missing)
    if files:
        several = len(files) > 1
        yield Unknown(
            kind="objects",
            what=f"what is in {quoted_list(list(files))}",
            reason=("the included files don't exist" if several else "the included file doesn't exist")
            + " here (assumed to add objects and to change none)",
            settles="the missing files" if several else "the missing file",
            origin=next(iter(files.values())),
            types=frozenset(types),
        )


def doubtful_duplicate(identify: Identify, second: Candidate) -> Unknown:
    """Return the unknown of two sections with one id of which Asterisk may have refused the first."""
    return Unknown(
        kind="objects",
        what=f"which identify objects there are: {quoted(second.id)} has two sections, so there are none unless "
        "the first is refused",
        reason=identify.unresolved[0].reason,
        settles=SETTLES_NAMES,
        origin=second.origin,
        types=frozenset({"identify"}),
    )


def unbound(sections: Iterable[Transport], others: Iterable[Transport], refused: bool) -> Iterator[Unknown]:
    """Yield an unknown for each transport section whose ``bind`` is a name that nobody knows.

    Whether it receives a request matters only if it or another section has a ``domain`` or is symmetric.  ``refused``
    says that there are registrations that no transport reaches, unless one of these does.
    """
    sections = list(sections)
    matter = any(each.domain or each.symmetric_transport for each in (*sections, *others))
    types = {"transport"} if matter else set()
    types |= {"registration"} if refused else set()
    for section in sections:
        yield Unknown(
            kind="objects",
            what=f"where transport {quoted(section.id)} listens: bind = {quoted(section.options.get('bind', ''))}",
            reason="the name's addresses aren't known here",
            settles=SETTLES_NAMES,
            origin=section.origin,
            types=frozenset(types),
        )


def unevaluated(patterns: Iterable[Unevaluated]) -> Iterator[Unknown]:
    """Yield an unknown for each pattern of a wizard whose value depends on the machine."""
    for pattern in patterns:
        yield Unknown(
            kind="objects",
            what=pattern.what,
            reason=pattern.reason,
            settles="the value in the place of the variable or expression",
            origin=pattern.origin,
            types=pattern.types,
        )
