"""Compare what two checkouts read from generated sets of files: all that a configuration says.

    python tests/long/against.py ../reference --count 200000 [--seed 0] [--engines]

``../reference`` is another checkout with its compiled modules; this one is the new side.  Processes of both read the
same sets and digests are compared; of the sets that differ the first differing field is printed, each kind of
difference a few times.  With ``--keep FILE`` the old side reads each set once for all later runs, and ``--jobs 2`` is
then right for two processors.  With ``--engines`` the compiled tables must be equal too.  Set n of a seed is always
the same, as in ``tests/config/test_kept_answers.py``; ``--show n`` prints the files of one, and what differs.  The exit status is 1 if anything differs.  Interrupted, it says how far it came.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import queue
import re
import subprocess
import sys
import threading
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1] / "support"))

import configured
import configured_values
from configured import FileSet, generated
from everything import FIELDS, digest, first_difference, loaded, opened

import identify
from identify.engine import Engine

ROOT = Path(__file__).resolve().parents[2]
#: Sets that a process reads before it answers, and seconds between two reports of the progress.
PORTION, REPORT_EVERY = 500, 60
#: Sets that are shown of each kind of difference, and kinds.
SHOWN, KINDS = 2, 25
#: Runs with different seeds have no sets in common.
APART = 1_000_000_000
FIELD_NAMES = frozenset(name for fields in FIELDS.values() for name in fields.split())
UNSTABLE = "nothing, but for a digest that isn't the same twice"


class Side:
    """A process that reads with the library of one checkout."""

    def __init__(self, checkout: Path, engines: bool) -> None:
        """Start it, and see that it has the library from there."""
        environment = {**os.environ, "PYTHONPATH": str(checkout), "PYTHONHASHSEED": "random"}
        command = [sys.executable, __file__, str(checkout), "--inside", *(["--engines"] if engines else [])]
        self.process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=environment, text=True, cwd=checkout
        )
        used = Path(self.answer()).resolve()
        if checkout.resolve() not in used.parents:
            raise SystemExit(f"{used} is not in {checkout}")

    def ask(self, question: object) -> None:
        """Send a question."""
        assert self.process.stdin is not None
        self.process.stdin.write(json.dumps(question) + "\n")
        self.process.stdin.flush()

    def answer(self) -> Any:
        """Return the next answer."""
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        if not line:
            raise SystemExit(f"the process of {self.process.args!r} ended: {self.process.wait()}")
        return json.loads(line)

    def close(self) -> None:
        """End the process."""
        assert self.process.stdin is not None
        with suppress(BrokenPipeError):
            self.process.stdin.close()
        self.process.wait()


def said_of(files: FileSet, engines: bool) -> dict[str, Any]:
    """Return all that a set says, or the error that it ends with, which is never right."""
    try:
        said = loaded(files)
        if engines and not files.on_disk:
            said["engine"] = _image(opened(files))
    except Exception as error:  # noqa: BLE001 - whatever it is, it is compared
        return {"error": [type(error).__name__, str(error)]}
    return said


def _image(configuration: Any) -> str:
    tokens = {id: f"token-{id}" for id, each in configuration.registrations.items() if each.line}
    image = Engine(configuration, tokens).__reduce__()[1][1]
    return hashlib.sha256(image).hexdigest()


def inside(engines: bool) -> None:
    """Answer questions: digests of a range of sets, or all that one says."""
    print(json.dumps(identify.__file__), flush=True)
    for line in sys.stdin:
        first, count = json.loads(line)
        if count:
            answer: Any = [digest(said_of(generated(seed), engines)) for seed in range(first, first + count)]
        else:
            answer = said_of(generated(first), engines)
        print(json.dumps(answer), flush=True)


def kind_of(difference: str) -> str:
    """Return the names of the fields on the way to what differs, without those of objects."""
    words = re.split(r"[.\[\]]", difference.partition(": ")[0])
    return ".".join(word for word in words if word in FIELD_NAMES)


class Lane:
    """The two processes of a lane, and the digests of the old side that are known already."""

    def __init__(self, other: Path, engines: bool, kept: Kept) -> None:
        """Start the process of this checkout; that of the other one follows when something is asked of it."""
        self.kept = kept
        self._other, self._engines = other, engines
        self._old: Side | None = None
        self._new = Side(ROOT, engines)

    def compare(self, portion: tuple[int, int]) -> list[tuple[int, str]]:
        """Return the sets of a portion that differ, with the first difference of each."""
        first, count = portion
        self._new.ask([first, count])
        before = self.kept.digests.get(portion)
        if before is None:
            self.old.ask([first, count])
            before = self.old.answer()
            self.kept.add(portion, before)
        found = []
        digests = enumerate(zip(before, self._new.answer(), strict=True), first)
        for seed in [seed for seed, (one, other) in digests if one != other]:
            self.old.ask([seed, 0])
            self._new.ask([seed, 0])
            found.append((seed, first_difference(self.old.answer(), self._new.answer()) or UNSTABLE))
        return found

    @property
    def old(self) -> Side:
        """The process of the other checkout."""
        if self._old is None:
            self._old = Side(self._other, self._engines)
        return self._old

    def close(self) -> None:
        """End the processes."""
        for side in (self._old, self._new):
            if side is not None:
                side.close()


class Kept:
    """Digests of the old side by portion, in a file if there is one: they don't change, and take half of the time."""

    def __init__(self, path: Path | None, what: list[Any]) -> None:
        """Read what the file has of this checkout and these sets."""
        self.digests: dict[tuple[int, int], list[str]] = {}
        self._path, self._what, self._lock = path, what, threading.Lock()
        if path is not None and path.exists():
            for line in path.read_text(encoding="utf-8").splitlines():
                of, first, count, digests = json.loads(line)
                if of == what:
                    self.digests[first, count] = digests

    def add(self, portion: tuple[int, int], digests: list[str]) -> None:
        """Add those of a portion."""
        if self._path is not None:
            with self._lock, self._path.open("a", encoding="utf-8") as file:
                file.write(json.dumps([self._what, *portion, digests]) + "\n")


def of_generator() -> str:
    """Return a text that changes with the generator, whose sets the kept digests are of."""
    paths = (Path(module.__file__ or "") for module in (configured, configured_values))
    return hashlib.sha256(b"".join(path.read_bytes() for path in paths)).hexdigest()[:16]


def shown(seed: int) -> None:
    """Print the files of a set."""
    files = generated(seed)
    print(f"release {files.release}, partial {files.partial}, names {files.names}, odd {files.odd}")
    for name, data in files.files.items():
        print(
            f"--- {name}{' (on disk)' if files.on_disk else ''}\n{data.decode('utf-8', 'backslashreplace')}"
        )


def main() -> int:
    """Run, and return 1 if anything differs."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("other", type=Path, help="the checkout of the old side")
    parser.add_argument("--count", type=int, default=200_000)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--first", type=int, default=0, help="the number of the first set")
    parser.add_argument("--engines", action="store_true", help="compare the compiled tables too")
    parser.add_argument("--jobs", type=int, default=1, help="how many pairs of processes read (default: 1)")
    parser.add_argument(
        "--keep", type=Path, metavar="FILE", help="keep the digests of the old side, and use them"
    )
    parser.add_argument(
        "--show", type=int, metavar="N", help="print the files of set N, and compare only that"
    )
    parser.add_argument("--inside", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.inside:
        inside(options.engines)
        return 0
    start = options.seed * APART + options.first
    if options.show is not None:
        start, options.count = options.seed * APART + options.show, 1
        shown(start)
    began, done, differing = time.monotonic(), 0, 0
    reported, kinds = began, Counter[str]()
    kept = Kept(options.keep, [str(options.other.resolve()), options.engines, of_generator()])
    portions = [(start + at, min(PORTION, options.count - at)) for at in range(0, options.count, PORTION)]
    lanes: queue.SimpleQueue[Lane] = queue.SimpleQueue()
    for _ in range(options.jobs):
        lanes.put(Lane(options.other, options.engines, kept))

    def compared(portion: tuple[int, int]) -> list[tuple[int, str]]:
        lane = lanes.get()
        try:
            return lane.compare(portion)
        finally:
            lanes.put(lane)

    with ThreadPoolExecutor(options.jobs) as pool:
        try:
            for portion, found in zip(portions, pool.map(compared, portions), strict=True):
                done += portion[1]
                for seed, difference in found:
                    differing += 1
                    kind = kind_of(difference)
                    kinds[kind] += 1
                    if kinds[kind] <= SHOWN and len(kinds) <= KINDS:
                        print(f"set {seed - options.seed * APART}: {difference}", flush=True)
                if time.monotonic() - reported > REPORT_EVERY:
                    reported = time.monotonic()
                    print(f"... {done} sets, {differing} differences", file=sys.stderr, flush=True)
        except KeyboardInterrupt:
            pool.shutdown(cancel_futures=True)
    while not lanes.empty():
        lanes.get().close()
    for kind, number in kinds.most_common(KINDS):
        print(f"{number:>7}  {kind}")
    print(f"{done} sets, {differing} differences, {time.monotonic() - began:.0f} s")
    return 1 if differing else 0


if __name__ == "__main__":
    sys.exit(main())
