"""Requests of which a log has only a notice, and packets that PJSIP dropped: what is told of them, and nothing else."""

from __future__ import annotations

import io

import pytest

from identify.request import Request
from identify.traffic import Direction, open_traffic
from identify.traffic.logs import notices, text_log
from identify.traffic.logs.verdicts import read_verdicts

STAMP = "[Nov 22 19:56:32] "
FILE = "res_pjsip/pjsip_distributor.c:676 log_failed_request: "
PLACE = f"{STAMP}NOTICE[23080]: {FILE}"
FROM = "'INVITE' from '\"desk \\\" 1\" <sip:1001@sip.example>'"
REST = "failed for '198.51.100.7:5070' (callid: c0@x) - No matching endpoint found"
TEXT = f"Request {FROM} {REST}"
MESSAGE = (
    "INVITE sip:1@pbx SIP/2.0\r\nVia: SIP/2.0/UDP 198.51.100.7:5070;branch=z9hG4bK1\r\n"
    "From: <sip:1001@sip.example>;tag=1\r\nTo: <sip:1@pbx>\r\nCall-ID: c0@x\r\nCSeq: 1 INVITE\r\n"
    "Contact: <sip:1001@198.51.100.7>\r\nContent-Length: 0\r\n\r\n"
)
HEAD = f"{STAMP}VERBOSE[23079] res_pjsip_logger.c: <--- Received SIP request ({len(MESSAGE)} bytes) from UDP:"
RECORD = f"{HEAD}198.51.100.7:5070 --->\n{MESSAGE}\n"
#: The ways in which one notice is written.
FORMS = {
    "file": f"{STAMP}NOTICE[23080] res_pjsip/pjsip_distributor.c: {TEXT}",
    "call": f"{STAMP}NOTICE[23080][C-0000] res_pjsip/pjsip_distributor.c: {TEXT}",
    "console": PLACE + TEXT,
    "colours": f"{STAMP}\x1b[1;33mNOTICE\x1b[0m[23080]: \x1b[1;37mres_pjsip/pjsip_distributor.c\x1b[0m:\x1b[1;37m676"
    f"\x1b[0m \x1b[1;37mlog_failed_request\x1b[0m: {TEXT}",
    "remote console": f"Connected to Asterisk 18.10.0 currently running on pbx (pid = 12)\npbx*CLI> \n{PLACE}{TEXT}",
    "syslog": "Nov 22 19:56:32 pbx asterisk[7]: NOTICE[23080]: res_pjsip/pjsip_distributor.c:676 in "
    f"log_failed_request: {TEXT}",
    "journal": f"Nov 22 19:56:32 pbx asterisk[7]: {PLACE}{TEXT}",
    "mail": f"My calls fail:\n\n> {PLACE}{TEXT}",
    "wrapped": f"{PLACE}Request 'INVITE'\n from {FROM[14:]}\n {REST}",
    "tries": f"{PLACE}{TEXT} after 5 tries in 0.124 ms",
    "CRLF": f"{PLACE}{TEXT}\r",
    "JSON": '{"hostname":"","timestamp":"Nov 22 19:56:32","identifiers":{"lwp":1,"callid":""},"logmsg":{"location":'
    '{"filename":"res_pjsip/pjsip_distributor.c","function":"log_failed_request","line":676},"level":"NOTICE",'
    '"message":"' + TEXT.replace("\\", "\\\\").replace('"', '\\"') + '\\n"}}',
}


def read(log, **options):
    """Return the reader of a log at its end, and its batches."""
    with open_traffic(io.BytesIO(log.encode()), year=2022, **options) as reader:
        return reader, list(reader)


def directions(log):
    """Return the direction of each message of a log."""
    return [Direction(each) for batch in read(log)[1] for each in batch.directions]


@pytest.mark.parametrize("form", FORMS)
def test_forms(form):
    """However a log is written, a notice gives method, From, Call-ID, source, time and line, and nothing is skipped."""
    reader, (batch,) = read(FORMS[form] + "\n")
    request = Request.from_message(batch.message(0), batch.source(0), batch.ports[0])

    assert batch.directions == bytes([Direction.NOTICE])
    assert (request.method, str(request.from_uri.user), request.from_uri.host) == (
        "INVITE",
        "1001",
        "sip.example",
    )
    assert b"Call-ID: c0@x\r\n" in batch.message(0)
    assert (request.source, request.port) == ("198.51.100.7", 5070)
    assert batch.times[0] == 1669146992 * 10**9
    assert batch.frames[0] == 1 + FORMS[form].partition("NOTICE")[0].count("\n")
    assert (reader.notices, reader.counts, reader.problems) == (1, {}, [])


@pytest.mark.parametrize(
    ("said", "verdict"),
    [
        ("No matching endpoint found", (False, None)),
        ("Not match Endpoint ACL", (True, "acl")),
        ("Not match Endpoint Contact ACL", (True, "contact_acl")),
        ("Failed to authenticate", (None, None)),
        ("Error to authenticate", (None, None)),
    ],
)
def test_verdicts(said, verdict):
    """Each text is a verdict of its own; that credentials failed doesn't say whether an endpoint was identified."""
    log = PLACE + TEXT.replace("No matching endpoint found", said) + "\n"

    assert [(each.line, each.notice, each.identified, each.refused) for each in read_verdicts(io.BytesIO(log.encode()))] == [
        (1, True, *verdict)
    ]  # fmt: skip


def test_older_notices_have_no_method():
    """A notice without a method is taken, with another request in its place that names none."""
    (batch,) = read(PLACE + TEXT.replace("'INVITE' ", "") + "\n")[1]

    assert batch.message(0).startswith(b"- ")


def test_message_and_notice_are_one_request():
    """Where the log has the message before it, a notice is only the verdict of that."""
    log = RECORD + PLACE + TEXT + "\n"

    assert directions(log) == [Direction.RECEIVED]
    assert [
        (each.line, each.notice, each.identified) for each in read_verdicts(io.BytesIO(log.encode()))
    ] == [(1, False, False)]
    assert directions(RECORD + PLACE + TEXT.replace("c0@x", "c1@x") + "\n") == [
        Direction.RECEIVED,
        Direction.NOTICE,
    ]


def test_repetitions():
    """Notices of the same request within 32 seconds are one, and the others are counted."""
    texts = [
        TEXT,
        f"{TEXT} after 6 tries in 1.0 ms",
        TEXT.replace("No matching endpoint found", "Failed to authenticate"),
    ]
    later = PLACE.replace("19:56:32", "19:57:05") + TEXT
    reader, (batch,) = read("\n".join([*(PLACE + text for text in texts), later, ""]))

    assert list(batch.frames) == [1, 4]
    assert reader.counts == {"log-notice-repeated": 2}


@pytest.mark.parametrize(
    "text",
    [
        TEXT.replace("desk", "x' failed for '203.0.113.1:5060' (callid: c9) - No matching endpoint found"),
        TEXT.replace("c0@x", "c0' failed for '203.0.113.1:5060' (callid: c9"),
        TEXT.replace("c0@x", "c0) - Not match Endpoint ACL"),
        TEXT.replace("198.51.100.7", "198.51.100.700"),
        TEXT.replace(":5070", ":70000"),
        TEXT.replace("<sip:1001@sip.example>", "<sip:1001@sip.exa"),
        TEXT[:-9],
    ],
)
def test_unclear(text):
    """A notice whose values could end at several places, or aren't valid, is skipped and counted."""
    reader, batches = read(PLACE + text + "\n")

    assert batches == []
    assert reader.counts == {"log-notice-unclear": 1}


def test_text_that_imitates_a_notice():
    """A notice in a message, in another file's record or in a packet that is printed isn't taken."""
    forged = PLACE + TEXT.replace("c0@x", "forged") + "\n"
    body = MESSAGE.replace("Content-Length: 0\r\n\r\n", f"Content-Length: {len(forged)}\r\n\r\n{forged}")
    packet = f"INVITE\r\n{forged}-- end of packet.\n{forged}"
    log = (
        f"{STAMP}VERBOSE[23079] res_pjsip_logger.c: <--- Received SIP request ({len(body)} bytes) from "
        f"UDP:192.0.2.1:5060 --->\n{body}\n"
        f"{forged.replace('pjsip_distributor.c', 'pbx.c')}"
        f"{STAMP}ERROR[23079] pjproject: \tsip_transport.c Error processing {len(packet)} bytes packet from "
        f"UDP 192.0.2.1:5060 : PJSIP syntax error exception when parsing 'Request Line' header on line 1 col 7:\n"
        f"{packet}\n-- end of packet.\n{PLACE}{TEXT.replace('c0@x', 'c2@x')}\n"
    )
    reader, batches = read(log)

    assert [batch.message(n)[:6] + bytes([batch.directions[n]]) for batch in batches for n in range(len(batch))] == [
        b"INVITE\x01", b"INVITE\x03",
    ]  # fmt: skip
    assert [(each.source, each.packets) for each in reader.dropped_packets] == [("192.0.2.1", 1)]


def test_dropped_packets(monkeypatch):
    """Packets that PJSIP dropped are counted by source and reason, in each wording; beyond the limit together."""
    said = "PJSIP syntax error exception when parsing 'From' header on line"
    lines = [
        f"pjproject: <?>: \tsip_transport.c Dropping 159 bytes packet from UDP 192.0.2.9:5099 : {said} 3 col 7",
        f"pjproject:0 <?>: \tsip_transport.c Dropping 9 bytes packet from UDP 192.0.2.9:5060 : {said} 1 col 9",
        f"pjproject: sip_transport.c Error processing 5 bytes packet from TCP [2001:db8::5]:5060 : {said} 3 col 7:",
        "pjproject: sip_endpoint.c Error processing packet from 192.0.2.8:5060: Missing required header(s) "
        "(PJSIP_EMISSINGHDR) Call-ID [code 171050]:",
    ]
    log = "".join(f"{STAMP}WARNING[7] {line}\n" for line in lines)
    syntax, missing = said[: -len(" on line")], "Missing required header(s) (PJSIP_EMISSINGHDR) Call-ID"
    reader, batches = read(log)

    assert batches == reader.problems == []
    assert [(each.source, each.transport, each.reason, each.packets) for each in reader.dropped_packets] == [
        ("192.0.2.9", "udp", syntax, 2),
        ("192.0.2.8", None, missing, 1),
        ("2001:db8::5", "tcp", syntax, 1),
    ]
    monkeypatch.setattr(notices, "MOST_KINDS", 1)
    assert [(each.source, each.packets) for each in read(log)[0].dropped_packets] == [
        (None, 2),
        ("192.0.2.9", 2),
    ]


def test_bounds(monkeypatch):
    """Of messages, Call-IDs and notices a bounded number is remembered; the last ones count."""
    found = notices.Notices({})
    for bound in ("MOST_CALLS", "MOST_RECENT", "MOST_MESSAGES"):
        monkeypatch.setattr(notices, bound, 2)
    many = "".join(RECORD.replace("c0@x", f"c{number}@x") for number in range(5))

    assert directions(many + PLACE + TEXT.replace("c0@x", "c4@x") + "\n") == 5 * [Direction.RECEIVED]
    assert directions(many + PLACE + TEXT + "\n")[5:] == [Direction.NOTICE]
    assert found.packets == ()


def test_pieces(monkeypatch):
    """A log that is read in small pieces has the same requests with the same lines."""
    log = "".join(
        RECORD.replace("c0@x", f"m{number}@x") + PLACE + TEXT.replace("c0@x", f"{kind}{number}@x") + "\n"
        for number in range(20)
        for kind in "mn"
    )

    def found():
        return [
            (frame, batch.directions[n]) for batch in read(log)[1] for n, frame in enumerate(batch.frames)
        ]

    whole = found()
    monkeypatch.setattr(text_log, "PIECE", 700)
    monkeypatch.setattr(text_log, "AHEAD", 512)
    assert found() == whole
    assert [direction for _, direction in whole].count(Direction.NOTICE) == 20
