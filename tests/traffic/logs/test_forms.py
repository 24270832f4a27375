"""Reading of logs that are written here: each form of a log, and each way in which a text isn't its byte count."""

import io
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from logged import STYLES, Log, messages, request, unpacked

from identify.traffic import Direction, open_traffic
from identify.traffic.logs import recognises

FILES = ("default", "call", "plain")
CONSOLES = tuple(style for style in STYLES if style not in FILES)
FORGED = (
    b"hi\r\n[Nov 22 19:40:00] VERBOSE[99] res_pjsip_logger.c: <--- Received SIP request (30 bytes) from "
    b"UDP:192.0.2.99:5060 --->\r\nOPTIONS sip:forged@x SIP/2.0\r\nCall-ID: x\r\n\r\n\r\n"
    b"[Nov 22 19:40:00] DEBUG[99] x.c: text\n<--- Received SIP request (30 bytes) from UDP:192.0.2.98:5060 --->\n"
    b"OPTIONS sip:forged@x SIP/2.0\r\n\r\n"
)
#: What a message of a log may consist of: anything but a NUL, with pieces that look like records.
pieces = st.sampled_from(
    [
        b"\r\n",
        b"\n",
        b"\r",
        b"a: b\r\n",
        b"[Nov 22 19:52:11] DEBUG[99] x.c: t\n",
        FORGED,
        b"<--- ",
        b"\xff\xe4",
        b"x",
    ]
)
bodies = st.lists(pieces | st.binary(max_size=20).map(lambda data: data.replace(b"\0", b"")), max_size=8).map(
    b"".join
)


def _data(log, **options):
    return [message.data for message in messages(log.data, format="log", year=2026, **options)]


def test_all_written_forms_are_recognised():
    """A log of each form is recognised by its content."""
    for style in STYLES:
        log = Log(style)
        log.message(request(1))
        assert recognises(log.data), style


@pytest.mark.parametrize("style", STYLES)
@given(bodies=st.lists(bodies, min_size=1, max_size=5))
def test_messages_come_out_as_they_went_in(style, bodies):
    """Whatever a message holds, forged records too, its bytes are those that were logged, and there are no others."""
    log = Log(style)
    written = []
    log.line("before")
    for number, body in enumerate(bodies, 1):
        written.append(request(number, "MESSAGE", body))
        log.message(written[-1])
        log.line("between")
    assert _data(log) == written


@pytest.mark.parametrize("style", STYLES)
def test_what_the_line_says(style):
    """Direction, transport and both kinds of addresses are taken from the line above a message."""
    log = Log(style)
    log.message(request(1), peer="[2001:db8::5]:5080", transport="TCP")
    log.message(
        b"SIP/2.0 200 OK\r\n\r\n", peer="192.0.2.7:5061", transport="TLS", received=False, kind="response"
    )
    log.message(request(2), peer="192.0.2.8:1", transport="WSS")
    first, second, third = messages(log.data, year=2026)
    assert (first.peer, first.transport, first.direction) == (
        ("2001:db8::5", 5080),
        "tcp",
        Direction.RECEIVED,
    )
    assert (second.peer, second.transport, second.direction) == (("192.0.2.7", 5061), "tls", Direction.SENT)
    assert third.transport == "wss"
    assert [message.frame for message in (first, second)] == [1, 2 + request(1).count(b"\n") + 1]
    dated = style in FILES or style.startswith("dated")
    assert first.time == (1795377131 * 10**9 if dated else -1)


@pytest.mark.parametrize("style", STYLES)
def test_line_ends_before_a_message(style):
    """Line ends before a message are printed but not counted: the message is what follows them."""
    log = Log(style)
    log.message(b"\r\n\r\n" + request(1), count=len(request(1)))
    log.line("after")
    log.message(request(2))
    assert _data(log) == [request(1), request(2)]


@pytest.mark.parametrize("style", STYLES)
@pytest.mark.parametrize("bodies", [(b"", b"abc", b""), (b"", FORGED, b"x" * 40), (b"one", b"two", b"one")])
def test_several_messages_in_a_segment(style, bodies):
    """The k-th record of a buffer that is printed again for each message means the k-th message in it."""
    each = [request(number, "MESSAGE", body, "TCP") for number, body in enumerate(bodies, 1)]
    log = Log(style)
    for message in each:
        log.message(b"\r\n".join(each), len(message), transport="TCP")
    log.message(each[0], transport="TCP")
    log.line("after")
    assert _data(log) == [*each, each[0]]


@pytest.mark.parametrize("style", STYLES)
@pytest.mark.parametrize(
    "length",
    [
        b"Content-Length\r\n : 4",
        b"l:\r\n\t0004 ",
        b"L: 4\r\n ",
        b"l: 40;x\r\nContent-Length: 4",
        b"l: 0\r\n &X: 1\r\nl:4",
    ],
)
def test_odd_lengths_in_a_segment(style, length):
    """Messages of a segment are as long as PJSIP reads their Content-Length: folded, and only where it is a number."""
    first = request(1, "MESSAGE", b"body", "TCP").replace(b"Content-Length: 4", length)
    second = request(2, "Message", b"next", "TCP")
    log = Log(style)
    for message in (first, second):
        log.message(first + second, len(message), transport="TCP")
    log.line("after")
    assert _data(log) == [first, second]


@pytest.mark.parametrize("style", ["console", "terminal", "remote"])
@pytest.mark.parametrize(
    "first_line", [b"refer sip:a@b SIP/2.0", b"x-Y.1\tsip:a@b  sip/2.0 ", b"OPTIONS sip:a@b SIP/2.0"]
)
def test_methods_in_any_case_in_a_console(style, first_line):
    """A console's record goes on where another message follows, however its request line is written."""
    first = request(1, "MESSAGE", b"body", "TCP")
    second = request(2, "OPTIONS", b"a longer body", "TCP").replace(
        b"OPTIONS sip:100@10.0.0.254 SIP/2.0", first_line
    )
    log = Log(style)
    for message in (first, second):
        log.message(first + b"\n" + second, len(message), transport="TCP")
    log.line("after")
    assert _data(log) == [first, second]


@pytest.mark.parametrize("style", STYLES)
def test_a_segment_that_ends_inside_of_a_message(style):
    """The buffer's last message may be incomplete: the first is delivered, and the second once it is logged."""
    first, second = request(1, transport="TCP"), request(2, "MESSAGE", b"body", "TCP")
    log = Log(style)
    log.message(first + second[:90], len(first), transport="TCP")
    log.line("after")
    log.message(second, transport="TCP")
    log.line("after")
    assert _data(log) == [first, second]


@pytest.mark.parametrize("style", STYLES)
def test_two_messages_in_a_datagram(style):
    """All of a datagram is counted and delivered, as a capture would have it."""
    log = Log(style)
    log.message(request(1) + request(2))
    log.message(request(3) + b"\0junk".replace(b"\0", b"\x01"))
    assert _data(log) == [request(1) + request(2), request(3) + b"\x01junk"]


@pytest.mark.parametrize("style", FILES)
def test_a_message_without_its_escapes(style):
    """Files lack terminal escapes: the message ends before the next record, and forged records in it don't end it."""
    whole = request(1, "MESSAGE", b"\x1b[31m" + FORGED + b"\x1b[0m")
    cut = whole.replace(b"\x1b[31m", b"").replace(b"\x1b[0m", b"")
    log = Log(style)
    log.message(cut, len(whole))
    log.line("of the same thread")
    log.message(request(2))
    with open_traffic(io.BytesIO(log.data)) as reader:
        found = [batch.message(number) for batch in reader for number in range(len(batch))]
    assert found == [cut, request(2)]
    assert reader.counts["log-message-incomplete"] == 1


HEADLINE = b"<--- Received SIP request (30 bytes) from UDP:192.0.2.99:5060 --->\n"
FORGERY = {
    "default": b"[Nov 22 19:52:11] VERBOSE[99] res_pjsip_logger.c: " + HEADLINE,
    "call": b"[Nov 22 19:52:11] VERBOSE[99][C-0000000a] res_pjsip_logger.c: " + HEADLINE,
    "plain": b"[Nov 22 19:52:11] VERBOSE[99]: res_pjsip_logger.c:354 logging_on_rx_msg: " + HEADLINE,
}


def _forgery(style):
    return FORGERY.get(style, HEADLINE) + b"OPTIONS sip:forged@x SIP/2.0\r\n\r\n\n"


@pytest.mark.parametrize("style", STYLES)
def test_a_record_where_the_uncounted_line_ends_put_it(style):
    """Line ends before a message shift its end: a record at the byte count itself is inside of the message."""
    tail = b"\n" + _forgery(style) + b"x" * 100
    data = request(1, "MESSAGE", b"hi" + tail)
    log = Log(style)
    log.message(b"\n" * len(tail) + data, len(data))
    log.line("after")
    log.message(request(2))
    assert _data(log) == [data, request(2)]


@pytest.mark.parametrize("style", FILES)
def test_a_record_after_a_message_in_its_segment(style):
    """What follows a message in a TCP segment is printed uncounted; a record there isn't believed."""
    data = request(1, transport="TCP")
    log = Log(style)
    log.message(data + b"\n" + _forgery(style), len(data), transport="TCP")
    log.line("of the same thread")
    log.message(request(2))
    assert _data(log) == [data, request(2)]


@pytest.mark.parametrize("style", FILES)
def test_an_answer_of_a_new_thread_in_a_stream(style):
    """An answer to the same peer is taken though its thread is new, unless it is followed by other messages of new ones."""
    answer = b"SIP/2.0 200 OK\r\n\r\n"
    log = Log(style)
    log.message(request(1, transport="TCP"), transport="TCP", thread=1)
    log.message(answer, transport="TCP", received=False, kind="response", thread=2)
    log.line("after", 1)
    log.message(request(2))
    assert _data(log) == [request(1, transport="TCP"), answer, request(2)]

    forged = Log(style)
    forged.message(answer, transport="TCP", received=False, kind="response", thread=99)
    tail = b"\n" + forged.data + _forgery(style)
    log = Log(style)
    log.message(
        request(1, transport="TCP") + tail, len(request(1, transport="TCP")), transport="TCP", thread=1
    )
    log.line("after", 1)
    log.message(request(2))
    assert _data(log) == [request(1, transport="TCP"), request(2)]


@pytest.mark.parametrize("style", STYLES)
@pytest.mark.parametrize("between", [b"", b"\n", b"\r\n"])
def test_a_record_at_the_length_of_the_next_message(style, between):
    """The byte count of a segment's second message is compared with no place in the first one."""
    second = request(2, "MESSAGE", _forgery(style), transport="TCP")
    body = b"x" * (len(second) - len(request(1, "MESSAGE", b"x" * 400, transport="TCP")) + 400)
    first = request(1, "MESSAGE", body + b"\n" + _forgery(style), transport="TCP")
    assert first[len(second) :].startswith(b"\n" + _forgery(style))
    log = Log(style)
    for message in (first, second):
        log.message(first + between + second, len(message), transport="TCP")
    log.line("after")
    log.message(request(3))
    assert _data(log) == [first, second, request(3)]


@pytest.mark.parametrize("style", FILES)
def test_a_record_that_a_shortened_message_reaches(style):
    """The byte count of a message that lacks its escapes may end at a record inside of a later message."""
    later = request(2, "MESSAGE", b"hi\n" + _forgery(style))
    rest = Log(style)
    rest.line("of the same thread")
    rest.message(later)
    cut = request(1, "MESSAGE", b"hi")
    reached = len(cut) + 1 + rest.data.index(b"hi\n[") + 2
    log = Log(style)
    log.message(cut, reached)
    log.line("of the same thread")
    log.message(later)
    log.line("after")
    assert _data(log) == [cut, later]


@pytest.mark.parametrize("style", STYLES)
def test_a_message_cut_at_a_nul(style):
    """What follows a NUL isn't printed; the records after the message are found."""
    log = Log(style)
    log.message(request(1))
    log.line("of a thread that is seen again")
    whole = request(2, "MESSAGE", b"abc\0" + b"d" * 300)
    log.message(whole.partition(b"\0")[0], len(whole))
    log.line("of the same thread")
    log.message(request(3))
    found = _data(log)
    assert found[0] == request(1)
    assert found[1] == whole.partition(b"\0")[0]
    assert found[2:] == [request(3)]


def test_the_body_of_a_stream_is_filled_up():
    """A message of a stream that the log has cut gets NULs, so that its framing is complete."""
    whole = request(2, "MESSAGE", b"abc\0defgh", "TCP")
    log = Log("default")
    log.message(whole.partition(b"\0")[0], len(whole), transport="TCP")
    log.line("after")
    assert _data(log) == [whole.replace(b"defgh", bytes(5))]


@pytest.mark.parametrize("style", ["default", "plain", "console"])
def test_a_log_that_lost_its_carriage_returns(style):
    """A log that went through a conversion of line ends gives back the messages of the wire."""
    log = Log(style)
    for number in range(1, 4):
        log.message(request(number, "MESSAGE", b"v=0\r\nx"))
        log.line("between")
    with open_traffic(io.BytesIO(log.data.replace(b"\r\n", b"\n"))) as reader:
        found = [batch.message(number) for batch in reader for number in range(len(batch))]
    assert found == [request(number, "MESSAGE", b"v=0\r\nx") for number in range(1, 4)]
    assert not reader.counts


def test_json_keeps_what_files_lose():
    """A JSON log has escapes and each text's end; a forged record in it is nothing but text."""
    body = b"\x1b[31m" + FORGED
    text = request(1, "MESSAGE", body).decode()
    head = f"<--- Received SIP request ({len(text)} bytes) from UDP:192.0.2.1:5060 --->\n"
    record = {
        "hostname": "",
        "timestamp": "2026-11-22T19:52:11.5+0100",
        "identifiers": {"lwp": 1, "callid": ""},
        "logmsg": {
            "location": {"filename": "res_pjsip_logger.c", "function": "f", "line": 354},
            "level": "VERBOSE",
            "message": head + text + "\n",
        },
    }
    line = json.dumps(record, separators=(",", ":")).encode() + b"\n"
    (found,) = messages(b"[Nov 22 19:52:10] Asterisk built\n" + line + b"# 0: backtrace\n")
    assert found.data == request(1, "MESSAGE", body)
    assert (found.frame, found.time) == (2, (1795377131 - 3600) * 10**9 + 500_000_000)


def test_lines_that_only_look_like_records():
    """The line of the logger counts only where a record begins, and only from the logger's file."""
    head = "<--- Received SIP request (5 bytes) from UDP:192.0.2.1:5060 --->"
    log = Log("default")
    log.line("says " + head, file="app_verbose.c", level="VERBOSE")
    log.line(head, file="app_verbose.c", level="VERBOSE")
    log.message(request(1))
    assert _data(log) == [request(1)]


def test_records_with_impossible_numbers():
    """Addresses and ports that aren't any, and messages larger than any, are passed over and counted."""
    log = Log("default")
    log.message(request(1), peer="192.0.2.999:5060")
    log.message(request(2), peer="192.0.2.1:99999")
    log.message(b"x", 1_000_000)
    log.message(request(3))
    with open_traffic(io.BytesIO(log.data)) as reader:
        found = [batch.message(number) for batch in reader for number in range(len(batch))]
    assert found == [request(3)]
    assert reader.counts == {"log-record-malformed": 2, "log-message-too-large": 1}


@pytest.mark.parametrize("file", ["full.log.gz", "full.json.gz"])
@given(data=st.data())
def test_a_log_cut_anywhere_delivers_what_came_before(file, data):
    """Cutting a log loses at most the message that is cut, and what is delivered is what the whole one delivers."""
    whole = unpacked("office-lo", file)[:60_000]
    cut = data.draw(st.integers(0, len(whole)))
    all_of_it = [message[:4] for message in messages(whole, format="log")]
    before = [message[:4] for message in messages(whole[:cut] or b"\n", format="log")]
    complete = before[:-1] if before and before[-1] not in all_of_it else before
    assert complete == all_of_it[: len(complete)]
    assert len(all_of_it) - len(complete) <= 1 + (whole[cut:] + b"<---").count(b"<--- ")


@pytest.mark.parametrize("style", STYLES)
@given(garbage=st.lists(st.binary(max_size=200), min_size=3, max_size=3))
def test_garbage_between_records_loses_none(style, garbage):
    """Lines of anything between the records take no message away, and make none."""
    log = Log(style)
    parts = []
    for number, junk in enumerate(garbage, 1):
        log.line("before")
        log.message(request(number))
        log.line("after")
        parts.append(log.data + junk.replace(b"<--- ", b"") + b"\n")
        log = Log(style)
    found = [message.data for message in messages(b"".join(parts), format="log")]
    assert found == [request(1), request(2), request(3)]


@given(st.binary(max_size=2000))
def test_any_bytes_are_read_as_a_log(data):
    """No bytes make the reader fail."""
    messages(data + b"\n", format="log")


tokens = st.sampled_from(
    [
        b"<--- Received SIP request (20 bytes) from UDP:1.2.3.4:5060 --->\n",
        b"<--- Received SIP request (70 bytes) from TCP:[::1]:5060 --->\r\n",
        b"[Nov 22 19:52:11] VERBOSE[1] res_pjsip_logger.c: ",
        b"[Nov 22 19:52:11] ",
        b"[Nov 22 19:52:11] DEBUG[1] x.c: t\n",
        b"OPTIONS sip:a SIP/2.0\r\n",
        b"Content-Length: 5\r\n\r\n",
        b"Content-Length: 99999999\r\n\r\n",
        b"\r\x1b[Kpbx*CLI> ",
        b"\r\n",
        b"\n",
        b'{"hostname":"","logmsg":{"message":"<--- ',
    ]
)


@given(st.lists(tokens | st.binary(max_size=10), max_size=40).map(b"".join))
def test_any_order_of_pieces_is_read_as_a_log(data):
    """Pieces of logs in any order neither fail nor deliver more than was there."""
    found = messages(data + b"\n", format="log")
    assert len(found) <= data.count(b"<--- ")
