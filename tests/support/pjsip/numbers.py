"""Headers that are a number, with or without something after it.

Facts:

- Content-Length, Max-Forwards, Expires, Min-Expires: digits and nothing else, no sign.
- Content-Length and Retry-After of 2147483648 or more drop, the others are kept in 32 bits.
- CSeq: a number below 2147483648 and a method; six methods are recognised in any case and printed in capitals.
- Session-Expires has ``refresher`` first, Min-SE its parameters in order.
- Retry-After: comments and parameters in any order; the last comment is printed, before the parameters.
"""

from __future__ import annotations

import re

from pjsip.scanning import (
    DIGITS,
    LINE_END,
    Reader,
    joined_parameters,
    leading_number,
    print_parameters,
    read_parameter,
    read_parameters,
)
from pjsip.unobserved import unobserved

CAPITALS = frozenset(("ACK", "BYE", "CANCEL", "INVITE", "OPTIONS", "REGISTER"))
SIGNED = 2**31
COMMENT = re.compile(r"\((?:[^)\\\r\n]|\r(?!\n)|\\(?!\r\n)[^\n])*\)", re.DOTALL)

EMPTY_LAST_COMMENT = unobserved(
    "retry-after-empty-comment",
    "An empty comment after another in Retry-After: taken as the last one, so none is printed.",
)


def method(text: str) -> str:
    """Return a method as it is recognised."""
    upper = text.upper()
    return upper if upper in CAPITALS else text


def read_number(reader: Reader, signed: bool) -> int:
    """Read digits: below 2147483648, or kept in 32 bits."""
    digits = reader.token(DIGITS, "number")
    if signed:
        number = int(digits.lstrip("0")[:20] or "0")
        if number >= SIGNED:
            raise reader.drop("number above 2147483647")
        return number
    return leading_number(digits)


def read_signed(reader: Reader) -> str:
    """Read a header that is a number below 2147483648."""
    number = read_number(reader, signed=True)
    reader.end_header()
    return str(number)


def read_unsigned(reader: Reader) -> str:
    """Read a header that is a number kept in 32 bits."""
    number = read_number(reader, signed=False)
    reader.end_header()
    return str(number)


def read_cseq(reader: Reader) -> str:
    """Read a CSeq."""
    number = read_number(reader, signed=True)
    text = f"{number} {method(reader.token())}"
    reader.end_header()
    return text


def read_session_expires(reader: Reader) -> str:
    """Read a Session-Expires."""
    number = read_number(reader, signed=False)
    values, others = joined_parameters(reader, ("refresher",))
    reader.end_header()
    refresher = values.get("refresher", "")
    return f"{number}" + (f";refresher={refresher}" if refresher else "") + print_parameters(others)


def read_min_se(reader: Reader) -> str:
    """Read a Min-SE."""
    number = read_number(reader, signed=False)
    parameters = read_parameters(reader)
    reader.end_header()
    return f"{number}" + print_parameters(parameters)


def read_retry_after(reader: Reader) -> str:
    """Read a Retry-After."""
    number = read_number(reader, signed=True)
    comment = ""
    parameters = []
    while True:
        if reader.next == "(":
            text = reader.take(COMMENT, "end of the comment")[1:-1]
            if comment and not text:
                reader.note(EMPTY_LAST_COMMENT)
            comment = text
            reader.skip()
        elif reader.next == ";":
            reader.expect(";")
            parameters.append(read_parameter(reader))
        else:
            break
    if reader.at < len(reader.text):
        reader.take(LINE_END, "end of the header")
    printed = print_parameters(parameters)
    return f"{number}" + (f"({comment})" if comment else "") + (" " if comment and printed else "") + printed
