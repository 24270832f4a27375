"""Expressions over bytes, as releases before 20.18 and 22.8 run them: what the C library does in the locale C."""

import ctypes
import locale
import pickle
import random

import generate_regex
import pytest
from generate import RandomChoice
from hypothesis import given
from hypothesis import strategies as st
from strategies import expressions_with_values

from identify._compiled._regex import Regex
from identify._compiled._regex_library import RegexError
from identify._compiled._regex_set import RegexSet

#: More than any C library's ``regex_t`` has.
ROOM = 1024
EXTENDED = 1

LIBRARY = ctypes.CDLL(None)


@pytest.fixture(scope="module", autouse=True)
def plain_locale():
    """Let the process be in the locale C meanwhile."""
    before = locale.setlocale(locale.LC_ALL)
    locale.setlocale(locale.LC_ALL, "C")
    yield
    locale.setlocale(locale.LC_ALL, before)


class Plain:
    """An expression of the C library, called directly."""

    def __init__(self, pattern):
        """Compile it."""
        self.room = ctypes.create_string_buffer(ROOM)
        self.usable = LIBRARY.regcomp(self.room, pattern, EXTENDED) == 0

    def search(self, value):
        """Return whether it matches."""
        return LIBRARY.regexec(self.room, value, 0, None, 0) == 0

    def close(self):
        """Free it."""
        LIBRARY.regfree(self.room)


def compare(patterns, values):
    """Hold an expression and a set of it alone against the C library."""
    for pattern in patterns:
        plain = Plain(pattern)
        if not plain.usable:
            with pytest.raises(RegexError):
                Regex(pattern, bytewise=True)
            continue
        alone, together = Regex(pattern, bytewise=True), RegexSet([3], [pattern], bytewise=True)
        for value in values:
            expected = plain.search(value)
            assert alone.search(value) == expected, (pattern, value)
            assert (together.search(value) == 3) == expected, (pattern, value)
        plain.close()


@given(expressions_with_values(4))
def test_generated(question):
    """Generated expressions and values near to them agree with the C library."""
    patterns, values, _ = question
    compare(patterns, values)


@given(st.integers(0, 1 << 32))
def test_generated_bytes(seed):
    """So do expressions and values that are full of bytes beyond ASCII, valid UTF-8 or not."""
    choice = RandomChoice(random.Random(seed))
    pairs = [generate_regex.expression(choice, depth=2) for _ in range(3)]
    table = bytes.maketrans(b"a1-", b"\xc3\xa9\xff")
    compare(
        [pattern.translate(table) for pattern, _ in pairs],
        [generate_regex.around(choice, value.translate(table)) for _, value in pairs for _ in range(2)],
    )


@pytest.mark.parametrize(
    ("pattern", "value", "characters", "over_bytes"),
    [
        ("^.$", "é", True, False),
        ("^..$", "é", False, True),
        ("^[[:alpha:]]+[[:digit:]]$", "é1", True, False),
        (r"^\w+\s\w+$", "é x", True, False),
        ("é", "café", True, True),
        ("^[^a]$", "é", True, False),
        ("^é*$", "éé", True, False),
        ("^é{2}$", "éé", True, False),
        ("^.$", "\udcff", False, True),
        ("[é]", "è", False, True),
    ],
)
def test_facts(pattern, value, characters, over_bytes):
    """What was observed: ``.`` is a byte, and only ASCII letters are letters; the newest works on characters."""
    pattern, value = pattern.encode(), value.encode("utf-8", "surrogateescape")

    assert Regex(pattern).search(value) is characters
    assert Regex(pattern, bytewise=True).search(value) is over_bytes
    assert (RegexSet([0], [pattern]).search(value) == 0) is characters
    assert (RegexSet([0], [pattern], bytewise=True).search(value) == 0) is over_bytes


def test_copies():
    """A copy of an expression works on the same; both say so."""
    over_bytes, characters = Regex(b"^.$", bytewise=True), Regex(b"^.$")

    assert not pickle.loads(pickle.dumps(over_bytes)).search("é".encode())
    assert pickle.loads(pickle.dumps(characters)).search("é".encode())
    assert (repr(over_bytes), repr(characters)) == ("Regex(b'^.$', bytewise=True)", "Regex(b'^.$')")
    assert RegexSet([], [], bytewise=True).bytewise
