"""What ``simulate`` does in each of its modes: the plan of the run, the run, and which function prints its result.

Reading, simulating and comparing are ``identify.simulation.runs``'s, words and columns ``printing``'s.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from typing import NoReturn

import attrs
import click

from identify.commands.config_options import AnsweredRelease, ConfigOptions
from identify.commands.ending import LoadedConfig, configurations_as_dict, end
from identify.commands.output.files import check_outputs
from identify.commands.output.printing import (
    escaped,
    print_json,
    print_release,
    styled,
    unusable_input,
    warn,
)
from identify.commands.output.status import Status
from identify.commands.reading import configuration_places, load_all
from identify.commands.traffic import printing
from identify.commands.traffic.log_release import answered_for
from identify.commands.traffic.modes import Mode, SimulateOptions
from identify.commands.traffic.options import TrafficOptions
from identify.commands.traffic.progress import progress
from identify.commands.traffic.reporting import given_of, opened_page
from identify.commands.traffic.skipped import said_losses
from identify.configuration import Configuration
from identify.engine import Engine
from identify.simulation import Outcome, Result, Rows
from identify.simulation.files import Selection, read_expected
from identify.simulation.results.entries import Reading
from identify.simulation.runs.comparing import ComparedFiles, compare_files, compare_files_in_processes
from identify.simulation.runs.tracing import Frame, Trace, trace_frames
from identify.simulation.runs.work import RunPlan, Task, run, run_in_processes
from identify.traffic.batch import Reader
from identify.traffic.input.places import places_of
from identify.writing import Outputs, Place

__all__ = ["Simulated"]


@attrs.frozen
class _Ended:
    """How a mode ended: the status, and what of the traffic and the expectations was lost."""

    status: Status
    lost: list[str]


@attrs.frozen(kw_only=True)
class Simulated:
    """A call of the command, its arguments already checked."""

    config: str
    traffic: tuple[str, ...]
    options: SimulateOptions
    reading: TrafficOptions
    config_options: ConfigOptions

    def run(self, context: click.Context, mode: Mode) -> NoReturn:
        """Do and print what is asked for, and end the command."""
        # Before anything is said, also on standard error.
        check_outputs(self._inputs(), self._outputs())
        # The paths of --dask are those of its workers.
        local = self.traffic if mode is not Mode.DASK else ()
        answered = answered_for(self.config_options, local, self.reading)
        against = [self.options.against] if mode is Mode.AGAINST and self.options.against is not None else []
        configuration, *after = load_all([self.config, *against], self.config_options, answered)
        inputs = [*configuration_places([configuration, *after], self.config_options), *self._inputs()]
        check_outputs(inputs, self._outputs())
        tokens = self.reading.tokens(configuration)
        with unusable_input():
            plan = self._plan(configuration, tokens)
            paths = [self.config, *against]
            configs = [*map(LoadedConfig, paths, [configuration, *after])]
            if mode is Mode.EXPLAIN:
                ended = self._explain(plan, answered, configs)
            elif mode is Mode.AGAINST:
                ended = self._compare(plan, after[0], answered, configs, Outputs(inputs))
            else:
                ended = self._simulate(plan, mode, answered, configs, Outputs(inputs))
        end(context, ended.status, self.config_options, configs, ended.lost)

    def _inputs(self) -> list[Place]:
        """Return what is read besides configurations."""
        # A worker of --dask may be on this machine.
        found = self.reading.places(places_of("the traffic", self.traffic))
        return [*found, *([("--expect", self.options.expect)] if self.options.expect is not None else [])]

    def _outputs(self) -> list[Place]:
        options = self.options
        written = (("--output", options.output), ("--record", options.record), ("--html", options.page))
        return [(option, path) for option, path in written if path is not None]

    def _plan(self, configuration: Configuration, tokens: dict[str, str]) -> RunPlan:
        options = self.options
        return RunPlan(
            configuration=configuration,
            engine=Engine(configuration, tokens),
            line_tokens=tokens,
            local=self.reading.local,
            assume_dialogs=options.assume_dialogs,
            expected=read_expected(options.expect) if options.expect is not None else None,
            reading=self.reading.reading_of(self.traffic),
            output=options.output,
            selection=Selection(
                only=[Outcome(outcome) for outcome in options.only],
                where=options.where,
                limit=options.limit,
            ),
            record=options.record,
            timeline=options.page is not None,
        )

    def _simulate(
        self,
        plan: RunPlan,
        mode: Mode,
        answered: AnsweredRelease,
        configs: Sequence[LoadedConfig],
        outputs: Outputs,
    ) -> _Ended:
        with outputs:
            page = opened_page(self.options.page, outputs)
            result = self._result(plan, mode, outputs)
            if page is not None:
                from identify.report import result_page  # noqa: PLC0415  Few runs make a page.

                given = given_of(configs, self.traffic, answered, self.config_options)
                page.write(result_page(result, given))
        if self.options.as_json:
            print_json("simulate", answered, {**configurations_as_dict(configs), **result.as_dict()})
        else:
            if self.options.output != "-":
                printing.print_result(result)
                click.echo()
            print_release(answered, err=self.options.output == "-")
        lost = said_losses(result.readings, as_json=self.options.as_json)
        if not self.options.as_json:
            for remark in result.remarks:
                warn(remark)
        expectations = result.expectations
        unmet = expectations.unmet_in_all
        if unmet:
            lost.append(f"{unmet:,} expectation{'s' if unmet > 1 else ''} met no message")
        return _Ended(Status.DONE if expectations.hold else Status.DIFFERS, lost)

    def _result(self, plan: RunPlan, mode: Mode, outputs: Outputs) -> Result:
        with progress(self.traffic) as move:
            if mode is Mode.JOBS:
                return run_in_processes(
                    plan, self.traffic, self.options.jobs, done=_done(move), outputs=outputs
                )
            if mode is Mode.DASK and self.options.dask is not None:
                from identify.simulation.runs.cluster import run_on_dask  # noqa: PLC0415  Loads asyncio.

                return run_on_dask(plan, self.traffic, self.options.dask, done=_done(move))
            return run(plan, self.traffic, watch=_watch(move), outputs=outputs)

    def _compare(
        self,
        plan: RunPlan,
        after: Configuration,
        answered: AnsweredRelease,
        configs: Sequence[LoadedConfig],
        outputs: Outputs,
    ) -> _Ended:
        against = self.options.against or ""
        with outputs:
            page = opened_page(self.options.page, outputs)
            compared = self._compared(plan, after)
            comparison = compared.comparison
            if page is not None:
                from identify.report import comparison_page  # noqa: PLC0415  Few runs make a page.

                given = given_of(configs, self.traffic, answered, self.config_options)
                page.write(comparison_page(comparison, compared.timelines, given))
        if self.options.as_json:
            content = {**configurations_as_dict(configs), **comparison.as_dict()}
            print_json("simulate --against", answered, content)
        else:
            printing.print_comparison(comparison, against)
            click.echo()
            print_release(answered)
        lost = said_losses(comparison.readings, as_json=self.options.as_json)
        if not self.options.as_json:
            for remark in comparison.remarks:
                warn(remark)
        return _Ended(Status.DIFFERS if comparison.changed else Status.DONE, lost)

    def _compared(self, plan: RunPlan, after: Configuration) -> ComparedFiles:
        with progress(self.traffic) as move:
            if self.options.jobs > 1:
                return compare_files_in_processes(
                    plan, after, self.traffic, self.options.jobs, done=_done(move)
                )
            return compare_files(plan, after, self.traffic, watch=_watch(move))

    def _explain(self, plan: RunPlan, answered: AnsweredRelease, configs: Sequence[LoadedConfig]) -> _Ended:
        frames = [Frame(number, file) for number, file in self.options.frames]
        readings: list[Reading] = []
        with progress(self.traffic) as move:
            traces = trace_frames(
                plan,
                self.traffic,
                frames,
                watch=_watch(move),
                done=lambda reader: readings.append(Reading.of(reader)),
            )
        for line in _ambiguous(frames, traces):
            warn(line)
        if self.options.as_json:
            content = {
                **configurations_as_dict(configs),
                "messages": [trace.as_dict() for trace in traces],
                "readings": [attrs.asdict(reading) for reading in readings],
            }
            print_json("simulate --explain", answered, content)
        elif traces:
            click.echo("\n\n".join(_blocks(traces, self.traffic)))
            print_release(answered)
        else:
            note = "no message of these frames is selected by --only, --where and --limit"
            warn(note)
        return _Ended(Status.DONE, said_losses(readings, as_json=self.options.as_json))


def _ambiguous(frames: Sequence[Frame], traces: Sequence[Trace]) -> Iterator[str]:
    """Yield a line for each number without a file that is the number of a frame in several files."""
    for frame in dict.fromkeys(frames):
        files = list(dict.fromkeys(trace.traffic for trace in traces if trace.row.frame == frame.number))
        if frame.traffic is None and len(files) > 1:
            first = os.path.basename(files[0])
            yield f"frame {frame.number} is in {len(files):,} files; {escaped(first)}:{frame.number} is that of one"


def _blocks(traces: Sequence[Trace], paths: Sequence[str]) -> list[str]:
    """Return the text of each trace; of several files the first of each file below its name."""
    blocks = []
    before = None
    for trace in traces:
        named = len(paths) > 1 and trace.traffic != before
        before = trace.traffic
        blocks.append(f"{styled(escaped(trace.traffic), 'heading')}\n{trace}" if named else str(trace))
    return blocks


def _watch(move: Callable[[int, Reader | Task], None]) -> Callable[[Rows, Reader], None]:
    return lambda rows, reader: move(len(rows), reader)


def _done(move: Callable[[int, Reader | Task], None]) -> Callable[[Task], None]:
    return lambda task: move(0, task)
