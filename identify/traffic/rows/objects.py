"""JSON: one object per line, or one array of objects.

Knows JSON; ``fields`` knows which key means what.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping

from identify.strings import decoded
from identify.traffic.input.stream import Stream
from identify.traffic.rows.fields import MALFORMED, TOO_LARGE, RowError
from identify.traffic.rows.reader import LONGEST_ROW, RowReader, lines

__all__ = ["JsonReader"]

BYTE_ORDER_MARK = b"\xef\xbb\xbf"
BETWEEN = " \t\r\n,"
PIECE = 256 << 10


class JsonReader(RowReader):
    """Objects of a JSON Lines file or of an array; ``frames`` are line numbers, or positions in the array."""

    def __init__(self, stream: Stream, name: str, columns: Mapping[str, str] | None = None) -> None:
        first = stream.peek(4096).removeprefix(BYTE_ORDER_MARK).lstrip()
        self._array = first.startswith(b"[")
        super().__init__(stream, name, "json" if self._array else "json-lines", columns)
        if self._array:
            self._unit = "row"

    def _rows(self) -> Iterator[tuple[int, Mapping[str, object] | RowError]]:
        return self._elements() if self._array else self._lines()

    def _lines(self) -> Iterator[tuple[int, Mapping[str, object] | RowError]]:
        for number, line in enumerate(lines(self._stream), 1):
            if line is None:
                yield number, RowError(TOO_LARGE, f"more than {LONGEST_ROW} bytes in a line")
                continue
            if number == 1:
                line = line.removeprefix(BYTE_ORDER_MARK)
            if line.strip():
                try:
                    row = json.loads(decoded(line))
                except (ValueError, RecursionError) as error:
                    yield number, RowError(MALFORMED, f"not valid JSON: {error}")
                    continue
                yield number, _object(row)

    def _elements(self) -> Iterator[tuple[int, Mapping[str, object] | RowError]]:
        """Yield the elements of an array; invalid JSON ends it, since nothing says where the next element begins."""
        decoder = json.JSONDecoder()
        # Bytes that aren't UTF-8 are kept; a character split between two pieces is put together again below.
        text, rest, number, ended = "", b"", 0, False
        begun = False
        while True:
            text = text.lstrip(BETWEEN)
            if not begun and text:
                begun = True
                text = text.removeprefix("\ufeff").lstrip(BETWEEN).removeprefix("[").lstrip(BETWEEN)
            if text.startswith("]"):
                return
            error: Exception | None = None
            if text:
                try:
                    row, end = decoder.raw_decode(text)
                    # A number at the end of a piece may continue in the next one; objects end by themselves.
                    if isinstance(row, dict) or end < len(text) or ended:
                        number += 1
                        yield number, _object(row)
                        text = text[end:]
                        continue
                except (ValueError, RecursionError) as found:
                    error = found
            if ended or len(text) > LONGEST_ROW:
                if text or not ended:
                    reason = TOO_LARGE if not ended else MALFORMED
                    yield number + 1, RowError(reason, f"the array ends here: {error or 'too long'}")
                elif begun:
                    self.problems.append("the array is truncated")
                return
            piece = self._stream.read(PIECE)
            ended = len(piece) < PIECE
            data = rest + piece
            cut = len(data) if ended else _whole(data)
            text += decoded(data[:cut])
            rest = data[cut:]


def _object(row: object) -> Mapping[str, object] | RowError:
    return (
        row if isinstance(row, dict) else RowError(MALFORMED, f"expected an object, got {type(row).__name__}")
    )


def _whole(data: bytes) -> int:
    """Return where the last complete character ends."""
    for back in range(1, min(4, len(data)) + 1):
        if data[-back] & 0xC0 == 0xC0:
            return len(data) - back
        if data[-back] < 0x80:
            break
    return len(data)
