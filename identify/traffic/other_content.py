"""What content is that is given as traffic but isn't any: one SIP message, a configuration.

Knows how these begin and what reads them; the formats of traffic are known to ``opening``.
"""

from __future__ import annotations

import re

import attrs

__all__ = ["CONFIGURATION", "MESSAGE", "OtherContent", "other_content"]

BYTE_ORDER_MARK = b"\xef\xbb\xbf"
#: The first line of a request or a response.
FIRST_LINE = re.compile(rb"[A-Z]{2,32} [^\r\n]{1,2048} SIP/2\.0[ \t]*|SIP/2\.0 [0-9]{3}[^\r\n]*")
#: The first line of a configuration that isn't a comment: a section, perhaps with a template's name, or an include.
#: A list of objects in JSON begins like a section.
SECTION = re.compile(
    rb"\[(?![ \t]*\{)[^\[\]\r\n]{0,128}\][ \t]*(?:\([^()\r\n]*\))?[ \t]*(?:;.*)?|#(?:include|tryinclude|exec)[ \t].*"
)


@attrs.frozen
class OtherContent:
    """Content that is no traffic: what it is, and how it is used."""

    what: str
    use: str


MESSAGE = OtherContent(
    "one SIP message", "explain takes it: sip-identify explain CONFIG --message FILE --source ADDR[:PORT]"
)
CONFIGURATION = OtherContent("a configuration", "the order is CONFIG TRAFFIC...")


def other_content(first: bytes) -> OtherContent | None:
    """Return what content is that begins with these bytes, None if that can't be told."""
    for line in first.removeprefix(BYTE_ORDER_MARK).splitlines():
        text = line.strip()
        if not text or text.startswith(b";"):
            continue
        if FIRST_LINE.fullmatch(text):
            return MESSAGE
        return CONFIGURATION if SECTION.fullmatch(text) else None
    return None
