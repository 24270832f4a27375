r"""From the text of a file to its lines, as Asterisk's buffer of 8,192 bytes takes them.

It knows line ends, lengths and NULs, and nothing of what stands in a line.

Facts

- Only ``\n`` ends a line.  A line of 8,191 bytes or more without its end is skipped; the ``\r`` of CRLF counts.
- What follows a NUL in a line is ignored.
- A line with a NUL is read in pieces of 8,191 bytes, each a line of its own.
"""

from __future__ import annotations

from collections.abc import Iterator

from identify.config.problems import Problems
from identify.strings import decoded, encoded, quoted

__all__ = ["MAX_LINE_BYTES", "lines_of"]

#: The longest line that Asterisk reads, in bytes without ``\n``.
MAX_LINE_BYTES = 8190
#: The bytes that are read at once.
_PIECE = MAX_LINE_BYTES + 1


def lines_of(text: str, file: str, problems: Problems) -> Iterator[tuple[int, str]]:
    """Yield the lines of a file that Asterisk looks at, each with its number."""
    lines = text.split("\n")
    # No line of fewer characters can have too many bytes.
    short = MAX_LINE_BYTES if text.isascii() else MAX_LINE_BYTES // 4
    if "\0" not in text and max(map(len, lines)) <= short:
        return enumerate(lines, 1)
    return _odd_lines(lines, file, problems)


def _odd_lines(lines: list[str], file: str, problems: Problems) -> Iterator[tuple[int, str]]:
    for number, line in enumerate(lines, 1):
        size = len(encoded(line))
        if "\0" in line and size > MAX_LINE_BYTES:
            pieces = _pieces(encoded(line) + (b"\n" if number < len(lines) else b""))
        elif size > MAX_LINE_BYTES:
            pieces = [None]
        else:
            pieces = [line.partition("\0")[0]]
        for piece in pieces:
            if piece is not None:
                yield number, piece
                continue
            problems.add(
                "line-too-long",
                file,
                number,
                f"longer than {MAX_LINE_BYTES} bytes, so the line is skipped; it begins with {quoted(line[:40])}",
                lost="the line",
            )


def _pieces(line: bytes) -> list[str | None]:
    r"""Return the pieces of a line with a NUL somewhere; None stands for one that is skipped as too long.

    A piece without a NUL that isn't the end of the line is as the start of a line that is too long: up to the next
    piece that is shorter, and with it, all is skipped.
    """
    pieces: list[str | None] = []
    skipping = False
    for start in range(0, len(line), _PIECE):
        text = line[start : start + _PIECE].partition(b"\0")[0]
        full = len(text) == _PIECE and not text.endswith(b"\n")
        if not skipping:
            pieces.append(None if full else decoded(text.removesuffix(b"\n")))
        skipping = full
    return pieces
