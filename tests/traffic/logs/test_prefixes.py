"""Logs that went through another program: something is in front of each line, or each line is in JSON."""

import io
import json

import pytest
from logged import Log, delivered, messages, request

from identify.errors import TrafficError
from identify.traffic import open_traffic
from identify.traffic.logs.verdicts.reading import read_verdicts

BODY = b"v=0\r\no=- 1 1 IN IP4 192.0.2.1\r\n"


def _log(style="console"):
    log = Log(style)
    log.line("before")
    for number in range(1, 6):
        log.message(request(number, "INVITE", BODY if number % 2 else b""))
        log.line(
            f"Request 'INVITE' from '<sip:u{number}@example.com>' failed for '192.0.2.1:5060' "
            f"(callid: {number}@example.com) - No matching endpoint found",
            file="res_pjsip/pjsip_distributor.c",
            level="NOTICE",
        )
    return log.data


def _prefixed(prefix, style="console", change=lambda line: line):
    lines = _log(style).split(b"\n")[:-1]
    return b"".join(prefix(number) + change(line) + b"\n" for number, line in enumerate(lines, 1))


#: How programs begin lines: with times, processes, containers, numbers of lines, marks of quotations.
PREFIXES = {
    "syslog": lambda n: b"Jul  9 12:06:%02d pbx asterisk[2721]: " % (n % 60),
    "priority": lambda n: b"<%d>Jul  9 12:06:57 pbx asterisk[2721]: " % (130 + n % 5),
    "rfc 5424": lambda n: b"<134>1 2026-07-09T12:06:57.%06d+02:00 pbx asterisk 2721 - - " % n,
    "journal": lambda n: b"2026-07-09T12:06:57+0200 pbx asterisk[2721]: ",
    "journal in full": lambda n: b"Thu 2026-07-09 12:06:57 CEST pbx asterisk[2721]: ",
    "journal in seconds": lambda n: b"1783591617.%06d pbx asterisk[2721]: " % n,
    "journal since boot": lambda n: b"[%5d.%06d] pbx asterisk[2721]: " % (95 + n, n),
    "router": lambda n: b"Thu Jul  9 12:06:57 2026 daemon.%s asterisk[2721]: " % (b"info", b"err")[n % 2],
    "docker": lambda n: b"2026-07-09T10:06:51.%sZ " % (str(123456780 + n).rstrip("0").encode()),
    "compose": lambda n: b"asterisk-1  | ",
    "coloured compose": lambda n: b"\x1b[36masterisk-1  | \x1b[0m",
    "kubernetes": lambda n: b"2026-07-09T10:06:51.%09dZ %s F " % (n, (b"stdout", b"stderr")[n % 2]),
    "pod": lambda n: b"[pod/asterisk-0/asterisk] ",
    "pod and time": lambda n: b"[pod/asterisk-0/asterisk] 2026-07-09T10:06:51.%09dZ " % n,
    "time": lambda n: b"12:06:57.%06d " % n,
    "time in brackets": lambda n: b"[2026-07-09 12:06:57] ",
    "month first": lambda n: b"7/9/2026 12:06:57 PM ",
    "level": lambda n: b"2026-07-09 12:06:57,%03d INFO  [asterisk-1] " % n,
    "line number": lambda n: b"%d:" % n,
    "file": lambda n: b"full.log:",
    "file and line number": lambda n: b"/var/log/asterisk/full.1:%d:" % n,
    "lines next to those that grep found": lambda n: (
        b"full.1%s%d%s" % ((b"-", b":")[n % 2], n, (b"-", b":")[n % 2])
    ),
    "daemontools": lambda n: b"@4000000062c96ce1%08x " % n,
    "numbered": lambda n: b"%6d\t" % n,
    "quotation": lambda n: b"> ",
    "quotation in a quotation": lambda n: b"> > ",
    "indentation": lambda n: b"    ",
}


@pytest.mark.parametrize("style", ["default", "console"])
@pytest.mark.parametrize("name", PREFIXES)
def test_a_prefix_on_each_line(name, style):
    """Messages, lines and verdicts are those of the log without the prefix, also if blanks at ends of lines are lost."""
    plain = messages(_log(style), year=2026)
    verdicts = list(read_verdicts(io.BytesIO(_log(style))))
    log = _prefixed(PREFIXES[name], style)
    for text in (log, b"".join(line.rstrip(b" \r") + b"\n" for line in log.split(b"\n")[:-1])):
        found = messages(text, year=2026)
        assert [message[:4] + message[5:] for message in found] == [
            message[:4] + message[5:] for message in plain
        ]
        assert list(read_verdicts(io.BytesIO(text))) == verdicts


@pytest.mark.parametrize("style", ["default", "console"])
def test_a_prefix_with_something_unknown_on_each_line(style):
    """A prefix that no two lines share would leave messages without their text: the log is refused."""
    with pytest.raises(TrafficError, match="lines begin with something that is not Asterisk's"):
        messages(_prefixed(lambda n: b"pbx-%x%x: " % (n % 6 + 10, n), style))


def test_the_time_of_a_prefix():
    """A console's messages have no time but that of the prefix; where a record has its own, that is taken."""
    assert {message.time for message in messages(_prefixed(PREFIXES["journal"]))} == {1783591617 * 10**9}
    assert {message.time for message in messages(_prefixed(PREFIXES["router"]))} == {1783598817 * 10**9}
    own = {message.time for message in messages(_log("default"), year=2026)}
    assert {message.time for message in messages(_prefixed(PREFIXES["journal"], "default"), year=2026)} == own


def test_lines_of_others_in_between():
    """Lines of other programs, and those of another Asterisk, belong to no message of this one."""
    one = _prefixed(lambda n: b"Jul  9 12:06:57 pbx asterisk[1]: ").split(b"\n")[:-1]
    two = _prefixed(lambda n: b"Jul  9 12:06:57 pbx asterisk[2]: ").split(b"\n")[:-1]
    mixed = []
    for first, second in zip(one, two, strict=True):
        mixed += [first, b"Jul  9 12:06:57 pbx cron[1]: (root) CMD (true)", second]
    found = messages(b"\n".join(mixed) + b"\n")
    plain = messages(_log())
    assert sorted(message.data for message in found) == sorted(2 * [message.data for message in plain])
    lines = {mixed[message.frame - 1].partition(b"]: ")[2][:14] for message in found}
    assert lines == {b"<--- Received "}


def test_a_prefix_on_first_lines_only():
    """A program that takes a record for one entry puts its prefix in front of the first line only."""
    begins = (b"[", b"<---")
    log = b"".join(
        (b"Jul  9 12:06:57 pbx asterisk[1]: " if line.startswith(begins) else b"") + line + b"\n"
        for line in _log().split(b"\n")[:-1]
    )
    assert [message.data for message in messages(log)] == [message.data for message in messages(_log())]


@pytest.mark.parametrize("end", [b"", b"#012"])
def test_records_in_syslog(end):
    """Asterisk's own output to syslog has no dates, and each line end written as its number in octal."""
    log = b""
    for number in range(1, 4):
        data = request(number, "INVITE", BODY).replace(b"\r\n", b"#015#012")
        log += (
            b"Jul  9 12:06:57 pbx asterisk[2721]: VERBOSE[7]: res_pjsip_logger.c:354 in logging_on_rx_msg: "
            b"<--- Received SIP request (%d bytes) from UDP:192.0.2.1:5060 --->#012%s%s\n"
            % (len(request(number, "INVITE", BODY)), data, end)
        )
    found = messages(log, year=2026)
    assert [message.data for message in found] == [request(number, "INVITE", BODY) for number in range(1, 4)]
    assert {message.time for message in found} == {1783598817 * 10**9}


def _docker(line):
    return json.dumps({"log": line + "\n", "stream": "stdout", "time": "2026-07-09T10:06:51.5Z"}).replace(
        "<", "\\u003c"
    )


def _journal(line):
    text = list(line.encode()) if "v=0" in line else line
    return json.dumps(
        {"__REALTIME_TIMESTAMP": "1783591611500000", "_PID": "7", "_HOSTNAME": "pbx", "MESSAGE": text}
    )


@pytest.mark.parametrize("wrap", [_docker, _journal])
def test_lines_in_json(wrap):
    """The files of Docker and exports of the journal have a line of the log in each object, and its time."""
    log = "".join(wrap(line) + "\n" for line in _log().decode().split("\n")[:-1]).encode()
    log += b'{"broken\n' + wrap("other").replace('"7"', '"8"').encode() + b"\n"
    found = messages(log)
    assert [(message.data, message.frame) for message in found] == [
        (message.data, message.frame) for message in messages(_log())
    ]
    assert {message.time for message in found} == {1783591611 * 10**9 + 500_000_000}


@pytest.mark.parametrize(
    ("log", "what"),
    [
        (_prefixed(lambda n: b"x" * 400), "begin with something that is not Asterisk's ('xxxx"),
        (
            _log().replace(b"<", b"&lt;").replace(b">", b"&gt;"),
            "not as Asterisk writes them ('&lt;--- Received SIP",
        ),
    ],
)
def test_lines_that_are_not_asterisks(log, what):
    """A log whose lines begin with what can't be removed is an error that says so."""
    with pytest.raises(TrafficError) as error:
        messages(log)
    assert what in str(error.value)


@pytest.mark.parametrize("prefix", [b"", b"Jul  9 12:06:57 pbx asterisk[2721]: "])
def test_a_log_without_messages(prefix):
    """A log without SIP messages or notices says so, and how messages get into it."""
    others = b"".join(prefix + line + b"\n" for line in _log("default").split(b"\n") if b"DEBUG" in line)
    with open_traffic(io.BytesIO(others)) as reader:
        assert delivered(reader) == []
    assert reader.problems == [
        "no SIP messages in this log: Asterisk writes them after `pjsip set logger on`"
    ]


def test_messages_in_rows_are_no_log():
    """Rows in JSON are rows, though a message in them has lines that look like records."""
    row = {"source": "192.0.2.1", "message": request(1, "MESSAGE", _log()).decode()}
    with open_traffic(io.BytesIO(json.dumps(row).encode() + b"\n")) as reader:
        assert reader.format == "json-lines"
        assert len(delivered(reader)) == 1


def test_many_processes():
    """However many processes wrote a log, each message is found and few of them are remembered."""
    log = b"".join(
        b"Jul  9 12:06:57 pbx asterisk[%d]: " % number + line + b"\n"
        for number in range(1, 201)
        for line in b"".join(
            [
                b"<--- Received SIP request (%d bytes) from UDP:192.0.2.1:5060 --->\n" % len(request(number)),
                request(number),
            ]
        ).split(b"\n")
    )
    assert [message.data for message in messages(log)] == [request(number) for number in range(1, 201)]
