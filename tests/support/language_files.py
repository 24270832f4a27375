"""Generated ``.conf`` files for the two readers of the language: sections, templates, additions, includes, oddities."""

from __future__ import annotations

import random

from language_model import Model

from identify.config.language.files import GivenFiles
from identify.config.language.reader import read_document
from identify.config.problems import Problems

NAMES = ["a", "b", "c", "A", "k", "", " a", "n" * 79, "n" * 80, "n" * 78 + "é"]
FILES = ["a.conf", "b.conf", "d/1", "d/2", "d/3", "d/e/4", '"q']
PATTERNS = [
    *FILES,
    "d/*",
    "d/*",
    "d/?",
    "d/[12]",
    "{b,a}.conf",
    r"d/\1",
    "*.conf",
    "d/{3,1}",
    "nope",
    "nope/*",
    "d",
]
OPTIONS = ["!", "+", "a", "b", "c", "k", "A", "", "t", "t", " t", "nosuch", "n" * 79, "n" * 80]
FILTERS = [
    "x=1",
    "y=",
    "x",
    "=2",
    "TEMPLATES=include",
    "TEMPLATES=restrict",
    "templates=include",
    "x=1&y=2",
    "z=.",
]
LINES = [
    "x=1",
    "y=2",
    "x = > 3",
    "X=4",
    "y =>5",
    "x+=6",
    "y += , 7",
    "X+=>8",
    "z++=9",
    "x==",
    "=1",
    "junk",
    "+=1",
    "@x=1",
]
LINES += [
    "\\x=1",
    "\\",
    "\\ x=1",
    "\\éx=1",
    "\\=x=1",
    "\\+=1",
    "\\[x]=1",
    "\\#x=1",
    "\\\\x=1",
    "\\@x+=1",
    "x=a\\;b",
    "\\;x=1",
]
COMMENTS = [
    ";--",
    "--;",
    ";",
    "--",
    ";---",
    "--;--;",
    ";--;",
    "\\;",
    "\\;--",
    "--\\;",
    "-",
    "--;--",
    "x=1",
    "y",
    " ",
    "[k]",
]
#: How often each kind of line comes.
KINDS = ["section"] * 7 + ["line"] * 12 + ["include"] * 3 + ["comment"] * 2 + ["odd"]


def generated(seed: int) -> dict[str, bytes]:
    """Return a set of files, always the same for a seed."""
    choose = random.Random(seed)
    files = {"pjsip.conf": _text(choose, choose.randrange(4, 30), main=True)}
    for name in FILES:
        if choose.random() < 0.7:
            files[name] = _text(choose, choose.randrange(0, 9), main=False)
    if choose.random() < 0.02:
        word = choose.choice(["include", "tryinclude"])
        last = choose.randrange(9, 13)
        chain = {f"x{n}": f"[b{n}]\n#{word} x{n + 1}\n[c{n}]\nx={n}\n".encode() for n in range(1, last)}
        files = {"pjsip.conf": b"[a]\n#include x1\nx=1\n", f"x{last}": b"x=0\n[z]\n", **chain}
    return files


def difference(files: dict[str, bytes]) -> str | None:
    """Return how the reader's sections and the places of their lines differ from the model's, None if they are equal."""
    document = read_document(GivenFiles(files), "pjsip.conf", Problems())
    assert document is not None
    ours = [
        (
            _bytes(each.name),
            each.template,
            (each.file, each.line),
            [
                (_bytes(line.name), _bytes(line.value), line.file, line.line, _bytes(line.template))
                for line in each.variables
            ],
        )
        for each in document.sections
    ]
    model = Model(files)
    theirs = [
        (each.name, each.template, (each.file, each.number), list(map(tuple, each.lines)))
        for each in model.sections
    ]
    if (document.valid, ours) == (model.valid, theirs):
        return None
    return f"{files}\nreader {document.valid} {ours}\nmodel  {model.valid} {theirs}"


def _bytes(text: str | None) -> bytes | None:
    return None if text is None else text.encode("utf-8", "surrogateescape")


def _text(choose: random.Random, count: int, *, main: bool) -> bytes:
    # What lines of the main file mean mostly exists: whatever doesn't ends the comparison.
    lines = ["[t](!)", "x=1", "[k]", "y=2", "[b]", "[c](t)", "[a]"] if main and choose.random() < 0.97 else []
    lines += [_line(choose, choose.choice(KINDS), main) for _ in range(count)]
    end = choose.choice(["\n", "\n", "\n", "\r\n"])
    text = end.join(lines) + choose.choice([end, ""])
    return (b"\xef\xbb\xbf" if choose.random() < 0.08 else b"") + text.encode("utf-8", "surrogateescape")


def _line(choose: random.Random, kind: str, main: bool) -> str:
    if kind == "section":
        return _section(choose, main)
    if kind == "include":
        word = (
            choose.choice(["tryinclude"] * 19 + ["include"])
            if main
            else choose.choice(["include", "TryInclude"])
        )
        quotes = choose.choice(["{}"] * 6 + ['"{}"', "<{}>", '"{}', '"{}" x', "'{}'", "{} ; c", "{} --;"])
        return f"#{word} {quotes.format(choose.choice(PATTERNS))}"
    if kind == "comment":
        return "".join(choose.choice(COMMENTS) for _ in range(choose.randrange(1, 6)))
    if kind == "odd":
        return _odd(choose)
    line = choose.choice(LINES if not main or choose.random() < 0.05 else LINES[:14])
    return line + choose.choice([""] * 12 + [" ;c", " ;-- c --;", " ;--", " --; c", "\0z", "\t"])


def _section(choose: random.Random, main: bool) -> str:
    name = choose.choice(NAMES[: 10 if not main or choose.random() < 0.1 else 5])
    if choose.random() < 0.35:
        return f"[{name}]"
    options = []
    for _ in range(choose.choice([1, 1, 1, 2, 2, 3])):
        option = choose.choice(OPTIONS if not main or choose.random() < 0.03 else OPTIONS[:5] + ["t", "t"])
        if option == "+" and choose.random() < 0.4:
            option += choose.choice(
                FILTERS if not main or choose.random() < 0.1 else ["TEMPLATES=include", "=", "x="]
            )
        options.append(option)
    broken = choose.random() < (0.004 if main else 0.06)
    tail = choose.choice([""] * 8 + [" x", "(u)", " ; c"])
    return f"[{name}" if broken else f"[{name}]({','.join(options)}){tail}"


def _odd(choose: random.Random) -> str:
    size = choose.choice([8187, 8188, 8189, 8190, 8191, 8192, 16381, 16382, 16383])
    head = choose.choice(["x=1", ";-- ", "--; ", "[k]", "[b", "x=1\0", "\0", "y=é"])
    tail = choose.choice(["", "", "x=2", "\0x=3", " --;", "[c]"])
    middle = choose.choice(["y", "y", " ", "é"])
    line = head + middle * (size - len(head.encode()) - len(tail)) + tail
    return (
        line
        if choose.random() < 0.5
        else head + choose.choice(["\x0b", "\x7f", "\u2028", "\r", "\udcff"]) + tail
    )
