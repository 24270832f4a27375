"""The rules of this project that no general linter knows (``make lint``); prints what breaks them."""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path, PurePosixPath

import layers

#: Files by path below the root, with their text.
Texts = Mapping[str, str]

#: What PyPI's distribution "identify" installs into the package of the same name.
TAKEN = {"cli", "extensions", "identify", "interpreters", "vendor"}
LONGEST_MODULE = 400
#: Of the sources in ``_ext``, which declare much before they do anything.
LONGEST_SOURCE = 500
#: Files of a folder of the package; of the package itself all entries, as a reader sees them.
LARGEST_FOLDER = 12
LARGEST_PACKAGE = 26
#: Folders that are as large as what they list: a stub for each compiled module.
ANY_SIZE = {"identify/_compiled"}
#: What was measured stands in a result file and in documents written from it, never in a docstring or comment.
FIGURE = re.compile(
    r"\d[\d.,]*\s*(?:million |k |M )?(?:a|per) second\b"
    r"|\d\s?(?:[kM]|packets|messages|requests)?/s\b"
    r"|\d\s?(?:ns|us|µs|MB)\b"
)
UNFINISHED = re.compile(r"\b(TODO|FIXME|XXX|HACK|NotImplementedError)\b")
#: A test that doesn't run proves nothing; the markers of pyproject.toml say what may be left out where.
UNRUN = re.compile(
    r"\b(mark\.skip|mark\.skipif|mark\.xfail|pytest\.skip|pytest\.xfail|importorskip|SkipTest)\b"
)
MODULES = re.compile(r"^MODULES = (\[.*?\])$", re.MULTILINE | re.DOTALL)
#: What compiled modules have for tests and benchmarks alone; their stubs say so: ``# for tests``.
FOR_TESTS = {
    "_addresses": {
        "parse_plain",
        "AddressIndex.lookup_text",
        "AddressIndex.checksum",
        "AddressIndex.structure",
    },
    "_fast_path": {"index_of"},
    "_headers": {"grammar_rows"},
    "_image": {"sealed"},
    "_regex": {"Regex.library_search"},
    "_regex_needs": {"needs_of"},
    "_request": {"read_request"},
    "_spans": {"spans_of", "usual_end"},
}
MARK = "# for tests"


def read(root: Path) -> dict[str, str]:
    """Return the files that the rules are about."""
    paths = [root / "setup.py"]
    paths += sorted(
        path for path in root.glob("identify/**/*") if path.is_file() and path.suffix not in (".pyc", ".so")
    )
    for folder, endings in (("_ext", ("pyx", "pxd", "h")), ("tests", ("py",))):
        paths += sorted(path for ending in endings for path in root.glob(f"{folder}/**/*.{ending}"))
    return {path.relative_to(root).as_posix(): path.read_text(encoding="utf-8") for path in paths}


def files(texts: Texts, folder: str, *endings: str) -> Iterator[tuple[PurePosixPath, str]]:
    """Yield the files of a folder with their text."""
    for name, text in texts.items():
        path = PurePosixPath(name)
        if path.parts[0] == folder and path.suffix in endings:
            yield path, text


def names(texts: Texts) -> Iterator[str]:
    """No module may have a name that PyPI's "identify" has."""
    for path, _ in [*files(texts, "identify", ".py", ".pyi"), *files(texts, "_ext", ".pyx")]:
        if TAKEN & {part.removesuffix(path.suffix) for part in path.parts[1:]}:
            yield f"{path}: the name is taken by PyPI's distribution 'identify'"


def lengths(texts: Texts) -> Iterator[str]:
    """No module and no source may be longer than a reader keeps in mind."""
    for limit, found in (
        (LONGEST_MODULE, files(texts, "identify", ".py")),
        (LONGEST_SOURCE, files(texts, "_ext", ".pyx", ".pxd", ".h")),
    ):
        for path, text in found:
            if (lines := text.count("\n")) > limit:
                yield f"{path}: {lines} lines, at most {limit}"


def folders(texts: Texts) -> Iterator[str]:
    """No folder of the package may hold more than a reader finds at a glance."""
    paths = [PurePosixPath(name) for name in texts if name.startswith("identify/")]
    entries = {path.parts[1] for path in paths}
    if len(entries) > LARGEST_PACKAGE:
        yield f"identify: {len(entries)} entries, at most {LARGEST_PACKAGE}"
    held: dict[str, int] = {}
    for path in paths:
        held[str(path.parent)] = held.get(str(path.parent), 0) + 1
    for folder, count in held.items():
        if count > LARGEST_FOLDER and folder not in ANY_SIZE | {"identify"}:
            yield f"{folder}: {count} files, at most {LARGEST_FOLDER}"


def figures(texts: Texts) -> Iterator[str]:
    """No docstring and no comment of the product has a measured figure: nobody would measure it again."""
    for path, text in [*files(texts, "identify", ".py", ".pyi"), *files(texts, "_ext", ".pyx", ".pxd", ".h")]:
        for number, line in enumerate(text.split("\n"), 1):
            if FIGURE.search(line):
                yield f"{path}:{number}: a figure without its file: {line.strip()}"


def imports(texts: Texts) -> Iterator[str]:
    """Import inside the package from its modules, never from its top, which another may own."""
    for path, text in files(texts, "identify", ".py"):
        if path.parts == ("identify", "__init__.py"):
            continue
        for node in ast.walk(ast.parse(text)):
            if not isinstance(node, ast.Import | ast.ImportFrom):
                continue
            plain = isinstance(node, ast.Import) and any(alias.name == "identify" for alias in node.names)
            named = isinstance(node, ast.ImportFrom) and node.module == "identify" and node.level == 0
            if plain or named:
                yield f"{path}:{node.lineno}: import from the module that has the name, not from 'identify'"
            # ``layers`` couldn't see whom it knows.
            if isinstance(node, ast.ImportFrom) and node.level:
                yield f"{path}:{node.lineno}: import by the full name, not relative to the package"


def unfinished(texts: Texts) -> Iterator[str]:
    """Nothing is left for later in the sources."""
    for path, text in [
        *files(texts, "identify", ".py", ".pyi"),
        *files(texts, "_ext", ".pyx", ".pxd", ".h"),
        *files(texts, "tests", ".py"),
    ]:
        for number, line in enumerate(text.split("\n"), 1):
            if UNFINISHED.search(line):
                yield f"{path}:{number}: unfinished: {line.strip()}"


def tests(texts: Texts) -> Iterator[str]:
    """Every test runs, and says in a docstring what it pins."""
    for path, text in files(texts, "tests", ".py"):
        for number, line in enumerate(text.split("\n"), 1):
            # The one place that knows which programs are missing, and says what to install; CI has them all.
            if UNRUN.search(line) and str(path) != "tests/conftest.py":
                yield f"{path}:{number}: a test that doesn't run: {line.strip()}"
        for node in ast.walk(ast.parse(text)):
            if (
                isinstance(node, ast.FunctionDef)
                and node.name.startswith("test_")
                and not ast.get_docstring(node)
            ):
                yield f"{path}:{node.lineno}: {node.name} doesn't say what it pins"


def modules(texts: Texts) -> Iterator[str]:
    """Every Cython source is compiled and has a stub, and nothing else has one."""
    listed = MODULES.search(texts["setup.py"])
    compiled = set(ast.literal_eval(listed[1])) if listed else set()
    sources = {path.stem for path, _ in files(texts, "_ext", ".pyx")}
    stubs = {path.stem for path, _ in files(texts, "identify", ".pyi")}
    for name in sorted(compiled ^ sources):
        yield f"_ext/*/{name}.pyx: it and MODULES of setup.py don't agree"
    for name in sorted(compiled ^ stubs):
        yield f"identify/_compiled/{name}.pyi: it and MODULES of setup.py don't agree"


def doors(texts: Texts) -> Iterator[str]:
    """Only tests and benchmarks name what compiled modules have for them, and the stubs say what that is."""
    listed = {(module, name) for module, members in FOR_TESTS.items() for name in members}
    marked = {(path.stem, name) for path, text in files(texts, "identify", ".pyi") for name in _marked(text)}
    for module, name in sorted(listed ^ marked):
        yield f"identify/_compiled/{module}.pyi: {name}: it and FOR_TESTS of .ci/rules.py don't agree"
    functions = {name for _, name in listed if "." not in name}
    attributes = functions | {name.rpartition(".")[2] for _, name in listed}
    for path, text in files(texts, "identify", ".py"):
        for node in ast.walk(ast.parse(text)):
            match node:
                case ast.Attribute(attr=name, lineno=number) if name in attributes:
                    yield f"{path}:{number}: {name} is for tests"
                case ast.Name(id=name, lineno=number) if name in functions:
                    yield f"{path}:{number}: {name} is for tests"
                case ast.alias(name=name, lineno=number) if name in functions:
                    yield f"{path}:{number}: {name} is for tests"
    # No methods here: without types, a method can't be told from a struct's field of the same name.
    use = re.compile(rf"(?<!def )\b({'|'.join(sorted(functions))})\b")
    for path, text in files(texts, "_ext", ".pyx", ".pxd"):
        for number, line in enumerate(text.split("\n"), 1):
            if found := use.search(line):
                yield f"{path}:{number}: {found[1]} is for tests"


def _marked(stub: str) -> Iterator[str]:
    """Yield the functions of a stub that end with the mark, and the methods as ``Class.method``."""
    lines = stub.split("\n")
    for node in ast.parse(stub).body:
        for inner in node.body if isinstance(node, ast.ClassDef) else [node]:
            if isinstance(inner, ast.FunctionDef) and lines[(inner.end_lineno or 0) - 1].endswith(MARK):
                yield f"{node.name}.{inner.name}" if isinstance(node, ast.ClassDef) else inner.name


RULES = (names, lengths, folders, figures, imports, unfinished, tests, modules, doors)
MAP_RULES = (layers.layers, layers.circles)


def main() -> int:
    """Check every rule and return the exit status."""
    root = Path(__file__).parent.parent
    texts, mapped = read(root), layers.read(root)
    broken = [offence for rule in RULES for offence in rule(texts)]
    broken += [offence for rule in MAP_RULES for offence in rule(mapped)]
    for offence in broken:
        print(offence)
    print(f"project rules: {len(broken)} broken")
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
