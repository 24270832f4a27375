"""Which rows are wanted: by outcome, and by conditions on their fields.

Knows the fields of a row and how a condition is written; nothing is read or written here.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Callable, Iterable, Iterator

import attrs

from identify.errors import ConfigError
from identify.identifiers import NAMES
from identify.model import TRANSPORTS
from identify.simulation.outcomes import Outcome
from identify.simulation.rows import OUTCOMES, Row, Rows
from identify.strings import quoted

__all__ = ["FIELDS", "Selection"]

#: The fields that a condition can name, and their text in a row.
FIELDS: dict[str, Callable[[Row], str]] = {
    "frame": lambda row: str(row.frame),
    "source": lambda row: row.source,
    "port": lambda row: str(row.port),
    "transport": lambda row: row.transport or "",
    "local": lambda row: row.local or "",
    "method": lambda row: row.method,
    "outcome": lambda row: row.outcome.value,
    "endpoint": lambda row: row.endpoint or "",
    "identifier": lambda row: row.identifier or "",
    "section": lambda row: row.section or "",
    "unknown": lambda row: row.unknown or "",
}
ADDRESSES = ("source", "local")
#: Fields that have one of a few words; a condition with another word would silently select nothing.
WORDS: dict[str, dict[str, None]] = {
    "outcome": dict.fromkeys(outcome.value for outcome in OUTCOMES),
    "identifier": dict.fromkeys(NAMES),
    "transport": dict.fromkeys(TRANSPORTS),
}

Network = ipaddress.IPv4Network | ipaddress.IPv6Network


@attrs.frozen
class _Condition:
    """``FIELD=VALUE[,VALUE...]`` or ``FIELD!=...``: whether the field is one of the values, or none of them."""

    field: str
    values: frozenset[str]
    networks: tuple[Network, ...]
    wanted: bool

    def holds(self, row: Row) -> bool:
        text = FIELDS[self.field](row)
        found = text in self.values
        if not found and self.networks and text:
            address = ipaddress.ip_address(text)
            found = any(address in network for network in self.networks if network.version == address.version)
        return found is self.wanted


def _condition(text: str) -> _Condition:
    field, sign, given = text.partition("=")
    wanted = not field.endswith("!")
    field = field.removesuffix("!").strip()
    if not sign or field not in FIELDS:
        known = ", ".join(FIELDS)
        raise ConfigError(
            f"condition {quoted(text)}: expected FIELD=VALUE or FIELD!=VALUE with one of {known}"
        )
    values = frozenset(value.strip() for value in given.split(","))
    unknown = sorted(values - WORDS[field].keys() - {""}) if field in WORDS else []
    if unknown:
        words = ", ".join(WORDS[field])
        raise ConfigError(
            f"condition {quoted(text)}: {quoted(unknown[0])} is not a valid {field}: expected {words}"
        )
    return _Condition(field, values, tuple(_networks(values)) if field in ADDRESSES else (), wanted)


def _conditions(texts: Iterable[str]) -> tuple[_Condition, ...]:
    return tuple(map(_condition, texts))


def _networks(values: Iterable[str]) -> Iterator[Network]:
    for value in sorted(set(values) - {""}):
        try:
            yield ipaddress.ip_network(value, strict=False)
        except ValueError as error:
            raise ConfigError(f"{value!r} is neither an address nor a network") from error


def _outcomes(only: Iterable[Outcome]) -> frozenset[Outcome]:
    return frozenset(only)


@attrs.frozen
class Selection:
    """Which rows are wanted.

    ``only`` are outcomes; empty means those of requests that Asterisk received.  ``where`` are conditions of the form
    ``FIELD=VALUE[,VALUE...]`` or ``FIELD!=VALUE[,...]``, which must all hold; addresses may be networks, an empty
    value means an empty field.  ``limit`` is the maximum number of rows, None for no maximum.

    Raises :class:`~identify.errors.ConfigError` for a condition that can't be read.
    """

    only: frozenset[Outcome] = attrs.field(default=(), converter=_outcomes)
    where: tuple[_Condition, ...] = attrs.field(default=(), converter=_conditions)
    limit: int | None = None

    @property
    def codes(self) -> bytes:
        """The codes of the wanted outcomes."""
        wanted = self.only or {outcome for outcome in OUTCOMES if outcome.is_request}
        return bytes(code for code, outcome in enumerate(OUTCOMES) if outcome in wanted)

    def numbers(self, rows: Rows, taken: int = 0) -> Iterator[int]:
        """Yield the numbers of the wanted messages of a batch; ``taken`` were selected before it."""
        codes = self.codes
        left = None if self.limit is None else self.limit - taken
        for number, code in enumerate(rows.columns.outcomes):
            if left is not None and left <= 0:
                return
            if code in codes and (not self.where or self.holds(rows.row(number))):
                left = None if left is None else left - 1
                yield number

    def holds(self, row: Row) -> bool:
        """Say whether all conditions hold for a row, whatever its outcome."""
        return all(condition.holds(row) for condition in self.where)
