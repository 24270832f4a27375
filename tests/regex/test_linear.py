"""Automata answer as the C library does, whatever is in the value, and take time linear in its length."""

import itertools
import random
from time import process_time

import generate_regex
import pytest
from generate import RandomChoice

from identify._compiled._regex import Regex
from identify._compiled._regex_set import RegexSet


@pytest.mark.parametrize("seed", range(10))
def test_dense_expressions_agree(seed):
    """Assertions, repetitions, invalid UTF-8 and characters beyond ASCII, over characters and over bytes.

    Each is asked alone and in a set that shares automata.
    """
    choice = RandomChoice(random.Random(seed))
    bytewise = seed % 4 == 3
    pairs = generate_regex.compiling(((generate_regex.dense(choice), b"") for _ in range(40)), bytewise)
    values = [b"", *(generate_regex.any_value(choice) for _ in range(20))]
    compiled = [Regex(pattern, bytewise) for pattern, _ in pairs]
    many = RegexSet(range(len(compiled)), [one.pattern for one in compiled], bytewise)
    linear = 0
    for value in values:
        expected = [one.library_search(value) for one in compiled]
        assert [one.search(value) for one in compiled] == expected, value
        assert many.search(value) == (expected.index(True) if True in expected else None), value
        linear += sum(one.obstacle is None for one in compiled)
    # Most of them: the others repeat an assertion, or refer back.
    assert linear > len(values) * len(compiled) * 0.6


@pytest.mark.parametrize("name", generate_regex.CLASS_NAMES)
def test_classes_of_characters(name):
    """Each class has the members that it has in the C library."""
    among = Regex(f"[[:{name}:]]".encode())
    besides = Regex(f"[^[:{name}:]]".encode())
    codes = [
        code for code in [*range(1, 0x3100), *range(0x3100, 0x110000, 251)] if not 0xD800 <= code < 0xE000
    ]
    for code in codes:
        value = chr(code).encode()
        assert among.search(value) == among.library_search(value), hex(code)
        assert besides.search(value) != among.search(value), hex(code)


def test_words_by_invalid_bytes():
    """A byte that isn't UTF-8 is a part of a word if the character with its number is one, but matches nothing."""
    end, any_one = Regex(rb"a\b"), Regex(rb"^a.|a[^b]|a\W")
    for byte in range(0x80, 0x100):
        value = b"a" + bytes([byte])
        assert end.search(value) == end.library_search(value)
        assert not any_one.search(value)


SURROGATES = [
    ".",
    "a.",
    "a|.",
    "[ab].",
    "[^a]",
    r"\W",
    r".\b",
    "[a-b]?.",
    "[[:alpha:]]|.",
    "é|.",
    ".[A-Z]{0}",
]


@pytest.mark.parametrize("pattern", SURROGATES)
def test_surrogates(pattern):
    """An encoded surrogate is a character for ``.`` in the plainest expressions only; each has its own way in a set."""
    values = [b"\xed\xa0\x80", b"a\xed\xa0\x80", b"\xed\xbf\xbfb", b"\xf4\x90\x80\x80"]
    pattern = f"^({pattern})$".encode()
    among = RegexSet(range(21), [*(f"never{number}".encode() for number in range(20)), pattern])
    for value in values:
        expected = Regex(pattern).library_search(value)
        assert Regex(pattern).search(value) == expected, value
        assert (among.search(value) == 20) == expected, value


LARGE = [
    "x{255}y",
    "[xé]{255}y",
    "(x?){70}y",
    "(a|b|c|d){40}e$",
    "^(" + "|".join(f"1202555{number:04}" for number in range(200)) + ")$",
    r"\b(x|é){66}\b",
    "(" + "".join(chr(0x4E00 + number) for number in range(80)) + ")+",
]


@pytest.mark.parametrize("pattern", LARGE)
def test_more_positions_than_a_word_has_bits(pattern):
    """Automata of several words agree with the C library."""
    asked = Regex(pattern.encode())
    assert asked.obstacle is None
    for value in [
        "x" * 255 + "y",
        "x" * 254 + "y",
        "é" * 66,
        "é" * 67,
        "abcd" * 10 + "e",
        "12025550123",
        "120255501",
        "".join(chr(0x4E00 + number) for number in range(80)),
        "y",
        "",
    ]:
        assert asked.search(value.encode()) == asked.library_search(value.encode()), value


ATTACKS = [
    ("a.*b", "aé"),
    ("[[:alpha:]]+[0-9]x", "0é"),
    ("alice.*x", "aliceÃ©"),
    (r"a.*b\b", "a"),
    (r"\<a.*b\>", "a "),
    (r"\w+@\w+\b.*z", "a@"),
    (".*a.{20}b", "a"),
    ("(x+x+)+y", "x"),
    ("(a|b|é)*c", "aé"),
    ("^(a?){60}b", "a"),
    ("[aé]{255}b", "a"),
    ("a.*b", "a\udcff"),
]


@pytest.mark.parametrize(("pattern", "unit"), ATTACKS)
def test_time_is_linear(pattern, unit):
    """Eight times the value takes about eight times the time, where the C library takes up to 64 times."""
    asked = Regex(pattern.encode())
    assert asked.obstacle is None
    values = [
        (unit * (length // len(unit))).encode("utf-8", "surrogateescape") for length in (20_000, 160_000)
    ]
    assert not any(asked.search(value) for value in values)
    least = [min(timed(asked, value) for _ in range(5)) for value in values]
    assert least[1] < 24 * least[0] + 0.001


def timed(asked, value):
    """Return the processor's time for one search."""
    before = process_time()
    asked.search(value)
    return process_time() - before


COPIED = [
    "(^a|b)+c",
    "(^a|b){2}c",
    r"(\ba|b){1,2}c",
    r"(\<a|b){0,2}c",
    r"(a\> ?)+b",
    "(^(a|b))+c",
    "((^a|b)c?)+a",
]


@pytest.mark.parametrize("pattern", [*COPIED, *(one.replace("+", "*") for one in COPIED if "+" in one)])
def test_assertions_that_repeat(pattern):
    """GNU's library loses assertions in what it copies, so it runs these; it doesn't copy for ``*``."""
    asked = Regex(pattern.encode())
    assert (asked.obstacle is None) == ("*" in pattern)
    for letters in itertools.product("abc ", repeat=4):
        value = "".join(letters).encode()
        assert asked.search(value) == asked.library_search(value), value


@pytest.mark.parametrize(
    ("pattern", "obstacle"),
    [
        (rb"(a)\1", "has a back-reference"),
        (b"caf\xe9", "has an element that isn't known for certain"),
        (rb"\\1", None),
        (rb"[\1]", None),
        (b"(a?){3000}", "is too large for an automaton"),
    ],
)
def test_obstacles(pattern, obstacle):
    """What is left to the C library is said; a backslash that is a character is no reference."""
    assert Regex(pattern).obstacle == obstacle
