"""A configuration and a table of requests for the tests of data frames."""

from __future__ import annotations

import pyarrow

CONFIGURATION = """\
[udp]
type = transport
protocol = udp
bind = 192.0.2.1:5060

[tcp]
type = transport
protocol = tcp
bind = 192.0.2.1:5070
domain = tcp.example

[trunk]
type = endpoint

[alice]
type = endpoint

[bob@tcp.example]
type = endpoint

[trunk-address]
type = identify
endpoint = trunk
match = 192.0.2.16/28,2001:db8::/64
"""

MESSAGE = (
    "INVITE sip:100@192.0.2.1 SIP/2.0\r\nVia: SIP/2.0/{protocol} {host};branch=z9hG4bK{number}\r\n"
    "From: <sip:{user}@caller.example>;tag={number}\r\nTo: <sip:100@192.0.2.1>\r\nCall-ID: {number}\r\n"
    "CSeq: 1 INVITE\r\nContact: <sip:{user}@192.0.2.9>\r\nMax-Forwards: 70\r\nContent-Length: 0\r\n\r\n"
)

SCHEMA = pyarrow.schema(
    [
        ("message", pyarrow.binary()),
        ("source", pyarrow.string()),
        ("port", pyarrow.int32()),
        ("transport", pyarrow.string()),
        ("local", pyarrow.string()),
        ("note", pyarrow.list_(pyarrow.int64())),
    ]
)


def message(number: int, user: str, protocol: str = "UDP") -> bytes:
    """Return a request of a user."""
    return MESSAGE.format(host="192.0.2.9", user=user, number=number, protocol=protocol).encode()


def requests(count: int) -> pyarrow.Table:
    """Return requests of the trunk, of alice, of bob by TCP, of strangers, and what is none, with nulls among them."""
    rows = []
    for number in range(count):
        user = ("eve", "alice", "bob", "mallory")[number % 4]
        transport = "tcp" if user == "bob" else (None, "udp", "UDP")[number % 3]
        rows.append(
            {
                "message": (
                    None if number % 31 == 7
                    else b"this is no request at all, but as long as one" if number % 17 == 5
                    else message(number, user, (transport or "udp").upper())
                ),
                "source": (
                    None if number % 29 == 3
                    else ("192.0.2.17", "2001:db8::9")[number % 8 // 4] if user == "eve"
                    else f"198.51.100.{number % 250}"
                ),
                "port": 70_000 if number % 37 == 9 else None if number % 11 == 2 else 5060 + number % 5,
                "transport": transport,
                "local": f"192.0.2.1:{5070 if user == 'bob' else 5060}" if number % 3 else None,
                "note": [number, number],
            }
        )  # fmt: skip
    return pyarrow.Table.from_pylist(rows, schema=SCHEMA)
