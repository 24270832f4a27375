"""The layout of a table of text: columns as wide as their widest cell, or fitted into a width; no printing.

*Strategy.*  What fits stays in columns.  If only the last column is too wide, its cells go on in the next line, below
themselves.  Otherwise the columns that fit stay beside each other, and the others stand in lines below the row, each
with its heading.  Words are never broken: one that is longer than the width stands out.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

__all__ = ["table_lines", "text_width", "wrapped"]

GAP = "  "
INDENTATION = "    "
#: A sentence in less than that is a tower of words.
NARROWEST = 24


def text_width(text: str) -> int:
    """Return how many columns of a terminal a text takes: wide characters two, combining ones none."""
    if text.isascii():
        return len(text)
    from rich.cells import cell_len  # noqa: PLC0415  Most tables are ASCII.

    return cell_len(text)


def wrapped(text: str, width: int) -> list[str]:
    """Return the lines of a text, broken at spaces only."""
    if text_width(text) <= width:
        return [text]
    lines: list[str] = []
    for word in text.split():
        joined = f"{lines[-1]} {word}" if lines else word
        if lines and text_width(joined) <= width:
            lines[-1] = joined
        else:
            lines.append(word)
    return lines or [""]


def table_lines(
    heading: Sequence[str], rows: Sequence[Sequence[str]], width: int | None
) -> tuple[list[str], int]:
    """Return the lines of a table, and how many of them are its heading; ``width`` is None for any."""
    widths = [max(map(text_width, column)) for column in zip(heading, *rows, strict=True)]
    beside = len(widths)
    if width is not None and _total(widths) > width:
        room = width - _total(widths[:-1]) - len(GAP)
        if room >= NARROWEST:
            widths[-1] = room
        else:
            beside = next((count for count in range(beside - 1, 0, -1) if _total(widths[:count]) <= width), 1)
            if beside < len(widths):
                return [*_with_lines_below(heading, rows, widths, beside, width)], 1
    lines: list[str] = []
    first = 0
    for number, row in enumerate([heading, *rows]):
        lines += _beside(row, widths, fitted=width is not None)
        first = first if number else len(lines)
    return lines, first


def _total(widths: Sequence[int]) -> int:
    return sum(widths) + len(GAP) * (len(widths) - 1)


def _beside(row: Sequence[str], widths: Sequence[int], *, fitted: bool) -> Iterator[str]:
    """Yield the lines of a row whose last cell may go on."""
    before = "".join(_padded(cell, width) + GAP for cell, width in zip(row[:-1], widths, strict=False))
    last = wrapped(row[-1], widths[-1]) if fitted else [row[-1]]
    yield (before + last[0]).rstrip()
    hanging = " " * text_width(before)
    for more in last[1:]:
        yield hanging + more


def _with_lines_below(
    heading: Sequence[str], rows: Sequence[Sequence[str]], widths: Sequence[int], beside: int, width: int
) -> Iterator[str]:
    for number, row in enumerate([heading, *rows]):
        cells = zip(row[:beside], widths, strict=False)
        yield GAP.join(_padded(cell, wide) for cell, wide in cells).rstrip()
        if number:
            named = zip(heading[beside:], row[beside:], strict=True)
            # None, or nothing, needs no line.
            items = [f"{title}: {cell}" for title, cell in named if cell not in ("", "-")]
            for line in _packed(items, width - len(INDENTATION)):
                yield INDENTATION + line


def _packed(items: Sequence[str], width: int) -> Iterator[str]:
    """Yield lines of items, as many beside each other as fit; a longer one goes on in the next line."""
    line = ""
    for item in items:
        joined = f"{line}{GAP}{item}" if line else item
        if text_width(joined) <= width:
            line = joined
            continue
        if line:
            yield line
        first, *more = wrapped(item, width - len(GAP))
        *whole, line = [first, *(GAP + each for each in more)]
        yield from whole
    if line:
        yield line


def _padded(text: str, width: int) -> str:
    return text + " " * (width - text_width(text))
