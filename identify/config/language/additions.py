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
from identify.config.expansion import expansion, expansion_excess
from identify.config.language.sections import Section
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

    def first(self, candidates: Iterable[Section], conditions: str) -> Section | None:
        """Return the first section that meets a filter."""
        templates = "exclude"
        wanted: list[tuple[Regex, Regex]] = []
        for condition in filter(None, conditions.split("&")):
            key, equals, value = condition.partition("=")
            if not equals:
                return None
            if key == "TEMPLATES":
                templates = ascii_lower(value)
                continue
            excess = expansion_excess(key) or expansion_excess(value)
            if excess:
                raise FilterLimitError(f"{quoted(condition)} {excess}")
            self._spend((expansion(key) + expansion(value)) // ELEMENTS_A_CHECK)
            try:
                wanted.append((Regex(encoded(key)), Regex(encoded(value))))
            except RegexError:
                return None
        for section in candidates:
            self._spend(1)
            if (
                section.template
                if templates == "exclude"
                else templates == "restrict" and not section.template
            ):
                continue
            if all(self._has(section, name, value) for name, value in wanted):
                return section
        return None

    def _has(self, section: Section, name: Regex, value: Regex) -> bool:
        """Return whether a section has a line that a condition matches."""
        self._spend(len(section.variables))
        for variable in section.variables:
            if name.search(encoded(variable.name)):
                self._spend(len(variable.value) // COMPARED_A_CHECK)
                if value.search(encoded(variable.value)):
                    return True
        return False

    def _spend(self, checks: int) -> None:
        self._checks += checks
        if self._checks > MAX_FILTER_CHECKS:
            raise FilterLimitError(f"more than {MAX_FILTER_CHECKS} comparisons for filtered additions")
