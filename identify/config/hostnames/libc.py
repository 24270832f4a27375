"""What the C library makes of the answers of name servers: ``getaddrinfo`` for addresses, ``res_search`` for SRV.

It knows which names are asked in which order and what is found; sending is ``exchange``'s.

Facts

Found by experiment with Asterisk and with the GNU C library 2.36.

- With at least ``ndots`` dots the name itself is asked first, then with each search domain; with fewer, the other way
  round.  With a dot at its end, it is asked alone.  The first name that has an answer ends the search, also if all that
  it has is an alias.
- A search domain that fails with SERVFAIL is skipped; one that fails otherwise ends the domains.  The failure of the
  name itself counts if it was asked first; otherwise, in this order: no data, SERVFAIL, that of the last query.
- Of A and AAAA: if A has no answer, the query failed, whatever AAAA says.  Otherwise one that has addresses decides,
  then NXDOMAIN, then no data; only if both fail has the query failed.
- An answer without addresses (an alias to nothing) is a name that isn't known.
- An SRV answer that is longer than 4096 bytes as sent is as if there were none.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import attrs
import dns.exception
import dns.name
import dns.rdatatype

from identify.config.hostnames.answers import Answer, Query
from identify.config.hostnames.exchange import HUNG, SILENT, UNREACHABLE, Exchange, Reply, name_text
from identify.config.hostnames.resolv_conf import ResolvConf
from identify.config.hostnames.rules import UNKNOWN_NAME
from identify.strings import encoded

__all__ = ["CLibrary"]

NO_DATA = "No address associated with hostname"
TEMPORARY = "Temporary failure in name resolution"
MOST_SERVICE_BYTES = 4096


@attrs.frozen
class _Found:
    """What came of one name: ``error`` is empty if there is an answer."""

    replies: dict[str, Reply]
    error: str

    @property
    def servfail(self) -> bool:
        return any(reply.query.outcome == "SERVFAIL" for reply in self.replies.values())

    @property
    def unreachable(self) -> bool:
        outcomes = {reply.query.outcome for reply in self.replies.values()}
        return outcomes == {UNREACHABLE}


class CLibrary:
    """Asks like the C library of this machine.

    ``asterisk_here`` decides about queries without an answer: with it they fail as they would for an Asterisk on
    this machine; without it they are not known.
    """

    def __init__(self, conf: ResolvConf, exchange: Exchange, *, asterisk_here: bool) -> None:
        self._conf = conf
        self._exchange = exchange
        self._asterisk_here = asterisk_here

    async def services(self, name: str) -> Answer:
        """Return the targets of the SRV records of a name, sorted by priority."""
        seen: list[Reply] = []
        found = await self._search(name, ["SRV"], seen)
        unknown = self._unknown(seen)
        if unknown is not None:
            return unknown
        reply = found.replies.get("SRV") if not found.error else None
        if reply is None or reply.message is None or reply.size > MOST_SERVICE_BYTES:
            return Answer(by="dns", queries=_queries(seen), ttl=reply.query.ttl if reply else None)
        records = [
            rdata for rrset in reply.message.answer if rrset.rdtype == dns.rdatatype.SRV for rdata in rrset
        ]
        records.sort(key=lambda rdata: int(rdata.priority))
        return Answer(
            values=tuple(name_text(rdata.target) for rdata in records),
            ttl=reply.query.ttl,
            by="dns",
            queries=_queries(seen),
        )

    async def addresses(self, name: str) -> Answer:
        """Return the addresses of a name that isn't in the hosts file."""
        seen: list[Reply] = []
        found = await self._search(name, ["A"] if self._conf.no_aaaa else ["A", "AAAA"], seen)
        unknown = self._unknown(seen)
        if unknown is not None:
            return unknown
        used = [] if found.error else [reply.query for reply in found.replies.values()]
        values = tuple(value for query in used for value in query.answers)
        times = [query.ttl for query in used if query.ttl is not None]
        return Answer(
            values=values,
            failure=found.error or ("" if values else UNKNOWN_NAME),
            ttl=min(times, default=None),
            by="dns",
            queries=_queries(seen),
        )

    def _unknown(self, seen: Sequence[Reply]) -> Answer | None:
        """Return the answer where a query had none that says anything about another machine, else None."""
        failed = [reply.query for reply in seen if not reply.answered]
        hung = [query for query in failed if query.outcome == HUNG]
        if not failed or (self._asterisk_here and not hung):
            return None
        query = (hung or failed)[0]
        if query.outcome == UNREACHABLE:
            said = "is unreachable"
        elif query.outcome in (SILENT, HUNG):
            said = f"gave {query.outcome}"
        else:
            said = f"answered {query.outcome}"
        failure = f"no answer here: {query.server} {said} for {query.type} {query.name}"
        if hung:
            failure += "; Asterisk waits for it without limit"
        return Answer(failure=failure, known=False, by="dns", queries=_queries(seen))

    async def _search(self, text: str, types: Sequence[str], seen: list[Reply]) -> _Found:
        """Go through the names that the search rule allows; ``seen`` gets the last reply to each query."""
        dotted, trailing = text.count("."), text.endswith(".")
        first = None
        if trailing or dotted >= self._conf.ndots:
            first = await self._query(text, "", types, seen)
            if not first.error or trailing:
                return first
        failures = []
        whole = first is not None
        for domain in self._conf.search:
            domain = domain.strip(".")
            if not domain and whole:
                continue
            whole = whole or not domain
            found = await self._query(text, domain, types, seen)
            if not found.error or found.unreachable:
                return found
            failures.append(found)
            if found.error == TEMPORARY and not found.servfail:
                break
        if not whole:
            last = await self._query(text, "", types, seen)
            if not last.error:
                return last
            failures.append(last)
        if first is not None:
            return first
        return next(_ranked(failures))

    async def _query(self, text: str, domain: str, types: Sequence[str], seen: list[Reply]) -> _Found:
        try:
            name = dns.name.from_text(encoded(f"{text}.{domain}" if domain else text))
        except dns.exception.DNSException:
            return _Found({}, UNKNOWN_NAME)
        replies = await self._exchange.ask(name, types)
        seen.extend(replies.values())
        return _Found(replies, _error(replies, types))


def _error(replies: dict[str, Reply], types: Sequence[str]) -> str:
    """Return why a name has no answer, empty if it has one."""
    if replies[types[0]].silent:
        return TEMPORARY
    outcomes = {reply.query.outcome for reply in replies.values()}
    if "answered" in outcomes:
        return ""
    if "NXDOMAIN" in outcomes:
        return UNKNOWN_NAME
    return NO_DATA if "no data" in outcomes else TEMPORARY


def _ranked(failures: Sequence[_Found]) -> Iterator[_Found]:
    yield from (found for found in failures if found.error == NO_DATA)
    yield from (found for found in failures if found.servfail)
    yield from reversed(failures)


def _queries(seen: Sequence[Reply]) -> tuple[Query, ...]:
    return tuple(reply.query for reply in seen)
