"""From the sections of a file to the candidates of each type: which sections count, and as what.

Compiled code finds the type of each section; this module says what there is to say about those that it can't place.

Facts

See section 4 of docs/explanation/identification.md.

- The value of the first ``type`` line, own or inherited, must be exactly the type's name; other sections
  are skipped silently.
- ``global`` and ``system`` are also found by name, whatever their type, if all options are known.
- Sections of some types come from elsewhere and aren't read here, so nothing in them is refused.
- A section of type ``phoneprov`` has variables for the files of telephones; it takes any option, in any case.
"""

from __future__ import annotations

from array import array

from identify._compiled._section_lines import LineMaker
from identify._compiled._section_types import sections_by_type
from identify.config.hints.options import type_hint
from identify.config.language.sections import Document, Section, SectionList, Variable, words
from identify.config.objects.candidates import Candidate, accept_options, identifier
from identify.config.objects.schema import Tables
from identify.config.problems import Problems
from identify.config.sections.candidates import Candidates
from identify.strings import ascii_lower, encoded, quoted

__all__ = ["FREE_TYPE", "UNREAD_TYPES", "candidates_by_type"]

SINGLE_TYPES = ("global", "system")
#: Types that Asterisk has, but doesn't read from pjsip.conf.
UNREAD_TYPES = words("contact subscription_persistence")
#: The type that takes every option.
FREE_TYPE = "phoneprov"


def candidates_by_type(document: Document, known: Tables, problems: Problems) -> dict[str, Candidates]:
    """Group the sections of pjsip.conf by the type in their first ``type`` line, one of those that are ``known``."""
    if not isinstance(document.sections, SectionList):
        return {}
    sections = document.sections.sections
    by_type, odd = sections_by_type(sections, list(map(encoded, known)), list(map(encoded, SINGLE_TYPES)))
    found = {
        type: Candidates(type, sections, numbers)
        for type, numbers in zip(known, by_type, strict=True)
        if numbers
    }
    named: dict[str, list[int]] = {}
    maker = LineMaker(sections, Variable)
    for number in odd:
        section = Section(sections, number)
        if section.template:
            problems.lose(section, "template", len(problems))
            continue
        first = maker.first(number, b"type")
        name = section.name
        if first is not None and first.value in known:
            identifier(section, problems)
        elif name not in SINGLE_TYPES:
            before = len(problems)
            _untyped(section, first, known, problems)
            problems.lose(section, "skipped", before)
        if name in SINGLE_TYPES and (first is None or first.value != name):
            single = Candidates(name, sections, array("I")).of(number)
            if _has_known_options(single, known):
                named.setdefault(name, []).append(number)
            elif first is None or first.value not in known:
                # The option is reported unless the section has a type of its own.
                accept_options(single, known, problems)
    for name, numbers in named.items():
        typed = found[name].numbers if name in found else ()
        found[name] = Candidates(name, sections, array("I", sorted([*typed, *numbers])))
    return found


def _has_known_options(single: Candidate, known: Tables) -> bool:
    """Return whether a section that is named like a type has only options of it, so that it counts as one."""
    table = known[single.type]
    for variable in single.variables:
        option = table.get(ascii_lower(variable.name))
        if (option is None or option.missing) and not variable.name.startswith("@"):
            return False
    return True


def _untyped(section: Section, first: Variable | None, known: Tables, problems: Problems) -> None:
    lost = f"the section {quoted(section.name)}"
    if first is None:
        message = "the section has no type, so Asterisk skips it"
        problems.add("type-missing", section.file, section.line, message, section=section.name, lost=lost)
        return
    if first.value == FREE_TYPE:
        return
    if first.value == "wizard":
        message = "type wizard belongs in pjsip_wizard.conf; Asterisk skips it here"
        problems.add("wizard-misplaced", first.file, first.line, message, section=section.name, lost=lost)
        return
    if first.value in UNREAD_TYPES:
        message = f"Asterisk doesn't read sections of type {quoted(first.value)} from this file"
        problems.add("type-unread", first.file, first.line, message, section=section.name, lost=lost)
        return
    message = f"type {quoted(first.value)} is unknown, so Asterisk skips the section"
    message += type_hint(first.value, known)
    problems.add("type-unknown", first.file, first.line, message, section=section.name, lost=lost)
