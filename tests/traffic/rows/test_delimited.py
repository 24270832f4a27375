"""CSV: tables of other programs, delimiters, quotes, headings, and what is wrong with some rows."""

import csv
import io
import json
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st
from logged import messages, request
from row_inputs import read_rows

from identify.strings import decoded
from identify.traffic import Direction
from identify.traffic.rows import delimited
from identify.traffic.rows import reader as reader_module

SIP_TRACE = (
    "id,time_stamp,time_us,callid,traced_user,msg,method,status,fromip,toip,fromtag,totag,direction\r\n"
    '1,2026-11-22 19:52:11,259445,a@b,,"{0}",OPTIONS,,udp:192.0.2.1:5060,udp:[2001:db8::5]:5070,f,,in\r\n'
    '2,2026-11-22 19:52:12,1,a@b,,"SIP/2.0 200 OK\r\n\r\n",OPTIONS,200,tls:10.0.0.1:5061,udp:192.0.2.1:5060,f,t,out\r\n'
)


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
    ((batch, *_),), _ = read_rows(data)
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


def test_a_quote_that_is_never_closed():
    """A runaway quote costs its own line, not the rows after it."""
    data = b'src,msg\n192.0.2.1,a\n192.0.2.1,"b\n' + b"192.0.2.1,ccc\n" * 5_000
    found, reader = read_rows(data)
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
    found, reader = read_rows(b"src,msg\n" + body)
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
        read_rows(b"src,msg\n" + body)
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


def test_large_cells_and_long_lines():
    """A message of 64 KiB fits, a larger one and an endless line are counted."""
    lines = [b"x" * 65_536, b"x" * 65_537, b"x" * 3_000_000, b"y"]
    found, reader = read_rows(b"src,msg\n" + b"".join(b"192.0.2.1," + line + b"\n" for line in lines))
    assert [batch.message(number)[:1] for batch, number, _ in found] == [b"x", b"y"]
    assert reader.counts == {"row-too-large": 2}


def test_nul_bytes():
    """A NUL in a cell harms no other row."""
    found = messages(b"src,msg\n192.0.2.1,a\0b\n192.0.2.1,c\n")
    assert found[-1].data == b"c"
    assert found[0].data == (b"a\0b" if sys.version_info >= (3, 11) else b"c")


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
    found, reader = read_rows(text.getvalue().encode("utf-8", "surrogatepass"))
    assert len(found) + sum(reader.counts.values()) <= len(cells)
    read_rows(text.getvalue().encode("utf-8", "surrogatepass") + rest)
