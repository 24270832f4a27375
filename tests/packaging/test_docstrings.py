"""The examples in docstrings print what they say."""

from __future__ import annotations

import doctest
import importlib

import pytest
from consoles import ROOT

MODULES = [
    ".".join(path.relative_to(ROOT).with_suffix("").parts)
    for path in sorted((ROOT / "identify").rglob("*.py"))
    if ">>> " in path.read_text(encoding="utf-8")
]


def test_there_are_examples() -> None:
    """The modules that are pure functions of text have examples."""
    assert {"identify.strings", "identify.addresses", "identify.identifiers"} <= set(MODULES)


@pytest.mark.parametrize("name", MODULES)
def test_examples_in_docstrings(name: str) -> None:
    """Each example of a module gives what stands under it."""
    found = doctest.testmod(importlib.import_module(name))

    assert found.attempted > 0
    assert found.failed == 0
