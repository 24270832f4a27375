"""Each identifier is written twice, readable and compiled, and each of the two names the other."""

from __future__ import annotations

import importlib
import re
from pathlib import Path

import pytest

from identify.identifiers import NAMES

DECISION = Path(__file__).parents[2] / "_ext" / "decision"
NAMED_ENDPOINTS = ("username", "auth_username", "anonymous")

#: Module and function of the readable side, file and function of the compiled one.
TWINS = [
    (
        f"identify.explanation.{'named_endpoints' if name in NAMED_ENDPOINTS else name}",
        name,
        "_decide.pyx",
        f"decide_{name}",
    )
    for name in NAMES
] + [
    (
        "identify.explanation.transport_section",
        "transport_section",
        "_matcher.pyx",
        "Matcher.transport_section",
    )
]


def compiled_docstring(file: str, name: str) -> str | None:
    """Return the docstring of a function in a Cython source, empty if it has none; None if there is no function."""
    text = (DECISION / file).read_text(encoding="utf-8")
    function = re.escape(name.rpartition(".")[2])
    found = re.search(
        rf'^ *(?:def|cdef|cpdef) (?:[^\n(]* )?\*?{function}\([^)]*\)[^\n:]*:\n(?: *"""(.*?)""")?',
        text,
        re.MULTILINE | re.DOTALL,
    )
    return None if found is None else found[1] or ""


@pytest.mark.parametrize(("module", "function", "file", "compiled"), TWINS)
def test_the_readable_one_names_its_twin(module: str, function: str, file: str, compiled: str) -> None:
    """The function that explains an identifier says which compiled function decides it, and that one exists."""
    docstring = getattr(importlib.import_module(module), function).__doc__

    assert f"Twin: ``{compiled}`` in ``_ext/decision/{file}``." in docstring
    assert compiled_docstring(file, compiled) is not None


@pytest.mark.parametrize(("module", "function", "file", "compiled"), TWINS)
def test_the_compiled_one_names_its_twin(module: str, function: str, file: str, compiled: str) -> None:
    """The compiled function of an identifier says which function explains it."""
    assert f"Twin: ``{module}.{function}``." in (compiled_docstring(file, compiled) or "")
