"""``sip-identify upgrade``: what changes for a configuration when Asterisk is upgraded, or downgraded.

It reads the same files for both releases, and prints; what changes is found by ``identify.questions.upgrading``, and
in traffic by ``identify.simulation``.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

import attrs
import click

from identify.commands.command import command
from identify.commands.config_options import SourceOptions, as_release, source_options
from identify.commands.ending import LoadedConfig, configurations_as_dict, end
from identify.commands.output.files import check_outputs
from identify.commands.output.printing import (
    config_argument,
    escaped,
    json_option,
    print_json,
    styled,
    unusable_input,
)
from identify.commands.output.status import Status, first_status
from identify.commands.reading import load_as
from identify.commands.traffic.options import TrafficOptions, traffic_options

if TYPE_CHECKING:
    from identify.config.releases import Release
    from identify.configuration import Configuration
    from identify.questions.upgrading import Finding, Undecided, Upgrade
    from identify.simulation.comparison import Comparison

__all__ = ["upgrade"]

#: Findings of a kind, and undecided things, that are printed: about a screen; JSON has all of them.
MOST_SHOWN = 20


@command(
    [
        "sip-identify upgrade /etc/asterisk --from 18.10.0 --to 22.6.0",
        "sip-identify upgrade /etc/asterisk monday.pcap --from certified/20.7 --to 22.6.0",
    ]
)
@config_argument
@click.argument("traffic", metavar="[TRAFFIC...]", nargs=-1, type=click.Path(allow_dash=True))
@click.option(
    "--from",
    "before",
    metavar="VERSION",
    required=True,
    callback=as_release,
    help="Version of Asterisk that runs now, such as 18.10.0 or certified/20.7.",
)
@click.option(
    "--to",
    "after",
    metavar="VERSION",
    required=True,
    callback=as_release,
    help="Version of Asterisk that will run, such as 22.6.0; an older one is a downgrade.",
)
@source_options
@traffic_options
@json_option
@click.pass_context
def upgrade(
    context: click.Context,
    config: str,
    traffic: tuple[str, ...],
    before: Release,
    after: Release,
    source_options: SourceOptions,
    reading: TrafficOptions,
    as_json: bool,
) -> None:
    """Tell what another version of Asterisk changes for CONFIG.

    CONFIG is read for both.  Each change in who gets a request is shown with a request as an example; with TRAFFIC, as
    for simulate, the changes for its requests follow.

    Exit status: 0 nothing of CONFIG changes, 1 something changes, 2 wrong usage or unreadable input, 3 nothing was
    found that changes, but not everything could be decided.
    """
    from identify.questions import upgrading  # noqa: PLC0415  Help and completion do without.
    from identify.traffic.input.places import places_of  # noqa: PLC0415

    if traffic:
        from identify.commands.traffic.files import check_names, traffic_files  # noqa: PLC0415  Few calls have traffic.

        # The same traffic would count twice.
        traffic = traffic_files(traffic, reading.reading)
        check_names(traffic, ())
    check_outputs(reading.places(places_of("the traffic", traffic)))
    first, second = load_as(config, source_options, [before, after])
    configurations = (first, second)
    configs = _configs(config, first, second)
    tokens = _tokens(configurations, reading)
    found = upgrading.upgrade(*configurations, tokens)
    comparison = _compared(configurations, traffic, reading, tokens) if traffic else None
    if as_json:
        compared: dict[str, Any] | None = comparison.as_dict() if comparison is not None else None
        content = {**found.as_dict(), **configurations_as_dict(configs), "traffic": compared}
        print_json("upgrade", None, content)
    else:
        _print(found)
        if comparison is not None:
            _print_comparison(comparison, found)
    lost: list[str] = []
    if comparison is not None:
        from identify.commands.traffic.skipped import said_losses  # noqa: PLC0415  Few calls have traffic.

        lost = said_losses(comparison.readings, as_json=as_json)
    end(context, _status(found, comparison), source_options, configs, lost)


def _tokens(configurations: tuple[Configuration, Configuration], reading: TrafficOptions) -> dict[str, str]:
    """Return the tokens that are given, or end the command for a registration that neither release has."""
    first, second = configurations
    return reading.tokens(attrs.evolve(first, registrations={**second.registrations, **first.registrations}))


def _compared(
    configurations: tuple[Configuration, Configuration],
    traffic: tuple[str, ...],
    reading: TrafficOptions,
    tokens: dict[str, str],
) -> Comparison:
    """Compare the answers to all of the traffic, or end the command."""
    from identify.commands.traffic.progress import progress  # noqa: PLC0415  Few calls have traffic.
    from identify.simulation.runs.comparing import compare_files  # noqa: PLC0415
    from identify.simulation.runs.work import RunPlan  # noqa: PLC0415

    plan = RunPlan(
        configuration=configurations[0],
        line_tokens=tokens,
        local=reading.local,
        reading=reading.reading_of(traffic),
    )
    with unusable_input(), progress(traffic) as move:
        compared = compare_files(
            plan, configurations[1], traffic, watch=lambda rows, reader: move(len(rows), reader)
        )
    return compared.comparison


def _configs(config: str, first: Configuration, second: Configuration) -> list[LoadedConfig]:
    """Return the configuration as both releases read it; the releases are named if they don't lose the same."""
    if first.losses == second.losses:
        return [LoadedConfig(config, first), LoadedConfig(config, second)]
    return [LoadedConfig(config, each, each.release.name) for each in (first, second)]


def _status(found: Upgrade, comparison: Comparison | None) -> Status:
    changed = found.changed or (comparison is not None and comparison.changed)
    return first_status(
        Status.DIFFERS if changed else Status.DONE, Status.UNDETERMINED if found.undecided else Status.DONE
    )


def _print(found: Upgrade) -> None:
    from identify.questions.findings import KINDS  # noqa: PLC0415  Help and completion do without.

    decided = not found.changed and not found.undecided
    click.echo(styled(escaped(found.verdict), "answer" if decided else "no answer"))
    for kind, heading in KINDS.items():
        findings = [finding for finding in found.findings if finding.kind == kind]
        if findings:
            _print_heading(heading)
        for finding in findings[:MOST_SHOWN]:
            _print_finding(finding)
        _print_rest(findings)
    if found.undecided:
        _print_heading("Undecided")
    for undecided in found.undecided[:MOST_SHOWN]:
        _print_undecided(undecided)
    _print_rest(found.undecided)
    if found.notes:
        _print_heading("Whatever the configuration is")
    for note in found.notes:
        click.echo(f"- {escaped(note)}")


def _print_finding(finding: Finding) -> None:
    click.echo(f"- {escaped(finding.what)}{_places(finding.origins)}")
    if finding.witness is not None:
        click.echo(f"  {escaped(str(finding.witness))}")
    if finding.details:
        more = ", ..." if finding.count > len(finding.details) else ""
        click.echo(styled(f"  for {', '.join(map(escaped, finding.details))}{more}", "faint"))
    for unknown in finding.depends_on:
        click.echo(styled(f"  unless {escaped(unknown.what)} changes the answer", "warning"))
    click.echo(f"  to do: {escaped(finding.advice)}")


def _print_undecided(undecided: Undecided) -> None:
    click.echo(f"- {escaped(undecided.what)}: {escaped(undecided.reason)}{_places(undecided.origins)}")


def _print_comparison(comparison: Comparison, found: Upgrade) -> None:
    from identify.commands.traffic.printing import print_comparison  # noqa: PLC0415  Few calls have traffic.

    _print_heading("Traffic")
    print_comparison(comparison, found.after)


def _print_heading(text: str) -> None:
    click.echo()
    click.echo(styled(text, "heading"))


def _print_rest(things: Iterable[object]) -> None:
    more = len(tuple(things)) - MOST_SHOWN
    if more > 0:
        click.echo(styled(f"... and {more:,} more", "faint"))


def _places(origins: Iterable[object]) -> str:
    places = ", ".join(str(origin) for origin in origins)
    return f" ({places})" if places else ""
