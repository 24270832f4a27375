"""Processes of this machine that have the same engines; which work they do is their caller's.

Engines are saved once and opened by every process, which maps the tables instead of copying them.
"""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import tempfile
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor

from identify.configuration import Configuration
from identify.engine import Engine

__all__ = ["engine_pool", "worker_engines"]

#: The engines of a worker process, opened when it begins.
_engines: list[Engine] = []


@contextlib.contextmanager
def engine_pool(
    engines: Sequence[tuple[Engine, Configuration]], processes: int
) -> Iterator[ProcessPoolExecutor]:
    """Give processes in which ``worker_engines`` returns these engines."""
    with tempfile.TemporaryDirectory(prefix="sip-identify-") as folder:
        saved = []
        for number, (engine, configuration) in enumerate(engines):
            path = os.path.join(folder, f"engine-{number}")
            engine.save(path)
            saved.append((path, configuration))
        with ProcessPoolExecutor(
            processes,
            mp_context=multiprocessing.get_context("forkserver"),
            initializer=_begin,
            initargs=(saved,),
        ) as pool:
            yield pool


def worker_engines() -> list[Engine]:
    """Return the engines of this process, in the order given to ``engine_pool``."""
    return _engines


def _begin(saved: Sequence[tuple[str, Configuration]]) -> None:
    _engines[:] = [Engine.open(path, configuration) for path, configuration in saved]
