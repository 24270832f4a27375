"""Comments: what is said about them, and about values that they cut off.

How they are read is known by ``_ext/configuration/_file_lines.pyx``.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from identify._compiled._file_lines import MAX_COMMENT_DEPTH, TOO_DEEP, UNOPENED, FileLines, Place
from identify.config.language.sections import BLANKS
from identify.config.problems import Problems
from identify.strings import decoded, shown

__all__ = ["MAX_COMMENT_DEPTH", "Comments"]

#: What a comment doesn't begin with, but a part of a value does: a parameter, an address, the end of an expression.
_PART = re.compile(
    r"(?:[A-Za-z][A-Za-z0-9_.-]*=[^\s;]+|(?:lr|ob)\b|(?P<item>!?[0-9]{1,3}(?:\.[0-9]{1,3}){3})|[^\s;]*[>/](?=\s*$))",
    re.ASCII,
)
_EXPRESSION = re.compile(r"(?:[^:/]*:)?\s*/")
#: Characters of a comment that are looked at.
LONGEST_PART = 64


class Comments:
    """The words about the comments in a file, or in the files that one include means."""

    __slots__ = ("_place", "_problems")

    def __init__(self, place: Place, problems: Problems) -> None:
        self._place = place
        self._problems = problems

    def say(self, lines: FileLines, file: str) -> None:
        """Report what there is to say about the comments of a line."""
        notes, text, comment = lines.noted()
        for note in notes:
            if note == TOO_DEEP:
                message = f"more than {MAX_COMMENT_DEPTH} nested block comments"
                self._problems.add("comment-too-deep", file, lines.number, message)
            elif note == UNOPENED:
                self._problems.add(
                    "comment-unopened",
                    file,
                    lines.number,
                    "'--;' closes no block comment: it is text, and the lines after it are ignored up to the "
                    "next ';--'",
                    lost="the lines up to the next ';--'",
                )
            elif not self._problems.full("value-cut"):
                self._report_cut(decoded(text), decoded(comment), file, lines.number)

    def end(self, files: Sequence[str]) -> None:
        """Report a comment that is still open where the text ends; ``files`` are the names by number."""
        if self._place.depth > 0:
            self._problems.add(
                "comment-unterminated",
                files[self._place.opened_file],
                self._place.opened_line,
                "the block comment that starts here is never closed",
                lost="the rest of the file",
            )

    def _report_cut(self, text: str, comment: str, file: str, number: int) -> None:
        """Report a comment that follows a value without a blank and looks like a part of it."""
        name, equals, value = text.partition("=")
        # Of an expression without its end there is a problem anyway.
        if not equals or not value or _EXPRESSION.match(value):
            return
        found = _PART.match(comment[:LONGEST_PART])
        if found is not None:
            message = f"the value of {shown(name.strip(BLANKS))} ends before ';{shown(found[0])}', which is a comment"
            message += (
                ": items are separated by commas" if found["item"] else r": a ';' of a value is written \;"
            )
            self._problems.add("value-cut", file, number, message)
