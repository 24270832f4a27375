"""``sip-identify explain``: which endpoint one message belongs to, and why."""

from __future__ import annotations

import shlex
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, NoReturn

import attrs
import click

from identify.commands.arguments import SocketAddress, check_line_tokens
from identify.commands.ask.chosen import Searched, lost_of, plain_reading, print_list, search
from identify.commands.ask.given import Given, hint_at_paste, read_given, without_source
from identify.commands.ask.received import OPTIONS, Received
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
)
from identify.commands.output.status import Status
from identify.commands.reading import load
from identify.errors import IdentifyError, MessageError
from identify.explanation.telling.reasons import LOST

if TYPE_CHECKING:
    from identify.configuration import Configuration
    from identify.engine import Engine
    from identify.explain import Explanation
    from identify.simulation.runs.tracing import Trace

__all__ = ["explain"]

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


@command(
    [
        "sip-identify explain /etc/asterisk call.pcap --last",
        "sip-identify explain /etc/asterisk invite.sip -s 192.0.2.1",
        "sip-identify explain /etc/asterisk /var/log/asterisk/full --call-id 4f1c@192.0.2.1",
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

    MESSAGE is a file with the request as received, or pasted from a log with the line above it, or a capture, a log
    of Asterisk, or a directory of them.  Of several requests --frame, --call-id or --last chooses one; otherwise they
    are listed.

    The first line is the answer.  If the request isn't identified, the nearest misses follow, the nearest first.  The
    identifiers that say more have their own answers and reasons, in the order in which Asterisk asks them; --all shows
    every rule of all of them.  If the answer depends on what isn't known here, such as the addresses of a name, the
    first line has the possible answers, and the lines below say what would settle it.  If Asterisk answers the request
    without identifying it, or an access list denies it, the second line says so, with the list and its rule.  The last
    line is the release that it is answered for.

    Exit status: 0 identified, 1 not identified (also where the message is dropped, is answered before its
    identification, or is denied by an access list), 2 wrong usage or unreadable input, or one of several requests has
    to be chosen, 3 undetermined.
    """
    from identify.engine import Engine  # noqa: PLC0415  Help and completion do without.

    path = received.message
    check_outputs([("the message", 0 if path == "-" else path)])
    given = read_given(path)
    reading = plain_reading(received.line_tokens, received.local)
    answered = config_options.answered
    if given.traffic:
        if received.transport_section is not None:
            raise click.UsageError(
                "--transport-section is for a message alone; --local says which socket is meant"
            )
        from identify.commands.traffic.log_release import answered_for  # noqa: PLC0415  Few calls have traffic.

        answered = answered_for(config_options, given.traffic if given.content is None else (), reading)
    elif received.choice.given:
        raise click.UsageError(
            f"{received.choice.given[0]} chooses one message of traffic; {escaped(path)} is one message"
        )
    else:
        _source(received, path, given.message or b"")
    configuration = load(config, config_options, answered)
    _check_transport(configuration, received.transport_section)
    check_line_tokens(configuration, received.line_tokens)
    try:
        engine = Engine(configuration, line_tokens=received.line_tokens)
    except (IdentifyError, ValueError) as error:
        raise UnusableError(escaped(str(error))) from error
    asked = _Asked(context, config, configuration, engine, config_options, answered, as_json)
    if given.traffic:
        _explain_traffic(
            asked, received, given, search(given, configuration, engine, reading, received.choice)
        )
    _explain_message(asked, received, given.message or b"", path)


@attrs.frozen
class _Asked:
    """What is asked, besides the message."""

    context: click.Context
    config: str
    configuration: Configuration
    engine: Engine
    options: ConfigOptions
    answered: AnsweredRelease
    as_json: bool

    def print(self, content: dict[str, Any]) -> None:
        """Print JSON."""
        configs = configurations_as_dict([LoadedConfig(self.config, self.configuration)])
        print_json("explain", self.answered, {**configs, **content})

    def end(self, status: Status, lost: Sequence[str] = ()) -> NoReturn:
        """End the command."""
        end(self.context, status, self.options, [LoadedConfig(self.config, self.configuration)], lost)


def _explain_message(
    asked: _Asked, received: Received, data: bytes, path: str, lost: Sequence[str] = ()
) -> NoReturn:
    """Explain a message whose source is given, and end the command."""
    from identify.request import Request  # noqa: PLC0415  Help and completion do without.

    source = _source(received, path, data)
    try:
        request = Request.from_message(
            data,
            source.address,
            source.port,
            transport=received.transport or "udp",
            local=str(received.local) if received.local else None,
            transport_section=received.transport_section,
            release=asked.configuration.release,
        )
    except MessageError as error:
        _print_drop(asked, error)
        hint_at_paste(path, data)
        asked.end(Status.DIFFERS, lost)
    explanation = asked.engine.explain(request, everything=received.everything)
    if asked.as_json:
        asked.print({"dropped": None, **explanation.as_dict()})
    else:
        _print(explanation)
        _print_next(explanation, asked.config)
        print_release(asked.answered)
    asked.end(_status(explanation), lost)


def _explain_traffic(asked: _Asked, received: Received, given: Given, searched: Searched) -> NoReturn:
    """Explain the chosen request of traffic, or list those that fit, and end the command."""
    lost = lost_of(searched.readings, as_json=asked.as_json)
    other, trace = searched.other_source, searched.trace
    if other is not None:
        received = attrs.evolve(received, transport=other.transport)
        _explain_message(asked, received, other.data, given.path, lost)
    if trace is None:
        if asked.as_json:
            listed = [each.as_dict() for each in searched.found.listed]
            asked.print({"requests": listed, "more": searched.found.fitting - len(listed)})
        else:
            print_list(searched.found, given)
        asked.end(Status.UNUSABLE, lost)
    _explain_trace(asked, trace, given.path, lost)


def _explain_trace(asked: _Asked, trace: Trace, path: str, lost: Sequence[str]) -> NoReturn:
    """Explain a message of traffic, and end the command; its place goes to standard error, the answer comes first."""
    from identify.simulation.runs.tracing import OF_OTHERS  # noqa: PLC0415  Few calls have traffic.

    place = {name: value for name, value in trace.as_dict().items() if name not in ("dropped", "explanation")}
    explanation, dropped, outcome = trace.explanation, trace.dropped, trace.row.outcome
    if explanation is None and dropped is None:
        raise UnusableError(
            f"{escaped(path)}: {trace.heading}; only requests that Asterisk received are identified"
        )
    if not asked.as_json:
        click.echo(f"{escaped(trace.traffic)}: {trace.heading}", err=True)
    if dropped is not None:
        _print_drop(asked, dropped, {"message": place})
    if explanation is None:
        asked.end(Status.DIFFERS, lost)
    others = outcome in OF_OTHERS
    if asked.as_json:
        asked.print({"message": place, "dropped": None, **explanation.as_dict()})
    else:
        if others:
            line = f"not identified: {outcome}; if it didn't belong to a dialog or transaction:"
            click.echo(styled(line, "no answer"))
        _print(explanation)
        _print_next(explanation, asked.config)
        print_release(asked.answered)
    asked.end(Status.DIFFERS if others else _status(explanation), lost)


def _status(explanation: Explanation) -> Status:
    """Return the status of an answer."""
    if explanation.outcome == "undetermined":
        return Status.UNDETERMINED
    return Status.DONE if _is_identified(explanation) else Status.DIFFERS


def _print_drop(asked: _Asked, error: MessageError, place: Mapping[str, Any] | None = None) -> None:
    """Print why Asterisk wouldn't look at the message."""
    if asked.as_json:
        asked.print({**(place or {}), **_dropped_as_dict(error)})
    else:
        _print_dropped(error, asked.answered)


def _source(received: Received, path: str, data: bytes) -> SocketAddress:
    """Return where a message alone came from, or end the command."""
    if received.source is None:
        raise without_source(path, data)
    return received.source


def _check_transport(configuration: Configuration, transport_section: str | None) -> None:
    """End the command if the section isn't in the configuration: a mistyped one would look like an answer."""
    if transport_section is not None and transport_section not in configuration.transports:
        known = ", ".join(map(shown, configuration.transports)) or "none"
        raise UnusableError(f"no transport {shown(transport_section)!r}; defined: {known}")


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
