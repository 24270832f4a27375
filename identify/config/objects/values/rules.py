"""The kinds of options: for each, which values Asterisk accepts.

A rule is made from an option's entry in ``options.json`` and checks values.  It doesn't know other options of the same
object; rules about several together belong to the objects' own modules.

Facts

- A boolean accepts any word, and all but a few mean no.
- Most words are compared in any case; kind ``exact`` is that of a few options whose words are lower case.
- ``tos`` takes the names of DiffServ classes, not the older ``lowdelay``, ``throughput``, ``reliability``, ``mincost``.
- Where only the beginning of a number counts, anything may follow it: ``1abc`` is accepted.
- The rules were generalised from probes of single values; where the probes leave a choice, the rule is the lenient
  one, since a value is more likely to come from a working file.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

from identify.config.language.sections import words
from identify.config.objects.uris import USER
from identify.config.objects.values.contacts import contact_reason
from identify.config.objects.values.credentials import digest_reason, md5_reason
from identify.config.objects.values.lists import (
    access_reason,
    cipher_reason,
    codec_reason,
    name_reason,
    preference_reason,
    token_reason,
)
from identify.config.objects.values.numbers import is_real, whole_number
from identify.strings import ascii_lower

__all__ = ["FALSE_WORDS", "RULES", "TRUE_WORDS", "Check", "Rule"]

TRUE_WORDS = frozenset({"yes", "true", "y", "t", "1", "on"})
FALSE_WORDS = frozenset({"no", "false", "n", "f", "0", "off"})
TOS_NAMES = words(
    "cs0 cs1 cs2 cs3 cs4 cs5 cs6 cs7 af11 af12 af13 af21 af22 af23 af31 af32 af33 af41 af42 af43 ef"
)
#: Values of the names in ``codec_prefs_...``; those of ``operation`` depend on the option.
PREFERENCES = {
    "prefer": ("pending", "configured"),
    "keep": ("all", "first"),
    "transcode": ("allow", "prevent"),
}

#: A rule's check of a value returns the reason why Asterisk refuses it, None if it accepts it.
Check = Callable[[str], "str | None"]
Rule = Callable[[Mapping[str, Any]], "Check | None"]

_LEADING_NUMBER = re.compile(r"[+-]?[0-9]", re.ASCII)


def _anything(_: Mapping[str, Any]) -> None:
    return None


def _always(check: Check) -> Rule:
    return lambda entry: check


def _test(accepts: Callable[[str], object], reason: str) -> Rule:
    return lambda entry: lambda value: None if accepts(value) else reason


def _matching(pattern: re.Pattern[str], what: str) -> Rule:
    return _test(pattern.fullmatch, f"expected {what}")


def _number(what: str, low: int, high: int) -> Rule:
    def rule(entry: Mapping[str, Any]) -> Check:
        least, most = entry.get("minimum", low), entry.get("maximum", high)

        def check(value: str) -> str | None:
            number = whole_number(value, signed=low < 0)
            return None if number is not None and least <= number <= most else reason

        reason = f"expected {what} from {least} to {most}"
        return check

    return rule


def _enumeration(accepts: Callable[[str], object]) -> Rule:
    def rule(entry: Mapping[str, Any]) -> Check:
        choices = frozenset(entry["values"])
        reason = "expected one of " + ", ".join(word or "nothing" for word in entry["values"])
        return lambda value: None if ascii_lower(value) in choices or accepts(ascii_lower(value)) else reason

    return rule


def _exact(entry: Mapping[str, Any]) -> Check:
    choices = frozenset(entry["values"])
    reason = f"expected one of {', '.join(entry['values'])}; case counts"
    return lambda value: None if value in choices else reason


def _preferences(entry: Mapping[str, Any]) -> Check:
    choices = {**PREFERENCES, "operation": entry["values"]}
    return lambda value: preference_reason(value, choices)


#: The rule of each kind of option.
RULES: Mapping[str, Rule] = MappingProxyType(
    {
        "acl": lambda entry: lambda value: access_reason(value, empty=not entry.get("nonempty")),
        "any": _anything,
        "assignment": _test(lambda value: not value or "=" in value, "expected NAME=value"),
        "bool": _anything,
        "ciphers": _always(cipher_reason),
        "codecs": _always(lambda value: codec_reason(value, empty=False)),
        "codecs_or_empty": _always(lambda value: codec_reason(value, empty=True)),
        "contact": _always(contact_reason),
        "digest": _always(digest_reason),
        "enum": _enumeration(lambda value: False),
        "enum_or_bool": _enumeration(lambda value: value in TRUE_WORDS or value in FALSE_WORDS),
        "enum_or_number": _enumeration(_LEADING_NUMBER.match),
        "exact": _exact,
        "file": _anything,
        "ignored": _anything,
        "integer": _number("an integer", -(2**31), 2**31 - 1),
        "leading_number": _test(_LEADING_NUMBER.match, "expected a number"),
        "md5": _always(md5_reason),
        "names": _always(name_reason),
        "nonempty": _test(len, "expected a value"),
        "number": _test(is_real, "expected a number"),
        "preferences": _preferences,
        "profile": _anything,
        "string": _anything,
        "tokens": lambda entry: lambda value: token_reason(value, entry["values"]),
        "tos": _test(
            lambda value: _LEADING_NUMBER.match(value) or ascii_lower(value) in TOS_NAMES,
            "expected a number or a name such as cs3, af41 or ef",
        ),
        "unsigned": _number("a whole number", 0, 2**32 - 1),
        "user": _matching(USER, "the user of a SIP URI"),
    }
)
