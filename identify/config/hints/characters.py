"""Characters that can't be seen, or that look like others: what is copied from a page or typed on another keyboard."""

from __future__ import annotations

import unicodedata

__all__ = ["any_odd", "odd_character"]

#: Quotes and dashes that word processors put in place of those of ASCII.
TYPOGRAPHIC = "‘’‚‛“”„‟‐‑‒–—―−﹣－"  # noqa: RUF001 that is what they are
#: Scripts with letters that look like those of ASCII.
SIMILAR = ("CYRILLIC ", "GREEK ", "FULLWIDTH ")
#: Characters that are looked at.
MOST = 256


def odd_character(text: str) -> str:
    """Return what is odd about the first odd character of a text, as a predicate; "" if none is.

    >>> odd_character("10.0.0.1\u200b"), odd_character("ulaw"), odd_character("Müller")
    ('has an invisible character, U+200B ZERO WIDTH SPACE', '', '')
    """
    return "" if text.isascii() else next(filter(None, map(_oddity, text[:MOST])), "")


def any_odd(text: str) -> str:
    """Return what is odd about a text in which only ASCII is expected, as a predicate; "" if nothing is."""
    if text.isascii():
        return ""
    other = next((character for character in text[:MOST] if not character.isascii()), "")
    if not other or 0xDC80 <= ord(other) <= 0xDCFF:
        return ""
    return odd_character(text) or f"has {_named(other)}, which isn't ASCII"


def _oddity(character: str) -> str:
    if character.isascii():
        return ""
    category = unicodedata.category(character)
    if category in ("Cf", "Zl", "Zp", "Zs") or character in "\u115f\u3164\u2800":
        kind = "a blank that isn't the usual one" if category == "Zs" else "an invisible character"
        return f"has {kind}, {_named(character)}"
    if character in TYPOGRAPHIC or unicodedata.name(character, "").startswith(SIMILAR):
        return f"has {_named(character)}, which only looks like a character of ASCII"
    return ""


def _named(character: str) -> str:
    name = unicodedata.name(character, "")
    return f"U+{ord(character):04X}{' ' if name else ''}{name}"
