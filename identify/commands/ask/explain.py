"""``sip-identify explain``: which endpoint one message belongs to, and why."""

from __future__ import annotations

import shlex
import sys
from typing import TYPE_CHECKING, Any

import attrs
import click

from identify.commands.arguments import (
    SocketAddress,
    check_line_tokens,
    complete_registrations,
    complete_transports,
    parse_address,
    parse_tokens,
)
from identify.commands.command import command
from identify.commands.config_options import AnsweredRelease, ConfigOptions, config_options
from identify.commands.ending import LoadedConfig, configurations_as_dict, end
from identify.commands.options import gathered
from identify.commands.output.files import check_outputs
from identify.commands.output.printing import (
    UnusableError,
    config_argument,
    escaped,
    json_option,
    print_json,
    print_release,
    shown,
    styled,
    warn,
)
from identify.commands.output.status import Status
from identify.commands.reading import load
from identify.errors import IdentifyError, MessageError
from identify.explanation.telling.reasons import LOST
from identify.model import TRANSPORTS

if TYPE_CHECKING:
    from identify.configuration import Configuration
    from identify.explain import Explanation

__all__ = ["explain"]

#: One byte more than the largest message: what is larger is refused without being read to its end.
READ_LIMIT = 64 * 1024 + 1

#: The style of each verdict; "note" has none.
VERDICT_STYLES = {
    "match": "answer",
    "also": "heading",
    "missing": "error",
    "lost": "error",
    "unknown": "warning",
    "near": "warning",
    "no": "faint",
}


@attrs.frozen(kw_only=True)
class Received:
    """What is asked about: a message and how it came; the fields are the options of the command."""

    message: str
    source: SocketAddress
    transport: str
    local: SocketAddress | None
    transport_section: str | None
    line_tokens: dict[str, str]
    everything: bool


OPTIONS = [
    click.option(
        "-m", "--message", required=True, type=click.Path(allow_dash=True),
        help="File with the request as received from the network; - reads standard input.",
    ),
    click.option(
        "-s", "--source", required=True, metavar="ADDR[:PORT]", callback=parse_address,
        help="Address that it came from, such as 192.0.2.1:5060; port 5060 by default.",
    ),
    click.option(
        "-t", "--transport", type=click.Choice(TRANSPORTS, case_sensitive=False),
        default="udp", show_default=True,
        help="Transport that it came over; stream transports, such as tcp, require Content-Length.",
    ),
    click.option(
        "--local", metavar="ADDR[:PORT]", callback=parse_address,
        help="Address of Asterisk that received it, such as 192.0.2.2:5060; port 5060 by default.",
    ),
    click.option(
        "--transport-section", metavar="ID", shell_complete=complete_transports,
        help="Transport section that received it, such as udp, where its address doesn't decide.",
    ),
    click.option(
        "--line-token", "line_tokens", metavar="ID=TOKEN", multiple=True, callback=parse_tokens,
        shell_complete=complete_registrations,
        help="Token in the Contact of a registration with line = yes, such as provider=abcdefg; may be repeated.",
    ),
    click.option(
        "--all", "everything", is_flag=True,
        help="Show every identifier with every rule, not only what decides or comes near.",
    ),
]  # fmt: skip


@command(
    [
        "sip-identify explain /etc/asterisk -m invite.sip -s 192.0.2.1",
        'sip-identify explain pjsip.conf -m - -s "[2001:db8::1]:5060" -t tls < invite.sip',
        "sip-identify explain /etc/asterisk -m invite.sip -s 192.0.2.1 --release 18.10.0",
    ]
)
@config_argument
@gathered("received", Received, OPTIONS)
@config_options
@json_option
@click.pass_context
def explain(
    context: click.Context, config: str, received: Received, config_options: ConfigOptions, as_json: bool
) -> None:
    """Tell which endpoint of CONFIG a request belongs to, and why.

    The first line is the answer.  If the request isn't identified, the nearest misses follow, the nearest first.  The
    identifiers that say more have their own answers and reasons, in the order in which Asterisk asks them; --all shows
    every rule of all of them.  If the answer depends on what isn't known here, such as the addresses of a name, the
    first line has the possible answers, and the lines below say what would settle it.  If Asterisk answers the request
    without identifying it, or an access list denies it, the second line says so, with the list and its rule.  The last
    line is the release that it is answered for.

    Exit status: 0 identified, 1 not identified (also where the message is dropped, is answered before its
    identification, or is denied by an access list), 2 wrong usage or unreadable input, 3 undetermined.
    """
    from identify.engine import Engine  # noqa: PLC0415  Help and completion do without.
    from identify.request import Request  # noqa: PLC0415

    check_outputs([("--message", 0 if received.message == "-" else received.message)])
    data = _read(received.message)
    configuration = load(config, config_options)
    configs = [LoadedConfig(config, configuration)]
    _check_transport(configuration, received.transport_section)
    check_line_tokens(configuration, received.line_tokens)
    try:
        engine = Engine(configuration, line_tokens=received.line_tokens)
    except (IdentifyError, ValueError) as error:
        raise UnusableError(escaped(str(error))) from error
    try:
        request = Request.from_message(
            data,
            received.source.address,
            received.source.port,
            transport=received.transport,
            local=str(received.local) if received.local else None,
            transport_section=received.transport_section,
            release=configuration.release,
        )
    except MessageError as error:
        _check_is_message(received.message, data)
        if as_json:
            content = {**configurations_as_dict(configs), **_dropped_as_dict(error)}
            print_json("explain", config_options.answered, content)
        else:
            _print_dropped(error, config_options.answered)
        _hint_at_paste(received.message, data)
        end(context, Status.DIFFERS, config_options, configs)
    explanation = engine.explain(request, everything=received.everything)
    if as_json:
        content = {**configurations_as_dict(configs), "dropped": None, **explanation.as_dict()}
        print_json("explain", config_options.answered, content)
    else:
        _print(explanation)
        _print_next(explanation, config)
        print_release(config_options.answered)
    if explanation.outcome == "undetermined":
        status = Status.UNDETERMINED
    else:
        status = Status.DONE if _is_identified(explanation) else Status.DIFFERS
    end(context, status, config_options, configs)


def _read(path: str) -> bytes:
    """Return the message, or end the command; of a message that is too large, enough to tell."""
    try:
        if path == "-":
            return sys.stdin.buffer.read(READ_LIMIT)
        with open(path, "rb") as file:
            return file.read(READ_LIMIT)
    except OSError as error:
        raise UnusableError(f"{escaped(path)}: {error.strerror or error}") from error


def _check_transport(configuration: Configuration, transport_section: str | None) -> None:
    """End the command if the section isn't in the configuration: a mistyped one would look like an answer."""
    if transport_section is not None and transport_section not in configuration.transports:
        known = ", ".join(map(shown, configuration.transports)) or "none"
        raise UnusableError(f"no transport {shown(transport_section)!r}; defined: {known}")


def _check_is_message(path: str, data: bytes) -> None:
    """End the command if what Asterisk would drop is a file of traffic or a configuration, given by mistake."""
    from identify.traffic.opening import format_of  # noqa: PLC0415  Loads every reader of traffic.
    from identify.traffic.other_content import CONFIGURATION, other_content  # noqa: PLC0415

    if other_content(data) is CONFIGURATION:
        raise UnusableError(f"{escaped(path)} is not a message but a configuration")
    format = format_of(data)
    if format is not None:
        use = "simulate reads it: sip-identify simulate CONFIG FILE --explain FRAME"
        raise UnusableError(f"{escaped(path)} is not a message but traffic ({format}); {use}")


def _hint_at_paste(path: str, data: bytes) -> None:
    """Say on standard error what a dropped message begins with that was hardly sent."""
    stripped = data.removeprefix(b"\xef\xbb\xbf").lstrip()
    if stripped == data and data:
        return
    what = "begins with blanks or a byte order mark" if stripped else "has no content"
    warn(f"{escaped(path)} {what}: is it what was received?")


def _dropped_as_dict(error: MessageError) -> dict[str, Any]:
    """Return why Asterisk wouldn't look at the message, and nothing else, as values for JSON."""
    dropped = {"reason": error.reason, "offset": error.offset}
    nothing: dict[str, Any] = {"match": None, "undetermined": False, "possible": [], "unknowns": []}
    return {
        "dropped": dropped,
        **nothing,
        "screening": None,
        "outcome": "dropped",
        "refusals": [],
        "nearest": [],
        "steps": [],
    }


def _print_dropped(error: MessageError, answered: AnsweredRelease) -> None:
    """Say why Asterisk wouldn't look at the message."""
    click.echo(styled("not identified", "no answer"))
    click.echo(
        f"Asterisk drops this message before it looks at it: {shown(error.reason)} (at byte {error.offset})"
    )
    print_release(answered)


def _is_identified(explanation: Explanation) -> bool:
    """Return whether Asterisk asks the identifiers, one has an endpoint, and that lets the request through."""
    return explanation.match is not None and explanation.outcome in ("identified", "unknown dialog")


def _print(explanation: Explanation) -> None:
    """Print the explanation; without colours the lines are those of ``str(explanation)``."""
    style = "answer" if _is_identified(explanation) else "no answer"
    undetermined = explanation.outcome == "undetermined"
    click.echo(styled(explanation.answer, "warning" if undetermined else style))
    for consequence in explanation.consequences:
        click.echo(styled(consequence, "warning"))
    for line in explanation.trace:
        if line.verdict:
            verdict = styled(f"[{line.verdict}]", VERDICT_STYLES.get(line.verdict, ""))
            click.echo(f"  {verdict} {line.text}")
        else:
            click.echo(styled(line.text, "answer" if line.found else "heading" if line.heading else "faint"))


def _print_next(explanation: Explanation, config: str) -> None:
    """Print the command that says more about what was lost, if that comes near."""
    if any(miss.reason.verdict == LOST for miss in explanation.nearest_misses):
        click.echo(f"Next: sip-identify show problems {escaped(shlex.quote(config))}")
    elif explanation.outcome == "unidentified" and not explanation.everything:
        click.echo("Next: the same command with --all shows every rule")
