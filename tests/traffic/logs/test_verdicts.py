"""Linking of Asterisk's verdicts to requests: right where it says something, silent where the log doesn't tell."""

import io
import time
from collections import Counter, defaultdict

import pytest
from hypothesis import given
from hypothesis import strategies as st
from logged import DEBUGGED, SAMPLES, STYLES, YEAR, Log, messages, request, sample_logs, sent, unpacked

from identify.errors import TrafficError
from identify.traffic import Direction
from identify.traffic.logs.verdicts.reading import LoggedVerdict, read_verdicts

IP = "res_pjsip_endpoint_identifier_ip.c"
USER = "res_pjsip_endpoint_identifier_user.c"
DISTRIBUTOR = "res_pjsip/pjsip_distributor.c"
DIGEST = "res_pjsip_authenticator_digest.c"
#: Found by `line`, which logs nothing, and ACKs that nothing found.
UNDETERMINED = {"provider-lo": 7, "office-lo": 1, "office-veth": 1, "v20-office-lo": 1, "nodebug-lo": 75}


def linked(name, file):
    """Yield what was sent and reached Asterisk's logger, with the verdict that was linked to it."""
    verdicts = {verdict.line: verdict for verdict in read_verdicts(SAMPLES / name / file)}
    found = defaultdict(list)
    for message in messages(SAMPLES / name / file, year=YEAR):
        if message.direction is Direction.RECEIVED and message.frame in verdicts:
            found[message.peer].append(message)
    for recorded in sent(name):
        start = recorded["data"].strip()[:4]
        for message in found[recorded["src"], recorded["port"]]:
            if (
                recorded["call_id"]
                and recorded["call_id"].encode() in message.data
                and message.data.strip()[:4] == start
            ):
                found[recorded["src"], recorded["port"]].remove(message)
                yield recorded, verdicts[message.frame]
                break


@pytest.mark.parametrize(("name", "file"), sample_logs())
def test_no_verdict_is_wrong(name, file):
    """Whatever a verdict says of a recorded request is what the running server did."""
    known = 0
    undetermined = 0
    for message, verdict in linked(name, file):
        if not message["identified"]:
            # An object of type=acl said that identification didn't run.
            assert verdict.identified is (False if verdict.screened else None), message["n"]
            assert not verdict.ran, message["n"]
            continue
        assert not verdict.screened, message["n"]
        assert verdict.ran is not False, message["n"]
        if verdict.identified is None:
            undetermined += 1
            continue
        known += 1
        truth = message["endpoint"]
        assert verdict.identified == (truth is not None), message["n"]
        if truth is not None:
            assert verdict.endpoint in (None, truth), message["n"]
            if verdict.endpoint is None and not verdict.refused:
                assert truth == verdict.user or truth.startswith(f"{verdict.user}@"), message["n"]
            if verdict.methods:
                assert truth in [message["methods"][method] for method in verdict.methods], message["n"]
    # The record of the message that isn't UTF-8 is missing in JSON.
    lost = file == "full.json.gz"
    assert UNDETERMINED.get(name, 0) - lost <= undetermined <= UNDETERMINED.get(name, 0)
    assert known > 15


@pytest.mark.parametrize("name", DEBUGGED)
def test_the_forms_of_a_log_tell_the_same(name):
    """The default and the [plain] form of a log give the same verdicts, but for their lines."""

    def told(file):
        return Counter(
            (
                message["n"],
                verdict.identified,
                verdict.methods,
                verdict.endpoint,
                verdict.section,
                verdict.ran,
            )
            for message, verdict in linked(name, file)
        )

    assert told("full.log.gz") == told("full.plain.gz")


def test_notices_alone_tell_who_was_not_identified():
    """Without debug, the log still says that nothing was identified, or that an ACL refused what was, or before."""
    told = [verdict for _, verdict in linked("nodebug-lo", "full.log.gz") if verdict.identified is not None]
    assert Counter((verdict.identified, verdict.refused, verdict.screened) for verdict in told) == {
        (False, None, False): 16,
        (True, "acl", False): 4,
        (False, None, True): 5,
    }


def _verdicts(log):
    return {verdict.line: verdict for verdict in read_verdicts(io.BytesIO(log.data))}


def _one(log):
    (verdict,) = _verdicts(log).values()
    return verdict


def _answer(number, log, thread=2):
    data = request(number).replace(b"OPTIONS sip:100@10.0.0.254 SIP/2.0", b"SIP/2.0 200 OK")
    log.message(data, received=False, kind="response", thread=thread)


@pytest.mark.parametrize("style", STYLES)
def test_a_hit_by_address(style):
    """The line of the address right before the hit says that it was `ip`."""
    log = Log(style)
    log.message(request(1), thread=1)
    log.line("Source address 192.0.2.1:5060 does not match identify 'a'", 2, IP)
    log.line("Source address 192.0.2.1:5060 matches identify 'b'", 2, IP)
    log.line("Identify 'b' SIP message matched to endpoint c", 2, IP)
    _answer(1, log)
    assert _one(log) == LoggedVerdict(
        line=1, identified=True, methods=("ip",), endpoint="c", section="b", ran=True
    )


def test_a_hit_by_header_or_request_uri():
    """Without that line it was one of the other two."""
    log = Log("default")
    log.message(request(1), thread=1)
    log.line("Identify 'a': SIP message does not have 'X-A' header.", 2, IP)
    log.line("Identify 'b' SIP message matched to endpoint c", 2, IP)
    _answer(1, log)
    assert _one(log).methods == ("header", "request_uri")


def test_a_hit_by_user_and_the_endpoint_that_its_auth_names():
    """`username` doesn't name the endpoint, the authenticator does."""
    log = Log("default")
    log.message(request(1), thread=1)
    log.line("Attempting identify by From username 'u1' domain 'example.com'", 2, USER)
    log.line("Identified by From username 'u1' domain 'example.com'", 2, USER)
    without = Log("default")
    without._parts = list(log._parts)
    log.line(" u1@example.com:192.0.2.1: Using endpoint for authentication", 2, DIGEST)
    _answer(1, log)
    _answer(1, without)
    expected = LoggedVerdict(
        line=1,
        identified=True,
        methods=("username",),
        endpoint="u1@example.com",
        user="u1",
        domain="example.com",
        ran=True,
    )
    assert _one(log) == expected
    assert _one(without).endpoint is None
    assert _one(without).user == "u1"


@pytest.mark.parametrize(
    ("name", "odd"),
    [
        (b"Call-ID: 1@example.com", b"Call-ID\r\n : 1@example.com \t"),
        (b"Call-ID: 1@example.com", b"i:\r\n\t1@example.com\r\n "),
        (b"CSeq: 1 OPTIONS", b"CSeq: 000000000001\r\n optIONS"),
        (b"CSeq: 1 OPTIONS", b"cseq\t:\r\n 1OPTIONS&X-A: 1"),
        (b";branch", b"\r\n ;\r\n branch"),
        (b"branch=z9hG4bK-1", b"branch =\r\n z9hG4bK-1&X-A: 1"),
    ],
)
def test_odd_headers_of_a_request(name, odd):
    """An answer is found to belong to a request whose headers are folded, or end at a "&"; the answer's are not."""
    log = Log("default")
    assert name in request(1)
    log.message(request(1).replace(name, odd), thread=1)
    log.line("Identify 'b' SIP message matched to endpoint c", 2, IP)
    _answer(1, log)
    assert _one(log).endpoint == "c"


def test_headers_of_blanks_are_read_in_linear_time():
    """A sender can't keep the reader busy with headers of many blanks."""
    odd = b"".join(name + b" " * 15_000 + b"x" for name in (b"Call-ID: a", b"CSeq: 1", b"Via: a;", b"l: 1"))
    log = Log("default")
    for number in range(1, 41):
        log.message(request(number).replace(b"To:", odd.replace(b"x", b"x\r\n") + b"To:"), thread=1)
    begin = time.process_time()
    list(read_verdicts(io.BytesIO(log.data)))
    assert time.process_time() - begin < 5


def test_nothing_identified():
    """The NOTICE and the artificial endpoint both say that nothing was identified."""
    notice = Log("default")
    notice.message(request(1), thread=1)
    notice.line(
        "Request 'OPTIONS' from '<sip:u1@example.com>' failed for '192.0.2.1:5060' (callid: 1@example.com) - "
        "No matching endpoint found after 5 tries in 0.124 ms",
        2,
        DISTRIBUTOR,
        "NOTICE",
    )
    assert _one(notice) == LoggedVerdict(line=1, identified=False, ran=True)
    artificial = Log("default")
    artificial.message(request(1), thread=1)
    artificial.line(" 54907928-c184:192.0.2.1: Using artificial endpoint for authentication", 2, DIGEST)
    _answer(1, artificial)
    assert _one(artificial) == LoggedVerdict(line=1, identified=False, ran=True)


def test_notices_without_answers_between():
    """Notices that follow one another in a thread, with no answer in the log, each go to their own request."""
    log = Log("default")
    for number in range(1, 4):
        log.message(request(number), thread=1)
    for number in range(1, 4):
        log.line(
            f"Request 'OPTIONS' from '<sip:u{number}@example.com>' failed for '192.0.2.1:5060' "
            f"(callid: {number}@example.com) - No matching endpoint found",
            2,
            DISTRIBUTOR,
            "NOTICE",
        )
    assert [verdict.identified for verdict in _verdicts(log).values()] == [False] * 3


def test_an_authenticator_that_contradicts():
    """What the authenticator says of another address, or of another endpoint, isn't about these lines."""
    log = Log("default")
    log.message(request(1), thread=1)
    log.line("Source address 192.0.2.1:5060 matches identify 'b'", 2, IP)
    log.line("Identify 'b' SIP message matched to endpoint c", 2, IP)
    log.line(" d:192.0.2.1: Using endpoint for authentication", 2, DIGEST)
    log.line(" e:192.0.2.7: Using endpoint for authentication", 2, DIGEST)
    assert _one(log).endpoint == "c"


def test_misses_alone_tell_nothing():
    """That the methods in the log found nothing leaves those that log nothing, so nothing is concluded."""
    log = Log("default")
    log.message(request(1), thread=1)
    log.line("Attempting identify by From username 'u1' domain 'example.com'", 2, USER)
    log.line("Endpoint not found for From username 'u1' domain 'example.com'", 2, USER)
    _answer(1, log)
    assert _one(log).identified is None


def test_a_dialog_is_not_identified():
    """For a request of a dialog the log says that identification didn't run."""
    log = Log("default")
    log.message(request(1, "INFO"), thread=1)
    log.line(
        "Searching for serializer associated with dialog dlg0x1 for Request msg INFO/cseq=1 (rdata0x1)",
        1,
        DISTRIBUTOR,
    )
    assert _one(log) == LoggedVerdict(line=1, identified=None, ran=False)


def test_threads_that_interleave():
    """Lines of two workers that interleave go to the requests that each answers."""
    log = Log("default")
    for number in (1, 2):
        log.message(request(number), thread=1)
    log.line("Attempting identify by From username 'u1' domain 'example.com'", 7, USER)
    log.line("Attempting identify by From username 'u2' domain 'example.com'", 8, USER)
    log.line("Identified by From username 'u2' domain 'example.com'", 8, USER)
    log.line("Identified by From username 'u1' domain 'example.com'", 7, USER)
    _answer(2, log, 8)
    _answer(1, log, 7)
    assert [verdict.user for _, verdict in sorted(_verdicts(log).items())] == ["u1", "u2"]


@pytest.mark.parametrize("style", ["default", "console"])
def test_lines_that_contradict_are_not_linked(style):
    """An answer in a thread whose lines have another source or another From gets none of them."""
    log = Log(style)
    log.message(request(1), thread=1)
    log.line("Source address 192.0.2.99:5060 matches identify 'b'", 2, IP)
    log.line("Identify 'b' SIP message matched to endpoint c", 2, IP)
    _answer(1, log)
    log.message(request(2), thread=1)
    log.line("Identified by From username 'other' domain 'example.com'", 3, USER)
    assert [verdict.identified for verdict in _verdicts(log).values()] == [None, None]


def test_two_acks_that_fit_alike_stay_undetermined():
    """Without an answer lines are linked only if no other request fits too."""
    log = Log("default")
    log.message(request(1, "ACK"), thread=1)
    first = Log("default")
    first._parts = list(log._parts)
    log.message(request(1, "ACK"), thread=1)
    for written in (first, log):
        written.line("Source address 192.0.2.1:5060 matches identify 'b'", 2, IP)
        written.line("Identify 'b' SIP message matched to endpoint c", 2, IP)
    assert _one(first).endpoint == "c"
    assert [verdict.identified for verdict in _verdicts(log).values()] == [None, None]


def test_verdicts_forged_in_a_body():
    """A line inside of a message says nothing."""
    log = Log("default")
    forged = (
        b"[Nov 22 19:52:11] DEBUG[2] " + IP.encode() + b": Identify 'b' SIP message matched to endpoint c\n"
    )
    log.message(request(1, "MESSAGE", forged), thread=1)
    log.line("text", 2)
    assert _one(log).identified is None


def test_not_a_log():
    """What is no log is an error, an empty file has no requests."""
    with pytest.raises(TrafficError, match="not a log"):
        list(read_verdicts(io.BytesIO(b'{"source": "192.0.2.1"}\n')))
    assert list(read_verdicts(io.BytesIO(b""))) == []


@given(cut=st.integers(0, 120_000), begin=st.integers(0, 120_000))
def test_any_part_of_a_log_is_read(cut, begin):
    """A log that begins and ends anywhere makes no failure, and one verdict for each request."""
    data = unpacked("headers-lo", "full.log.gz")[:120_000]
    part = data[min(cut, begin) : max(cut, begin)]
    received = [
        message
        for message in messages(b"[Nov 22 19:52:11] Asterisk begins" + part, format="log")
        if message.direction is Direction.RECEIVED
    ]
    lines = sorted(message.frame for message in received if not message.data.startswith(b"SIP/2.0"))
    log = b"[Nov 22 19:52:11] Asterisk begins" + part
    assert sorted(verdict.line for verdict in read_verdicts(io.BytesIO(log))) == lines


ACL = "res_pjsip_acl.c"


@pytest.mark.parametrize("style", STYLES)
@pytest.mark.parametrize("denied", ["192.0.2.1:5060", "10.9.1.1:0"])
def test_refused_by_an_object_of_type_acl(style, denied):
    """The warning of type=acl, about the source or a Contact, is a verdict on the request that is answered 403."""
    log = Log(style)
    log.message(request(1), thread=1)
    log.line(f"SIP ACL: Rejecting '{denied}' due to a failure to pass ACL '(BASELINE)'", 1, "acl.c", "NOTICE")
    log.line(f"Incoming SIP message from {denied} did not pass ACL test", 1, ACL, "WARNING")
    _answer(1, log, thread=1)
    if style in ("default", "call", "plain") or not denied.endswith(":0"):
        assert _one(log) == LoggedVerdict(line=_one(log).line, identified=False, ran=False, screened=True)
    else:
        # A console doesn't name the thread, and a Contact's address isn't the sender's.
        assert _one(log).identified is None


def test_refused_ack():
    """An ACK that type=acl refuses has no answer; its address names it."""
    log = Log("default")
    log.message(request(1, "ACK"), thread=1)
    log.line("Incoming SIP message from 192.0.2.1:5060 did not pass ACL test", 1, ACL, "WARNING")
    log.line("Incoming SIP message from 192.0.2.9:5060 did not pass ACL test", 1, ACL, "WARNING")
    assert _one(log).screened
