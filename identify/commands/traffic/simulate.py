"""``sip-identify simulate``: which endpoint gets each request of captured or logged traffic, and what would change."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from datetime import tzinfo

import rich_click as click

from identify.commands.output import UnusableError, config_argument, json_option, load, print_json, shown
from identify.commands.traffic import printing
from identify.commands.traffic.options import check_tokens, progress, read_tokens, reading_of, traffic_options
from identify.configuration import Configuration
from identify.engine import Engine
from identify.errors import IdentifyError
from identify.report import comparison_page, require_libraries, result_page
from identify.simulation import Comparison, Outcome, Result, Rows
from identify.simulation.files import Selection, read_expected
from identify.simulation.results.timeline import Timeline
from identify.simulation.runs.cluster import run_on_dask
from identify.simulation.runs.work import RunPlan, run, run_in_processes
from identify.traffic import Reader, open_traffic

__all__ = ["simulate"]

STATUS_DIFFERS = 1

#: Messages of the frames of ``--explain``.
MOST_EXPLAINED = 100


@click.command()
@config_argument
@click.argument("traffic", metavar="TRAFFIC...", nargs=-1, required=True, type=click.Path(allow_dash=True))
@click.option(
    "--against", metavar="CONFIG", type=click.Path(), help="Print only what changes with this configuration."
)
@click.option(
    "--expect", "expect", metavar="FILE", type=click.Path(), help="Answers that are expected, of --record."
)
@click.option("--record", metavar="FILE", type=click.Path(), help="Write today's answers as expected ones.")
@click.option(
    "-o",
    "--output",
    metavar="FILE",
    type=click.Path(allow_dash=True),
    help="Write a row a request to a .jsonl, .csv or .parquet file; - prints JSON Lines and no summary.",
)
@click.option(
    "--html",
    "page",
    metavar="FILE",
    type=click.Path(dir_okay=False, writable=True),
    help="Write a report to look at in a browser; needs sip-identify[report].",
)
@click.option(
    "--only",
    metavar="OUTCOME",
    multiple=True,
    type=click.Choice([one.value for one in Outcome]),
    help="Rows with this outcome only; may be repeated.",
)
@click.option(
    "--where",
    metavar="FIELD=VALUE",
    multiple=True,
    help="Rows of which this holds only, such as source=192.0.2.0/24 or endpoint!=; may be repeated.",
)
@click.option("--limit", metavar="N", type=click.IntRange(0), help="At most so many rows.")
@click.option(
    "--explain",
    "frames",
    metavar="FRAME",
    type=click.IntRange(0),
    multiple=True,
    help="Print the trace of the requests of this packet or line instead; may be repeated.",
)
@click.option(
    "--assume-dialogs",
    is_flag=True,
    help="Take a To tag for one of a live dialog, for captures that begin in the middle of calls.",
)
@click.option(
    "-j", "--jobs", metavar="N", type=click.IntRange(1, 256), default=1, help="Use so many processes."
)
@click.option(
    "--dask",
    metavar="ADDRESS",
    help="Use the workers of a Dask scheduler, such as tcp://192.0.2.1:8786; TRAFFIC are paths on them, or URLs.",
)
@traffic_options
@json_option
@click.pass_context
def simulate(
    context: click.Context,
    config: str,
    traffic: tuple[str, ...],
    against: str | None,
    expect: str | None,
    record: str | None,
    output: str | None,
    page: str | None,
    only: tuple[str, ...],
    where: tuple[str, ...],
    limit: int | None,
    frames: tuple[int, ...],
    assume_dialogs: bool,
    jobs: int,
    dask: str | None,
    line_tokens: dict[str, str],
    tokens_file: str | None,
    local: tuple[str, ...],
    form: str | None,
    zone: tzinfo,
    year: int | None,
    columns: dict[str, str],
    as_json: bool,
) -> None:
    """Tell which endpoint of CONFIG gets each request of TRAFFIC, and what happens to the others.

    TRAFFIC are captures (pcap, pcapng, HEP3), logs of Asterisk, or rows (JSON Lines, CSV, Parquet), compressed or
    not, by path or by URL such as s3://bucket/monday.pcap; - reads standard input.  Several files are taken as one
    Asterisk's traffic in the order given.

    Exit status: 0 done, 1 something changes with --against or isn't as expected, 2 wrong usage or unreadable input.
    """
    configuration = load(config)
    tokens = read_tokens(tokens_file, line_tokens)
    check_tokens(configuration, tokens)
    _check_together(against=against, frames=frames, output=output, record=record, expect=expect, jobs=jobs)
    if frames and page is not None:
        raise click.UsageError("--html doesn't go with --explain")
    _check_traffic(traffic)
    if dask is not None:
        _check_dask(
            {
                "--output": output, "--record": record, "--limit": limit is not None, "--only": only, "--where": where,
                "--explain": frames, "--against": against, "--jobs": jobs != 1, "standard input": "-" in traffic,
            }
        )  # fmt: skip
    try:
        if page is not None:
            _check_page(page)
        plan = RunPlan(
            configuration=configuration,
            engine=Engine(configuration, tokens),
            line_tokens=tokens,
            local=local,
            assume_dialogs=assume_dialogs,
            expected=read_expected(expect) if expect is not None else None,
            reading=reading_of(form, zone, year, columns),
            output=output,
            selection=Selection(only=[Outcome(one) for one in only], where=where, limit=limit),
            record=record,
            timeline=page is not None,
        )
        if frames:
            _explain(plan, traffic[0], frames)
            return
        if against is not None:
            context.exit(_compare(plan, load(against), (config, against), traffic, page, as_json))
        result = _run(plan, traffic, jobs) if dask is None else _run_on_dask(plan, traffic, dask)
        if page is not None:
            _write(page, result_page(result, config=config, traffic=traffic))
    except OSError as error:
        raise UnusableError(
            shown(f"{error.filename}: {error.strerror}" if error.filename else str(error))
        ) from error
    except IdentifyError as error:
        raise UnusableError(shown(str(error))) from error
    if as_json:
        print_json("simulate", result.as_dict())
    elif output != "-":
        printing.print_result(result)
    context.exit(STATUS_DIFFERS if result.expectations.failed else 0)


def _check_together(**given: object) -> None:
    """End the command where options can't go together."""
    jobs = given.pop("jobs")
    for alone in ("frames", "against"):
        others = [name for name, value in given.items() if value and name != alone]
        if given[alone] and others:
            first, second = (f"--{'explain' if name == 'frames' else name}" for name in (alone, others[0]))
            raise click.UsageError(f"{first} doesn't go with {second}")
        if given[alone] and jobs != 1:
            raise click.UsageError(f"--jobs doesn't go with --{'explain' if alone == 'frames' else alone}")


def _check_dask(given: Mapping[str, object]) -> None:
    """End the command where something doesn't go with a cluster, of which only totals come back."""
    for name, value in given.items():
        if value:
            raise click.UsageError(f"--dask doesn't go with {name}: only the totals of whole files come back")


def _check_traffic(traffic: Sequence[str]) -> None:
    """End the command where an input would be read twice without meaning it."""
    for path in traffic:
        if traffic.count(path) > 1:
            raise click.UsageError(f"{shown(path)} is given twice")
    if len({os.path.basename(path) for path in traffic}) < len(traffic):
        raise click.UsageError("two files have the same name, so that their rows couldn't be told apart")


def _watch(move: Callable[[int, Reader | str], None]) -> Callable[[Rows, Reader], None]:
    return lambda rows, reader: move(len(rows), reader)


def _run(plan: RunPlan, traffic: Sequence[str], jobs: int) -> Result:
    with progress(traffic) as move:
        if jobs == 1:
            return run(plan, traffic, watch=_watch(move))
        if "-" in traffic:
            raise click.UsageError("--jobs doesn't go with standard input")
        if plan.selection.limit is not None:
            raise click.UsageError("--jobs doesn't go with --limit")
        return run_in_processes(plan, traffic, jobs, done=lambda task: move(0, task.path))


def _run_on_dask(plan: RunPlan, traffic: Sequence[str], address: str) -> Result:
    with progress(traffic) as move:
        return run_on_dask(plan, traffic, address, done=lambda task: move(0, task.path))


def _check_page(path: str) -> None:
    """End the command before the traffic is read where no page could be written afterwards."""
    require_libraries()
    # Appending nothing keeps the page of the last time, should reading fail.
    with open(path, "a", encoding="utf-8"):
        pass


def _write(path: str, page: str) -> None:
    with open(path, "w", encoding="utf-8", newline="\n") as file:
        file.write(page)


def _compare(
    plan: RunPlan,
    after: Configuration,
    names: tuple[str, str],
    traffic: Sequence[str],
    page: str | None,
    as_json: bool,
) -> int:
    """Print what changes; return the exit status."""
    tokens = {id: token for id, token in plan.line_tokens.items() if id in after.registrations}
    comparison = Comparison(
        plan.configuration,
        after,
        engines=(plan.engine, Engine(after, tokens)),
        line_tokens=plan.line_tokens,
        local=plan.local,
        assume_dialogs=plan.assume_dialogs,
    )
    timelines = (Timeline(), Timeline())
    with progress(traffic) as move:
        for path in traffic:
            with open_traffic(path, **plan.reading) as reader:
                for batch in reader:
                    rows = comparison.feed(batch)
                    if page is not None:
                        timelines[0].feed(rows[0])
                        timelines[1].feed(rows[1])
                    move(len(batch), reader)
    if page is not None:
        _write(
            page,
            comparison_page(comparison, timelines, config=names[0], against=names[1], traffic=traffic),
        )
    if as_json:
        print_json("simulate --against", comparison.as_dict())
    else:
        printing.print_comparison(comparison, names[1])
    return STATUS_DIFFERS if comparison.changed else 0


def _explain(plan: RunPlan, path: str, frames: Sequence[int]) -> None:
    """Print the traces of the messages of some frames."""
    wanted = set(frames)
    found: Mapping[int, list[str]] = {frame: [] for frame in wanted}
    simulation = plan.simulation()
    with open_traffic(path, **plan.reading) as reader:
        for rows in simulation.rows(reader):
            for number, frame in enumerate(rows.batch.frames):
                if frame in wanted and len(found[frame]) < MOST_EXPLAINED:
                    found[frame].append(printing.trace(simulation, rows, number))
    for frame in frames:
        if not found[frame]:
            raise UnusableError(f"{shown(path)}: there is no SIP message in {frame}")
    click.echo("\n\n".join(text for frame in frames for text in found[frame]))
