"""Text that was copied from a page, a mail or a terminal: what copying put around it and into it, taken away again.

Knows marks of quotations and of code, entities of HTML, colours and encodings; nothing about messages but how their
first line begins.  Text that begins with a message's first line isn't changed, because it may be what was received.
"""

from __future__ import annotations

import re

__all__ = ["has_fence", "is_message", "message_count", "unpasted"]

BYTE_ORDER_MARK = b"\xef\xbb\xbf"
WIDE = {b"\xff\xfe": "utf-16-le", b"\xfe\xff": "utf-16-be"}
#: The first line of a request or a response, after line ends, which PJSIP skips too.
MESSAGE = re.compile(
    rb"[\r\n]*(?:[A-Za-z0-9.!%*_+`'~-]{1,64} [^\r\n]{1,4096} SIP/2\.0[ \t]*\r?\n|SIP/2\.0 [0-9]{3})"
)
#: The first line of another message below.
NEXT = re.compile(rb"\n\r?\n(?:[A-Z]{2,32} [^\r\n]{1,4096} SIP/2\.0[ \t]*\r?\n|SIP/2\.0 [0-9]{3} )")
COLOUR = re.compile(rb"\x1b\[[0-9;?]{0,16}[A-Za-z]")
FENCE = re.compile(rb"[ \t]*(?:```+|~~~+)[^`\r\n]{0,32}\r?\Z")
#: What mails, forums and wikis have in front of each line.
MARKS = re.compile(rb"[ \t>|]*")
ENTITIES = {b"&lt;": b"<", b"&gt;": b">", b"&quot;": b'"', b"&#39;": b"'", b"&nbsp;": b" ", b"&amp;": b"&"}
ENTITY = re.compile(b"|".join(ENTITIES))
#: The line that some consoles print below a message.
RULE = re.compile(rb"^<-{4,}>[ \t]*\r?\n?", re.MULTILINE)
#: Line ends written out.
WRITTEN = re.compile(rb"\\r\\n|\\n")
#: Lines of text with line ends of its own.
OWN_LINES = 3


def is_message(text: bytes) -> bool:
    """Return whether a SIP message begins with the text, with nothing but line ends before it."""
    return MESSAGE.match(text) is not None and not (b"&lt;sip" in text and b"<" not in text)


def message_count(text: bytes) -> int:
    """Return how many messages follow one another in a text, counted by their first lines after an empty one."""
    return is_message(text) + len(NEXT.findall(text))


def has_fence(text: bytes) -> bool:
    """Return whether a text has a line with a mark of code, as Markdown has before and after it."""
    return any(FENCE.match(line) for line in text.split(b"\n"))


def unpasted(text: bytes) -> tuple[bytes, list[str]]:
    """Return a text without what copying did to it, and what that was in words; nothing for a message."""
    changes: list[str] = []
    for what, change in _CHANGES:
        if is_message(text):
            break
        changed = change(text)
        if changed != text:
            changes.append(what)
            text = changed
    if changes and RULE.search(text):
        text = RULE.sub(b"", text)
    return text, changes


def _narrow(text: bytes) -> bytes:
    """Return UTF-16 as UTF-8."""
    encoding = WIDE.get(text[:2])
    if encoding is None:
        return text
    return text[2:].decode(encoding, "replace").encode("utf-8", "replace")


def _unmarked(text: bytes) -> bytes:
    return text.removeprefix(BYTE_ORDER_MARK)


def _colourless(text: bytes) -> bytes:
    return COLOUR.sub(b"", text)


def _unfenced(text: bytes) -> bytes:
    """Return what stands between the first two fences."""
    lines = text.split(b"\n")
    fences = [number for number, line in enumerate(lines) if FENCE.match(line)]
    if not fences:
        return text
    last = fences[1] if len(fences) > 1 else len(lines)
    return b"\n".join(lines[fences[0] + 1 : last]) + b"\n"


def _unquoted(text: bytes) -> bytes:
    """Return the lines without what stands in front of all of them."""
    lines = text.split(b"\n")
    found = [line for line in lines if line.strip()]
    marks = MARKS.match(found[0]) if found else None
    if marks is None or not marks[0]:
        return text
    prefix = marks[0]
    bare = prefix.rstrip(b" \t") or prefix
    # An editor may have taken the blanks at the end of an empty line.
    if not all(line.startswith(prefix) or not line.removeprefix(bare).strip() for line in found):
        return text
    return b"\n".join(
        line[len(prefix) :] if line.startswith(prefix) else line.removeprefix(bare).lstrip(b" \t")
        for line in lines
    )


def _without_entities(text: bytes) -> bytes:
    if b"&lt;" not in text or b"<" in text:
        return text
    return ENTITY.sub(lambda found: ENTITIES[found[0]], text)


def _with_line_ends(text: bytes) -> bytes:
    """Return a text whose line ends are written out with real ones."""
    if text.strip().count(b"\n") >= OWN_LINES or not WRITTEN.search(text):
        return text
    return WRITTEN.sub(b"\r\n", text.strip().strip(b"\"'"))


def _without_blank_lines(text: bytes) -> bytes:
    return text.lstrip(b" \t\r\n") if text.strip() else text


_CHANGES = (
    ("UTF-16", _narrow),
    ("a byte order mark", _unmarked),
    ("colours", _colourless),
    ("marks of code (```)", _unfenced),
    ("what is in front of each line", _unquoted),
    ("entities of HTML", _without_entities),
    ("line ends written as \\r\\n", _with_line_ends),
    ("blanks before the first line", _without_blank_lines),
)
