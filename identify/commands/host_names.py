"""Host names asked while a CONFIG is read: a resolver that is made at the first question, a bar, a last line.

Knows what is shown while names are asked and how it is drawn; who is asked, and how, is the library's part.
"""

from __future__ import annotations

import contextlib
import sys
import threading
from collections.abc import Iterable, Iterator, Sequence
from types import TracebackType
from typing import TYPE_CHECKING

import click

from identify.commands.output.printing import is_quiet
from identify.config.hostnames.rules import (
    SERVICES,
    NotAskedError,
    OfflineResolver,
    ResolutionError,
    host_of,
)
from identify.strings import ascii_lower, escaped

if TYPE_CHECKING:
    from rich.console import Console

    from identify.config.hostnames import SystemResolver
    from identify.config.hostnames.dns import Progress

__all__ = ["AnnouncedResolver", "progress_bar"]

#: Seconds until the bar is shown: most names are answered sooner.
PATIENCE = 1.0
BAR_WIDTH = 30


class AnnouncedResolver:
    """A resolver that asks as Asterisk does and says so on standard error; a context manager.

    What can't be a host name, such as 192.0.2.300, has no address; nobody is asked.
    """

    def __init__(self) -> None:
        self._offline = OfflineResolver()
        self._resolver: SystemResolver | None = None
        self._bar: _Bar | None = None

    def prepare(self, items: Iterable[tuple[str, bool]]) -> None:
        """Ask for all names of a configuration at once."""
        wanted = [(text, srv_lookups) for text, srv_lookups in items if self._is_asked(text)]
        if wanted:
            self._asked().prepare(wanted)

    def services(self, name: str) -> Sequence[str]:
        """Return the targets of the SRV records of ``name``, which is a service of an item."""
        for service in SERVICES:
            if name.startswith(service) and self._is_asked(name.removeprefix(service)):
                return self._asked().services(name)
        return ()

    def addresses(self, name: str) -> Sequence[str]:
        """Return the addresses of ``name``."""
        if self._is_asked(name):
            return self._asked().addresses(name)
        return self._offline.addresses(name)

    def __enter__(self) -> AnnouncedResolver:
        """Return the resolver."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Remove the bar, and say what was asked."""
        if self._bar is not None:
            self._bar.close()
        if self._resolver is not None and error is None and not is_quiet():
            click.echo(escaped(self._resolver.summary()), err=True)

    def _is_asked(self, text: str) -> bool:
        """Return whether somebody must be asked about a name, with a port or without."""
        try:
            host = host_of(text)
            if host is not None and ascii_lower(host) != "localhost":
                self._offline.addresses(host)
        except NotAskedError:
            return True
        except ResolutionError:
            return False
        # What localhost is, and what an odd item means, the system says.
        return host is not None

    def _asked(self) -> SystemResolver:
        if self._resolver is None:
            from identify.config.hostnames import SystemResolver  # noqa: PLC0415  Few configurations have names.

            self._bar = _Bar() if sys.stderr.isatty() and not is_quiet() else None
            self._resolver = SystemResolver(progress=self._bar.move if self._bar is not None else None)
        return self._resolver


@contextlib.contextmanager
def progress_bar() -> Iterator[Progress | None]:
    """Give what draws how far asking is, None if standard error isn't a terminal."""
    bar = _Bar() if sys.stderr.isatty() and not is_quiet() else None
    try:
        yield bar.move if bar is not None else None
    finally:
        if bar is not None:
            bar.close()


class _Bar:
    """A bar that is drawn only if asking takes long.

    It is drawn line by line and never hides the cursor, because a signal may end the process at any time; and by a
    thread of its own first, because a name server that is silent moves nothing.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._console: Console | None = None
        self._done, self._total = 0, 0
        self._timer = threading.Timer(PATIENCE, self._show)
        self._timer.daemon = True
        self._timer.start()

    def move(self, done: int, total: int) -> None:
        """Take how many of how many names are answered."""
        with self._lock:
            self._done, self._total = done, total
            if self._console is not None:
                self._draw(self._console)

    def close(self) -> None:
        """Remove the bar from the terminal."""
        self._timer.cancel()
        with self._lock:
            if self._console is not None:
                from rich.control import Control  # noqa: PLC0415  Most calls end before there is a bar.
                from rich.segment import ControlType  # noqa: PLC0415

                self._console.control(Control((ControlType.CARRIAGE_RETURN,), (ControlType.ERASE_IN_LINE, 2)))
                self._console = None

    def _show(self) -> None:
        from rich.console import Console  # noqa: PLC0415  Most calls end before there is a bar.

        with self._lock:
            if not self._timer.finished.is_set():
                self._console = Console(stderr=True)
                self._draw(self._console)

    def _draw(self, console: Console) -> None:
        from rich.progress_bar import ProgressBar  # noqa: PLC0415  Most calls end before there is a bar.

        console.print(f"asking for host names: {self._done} of {self._total} ", end="", highlight=False)
        bar = ProgressBar(total=max(self._total, 1), completed=self._done, width=BAR_WIDTH)
        console.print(bar, end="\r")
