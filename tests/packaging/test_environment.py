"""The development environment: whose package ``identify`` is, what importing it costs, what it exports."""

from __future__ import annotations

import ast
import importlib
import importlib.metadata
import os
import pkgutil
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from consoles import ROOT

import identify

#: A development install finds modules of the package wherever it is imported from; users have none.
WITHOUT_DEVELOPMENT_INSTALL = """
import sys
sys.meta_path[:] = [one for one in sys.meta_path if not one.__module__.startswith("__editable__")]
"""
TAKEN = {"cli", "extensions", "identify", "interpreters", "vendor"}


def run(code: str, folder: Path = ROOT) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, cwd=folder, check=False
    )


def test_nobody_else_owns_the_package() -> None:
    """PyPI's "identify", which pre-commit depends on, isn't installed here."""
    assert set(importlib.metadata.packages_distributions()["identify"]) == {"sip-identify"}


def test_version_is_the_distributions() -> None:
    """The version stands in one place only."""
    assert identify.__version__ == importlib.metadata.version("sip-identify")


def test_no_module_has_a_name_that_is_taken() -> None:
    """No module is called as one of PyPI's "identify" is, so that neither overwrites the other's."""
    names = {one.name.rpartition(".")[2] for one in pkgutil.walk_packages(identify.__path__, "identify.")}

    assert names
    assert not names & TAKEN


def test_every_public_name_is_in_a_module_too() -> None:
    """Each name of the package can be imported from a submodule, whoever owns ``identify/__init__.py``."""
    tree = ast.parse((ROOT / "identify" / "__init__.py").read_text(encoding="utf-8"))
    imported = {
        alias.name: node.module
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and node.module
        for alias in node.names
    }

    assert set(identify.__all__) == {*imported, "__version__"}
    assert "identify" not in identify.__all__
    for name, module in imported.items():
        assert getattr(importlib.import_module(module), name) is getattr(identify, name)


def test_import_is_light() -> None:
    """Importing the package imports nothing of the command line."""
    ran = run("import identify, sys; print(*sorted({name.partition('.')[0] for name in sys.modules}))")

    assert ran.returncode == 0, ran.stderr
    assert not {"rich", "rich_click", "click", "argparse", "asyncio", "hypothesis"} & set(ran.stdout.split())


def test_no_wheel_without_compiled_modules() -> None:
    """The build that compiles nothing, which editable installs use, makes no wheel."""
    ran = subprocess.run(
        [sys.executable, "setup.py", "bdist_wheel"],
        capture_output=True,
        text=True,
        cwd=ROOT,
        env={**os.environ, "IDENTIFY_BUILD": "none"},
        check=False,
    )

    assert ran.returncode != 0
    assert "is for editable installs" in ran.stderr


@pytest.mark.parametrize(
    "module", sorted(path.stem for path in (ROOT / "identify" / "_compiled").glob("_*.pyi"))
)
def test_missing_compiled_module_says_how_to_build(tmp_path: Path, module: str) -> None:
    """Without a compiled module the package can't be imported, and the error has the remedy."""
    shutil.copytree(ROOT / "identify", tmp_path / "identify", ignore=shutil.ignore_patterns(f"{module}.*.so"))

    ran = run(
        f"{WITHOUT_DEVELOPMENT_INSTALL}import identify.configuration, identify.traffic, identify.simulation",
        tmp_path,
    )

    assert ran.returncode != 0
    last = ran.stderr.strip().split("\n")[-1]
    assert last.startswith(
        f"ImportError: the compiled module identify._compiled.{module} of sip-identify is missing"
    )
    assert "python -m pip install ." in last
