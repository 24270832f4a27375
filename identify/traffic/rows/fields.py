"""Which column means what, and how a row becomes a message of a batch.

Knows the names of columns that people and programs use; nothing about file formats.

Facts

- Kamailio's ``sip_trace`` has ``fromip`` and ``toip`` as ``udp:10.0.0.1:5060``, ``time_us`` as the microseconds of
  ``time_stamp``, and a ``direction`` that is Kamailio's own, not Asterisk's.
- OpenSIPS's ``sip_trace`` has protocol, address and port in separate columns.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections import Counter
from collections.abc import Iterable, Mapping

from identify.errors import TrafficError
from identify.strings import decoded, quoted
from identify.traffic.batch import MESSAGE_LIMIT, NOT_GIVEN, Batch, Direction, NotGiven
from identify.traffic.rows import values
from identify.traffic.rows.requests import Metadata, request_bytes

__all__ = [
    "COUNTS",
    "FIELDS",
    "MALFORMED",
    "NO_MESSAGE",
    "NO_SOURCE",
    "TOO_LARGE",
    "VALUE",
    "FieldColumns",
    "RowError",
    "note_skipped",
]

#: Reasons in ``counts`` for skipped rows.  The row can't be parsed at all.
MALFORMED = "row-malformed"
#: There is neither a message nor metadata to make a request from.
NO_MESSAGE = "row-without-message"
NO_SOURCE = "row-without-source"
#: The row or message is too long.
TOO_LARGE = "row-too-large"
#: A value isn't valid for its column.
VALUE = "row-value"
COUNTS = (MALFORMED, NO_MESSAGE, NO_SOURCE, TOO_LARGE, VALUE)

#: Skipped rows of which ``problems`` says what is wrong.
MOST_NAMED = 20

#: Fields of a row with the names of their columns, in lower case and with ``_`` for other characters.
FIELDS: dict[str, tuple[str, ...]] = {
    "message": ("message", "msg", "sip_message", "sip_msg", "raw_message", "raw", "payload", "sip"),
    "message_b64": ("message_b64", "msg_b64", "message_base64", "payload_b64", "raw_b64"),
    "source": (
        "source", "src", "source_ip", "src_ip", "srcip", "source_address", "src_addr", "src_address", "from_ip",
        "fromip", "sourceaddress", "sourceip", "remote_ip", "remote_address", "remote", "ip", "ip_src",
    ),
    "port": (
        "port", "source_port", "src_port", "sport", "srcport", "from_port", "fromport", "sourceport", "remote_port",
        "udp_srcport", "tcp_srcport",
    ),
    "transport": ("transport", "protocol", "proto", "from_proto", "fromproto", "ip_proto"),
    "local": (
        "local", "local_ip", "local_address", "destination", "destination_ip", "dst", "dst_ip", "dstip", "to_ip",
        "toip", "dest", "dest_ip", "destination_address", "dst_addr", "ip_dst",
    ),
    "local_port": ("local_port", "destination_port", "dst_port", "dport", "dstport", "to_port", "toport", "dest_port"),
    "time": ("time", "timestamp", "time_stamp", "ts", "t", "date", "datetime", "frame_time_epoch"),
    "time_us": ("time_us",),
    "direction": ("direction", "dir"),
    "expect": ("expect", "expected", "expected_endpoint"),
    "method": ("method", "sip_method"),
    "request_uri": ("request_uri", "ruri", "r_uri", "sip_r_uri"),
    "from_uri": ("from_uri", "from", "sip_from"),
    "to_uri": ("to_uri", "to", "sip_to"),
    "call_id": ("call_id", "callid", "sip_call_id"),
    "headers": ("headers", "header_fields"),
    "traced_user": ("traced_user", "trace_attrs"),
    "status": ("status",),
}  # fmt: skip
METADATA = ("from_uri", "request_uri", "to_uri", "headers")
_FIELD_OF = {name: field for field, names in FIELDS.items() for name in names}
_OTHER = re.compile(r"[^a-z0-9]+")
#: The maximum number of column names whose meaning is remembered.
MOST_NAMES = 4096
#: Characters of a name beyond which it isn't compared with the known ones, nor remembered.
LONGEST_NAME = 128


class RowError(ValueError):
    """A skipped row, or ``count`` of them on end, with the reason to count them under."""

    def __init__(self, reason: str, detail: str, count: int = 1) -> None:
        super().__init__(f"{reason}: {detail}")
        self.reason = reason
        self.count = count


class FieldColumns:
    """The meaning of columns: those named by the user, and those known by name."""

    def __init__(self, named: Mapping[str, str] | None = None, path: str = "") -> None:
        named = dict(named or {})
        for field in named:
            if field not in FIELDS:
                raise TrafficError(
                    f"{quoted(field)} is not a known field: expected one of {', '.join(FIELDS)}", path
                )
        self._named = {column: field for field, column in named.items()}
        self._taken = frozenset(named)
        self._cache: dict[str, str | None] = {}

    def field(self, column: str) -> str | None:
        """Return the field that a column means, None if it isn't known."""
        if column in self._cache:
            return self._cache[column]
        field = self._named.get(column)
        if field is None and len(column) <= LONGEST_NAME:
            known = _FIELD_OF.get(_OTHER.sub("_", column.lower()).strip("_"))
            field = None if known in self._taken else known
        if len(self._cache) < MOST_NAMES and len(column) <= LONGEST_NAME:
            self._cache[column] = field
        return field

    def missing(self, columns: Iterable[str]) -> list[str]:
        """Return the columns that the user named and that aren't among these."""
        there = set(columns)
        return [column for column in self._named if column not in there]

    def known(self, columns: Iterable[str]) -> set[str]:
        """Return the fields that the columns mean."""
        return {field for column in columns if (field := self.field(column))}

    def fields(self, row: Mapping[str, object]) -> dict[str, object]:
        """Return the values of a row by field; of two columns for one field, the first with a value."""
        found: dict[str, object] = {}
        for column, value in row.items():
            field = self.field(column)
            if field and (field not in found or found[field] in (None, "")):
                found[field] = value
        return found

    def add(self, batch: Batch, row: Mapping[str, object], number: int) -> None:
        """Add the message of a row to a batch; RowError if it has none."""
        fields = self.fields(row)
        if _empty(fields.get("source")):
            raise RowError(NO_SOURCE, f"no source with a value among the columns {_listed(row)}")
        try:
            _append(batch, fields, number)
        except RowError:
            raise
        except (ValueError, OverflowError) as error:
            raise RowError(VALUE, str(error)) from error


def note_skipped(counts: Counter[str], problems: list[str], error: RowError, place: str) -> None:
    """Count skipped rows, and for the first few say what is wrong."""
    if sum(counts[reason] for reason in COUNTS) < MOST_NAMED:
        problems.append(f"{place}: {error}")
    counts[error.reason] += error.count


def _append(batch: Batch, fields: dict[str, object], number: int) -> None:
    protocol, source, port = values.address(fields["source"])
    if not _empty(fields.get("port")):
        port = values.number(fields["port"], 0xFFFF)
    if not _empty(fields.get("transport")):
        protocol = values.transport(fields["transport"])
    local, local_port = None, None
    if not _empty(fields.get("local")):
        _, local, local_port = values.address(fields["local"])
    if not _empty(fields.get("local_port")):
        local_port = values.number(fields["local_port"], 0xFFFF)
    port = 5060 if port is None else port
    protocol = protocol or "udp"
    data = _data(fields, source=source, port=port, transport=protocol, local=local, number=number)
    if len(data) > MESSAGE_LIMIT:
        raise RowError(TOO_LARGE, f"a message of {len(data)} bytes: expected at most {MESSAGE_LIMIT}")
    batch.append(
        data,
        frame=number,
        time=_time(fields),
        transport=protocol,
        source=source,
        port=port,
        local=local,
        local_port=local_port or 0,
        direction=_direction(fields),
        expected=_expected(fields),
    )


def _data(
    fields: dict[str, object], *, source: str, port: int, transport: str, local: str | None, number: int
) -> bytes:
    if not _empty(fields.get("message")):
        return values.message_bytes(fields["message"])
    if not _empty(encoded := fields.get("message_b64")):
        try:
            return base64.b64decode(encoded if isinstance(encoded, (str, bytes)) else b"?", validate=True)
        except (binascii.Error, ValueError) as error:
            raise ValueError(f"{values.clipped(encoded)} is not valid base64") from error
    if all(_empty(fields.get(field)) for field in METADATA) or not _empty(fields.get("status")):
        raise RowError(NO_MESSAGE, f"no message and none of {', '.join(METADATA)}")

    def text(field: str) -> str | None:
        value = fields.get(field)
        if _empty(value):
            return None
        if not isinstance(value, (str, bytes)):
            raise ValueError(f"{field} {values.clipped(value)} is not text")
        return value if isinstance(value, str) else decoded(value)

    metadata = Metadata(
        method=text("method") or "INVITE",
        request_uri=text("request_uri"),
        from_uri=text("from_uri"),
        to_uri=text("to_uri"),
        call_id=text("call_id"),
        headers=[] if _empty(fields.get("headers")) else values.header_fields(fields["headers"]),
    )
    return request_bytes(metadata, source=source, port=port, transport=transport, local=local, number=number)


def _time(fields: dict[str, object]) -> int:
    if _empty(fields.get("time")):
        return -1
    found = values.time(fields["time"])
    if _empty(fields.get("time_us")):
        return found
    return values.time(values.Nanoseconds(found + 1000 * values.number(fields["time_us"], 999_999)))


def _direction(fields: dict[str, object]) -> Direction:
    # In a proxy's trace the direction is the proxy's.
    if "traced_user" in fields or _empty(fields.get("direction")):
        return Direction.UNKNOWN
    return values.direction(fields["direction"])


def _expected(fields: dict[str, object]) -> str | NotGiven | None:
    if "expect" not in fields:
        return NOT_GIVEN
    expected = fields["expect"]
    if _empty(expected):
        return None
    if isinstance(expected, bytes):
        return decoded(expected)
    if not isinstance(expected, (str, int)) or isinstance(expected, bool):
        raise ValueError(f"expect {values.clipped(expected)} is not an endpoint id")
    return str(expected)


def _empty(value: object) -> bool:
    return (
        value is None
        or (isinstance(value, (str, bytes)) and not value)
        or (isinstance(value, float) and value != value)
    )


def _listed(row: Mapping[str, object]) -> str:
    return values.clipped(", ".join(list(row)[:20]))
