"""What sngrep, ngrep, sipgrep, Homer and tcpdump print of packets: messages, where they come from, what is lost."""

from __future__ import annotations

import io

import pytest

from identify.errors import TrafficError
from identify.traffic import open_traffic
from identify.traffic.batch import MESSAGE_LIMIT
from identify.traffic.opening import format_of
from identify.traffic.texts import reader as texts

INVITE = (
    b"INVITE sip:100@203.0.113.5 SIP/2.0\r\nVia: SIP/2.0/UDP 198.51.100.7:5060;branch=z9hG4bK1\r\n"
    b"Subject: The end.\r\nCall-ID: a@b\r\nContent-Length: 13\r\n\r\nv=0\r\ns=all.\r\n"
)
OPTIONS = (
    b"OPTIONS sip:203.0.113.5 SIP/2.0\r\nVia: SIP/2.0/TCP [2001:db8::7]:5070;branch=z9hG4bK2\r\n"
    b"Call-ID: c@d\r\nContent-Length: 0\r\n\r\n"
)
TIME = 1_700_000_000_000_000_000
FIRST = ("198.51.100.7", 5060, "203.0.113.5", 5060, "udp")
SECOND = ("2001:db8::7", 5070, "2001:db8::5", 5060, "tcp")


def lf(message: bytes) -> bytes:
    """Return the lines of a message without their CRs."""
    return message.replace(b"\r\n", b"\n")


def dots(message: bytes) -> bytes:
    """Return a message as ngrep -W byline prints it."""
    return message.replace(b"\r\n", b".\n")


def tabs(message: bytes) -> bytes:
    """Return a message as tcpdump -v prints it."""
    return b"".join(b"\t" + line + b"\n" for line in lf(message).split(b"\n")[:-1])


TEXTS = {
    "ngrep": b"interface: eth0 (203.0.113.0/255.255.255.0)\nfilter: port 5060\n####\n"
    b"U 2023/11/14 22:13:20.000000 198.51.100.7:5060 -> 203.0.113.5:5060 #5\n%s\n#\n"
    b"T 2023/11/14 22:13:20.000000 2001:db8::7:5070 -> 2001:db8::5:5060 [AP] #7\n%s\nexit\n12 received, 2 matched\n"
    % (dots(INVITE), dots(OPTIONS)),
    "ngrep without dates": b"\nU 198.51.100.7:5060 -> 203.0.113.5:5060\n%s\n\n"
    b"T 2001:db8::7:5070 -> 2001:db8::5:5060 [AP]\n%s\n" % (dots(INVITE), dots(OPTIONS)),
    "sipgrep": b"\x1b[32mU 2023/11/14 22:13:20.000000 198.51.100.7:5060 -> 203.0.113.5:5060\x1b[0m\n%s\n"
    b"\x1b[32mT 2023/11/14 22:13:20.000000 [2001:db8::7]:5070 -> [2001:db8::5]:5060\x1b[0m\n%s\n" % (INVITE, OPTIONS),
    "sngrep": b"2023/11/14 22:13:20.000000 198.51.100.7:5060 -> 203.0.113.5:5060\n%s\n\n"
    b"2023/11/14 22:13:20.000000 [2001:db8::7]:5070 -> [2001:db8::5]:5060\n%s\n\n" % (INVITE, OPTIONS),
    "sngrep, LF": b"2023/11/14 22:13:20.000000 198.51.100.7:5060 -> 203.0.113.5:5060\n%s\n\n"
    b"2023/11/14 22:13:20.000000 [2001:db8::7]:5070 -> [2001:db8::5]:5060\n%s" % (lf(INVITE), lf(OPTIONS).rstrip()),
    "Homer": b"proto:UDP 2023-11-14T22:13:20Z  198.51.100.7:5060 ---> 203.0.113.5:5060\r\n\r\n%s\r\n\r\n"
    b"proto:TCP 2023-11-14T22:13:20Z  2001:db8::7:5070 ---> 2001:db8::5:5060\r\n\r\n%s\r\n" % (INVITE, OPTIONS),
    "tcpdump -A": b"1700000000.000000 IP 198.51.100.7.5060 > 203.0.113.5.5060: SIP: INVITE sip:100@203.0.113.5 SIP/2.0\n"
    b"E..N....@....AAINVITE%s\n1700000000.000000 IP6 2001:db8::7.5070 > 2001:db8::5.5060: Flags [P.], seq 1:9, length 9: "
    b"SIP: OPTIONS sip:203.0.113.5 SIP/2.0\n`..N....@....OPTIONS%s\n" % (lf(INVITE[6:]), lf(OPTIONS[7:])),
    "tcpdump -tttt -v": b"2023-11-14 22:13:20.000000 IP (tos 0x0, ttl 64, id 1, proto UDP (17), length 334)\n"
    b"    198.51.100.7.5060 > 203.0.113.5.sip: SIP, length: 306\n%s"
    b"2023-11-14 22:13:20.000000 eth0  In  IP6 (flowlabel 0x1, hlim 64, next-header TCP (6) payload length: 9) "
    b"2001:db8::7.5070 > 2001:db8::5.5060: Flags [P.], length 9: SIP, length: 9\n%s"
    b"2023-11-14 22:13:21.000000 ARP, Request who-has 192.0.2.1 tell 192.0.2.2, length 46\n"
    % (tabs(INVITE), tabs(OPTIONS)),
}  # fmt: skip


def read(text):
    """Return the messages of a text with their columns, and the reader."""
    with open_traffic(io.BytesIO(text)) as reader:
        found = [
            (
                batch.message(number),
                (
                    batch.source(number),
                    batch.ports[number],
                    batch.local(number),
                    batch.local_ports[number],
                    ("udp", "tcp", "tls", "ws", "wss")[batch.transports[number]],
                ),
                batch.frames[number],
                batch.times[number],
            )
            for batch in reader
            for number in range(len(batch))
        ]
    return found, reader


@pytest.mark.parametrize("name", TEXTS)
def test_tools(name):
    """Of each tool the messages come out as they were on the wire, with their addresses, transports and times."""
    text = TEXTS[name]

    found, reader = read(text)

    assert [row[0] for row in found] == [INVITE, OPTIONS]
    assert [row[1] for row in found] == [FIRST, SECOND]
    assert [row[3] for row in found] == ([-1, -1] if "without" in name else [TIME, TIME])
    lines = text.split(b"\n")
    assert all(b"> " in lines[row[2] - 1] or b"IP" in lines[row[2] - 1] for row in found)
    assert (reader.format, dict(reader.counts), reader.problems) == ("text", {}, [])


@pytest.mark.parametrize("piece", [1, 7, 1000])
@pytest.mark.parametrize("name", ["ngrep", "Homer", "tcpdump -tttt -v"])
def test_pieces(monkeypatch, name, piece):
    """Nothing depends on how many bytes are read at once."""
    whole, _ = read(TEXTS[name])
    monkeypatch.setattr(texts, "PIECE", piece)

    assert read(TEXTS[name])[0] == whole


@pytest.mark.parametrize("name", ["ngrep", "sngrep", "tcpdump -A"])
def test_cut_anywhere(name):
    """A text that ends anywhere gives no message that isn't in it, and never fails."""
    text = TEXTS[name]
    for end in range(text.index(b"SIP/2.0") + 8, len(text), 3):
        found, _ = read(text[:end])
        assert [row[1][:4] for row in found] == [FIRST[:4], SECOND[:4]][: len(found)]


def test_a_packet_in_a_body():
    """A body that has a packet in it is cut there and counted, so that the forged one doesn't go unnoticed."""
    forged = b"U 192.0.2.99:5060 -> 203.0.113.5:5060\n" + dots(OPTIONS)
    message = dots(INVITE.replace(b": 13", b": 200")) + forged

    found, reader = read(b"U 198.51.100.7:5060 -> 203.0.113.5:5060\n" + message)

    assert [row[1][0] for row in found] == ["198.51.100.7", "192.0.2.99"]
    assert dict(reader.counts) == {"text-message-incomplete": 1}


@pytest.mark.parametrize(
    ("below", "reason"),
    [
        (b"..\n", "text-not-sip"),
        (b"  INVITE sip:1 SIP/2.0..Via: SIP/2.0/UDP 192.0.2.1\n  .5060..\n", "text-message-unreadable"),
        (b"INVITE sip:1 SIP/2.0.\n" + b"A: b.\n" * (MESSAGE_LIMIT // 3) + b".\n", "text-message-too-large"),
        (b"INVITE sip:1 SIP/2.0.\nA: " + b"b" * MESSAGE_LIMIT + b".\n.\n", "text-message-too-large"),
    ],
)
def test_reasons(below, reason):
    """Each packet that isn't delivered is counted by its reason, and those around it are delivered."""
    around = b"U 198.51.100.7:5060 -> 203.0.113.5:5060\n" + dots(INVITE) + b"\n"
    packet = b"U 192.0.2.1:5060 -> 203.0.113.5:5060\n" + below

    found, reader = read(around + packet + around)

    assert [row[0] for row in found] == [INVITE, INVITE]
    assert dict(reader.counts) == {reason: 1}


def test_no_addresses():
    """A packet whose line has names is counted, because a name isn't where it came from."""
    line = b"22:13:20.000000 IP pbx.example.sip > 203.0.113.5.5060: SIP: OPTIONS sip:203.0.113.5 SIP/2.0\n"

    found, reader = read(line + b"E..." + lf(OPTIONS))

    assert (found, dict(reader.counts)) == ([], {"text-record-malformed": 1})


def test_summaries():
    """What tcpdump prints without -A or -v has no messages; the reader says what to print instead."""
    line = b"22:13:20.000000 IP 198.51.100.7.5060 > 203.0.113.5.5060: SIP: OPTIONS sip:203.0.113.5 SIP/2.0\n"

    found, reader = read(line * 3)

    assert (found, dict(reader.counts)) == ([], {"text-message-unreadable": 3})
    assert "tcpdump -A" in reader.problems[0]


def test_what_is_no_such_text():
    """A message or a log with such a line in it stays what it is; such a text with a record of a log in it, too."""
    head = b"U 192.0.2.99:5060 -> 203.0.113.5:5060\n"
    record = b"<--- Received SIP request (%d bytes) from UDP:192.0.2.98:5060 --->\n%s\n" % (
        len(OPTIONS),
        OPTIONS,
    )

    with pytest.raises(TrafficError, match="one SIP message"):
        open_traffic(io.BytesIO(INVITE + head + OPTIONS))
    assert format_of(b"[Nov 22 19:52:11] NOTICE[1] x.c: a\n" + head + OPTIONS + record) == "log"
    assert format_of(record + head + OPTIONS) == "log"
    assert format_of(TEXTS["sngrep"] + record) == "text"
