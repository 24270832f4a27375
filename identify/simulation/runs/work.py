"""A simulation of files, whole or in parts, in this process or in several.

Knows how traffic is split and results are merged: a task is a file, or a stretch of one; results are merged in the
order of the tasks.  Reading, simulating and writing are done by the modules below.

A stretch is a range of the file's bytes: its worker decodes the bytes before it too, so that streams and fragments are
reassembled as in one run, but simulates only the messages inside it.  Dialogs, transactions and counted sources end
with their stretch, so that requests near a border may have another outcome than in one run.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import IO, Any

import attrs

from identify.configuration import Configuration
from identify.engine import Engine
from identify.simulation.files.expected import Expected, ExpectedBatches, Recorder
from identify.simulation.files.rows import RowWriter, open_rows
from identify.simulation.files.selection import Selection
from identify.simulation.results.result import Result
from identify.simulation.results.timeline import Timeline
from identify.simulation.rows import Rows
from identify.simulation.runs.pool import Call, engine_pool, worker_engines
from identify.simulation.simulation import Simulation
from identify.simulation.sockets import sip_places
from identify.traffic.batch import Batch, Reader
from identify.traffic.input.places import places_of
from identify.traffic.opening import open_traffic
from identify.writing import Outputs, Place

__all__ = ["RunPlan", "Task", "Watcher", "run", "run_in_processes", "run_task", "tasks_of"]

#: Called with each batch's rows and the reader that they come from.
Watcher = Callable[[Rows, Reader], None]


@attrs.frozen(kw_only=True)
class RunPlan:
    """The plan of a run, the same for all tasks; arguments are those of ``Simulation`` and ``open_traffic``."""

    configuration: Configuration
    #: The configuration's, compiled when it is needed if it is None.
    engine: Engine | None = None
    line_tokens: Mapping[str, str] = attrs.field(factory=dict)
    local: tuple[str, ...] = ()
    assume_dialogs: bool = False
    expected: Expected | None = None
    reading: Mapping[str, Any] = attrs.field(factory=dict)
    #: The file for rows and which of them; the file for the answers as expected ones.
    output: str | None = None
    selection: Selection = attrs.field(factory=Selection)
    record: str | None = None
    #: Whether the result has counts over time.
    timeline: bool = False

    def compiled(self) -> Engine:
        """Return the engine, compiled if there is none yet."""
        return self.engine if self.engine is not None else Engine(self.configuration, self.line_tokens)

    def simulation(self) -> Simulation:
        """Return a simulation that has seen nothing yet."""
        return Simulation(
            self.configuration,
            engine=self.engine,
            line_tokens=self.line_tokens,
            local=self.local,
            assume_dialogs=self.assume_dialogs,
        )

    def open(self, path: str | IO[bytes]) -> Reader:
        """Open a file of the traffic by its path, or its content.

        Asterisk's sockets are the configuration's, unless ``reading`` names them.
        """
        return open_traffic(path, **{"sip": sip_places(self.configuration, self.local), **self.reading})

    def inputs(self, paths: Sequence[str]) -> list[Place]:
        """Return what is read for files of traffic, none of which may be written."""
        return [*places_of("the traffic", paths), *places_of("the configuration", self.configuration.paths)]

    def batches(self, reader: Reader) -> Iterator[Batch]:
        """Return the batches of a reader with the expected answers."""
        return self.expected.put_into(reader, reader.name) if self.expected is not None else iter(reader)

    def close(self, result: Result, paths: Sequence[str]) -> Result:
        """Return the result of a whole run over files, with the expectations that no message met."""
        if self.expected is not None:
            self.expected.close(result.expectations, paths)
        return result


@attrs.frozen
class Task:
    """A file, or stretch ``part`` of its ``parts`` equal stretches."""

    path: str
    part: int = 0
    parts: int = 1

    def holds(self, before: int, size: int | None) -> bool:
        """Say whether a batch belongs to it whose reading began at byte ``before``."""
        if self.parts == 1 or size is None:
            return self.part == 0
        return self._first(self.part, size) <= before < self._first(self.part + 1, size)

    def is_over(self, before: int, size: int | None) -> bool:
        """Say whether nothing that begins at this byte or later belongs to it."""
        return self.parts > 1 and size is not None and before >= self._first(self.part + 1, size)

    def _first(self, part: int, size: int) -> int:
        # The last stretch has no end: what was added to a growing file belongs to it.
        return size * part // self.parts if part < self.parts else 1 << 63

    def batches(
        self, batches: Iterable[Batch], reader: Reader, look_at: Callable[[Batch], object]
    ) -> Iterator[Batch]:
        """Yield those of a reader's batches that belong to it; ``look_at`` is called with those before them too.

        Every task looks at the first batch, which shows which addresses are Asterisk's.
        """
        before = 0
        for batch in batches:
            look_at(batch)
            if self.is_over(before, reader.size):
                return
            if self.holds(before, reader.size):
                yield batch
            before = reader.position


def tasks_of(paths: Sequence[str], jobs: int) -> list[Task]:
    """Return tasks for a number of processes: a file each, or stretches where there are fewer files than processes."""
    parts = max(1, -(-jobs // len(paths)))
    return [
        Task(path, part, count)
        for path in paths
        for count in [parts if path != "-" else 1]
        for part in range(count)
    ]


def run(
    plan: RunPlan, paths: Sequence[str], *, watch: Watcher | None = None, outputs: Outputs | None = None
) -> Result:
    """Simulate files in this process, one after the other, as the traffic of one Asterisk; return the result.

    Writes rows and expected answers where the plan wants them: they take their places with all ``outputs``, by default
    when all traffic was read.
    """
    simulation = plan.simulation()
    timeline = Timeline() if plan.timeline else None
    met = _Met()
    with _files(plan, paths, outputs) as files:
        for path in paths:
            with plan.open(path) as reader:
                batches = plan.batches(reader)
                for rows in simulation.rows(batches):
                    met.note(batches, path)
                    files.write(rows, reader.name)
                    _note(rows, reader, timeline, watch)
                simulation.note_reader(reader)
    return plan.close(_result(simulation, timeline, met), paths)


def run_task(
    plan: RunPlan,
    task: Task,
    *,
    path: str | None = None,
    watch: Watcher | None = None,
    outputs: Outputs | None = None,
) -> Result:
    """Simulate one task, as of an Asterisk that sees nothing else; return the result.

    Which expectations no message met is known when all tasks are done: ``plan.close`` adds it to the sum.
    ``path`` is what is opened where another process has another name for the file; ``outputs`` is as for ``run``.
    """
    simulation = plan.simulation()
    timeline = Timeline() if plan.timeline else None
    met = _Met()
    opened = task.path if path is None else path
    with _files(plan, [opened], outputs) as files, plan.open(opened) as reader:
        reader.name = task.path
        batches = plan.batches(reader)
        for batch in task.batches(batches, reader, simulation.look_at):
            rows = simulation.feed(batch)
            met.note(batches, task.path)
            files.write(rows, reader.name)
            _note(rows, reader, timeline, watch)
        # Only the last stretch's reader has seen the whole file.
        if task.part == task.parts - 1:
            simulation.note_reader(reader)
    return _result(simulation, timeline, met)


def run_in_processes(
    plan: RunPlan,
    paths: Sequence[str],
    jobs: int,
    *,
    done: Callable[[Task], None] | None = None,
    outputs: Outputs | None = None,
) -> Result:
    """Simulate files in ``jobs`` processes and return the result of all of them.

    Rows and expected answers are written as ``run`` writes them: tasks write to files of their own, which are
    appended in order.
    """
    tasks = tasks_of(paths, jobs)
    total: Result | None = None
    with (
        _files(plan, paths, outputs) as files,
        engine_pool([(plan.compiled(), plan.configuration)], jobs) as pool,
    ):
        of_worker = attrs.evolve(plan, engine=None)
        written = len(_named(plan))
        results = pool.results([Call(_work, (of_worker, task), files=written) for task in tasks])
        for task, (result, parts) in zip(tasks, results, strict=True):
            files.append(parts)
            if total is None:
                total = result
            else:
                total.merge(result)
            if done is not None:
                done(task)
    return plan.close(total if total is not None else plan.simulation().result, paths)


def _note(rows: Rows, reader: Reader, timeline: Timeline | None, watch: Watcher | None) -> None:
    if timeline is not None:
        timeline.feed(rows)
    if watch is not None:
        watch(rows, reader)


def _result(simulation: Simulation, timeline: Timeline | None, met: _Met) -> Result:
    result = simulation.result
    result.timeline = timeline
    result.expectations.met = met.by_file
    return result


class _Met:
    """Which expectations of each file were met."""

    def __init__(self) -> None:
        self.by_file: dict[str, bytearray] = {}

    def note(self, batches: Iterator[Batch], path: str) -> None:
        """Take the expectations of the batch that was simulated last as met."""
        if isinstance(batches, ExpectedBatches):
            batches.note()
            self.by_file[os.path.basename(path)] = batches.met


class _Files:
    """The files that a plan's rows are written to."""

    def __init__(self, plan: RunPlan, outputs: Outputs) -> None:
        self._selection = plan.selection
        self._rows: RowWriter | None = None
        if plan.output is not None:
            self._rows = open_rows(plan.output, outputs)
        self._recorder = Recorder(plan.record, outputs) if plan.record is not None else None

    def write(self, rows: Rows, traffic: str) -> None:
        if self._rows is not None:
            self._rows.write(rows, self._selection.numbers(rows, self._rows.written), traffic)
        if self._recorder is not None:
            self._recorder.write(rows, traffic)

    def append(self, parts: Sequence[IO[bytes]]) -> None:
        """Add what a task wrote: a file for each of ours."""
        ours = [file for file in (self._rows, self._recorder) if file is not None]
        for file, part in zip(ours, parts, strict=True):
            part.seek(0)
            file.append(part)

    def finish(self) -> None:
        if self._rows is not None:
            self._rows.finish()

    def abandon(self) -> None:
        if self._rows is not None:
            self._rows.abandon()


@contextlib.contextmanager
def _files(plan: RunPlan, paths: Sequence[str], outputs: Outputs | None) -> Iterator[_Files]:
    """Give the files of a plan, which take their places with ``outputs``, or when the block ends."""
    with contextlib.ExitStack() as own:
        group = outputs if outputs is not None else own.enter_context(Outputs(plan.inputs(paths)))
        files = _Files(plan, group)
        try:
            yield files
            files.finish()
        except BaseException:
            files.abandon()
            raise


def _named(plan: RunPlan) -> list[str]:
    """Return the files that a plan writes to, in the order in which a task gets its own for them."""
    return [path for path in (plan.output, plan.record) if path is not None]


def _work(plan: RunPlan, task: Task, descriptors: Sequence[int]) -> Result:
    # Standard output is the first process's; what goes there is JSON Lines.
    if plan.output == "-":
        plan = attrs.evolve(plan, output="-.jsonl")
    own = dict(zip(_named(plan), descriptors, strict=True))
    with Outputs(descriptors=own, durable=False) as outputs:
        return run_task(attrs.evolve(plan, engine=worker_engines()[0]), task, outputs=outputs)
