"""The rules on who may know whom: this tree keeps to them, and each planted offence is found."""

from __future__ import annotations

from pathlib import Path

import layers
import pytest

TEXTS = layers.read(Path(layers.__file__).parents[1])


def planted(path: str, line: str) -> dict[str, str]:
    """Return the files of this tree with a line added to one of them."""
    assert path in TEXTS
    return {**TEXTS, path: f"{TEXTS[path]}\n{line}\n"}


def test_this_tree_keeps_to_the_order() -> None:
    """Nobody knows what stands below it, and nothing leads back to itself."""
    assert list(layers.layers(TEXTS)) == []
    assert list(layers.circles(TEXTS)) == []


def test_imports_are_seen() -> None:
    """Most files know others, so an empty list of offences isn't an empty list of imports."""
    assert len(list(layers.edges(TEXTS))) > 500


@pytest.mark.parametrize(
    ("path", "line", "known"),
    [
        ("identify/model.py", "from identify.engine import Engine", "identify/engine.py"),
        ("identify/strings.py", "import identify.configuration", "identify/configuration.py"),
        (
            "identify/engine.py",
            "def f():\n    from identify.traffic import batch",
            "identify/traffic/batch.py",
        ),
        ("identify/addresses.py", "import_module('identify.commands.main')", "identify/commands/main.py"),
        ("identify/strings.py", "from identify._compiled import _regex", "_ext/expressions/_regex.pyx"),
        ("_ext/decision/_decide.pyx", "from identify.engine import Engine", "identify/engine.py"),
    ],
)
def test_import_against_the_order_of_the_package(path: str, line: str, known: str) -> None:
    """Plain, lazy, by name, from Python and from Cython: an import of a part below is reported with its place."""
    number = TEXTS[path].count("\n") + 2 + line.count("\n")

    found = list(layers.layers(planted(path, line)))

    assert found == [f"{path}:{number}: knows {known}, which stands below it in CONTRIBUTING.md"]


@pytest.mark.parametrize(
    ("path", "line", "known"),
    [
        ("_ext/base/_block.pyx", "from identify._compiled._uri cimport Uri", "_ext/message/_uri.pyx"),
        ("_ext/base/_block.pxd", "from identify._compiled._tables cimport part", "_ext/tables/_tables.pxd"),
        (
            "_ext/addresses/_addresses.pyx",
            "from identify._compiled._matcher import x",
            "_ext/decision/_matcher.pyx",
        ),
        ("_ext/message/_uri.pyx", 'cdef extern from "_arrow.h" nogil:\n    pass', "_ext/batches/_arrow.h"),
        ("_ext/message/_chars.h", '#include "_arrow.h"', "_ext/batches/_arrow.h"),
    ],
)
def test_import_against_the_order_of_the_sources(path: str, line: str, known: str) -> None:
    """A cimport, an import or an include of a source below is reported with its place."""
    number = TEXTS[path].count("\n") + 2

    found = list(layers.layers(planted(path, line)))

    assert found == [f"{path}:{number}: knows {known}, which stands below it in _ext/README.md"]


def test_new_files_must_be_on_the_maps() -> None:
    """A module, and a source, that no row covers is reported."""
    texts = {**TEXTS, "identify/stray.py": "", "_ext/base/_stray.pyx": ""}

    assert list(layers.layers(texts)) == [
        "identify/stray.py: no row of CONTRIBUTING.md's map covers it",
        "_ext/base/_stray.pyx: not on the map of _ext/README.md",
    ]


def test_circle_of_files() -> None:
    """Two files of one part that know each other are reported, whatever the import looks like."""
    texts = planted("identify/explanation/result.py", "from identify.explanation.question import Question")
    texts["identify/explanation/question.py"] += "\nfrom identify.explanation.result import Reason\n"

    found = list(layers.circles(texts))

    assert found[0].startswith("a circle of files: identify/explanation/question.py -> ")
    assert found[0].endswith(" -> identify/explanation/question.py")


def test_circle_of_folders() -> None:
    """Two folders that know each other by different files are a circle too."""
    texts = {
        "identify/a/__init__.py": "",
        "identify/a/b/one.py": "from identify.a.c import one",
        "identify/a/c/one.py": "",
        "identify/a/c/other.py": "from identify.a.b import other",
        "identify/a/b/other.py": "",
    }

    assert list(layers.circles(texts)) == ["a circle of what is in identify/a/: b -> c -> b"]
