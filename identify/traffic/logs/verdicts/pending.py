"""The keys by which a message of a log is found: transaction, source, From.

Knows just enough about a message to find the lines and the answer that belong to a request.
"""

from __future__ import annotations

import re
from collections.abc import Hashable, Iterator, ValuesView
from itertools import islice

import attrs

from identify.errors import IdentifyError
from identify.request import Request
from identify.strings import decoded
from identify.traffic.logs.notices import call_id_of
from identify.traffic.logs.records import LogMessage
from identify.traffic.logs.segments import BLANKS, HEADERS_END

__all__ = ["PendingRequest", "PendingRequests"]

#: Methods that PJSIP knows in any case and prints in capitals.
ANY_CASE = frozenset(("ACK", "BYE", "CANCEL", "INVITE", "OPTIONS", "REGISTER"))
COLON = BLANKS + rb":" + BLANKS
CSEQ = re.compile(
    rb"^cseq" + COLON + rb"0*(\d{1,10})" + BLANKS + rb"([a-z0-9.!%*_+`'~-]{1,64})",
    re.IGNORECASE | re.MULTILINE,
)
BRANCH = re.compile(
    rb"^(?:via|v)" + BLANKS + rb":(?:[^\r\n,]|(?:\r\n|\r|\n)[ \t])*?;"
    + BLANKS + rb"branch" + BLANKS + rb"=" + BLANKS + rb"([^;,&\s]+)",
    re.IGNORECASE | re.MULTILINE,
)  # fmt: skip
#: A user of this many bytes may be truncated in a line.
LONG = 200
#: The distributor's line about a request follows its record directly, except in a burst of this many requests.
BURST = 256


@attrs.define(eq=False, kw_only=True)
class PendingRequest:
    """A request that waits for lines about it; or an answer, described by the request it belongs to."""

    line: int
    thread: bytes
    source: tuple[str, int]
    call_id: str
    cseq: str
    method: str
    branch: bytes
    data: bytes = attrs.field(repr=False)
    ran: bool | None = None

    @classmethod
    def of(cls, message: LogMessage) -> PendingRequest:
        """Return the keys of a message."""
        headers = HEADERS_END.search(message.data)
        top = message.data[: headers.start() + 1] if headers else message.data
        call_id, cseq, branch = call_id_of(message.data), CSEQ.search(top), BRANCH.search(top)
        return cls(
            line=message.line,
            thread=message.thread,
            source=(message.address.decode("ascii", "replace"), message.port),
            call_id=decoded(call_id) if call_id else "",
            cseq=str(int(cseq[1])) if cseq else "",
            method=_as_printed(decoded(cseq[2])) if cseq else "",
            branch=branch[1] if branch else b"",
            data=message.data,
        )

    @property
    def transaction(self) -> tuple[str, str]:
        """The Call-ID and CSeq, which an answer repeats."""
        return self.call_id, f"{self.cseq} {self.method}"

    def is_of(self, thread: bytes, method: str, cseq: str) -> bool:
        """Return whether a line of the distributor with this thread, method and CSeq may mean this request."""
        return (
            self.ran is None and self.method == method and self.cseq == cseq and self.thread in (b"", thread)
        )

    def from_fits(self, user: str, domain: str) -> bool:
        """Return whether From may have this user and domain; if it can't be read, it may."""
        if len(user) >= LONG:
            return True
        try:
            uri = Request.from_message(self.data, self.source[0], self.source[1]).from_uri
        except (IdentifyError, ValueError):
            return True
        if uri is None or uri.user is None:
            return not user
        return uri.user == user and uri.host.strip("[]").lower() == domain.strip("[]").lower()


def _as_printed(method: str) -> str:
    """Return a method as PJSIP prints it, in answers and in lines about the request."""
    return method.upper() if method.upper() in ANY_CASE else method


class PendingRequests:
    """The waiting requests in order of arrival, indexed by what lines and answers name."""

    def __init__(self) -> None:
        self._all: dict[int, PendingRequest] = {}
        self._by_key: dict[Hashable, dict[int, PendingRequest]] = {}

    def __len__(self) -> int:
        """Return the number of waiting requests."""
        return len(self._all)

    def __contains__(self, pending: PendingRequest) -> bool:
        """Return whether a request is still waiting."""
        return pending.line in self._all

    def add(self, pending: PendingRequest) -> None:
        """Add a request."""
        self._all[pending.line] = pending
        for key in self._keys(pending):
            self._by_key.setdefault(key, {})[pending.line] = pending

    def remove(self, pending: PendingRequest) -> None:
        """Remove a request."""
        del self._all[pending.line]
        for key in self._keys(pending):
            same = self._by_key[key]
            del same[pending.line]
            if not same:
                del self._by_key[key]

    def all(self) -> ValuesView[PendingRequest]:
        """Return all waiting requests."""
        return self._all.values()

    def latest(self) -> Iterator[PendingRequest]:
        """Yield the latest requests, the newest first."""
        return islice(reversed(self._all.values()), BURST)

    def of(self, key: Hashable) -> ValuesView[PendingRequest]:
        """Return the requests of a transaction, a Call-ID or a source."""
        return self._by_key.get(key, {}).values()

    @staticmethod
    def _keys(pending: PendingRequest) -> tuple[Hashable, ...]:
        return pending.transaction, pending.call_id, pending.source
