"""Clean sections: those about which there is nothing to say, so that their objects needn't be made to know it.

Compiled code looks at all sections of a type at once and asks this module once about each option, value and
combination of values that it can't judge itself.

There are two ways from a section to an object.  A section that isn't clean goes through ``accept_options`` and the
function that builds its type, which report what is wrong.  A clean one goes the same way when somebody asks for its
object, and by then nothing can be wrong: its options are known, each of its values is accepted without a doubt by the
same check, no combination refuses it, its id is the only one, and the items of its lines were counted in advance.

Strategy

The limit of items refuses what comes too late, so it matters who counts first.  Where all sections of a type together
could exceed it, none of them counts as clean.
"""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from itertools import compress

import attrs

from identify._compiled._acceptance import IGNORED_NAME, RULES, UNKNOWN_NAME, Acceptance
from identify._compiled._section_names import are_distinct
from identify.config.language.sections import Variable
from identify.config.objects.candidates import DOUBTFUL_KINDS, Options, doubt
from identify.config.objects.endpoints import Together
from identify.config.objects.schema import Option, Table, Tables
from identify.config.problems import Budget
from identify.config.sections.candidates import Candidates
from identify.strings import encoded

__all__ = ["Judged", "judge", "parted", "split"]

#: Kinds of options whose values compiled code knows to be accepted, if they have the usual form.
JUDGED_KINDS = {
    "assignment": RULES["assignment"],
    "contact": RULES["contact"],
    "names": RULES["names"],
    "nonempty": RULES["something"],
}
#: Options whose items count for the limit of items.
COUNTED = frozenset({("aor", "contact"), ("identify", "match")})
#: From bytes that are 1 for a clean section to bytes that are 1 for any other.
_INVERTED = bytes([1, *([0] * 255)])


@attrs.frozen
class Judged:
    """The sections of a type: the numbers of the clean ones, and the others as candidates.

    ``items`` are so many as the clean ones have, ``other_items`` those of each other.
    """

    clean: array[int]
    others: Candidates
    items: int = 0
    other_items: Sequence[int] = ()


def judge(candidates: Candidates, known: Tables, together: Together) -> tuple[bytes, array[int]]:
    """Return for each section of a type whether it is clean, a byte 1 or 0, and how many items it has.

    None is clean if two have the same id, as it matters then which of them are refused, or if one has none.
    """
    numbers = candidates.numbers
    if not are_distinct(candidates.sections, numbers):
        return bytes(len(numbers)), array("I", bytes(4 * len(numbers)))
    asked = _Asked(candidates.type, known[candidates.type], together)
    acceptance = Acceptance(candidates.sections, encoded(candidates.type), asked.options, asked)
    return bytes(acceptance.clean(numbers)), acceptance.items


def parted(candidates: Candidates, clean: bytes, items: array[int]) -> Judged:
    """Return the sections of a type by whether they are clean."""
    others = clean.translate(_INVERTED)
    return Judged(
        array("I", compress(candidates.numbers, clean)),
        candidates.only(array("I", compress(candidates.numbers, others))),
        sum(compress(items, clean)),
        array("I", compress(items, others)),
    )


def split(candidates: Candidates, known: Tables, together: Together, budget: Budget) -> Judged:
    """Return which sections of a type are clean, and count their items."""
    judged = parted(candidates, *judge(candidates, known, together))
    if judged.items + sum(judged.other_items) > budget.left:
        return Judged(array("I"), candidates)
    budget.spend(judged.items)
    return judged


class _Asked:
    """Answers the questions about the options of one type."""

    def __init__(self, type: str, table: Table, together: Together) -> None:
        self._type = type
        self._table = table
        self._together = together
        self._options = list(table.values())
        self._numbers = {option.name: number for number, option in enumerate(self._options)}
        self._slots = [*together.values, *together.present]
        self.options = [self._rule(option) for option in self._options]

    def _rule(self, option: Option) -> tuple[int, int, bool, bool]:
        name = option.name
        slot = self._slots.index(name) if name in self._slots else -1
        if name in self._together.never:
            rule = RULES["never"]
        elif name == "type":
            rule = RULES["type"]
        elif option.unsure is not None or option.restricted:
            rule = RULES["ask"]
        elif option.kind in JUDGED_KINDS:
            rule = JUDGED_KINDS[option.kind]
        else:
            free = option.check is None and option.kind not in DOUBTFUL_KINDS
            rule = RULES["anything" if free else "ask"]
        return rule, slot, name in self._together.present, (self._type, name) in COUNTED

    def option(self, name: str) -> int:
        """Return the number of the option that a name means."""
        option = self._table.find(name)
        if option is None:
            return IGNORED_NAME if name.startswith("@") else UNKNOWN_NAME
        return UNKNOWN_NAME if option.missing else self._numbers[option.name]

    def value(self, number: int, value: str) -> bool:
        """Return whether nothing is to be said about a value; it isn't remembered here, as it may be a secret."""
        option = self._options[number]
        if option.check is not None and option.check(value) is not None:
            return False
        if option.unsure is not None and option.unsure(value):
            return False
        return doubt(self._type, "", option, value) is None

    def together(self, values: Sequence[str | None]) -> bool:
        """Return whether nothing is to be said about the values of several options."""
        lines = {
            name: [Variable(name, value, "", 0)]
            for name, value in zip(self._slots, values, strict=True)
            if value is not None
        }
        return not self._together.refuses(Options(lines))
