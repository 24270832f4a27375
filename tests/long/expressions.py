"""Expressions as they run here, and as the C library runs them, over as many generated pairs as you like.

    python tests/long/expressions.py [PAIRS [SEED]]

Expressions are those of the tests, and others that are full of assertions, repetitions and characters beyond ASCII;
values are near to what they match, or random.  Each is asked alone, and within a set of which many are candidates.
It prints what differs, and how many pairs had an automaton.
"""

from __future__ import annotations

import random
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "support"))

import generate_regex
from generate import RandomChoice

from identify._compiled._regex import Regex
from identify._compiled._regex_library import RegexError
from identify._compiled._regex_set import RegexSet
from identify.config.expansion import expansion_excess


def compared(seed: int) -> tuple[int, int, list[str]]:
    """Compare a few expressions and values; returns the pairs, those with an automaton, and what differs."""
    source = random.Random(seed)
    choice = RandomChoice(source)
    bytewise = choice.happens(25)
    pairs = []
    for _ in range(20):
        if choice.happens(50):
            pairs.append(generate_regex.expression(choice))
        else:
            pairs.append((generate_regex.dense(choice), b""))
    expressions = []
    values = [b"", *(generate_regex.any_value(choice) for _ in range(12))]
    for pattern, value in pairs:
        if expansion_excess(pattern.decode("utf-8", "surrogateescape")):
            continue
        try:
            expressions.append(Regex(pattern, bytewise))
        except RegexError:
            continue
        values.append(generate_regex.around(choice, value))
    found = []
    asked = linear = 0
    expected = [[one.library_search(value) for one in expressions] for value in values]
    many = RegexSet(range(len(expressions)), [one.pattern for one in expressions], bytewise)
    for value, wanted in zip(values, expected, strict=True):
        for one, answer in zip(expressions, wanted, strict=True):
            asked += 1
            linear += one.obstacle is None
            if one.search(value) != answer:
                found.append(f"{one!r} on {value!r}: the C library says {answer}")
        best = next((number for number, answer in enumerate(wanted) if answer), None)
        if many.search(value) != best:
            found.append(f"{[one.pattern for one in expressions]!r} on {value!r}: expected {best}")
    # Values alone, so that packs are asked for members behind the first.
    for begin in range(0, len(expressions), 5):
        part = RegexSet(
            range(len(expressions) - begin), [one.pattern for one in expressions[begin:]], bytewise
        )
        for value, wanted in zip(values, expected, strict=True):
            best = next((number for number, answer in enumerate(wanted[begin:]) if answer), None)
            if part.search(value) != best:
                found.append(
                    f"{[one.pattern for one in expressions[begin:]]!r} on {value!r}: expected {best}"
                )
    return asked, linear, found


def main() -> None:
    """Compare, and tell."""
    pairs = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
    seed = int(sys.argv[2]) if len(sys.argv) > 2 else 0
    asked = linear = differing = 0
    while asked < pairs and differing < 20:
        some, automatic, found = compared(seed)
        seed += 1
        asked += some
        linear += automatic
        differing += len(found)
        for line in found:
            print(line)
    print(f"{asked} pairs, {linear} of them with an automaton; {differing} differ; the next seed is {seed}")
    raise SystemExit(differing > 0)


if __name__ == "__main__":
    main()
