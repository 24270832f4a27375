"""Members of expressions: what is found matches, and where nothing is found nothing matches."""

from __future__ import annotations

import itertools
import random

import generate
import generate_regex
import pytest

from identify._compiled._regex import Regex
from identify.questions.values.automata import BEYOND, END, SURROGATE, Automaton, members
from identify.questions.values.reading import UnknownExpressionError, automaton, literal
from identify.questions.values.spelling import shape_of, spelt

#: What members can't have: blanks at their ends.
BLANKS = bytes(range(0x21))
VALUES = [
    bytes(value)
    for length in range(4)
    for value in itertools.product(b"ab1- s", repeat=length)
    if bytes(value).strip(BLANKS) == bytes(value)
]


def matches(known: Automaton, value: bytes) -> bool:
    state = known.start(known.over)
    for code in value:
        state = known.step(state, code, known.over)
    return known.step(state, END, known.over) == -1


@pytest.mark.parametrize("seed", range(40))
def test_agree_with_the_c_library(seed):
    """For generated expressions, automata match ASCII values as the C library does, and find members."""
    choice = generate.RandomChoice(random.Random(seed))
    pairs = [generate_regex.expression(choice) for _ in range(100)]
    read = 0
    for pattern, value in generate_regex.compiling(pairs):
        # Neither a configuration nor a header has line ends; the C library's anchors have rules of their own for them.
        if b"\n" in pattern + value:
            continue
        try:
            known = automaton(pattern.decode("utf-8", "surrogateescape"))
        except UnknownExpressionError:
            continue
        read += 1
        compiled = Regex(pattern)
        asked = [*VALUES[::7], *([value] if value.isascii() else [])]
        for one in asked:
            assert matches(known, one) == compiled.library_search(one), (pattern, one)
        found = list(itertools.islice(members([known], most_states=300), 5))
        for path in found:
            if path is not None and BEYOND not in path and SURROGATE not in path:
                assert compiled.library_search(bytes(path)), (pattern, path)
        if not found:
            assert not any(compiled.library_search(one) for one in VALUES), pattern
    assert read > 20


@pytest.mark.parametrize(
    ("matching", "avoided", "value"),
    [
        (["^1", "2$"], [], b"12"),
        (["^1", "2$"], ["^12"], b"102"),
        (["^[ab]+$"], ["a"], b"b"),
        (["a{3}"], [], b"aaa"),
        (["^$"], [], b""),
        (["^a", "^b"], [], None),
        (["a+"], ["a"], None),
        ([r"^\w$"], ["[0-9]"], b"a"),
        ([r"^a\.b$"], [], b"a.b"),
        (["^(a|b)(c|d)$", "bd"], [], b"bd"),
        (["^ ?a$"], ["^a"], None),
        ([r"^\d$"], [], b"d"),
        (["^a)$"], [], b"a)"),
        (["^ba{,2}$"], ["^b$"], b"ba"),
    ],
)
def test_shortest_value(matching, avoided, value):
    """The shortest value that all of some expressions match and none of others, without blanks at its ends."""
    paths = members(
        [automaton(one) for one in matching], [automaton(one) for one in avoided], most_states=500
    )

    path = next(paths, None)

    assert (None if path is None else spelt(path)) == value


@pytest.mark.parametrize(
    ("pattern", "reason"),
    [
        (r"(a)\1", r"it has the escape \1"),
        (r"\bx", r"it has the escape \b"),
        ("é", "it has characters beyond ASCII"),
        ("a{,}", "it has a repetition that isn't usual"),
        ("a{1,2}{2}", "it has a repetition that isn't usual"),
        ("(^*a)", "it repeats an anchor"),
        ("^^a", "it has anchors next to each other"),
        ("[[.a.]]", "it names a character in a bracket"),
        ("a{601}", "it is too large"),
        ("((){999}){999}", "it is too large"),
        ("(" * 41 + "a" + ")" * 41, "its groups are nested too deeply"),
    ],
)
def test_refused(pattern, reason):
    """What isn't known for certain, or is too large, is refused with the reason."""
    with pytest.raises(UnknownExpressionError) as raised:
        automaton(pattern)
    assert str(raised.value) == reason


@pytest.mark.parametrize(
    ("pattern", "meets"),
    [
        ("abc", False),
        ("a.c", True),
        ("foo.*", False),
        (".*foo", False),
        ("^.*$", True),
        ("[[:alpha:]]", True),
        ("[0-9]+", False),
        (r"\w", True),
        ("[^a]", True),
        ("[[:digit:]]", False),
    ],
)
def test_meets_beyond(pattern, meets):
    """Only a position on the way to a match can make a character beyond ASCII count."""
    assert automaton(pattern).meets_beyond is meets


def test_classes_of_ascii_alone():
    """Of the classes, digit and xdigit have nothing beyond ASCII in the C library."""
    for name in (b"digit", b"xdigit"):
        compiled = Regex(b"[[:" + name + b":]]")
        beyond = (chr(code) for code in range(0x80, 0x110000) if not 0xD800 <= code < 0xE000)
        assert not any(compiled.library_search(one.encode()) for one in beyond)


def test_surrogates():
    """The dot matches an encoded surrogate and a bracket doesn't; other bytes that aren't UTF-8 match nothing."""
    surrogate = spelt([SURROGATE])

    assert Regex(b"^.$").search(surrogate)
    assert not Regex(b"^[^a]$").search(surrogate)
    assert not any(Regex(b"^.$").search(value) for value in (b"\xe9", b"\xc3", b"\xff"))


def test_literal_and_bound():
    """A literal's automaton matches only it; a search that reaches its bound says so by None."""
    known = literal("a.b*")
    assert matches(known, b"a.b*")
    assert not matches(known, b"axb*")

    assert list(members([automaton("aaaaaaaaaa")], most_states=4)) == [None]


def test_shapes_are_known():
    """Every shape is an expression that is understood; a header without one takes any text."""
    assert all(shape_of(name) is not None for name in ("", "From", "to", "CONTACT", "Call-ID"))
    assert shape_of("X-A") is None
