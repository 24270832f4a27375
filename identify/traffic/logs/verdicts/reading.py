"""Asterisk's own verdicts, from the log that has the requests.

Knows which line belongs to which request; the wording of lines is in ``verdicts.wording``.

*Facts*: the thread of the transport logs a request, a worker identifies it and sends the answer; in a burst requests
come before the first verdict, and the workers interleave.  Within a worker's thread the lines of a request stand
together, up to the answer, whose Call-ID, CSeq and branch are the request's.  An ACK has no answer.

*Strategy*: lines are collected by thread until an answer, a line with a Call-ID, or a line that only a next request can
have written.  Lines are linked to a request only if nothing in them contradicts it (source, From, Call-ID), and without
an answer only if no other request fits too.  What stays without lines is undetermined, never guessed.
"""

from __future__ import annotations

import os
from collections import Counter, OrderedDict, deque
from collections.abc import Iterator
from typing import IO

import attrs

from identify.errors import TrafficError
from identify.traffic import logs
from identify.traffic.input.stream import EXPANSION, open_stream
from identify.traffic.logs.objects import JsonLog, LogLine
from identify.traffic.logs.reader import json_log
from identify.traffic.logs.records import Gap, LogMessage
from identify.traffic.logs.text_log import TextLog
from identify.traffic.logs.verdicts.pending import PendingRequest, PendingRequests
from identify.traffic.logs.verdicts.wording import (
    HITS,
    STEPS,
    Kind,
    Statement,
    parse_statement,
    statements_in,
)

__all__ = ["LoggedVerdict", "read_verdicts"]

FIRST = 64 << 10
#: Requests that wait for their lines; beyond it the oldest is given up as undetermined.
MOST_WAITING = 4096
#: Threads with lines that wait for their request.
MOST_THREADS = 4096
UNMATCHED = "No matching endpoint found"
#: Which methods a hit of a kind may have been.
SHARED = ("ip", "header", "request_uri")


@attrs.frozen(kw_only=True)
class LoggedVerdict:
    """What a log says about one request that was received."""

    #: The line of the log at which the request's record begins, as in :attr:`Batch.frames`.
    line: int
    #: Whether an endpoint was identified; None where the log doesn't tell.
    identified: bool | None
    #: Methods that it may have been, one where the log tells; empty where none was or nothing is known of it.
    methods: tuple[str, ...] = ()
    #: The endpoint's id, where the log has it.
    endpoint: str | None = None
    #: The identify object that matched.
    section: str | None = None
    #: What ``username`` or ``auth_username`` looked for and found: user, and domain or realm.
    user: str | None = None
    domain: str | None = None
    #: The identified endpoint's own ACL refused the request: ``acl`` or ``contact_acl``.
    refused: str | None = None
    #: Whether identification ran, False for requests of a dialog; None where the log doesn't tell.
    ran: bool | None = None


def read_verdicts(
    source: str | os.PathLike[str] | IO[bytes], *, limit: int | None = None, expansion: int = EXPANSION
) -> Iterator[LoggedVerdict]:
    """Yield a verdict for each request that a log has as received, in the order in which they are settled.

    The source is what :func:`~identify.traffic.opening.open_traffic` takes, in any format of Asterisk's logs.
    TrafficError where it is none.
    """
    with open_stream(source, limit=limit, expansion=expansion) as stream:
        first = stream.peek(FIRST)
        if first and not logs.recognises(first):
            raise TrafficError("no log of Asterisk's", stream.name)
        counts: Counter[str] = Counter()
        linker = _Linker()
        log = JsonLog(stream, counts, others=True) if json_log(first) else TextLog(stream, counts, gaps=True)
        for record in log:
            if isinstance(record, Gap):
                for one in statements_in(record):
                    linker.hear(one)
            elif isinstance(record, LogLine):
                if heard := parse_statement(record.file, record.thread, record.text, record.line):
                    linker.hear(heard)
            else:
                linker.see(record)
            yield from linker.settled()
        linker.end()
        yield from linker.settled()


@attrs.define(eq=False)
class _Lines:
    """The lines of a thread that belong together."""

    line: int
    #: The last request before them of which the log says that identification follows.
    after: PendingRequest | None
    #: Kinds of steps, each once, in order.
    kinds: list[str] = attrs.field(factory=list)
    sections: set[str] = attrs.field(factory=set)
    source: tuple[str, int] | None = None
    from_uri: tuple[str, str] | None = None
    call_id: str | None = None
    host: str | None = None
    hit: Statement | None = None
    by_ip: bool = False
    last_section: str | None = None
    failed: bool = False
    refused: str | None = None
    endpoint: str | None = None
    artificial: bool = False
    pending: PendingRequest | None = None

    def belongs(self, one: Statement) -> bool:
        """Return whether a line can go on with these."""
        if one.kind in STEPS or one.kind in HITS:
            if self.hit or self.failed or self.artificial or self.endpoint:
                return False
            if one.kind == Kind.SOURCE:
                if self.source not in (None, (one.values[0].strip("[]"), int(one.values[1]))):
                    return False
                if one.values[3] in self.sections:
                    return False
            if one.kind == Kind.USERNAME and self.from_uri is not None:
                return False
            return one.kind not in self.kinds or self.kinds[-1] == one.kind
        if one.kind == Kind.FAILED:
            if self.call_id not in (None, one.values[3]) or (self.hit and one.values[4] == UNMATCHED):
                return False
            return self.source in (None, (one.values[1].strip("[]"), int(one.values[2])))
        if one.kind == Kind.CREDENTIALS:
            return self._authenticates(*_owner(one.values[0]), artificial=one.values[1] != "endpoint")
        return True

    def _authenticates(self, owner: str, host: str, *, artificial: bool) -> bool:
        """Return whether the authenticator may have been pending for this endpoint and address next."""
        if self.source is not None and self.source[0] != host.strip("[]"):
            return False
        if artificial:
            return self.refused is not None or (self.hit is None and self.endpoint is None)
        known = self.endpoint or (self.hit and _endpoint(self.hit))
        return not self.failed and self.hit is not None and known in (None, owner)

    def add(self, one: Statement) -> None:
        """Take a line in."""
        values = one.values
        if one.kind in STEPS and one.kind not in self.kinds:
            self.kinds.append(one.kind)
        if one.kind == Kind.SOURCE:
            self.source = (values[0].strip("[]"), int(values[1]))
            self.sections.add(values[3])
            self.last_section = values[3] if values[2] == "matches" else None
        elif one.kind == Kind.USERNAME:
            self.from_uri = (values[0], values[1])
        elif one.kind in HITS:
            self.hit = one
            self.by_ip = one.kind == Kind.MATCHED and self.last_section == values[0]
        elif one.kind == Kind.FAILED:
            self.call_id = values[3]
            self.source = (values[1].strip("[]"), int(values[2]))
            self.failed = values[4] == UNMATCHED
            if not self.failed:
                self.refused = "contact_acl" if "Contact" in values[4] else "acl"
        elif one.kind == Kind.REFUSED:
            self.endpoint = values[0]
        elif one.kind == Kind.CREDENTIALS:
            owner, self.host = _owner(values[0])
            if values[1] == "endpoint":
                self.endpoint = owner
            else:
                self.artificial = True

    def fits(self, pending: PendingRequest) -> bool:
        """Return whether nothing in these lines contradicts a request."""
        if pending.line >= self.line or pending.ran is False:
            return False
        if self.call_id is not None and self.call_id != pending.call_id:
            return False
        if self.source is not None and self.source != pending.source:
            return False
        if self.host is not None and self.host.strip("[]") != pending.source[0]:
            return False
        return self.from_uri is None or pending.from_fits(*self.from_uri)

    @property
    def tells(self) -> bool:
        """Return whether these lines say which request they are about, more or less."""
        return self.source is not None or self.from_uri is not None or self.call_id is not None

    def verdict(self, pending: PendingRequest) -> LoggedVerdict:
        """Return what these lines say about a request."""
        methods: tuple[str, ...] = ()
        section = user = domain = None
        endpoint = self.endpoint
        hit = self.hit
        if hit is not None and hit.kind == Kind.MATCHED:
            methods = ("ip",) if self.by_ip else SHARED[1:]
            section = hit.values[0]
        elif hit is not None and hit.kind == Kind.IDENTIFIED:
            methods = ("username",) if hit.values[0] == "From" else ("auth_username",)
            user, domain = hit.values[1:]
        elif hit is not None:
            methods = ("anonymous",)
        identified: bool | None = None
        if hit is not None or endpoint is not None or self.refused:
            identified = True
            endpoint = (_endpoint(hit) if hit else None) or endpoint
        elif self.failed or self.artificial:
            # That the steps in the lines found nothing isn't enough: `line` and what isn't debugged say nothing.
            identified = False
        return LoggedVerdict(
            line=pending.line,
            identified=identified,
            methods=methods,
            endpoint=endpoint,
            section=section,
            user=user,
            domain=domain,
            refused=self.refused,
            ran=True,
        )


def _endpoint(hit: Statement) -> str | None:
    if hit.kind == Kind.MATCHED:
        return hit.values[1]
    return hit.values[0] if hit.kind == Kind.ANONYMOUS else None


def _owner(text: str) -> tuple[str, str]:
    """Split ``1005:10.20.0.18`` or ``1005:2001:db8::1`` into endpoint and address; ids of endpoints have no colon."""
    owner, _, host = text.partition(":")
    return owner, host


class _Linker:
    """From records in their order to verdicts."""

    def __init__(self) -> None:
        self._pending = PendingRequests()
        self._lines: OrderedDict[bytes, _Lines] = OrderedDict()
        self._settled: deque[LoggedVerdict] = deque()
        self._gone_on: PendingRequest | None = None

    def settled(self) -> Iterator[LoggedVerdict]:
        """Yield what was settled since."""
        while self._settled:
            yield self._settled.popleft()

    def see(self, message: LogMessage) -> None:
        """Take a SIP message."""
        if message.received:
            if message.response:
                return
            pending = PendingRequest.of(message)
            self._pending.add(pending)
            if len(self._pending) > MOST_WAITING:
                self._settle(next(iter(self._pending.all())), None)
        elif message.response:
            self._answer(message)

    def hear(self, one: Statement) -> None:
        """Take a line that says something."""
        if one.kind in (Kind.GOES_ON, Kind.IN_DIALOG):
            for pending in self._pending.latest():
                if pending.is_of(one.thread, one.values[0], one.values[1]):
                    pending.ran = one.kind == Kind.GOES_ON
                    self._gone_on = pending if pending.ran else self._gone_on
                    break
            return
        lines = self._lines.get(one.thread)
        if lines is None or not lines.belongs(one):
            if lines is not None:
                self._abandon(lines)
            lines = self._lines[one.thread] = _Lines(one.line, self._gone_on)
            self._lines.move_to_end(one.thread)
            if len(self._lines) > MOST_THREADS:
                self._abandon(self._lines.popitem(last=False)[1])
        lines.add(one)
        if one.kind == Kind.FAILED and lines.pending is None:
            lines.pending = self._only(lines, method=one.values[0])

    def end(self) -> None:
        """Settle what is left."""
        for lines in self._lines.values():
            self._abandon(lines)
        for pending in list(self._pending.all()):
            self._settle(pending, None)

    def _answer(self, message: LogMessage) -> None:
        answered = PendingRequest.of(message)
        found = self._pending.of(answered.transaction)
        pending = next((one for one in found if one.branch == answered.branch), None)
        if pending is None:
            return
        lines = self._of_answer(message.thread, pending)
        if lines is not None:
            thread = next(thread for thread, one in self._lines.items() if one is lines)
            del self._lines[thread]
        self._settle(pending, lines)

    def _of_answer(self, thread: bytes, pending: PendingRequest) -> _Lines | None:
        """Return the lines of the request that is answered by a thread."""
        if thread:
            lines = self._lines.get(thread)
            if lines is None or lines.pending not in (None, pending) or not lines.fits(pending):
                return None
            return lines
        # A console doesn't say which thread answers.
        known = [lines for lines in self._lines.values() if lines.pending is pending]
        fitting = known or [
            lines
            for lines in self._lines.values()
            if lines.pending is None and lines.tells and lines.fits(pending)
        ]
        return fitting[0] if len(fitting) == 1 else None

    def _only(self, lines: _Lines, method: str | None = None) -> PendingRequest | None:
        """Return the one request that lines without an answer fit."""
        if lines.call_id is not None:
            candidates = self._pending.of(lines.call_id)
        elif lines.source is not None:
            candidates = self._pending.of(lines.source)
        else:
            candidates = self._pending.all()
        found = [
            pending
            for pending in candidates
            if lines.fits(pending) and (method is None or pending.method == method)
        ]
        if len(found) > 1 and any(pending.ran for pending in found):
            found = [pending for pending in found if pending.ran]
        return found[0] if len(found) == 1 else None

    def _abandon(self, lines: _Lines) -> None:
        """Settle lines for which no answer came."""
        pending = lines.pending if lines.pending is not None and lines.pending in self._pending else None
        if pending is None and lines.tells:
            pending = self._only(lines)
        elif pending is None and lines.after is not None and lines.after.method == "ACK":
            # Lines of `header` and `request_uri` name nothing of the request; right after an ACK they are its own.
            pending = lines.after if lines.after in self._pending and lines.fits(lines.after) else None
        if pending is not None:
            self._settle(pending, lines)

    def _settle(self, pending: PendingRequest, lines: _Lines | None) -> None:
        self._pending.remove(pending)
        self._settled.append(
            lines.verdict(pending)
            if lines
            else LoggedVerdict(line=pending.line, identified=None, ran=pending.ran)
        )
