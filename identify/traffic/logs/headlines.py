"""How records of Asterisk's logs begin.

Knows the forms of record starts and of the line above a SIP message; nothing about where a message ends.

Facts

Observed with the releases 20 and 23.

- A file has ``[date] LEVEL[thread] file.c: text``, with ``[C-00000001]`` after the thread during a call; with
  ``[plain]``, ``[date] LEVEL[thread]: file.c:line function: text``.
- A console has ``[plain]``'s form except for VERBOSE records, and so for SIP messages: these begin with nothing, or
  with ``[date]`` on each line (``timestamp=yes``).  Level, file, line and function are coloured.
- A remote console on a terminal draws its prompt before a record: CR, ESC ``[K``, ``host*CLI>``, CR, ESC ``[0K``.
- On a terminal each LF is CR LF.
"""

from __future__ import annotations

import re

__all__ = ["BANNER", "HEADLINE", "LIKE_HEADLINE", "LONGEST_LINE_START", "MARK", "START", "headline_prefix"]

#: The start of each line above a SIP message, after the start of its record.
MARK = b"<--- "
HEADLINE = re.compile(
    rb"<--- (Received|Transmitting) SIP (request|response) \((\d{1,7}) bytes\) (?:from|to) "
    rb"(UDP|TCP|TLS|WSS|WS)6?:(?:\[([^\]\s]{2,64})\]|([0-9A-Fa-f.:]{2,64})):(\d{1,5}) --->(\r*)\n"
)
#: Such a line with anything in place of the byte count and of the other side, if somebody edited the log.
LIKE_HEADLINE = re.compile(
    rb"<--- (?:Received|Transmitting) SIP (?:request|response) \([^)\n]{1,32} bytes\) "
    rb"(?:from|to) [^\n]{1,256} --->\r*\n"
)
COLOUR = rb"(?:\x1b\[[0-9;]{0,16}m)?"
#: The output to a terminal before a record: its title, the prompt and the sequences around it.
PROMPT = rb"(?:\r?\x1b\[0?K(?:[^\x1b\r\n]{0,80}> )?|\x1b\][^\x07\r\n]{0,128}\x07|[\w.-]{0,80}\*CLI> |\r){0,8}"
STAMP = rb"\[([^\]\[\r\n]{4,64})\] "
LEVEL = COLOUR + rb"([A-Z][A-Z0-9_]{1,31})" + COLOUR + rb"\[(\d{1,10})\](?:\[C-[0-9a-f]{1,16}\])?:? "
FILE = (
    COLOUR + rb"([\w./-]{0,64})" + COLOUR + rb"(?::" + COLOUR + rb"\d{1,6}" + COLOUR + rb" " + COLOUR
    + rb"[\w<?>]{1,64}" + COLOUR + rb")?: "
)  # fmt: skip
#: A record with a level: date, level, thread, file.
START = re.compile(rb"^" + PROMPT + STAMP + LEVEL + FILE, re.MULTILINE)
_LEVELLED = re.compile(PROMPT + STAMP + LEVEL + FILE + rb"\Z")
_BARE = re.compile(PROMPT + rb"(?:" + STAMP + rb")?" + PROMPT + rb"\Z")
#: The first line of a file.
BANNER = re.compile(rb"^" + PROMPT + STAMP + rb"Asterisk ", re.MULTILINE)
LOGGER = b"res_pjsip_logger.c"
#: The maximum number of bytes between the start of a line and the mark.
LONGEST_LINE_START = 1024


def headline_prefix(prefix: bytes) -> tuple[bytes, bytes] | None:
    """Return the date and thread before the mark, each empty if absent; None if this isn't the start of a record."""
    if found := _BARE.match(prefix):
        return found[1] or b"", b""
    if (found := _LEVELLED.match(prefix)) and found[4] == LOGGER:
        return found[1], found[3]
    return None
