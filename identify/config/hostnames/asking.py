"""Which queries for host names go out together; sending them and what answers mean are others'.

Strategy

Names are looked up side by side, up to a bound.  The SRV queries of one name are sent together, then the addresses of
all targets; the name's own addresses are asked only if no service has targets.  Whoever wants the answer to a query
that is on its way waits for it.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Awaitable, Callable, Iterable
from typing import TYPE_CHECKING

from identify.config.hostnames.answers import Answer, Answers, Query
from identify.config.hostnames.rules import ResolutionError, host_of, is_asked, service_names
from identify.strings import ascii_lower

if TYPE_CHECKING:
    from identify.config.hostnames.libc import CLibrary

__all__ = ["Asking", "until"]

#: Names that are looked up at the same time; their queries wait for each other in ``exchange``.
MOST_NAMES_AT_ONCE = 64


class Asking:
    """One run of queries, each sent once.

    ``ended`` says why no more are sent, empty while they are; another thread sets it.  ``done`` counts items.
    """

    def __init__(
        self,
        c_library: Callable[[], CLibrary],
        hosts: dict[str, tuple[str, ...]],
        hosts_file: str,
        answers: Answers,
    ) -> None:
        self.ended = ""
        self.done = 0
        self._make = c_library
        self._made: CLibrary | None = None
        self._hosts = hosts
        self._hosts_file = hosts_file
        self._answers = answers
        self._running: dict[tuple[str, str], asyncio.Task[None]] = {}

    async def items(self, wanted: Iterable[tuple[str, bool]]) -> None:
        """Ask for items of ``match``, each with whether SRV records are wanted."""
        waiting = iter(wanted)

        async def some() -> None:
            for text, srv_lookups in waiting:
                await self._item(text, srv_lookups)
                self.done += 1

        await asyncio.gather(*(some() for _ in range(MOST_NAMES_AT_ONCE)))

    async def _item(self, text: str, srv_lookups: bool) -> None:
        """Ask what Asterisk asks for an item of ``match``."""
        try:
            services = list(service_names(text, srv_lookups=srv_lookups))
            host = host_of(text)
        except ResolutionError:
            return
        await asyncio.gather(*map(self.services, services))
        targets = [target for name in services for target in self._answers.services[name].values]
        if targets:
            hosts = dict.fromkeys(target for target in targets if is_asked(target))
            await asyncio.gather(*map(self.addresses, hosts))
        elif host is not None and all(self._answers.services[name].known for name in services):
            await self.addresses(host)

    async def services(self, name: str) -> None:
        """Ask for SRV records, unless that was done."""
        if name not in self._answers.services:
            await self._once(("SRV", name), lambda: self._services(name))

    async def addresses(self, name: str) -> None:
        """Ask for addresses, unless that was done."""
        if name not in self._answers.addresses:
            await self._once(("A", name), lambda: self._addresses(name))

    def give_up(self) -> None:
        """Answer what was begun and isn't answered: that it isn't known."""
        for kind, name in self._running:
            answers = self._answers.services if kind == "SRV" else self._answers.addresses
            answers.setdefault(name, self._not_asked())

    async def _once(self, key: tuple[str, str], work: Callable[[], Awaitable[None]]) -> None:
        """Let whoever asks the same wait for the same task."""
        if key not in self._running:
            self._running[key] = asyncio.ensure_future(work())
        await self._running[key]

    async def _services(self, name: str) -> None:
        self._answers.services[name] = self._not_asked() if self.ended else await self._library.services(name)

    async def _addresses(self, name: str) -> None:
        found = self._hosts.get(ascii_lower(name))
        if found is not None:
            query = Query(name=name, type="hosts", outcome="answered", answers=found, server=self._hosts_file)
            self._answers.addresses[name] = Answer(values=found, by="hosts", queries=(query,))
        else:
            self._answers.addresses[name] = (
                self._not_asked() if self.ended else await self._library.addresses(name)
            )

    def _not_asked(self) -> Answer:
        return Answer(failure=self.ended, known=False)

    @property
    def _library(self) -> CLibrary:
        if self._made is None:
            self._made = self._make()
        return self._made


def until(work: Callable[[], Awaitable[None]], stopped: threading.Event, tick: float) -> None:
    """Do the work in a loop of this thread, and end it at most ``tick`` seconds after ``stopped`` is set."""

    async def watched() -> None:
        task = asyncio.ensure_future(work())
        while not task.done():
            await asyncio.wait([task], timeout=tick)
            if stopped.is_set() and not task.done():
                task.cancel()
                await asyncio.wait([task])
                return
        task.result()

    asyncio.run(watched())
