"""What follows a record in the text of a log: the starts of records, indexed while the text is searched forward.

Knows where records begin and which of them have a thread that was seen before; not where a message ends.

Strategy

The text that is available is made into a view once, and each place in it is searched once, however many records ask
what follows them: a record whose text is shorter than its byte count would otherwise search all that follows again.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right, insort

from identify.traffic.logs.headlines import HEADLINE, LEVEL, LONGEST_LINE_START, MARK, PROMPT, STAMP, START
from identify.traffic.logs.segments import HEADERS_END
from identify.traffic.logs.wrapping import UnwrappedText

__all__ = ["RECORD", "UNPROVEN", "Ahead", "Finder", "Peer", "Threads", "peer_of"]

#: The maximum number of threads remembered.
MOST_THREADS = 65_536
#: Bytes that are searched for starts of records at a time.
STEP = 1 << 10
#: The maximum length of what a sender has put after a message of a stream: that of a receive buffer.
UNPROVEN = 64 << 10
#: Starts of records before the current one are dropped once there are this many.
PASSED = 1024

#: The start of a record after the date of each line was removed.
UNDATED = re.compile(rb"^()" + LEVEL, re.MULTILINE)
#: The start of any record, of a console too; with and without the date of each line.
RECORD = {
    dated: re.compile(
        rb"^(?:" + levelled.removeprefix(b"^") + rb"|" + PROMPT + rb"(?:" + STAMP + rb")?" + PROMPT
        + HEADLINE.pattern + rb")",
        re.MULTILINE,
    )
    for dated, levelled in ((False, START.pattern), (True, UNDATED.pattern))
}  # fmt: skip

#: Transport, address and port of the other side, as written.
Peer = tuple[bytes, bytes, bytes]


def peer_of(headline: re.Match[bytes]) -> Peer:
    """Return the other side that the line above a message names."""
    return headline[4], headline[5] or headline[6], headline[7]


class Threads:
    """The threads that have written before, in the order in which they were seen."""

    def __init__(self) -> None:
        self.order: list[bytes] = []
        self._seen: set[bytes] = set()

    def __contains__(self, thread: bytes) -> bool:
        """Return whether a thread was seen."""
        return thread in self._seen

    def learn(self, thread: bytes) -> None:
        """Remember a thread."""
        if thread not in self._seen and len(self._seen) < MOST_THREADS:
            self._seen.add(thread)
            self.order.append(thread)


class Finder:
    """Matches of a pattern in a text; while positions rise, no place is searched twice.

    ``overlap`` is the maximum length of a match, for one across the end of what was searched.
    """

    def __init__(self, pattern: re.Pattern[bytes], data: bytes, *, overlap: int) -> None:
        self._pattern = pattern
        self._data = data
        self._overlap = overlap
        #: No match begins from ``_begin`` up to ``_clear``; ``_found`` begins at ``_clear``, if it isn't None.
        self._begin = 0
        self._clear = 0
        self._found: re.Match[bytes] | None = None

    def next(self, position: int, end: int) -> re.Match[bytes] | None:
        """Return the first match that begins at a position or after it, None if it doesn't end up to ``end``."""
        if not self._begin <= position <= self._clear:
            self._begin = self._clear = position
            self._found = None
        if self._found is None and self._clear < end:
            self._found = self._pattern.search(self._data, self._clear, end)
            searched = max(self._clear, end - self._overlap)
            self._clear = self._found.start() if self._found else searched
        return self._found if self._found is not None and self._found.end() <= end else None


class Ahead:
    """A text from a position on, and what is known of the records in it; ``dated`` lines have lost their date."""

    def __init__(self, text: UnwrappedText, begin: int, threads: Threads, *, dated: bool) -> None:
        self.text = text
        #: The place of the current record's text; no later question is about a place before it.
        self.current = begin
        self.data = text.data
        self.last = text.last
        self.start = UNDATED if dated else START
        self.record = RECORD[dated]
        self.headers_ends = Finder(HEADERS_END, self.data, overlap=4)
        self._records = Finder(self.record, self.data, overlap=LONGEST_LINE_START)
        self._threads = threads
        #: How many of the threads' ``order`` have had their records moved from ``_unknown`` to ``_known``.
        self._learned = 0
        self._scanned = begin
        self._known: list[int] = []
        self._unknown: dict[bytes, list[int]] = {}
        #: Where records of the SIP logger begin, and where those begin that don't answer the peer of the one before.
        self._heads: list[int] = []
        self._runs: list[int] = []
        self._answered: list[Peer | None] = []

    def known(self, begin: int, end: int) -> int | None:
        """Return where the first record of a known thread begins."""
        for thread in self._threads.order[self._learned :]:
            for position in self._unknown.pop(thread, ()):
                if position >= self.current:
                    insort(self._known, position)
        self._learned = len(self._threads.order)
        if (passed := bisect_left(self._known, self.current)) > PASSED:
            del self._known[:passed]
        while True:
            place = bisect_left(self._known, begin)
            if place < len(self._known):
                return self._known[place] if self._known[place] < end else None
            if self._scanned >= min(end, len(self.data)):
                return None
            self._scan(max(self._scanned, self.current) + STEP)

    def only_answers(self, begin: int, end: int, peer: Peer) -> bool:
        """Return whether all messages of records in between were sent as answers to a peer."""
        self._scan(end)
        place = bisect_left(self._heads, begin)
        if place == len(self._heads) or self._heads[place] >= end:
            return True
        run = bisect_right(self._runs, self._heads[place]) - 1
        return self._answered[run] == peer and (run + 1 == len(self._runs) or self._runs[run + 1] >= end)

    def next_record(self, position: int, end: int) -> int | None:
        """Return where the first record begins on a line after a position."""
        line = self.data.find(b"\n", position, end) + 1
        found = self._records.next(line, end) if line else None
        return found.start() if found else None

    def _scan(self, end: int) -> None:
        """Take down the starts of records from the current one up to the end of the line at a position."""
        self._scanned = max(self._scanned, self.current)
        while self._scanned < min(end, len(self.data)):
            stop = self.data.find(b"\n", min(self._scanned + STEP, len(self.data))) + 1 or len(self.data)
            for found in self.start.finditer(self.data, self._scanned, stop):
                position, thread = found.start(), found[3]
                if thread in self._threads:
                    insort(self._known, position)
                else:
                    self._unknown.setdefault(thread, []).append(position)
                if self.data.startswith(MARK, found.end()):
                    self._take_head(position, HEADLINE.match(self.data, found.end()))
            self._scanned = stop

    def _take_head(self, position: int, headline: re.Match[bytes] | None) -> None:
        if headline is None:
            return
        answers = (headline[1], headline[2]) == (b"Transmitting", b"response")
        answered = peer_of(headline) if answers else None
        self._heads.append(position)
        if not self._answered or self._answered[-1] != answered:
            self._runs.append(position)
            self._answered.append(answered)
