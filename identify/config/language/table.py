"""The sections of a file and its includes, while they are read: how they begin, inherit and are continued.

It knows the text of a section line and the names that it means; it doesn't know files or options.

Facts

- ``[name](a,b)`` starts with the lines that the *first* sections named a and b have so far, names in any case; ``!``
  makes a template, ``+`` continues the first section of that name that isn't a template, ``+filter`` the first that
  meets the filter.
- The options in parentheses aren't trimmed, and an empty one means the very first section.
- Options take effect one by one: what is inherited before the first ``+`` goes to the section that this continues, and
  what follows the last ``+``, with the lines below, to the section that this one continues.  Each looks alone.
- Names are stored cut to 79 bytes but looked up whole, so that a longer one is never found.
- At a section that inherits from itself by an addition (``[k](+,k)``), Asterisk never ends: its memory grows until
  there is none.  Here it inherits its lines once, and that is reported.
"""

from __future__ import annotations

from collections.abc import Iterator

from identify.config.language.additions import FilterLimitError, Filters
from identify.config.language.limits import ExceededError, InvalidError, Limits
from identify.config.language.sections import BLANKS, Section
from identify.config.problems import Problems
from identify.strings import ascii_lower, decoded, encoded, quoted

__all__ = ["MAX_NAME_BYTES", "SectionTable"]

#: Asterisk's own limit.
MAX_NAME_BYTES = 79


class SectionTable:
    """The sections so far.

    ``latest`` is the one that was begun or continued last.  ``partial`` says that a file is missing that may have
    others; what may inherit from these or add to them is incomplete then, not invalid.
    """

    def __init__(self, limits: Limits, problems: Problems) -> None:
        self.sections: list[Section] = []
        self.latest: Section | None = None
        self.partial = False
        self._limits = limits
        self._problems = problems
        self._filters = Filters()
        # By name in lower case: the first section of that name, and the ones after it.
        self._first_named: dict[str, Section] = {}
        self._others_named: dict[str, list[Section]] = {}
        # By name in lower case: how many sections of that name, from the first one on, are templates for certain.
        self._templates_named: dict[str, int] = {}

    def start(self, line: str, file: str, number: int) -> Section:
        """Read a section line, and return the section that the next lines belong to."""
        name, options = self._parts(line, file, number)
        self._limits.take_items(1, file, number)
        section = Section(name, file, number)
        new = True
        for option in options:
            if option == "!":
                section.template = True
            elif option[:1] != "+":
                self._inherit(section, option, file, number, continued=not new)
            else:
                found = self._to_continue(name, option[1:], file, number)
                if new:
                    found.take_over(section)
                    new = False
                section = found
        if new:
            self._add(section)
        self.latest = section
        return section

    def _parts(self, line: str, file: str, number: int) -> tuple[str, list[str]]:
        """Return the whole name in a section line, and the options in parentheses."""
        end = line.find("]")
        if end < 0:
            raise InvalidError("section-unclosed", file, number, f"no closing ']' in {quoted(line)}")
        name, rest = line[1:end], line[end + 1 :]
        options: list[str] = []
        if not rest:
            return name, options
        if rest[0] == "(":
            close = rest.find(")")
            if close < 0:
                raise InvalidError("section-unclosed", file, number, f"no closing ')' in {quoted(line)}")
            options, rest = rest[1:close].split(","), rest[close + 1 :]
        if rest.lstrip(BLANKS)[:1] == "(":
            message = (
                f"{quoted(rest.strip(BLANKS))} is ignored: it doesn't directly follow the section's name"
            )
            self._problems.add("section-text-ignored", file, number, message, section=name, lost=quoted(rest))
        return name, options

    def _add(self, section: Section) -> None:
        """Add a new section, with its name cut."""
        name = section.name
        if _too_long(name):
            name = section.name = decoded(encoded(name)[:MAX_NAME_BYTES])
            message = f"the section's name is cut to {MAX_NAME_BYTES} bytes: {quoted(name)}"
            self._problems.add("section-name-cut", section.file, section.line, message, section=name)
        self.sections.append(section)
        key = ascii_lower(name)
        if self._first_named.setdefault(key, section) is not section:
            self._others_named.setdefault(key, []).append(section)

    def _inherit(self, heir: Section, parent: str, file: str, number: int, *, continued: bool) -> None:
        """Add the lines that a section inherits from the section that ``parent`` means."""
        section = self._first(parent)
        if section is None and self.partial and not _too_long(parent):
            message = (
                f"section {quoted(heir.name)} inherits from {quoted(parent)}, which may be in a missing file"
            )
            self._leave_out(heir, "section-unknown-parent", message, file, number)
            return
        if section is None:
            message = f"section {quoted(heir.name)} inherits from {quoted(parent)}, which doesn't exist"
            if _too_long(parent):
                message += f" (names are stored cut to {MAX_NAME_BYTES} bytes)"
            elif self._first(parent.strip(BLANKS)) is not None:
                message += " (blanks are part of the name)"
            raise InvalidError("section-unknown-parent", file, number, message)
        if section.incomplete:
            message = (
                f"section {quoted(heir.name)} inherits from {quoted(parent)}, of which a part may be missing"
            )
            self._leave_out(heir, "section-unknown-parent", message, file, number)
        if section is heir and continued:
            message = (
                f"section {quoted(heir.name)} inherits from itself by an addition: Asterisk doesn't start with that, "
                "its memory grows without end; here the section inherits its lines once"
            )
            self._problems.add("section-inherits-itself", file, number, message, section=heir.name)
        section.inherited = True
        lines, size = section.bequest()
        self._limits.take_items(len(lines), file, number)
        self._limits.take_inherited(size, file, number)
        heir.inherit(lines)

    def _first(self, name: str) -> Section | None:
        """Return the first section with that name; the empty name means the very first section."""
        if not name:
            return self.sections[0] if self.sections else None
        return self._first_named.get(ascii_lower(name))

    def _to_continue(self, name: str, conditions: str, file: str, number: int) -> Section:
        key = ascii_lower(name)
        if conditions.strip("&"):
            try:
                found = self._filters.first(self._named(key) if name else self.sections, conditions)
            except FilterLimitError as error:
                raise ExceededError(file, number, str(error)) from error
        else:
            found = self._first_object(key)
        if found is not None:
            return found
        if self.partial and not _too_long(name):
            section = Section(name, file, number)
            message = f"the section {quoted(name)} to add to may be in a missing file"
            self._leave_out(section, "section-unknown-addition", message, file, number)
            return section
        message = f"there is no section {quoted(name)} to add to"
        if _too_long(name):
            message += f" (names are stored cut to {MAX_NAME_BYTES} bytes)"
        elif key in self._first_named and not conditions:
            message += " (templates can't be added to)"
        raise InvalidError("section-unknown-addition", file, number, message)

    def _named(self, key: str) -> Iterator[Section]:
        """Yield the sections of a name; thousands of them may be asked for their first one each."""
        if key in self._first_named:
            yield self._first_named[key]
            yield from self._others_named.get(key, ())

    def _first_object(self, key: str) -> Section | None:
        """Return the first section of a name that isn't a template; all sections count for the empty name.

        A template stays one and sections are only added at the end, so that no section is looked at twice.
        """
        if key:
            first = self._first_named.get(key)
            if first is None or not first.template:
                return first
            others = self._others_named.get(key, ())
        else:
            others = self.sections
        index = self._templates_named.get(key, 0)
        while index < len(others) and others[index].template:
            index += 1
        self._templates_named[key] = index
        return others[index] if index < len(others) else None

    def _leave_out(self, section: Section, code: str, message: str, file: str, number: int) -> None:
        """Make a section part of what isn't known."""
        if not section.incomplete:
            lost = f"the section {quoted(section.name)}"
            self._problems.add(code, file, number, message, section=section.name, lost=lost)
        section.incomplete = True


def _too_long(name: str) -> bool:
    """Return whether a name is stored cut, so that it isn't found again."""
    return len(name) * 4 > MAX_NAME_BYTES and len(encoded(name)) > MAX_NAME_BYTES
