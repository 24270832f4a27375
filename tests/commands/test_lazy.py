"""The command starts at once: what is imported for which call, counted in modules."""

from __future__ import annotations

import inspect
import os
import subprocess
import sys

import pytest
from consoles import ROOT

from identify.commands.main import sip_identify

#: Prints the modules of ours that a call has loaded, whatever it printed itself.
CALL = """
import atexit, os, sys
atexit.register(lambda: os.write(2, " ".join(sorted(name for name in sys.modules if name.startswith(PREFIXES))).encode()))
PREFIXES = ("identify", "rich.", "zoneinfo", "asyncio", "multiprocessing", "dns")
from identify.commands.main import main
sys.argv[0] = "sip-identify"
main()
"""
#: What only the command that needs it may load.
ELSEWHERE = ("identify.traffic", "identify.simulation", "identify.measuring", "identify.report")


def loaded(*arguments, **environment):
    """Return the modules that a call of the command has loaded in a process of its own."""
    ran = subprocess.run(
        [sys.executable, "-c", CALL, *arguments],
        cwd=ROOT / "examples" / "outbound-proxy",
        # All of this process's: a sanitized build needs its runtime loaded first.
        env={**os.environ, "PYTHONPATH": str(ROOT), **environment},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr
    return set(ran.stderr.split("\n")[-1].split())


def completing(line):
    """Return the modules that are loaded to complete the last word of a line in bash."""
    return loaded(
        _SIP_IDENTIFY_COMPLETE="bash_complete", COMP_WORDS=line, COMP_CWORD=str(len(line.split(" ")) - 1)
    )


def commands(modules):
    """Return those of some modules that belong to one command each."""
    return {
        name
        for name in modules
        if name.startswith(
            ("identify.commands.ask.", "identify.commands.traffic.", "identify.commands.sources.")
        )
    }


def test_import_of_the_entry():
    """Importing the entry loads a handful of modules of ours, and no command."""
    code = "import identify.commands.main, sys; print(*(name for name in sys.modules if name.startswith('identify')))"
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert len(ran.stdout.split()) <= 25
    assert commands(ran.stdout.split()) == set()


@pytest.mark.parametrize("name", sip_identify.commands)
def test_listed_help(name):
    """The line of each command in the list is the first paragraph of the command's own help."""
    listed = sip_identify.commands[name]
    command = listed.load()

    first = inspect.cleandoc(command.help).split("\n\n")[0].replace("\n", " ")
    assert (listed.name, listed.help) == (command.name, first)
    assert listed.get_short_help_str(80) == command.get_short_help_str(80)


@pytest.mark.parametrize("group", [sip_identify, sip_identify.commands["show"].load()], ids=["all", "show"])
def test_lists_have_one_line_for_each_command(group):
    """On a terminal of 80 columns each command in a list of commands has one line: names, text and frame fit."""
    names = max(map(len, group.commands))

    for command in group.commands.values():
        text = inspect.cleandoc(command.help).split("\n\n")[0].replace("\n", " ")
        assert len("│ ") + names + len("   ") + len(text) + len(" │") <= 80, text


@pytest.mark.parametrize("arguments", [("--version",), ("--help",), ("-h",)])
def test_group_alone(arguments):
    """What the group answers by itself loads no command."""
    assert commands(loaded(*arguments)) == set()


def test_completion_of_a_command_name():
    """Completing the name of a command loads no command, and nothing that draws."""
    found = completing("sip-identify ex")

    assert commands(found) == set()
    assert not {name for name in found if name.startswith("rich.")}


@pytest.mark.parametrize(
    ("line", "module"),
    [
        ("sip-identify explain --tra", "identify.commands.ask.explain"),
        ("sip-identify show ident", "identify.commands.ask.show"),
        ("sip-identify bench --se", "identify.commands.ask.bench"),
        ("sip-identify simulate --ag", "identify.commands.traffic.simulate"),
        ("sip-identify verify --zo", "identify.commands.traffic.verify"),
        ("sip-identify resolve --ch", "identify.commands.sources.resolve"),
    ],
)
def test_completion_of_options(line, module):
    """Completing options loads the module of that command only, and neither engine nor readers nor reports."""
    found = completing(line)

    others = {
        *(f"identify.commands.traffic.{name}" for name in ("options", "modes", "files")),
        *(f"identify.commands.ask.{name}" for name in ("received", "given", "chosen")),
    }
    assert commands(found) - others == {module}
    heavy = {"identify.engine", "identify.configuration", "identify.traffic.opening", "identify.report", "zoneinfo",
             "identify.simulation.simulation", "identify.measuring.measurement", "rich.progress", "asyncio", "multiprocessing", "dns"}  # fmt: skip
    assert heavy & found == set()


@pytest.mark.parametrize(
    "arguments",
    [
        ("show", "identifies", "pjsip.conf"),
        ("show", "problems", "pjsip.conf"),
        ("explain", "pjsip.conf", "-m", "requests/invite.sip", "-s", "192.168.0.1"),
    ],
)
def test_questions_load_no_traffic(arguments):
    """Asking about a configuration loads neither traffic nor simulation nor what measures."""
    found = loaded(*arguments)

    # Whether a text was pasted is asked before any reader.
    small = {"identify.traffic", "identify.traffic.texts", "identify.traffic.texts.pasted"}
    assert {name for name in found if name.startswith(ELSEWHERE)} <= small


@pytest.mark.parametrize("options", [(), ("--offline",), ("--release", "23")])
def test_no_names_load_no_dns(options):
    """A configuration without names, and one of which nobody is to be asked, load nothing that asks."""
    found = loaded("show", "problems", "pjsip.conf", *options)

    assert {name for name in found if name.partition(".")[0] == "dns"} == set()


def test_show_needs_no_engine():
    """Showing a configuration doesn't load what compiles and asks it."""
    assert "identify.engine" not in loaded("show", "identifies", "pjsip.conf")
