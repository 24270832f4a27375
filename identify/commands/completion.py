"""``sip-identify completion``: the script that a shell needs to complete the command's arguments."""

from __future__ import annotations

import click
from click.shell_completion import BashComplete, FishComplete, ShellComplete, ZshComplete

from identify.commands.command import command
from identify.commands.output.errors import NAME

__all__ = ["completion"]

#: The variable through which a shell asks for completions; click derives it from the command's name.
VARIABLE = "_SIP_IDENTIFY_COMPLETE"

SHELLS: dict[str, type[ShellComplete]] = {"bash": BashComplete, "zsh": ZshComplete, "fish": FishComplete}


@command(
    [
        'eval "$(sip-identify completion bash)"',
        "sip-identify completion fish > ~/.config/fish/completions/sip-identify.fish",
    ]
)
@click.argument("shell", type=click.Choice(list(SHELLS)))
@click.pass_context
def completion(context: click.Context, shell: str) -> None:
    """Print the script that completes this command's arguments.

    For bash, put this line into ~/.bashrc: eval "$(sip-identify completion bash)"
    """
    click.echo(SHELLS[shell](context.find_root().command, {}, NAME, VARIABLE).source())
