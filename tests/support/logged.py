"""Asterisk's logs for tests: the recorded samples, and logs that are written here in each of its forms."""

from __future__ import annotations

import base64
import gzip
import io
import json
from pathlib import Path
from typing import NamedTuple

from identify.traffic import TRANSPORTS, Direction, open_traffic

SAMPLES = Path(__file__).parent.parent / "data" / "samples"
NAMES = tuple(sorted(path.parent.name for path in SAMPLES.glob("*/full.log.gz")))
#: Samples recorded with debug 3, so with the lines of the identifiers.
DEBUGGED = tuple(name for name in NAMES if name != "nodebug-lo")
YEAR = 2026


class Message(NamedTuple):
    """A message as a reader delivers it."""

    data: bytes
    #: Address and port of the other side.
    peer: tuple[str, int]
    transport: str
    direction: Direction
    time: int
    frame: int


def sample_logs(*names: str) -> list[tuple[str, str]]:
    """Return sample and file name of every log of the samples."""
    found = []
    for name in names or NAMES:
        paths = [*(SAMPLES / name).glob("full.*.gz"), *(SAMPLES / name).glob("console*.txt.gz")]
        found += [(name, path.name) for path in sorted(paths)]
    return found


def sent(name: str) -> list[dict[str, object]]:
    """Return what was sent in a sample, with the bytes as ``data``."""
    found = []
    for line in (SAMPLES / name / "expected.jsonl").read_text(encoding="utf-8").splitlines():
        message = json.loads(line)
        text = message.get("msg")
        message["data"] = base64.b64decode(message["msg_b64"]) if text is None else text.encode()
        found.append(message)
    return found


def unpacked(name: str, file: str) -> bytes:
    """Return the bytes of a sample's log."""
    return gzip.decompress((SAMPLES / name / file).read_bytes())


def messages(source: object, **options: object) -> list[Message]:
    """Return all messages of some traffic."""
    source = io.BytesIO(source) if isinstance(source, bytes) else source
    with open_traffic(source, **options) as reader:
        return delivered(reader)


def delivered(reader) -> list[Message]:
    """Return all messages of a reader; of sent ones the address that they were sent to."""
    found = []
    for batch in reader:
        for number in range(len(batch)):
            direction = Direction(batch.directions[number])
            out = direction is Direction.SENT
            peer = (
                (batch.local(number), batch.local_ports[number])
                if out
                else (batch.source(number), batch.ports[number])
            )
            found.append(
                Message(
                    batch.message(number),
                    peer,
                    TRANSPORTS[batch.transports[number]],
                    direction,
                    batch.times[number],
                    batch.frames[number],
                )
            )
    return found


def request(
    number: int, method: str = "OPTIONS", body: bytes = b"", transport: str = "UDP", **headers: str
) -> bytes:
    """Return a request."""
    lines = [
        f"{method} sip:100@10.0.0.254 SIP/2.0",
        f"Via: SIP/2.0/{transport} 192.0.2.1:5060;branch=z9hG4bK-{number}",
        f"From: <sip:u{number}@example.com>;tag={number}",
        "To: <sip:100@10.0.0.254>",
        f"Call-ID: {number}@example.com",
        f"CSeq: {number} {method}",
        *(f"{name.replace('_', '-')}: {value}" for name, value in headers.items()),
        f"Content-Length: {len(body)}",
    ]
    return "".join(line + "\r\n" for line in [*lines, ""]).encode() + body


STYLES = ("default", "call", "plain", "console", "terminal", "remote", "dated", "dated terminal", "coloured")
DATE = "Nov 22 19:52:11"
PROMPT = "\r\x1b[Kpbx*CLI> \r\x1b[0K"


class Log:
    """A log that is written record by record in one of STYLES."""

    def __init__(self, style: str) -> None:
        self.style = style
        self._parts: list[bytes] = []

    def line(
        self, text: str, thread: int = 4711, file: str = "res_pjsip_session.c", level: str = "DEBUG"
    ) -> None:
        """Write a record of one line."""
        start = {
            "default": f"[{DATE}] {level}[{thread}] {file}: ",
            "call": f"[{DATE}] {level}[{thread}][C-0000000a] {file}: ",
            "coloured": f"[{DATE}] \x1b[1;32m{level}\x1b[0m[{thread}]: \x1b[1;37m{file}\x1b[0m:\x1b[1;37m5\x1b[0m "
            "\x1b[1;37mfunction\x1b[0m: ",
        }.get(self.style, f"[{DATE}] {level}[{thread}]: {file}:5 function: ")
        self._write(start.encode() + text.encode("utf-8", "surrogateescape") + b"\n")

    def message(
        self,
        data: bytes,
        count: int | None = None,
        *,
        thread: int = 4711,
        peer: str = "192.0.2.1:5060",
        transport: str = "UDP",
        received: bool = True,
        kind: str = "request",
    ) -> None:
        """Write a record of the SIP logger, with a byte count of its own where one is given."""
        file = "res_pjsip_logger.c"
        start = {
            "default": f"[{DATE}] VERBOSE[{thread}] {file}: ",
            "call": f"[{DATE}] VERBOSE[{thread}][C-0000000a] {file}: ",
            "plain": f"[{DATE}] VERBOSE[{thread}]: {file}:354 logging_on_rx_msg: ",
        }.get(self.style, "")
        what, way = ("Received", "from") if received else ("Transmitting", "to")
        size = len(data) if count is None else count
        head = f"{start}<--- {what} SIP {kind} ({size} bytes) {way} {transport}:{peer} --->\n"
        text = head.encode() + data + b"\n"
        if self.style.startswith("dated"):
            text = b"".join(f"[{DATE}] ".encode() + line + b"\n" for line in text.split(b"\n")[:-1])
        self._write(text)

    def _write(self, text: bytes) -> None:
        if self.style in ("terminal", "remote", "dated terminal"):
            text = text.replace(b"\n", b"\r\n")
        if self.style == "remote":
            text = PROMPT.encode() + text
        self._parts.append(text)

    @property
    def data(self) -> bytes:
        """What was written."""
        return b"".join(self._parts)
