"""``sip-identify bench``: what identification costs with someone's own configuration on their own machine."""

from __future__ import annotations

import math
import time
from typing import TYPE_CHECKING, Any

import attrs
import click

from identify.commands.command import command
from identify.commands.config_options import ConfigOptions, config_options
from identify.commands.ending import LoadedConfig, configurations_as_dict, end
from identify.commands.output.files import check_outputs
from identify.commands.output.printing import (
    UnusableError,
    columns,
    config_argument,
    escaped,
    json_option,
    print_json,
    print_release,
    unusable_input,
)
from identify.commands.output.status import Status
from identify.commands.reading import load
from identify.errors import IdentifyError

if TYPE_CHECKING:
    from identify.configuration import Configuration
    from identify.engine import Engine
    from identify.measuring.measurement import Figure
    from identify.measuring.samples import Sample
    from identify.simulation.results.entries import Reading

__all__ = ["bench"]

HEADING = ["Path", "Answered by", "Requests", "Per second", "Median", "99 %", "Scan", "Scan / ours"]
#: Units of a time, from the largest.
UNITS = (("s", 1.0), ("ms", 1e3), ("us", 1e6), ("ns", 1e9))


def _finite(context: click.Context, param: click.Parameter, value: float) -> float:
    """Refuse "nan", which no range excludes and no clock reaches."""
    if math.isnan(value):
        raise click.BadParameter(f"{value} is not a valid number of seconds", context, param)
    return value


@command(
    [
        "sip-identify bench /etc/asterisk",
        "sip-identify bench /etc/asterisk --traffic monday.pcap --seconds 1",
    ]
)
@config_argument
@click.option(
    "--traffic",
    metavar="FILE",
    type=click.Path(),
    help="Measure with the messages of a capture, a log or rows, such as monday.pcap; by default requests are made "
    "from CONFIG.",
)
@click.option(
    "--seconds",
    type=click.FloatRange(0.001, 60),
    default=0.2,
    show_default=True,
    callback=_finite,
    help="Seconds for which each figure is measured.",
)
@config_options
@json_option
@click.pass_context
def bench(
    context: click.Context,
    config: str,
    traffic: str | None,
    seconds: float,
    config_options: ConfigOptions,
    as_json: bool,
) -> None:
    """Measure what identification with CONFIG costs on this machine.

    It runs in one thread.  Each line is one way of asking (source: the address alone; message: bytes as received;
    request: already parsed; sources and messages: many in one call) for the requests that one identifier answers,
    "none" for those that none does.  Scan is the time of a plain Python loop over all rules, without parsing.
    """
    from identify.measuring.measurement import measure  # noqa: PLC0415  Help and completion do without.
    from identify.measuring.samples import from_configuration, grouped  # noqa: PLC0415

    check_outputs([("--traffic", traffic)] if traffic is not None else [])
    configuration = load(config, config_options)
    configs = [LoadedConfig(config, configuration)]
    engine, seconds_to_compile = _compile(configuration)
    samples, readings = _read(traffic) if traffic is not None else (from_configuration(engine), [])
    groups, dropped = grouped(engine, samples)
    if not groups:
        raise UnusableError("there is no request to measure with")
    figures = measure(engine, groups, seconds)
    summary: dict[str, Any] = {
        "endpoints": len(configuration.endpoints),
        "identifies": len(configuration.tried_identifies),
        "address_rules": configuration.tried_identifies.match_count,
        "compile_seconds": seconds_to_compile,
        "table_bytes": engine.size,
        "requests": sum(map(len, groups.values())),
        # Responses, and what PJSIP drops.
        "passed_over": dropped,
    }
    if as_json:
        content = {
            **configurations_as_dict(configs),
            **summary,
            "figures": [attrs.asdict(figure) for figure in figures],
        }
        print_json("bench", config_options.answered, content)
    else:
        _print(summary, figures)
        click.echo()
        print_release(config_options.answered)
    lost: list[str] = []
    if readings:
        from identify.commands.traffic.skipped import said_losses  # noqa: PLC0415  As above.

        lost = said_losses(readings, as_json=False)
    end(context, Status.DONE, config_options, configs, lost)


def _compile(configuration: Configuration) -> tuple[Engine, float]:
    """Return the engine and the seconds that compiling it took, or end the command."""
    from identify.engine import Engine  # noqa: PLC0415  Help and completion do without.

    begun = time.perf_counter()
    try:
        engine = Engine(configuration)
    except (IdentifyError, ValueError) as error:
        raise UnusableError(escaped(str(error))) from error
    return engine, time.perf_counter() - begun


def _read(path: str) -> tuple[list[Sample], list[Reading]]:
    """Return the messages of a file, and what was skipped of it; or end the command."""
    from identify.measuring.samples import from_traffic  # noqa: PLC0415  The readers of traffic are many.
    from identify.simulation.results.entries import Reading  # noqa: PLC0415
    from identify.traffic import open_traffic  # noqa: PLC0415

    with unusable_input(path), open_traffic(path) as reader:
        samples = from_traffic(reader)
        return samples, [Reading.of(reader)]


def _print(summary: dict[str, Any], figures: list[Figure]) -> None:
    click.echo(
        f"{summary['endpoints']} endpoints, {summary['identifies']} identifies with {summary['address_rules']} "
        f"address rules: compiled in {_time(summary['compile_seconds'])}, {_size(summary['table_bytes'])}"
    )
    click.echo(f"{summary['requests']} requests, {summary['passed_over']} messages skipped")
    click.echo()
    columns(HEADING, [_row(figure) for figure in figures])


def _row(figure: Figure) -> list[str]:
    return [
        figure.path,
        figure.identifier,
        str(figure.requests),
        f"{figure.per_second:,.0f}",
        _time(figure.median),
        _time(figure.percentile_99),
        _time(figure.scan),
        f"{figure.scan * figure.per_second:,.1f}",
    ]


def _time(seconds: float | None) -> str:
    """Return a time in three digits."""
    if seconds is None:
        return "-"
    for unit, factor in UNITS:
        if seconds * factor >= 1:
            return f"{seconds * factor:.3g} {unit}"
    return f"{seconds * 1e9:.3g} ns"


def _size(bytes: int) -> str:
    """Return a size with the unit in which it has few digits."""
    if bytes < 1000:
        return f"{bytes} bytes"
    return f"{bytes / 1e3:.1f} kB" if bytes < 1_000_000 else f"{bytes / 1e6:.1f} MB"
