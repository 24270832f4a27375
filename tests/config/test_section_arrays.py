"""Sections as arrays of numbers: values that are continued, and numbers that lead nowhere."""

from __future__ import annotations

from array import array

import pytest

from identify._compiled._file_lines import Counts, FileLines, Place
from identify._compiled._plain_identifies import PlainIdentifies
from identify._compiled._sections import Sections
from identify._compiled._tried_order import tried_order
from identify.config.language.files import GivenFiles
from identify.config.language.reader import read_document
from identify.config.language.sections import SectionList
from identify.config.problems import Problems


def read(text: str) -> SectionList:
    """Return the sections of a file that is valid."""
    document = read_document(GivenFiles({"pjsip.conf": text}), "pjsip.conf", Problems())
    assert document is not None
    assert document.valid
    assert isinstance(document.sections, SectionList)
    return document.sections


def values(text: str) -> list[list[tuple[str, str, int]]]:
    """Return the name, the value and the line number of each line of each section."""
    return [[(line.name, line.value, line.line) for line in section.variables] for section in read(text)]


@pytest.mark.parametrize(
    "text",
    [
        "[a]\nx=0\n" + "x+=,1\n" * 3_000,
        "[a]\nx=0\ny=0\n" + "x+=,1\ny+=,1\n" * 1_500,
        "[b]\n[a]\nx=0\n" + "x+=,1\n[h](b)\n[a](+)\n" * 1_000,
    ],
    ids=["one after the other", "in turn", "between heirs of others"],
)
def test_a_continued_value_is_kept_once(text: str) -> None:
    """What a value is before it is continued again takes no memory, so a small file doesn't become gigabytes."""
    texts = read(text).sections.texts

    assert sum(len(texts[number]) for number in range(len(texts))) <= len(text)


def test_continued_values() -> None:
    """Each heir has the value so far, each line its place; equal values, and lines of the same name, stay apart."""
    text = "[t](!)\nx=0\n[a](t)\nx+=1\nx+=2\n[b](a)\nx+=3\n[a](+)\nx+=4\nx=5\nx+=6\n[c](a)\n[a](+,a)\nx+=7\n"

    assert values(text) == [
        [("x", "0", 2)],
        [("x", "0124", 9), ("x", "56", 11), ("x", "0124", 9), ("x", "567", 14)],
        [("x", "0123", 7)],
        [("x", "0124", 9), ("x", "56", 11)],
    ]


def test_a_filter_sees_a_continued_value() -> None:
    """A filtered addition compares the value as it is at its line, also one that is continued after that."""
    text = "[a]\nx=0\nx+=1\n[a](+x=^01$)\nx+=2\n[a](+x=^012$)\ny=3\n"

    assert values(text) == [[("x", "012", 5), ("y", "3", 7)]]


def test_a_name_with_a_nul_is_no_option() -> None:
    """A name that only begins with that of an option, and goes on behind a NUL, is another one."""
    sections = Sections()
    file = sections.add_file("pjsip.conf")
    section = sections.start(b"a", file, 1)
    sections.add(section, b"a")
    sections.add_line(section, b"endpoint", b"e", file, 2)
    sections.add_line(section, b"match\0xxxxx", b"192.0.2.1", file, 3)
    plain = PlainIdentifies(sections)

    assert plain.read(array("I", [section]), lambda option, value: True, 100) == b"\0"


def test_numbers_that_lead_nowhere() -> None:
    """A file or section that there isn't is an IndexError, and objects without a section each are a ValueError."""
    sections = Sections()
    with pytest.raises(IndexError, match="file 0 of 0"):
        sections.start(b"a", 0, 1)
    with pytest.raises(IndexError, match="file 0 of 0"):
        FileLines(sections, Place(-1), Counts(9, 9), b"", 0)
    file = sections.add_file("pjsip.conf")
    section = sections.start(b"a", file, 1)
    with pytest.raises(IndexError, match="file 1 of 1"):
        sections.add_line(section, b"x", b"1", 1, 2)
    sections.add_line(section, b"x", b"1", file, 2)
    with pytest.raises(IndexError, match="file 1 of 1"):
        sections.replace_last(section, b"x", b"2", 1, 2)
    with pytest.raises(IndexError, match="section 1 of 1"):
        FileLines(sections, Place(1), Counts(9, 9), b"x=1\n", file).next()
    with pytest.raises(ValueError, match="itself"):
        sections.take_over(section, section)
    with pytest.raises(ValueError, match="1 sections of 2 objects"):
        tried_order(None, [b"a", b"b"], array("I", [1]), [], 53)
