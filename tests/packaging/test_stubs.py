"""The stubs of the compiled classes that users import: editors show the texts that help() shows."""

from __future__ import annotations

import ast
import importlib
import inspect

import pytest
from consoles import ROOT

CLASSES = {
    "_request": ["Request"],
    "_request_parts": ["Uri", "Authorization"],
    "_matcher": ["Matcher"],
    "_indices": ["Indices"],
}


@pytest.mark.parametrize("module", CLASSES)
def test_docstrings_of_stubs(module: str) -> None:
    """Each class and each of its public members has the same docstring in the stub as at run time, in the first form."""
    compiled = importlib.import_module(f"identify._compiled.{module}")
    tree = ast.parse((ROOT / "identify" / "_compiled" / f"{module}.pyi").read_text(encoding="utf-8"))
    found = [node for node in tree.body if isinstance(node, ast.ClassDef) and node.name in CLASSES[module]]
    assert [node.name for node in found] == CLASSES[module]
    for node in found:
        cls = getattr(compiled, node.name)
        assert ast.get_docstring(node) == inspect.cleandoc(cls.__doc__)
        stubs: dict[str, str | None] = {}
        for member in node.body:
            if isinstance(member, ast.FunctionDef) and not member.name.startswith("_"):
                stubs.setdefault(member.name, ast.get_docstring(member))
        texts = {name: getattr(cls, name).__doc__ for name in stubs}
        assert stubs == {name: text and inspect.cleandoc(text) for name, text in texts.items()}
