"""The order of a command's arguments, for people who mixed them up.

Knows what a configuration looks like from outside, and how the command is written with its arguments in their places;
nothing is swapped silently.
"""

from __future__ import annotations

import os
import shlex
from collections.abc import Iterator

import click

from identify.strings import escaped

__all__ = ["right_order"]

#: Bytes of a file by which is told whether it is a configuration.
LOOKED_AT = 64 << 10
#: The parameters of commands that are files or directories but no configuration.
OTHERS = ("traffic", "logs", "argument", "option")


def right_order() -> str:
    """Return what to say of the order to somebody who gave one thing for another; nothing outside of a command.

    If the configuration is among the other arguments, that is the whole command.
    """
    context = click.get_current_context(silent=True)
    if context is None:
        return ""
    config = context.params.get("config")
    others = list(_paths(context))
    found = [path for path, _ in others if _is_configuration(path)]
    if isinstance(config, str) and found and _is_something_else(config):
        words = [*context.command_path.split(), found[0]]
        for path, option in others:
            words += [*option, config if path == found[0] else path]
        return f"CONFIG comes first: {escaped(shlex.join(words))}"
    arguments = context.command.collect_usage_pieces(context)[1:]
    return f"the order is: {' '.join([context.command_path, *arguments])}"


def _paths(context: click.Context) -> Iterator[tuple[str, list[str]]]:
    """Yield the paths that are no configuration, each with the option that it belongs to, if it does."""
    for param in context.command.params:
        value = context.params.get(param.name or "")
        if param.name not in OTHERS:
            continue
        option = [max(param.opts, key=len)] if isinstance(param, click.Option) else []
        for path in [value] if isinstance(value, str) else value or ():
            yield path, option


def _is_configuration(path: str) -> bool:
    """Return whether a path is a configuration, or a directory that has one."""
    from identify.traffic.other_content import CONFIGURATION, other_content  # noqa: PLC0415  Few people mix them up.

    if os.path.isdir(path):
        return os.path.isfile(os.path.join(path, "pjsip.conf"))
    if not os.path.isfile(path):
        return False
    try:
        with open(path, "rb") as file:
            return other_content(file.read(LOOKED_AT)) is CONFIGURATION
    except OSError:
        return False


def _is_something_else(path: str) -> bool:
    """Return whether a path is a file of traffic, or one with a message."""
    from identify.traffic.opening import format_of  # noqa: PLC0415  Loads every reader of traffic.
    from identify.traffic.other_content import CONFIGURATION, other_content  # noqa: PLC0415

    if not os.path.isfile(path):
        return False
    try:
        with open(path, "rb") as file:
            first = file.read(LOOKED_AT)
    except OSError:
        return False
    return format_of(first) is not None or other_content(first) not in (None, CONFIGURATION)
