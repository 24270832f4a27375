"""Host names asked as Asterisk on this machine would ask: hosts file, then the name servers of resolv.conf.

Knows the thread that asks, for how long, and what is kept; which queries go out together is ``asking``'s, sending them
``exchange``'s, the C library's rules ``libc``'s.  dnspython and asyncio are imported when the first query is sent.

Strategy

Asterisk asks one query after the other and waits for each.  Here the names of a configuration are collected first and
asked all at once (:meth:`SystemResolver.prepare`), then the configuration is loaded from the answers.  Each query is
sent once for a resolver, however many identifies have the name.  The three SRV queries of a name are sent together,
and later names of an identify are asked although an earlier one fails, so there can be more queries than Asterisk
sends; the answers are the same.

A query without an answer (nobody answers, SERVFAIL, REFUSED, no network) says nothing about another machine.  The name
is then not known, unless ``asterisk_here`` says that Asterisk runs on this one.
"""

from __future__ import annotations

import os
import threading
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Iterable, Sequence
from datetime import datetime, timezone
from typing import TYPE_CHECKING

import attrs

from identify.config.hostnames.answers import Answer, Answers, Query
from identify.config.hostnames.hosts import hosts_table
from identify.config.hostnames.resolv_conf import ResolvConf
from identify.config.hostnames.rules import NotAskedError, ResolutionError, host_of, is_asked, service_names
from identify.strings import ascii_lower

if TYPE_CHECKING:
    from identify.config.hostnames.asking import Asking
    from identify.config.hostnames.libc import CLibrary

__all__ = ["SystemResolver"]

DNS_PORT = 53
#: How long all names of a configuration may take, in seconds.
TOTAL = 60.0
#: How often the caller's thread looks at ``cancel`` and reports progress, in seconds.
TICK = 0.05

#: Called with the number of names that are done, and of all.
Progress = Callable[[int, int], None]


class SystemResolver:
    """A resolver with the rules of the GNU C library, which Asterisk uses.

    ``resolv_conf`` and ``hosts`` are the files to follow; ``timeout`` (seconds) and ``attempts`` replace the options of
    the first.  ``total`` bounds the seconds that all names of a configuration take together; ``cancel`` ends the
    queries when it is set, and names without an answer by then aren't known.  ``progress`` is called, in the caller's
    thread, with the number of names that are done and of all.

    ``asterisk_here`` is for an Asterisk on this machine: a query that gets no answer here gets none there, and
    :class:`~identify.configuration.ResolutionError` says what ``getaddrinfo`` would say.  Otherwise such a name isn't
    known (:class:`~identify.configuration.NotAskedError`).

    ``answers`` has what was found, ``queries`` every query in the order in which they ended.  Answers are kept as long
    as the resolver: make a new one to ask again.  For one thread at a time.
    """

    def __init__(
        self,
        *,
        resolv_conf: str | os.PathLike[str] = "/etc/resolv.conf",
        hosts: str | os.PathLike[str] = "/etc/hosts",
        timeout: float | None = None,
        attempts: int | None = None,
        port: int = DNS_PORT,
        asterisk_here: bool = False,
        total: float = TOTAL,
        cancel: threading.Event | None = None,
        progress: Progress | None = None,
    ) -> None:
        self.answers = Answers()
        self.queries: list[Query] = []
        self._resolv_conf = os.fspath(resolv_conf)
        self._hosts_file = os.fspath(hosts)
        self._hosts: dict[str, tuple[str, ...]] | None = None
        self._timeout = timeout
        self._attempts = attempts
        self._port = port
        self._asterisk_here = asterisk_here
        self._total = total
        self._cancel = cancel if cancel is not None else threading.Event()
        self._progress = progress
        self._items: dict[tuple[str, bool], None] = {}
        self._seconds = 0.0
        #: Why nothing is asked any more, empty while it is.
        self._ended = ""

    def services(self, name: str) -> Sequence[str]:
        """Return the targets of the SRV records of ``name``, sorted by priority; none if the query failed."""
        if name not in self.answers.services:
            if self._ended:
                self.answers.services[name] = Answer(failure=self._ended, known=False)
            else:
                self._run(lambda asking: asking.services(name))
        return self.answers.services[name].get()

    def addresses(self, name: str) -> Sequence[str]:
        """Return the addresses of ``name``; raises ResolutionError if it has none, NotAskedError if nobody knows."""
        if name not in self.answers.addresses:
            if self._ended and ascii_lower(name) not in self._hosts_table():
                self.answers.addresses[name] = Answer(failure=self._ended, known=False)
            else:
                self._run(lambda asking: asking.addresses(name))
        return self.answers.addresses[name].get()

    def prepare(self, items: Iterable[tuple[str, bool]]) -> None:
        """Ask for names as they stand in ``match``, each with whether SRV records are wanted, all at once.

        Their queries are answered from what comes of it.  ``Configuration`` calls this when it has collected the names.
        """
        wanted = list(dict.fromkeys(items))
        self._items.update(dict.fromkeys(wanted))
        self._ended = ""
        if self._progress is not None:
            self._progress(0, len(wanted))
        reported = 0

        def tick(asking: Asking) -> None:
            nonlocal reported
            if self._progress is not None and asking.done != reported:
                reported = asking.done
                self._progress(asking.done, len(wanted))

        self._run(lambda asking: asking.items(wanted), tick)

    def summary(self) -> str:
        """Return one line for people: how many names were resolved, and how."""
        counts = Counter(self._kind(*item) for item in self._items)
        words = {
            "SRV": "by SRV",
            "hosts": "by hosts",
            "dns": "by address",
            "failed": "without an address",
            "unknown": "without an answer",
        }
        parts = ", ".join(f"{counts[kind]} {word}" for kind, word in words.items() if counts[kind])
        total = len(self._items)
        names = "1 name" if total == 1 else f"{total:,} names"
        return f"resolved {names} ({parts}) in {self._seconds:.1f} s; --offline to ask nobody"

    def _kind(self, text: str, srv_lookups: bool) -> str:
        """Return what an item's addresses come from, "failed" or "unknown"."""
        try:
            found = [self.answers.services[name] for name in service_names(text, srv_lookups=srv_lookups)]
            targets = [target for answer in found for target in answer.get()]
            if not targets:
                host = host_of(text)
                if host is None:
                    return "failed"
                self.answers.addresses[host].get()
                return self.answers.addresses[host].by
            for target in targets:
                if is_asked(target):
                    self.answers.addresses[target].get()
        except (NotAskedError, KeyError):
            return "unknown"
        except ResolutionError:
            return "failed"
        return "SRV"

    def _run(
        self,
        work: Callable[[Asking], Awaitable[None]],
        tick: Callable[[Asking], None] = lambda asking: None,
    ) -> None:
        """Do the work in a thread of its own, whose loop is nobody else's, until it is done or time is over."""
        from identify.config.hostnames.asking import Asking, until  # noqa: PLC0415  Loads asyncio.

        if not self.answers.made:
            self.answers.made = datetime.now(timezone.utc).isoformat(timespec="seconds")
        begun = time.monotonic()
        asking = Asking(self._c_library, self._hosts_table(), self._hosts_file, self.answers)
        failures: list[BaseException] = []
        finished, stopped = threading.Event(), threading.Event()

        def ask() -> None:
            try:
                until(lambda: work(asking), stopped, TICK)
            except BaseException as error:  # noqa: BLE001  It is raised where the caller is.
                failures.append(error)
            finally:
                finished.set()

        thread = threading.Thread(target=ask, name="host names", daemon=True)
        thread.start()
        try:
            while not finished.wait(TICK):
                tick(asking)
                if self._cancel.is_set():
                    asking.ended = "no answer here: cancelled"
                elif time.monotonic() - begun > self._total:
                    asking.ended = f"no answer here: not within {self._total:g} seconds"
                if asking.ended:
                    self._ended = asking.ended
                    stopped.set()
        finally:
            stopped.set()
            thread.join()
            self._seconds += time.monotonic() - begun
        tick(asking)
        if failures:
            raise failures[0]
        asking.give_up()

    def _hosts_table(self) -> dict[str, tuple[str, ...]]:
        if self._hosts is None:
            self._hosts = hosts_table(self._hosts_file)
        return self._hosts

    def _c_library(self) -> CLibrary:
        """Return what asks; it must be made inside the loop."""
        from identify.config.hostnames.exchange import Exchange  # noqa: PLC0415  dnspython is for those who ask.
        from identify.config.hostnames.libc import CLibrary  # noqa: PLC0415

        conf = ResolvConf.read(self._resolv_conf)
        if self._timeout is not None:
            conf = attrs.evolve(conf, timeout=self._timeout)
        if self._attempts is not None:
            conf = attrs.evolve(conf, attempts=self._attempts)
        exchange = Exchange(conf, self._port, self.queries.append)
        return CLibrary(conf, exchange, asterisk_here=self._asterisk_here)
