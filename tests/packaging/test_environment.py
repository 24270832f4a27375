"""The development environment: whose package ``identify`` is, what importing it costs, what it exports."""

from __future__ import annotations

import ast
import importlib
import importlib.metadata
import json
import os
import pkgutil
import shutil
import subprocess
import sys
from importlib.machinery import EXTENSION_SUFFIXES
from pathlib import Path

import pytest
from consoles import ROOT

import identify

#: A development install finds modules of the package wherever it is imported from; users have none.
WITHOUT_DEVELOPMENT_INSTALL = """
import sys
sys.meta_path[:] = [one for one in sys.meta_path if not one.__module__.startswith("__editable__")]
"""
#: Prints the error of each way to a compiled module: names of the packages, and modules.
IMPORTS = """
for statement in (
    "from identify import Engine",
    "from identify.simulation import Simulation",
    "from identify.traffic import open_traffic",
    "import identify.configuration",
    "import identify.simulation.simulation",
    "import identify; identify.Engine",
):
    try:
        exec(statement)
    except ImportError as error:
        print(error)
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
    names = {
        module.name.rpartition(".")[2] for module in pkgutil.walk_packages(identify.__path__, "identify.")
    }

    assert names
    assert not names & TAKEN


def test_every_public_name_is_in_a_module_too() -> None:
    """Each name of the package can be imported from a submodule, whoever owns ``identify/__init__.py``."""
    imported = told_to_type_checkers("identify")

    assert set(identify.__all__) == {*imported, "__version__"}
    assert "identify" not in identify.__all__
    for name, module in imported.items():
        assert getattr(importlib.import_module(module), name) is getattr(identify, name)


def told_to_type_checkers(package: str) -> dict[str, str]:
    """Return the names that a package's ``__init__`` imports where types are checked, and their modules."""
    path = ROOT.joinpath(*package.split("."), "__init__.py")
    (branch,) = [
        node for node in ast.parse(path.read_text(encoding="utf-8")).body if isinstance(node, ast.If)
    ]
    return {
        alias.name: str(node.module)
        for node in branch.body
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    }


@pytest.mark.parametrize("package", ["identify", "identify.simulation", "identify.traffic"])
def test_lazy_names(package: str) -> None:
    """What type checkers are told is what is imported on first use, is listed, and nothing else is there."""
    module = importlib.import_module(package)
    imported = told_to_type_checkers(package)

    assert set(module.__all__) - {"__version__"} == set(imported)
    assert set(imported) <= set(dir(module))
    for name, home in imported.items():
        assert getattr(module, name) is getattr(importlib.import_module(home), name)
    with pytest.raises(AttributeError, match=f"module '{package}' has no attribute 'Nothing'"):
        _ = module.Nothing


def test_import_is_light() -> None:
    """Importing the package imports nothing of the command line, and of its own modules three small ones."""
    ran = run("import identify, sys; print(*sys.modules)")

    assert ran.returncode == 0, ran.stderr
    loaded = set(ran.stdout.split())
    assert not {"rich", "click", "argparse", "asyncio", "hypothesis", "attrs"} & loaded
    assert {name for name in loaded if name.startswith("identify.")} == {
        "identify.importing",
        "identify.version",
    }


def test_import_of_one_name() -> None:
    """Asking for the engine loads neither the simulation nor the readers of traffic."""
    ran = run("from identify import Engine; import sys; print(*sys.modules)")

    assert ran.returncode == 0, ran.stderr
    loaded = {
        name for name in ran.stdout.split() if name.startswith(("identify.simulation", "identify.traffic"))
    }
    assert loaded == set()


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


COMPILED = sorted(path.stem for path in (ROOT / "identify" / "_compiled").glob("_*.pyi"))
#: Takes each compiled module away in turn, and imports without it in a process of its own; prints a line of JSON each.
WITHOUT_EACH = f"""
import contextlib, io, json, os, pathlib
{WITHOUT_DEVELOPMENT_INSTALL}
for path in sorted(pathlib.Path("identify/_compiled").glob("*.so")):
    path.rename(path.with_suffix(".away"))
    if not os.fork():
        printed = io.StringIO()
        with contextlib.redirect_stdout(printed):
            exec(IMPORTS)
        print(json.dumps([path.name.partition(".")[0], printed.getvalue()]), flush=True)
        os._exit(0)
    os.wait()
    path.with_suffix(".away").rename(path)
"""


@pytest.fixture(scope="module")
def errors_without(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """Give, for each compiled module, what the imports print without it."""
    folder = tmp_path_factory.mktemp("without")
    shutil.copytree(ROOT / "identify", folder / "identify", ignore=shutil.ignore_patterns("__pycache__"))
    ran = run(f"IMPORTS = {IMPORTS!r}{WITHOUT_EACH}", folder)
    assert ran.returncode == 0, ran.stderr
    return dict(json.loads(line) for line in ran.stdout.splitlines())


@pytest.mark.parametrize("module", COMPILED)
def test_missing_compiled_module_says_how_to_build(errors_without: dict[str, str], module: str) -> None:
    """Without a compiled module nothing that needs any can be imported, and each error has the remedy."""
    errors = errors_without[module].strip().split("\n")

    assert len(errors) == 6
    for error in errors:
        assert error.startswith(f"the compiled module identify._compiled.{module} of sip-identify is missing")
        assert "python -m pip install ." in error


def test_broken_compiled_module_says_how_to_build(tmp_path: Path) -> None:
    """A compiled module that can't be loaded, such as one of another machine, has the same remedy."""
    shutil.copytree(ROOT / "identify", tmp_path / "identify", ignore=shutil.ignore_patterns("_regex.*.so"))
    (tmp_path / "identify" / "_compiled" / f"_regex{EXTENSION_SUFFIXES[0]}").write_bytes(b"no module")

    ran = run(f"{WITHOUT_DEVELOPMENT_INSTALL}from identify import Engine", tmp_path)

    assert ran.returncode != 0
    assert "_compiled._regex of sip-identify is missing or can't be loaded" in ran.stderr
    assert "python -m pip install ." in ran.stderr


def test_checkout_that_hides_an_installation(tmp_path: Path) -> None:
    """In a checkout that isn't built, an installed copy that works is named, and how to come to it."""
    checkout, installed = tmp_path / "checkout", tmp_path / "installed"
    shutil.copytree(ROOT / "identify", checkout / "identify", ignore=shutil.ignore_patterns("*.so"))
    shutil.copytree(ROOT / "identify", installed / "identify")
    code = f"{WITHOUT_DEVELOPMENT_INSTALL}sys.path.append({str(installed)!r})\nfrom identify import Engine"

    hidden, found = run(code, checkout), run(code, tmp_path)

    assert found.returncode == 0, found.stderr
    assert hidden.returncode != 0
    assert (
        f"before '{installed}', where sip-identify is installed: run this from another folder"
        in hidden.stderr
    )


def test_every_package_is_distributed() -> None:
    """Each folder of modules is in the list of packages, without which a wheel lacks it."""
    table = (ROOT / "pyproject.toml").read_text().partition("packages = [")[2].partition("]")[0]
    folders = {path.parent.relative_to(ROOT) for path in (ROOT / "identify").rglob("__init__.py")}

    assert set(table.replace(",", " ").replace('"', " ").split()) == {
        ".".join(folder.parts) for folder in folders
    }
