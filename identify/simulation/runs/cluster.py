"""A simulation of files on a Dask cluster.

Knows how a plan goes to the workers and results come back; a task is a whole file, simulated by ``work.run_task`` as
with several processes here.  Dask decides where a task runs, and runs it again when its worker is lost.

Strategy

The plan with its compiled tables is a plugin of the workers, so that it goes once to each of them, also to those that
join or are restarted later.  Results come without the configuration and are merged in the order of the files, whichever
finished first, and however often a file was started.
"""

from __future__ import annotations

import asyncio
import contextlib
import importlib.metadata
import os
import uuid
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import attrs

from identify.engine import Engine
from identify.errors import ClusterError, MissingLibraryError
from identify.simulation.results.result import Result
from identify.simulation.runs.work import RunPlan, Task, run_task
from identify.traffic.input.remote import is_url

__all__ = ["run_on_dask"]

#: Seconds for a scheduler to answer, and for it to have a worker.
PATIENCE = 5.0
WORKER_PATIENCE = 30.0
#: Retries of a file after an error in reading it, such as of an object store.
RETRIES = 2
DISTRIBUTION = "sip-identify"


def run_on_dask(
    plan: RunPlan,
    paths: Sequence[str],
    address: str,
    *,
    patience: float = PATIENCE,
    done: Callable[[Task], None] | None = None,
) -> Result:
    """Simulate files on the workers of the scheduler at an address; return the result of all of them.

    ``paths`` are files that every worker can read by the same absolute path, or URLs that fsspec opens.  Each file is
    taken as the traffic of an Asterisk that sees nothing else, as ``work.run_in_processes`` takes as many files as
    processes.

    Raises MissingLibraryError where Dask isn't installed; ClusterError where no scheduler answers within ``patience``
    seconds, it has no workers, these have another version of this package, or the workers of a file were lost
    repeatedly; the errors of reading as one process raises them.  ValueError for a plan with files to write: they
    would be on the workers' machines.
    """
    if plan.output is not None or plan.record is not None:
        raise ValueError("a cluster's workers write no files: output and record must be None")
    engine = plan.engine if plan.engine is not None else Engine(plan.configuration, plan.line_tokens)
    plan = attrs.evolve(plan, engine=engine)
    tasks = [Task(path) for path in paths]
    total: Result | None = None
    with _connected(address, patience) as client:
        _check_workers(client, address)
        name = f"sip-identify-{uuid.uuid4().hex}"
        futures: list[Any] = []
        try:
            client.register_plugin(_plugin(plan), name=name)
            futures = [
                client.submit(_work, name, task, _absolute(task.path), pure=False, retries=RETRIES)
                for task in tasks
            ]
            for task, future in zip(tasks, futures, strict=True):
                result = Result(configuration=plan.configuration, **_result(future, task, address))
                if total is None:
                    total = result
                else:
                    total.merge(result)
                future.release()
                if done is not None:
                    done(task)
        finally:
            with contextlib.suppress(OSError, asyncio.TimeoutError):
                client.cancel(futures)
                client.unregister_worker_plugin(name)
    return plan.close(total if total is not None else plan.simulation().result, paths)


@contextlib.contextmanager
def _connected(address: str, patience: float) -> Iterator[Any]:
    """Give a client of a scheduler; ClusterError where none answers."""
    try:
        from distributed import Client  # noqa: PLC0415 (an extra)
    except ImportError as error:
        raise MissingLibraryError("Dask isn't installed: pip install 'sip-identify[dask]'") from error
    try:
        # A client that doesn't find its scheduler waits for it once more when it is deleted.
        with ThreadPoolExecutor(1) as thread:
            thread.submit(asyncio.run, _knock(address, patience)).result()
        client = Client(address, timeout=patience, set_as_default=False)
    except (OSError, ValueError, TypeError, asyncio.TimeoutError) as error:
        # Dask raises errors of several kinds for an invalid address.
        raise ClusterError(f"no Dask scheduler answers: {error}", address) from error
    with client:
        yield client


async def _knock(address: str, patience: float) -> None:
    """Connect to an address and leave again, in whichever thread there is no loop yet."""
    from distributed.core import connect  # noqa: PLC0415 (an extra)

    connection = await connect(address, timeout=patience)
    await connection.close()


def _check_workers(client: Any, address: str) -> None:
    """Raise ClusterError where there are no workers, or some can't simulate."""
    try:
        client.wait_for_workers(1, timeout=WORKER_PATIENCE)
    except (TimeoutError, asyncio.TimeoutError) as error:
        raise ClusterError(
            f"the scheduler has had no worker for {WORKER_PATIENCE:g} seconds", address
        ) from error
    wanted = importlib.metadata.version(DISTRIBUTION)
    try:
        versions = client.run(importlib.metadata.version, DISTRIBUTION)
    except importlib.metadata.PackageNotFoundError as error:
        raise ClusterError(f"{DISTRIBUTION} isn't installed on all workers", address) from error
    for worker, version in versions.items():
        if version != wanted:
            raise ClusterError(
                f"worker {worker} has {DISTRIBUTION} {version}, this machine has {wanted}", address
            )


def _plugin(plan: RunPlan) -> Any:
    """Return the plugin that a worker keeps a plan in."""
    from distributed import WorkerPlugin  # noqa: PLC0415 (an extra)

    # Dask requires one of its classes, which can't be named where Dask may be missing.
    plugin = WorkerPlugin()
    plugin.plan = plan
    return plugin


def _work(name: str, task: Task, path: str) -> dict[str, Any]:
    """Simulate a file on a worker; return the fields of the result except the configuration, which the driver has."""
    from distributed import get_worker  # noqa: PLC0415 (an extra)

    result = run_task(get_worker().plugins[name].plan, task, path=path)
    return {
        field.name: getattr(result, field.name)
        for field in attrs.fields(Result)
        if field.name != "configuration"
    }


def _result(future: Any, task: Task, address: str) -> dict[str, Any]:
    from distributed import CancelledError, KilledWorker  # noqa: PLC0415 (an extra)

    try:
        fields: dict[str, Any] = future.result()
    except KilledWorker as error:
        raise ClusterError(
            f"{task.path}: {error.allowed_failures + 1} workers were lost while they simulated it", address
        ) from error
    except (CancelledError, OSError) as error:
        raise ClusterError(f"{task.path}: the scheduler was lost ({error})", address) from error
    return fields


def _absolute(path: str) -> str:
    return path if is_url(path) else os.path.abspath(path)
