"""Which options each type of object knows, and which values each option takes.

``options.json`` beside this module lists names, kinds and defaults; the kinds are the rules below.
In the folder above, ``older_options.json`` lists what recorded releases were without, and ``ciphers.json`` OpenSSL 3's
ciphers with their codes.  A rule says whether Asterisk would refuse an object because of the value, which decides
whether the object exists; it doesn't interpret the value.  Rules about several options together belong to the objects'
own modules.

Facts

- An unknown option refuses the object; names of options are compared in any case, and those that start with ``@``
  are ignored.
- A boolean accepts any word, and all but a few mean no.
- An option or value of which it isn't known whether the release has it is accepted, with a problem.
- The rules were generalised from probes of single values; where the probes leave a choice, the rule is the lenient
  one, since a value is more likely to come from a working file.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from functools import lru_cache
from importlib import resources
from typing import Any

import attrs

from identify.addresses import AddressError, parse_network
from identify.config.language.sections import BLANKS, words
from identify.config.objects.uris import USER
from identify.config.releases import NEWEST, Release
from identify.strings import ascii_lower, quoted

__all__ = ["FALSE_WORDS", "Option", "Tables", "is_true", "option_tables"]

_TRUE_WORDS = frozenset({"yes", "true", "y", "t", "1", "on"})
FALSE_WORDS = frozenset({"no", "false", "n", "f", "0", "off"})

CODECS = words(
    "all adpcm alaw codec2 g719 g722 g723 g726 g726aal2 g729 gsm h261 h263 h263p h264 h265 ilbc jpeg lpc10"
    " mpeg4 none opus png red silk8 silk12 silk16 silk24 siren7 siren14 slin slin12 slin16 slin24 slin32"
    " slin44 slin48 slin96 slin192 speex speex16 speex32 t140 t38 ulaw vp8 vp9"
)
#: The items of ``identify_by`` in releases without the identifier ``request_uri``.
IDENTIFY_BY_BEFORE = ("username", "auth_username", "ip", "header")
#: Names of DiffServ classes, and the old type-of-service words.
TOS_NAMES = words(
    "cs0 cs1 cs2 cs3 cs4 cs5 cs6 cs7 af11 af12 af13 af21 af22 af23 af31 af32 af33 af41 af42 af43 ef"
    " lowdelay throughput reliability mincost"
)

_UNSIGNED = re.compile(r"\+?[0-9]+", re.ASCII)
_INTEGER = re.compile(r"[+-]?[0-9]+", re.ASCII)
_NUMBER = re.compile(r"[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][+-]?[0-9]+)?", re.ASCII)
_LEADING_NUMBER = re.compile(r"[+-]?[0-9]", re.ASCII)
_CIPHER_NUMBER = re.compile(r"\+?(0[xX][0-9a-fA-F]+|0[0-7]*|[1-9][0-9]*)", re.ASCII)
_HEX_DIGEST = re.compile(r"[0-9a-fA-F]{32}")
_ALGORITHM_DIGEST = re.compile(r"(MD5|SHA-256|SHA-512-256):[0-9a-fA-F]{32,64}", re.IGNORECASE)

Check = Callable[[str], "str | None"]
Rule = Callable[[Mapping[str, Any]], "Check | None"]


@attrs.frozen
class Option:
    """An option of a type.

    ``check`` returns the reason why Asterisk refuses a value, None if it accepts it; an option that accepts
    anything has no check.  ``missing`` says that the release doesn't have the option.  ``unsure`` is None, or says of a
    value that it isn't known whether the release has it; of any value, if that isn't known of the option.
    """

    name: str
    kind: str
    default: str
    check: Check | None
    missing: bool = False
    unsure: Callable[[str], bool] | None = None


#: The options of each object type that pjsip.conf may have, by their lower-case names.
Tables = Mapping[str, Mapping[str, Option]]


@lru_cache(maxsize=64)
def option_tables(release: Release = NEWEST) -> Tables:
    """Return the options of all types in a release, those that only other releases have included."""
    tables = {
        type_name: {name: _option(name, entry) for name, entry in entries.items()}
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
        table = tables["auth"]
        for name in ("md5_cred", "password"):
            table[name] = attrs.evolve(table[name], check=None)
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
    return ascii_lower(value) in _TRUE_WORDS


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

    return attrs.evolve(option, check=check)


def _option(name: str, entry: Mapping[str, Any]) -> Option:
    kind = entry["kind"]
    return Option(name, kind, entry.get("default", ""), _RULES[kind](entry))


def _anything(_: Mapping[str, Any]) -> None:
    return None


def _number(pattern: re.Pattern[str], what: str, low: int, high: int) -> Rule:
    def rule(entry: Mapping[str, Any]) -> Check:
        least = entry.get("minimum", low)

        def check(value: str) -> str | None:
            # No 64-bit number has more than 20 digits.
            if pattern.fullmatch(value) and len(value) <= 20 and least <= int(value) <= high:
                return None
            return f"expected {what} from {least} to {high}"

        return check

    return rule


def _matching(pattern: re.Pattern[str], what: str) -> Rule:
    return lambda entry: lambda value: None if pattern.fullmatch(value) else f"expected {what}"


def _enumeration(accepts: Callable[[str], bool]) -> Rule:
    def rule(entry: Mapping[str, Any]) -> Check:
        words = frozenset(entry["values"])
        reason = "expected one of " + ", ".join(word or "nothing" for word in entry["values"])
        return lambda value: None if ascii_lower(value) in words or accepts(ascii_lower(value)) else reason

    return rule


def _tokens(entry: Mapping[str, Any]) -> Check:
    words = frozenset(entry["values"])

    def check(value: str) -> str | None:
        for item in value.split(","):
            item = item.strip(BLANKS)
            if item and ascii_lower(item) not in words:
                return f"{quoted(item)} is not one of {', '.join(entry['values'])}"
        return None

    return check


def _codecs(empty: bool) -> Rule:
    def check(value: str) -> str | None:
        items = [item.strip(BLANKS) for item in re.split("[,|]", value)]
        items = [item for item in items if item]
        if not items and not empty:
            return "expected a codec"
        for item in items:
            if ascii_lower(item.removeprefix("!").partition(":")[0].strip(BLANKS)) not in CODECS:
                return f"{quoted(item)} is not a codec that every Asterisk knows"
        return None

    return lambda entry: check


def _access_list(entry: Mapping[str, Any]) -> Check:
    def check(value: str) -> str | None:
        if not value and entry.get("nonempty"):
            return "expected an address"
        for item in value.split(","):
            item = item.strip(BLANKS)
            try:
                if item:
                    parse_network(item, ports=False)
            except AddressError as error:
                return str(error)
        return None

    return check


def _preferences(entry: Mapping[str, Any]) -> Check:
    choices = {
        "prefer": {"pending", "configured"},
        "operation": {word for word in entry["values"] if word not in ("allow", "prevent")},
        "keep": {"all", "first"},
        "transcode": {"allow", "prevent"},
    }

    def check(value: str) -> str | None:
        for item in filter(None, (part.strip(BLANKS) for part in value.split(","))):
            name, colon, choice = item.partition(":")
            known = choices.get(ascii_lower(name.strip(BLANKS)))
            if not colon or (known is not None and ascii_lower(choice.strip(BLANKS)) not in known):
                return f"{quoted(item)} is not a valid preference"
        return None

    return check


def _ciphers(_: Mapping[str, Any]) -> Check:
    codes = _data("ciphers.json")
    names, numbers = frozenset(map(ascii_lower, codes)), frozenset(codes.values())

    def check(value: str) -> str | None:
        for item in filter(None, (part.strip(BLANKS) for part in value.split(","))):
            # A number counts up to its first other character: 1.5 is the cipher 1.
            number = _CIPHER_NUMBER.match(item)
            if ascii_lower(item) not in names and (number is None or _based(number) not in numbers):
                return f"{quoted(item)} is not a cipher of OpenSSL 3"
        return None

    return check


def _based(number: re.Match[str]) -> int:
    """Return a number in C's notation; one too long to be a cipher's is 0."""
    digits = number[1]
    if len(digits) > 20:
        return 0
    return int(digits, 16 if digits[1:2] in ("x", "X") else 8 if digits.startswith("0") else 10)


def _test(accepts: Callable[[str], object], reason: str) -> Rule:
    return lambda entry: lambda value: None if accepts(value) else reason


_RULES: dict[str, Rule] = {
    "acl": _access_list,
    "any": _anything,
    "assignment": _test(lambda value: not value or "=" in value, "expected NAME=value"),
    "bool": _anything,
    "ciphers": _ciphers,
    "codecs": _codecs(empty=False),
    "codecs_or_empty": _codecs(empty=True),
    "contact": _test(
        lambda value: not value or re.match("sips?:.", value, re.IGNORECASE), "expected a SIP URI"
    ),
    "digest": _test(
        lambda value: not value or _ALGORITHM_DIGEST.fullmatch(value), "expected ALGORITHM:digest"
    ),
    "enum": _enumeration(lambda value: False),
    "enum_or_bool": _enumeration(lambda value: value in _TRUE_WORDS or value in FALSE_WORDS),
    "enum_or_number": _enumeration(lambda value: _LEADING_NUMBER.match(value) is not None),
    "file": _anything,
    "ignored": _anything,
    "integer": _number(_INTEGER, "an integer", -(2**31), 2**31 - 1),
    "leading_number": _test(_LEADING_NUMBER.match, "expected a number"),
    "md5": _test(lambda value: not value or _HEX_DIGEST.fullmatch(value), "expected 32 hexadecimal digits"),
    "nonempty": _test(len, "expected a value"),
    "number": _matching(_NUMBER, "a number"),
    "preferences": _preferences,
    "string": _anything,
    "tokens": _tokens,
    "tos": _test(
        lambda value: _LEADING_NUMBER.match(value) or ascii_lower(value) in TOS_NAMES,
        "expected a number or a name such as cs3, af41 or ef",
    ),
    "unchecked": _anything,
    "unsigned": _number(_UNSIGNED, "a whole number", 0, 2**32 - 1),
    "user": _matching(USER, "the user of a SIP URI"),
}
