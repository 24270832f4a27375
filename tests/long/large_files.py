"""Read large files of one shape each in three sizes, and see that time and memory grow with the size.

    python tests/long/large_files.py                                   60 MB of each shape, and a half and a quarter of it
    python tests/long/large_files.py --megabytes 8 --name template     smaller, and only shapes with that in their names
    python tests/long/large_files.py --checkout ../reference           the library of another checkout

Each is read in a process of its own.  A row has CPU time, the best of ``--repeat``, its growth from the smallest to the
largest file, 4 for what is linear, what reading adds to memory at its peak, the growth of that, and what was read: a
limit may have ended it early.  The exit status is 1 if a shape grows out of proportion or exceeds ``--seconds`` or
``--gigabytes``.
"""

from __future__ import annotations

import argparse
import itertools
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
Files = Mapping[str, bytes]
Shape = Callable[[int], Files]

#: The most that a line holds.
LINE = 8_190
#: Growth that isn't in proportion, for four times the size, and what is too small to say.
MOST_GROWTH = 6.0
LEAST_SECONDS, LEAST_MEGABYTES = 0.2, 20
ENDPOINT = b"[e]\ntype=endpoint\n"


def repeated(piece: str, size: int) -> bytes:
    """Return as many of a piece as the size holds; ``{n}`` in it is the number of the piece."""
    if "{n}" not in piece:
        return piece.encode("utf-8", "surrogateescape") * (
            size // len(piece.encode("utf-8", "surrogateescape"))
        )
    parts, taken, number = [], 0, 0
    while taken < size:
        part = piece.replace("{n}", str(number)).encode()
        parts.append(part)
        taken, number = taken + len(part), number + 1
    return b"".join(parts)


#: Text of one kind, by what it is; ``{n}`` is a number that grows.
PIECES = {
    "newlines": "\n",
    "blanks": "   \t \n",
    "returns": "\r\n",
    "comments": "; a comment that says nothing\n",
    "block comments on each line": ";-- a --; ;-- b --;\n",
    "sections and block comments": "[s{n}]\ntype=aor ;-- x --;\n",
    "nested comments": ";--\n;--\n--;\n--;\n",
    "NULs": "\0",
    "lines with NULs": "x=1\0y=2\n",
    "bytes that aren't UTF-8": "x=\udcff\udcfe\udc80\n",
    "wide characters": "x=\U0001f600é\n",
    "lines without =": "just some words\n",
    "lines without a name": "=some words\n",
    "lines with a backslash": "\\x=1\n",
    "equal lines": "allow=ulaw\n",
    "unknown options, all different": "x{n}=1\n",
    "unknown options, all the same": "nosuch=1\n",
    "options that differ in case": "allow=ulaw\nAllow=ulaw\nALLOW=ulaw\naLLow=ulaw\n",
    "values all different": "set_var=A=v{n}\n",
    "bad values, all different": "rtp_timeout=x{n}\n",
    "long lines": "set_var=A=" + "v" * (LINE - 100) + "{n}\n",
    "lines that are too long": "x=" + "y" * LINE + "\n",
    "lines with comments": "allow=ulaw ; comment\n",
    "lines with a cut": "set_var=A=b;c=d\n",
    "escaped semicolons": "set_var=A=b\\;c\\;d\n",
    "block comment over lines": ";--\nallow=ulaw\n--;\n",
    "+= on one line": "@x+=\n",
    "+= on many names": "@x{n}=a\n@x{n}+=b\n",
    "additions to one section": "[e](+)\n",
    "additions of lines": "[e](+)\nset_var=A=b\n",
    "sections": "[s{n}]\ntype=endpoint\n",
    "sections of one line": "[s{n}]\n",
    "sections of one name": "[same]\ntype=nosuch\n",
    "sections that differ in case": "[sa]\n[Sa]\n[sA]\n[SA]\n",
    "sections without a name": "[]\ntype=aor\n",
    "sections with long names": "[" + "n" * 200 + "{n}]\ntype=aor\n",
    "duplicates": "[same]\ntype=aor\n",
    "unused templates": "[t{n}](!)\ntype=endpoint\nallow=ulaw\n",
    "identifies": "[i{n}]\ntype=identify\nendpoint=e\nmatch=10.1.2.3\n",
    "identifies, all different": "[i{n}]\ntype=identify\nendpoint=e{n}\nmatch=10.1.2.3\nmatch_header=X-A: v{n}\n",
    "customers": "[c{n}]\ntype=endpoint\naors=c{n}\nauth=c{n}\nallow=ulaw\n[c{n}]\ntype=aor\nmax_contacts=1\n"
    "[c{n}]\ntype=auth\nusername=c{n}\npassword=p{n}\n[c{n}]\ntype=identify\nendpoint=c{n}\nmatch=10.1.2.0/24\n",
    "unknown directives": "#nosuch x\n",
    "commands": "#exec x{n}\n",
    "includes of nothing": "#tryinclude nosuch{n}\n",
    "marks": "\ufeff\n",
    "brackets": "[",
    "semicolons": ";",
    "equals signs": "=",
    "hashes": "#\n",
}  # fmt: skip


def shapes() -> Iterator[tuple[str, Shape]]:
    """Yield each shape with its name."""
    for name, piece in PIECES.items():
        yield name, lambda size, piece=piece: {"pjsip.conf": ENDPOINT + repeated(piece, size)}
    yield "one long line", lambda size: {"pjsip.conf": ENDPOINT + b"x=" + b"y" * size + b"\n"}
    yield "one long line of sections", lambda size: {"pjsip.conf": ENDPOINT + b"[s]x=y" * (size // 6)}
    yield (
        "one line with many items",
        lambda size: {
            "pjsip.conf": b"".join(
                b"[i%d]\ntype=identify\nendpoint=e\nmatch=%s\n"
                % (n, b",".join([b"10.%d.0.0/16" % (n % 250)] * 600))
                for n in range(size // 8_000)
            )
        },
    )
    yield (
        "heirs of a template without lines",
        lambda size: {"pjsip.conf": b"[t](!)\n" + repeated("[h{n}](t)\ntype=endpoint\n", size)},
    )
    yield (
        "heirs of a template with ten lines",
        lambda size: {
            "pjsip.conf": b"[t](!)\ntype=endpoint\ncontext=c\ndisallow=all\n"
            + b"".join(b"set_var=A%d=b\n" % n for n in range(7))
            + repeated("[h{n}](t)\naors=h{n}\n", size)
        },
    )
    yield (
        "heirs of a template with many lines",
        lambda size: {
            "pjsip.conf": b"[t](!)\ntype=endpoint\n"
            + b"".join(b"set_var=A%d=b\n" % n for n in range(min(2_000, size // 5_000 + 1)))
            + repeated("[h{n}](t)\n", size)
        },
    )
    yield (
        "a template with all lines and a few heirs",
        lambda size: {
            "pjsip.conf": b"[t](!)\ntype=endpoint\n"
            + repeated("@x{n}=1\n", size)
            + repeated("[h{n}](t)\n", 50)
        },
    )
    yield (
        "templates by turns with heirs",
        lambda size: {
            "pjsip.conf": repeated("[t{n}](!)\ntype=endpoint\nallow=ulaw\n[h{n}](t{n})\naors=h{n}\n", size)
        },
    )
    yield (
        "a chain of templates",
        lambda size: {
            "pjsip.conf": b"[t0](!)\n" + b"".join(b"[t%d](!,t%d)\n" % (n + 1, n) for n in range(size // 18))
        },
    )
    yield (
        "a chain of templates with lines",
        lambda size: {
            "pjsip.conf": b"[t0](!)\n"
            + b"".join(b"[t%d](!,t%d)\n@x=1\n" % (n + 1, n) for n in range(size // 23))
        },
    )
    yield (
        "heirs of many templates",
        lambda size: {
            "pjsip.conf": b"".join(b"[t%d](!)\nallow=ulaw\n" % n for n in range(100))
            + repeated("[h{n}](" + ",".join(f"t{n}" for n in range(100)) + ")\ntype=endpoint\n", size)
        },
    )
    yield (
        "lines between heirs",
        lambda size: {"pjsip.conf": b"[t]\n" + repeated("[t](+)\n@x{n}=1\n[h{n}](t)\n", size)},
    )
    yield "filters", lambda size: {"pjsip.conf": ENDPOINT + repeated("[e](+type=endp)\n", size)}
    yield (
        "filters of templates",
        lambda size: {"pjsip.conf": b"[e](!)\nx=1\n" + repeated("[e](+TEMPLATES=include)\n", size)},
    )
    yield (
        "+= with long text",
        lambda size: {
            "pjsip.conf": ENDPOINT
            + b"".join(
                b"@x%d=a\n" % n + (b"@x%d+=" % n + b"y" * 1_000 + b"\n") * 7 for n in range(size // 7_100)
            )
        },
    )
    yield (
        "+= with short text",
        lambda size: {
            "pjsip.conf": ENDPOINT
            + b"".join(b"@x%d=a\n" % n + b"@x%d+=yyy\n" % n * 20_000 for n in range(1 + size // 210_000))[
                :size
            ]
        },
    )
    yield (
        "+= on inherited lines",
        lambda size: {
            "pjsip.conf": b"[t](!)\ntype=endpoint\nset_var=A=b\n" + repeated("[h{n}](t)\nset_var+=c\n", size)
        },
    )
    yield (
        "small includes",
        lambda size: _included(size, "".join(f"#include i/{n}\n" for n in range(_files(size)))),
    )
    yield "one include of many files", lambda size: _included(size, "#include i/*\n")
    yield (
        "an include of everything",
        lambda size: {
            "pjsip.conf": ENDPOINT + b"#include other\n",
            "other": repeated("[s{n}]\ntype=aor\n", size),
        },
    )
    yield (
        "wizards",
        lambda size: {
            "pjsip.conf": ENDPOINT,
            "pjsip_wizard.conf": repeated("[w{n}]\ntype=wizard\nremote_hosts=10.1.2.3\n", size),
        },
    )
    yield (
        "access lists",
        lambda size: {
            "pjsip.conf": ENDPOINT + b"acl=a1\n",
            "acl.conf": repeated("[a{n}]\ndeny=0.0.0.0/0\npermit=10.0.0.0/8\n", size),
        },
    )


def _included(size: int, includes: str) -> Files:
    """Return many small files and one that includes them."""
    count = _files(size)
    piece = repeated("[s{n}]\ntype=aor\n", size // count)
    small = {f"i/{n}": piece.replace(b"[s", b"[s%d-" % n) for n in range(count)}
    return {"pjsip.conf": ENDPOINT + includes.encode(), **small}


def _files(size: int) -> int:
    """Return how many files are included, nearly as many as may be."""
    return min(9_000, size // 500 + 1)


class Readers:
    """A process that has imported the library of a checkout, and forks for each reading."""

    def __init__(self, options: argparse.Namespace) -> None:
        """Start it."""
        command = [sys.executable, __file__, "--inside", f"--seconds={options.seconds}"]
        self.process = subprocess.Popen(
            [*command, f"--gigabytes={options.gigabytes}"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env={**os.environ, "PYTHONPATH": str(options.checkout)},
            cwd=options.checkout,
            text=True,
        )

    def measured(self, directory: Path) -> dict[str, object]:
        """Return what reading a directory takes."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        print(directory, file=self.process.stdin, flush=True)
        found: dict[str, object] = json.loads(self.process.stdout.readline())
        return found

    def close(self) -> None:
        """End it."""
        assert self.process.stdin is not None
        self.process.stdin.close()
        self.process.wait()


def inside(options: argparse.Namespace) -> None:
    """Read each directory that is named on a line in a process of its own, and print what it took."""
    from identify.configuration import Configuration  # noqa: PLC0415

    # What is imported at the first use isn't part of any reading.
    Configuration.from_text("[e]\ntype=endpoint\n[i]\ntype=identify\nendpoint=e\nmatch=10.0.0.1\n")
    for line in sys.stdin:
        receiving, sending = os.pipe()
        pid = os.fork()
        if not pid:
            limit, space = options.seconds, int(options.gigabytes * 2**30)
            resource.setrlimit(resource.RLIMIT_CPU, (limit, limit + 1))
            resource.setrlimit(resource.RLIMIT_AS, (space, space))
            os.write(sending, json.dumps(_read(line.rstrip("\n"))).encode())
            os._exit(0)
        os.close(sending)
        with os.fdopen(receiving, encoding="utf-8") as pipe:
            answer = pipe.read()
        os.waitpid(pid, 0)
        print(answer or json.dumps({"ended": f"more than {options.seconds} s, or killed"}), flush=True)


def _read(directory: str) -> dict[str, object]:
    from identify.configuration import Configuration  # noqa: PLC0415

    before, started = _peak(), time.process_time()
    try:
        configuration = Configuration.from_path(directory)
    except Exception as error:  # noqa: BLE001 - whatever it is, it is reported
        return {"ended": f"{type(error).__name__}: {error}"[:100]}
    took, peak = time.process_time() - started, _peak()
    counts = Counter(problem.code for problem in configuration.problems)
    said = f"{configuration.object_count} objects" + "".join(
        f", {number} {code}" for code, number in counts.most_common(2)
    )
    return {"seconds": took, "megabytes": peak - before, "said": said}


def _peak() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def put(files: Files, directory: Path) -> None:
    """Write files into a directory."""
    for name, data in files.items():
        path = directory / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)


def row(name: str, shape: Shape, readers: Readers, options: argparse.Namespace) -> tuple[str, bool]:
    """Return the row of a shape, and whether it is as it should be."""
    seconds, megabytes, said = [], [], ""
    for part in (4, 2, 1):
        with tempfile.TemporaryDirectory(dir=options.directory) as folder:
            put(shape(int(options.megabytes * 2**20) // part), Path(folder))
            tries = [readers.measured(Path(folder)) for _ in range(options.repeat)]
        ended = next((str(each["ended"]) for each in tries if "ended" in each), None)
        if ended is not None:
            return f"{name:<44} {_numbers(seconds, 's')} {ended}", False
        seconds.append(min(float(str(each["seconds"])) for each in tries))
        megabytes.append(max(float(str(each["megabytes"])) for each in tries))
        said = str(tries[0]["said"])
    grown = growth(seconds, LEAST_SECONDS), growth(megabytes, LEAST_MEGABYTES)
    good = max(grown) <= MOST_GROWTH
    text = f"{name:<44} {_numbers(seconds, 's')} {grown[0]:5.1f} {_numbers(megabytes, 'MB')} {grown[1]:5.1f}"
    return f"{text}  {said}{'' if good else '  OUT OF PROPORTION'}", good


def growth(values: list[float], least: float) -> float:
    """Return how many times as much the largest size takes as the smallest; less than ``least`` counts as its share."""
    return values[-1] / max(values[0], least / 4)


def _numbers(values: list[float], unit: str) -> str:
    return " ".join(f"{value:7.2f}" if unit == "s" else f"{value:6.0f}" for value in values) + f" {unit}"


def main() -> int:
    """Run, and return 1 if anything takes too much."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--megabytes", type=float, default=60)
    parser.add_argument("--name", default="", help="only shapes with this in their names")
    parser.add_argument("--every", type=int, default=1, help="only each so manieth shape")
    parser.add_argument("--first", type=int, default=0, help="the number of the first of these")
    parser.add_argument("--checkout", type=Path, default=ROOT)
    parser.add_argument("--repeat", type=int, default=1)
    parser.add_argument("--seconds", type=int, default=120, help="of CPU time, for one reading")
    parser.add_argument("--gigabytes", type=float, default=8)
    parser.add_argument(
        "--directory", type=Path, help="where the files are written for the time of a reading"
    )
    parser.add_argument("--inside", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.inside:
        inside(options)
        return 0
    options.checkout = options.checkout.resolve()
    bad, readers = 0, Readers(options)
    for name, shape in itertools.islice(shapes(), options.first, None, options.every):
        if options.name in name:
            text, good = row(name, shape, readers, options)
            bad += not good
            print(text, flush=True)
    readers.close()
    print(f"{bad} shapes take too much or grow out of proportion")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
