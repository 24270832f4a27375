"""What ``explain`` is asked about, as its options and its argument give it: a message and how it came.

Knows how they are written on the command line; what a file is, ``given`` tells.
"""

from __future__ import annotations

import attrs
import click

from identify.commands.arguments import (
    SocketAddress,
    complete_registrations,
    complete_transports,
    parse_address,
    parse_frame,
    parse_tokens,
)
from identify.commands.ask.chosen import ChosenOptions
from identify.model import TRANSPORTS, TransportName

__all__ = ["OPTIONS", "Received"]


@attrs.frozen(kw_only=True)
class Received:
    """What is asked about: a message and how it came; the fields are the options of the command."""

    argument: str | None
    option: str | None
    frame: tuple[int, str | None] | None
    call_id: str | None
    last: bool
    source: SocketAddress | None
    transport: TransportName | None
    local: SocketAddress | None
    transport_section: str | None
    line_tokens: dict[str, str]
    everything: bool

    @property
    def message(self) -> str:
        """The file with the message, by argument or by option; ends the command without one, or with two."""
        if (self.argument is None) == (self.option is None):
            both = "MESSAGE and --message are the same: give one of them"
            raise click.UsageError(
                both
                if self.option is not None
                else "MESSAGE is missing: a file with the request, a capture or a log"
            )
        return self.argument if self.argument is not None else self.option or ""

    @property
    def choice(self) -> ChosenOptions:
        """Which request of traffic is meant."""
        return ChosenOptions(
            frame=self.frame,
            call_id=self.call_id,
            last=self.last,
            source=self.source,
            transport=self.transport,
            everything=self.everything,
        )


OPTIONS = [
    click.argument("argument", metavar="[MESSAGE]", required=False, type=click.Path(allow_dash=True)),
    click.option(
        "-m", "--message", "option", metavar="MESSAGE", type=click.Path(allow_dash=True),
        help="The same as the argument MESSAGE; - reads standard input.",
    ),
    click.option(
        "--frame", metavar="[FILE:]FRAME", callback=parse_frame,
        help="Explain the message in this packet of a capture or line of a log, such as 5.",
    ),
    click.option(
        "--call-id", metavar="ID", help="Explain the first request with this Call-ID, with --last the last one."
    ),
    click.option("--last", is_flag=True, help="Explain the last request of a capture or log."),
    click.option(
        "-s", "--source", metavar="ADDR[:PORT]", callback=parse_address,
        help="Address that the message came from, such as 192.0.2.1:5060, if MESSAGE doesn't have it; port 5060 by "
        "default.  Of traffic, only requests from there.",
    ),
    click.option(
        "-t", "--transport", type=click.Choice(TRANSPORTS, case_sensitive=False), show_default="udp",
        help="Transport that it came over, if MESSAGE doesn't have it; stream transports, such as tcp, require "
        "Content-Length.",
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
