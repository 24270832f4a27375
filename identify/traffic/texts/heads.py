"""The line that a tool prints above each packet: when, from where, to where.

Knows the forms of these lines; nothing about what stands below them.

Facts

- ``ngrep`` prints ``U 198.51.100.7:5060 -> 203.0.113.5:5060``, T for TCP, with the date after the letter if it is asked
  for (``-t``), with flags of TCP in brackets and, in newer versions, ``#`` and a number behind.  ``sipgrep`` prints
  the same.
- ``sngrep`` saves ``2023/11/14 22:13:20.000000 198.51.100.7:5060 -> 203.0.113.5:5060``; its transport isn't said.
- Homer exports ``proto:UDP 2023-11-14T22:13:20Z  198.51.100.7:5060 ---> 203.0.113.5:5060``.
- ``tcpdump`` prints ``22:13:20.000000 IP 198.51.100.7.5060 > 203.0.113.5.5060: SIP: INVITE ...``, with other dates by
  ``-t``, with the interface and a direction in front of IP for ``-i any``; with ``-v`` the addresses stand in a second
  line.  Observed with 4.99; those of the others are as their documentation and published examples have them.
"""

from __future__ import annotations

import re

import attrs

__all__ = ["Head", "Heads", "SUMMARY"]

#: The maximum length of such a line.
LONGEST = 512
#: An address and a port; two of them stand in a line, each with a letter in the names of its groups.
PLACE = rb"(?:\[(?P<%(of)bin>[0-9A-Fa-f:.%%\w]{2,64})\]|(?P<%(of)bbare>[0-9A-Fa-f.:]{2,45}?)):(?P<%(of)bport>\d{1,5})"
ARROW = rb"[ \t]+-{1,4}>[ \t]+"
DATE = rb"(?:\d{4}[/-]\d\d[/-]\d\d[ T]\d\d:\d\d:\d\d(?:\.\d{1,9})?(?:Z|[+-]\d\d:?\d\d)?)"
SPLIT = re.compile(
    rb"(?:(?P<letter>[UT]) (?:(?P<date>" + DATE + rb"|[+-]?\d{1,9}\.\d{1,9}) )?"
    rb"|proto:(?P<name>[A-Za-z]{2,8})[ \t]+(?P<export>" + DATE + rb")?[ \t]*"
    rb"|(?P<saved>" + DATE + rb")[ \t]+(?:\(\+?\d{1,9}\.\d{1,9}\)[ \t]+)?)"
    + PLACE % {b"of": b"s"} + ARROW + PLACE % {b"of": b"d"} + rb"(?: \[[A-Z.]{0,10}\])?(?: #\d{1,12})?[ \t]*\Z"
)  # fmt: skip
CLOCK = rb"(?P<clock>(?:\d{4}-\d\d-\d\d )?\d\d:\d\d:\d\d\.\d{1,9}|\d{9,11}\.\d{1,9})"
#: How a line of tcpdump begins, up to the addresses or to what ``-v`` says in parentheses: the interface and a
#: direction, or with ``-e`` the addresses of Ethernet.
BEFORE = (
    rb"(?:" + CLOCK + rb" )?(?:(?:[\w.@-]{1,32} +(?:In|Out|B|M|P) +)?IP6? "
    rb"|[0-9a-f:]{17} > [0-9a-f:]{17}, (?:802\.1Q|ethertype) [^()]{0,64}\(0x[0-9a-f]{4}\), length \d{1,6}: )"
)
#: What ``-v`` says of a packet, which for IPv4 ends the line.
ABOUT = rb"\((?:tos|class|flowlabel|hlim) .{1,256}?\)"
TCPDUMP = re.compile(
    rb"(?:" + BEFORE + rb"(?:" + ABOUT + rb" )?|    )"
    rb"([^\s>()]{3,128})\.(\w{1,16}) > ([^\s>()]{3,128})\.(\w{1,16}): (?P<rest>.*)\Z"
)
VERBOSE = re.compile(BEFORE + ABOUT + rb"\Z")
#: The line above a packet of another kind, such as ARP.
OTHER = re.compile(CLOCK + rb" \S")
#: How all of these lines begin, after a colour.
CANDIDATE = re.compile(
    rb"(?:\x1b\[[0-9;]{0,16}m)?(?:[UT] [\d\[+0-9A-Fa-f:-]|proto:|\d|IP|    [^\s])|[0-9a-f:]{17} >"
)
#: What tcpdump says of a message: its first line.
SUMMARY = re.compile(rb"SIP: (.*)\Z")
PORTS = {b"sip": b"5060", b"sips": b"5061", b"sip-tls": b"5061"}
COLOUR = re.compile(rb"\x1b\[[0-9;]{0,16}m")


@attrs.frozen
class Head:
    """What such a line says; ``transport`` is None if it doesn't."""

    #: The date as written, empty if there is none.
    date: bytes
    transport: str | None
    source: bytes
    port: int
    local: bytes
    local_port: int
    #: ``split`` by an arrow, of ``tcpdump``, or ``other`` if nothing is known of the packet but that it begins.
    kind: str
    #: The first line of the message, if tcpdump says it.
    summary: bytes = b""
    coloured: bool = False


_OTHER = Head(date=b"", transport=None, source=b"", port=0, local=b"", local_port=0, kind="other")


class Heads:
    """Finds these lines in a text, line by line: tcpdump's may be two."""

    def __init__(self) -> None:
        self._date: bytes | None = None

    def head(self, line: bytes) -> Head | None:
        """Return what a line says if it is such a line, None if it isn't."""
        before, self._date = self._date, None
        if len(line) > LONGEST or not CANDIDATE.match(line):
            return None
        coloured = b"\x1b[" in line
        if coloured:
            line = COLOUR.sub(b"", line)
        line = line.rstrip(b"\r")
        if found := SPLIT.match(line):
            return _split(found, coloured=coloured)
        if found := VERBOSE.match(line):
            self._date = found["clock"] or b""
            return _OTHER
        if (found := TCPDUMP.match(line)) and (before is not None or not line.startswith(b"    ")):
            if found["rest"].startswith(b"ICMP"):
                return _OTHER
            return _tcpdump(found, found["clock"] or before or b"")
        return _OTHER if OTHER.match(line) else None


def _split(found: re.Match[bytes], *, coloured: bool) -> Head:
    transport: str | None = None
    if found["letter"]:
        transport = "udp" if found["letter"] == b"U" else "tcp"
    elif found["name"]:
        transport = found["name"].decode().lower()
    return Head(
        date=(found["date"] or found["export"] or found["saved"] or b"").replace(b"/", b"-"),
        transport=transport,
        source=found["sin"] or found["sbare"],
        port=int(found["sport"]),
        local=found["din"] or found["dbare"],
        local_port=int(found["dport"]),
        kind="split",
        coloured=coloured,
    )


def _tcpdump(found: re.Match[bytes], date: bytes) -> Head:
    rest = found["rest"]
    summary = SUMMARY.search(rest)
    ports = [PORTS.get(port, port) for port in (found[3], found[5])]
    numbers = [int(port) if port.isdigit() and len(port) < 6 else 0 for port in ports]
    return Head(
        date=date,
        transport="tcp" if b"Flags [" in rest else "udp",
        source=found[2],
        port=numbers[0],
        local=found[4],
        local_port=numbers[1],
        kind="tcpdump",
        summary=summary[1] if summary else b"",
    )
