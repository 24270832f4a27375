r"""Patterns in the names of includes: ``*``, ``?``, ``[...]``, ``{a,b}``, and ``\`` before what stands for itself.

It knows names and patterns, no files.

Facts

- ``*`` and ``?`` don't match ``/``, and nothing but a dot matches a dot at the start of a name.
- ``[!...]`` and ``[^...]`` match other characters; ranges and classes (``[[:digit:]]``) work in brackets.
- ``{b,a}`` stands for two names, b first, and ``{c,{b,a}}`` for three.  Braces without a pair are text.
"""

from __future__ import annotations

import re
import string
from collections.abc import Callable
from functools import lru_cache

__all__ = [
    "MAX_BRACE_EXPANSIONS",
    "TooManyNamesError",
    "expand_braces",
    "has_wildcard",
    "matches",
    "unescaped",
]

#: ``{a,b}{a,b}...`` doubles with each pair.
MAX_BRACE_EXPANSIONS = 1_000
#: As how many steps a character of a name in braces counts.
STEPS_A_CHARACTER = 2

_WILDCARD = re.compile(r"(?:[^\\*?\[]|\\.)*[*?\[]", re.DOTALL)
_BRACES = re.compile(r"\\.|[{},]", re.DOTALL)
_ESCAPE = re.compile(r"\\(.)", re.DOTALL)
#: What stands between brackets: a class, a range, or one character.
_BRACKET_ITEM = re.compile(r"\[:(\w+):\]|(\\.|[^\\])-(\\.|[^\]\\])|(\\.|.)", re.DOTALL)
_CLASSES = {
    "alnum": string.ascii_letters + string.digits,
    "alpha": string.ascii_letters,
    "blank": " \t",
    "digit": string.digits,
    "lower": string.ascii_lowercase,
    "punct": string.punctuation,
    "space": string.whitespace,
    "upper": string.ascii_uppercase,
    "xdigit": string.hexdigits,
}

#: What one character of a name must be; None is ``*``.
_Item = Callable[[str], bool] | None


class TooManyNamesError(Exception):
    """Braces stand for too many names; the text says so."""


def has_wildcard(pattern: str) -> bool:
    """Return whether a name without braces is a pattern."""
    return _WILDCARD.match(pattern) is not None


def unescaped(name: str) -> str:
    """Return the name that a pattern without wildcards stands for."""
    return _ESCAPE.sub(r"\1", name) if "\\" in name else name


def matches(name: str, pattern: str) -> bool:
    """Return whether a name without ``/`` matches a pattern; the work is bounded by the product of their lengths."""
    if name.startswith(".") and not pattern.startswith((".", "\\.")):
        return False
    items = _items(pattern)
    at = item = 0
    # Where to go on if what follows the last ``*`` doesn't match: the ``*`` then takes one character more.
    retry: tuple[int, int] | None = None
    while at < len(name):
        if item < len(items):
            test = items[item]
            if test is None:
                retry = (at, item)
                item += 1
                continue
            if test(name[at]):
                at += 1
                item += 1
                continue
        if retry is None:
            return False
        retry = (retry[0] + 1, retry[1])
        at, item = retry[0], retry[1] + 1
    return all(test is None for test in items[item:])


def expand_braces(pattern: str, spend: Callable[[int], None]) -> list[str]:
    """Expand ``a{b,c}d`` to ``abd`` and ``acd``, from the outside in; ``spend`` counts steps."""
    # The last one waiting is the first of what is left.
    waiting, done = [pattern], list[str]()
    while waiting:
        if len(waiting) + len(done) > MAX_BRACE_EXPANSIONS:
            raise TooManyNamesError(f"braces expand to more than {MAX_BRACE_EXPANSIONS} names")
        text = waiting.pop()
        spend(1 + STEPS_A_CHARACTER * len(text))
        choices = _first_choices(text)
        if choices is None:
            done.append(text)
        else:
            waiting += reversed(choices)
    return done


def _first_choices(text: str) -> list[str] | None:
    """Return the names that the first pair of braces stands for, pairs inside it unexpanded; None without a pair."""
    depth = 0
    borders: list[int] = []
    for token in _BRACES.finditer(text):
        if token[0] == "{":
            depth += 1
            if depth == 1:
                borders = [token.start()]
        elif token[0] == "," and depth == 1:
            borders.append(token.start())
        elif token[0] == "}" and depth:
            depth -= 1
            if not depth:
                head, tail = text[: borders[0]], text[token.end() :]
                ends = [*borders[1:], token.start()]
                return [head + text[start + 1 : end] + tail for start, end in zip(borders, ends, strict=True)]
    return None


@lru_cache(maxsize=64)
def _items(pattern: str) -> tuple[_Item, ...]:
    """Return what a pattern wants of the characters of a name, one after the other."""
    items: list[_Item] = []
    unclosed: set[int] = set()
    at = 0
    while at < len(pattern):
        character = pattern[at]
        bracket = _bracket(pattern, at, unclosed) if character == "[" else None
        if bracket is not None:
            test, at = bracket
            items.append(test)
            continue
        if character == "*":
            items.append(None)
        elif character == "?":
            items.append(lambda _: True)
        else:
            if character == "\\" and at + 1 < len(pattern):
                at += 1
                character = pattern[at]
            items.append(character.__eq__)
        at += 1
    return tuple(items)


def _bracket(pattern: str, start: int, unclosed: set[int]) -> tuple[_Item, int] | None:
    """Return the test that brackets stand for and where they end, None if they are never closed.

    ``unclosed`` are the places of items from which no end was found, so that each is looked at once.
    """
    at = start + 1
    negated = pattern[at : at + 1] in ("!", "^")
    at += negated
    first = at
    characters: set[str] = set()
    ranges: list[tuple[str, str]] = []
    places: list[int] = []
    while at < len(pattern):
        if at > first:
            if at in unclosed:
                break
            places.append(at)
        if pattern[at] == "]" and at > first:
            return (lambda c: (c in characters or any(a <= c <= b for a, b in ranges)) != negated), at + 1
        item = _BRACKET_ITEM.match(pattern, at)
        if item is None:
            break
        name, low, high, character = item.groups()
        if name is not None:
            characters.update(_CLASSES.get(name, ""))
        elif low is not None:
            ranges.append((low[-1], high[-1]))
        else:
            characters.add(character[-1])
        at = item.end()
    unclosed.update(places)
    return None
