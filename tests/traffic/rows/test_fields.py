"""Rows: JSON and CSV, with messages or with metadata, and what is wrong with some of them."""

import base64
import csv
import io
import json
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st
from logged import NAMES, SAMPLES, messages, request, sent

from identify.configuration import Configuration
from identify.engine import Engine
from identify.errors import TrafficError
from identify.request import Request
from identify.strings import decoded
from identify.traffic import NOT_GIVEN, TRANSPORTS, Direction, open_traffic
from identify.traffic.rows import delimited, objects
from identify.traffic.rows import reader as reader_module
from identify.traffic.rows.fields import FieldColumns

SIP_TRACE = (
    "id,time_stamp,time_us,callid,traced_user,msg,method,status,fromip,toip,fromtag,totag,direction\r\n"
    '1,2026-11-22 19:52:11,259445,a@b,,"{0}",OPTIONS,,udp:192.0.2.1:5060,udp:[2001:db8::5]:5070,f,,in\r\n'
    '2,2026-11-22 19:52:12,1,a@b,,"SIP/2.0 200 OK\r\n\r\n",OPTIONS,200,tls:10.0.0.1:5061,udp:192.0.2.1:5060,f,t,out\r\n'
)


def _rows(data, **options):
    """Return batches joined to rows of (message, expected), and the reader."""
    with open_traffic(io.BytesIO(data), **options) as reader:
        found = []
        for batch in reader:
            expected = batch.expected or [NOT_GIVEN] * len(batch)
            found += [(batch, number, expected[number]) for number in range(len(batch))]
    return found, reader


def _json(*rows):
    return b"".join(json.dumps(row).encode() + b"\n" for row in rows)


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
    ((batch, number, expected),), _ = _rows(_json(row))
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
    ((batch, _, expected),), _ = _rows(_json({"message": "x", "source": "192.0.2.1"}))
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
    (message,) = messages(_json({"src": source, "msg": "x"}))
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
    (message,) = messages(_json({"src": "192.0.2.1", "msg": "x", "time": time}))
    assert message.time == nanoseconds


def test_base64_carries_any_bytes():
    """Bytes that are no text come as base64."""
    data = request(1) + bytes(range(256))
    (message,) = messages(_json({"src": "192.0.2.1", "message_b64": base64.b64encode(data).decode()}))
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
    (message,) = messages(_json(row))
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
            (message,) = messages(_json({"source": source, **row}))
            assert engine.identify_message(message.data, source, 5060) == engine.identify(
                Request(source=source, **row)
            )


def test_expectations():
    """Once a column expects, each row does: an empty value expects that nothing is identified."""
    found, _ = _rows(
        _json(*({"src": "192.0.2.1", "msg": "x", "expect": expected} for expected in ("alice", None, 1005)))
    )
    assert [expected for *_, expected in found] == ["alice", None, "1005"]
    found, _ = _rows(b"src,msg,expected\n192.0.2.1,x,alice\n192.0.2.1,x,\n")
    assert [expected for *_, expected in found] == ["alice", None]
    found, _ = _rows(_json({"src": "192.0.2.1", "msg": "x"}, {"src": "192.0.2.1", "msg": "x", "expect": "a"}))
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
        _json({"msg": "x"}),
        _json({"src": "", "msg": "x"}),
        _json({"src": "nowhere", "msg": "x"}),
        _json({"src": ["192.0.2.1"], "msg": "x"}),
        _json({"src": "192.0.2.1", "port": 65536, "msg": "x"}),
        _json({"src": "192.0.2.1", "port": True, "msg": "x"}),
        _json({"src": "192.0.2.1", "transport": "sctp", "msg": "x"}),
        _json({"src": "192.0.2.1", "local": "here", "msg": "x"}),
        _json({"src": "192.0.2.1", "time": "yesterday", "msg": "x"}),
        _json({"src": "192.0.2.1", "time": 1e300, "msg": "x"}),
        _json({"src": "192.0.2.1", "direction": "up", "msg": "x"}),
        _json({"src": "192.0.2.1", "expect": ["a"], "msg": "x"}),
        _json({"src": "192.0.2.1", "msg": {"a": 1}}),
        b'{"src": "192.0.2.1", "msg": "\\ud800"}\n',
        _json({"src": "192.0.2.1", "message_b64": "?"}),
        _json({"src": "192.0.2.1", "msg": "x" * 70_000}),
        _json({"src": "192.0.2.1", "msg": "x" * 2_000_000}),
        _json({"src": "192.0.2.1"}),
        _json({"src": "192.0.2.1", "from_uri": "sip:a@b\r\nX: y"}),
        _json({"src": "192.0.2.1", "from_uri": ["sip:a@b"]}),
        _json({"src": "192.0.2.1", "method": "A B", "from_uri": "sip:a@b"}),
        _json({"src": "192.0.2.1", "headers": {"A B": "c"}}),
        _json({"src": "192.0.2.1", "headers": [["a"]]}),
        _json({"src": "192.0.2.1", "headers": 5}),
        _json({"src": "192.0.2.1", "headers": {str(number): "" for number in range(2000)}}),
    ]
    data = _json(good) + b"".join(row + _json(good) for row in bad)
    found, reader = _rows(data)
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


def test_an_array_of_objects():
    """One array is read an element at a time, however it is broken into lines; frames are places in it."""
    rows = [{"src": "192.0.2.1", "msg": f"{number} \u00e4 ]}}{{,"} for number in range(3000)]
    for text in (
        json.dumps(rows),
        json.dumps(rows, indent=2, ensure_ascii=False),
        "\ufeff" + json.dumps(rows),
    ):
        found = messages(text.encode())
        assert [message.data.decode() for message in found] == [row["msg"] for row in rows]
        assert [message.frame for message in found] == list(range(1, 3001))


@pytest.mark.parametrize("end", [b"", b", {", b", x]", b"]", b"] rest", b", 5]"])
def test_an_array_that_ends_otherwise(end):
    """What comes before a fault in an array is delivered, and the fault is a problem."""
    found, reader = _rows(b'[{"src": "192.0.2.1", "msg": "x"}' + end)
    assert len(found) == 1
    assert bool(reader.problems) == (end != b"]")


def test_a_table_of_kamailio():
    """An export of sip_trace: addresses with protocols, microseconds, and a direction that isn't Asterisk's."""
    data = SIP_TRACE.format(request(1).decode()).encode()
    first, second = messages(data)
    assert (first.data, first.peer, first.transport) == (request(1), ("192.0.2.1", 5060), "udp")
    assert first.time == 1795377131259445000
    assert (first.direction, second.direction) == (Direction.UNKNOWN, Direction.UNKNOWN)
    assert (second.data, second.peer, second.transport) == (
        b"SIP/2.0 200 OK\r\n\r\n",
        ("10.0.0.1", 5061),
        "tls",
    )
    assert [first.frame, second.frame] == [2, 3 + request(1).count(b"\n")]
    rows = list(csv.DictReader(io.StringIO(data.decode(), newline="")))
    assert [message[:5] for message in messages(json.dumps(rows).encode())] == [first[:5], second[:5]]


def test_a_table_of_opensips():
    """OpenSIPS has protocol, address and port in columns of their own."""
    data = b"msg;from_proto;from_ip;from_port;to_proto;to_ip;to_port;direction;trace_attrs\nx;tcp;192.0.2.1;5080;udp;::1;5;in;\n"
    ((batch, *_),), _ = _rows(data)
    assert (batch.source(0), batch.ports[0], batch.transports[0], batch.local(0)) == (
        "192.0.2.1",
        5080,
        1,
        "::1",
    )
    assert batch.local_ports[0] == 5


@pytest.mark.parametrize("delimiter", list(",;\t|"))
def test_delimiters(delimiter):
    """The delimiter is found from the header line; cells may hold the others, quotes and line ends."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, delimiter=delimiter)
    body = 'a,b;c\td|e "f"\r\ng'
    writer.writerows(
        [["id", "Source IP", "src-port", "MESSAGE"], [1, "192.0.2.1", 5070, body], [2, "::1", "", "x"]]
    )
    first, second = messages(text.getvalue().encode())
    assert (first.data.decode(), first.peer, first.frame) == (body, ("192.0.2.1", 5070), 2)
    assert (second.peer, second.frame) == (("::1", 5060), 4)


@pytest.mark.parametrize("name", NAMES)
def test_the_list_of_what_was_sent_in_a_sample(name):
    """The samples' lists of messages are rows, with what the running server identified as expectation."""
    data = (SAMPLES / name / "expected.jsonl").read_bytes()
    found, reader = _rows(data, columns={"expect": "endpoint"})
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


def test_a_quote_that_is_never_closed():
    """A runaway quote costs its own line, not the rows after it."""
    data = b'src,msg\n192.0.2.1,a\n192.0.2.1,"b\n' + b"192.0.2.1,ccc\n" * 5_000
    found, reader = _rows(data)
    assert len(found) == 5_001
    assert reader.counts == {"row-malformed": 1}
    assert reader.problems[0].startswith("line 3: ")
    assert found[-1][0].frames[-1] == 5_003


@pytest.mark.parametrize(
    ("body", "delivered", "skipped"),
    [
        # A quote that stays open costs its line: up to the next quote, the longest row, a line too long, or the end.
        (b'192.0.2.1,"b\n192.0.2.1,c\n192.0.2.1,"d"\n', 2, 1),
        (b'192.0.2.1,"b\n192.0.2.1,c\n', 1, 1),
        (b'192.0.2.1,"b\n' + b"x" * 20_000 + b"\n192.0.2.1,c\n", 1, 2),
        (b'x","\n' * 6_000 + b"192.0.2.1,c\n" * 3, 3, 6_000),
        # The same after lines that were seen once: what closes a quote there closes it.
        (b'x","\nx","\n192.0.2.1,"c\nd"\n192.0.2.1,e\n', 2, 2),
        # Backslashes escape no quotes in CSV.
        (b'192.0.2.1,"say \\"b\\""\n192.0.2.1,c\n', 1, 1),
        # Text behind a closing quote, more cells, fewer cells, a CR in the line, a comment, a line of delimiters.
        (b'192.0.2.1,"b"c\n192.0.2.1,b,c\n192.0.2.1\n192.0.2.1,b\rc\n# b\n,\n192.0.2.1,e\n', 1, 6),
        # Lines without content are no rows.
        (b"\n\r\n  \n192.0.2.1,b\n", 1, 0),
    ],
)
def test_rows_behind_a_bad_row(body, delivered, skipped, monkeypatch):
    """A bad row costs its own line, whatever it is; the rows behind it are read, and what is skipped is counted."""
    for module in (delimited, reader_module):
        monkeypatch.setattr(module, "LONGEST_ROW", 15_000)
    found, reader = _rows(b"src,msg\n" + body)
    assert (len(found), sum(reader.counts.values())) == (delivered, skipped)


def test_the_lines_of_a_quote_are_fed_a_bounded_number_of_times(monkeypatch):
    """However the quotes of lines hang together, the csv module gets each line at most three times."""
    fed = 0

    def counted(line):
        nonlocal fed
        fed += 1
        return decoded(line)

    monkeypatch.setattr(delimited, "decoded", counted)
    huge_cell = b'x","\n' * 100 + (b"z" * 600 + b"\n") * 400 + b'"\n'
    for body in (
        b'x","\n' * 2_000,
        b'x,"\n' * 2_000,
        huge_cell * 3,
        b'192.0.2.1,"c\n' + b"192.0.2.1,c\n" * 2_000,
    ):
        fed = 0
        _rows(b"src,msg\n" + body)
        assert fed <= 3 * body.count(b"\n") + 3


@pytest.mark.parametrize(
    "heading",
    [
        b"src,msg",
        b'\xef\xbb\xbf"SRC" ,Msg ',
        b"sep=,\r\nSrc,msg",
        b'\xef\xbb\xbf"sep=,"\nsrc,msg',
        b'src,msg,"of\nthis",port',
        b"src,msg,src,msg",
    ],
)
def test_headings(heading):
    """Names in any case, quoted, with blanks, over two lines, twice, behind Excel's line with the delimiter."""
    (message,) = messages(heading + b"\r\n192.0.2.1,x\r\n")
    assert (message.data, message.peer) == (b"x", ("192.0.2.1", 5060))


def test_two_columns_of_a_name():
    """Of several columns for a field the first with a value counts, whatever their names are."""
    first, second = messages(b"src,msg,src\n192.0.2.1,x,192.0.2.9\n,x,192.0.2.2\n")
    assert (first.peer[0], second.peer[0]) == ("192.0.2.1", "192.0.2.2")


@pytest.mark.parametrize("text", ["src,msg\n192.0.2.1,x\n", '{"src": "192.0.2.1", "msg": "x"}\n'])
def test_utf_16_is_refused(text):
    """Text in UTF-16 is refused as a whole, with a word on what to do."""
    with pytest.raises(TrafficError, match="UTF-16"):
        open_traffic(io.BytesIO(text.encode("utf-16")))


def test_a_named_column_that_is_not_there():
    """A misspelt name of a column is a problem of the file, not an expectation less."""
    _, reader = _rows(b"src,msg\n192.0.2.1,x\n", columns={"expect": "endpont"})
    assert reader.problems == ["there is no column 'endpont'"]


GOOD = b'{"src": "192.0.2.1", "msg": "x"}'


@pytest.mark.parametrize(
    ("element", "reason"),
    [
        (b"[" * 50_000 + b"]" * 50_000, "row-malformed"),
        (b'{"a":' * 50_000 + b"1" + b"}" * 50_000, "row-malformed"),
        (b'{"a":' + b"9" * 10_000 + b"}", "row-malformed"),
        (b"9" * 2_000_000, "row-too-large"),
        (b'{"a": "' + b'\\"xxxxxxxxxxxxxx' * 70_000 + b'"}', "row-too-large"),
        (b'{"' + b"k" * 2_000_000 + b'": 1}', "row-too-large"),
        (b'{x: "]},{"}', "row-malformed"),
        (b"nonsense", "row-malformed"),
        (b"}}", "row-malformed"),
        (b'"text"', "row-malformed"),
        (b"NaN", "row-malformed"),
        (b'{"src": "192.0.2.1", "msg": "x", "time": Infinity}', "row-value"),
        (b'{"src": "\\u0000", "msg": "x"}', "row-value"),
        (b"{}", "row-without-source"),
    ],
)
def test_elements_that_are_not_rows(element, reason):
    """An element that is no row is skipped and counted, in an array and in lines; those behind it are read."""
    found, reader = _rows(b"[" + GOOD + b"," + element + b", " + GOOD + b", ]", format="json")
    assert (len(found), reader.counts) == (2, {reason: 1})
    found, reader = _rows(GOOD + b"\n" + element + b"\n" + GOOD)
    assert (len(found), reader.counts) == (2, {reason: 1})


def test_json_between_the_rows():
    """Values that share a line are all read; blanks without end and a second array are no rows."""
    found, reader = _rows(GOOD * 3 + b"\n" + GOOD + b" x\n")
    assert (len(found), reader.counts) == (4, {"row-malformed": 1})
    blank = b" " * 2_000_000
    found, reader = _rows(
        b" " * 5000 + b"[" + blank + GOOD + blank + b"," + GOOD + b"]" + blank, format="json"
    )
    assert (len(found), reader.counts, reader.problems) == (2, {}, [])
    found, reader = _rows(b"[" + GOOD + b"]\n[" + GOOD + b"]")
    assert (len(found), reader.counts) == (1, {"row-malformed": 1})


def test_the_text_of_an_array_is_copied_a_bounded_number_of_times(monkeypatch):
    """Neither many small elements nor a large one make the reader copy more than a few times what it reads."""

    class Counted(str):
        copied = 0

        def __getitem__(self, place):
            taken = str.__getitem__(self, place)
            Counted.copied += len(taken)
            return Counted(taken)

        def __add__(self, other):
            Counted.copied += len(self) + len(other)
            return Counted(str.__add__(self, other))

    monkeypatch.setattr(objects, "decoded", lambda data: Counted(decoded(data)))
    monkeypatch.setattr(objects, "PIECE", 1 << 10)
    large = b'{"a": "' + b"x" * 25_000 + b'"},'
    for body in (b"{}," * 5_000, b"{x}," * 5_000, large):
        Counted.copied = 0
        _rows(b"[" + body + b"]", format="json")
        assert Counted.copied <= 6 * len(body)


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
    for data in (_json(*rows), json.dumps(rows).encode(), text.getvalue().encode()):
        found, reader = _rows(data)
        assert [batch.times[number] // 10**9 for batch, number, _ in found] == [1795377131, 1795377132]
        assert reader.counts == {"row-value": 1}


def test_surrogates_in_json():
    """A surrogate that stands for a byte is that byte, any other skips its row wherever it would be on the wire."""
    found, reader = _rows(b'{"src": "192.0.2.1", "from_uri": "sip:caf\\udce9@b"}\n')
    assert b"<sip:caf\xe9@b>" in found[0][0].message(0)
    for field in ("msg", "from_uri", "to_uri", "request_uri", "call_id", "method"):
        found, reader = _rows(_json({"src": "192.0.2.1", "to_uri": "sip:a@b", field: "sip:\ud800"}))
        assert (found, reader.counts) == ([], {"row-value": 1})


def test_names_of_columns_are_not_collected():
    """What is remembered of the names of columns is bounded in number and in length."""
    columns = FieldColumns()
    for number in range(5000):
        assert columns.field(f"{number}" + "k" * 10_000) is None
        assert columns.field(f"k{number}") is None
    assert len(columns._cache) <= 4096
    assert max(map(len, columns._cache)) <= 128


def test_large_cells_and_long_lines():
    """A message of 64 KiB fits, a larger one and an endless line are counted."""
    lines = [b"x" * 65_536, b"x" * 65_537, b"x" * 3_000_000, b"y"]
    found, reader = _rows(b"src,msg\n" + b"".join(b"192.0.2.1," + line + b"\n" for line in lines))
    assert [batch.message(number)[:1] for batch, number, _ in found] == [b"x", b"y"]
    assert reader.counts == {"row-too-large": 2}


def test_nul_bytes():
    """A NUL in a cell harms no other row."""
    found = messages(b"src,msg\n192.0.2.1,a\0b\n192.0.2.1,c\n")
    assert found[-1].data == b"c"
    assert found[0].data == (b"a\0b" if sys.version_info >= (3, 11) else b"c")


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
    for data in (_json(*rows) or b"{}\n", json.dumps(rows).encode()):
        found, reader = _rows(data, format="json")
        assert len(found) + sum(reader.counts.values()) == max(len(rows), int(data == b"{}\n"))


@given(
    st.lists(
        st.lists(st.text(max_size=8) | st.sampled_from(["192.0.2.1", '"', "\r\n"]), max_size=4), max_size=6
    ),
    st.binary(max_size=30),
)
def test_any_cells(cells, rest):
    """Whatever is in the cells, nothing fails, and well-formed rows are all accounted for."""
    text = io.StringIO(newline="")
    # The writer of Python 3.10 refuses a NUL.
    rows = [[cell.replace("\0", "") for cell in row] for row in cells]
    csv.writer(text).writerows([["src", "msg", "port", "x"], *rows])
    found, reader = _rows(text.getvalue().encode("utf-8", "surrogatepass"))
    assert len(found) + sum(reader.counts.values()) <= len(cells)
    _rows(text.getvalue().encode("utf-8", "surrogatepass") + rest)


@given(st.binary(max_size=200))
def test_any_bytes_after_a_header(data):
    """No bytes make the readers of text fail."""
    _rows(b"src,msg\n" + data)
    _rows(b"{" + data, format="json")
    _rows(b"[" + data, format="json")
