"""The rules of this project that no general linter knows (``make lint``); prints what breaks them."""

from __future__ import annotations

import ast
import re
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parent.parent

#: What PyPI's distribution "identify" installs into the package of the same name.
TAKEN = {"cli", "extensions", "identify", "interpreters", "vendor"}
LONGEST_MODULE = 400
LARGEST_FOLDER = 12
UNFINISHED = re.compile(r"\b(TODO|FIXME|XXX|HACK|NotImplementedError)\b")
#: A test that doesn't run proves nothing; the markers of pyproject.toml say what may be left out where.
UNRUN = re.compile(
    r"\b(mark\.skip|mark\.skipif|mark\.xfail|pytest\.skip|pytest\.xfail|importorskip|SkipTest)\b"
)
MODULES = re.compile(r"^MODULES = (\[.*?\])$", re.MULTILINE | re.DOTALL)


def files(folder: str, *endings: str) -> Iterator[tuple[Path, str]]:
    """Yield the files of a folder with their text."""
    for path in sorted((ROOT / folder).rglob("*")):
        if path.suffix in endings and "__pycache__" not in path.parts:
            yield path.relative_to(ROOT), path.read_text(encoding="utf-8")


def names() -> Iterator[str]:
    """No module may have a name that PyPI's "identify" has."""
    for path, _ in [*files("identify", ".py", ".pyi"), *files("_ext", ".pyx")]:
        if TAKEN & {part.removesuffix(path.suffix) for part in path.parts[1:]}:
            yield f"{path}: the name is taken by PyPI's distribution 'identify'"


def lengths() -> Iterator[str]:
    """No module of the package may be longer than a reader keeps in mind."""
    for path, text in files("identify", ".py"):
        if (lines := text.count("\n")) > LONGEST_MODULE:
            yield f"{path}: {lines} lines, at most {LONGEST_MODULE}"


def folders() -> Iterator[str]:
    """No folder of the package may hold more modules than a reader finds at a glance."""
    held = Counter(path.parent for path, _ in files("identify", ".py"))
    for folder, modules_in_it in held.items():
        if modules_in_it > LARGEST_FOLDER:
            yield f"{folder}: {modules_in_it} modules, at most {LARGEST_FOLDER}"


def imports() -> Iterator[str]:
    """Import inside the package from its modules, never from its top, which another may own."""
    for path, text in files("identify", ".py"):
        if path.parts == ("identify", "__init__.py"):
            continue
        for node in ast.walk(ast.parse(text)):
            if not isinstance(node, ast.Import | ast.ImportFrom):
                continue
            plain = isinstance(node, ast.Import) and any(one.name == "identify" for one in node.names)
            named = isinstance(node, ast.ImportFrom) and node.module == "identify" and node.level == 0
            if plain or named:
                yield f"{path}:{node.lineno}: import from the module that has the name, not from 'identify'"


def unfinished() -> Iterator[str]:
    """Nothing is left for later in the sources."""
    for path, text in [
        *files("identify", ".py", ".pyi"),
        *files("_ext", ".pyx", ".pxd", ".h"),
        *files("tests", ".py"),
    ]:
        for number, line in enumerate(text.split("\n"), 1):
            if UNFINISHED.search(line):
                yield f"{path}:{number}: unfinished: {line.strip()}"


def tests() -> Iterator[str]:
    """Every test runs, and says in a docstring what it pins."""
    for path, text in files("tests", ".py"):
        for number, line in enumerate(text.split("\n"), 1):
            # The one place that knows which programs are missing, and says what to install; CI has them all.
            if UNRUN.search(line) and path.as_posix() != "tests/conftest.py":
                yield f"{path}:{number}: a test that doesn't run: {line.strip()}"
        for node in ast.walk(ast.parse(text)):
            if (
                isinstance(node, ast.FunctionDef)
                and node.name.startswith("test_")
                and not ast.get_docstring(node)
            ):
                yield f"{path}:{node.lineno}: {node.name} doesn't say what it pins"


def modules() -> Iterator[str]:
    """Every Cython source is compiled and has a stub, and nothing else has one."""
    listed = MODULES.search((ROOT / "setup.py").read_text(encoding="utf-8"))
    compiled = set(ast.literal_eval(listed[1])) if listed else set()
    sources = {path.stem for path, _ in files("_ext", ".pyx")}
    stubs = {path.stem for path, _ in files("identify", ".pyi")}
    for name in sorted(compiled ^ sources):
        yield f"_ext/*/{name}.pyx: it and MODULES of setup.py don't agree"
    for name in sorted(compiled ^ stubs):
        yield f"identify/_compiled/{name}.pyi: it and MODULES of setup.py don't agree"


RULES = (names, lengths, folders, imports, unfinished, tests, modules)


def main() -> int:
    """Check every rule and return the exit status."""
    broken = [one for rule in RULES for one in rule()]
    for one in broken:
        print(one)
    print(f"project rules: {len(broken)} broken")
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
