"""Asterisk's own verdicts, from the log that has the requests.

Knows which line belongs to which request; ``wording`` knows what a line says.

Facts

- The thread of the transport logs a request, a worker identifies it and sends the answer; in a burst, requests come
  before the first verdict, and the workers interleave.
- Within a worker's thread the lines of a request are consecutive, up to the answer, whose Call-ID, CSeq and branch are
  those of the request.
- An ACK has no answer.
- A request that an object of type=acl denies is answered before any worker has it.

Strategy

Statements are grouped by thread until an answer, a statement with a Call-ID, or a statement that only another request
can have caused.  A group is linked to a request only if nothing in it contradicts the request (source, From, Call-ID),
and without an answer only if no other request fits too.  A request without statements stays undetermined; nothing is
guessed.
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
from identify.traffic.logs.objects import LogLine
from identify.traffic.logs.reader import LogRecords
from identify.traffic.logs.records import Gap, LogMessage
from identify.traffic.logs.verdicts.pending import PendingRequest, PendingRequests
from identify.traffic.logs.verdicts.wording import (
    HITS,
    STEPS,
    Statement,
    StatementKind,
    parse_statement,
    statements_in,
)

__all__ = ["LoggedVerdict", "read_verdicts"]

#: Bytes at the beginning of a log by which it is recognised.
RECOGNISED_BYTES = 64 << 10
#: The maximum number of requests waiting for statements; beyond it the oldest becomes undetermined.
MOST_WAITING = 4096
#: The maximum number of threads with statements waiting for their request.
MOST_THREADS = 4096
UNMATCHED = "No matching endpoint found"
#: The methods that share the line of a hit.
SHARED = ("ip", "header", "request_uri")


@attrs.frozen(kw_only=True)
class LoggedVerdict:
    """What a log says about one received request."""

    #: The line of the log at which the request's record begins, as in :attr:`Batch.frames`.
    line: int
    #: Whether an endpoint was identified; None if the log doesn't say.
    identified: bool | None
    #: The methods that may have identified it, one if the log says; empty if none did or nothing is known.
    methods: tuple[str, ...] = ()
    #: The endpoint's id, if the log has it.
    endpoint: str | None = None
    #: The identify object that matched.
    section: str | None = None
    #: The user, and the domain or realm, that ``username`` or ``auth_username`` found.
    user: str | None = None
    domain: str | None = None
    #: The identified endpoint's own ACL refused the request: ``acl`` or ``contact_acl``.
    refused: str | None = None
    #: Whether identification ran, False for requests in a dialog; None if the log doesn't say.
    ran: bool | None = None
    #: An object of type=acl refused the request, so identification didn't run.
    screened: bool = False
    #: The log has no message of the request, only this notice.
    notice: bool = False


def read_verdicts(
    source: str | os.PathLike[str] | IO[bytes], *, limit: int | None = None, expansion: int = EXPANSION
) -> Iterator[LoggedVerdict]:
    """Yield a verdict for each received request in a log, in the order in which they are settled.

    Requests of which the log has only a notice are among them.

    The source is like that of :func:`~identify.traffic.opening.open_traffic`, in any format of Asterisk's logs.
    Raises TrafficError if it is not a log.
    """
    with open_stream(source, limit=limit, expansion=expansion) as stream:
        first = stream.peek(RECOGNISED_BYTES)
        if first and not logs.recognises(first):
            raise TrafficError("not a log of Asterisk", stream.name)
        linker = _Linker()
        log = LogRecords(stream, Counter(), verdicts=True)
        for record in log:
            linker.add(record)
            yield from linker.settled()
            for notice in log.notices.take(record) if not isinstance(record, LogMessage) else ():
                yield LoggedVerdict(
                    line=notice.line,
                    identified=notice.identified,
                    refused=notice.refused,
                    ran=True,
                    notice=True,
                )
        linker.end()
        yield from linker.settled()


@attrs.define(eq=False)
class _StatementGroup:
    """The statements of a thread about the same request."""

    line: int
    #: The last request before them for which the log says that identification follows.
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
    screened: bool = False
    refused: str | None = None
    endpoint: str | None = None
    artificial: bool = False
    pending: PendingRequest | None = None

    def accepts(self, statement: Statement) -> bool:
        """Return whether a statement can be about the same request."""
        kind, values = statement.kind, statement.values
        if self.screened or kind == StatementKind.SCREENED:
            return False
        if kind in STEPS or kind in HITS:
            return self._accepts_step(kind, values)
        if kind == StatementKind.FAILED:
            if self.call_id not in (None, values[3]) or (self.hit and values[4] == UNMATCHED):
                return False
            return self.source in (None, (values[1].strip("[]"), int(values[2])))
        if kind == StatementKind.CREDENTIALS:
            return self._authenticates(*_owner(values[0]), artificial=values[1] != "endpoint")
        return True

    def _accepts_step(self, kind: str, values: tuple[str, ...]) -> bool:
        """Return whether a step of an identifier, or its hit, can follow."""
        if self.hit or self.failed or self.artificial or self.endpoint:
            return False
        if kind == StatementKind.SOURCE:
            source = (values[0].strip("[]"), int(values[1]))
            if self.source not in (None, source) or values[3] in self.sections:
                return False
        if kind == StatementKind.USERNAME and self.from_uri is not None:
            return False
        return kind not in self.kinds or self.kinds[-1] == kind

    def _authenticates(self, owner: str, host: str, *, artificial: bool) -> bool:
        """Return whether the authenticator may follow with this endpoint and address."""
        if self.source is not None and self.source[0] != host.strip("[]"):
            return False
        if artificial:
            return self.refused is not None or (self.hit is None and self.endpoint is None)
        known = self.endpoint or (self.hit and _endpoint(self.hit))
        return not self.failed and self.hit is not None and known in (None, owner)

    def add(self, statement: Statement) -> None:
        """Add a statement."""
        values = statement.values
        if statement.kind in STEPS and statement.kind not in self.kinds:
            self.kinds.append(statement.kind)
        if statement.kind in HITS:
            self.hit = statement
            self.by_ip = statement.kind == StatementKind.MATCHED and self.last_section == values[0]
        match statement.kind:
            case StatementKind.SOURCE:
                self.source = (values[0].strip("[]"), int(values[1]))
                self.sections.add(values[3])
                self.last_section = values[3] if values[2] == "matches" else None
            case StatementKind.USERNAME:
                self.from_uri = (values[0], values[1])
            case StatementKind.FAILED:
                self.call_id = values[3]
                self.source = (values[1].strip("[]"), int(values[2]))
                self.failed = values[4] == UNMATCHED
                if not self.failed:
                    self.refused = "contact_acl" if "Contact" in values[4] else "acl"
            case StatementKind.SCREENED:
                self.screened = True
                if values[1] != "0":
                    self.source = (values[0].strip("[]"), int(values[1]))
            case StatementKind.REFUSED:
                self.endpoint = values[0]
            case StatementKind.CREDENTIALS:
                owner, self.host = _owner(values[0])
                self.artificial = self.artificial or values[1] != "endpoint"
                if values[1] == "endpoint":
                    self.endpoint = owner

    def fits(self, pending: PendingRequest) -> bool:
        """Return whether nothing in these statements contradicts a request."""
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
    def names_request(self) -> bool:
        """Whether anything in these statements tells requests apart."""
        return self.source is not None or self.from_uri is not None or self.call_id is not None

    def verdict(self, pending: PendingRequest) -> LoggedVerdict:
        """Return the verdict of these statements on a request."""
        if self.screened:
            return LoggedVerdict(line=pending.line, identified=False, ran=False, screened=True)
        methods: tuple[str, ...] = ()
        section = user = domain = None
        endpoint = self.endpoint
        hit = self.hit
        if hit is not None and hit.kind == StatementKind.MATCHED:
            methods = ("ip",) if self.by_ip else SHARED[1:]
            section = hit.values[0]
        elif hit is not None and hit.kind == StatementKind.IDENTIFIED:
            methods = ("username",) if hit.values[0] == "From" else ("auth_username",)
            user, domain = hit.values[1:]
        elif hit is not None:
            methods = ("anonymous",)
        identified: bool | None = None
        if hit is not None or endpoint is not None or self.refused:
            identified = True
            endpoint = (_endpoint(hit) if hit else None) or endpoint
        elif self.failed or self.artificial:
            # That no logged step found anything isn't enough: `line` and modules without debug log nothing.
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
    if hit.kind == StatementKind.MATCHED:
        return hit.values[1]
    return hit.values[0] if hit.kind == StatementKind.ANONYMOUS else None


def _owner(text: str) -> tuple[str, str]:
    """Split ``1005:10.20.0.18`` or ``1005:2001:db8::1`` into endpoint and address; endpoint ids have no colon."""
    owner, _, host = text.partition(":")
    return owner, host


class _Linker:
    """From records in their order to verdicts."""

    def __init__(self) -> None:
        self._pending = PendingRequests()
        self._groups: OrderedDict[bytes, _StatementGroup] = OrderedDict()
        self._settled: deque[LoggedVerdict] = deque()
        #: The last request for which the log says that identification follows.
        self._identifying: PendingRequest | None = None

    def settled(self) -> Iterator[LoggedVerdict]:
        """Yield the verdicts that were settled since the last call."""
        while self._settled:
            yield self._settled.popleft()

    def add(self, record: LogMessage | LogLine | Gap) -> None:
        """Process the next record of the log."""
        if isinstance(record, LogMessage):
            self._add_message(record)
        elif isinstance(record, LogLine):
            if statement := parse_statement(record.file, record.thread, record.text, record.line):
                self._add_statement(statement)
        else:
            for statement in statements_in(record):
                self._add_statement(statement)

    def end(self) -> None:
        """Settle everything that is left."""
        for group in self._groups.values():
            self._abandon(group)
        for pending in list(self._pending.all()):
            self._settle(pending, None)

    def _add_message(self, message: LogMessage) -> None:
        if message.received:
            if message.response:
                return
            pending = PendingRequest.of(message)
            self._pending.add(pending)
            if len(self._pending) > MOST_WAITING:
                self._settle(next(iter(self._pending.all())), None)
        elif message.response:
            self._answer(message)

    def _add_statement(self, statement: Statement) -> None:
        kind, thread, values = statement.kind, statement.thread, statement.values
        if kind in (StatementKind.GOES_ON, StatementKind.IN_DIALOG):
            for pending in self._pending.latest():
                if pending.is_of(thread, values[0], values[1]):
                    pending.ran = kind == StatementKind.GOES_ON
                    self._identifying = pending if pending.ran else self._identifying
                    break
            return
        group = self._groups.get(thread)
        if group is None or not group.accepts(statement):
            if group is not None:
                self._abandon(group)
            group = self._groups[thread] = _StatementGroup(statement.line, self._identifying)
            self._groups.move_to_end(thread)
            if len(self._groups) > MOST_THREADS:
                self._abandon(self._groups.popitem(last=False)[1])
        group.add(statement)
        if kind == StatementKind.FAILED and group.pending is None:
            group.pending = self._only(group, method=values[0])

    def _answer(self, message: LogMessage) -> None:
        answered = PendingRequest.of(message)
        candidates = self._pending.of(answered.transaction)
        pending = next((pending for pending in candidates if pending.branch == answered.branch), None)
        if pending is None:
            return
        thread = self._thread_of_answer(message.thread, pending)
        self._settle(pending, self._groups.pop(thread) if thread is not None else None)

    def _thread_of_answer(self, answering: bytes, pending: PendingRequest) -> bytes | None:
        """Return the thread whose group is about the request that the thread ``answering`` answers."""
        if answering:
            group = self._groups.get(answering)
            if group is None or group.pending not in (None, pending) or not group.fits(pending):
                return None
            return answering
        # A console doesn't say which thread answers.
        known = [thread for thread, group in self._groups.items() if group.pending is pending]
        fitting = known or [
            thread
            for thread, group in self._groups.items()
            if group.pending is None and group.names_request and group.fits(pending)
        ]
        return fitting[0] if len(fitting) == 1 else None

    def _only(self, group: _StatementGroup, method: str | None = None) -> PendingRequest | None:
        """Return the only request that a group without an answer fits."""
        if group.call_id is not None:
            candidates = self._pending.of(group.call_id)
        elif group.source is not None:
            candidates = self._pending.of(group.source)
        else:
            candidates = self._pending.all()
        found = [
            pending
            for pending in candidates
            if group.fits(pending) and (method is None or pending.method == method)
        ]
        if len(found) > 1 and any(pending.ran for pending in found):
            found = [pending for pending in found if pending.ran]
        return found[0] if len(found) == 1 else None

    def _abandon(self, group: _StatementGroup) -> None:
        """Settle a group for which no answer came."""
        pending = group.pending if group.pending is not None and group.pending in self._pending else None
        if pending is None and group.names_request:
            pending = self._only(group)
        elif pending is None and group.after is not None and group.after.method == "ACK":
            # `header` and `request_uri` log nothing about the request; directly after an ACK the lines are its own.
            pending = group.after if group.after in self._pending and group.fits(group.after) else None
        if pending is not None:
            self._settle(pending, group)

    def _settle(self, pending: PendingRequest, group: _StatementGroup | None) -> None:
        self._pending.remove(pending)
        self._settled.append(
            group.verdict(pending)
            if group
            else LoggedVerdict(line=pending.line, identified=None, ran=pending.ran)
        )
