"""Numbers in options, as C reads them: whole ones of 32 or 64 bits, and others.

Facts

- A whole number is read in base 0: ``0x5a`` is 90, ``0131`` is 89, and ``08`` is none.  Nothing may stand before or
  behind it, so ``0x``, ``0b1``, ``1.0`` and ``1 2`` are none; leading zeros and ``+`` are allowed.
- ``-0`` isn't an unsigned number.
- Other numbers are what C's ``strtod`` reads: ``0x1p3``, ``INF``, ``NaN(1)``; one that is out of range (``1e999``)
  is refused.

Judgements

- ``-0`` is a signed number, as other numbers with a sign are; this wasn't tried.
- A number too small to be kept exactly is out of range as for C (``1e-999``); this wasn't tried.
"""

from __future__ import annotations

import re
import sys

__all__ = ["is_real", "whole_number"]

#: No number of 64 bits has more digits in any base, leading zeros aside.
MOST_DIGITS = 22

# The zeros are left in the digits: a pattern that parts them would go back and forth over a long line.
_WHOLE = re.compile(r"([+-]?)(?:0[xX]([0-9a-fA-F]+)|(0[0-7]*)|([1-9][0-9]*))", re.ASCII)
_DECIMAL = re.compile(r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?", re.ASCII)
_HEXADECIMAL = re.compile(
    r"[+-]?0[xX](?:[0-9a-fA-F]+(?:\.[0-9a-fA-F]*)?|\.[0-9a-fA-F]+)(?:[pP][+-]?[0-9]+)?", re.ASCII
)
_UNUSUAL = re.compile(r"[+-]?(?:inf(?:inity)?|nan(?:\([0-9a-z_]*\))?)", re.ASCII | re.IGNORECASE)
_ANY_BUT_ZERO = re.compile(r"[1-9a-fA-F]")


def whole_number(text: str, *, signed: bool = False) -> int | None:
    """Return the whole number of an option, None if the text isn't one.

    >>> whole_number("0x5a"), whole_number("0131"), whole_number("08"), whole_number("-1", signed=True)
    (90, 89, None, -1)
    """
    match = _WHOLE.fullmatch(text)
    if match is None:
        return None
    sign, hexadecimal, octal, decimal = match.groups()
    digits = (hexadecimal or octal or decimal).lstrip("0") or "0"
    if len(digits) > MOST_DIGITS or (sign == "-" and not signed):
        return None
    number = int(digits, 16 if hexadecimal else 8 if octal else 10)
    return -number if sign == "-" else number


def is_real(text: str) -> bool:
    """Return whether C reads all of the text as a number that it can keep."""
    if _UNUSUAL.fullmatch(text):
        return True
    try:
        if _DECIMAL.fullmatch(text):
            number = abs(float(text))
            digits = re.split("[eE]", text)[0]
        elif _HEXADECIMAL.fullmatch(text):
            number = abs(float.fromhex(text))
            digits = re.split("[pP]", re.split("[xX]", text)[1])[0]
        else:
            return False
    except OverflowError:
        return False
    if number < sys.float_info.min:
        return not _ANY_BUT_ZERO.search(digits)
    return number <= sys.float_info.max
