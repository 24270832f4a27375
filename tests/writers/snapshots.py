"""What the command prints for help and for typical mistakes, as files; a test compares, ``make examples`` writes them.

A file of ``tests/commands/snapshots`` has commands, each after ``$ ``, and below each its exit status and both outputs.
To add one, write its line into a file and run ``make examples``.  The help of every command is listed by itself.

Commands run in a folder that is made for them, in this process; those with ``<``, ``>`` or ``|`` run in a shell.
``WITHOUT=NAME`` before a command hides a package from it, other assignments are its environment.
"""

from __future__ import annotations

import contextlib
import gzip
import os
import re
import shlex
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path

import click
from click.testing import CliRunner
from consoles import ROOT

from identify.commands.main import ListedCommand, sip_identify

FOLDER = ROOT / "tests" / "commands" / "snapshots"
#: What would change the output of a command, wherever it runs.
UNSET = ("NO_COLOR", "FORCE_COLOR", "TERM", "COLUMNS", "LINES")
ENVIRONMENT = {"COLUMNS": "80", "TERM": "xterm"}

BROKEN = """\
[trunk]
type = endpoint
alow = ulaw

[trunk-addresses]
type = identify
endpoint = trunk
match = 198.51.100.300
"""
#: Many sources with long names, so that tables are wide.
WIDE = """\
[{id}]
type = endpoint
identify_by = username,ip

[{id}-addresses]
type = identify
endpoint = {id}
match = 192.0.2.{number}
"""


def commands() -> Iterator[tuple[str, ...]]:
    """Yield the words of every command, first those of the whole."""

    def below(group: click.Group, words: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
        yield words
        for name, listed in sorted(group.commands.items()):
            command = listed.load() if isinstance(listed, ListedCommand) else listed
            if isinstance(command, click.Group):
                yield from below(command, (*words, name))
            else:
                yield (*words, name)

    return below(sip_identify, ("sip-identify",))


def snapshots() -> dict[Path, list[str]]:
    """Return the commands of each file."""
    found = {
        path: re.findall(r"^\$ (.*)$", path.read_text(encoding="utf-8"), re.MULTILINE)
        for path in sorted(FOLDER.glob("*.txt"))
        if not path.name.startswith("help")
    }
    helps = [shlex.join([*words, "--help"]) for words in commands()]
    return {
        FOLDER / "help.txt": helps,
        FOLDER / "help-narrow.txt": [f"COLUMNS=60 {line}" for line in helps[:1]]
        + ["COLUMNS=60 sip-identify simulate --help", "COLUMNS=40 sip-identify explain --help"],
        **found,
    }


def written(typed: list[str]) -> str:
    """Return the text of a file with these commands."""
    return "\n".join(f"$ {line}\n{ran(line)}" for line in typed)


def ran(typed: str) -> str:
    """Return what a command does: its exit status, then what it prints."""
    assignments, words = [], shlex.split(typed)
    while "=" in words[0] and words[0].partition("=")[0].isidentifier():
        assignments.append(words.pop(0).partition("=")[::2])
    environment = {**ENVIRONMENT, **dict(assignments)}
    hidden = environment.pop("WITHOUT", None)
    if hidden is not None:
        code = f"import sys; sys.modules[{hidden!r}] = None; from identify.commands.main import main; main()"
        status, output, errors = _in_shell(typed.partition(" ")[2], ["-c", code], environment)
    elif any(word in ("|", "<") or word.endswith(">") for word in words):
        status, output, errors = _in_shell(typed, ["-m", "identify.commands"], environment)
    else:
        status, output, errors = _in_process(words[1:], environment)
    return f"exit status {status}\n{_block('standard output', output)}{_block('standard error', errors)}"


@contextlib.contextmanager
def folder() -> Iterator[Path]:
    """Work in a new folder with a configuration, a message and traffic, and with files that are mistakes."""
    before = Path.cwd()
    with tempfile.TemporaryDirectory() as name:
        made = Path(name)
        example = ROOT / "examples" / "outbound-proxy"
        for path in (example / "pjsip.conf", example / "traffic.pcap", example / "requests" / "invite.sip"):
            shutil.copyfile(path, made / path.name)
        invite = (made / "invite.sip").read_bytes()
        written = {
            "empty": b"",
            "lines.sip": invite.replace(b"\r\n", b"\n"),
            "blanks.sip": b"  \r\n" + invite,
            "other.conf": (made / "pjsip.conf").read_bytes().replace(b"192.168.0.1", b"192.168.0.9"),
            "broken.conf": BROKEN.encode(),
            "comments.conf": b"; nothing yet\n",
            "words.conf": b"this is a text\nabout something else\n",
            "binary.conf": bytes(range(256)),
            "traffic.pcap.gz": gzip.compress((made / "traffic.pcap").read_bytes(), mtime=0),
            "wide.conf": "".join(
                WIDE.format(id=f"a-provider-with-a-long-name-{number}", number=number) for number in (1, 2)
            ).encode(),
            "expected.jsonl": b'{"traffic": "traffic.pcap", "frame": 1, "expect": "nobody"}\n',
            "array.json": b"[1, 2]\n",
        }
        for file, content in written.items():
            (made / file).write_bytes(content)
        (made / "folder").mkdir()
        (made / "loop").symlink_to("loop")
        os.chdir(made)
        try:
            yield made
        finally:
            os.chdir(before)


def _in_process(arguments: list[str], environment: Mapping[str, str]) -> tuple[int, str, str]:
    variables = {**dict.fromkeys(UNSET), **environment}
    result = CliRunner().invoke(sip_identify, arguments, prog_name="sip-identify", env=variables)
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result.exit_code, result.stdout, result.stderr


def _in_shell(typed: str, python: list[str], environment: Mapping[str, str]) -> tuple[int, str, str]:
    inherited = {name: value for name, value in os.environ.items() if name not in UNSET}
    command = shlex.join([sys.executable, *python])
    result = subprocess.run(
        ["/bin/bash", "-c", typed.replace("sip-identify", command, 1)],
        env={**inherited, "PYTHONPATH": str(ROOT), **environment},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    return result.returncode, result.stdout, result.stderr


def _block(title: str, text: str) -> str:
    """Return an output under its title, controls of terminals as escapes; nothing if it is empty."""
    if not text:
        return ""
    visible = text.replace("\x1b", "\\x1b")
    lines = [f"  {line}".rstrip() for line in visible.split("\n")]
    if not lines[-1]:
        lines.pop()
    return "\n".join([f"{title}:", *lines]) + "\n"


if __name__ == "__main__":
    with folder():
        for path, typed in snapshots().items():
            path.write_text(written(typed), encoding="utf-8")
