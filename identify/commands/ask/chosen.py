"""Which request of traffic ``explain`` is about: found and chosen, or listed with the rest.

Knows the options that choose and how a list is printed; finding is ``identify.simulation.runs.choosing``'s.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timezone
from typing import TYPE_CHECKING

import attrs
import click

from identify.addresses import host_port
from identify.commands.arguments import SocketAddress
from identify.commands.ask.given import Given
from identify.commands.output.printing import UnusableError, columns, escaped, shown, unusable_input, warn
from identify.commands.traffic.options import TrafficOptions

if TYPE_CHECKING:
    from identify.configuration import Configuration
    from identify.engine import Engine
    from identify.simulation.example import Example
    from identify.simulation.results.entries import Reading
    from identify.simulation.runs.choosing import Found
    from identify.simulation.runs.tracing import Trace
    from identify.traffic.batch import Reader

__all__ = ["ChosenOptions", "Searched", "lost_of", "plain_reading", "print_list", "search"]

#: Numbers of other frames that a line names.
MOST_NAMED = 5


@attrs.frozen(kw_only=True)
class ChosenOptions:
    """Which request is meant; the fields are options of the command, None where they aren't given."""

    frame: tuple[int, str | None] | None
    call_id: str | None
    last: bool
    source: SocketAddress | None
    transport: str | None
    everything: bool

    @property
    def given(self) -> list[str]:
        """The names of the options that only traffic takes, as far as they are given."""
        values = {
            "--frame": self.frame is not None,
            "--call-id": self.call_id is not None,
            "--last": self.last,
        }
        return [name for name, value in values.items() if value]


@attrs.frozen(kw_only=True)
class Searched:
    """What was found in the traffic, and what was skipped of it.

    ``other_source`` is the only request of the traffic if a source was given that isn't its own.
    """

    found: Found
    readings: list[Reading]
    other_source: Example | None = None

    @property
    def trace(self) -> Trace | None:
        """The trace of the chosen request, None if several fit and none is chosen."""
        return self.found.trace


def plain_reading(line_tokens: dict[str, str], local: SocketAddress | None) -> TrafficOptions:
    """Return how traffic is read where only tokens and an address are given."""
    return TrafficOptions(
        line_tokens=line_tokens,
        tokens_file=None,
        local=(str(local),) if local is not None else (),
        form=None,
        zone=timezone.utc,
        year=None,
        columns={},
        hep=(),
    )


def search(
    given: Given,
    configuration: Configuration,
    engine: Engine,
    reading: TrafficOptions,
    options: ChosenOptions,
) -> Searched:
    """Return the request that is meant, or the list of those that fit; end the command if none does."""
    from identify.commands.traffic.progress import progress  # noqa: PLC0415  Few calls have traffic.
    from identify.simulation.results.entries import Reading  # noqa: PLC0415
    from identify.simulation.runs.choosing import Choice, find_request  # noqa: PLC0415
    from identify.simulation.runs.tracing import Frame  # noqa: PLC0415
    from identify.simulation.runs.work import RunPlan  # noqa: PLC0415

    source = options.source
    choice = Choice(
        frame=Frame(*options.frame) if options.frame is not None else None,
        call_id=options.call_id,
        source=source.address if source is not None else None,
        port=source.port if source is not None and source.has_port else None,
        transport=options.transport,
        last=options.last,
        everything=options.everything,
    )
    readings: list[Reading] = []
    content = given.content
    with unusable_input(given.path), progress(given.traffic) as move:
        plan = RunPlan(
            configuration=configuration,
            engine=engine,
            line_tokens=reading.line_tokens,
            local=reading.local,
            reading=reading.reading_of(given.traffic),
        )

        def opened(path: str) -> Reader:
            reader = plan.open(path if content is None else content)
            reader.name = path
            return reader

        found = find_request(
            plan,
            given.traffic,
            choice,
            open=opened,
            watch=lambda rows, reader: move(len(rows), reader),
            done=lambda reader: readings.append(Reading.of(reader)),
        )
    if not found.fitting:
        only = found.first if found.requests == 1 else None
        if only is None or source is None or options.given or options.transport not in (None, only.transport):
            raise UnusableError(_nothing(given, found, options))
        warn(
            f"--source {source} is taken in place of {host_port(only.source, only.port)}, "
            f"where {shown(given.path)} has the request from"
        )
        return Searched(found=found, readings=readings, other_source=only)
    if choice.is_of_one:
        _say_which(found, choice.last, several=len(given.traffic) > 1)
    elif found.fitting > 1:
        found.trace = None
    return Searched(found=found, readings=readings)


def print_list(found: Found, given: Given) -> None:
    """Print the last of the requests that fit, in their order, and how one is chosen."""
    several = len(given.traffic) > 1
    more = found.fitting - len(found.listed)
    said = f", the last {len(found.listed)} of them" if more else ""
    click.echo(f"{found.fitting:,} requests in {shown(given.path)}{said}")
    click.echo()
    rows = []
    for each in found.listed:
        values = each.as_dict()
        frame = f"{each.traffic}:{each.row.frame}" if several else f"{each.row.frame}"
        source = host_port(each.row.source, each.row.port)
        endpoint = f": {each.row.endpoint}" if each.row.endpoint is not None else ""
        rows.append(
            [
                frame,
                _clock(values["time"]),
                each.row.method or "-",
                each.request_uri or "-",
                each.sender or "-",
                source,
                each.call_id or "-",
                f"{each.row.outcome}{endpoint}",
            ]
        )
    columns(["Frame", "Time", "Method", "Request URI", "From", "Source", "Call-ID", "Outcome"], rows)
    click.echo()
    click.echo("Choose one with --last, --frame FRAME or --call-id ID")


def _clock(time: str | None) -> str:
    """Return a time without the fraction that nobody reads."""
    return f"{time.partition('.')[0]}Z" if time is not None else "-"


def _say_which(found: Found, last: bool, *, several: bool) -> None:
    """Say on standard error what else fits, where one of several is explained."""
    more = found.fitting - 1
    if not more or last:
        return
    frames = [f"{each.traffic}:{each.row.frame}" if several else f"{each.row.frame}" for each in found.listed]
    chosen = found.trace
    if chosen is not None and more < len(found.listed):
        frames = frames[1:]
    listed = ", ".join(map(shown, frames[:MOST_NAMED]))
    dots = ", ..." if len(frames) > MOST_NAMED else ""
    warn(
        f"the first of {found.fitting:,} that fit; the others are in the frames {listed}{dots} (--last: the last)"
    )


def _nothing(given: Given, found: Found, options: ChosenOptions) -> str:
    """Return why nothing is explained."""
    path = escaped(given.path)
    if options.frame is not None and not found.fitting:
        number, file = options.frame
        return f"{path}: no SIP message in frame {number if file is None else f'{escaped(file)}:{number}'} that fits"
    if found.requests:
        wanted = []
        if options.call_id is not None:
            wanted.append(f"with the Call-ID {shown(options.call_id)!r}")
        if options.transport is not None:
            wanted.append(f"over {options.transport}")
        if options.source is not None:
            wanted.append(f"from {options.source if options.source.has_port else options.source.address}")
        return f"{path}: none of {found.requests:,} requests is {' '.join(wanted)}"
    others = ", ".join(f"{count:,} {outcome}" for outcome, count in found.others.items() if count)
    if not others:
        return f"{path}: no SIP message in it"
    from identify.simulation.outcomes import Outcome  # noqa: PLC0415  Few calls have traffic.

    foreign = (
        "; --local ADDR[:PORT] says which address is Asterisk's" if found.others[Outcome.FOREIGN] else ""
    )
    return f"{path}: no request in it that Asterisk received, only {others}{foreign}"


def lost_of(readings: Sequence[Reading], *, as_json: bool) -> list[str]:
    """Say what was skipped, and return what of it was lost."""
    from identify.commands.traffic.skipped import said_losses  # noqa: PLC0415  Few calls have traffic.

    return said_losses(readings, as_json=as_json)
