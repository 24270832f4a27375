"""The version that a log begins with: where it stands in each kind of log, and what senders of requests can't forge."""

from __future__ import annotations

import io
import json
import time
from pathlib import Path

import pytest

from identify.traffic import open_traffic
from identify.traffic.logs.banner import version_written

SAMPLES = Path(__file__).parents[2] / "data" / "samples"
FILE = b"[Nov 22 19:57:24] Asterisk 20.15.2 built by root @ vm on a x86_64 running Linux on 2026-11-22 18:53:47 UTC\n"
CONSOLE = b"Asterisk 18.10.0~dfsg+~cs6-2, Copyright (C) 1999 - 2022, Sangoma Technologies Corporation and others.\r\n"
REMOTE = b"Connected to Asterisk 16.28.0 currently running on vm (pid = 23560)\r\n"
NOTICE = b"[Nov 22 19:57:25] NOTICE[1] loader.c: 45 modules will be loaded.\n"
OBJECT = json.dumps({"hostname": "", "logmsg": {"message": "x"}}).encode() + b"\n"
HEADLINE = b"<--- Received SIP request (400 bytes) from UDP:192.0.2.1:5060 --->\n"
DROPPED = (
    b"[Nov 22 19:57:25] ERROR[1] pjproject: sip_transport.c Error processing 184 bytes packet from UDP 192.0.2.1:5060 : "
    b"PJSIP syntax error exception when parsing 'Allow' header on line 7 col 8:\n"
)


@pytest.mark.parametrize("name", ["full.log.gz", "full.plain.gz", "full.json.gz", "messages.log.gz"])
def test_samples(name):
    """Each recorded log of a release names it, compressed as it is; logs of a branch name none."""
    with (
        open_traffic(SAMPLES / "v20-office-lo" / name) as release,
        open_traffic(SAMPLES / "office-lo" / name) as branch,
    ):
        assert release.asterisk == "20.15.2"
        assert branch.asterisk is None


@pytest.mark.parametrize(
    ("first", "version"),
    [
        (FILE, "20.15.2"),
        (FILE.replace(b"Nov 22 19:57:24", b"2026-11-22T19:53:07.270924+0000"), "20.15.2"),
        (FILE.replace(b"20.15.2", b"certified/20.7-cert3") + NOTICE, "certified/20.7-cert3"),
        (FILE + OBJECT, "20.15.2"),
        (CONSOLE, "18.10.0"),
        (b"No ethernet interface found for seeding global EID.\r\n" + CONSOLE, "18.10.0"),
        (b"[2026-11-22 19:56:57.574] " + CONSOLE, "18.10.0"),
        (CONSOLE + REMOTE, "16.28.0"),
        (REMOTE, "16.28.0"),
        (FILE.replace(b"20.15.2", b"13.18.3"), "13.18.3"),
    ],
)
def test_forms(first, version):
    """Files, JSON logs and consoles name it; of a remote console, the server's version counts."""
    assert version_written(first) == version


@pytest.mark.parametrize(
    "first",
    [
        b"",
        b"\xff" * 100,
        FILE.replace(b"20.15.2", b"GIT-master-f0c1c1a7b7M"),
        FILE.replace(b"20.15.2", b""),
        FILE.replace(b"20.15.2", b"20.\xd9\xa1"),
        FILE.replace(b"20.15.2", b"2" * 5000),
        FILE.replace(b"built by", b"was built by"),
        FILE[:30],
        b"\n" + FILE,
        NOTICE + FILE,
        OBJECT + FILE,
        HEADLINE + FILE,
        DROPPED + FILE,
        DROPPED + REMOTE,
        HEADLINE + CONSOLE,
        OBJECT + REMOTE,
        NOTICE + CONSOLE,
        b" " * (64 << 10) + b"\n" + CONSOLE,
    ],
)
def test_nothing_is_believed(first):
    """A line that a sender may have written counts for nothing, nor does what isn't a version."""
    assert version_written(first) is None


def test_long_beginnings():
    """Looking for it costs no more than the bytes that are looked at."""
    begun = time.perf_counter()
    for piece in (
        b"[",
        b"[1234] ",
        b"Connected to Asterisk 1",
        b"Asterisk 1\n",
        b"[aaaaa] Asterisk 1 built by",
        b"\n",
    ):
        version_written(piece * (1 << 20))

    assert time.perf_counter() - begun < 5


def test_other_traffic():
    """Rows and captures have no version, also if one stands in them; nor has an empty file."""
    rows = b'{"source": "192.0.2.1", "message": "' + FILE[:-1] + b'"}\n'

    for source in (io.BytesIO(rows), io.BytesIO(b""), SAMPLES / "v20-office-lo" / "lo.pcap.gz"):
        with open_traffic(source) as reader:
            assert reader.asterisk is None


def test_looking_consumes_nothing():
    """The messages of a log are all delivered although its beginning was looked at."""
    with open_traffic(SAMPLES / "v20-office-lo" / "full.log.gz", year=2026) as reader:
        assert reader.asterisk == "20.15.2"
        assert sum(len(batch) for batch in reader) > 300
