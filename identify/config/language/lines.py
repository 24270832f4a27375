r"""Lines that Asterisk's buffer of 8,192 bytes doesn't take as they are: those that are too long or have a NUL.

It knows their pieces, and nothing of what stands in a line.

Facts

- A line of 8,191 bytes or more without its end is skipped; the ``\r`` of CRLF counts.
- What follows a NUL in a line is ignored.
- A line with a NUL is read in pieces of 8,191 bytes, each a line of its own.
"""

from __future__ import annotations

from identify._compiled._file_lines import MAX_LINE_BYTES

__all__ = ["MAX_LINE_BYTES", "pieces_of"]

#: The bytes that are read at once.
_PIECE = MAX_LINE_BYTES + 1


def pieces_of(line: bytes, *, is_last: bool) -> list[bytes | None]:
    r"""Return the pieces of a line, each of which is read as a line; None stands for one that is skipped as too long.

    ``line`` has no ``\n`` at its end; ``is_last`` says that the file doesn't have one there either.
    """
    if b"\0" not in line:
        return [None]
    if len(line) <= MAX_LINE_BYTES:
        return [line.partition(b"\0")[0]]
    if not is_last:
        line += b"\n"
    pieces: list[bytes | None] = []
    # A piece without a NUL that isn't the end of the line is as the start of a line that is too long: up to the next
    # piece that is shorter, and with it, all is skipped.
    skipping = False
    for start in range(0, len(line), _PIECE):
        text = line[start : start + _PIECE].partition(b"\0")[0]
        full = len(text) == _PIECE and not text.endswith(b"\n")
        if not skipping:
            pieces.append(None if full else text.removesuffix(b"\n"))
        skipping = full
    return pieces
