"""A log without what another program put in front of its lines, as a source for the readers of logs.

Knows which lines are Asterisk's, and their numbers in the original; ``template`` knows what is in front of a line,
``containers`` how JSON has one.

Strategy

1. A line that has a known prefix belongs to the writer with this prefix; one in which a record of Asterisk begins after
   something else adds a writer; others are other programs' lines, and left out.
2. The lines of a record are delivered together, those of another Asterisk in between after them.
3. If the line below that of a SIP message has no prefix, its writer has prefixes at the beginning of records only.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Callable, Iterator

import attrs

from identify.traffic.input.stream import Stream
from identify.traffic.logs.headlines import LIKE_HEADLINE, MARK, START, headline_prefix
from identify.traffic.logs.prefixes.containers import Carried, container_of
from identify.traffic.logs.prefixes.rewritten import RewrittenLog
from identify.traffic.logs.prefixes.template import (
    Template,
    as_asterisk_writes,
    in_brackets,
    record_in,
    record_start,
    without_colour,
)

__all__ = ["UnprefixedLog", "begins_like_a_log"]

PIECE = 256 << 10
#: The maximum number of writers, of bytes of a record before it is delivered, and of a line.
MOST_WRITERS = 64
LONGEST_RECORD = 1 << 20
LONGEST_LINE = 1 << 20
#: Lines of JSON that are tried for a container.
TRIED = 20
#: Lines below that of a message in which its first line is looked for: those of other programs may come in between.
NEXT = 64
FIRST_LINE = re.compile(rb"SIP/2\.0[ \t\r]*\Z|\ASIP/2\.0 \d")
SIP_LINE = re.compile(rb"[A-Z0-9.!%*_+`'~-]{1,64} \S{1,4096} SIP/2\.0\r?\Z|SIP/2\.0 \d{3} ", re.IGNORECASE)


def begins_like_a_log(first: bytes) -> bool:
    """Return whether a record of Asterisk begins a line, without anything else in front."""
    if in_brackets(first):
        return False
    if START.search(first) is not None:
        return True
    at = first.find(MARK)
    while at >= 0:
        line = first.rfind(b"\n", 0, at) + 1
        if LIKE_HEADLINE.match(first, at) and headline_prefix(first[line:at]) is not None:
            return True
        at = first.find(MARK, at + 1)
    return False


def _has_prefixes(first: bytes) -> bool:
    """Return whether records begin behind prefixes, and messages with the line below that of their record.

    If a prefix had a part that is another one on each line, and that isn't known, no message would have its text.
    """
    lines, bracketed = first.split(b"\n"), in_brackets(first)
    any_record = any_lost = False
    for number, line in enumerate(lines, 1):
        begin = record_in(line, bracketed=bracketed)
        if begin is None:
            continue
        any_record = True
        if not LIKE_HEADLINE.search(line + b"\n", begin):
            continue
        pattern = Template.of(line[:begin]).pattern
        below = lines[number : number + NEXT]
        behind = (each[found.end() :] for each in below if (found := pattern.match(each)))
        if any(FIRST_LINE.search(each) for each in behind) or (below and SIP_LINE.match(below[0])):
            return True
        any_lost = any_lost or len(below) > 1
    return any_record and not any_lost


def _container_in(first: bytes) -> Callable[[bytes], Carried | None] | None:
    for line in first.split(b"\n", TRIED)[:TRIED]:
        if container := container_of(line.strip()):
            return container
    return None


@attrs.define(eq=False)
class _Writer:
    """An Asterisk whose lines are in the log."""

    template: Template | None
    #: The lines of the current record, their size, and the number of the first one.
    lines: list[bytes] = attrs.field(factory=list)
    size: int = 0
    first: int = 0
    time: bytes = b""
    #: Whether lines without prefix are its own: None before the line below that of a SIP message was seen.
    bare: bool | None = None
    below: bool = False


class UnprefixedLog(RewrittenLog):
    """The lines of Asterisk in a log, without their prefixes; ``read`` is that of a file."""

    def __init__(
        self, stream: Stream, container: Callable[[bytes], Carried | None] | None, *, bracketed: bool
    ) -> None:
        super().__init__(stream)
        self._bracketed = bracketed
        self._container = container
        self._number = 0
        self._delivered = 1
        #: Where the lines that were delivered are in the original: first line here, first line there, time.
        self._places: deque[tuple[int, int, bytes]] = deque()
        self._writers: dict[bytes, _Writer] = {}
        self._last: _Writer | None = None

    @classmethod
    def of(cls, stream: Stream, first: bytes) -> UnprefixedLog | None:
        """Return the log in a stream that begins with these bytes, None if its lines have no prefix that is known."""
        container = _container_in(first)
        if container is None and not cls.recognises(first):
            return None
        return cls(stream, container, bracketed=in_brackets(first))

    @staticmethod
    def recognises(first: bytes) -> bool:
        """Return whether a log that begins with these bytes has lines with a prefix."""
        if _container_in(first) is not None:
            return True
        return not begins_like_a_log(first) and _has_prefixes(first)

    def place(self, line: int) -> tuple[int, bytes]:
        """Return the number in the original of a line that was delivered, and its time; lines asked for only rise."""
        while len(self._places) > 1 and self._places[1][0] <= line:
            self._places.popleft()
        if not self._places:
            return line, b""
        here, there, time = self._places[0]
        return there + line - here, time

    def _fill(self, count: int) -> None:
        while len(self._out) < count and not self._ended:
            piece = self._stream.read(PIECE)
            self._ended = len(piece) < PIECE
            lines = (self._rest + piece).split(b"\n")
            self._rest = lines.pop()
            for line in lines:
                self._take(line)
            if len(self._rest) > LONGEST_LINE or (self._ended and self._rest):
                self._take(self._rest)
                self._rest = b""
        if self._ended:
            for writer in self._writers.values():
                self._deliver(writer)

    def _take(self, line: bytes) -> None:
        self._number += 1
        for writer, content, time, ended in self._content(line):
            if record_start(content) or writer.size > LONGEST_RECORD:
                self._deliver(writer)
            if not writer.lines:
                writer.first, writer.time = self._number, time
            writer.below = content.startswith(MARK) or b"<--- " in content
            content = as_asterisk_writes(content, time) + (b"\n" if ended else b"")
            writer.lines.append(content)
            writer.size += len(content)
            self._last = writer

    def _content(self, line: bytes) -> Iterator[tuple[_Writer, bytes, bytes, bool]]:
        """Yield the line of Asterisk in a line, with its writer, time, and whether a line end follows."""
        if self._container is not None:
            yield from self._carried(line)
            return
        last = self._last
        for writer in (last, *self._writers.values()) if last else self._writers.values():
            if writer.template and (found := writer.template.pattern.match(line)):
                writer.bare = writer.bare or (False if writer.below else None)
                stamp = found["time"] if "time" in writer.template.pattern.groupindex else b""
                content = without_colour(line[found.end() :], found[0])
                yield writer, content, stamp or b"", not _partial(found[0])
                return
        begin = record_in(line, bracketed=self._bracketed)
        if begin is not None:
            template = Template.of(line[:begin])
            if template.pattern.match(line):
                self._add(template.pattern.pattern, _Writer(template))
                yield from self._content(line)
        elif last is not None:
            if last.bare is None and last.below:
                last.bare = SIP_LINE.match(line) is not None
            if last.bare:
                yield last, line, b"", True

    def _carried(self, line: bytes) -> Iterator[tuple[_Writer, bytes, bytes, bool]]:
        found = self._container(line) if self._container is not None else None
        if found is None:
            return
        writer = self._writers.get(found.writer)
        if writer is None:
            if found.writer and not record_start(found.text):
                return
            writer = _Writer(None)
            self._add(found.writer, writer)
        *texts, text = found.text.split(b"\n")
        for each in texts:
            yield writer, each, found.time, True
        yield writer, text, found.time, found.ended

    def _add(self, key: bytes, writer: _Writer) -> None:
        """Add a writer; the one that was added first is forgotten if there are too many."""
        if len(self._writers) >= MOST_WRITERS:
            self._deliver(self._writers.pop(next(iter(self._writers))))
        self._writers[key] = writer

    def _deliver(self, writer: _Writer) -> None:
        if not writer.lines:
            return
        self._places.append((self._delivered, writer.first, writer.time))
        text = b"".join(writer.lines)
        self._delivered += text.count(b"\n")
        self._out += text
        writer.lines.clear()
        writer.size = 0


def _partial(prefix: bytes) -> bool:
    """Return whether a container runtime has cut a line, so that the next one continues it."""
    return prefix.endswith((b" stdout P ", b" stderr P "))
