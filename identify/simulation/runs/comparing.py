"""A comparison of files, in this process or in several.

Knows how parts of a comparison are added up; how files are split is ``work``'s, comparing a batch ``comparison``'s.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence

import attrs

from identify.configuration import Configuration
from identify.engine import Engine
from identify.simulation.comparison import MOST_CHANGES_WITH_EXAMPLES, MOST_EXAMPLES, Comparison
from identify.simulation.example import Example
from identify.simulation.outcomes import Outcome
from identify.simulation.results.changes import Change
from identify.simulation.results.entries import Reading
from identify.simulation.results.own_sockets import OwnSockets
from identify.simulation.results.timeline import Timeline
from identify.simulation.rows import Rows
from identify.simulation.runs.pool import Call, engine_pool, worker_engines
from identify.simulation.runs.work import RunPlan, Task, Watcher, tasks_of

__all__ = ["ComparedFiles", "compare_files", "compare_files_in_processes"]


@attrs.frozen
class ComparedFiles:
    """A comparison of files; ``timelines`` have the counts over time before and after, empty unless planned."""

    comparison: Comparison
    timelines: tuple[Timeline, Timeline]


@attrs.define(kw_only=True)
class _Part:
    """What one task found, as values that go from one process to another; parts add up in their order."""

    messages: int = 0
    undetermined: int = 0
    changes: Counter[Change] = attrs.field(factory=Counter)
    examples: dict[Change, list[Example]] = attrs.field(factory=dict)
    line_tokens: dict[str, str] = attrs.field(factory=dict)
    readings: list[Reading] = attrs.field(factory=list)
    outcomes: Counter[Outcome] = attrs.field(factory=Counter)
    own_sockets: OwnSockets = attrs.field(factory=OwnSockets)
    timelines: tuple[Timeline, Timeline] = attrs.field(factory=lambda: (Timeline(), Timeline()))

    def merge(self, other: _Part) -> None:
        self.messages += other.messages
        self.undetermined += other.undetermined
        self.changes.update(other.changes)
        for change, examples in other.examples.items():
            if change in self.examples or len(self.examples) < MOST_CHANGES_WITH_EXAMPLES:
                kept = self.examples.setdefault(change, [])
                kept += examples[: MOST_EXAMPLES - len(kept)]
        self.line_tokens.update(other.line_tokens)
        self.readings += other.readings
        self.outcomes.update(other.outcomes)
        self.own_sockets.merge(other.own_sockets)
        for timeline, more in zip(self.timelines, other.timelines, strict=True):
            timeline.merge(more)


def compare_files(
    plan: RunPlan, after: Configuration, paths: Sequence[str], *, watch: Watcher | None = None
) -> ComparedFiles:
    """Compare the plan's configuration with another one over files, taken as the traffic of one Asterisk.

    ``watch`` is called with the rows before.  ValueError for a plan with expected answers or files to write, which are
    of one configuration.
    """
    _check(plan)
    comparison = _comparison(plan, after, (plan.compiled(), _engine(plan, after)))
    timelines = (Timeline(), Timeline())
    for path in paths:
        with plan.open(path) as reader:
            for batch in reader:
                rows = comparison.feed(batch)
                _feed(timelines, rows, plan)
                if watch is not None:
                    watch(rows[0], reader)
            comparison.note_reader(reader)
    return ComparedFiles(comparison, timelines)


def compare_files_in_processes(
    plan: RunPlan,
    after: Configuration,
    paths: Sequence[str],
    jobs: int,
    *,
    done: Callable[[Task], None] | None = None,
) -> ComparedFiles:
    """Compare as ``compare_files`` does, in ``jobs`` processes: a file each, or stretches of files."""
    _check(plan)
    engines = (plan.compiled(), _engine(plan, after))
    total = _Part()
    tasks = tasks_of(paths, jobs)
    with engine_pool([(engines[0], plan.configuration), (engines[1], after)], jobs) as pool:
        of_worker = attrs.evolve(plan, engine=None)
        results = pool.results([Call(_work, (of_worker, after, task)) for task in tasks])
        for task, (part, _) in zip(tasks, results, strict=True):
            total.merge(part)
            if done is not None:
                done(task)
    known = attrs.evolve(plan, line_tokens=total.line_tokens)
    comparison = _comparison(known, after, engines)
    comparison.messages = total.messages
    comparison.undetermined = total.undetermined
    comparison.changes = total.changes
    comparison.examples = total.examples
    comparison.readings = total.readings
    comparison.outcomes = total.outcomes
    comparison.own_sockets = total.own_sockets
    return ComparedFiles(comparison, total.timelines)


def _check(plan: RunPlan) -> None:
    if plan.expected is not None or plan.output is not None or plan.record is not None:
        raise ValueError(
            "a comparison has the answers of two configurations: expected, output and record must be None"
        )


def _work(plan: RunPlan, after: Configuration, task: Task, _: Sequence[int]) -> _Part:
    first, second = worker_engines()
    comparison = _comparison(plan, after, (first, second))
    part = _Part()
    with plan.open(task.path) as reader:
        for batch in task.batches(reader, reader, comparison.look_at):
            _feed(part.timelines, comparison.feed(batch), plan)
        # Only the last stretch's reader has seen the whole file.
        if task.part == task.parts - 1:
            comparison.note_reader(reader)
    part.messages = comparison.messages
    part.undetermined = comparison.undetermined
    part.changes = comparison.changes
    part.examples = comparison.examples
    part.line_tokens = comparison.line_tokens
    part.readings = comparison.readings
    part.outcomes = comparison.outcomes
    part.own_sockets = comparison.own_sockets
    return part


def _feed(timelines: tuple[Timeline, Timeline], rows: tuple[Rows, Rows], plan: RunPlan) -> None:
    if plan.timeline:
        for timeline, side in zip(timelines, rows, strict=True):
            timeline.feed(side)


def _engine(plan: RunPlan, after: Configuration) -> Engine:
    """Return the other configuration's engine, with the tokens of those registrations that it has."""
    tokens = {id: token for id, token in plan.line_tokens.items() if id in after.registrations}
    return Engine(after, tokens)


def _comparison(plan: RunPlan, after: Configuration, engines: tuple[Engine, Engine]) -> Comparison:
    return Comparison(
        plan.configuration,
        after,
        engines=engines,
        line_tokens=plan.line_tokens,
        local=plan.local,
        assume_dialogs=plan.assume_dialogs,
    )
