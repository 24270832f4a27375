"""Options whose value is a list: which items they take, and where blanks and empty items matter.

Each function returns the reason why Asterisk refuses the value, None if it accepts it.

Facts

- Codecs: the items are parted by ``,`` and ``|`` and trimmed.  An empty item refuses, so do a blank behind ``!`` and
  one before ``:``.  Behind ``:`` stands nothing or a number without ``-``, of which only the beginning counts
  (``ulaw:20ms``), and no second ``:``.  Parentheses around the whole value are removed, with the blanks inside them:
  ``( g722 )``, which is how Asterisk itself prints a list.
- Access lists: the items are parted by ``,`` and not trimmed, so a blank at a comma refuses, as an empty item does.
- Names: empty items and blanks are fine, but not a value of nothing else (``acl=,``).
- Preferences: the items are parted by ``,`` and trimmed; empty ones are ignored.  In each, name and value are parted
  by any number of ``:`` and blanks (a tab isn't one here), and both are needed; further words are ignored.  Names are
  lower case; a known one takes only its values, an unknown one any.
- Ciphers: the items are parted by ``,`` and trimmed; empty ones are ignored.  Each is a cipher that the TLS library
  has, by its name or by a number that is its code, of which only the beginning counts (``1.5`` is 1).

Judgements

- Only one pair of parentheses is removed, so that codecs in two pairs are unknown, and only from the whole value, not
  from an item of it.  ``()`` is an empty value.  All releases are taken to do so.
- The TLS library is OpenSSL 3 as Linux distributions build it; ``ciphers.json`` has its list (``openssl ciphers -V
  ALL:COMPLEMENTOFALL``).  Names of ciphers are accepted in any case.
- ``: prefer pending`` is accepted, since the words of an item are looked for between colons and blanks.
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Mapping
from functools import lru_cache
from importlib import resources

from identify.addresses import AddressError, parse_network
from identify.config.language.sections import BLANKS, words
from identify.config.objects.values.numbers import whole_number
from identify.strings import ascii_lower, quoted

__all__ = [
    "access_reason",
    "cipher_reason",
    "codec_reason",
    "name_reason",
    "preference_reason",
    "token_reason",
]

CODECS = words(
    "all adpcm alaw codec2 g719 g722 g723 g726 g726aal2 g729 gsm h261 h263 h263p h264 h265 ilbc jpeg lpc10"
    " mpeg4 none opus png red silk8 silk12 silk16 silk24 siren7 siren14 slin slin12 slin16 slin24 slin32"
    " slin44 slin48 slin96 slin192 speex speex16 speex32 t140 t38 ulaw vp8 vp9"
)

_FRAMING = re.compile(rf"[{re.escape(BLANKS)}]*(?:\+?[0-9][^:]*)?", re.ASCII)
_PARTING = re.compile("[: ]+")
_CODE = re.compile(r"\+?(?:0[xX][0-9a-fA-F]+|0[0-7]*|[1-9][0-9]*)", re.ASCII)


def codec_reason(value: str, *, empty: bool) -> str | None:
    """Check ``allow`` or ``disallow``; only the latter may be ``empty``."""
    if value.startswith("(") and value.endswith(")"):
        value = value[1:-1].strip(BLANKS)
    if not value:
        return None if empty else "expected a codec"
    for item in re.split("[,|]", value):
        item = item.strip(BLANKS)
        if not item:
            return "an item of the list is empty"
        name, _, framing = item.removeprefix("!").partition(":")
        if ascii_lower(name) not in CODECS:
            blank = " (blanks count)" if name != name.strip(BLANKS) else ""
            return f"{quoted(name)} is not a codec that every Asterisk knows{blank}"
        if not _FRAMING.fullmatch(framing):
            return f"{quoted(framing)} is not a valid number of milliseconds for {quoted(name)}"
    return None


def access_reason(value: str, *, empty: bool) -> str | None:
    """Check ``permit``, ``deny`` and other lists of networks, which may be ``empty`` in some types."""
    if not value:
        return None if empty else "expected an address"
    for item in value.split(","):
        try:
            parse_network(item, ports=False)
        except AddressError as error:
            return str(error) if item else "an item of the list is empty"
    return None


def name_reason(value: str) -> str | None:
    """Check a list of names of things that may be missing."""
    if value and not value.strip(BLANKS + ","):
        return "all items of the list are empty"
    return None


def token_reason(value: str, choices: Collection[str]) -> str | None:
    """Check a list of words, in any case."""
    for item in value.split(","):
        item = item.strip(BLANKS)
        if item and ascii_lower(item) not in choices:
            return f"{quoted(item)} is not one of {', '.join(choices)}"
    return None


def preference_reason(value: str, choices: Mapping[str, Collection[str]]) -> str | None:
    """Check ``codec_prefs_...``, whose names have these values."""
    for item in value.split(","):
        item = item.strip(BLANKS)
        if not item:
            continue
        parts = [part for part in _PARTING.split(item) if part]
        if len(parts) < 2:
            return f"{quoted(item)} is not a valid preference, expected name: value"
        name, choice = parts[:2]
        if name in choices and choice not in choices[name]:
            return f"{quoted(choice)} is not one of {', '.join(choices[name])}, the values of {name}"
    return None


def cipher_reason(value: str) -> str | None:
    """Check a list of ciphers."""
    names, codes = _ciphers()
    for item in value.split(","):
        item = item.strip(BLANKS)
        if not item or ascii_lower(item) in names:
            continue
        code = _CODE.match(item)
        if code is None or whole_number(code[0]) not in codes:
            return f"{quoted(item)} is not a cipher of OpenSSL 3, neither a name nor a code"
    return None


@lru_cache(maxsize=1)
def _ciphers() -> tuple[frozenset[str], frozenset[int]]:
    """Return the lower-case names of ciphers, and their codes."""
    text = (
        resources.files("identify.config").joinpath("objects/values/ciphers.json").read_text(encoding="utf-8")
    )
    found: dict[str, int] = json.loads(text)
    return frozenset(found), frozenset(found.values())
