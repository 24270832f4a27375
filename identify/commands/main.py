"""The entry of ``sip-identify``: its commands, and what the process does with signals and failures.

Knows each command's name, module and one line of help; a module is imported only when its command is run, completed, or
asked for its own help.
"""

from __future__ import annotations

import importlib
import signal
import sys
import traceback
from collections.abc import Sequence
from typing import Any

import click

from identify.commands.command import CommandGroup
from identify.commands.output.errors import NAME, print_usage_error
from identify.commands.output.status import Status
from identify.commands.output.streams import ReaderGone, end_by_pipe, fail_for, finish_streams, take_streams
from identify.errors import OutputError
from identify.strings import escaped
from identify.version import __version__
from identify.writing import clear_up_on_signals

__all__ = ["ListedCommand", "main", "sip_identify"]


class ListedCommand(click.Command):
    """A command that isn't imported yet: its name, its module, and the first sentence of its help."""

    def __init__(self, name: str, module: str, summary: str) -> None:
        super().__init__(name=name, help=summary)
        self.module = module

    def load(self) -> click.Command:
        """Import the command."""
        command: click.Command = getattr(importlib.import_module(self.module), str(self.name))
        return command


class LazyGroup(CommandGroup):
    """A group of listed commands, each imported when it is about to be run, completed, or to print its help."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Read the arguments; ``version`` is what many type for ``--version``."""
        return super().parse_args(ctx, ["--version"] if args == ["version"] else args)

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Return the command that the arguments name, with its own name and the arguments left for it."""
        name, command, rest = super().resolve_command(ctx, args)
        return name, command.load() if isinstance(command, ListedCommand) else command, rest

    def main(
        self,
        args: Sequence[str] | None = None,
        prog_name: str | None = None,
        complete_var: str | None = None,
        standalone_mode: bool = True,
        **extra: Any,
    ) -> Any:
        """Run with the arguments; an error ends the process with its status, and is one line."""
        if not standalone_mode:
            return super().main(args, prog_name, complete_var, standalone_mode, **extra)
        try:
            # What isn't standalone returns the status with which the command ended, or nothing.
            status = super().main(args, prog_name, complete_var, standalone_mode=False, **extra)
        except click.exceptions.NoArgsIsHelpError as error:
            error.show()
            sys.exit(error.exit_code)
        except click.UsageError as error:
            print_usage_error(error)
            sys.exit(error.exit_code)
        except click.ClickException as error:
            error.show()
            sys.exit(error.exit_code)
        sys.exit(status or 0)


@click.group(
    NAME,
    cls=LazyGroup,
    context_settings={"help_option_names": ["-h", "--help"]},
    examples=[
        f"{NAME} explain /etc/asterisk --message invite.sip --source 192.0.2.1",
        f"{NAME} simulate /etc/asterisk monday.pcap",
        f"{NAME} help simulate",
    ],
)
@click.version_option(__version__, "-V", "--version", message="%(prog)s %(version)s", prog_name=NAME)
def sip_identify() -> None:
    """Tell which configured endpoint a SIP request belongs to, exactly as Asterisk's PJSIP does.

    CONFIG is a pjsip.conf, or a directory that has one, such as /etc/asterisk.  Host names in it are
    looked up, as Asterisk does when it starts; with --offline or --names FILE nobody is asked.
    """


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
