"""From candidates to objects: which options hold, what refuses an object or a type.

These are the rules that all types share; the meaning of a type's options is in its own module.  Which sections are
candidates, and about which of them there is nothing to say, is known by ``sections/``.

Facts

See sections 1 and 4 of docs/explanation/identification.md.

- An option that the type doesn't have, or a value that it doesn't accept, refuses the object.
- A second section with the same id and type refuses the whole type, unless the first one was refused before.
- Of ``global`` and ``system`` objects, two of one id are duplicates, so that none is used; of two ids the last one is
  used, of three or more none is.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from typing import TypeVar

import attrs

from identify.config.hints.options import option_hint
from identify.config.language.sections import Section, Variable, words
from identify.config.objects.schema import FALSE_WORDS, Option, Tables, is_true
from identify.config.objects.values.numbers import whole_number
from identify.config.objects.values.rules import Check
from identify.config.problems import Problems
from identify.model import Origin
from identify.strings import ascii_lower, escaped, quoted, shown

__all__ = [
    "DOUBTFUL_KINDS",
    "Candidate",
    "Options",
    "accept_options",
    "build_one",
    "doubt",
    "identifier",
    "load_single",
    "load_type",
    "made_up_id",
]

#: Options whose lines all count; for other options only the last line does.
LISTS = words(
    "acl allow cipher contact contact_acl contact_deny contact_permit deny disallow local_net match permit"
    " set_var"
)
#: Geolocation profiles that exist everywhere; others are sections of geolocation.conf.
PROFILES = words("<prefer_config> <prefer_incoming> <discard_config> <discard_incoming>")

#: Kinds of options whose values may be other than intended.
DOUBTFUL_KINDS = words("bool file profile")
#: Kinds of options with secrets, which nothing remembers.
SECRET_KINDS = words("digest md5")
#: Of values with so many characters fewer are remembered.
LONG_VALUE = 64

_NAMELESS = uuid.UUID("6f1b3f0a-7f0c-5d0e-9a53-3a8f2f0c1c57")

T = TypeVar("T")


@attrs.define(eq=False)
class Candidate:
    """Lines that may become an object of a type; there may be 100,000 of them, so they aren't frozen.

    ``section`` is the number of its section in pjsip.conf, None for what a wizard makes.
    """

    type: str
    id: str
    variables: Sequence[Variable]
    file: str
    line: int
    section: int | None = None

    @property
    def key(self) -> object:
        """What tells it from others: a candidate of a section may be made several times."""
        return id(self) if self.section is None else (self.type, self.section)

    @property
    def origin(self) -> Origin:
        """Where its section starts."""
        return Origin(self.file, self.line)

    @property
    def described(self) -> str:
        """The object in words, for ``Problem.lost``."""
        return f"the {self.type} {quoted(self.id)}"


def made_up_id(file: str, line: int) -> str:
    """Return the id of a section without a name.

    Asterisk makes up a random one; here it depends on the place, so that the same file gives the same objects.
    """
    return str(uuid.uuid5(_NAMELESS, f"{file}:{line}"))


def identifier(section: Section, problems: Problems) -> str:
    """Return the id of a section's object, and report one that is made up."""
    if section.name:
        return section.name
    made = made_up_id(section.file, section.line)
    message = f"the section has no name; Asterisk makes one up, here {made} is used"
    problems.add("section-without-name", section.file, section.line, message, section="")
    return made


class Options:
    """The option lines of an object that are known and accepted, by lower-case name.

    ``refused`` says that other lines weren't accepted, so there will be no object; it is built anyway, to
    find its other problems.
    """

    def __init__(self, lines: Mapping[str, list[Variable]], *, refused: bool = False) -> None:
        self.refused = refused
        self._lines = lines

    def lines(self, name: str) -> Sequence[Variable]:
        """Return all lines of an option in order, the templates' first."""
        return self._lines.get(name, ())

    def line(self, name: str) -> Variable | None:
        """Return the line in effect, None if there is none."""
        lines = self._lines.get(name)
        return lines[-1] if lines else None

    def value(self, name: str, default: str = "") -> str:
        """Return the value in effect."""
        lines = self._lines.get(name)
        return lines[-1].value if lines else default

    def true(self, name: str, default: bool = False) -> bool:
        """Return the boolean in effect."""
        lines = self._lines.get(name)
        return is_true(lines[-1].value) if lines else default

    def number(self, name: str, default: int) -> int:
        """Return the whole number in effect; only lines with one are accepted."""
        lines = self._lines.get(name)
        number = whole_number(lines[-1].value, signed=True) if lines else None
        return default if number is None else number

    def values(self, without: Sequence[str] = ()) -> dict[str, str]:
        """Return each option's value, lists joined by commas."""
        return {
            name: ",".join(line.value for line in lines) if name in LISTS else lines[-1].value
            for name, lines in self._lines.items()
            if name != "type" and name not in without
        }


def load_type(
    candidates: Sequence[Candidate],
    build: Callable[[Candidate, Options], T | None],
    known: Tables,
    problems: Problems,
    doubtful: Callable[[T, Candidate], bool] | None = None,
) -> dict[str, T]:
    """Make the objects of one type, in file order; none at all if two have the same id.

    ``doubtful`` says whether Asterisk may have refused an object with whose id there is a second section; that is then
    used, as if it had.
    """
    made: dict[str, T] = {}
    for candidate in candidates:
        before = len(problems)
        if candidate.id in made and not (
            doubtful is not None and doubtful(made.pop(candidate.id), candidate)
        ):
            _duplicate(candidate, problems)
            for each in candidates:
                problems.lose(each, "duplicate", before)
            return {}
        built = build_one(candidate, build, known, problems)
        if built is not None:
            made[candidate.id] = built
    return made


def build_one(
    candidate: Candidate, build: Callable[[Candidate, Options], T | None], known: Tables, problems: Problems
) -> T | None:
    """Make one object, None if its options or its type refuse it."""
    before = len(problems)
    options = accept_options(candidate, known, problems)
    built = build(candidate, options)
    if options.refused or built is None:
        problems.lose(candidate, "refused", before)
        return None
    return built


def load_single(
    candidates: Sequence[Candidate], known: Tables, problems: Problems
) -> tuple[Candidate, Options] | None:
    """Return the section in effect of a type that has only one object, None if Asterisk's defaults are."""
    if len(candidates) > 2:
        for candidate in candidates:
            found = len(problems)
            message = (
                f"one of {len(candidates)} sections of type {candidate.type}: Asterisk uses none of them"
            )
            problems.add(
                "too-many-globals",
                candidate.file,
                candidate.line,
                message,
                section=candidate.id,
                lost=f"every {candidate.type} section",
            )
            problems.lose(candidate, "refused", found)
        return None
    effective: tuple[Candidate, Options] | None = None
    for candidate in candidates:
        if effective is not None and effective[0].id == candidate.id:
            _duplicate(candidate, problems)
            return None
        found = len(problems)
        options = accept_options(candidate, known, problems)
        if options.refused:
            problems.lose(candidate, "refused", found)
            continue
        if effective is not None:
            before = effective[0]
            message = f"replaced by the {candidate.type} section at {candidate.origin}"
            problems.add(
                "overridden", before.file, before.line, message, section=before.id, lost=before.described
            )
        effective = candidate, options
    return effective


def _duplicate(candidate: Candidate, problems: Problems) -> None:
    message = f"a second {candidate.type} {quoted(candidate.id)}: Asterisk refuses every object of this type"
    lost = f"every {candidate.type} of {escaped(candidate.file)}"
    problems.add("duplicate-object", candidate.file, candidate.line, message, section=candidate.id, lost=lost)


def accept_options(candidate: Candidate, known: Tables, problems: Problems) -> Options:
    """Return the options of an object, and report those that aren't accepted."""
    table = known[candidate.type]
    found = table.found
    accepted: dict[str, list[Variable]] = {}
    # Millions of inherited lines may be unknown, so the loop does little for each of them.
    refused = full = False
    for variable in candidate.variables:
        name = variable.name
        option = table.get(name) or (found[name] if name in found else table.find(name))
        if option is None or option.missing:
            if not name.startswith("@"):
                refused = True
                full = full or problems.full("option-unknown")
                if full:
                    continue
                message = f"{candidate.type} has no option {quoted(name)}"
                if option is not None:
                    message += ": only later releases have it"
                else:
                    message += option_hint(candidate.type, name, known, table.similar(name))
                _refuse(candidate, variable, "option-unknown", message, problems)
            continue
        reason = None
        if option.kind in SECRET_KINDS:
            reason = option.check(variable.value) if option.check is not None else None
        elif option.check is not None:
            checked = _checked if len(variable.value) < LONG_VALUE else _checked_long
            reason = checked(option.check, variable.value)
        if reason is not None:
            refused = True
            full = full or problems.full("option-value")
            if full:
                continue
            message = f"{option.name} = {quoted(variable.value)}: {reason}"
            _refuse(candidate, variable, "option-value", message, problems)
            continue
        if (
            option.unsure is not None
            and option.unsure(variable.value)
            and not problems.full("option-release")
        ):
            message = f"it isn't known whether this release of Asterisk has {option.name} = {quoted(variable.value)}"
            message += f"; if not, it refuses {candidate.described}"
            problems.add("option-release", variable.file, variable.line, message, section=candidate.id)
        doubtful = option.kind in DOUBTFUL_KINDS or option.name == "type"
        if doubtful and not problems.full("option-unchecked"):
            found_doubt = doubt(candidate.type, candidate.id, option, variable.value)
            if found_doubt is not None:
                code, message = found_doubt
                problems.add(code, variable.file, variable.line, message, section=candidate.id)
        lines = accepted.get(option.name)
        if lines is None:
            accepted[option.name] = [variable]
        else:
            lines.append(variable)
    return Options(accepted, refused=refused)


@lru_cache(maxsize=4_096)
def _checked(check: Check, value: str) -> str | None:
    """Return what is wrong with a value; thousands of sections may have or inherit the same."""
    return check(value)


@lru_cache(maxsize=128)
def _checked_long(check: Check, value: str) -> str | None:
    return check(value)


def doubt(type: str, id: str, option: Option, value: str) -> tuple[str, str] | None:
    """Return the problem of a value that is accepted, but perhaps not as intended: its code and text.

    Of all options, only for ``type`` the ``id`` of the object counts.
    """
    if option.kind == "bool" and not is_true(value) and ascii_lower(value) not in FALSE_WORDS:
        return "boolean-value", f"{option.name} = {quoted(value)} is neither yes nor no, so it means no"
    if option.name == "type" and value != type and id != type:
        return "type-ignored", f"type {quoted(value)} has no effect, as {quoted(type)} came first"
    unchecked = f"{option.name} = {quoted(value)} isn't checked: Asterisk refuses the {type} "
    if option.kind == "file" and value:
        return "option-unchecked", unchecked + "if its machine doesn't have this or can't read it"
    if option.kind == "profile" and value and value not in PROFILES:
        return "option-unchecked", unchecked + "if geolocation.conf doesn't have this profile"
    return None


def _refuse(candidate: Candidate, variable: Variable, code: str, message: str, problems: Problems) -> None:
    if variable.template is not None:
        message += f" (inherited from [{shown(variable.template)}])"
    problems.add(code, variable.file, variable.line, message, section=candidate.id, lost=candidate.described)
