"""Who may know whom: the order of the parts of ``identify/`` and of the sources in ``_ext/``, and no circles.

The orders are read from the maps that people read: the table *Where things live* of CONTRIBUTING.md and *The map* of
``_ext/README.md``.  Whoever stands further down may know those above, never the other way round.  Imports inside
functions, for type checkers only, and by name (``import_module("identify.x")``) count like any other.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path, PurePosixPath

#: Files by path below the root, with their text.
Texts = Mapping[str, str]
#: (path, line, path it knows)
Edge = tuple[str, int, str]

PART = re.compile(r"`((?:identify|_ext)/[\w/]*(?:\.py)?)`")
FOLDER = re.compile(r"^### (\w+)/$")
SOURCE = re.compile(r"^\| `(_\w+\.\w+)` \|")
CIMPORT = re.compile(r"^\s*from (identify(?:\.\w+)*) c?import (\([^)]*\)|[^\n(]+)", re.MULTILINE)
PLAIN_IMPORT = re.compile(r"^\s*c?import (identify(?:\.\w+)+)", re.MULTILINE)
INCLUDE = re.compile(r'^\s*(?:#\s*include|cdef extern from) "(_\w+\.h)"', re.MULTILINE)
COMPILED = "identify._compiled."


def read(root: Path) -> dict[str, str]:
    """Return the files that the rules are about."""
    paths = [
        *root.glob("identify/**/*.py"),
        *(path for ending in ("pyx", "pxd", "h") for path in root.glob(f"_ext/*/*.{ending}")),
        root / "CONTRIBUTING.md",
        root / "_ext" / "README.md",
    ]
    return {path.relative_to(root).as_posix(): path.read_text(encoding="utf-8") for path in paths}


def layers(texts: Texts) -> Iterator[str]:
    """Nobody knows a part that stands below it on the maps, and every part is on them."""
    parts, sources = part_order(texts["CONTRIBUTING.md"]), source_order(texts["_ext/README.md"])
    for path in texts:
        if path.startswith("identify/") and _part_of(path, parts) is None:
            yield f"{path}: no row of CONTRIBUTING.md's map covers it"
        if path.startswith("_ext/") and path.endswith((".pyx", ".pxd", ".h")):
            place = PurePosixPath(path)
            if (place.parent.name, place.name) not in sources and not _has_pyx(texts, place):
                yield f"{path}: not on the map of _ext/README.md"
    for path, line, known in edges(texts):
        if path.startswith("_ext/") and known.startswith("_ext/"):
            source, other = _source_place(path, sources), _source_place(known, sources)
            if source is not None and other is not None and other > source:
                yield f"{path}:{line}: knows {known}, which stands below it in _ext/README.md"
            continue
        part, other_part = _part_of(path, parts), _part_of(known, parts)
        if part is not None and other_part is not None and other_part > part:
            yield f"{path}:{line}: knows {known}, which stands below it in CONTRIBUTING.md"


def circles(texts: Texts) -> Iterator[str]:
    """No file leads back to itself, and inside a folder neither does a file or folder of it."""
    found = [(_unit(path), _unit(known)) for path, _, known in edges(texts)]
    yield from _circles(found, "files")
    folders = {str(PurePosixPath(path).parent) for path in texts if path.startswith("identify/")}
    for folder in sorted(folders):
        inside = (
            (_child(folder, path), _child(folder, known))
            for path, known in found
            if path.startswith(f"{folder}/") and known.startswith(f"{folder}/")
        )
        yield from _circles(inside, f"what is in {folder}/")


def part_order(text: str) -> dict[str, int]:
    """Return the places of the parts in CONTRIBUTING.md's map; what stands in one row may know each other."""
    section = text.partition("## Where things live")[2].partition("\n## ")[0]
    rows = [line.split("|")[1] for line in section.split("\n") if line.startswith("| `")]
    return {part.rstrip("/"): place for place, row in enumerate(rows) for part in PART.findall(row)}


def source_order(text: str) -> dict[tuple[str, str], int]:
    """Return the places of (folder, source) on the map of ``_ext/README.md``."""
    order: dict[tuple[str, str], int] = {}
    folder = ""
    for line in text.split("\n"):
        if found := FOLDER.match(line):
            folder = found[1]
        elif found := SOURCE.match(line):
            order[folder, found[1]] = len(order)
    return order


def edges(texts: Texts) -> Iterator[Edge]:
    """Yield which file knows which."""
    for path, text in texts.items():
        if path.endswith(".py"):
            yield from _python_edges(path, text, texts)
        elif path.startswith("_ext/") and not path.endswith(".md"):
            yield from _source_edges(path, text, texts)


def _python_edges(path: str, text: str, texts: Texts) -> Iterator[Edge]:
    for node in ast.walk(ast.parse(text)):
        names: list[tuple[str, list[str]]] = []
        line = getattr(node, "lineno", 0)
        if isinstance(node, ast.Import):
            names = [(alias.name, []) for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module is not None:
            names = [(node.module, [alias.name for alias in node.names])]
        elif isinstance(node, ast.Call) and _is_import_module(node):
            names = [
                (value.value, [])
                for value in node.args[:1]
                if isinstance(value, ast.Constant) and isinstance(value.value, str)
            ]
        for module, members in names:
            yield from ((path, line, known) for known in _files_of(module, members, texts))


def _is_import_module(call: ast.Call) -> bool:
    function = call.func
    name = function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")
    return name == "import_module"


def _source_edges(path: str, text: str, texts: Texts) -> Iterator[Edge]:
    for found in CIMPORT.finditer(text):
        members = [name.split(" as ")[0].strip() for name in found[2].strip("()").split(",")]
        line = text.count("\n", 0, found.start(1)) + 1
        for known in _files_of(found[1], members, texts):
            if _unit(known) != _unit(path):
                yield path, line, known
    for found in PLAIN_IMPORT.finditer(text):
        line = text.count("\n", 0, found.start(1)) + 1
        yield from ((path, line, known) for known in _files_of(found[1], [], texts))
    for found in INCLUDE.finditer(text):
        line = text.count("\n", 0, found.start(1)) + 1
        yield from (
            (path, line, other)
            for other in texts
            if other.startswith("_ext/") and other.endswith(f"/{found[1]}") and other != path
        )


def _files_of(module: str, members: Iterable[str], texts: Texts) -> Iterator[str]:
    """Yield the files that an import is of: the module's, and those of members that are modules themselves."""
    if module != "identify" and not module.startswith("identify."):
        return
    for name in [module, *(f"{module}.{member}" for member in members)]:
        if name.startswith(COMPILED):
            yield from _source_of(name.removeprefix(COMPILED), texts)
        elif f"{name}." != COMPILED and (name != module or not _only_members(module, members, texts)):
            base = name.replace(".", "/")
            yield from (path for path in (f"{base}.py", f"{base}/__init__.py") if path in texts)


def _source_of(name: str, texts: Texts) -> Iterator[str]:
    """Yield the source of a compiled module, of those without one what is declared under its name."""
    for ending in ("pyx", "pxd"):
        found = [path for path in texts if path.startswith("_ext/") and path.endswith(f"/{name}.{ending}")]
        if found:
            yield found[0]
            return


def _only_members(module: str, members: Iterable[str], texts: Texts) -> bool:
    """Say whether an import takes nothing from a package but modules in it."""
    base = module.replace(".", "/")
    names = list(members)
    return bool(names) and all(
        f"{base}/{name}.py" in texts or f"{base}/{name}/__init__.py" in texts for name in names
    )


def _unit(path: str) -> str:
    """Return what counts as one file: a source with its ``.pxd`` is one."""
    return path.removesuffix(".pyx").removesuffix(".pxd") if path.startswith("_ext/") else path


def _has_pyx(texts: Texts, place: PurePosixPath) -> bool:
    """Say whether a ``.pxd`` is told by the row of its ``.pyx``."""
    return place.suffix == ".pxd" and str(place.with_suffix(".pyx")) in texts


def _part_of(path: str, parts: Mapping[str, int]) -> int | None:
    """Return the place of the part that a file belongs to."""
    if path.startswith("_ext/"):
        return parts.get("_ext")
    while path:
        if path in parts:
            return parts[path]
        path = path.rpartition("/")[0]
    return None


def _source_place(path: str, sources: Mapping[tuple[str, str], int]) -> int | None:
    place = PurePosixPath(path)
    for ending in (place.suffix, ".pyx"):
        found = sources.get((place.parent.name, place.stem + ending))
        if found is not None:
            return found
    return None


def _child(folder: str, path: str) -> str:
    return path[len(folder) + 1 :].partition("/")[0]


def _circles(pairs: Iterable[tuple[str, str]], what: str) -> Iterator[str]:
    """Yield a circle for each set of nodes that lead to each other."""
    known: dict[str, set[str]] = {}
    for node, other in pairs:
        if node != other:
            known.setdefault(node, set()).add(other)
    done: set[str] = set()
    for start in sorted(known):
        way = _way_back(start, known, done)
        if way:
            yield f"a circle of {what}: {' -> '.join([*way, way[0]])}"
            done.update(way)
        done.add(start)


def _way_back(start: str, known: Mapping[str, set[str]], done: set[str]) -> list[str]:
    """Return the nodes on a shortest way from a node to itself, none if there is no such way."""
    came: dict[str, str] = {}
    waiting = [start]
    for node in waiting:
        for other in sorted(known.get(node, ())):
            if other == start:
                way = [node]
                while way[-1] != start:
                    way.append(came[way[-1]])
                return way[::-1]
            if other not in came and other not in done:
                came[other] = node
                waiting.append(other)
    return []
