"""Tables of text fitted into a width: what goes on where, and that no word is broken."""

from __future__ import annotations

import pytest

from identify.commands.output.table import table_lines, text_width

HEADING = ["source", "requests", "nearest miss"]
ROWS = [
    ["192.0.2.1", "7", "From user 'alice' has no endpoint: tried 'alice@office.example'"],
    ["日本語", "12", "é́ 日本語"],
]


def words(lines):
    """Return the words of lines, in order."""
    return " ".join(lines).split()


def test_what_fits_stays_as_it_is():
    """Without a width nothing is wrapped; wide and combining characters are measured as a terminal shows them."""
    lines, first = table_lines(HEADING, ROWS, None)

    assert (len(lines), first) == (3, 1)
    assert {
        text_width(line[: line.index(word)])
        for line, word in zip(lines, ("requests", "7", "12"), strict=True)
    } == {11}
    assert table_lines(HEADING, ROWS, 200) == (lines, first)


@pytest.mark.parametrize("width", [20, 30, 45, 60, 80])
def test_a_width_breaks_no_word(width):
    """Every word is whole, in its order, and only a word that is too long stands out."""
    lines, _ = table_lines(HEADING, ROWS, width)

    found = words(lines)
    for row in ROWS:
        for cell in row:
            wanted = cell.split()
            assert any(found[at : at + len(wanted)] == wanted for at in range(len(found))), cell
    assert all(text_width(line) <= width or len(line.split()) <= 2 for line in lines), lines


def test_the_last_column_goes_on_below_itself():
    """If only the last column is too wide, it is wrapped in its place."""
    lines, _ = table_lines(HEADING, ROWS[:1], 60)

    assert lines[1].startswith("192.0.2.1  7         From user 'alice' has no endpoint:")
    assert lines[2] == " " * 21 + "tried 'alice@office.example'"


def test_columns_below_the_row():
    """If more columns are too wide, those that don't fit stand below it with their headings, those with nothing don't."""
    rows = [["a" * 20, "b" * 20, "-", "c" * 9, "d" * 9, "e" * 20]]

    assert table_lines(["one", "two", "three", "four", "five", "six"], rows, 45) == (
        [
            "one                   two",
            f"{'a' * 20}  {'b' * 20}",
            f"    four: {'c' * 9}  five: {'d' * 9}",
            f"    six: {'e' * 20}",
        ],
        1,
    )
