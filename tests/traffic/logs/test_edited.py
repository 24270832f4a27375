"""Logs that somebody edited after Asterisk wrote them: byte counts that don't fit their texts."""

import io
import json

import pytest
from logged import STYLES, Log, delivered, messages, request

from identify.traffic import Direction, open_traffic

SDP = b"v=0\r\no=- 1 1 IN IP4 customer.example\r\ns=-\r\nt=0 0\r\n"
FILES = ("default", "call", "plain")
EDITS = {
    "longer": lambda text: text.replace(b"example.com", b"redacted.provider.example"),
    "shorter": lambda text: text.replace(b"example.com", b"y"),
    "bodies too": lambda text: text.replace(b"customer.example", b"x").replace(
        b"example.com", b"long.example.org"
    ),
    "some": lambda text: text.replace(b"u3@example.com", b"u3@redacted.example").replace(
        b"u3@", b"REDACTED@"
    ),
}


def _answer(message: bytes) -> bytes:
    head = message.split(b"\r\n\r\n")[0].split(b"\r\n")[1:-1]
    return b"\r\n".join([b"SIP/2.0 401 Unauthorized", *head, b"Content-Length: 0", b"", b""])


def _edited(style, edit, *, between, transport="UDP"):
    """Return a log of six requests and their answers after an edit, and the edited messages."""
    log, written = Log(style), []
    log.line("before")
    for number in range(1, 7):
        message = request(number, "INVITE", b"" if number % 3 else SDP, transport)
        for data, received in ((message, True), (_answer(message), False)):
            written.append(edit(data))
            log.message(
                written[-1],
                len(data),
                received=received,
                kind="request" if received else "response",
                transport=transport,
            )
            if between:
                log.line("between")
    return log.data, written


@pytest.mark.parametrize("between", [True, False])
@pytest.mark.parametrize("edit", EDITS.values(), ids=EDITS)
@pytest.mark.parametrize("style", STYLES)
def test_a_message_is_its_text(style, edit, between):
    """Whatever words are in place of others, each message is the text that is there, and its body is as long as said."""
    log, written = _edited(style, edit, between=between)
    with open_traffic(io.BytesIO(log), format="log") as reader:
        found = [message.data for message in delivered(reader)]
    assert [data.rstrip(b"\0") for data in found] == written
    assert reader.counts["log-byte-count-differs"] == sum(
        edit(data) != data for data in _edited(style, lambda text: text, between=between)[1]
    )


@pytest.mark.parametrize("edit", ["longer", "some"])
@pytest.mark.parametrize("style", STYLES)
def test_messages_of_streams(style, edit):
    """The messages of connections are their texts too, in files if Asterisk's threads are known."""
    log, written = _edited(style, EDITS[edit], between=True, transport="TCP")
    with open_traffic(io.BytesIO(log), format="log") as reader:
        assert [message.data for message in delivered(reader)] == written
    assert reader.counts["log-byte-count-differs"]


@pytest.mark.parametrize("transport", ["UDP", "TCP"])
@pytest.mark.parametrize("style", STYLES)
def test_one_edited_message(style, transport):
    """A message that was edited alone, where nothing else says that the log was, is its text and counted."""
    log, written = Log(style), []
    for number in range(1, 10):
        data = request(number, "INVITE", SDP, transport)
        written.append(data.replace(b"u6@example.com", b"REDACTED@redacted.example.com"))
        log.message(written[-1], len(data), transport=transport, thread=number)
        log.line("between", thread=number)
    with open_traffic(io.BytesIO(log.data), format="log") as reader:
        assert [message.data for message in delivered(reader)] == written
    assert reader.counts == {"log-byte-count-differs": 1}


def test_what_cannot_be_confirmed_is_counted():
    """On a console a message whose byte count ends within a line is cut there, and counted."""
    data = request(1, "MESSAGE", b"hello")
    log = Log("console")
    log.message(data.replace(b"hello", b"hello, REDACTED"), len(data))
    log.message(request(2))
    with open_traffic(io.BytesIO(log.data)) as reader:
        assert [message.data for message in delivered(reader)] == [data, request(2)]
    assert reader.counts == {"log-message-uncertain": 1}


@pytest.mark.parametrize("transport", ["UDP", "TCP"])
@pytest.mark.parametrize("edit", ["longer", "shorter", "some"])
def test_edited_json(edit, transport):
    """A record of a JSON log has its whole text, so a message is that, whatever the byte count says."""
    log, written, different, edit = b"", [], 0, EDITS[edit]
    for number in range(1, 7):
        message = request(number, "INVITE", SDP, transport)
        for data, verb in (
            (message, b"Received SIP request (%d bytes) from"),
            (_answer(message), b"Transmitting SIP response (%d bytes) to"),
        ):
            written.append(edit(data))
            different += edit(data) != data
            text = (
                b"<--- "
                + verb % len(data)
                + b" %s:192.0.2.1:5060 --->\n%s\n" % (transport.encode(), written[-1])
            )
            log += (
                json.dumps(
                    {
                        "hostname": "",
                        "timestamp": "Nov 22 19:52:11",
                        "identifiers": {"lwp": number, "callid": ""},
                        "logmsg": {
                            "location": {"filename": "res_pjsip_logger.c"},
                            "level": "VERBOSE",
                            "message": text.decode(),
                        },
                    },
                    separators=(",", ":"),
                ).encode()
                + b"\n"
            )
    with open_traffic(io.BytesIO(log)) as reader:
        assert [message.data for message in delivered(reader)] == written
    assert (reader.format, reader.counts) == ("json-log", {"log-byte-count-differs": different})


def test_a_log_that_begins_within_a_segment():
    """The first record may mean any message of its text: the one that is as long as it says."""
    data = [request(number, "OPTIONS", transport="TCP", Subject="x" * number) for number in (1, 2, 3)]
    log = Log("default")
    log.line("before")
    for message in data[1:]:
        log.message(b"".join(data), len(message), transport="TCP")
    assert [message.data for message in messages(log.data)] == data[1:]


@pytest.mark.parametrize("style", ["default", "console"])
def test_an_edited_log_without_its_crs(style):
    """A log that was edited and has lost its CRs gives messages with CRs."""
    log, written = _edited(style, EDITS["longer"], between=True)
    assert [message.data for message in messages(log.replace(b"\r\n", b"\n"), format="log")] == written


def test_a_log_without_empty_lines():
    """The journal drops empty lines; without them the messages are what they were, and no count differs."""
    log, written = _edited("console", lambda text: text, between=False)
    lines = [line for line in log.replace(b"\r\n", b"\n").split(b"\n") if line]
    with open_traffic(io.BytesIO(b"\n".join(lines) + b"\n"), format="log") as reader:
        assert [message.data for message in delivered(reader)] == written
    assert not reader.counts


@pytest.mark.parametrize("style", STYLES)
def test_a_sender_makes_no_log_look_edited(style):
    """Records forged in a message, which Asterisk seems to send and which are longer than they say, change nothing."""
    forger = Log(style)
    for number in range(3):
        forger.message(_answer(request(number)), 10, thread=99, received=False, kind="response")
    log, written = Log(style), []
    for number, body in enumerate([b"hi\r\n" + forger.data + b"\x1b[m", b"", forger.data], 1):
        written.append(
            request(number, "MESSAGE", body.replace(b"\r\n", b"\n") if style == "remote" else body)
        )
        shown = written[-1].replace(b"\x1b[m", b"") if style in FILES else written[-1]
        log.message(shown, len(written[-1]))
        log.line("between")
        written[-1] = shown
    found = messages(log.data, format="log")
    assert [message.data for message in found] == written
    assert {message.direction for message in found} == {Direction.RECEIVED}


@pytest.mark.parametrize(
    ("headline", "reason"),
    [
        ("<--- Received SIP request (9 bytes) from UDP:x.x.x.x:5060 --->", "log-record-malformed"),
        ("<--- Received SIP request (?? bytes) from UDP:192.0.2.1:5060 --->", "log-record-malformed"),
        ("see <--- Received SIP request (9 bytes) from UDP:192.0.2.1:5060 --->", "log-record-misplaced"),
    ],
)
def test_lines_above_messages_that_cannot_be_read(headline, reason):
    """A message without a source, a byte count or a record of its own is skipped and counted."""
    log = Log("default")
    log.line(headline, file="res_pjsip_logger.c", level="VERBOSE")
    log.message(request(1))
    with open_traffic(io.BytesIO(log.data)) as reader:
        assert [message.data for message in delivered(reader)] == [request(1)]
    assert reader.counts == {reason: 1}


def test_records_that_a_message_may_have_swallowed():
    """On a console, records within the byte count of a message that is shorter are no messages, but counted."""
    log = Log("console")
    log.message(request(1), 2 * len(request(1)))
    for number in (2, 3, 4):
        log.message(request(number))
    with open_traffic(io.BytesIO(log.data)) as reader:
        assert [message.data for message in delivered(reader)][1:] == [request(3), request(4)]
    assert reader.counts == {"log-message-uncertain": 1}
