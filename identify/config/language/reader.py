r"""The language of Asterisk's ``.conf`` files: from a file with its includes to sections of name/value lines.

It knows option lines, directives, which section a line belongs to, and what an error costs.  It doesn't know what any
section or option means.

Facts

See section 4 of docs/explanation/identification.md.

- Bytes below 33 are blanks; blanks at both ends of a line, a name or a value are removed.
- A ``\`` at the start of a line is removed, and the next character is an option's first one, whatever it is.
- ``+=`` continues the last line of exactly that name; the text behind it is appended with its blanks.
- Lines behind an include belong to the including file's own section.  An included file starts in the section that was
  begun or continued last in any file; a file that begins with an include has no section of its own behind it.
- Of the files that one include means, each goes on where the former one ended: section and block comment.
- An unknown parent section, an option outside sections, a missing include or a missing closing bracket make the file
  invalid.  What an included file says before that stays, its rest is lost, and so are the files after it that the same
  include means; the including file goes on.  If it is the main file itself, everything is lost.
- Asterisk crashes at the start if a file includes itself.  Here that include is reported, and nothing is read for it.
"""

from __future__ import annotations

import re

from identify._compiled._file_lines import (
    APPENDED,
    BACKSLASH,
    DIRECTIVE,
    END,
    LIMIT,
    NOTED,
    ODD,
    OUTSIDE,
    READ,
    SECTION,
    WITHOUT_EQUALS,
    FileLines,
    Place,
)
from identify.config.language.comments import Comments
from identify.config.language.files import Files, FileTooLargeError, UnreadableError
from identify.config.language.limits import MAX_VALUE_CHARACTERS, ExceededError, InvalidError, Limits
from identify.config.language.lines import MAX_LINE_BYTES, pieces_of
from identify.config.language.sections import BLANKS, Document, SectionList
from identify.config.language.table import SectionTable
from identify.config.problems import Problems
from identify.model import Origin
from identify.strings import ascii_lower, decoded, encoded, escaped, quoted

__all__ = ["MAX_INCLUDE_DEPTH", "read_document"]

#: Asterisk's own limit: files that are included by included files.
MAX_INCLUDE_DEPTH = 10

_BYTE_ORDER_MARK = b"\xef\xbb\xbf"
_BLANKS = encoded(BLANKS)
_DIRECTIVE = re.compile(r"#([^\x00-\x20]*)[\x00-\x20]*(.*)", re.DOTALL)
#: What closes a quoted file name, by what opens it.
_QUOTES = {'"': '"', "<": ">"}


def read_document(
    files: Files, name: str, problems: Problems, *, byte_order_mark: bool = True, partial: bool = False
) -> Document | None:
    """Read a file with its includes; None if it doesn't exist.

    Without ``byte_order_mark`` such a mark at the start of a file is text like any other.  With ``partial``, what is
    there is read though an included file is missing.
    """
    reader = _Reader(files, problems, byte_order_mark, partial)
    try:
        data = files.read(name)
        if data is None:
            return None
        reader.read_main(data, name)
    except InvalidError as error:
        invalid = error
    except FileTooLargeError as error:
        invalid = ExceededError(name, 0, f"not read: {escaped(str(error))}")
    except UnreadableError as error:
        invalid = InvalidError("file-unreadable", name, 0, f"can't be read: {escaped(str(error))}")
    else:
        return Document(
            name,
            SectionList(reader.table.sections),
            missing=tuple(reader.missing),
            executed=tuple(reader.executed),
        )
    lost = f"the whole file {escaped(name)}"
    problems.add(invalid.code, invalid.file, invalid.line, invalid.message, lost=lost)
    return Document(
        name, valid=False, lost=SectionList(reader.table.sections), executed=tuple(reader.executed)
    )


class _Reader:
    """The state while one file and its includes are read."""

    def __init__(self, files: Files, problems: Problems, byte_order_mark: bool, partial: bool) -> None:
        self.missing: list[tuple[str, Origin]] = []
        self.executed: list[tuple[str, Origin]] = []
        self._partial = partial
        self._files = files
        self._problems = problems
        self._byte_order_mark = byte_order_mark
        self._limits = Limits()
        self.table = SectionTable(self._limits, problems)
        # The files being read: the main file, one that it includes, and so on.
        self._open: list[str] = []

    def read_main(self, data: bytes, name: str) -> None:
        """Read the file that includes all others."""
        place = Place(-1)
        comments = Comments(place, self._problems)
        try:
            self._read_file(data, name, place, comments, skip_mark=self._byte_order_mark)
        finally:
            self.table.sections.settle_all()
        comments.end(self.table.sections.files)

    def _read_file(
        self, data: bytes, file: str, place: Place, comments: Comments, *, skip_mark: bool
    ) -> None:
        self._limits.take_text(data, file)
        if data.startswith(_BYTE_ORDER_MARK):
            if skip_mark:
                data = data[len(_BYTE_ORDER_MARK) :]
            elif place.section < 0 and place.depth == 0:
                reason = (
                    "which is skipped only in the first file that an include means"
                    if self._byte_order_mark
                    else "which this release doesn't skip"
                )
                message = f"the file begins with a byte order mark, {reason}"
                raise InvalidError("byte-order-mark", file, 1, message)
        self._open.append(self._files.identity(file))
        sections = self.table.sections
        lines = FileLines(sections, place, self._limits.counts, data, sections.add_file(file))
        try:
            while (event := lines.next()) != END:
                if event == ODD:
                    self._read_pieces(lines, file, place, comments)
                else:
                    self._take(event, lines, file, place, comments)
        finally:
            self._open.pop()

    def _read_pieces(self, lines: FileLines, file: str, place: Place, comments: Comments) -> None:
        """Read a line that is too long or has a NUL."""
        line = lines.line
        for piece in pieces_of(line, is_last=lines.is_last):
            if piece is None:
                message = f"longer than {MAX_LINE_BYTES} bytes, so the line is skipped; "
                message += f"it begins with {quoted(decoded(line)[:40])}"
                self._problems.add("line-too-long", file, lines.number, message, lost="the line")
                continue
            lines.give(piece)
            while (event := lines.next()) != READ:
                self._take(event, lines, file, place, comments)

    def _take(self, event: int, lines: FileLines, file: str, place: Place, comments: Comments) -> None:
        """Read what the scan of a line leaves to Python."""
        number = lines.number
        if event == NOTED:
            comments.say(lines, file)
        elif event == APPENDED:
            self._append(*lines.appended, place.section, lines, file)
        elif event == SECTION:
            place.section = self.table.start(decoded(lines.line), file, lines.file, number)
        elif event == DIRECTIVE:
            self._directive(decoded(lines.line), file, number)
        elif event == LIMIT:
            self._limits.take_items(0, file, number)
        else:
            self._report(event, quoted(decoded(lines.line)), file, number, place)

    def _report(self, event: int, line: str, file: str, number: int, place: Place) -> None:
        """Report a line that isn't read."""
        if event == BACKSLASH:
            message = f"{line}: a line that begins with a backslash must go on with a visible ASCII character"
            raise InvalidError("line-backslash", file, number, message)
        if event == OUTSIDE:
            raise InvalidError(
                "option-outside-section", file, number, f"{line} comes before the first section"
            )
        code, message = ("line-without-name", f"no name before '=' in {line}; the line is skipped")
        if event == WITHOUT_EQUALS:
            code, message = ("line-without-equals", f"no '=' in {line}; the line is skipped")
        section = self.table.sections.name(place.section)
        self._problems.add(code, file, number, message, section=section, lost="the line")

    def _append(self, name: bytes, text: bytes, section: int, lines: FileLines, file: str) -> None:
        """Continue the last line of a name with the text behind ``+=``, of which ``>`` is a part."""
        sections = self.table.sections
        before = sections.last_value(section, name)
        if before is None:
            sections.add_line(section, name, text.lstrip(_BLANKS), lines.file, lines.number)
            return
        value = (before + text).strip(_BLANKS)
        if len(value) > MAX_VALUE_CHARACTERS:
            self._limits.check_value(decoded(value), file, lines.number)
        sections.replace_last(section, name, value, lines.file, lines.number)

    def _directive(self, line: str, file: str, number: int) -> None:
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
        if not rest:
            self._problems.add(
                "directive-without-file", file, number, f"#{directive} names no file", lost="the line"
            )
            return
        pattern = _without_quotes(rest)
        try:
            included = self._include(pattern, file, number, required=directive == "include")
        except FileTooLargeError as error:
            raise ExceededError(file, number, f"{quoted(pattern)}: {escaped(str(error))}") from error
        if included or directive == "tryinclude":
            return
        message = f"the included file {quoted(pattern)} doesn't exist"
        if pattern == rest and rest[0] in _QUOTES:
            message += " (quotes are removed only where the last character closes them)"
        if not self._partial:
            raise InvalidError("include-missing", file, number, message)
        message += "; the rest is read as if it only added objects"
        self._problems.add("include-missing", file, number, message, lost="what is in it")
        self.missing.append((pattern, Origin(file, number)))
        self.table.partial = True

    def _include(self, pattern: str, file: str, number: int, *, required: bool) -> bool:
        """Read the files that an include means and return whether all of them exist."""
        self._limits.take_include(file, number)
        names = (
            self._files.expand(pattern, lambda steps: self._limits.take_steps(steps, file, number))
            if pattern
            else []
        )
        if not names:
            return False
        if len(self._open) > MAX_INCLUDE_DEPTH:
            message = f"{quoted(pattern)} isn't read: includes are nested more than {MAX_INCLUDE_DEPTH} deep"
            if required:
                raise InvalidError("include-too-deep", file, number, message)
            self._problems.add("include-too-deep", file, number, message, lost=f"the file {escaped(pattern)}")
            return True
        place = Place(self.table.sections.latest)
        comments = Comments(place, self._problems)
        complete, skip_mark = True, self._byte_order_mark
        for index, name in enumerate(names, 1):
            if index > 1:
                self._limits.take_include(file, number)
            self._limits.take_steps(len(name), file, number)
            if self._files.is_directory(name):
                message = f"the included name {quoted(name)} is a directory; it is skipped"
                self._problems.add("include-directory", file, number, message, lost="what is in it")
                continue
            if self._files.identity(name) in self._open:
                message = (
                    f"{quoted(name)} includes itself: Asterisk crashes when it starts; the include is skipped"
                )
                self._problems.add("include-circle", file, number, message, lost="the include")
                continue
            data = self._read_data(name, file, number)
            if data is None:
                complete = False
                continue
            try:
                self._read_file(data, name, place, comments, skip_mark=skip_mark)
            except ExceededError:
                raise
            except InvalidError as error:
                lost = f"the rest of the file {escaped(name)}"
                if index < len(names):
                    lost += f", and the files after it that {quoted(pattern)} means"
                self._problems.add(error.code, error.file, error.line, error.message, lost=lost)
                return complete
            skip_mark = False
        comments.end(self.table.sections.files)
        return complete

    def _read_data(self, name: str, file: str, number: int) -> bytes | None:
        """Return the contents of an included file, None if it can't be read."""
        try:
            return self._files.read(name)
        except UnreadableError as error:
            message = f"the included file {quoted(name)} can't be read: {escaped(str(error))}"
            self._problems.add("file-unreadable", file, number, message, lost=f"the file {escaped(name)}")
            return None


def _without_quotes(name: str) -> str:
    """Return the name of an include without quotes, if its last character closes what its first one opens."""
    closing = _QUOTES.get(name[0])
    return name[1:-1] if closing is not None and len(name) > 1 and name[-1] == closing else name
