"""Count instructions and hold them against the committed baseline: ``make count``, ``make count-baseline``.

    python -m benchmarks.counting               count, print, and fail where a count is off by more than 3 %
    python -m benchmarks.counting --baseline    count and write the baseline

A workload runs in two lengths; the difference of their counts, divided by the difference of the lengths, has nothing
of starting and making.  Counts depend on the compiler, on Python and on the C library, so they are compared only where
these are the baseline's; otherwise they are printed and nothing fails.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import platform
import re
import subprocess
import sys
import tempfile
from collections import defaultdict
from pathlib import Path
from typing import Any

from benchmarks.counting.workloads import WORKLOADS
from benchmarks.material.address_tables import CACHE, ROOT

BASELINE = ROOT / "benchmarks" / "results" / "instructions.json"
MARKS = Path(__file__).parent / "marks.c"
TOLERANCE = 0.03
DUMPED = re.compile(r"^desc: Trigger: Client Request: (?P<name>.*)\|(?P<length>\d+)$", re.MULTILINE)
TOTAL = re.compile(r"^(?:totals|summary): (?P<count>\d+)", re.MULTILINE)
DIGITS = 6


def main() -> int:
    """Count, compare or write, and return the exit status."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter, prog="benchmarks.counting"
    )
    parser.add_argument("--baseline", action="store_true", help="write what was counted as the baseline")
    parser.add_argument(
        "--only", action="append", default=[], metavar="PART", help="workloads with PART in their name"
    )
    arguments = parser.parse_args()
    chosen = [name for name in WORKLOADS if any(part in name for part in arguments.only or [""])]
    counts = count(chosen)
    here = environment()
    if arguments.baseline:
        kept = read() if arguments.only else {}
        counts = {**kept.get("counts", {}), **counts}
        BASELINE.write_text(
            json.dumps({"environment": here, "counts": counts}, indent=1) + "\n", encoding="utf-8"
        )
    return report(chosen, counts, here, read())


def read() -> dict[str, Any]:
    """Return the baseline, empty if there is none."""
    if not BASELINE.exists():
        return {}
    kept: dict[str, Any] = json.loads(BASELINE.read_text(encoding="utf-8"))
    return kept


def environment() -> dict[str, str]:
    """Return what counts depend on besides the sources."""
    compiler = os.environ.get("CC", "gcc")
    version = subprocess.run([compiler, "-dumpversion"], capture_output=True, text=True, check=True).stdout
    cpu = Path("/proc/cpuinfo")
    wide = cpu.exists() and " avx2 " in cpu.read_text(encoding="utf-8")
    return {
        "python": ".".join(platform.python_version_tuple()[:2]),
        "compiler": f"{compiler} {version.split('.')[0].strip()}",
        "libc": " ".join(platform.libc_ver()),
        "machine": platform.machine() + (" with AVX2" if wide else ""),
    }


def count(chosen: list[str]) -> dict[str, float]:
    """Run the workloads under callgrind and return instructions for one time by name."""
    for name in ("v4-1k", "v4-10k", "v6-1k"):
        # Drawn before, natively: under valgrind it would take long.
        _draw(name)
    with tempfile.TemporaryDirectory() as folder:
        command = ["valgrind", "--quiet", "--tool=callgrind", "--instr-atstart=no"]
        command += [f"--callgrind-out-file={folder}/out", sys.executable, "-m", "benchmarks.counting.inside"]
        command += [str(marks()), *chosen]
        environment = {**os.environ, "PYTHONHASHSEED": "0", "PYTHONDONTWRITEBYTECODE": "1"}
        subprocess.run(command, cwd=ROOT, env=environment, check=True)
        return _per_time(Path(folder))


def _draw(name: str) -> None:
    from benchmarks.counting.workloads import ADDRESSES, VARIANTS
    from benchmarks.material.address_tables import table

    given = table(name)
    given.misses(ADDRESSES // 2)
    for size in (VARIANTS, ADDRESSES // 2, ADDRESSES):
        given.hits(size)


def marks() -> Path:
    """Compile the marks."""
    key = hashlib.sha256(MARKS.read_bytes()).hexdigest()[:12]
    path = CACHE / f"marks-{key}.so"
    if not path.exists():
        CACHE.mkdir(parents=True, exist_ok=True)
        compiler = os.environ.get("CC", "gcc")
        subprocess.run([compiler, "-O2", "-shared", "-fPIC", "-o", str(path), str(MARKS)], check=True)
    return path


def _per_time(folder: Path) -> dict[str, float]:
    """Return the differences of the two lengths from callgrind's dumps."""
    dumps: dict[str, dict[int, int]] = defaultdict(dict)
    for path in folder.iterdir():
        text = path.read_text(encoding="utf-8")
        named, total = DUMPED.search(text), TOTAL.search(text)
        if named and total:
            dumps[named["name"]][int(named["length"])] = int(total["count"])
    found = {}
    for name in WORKLOADS:
        if len(dumps[name]) == 2:
            (short, few), (long, many) = sorted(dumps[name].items())
            found[name] = float(f"{(many - few) / (long - short):.{DIGITS}g}")
    return found


def report(
    chosen: list[str], counts: dict[str, float], here: dict[str, str], baseline: dict[str, Any]
) -> int:
    """Print counts beside the baseline's and return the exit status."""
    differing = {
        name: (here[name], baseline.get("environment", {}).get(name))
        for name in here
        if here[name] != baseline.get("environment", {}).get(name)
    }
    kept: dict[str, float] = baseline.get("counts", {})
    off = []
    for name in chosen:
        found, before = counts.get(name), kept.get(name)
        change = ""
        if found is None or before is None:
            change = "not counted" if found is None else "not in the baseline"
            if found is not None or before is not None:
                off.append(name)
        else:
            change = f"{found / before - 1:+.2%}"
            if abs(found / before - 1) > TOLERANCE:
                off.append(name)
                change += f", more than {TOLERANCE:.0%}"
        print(f"{name:40} {found or 0:14,.1f} {before or 0:14,.1f}  {change}")
    if differing:
        print(
            "Not compared: "
            + ", ".join(f"{what} is {ours}, the baseline's {its}" for what, (ours, its) in differing.items())
        )
        return 0
    if off:
        print("Look at what changed; if it is meant, write the baseline anew: make count-baseline")
    return 1 if off else 0


if __name__ == "__main__":
    sys.exit(main())
