"""The entry of ``sip-identify``: its commands, and what the process does with signals and failures."""

from __future__ import annotations

import io
import os
import signal
import sys
import traceback

import rich_click as click

from identify.commands.ask.bench import bench
from identify.commands.ask.explain import explain
from identify.commands.ask.show import show
from identify.commands.completion import completion
from identify.commands.output import NAME
from identify.commands.traffic.simulate import simulate
from identify.commands.traffic.verify import verify
from identify.version import __version__

__all__ = ["main", "sip_identify"]

#: The exit status for a failure of the program itself; 1 means "not identified" and 2 "unusable input".
STATUS_FAILURE = 70


@click.group(NAME, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__)
@click.pass_context
def sip_identify(context: click.Context) -> None:
    """Tell which configured endpoint a SIP request belongs to, exactly as Asterisk's PJSIP tells it.

    CONFIG is a pjsip.conf, or a directory that has one, such as /etc/asterisk.  Nothing is sent and no
    name is looked up: the answer depends on what is given alone.
    """
    if os.environ.get("NO_COLOR"):
        context.color = False
    elif os.environ.get("FORCE_COLOR"):
        context.color = True


sip_identify.add_command(explain)
sip_identify.add_command(show)
sip_identify.add_command(bench)
sip_identify.add_command(simulate)
sip_identify.add_command(verify)
sip_identify.add_command(completion)


def main() -> None:
    """Run the command with the arguments of the process."""
    _end_as_other_programs_do()
    try:
        sip_identify(prog_name=NAME)
    except Exception:  # noqa: BLE001  Python's own status for it would read as "not identified".
        traceback.print_exc()
        sys.exit(STATUS_FAILURE)


def _end_as_other_programs_do() -> None:
    """Let signals end the process, and let no character of a configuration make printing fail."""
    signal.signal(signal.SIGPIPE, signal.SIG_DFL)
    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
        signal.signal(signal.SIGINT, signal.SIG_DFL)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
