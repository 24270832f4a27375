"""Who asks nobody: neither a socket is used nor dnspython imported unless a resolver is given and there is a name."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

#: Ends the process at the first use of the network, whichever part of Python or of a library it is.
GUARD = """
import os, sys
def guard(event, arguments):
    if event.startswith("socket.") and event != "socket.gethostname" or event == "subprocess.Popen":
        sys.stderr.write(f"{event} {arguments}\\n")
        sys.stderr.flush()
        os._exit(99)
sys.addaudithook(guard)
"""

NAMES = "[u]\ntype=transport\nbind=0.0.0.0\n[e]\ntype=endpoint\n[i]\ntype=identify\nendpoint=e\nmatch=sip.provider.example,192.0.2.1\n"
NO_NAMES = "[e]\ntype=endpoint\n[i]\ntype=identify\nendpoint=e\nmatch=192.0.2.1\n"


def run(code, *arguments, **environment):
    """Run a program under the guard; return what it printed."""
    ran = subprocess.run(
        [sys.executable, "-c", GUARD + code, *map(str, arguments)],
        env={**os.environ, "PYTHONPATH": str(ROOT), **environment},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr
    return ran.stdout


@pytest.fixture
def config(tmp_path):
    """A configuration with a name, and a hosts file that has it."""
    (tmp_path / "pjsip.conf").write_text(NAMES)
    (tmp_path / "hosts").write_text("198.51.100.7 sip.provider.example\n")
    return tmp_path


COMMAND = """
from identify.commands.main import main
sys.argv[0] = "sip-identify"
main()
"""


def test_the_guard_guards():
    """A query for a name ends the guarded process."""
    for call in (
        "import socket; socket.getaddrinfo('sip.provider.example', 5060)",
        "import socket; socket.socket()",
    ):
        ran = subprocess.run(
            [sys.executable, "-c", GUARD + call], capture_output=True, timeout=60, check=False
        )
        assert ran.returncode == 99


def test_library(config):
    """Reading a configuration asks nobody by default, and the name isn't known."""
    code = "from identify import Configuration; print(len(Configuration.from_path(sys.argv[1]).unknowns))"

    assert run(code, config) == "1\n"


def test_files_of_names(config):
    """A hosts file and a lock file of it ask nobody either, and don't need dnspython."""
    code = """
from identify import Configuration, HostsFile
print(len(Configuration.from_path(sys.argv[1], resolver=HostsFile(sys.argv[2])).identifies), "dns" in sys.modules)
"""

    assert run(code, config, config / "hosts") == "1 False\n"


@pytest.mark.parametrize("names", [True, False])
def test_dnspython_is_imported_for_names_only(config, names):
    """A resolver with nothing to ask loads neither dnspython nor asyncio; with a name, the guard ends it."""
    code = """
from identify import Configuration, SystemResolver
Configuration.from_files({"pjsip.conf": sys.argv[1]}, resolver=SystemResolver())
print("dns" in sys.modules, "asyncio" in sys.modules)
"""
    if not names:
        assert run(code, NO_NAMES) == "False False\n"
        return
    ran = subprocess.run(
        [sys.executable, "-c", GUARD + code, NAMES], cwd=ROOT, capture_output=True, timeout=60, check=False
    )
    assert ran.returncode == 99


def test_command_with_files(config):
    """The command asks nobody with a file of names."""
    shown = run(COMMAND, "resolve", config, "--names", config / "hosts")

    assert "gives 198.51.100.7" in shown


@pytest.mark.parametrize(
    ("line", "offered"),
    [
        ("sip-identify resolve --", "plain,--lock"),
        ("sip-identify explain {config} --transport-section ", "plain,u"),
    ],
)
def test_completion(config, line, offered):
    """Completing options and ids asks nobody, though the configuration with the name is read."""
    line = line.format(config=config)
    words = line.split(" ")
    environment = {
        "_SIP_IDENTIFY_COMPLETE": "bash_complete",
        "COMP_WORDS": line,
        "COMP_CWORD": str(len(words) - 1),
    }

    assert offered in run(COMMAND, **environment).splitlines()
