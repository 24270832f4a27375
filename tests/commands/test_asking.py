"""What a terminal shows while names are asked: nothing at first, then how far it is; and how it is ended."""

from __future__ import annotations

import os
import pty
import signal
import subprocess
import sys
import time

import pytest
from consoles import ROOT

#: Runs the command with a resolver whose answers take some seconds.
SLOW = """
import sys, time
from identify.config import hostnames

class Slow:
    summary = "resolved 2 names"

    def __init__(self, *, progress=None):
        self.progress = progress

    def services(self, name):
        return ()

    def addresses(self, name):
        if self.progress:
            self.progress(0, 2)
        time.sleep(SECONDS)
        if self.progress:
            self.progress(1, 2)
        return ["192.0.2.1"]

hostnames.SystemResolver = Slow
sys.argv[0] = "sip-identify"
from identify.commands.main import main
main()
"""
CURSOR_HIDDEN = "\x1b[?25l"
ERASED = "\x1b[2K"
LAST = "resolved 2 names; --offline to ask nobody"


@pytest.fixture
def slow(tmp_path):
    """Give a function that starts the command with a configuration of two names, its errors on a terminal."""
    path = tmp_path / "pjsip.conf"
    path.write_text(
        "[e]\ntype = endpoint\n[i]\ntype = identify\nendpoint = e\nmatch = a.example, b.example\nsrv_lookups = no\n"
    )
    started = []

    def start(seconds, stderr):
        code = SLOW.replace("SECONDS", str(seconds))
        running = subprocess.Popen(
            [sys.executable, "-c", code, "show", "identifiers", str(path)],
            env={**os.environ, "PYTHONPATH": str(ROOT), "TERM": "xterm", "COLUMNS": "100"},
            stdout=subprocess.PIPE,
            stderr=stderr,
        )
        started.append(running)
        return running

    yield start
    for running in started:
        running.kill()
        running.wait(timeout=60)
        running.stdout.close()


def read_until(terminal, text, patience=60.0):
    """Return what a terminal shows until a text is there, or it is closed."""
    shown = b""
    begun = time.monotonic()
    while text.encode() not in shown and time.monotonic() - begun < patience:
        try:
            shown += os.read(terminal, 65536)
        except OSError:  # What Linux says when the other side is closed.
            break
    return shown.decode()


def test_bar(slow):
    """What takes longer than a second shows how far it is, moves, and is erased before the last line."""
    ours, theirs = pty.openpty()
    running = slow(2, theirs)
    os.close(theirs)

    shown = read_until(ours, LAST)
    os.close(ours)

    first, second = shown.index("asking for host names: 0 of 2"), shown.index("asking for host names: 1 of 2")
    assert first < second < shown.rindex(ERASED) < shown.index(LAST)
    assert CURSOR_HIDDEN not in shown
    assert running.wait(timeout=60) == 0


def test_no_bar_for_fast_answers(slow):
    """Answers that come at once show only the last line."""
    ours, theirs = pty.openpty()
    running = slow(0, theirs)
    os.close(theirs)

    shown = read_until(ours, "as Asterisk")
    os.close(ours)

    assert shown.startswith(LAST)
    assert "asking" not in shown
    assert running.wait(timeout=60) == 0


def test_no_bar_without_a_terminal(slow):
    """A file or a pipe gets only the last line, however long it took."""
    running = slow(1.5, subprocess.PIPE)

    error = running.stderr.read().decode()
    running.stderr.close()

    assert error.startswith(f"{LAST}\n")
    assert "asking" not in error


def test_interrupted(slow):
    """Ctrl-C ends the command at once, by the signal, and leaves the terminal's cursor as it was."""
    ours, theirs = pty.openpty()
    running = slow(600, theirs)
    os.close(theirs)
    shown = read_until(ours, "asking for host names")

    running.send_signal(signal.SIGINT)

    assert running.wait(timeout=10) == -signal.SIGINT
    os.close(ours)
    assert CURSOR_HIDDEN not in shown
