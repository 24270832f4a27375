"""Signals that end a run: at once, by the signal's own status, without a word and with nothing left behind."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time

import pytest
from consoles import ROOT

from identify.configuration import Configuration
from identify.engine import Engine

#: Seconds after which something hangs.
PATIENCE = 20.0
#: What makes the file system one whose files have names, before the command begins.
NAMED = "import os; os.O_TMPFILE = os.O_DIRECTORY | os.O_WRONLY; "
CODE = "import sys; from identify.commands.__main__ import main; main()"
ROW = '{"source":"192.0.2.1","from_uri":"sip:a@b","method":"OPTIONS"}\n'


def processes_of(session):
    """Return the processes of a session that run, without those that have ended."""
    found = []
    for name in filter(str.isdecimal, os.listdir("/proc")):
        try:
            with open(f"/proc/{name}/stat") as file:
                state, _, _, of, *_ = file.read().rpartition(")")[2].split()
        except OSError:
            continue
        if int(of) == session and state != "Z":
            found.append(int(name))
    return found


def wait_for(holds):
    """Wait until something holds."""
    end = time.monotonic() + PATIENCE
    while not holds():
        assert time.monotonic() < end
        time.sleep(0.01)


@pytest.mark.parametrize(
    ("number", "to_all", "jobs", "code", "early"),
    [
        (signal.SIGINT, True, "1", CODE, False),
        (signal.SIGTERM, False, "1", NAMED + CODE, False),
        (signal.SIGINT, True, "2", CODE, True),
        (signal.SIGTERM, False, "2", CODE, True),
        (signal.SIGTERM, False, "2", CODE, False),
        (signal.SIGKILL, False, "2", CODE, False),
    ],
)
def test_a_run_ends_and_leaves_nothing(tmp_path, number, to_all, jobs, code, early):
    """The process and its helpers are gone, old outputs are whole, and there is no other file or message.

    ``early`` is while the helpers begin.
    """
    (tmp_path / "temporary").mkdir()
    work = tmp_path / "work"
    work.mkdir()
    (work / "pjsip.conf").write_text("[e]\ntype=endpoint\n")
    (work / "o.csv").write_text("old")
    # Another process reads from a pipe that nobody ends.
    os.mkfifo(work / "t.jsonl")
    options = ["-o", "o.csv", "--record", "r.jsonl", "-j", jobs, "--format", "json"]
    command = [sys.executable, "-c", code, "simulate", "pjsip.conf", "t.jsonl", *options]
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "TMPDIR": str(tmp_path / "temporary")}
    with subprocess.Popen(
        command, cwd=work, env=environment, stderr=subprocess.PIPE, start_new_session=True
    ) as running:
        end = os.killpg if to_all else os.kill
        if early:
            wait_for(lambda: len(processes_of(running.pid)) > 1)
            end(running.pid, number)
        else:
            # It is opened once the traffic is read, after everything that is written.
            with open(work / "t.jsonl", "w") as traffic:
                traffic.write(ROW * 3000)
                traffic.flush()
                end(running.pid, number)
        assert running.wait(PATIENCE) == -number
        wait_for(lambda: not processes_of(running.pid))
        assert running.stderr.read() == b""

    assert sorted(os.listdir(work)) == ["o.csv", "pjsip.conf", "t.jsonl"]
    assert (work / "o.csv").read_text() == "old"
    assert os.listdir(tmp_path / "temporary") == []


#: What ends one of two helpers before it gets its first call.
LOSING = (
    "import identify.simulation.runs.pool as pool; start = pool._start; "
    "pool._start = lambda begun, saved: "
    "(start(begun, saved), len(begun) == 2 and (begun[1][0].kill(), begun[1][0].wait())); "
)


@pytest.mark.parametrize(
    ("code", "options", "status", "said"),
    [
        (NAMED + CODE, ("-o", "-", "--record", "r.jsonl"), -signal.SIGPIPE, b""),
        (LOSING + CODE, ("-j", "2"), 2, b"a process that simulates was lost: it ended with signal 9"),
    ],
)
def test_only_a_reader_of_the_output_ends_the_command(tmp_path, code, options, status, said):
    """It goes without a word, and half a file goes too; a lost connection is an error that is said."""
    (tmp_path / "pjsip.conf").write_text("[e]\ntype=endpoint\n")
    (tmp_path / "t.jsonl").write_text(ROW * 3000)
    command = [sys.executable, "-c", code, "simulate", "pjsip.conf", "t.jsonl", *options]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    with subprocess.Popen(
        command, cwd=tmp_path, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as running:
        running.stdout.close()
        error = running.stderr.read()

    assert running.wait(PATIENCE) == status
    assert said in error
    assert bool(error) is bool(said)
    assert sorted(os.listdir(tmp_path)) == ["pjsip.conf", "t.jsonl"]


@pytest.mark.parametrize("threads", [1, 2])
def test_a_batch_call_is_interrupted(threads):
    """A signal's exception ends a call of many messages before it has answered all, and the next call is whole."""
    engine = Engine(Configuration.from_files({"pjsip.conf": "[e]\ntype=endpoint\n"}))
    # Each message takes long enough that all of them would take minutes.
    message = b"OPTIONS sip:a@b SIP/2.0\r\n" + b"Via: SIP/2.0/UDP 192.0.2.1;branch=z9hG4bK1\r\n" * 1000
    message += b"From: <sip:a@b>;tag=1\r\nTo: <sip:a@b>\r\nCall-ID: 1\r\nCSeq: 1 OPTIONS\r\n\r\n"
    messages = [message] * 2_000_000

    def interrupt(number, frame):
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGALRM, interrupt)
    try:
        signal.setitimer(signal.ITIMER_REAL, 0.05)
        with pytest.raises(KeyboardInterrupt):
            engine.identify_messages(messages, "192.0.2.1", 5060, threads=threads)
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)

    assert len(engine.identify_messages(messages[:1000], "192.0.2.1", 5060, threads=threads)) == 1000
