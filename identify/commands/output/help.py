"""The layout of help: usage, paragraphs, examples and groups of options, for any width; knows no command.

Words and options are never broken.  On a narrow terminal the text of an option stands below it.
"""

from __future__ import annotations

import re
import shutil
import textwrap
from collections.abc import Iterator, Sequence
from typing import NamedTuple

import click

__all__ = ["Group", "help_text", "help_width"]

#: Longer lines are hard to read, in shorter ones most options don't fit.
WIDEST = 100
NARROWEST = 30
#: Below this width there is no room for two columns.
TWO_COLUMNS = 72
#: A longer option has its text below it.
LONGEST_TERM = 27

WHERE_DOCUMENTED = "Documentation: docs/reference/command.md in the source."


class Group(NamedTuple):
    """Options or commands under a title, each with its text."""

    title: str
    rows: Sequence[tuple[str, str]]


def help_width() -> int:
    """Return the width of the terminal, or what COLUMNS says, within limits."""
    return max(NARROWEST, min(shutil.get_terminal_size().columns, WIDEST))


def help_text(
    usage: str, paragraphs: Sequence[str], examples: Sequence[str], groups: Sequence[Group], width: int
) -> str:
    """Return the whole help."""
    lines = _wrapped(usage, width, first=f"{_heading('Usage:')} ", hanging=7)
    for paragraph in paragraphs:
        lines += ["", *_wrapped(paragraph, width)]
    if examples:
        lines += ["", _heading("Examples:"), *(line for each in examples for line in _example(each, width))]
    for group in groups:
        lines += ["", _heading(f"{group.title}:"), *_rows(group.rows, width)]
    lines += ["", *_wrapped(WHERE_DOCUMENTED, width)]
    return "\n".join(lines)


def _heading(text: str) -> str:
    return click.style(text, bold=True)


def _wrapped(text: str, width: int, *, first: str = "", hanging: int = 0) -> list[str]:
    """Return the lines of a text; ``first`` stands before it and is ``hanging`` columns wide."""
    lines = textwrap.wrap(
        text,
        width,
        initial_indent=" " * hanging,
        subsequent_indent=" " * hanging,
        break_long_words=False,
        break_on_hyphens=False,
    )
    return [first + lines[0][hanging:], *lines[1:]] if lines else [first]


def _example(text: str, width: int) -> Iterator[str]:
    """Yield the lines of a command that can be copied: a backslash ends those that go on."""
    before, line = "  ", ""
    # An option stays with its value.
    for word in re.split(r" (?=-\S|[<>])", text):
        if line and len(f"{before}{line} {word} \\") > width:
            yield f"{before}{line} \\"
            before, line = " " * 6, word
        else:
            line = f"{line} {word}" if line else word
    yield before + line


def _rows(rows: Sequence[tuple[str, str]], width: int) -> Iterator[str]:
    indented = width >= TWO_COLUMNS
    fitting = [len(term) for term, _ in rows if len(term) <= LONGEST_TERM]
    column = max(fitting, default=0) + 4 if indented else 6
    for term, text in rows:
        term = term if indented else term.strip()
        styled = f"  {click.style(term, fg='cyan')}"
        beside = indented and len(term) <= LONGEST_TERM
        if not beside:
            yield styled
        if text or beside:
            before = styled + " " * (column - 2 - len(term)) if beside else " " * column
            yield from _wrapped(text, width, first=before, hanging=column)
