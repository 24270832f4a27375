"""Console blocks of Markdown: commands of ours with what they print; tests run them, ``make examples`` writes them.

Only ``sip-identify`` commands are known; each runs in the folder of its document.
"""

from __future__ import annotations

import contextlib
import os
import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import attrs
from click.testing import CliRunner

from identify.commands.main import sip_identify

ROOT = Path(__file__).parents[2]
DOCUMENTS = sorted([ROOT / "README.md", *ROOT.glob("examples/*/README.md"), *ROOT.glob("docs/**/*.md")])
BLOCK = re.compile(r"(?P<before>^```console\n)(?P<body>.*?)(?P<after>^```$)", re.MULTILINE | re.DOTALL)


@attrs.frozen
class Console:
    """One command as it is typed, continued lines joined, and what the document says that it prints."""

    document: Path
    typed: str
    output: str

    @property
    def arguments(self) -> list[str]:
        """Return the command's arguments."""
        program, *arguments = shlex.split(self.typed.replace("\\\n", " "))
        if program != "sip-identify":
            raise ValueError(f"{self.document}: only sip-identify can be shown, not {program!r}")
        return arguments

    def run(self) -> str:
        """Return what the command prints."""
        with _inside(self.document.parent):
            result = CliRunner().invoke(sip_identify, self.arguments, prog_name="sip-identify")
        if result.exception is not None and not isinstance(result.exception, SystemExit):
            raise result.exception
        return result.output


def consoles(document: Path) -> list[Console]:
    """Return the commands that a document shows."""
    found = []
    for block in BLOCK.finditer(document.read_text(encoding="utf-8")):
        found += [Console(document, typed, output) for typed, output in _commands(block["body"])]
    return found


def rewritten(document: Path) -> str:
    """Return the document's text with what its commands print now."""

    def block(found: re.Match[str]) -> str:
        shown = [Console(document, typed, output) for typed, output in _commands(found["body"])]
        return (
            found["before"]
            + "".join(f"$ {console.typed}\n{console.run()}" for console in shown)
            + found["after"]
        )

    return BLOCK.sub(block, document.read_text(encoding="utf-8"))


def _commands(body: str) -> list[tuple[str, str]]:
    """Split a block into commands and outputs; a command begins with ``$ `` and may end lines with a backslash."""
    found = []
    for part in re.split(r"^\$ ", body, flags=re.MULTILINE)[1:]:
        typed = re.match(r"(?:.*\\\n)*.*\n", part)[0]
        found.append((typed.removesuffix("\n"), part[len(typed) :]))
    return found


@contextlib.contextmanager
def _inside(folder: Path) -> Iterator[None]:
    """Work in a folder (``contextlib.chdir`` is newer than Python 3.10)."""
    before = Path.cwd()
    os.chdir(folder)
    try:
        yield
    finally:
        os.chdir(before)


if __name__ == "__main__":
    for document in DOCUMENTS:
        document.write_text(rewritten(document), encoding="utf-8")
