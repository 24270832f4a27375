"""Tell that something that takes long goes on: one line of a terminal, elsewhere a line every few seconds.

    python .ci/progress.py "Installing Cython" -- COMMAND...

runs a command and keeps what it prints to itself, unless it fails.  Works on any Python that we build for and needs
nothing installed: it is there before the virtual environment.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from types import TracebackType

#: Seconds between two lines where there is no terminal.
PAUSE = 4


class Progress:
    """A line that says what goes on, for how long, and how many of how many are done (``total`` 0: nobody counts)."""

    def __init__(self, what: str, total: int = 0) -> None:
        self._what = what
        self._total = total
        self._done = 0
        self._running: list[str] = []
        self._terminal = sys.stdout.isatty() and os.environ.get("TERM") != "dumb"
        self._begun = time.monotonic()
        self._lock = threading.Lock()
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._tick, daemon=True)

    def __enter__(self) -> Progress:
        """Say what begins."""
        self._print()
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Say how long it took, if nothing went wrong."""
        self._ended.set()
        self._thread.join()
        took = f"done in {self._elapsed()}" if kind is None else f"failed after {self._elapsed()}"
        print(f"{self._start()}{self._what}: {took}", flush=True)

    def begin(self, name: str) -> None:
        """Note that one of those that are counted has begun."""
        with self._lock:
            self._running.append(name)

    def end(self, name: str) -> None:
        """Note that one of those that are counted is done."""
        with self._lock:
            self._done += 1
            if name in self._running:
                self._running.remove(name)
        if self._terminal:
            self._print()

    def _tick(self) -> None:
        while not self._ended.wait(1 if self._terminal else PAUSE):
            self._print()

    def _print(self) -> None:
        with self._lock:
            count = f"[{self._done}/{self._total}] " if self._total else ""
            running = f" {', '.join(self._running)}" if self._running else ""
            line = f"{count}{self._what}{running} ({self._elapsed()})"
            if self._terminal:
                # Python 3.10 gives 0 for a terminal that doesn't know its size.
                width = shutil.get_terminal_size().columns or 80
                print(f"{self._start()}{line[: width - 1]}", end="", flush=True)
            else:
                print(line, flush=True)

    def _start(self) -> str:
        """Return what takes a terminal back to an empty line."""
        return "\r\x1b[K" if self._terminal else ""

    def _elapsed(self) -> str:
        minutes, seconds = divmod(round(time.monotonic() - self._begun), 60)
        return f"{minutes} min {seconds} s" if minutes else f"{seconds} s"


def main() -> int:
    """Run the command of the arguments and return its status."""
    what, dashes, *command = sys.argv[1:]
    if dashes != "--" or not command:
        raise SystemExit("usage: progress.py WHAT -- COMMAND...")
    with tempfile.TemporaryFile() as printed:
        try:
            with Progress(what):
                subprocess.run(command, stdout=printed, stderr=subprocess.STDOUT, check=True)
        except subprocess.CalledProcessError as error:
            printed.seek(0)
            shutil.copyfileobj(printed, sys.stderr.buffer)
            return error.returncode if error.returncode > 0 else 1
        except KeyboardInterrupt:
            return 130
    return 0


if __name__ == "__main__":
    sys.exit(main())
