"""Processes of this machine that have the same engines; which work they do is their caller's.

Engines are saved once and opened by every process, which maps the tables instead of copying them.

Strategy

Nothing has a name that could be left behind: engines are in memory that has none, what processes write is in files
without one, and nothing is shared but descriptors.  A process ends when the one that began it ends, whatever ended
that; ours are killed as soon as they aren't needed, since they have nothing to clear up.
"""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import signal
import tempfile
from collections.abc import Callable, Iterator, Sequence
from multiprocessing import resource_tracker
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from multiprocessing.reduction import DupFd, send_handle
from typing import IO, Any

import attrs

from identify.configuration import Configuration
from identify.engine import Engine
from identify.errors import ClusterError
from identify.simulation.runs.worker import serve

__all__ = ["Call", "Pool", "engine_pool", "worker_engines"]

#: Calls that may be under way or finished while an earlier one isn't: each keeps its files open.
WINDOW = 128
#: Seconds for a killed process to be gone.
PATIENCE = 5.0

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

    def __init__(self, processes: Sequence[tuple[BaseProcess, Connection]]) -> None:
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
        begun: list[tuple[BaseProcess, Connection]] = []
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


def _start(begun: list[tuple[BaseProcess, Connection]], descriptors: Sequence[int]) -> None:
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    # It lets signals through when it begins, also those that are blocked here.
    resource_tracker.ensure_running()
    # A terminal sends SIGINT to all of its processes; these end with their parent, and without a word.
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        process = context.Process(target=serve, args=(theirs, os.getpid(), _Passed(descriptors)), daemon=True)
        process.start()
        begun.append((process, ours))
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
        theirs.close()


class _Passed:
    """Descriptors that a process gets when it is started: only then ``DupFd`` passes them."""

    def __init__(self, descriptors: Sequence[int]) -> None:
        self._descriptors = descriptors

    def __reduce__(self) -> tuple[Any, ...]:
        return list, ([DupFd(descriptor) for descriptor in self._descriptors],)


def _end(begun: Sequence[tuple[BaseProcess, Connection]]) -> None:
    for process, connection in begun:
        process.kill()
        connection.close()
    for process, _ in begun:
        process.join(PATIENCE)


def _begin(connection: Connection, process: BaseProcess, call: Call) -> _Running:
    files: list[IO[bytes]] = [tempfile.TemporaryFile() for _ in range(call.files)]  # noqa: SIM115  Closed with the result.
    running = _Running(files)
    with _lost(process):
        connection.send((call.function, call.arguments, call.files))
        for file in files:
            send_handle(connection, file.fileno(), process.pid)
    return running


def _finish(running: _Running, connection: Connection, process: BaseProcess) -> None:
    with _lost(process):
        done, running.value = connection.recv()
    running.done, running.failed = True, not done


@contextlib.contextmanager
def _lost(process: BaseProcess) -> Iterator[None]:
    """Raise ClusterError where a process has ended by itself."""
    try:
        yield
    except (EOFError, ConnectionError) as error:
        process.join(PATIENCE)
        status = process.exitcode
        how = f"signal {-status}" if status is not None and status < 0 else f"status {status}"
        raise ClusterError(f"a process that simulates was lost: it ended with {how}") from error
