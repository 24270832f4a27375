"""Members of regular expressions: values that some expressions match and others don't, or that there are none.

It answers for the expressions whose meaning it knows for certain, and says of the others that it doesn't know them.
Whoever gets a value asks the C library's expressions or an engine about it before it counts.

Strategy

1. Glushkov's construction, as in ``_ext/expressions/_regex_syntax.pyx``: each character, bracket and anchor of an
   expression is a position; a set of positions is a number with a bit for each.  Anchors are characters of their own
   before and behind each value.
2. A search over pairs, triples, ... of such sets, breadth first, finds the shortest value.  Characters that no
   expression tells apart are tried once.
3. All characters beyond ASCII are one character, which is taken to match wherever one of them could.  So a value that
   is found may be none, but if none is found there is none.  For expressions that must not match, it is the other way
   round.  Surrogates, which UTF-8 can't have, are another character: glibc's ``.`` matches them, its brackets don't;
   other bytes that aren't UTF-8 match nothing, so no value needs them.
4. That counts characters.  Where one expression counts bytes and the other characters, lengths can't be compared: the
   caller knows that, and asks for less certainty (``mixed``).
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Sequence

import attrs

__all__ = ["ASCII", "BEGIN", "BEYOND", "CODES", "END", "SURROGATE", "Automaton", "Budget", "members"]

#: Codes of characters: 1 to 127 are ASCII, then these.
BEYOND = 128
BEGIN = 129
END = 130
SURROGATE = 131
CODES = 132

ASCII = frozenset(range(1, 128))
#: What no character of a header or a URI is.
BREAKS = frozenset(b"\r\n")


def _readability(code: int) -> tuple[bool, bool, bool, int]:
    """Return a sort key: digits and small letters first, control characters last."""
    return not chr(code).isalnum(), chr(code).isupper(), not 32 <= code < 127, code


#: In the order in which they are tried: the first of a kind is what a value shows.
READABLE = (*sorted(ASCII - BREAKS, key=_readability), BEYOND, SURROGATE)

#: The states of all expressions, whether the value has a character beyond ASCII, and whether it ends with a blank.
_Node = tuple[tuple[int, ...], bool, bool]


@attrs.frozen
class Automaton:
    """The automaton of an expression.

    ``over`` and ``under`` have for each character the positions that it may be at, and those that it is at for
    certain; ``ascii_only`` is ``under`` without characters beyond ASCII.  ``telling`` are the positions that decide
    whether a value matches at all.
    """

    nullable: bool
    first: int
    last: int
    follow: tuple[int, ...]
    over: tuple[int, ...]
    under: tuple[int, ...]
    ascii_only: tuple[int, ...]
    telling: int

    @property
    def meets_beyond(self) -> bool:
        """Whether a character beyond ASCII can decide whether a value matches."""
        return bool(self.over[BEYOND] & self.telling)

    def start(self, fits: Sequence[int]) -> int:
        """Return the state before a value, -1 if everything matches already."""
        return -1 if self.nullable else self.step(0, BEGIN, fits)

    def step(self, state: int, code: int, fits: Sequence[int]) -> int:
        """Return the state behind a character; -1 says that the expression has matched."""
        if state == -1:
            return -1
        reached, rest = self.first, state
        while rest:
            lowest = rest & -rest
            reached |= self.follow[lowest.bit_length() - 1]
            rest ^= lowest
        reached &= fits[code]
        return -1 if reached & self.last else reached


@attrs.define
class Budget:
    """States that several searches may still reach together."""

    left: int

    def spend(self) -> bool:
        """Count a state, and return whether it may be reached."""
        self.left -= 1
        return self.left >= 0


def members(
    matching: Sequence[Automaton],
    avoided: Sequence[Automaton] = (),
    *,
    most_states: int,
    budget: Budget | None = None,
    beyond: bool = False,
    mixed: bool = False,
) -> Iterator[list[int] | None]:
    """Yield values, as codes, that all of ``matching`` match and none of ``avoided``, the shortest first.

    Values are trimmed, as printed ones are.  With ``beyond``, a value has a character beyond ASCII at least.  One value
    is yielded for each set of states at its end.  It ends after the last one; None comes last where the bound ended it.
    """
    every = [(one, one.over) for one in matching] + [
        (one, one.ascii_only if mixed else one.under) for one in avoided
    ]
    codes = _distinct([fits for _, fits in every])
    wanted = len(matching)
    memory: dict[tuple[int, int, int], int] = {}

    def step(number: int, state: int, code: int) -> int:
        key = (number, state, code)
        if key not in memory:
            one, fits = every[number]
            memory[key] = one.step(state, code, fits)
        return memory[key]

    start = (tuple(one.start(fits) for one, fits in every), False, True)
    came: dict[_Node, tuple[_Node, int] | None] = {start: None}
    waiting = deque([start])
    while waiting:
        node = waiting.popleft()
        states, has_beyond, blank = node
        ends = [step(number, state, END) for number, state in enumerate(states)]
        complete = all(end == -1 for end in ends[:wanted]) and all(end != -1 for end in ends[wanted:])
        if complete and (has_beyond or not beyond) and (not blank or came[node] is None):
            yield _path(came, node)
        if any(state == -1 for state in states[wanted:]):
            continue
        for code in codes:
            is_blank = code <= 32
            if is_blank and came[node] is None:
                continue
            reached = (
                tuple(step(number, state, code) for number, state in enumerate(states)),
                has_beyond or code in (BEYOND, SURROGATE),
                is_blank,
            )
            if reached in came or not _alive(reached[0][:wanted], every):
                continue
            if len(came) >= most_states or not (budget is None or budget.spend()):
                yield None
                return
            came[reached] = (node, code)
            waiting.append(reached)


def _alive(states: tuple[int, ...], every: Sequence[tuple[Automaton, Sequence[int]]]) -> bool:
    """Say whether all expressions can still match; one that is anchored and has failed can't."""
    return all(state or one.first & ~one.over[BEGIN] for state, (one, _) in zip(states, every, strict=False))


def _distinct(fits: Sequence[Sequence[int]]) -> list[int]:
    """Return one character of each kind that the expressions tell apart, blanks apart from others."""
    found: dict[tuple[object, ...], int] = {}
    for code in READABLE:
        found.setdefault((code <= 32, code in (BEYOND, SURROGATE), *(of[code] for of in fits)), code)
    return list(found.values())


def _path(came: dict[_Node, tuple[_Node, int] | None], node: _Node) -> list[int]:
    codes = []
    while (step := came[node]) is not None:
        node, code = step
        codes.append(code)
    return codes[::-1]
