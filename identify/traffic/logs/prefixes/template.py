"""What is in front of the lines of a log: learned from one line, required on the others.

Knows how Asterisk's own part of a line begins, and which parts of a prefix differ from line to line; not which program
wrote it.

Strategy

Whatever comes before a record of Asterisk is its prefix.  Times, line numbers, priorities and the like in it may have
other values on other lines; anything else, so host, program, process and container too, must be the same, since lines
of other programs and of another Asterisk may come in between.
"""

from __future__ import annotations

import re

import attrs

from identify.traffic.logs.headlines import COLOUR, LEVEL

__all__ = ["Template", "as_asterisk_writes", "in_brackets", "record_in", "record_start", "without_colour"]

#: The maximum length of a prefix.
LONGEST = 300
LONGEST_SEARCHED = 1024
#: How a line of JSON begins, whose texts may have anything.
OBJECTS = (b"{", b"[{")
LEVELS = rb"(?:DEBUG|NOTICE|WARNING|ERROR|VERBOSE|SECURITY|DTMF|FAX|TRACE)"
DATE = rb"\[(?=[^\]\n]*(?:\d\d:\d\d|\d{9}))[^\]\[\r\n]{4,64}\] "
#: How Asterisk's part of a line begins: the line above a SIP message, a record with a level, or one in JSON.
RECORD = re.compile(
    rb"(?:" + DATE + rb")?(?:<--- (?:Received|Transmitting) SIP re(?:quest|sponse) \([^)\n]{1,32} bytes\) "
    rb"(?:from|to) [^\n]{1,256} --->(?:[\r\x1b]|#01|\Z)"
    rb"|" + COLOUR + LEVELS + COLOUR + rb"\[\d{1,10}\](?:\[C-[0-9a-f]{1,16}\])?:? " + COLOUR
    + rb"(?:[\w./-]{1,64}\.c|pjproject)\b)"
    rb'|\{"hostname":"'
)  # fmt: skip
#: What is in front of all lines though it looks like the date of a record: the name of a container in Kubernetes, or
#: another date before that of a record with a level.
POD = re.compile(rb"^\[pod/[^\]\s]{1,250}\] ", re.MULTILINE)
TWICE = re.compile(
    rb"^\[[^\]\[\r\n]{4,64}\] " + DATE + COLOUR + LEVELS + COLOUR + rb"\[\d{1,10}\]", re.MULTILINE
)
BRACKETS = re.compile(rb"\[[^\]\r\n]{4,256}\] ")
#: The parts of a prefix that differ from line to line; the first group of alternatives are times.
VARIABLE = re.compile(
    rb"(?P<time>\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:[.,]\d{1,9})?(?:Z| ?[+-]\d\d:?\d\d)?"
    rb"|(?:[A-Z][a-z]{2} )?[A-Z][a-z]{2} [ \d]?\d (?:\d{4} )?\d\d:\d\d:\d\d(?:[.,]\d{1,9})?(?: \d{4}(?= ))?"
    rb"|\d{1,4}[/.]\d{1,2}[/.]\d{1,4},? \d{1,2}:\d\d:\d\d(?:[.,]\d{1,9})?(?: [AP]M)?"
    rb"|\d{1,2}:\d\d:\d\d(?:[.,]\d{1,9})?"
    rb"|\d{9,19}(?:\.\d{1,9})?|(?<=\[) *\d+\.\d{3,9}(?=\]))"
    rb"|(?P<priority>^<\d{1,3}>)"
    rb"|(?P<label>@[0-9a-f]{24}\b)"
    rb"|(?P<facility>\b(?:kern|user|daemon|auth|authpriv|syslog|local[0-7])\."
    rb"(?:emerg|alert|crit|err|error|warn|warning|notice|info|debug)\b)"
    rb"|(?P<stream>\bstd(?:out|err)\b(?: [FP](?= ))?)"
    rb"|(?P<number>(?:^|(?<=[:\s]))[ ]*\d+(?=:?\Z))"
    rb"|(?P<blanks> +)"
    rb"|(?P<separator>:\Z)"
)
#: What each kind of part may be on other lines.
KINDS = {
    "priority": rb"<\d{1,3}>",
    # TAI64N, of daemontools and s6.
    "label": rb"@[0-9a-f]{24}",
    "facility": rb"[a-z0-7]{3,8}\.[a-z]{3,7}",
    "stream": rb"std(?:out|err)(?: [FP])?",
    "number": rb" *\d+",
    "blanks": rb" +",
    "separator": rb"[:-]",
}
#: What each kind of time consists of.
DIGITS = re.compile(rb"[.,]\d+|\d+|[A-Z][a-z]{2}|[ ]+|[+-]")
#: A record that Asterisk gives to syslog: without date, and with "in" before the function.
SYSLOG = re.compile(rb"(" + LEVEL + rb"[\w./-]{1,64}:\d{1,6}) in (\w{1,64}: )")
LEVELLED = re.compile(LEVEL)
#: Control characters as syslog daemons write them.
ESCAPED = re.compile(rb"#(0[0-3][0-7]|177)")


def in_brackets(first: bytes) -> bool:
    """Return whether the lines of a log that begins with these bytes have something in brackets before them."""
    return POD.search(first) is not None or TWICE.search(first) is not None


def record_in(line: bytes, *, bracketed: bool) -> int | None:
    """Return where a record of Asterisk begins in a line after something else, None if none does.

    ``bracketed`` lines have something in brackets before them that looks like the date of a record.
    """
    if line.startswith(OBJECTS):
        return None
    brackets = BRACKETS.match(line) if bracketed else None
    found = RECORD.search(line, brackets.end() if brackets else 0, LONGEST_SEARCHED)
    return found.start() if found is not None and 0 < found.start() <= LONGEST else None


def record_start(content: bytes) -> bool:
    """Return whether a line without its prefix begins a record."""
    return RECORD.match(content) is not None


@attrs.frozen
class Template:
    """A prefix: ``pattern`` finds it on other lines, the time in it in the group ``time``."""

    pattern: re.Pattern[bytes]

    @classmethod
    def of(cls, prefix: bytes) -> Template:
        """Return what a prefix is like on other lines."""
        parts, at, timed = [], 0, False
        body = prefix.rstrip(b" \t")
        for found in VARIABLE.finditer(body):
            parts.append(re.escape(body[at : found.start()]))
            at = found.end()
            kind = found.lastgroup or ""
            if kind == "number" and body[at:] == b":":
                # Of grep, which has "-" in lines next to those that it found, also behind the name of the file.
                if parts[-1].endswith(b":"):
                    parts[-1] = parts[-1][:-1] + rb"[:-]"
                parts.append(KINDS[kind] + rb"[:-]")
                at += 1
                break
            if kind != "time":
                parts.append(KINDS[kind])
                continue
            like = _like(found[0])
            parts.append(rb"(?P<time>" + like + rb")" if not timed else like)
            timed = True
        parts.append(re.escape(body[at:]))
        blanks = prefix[len(body) :]
        # Programs drop the blanks at the end of a line without text.
        parts.append(rb"(?:" + re.escape(blanks) + rb"|[ \t]*(?=\r?\Z))" if blanks else b"")
        return cls(re.compile(b"".join(parts)))


def _like(time: bytes) -> bytes:
    """Return what a time is like on other lines: numbers of other values, with more or fewer digits of a fraction."""
    like, at = [], 0
    for found in DIGITS.finditer(time):
        like.append(re.escape(time[at : found.start()]))
        at = found.end()
        piece = found[0]
        if piece.isdigit():
            like.append(rb"\d{1,19}")
        elif piece.isalpha():
            like.append(rb"[A-Z][a-z]{2}")
        elif piece.isspace():
            like.append(rb" +")
        else:
            like.append(rb"[+-]" if piece in b"+-" else rb"(?:[.,]\d{1,19})?")
    return b"".join([*like, re.escape(time[at:])])


def without_colour(content: bytes, prefix: bytes) -> bytes:
    """Return a line without the end of a colour that its prefix begins."""
    return content.removesuffix(b"\x1b[0m") if b"\x1b[" in prefix else content


def as_asterisk_writes(content: bytes, time: bytes) -> bytes:
    """Return a line without its prefix as a log file of Asterisk has it; ``time`` is that of the prefix."""
    if b"--->#01" in content:
        content = ESCAPED.sub(lambda found: bytes([int(found[1], 8)]), content)
        # The last LF of a record may be written out, with another one after it.
        content = content[:-1] if content.endswith(b"\n\n") else content
    if LEVELLED.match(content):
        content = SYSLOG.sub(rb"\1 \4", content, count=1)
        return b"[" + (time or b"unknown") + b"] " + content
    return content
