"""What all commands have in common: their help, in groups of options and with examples, and options of every output.

Each option has its group in the table below; one that isn't there is listed under "Options".
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, TypeVar

import click

from identify.commands.output.errors import colours
from identify.commands.output.printing import QUIET, WIDTH

if TYPE_CHECKING:
    from identify.commands.output.help import Group

__all__ = ["GROUPS", "OTHER_OPTIONS", "Command", "CommandGroup", "command", "group_of"]

#: The groups in the order of the help, with the options of each; ``COMMAND OPTION`` is for that command alone.
GROUPS: Mapping[str, Sequence[str]] = {
    "Request": (
        "--message", "--frame", "--call-id", "--last", "--source", "--transport", "explain --local",
        "--transport-section", "explain --line-token",
    ),
    "Question": ("--from", "--to", "--against", "--explain", "--expect"),
    "Traffic": (
        "--traffic", "--format", "--local", "--zone", "--year", "--column", "--hep", "--assume-dialogs", "--line-token",
        "--line-tokens",
    ),
    "Configuration": ("--release", "--partial", "--strict"),
    "Host names": ("--offline", "--names", "--lock", "--check", "--here", "--resolv-conf", "--hosts"),
    "Run": ("--jobs", "--dask", "--seconds"),
    "Output": (
        "--all", "--output", "--only", "--where", "--limit", "--record", "--html", "--json", "--width", "--quiet",
    ),
}  # fmt: skip
OTHER_OPTIONS = "Options"

RANGES = (click.IntRange, click.FloatRange)

Callback = TypeVar("Callback", bound=Callable[..., Any])


def group_of(command: str | None, option: str) -> str:
    """Return the title of the group that an option of a command is listed in."""
    for name in (f"{command} {option}", option):
        for title, options in GROUPS.items():
            if name in options:
                return title
    return OTHER_OPTIONS


def _keep(key: str) -> Callable[[click.Context, click.Parameter, Any], None]:
    def keep(context: click.Context, param: click.Parameter, value: Any) -> None:
        context.meta[key] = value

    return keep


def _output_options() -> list[click.Parameter]:
    """Return the options of every command that prints results; read first, because reading others prints remarks."""
    return [
        click.Option(
            ["--width"], metavar="N", type=click.IntRange(20, 10_000), expose_value=False, is_eager=True,
            callback=_keep(WIDTH),
            help="Fit tables into N columns, such as 120; by default into the terminal, if the output is one.",
        ),
        click.Option(
            ["-q", "--quiet"], is_flag=True, expose_value=False, is_eager=True, callback=_keep(QUIET),
            help="Print no progress and no remarks on standard error, only errors.",
        ),
    ]  # fmt: skip


class Described(click.Command):
    """A command whose help has examples and groups."""

    def __init__(self, *arguments: Any, examples: Sequence[str] = (), **more: Any) -> None:
        super().__init__(*arguments, **more)
        self.examples = examples

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Read the arguments; every error knows the command whose help is meant."""
        try:
            return super().parse_args(ctx, args)
        except click.UsageError as error:
            error.ctx = error.ctx or ctx
            raise

    def collect_usage_pieces(self, ctx: click.Context) -> list[str]:
        """Return what follows the command's name; what is required isn't hidden behind [OPTIONS]."""
        required = [
            " ".join([max(param.opts, key=len), _metavar(param, ctx)])
            for param in self.get_params(ctx)
            if isinstance(param, click.Option) and param.required
        ]
        return [*super().collect_usage_pieces(ctx), *required]

    def get_help(self, ctx: click.Context) -> str:
        """Return the help for the width of the terminal."""
        from identify.commands.output.help import help_text, help_width  # noqa: PLC0415  Completion does without.

        text = inspect.cleandoc(self.help or "").split("\f")[0]
        return help_text(
            " ".join([ctx.command_path, *self.collect_usage_pieces(ctx)]),
            [" ".join(paragraph.split()) for paragraph in text.split("\n\n") if paragraph.strip()],
            self.examples,
            [*self.listed(ctx), *self._option_groups(ctx)],
            help_width(),
        )

    def listed(self, ctx: click.Context) -> list[Group]:
        """Return what is listed before the options."""
        return []

    def _option_groups(self, ctx: click.Context) -> list[Group]:
        from identify.commands.output.help import Group  # noqa: PLC0415  As above.

        rows: dict[str, list[tuple[str, str]]] = {title: [] for title in (*GROUPS, OTHER_OPTIONS)}
        for param in self.get_params(ctx):
            if isinstance(param, click.Option) and not param.hidden:
                title = group_of(self.name, max(param.opts, key=len))
                rows[title].append((_term(param, ctx), _text(param)))
        return [Group(title, found) for title, found in rows.items() if found]


class Command(Described):
    """A command that does something."""

    def get_params(self, ctx: click.Context) -> list[click.Parameter]:
        """Return its own parameters and, if it prints results, the options of every output."""
        params = super().get_params(ctx)
        if not any(param.name == "as_json" for param in self.params):
            return params
        return [*self.params, *_output_options(), *params[len(self.params) :]]


class CommandGroup(Described, click.Group):
    """A command that is a list of commands."""

    command_class = Command

    def listed(self, ctx: click.Context) -> list[Group]:
        """Return the commands, each with the first sentence of its help."""
        from identify.commands.output.help import Group  # noqa: PLC0415  As above.

        rows = []
        for name in self.list_commands(ctx):
            found = self.get_command(ctx, name)
            if found is not None and not found.hidden:
                rows.append((name, found.get_short_help_str(limit=1000)))
        return [Group("Commands", rows)]

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Read the arguments; ``help COMMAND`` is what many type for ``COMMAND --help``."""
        # Before anything is printed.
        ctx.color = colours()
        if args[:1] == ["help"]:
            args = [*args[1:], "--help"]
        return super().parse_args(ctx, args)


def command(examples: Sequence[str]) -> Callable[[Callback], Command]:
    """Return a decorator that makes a command with examples that can be copied from its help."""

    def decorate(callback: Callback) -> Command:
        return click.command(cls=Command, examples=examples)(callback)

    return decorate


def _metavar(param: click.Option, ctx: click.Context) -> str:
    if param.is_flag or param.count:
        return ""
    if param.metavar is None:
        if isinstance(param.type, click.Path):
            return "FILE"
        if isinstance(param.type, RANGES):
            return "N"
        if isinstance(param.type, click.Choice):
            return f"{{{'|'.join(map(str, param.type.choices))}}}"
    return param.make_metavar(ctx)


def _term(param: click.Option, ctx: click.Context) -> str:
    """Return the option with its short form and what it takes."""
    names = ", ".join(sorted(param.opts, key=len))
    # Long options stand below each other.
    indented = names if len(param.opts) > 1 or len(names) == 2 else f"    {names}"
    return f"{indented} {_metavar(param, ctx)}".rstrip()


def _text(param: click.Option) -> str:
    """Return what the help says about an option."""
    more = []
    if param.required:
        more.append("required")
    if param.show_default:
        more.append(f"default: {param.default}")
    if isinstance(param.type, RANGES):
        least, most = param.type.min, param.type.max
        if least is not None and most is not None:
            more.append(f"{least} to {most}")
    text = param.help or ""
    return f"{text} [{'; '.join(more)}]" if more else text
