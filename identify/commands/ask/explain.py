"""``sip-identify explain``: which endpoint one message belongs to, and why."""

from __future__ import annotations

import sys
from typing import BinaryIO

import rich_click as click

from identify.commands.arguments import (
    SourceAddress,
    complete_registrations,
    complete_transports,
    parse_address,
    parse_tokens,
)
from identify.commands.output import (
    NAME,
    UnusableError,
    config_argument,
    json_option,
    load,
    print_json,
    shown,
    styled,
)
from identify.configuration import Configuration
from identify.engine import Engine
from identify.errors import IdentifyError, MessageError
from identify.explain import Explanation
from identify.request import Request

__all__ = ["explain"]

#: One byte more than the largest message: what is larger is refused without being read to its end.
READ_LIMIT = 64 * 1024 + 1

STATUS_NOT_IDENTIFIED = 1

#: The style of each verdict; "note" has none.
VERDICT_STYLES = {
    "match": "answer",
    "also": "heading",
    "missing": "error",
    "near": "warning",
    "no": "faint",
}


@click.command()
@config_argument
@click.option(
    "-m",
    "--message",
    required=True,
    type=click.Path(allow_dash=True),
    help="The file with the request as it came off the wire; - reads standard input.",
)
@click.option(
    "-s",
    "--source",
    required=True,
    metavar="ADDR[:PORT]",
    callback=parse_address,
    help="Where it came from; port 5060 if none.",
)
@click.option(
    "-t",
    "--transport",
    type=click.Choice(["udp", "tcp", "tls", "ws", "wss"], case_sensitive=False),
    default="udp",
    show_default=True,
    help="What it came over; over a stream, Content-Length is required.",
)
@click.option(
    "--local", metavar="ADDR[:PORT]", callback=parse_address, help="The address of Asterisk that received it."
)
@click.option(
    "--transport-section",
    metavar="ID",
    shell_complete=complete_transports,
    help="The transport section that received it, where its address doesn't tell.",
)
@click.option(
    "--line-token",
    "line_tokens",
    metavar="ID=TOKEN",
    multiple=True,
    callback=parse_tokens,
    shell_complete=complete_registrations,
    help="The token in the Contact of a registration with line = yes; may be repeated.",
)
@json_option
@click.pass_context
def explain(
    context: click.Context,
    config: str,
    message: str,
    source: SourceAddress,
    transport: str,
    local: SourceAddress | None,
    transport_section: str | None,
    line_tokens: dict[str, str],
    as_json: bool,
) -> None:
    """Tell which endpoint of CONFIG a request belongs to, and why.

    The first line is the answer; then every identifier is told with its own answer and its reasons, in the
    order in which they are asked.

    Exit status: 0 identified, 1 not identified (also where the message is dropped), 2 wrong usage or
    unreadable input.
    """
    data = _read(message)
    configuration = load(config)
    _check_names(configuration, transport_section, line_tokens)
    try:
        engine = Engine(configuration, line_tokens=line_tokens)
    except (IdentifyError, ValueError) as error:
        raise UnusableError(shown(str(error))) from error
    try:
        request = Request.from_message(
            data,
            source.address,
            source.port,
            transport=transport,
            local=str(local) if local else None,
            transport_section=transport_section,
        )
    except MessageError as error:
        _print_dropped(error, as_json)
        context.exit(STATUS_NOT_IDENTIFIED)
    explanation = engine.explain(request)
    if as_json:
        print_json("explain", {"dropped": None, **explanation.as_dict()})
    else:
        _print(explanation)
        _point_to_problems(configuration, config)
    context.exit(0 if explanation.match is not None else STATUS_NOT_IDENTIFIED)


def _read(path: str) -> bytes:
    """Return the message, or end the command; of a message that is too large, enough to tell."""
    try:
        if path == "-":
            return _read_from(sys.stdin.buffer)
        with open(path, "rb") as file:
            return _read_from(file)
    except OSError as error:
        raise UnusableError(f"{shown(path)}: {error.strerror or error}") from error


def _read_from(stream: BinaryIO) -> bytes:
    return stream.read(READ_LIMIT)


def _check_names(
    configuration: Configuration, transport_section: str | None, line_tokens: dict[str, str]
) -> None:
    """End the command if a name isn't in the configuration: a mistyped one would look like an answer."""
    if transport_section is not None and transport_section not in configuration.transports:
        known = ", ".join(map(shown, configuration.transports)) or "none"
        raise UnusableError(f"no transport {shown(transport_section)!r}; there is: {known}")
    with_line = [one.id for one in configuration.registrations.values() if one.line]
    for id in line_tokens:
        if id not in with_line:
            known = ", ".join(map(shown, with_line)) or "none"
            raise UnusableError(f"no registration {shown(id)!r} with line = yes; there is: {known}")


def _print_dropped(error: MessageError, as_json: bool) -> None:
    """Say why Asterisk wouldn't look at the message."""
    if as_json:
        dropped = {"reason": error.reason, "offset": error.offset}
        print_json("explain", {"dropped": dropped, "match": None, "screening": None, "steps": []})
        return
    click.echo(styled("not identified", "no answer"))
    click.echo(
        f"Asterisk drops this message before it looks at it: {shown(error.reason)} (at byte {error.offset})"
    )


def _print(explanation: Explanation) -> None:
    """Print the explanation; without colours the lines are those of ``str(explanation)``."""
    click.echo(styled(explanation.answer, "answer" if explanation.match is not None else "no answer"))
    text = str(explanation).split("\n")
    steps = sum(1 + len(step.reasons) for step in explanation.steps)
    for line in text[1 : len(text) - steps]:
        click.echo(styled(line, "warning"))
    for step in explanation.steps:
        heading, *_ = str(step).split("\n")
        click.echo(styled(heading, "heading" if step.endpoint is None else "answer"))
        for reason in step.reasons:
            verdict = styled(f"[{reason.verdict}]", VERDICT_STYLES.get(reason.verdict, ""))
            click.echo(f"  {verdict} {reason}")


def _point_to_problems(configuration: Configuration, config: str) -> None:
    """Say on standard error that something of the configuration was lost: the answer may be due to it."""
    lost = sum(problem.severity == "error" for problem in configuration.problems)
    if lost:
        errors = "1 error" if lost == 1 else f"{lost} errors"
        hint = f"The configuration has {errors}, see: {NAME} show problems {shown(config)}"
        click.echo(styled(hint, "warning"), err=True)
