"""``sip-identify bench``: what identification costs with someone's own configuration on their own machine."""

from __future__ import annotations

import importlib
import math
import time
from typing import Any

import attrs
import rich_click as click

from identify.commands.output import (
    UnusableError,
    columns,
    config_argument,
    json_option,
    load,
    print_json,
    shown,
)
from identify.engine import Engine
from identify.errors import IdentifyError
from identify.measuring.measurement import Figure, measure
from identify.measuring.samples import Sample, from_configuration, from_traffic, grouped

__all__ = ["bench"]

HEADING = ["Path", "Answered by", "Requests", "A second", "Median", "99 %", "Scan", "Scan / ours"]
#: Units of a time, from the largest.
UNITS = (("s", 1.0), ("ms", 1e3), ("us", 1e6), ("ns", 1e9))


def _finite(context: click.Context, param: click.Parameter, value: float) -> float:
    """Refuse "nan", which no range excludes and no clock reaches."""
    if math.isnan(value):
        raise click.BadParameter(f"{value} is no time", context, param)
    return value


@click.command()
@config_argument
@click.option(
    "--traffic",
    metavar="FILE",
    type=click.Path(),
    help="Measure with the messages of a capture, a log or a list; otherwise requests are made from CONFIG.",
)
@click.option(
    "--seconds",
    type=click.FloatRange(0.001, 60),
    default=0.2,
    show_default=True,
    callback=_finite,
    help="How long each figure is measured.",
)
@json_option
def bench(config: str, traffic: str | None, seconds: float, as_json: bool) -> None:
    """Measure what identification with CONFIG costs on this machine, in one thread.

    Each line is one way of asking (source: the address alone; message: bytes from the wire; request: parsed
    before; sources and messages: many in one call) for the requests that one identifier answers, "none" for
    those that nothing covers.  Scan is what a plain loop in Python over all rules takes, parsing apart.
    """
    configuration = load(config)
    begun = time.perf_counter()
    try:
        engine = Engine(configuration)
    except (IdentifyError, ValueError) as error:
        raise UnusableError(shown(str(error))) from error
    compiled = time.perf_counter() - begun
    samples = _read(traffic) if traffic is not None else from_configuration(engine)
    groups, dropped = grouped(engine, samples)
    if not groups:
        raise UnusableError("there is no request to measure with")
    figures = measure(engine, groups, seconds)
    rules = sum(len(one.addresses) for one in configuration.identifies.values())
    summary: dict[str, Any] = {
        "endpoints": len(configuration.endpoints),
        "identifies": len(configuration.identifies),
        "address_rules": rules,
        "compile_seconds": compiled,
        "table_bytes": engine.size,
        "requests": sum(map(len, groups.values())),
        # Responses, and what PJSIP drops.
        "passed_over": dropped,
    }
    if as_json:
        print_json("bench", {**summary, "figures": [attrs.asdict(one) for one in figures]})
        return
    click.echo(
        f"{summary['endpoints']} endpoints, {summary['identifies']} identifies with {rules} address rules: "
        f"compiled in {_time(compiled)}, {engine.size / 1e6:.2f} MB"
    )
    click.echo(f"{summary['requests']} requests, {dropped} messages passed over")
    click.echo()
    columns(HEADING, [_row(one) for one in figures])


def _read(path: str) -> list[Sample]:
    """Return the messages of a file, or end the command."""
    # Loaded only where traffic is read: its readers are many.
    traffic = importlib.import_module("identify.traffic")
    try:
        with traffic.open_traffic(path) as reader:
            return from_traffic(reader)
    except IdentifyError as error:
        # It names the file itself.
        raise UnusableError(shown(str(error))) from error
    except OSError as error:
        raise UnusableError(f"{shown(path)}: {error.strerror or error}") from error


def _row(one: Figure) -> list[str]:
    return [
        one.path,
        one.identifier,
        str(one.requests),
        f"{one.per_second:,.0f}",
        _time(one.median),
        _time(one.percentile_99),
        _time(one.scan),
        f"{one.scan * one.per_second:,.1f}",
    ]


def _time(seconds: float | None) -> str:
    """Return a time in three digits."""
    if seconds is None:
        return "-"
    for unit, factor in UNITS:
        if seconds * factor >= 1:
            return f"{seconds * factor:.3g} {unit}"
    return f"{seconds * 1e9:.3g} ns"
