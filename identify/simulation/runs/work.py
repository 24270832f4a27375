"""A simulation of files, whole or in parts, in this process or in several.

Knows how traffic is split and put together again: a task is a file, or a stretch of one; tasks' results are merged in
their order.  Reading, simulating and writing are done by the modules below.

A stretch is of the file's bytes: its worker decodes what stands before it too, so that streams and fragments are put
together as in one run, but simulates only what lies in it.  Dialogs, transactions and counted sources don't go from one
stretch into the next, so that requests near the borders may come out otherwise than in one run.
"""

from __future__ import annotations

import multiprocessing
import os
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from typing import Any

import attrs

from identify.configuration import Configuration
from identify.engine import Engine
from identify.simulation.files.expected import Expected, Recorder
from identify.simulation.files.rows import RowWriter, open_rows
from identify.simulation.files.selection import Selection
from identify.simulation.results.result import Result
from identify.simulation.results.timeline import Timeline
from identify.simulation.rows import Rows
from identify.simulation.simulation import Simulation
from identify.traffic.batch import Batch, Reader
from identify.traffic.opening import open_traffic

__all__ = ["RunPlan", "Task", "run", "run_in_processes", "run_task", "tasks_of"]

#: Called with each batch's rows and the reader that they come from.
Watcher = Callable[[Rows, Reader], None]


@attrs.frozen(kw_only=True)
class RunPlan:
    """What is simulated, the same for all tasks; arguments are those of ``Simulation`` and ``open_traffic``."""

    configuration: Configuration
    #: The configuration's, compiled anew where it is None.
    engine: Engine | None = None
    line_tokens: Mapping[str, str] = attrs.field(factory=dict)
    local: tuple[str, ...] = ()
    assume_dialogs: bool = False
    expected: Expected | None = None
    reading: Mapping[str, Any] = attrs.field(factory=dict)
    #: Where rows go and which; where today's answers go as expected ones.
    output: str | None = None
    selection: Selection = attrs.field(factory=Selection)
    record: str | None = None
    #: Whether the result has counts over time.
    timeline: bool = False

    def simulation(self) -> Simulation:
        """Return a simulation that has seen nothing yet."""
        return Simulation(
            self.configuration,
            engine=self.engine,
            line_tokens=self.line_tokens,
            local=self.local,
            assume_dialogs=self.assume_dialogs,
        )

    def batches(self, reader: Reader) -> Iterator[Batch]:
        """Return the batches of a reader with what is expected of them."""
        return self.expected.put_into(reader, reader.name) if self.expected is not None else iter(reader)


@attrs.frozen
class Task:
    """A file, or stretch ``part`` of ``parts`` equal ones of it."""

    path: str
    part: int = 0
    parts: int = 1

    def holds(self, before: int, size: int | None) -> bool:
        """Say whether a batch belongs to it, of which the reading began at byte ``before``."""
        if self.parts == 1 or size is None:
            return self.part == 0
        return self._first(self.part, size) <= before < self._first(self.part + 1, size)

    def is_over(self, before: int, size: int | None) -> bool:
        """Say whether nothing that begins at this byte or later belongs to it."""
        return self.parts > 1 and size is not None and before >= self._first(self.part + 1, size)

    def _first(self, part: int, size: int) -> int:
        # The last stretch has no end: what is read of a growing file belongs to it.
        return size * part // self.parts if part < self.parts else 1 << 63


def tasks_of(paths: Sequence[str], jobs: int) -> list[Task]:
    """Return tasks for so many processes: a file each, or stretches where there are fewer files than processes."""
    parts = max(1, -(-jobs // len(paths)))
    return [
        Task(path, part, count)
        for path in paths
        for count in [parts if path != "-" else 1]
        for part in range(count)
    ]


def run(plan: RunPlan, paths: Sequence[str], *, watch: Watcher | None = None) -> Result:
    """Simulate files in this process, one after the other, as one Asterisk's traffic; return what came of it.

    Writes rows and expected answers where the plan wants them.
    """
    simulation = plan.simulation()
    timeline = Timeline() if plan.timeline else None
    with _Files(plan) as files:
        for path in paths:
            with open_traffic(path, **plan.reading) as reader:
                for rows in simulation.rows(plan.batches(reader)):
                    files.write(rows, reader.name)
                    if timeline is not None:
                        timeline.feed(rows)
                    if watch is not None:
                        watch(rows, reader)
                simulation.note_reader(reader)
    return _result(simulation, timeline)


def run_task(plan: RunPlan, task: Task, *, path: str | None = None, watch: Watcher | None = None) -> Result:
    """Simulate one task, as of an Asterisk that sees nothing else; return what came of it.

    ``path`` is what is opened where another process calls the file otherwise than the task does.
    """
    simulation = plan.simulation()
    timeline = Timeline() if plan.timeline else None
    with _Files(plan) as files, open_traffic(task.path if path is None else path, **plan.reading) as reader:
        reader.name = task.path
        before = 0
        for batch in plan.batches(reader):
            # Every task looks at the first batch, which shows which addresses are Asterisk's.
            simulation.look_at(batch)
            if task.is_over(before, reader.size):
                break
            if task.holds(before, reader.size):
                rows = simulation.feed(batch)
                files.write(rows, reader.name)
                if timeline is not None:
                    timeline.feed(rows)
                if watch is not None:
                    watch(rows, reader)
            before = reader.position
        # Only the last stretch's reader has seen the whole file.
        if task.part == task.parts - 1:
            simulation.note_reader(reader)
    return _result(simulation, timeline)


def run_in_processes(
    plan: RunPlan, paths: Sequence[str], jobs: int, *, done: Callable[[Task], None] | None = None
) -> Result:
    """Simulate files in so many processes and return what came of all of them.

    Rows and expected answers are written as ``run`` writes them: tasks write to files of their own, which are put
    together in order.
    """
    tasks = tasks_of(paths, jobs)
    total: Result | None = None
    context = multiprocessing.get_context("forkserver")
    with tempfile.TemporaryDirectory(prefix="sip-identify-") as folder, _Files(plan) as files:
        tables = os.path.join(folder, "engine")
        engine = plan.engine if plan.engine is not None else Engine(plan.configuration, plan.line_tokens)
        engine.save(tables)
        plans = [_of_task(plan, folder, number) for number in range(len(tasks))]
        with ProcessPoolExecutor(
            jobs, mp_context=context, initializer=_begin, initargs=(plan.configuration, tables)
        ) as pool:
            running = [
                pool.submit(_work, attrs.evolve(one, engine=None), task)
                for one, task in zip(plans, tasks, strict=True)
            ]
            for one, task, future in zip(plans, tasks, running, strict=True):
                result = future.result()
                files.append(one)
                if total is None:
                    total = result
                else:
                    total.merge(result)
                if done is not None:
                    done(task)
    return total if total is not None else plan.simulation().result


def _result(simulation: Simulation, timeline: Timeline | None) -> Result:
    result = simulation.result
    result.timeline = timeline
    return result


class _Files:
    """The files that a plan's rows are written to."""

    def __init__(self, plan: RunPlan) -> None:
        self._selection = plan.selection
        self._rows: RowWriter | None = open_rows(plan.output) if plan.output is not None else None
        self._recorder = Recorder(plan.record) if plan.record is not None else None

    def write(self, rows: Rows, traffic: str) -> None:
        if self._rows is not None:
            self._rows.write(rows, self._selection.numbers(rows, self._rows.written), traffic)
        if self._recorder is not None:
            self._recorder.write(rows, traffic)

    def append(self, plan: RunPlan) -> None:
        """Add what a task wrote."""
        if self._rows is not None and plan.output is not None:
            self._rows.append(plan.output)
        if self._recorder is not None and plan.record is not None:
            self._recorder.append(plan.record)

    def __enter__(self) -> _Files:
        return self

    def __exit__(self, *error: object) -> None:
        if self._rows is not None:
            self._rows.close()
        if self._recorder is not None:
            self._recorder.__exit__()


def _of_task(plan: RunPlan, folder: str, number: int) -> RunPlan:
    """Return the plan of a task in another process, which writes to files of its own."""
    output = record = None
    if plan.output is not None:
        ending = os.path.splitext(plan.output)[1].lower() or ".jsonl"
        output = os.path.join(folder, f"rows-{number}{ending}")
    if plan.record is not None:
        record = os.path.join(folder, f"expected-{number}.jsonl")
    return attrs.evolve(plan, output=output, record=record)


#: The engine of a worker process, opened once: the plan that comes with a task has none.
_engines: list[Engine] = []


def _begin(configuration: Configuration, tables: str) -> None:
    _engines[:] = [Engine.open(tables, configuration)]


def _work(plan: RunPlan, task: Task) -> Result:
    return run_task(attrs.evolve(plan, engine=_engines[0]), task)
