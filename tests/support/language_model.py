r"""The language of ``.conf`` files a second time: the rules as short as they can be written, on bytes.

It shares nothing with ``identify.config.language``, finds no problems, has no limits, and copies without end where
copying is asked for.  What Asterisk doesn't survive (a file that includes itself, a section that inherits from itself
by an addition) it takes as the reader does: the include is skipped, the lines are copied once.
"""

from __future__ import annotations

import fnmatch
import io
import posixpath
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import chain
from typing import NamedTuple

BLANKS = bytes(range(33))
BUFFER = 8191


class InvalidError(Exception):
    """The file isn't valid from here on."""


class Line(NamedTuple):
    """A name and a value, where they stand, and the section that they were inherited from first."""

    name: bytes
    value: bytes
    file: str
    number: int
    template: bytes | None = None


@dataclass
class Section:
    """A section, and where it begins."""

    name: bytes
    file: str
    number: int
    template: bool = False
    lines: list[Line] = field(default_factory=list)


@dataclass
class State:
    """What one file leaves to the next one of a pattern."""

    section: Section | None = None
    depth: int = 0


class Model:
    """Sections of a set of files, read from pjsip.conf on; ``valid`` says whether there are any."""

    def __init__(self, files: Mapping[str, bytes]) -> None:
        self.files = files
        self.sections: list[Section] = []
        self.latest: Section | None = None
        self.valid = True
        try:
            self.read(["pjsip.conf"], State(), mark=True)
        except InvalidError:
            self.valid, self.sections = False, []

    def read(self, opened: list[str], state: State, *, mark: bool) -> None:
        """Read the last file of ``opened``; the others include it."""
        data = self.files[opened[-1]]
        for number, line in buffers(data[3:] if mark and data.startswith(b"\xef\xbb\xbf") else data):
            text = self.text(line, state).strip(BLANKS)
            if text.startswith(b"["):
                state.section = self.latest = self.begin(text, opened[-1], number)
            elif text.startswith(b"#"):
                self.directive(text[1:].decode("latin-1"), opened)
            elif text:
                self.option(text, state.section, opened[-1], number)

    @staticmethod
    def text(line: bytes, state: State) -> bytes:
        """Return a line without comments."""
        kept, keeping, at, free = b"", state.depth == 0, 0, 0
        while at < len(line):
            size = 1
            semicolon = line.find(b";", at)
            if semicolon != at:
                size = (semicolon if semicolon > 0 else len(line)) - at
            elif line[at - 1 : at] == b"\\":
                kept = kept[:-1] if keeping else kept
            elif line[at + 1 : at + 3] == b"--" and line[at + 3 : at + 4] != b"-":
                state.depth = min(state.depth + 1, 128)
                keeping = state.depth == 0 or (keeping and state.depth < 0)
                at = free = at + 3
                continue
            elif line[max(free, at - 2) : at] == b"--":
                state.depth -= 1
                if state.depth == 0:
                    keeping, size = True, 0
            elif state.depth == 0:
                break
            kept += line[at : at + size] if keeping else b""
            at += max(size, 1)
        return kept

    def option(self, text: bytes, section: Section | None, file: str, number: int) -> None:
        """Read an option line."""
        first = 0
        if text.startswith(b"\\"):
            text, first = text[1:], 1
            if not text or text[0] < 33 or text[0] > 127:
                raise InvalidError
        if section is None:
            raise InvalidError
        found = re.compile(rb"(.{%d}[^=]*?)(\+?)=(.*)" % first, re.DOTALL).fullmatch(text)
        name = found[1].rstrip(BLANKS) if found else b""
        if not found or not name:
            return
        value = found[3] if found[2] else found[3].removeprefix(b">")
        for index in reversed(range(len(section.lines)) if found[2] else ()):
            if section.lines[index].name == name:
                whole = (section.lines[index].value + value).strip(BLANKS)
                section.lines[index] = Line(name, whole, file, number)
                return
        section.lines.append(Line(name, value.strip(BLANKS), file, number))

    def begin(self, text: bytes, file: str, number: int) -> Section:
        """Read a section line."""
        found = re.match(rb"\[([^]]*)\](\(([^)]*)\)?)?", text, re.DOTALL)
        if not found or (found[2] and not found[2].endswith(b")")):
            raise InvalidError
        name, begun = found[1], Section(found[1], file, number)
        section = begun
        for option in found[3].split(b",") if found[2] else ():
            if option == b"!":
                section.template = True
            elif option.startswith(b"+"):
                other = next((each for each in self.named(name) if accepts(each, option[1:])), None)
                if other is None:
                    raise InvalidError
                if section is begun:
                    other.lines += begun.lines
                    other.template |= begun.template
                section = other
            else:
                parent = next(self.named(option), None)
                if parent is None:
                    raise InvalidError
                section.lines += [
                    line if line.template is not None else line._replace(template=parent.name)
                    for line in parent.lines
                ]
        if section is begun:
            begun.name = name[:79]
            self.sections.append(begun)
        return section

    def named(self, name: bytes) -> Iterator[Section]:
        """Yield the sections of a name in any case."""
        return (each for each in self.sections if not name or each.name.lower() == name.lower())

    def directive(self, text: str, opened: list[str]) -> None:
        """Read a line that began with ``#``."""
        found = re.match(r"(try)?include(?![^\x00-\x20])[\x00-\x20]*(.*)", text, re.IGNORECASE | re.DOTALL)
        if not found or not found[2]:
            return
        name = found[2]
        if name[1:] and (name[0] + name[-1]) in ('""', "<>"):
            name = name[1:-1]
        names = list(self.meant(name))
        if not names or len(opened) > 10:
            if found[1]:
                return
            raise InvalidError
        state, mark = State(self.latest), True
        for each in names:
            if each in opened or each not in self.files:
                continue
            try:
                self.read([*opened, each], state, mark=mark)
            except InvalidError:
                break
            mark = False

    def meant(self, pattern: str) -> Iterator[str]:
        """Yield the names that a name with at most one pair of braces means, directories too."""
        braces = re.fullmatch(r"(.*)\{(.*)\}(.*)", pattern)
        for each in [braces[1] + part + braces[3] for part in braces[2].split(",")] if braces else [pattern]:
            above = {name[: slash.start()] for name in self.files for slash in re.finditer("/", name)}
            each = posixpath.normpath(each)
            plain = each.replace("[", "[[]") if "]" not in each else each
            plain = re.sub(r"\\(.)", r"[\1]", plain)
            yield from sorted(
                name
                for name in chain(self.files, above)
                if fnmatch.fnmatchcase(name, plain)
                and (name.count("/"), "/." in f"/{name}") == (each.count("/"), "/." in f"/{each}")
            )


def buffers(data: bytes) -> Iterator[tuple[int, bytes]]:
    """Yield the lines of a file as a buffer of 8,192 bytes takes them, each with the number of its line."""
    file, skipping, number = io.BytesIO(data), False, 1
    while piece := file.readline(BUFFER):
        text = piece.partition(b"\0")[0]
        full = len(text) == BUFFER and not text.endswith(b"\n")
        if not full and not skipping:
            yield number, text.removesuffix(b"\n")
        skipping = full
        number += piece.endswith(b"\n")


def accepts(section: Section, conditions: bytes) -> bool:
    """Return whether an addition with these conditions means a section."""
    templates = b"exclude"
    for condition in filter(None, conditions.split(b"&")):
        name, equals, value = condition.partition(b"=")
        if not equals:
            return False
        if name == b"TEMPLATES":
            templates = value
        elif not any(re.search(name, own) and re.search(value, text) for own, text, *_ in section.lines):
            return False
    return {b"exclude": not section.template, b"restrict": section.template}.get(templates, True)
