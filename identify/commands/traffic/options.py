"""The options of the commands that read traffic, gathered into one value.

Knows how each is written on the command line; nothing of what is done with the traffic.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import timezone, tzinfo
from typing import TYPE_CHECKING, Any

import attrs
import click

from identify.commands.arguments import (
    check_line_tokens,
    complete_registrations,
    hint_at_port,
    parse_local,
    parse_tokens,
)
from identify.commands.options import gathered
from identify.commands.output.printing import UnusableError, escaped

if TYPE_CHECKING:
    from identify.configuration import Configuration
    from identify.writing import Place

__all__ = ["FORMATS", "TrafficOptions", "traffic_options"]

#: Names of ``traffic.opening.FORMATS``, written down because that module loads every reader.
FORMATS = ("arrow", "capture", "csv", "hep", "json", "log", "parquet", "text")
#: A file of tokens has some dozens of bytes for each registration.
MOST_TOKEN_BYTES = 1 << 20


@attrs.frozen(kw_only=True)
class TrafficOptions:
    """How traffic is read, and what is known of it beforehand."""

    line_tokens: Mapping[str, str]
    tokens_file: str | None
    local: tuple[str, ...]
    form: str | None
    zone: tzinfo
    year: int | None
    columns: Mapping[str, str]
    hep: tuple[str, ...]

    @property
    def reading(self) -> dict[str, Any]:
        """The arguments of ``open_traffic``."""
        return {
            "format": self.form,
            "zone": self.zone,
            "year": self.year,
            "columns": dict(self.columns) or None,
            "hep": self.hep or "auto",
        }

    def reading_of(self, traffic: Sequence[str]) -> dict[str, Any]:
        """Return the arguments of ``open_traffic`` for files that are the traffic of one Asterisk.

        Of several files one may have nothing but what a stranger sent, which looks like a capture of a collector.
        """
        several = {"hep": "named"} if len(traffic) > 1 and not self.hep else {}
        return {**self.reading, **several}

    def places(self, traffic: Sequence[Place]) -> list[Place]:
        """Return what is read, traffic included, none of which may be written."""
        return [*traffic, *([("--line-tokens", self.tokens_file)] if self.tokens_file is not None else [])]

    def tokens(self, configuration: Configuration) -> dict[str, str]:
        """Return all tokens of the configuration's registrations that are given, or end the command."""
        tokens = {**_read_tokens(self.tokens_file), **self.line_tokens}
        check_line_tokens(configuration, tokens)
        return tokens


def _zone(context: click.Context, param: click.Parameter, value: str) -> tzinfo:
    if value.upper() == "UTC":
        return timezone.utc
    import zoneinfo  # noqa: PLC0415  Few dates are of another zone.

    try:
        return zoneinfo.ZoneInfo(value)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise click.BadParameter(
            f"{value!r} is not a known time zone, such as Europe/Berlin", context, param
        ) from error


def _columns(context: click.Context, param: click.Parameter, values: tuple[str, ...]) -> dict[str, str]:
    columns: dict[str, str] = {}
    for value in values:
        field, equals, column = value.partition("=")
        if not (field and equals and column):
            raise click.BadParameter(f"{value!r} is not of the form FIELD=COLUMN", context, param)
        columns[field] = column
    return columns


def _hep(context: click.Context, param: click.Parameter, values: tuple[str, ...]) -> tuple[str, ...]:
    if values:
        from identify.traffic.captures.collectors import HepChoice  # noqa: PLC0415  Few captures have HEP.

        try:
            HepChoice.of(values)
        except ValueError as error:
            raise click.BadParameter(escaped(str(error)), context, param) from error
    for value in values:
        hint_at_port("--hep", value)
    return values


def _read_tokens(path: str | None) -> dict[str, str]:
    """Return the tokens of a file, or end the command."""
    if path is None:
        return {}
    try:
        with open(path, "rb") as file:
            tokens = json.loads(file.read(MOST_TOKEN_BYTES + 1))
    except OSError as error:
        raise UnusableError(f"{escaped(path)}: {error.strerror or error}") from error
    except (ValueError, RecursionError) as error:
        raise UnusableError(f"{escaped(path)}: not valid JSON: {escaped(str(error))}") from error
    if not isinstance(tokens, dict) or not all(isinstance(token, str) and token for token in tokens.values()):
        raise UnusableError(f'{escaped(path)}: expected an object such as {{"provider": "abcdefg"}}')
    return tokens


#: Adds the options of reading traffic to a command, as its argument ``reading``.
traffic_options = gathered(
    "reading",
    TrafficOptions,
    [
        click.option(
            "--line-token", "line_tokens", metavar="ID=TOKEN", multiple=True, callback=parse_tokens,
            shell_complete=complete_registrations,
            help="Token of a registration with line = yes, such as provider=abcdefg; others are learned from the "
            "REGISTERs that Asterisk sends; may be repeated.",
        ),
        click.option(
            "--line-tokens", "tokens_file", metavar="FILE", type=click.Path(),
            help='JSON file with such tokens by registration, such as {"provider": "abcdefg"}.',
        ),
        click.option(
            "--local", metavar="ADDR[:PORT]", multiple=True, callback=parse_local,
            help="Address of Asterisk, such as 192.0.2.1:5060, by default found in the transports and the "
            "traffic; may be repeated.",
        ),
        click.option(
            "--format", "form", type=click.Choice(FORMATS),
            help="Format of the traffic, such as log, where its content doesn't show it.",
        ),
        click.option(
            "--zone", default="UTC", show_default=True, callback=_zone, metavar="ZONE",
            help="Time zone of dates without one, such as Europe/Berlin.",
        ),
        click.option(
            "--year", type=click.IntRange(1970, 9999),
            help="Year of the first date, where dates have none, such as 2026.",
        ),
        click.option(
            "--column", "columns", metavar="FIELD=COLUMN", multiple=True, callback=_columns,
            help="Column of rows that holds a field, such as source=client_address; may be repeated.",
        ),
        click.option(
            "--hep", metavar="ADDR|PORT", multiple=True, callback=_hep,
            help="Collector whose HEP in captures is believed, such as 192.0.2.9:9060, an address, a port, any "
            "or none; by default only in a single capture of nothing else; may be repeated.",
        ),
    ],
)  # fmt: skip
