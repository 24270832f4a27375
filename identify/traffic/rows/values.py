"""The values of a row: addresses, times, directions, header fields, as written in files.

Knows how each is written; nothing about columns.  A value that can't be read raises ValueError with the value, clipped.
"""

from __future__ import annotations

import ipaddress
import math
import re
from collections.abc import Mapping
from datetime import date, datetime, timezone
from functools import lru_cache

from identify.strings import decoded, encoded
from identify.traffic.batch import LAST_TIME, TRANSPORTS, Direction
from identify.traffic.timestamps import Timestamps

__all__ = [
    "Nanoseconds",
    "address",
    "clipped",
    "direction",
    "header_fields",
    "message_bytes",
    "number",
    "time",
    "transport",
]

PROTOCOL = re.compile(r"(?i)(?:sips?:)?(udp|tcp|tls|wss|ws)6?:(?=.)")
#: A comma is the decimal one if there are too many digits before it for a group of thousands.
NUMBER = re.compile(r"[0-9]{1,20}(?:\.[0-9]{1,20})?|[0-9]{4,20},[0-9]{1,20}")
DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
LONGEST_TIME = 64
MOST_HEADERS = 1024
LONGEST_ADDRESS = 128
NANOSECONDS = 1_000_000_000
RECEIVED = frozenset({"received", "in", "rx", "recv", "inbound", "incoming", "1"})
SENT = frozenset({"sent", "out", "tx", "send", "outbound", "outgoing", "transmitted", "2"})
_TIMESTAMPS = Timestamps(latest=None)


class Nanoseconds:
    """A time whose unit is known, in nanoseconds since the epoch."""

    __slots__ = ("count",)

    def __init__(self, count: int) -> None:
        self.count = count

    def __repr__(self) -> str:
        """Return the number, for messages."""
        return f"{self.count} ns"


def clipped(value: object) -> str:
    """Return a value as shown in messages."""
    text = repr(value)
    return text if len(text) <= 80 else text[:77] + "..."


def address(value: object) -> tuple[str | None, str, int | None]:
    """Return the transport, host and port of ``10.0.0.1``, ``10.0.0.1:5060``, ``udp:[2001:db8::1]:5060``."""
    text = _text(value).strip()
    if len(text) > LONGEST_ADDRESS:
        raise ValueError(f"{clipped(value)} is not a valid address")
    return _address(text)


@lru_cache(maxsize=4096)
def _address(text: str) -> tuple[str | None, str, int | None]:
    value = text
    protocol = None
    if found := PROTOCOL.match(text):
        protocol = found[1].lower()
        text = text[found.end() :]
    host, port = text, None
    if text.startswith("["):
        host, _, rest = text[1:].partition("]")
        if rest:
            port = number(rest.removeprefix(":"), 0xFFFF)
    elif not _is_address(text) and ":" in text:
        host, _, rest = text.rpartition(":")
        port = number(rest, 0xFFFF)
    if not _is_address(host):
        raise ValueError(f"{clipped(value)} is not a valid address")
    return protocol, host, port


def _is_address(text: str) -> bool:
    try:
        ipaddress.ip_address(text.partition("%")[0])
    except ValueError:
        return False
    return True


def number(value: object, most: int) -> int:
    """Return a whole number from 0 to ``most``."""
    if isinstance(value, (str, bytes)):
        text = _text(value).strip()
        # Tables with an empty cell turn 5060 into 5060.0.
        text = text.removesuffix(".0")
        found = int(text) if text.isascii() and text.isdigit() and len(text) <= 20 else -1
    elif isinstance(value, float) and value.is_integer():
        found = int(value)
    else:
        found = value if isinstance(value, int) and not isinstance(value, bool) else -1
    if not 0 <= found <= most:
        raise ValueError(f"{clipped(value)} is not a valid number: expected 0 to {most}")
    return found


def transport(value: object) -> str:
    """Return one of TRANSPORTS."""
    text = _text(value).strip().lower().rstrip("46")
    # IP protocol numbers, as in exported tables.
    text = {"17": "udp", "6": "tcp", "": "tcp"}.get(text, text)
    if text not in TRANSPORTS:
        raise ValueError(
            f"{clipped(value)} is not a valid transport: expected one of {', '.join(TRANSPORTS)}"
        )
    return text


def time(value: object) -> int:
    """Return nanoseconds since the epoch.

    A number counts seconds, milliseconds, microseconds or nanoseconds, whichever puts it between 1973 and 5138; text
    is such a number or a date in ISO form, in UTC if it names no zone.  ValueError for a time before 1970, and for one
    after 2262, which 64 bits can't hold: databases have the year 9999 for "never".
    """
    if isinstance(value, Nanoseconds):
        return _in_range(value.count, value)
    if isinstance(value, datetime):
        return _of_datetime(value)
    if isinstance(value, date):
        return _of_datetime(datetime(value.year, value.month, value.day, tzinfo=timezone.utc))
    if isinstance(value, (int, float, str, bytes)) and not isinstance(value, bool):
        text = f"{value:.9f}" if isinstance(value, float) else _text(value).strip()
        if NUMBER.fullmatch(text):
            return _of_number(text.replace(",", "."))
        if DATE.fullmatch(text):
            text += " 00:00:00"
        found = _TIMESTAMPS.time(text.encode("ascii", "replace")) if len(text) <= LONGEST_TIME else -1
        if found >= 0:
            return _in_range(found, value)
    raise ValueError(f"{clipped(value)} is not a valid time")


def _of_number(text: str) -> int:
    whole, _, fraction = text.partition(".")
    # The number of decimal places of a second in each unit.
    for most, digits in ((11, 0), (14, 3), (17, 6), (20, 9)):
        if len(whole) <= most:
            return _in_range(
                int((whole + fraction.ljust(9, "0")[: 9 - digits]).ljust(len(whole) + 9 - digits, "0")), text
            )
    raise ValueError(f"{clipped(text)} is not a valid time")


def _of_datetime(value: datetime) -> int:
    aware = value if value.tzinfo else value.replace(tzinfo=timezone.utc)
    seconds = math.floor(aware.replace(microsecond=0).timestamp())
    return _in_range(seconds * NANOSECONDS + aware.microsecond * 1000, value)


def _in_range(nanoseconds: int, value: object) -> int:
    if not 0 <= nanoseconds <= LAST_TIME:
        raise ValueError(f"{clipped(value)} is not a valid time: expected the years 1970 to 2262")
    return nanoseconds


def direction(value: object) -> Direction:
    """Return the direction; unknown for an empty value."""
    text = _text(value if not isinstance(value, int) else str(int(value))).strip().lower()
    if text in RECEIVED:
        return Direction.RECEIVED
    if text in SENT:
        return Direction.SENT
    if text in ("", "0", "unknown"):
        return Direction.UNKNOWN
    raise ValueError(f"{clipped(value)} is not a valid direction: expected 'received' or 'sent'")


def message_bytes(value: object) -> bytes:
    """Return the bytes of a message's text; line ends that an export has escaped are restored."""
    data = bytes(value) if isinstance(value, (bytes, bytearray, memoryview)) else _encoded(_text(value))
    if b"\n" not in data and b"\\n" in data:
        # mysqldump, mysql --batch and COPY of PostgreSQL keep a row on one line.
        data = data.replace(b"\\r\\n", b"\r\n").replace(b"\\n", b"\n")
    return data


def header_fields(value: object) -> list[tuple[str, str]]:
    """Return names and values of a mapping, of pairs, of objects with name and value, or of lines of text."""
    if isinstance(value, Mapping):
        pairs: list[object] = list(value.items())
    elif isinstance(value, (str, bytes)):
        lines = (line for line in re.split(r"\r?\n", _text(value)) if line.strip())
        pairs = [line.partition(":")[::2] for line in lines]
    elif isinstance(value, (list, tuple)):
        pairs = [
            (item.get("name"), item.get("value")) if isinstance(item, Mapping) else item
            for item in value
        ]  # fmt: skip
    else:
        raise ValueError(f"{clipped(value)} are not valid header fields")
    if len(pairs) > MOST_HEADERS:
        raise ValueError(f"{len(pairs)} header fields: expected at most {MOST_HEADERS}")
    found = []
    for pair in pairs:
        if not isinstance(pair, (list, tuple)) or len(pair) != 2:
            raise ValueError(f"{clipped(pair)} is not a valid header field")
        values = pair[1] if isinstance(pair[1], (list, tuple)) else [pair[1]]
        found += [(_text(pair[0]).strip(), _text(text).strip()) for text in values]
    return found


def _text(value: object) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, (bytes, bytearray)):
        return decoded(bytes(value))
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return str(value)
    raise ValueError(f"{clipped(value)} is not text")


def _encoded(text: str) -> bytes:
    try:
        return encoded(text)
    except UnicodeEncodeError as error:
        raise ValueError(f"character {error.start} of the text can't be encoded as UTF-8") from error
