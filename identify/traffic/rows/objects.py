"""JSON: one object per line, or one array of objects.

Knows JSON; ``fields`` knows which key means what.

Strategy

An array is read in pieces, and an element is decoded where it stands, so that neither many small elements nor large
ones are copied again and again.  An element that can't be decoded is skipped by its brackets and strings alone.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping

from identify.strings import decoded
from identify.traffic.input.stream import Stream
from identify.traffic.rows.fields import MALFORMED, TOO_LARGE, RowError
from identify.traffic.rows.reader import LONGEST_ROW, RowReader, lines

__all__ = ["JsonReader"]

BYTE_ORDER_MARK = b"\xef\xbb\xbf"
#: Bytes that are looked at for the beginning of an array.
BEGINNING = 64 << 10
#: What isn't between elements, and what isn't blank.
ELEMENT = re.compile(r"[^ \t\r\n,]")
VISIBLE = re.compile(r"[^ \t\r\n]")
#: What matters outside strings, and inside them.
STRUCTURE = re.compile(r'["\[\]{},]')
IN_STRING = re.compile(r'"|\\.?', re.DOTALL)
#: Small, since an error in JSON counts the lines of all text before it.
PIECE = 32 << 10


class JsonReader(RowReader):
    """Objects of a JSON Lines file or of an array; ``frames`` are line numbers, or positions in the array."""

    def __init__(self, stream: Stream, name: str, columns: Mapping[str, str] | None = None) -> None:
        first = stream.peek(BEGINNING).removeprefix(BYTE_ORDER_MARK).lstrip()
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
                text = decoded(line)
                try:
                    row = json.loads(text)
                except (ValueError, RecursionError):
                    for found in _values(text):
                        yield number, found
                    continue
                yield number, _object(row)

    def _elements(self) -> Iterator[tuple[int, Mapping[str, object] | RowError]]:
        """Yield the elements of an array, and what is wrong with those that can't be decoded."""
        decoder = json.JSONDecoder()
        window = _Window(self._stream)
        window.begin()
        number = 0
        while True:
            if window.pass_over(ELEMENT):
                self.problems.append("the array is truncated")
                return
            text, at = window.text, window.at
            if text[at] == "]":
                window.at += 1
                if not window.pass_over(VISIBLE):
                    yield number + 1, RowError(MALFORMED, "what follows the array isn't read")
                return
            fault = "too long"
            try:
                row, end = decoder.raw_decode(text, at)
                # A number at the end of a piece may continue in the next one; objects end by themselves.
                whole = isinstance(row, dict) or end < len(text) or window.ended
                found: Mapping[str, object] | RowError = _object(row)
            except (ValueError, RecursionError) as error:
                fault = str(error)
                end = _Skipper().end(text, at)
                whole = end >= 0
                found = RowError(MALFORMED, f"not valid JSON: {fault}")
            if whole and end - at <= LONGEST_ROW:
                number += 1
                window.at = end
                yield number, found
            elif len(text) - at > LONGEST_ROW:
                number += 1
                yield number, RowError(TOO_LARGE, f"more than {LONGEST_ROW} characters")
                window.skip()
            elif not window.more():
                yield number + 1, RowError(MALFORMED, f"the array ends here: {fault}")
                return


class _Window:
    """The part of an array's text that is being read; what is before ``at`` was read."""

    def __init__(self, stream: Stream) -> None:
        self._stream = stream
        self._rest = b""
        self.text = ""
        self.at = 0
        self.ended = False

    def begin(self) -> None:
        """Go behind the bracket with which the array begins."""
        while self.more():
            if (bracket := self.text.find("[")) >= 0:
                self.at = bracket + 1
                return

    def more(self) -> bool:
        """Add text, as much as there is, so that a large element is looked at few times; False at the end."""
        if self.ended:
            return False
        count = max(PIECE, len(self.text) - self.at)
        piece = self._stream.read(count)
        self.ended = len(piece) < count
        # Bytes that aren't UTF-8 are kept; a character split between two pieces is put together again.
        data = self._rest + piece
        cut = len(data) if self.ended else _whole(data)
        self.text = self.text[self.at :] + decoded(data[:cut])
        self._rest = data[cut:]
        self.at = 0
        return True

    def pass_over(self, other: re.Pattern[str]) -> bool:
        """Go to the next character that matches; return True if there is none."""
        while (found := other.search(self.text, self.at)) is None:
            self.at = len(self.text)
            if not self.more():
                return True
        self.at = found.start()
        return False

    def skip(self) -> None:
        """Go behind the element that begins here, however long it is."""
        skipper = _Skipper()
        while (end := skipper.end(self.text, self.at)) < 0:
            self.at = len(self.text)
            if not self.more():
                return
        self.at = end


class _Skipper:
    """Finds where an element ends by its brackets and strings, over several pieces of text."""

    def __init__(self) -> None:
        self._depth = 0
        self._quoted = False
        self._escaped = False

    def end(self, text: str, at: int) -> int:
        """Return where the element ends, -1 if that isn't in this text; then call again with what follows it."""
        if self._escaped and at < len(text):
            self._escaped = False
            at += 1
        while found := (IN_STRING if self._quoted else STRUCTURE).search(text, at):
            at = found.end()
            character = found[0]
            if character == '"':
                self._quoted = not self._quoted
            elif self._quoted:
                self._escaped = character == "\\"
            elif character in "[{":
                self._depth += 1
            elif self._depth:
                self._depth -= character in "]}"
            elif character in ",]":
                return found.start()
        return -1


def _values(text: str) -> Iterator[Mapping[str, object] | RowError]:
    """Yield the values of a line that isn't one value: several in a row, up to what isn't JSON."""
    decoder = json.JSONDecoder()
    at = 0
    while found := ELEMENT.search(text, at):
        try:
            row, at = decoder.raw_decode(text, found.start())
        except (ValueError, RecursionError) as error:
            yield RowError(MALFORMED, f"not valid JSON: {error}")
            return
        yield _object(row)


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
