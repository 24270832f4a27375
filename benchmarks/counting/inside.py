"""The process that valgrind runs: each workload in two lengths, each length between marks; prints what is missing."""

from __future__ import annotations

import ctypes
import gc
import sys

from benchmarks.counting.workloads import WORKLOADS

#: The longer length, in shorter ones.
LONGER = 3


def main() -> None:
    """Run all workloads."""
    marks = ctypes.CDLL(sys.argv[1])
    chosen = set(sys.argv[2:]) or set(WORKLOADS)
    for name, (make, times) in WORKLOADS.items():
        if name not in chosen:
            continue
        try:
            run = make()
        except AttributeError as error:
            print(f"{name}: {error}", flush=True)
            continue
        # Caches that fill at first use, and the adaptive interpreter's, fill before anything is counted.
        run(times)
        for length in (times, LONGER * times):
            # The collector counts allocations; both lengths begin with the same count.
            gc.collect()
            marks.count_begin()
            run(length)
            marks.count_end(f"{name}|{length}".encode())


if __name__ == "__main__":
    main()
