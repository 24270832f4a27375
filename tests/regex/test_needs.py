"""What expressions are found to require, construct by construct."""

import pytest
from hypothesis import given
from strategies import expressions_with_values

from identify._compiled._regex import Regex
from identify._compiled._regex_literals import BEGIN, END
from identify._compiled._regex_needs import needs_of


@given(expressions_with_values(1))
def test_a_matching_value_has_one_literal_of_each_need(question):
    """No value that the C library matches lacks a need, whatever is in it."""
    [pattern], values, bytewise = question
    _, needs = needs_of(pattern, bytewise=bytewise)
    for value in values:
        if Regex(pattern, bytewise).library_search(value):
            text = BEGIN + value.split(b"\0")[0] + END
            assert all(any(literal in text for literal in need) for need in needs), (pattern, value)


@given(expressions_with_values(1))
def test_an_exact_expression_is_its_need(question):
    """An exact expression matches a value of ASCII characters if and only if its need is met."""
    [pattern], values, bytewise = question
    exact, needs = needs_of(pattern, bytewise=bytewise)
    for value in values:
        if exact and value.isascii():
            text = BEGIN + value.split(b"\0")[0] + END
            met = all(any(literal in text for literal in need) for need in needs)
            assert Regex(pattern, bytewise).library_search(value) == met, (pattern, value)


EXACT = [
    ("abc", {"abc"}),
    ("^abc", {"^abc"}),
    ("^abc$", {"^abc$"}),
    ("^$", {"^$"}),
    ("a(b|c)d?", {"ab", "abd", "ac", "acd"}),
    ("(^|,)foo(,|$)", {"^foo,", "^foo$", ",foo,", ",foo$"}),
    ("[ab]c", {"ac", "bc"}),
    ("[]a]b", {"]b", "ab"}),
    ("[.]x", {".x"}),
    (r"[\a]b", {r"\b", "ab"}),
    (r"\.\*\/\-", {".*/-"}),
    ("ab{3}", {"abbb"}),
    ("ab{0}c", {"ac"}),
    ("(ab){2}", {"abab"}),
    ("é?x", {"éx", "x"}),
    ("^^a$$", {"^a$"}),
    ("a]", {"a]"}),
    ("[0-2]x", {"0x", "1x", "2x"}),
]


def marked(literal):
    """Return a literal that is written with the anchors that it has."""
    begins, ends = literal.startswith("^"), literal.endswith("$")
    text = literal[begins : len(literal) - ends].encode()
    return BEGIN * begins + text + END * ends


@pytest.mark.parametrize(("pattern", "literals"), EXACT)
def test_small_languages_are_exact(pattern, literals):
    """What can be written out is written out."""
    assert needs_of(pattern.encode()) == (True, [frozenset(map(marked, literals))])


@pytest.mark.parametrize("pattern", ["", "^", "$", "(foo|)", "a|^", "a?", "a{,1}", "()"])
def test_what_matches_every_value_needs_nothing(pattern):
    """An expression that can match nothing at all is exact without needs."""
    assert needs_of(pattern.encode()) == (True, [])


OPEN = [
    ("^sip:.*@h$", [{"^sip:"}, {"@h$"}]),
    (r"foo\wbar", [{"foo"}, {"bar"}]),
    (r"foo\d+bar", [{"foo"}, {"bar"}]),
    (r"(ab)\1c", [{"ab"}, {"c"}]),
    (r"\bfoo\b", [{"foo"}]),
    ("a)bc", [{"a"}, {"bc"}]),
    ("a}bc", [{"a"}, {"bc"}]),
    ("ab.*?cd", [{"ab"}, {"cd"}]),
    ("abc*d", [{"ab"}, {"d"}]),
    ("aé*d", [{"a"}, {"d"}]),
    ("ab{2,}c", [{"abb"}, {"bb"}, {"bbc"}]),
    ("ab{,2}c", [{"a"}, {"c"}]),
    ("x[[:alpha:]]]y", [{"x"}, {"]y"}]),
    ("x[[.].]]y", [{"x"}, {"y"}]),
    ("x[[=a=]b]y", [{"x"}, {"y"}]),
    ("x[^]a]y", [{"x"}, {"y"}]),
    ("x[0-9]y", [{"x"}, {"y"}]),
    ("(foo.*|bar[0-9])z", [{"foo", "bar"}, {"z"}]),
]


@pytest.mark.parametrize(("pattern", "needs"), OPEN)
def test_what_surrounds_open_parts_is_needed(pattern, needs):
    """Parts that can't be written out end a literal, and the next one begins behind them."""
    exact, found = needs_of(pattern.encode())
    assert not exact
    assert sorted(map(sorted, found)) == sorted(sorted(map(marked, need)) for need in needs)


UNCERTAIN = [
    b"a$.",
    b".*^a",
    b"(a$)+",
    b"(^a)*b",
    rb"\x41bc",
    b"\xffabc",
    b"a\xc3",
    b"(" * 70 + b"a" + b")" * 70,
]


@pytest.mark.parametrize("pattern", UNCERTAIN)
def test_what_is_uncertain_needs_nothing(pattern):
    """Anchors inside, escapes that differ between libraries and invalid text leave the whole to the C library.

    Without being told that newlines end lines, glibc lets ``a$.`` match "a" and a newline.
    """
    Regex(pattern)
    assert needs_of(pattern) == (False, [])


def test_bytes_are_elements_of_their_own():
    """Over bytes a repetition repeats the last byte of a character, brackets hold bytes, and no text is invalid."""
    assert needs_of("é?x".encode(), bytewise=True) == (True, [frozenset({b"\xc3x", b"\xc3\xa9x"})])
    assert needs_of("[é]x".encode(), bytewise=True) == (True, [frozenset({b"\xc3x", b"\xa9x"})])
    assert needs_of("é{2}".encode(), bytewise=True) == (True, [frozenset({b"\xc3\xa9\xa9"})])
    assert needs_of(b"a\xc3", bytewise=True) == (True, [frozenset({b"a\xc3"})])


def test_the_byte_that_marks_an_end_needs_nothing():
    """A byte ff in an expression over bytes isn't taken for the mark of a value's end."""
    assert needs_of(b"a\xff", bytewise=True) == (False, [])


def test_ranges_by_another_order_are_not_written_out():
    """Where ranges don't go by code point, their members aren't known."""
    assert needs_of(b"x[0-2]y", ranges=False) == (False, [frozenset({b"x"}), frozenset({b"y"})])
