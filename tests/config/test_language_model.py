"""The reader of the language and a second model of it read generated files alike."""

from __future__ import annotations

import gzip
import json
import random
from base64 import b64decode
from collections import Counter
from pathlib import Path

import pytest
from language_files import difference, generated
from language_model import Model

CONFIGURATIONS = Path(__file__).parent.parent / "data" / "oracle" / "corpus-configurations.jsonl.gz"


@pytest.mark.parametrize("part", range(3))
def test_generated_files(part: int) -> None:
    """Sections, their lines with the places and the validity of a thousand sets of files are equal."""
    assert [
        found for seed in range(part * 1_000, part * 1_000 + 1_000) if (found := difference(generated(seed)))
    ] == []


def test_recorded_files() -> None:
    """So are those of all files that Asterisk was recorded with."""
    with gzip.open(CONFIGURATIONS, "rt", encoding="utf-8") as lines:
        configs = [json.loads(line)["config"] for line in lines]
    files = [
        {
            name: b64decode(text["b64"]) if isinstance(text, dict) else text.encode()
            for name, text in config.items()
        }
        for config in configs
    ]

    assert len(files) > 500
    assert [found for each in files if "pjsip.conf" in each and (found := difference(each))] == []


def test_values_that_grow() -> None:
    """Values of any length that ``+=`` continues, before and after sections inherit them or filters look at them."""
    pieces = [b"x+=%s" % (b"y" * size) for size in (1, 30, 63, 64)] + [
        b"x+= \xc3\xa9 z",
        b"x+=",
        b"X+=>1",
        b"x=a",
    ]
    others = [b"[k](+)", b"[h](k)", b"[h](+,k)", b"[h](+x=y)", b"[k](+x=yyy$)", b"[h](!,k)", b"[t](+)"]
    found = []
    for seed in range(300):
        choose = random.Random(seed)
        lines = [choose.choice(pieces if choose.random() < 0.7 else others) for _ in range(40)]
        text = b"\n".join([b"[k]", b"x=y", b"[t]", b"x=yyy", b"[h](k)", *lines, b""])
        found.append(difference({"pjsip.conf": text}))

    assert list(filter(None, found)) == []


@pytest.mark.parametrize(
    ("text", "changed"),
    [
        (b"[a]\nx=1\n", b"[a]\n\nx=1\n"),
        (b"[a]\nx=1\n", b"\n[a]\nx=1\n"),
        (b"[t](!)\nx=1\n[u](!)\n[a](t,u)\n", b"[u](!)\n[t](!)\nx=1\n[a](u,t)\n"),
        (b"[t](!)\nx=1\n[u](!,t)\n[a](u)\n", b"[u](!)\nx=1\n[t](!,u)\n[a](t)\n"),
    ],
)
def test_places_are_compared(text: bytes, changed: bytes) -> None:
    """The model has the line number of a line and of a section, and the template that a line first comes from."""
    files, others = {"pjsip.conf": text}, {"pjsip.conf": changed}

    assert difference(files) is difference(others) is None
    assert Model(files).sections[-1] != Model(others).sections[-1]


def test_what_is_generated() -> None:
    """Most files are valid, and they have all that makes the language odd: otherwise equality would say little."""
    seen: Counter[str] = Counter()
    for seed in range(400):
        files = generated(seed)
        model = Model(files)
        seen["valid"] += model.valid
        seen["lines"] += sum(len(section.lines) for section in model.sections)
        seen["templates"] += sum(section.template for section in model.sections)
        lines = [line for section in model.sections for line in section.lines]
        seen["inherited lines"] += any(line.template is not None for line in lines)
        seen["lines of other files"] += any(line.file != "pjsip.conf" for line in lines)
        text = b"\n".join(files.values())
        for mark in (
            b"(+,",
            b"(+)",
            b"#include",
            b"#tryinclude",
            b";--",
            b"--;",
            b"+=",
            b"\0",
            b"\xef\xbb\xbf",
            b"\n\\",
        ):
            seen[repr(mark)] += mark in text
        seen["long lines"] += any(len(line) > 8_180 for line in text.split(b"\n"))

    assert seen["valid"] > 300
    assert seen["lines"] > 2_000
    assert seen["templates"] > 400
    assert min(seen.values()) > 20, seen
