"""What a command says when it can't do what was asked: one line on standard error, then hints; no content.

The line is never wrapped or cut, so that it can be searched for and its paths copied.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable

import click

from identify.commands.output.status import Status
from identify.strings import escaped

__all__ = ["NAME", "UnusableError", "colours", "print_error", "print_usage_error"]

#: The command, which is also the name of the distribution.
NAME = "sip-identify"

#: How click ends the message about a name that almost exists.
SUGGESTION = re.compile(r"\s*[.(]?\s*(?P<hint>(?:Did you mean|Possible options).*)", re.DOTALL)

#: How click begins its own messages, as sentences; ours begin with names and values too.
CLICKS_WORDS = re.compile(r"^(?:Missing|Invalid|No such|Got|Option)\b")


class UnusableError(click.ClickException):
    """An input can't be read or used; ends the command with the status of wrong usage.

    ``hint`` is what helps, a line of its own.
    """

    exit_code = int(Status.UNUSABLE)

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.hint = hint

    def show(self, file: object = None) -> None:
        """Print it on standard error."""
        print_error(self.message, [("hint", self.hint)])


def colours() -> bool | None:
    """Return whether the environment asks for colours or against them, None if the output decides."""
    if os.environ.get("NO_COLOR"):
        return False
    if os.environ.get("FORCE_COLOR"):
        return True
    return False if os.environ.get("TERM") == "dumb" else None


def print_error(message: str, more: Iterable[tuple[str, str]] = (), *, err: bool = True) -> None:
    """Print the message in a line, then a line for each label with a text."""
    label = click.style("error:", fg="red", bold=True)
    click.echo(f"{NAME}: {label} {_line(message)}", err=err, color=colours())
    for name, text in more:
        if text:
            click.echo(f"{name}: {_line(text)}", err=err, color=colours())


def print_usage_error(error: click.UsageError) -> None:
    """Print what is wrong with the arguments, and where the right ones are listed."""
    message = error.format_message()
    suggestion = SUGGESTION.search(message)
    hint = ""
    if suggestion is not None:
        message, hint = message[: suggestion.start()], suggestion["hint"].rstrip(")")
    if isinstance(error, click.NoSuchOption) and error.possibilities:
        import difflib  # noqa: PLC0415  Few calls have a mistake.

        # The nearest first, and alone: click has them in the order of the alphabet.
        (nearest,) = difflib.get_close_matches(error.option_name, error.possibilities, n=1, cutoff=0)
        hint = f"did you mean '{nearest}'?"
    more = [("hint", hint)]
    context = error.ctx
    if context is not None:
        # A value alone doesn't need the whole usage.
        if not isinstance(error, click.BadParameter) or isinstance(error, click.MissingParameter):
            more.append(("usage", " ".join(context.get_usage().split()).removeprefix("Usage: ")))
        more.append(("help", f"{context.command_path} --help"))
    message = CLICKS_WORDS.sub(lambda found: found[0].lower(), message.rstrip("."))
    print_error(message, [(name, text[:1].lower() + text[1:]) for name, text in more])


def _line(text: str) -> str:
    """Return the text as one line that steers no terminal."""
    return escaped(re.sub(r"\s*\n\s*", " ", text.strip()))
