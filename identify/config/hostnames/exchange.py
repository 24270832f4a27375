"""Queries to name servers over UDP and TCP, as the C library sends them; what answers mean is ``libc``'s.

Facts

Found by experiment with the GNU C library 2.36 and a name server that does what it is told.

- Servers are asked in order, all of them once for each attempt.  A port that refuses is skipped at once.
- A and AAAA are sent together over one socket.  SERVFAIL, REFUSED and NOTIMP go to the next server, unless the other
  type was answered; any other response code, such as FORMERR, ends the query as an answer does.
- If one of the two is answered and the other isn't: without AAAA, both are sent twice more to the same server and then
  A's answer is used alone; without A, it is sent once more, then to the next server, and has no answer in the end.
- After a truncated answer everything is sent over TCP, to each server once; what the datagram had isn't used.  There
  is no EDNS.  (The C library asks again for what its buffer doesn't hold; here that isn't needed.)
- A response without records from a server that neither recurses nor is an authority (RA and AA are clear, no additional
  records) is a referral: the next server is asked, as after REFUSED.
- Addresses count only if their owner is the name, or what the aliases before them lead to; the rest is ignored.
- Over TCP the C library waits for an answer without limit; here that ends with the timeout.
"""

from __future__ import annotations

import asyncio
import struct
import time
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import attrs
import dns.exception
import dns.flags
import dns.message
import dns.name
import dns.rcode
import dns.rdataclass
import dns.rdatatype

from identify.config.hostnames.answers import Query
from identify.config.hostnames.resolv_conf import ResolvConf

__all__ = ["HUNG", "REFERRAL", "SILENT", "UNREACHABLE", "Exchange", "Reply", "name_text"]

SILENT, UNREACHABLE, HUNG = "no answer", "unreachable", "no answer over TCP"
REFERRAL = "referral"
#: Outcomes after which the next server is asked.
NEXT_SERVER = ("SERVFAIL", "REFUSED", "NOTIMP", REFERRAL)
#: What names are made of in a message (RFC 1035 4.1.4): labels of at most 63 bytes, and the two bits of a pointer.
MOST_LABELS, MOST_LABEL_BYTES, POINTER = 127, 63, 0xC0
#: More queries at once would make a name server or a firewall drop some.
MOST_AT_ONCE = 16

Responses = dict[str, "dns.message.Message | str"]


@attrs.frozen
class Reply:
    """What came of one query: the records of a response of ``size`` bytes, or the reason why there is none."""

    query: Query
    records: tuple[Any, ...] = ()
    size: int = 0

    @property
    def answered(self) -> bool:
        """Whether the server knew the answer, which can be that there is nothing."""
        return self.query.outcome in ("answered", "no data", "NXDOMAIN")

    @property
    def rejected(self) -> bool:
        """Whether the server said something else, after which nobody is asked any more."""
        return not self.answered and not self.silent and self.query.outcome not in NEXT_SERVER

    @property
    def final(self) -> bool:
        """Whether no other server is asked."""
        return self.answered or self.rejected

    @property
    def silent(self) -> bool:
        """Whether nothing came back."""
        return not self.size


class Exchange:
    """Sends queries to the servers of a resolv.conf; ``keep`` is called with each that is done."""

    def __init__(self, conf: ResolvConf, port: int, keep: Callable[[Query], None]) -> None:
        self._conf = conf
        self._port = port
        self._keep = keep
        self._turns = asyncio.Semaphore(MOST_AT_ONCE)

    async def ask(self, name: dns.name.Name, types: Sequence[str]) -> dict[str, Reply]:
        """Ask for types of records of a name: one, or A and AAAA."""
        async with self._turns:
            replies: dict[str, Reply] = {}
            tcp = self._conf.tcp
            alone = False
            for _ in range(self._conf.attempts):
                for server in self._conf.servers:
                    missing = [kind for kind in types if kind not in replies or not replies[kind].final]
                    tcp = await self._once(server, name, missing, replies, tcp)
                    silent = [kind for kind in types if replies[kind].silent]
                    answered = any(reply.final for reply in replies.values())
                    if answered and silent == ["AAAA"]:
                        for _again in range(2):
                            tcp = await self._once(server, name, types, replies, tcp)
                            if not replies["AAAA"].silent:
                                break
                    elif answered and silent and not alone:
                        alone = True
                        tcp = await self._once(server, name, silent, replies, tcp)
                    if any(reply.final for reply in replies.values()) and not replies[types[0]].silent:
                        return replies
                if tcp:
                    break
            return replies

    async def _once(
        self, server: str, name: dns.name.Name, types: Sequence[str], replies: dict[str, Reply], tcp: bool
    ) -> bool:
        """Ask one server once; return whether it has to be TCP from now on."""
        queries = {kind: dns.message.make_query(name, kind, use_edns=False) for kind in types}
        begun = time.monotonic()
        responses: Responses = {}
        if not tcp:
            responses = await self._over_udp(server, queries)
            tcp = any(
                isinstance(response, dns.message.Message) and response.flags & dns.flags.TC
                for response in responses.values()
            )
        if tcp:
            responses = await self._over_tcp(server, queries)
        for kind, response in responses.items():
            reply = _reply(name, kind, response, server, time.monotonic() - begun)
            replies[kind] = reply
            self._keep(reply.query)
        return tcp

    async def _over_udp(self, server: str, queries: dict[str, dns.message.QueryMessage]) -> Responses:
        loop = asyncio.get_running_loop()
        waiting = {kind: loop.create_future() for kind in queries}
        try:
            # A connected socket, so that a port that refuses is reported, and nobody else can answer.
            transport, _ = await loop.create_datagram_endpoint(
                lambda: _Datagrams(queries, waiting), remote_addr=(server, self._port)
            )
        except OSError:
            return dict.fromkeys(queries, UNREACHABLE)
        try:
            for query in queries.values():
                transport.sendto(query.to_wire())
            await asyncio.wait(waiting.values(), timeout=self._conf.timeout)
        finally:
            transport.close()
        responses: Responses = {}
        for kind, future in waiting.items():
            responses[kind] = future.result() if future.done() else SILENT
        return responses

    async def _over_tcp(self, server: str, queries: dict[str, dns.message.QueryMessage]) -> Responses:
        responses: Responses = {}
        try:
            reader, writer = await asyncio.wait_for(
                asyncio.open_connection(server, self._port), self._conf.timeout
            )
        except asyncio.TimeoutError:
            return dict.fromkeys(queries, SILENT)
        except OSError:
            return dict.fromkeys(queries, UNREACHABLE)
        try:
            for kind, query in queries.items():
                wire = query.to_wire()
                writer.write(struct.pack("!H", len(wire)) + wire)
                responses[kind] = await asyncio.wait_for(_response(reader, query), self._conf.timeout)
        except asyncio.TimeoutError:
            return {kind: responses.get(kind, HUNG) for kind in queries}
        except (OSError, EOFError, ValueError, dns.exception.DNSException):
            return {kind: responses.get(kind, SILENT) for kind in queries}
        finally:
            writer.close()
        return responses


class _Datagrams(asyncio.DatagramProtocol):
    """Takes the responses of some queries; what isn't one of them is ignored."""

    def __init__(
        self,
        queries: dict[str, dns.message.QueryMessage],
        waiting: dict[str, asyncio.Future[dns.message.Message | str]],
    ) -> None:
        self._queries = queries
        self._waiting = waiting

    def datagram_received(self, data: bytes, addr: object) -> None:
        """Give a response to who waits for it."""
        try:
            message = _parsed(data)
        except (dns.exception.DNSException, ValueError):
            return
        for kind, query in self._queries.items():
            if query.is_response(message) and not self._waiting[kind].done():
                self._waiting[kind].set_result(message)

    def error_received(self, exc: Exception) -> None:
        """End the wait: nobody listens there, or there is no way."""
        for future in self._waiting.values():
            if not future.done():
                future.set_result(UNREACHABLE)


async def _response(reader: asyncio.StreamReader, query: dns.message.Message) -> dns.message.Message:
    (size,) = struct.unpack("!H", await reader.readexactly(2))
    message = _parsed(await reader.readexactly(size))
    if not query.is_response(message):
        raise dns.exception.FormError
    return message


def _parsed(data: bytes) -> dns.message.Message:
    # A name of pointers to pointers costs as much as the whole message; dnspython before 2.9 follows them all.
    if any(byte >= POINTER and _is_winding(data, start) for start, byte in enumerate(data)):
        raise dns.exception.FormError
    return dns.message.from_wire(data, one_rr_per_rrset=True, ignore_trailing=True)


def _is_winding(data: bytes, start: int) -> bool:
    """Return whether the rest of a name that begins with a pointer follows more pointers than a name has labels.

    What can't be a name isn't one; the parser refuses it.
    """
    at = lowest = start
    labels = pointers = 0
    while at + 1 < len(data) and labels <= MOST_LABELS and pointers <= MOST_LABELS:
        size = data[at]
        if size < POINTER:
            if not 0 < size <= MOST_LABEL_BYTES:
                return False
            at += 1 + size
            labels += 1
            continue
        target = (size - POINTER) << 8 | data[at + 1]
        if target >= lowest:
            return False
        at = lowest = target
        pointers += 1
    return pointers > MOST_LABELS


def _reply(
    name: dns.name.Name, kind: str, response: dns.message.Message | str, server: str, seconds: float
) -> Reply:
    text = name_text(name)
    if isinstance(response, str):
        query = Query(name=text, type=kind, outcome=response, server=server, seconds=seconds)
        return Reply(query)
    wire = response.wire or b""
    records = tuple(_records(name, kind, response))
    outcome = dns.rcode.to_text(response.rcode())
    if outcome == "NOERROR":
        outcome = "answered" if response.answer else REFERRAL if _is_referral(response, wire) else "no data"
    query = Query(
        name=text,
        type=kind,
        outcome=outcome,
        answers=tuple(rdata.to_text() for rdata in records),
        ttl=min((rrset.ttl for rrset in response.answer), default=None),
        server=server,
        seconds=seconds,
    )
    return Reply(query, records, len(wire))


def _records(name: dns.name.Name, kind: str, response: dns.message.Message) -> Iterator[Any]:
    """Yield the records of a kind; addresses only of the name itself, or of the alias that it has by then."""
    wanted = dns.rdatatype.from_text(kind)
    for rrset in response.answer:
        if rrset.rdclass != dns.rdataclass.IN or (wanted != dns.rdatatype.SRV and rrset.name != name):
            continue
        for rdata in rrset:
            if rrset.rdtype == wanted:
                yield rdata
            elif rrset.rdtype == dns.rdatatype.CNAME:
                name = rdata.target


def _is_referral(response: dns.message.Message, wire: bytes) -> bool:
    """Return whether a response without records is one that says nothing about the name."""
    return not response.flags & (dns.flags.AA | dns.flags.RA) and wire[10:12] == b"\0\0"


def name_text(name: dns.name.Name) -> str:
    """Return a name without the dot at its end; the root is empty."""
    return "" if len(name.labels) <= 1 else name.to_text(omit_final_dot=True)
