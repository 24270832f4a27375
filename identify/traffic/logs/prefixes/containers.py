"""Lines of a log in JSON: those of Docker's json-file driver, and of systemd's journal (``journalctl -o json``).

Knows the keys of both; nothing about what the lines say.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime, timezone

import attrs

__all__ = ["Carried", "container_of"]

MILLION = 1_000_000


@attrs.frozen
class Carried:
    """A line in an object: its text, who wrote it, when, and whether a line end follows."""

    text: bytes
    writer: bytes
    time: bytes
    ended: bool


def container_of(line: bytes) -> Callable[[bytes], Carried | None] | None:
    """Return what reads such a line, None if it isn't an object of a known kind."""
    for reads in (_docker, _journal):
        if reads(line) is not None:
            return reads
    return None


def _docker(line: bytes) -> Carried | None:
    found = _object(line)
    text, time = found.get("log"), found.get("time")
    if not isinstance(text, str) or not isinstance(time, str) or "stream" not in found:
        return None
    return Carried(_bytes(text.removesuffix("\n")), b"", _bytes(time), text.endswith("\n"))


def _journal(line: bytes) -> Carried | None:
    found = _object(line)
    if "MESSAGE" not in found or "__REALTIME_TIMESTAMP" not in found:
        return None
    writer = [str(found.get(key, "")) for key in ("_HOSTNAME", "SYSLOG_IDENTIFIER", "_PID")]
    return Carried(_message(found["MESSAGE"]), _bytes("\t".join(writer)), _time(found), True)


def _object(line: bytes) -> dict[str, object]:
    if line[:1] != b"{":
        return {}
    try:
        found = json.loads(line)
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def _message(value: object) -> bytes:
    """Return the text of an entry, which is a list of its bytes if it has any that aren't printable."""
    if isinstance(value, list):
        numbers = (number for number in value if isinstance(number, int) and 0 <= number < 256)
        return bytes(numbers)
    return _bytes(value) if isinstance(value, str) else b""


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")


def _time(found: dict[str, object]) -> bytes:
    """Return the time of an entry, which counts microseconds, as a date; empty if it isn't one."""
    try:
        seconds, micro = divmod(int(str(found["__REALTIME_TIMESTAMP"])[:20]), MILLION)
        date = datetime.fromtimestamp(seconds, timezone.utc)
    except (ValueError, OverflowError, OSError):
        return b""
    return date.strftime("%Y-%m-%dT%H:%M:%S").encode() + b".%06dZ" % micro
