"""Unfinished files and other processes, which have to go if a signal ends this one; who ends them otherwise.

Strategy

Unfinished files have no name where the file system can do that, and go with the process whatever ends it.  Where they
have one, and while there are other processes, a thread waits for the signals that end this one.  It removes what is
there and lets the signal end the process as it would have; no exception is raised, because code that is interrupted
anywhere may swallow it.  While it does so nobody can add anything: the lock isn't given back.
"""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import threading
from collections.abc import Callable, Iterator

__all__ = [
    "ENDING",
    "begin_process",
    "clear_up_on_signals",
    "end_process",
    "forget",
    "not_interrupted",
    "remember",
]

#: Signals that end a process from outside, which may ignore each of them (``nohup``).
ENDING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)

_lock = threading.RLock()
_paths: set[str] = set()
#: Processes that nobody has waited for, so that their numbers are theirs.
_processes: set[int] = set()
#: Whether signals end this process with their default action, so that we may wait for them; a program that uses the
#: library has its own ways.
_ours = False
_watched = False


def clear_up_on_signals() -> None:
    """Say that signals end this process, which is the command: what is remembered goes then."""
    global _ours  # noqa: PLW0603  One process, one way to end.
    _ours = True


def remember(path: str) -> None:
    """Add the absolute path of a file that is about to be made."""
    with _lock:
        _paths.add(path)
        _watch()


def forget(path: str) -> None:
    """Remove the path of a file that is gone or whole."""
    with _lock:
        _paths.discard(path)


def begin_process(begin: Callable[[], subprocess.Popen[bytes]]) -> subprocess.Popen[bytes]:
    """Return the process that a function begins, which is killed if a signal ends this one.

    A terminal sends SIGINT to all of its processes: this one ends without a word of it.
    """
    with _lock:
        _watch()
        before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
        try:
            process = begin()
            _processes.add(process.pid)
        finally:
            signal.pthread_sigmask(signal.SIG_SETMASK, before)
    return process


def end_process(process: subprocess.Popen[bytes]) -> None:
    """Kill such a process; somebody has to wait for it then."""
    with _lock:
        process.kill()
        _processes.discard(process.pid)


@contextlib.contextmanager
def not_interrupted() -> Iterator[None]:
    """Let signals wait, such as while files are put into their places, so that it is all of them or none.

    A thread that begins meanwhile never gets them.
    """
    with _lock:
        before = signal.pthread_sigmask(signal.SIG_BLOCK, ENDING)
        try:
            yield
        finally:
            signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _watch() -> None:
    global _watched  # noqa: PLW0603  One process, one thread that waits.
    if not _ours or _watched or threading.current_thread() is not threading.main_thread():
        return
    awaited = {number for number in ENDING if signal.getsignal(number) is signal.SIG_DFL}
    # Blocked here and in every thread that begins later, so that only the waiting one gets them.
    signal.pthread_sigmask(signal.SIG_BLOCK, awaited)
    threading.Thread(target=_wait, args=(awaited,), name="leftovers", daemon=True).start()
    _watched = True


def _wait(awaited: set[signal.Signals]) -> None:
    number = signal.sigwait(awaited)
    with _lock:
        for process in _processes:
            with contextlib.suppress(OSError):
                os.kill(process, signal.SIGKILL)
        for path in _paths:
            with contextlib.suppress(OSError):
                os.unlink(path)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {number})
        signal.pthread_kill(threading.get_ident(), number)
