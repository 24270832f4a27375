r"""The language of Asterisk's ``.conf`` files: from text to sections of name/value lines.

It knows lines, comments, sections, templates, inheritance, additions and includes, and the place of each
line.  It doesn't know what any section or option means.

Facts

See section 4 of docs/explanation/identification.md.

- Bytes below 33 are blanks; blanks at both ends of a line, a name or a value are removed.
- ``;`` starts a comment anywhere unless a ``\`` precedes it; the ``\`` is removed.  ``;--`` (without another dash)
  opens a block comment, ``--;`` closes it, and they nest.
- ``[name](a,b)`` starts with the lines that the *first* sections named a and b have so far, names in
  any case; ``!`` makes a template, ``+`` continues the first section of that name that isn't a template.
- The options in parentheses aren't trimmed, and an empty one means the very first section.
- An unknown parent section, an option outside sections, a missing include or a missing closing bracket
  invalidate the whole file, and the file that includes it.
"""

from __future__ import annotations

import re

from identify.config.language.additions import FilterLimitError, Filters
from identify.config.language.files import Files, FileTooLargeError, UnreadableError
from identify.config.language.sections import BLANKS, Document, Section, Variable
from identify.config.problems import Problems
from identify.model import Origin
from identify.strings import ascii_lower, decoded, encoded, escaped, quoted

__all__ = ["read_document"]

#: Asterisk's own limits.
MAX_LINE_BYTES = 8191
MAX_NAME_BYTES = 79
MAX_INCLUDE_DEPTH = 10
MAX_COMMENT_DEPTH = 128
#: Limits of this program, each far above the largest known configuration: memory and time are linear in
#: them.  Without the limit of items, sections that inherit from each other could double endlessly.
MAX_ITEMS = 5_000_000
MAX_LINES = 8_000_000
MAX_INCLUDES = 10_000
MAX_TOTAL_CHARACTERS = 256 * 1024 * 1024
MAX_VALUE_CHARACTERS = 65_536

_MARK = re.compile(r"\\;|;--(?!-)|--;|;")
_DIRECTIVE = re.compile(r"#([^\x00-\x20]*)[\x00-\x20]*(.*)", re.DOTALL)


def read_document(
    files: Files, name: str, problems: Problems, *, byte_order_mark: bool = True, partial: bool = False
) -> Document | None:
    """Read a file with its includes; None if it doesn't exist.

    Without ``byte_order_mark`` such a mark at the start of a file is text like any other.  With ``partial``, what is
    there is read though an included file is missing.
    """
    reader = _Reader(files, problems, byte_order_mark, partial)
    try:
        text = files.read(name)
        if text is None:
            return None
        reader.read_text(text, name, 0)
    except _InvalidError as error:
        invalid = error
    except FileTooLargeError as error:
        invalid = _InvalidError("limit-exceeded", name, 0, f"not read: {escaped(str(error))}")
    except UnreadableError as error:
        invalid = _InvalidError("file-unreadable", name, 0, f"can't be read: {escaped(str(error))}")
    else:
        return Document(
            name, tuple(reader.sections), missing=tuple(reader.missing), executed=tuple(reader.executed)
        )
    lost = f"the whole file {escaped(name)}"
    problems.add(invalid.code, invalid.file, invalid.line, invalid.message, lost=lost)
    return Document(name, valid=False, executed=tuple(reader.executed))


class _InvalidError(Exception):
    """Something that invalidates the whole file."""

    def __init__(self, code: str, file: str, line: int, message: str) -> None:
        super().__init__(message)
        self.code, self.file, self.line, self.message = code, file, line, message


class _Reader:
    """The state while one file and its includes are read."""

    def __init__(self, files: Files, problems: Problems, byte_order_mark: bool, partial: bool) -> None:
        self.sections: list[Section] = []
        self.missing: list[tuple[str, Origin]] = []
        self.executed: list[tuple[str, Origin]] = []
        self._partial = partial
        self._files = files
        self._problems = problems
        self._byte_order_mark = byte_order_mark
        # By name in lower case: the first section of that name, and the ones after it.
        self._first_named: dict[str, Section] = {}
        self._others_named: dict[str, list[Section]] = {}
        self._current: Section | None = None
        self._items = 0
        self._lines = 0
        self._characters = 0
        self._includes = 0
        self._filters = Filters()
        # Block comments open at this point, and the line on which the outermost one began.
        self._depth = 0
        self._opened = 0

    def read_text(self, text: str, file: str, depth: int) -> None:
        """Read one file; the current section carries over into an include and out of it."""
        self._characters += len(text)
        self._lines += text.count("\n")
        if self._characters > MAX_TOTAL_CHARACTERS or self._lines > MAX_LINES:
            message = f"more than {MAX_TOTAL_CHARACTERS} characters or {MAX_LINES} lines in all"
            raise _InvalidError("limit-exceeded", file, 0, message)
        outer, self._depth = (self._depth, self._opened), 0
        has_nul = "\0" in text
        # No line of fewer characters can have too many bytes.
        short = MAX_LINE_BYTES if text.isascii() else MAX_LINE_BYTES // 4
        if text.startswith("\ufeff"):
            if self._byte_order_mark:
                text = text[1:]
            elif self._current is None:
                message = "the file begins with a byte order mark, which this release doesn't skip"
                raise _InvalidError("byte-order-mark", file, 1, message)
        for number, line in enumerate(text.split("\n"), 1):
            if len(line) > short and _size(line) > MAX_LINE_BYTES:
                self._problems.add(
                    "line-too-long",
                    file,
                    number,
                    f"longer than {MAX_LINE_BYTES} bytes, so the line is skipped; it begins with {quoted(line[:40])}",
                    lost="the line",
                )
                continue
            if has_nul:
                line = line.partition("\0")[0]
            if self._depth or ";" in line:
                line = self._without_comments(line, file, number)
            line = line.strip(BLANKS)
            if not line:
                continue
            if line[0] == "[":
                self._start_section(line, file, number)
            elif line[0] == "#":
                self._directive(line, file, number, depth)
            else:
                self._option(line, file, number)
        if self._depth:
            self._problems.add(
                "comment-unterminated",
                file,
                self._opened,
                "the block comment that starts here is never closed",
                lost="the rest of the file",
            )
        self._depth, self._opened = outer

    def _without_comments(self, line: str, file: str, number: int) -> str:
        kept, position = [], 0
        for mark in _MARK.finditer(line):
            token = mark[0]
            if self._depth and token == "--;":
                self._depth -= 1
                position = mark.end()
            elif self._depth and token == ";--" and self._depth < MAX_COMMENT_DEPTH:
                self._depth += 1
            elif self._depth and token == ";--":
                message = f"more than {MAX_COMMENT_DEPTH} nested block comments"
                self._problems.add("comment-too-deep", file, number, message)
            elif self._depth:
                continue
            elif token == "\\;":
                kept.append(line[position : mark.start()])
                position = mark.end() - 1
            elif token == ";--":
                kept.append(line[position : mark.start()])
                self._depth, self._opened = 1, number
            else:
                kept.append(line[position : mark.end() - 1])
                return "".join(kept)
        if not self._depth:
            kept.append(line[position:])
        return "".join(kept)

    def _option(self, line: str, file: str, number: int) -> None:
        if self._current is None:
            message = f"{quoted(line)} comes before the first section"
            raise _InvalidError("option-outside-section", file, number, message)
        name, equals, value = line.partition("=")
        if not equals:
            message = f"no '=' in {quoted(line)}; the line is skipped"
            self._problems.add(
                "line-without-equals", file, number, message, section=self._current.name, lost="the line"
            )
            return
        appending = name[-1:] == "+"
        name = name[:-1].rstrip(BLANKS) if appending else name.rstrip(BLANKS)
        if not name:
            message = f"no name before '=' in {quoted(line)}; the line is skipped"
            self._problems.add(
                "line-without-name", file, number, message, section=self._current.name, lost="the line"
            )
            return
        value = (value[1:] if value[:1] == ">" else value).lstrip(BLANKS)
        self._count(1, file, number)
        if appending:
            index = self._current.last(name)
            if index is not None:
                value = self._current.variables[index].value + value
                if len(value) > MAX_VALUE_CHARACTERS:
                    message = f"+= makes a value of more than {MAX_VALUE_CHARACTERS} characters"
                    raise _InvalidError("limit-exceeded", file, number, message)
                self._current.replace(index, Variable(name, value, file, number))
                return
        self._current.add(Variable(name, value, file, number))

    def _start_section(self, line: str, file: str, number: int) -> None:
        end = line.find("]")
        if end < 0:
            raise _InvalidError("section-unclosed", file, number, f"no closing ']' in {quoted(line)}")
        name, rest = line[1:end], line[end + 1 :]
        options: list[str] = []
        if rest[:1] == "(":
            close = rest.find(")")
            if close < 0:
                raise _InvalidError("section-unclosed", file, number, f"no closing ')' in {quoted(line)}")
            options, rest = rest[1:close].split(","), rest[close + 1 :]
        if rest and rest.lstrip(BLANKS)[:1] == "(":
            message = (
                f"{quoted(rest.strip(BLANKS))} is ignored: it doesn't directly follow the section's name"
            )
            self._problems.add(
                "section-text-ignored", file, number, message, section=name, lost=escaped(rest)
            )
        if len(name) * 4 > MAX_NAME_BYTES and _size(name) > MAX_NAME_BYTES:
            cut = decoded(encoded(name)[:MAX_NAME_BYTES])
            message = f"the section's name is cut to {MAX_NAME_BYTES} bytes: {quoted(cut)}"
            self._problems.add("section-name-cut", file, number, message, section=cut)
            name = cut
        self._count(1, file, number)
        additions = [option[1:] for option in options if option.startswith("+")] if options else []
        continued = self._section_to_continue(name, additions, file, number) if additions else None
        section = Section(name, file, number) if continued is None else continued
        for option in options:
            if option == "!":
                section.template = True
            elif option[:1] != "+":
                self._inherit(section, option, file, number)
        if not additions:
            self.sections.append(section)
            if self._first_named.setdefault(ascii_lower(name), section) is not section:
                self._others_named.setdefault(ascii_lower(name), []).append(section)
        self._current = section

    def _inherit(self, heir: Section, parent: str, file: str, number: int) -> None:
        """Add the lines that a section inherits from the section that ``parent`` means."""
        section = self._first(parent)
        if section is None and self.missing:
            message = (
                f"section {quoted(heir.name)} inherits from {quoted(parent)}, which may be in a missing file"
            )
            self._leave_out(heir, "section-unknown-parent", message, file, number)
            return
        if section is None:
            message = f"section {quoted(heir.name)} inherits from {quoted(parent)}, which doesn't exist"
            if self._first(parent.strip(BLANKS)) is not None:
                message += " (blanks are part of the name)"
            raise _InvalidError("section-unknown-parent", file, number, message)
        if section.incomplete:
            message = (
                f"section {quoted(heir.name)} inherits from {quoted(parent)}, of which a part may be missing"
            )
            self._leave_out(heir, "section-unknown-parent", message, file, number)
        lines, size = section.bequest()
        self._count(len(lines), file, number)
        self._characters += size
        if self._characters > MAX_TOTAL_CHARACTERS:
            message = f"more than {MAX_TOTAL_CHARACTERS} characters in all, including inherited text"
            raise _InvalidError("limit-exceeded", file, number, message)
        heir.variables.extend(lines)

    def _first(self, name: str) -> Section | None:
        """Return the first section with that name; the empty name means the very first section."""
        if not name:
            return self.sections[0] if self.sections else None
        return self._first_named.get(ascii_lower(name))

    def _section_to_continue(self, name: str, filters: list[str], file: str, number: int) -> Section:
        first = self._first_named.get(ascii_lower(name))
        named = [first, *self._others_named.get(ascii_lower(name), ())] if first else []
        candidates = named if name else self.sections
        for section in candidates:
            if all(self._passes(section, conditions, file, number) for conditions in filters):
                return section
        if self.missing:
            section = Section(name, file, number)
            message = f"the section {quoted(name)} to add to may be in a missing file"
            self._leave_out(section, "section-unknown-addition", message, file, number)
            return section
        message = f"there is no section {quoted(name)} to add to"
        if candidates:
            message += " (templates can't be added to)"
        raise _InvalidError("section-unknown-addition", file, number, message)

    def _leave_out(self, section: Section, code: str, message: str, file: str, number: int) -> None:
        """Make a section part of what isn't known."""
        if not section.incomplete:
            lost = f"the section {quoted(section.name)}"
            self._problems.add(code, file, number, message, section=section.name, lost=lost)
        section.incomplete = True

    def _passes(self, section: Section, conditions: str, file: str, number: int) -> bool:
        """Return whether a section meets the filter of an addition."""
        try:
            return self._filters.passes(section, conditions)
        except FilterLimitError as error:
            raise _InvalidError("limit-exceeded", file, number, str(error)) from error

    def _directive(self, line: str, file: str, number: int, depth: int) -> None:
        word, rest = _DIRECTIVE.match(line).groups()  # type: ignore[union-attr]
        directive = ascii_lower(word)
        if directive == "exec":
            message = f"{quoted(rest)} isn't run, so its output is missing"
            self._problems.add("exec-not-run", file, number, message, lost="the command's output")
            self.executed.append((rest, Origin(file, number)))
            return
        if directive not in ("include", "tryinclude"):
            message = f"unknown directive {quoted('#' + word)}; the line is skipped"
            self._problems.add("directive-unknown", file, number, message, lost="the line")
            return
        if rest[:1] in ('"', "<"):
            rest = rest[1:].partition(">" if rest[0] == "<" else '"')[0]
        if not rest:
            self._problems.add(
                "directive-without-file", file, number, f"#{directive} names no file", lost="the line"
            )
            return
        try:
            included = self._include(rest, file, number, depth)
        except FileTooLargeError as error:
            raise _InvalidError(
                "limit-exceeded", file, number, f"{quoted(rest)}: {escaped(str(error))}"
            ) from error
        if included or directive == "tryinclude":
            return
        message = f"the included file {quoted(rest)} doesn't exist"
        if not self._partial:
            raise _InvalidError("include-missing", file, number, message)
        message += "; the rest is read as if it only added objects"
        self._problems.add("include-missing", file, number, message, lost="what is in it")
        self.missing.append((rest, Origin(file, number)))

    def _include(self, pattern: str, file: str, number: int, depth: int) -> bool:
        """Read the files that an include means and return whether all of them exist."""
        names = self._files.expand(pattern)
        if not names:
            return False
        if depth >= MAX_INCLUDE_DEPTH:
            message = f"{quoted(pattern)} isn't read: includes are nested more than {MAX_INCLUDE_DEPTH} deep"
            self._problems.add("include-too-deep", file, number, message, lost=f"the file {escaped(pattern)}")
            return False
        complete = True
        for name in names:
            self._includes += 1
            if self._includes > MAX_INCLUDES:
                raise _InvalidError("limit-exceeded", file, number, f"more than {MAX_INCLUDES} includes")
            try:
                text = self._files.read(name)
            except UnreadableError as error:
                message = f"the included file {quoted(name)} can't be read: {escaped(str(error))}"
                self._problems.add("file-unreadable", file, number, message, lost=f"the file {escaped(name)}")
                text = None
            if text is None:
                complete = False
            else:
                self.read_text(text, name, depth + 1)
        return complete

    def _count(self, number_of_items: int, file: str, line: int) -> None:
        self._items += number_of_items
        if self._items > MAX_ITEMS:
            message = f"more than {MAX_ITEMS} sections and lines, including inherited lines"
            raise _InvalidError("limit-exceeded", file, line, message)


def _size(text: str) -> int:
    return len(encoded(text))
