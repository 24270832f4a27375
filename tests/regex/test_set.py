"""Sets of expressions answer as the C library does when it runs one expression after the other."""

import functools
import random
import threading

import generate_regex
import pytest
from generate import RandomChoice
from hypothesis import given
from strategies import expressions_with_values

from identify._compiled._regex import Regex
from identify._compiled._regex_library import RegexError
from identify._compiled._regex_set import RegexSet

over = pytest.mark.parametrize("bytewise", [False, True], ids=["characters", "bytes"])


#: Of one expression; thousands are asked about each of hundreds of values.
compiled = functools.lru_cache(maxsize=4096)(Regex)


def one_by_one(ranks, patterns, value, best=None):
    """Return what a set has to answer."""
    for rank, pattern in zip(ranks, patterns, strict=True):
        if (best is None or rank < best) and compiled(pattern).library_search(value):
            return rank
    return None


def check(patterns, values, bytewise=False, step=2):
    """Compare a set with running all, for each value and some cut-offs."""
    ranks = [5 + number * step for number in range(len(patterns))]
    found = RegexSet(ranks, patterns, bytewise)
    compiled = [Regex(pattern, bytewise) for pattern in patterns]
    for value in values:
        matching = [rank for rank, one in zip(ranks, compiled, strict=True) if one.library_search(value)]
        for best in (None, 0, 5, 6, 5 + len(patterns), ranks[-1] + 1 if ranks else 1):
            wanted = next((rank for rank in matching if best is None or rank < best), None)
            assert found.search(value, best) == wanted, (patterns, value, best)


@given(expressions_with_values(6))
def test_few_generated_expressions_agree(question):
    """Sets of a few expressions, which shrink well."""
    check(*question)


@over
@pytest.mark.parametrize("seed", range(12))
def test_many_generated_expressions_agree(seed, bytewise):
    """Sets that are large enough for the index, without expressions that match everything."""
    choice = RandomChoice(random.Random(seed))
    pairs = generate_regex.compiling((generate_regex.expression(choice) for _ in range(150)), bytewise)
    pairs = [
        (pattern, value) for pattern, value in pairs if not Regex(pattern, bytewise).library_search(b"q")
    ]
    values = [generate_regex.around(choice, value) for _, value in pairs]
    check([pattern for pattern, _ in pairs], values, bytewise)


AUTOMATA = [
    "a$.",
    "(^a|b)+c",
    "a(b|c)*d",
    "^a(b|c)*d$",
    "(ab)+",
    "(a|b){2,4}c",
    "^[^@]*@h$",
    "^.*foo.*$",
    "foo.*$",
    "a.+b",
    "^a?b?c?$",
    "x{,3}y",
    "[[:upper:]]+[[:digit:]]{2}",
    "[^[:space:]]z",
    "^(a|b$|c.*)$",
    "(a*)*b",
    "(a*){2}b",
    "((a|b)c?){2,}d",
    "^(a{0}b)+$",
    "(^|;)id=[0-9]+(;|$)",
    "^^a",
    "(^)?a",
    "a{2}{2}",
    "[%--]",
    "[a-]",
    "^[]-a]$",
    "a|b|",
    "(|a)b",
    "^.{3}$",
    "\n[^a]$",
]


@over
@pytest.mark.parametrize("pattern", AUTOMATA)
def test_automata_agree_over_short_values(pattern, bytewise):
    """Expressions without back-references, over all short values of a few characters."""
    letters = [b"a", b"b", b"c", b"d", b"@h", b"foo", b"A1", b"2", b";id=", b"\n", b"]", b"-", b" z", b"xy"]
    values = [b"", *letters]
    values += [letter + other for letter in letters for other in letters]
    values += [letter + other + third for letter in letters[:8] for other in letters for third in letters[:6]]
    found = RegexSet([0], [pattern.encode()], bytewise)
    compiled = Regex(pattern.encode(), bytewise)
    for value in values:
        assert (found.search(value) == 0) == compiled.library_search(value), value


ODD_VALUES = [
    b"",
    b"\0abc",
    b"abc\0def",
    b"\xff",
    b"abc\xff",
    b"\xffabc",
    b"\xc3abc",
    b"abc\xc3",
    b"\xe2\x82abc",
    b"caf\xc3\xa9",
    b"\xc3\xa9\xa9",
    b"\xed\xa0\x80",
    "é€".encode(),
    b"abc" * 1363,
    b"\0",
    b"x" * 4092,
    b"x" * 4096,
    b"x" * 4097 + b"abc",
    b"abc" + b"\xf5" * 5000,
]
ODD_PATTERNS = [
    "abc",
    "^abc",
    "abc$",
    "^abc$",
    "^$",
    ".",
    "^.$",
    "^..$",
    "é",
    "é$",
    "[é€]",
    "^[^é]*$",
    "a.c",
    "(abc)+$",
    "^x*$",
    "x{255}",
    "def",
    ".*abc",
    "^.*$",
    "é.*",
    "é?a",
    "é{2}",
    "[é]$",
    "[^\udcc3]?c",
    "^[[:alpha:]]+$",
    r"\w\b",
    "[a-é]f",
    "\xff",
]


@over
@pytest.mark.parametrize("pattern", ODD_PATTERNS)
def test_odd_values_agree(pattern, bytewise):
    """Invalid UTF-8, NUL, empty and long values, alone and among others that have no match."""
    others = [f"never{number}".encode() for number in range(10)]
    encoded = [pattern.encode("utf-8", "surrogateescape"), pattern.encode("latin-1", "ignore")]
    compiling = generate_regex.compiling([(one, b"") for one in encoded], bytewise)
    assert compiling
    for given_pattern, _ in compiling:
        check([given_pattern], ODD_VALUES, bytewise)
        check([*others, given_pattern], ODD_VALUES, bytewise)


def test_equal_expressions_answer_the_first_rank():
    """An expression that comes again is never the answer, also if the first is cut off."""
    found = RegexSet([3, 7, 9, 12, 13, 14], [b"a", b"b", b"a", b"b", b"b", b"c[0-9]"])
    assert [found.search(value) for value in (b"a", b"b", b"c1", b"d")] == [3, 7, 14, None]
    assert found.search(b"b", 7) is None
    assert found.ranks == (3, 7, 9, 12, 13, 14)


@pytest.mark.parametrize(
    "form", ["^trunk-{:04}$", "^trunk-{:04}-.*$", "gw{}[.]example", "u{}@", r"^sip:[^@]*@h{}\b", "{}"]
)
def test_thousands_of_expressions_find_the_first(form):
    """Each of two thousand expressions is found, and the first one where several match."""
    patterns = [form.format(number).encode() for number in range(2000)]
    found = RegexSet(range(2000), patterns)
    for number in range(0, 2000, 37):
        for value in (
            f"trunk-{number:04}",
            f"trunk-{number:04}-x",
            f"gw{number}.example",
            f"u{number}@u3@",
            f"sip:a@h{number};x",
        ):
            assert found.search(value.encode()) == one_by_one(range(2000), patterns, value.encode())


def test_one_literal_of_all_expressions_makes_all_candidates():
    """Where the index can't tell expressions apart, more than its room are candidates, and the order holds."""
    patterns = [f"common.*[{number % 10}][^x]{{{number // 10 % 20}}}end$".encode() for number in range(1500)]
    values = [b"common" + str(number).encode() + b"q" * (number % 20) + b"end" for number in range(40)]
    check(patterns, values)


def test_a_value_full_of_literals_exhausts_the_budget():
    """A value that has a shared literal at each position is answered by running all."""
    patterns = [f"aa[{number % 9}]{{{number % 30}}}x{number}".encode() for number in range(300)]
    check(patterns, [b"a" * 3000, b"a" * 3000 + b"111x1", b"aaaa" * 700 + b"x0"])


def test_wrong_arguments_are_refused():
    """An expression that doesn't compile, and ranks that aren't as many."""
    with pytest.raises(RegexError):
        RegexSet([1, 2], [b"a", b"(b"])
    with pytest.raises(RegexError):
        RegexSet([1], [b"a\0b"])
    with pytest.raises(ValueError, match="1 ranks of 2"):
        RegexSet([1], [b"a", b"b"])


def test_an_empty_set_finds_nothing():
    """There is no expression to match."""
    assert RegexSet([], []).search(b"a") is None


def test_threads_share_a_set():
    """Expressions are compiled when they are first needed, whichever thread needs them first."""
    patterns = [rf"é?\bw{number}\b".encode() for number in range(300)]
    found = RegexSet(range(300), patterns)
    wrong = []

    def work(offset):
        for number in range(300):
            asked = (number + offset) % 300
            if found.search(f"é w{asked} x".encode()) != asked:
                wrong.append(asked)

    threads = [threading.Thread(target=work, args=(offset,)) for offset in (0, 0, 1, 150)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not wrong
