"""Filters of additions: which section ``[name](+filter)`` adds to, of several with one name.

It knows the conditions of a filter and compares them with a section's lines; it reads no text.
"""

from __future__ import annotations

from identify._compiled._regex import Regex, RegexError
from identify.config.language.sections import Section
from identify.strings import ascii_lower, encoded

__all__ = ["MAX_FILTER_CHECKS", "FilterLimitError", "Filters"]

#: The maximum number of comparisons for the filters of a file: each is made with every line of a section.
MAX_FILTER_CHECKS = 1_000_000


class FilterLimitError(Exception):
    """The filters of a file take more comparisons than are made; the text says so."""


class Filters:
    """The filters of one file, and how many comparisons they took so far."""

    def __init__(self) -> None:
        self._checks = 0

    def passes(self, section: Section, conditions: str) -> bool:
        """Return whether a section meets a filter.

        A filter consists of ``name=value`` items joined by ``&``, both of them extended regular expressions, and
        each must match a line; with ``TEMPLATES=include`` templates may be meant too, with
        ``TEMPLATES=restrict`` only templates.
        """
        templates = "exclude"
        wanted: list[tuple[str, str]] = []
        for condition in filter(None, conditions.split("&")):
            key, _, value = condition.partition("=")
            if ascii_lower(key) == "templates":
                templates = ascii_lower(value)
            else:
                wanted.append((key, value))
        if section.template if templates == "exclude" else templates == "restrict" and not section.template:
            return False
        for key, value in wanted:
            self._checks += 1 + len(section.variables)
            if self._checks > MAX_FILTER_CHECKS:
                raise FilterLimitError(f"more than {MAX_FILTER_CHECKS} comparisons for filtered additions")
            try:
                names, values = Regex(encoded(key)), Regex(encoded(value))
            except RegexError:
                return False
            if not any(
                names.search(encoded(variable.name)) and values.search(encoded(variable.value))
                for variable in section.variables
            ):
                return False
        return True
