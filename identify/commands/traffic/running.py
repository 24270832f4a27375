"""What ``simulate`` does in each of its modes: the plan of the run, the run, and which function prints its result.

Reading, simulating and comparing are ``identify.simulation.runs``'s, words and columns ``printing``'s.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import IO

import attrs
import rich_click as click

from identify.commands.config_options import AnsweredRelease, ConfigOptions
from identify.commands.output import (
    STATUS_DIFFERS,
    escaped,
    print_json,
    print_release,
    styled,
    unusable_input,
)
from identify.commands.outputs import check_outputs
from identify.commands.reading import configuration_places, load_all, point_to_problems
from identify.commands.traffic import printing
from identify.commands.traffic.log_release import answered_for
from identify.commands.traffic.modes import Mode, SimulateOptions
from identify.commands.traffic.options import TrafficOptions
from identify.commands.traffic.progress import progress
from identify.configuration import Configuration
from identify.engine import Engine
from identify.simulation import Outcome, Result, Rows
from identify.simulation.files import Selection, read_expected
from identify.simulation.runs.comparing import ComparedFiles, compare_files, compare_files_in_processes
from identify.simulation.runs.tracing import Frame, Trace, trace_frames
from identify.simulation.runs.work import RunPlan, Task, run, run_in_processes
from identify.traffic.batch import Reader
from identify.traffic.input.places import places_of
from identify.writing import Outputs, Place

__all__ = ["Simulated"]


@attrs.frozen(kw_only=True)
class Simulated:
    """A call of the command, its arguments already checked."""

    config: str
    traffic: tuple[str, ...]
    options: SimulateOptions
    reading: TrafficOptions
    config_options: ConfigOptions

    def run(self, mode: Mode) -> int:
        """Do and print what is asked for; return the exit status, or end the command."""
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
            if mode is Mode.EXPLAIN:
                status = self._explain(plan, answered)
            elif mode is Mode.AGAINST:
                status = self._compare(plan, after[0], answered, Outputs(inputs))
            else:
                status = self._simulate(plan, mode, answered, Outputs(inputs))
        if not self.options.as_json:
            for path, each in zip([self.config, *against], [configuration, *after], strict=True):
                point_to_problems(each, path)
        return status

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
            reading=self.reading.reading,
            output=options.output,
            selection=Selection(
                only=[Outcome(outcome) for outcome in options.only],
                where=options.where,
                limit=options.limit,
            ),
            record=options.record,
            timeline=options.page is not None,
        )

    def _simulate(self, plan: RunPlan, mode: Mode, answered: AnsweredRelease, outputs: Outputs) -> int:
        with outputs:
            page = _page(self.options.page, outputs)
            result = self._result(plan, mode, outputs)
            if page is not None:
                from identify.report import result_page  # noqa: PLC0415  Few runs make a page.

                page.write(result_page(result, config=self.config, traffic=self.traffic))
        if self.options.as_json:
            print_json("simulate", answered, result.as_dict())
        else:
            if self.options.output != "-":
                printing.print_result(result)
                click.echo()
            print_release(answered, err=self.options.output == "-")
        return STATUS_DIFFERS if result.expectations.failed else 0

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
        self, plan: RunPlan, after: Configuration, answered: AnsweredRelease, outputs: Outputs
    ) -> int:
        against = self.options.against or ""
        with outputs:
            page = _page(self.options.page, outputs)
            compared = self._compared(plan, after)
            comparison = compared.comparison
            if page is not None:
                from identify.report import comparison_page  # noqa: PLC0415  Few runs make a page.

                page.write(
                    comparison_page(
                        comparison,
                        compared.timelines,
                        config=self.config,
                        against=against,
                        traffic=self.traffic,
                    )
                )
        if self.options.as_json:
            print_json("simulate --against", answered, comparison.as_dict())
        else:
            printing.print_comparison(comparison, against)
            click.echo()
            print_release(answered)
        return STATUS_DIFFERS if comparison.changed else 0

    def _compared(self, plan: RunPlan, after: Configuration) -> ComparedFiles:
        with progress(self.traffic) as move:
            if self.options.jobs > 1:
                return compare_files_in_processes(
                    plan, after, self.traffic, self.options.jobs, done=_done(move)
                )
            return compare_files(plan, after, self.traffic, watch=_watch(move))

    def _explain(self, plan: RunPlan, answered: AnsweredRelease) -> int:
        frames = [Frame(number, file) for number, file in self.options.frames]
        with progress(self.traffic) as move:
            traces = trace_frames(plan, self.traffic, frames, watch=_watch(move))
        if self.options.as_json:
            print_json("simulate --explain", answered, {"messages": [trace.as_dict() for trace in traces]})
        elif traces:
            click.echo("\n\n".join(_blocks(traces, self.traffic)))
            print_release(answered)
        else:
            note = "no message of these frames is selected by --only, --where and --limit"
            click.echo(styled(note, "warning"), err=True)
        return 0


def _blocks(traces: Sequence[Trace], paths: Sequence[str]) -> list[str]:
    """Return the text of each trace; of several files the first of each file below its name."""
    blocks = []
    before = None
    for trace in traces:
        named = len(paths) > 1 and trace.traffic != before
        before = trace.traffic
        blocks.append(f"{styled(escaped(trace.traffic), 'heading')}\n{trace}" if named else str(trace))
    return blocks


def _watch(move: Callable[[int, Reader | str], None]) -> Callable[[Rows, Reader], None]:
    return lambda rows, reader: move(len(rows), reader)


def _done(move: Callable[[int, Reader | str], None]) -> Callable[[Task], None]:
    return lambda task: move(0, task.path)


def _page(path: str | None, outputs: Outputs) -> IO[str] | None:
    """Open the page before the traffic is read, which ends the command where none could be written afterwards."""
    if path is None:
        return None
    from identify.report import require_libraries  # noqa: PLC0415  Few runs make a page.

    require_libraries()
    return outputs.open(path).text("utf-8")
