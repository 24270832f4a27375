"""``sip-identify verify``: Asterisk's own verdicts in its log held against ours."""

from __future__ import annotations

from datetime import tzinfo

import rich_click as click

from identify.commands.output import (
    UnusableError,
    config_argument,
    json_option,
    load,
    print_json,
    shown,
    styled,
)
from identify.commands.traffic.options import check_tokens, read_tokens, reading_of, traffic_options
from identify.errors import IdentifyError
from identify.simulation.runs.verification import Verification
from identify.simulation.runs.verification import verify as compare

__all__ = ["verify"]

STATUS_DIFFERS = 1
MOST_SHOWN = 50


@click.command()
@config_argument
@click.argument("logs", metavar="LOG...", nargs=-1, required=True, type=click.Path())
@traffic_options
@json_option
@click.pass_context
def verify(
    context: click.Context,
    config: str,
    logs: tuple[str, ...],
    line_tokens: dict[str, str],
    tokens_file: str | None,
    local: tuple[str, ...],
    form: str | None,
    zone: tzinfo,
    year: int | None,
    columns: dict[str, str],
    as_json: bool,
) -> None:
    """Hold the verdicts in Asterisk's LOG against those that CONFIG gives to the same requests.

    The log needs its SIP messages (pjsip set logger on) and, for more than failures, the debug messages of level 3 of
    res_pjsip_endpoint_identifier_ip and its like.

    Exit status: 0 no difference, 1 some request differs, 2 wrong usage or unreadable input.
    """
    configuration = load(config)
    tokens = read_tokens(tokens_file, line_tokens)
    check_tokens(configuration, tokens)
    reading = reading_of(form, zone, year, columns)
    found = {}
    for path in logs:
        try:
            found[path] = compare(configuration, path, line_tokens=tokens, local=local, **reading)
        except OSError as error:
            raise UnusableError(f"{shown(path)}: {error.strerror or error}") from error
        except IdentifyError as error:
            raise UnusableError(shown(str(error))) from error
    if as_json:
        print_json("verify", {"logs": [{"log": path, **one.as_dict()} for path, one in found.items()]})
    else:
        for path, one in found.items():
            _print(path, one)
    context.exit(STATUS_DIFFERS if any(one.differing for one in found.values()) else 0)


def _print(path: str, found: Verification) -> None:
    agreed = ", ".join(f"{count:,} by {by}" if by != "none" else f"{count:,} not identified"
                       for by, count in sorted(found.agreed.items()))  # fmt: skip
    click.echo(f"{shown(path)}: {found.requests:,} requests, {found.compared:,} with a verdict in the log")
    click.echo(styled(f"{found.agreed.total():,} agree", "answer") + (f": {agreed}" if agreed else ""))
    if found.undetermined:
        click.echo(f"{found.undetermined:,} of which the log says too little")
    if found.differing:
        click.echo(styled(f"{found.differing:,} differ", "no answer"))
        for difference in found.differences[:MOST_SHOWN]:
            click.echo(f"  {shown(str(difference))}")
        if found.differing > MOST_SHOWN:
            click.echo(styled(f"  ... and {found.differing - MOST_SHOWN:,} more", "faint"))
