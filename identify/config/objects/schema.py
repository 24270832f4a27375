"""Which options each type of object knows, and which values each option takes.

``options.json`` beside this module lists names, kinds and defaults; the kinds are the rules of ``values/``.
``older_options.json`` in the folder above lists what recorded releases were without.  A rule says whether Asterisk
would refuse an object because of the value, which decides whether the object exists; it doesn't interpret the value.
Rules about several options together belong to the objects' own modules.

Facts

- An unknown option refuses the object; names of options are compared in any case, and those that start with ``@``
  are ignored.
- An ``inbound-publication`` has an option for each event package: every name that begins with ``event_``.
- An option or value of which it isn't known whether the release has it is accepted, with a problem.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from functools import cached_property, lru_cache
from importlib import resources
from typing import Any

import attrs

from identify.config.hints.nearest import Names
from identify.config.objects.values.rules import FALSE_WORDS, RULES, TRUE_WORDS, Check
from identify.config.releases import NEWEST, Release
from identify.strings import ascii_lower

__all__ = ["FALSE_WORDS", "Option", "Table", "Tables", "is_true", "option_tables"]

#: The items of ``identify_by`` in releases without the identifier ``request_uri``.
IDENTIFY_BY_BEFORE = ("username", "auth_username", "ip", "header")
#: Names for which a table remembers what it found, and the length of the longest of them.
MOST_REMEMBERED = 4_096
LONGEST_REMEMBERED = 256


@attrs.frozen
class Option:
    """An option of a type.

    ``check`` returns the reason why Asterisk refuses a value, None if it accepts it; an option that accepts
    anything has no check.  ``missing`` says that the release doesn't have the option.  ``unsure`` is None, or says of a
    value that it isn't known whether the release has it; of any value, if that isn't known of the option.
    ``restricted`` says that the release doesn't accept all values that the kind does.
    """

    name: str
    kind: str
    default: str
    check: Check | None
    missing: bool = False
    unsure: Callable[[str], bool] | None = None
    restricted: bool = False


class Table(dict[str, Option]):
    """The options of a type by their lower-case names; one that ends with ``*`` is that of all names that begin so."""

    def find(self, name: str) -> Option | None:
        """Return the option of a name in any case, None if the type has none; ``found`` remembers it."""
        lower = ascii_lower(name)
        option = self.get(lower) or next(
            (option for beginning, option in self._beginnings if lower.startswith(beginning)), None
        )
        if len(self.found) < MOST_REMEMBERED and len(name) <= LONGEST_REMEMBERED:
            self.found[name] = option
        return option

    def similar(self, name: str) -> str:
        """Return the option that was probably meant, "" if none is called nearly so."""
        return self._names.near(name)

    @cached_property
    def found(self) -> dict[str, Option | None]:
        """What was found for names: thousands of sections may inherit them."""
        return {}

    @cached_property
    def _beginnings(self) -> list[tuple[str, Option]]:
        return [(name[:-1], option) for name, option in self.items() if name.endswith("*")]

    @cached_property
    def _names(self) -> Names:
        return Names(name for name, option in self.items() if not option.missing and not name.endswith("*"))


#: The options of each object type that pjsip.conf may have.
Tables = Mapping[str, Table]


@lru_cache(maxsize=64)
def option_tables(release: Release = NEWEST) -> Tables:
    """Return the options of all types in a release, those that only other releases have included."""
    tables = {
        type_name: Table({name: _option(name, entry) for name, entry in entries.items()})
        for type_name, entries in _data("objects/options.json").items()
    }
    for entry in _data("older_options.json"):
        has = release.has(entry["without"], entry.get("untried", ()))
        if has:
            continue
        for type_name, names in entry.get("options", {}).items():
            table = tables[type_name]
            for name in names:
                table[name] = attrs.evolve(
                    table[name], missing=has is False, unsure=(lambda value: True) if has is None else None
                )
        for type_name, values_of in entry.get("values", {}).items():
            table = tables[type_name]
            for name, values in values_of.items():
                table[name] = _without(table[name], frozenset(values), has, release)
    if not release.has_digest:
        tables["auth"]["md5_cred"] = attrs.evolve(tables["auth"]["md5_cred"], check=None)
    if "request_uri" not in release.identifiers:
        table = tables["identify"]
        table["match_request_uri"] = attrs.evolve(table["match_request_uri"], missing=True)
        table = tables["endpoint"]
        table["identify_by"] = _option(
            "identify_by",
            {**_data("objects/options.json")["endpoint"]["identify_by"], "values": IDENTIFY_BY_BEFORE},
        )
    return tables


def is_true(value: str) -> bool:
    """Return whether a boolean option means yes."""
    return ascii_lower(value) in TRUE_WORDS


def _data(path: str) -> Any:
    return json.loads(resources.files("identify.config").joinpath(path).read_text(encoding="utf-8"))


def _without(option: Option, values: frozenset[str], has: bool | None, release: Release) -> Option:
    """Return the option of a release that doesn't have some values, or of which that isn't known."""
    if has is None:
        return attrs.evolve(option, unsure=lambda value: ascii_lower(value) in values)

    def check(value: str) -> str | None:
        if ascii_lower(value) in values:
            return f"Asterisk {release.name} doesn't accept it, later releases do"
        return option.check(value) if option.check is not None else None

    return attrs.evolve(option, check=check, restricted=True)


def _option(name: str, entry: Mapping[str, Any]) -> Option:
    kind = entry["kind"]
    return Option(name, kind, entry.get("default", ""), RULES[kind](entry))
