"""Processes of this machine that have the same engines; which work they do is their caller's.

Engines are saved once and opened by every process, which maps the tables instead of copying them.

Strategy

Nothing has a name that could be left behind: engines are in memory that has none, what processes write is in files
without one, and nothing is shared but descriptors.  Processes are killed as soon as they aren't needed, since they have
nothing to clear up, and by a signal that ends the command.  Whatever else ends the one that began it, a process goes
with it: it sees to that first of all, before it imports anything of ours, which takes longer.

A program that uses this needs no ``if __name__ == "__main__"``: its processes don't run it again.
"""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from multiprocessing import Pipe, spawn
from multiprocessing.connection import Connection, wait
from multiprocessing.reduction import send_handle
from typing import IO, Any, TypeAlias

import attrs

from identify.configuration import Configuration
from identify.engine import Engine
from identify.errors import ClusterError
from identify.writing import begin_process, end_process

__all__ = ["Call", "Pool", "engine_pool", "worker_engines"]

#: Calls that may be under way or finished while an earlier one isn't: each keeps its files open.
WINDOW = 128
#: Seconds for a killed process to be gone.
PATIENCE = 5.0

#: What a process begins with; 1 is PR_SET_PDEATHSIG, Linux's signal for a process whose parent is gone.  Nothing is
#: imported from the current folder, and what is ours from where it is here.
BEGINNING = f"""
import sys
sys.path[:] = filter(None, sys.path)
import ctypes, os, signal
ctypes.CDLL(None).prctl(1, {int(signal.SIGKILL)})
if os.getppid() != int(sys.argv[1]):
    os._exit(0)
signal.pthread_sigmask(signal.SIG_SETMASK, {{signal.SIGINT}})
from multiprocessing.connection import Connection
connection, *descriptors = map(int, sys.argv[2:])
connection = Connection(connection)
sys.path[:] = connection.recv()
from identify.simulation.runs.worker import serve
serve(connection, descriptors)
"""

Process: TypeAlias = "subprocess.Popen[bytes]"

#: The engines of a worker process, opened when it begins.
_engines: list[Engine] = []


@attrs.frozen
class Call:
    """A function of a module with its arguments; it gets descriptors of ``files`` new files as its last argument."""

    function: Callable[..., Any]
    arguments: tuple[Any, ...]
    files: int = 0


@attrs.define
class _Running:
    """A call under way, or its result."""

    files: list[IO[bytes]]
    done: bool = False
    failed: bool = False
    value: Any = None


class Pool:
    """Processes that make calls, each one at a time."""

    def __init__(self, processes: Sequence[tuple[Process, Connection]]) -> None:
        self._processes = {connection: process for process, connection in processes}

    def results(self, calls: Sequence[Call]) -> Iterator[tuple[Any, list[IO[bytes]]]]:
        """Make calls; yield what each one returned, in their order, with the files that it wrote.

        The files are closed with the next result.  Raises what a call raised in its turn, ClusterError where the
        process of a call was lost.
        """
        free = list(self._processes)
        busy: dict[Connection, _Running] = {}
        running: list[_Running] = []
        begun = 0
        try:
            for number in range(len(calls)):
                while number >= begun or not running[0].done:
                    while free and begun < min(len(calls), number + WINDOW):
                        connection = free.pop()
                        running.append(_begin(connection, self._processes[connection], calls[begun]))
                        busy[connection] = running[-1]
                        begun += 1
                    for ready in wait(list(busy)):
                        if isinstance(ready, Connection):
                            _finish(busy.pop(ready), ready, self._processes[ready])
                            free.append(ready)
                call = running.pop(0)
                with contextlib.ExitStack() as opened:
                    for file in call.files:
                        opened.enter_context(file)
                    if call.failed:
                        raise call.value
                    yield call.value, call.files
        finally:
            for call in running:
                for file in call.files:
                    file.close()


@contextlib.contextmanager
def engine_pool(engines: Sequence[tuple[Engine, Configuration]], processes: int) -> Iterator[Pool]:
    """Give processes in which ``worker_engines`` returns these engines."""
    with contextlib.ExitStack() as clearing:
        saved = []
        for engine, _ in engines:
            descriptor = os.memfd_create("engine", os.MFD_CLOEXEC)
            clearing.callback(os.close, descriptor)
            engine.save(f"/proc/self/fd/{descriptor}")
            saved.append(descriptor)
        begun: list[tuple[Process, Connection]] = []
        clearing.callback(_end, begun)
        for _ in range(processes):
            _start(begun, saved)
        for process, connection in begun:
            with _lost(process):
                connection.send((_open_engines, ([configuration for _, configuration in engines],), 0))
        yield Pool(begun)


def worker_engines() -> list[Engine]:
    """Return the engines of this process, in the order given to ``engine_pool``."""
    return _engines


def _open_engines(descriptors: Sequence[int], configurations: Sequence[Configuration]) -> None:
    _engines[:] = [
        Engine.open(f"/proc/self/fd/{descriptor}", configuration)
        for descriptor, configuration in zip(descriptors, configurations, strict=True)
    ]
    for descriptor in descriptors:
        os.close(descriptor)


def _start(begun: list[tuple[Process, Connection]], descriptors: Sequence[int]) -> None:
    ours, theirs = Pipe()
    passed = [theirs.fileno(), *descriptors]
    # The interpreter's own options, such as -X utf8, decide how paths are read.
    options = subprocess._args_from_interpreter_flags()  # type: ignore[attr-defined]
    executable = os.fsdecode(spawn.get_executable() or sys.executable)
    command = [executable, *options, "-c", BEGINNING, str(os.getpid()), *map(str, passed)]

    def begin() -> Process:
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL, pass_fds=passed)  # noqa: S603  It is Python itself.
        begun.append((process, ours))
        return process

    with theirs:
        process = begin_process(begin)
    with _lost(process):
        ours.send(sys.path)


def _end(begun: Sequence[tuple[Process, Connection]]) -> None:
    for process, connection in begun:
        end_process(process)
        connection.close()
    for process, _ in begun:
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(PATIENCE)


def _begin(connection: Connection, process: Process, call: Call) -> _Running:
    files: list[IO[bytes]] = [tempfile.TemporaryFile() for _ in range(call.files)]  # noqa: SIM115  Closed with the result.
    running = _Running(files)
    with _lost(process):
        connection.send((call.function, call.arguments, call.files))
        for file in files:
            send_handle(connection, file.fileno(), process.pid)
    return running


def _finish(running: _Running, connection: Connection, process: Process) -> None:
    with _lost(process):
        done, running.value = connection.recv()
    running.done, running.failed = True, not done


@contextlib.contextmanager
def _lost(process: Process) -> Iterator[None]:
    """Raise ClusterError where a process has ended by itself."""
    try:
        yield
    except (EOFError, ConnectionError) as error:
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(PATIENCE)
        status = process.returncode
        how = f"signal {-status}" if status is not None and status < 0 else f"status {status}"
        raise ClusterError(f"a process that simulates was lost: it ended with {how}") from error
