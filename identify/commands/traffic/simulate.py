"""``sip-identify simulate``: which endpoint gets each request of captured or logged traffic, and what would change.

Knows the options and how they are written; which of them go together is ``modes``'s, what is done ``running``'s.
"""

from __future__ import annotations

import os
from collections.abc import Sequence

import click

from identify.commands.arguments import parse_frames
from identify.commands.command import command
from identify.commands.config_options import ConfigOptions, config_options
from identify.commands.options import gathered
from identify.commands.output.printing import config_argument, escaped, json_option
from identify.commands.traffic.files import check_names, traffic_files
from identify.commands.traffic.modes import Mode, SimulateOptions
from identify.commands.traffic.options import TrafficOptions, traffic_options
from identify.simulation.outcomes import Outcome

__all__ = ["simulate"]


OPTIONS = [
    click.option(
        "--against", metavar="CONFIG", type=click.Path(),
        help="Print only what changes with this configuration, such as /etc/asterisk.new.",
    ),
    click.option(
        "--expect", metavar="FILE", type=click.Path(), help="Expected answers, as written by --record."
    ),
    click.option(
        "--record", metavar="FILE", type=click.Path(),
        help="Write the answers to a file, such as expected.jsonl, for --expect.",
    ),
    click.option(
        "-o", "--output", metavar="FILE", type=click.Path(allow_dash=True),
        help="Write a row for each request to a .jsonl, .csv or .parquet file; - prints JSON Lines and no summary.",
    ),
    click.option(
        "--html", "page", metavar="FILE", type=click.Path(dir_okay=False, writable=True),
        help="Write a report for a browser, such as report.html; needs sip-identify[report].",
    ),
    click.option(
        "--only", metavar="OUTCOME", multiple=True, type=click.Choice([outcome.value for outcome in Outcome]),
        help="Only rows with this outcome, such as unidentified; may be repeated.",
    ),
    click.option(
        "--where", metavar="FIELD=VALUE", multiple=True,
        help="Only rows matching this condition, such as source=192.0.2.0/24 or endpoint!=; may be repeated.",
    ),
    click.option(
        "--limit", metavar="N", type=click.IntRange(0), help="Maximum number of rows, such as 100."
    ),
    click.option(
        "--explain", "frames", metavar="[FILE:]FRAME", multiple=True, callback=parse_frames,
        help="Print only the traces of this packet or line, such as 5 or monday.pcap:5; may be repeated.",
    ),
    click.option(
        "--assume-dialogs", is_flag=True,
        help="Treat any To tag as part of an established dialog (for captures that start mid-call).",
    ),
    click.option(
        "-j", "--jobs", metavar="N", type=click.IntRange(1, 256), default=1, help="Number of processes, such as 4."
    ),
    click.option(
        "--dask", metavar="ADDRESS",
        help="Use the workers of a Dask scheduler, such as tcp://192.0.2.1:8786; TRAFFIC are paths on them, or URLs.",
    ),
]  # fmt: skip


@command(
    [
        "sip-identify simulate /etc/asterisk monday.pcap",
        "sip-identify simulate /etc/asterisk monday.pcap --against /etc/asterisk.new",
        "sip-identify simulate /etc/asterisk full.log --only unidentified -o rows.csv",
    ]
)
@config_argument
@click.argument("traffic", metavar="TRAFFIC...", nargs=-1, required=True, type=click.Path(allow_dash=True))
@gathered("options", SimulateOptions, OPTIONS)
@traffic_options
@config_options
@json_option
@click.pass_context
def simulate(
    context: click.Context,
    config: str,
    traffic: tuple[str, ...],
    options: SimulateOptions,
    reading: TrafficOptions,
    config_options: ConfigOptions,
) -> None:
    """Tell which endpoint of CONFIG gets each request of TRAFFIC.

    It also tells what happens to the others.  TRAFFIC are captures (pcap, pcapng, HEP3), logs of Asterisk, what sngrep,
    ngrep or tcpdump print, or rows (JSON Lines, CSV, Parquet), compressed or not, by path or by URL such as
    s3://bucket/monday.pcap; - reads standard input.  Of a directory all files are read, sorted by name.  Several files
    are taken as the traffic of one Asterisk, in the order given.

    Exit status: 0 done, 1 something changes with --against or isn't as expected, 2 wrong usage or unreadable input.
    """
    mode = options.mode(traffic, config_options)
    if mode is not Mode.DASK:
        # The paths of --dask are those of its workers.
        traffic = traffic_files(traffic, reading.reading)
    by_name = [name for name, value in (("--record", options.record), ("--expect", options.expect)) if value]
    check_names(traffic, by_name)
    _check_frames(traffic, options)
    from identify.commands.traffic.running import Simulated  # noqa: PLC0415  Help and completion do without.

    simulated = Simulated(
        config=config, traffic=traffic, options=options, reading=reading, config_options=config_options
    )
    simulated.run(context, mode)


def _check_frames(traffic: Sequence[str], options: SimulateOptions) -> None:
    """End the command where a frame is of none of the files."""
    names = {os.path.basename(path) for path in traffic}
    for _, file in options.frames:
        if file is not None and file not in names and file not in traffic:
            raise click.UsageError(f"--explain {escaped(file)}: no such file in TRAFFIC")
