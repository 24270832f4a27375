"""Reading of Asterisk's recorded logs: every message that it logged is found, whatever the form of the log."""

import os
from collections import Counter, defaultdict

import pytest
from logged import NAMES, SAMPLES, YEAR, messages, sample_logs, sent, unpacked

from identify.traffic import Direction, open_traffic

#: Kinds that PJSIP drops before its logger sees them.
UNLOGGED = {"no Call-ID", "syntax error", "garbage", "short", "keep-alive", "keep-alive nul"}
#: Kinds of which a log loses something: a file the terminal escapes, each form what follows a NUL, JSON the record.
LOSSES = {
    "full.log.gz": {"escape codes", "nul in body"},
    "full.plain.gz": {"escape codes", "nul in body"},
    "full.json.gz": {"nul in body"},
    "console.txt.gz": {"nul in body"},
    "console-remote.txt.gz": {"nul in body"},
}
LOST = {"full.json.gz": {"bad utf-8"}}
#: Two Authorization headers of this sample are syntax errors.
DROPPED = {("authuser-lo", 105), ("authuser-lo", 106)}


def _of_sample(name: str, file: str) -> list:
    return messages(SAMPLES / name / file, year=YEAR)


@pytest.mark.parametrize(("name", "file"), sample_logs())
def test_every_logged_message_is_delivered(name, file):
    """Each message that was sent and not dropped is delivered with its bytes, source, port and transport."""
    found = defaultdict(list)
    for message in _of_sample(name, file):
        if message.direction is Direction.RECEIVED:
            found[message.peer, message.transport].append(message.data)
    for message in sent(name):
        if message["kind"] in UNLOGGED | LOST.get(file, set()) or (name, message["n"]) in DROPPED:
            continue
        received = found[(message["src"], message["port"]), message["transport"]]
        data = message["data"].lstrip(b"\r\n")
        if message["kind"] in LOSSES[file]:
            lost = (
                data.replace(b"\x1b[31m", b"").replace(b"\x1b[0m", b"")
                if b"\x1b" in data
                else data.partition(b"\0")[0]
            )
            assert lost in received, message["n"]
            received.remove(lost)
        else:
            assert data in received, message["n"]
            received.remove(data)
    # Nothing else was received, but for the answers to Asterisk's own registrations.
    left = [data for item in found.values() for data in item]
    assert all(data.startswith(b"SIP/2.0 200 OK") for data in left)
    assert len(left) == (2 if name == "provider-lo" else 0)


@pytest.mark.parametrize(("name", "file"), sample_logs())
def test_records_forged_inside_messages_are_not_taken(name, file):
    """A body and a folded header that imitate records of the logger make no message."""
    found = _of_sample(name, file)
    assert not any(message.peer[0] in ("192.0.2.99", "1.2.3.4") for message in found)
    assert not any(message.data.startswith(b"OPTIONS sip:forged@") for message in found)


@pytest.mark.parametrize(("name", "file"), sample_logs())
def test_answers_are_delivered_as_sent(name, file):
    """Each answer that a sender got is in the log as sent to it."""
    answers = Counter()
    for message in _of_sample(name, file):
        if message.direction is Direction.SENT:
            answers[message.peer, message.data.partition(b"\r\n")[0].decode()] += 1
    for message in sent(name):
        if message["answer"] and message["kind"] not in UNLOGGED:
            assert answers[(message["src"], message["port"]), message["answer"]], message["n"]


@pytest.mark.parametrize(
    ("name", "file"), [sample for sample in sample_logs() if sample[1].startswith("full")]
)
def test_times_and_lines(name, file):
    """Times follow the sender's clock, and a frame is the line at which the record begins."""
    lines = unpacked(name, file).split(b"\n")
    first = min(message["t"] for message in sent(name))
    last = max(message["t"] for message in sent(name))
    for message in _of_sample(name, file):
        assert first - 1.5 < message.time / 1e9 < last + 5
        if message.direction is Direction.NOTICE:
            assert b"' failed for '" in lines[message.frame - 1]
            continue
        assert b"<--- " in lines[message.frame - 1]
        assert b" SIP re" in lines[message.frame - 1]


@pytest.mark.parametrize("name", NAMES)
def test_the_forms_of_a_log_agree(name):
    """The default and the [plain] form deliver the same; so does JSON but for what it keeps or loses."""
    default = [message[:5] for message in _of_sample(name, "full.log.gz")]
    plain = [message[:5] for message in _of_sample(name, "full.plain.gz")]
    assert default == plain
    json = {message.data for message in _of_sample(name, "full.json.gz")}
    assert len({message[0] for message in default} - json) <= 4


def test_losses_are_counted():
    """A message that a log has cut is delivered, and counted."""
    with open_traffic(SAMPLES / "office-lo" / "full.log.gz", year=YEAR) as reader:
        total = sum(len(batch) for batch in reader)
    assert reader.counts == {"log-message-incomplete": 2}
    assert reader.format == "log"
    assert reader.problems == []
    assert total == 369
    assert reader.position == reader.size


def test_the_year_follows_from_the_file(tmp_path):
    """Without an option the year is the last one that doesn't put a date after the file."""
    path = tmp_path / "full.gz"
    path.write_bytes((SAMPLES / "office-lo" / "full.log.gz").read_bytes())
    # The 1st of January 2026.
    os.utime(path, (1767225600, 1767225600))
    assert {message.time // 10**9 // 86400 for message in messages(path)} == {1763841131 // 86400}
