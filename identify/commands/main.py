"""The entry of ``sip-identify``: its commands, and what the process does with signals and failures.

Knows each command's name, module and one line of help; a module is imported only when its command is run, completed, or
asked for its own help.
"""

from __future__ import annotations

import importlib
import os
import signal
import sys
import traceback

import rich_click as click

from identify.commands.output.printing import NAME, escaped
from identify.commands.output.status import Status
from identify.commands.output.streams import ReaderGone, end_by_pipe, fail_for, finish_streams, take_streams
from identify.errors import OutputError
from identify.version import __version__
from identify.writing import clear_up_on_signals

__all__ = ["ListedCommand", "main", "sip_identify"]


class ListedCommand(click.RichCommand):
    """A command that isn't imported yet: its name, its module, and the first sentence of its help."""

    def __init__(self, name: str, module: str, summary: str) -> None:
        super().__init__(name=name, help=summary)
        self.module = module

    def load(self) -> click.Command:
        """Import the command."""
        command: click.Command = getattr(importlib.import_module(self.module), str(self.name))
        return command


class LazyGroup(click.RichGroup):
    """A group of listed commands, each imported when it is about to be run, completed, or to print its help."""

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Return the command that the arguments name, with its own name and the arguments left for it."""
        name, command, rest = super().resolve_command(ctx, args)
        return name, command.load() if isinstance(command, ListedCommand) else command, rest


@click.group(NAME, cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__)
@click.pass_context
def sip_identify(context: click.Context) -> None:
    """Tell which configured endpoint a SIP request belongs to, exactly as Asterisk's PJSIP does.

    CONFIG is a pjsip.conf, or a directory that has one, such as /etc/asterisk.  Host names in it are
    looked up, as Asterisk does when it starts; with --offline or --names FILE nobody is asked.
    """
    if os.environ.get("NO_COLOR"):
        context.color = False
    elif os.environ.get("FORCE_COLOR"):
        context.color = True


for _listed in (
    ListedCommand(
        "explain",
        "identify.commands.ask.explain",
        "Tell which endpoint of CONFIG a request belongs to, and why.",
    ),
    ListedCommand("show", "identify.commands.ask.show", "Print what Asterisk would have loaded of CONFIG."),
    ListedCommand(
        "bench",
        "identify.commands.ask.bench",
        "Measure what identification with CONFIG costs on this machine.",
    ),
    ListedCommand(
        "simulate",
        "identify.commands.traffic.simulate",
        "Tell which endpoint of CONFIG gets each request of TRAFFIC.",
    ),
    ListedCommand(
        "verify",
        "identify.commands.traffic.verify",
        "Compare Asterisk's verdicts in LOG with those of CONFIG.",
    ),
    ListedCommand(
        "resolve",
        "identify.commands.sources.resolve",
        "Look up the host names of CONFIG as Asterisk does.",
    ),
    ListedCommand(
        "upgrade",
        "identify.commands.sources.upgrade",
        "Tell what another version of Asterisk changes for CONFIG.",
    ),
    ListedCommand(
        "examples",
        "identify.commands.ask.examples",
        "Write the examples and the documents into DIR.",
    ),
    ListedCommand(
        "completion",
        "identify.commands.completion",
        "Print the script that completes this command's arguments.",
    ),
):
    sip_identify.add_command(_listed)


def main() -> None:
    """Run the command with the arguments of the process."""
    _end_as_other_programs_do()
    try:
        try:
            sip_identify(prog_name=NAME)
        finally:
            finish_streams()
    except ReaderGone:
        end_by_pipe()
    except OutputError as error:
        fail_for(error)
        sys.exit(int(Status.UNUSABLE))
    except Exception:  # noqa: BLE001  Python's own status for it would read as "not identified".
        for line in traceback.format_exc().splitlines():
            click.echo(escaped(line), err=True)
        sys.exit(int(Status.FAILURE))


def _end_as_other_programs_do() -> None:
    """Let signals end the process, and let no character of a configuration make printing fail."""
    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
        signal.signal(signal.SIGINT, signal.SIG_DFL)
    clear_up_on_signals()
    take_streams()
