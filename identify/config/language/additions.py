"""Filters of additions: which section ``[name](+filter)`` adds to, of several with one name.

It knows the conditions of a filter and compares them with a section's lines; it reads no text.

Facts

- A filter consists of ``name=value`` items joined by ``&``, both of them extended regular expressions, and each must
  match a line.  An item without ``=`` matches nothing.
- With ``TEMPLATES=include`` templates may be meant too, with ``TEMPLATES=restrict`` only templates; in lower case it
  is a name like any other.
"""

from __future__ import annotations

from collections.abc import Iterable

from identify._compiled._regex import Regex
from identify._compiled._regex_library import RegexError
from identify._compiled._sections import TEMPLATE, Sections
from identify._compiled._texts import Texts
from identify.config.expansion import expansion, expansion_excess
from identify.strings import ascii_lower, encoded, quoted

__all__ = ["MAX_FILTER_CHECKS", "FilterLimitError", "Filters"]

#: The maximum number of comparisons for the filters of a file: each is made with every line of a section.
MAX_FILTER_CHECKS = 1_000_000
#: So many elements of an expression, with its repetitions written out, count as one comparison.
ELEMENTS_A_CHECK = 16
#: So many characters of the lines that are compared count as one more.
COMPARED_A_CHECK = 128


class FilterLimitError(Exception):
    """The filters of a file take more comparisons than are made; the text says so."""


class Filters:
    """The filters of one file, and how many comparisons they took so far."""

    def __init__(self) -> None:
        self._checks = 0

    def first(self, sections: Sections, candidates: Iterable[int], conditions: str) -> int:
        """Return the first of some sections that meets a filter, -1 if none does."""
        templates = "exclude"
        wanted: list[_Condition] = []
        for condition in filter(None, conditions.split("&")):
            key, equals, value = condition.partition("=")
            if not equals:
                return -1
            if key == "TEMPLATES":
                templates = ascii_lower(value)
                continue
            excess = expansion_excess(key) or expansion_excess(value)
            if excess:
                raise FilterLimitError(f"{quoted(condition)} {excess}")
            self._spend((expansion(key) + expansion(value)) // ELEMENTS_A_CHECK)
            try:
                wanted.append(_Condition(Regex(encoded(key)), Regex(encoded(value)), sections.texts))
            except RegexError:
                return -1
        for section in candidates:
            self._spend(1)
            template = bool(sections.flags(section) & TEMPLATE)
            if template if templates == "exclude" else templates == "restrict" and not template:
                continue
            if all(self._has(sections, section, condition) for condition in wanted):
                return section
        return -1

    def _has(self, sections: Sections, section: int, condition: _Condition) -> bool:
        """Return whether a section has a line that a condition matches."""
        self._spend(sections.settle(section) // COMPARED_A_CHECK)
        lines = iter(sections.numbers(section))
        self._spend(sections.size(section))
        for name, value in zip(lines, lines, strict=True):
            if condition.has_name(name):
                self._spend(condition.length(value) // COMPARED_A_CHECK)
                if condition.has_value(value):
                    return True
        return False

    def _spend(self, checks: int) -> None:
        self._checks += checks
        if self._checks > MAX_FILTER_CHECKS:
            raise FilterLimitError(f"more than {MAX_FILTER_CHECKS} comparisons for filtered additions")


class _Condition:
    """An item of a filter: two expressions, and which texts they match, by the texts' numbers."""

    def __init__(self, name: Regex, value: Regex, texts: Texts) -> None:
        self._name = name
        self._value = value
        self._texts = texts
        self._names: dict[int, bool] = {}

    def has_name(self, number: int) -> bool:
        """Return whether the name of a line matches; the lines of all sections share names."""
        found = self._names.get(number)
        if found is None:
            found = self._names[number] = self._name.search(encoded(self._texts[number]))
        return found

    def has_value(self, number: int) -> bool:
        """Return whether the value of a line matches."""
        return self._value.search(encoded(self._texts[number]))

    def length(self, number: int) -> int:
        """Return the number of characters of a text."""
        return len(self._texts[number])
