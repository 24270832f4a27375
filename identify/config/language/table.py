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

from identify._compiled._file_lines import MAX_NAME_BYTES
from identify._compiled._sections import ADDED, GONE, INCOMPLETE, TEMPLATE, Sections
from identify.config.language.additions import FilterLimitError, Filters
from identify.config.language.limits import ExceededError, InvalidError, Limits
from identify.config.language.sections import BLANKS
from identify.config.problems import Problems
from identify.strings import decoded, encoded, quoted

__all__ = ["MAX_NAME_BYTES", "SectionTable"]


class SectionTable:
    """The sections so far.

    ``partial`` says that a file is missing that may have others; what may inherit from these or add to them is then
    incomplete, not invalid.
    """

    def __init__(self, limits: Limits, problems: Problems) -> None:
        self.sections = Sections()
        self.partial = False
        self._limits = limits
        self._problems = problems
        self._filters = Filters()

    def start(self, line: str, file: str, place: int, number: int) -> int:
        """Read a section line, and return the section that the next lines belong to.

        ``place`` is the number of the file among those of :attr:`sections`.
        """
        name, options = self._parts(line, file, number)
        self._limits.take_items(1, file, number)
        sections = self.sections
        section = begun = sections.start(encoded(name), place, number)
        for option in options:
            if option == "!":
                sections.mark(section, TEMPLATE)
            elif option[:1] != "+":
                self._inherit(section, name, option, file, number, continued=section != begun)
            else:
                found = self._to_continue(name, option[1:], file, place, number)
                if section == begun:
                    sections.take_over(found, begun)
                    sections.mark(begun, GONE)
                section = found
        if section == begun:
            self._add(section, name, file, number)
        sections.latest = section
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

    def _add(self, section: int, name: str, file: str, number: int) -> None:
        """Add a new section, with its name cut."""
        if _too_long(name):
            name = decoded(encoded(name)[:MAX_NAME_BYTES])
            message = f"the section's name is cut to {MAX_NAME_BYTES} bytes: {quoted(name)}"
            self._problems.add("section-name-cut", file, number, message, section=name)
        self.sections.add(section, encoded(name))

    def _inherit(self, heir: int, name: str, parent: str, file: str, number: int, *, continued: bool) -> None:
        """Add the lines that a section inherits from the section that ``parent`` means.

        ``name`` is the name in the section line.
        """
        section = self._first(parent)
        if continued:
            name = self.sections.name(heir)
        if section is None and self.partial and not _too_long(parent):
            message = f"section {quoted(name)} inherits from {quoted(parent)}, which may be in a missing file"
            self._leave_out(heir, "section-unknown-parent", message, file, number)
            return
        if section is None:
            message = f"section {quoted(name)} inherits from {quoted(parent)}, which doesn't exist"
            if _too_long(parent):
                message += f" (names are stored cut to {MAX_NAME_BYTES} bytes)"
            elif self._first(parent.strip(BLANKS)) is not None:
                message += " (blanks are part of the name)"
            raise InvalidError("section-unknown-parent", file, number, message)
        if self.sections.flags(section) & INCOMPLETE:
            message = f"section {quoted(name)} inherits from {quoted(parent)}, of which a part may be missing"
            self._leave_out(heir, "section-unknown-parent", message, file, number)
        if section == heir and continued:
            message = (
                f"section {quoted(name)} inherits from itself by an addition: Asterisk doesn't start with that, "
                "its memory grows without end; here the section inherits its lines once"
            )
            self._problems.add("section-inherits-itself", file, number, message, section=name)
        lines, size = self.sections.bequest(section)
        self._limits.take_items(lines, file, number)
        self._limits.take_inherited(size, file, number)
        self.sections.inherit(heir, section)

    def _first(self, name: str) -> int | None:
        """Return the first section with that name; the empty name means the very first section."""
        found = self.sections.first(encoded(name)) if name else self.sections.first_of_all()
        return found if found >= 0 else None

    def _to_continue(self, name: str, conditions: str, file: str, place: int, number: int) -> int:
        if conditions.strip("&"):
            try:
                found = self._filters.first(self.sections, self._named(name), conditions)
            except FilterLimitError as error:
                raise ExceededError(file, number, str(error)) from error
        else:
            found = self.sections.first_object(encoded(name))
        if found >= 0:
            return found
        if self.partial and not _too_long(name):
            section = self.sections.start(encoded(name), place, number)
            self.sections.mark(section, GONE)
            message = f"the section {quoted(name)} to add to may be in a missing file"
            self._leave_out(section, "section-unknown-addition", message, file, number)
            return section
        message = f"there is no section {quoted(name)} to add to"
        if _too_long(name):
            message += f" (names are stored cut to {MAX_NAME_BYTES} bytes)"
        elif not conditions and self.sections.first(encoded(name)) >= 0:
            message += " (templates can't be added to)"
        raise InvalidError("section-unknown-addition", file, number, message)

    def _named(self, name: str) -> Iterator[int]:
        """Yield the sections of a name, all for the empty one; thousands may be asked for their first one each."""
        sections = self.sections
        if not name:
            yield from (each for each in range(len(sections)) if sections.flags(each) & ADDED)
            return
        section = sections.first(encoded(name))
        while section >= 0:
            yield section
            section = sections.next_named(section)

    def _leave_out(self, section: int, code: str, message: str, file: str, number: int) -> None:
        """Make a section part of what isn't known."""
        if not self.sections.flags(section) & INCOMPLETE:
            name = self.sections.name(section)
            lost = f"the section {quoted(name)}"
            self._problems.add(code, file, number, message, section=name, lost=lost)
        self.sections.mark(section, INCOMPLETE)


def _too_long(name: str) -> bool:
    """Return whether a name is stored cut, so that it isn't found again."""
    return len(name) * 4 > MAX_NAME_BYTES and len(encoded(name)) > MAX_NAME_BYTES
