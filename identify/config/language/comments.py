r"""Comments: what of a line is text, and how many block comments are open behind it.

Facts

- ``;`` starts a comment up to the end of the line, unless ``\`` precedes it: then the ``\`` is removed.
- ``;--`` opens a block comment unless a third dash follows, ``--;`` closes it, and they nest.  A ``;`` that could do
  both (``--;--``) opens, and the dashes of ``;--`` close nothing (``;--;`` only opens).  In a block comment ``\;``
  neither opens nor closes.
- ``--;`` outside a comment is text, and so is the rest of its line, but what follows that line is lost up to the next
  ``;--``, as if less than no comment were open: each ``--;`` needs a ``;--`` of its own.
- What a ``;`` or ``;--`` further on in the line of such a ``--;`` does wasn't observed.  Here it is as on the lines
  that follow: ``;`` does nothing, and ``;--`` is removed and ends what the ``--;`` began.
"""

from __future__ import annotations

import re

from identify.config.language.sections import BLANKS
from identify.config.problems import Problems
from identify.strings import shown

__all__ = ["MAX_COMMENT_DEPTH", "Comments"]

#: What a comment doesn't begin with, but a part of a value does: a parameter, an address, the end of an expression.
_PART = re.compile(
    r"(?:[A-Za-z][A-Za-z0-9_.-]*=[^\s;]+|(?:lr|ob)\b|(?P<item>!?[0-9]{1,3}(?:\.[0-9]{1,3}){3})|[^\s;]*[>/](?=\s*$))",
    re.ASCII,
)
_EXPRESSION = re.compile(r"(?:[^:/]*:)?\s*/")
#: Characters of a comment that are looked at.
LONGEST_PART = 64

#: Asterisk's own limit.
MAX_COMMENT_DEPTH = 128


class Comments:
    """The block comments that are open in a file, or in the files that one include means.

    ``depth`` is how many are open, negative behind a ``--;`` that closed none.
    """

    __slots__ = ("_file", "_line", "_problems", "depth")

    def __init__(self, problems: Problems) -> None:
        self.depth = 0
        self._problems = problems
        # Where the outermost comment was opened.
        self._file = ""
        self._line = 0

    def text_of(self, line: str, file: str, number: int) -> str:
        """Return the text of a line without its comments."""
        kept: list[str] = []
        # The text from ``start`` on is kept, if any is.
        reading, start = self.depth == 0, 0
        # Dashes before this place belong to a ``;--``.
        free = 0
        at = line.find(";")
        while at >= 0:
            if line[at - 1 : at] == "\\":
                if reading:
                    kept.append(line[start : at - 1])
                    start = at
            elif line.startswith("--", at + 1) and not line.startswith("-", at + 3):
                if reading:
                    kept.append(line[start:at])
                self._open(file, number)
                reading, start = self.depth <= 0 and (reading or self.depth == 0), at + 3
                free = at + 3
            elif at >= free + 2 and line.startswith("--", at - 2):
                closed = self.depth > 0
                self._close(file, number)
                if closed and self.depth == 0:
                    reading, start = True, at + 1
            elif self.depth == 0:
                kept.append(line[start:at])
                if at and line[at - 1] not in BLANKS and reading:
                    self._report_cut("".join(kept), line[at + 1 :], file, number)
                return "".join(kept)
            at = line.find(";", at + 1)
        if reading:
            kept.append(line[start:])
        return "".join(kept)

    def end(self) -> None:
        """Report a comment that is still open where the text ends."""
        if self.depth > 0:
            self._problems.add(
                "comment-unterminated",
                self._file,
                self._line,
                "the block comment that starts here is never closed",
                lost="the rest of the file",
            )

    def _report_cut(self, text: str, comment: str, file: str, number: int) -> None:
        """Report a comment that follows a value without a blank and looks like a part of it."""
        name, equals, value = text.partition("=")
        # Of an expression without its end there is a problem anyway.
        if not equals or not value or _EXPRESSION.match(value) or self._problems.full("value-cut"):
            return
        found = _PART.match(comment[:LONGEST_PART])
        if found is not None:
            message = f"the value of {shown(name.strip(BLANKS))} ends before ';{shown(found[0])}', which is a comment"
            message += (
                ": items are separated by commas" if found["item"] else r": a ';' of a value is written \;"
            )
            self._problems.add("value-cut", file, number, message)

    def _open(self, file: str, number: int) -> None:
        if self.depth == 0:
            self._file, self._line = file, number
        if self.depth < MAX_COMMENT_DEPTH:
            self.depth += 1
        else:
            message = f"more than {MAX_COMMENT_DEPTH} nested block comments"
            self._problems.add("comment-too-deep", file, number, message)

    def _close(self, file: str, number: int) -> None:
        if self.depth == 0:
            self._problems.add(
                "comment-unopened",
                file,
                number,
                "'--;' closes no block comment: it is text, and the lines after it are ignored up to the next ';--'",
                lost="the lines up to the next ';--'",
            )
        self.depth -= 1
