"""Measure and publish: ``make bench-publish``.

python -m benchmarks.publishing               measure all rows, write results and documents
python -m benchmarks.publishing --only PART   measure the rows with PART in their id, keep the others
python -m benchmarks.publishing --resume      measure the rows without a result, such as after a run that was ended
python -m benchmarks.publishing --quick       try the pipeline: one short round, nothing heavy, into build/
python -m benchmarks.publishing --render      write the documents from the results
python -m benchmarks.publishing --check       fail if a document says otherwise than the results
"""

from __future__ import annotations

import argparse
import os
import platform
import subprocess
import sys
import time
from datetime import datetime, timezone
from pathlib import Path

from benchmarks.against.loops import FLAGS
from benchmarks.against.peers import versions
from benchmarks.material.address_tables import CACHE
from benchmarks.publishing.report import DOCUMENTS, rewritten, stale, tables
from benchmarks.publishing.results import RESULTS, load, save
from benchmarks.publishing.rounds import Effort, measure
from benchmarks.rows import ROWS
from benchmarks.rows.row import Row
from identify.version import __version__

QUICK = Effort(rounds=1, spare=0, values=1, seconds=0.01)


def main() -> int:
    """Do what the arguments say and return the exit status."""
    parser = argparse.ArgumentParser(
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        prog="benchmarks.publishing",
    )
    parser.add_argument("--only", action="append", default=[], metavar="PART")
    parser.add_argument("--resume", action="store_true")
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--render", action="store_true")
    parser.add_argument("--check", action="store_true")
    parser.add_argument("--rounds", type=int, default=Effort().rounds)
    parser.add_argument("--results", type=Path, help="another file than benchmarks/results/published.json")
    arguments = parser.parse_args()
    path: Path = arguments.results or (CACHE / "quick.json" if arguments.quick else RESULTS)
    if arguments.check:
        return check(path)
    if not arguments.render:
        effort = QUICK if arguments.quick else Effort(rounds=arguments.rounds)
        run(path, effort, arguments.only, resume=arguments.resume, quick=arguments.quick)
    if not arguments.quick:
        render(path)
    return 0


def check(path: Path) -> int:
    """Say which documents are stale."""
    found = stale(load(path))
    for document in found:
        print(
            f"{document.name}: its figures aren't those of {path.name}; run python -m benchmarks.publishing --render"
        )
    return 1 if found else 0


def render(path: Path) -> None:
    """Write the documents."""
    made = tables(load(path))
    for document in DOCUMENTS:
        document.write_text(rewritten(document.read_text(encoding="utf-8"), made), encoding="utf-8")


def run(path: Path, effort: Effort, only: list[str], *, resume: bool, quick: bool) -> None:
    """Measure row after row; what is done is kept, whatever comes after."""
    kept = load(path)
    chosen = chosen_rows(only)
    if quick:
        chosen = [row for row in chosen if not row.heavy]
    if resume:
        chosen = [row for row in chosen if row.id not in kept["rows"]]
    elif not only:
        kept["rows"] = {}
    date = datetime.now(timezone.utc).date().isoformat()
    kept |= {"date": date, "versions": versions() | {"sip-identify": __version__}, "finished": False}
    kept["command"] = "make bench-publish" if not quick else "python -m benchmarks.publishing --quick"
    begun = time.monotonic()
    for number, row in enumerate(chosen, 1):
        result, machine = measure(row, effort, date)
        kept["rows"][row.id] = result
        kept["rows"] = {id: kept["rows"][id] for id in ROWS if id in kept["rows"]}
        kept["machine"] |= machine
        if "platform" in kept["machine"]:
            kept["machine"] |= {"memory": _memory(), "c_compiler": _compiler(), "loops_in_C": " ".join(FLAGS)}
        save(kept, path)
        missing = "".join(f" [{side}: {reason}]" for side, reason in result.missing.items())
        missing += "".join(f" [{side} answers otherwise]" for side in result.disagreeing)
        judged = [result.judged(target) for target in row.targets]
        marks = " ".join({True: "met", False: "MISSED", None: "not judged"}[met] for met in judged)
        rounds = f"{len(result.steady)}/{len(result.rounds)}" + (" UNSTEADY" if result.unsteady else "")
        print(
            f"{time.monotonic() - begun:6.0f} s  {number:3}/{len(chosen)}  {row.id:34} {rounds:5} {marks}{missing}",
            flush=True,
        )
    kept["finished"] = all(id in kept["rows"] or row.optional for id, row in ROWS.items())
    save(kept, path)


def chosen_rows(only: list[str]) -> list[Row]:
    """Return the rows with one of these parts in their ids, or all; an optional one only by its whole id."""
    return [
        row
        for id, row in ROWS.items()
        if id in only or (not row.optional and (not only or any(part in id for part in only)))
    ]


def _compiler() -> str:
    found = subprocess.run(
        [os.environ.get("CC", "gcc"), "--version"], capture_output=True, text=True, check=False
    )
    return found.stdout.split("\n")[0] or platform.python_compiler()


def _memory() -> str:
    pages = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    return f"{pages / 2**30:.0f} GiB"


if __name__ == "__main__":
    sys.exit(main())
