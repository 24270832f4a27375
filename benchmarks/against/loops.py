"""``loops.c`` from Python: compiled when it is first needed, built from a table, called over packed addresses.

Knows how to compile and call; which structure suits which table is decided where rows are described.
"""

from __future__ import annotations

import ctypes
import hashlib
import os
import subprocess
from array import array
from collections.abc import Callable, Sequence
from functools import cache
from pathlib import Path

from benchmarks.material.address_tables import CACHE, Table, cached

__all__ = [
    "FLAGS",
    "STRUCTURES",
    "bytes_of",
    "canary",
    "canary_twice",
    "compiled",
    "compiling",
    "loop_over",
    "one_by_one",
]

SOURCE = Path(__file__).parent / "loops.c"
#: As for the modules of the package: nothing beyond the least that the platform has.
FLAGS = ("-O3", "-shared", "-fPIC", "-pthread")

Loop = Callable[[], "array[int]"]

#: (structure, function that builds it, function that looks up)
STRUCTURES = {
    "dir24": ("dir24_build", "dir24_find"),
    "dir24-prefetched": ("dir24_build", "dir24_find_prefetched"),
    "dir24-16bit": ("dir24_build", "dir24_find_half"),
    "bucket16": ("bucket16_build", "bucket16_find"),
    "poptrie": ("poptrie_build", "poptrie_find"),
    "hash": ("hash_build", "hash_find_plain"),
    "hash-prefetched": ("hash_build", "hash_find"),
    "limit": ("limit_build", "limit_read"),
}

#: Rounds of the canary: a few milliseconds.
CANARY_ROUNDS = 2_000_000


@cache
def compiled() -> ctypes.CDLL:
    """Compile the source, unless that was done for the same text, and load it."""
    compiler = os.environ.get("CC", "gcc")
    text = SOURCE.read_bytes()
    key = hashlib.sha256(text + compiler.encode() + " ".join(FLAGS).encode()).hexdigest()[:12]
    path = CACHE / f"loops-{key}.so"
    if not path.exists():
        CACHE.mkdir(parents=True, exist_ok=True)
        temporary = path.with_suffix(f".{os.getpid()}")
        subprocess.run([compiler, *FLAGS, "-o", str(temporary), str(SOURCE)], check=True)
        temporary.replace(path)
    library = ctypes.CDLL(str(path))
    for build, find in STRUCTURES.values():
        getattr(library, build).restype = ctypes.c_void_p
        getattr(library, find).restype = None
    library.one_by_one_build.restype = ctypes.c_void_p
    library.canary_spin.restype = library.canary_spin_twice.restype = ctypes.c_uint64
    return library


def canary() -> None:
    """Do the same work as ever, in registers alone."""
    compiled().canary_spin(ctypes.c_uint64(CANARY_ROUNDS))


def canary_twice() -> None:
    """Do it in two threads at once."""
    compiled().canary_spin_twice(ctypes.c_uint64(CANARY_ROUNDS))


def loop_over(structure: str, table: Table, asked: array[int]) -> Loop:
    """Build a structure from an IPv4 table and return the loop; ValueError where it can't hold the table.

    The answers are the numbers of the identifies + 1, 0 for none (of "limit", nothing).  What is built lives as long
    as the process: a worker measures one thing and ends.
    """
    library = compiled()
    _, find = STRUCTURES[structure]
    built, kept = _build(structure, table)
    found = array("I", bytes(4 * len(asked)))
    call = getattr(library, find)
    arguments = [ctypes.c_void_p(built), _pointer(asked), _pointer(found), ctypes.c_size_t(len(asked))]

    def loop(_kept: object = (kept, asked)) -> array[int]:
        call(*arguments)
        return found

    return loop


def bytes_of(structure: str, table: Table) -> int:
    """Build a structure from an IPv4 table and return how many bytes looking up needs; not for "limit"."""
    built, kept = _build(structure, table)
    measure = getattr(compiled(), STRUCTURES[structure][0].replace("_build", "_bytes"))
    measure.restype = ctypes.c_size_t
    size = int(measure(ctypes.c_void_p(built)))
    # The structure may refer to the columns that it was built from.
    del kept
    return size


def _build(structure: str, table: Table) -> tuple[int, list[array[int]]]:
    """Return a structure and what must live as long."""
    library = compiled()
    build, _ = STRUCTURES[structure]
    kept: list[array[int]]
    if structure == "limit":
        kept = []
        built = library.limit_build()
    elif build == "hash_build":
        if any(length != table.width for _, length in table.prefixes):
            raise ValueError("a hash holds single addresses only")
        kept = [
            array("I", [address for address, _ in table.prefixes]),
            _values(table, range(len(table.prefixes))),
        ]
        built = library.hash_build(_pointer(kept[0]), _pointer(kept[1]), ctypes.c_uint32(len(kept[0])))
    else:
        kept = list(cached(f"{table.name}-intervals", lambda: intervals(table)))
        arguments = [_pointer(kept[0]), _pointer(kept[1]), ctypes.c_uint32(len(kept[0]))]
        if build == "dir24_build":
            arguments.append(ctypes.c_int(structure.endswith("16bit")))
        built = getattr(library, build)(*arguments)
    if not built:
        raise ValueError(f"{structure} can't hold {table.name}")
    return int(built), kept


def one_by_one(patterns: Sequence[str], values: Sequence[bytes]) -> Loop:
    """Return a loop that searches each value for one expression after the other, until one is found."""
    library = compiled()
    texts = (ctypes.c_char_p * len(patterns))(*[pattern.encode() for pattern in patterns])
    built = library.one_by_one_build(texts, ctypes.c_uint32(len(patterns)))
    if not built:
        raise ValueError("the C library refuses an expression, or has no locale C.UTF-8")
    given = (ctypes.c_char_p * len(values))(*values)
    found = array("I", bytes(4 * len(values)))

    def loop(_kept: object = values) -> array[int]:
        library.one_by_one_find(ctypes.c_void_p(built), given, _pointer(found), ctypes.c_size_t(len(values)))
        return found

    return loop


def compiling(patterns: Sequence[str]) -> Callable[[], None]:
    """Return a loop that compiles expressions and frees them; ValueError where the C library refuses one."""
    library = compiled()
    texts = (ctypes.c_char_p * len(patterns))(*[pattern.encode() for pattern in patterns])

    def loop() -> None:
        built = library.one_by_one_build(texts, ctypes.c_uint32(len(patterns)))
        if not built:
            raise ValueError("the C library refuses an expression, or has no locale C.UTF-8")
        library.one_by_one_free(ctypes.c_void_p(built))

    return loop


def intervals(table: Table) -> tuple[array[int], array[int]]:
    """Return begins and values (identify + 1, 0 none) of intervals with one answer each; the first begins at 0."""
    ordered = sorted(range(len(table.prefixes)), key=table.prefixes.__getitem__)
    begins: list[int] = [0]
    values: list[int] = [0]

    def begin(address: int, value: int) -> None:
        if begins[-1] == address:
            values[-1] = value
        elif values[-1] != value:
            begins.append(address)
            values.append(value)

    # A stack of (end, value) of the prefixes around the present place; of several, the innermost decides.
    around: list[tuple[int, int]] = [(1 << 32, 0)]
    for number in ordered:
        address, length = table.prefixes[number]
        while around[-1][0] <= address:
            end, _ = around.pop()
            begin(end, around[-1][1])
        around.append((address + (1 << (32 - length)), table.identify_of(number) + 1))
        begin(address, around[-1][1])
    while len(around) > 1:
        end, _ = around.pop()
        if end < 1 << 32:
            begin(end, around[-1][1])
    return array("I", begins), array("I", values)


def _values(table: Table, numbers: range) -> array[int]:
    return array("I", [table.identify_of(number) + 1 for number in numbers])


def _pointer(column: array[int]) -> ctypes.c_void_p:
    return ctypes.c_void_p(column.buffer_info()[0])
