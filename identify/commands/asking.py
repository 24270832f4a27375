"""Host names looked up while a CONFIG is read: a resolver that is made at the first question, a bar, a last line.

Knows what is shown while names are asked and how it is drawn; who is asked, and how, is the library's part.
"""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable, Sequence
from types import TracebackType
from typing import TYPE_CHECKING, Literal

import rich_click as click

from identify.config.hostnames.rules import NotAskedError, OfflineResolver, ResolutionError

if TYPE_CHECKING:
    from rich.console import Console

    from identify.config.hostnames import SystemResolver

__all__ = ["Asking"]

#: Seconds until the bar is shown: most names are answered sooner.
PATIENCE = 1.0
BAR_WIDTH = 30


class Asking:
    """A resolver that asks as Asterisk does, each question once, and says so on standard error; a context manager."""

    def __init__(self) -> None:
        # Knows what nobody needs to be asked about, such as 192.0.2.300; what localhost is, the system says.
        self._offline = OfflineResolver()
        self._resolver: SystemResolver | None = None
        self._bar: _Bar | None = None
        # Answers and errors, by the method and the name.
        self._known: dict[tuple[str, str], Sequence[str] | ResolutionError] = {}

    def services(self, name: str) -> Sequence[str]:
        """Return the targets of the SRV records of ``name``."""
        return self._once("services", name)

    def addresses(self, name: str) -> Sequence[str]:
        """Return the addresses of ``name``."""
        return self._once("addresses", name)

    def __enter__(self) -> Asking:
        """Return the resolver."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Remove the bar, and say what was asked."""
        if self._bar is not None:
            self._bar.close()
        if self._resolver is not None and error is None:
            click.echo(f"{self._resolver.summary}; --offline to ask nobody", err=True)

    def _once(self, method: Literal["services", "addresses"], name: str) -> Sequence[str]:
        known = self._known.get((method, name))
        if known is None:
            try:
                known = self._answer(method, name)
            except ResolutionError as error:
                known = error
            self._known[method, name] = known
        if isinstance(known, ResolutionError):
            raise known
        return known

    def _answer(self, method: Literal["services", "addresses"], name: str) -> Sequence[str]:
        """Return an answer: one that nobody needs to be asked for, or the system's."""
        ask: Callable[[str], Sequence[str]]
        try:
            ask = getattr(self._offline, method)
            return ask(name)
        except NotAskedError:
            ask = getattr(self._asked(), method)
            return ask(name)

    def _asked(self) -> SystemResolver:
        if self._resolver is None:
            from identify.config.hostnames import SystemResolver  # noqa: PLC0415  Few configurations have names.

            self._bar = _Bar() if sys.stderr.isatty() else None
            self._resolver = SystemResolver(progress=self._bar.move if self._bar is not None else None)
        return self._resolver


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
                from rich.control import Control  # noqa: PLC0415
                from rich.segment import ControlType  # noqa: PLC0415

                self._console.control(Control((ControlType.CARRIAGE_RETURN,), (ControlType.ERASE_IN_LINE, 2)))
                self._console = None

    def _show(self) -> None:
        from rich.console import Console  # noqa: PLC0415  Most calls end sooner.

        with self._lock:
            if not self._timer.finished.is_set():
                self._console = Console(stderr=True)
                self._draw(self._console)

    def _draw(self, console: Console) -> None:
        from rich.progress_bar import ProgressBar  # noqa: PLC0415

        console.print(f"asking for host names: {self._done} of {self._total} ", end="", highlight=False)
        bar = ProgressBar(total=max(self._total, 1), completed=self._done, width=BAR_WIDTH)
        console.print(bar, end="\r")
