"""What a terminal shows while names are asked: nothing at first, then how far it is; and how it is ended."""

from __future__ import annotations

import functools
import os
import pty
import signal
import subprocess
import sys
import time

import pytest
from consoles import ROOT
from nameserver import NameServer, resolver_configuration

from identify.commands.host_names import AnnouncedResolver
from identify.config import hostnames
from identify.config.hostnames import SystemResolver
from identify.configuration import Configuration

#: Runs the command with name servers that are on loopback.
CODE = """
import functools, sys
from identify.config import hostnames
from identify.config.hostnames import SystemResolver
hostnames.SystemResolver = functools.partial(SystemResolver, **ARGUMENTS)
sys.argv[0] = "sip-identify"
from identify.commands.main import main
main()
"""
ZONE = {
    "fast.example": {"A": ["192.0.2.1"]},
    "other.example": {"A": ["192.0.2.2"]},
    "silent.example": {"rcode": "timeout"},
}
CURSOR_HIDDEN = "\x1b[?25l"
ERASED = "\x1b[2K"
LAST = "; --offline to ask nobody"


@pytest.fixture
def show(tmp_path):
    """Give a function that starts the command with a configuration of two names, its errors on a terminal."""
    path = tmp_path / "pjsip.conf"
    started = []
    with NameServer(ZONE) as server:

        def start(other, stderr, seconds=2, command=("show", "identifiers")):
            path.write_text(
                "[e]\ntype = endpoint\n[i]\ntype = identify\nendpoint = e\nsrv_lookups = no\n"
                f"match = fast.example, {other}\n"
            )
            files = resolver_configuration(tmp_path)
            arguments = {**files, "port": server.port, "timeout": float(seconds), "attempts": 1}
            options = (
                ["--resolv-conf", files["resolv_conf"], "--hosts", files["hosts"]]
                if "resolve" in command
                else []
            )
            running = subprocess.Popen(
                [
                    sys.executable,
                    "-c",
                    CODE.replace("ARGUMENTS", repr(arguments)),
                    *command,
                    str(path),
                    *options,
                ],
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


def test_bar(show):
    """What takes longer than a second shows how far it is, moves, and is erased before the last line."""
    ours, theirs = pty.openpty()
    running = show("silent.example", theirs)
    os.close(theirs)

    shown = read_until(ours, "as Asterisk")
    assert running.wait(timeout=60) == 0
    os.close(ours)

    first, last = shown.index("asking for host names: 1 of 2"), shown.index("asking for host names: 2 of 2")
    assert first < last < shown.rindex(ERASED) < shown.index(LAST)
    assert CURSOR_HIDDEN not in shown


def test_bar_of_resolve(show):
    """The command that is about names shows it too, and erases it."""
    ours, theirs = pty.openpty()
    running = show("silent.example", theirs, command=("resolve",))
    os.close(theirs)

    shown = read_until(ours, ERASED)
    assert running.wait(timeout=60) == 0
    os.close(ours)

    assert "asking for host names: 1 of 2" in shown


def test_no_bar_for_fast_answers(show):
    """Answers that come at once show only the last line."""
    ours, theirs = pty.openpty()
    running = show("other.example", theirs)
    os.close(theirs)

    shown = read_until(ours, "as Asterisk")
    assert running.wait(timeout=60) == 0
    os.close(ours)

    assert shown.startswith("resolved 2 names (2 by address)")
    assert "asking" not in shown


def test_no_bar_without_a_terminal(show):
    """A file or a pipe gets only the last line, however long it took."""
    running = show("silent.example", subprocess.PIPE)

    error = running.stderr.read().decode()
    running.stderr.close()

    assert error.startswith("resolved 2 names (1 by address, 1 without an answer)")
    assert "asking" not in error


def test_interrupted(show):
    """Ctrl-C ends the command at once, by the signal, and leaves the terminal's cursor as it was."""
    ours, theirs = pty.openpty()
    running = show("silent.example", theirs, 30)
    os.close(theirs)
    shown = read_until(ours, "asking for host names")

    running.send_signal(signal.SIGINT)

    assert running.wait(timeout=10) == -signal.SIGINT
    os.close(ours)
    assert CURSOR_HIDDEN not in shown


def test_services_of_a_name_in_brackets(tmp_path, monkeypatch):
    """They are asked for with the brackets and count, as for every name."""
    zone = {"_sip._udp.[a.example]": {"SRV": [[1, 1, 5060, "192.0.2.7"]]}, "a.example": {"A": ["192.0.2.1"]}}
    text = "[e]\ntype = endpoint\n[i]\ntype = identify\nendpoint = e\nmatch = [a.example]\n"
    with NameServer(zone) as server:
        asks = functools.partial(SystemResolver, **resolver_configuration(tmp_path), port=server.port)
        monkeypatch.setattr(hostnames, "SystemResolver", asks, raising=False)
        with AnnouncedResolver() as asking:
            configuration = Configuration.from_files({"pjsip.conf": text}, resolver=asking)

    assert "192.0.2.7/32" in configuration.show_identifies()
    assert "192.0.2.1/32" not in configuration.show_identifies()
