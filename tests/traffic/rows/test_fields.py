"""Fields of rows in text: messages or metadata, and what is wrong with some of them."""

import base64
import csv
import io
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from logged import NAMES, SAMPLES, messages, request, sent
from row_inputs import json_lines, read_rows

from identify.configuration import Configuration
from identify.engine import Engine
from identify.errors import TrafficError
from identify.request import Request
from identify.traffic import NOT_GIVEN, TRANSPORTS, Direction, open_traffic
from identify.traffic.rows.fields import FieldColumns


def test_a_row_of_each_field():
    """Each field of the schema lands in its column of the batch."""
    row = {
        "message": request(1).decode(),
        "source": "192.0.2.1",
        "port": 5061,
        "transport": "TLS",
        "local": "10.0.0.254:5062",
        "time": "2026-11-22T19:52:11.5Z",
        "direction": "received",
        "expect": "alice",
    }
    ((batch, number, expected),), _ = read_rows(json_lines(row))
    assert batch.message(number) == request(1)
    assert (batch.source(0), batch.ports[0], batch.transports[0]) == ("192.0.2.1", 5061, 2)
    assert (batch.local(0), batch.local_ports[0]) == ("10.0.0.254", 5062)
    assert (batch.times[0], batch.directions[0], expected) == (
        1795377131500000000,
        Direction.RECEIVED,
        "alice",
    )


def test_what_a_row_may_leave_out():
    """Port 5060, UDP, no local address, no time, nothing expected."""
    ((batch, _, expected),), _ = read_rows(json_lines({"message": "x", "source": "192.0.2.1"}))
    assert (batch.ports[0], batch.transports[0], batch.local(0), batch.local_ports[0]) == (5060, 0, None, 0)
    assert (batch.times[0], batch.directions[0], expected) == (-1, Direction.UNKNOWN, NOT_GIVEN)


@pytest.mark.parametrize(
    ("source", "address", "port", "transport"),
    [
        ("192.0.2.1", "192.0.2.1", 5060, "udp"),
        ("192.0.2.1:5080", "192.0.2.1", 5080, "udp"),
        ("2001:db8::5", "2001:db8::5", 5060, "udp"),
        ("[2001:db8::5]", "2001:db8::5", 5060, "udp"),
        ("[2001:db8::5]:5080", "2001:db8::5", 5080, "udp"),
        ("fe80::1%eth0", "fe80::1", 5060, "udp"),
        ("udp:192.0.2.1:5080", "192.0.2.1", 5080, "udp"),
        ("tcp:[2001:db8::5]:5080", "2001:db8::5", 5080, "tcp"),
        ("TLS:2001:db8::5", "2001:db8::5", 5060, "tls"),
        ("wss:192.0.2.1", "192.0.2.1", 5060, "wss"),
    ],
)
def test_forms_of_an_address(source, address, port, transport):
    """An address may have a port, and a protocol as tables of proxies have it."""
    (message,) = messages(json_lines({"src": source, "msg": "x"}))
    assert (message.peer, message.transport) == ((address, port), transport)


@pytest.mark.parametrize(
    ("time", "nanoseconds"),
    [
        (1795377131, 1795377131 * 10**9),
        (1795377131.25, 1795377131250000000),
        ("1795377131.259445123", 1795377131259445123),
        (1795377131259, 1795377131259000000),
        (1795377131259445, 1795377131259445000),
        (1795377131259445123, 1795377131259445123),
        ("2026-11-22 19:52:11", 1795377131 * 10**9),
        ("2026-11-22T20:52:11.259+01:00", 1795377131259000000),
        ("", -1),
        (None, -1),
    ],
)
def test_forms_of_a_time(time, nanoseconds):
    """Seconds, milliseconds, microseconds and nanoseconds are told apart by their size; dates are ISO ones."""
    (message,) = messages(json_lines({"src": "192.0.2.1", "msg": "x", "time": time}))
    assert message.time == nanoseconds


def test_base64_carries_any_bytes():
    """Bytes that are no text come as base64."""
    data = request(1) + bytes(range(256))
    (message,) = messages(json_lines({"src": "192.0.2.1", "message_b64": base64.b64encode(data).decode()}))
    assert message.data == data


def test_bytes_that_are_not_utf_8():
    """A file that isn't UTF-8 gives the bytes that it has, in JSON and in CSV."""
    (message,) = messages(b'{"src": "192.0.2.1", "msg": "\xff\xe4"}\n')
    assert message.data == b"\xff\xe4"
    (message,) = messages(b"src,msg\n192.0.2.1,\xff\xe4\n")
    assert message.data == b"\xff\xe4"


def test_messages_with_line_ends_as_letters():
    """An export that keeps rows on one line has line ends as letters; they become line ends."""
    text = request(1).decode().replace("\r\n", "\\r\\n")
    (message,) = messages(f"src\tmsg\n192.0.2.1\t{text}\n".encode())
    assert message.data == request(1)


METADATA = [
    {"from_uri": "sip:alice@example.com"},
    {"from_uri": '"Alice" <sip:alice@example.com>', "to_uri": "<sip:100@pbx.example>", "method": "REGISTER"},
    {"request_uri": "sip:100@pbx.example", "method": "MESSAGE", "transport": "tcp"},
    {"headers": {"X-A": "b", "X-B": ["c", "d"]}},
    {
        "headers": [
            ["From", "<sip:bob@example.com>;tag=1"],
            ["CSeq", "7 INVITE"],
            ["Via", "SIP/2.0/UDP 192.0.2.9"],
        ]
    },
    {"headers": [{"name": "f", "value": "<sip:bob@example.com>"}, {"name": "l", "value": "100"}]},
    {"headers": "X-A: b\r\nX-B: c: d\n"},
    {"from_uri": "tel:+4930123", "source": "2001:db8::5", "local": "10.0.0.254"},
]


@pytest.mark.parametrize("row", METADATA)
def test_metadata_makes_a_request(row):
    """A row without a message makes one that Asterisk would look at, over its transport, with what is given."""
    row = {"source": "192.0.2.1", **row}
    (message,) = messages(json_lines(row))
    made = Request.from_message(message.data, row["source"], 5060, row.get("transport", "udp"))
    assert (
        made.screening == Request.from_message(request(1, Contact="<sip:a@b>"), "192.0.2.1", 5060).screening
    )
    assert made.method == row.get("method", "INVITE")
    if "request_uri" in row:
        assert made.request_uri.text == row["request_uri"]
    printed = dict(made.printed_headers)
    if "X-A" in str(row):
        assert printed["X-A"] == "b"
    if "bob" in str(row):
        assert made.from_uri.user == "bob"
    if "alice" in str(row):
        assert made.from_uri.user == "alice"


def test_metadata_is_identified_as_the_request_would_be():
    """An engine says of a row's bytes what it says of the request with the same metadata."""
    configuration = Configuration.from_files(
        {
            "pjsip.conf": "[global]\nendpoint_identifier_order=username,header,ip\n[alice]\ntype=endpoint\n"
            "[carrier]\ntype=endpoint\n[i]\ntype=identify\nendpoint=carrier\nmatch=192.0.2.0/24\n"
            "[h]\ntype=identify\nendpoint=carrier\nmatch_header=X-A: b\n"
        }
    )
    engine = Engine(configuration)
    for row in (
        {"from_uri": "sip:alice@example.com"},
        {"from_uri": "sip:bob@example.com"},
        {"from_uri": "sip:bob@example.com", "headers": {"X-A": "b"}},
        {"headers": {"X-A": "c"}},
    ):
        for source in ("192.0.2.1", "198.51.100.1"):
            (message,) = messages(json_lines({"source": source, **row}))
            assert engine.identify_message(message.data, source, 5060) == engine.identify(
                Request(source=source, **row)
            )


def test_expectations():
    """Once a column expects, each row does: an empty value expects that nothing is identified."""
    found, _ = read_rows(
        json_lines(
            *({"src": "192.0.2.1", "msg": "x", "expect": expected} for expected in ("alice", None, 1005))
        )
    )
    assert [expected for *_, expected in found] == ["alice", None, "1005"]
    found, _ = read_rows(b"src,msg,expected\n192.0.2.1,x,alice\n192.0.2.1,x,\n")
    assert [expected for *_, expected in found] == ["alice", None]
    found, _ = read_rows(
        json_lines({"src": "192.0.2.1", "msg": "x"}, {"src": "192.0.2.1", "msg": "x", "expect": "a"})
    )
    assert [expected for *_, expected in found] == [NOT_GIVEN, "a"]


def test_bad_rows_are_counted_and_the_others_read():
    """Each bad row is counted by its reason and named with its line; no other row is lost."""
    good = {"src": "192.0.2.1", "msg": "x"}
    bad = [
        b"{bad\n",
        b"[1]\n",
        b"\xff\xfe\n",
        b"9" * 5000 + b"\n",
        b"[" * 100_000 + b"\n",
        json_lines({"msg": "x"}),
        json_lines({"src": "", "msg": "x"}),
        json_lines({"src": "nowhere", "msg": "x"}),
        json_lines({"src": ["192.0.2.1"], "msg": "x"}),
        json_lines({"src": "192.0.2.1", "port": 65536, "msg": "x"}),
        json_lines({"src": "192.0.2.1", "port": True, "msg": "x"}),
        json_lines({"src": "192.0.2.1", "transport": "sctp", "msg": "x"}),
        json_lines({"src": "192.0.2.1", "local": "here", "msg": "x"}),
        json_lines({"src": "192.0.2.1", "time": "yesterday", "msg": "x"}),
        json_lines({"src": "192.0.2.1", "time": 1e300, "msg": "x"}),
        json_lines({"src": "192.0.2.1", "direction": "up", "msg": "x"}),
        json_lines({"src": "192.0.2.1", "expect": ["a"], "msg": "x"}),
        json_lines({"src": "192.0.2.1", "msg": {"a": 1}}),
        b'{"src": "192.0.2.1", "msg": "\\ud800"}\n',
        json_lines({"src": "192.0.2.1", "message_b64": "?"}),
        json_lines({"src": "192.0.2.1", "msg": "x" * 70_000}),
        json_lines({"src": "192.0.2.1", "msg": "x" * 2_000_000}),
        json_lines({"src": "192.0.2.1"}),
        json_lines({"src": "192.0.2.1", "from_uri": "sip:a@b\r\nX: y"}),
        json_lines({"src": "192.0.2.1", "from_uri": ["sip:a@b"]}),
        json_lines({"src": "192.0.2.1", "method": "A B", "from_uri": "sip:a@b"}),
        json_lines({"src": "192.0.2.1", "headers": {"A B": "c"}}),
        json_lines({"src": "192.0.2.1", "headers": [["a"]]}),
        json_lines({"src": "192.0.2.1", "headers": 5}),
        json_lines({"src": "192.0.2.1", "headers": {str(number): "" for number in range(2000)}}),
    ]
    data = json_lines(good) + b"".join(row + json_lines(good) for row in bad)
    found, reader = read_rows(data)
    assert len(found) == len(bad) + 1
    assert sum(reader.counts.values()) == len(bad)
    assert set(reader.counts) == {
        "row-malformed",
        "row-without-source",
        "row-value",
        "row-too-large",
        "row-without-message",
    }
    assert len(reader.problems) == 20
    assert reader.problems[0].startswith("line 2: row-malformed: not valid JSON: ")
    assert reader.problems[5] == "line 12: row-without-source: no source with a value among the columns 'msg'"


@pytest.mark.parametrize("name", NAMES)
def test_the_list_of_what_was_sent_in_a_sample(name):
    """The samples' lists of messages are rows, with what the running server identified as expectation."""
    data = (SAMPLES / name / "expected.jsonl").read_bytes()
    found, reader = read_rows(data, columns={"expect": "endpoint"})
    assert not reader.counts
    listed = sent(name)
    assert len(found) == len(listed)
    for (batch, number, expected), item in zip(found, listed, strict=True):
        assert batch.message(number) == item["data"]
        assert (batch.source(number), batch.ports[number]) == (item["src"], item["port"])
        assert (TRANSPORTS[batch.transports[number]], expected) == (item["transport"], item["endpoint"])
        assert abs(batch.times[number] / 1e9 - item["t"]) < 1e-5
        assert f"{batch.local(number)}:{batch.local_ports[number]}" == item["local"].replace("[", "").replace(
            "]", ""
        )


def test_named_columns():
    """Columns with names of their own are named by field; a field that is named isn't found by other names."""
    data = b"who,what,source\n192.0.2.1,x,nonsense\n"
    with pytest.raises(TrafficError):
        open_traffic(io.BytesIO(b"who,what\n192.0.2.1,x\n"))
    (message,) = messages(data, columns={"source": "who", "message": "what"})
    assert message.peer == ("192.0.2.1", 5060)
    with pytest.raises(TrafficError, match="columns=") as caught:
        open_traffic(io.BytesIO(b"who,what\n"), format="csv")
    assert caught.value.line == 1


@pytest.mark.parametrize("text", ["src,msg\n192.0.2.1,x\n", '{"src": "192.0.2.1", "msg": "x"}\n'])
def test_utf_16_is_refused(text):
    """Text in UTF-16 is refused as a whole, with a word on what to do."""
    with pytest.raises(TrafficError, match="UTF-16"):
        open_traffic(io.BytesIO(text.encode("utf-16")))


def test_a_named_column_that_is_not_there():
    """A misspelt name of a column is a problem of the file, not an expectation less."""
    _, reader = read_rows(b"src,msg\n192.0.2.1,x\n", columns={"expect": "endpont"})
    assert reader.problems == ["there is no column 'endpont'"]


@pytest.mark.parametrize(
    "time",
    ["9999-12-31T00:00:00Z", "9999-12-31", "2262-04-11T23:47:16.854775808Z", "1969-12-31 23:59:59", "0001-01-01", "-1",
     "24:00", "2026-01-01T24:00:00", "10000000000", "1.79538E+12", "1,700"],
)  # fmt: skip
def test_times_beyond_the_clock(time):
    """A time that isn't one, or that 64 bits of nanoseconds can't hold, skips its row, in JSON and in CSV."""
    rows = [{"src": "192.0.2.1", "msg": "x", "time": text} for text in ("1795377131", time, "1795377132")]
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, list(rows[0]))
    writer.writeheader()
    writer.writerows(rows)
    for data in (json_lines(*rows), json.dumps(rows).encode(), text.getvalue().encode()):
        found, reader = read_rows(data)
        assert [batch.times[number] // 10**9 for batch, number, _ in found] == [1795377131, 1795377132]
        assert reader.counts == {"row-value": 1}


def test_names_of_columns_are_not_collected():
    """What is remembered of the names of columns is bounded in number and in length."""
    columns = FieldColumns()
    for number in range(5000):
        assert columns.field(f"{number}" + "k" * 10_000) is None
        assert columns.field(f"k{number}") is None
    assert len(columns._cache) <= 4096
    assert max(map(len, columns._cache)) <= 128


rows = st.fixed_dictionaries(
    {},
    optional={
        name: st.one_of(
            st.none(),
            st.booleans(),
            st.integers(-1, 2**70),
            st.floats(),
            st.text(max_size=8),
            st.sampled_from(["192.0.2.1", "::1", "udp:1.2.3.4:5", "tcp", "1795377131", "in", "sip:a@b"]),
            st.lists(st.text(max_size=3), max_size=2),
            st.dictionaries(st.text(max_size=3), st.text(max_size=3), max_size=2),
        )
        for name in ("src", "msg", "message_b64", "port", "transport", "local", "time", "time_us", "direction", "expect", "method", "from_uri", "to_uri", "request_uri", "headers")
    },
)  # fmt: skip


@given(st.lists(rows, max_size=5))
def test_any_values(rows):
    """Whatever the values of rows are, each row is a message or is counted, in lines and in an array."""
    for data in (json_lines(*rows) or b"{}\n", json.dumps(rows).encode()):
        found, reader = read_rows(data, format="json")
        assert len(found) + sum(reader.counts.values()) == max(len(rows), int(data == b"{}\n"))


@given(st.binary(max_size=200))
def test_any_bytes_after_a_header(data):
    """No bytes make the readers of text fail."""
    read_rows(b"src,msg\n" + data)
    read_rows(b"{" + data, format="json")
    read_rows(b"[" + data, format="json")
