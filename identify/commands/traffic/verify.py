"""``sip-identify verify``: Asterisk's own verdicts in its log held against ours."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from identify.commands.command import command
from identify.commands.config_options import ConfigOptions, config_options
from identify.commands.ending import LoadedConfig, configurations_as_dict, end
from identify.commands.output.files import check_outputs
from identify.commands.output.printing import (
    config_argument,
    escaped,
    json_option,
    print_json,
    print_release,
    styled,
    unusable_input,
)
from identify.commands.output.status import Status
from identify.commands.reading import load
from identify.commands.traffic.options import TrafficOptions, traffic_options
from identify.commands.traffic.printing import print_packets, unknown_of

if TYPE_CHECKING:
    from identify.simulation.runs.verification import Verification

__all__ = ["verify"]

#: Differences that are printed, about a screen; the JSON has more.
MOST_SHOWN = 50


@command(
    [
        "sip-identify verify /etc/asterisk /var/log/asterisk/full",
        "sip-identify verify /etc/asterisk full --release 18.10.0 --zone Europe/Berlin",
    ]
)
@config_argument
@click.argument("logs", metavar="LOG...", nargs=-1, required=True, type=click.Path())
@traffic_options
@config_options
@json_option
@click.pass_context
def verify(
    context: click.Context,
    config: str,
    logs: tuple[str, ...],
    reading: TrafficOptions,
    config_options: ConfigOptions,
    as_json: bool,
) -> None:
    """Compare Asterisk's verdicts in LOG with those of CONFIG.

    Both are verdicts on the same requests, line by line.  Notices of failures are enough for what From and the source
    decide; for more the log needs its SIP messages (pjsip set logger on) and, for more than failures, the debug
    messages of level 3 of res_pjsip_endpoint_identifier_ip and the related identifier modules.

    Exit status: 0 no difference, 1 some request differs, 2 wrong usage or unreadable input.
    """
    from identify.commands.traffic.files import traffic_files  # noqa: PLC0415  Help and completion do without.
    from identify.commands.traffic.log_release import answered_for  # noqa: PLC0415
    from identify.commands.traffic.skipped import said_losses  # noqa: PLC0415
    from identify.simulation.runs import verification  # noqa: PLC0415
    from identify.traffic.input.places import places_of  # noqa: PLC0415

    logs = traffic_files(logs, reading.reading, only=("log", "json-log"))
    check_outputs(reading.places(places_of("the traffic", logs)))
    answered = answered_for(config_options, logs, reading)
    configuration = load(config, config_options, answered)
    configs = [LoadedConfig(config, configuration)]
    tokens = reading.tokens(configuration)
    found = {}
    for path in logs:
        with unusable_input(path):
            found[path] = verification.verify(
                configuration, path, line_tokens=tokens, local=reading.local, **reading.reading
            )
    if as_json:
        logs_found = [{"log": path, **log.as_dict()} for path, log in found.items()]
        print_json("verify", answered, {**configurations_as_dict(configs), "logs": logs_found})
    else:
        for path, log in found.items():
            _print(path, log)
        print_release(answered)
    readings = [log.reading for log in found.values() if log.reading is not None]
    lost = said_losses(readings, as_json=as_json)
    lost += [f"{escaped(path)}: nothing to compare" for path, log in found.items() if not log.compared]
    status = Status.DIFFERS if any(log.differing for log in found.values()) else Status.DONE
    end(context, status, config_options, configs, lost)


def _print(path: str, found: Verification) -> None:
    agreed = ", ".join(f"{count:,} by {by}" if by != "none" else f"{count:,} not identified"
                       for by, count in sorted(found.agreed.items()))  # fmt: skip
    click.echo(f"{escaped(path)}: {found.requests:,} requests, {found.compared:,} with a verdict in the log")
    if found.notices:
        which = "all" if found.notices == found.requests else f"{found.notices:,}"
        click.echo(f"{which} of them are notices without a message: known are method, From and source")
    click.echo(styled(f"{found.agreed.total():,} agree", "answer") + (f": {agreed}" if agreed else ""))
    if found.undetermined:
        click.echo(f"{found.undetermined:,} undetermined: the log says too little")
    possible = found.unknowns.total()
    if possible:
        known_of = unknown_of(found.unknowns)
        note = f"{possible:,} have one of the possible answers: ours depend on what isn't known of {known_of}"
        click.echo(styled(note, "warning"))
        for unknown, count in found.most_unknown()[:MOST_SHOWN]:
            at = f" ({unknown.origin})" if unknown.origin is not None else ""
            click.echo(f"  {count:,}: {escaped(unknown.what)}{at}; settled by {escaped(unknown.settles)}")
    if found.differing:
        click.echo(styled(f"{found.differing:,} differ", "no answer"))
        for difference in found.differences[:MOST_SHOWN]:
            click.echo(f"  {escaped(str(difference))}")
        if found.differing > MOST_SHOWN:
            click.echo(styled(f"  ... and {found.differing - MOST_SHOWN:,} more", "faint"))
        if any(difference.notice for difference in found.differences):
            note = (
                "Where a notice differs, this configuration isn't the one that Asterisk had loaded then: "
                "it was changed since, or not reloaded"
            )
            click.echo(styled(note, "warning"))
    if found.reading is not None:
        print_packets(found.reading.dropped_packets)
