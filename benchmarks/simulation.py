"""Time ``sip-identify simulate`` over a large capture, beside tshark reading three fields of the same file.

    python -m benchmarks.simulation [--requests 1000000] [--rounds 3] [--folder build/traffic]

The capture and the configuration are those of ``benchmarks/traffic.py``.  Both run as commands, by turns, from the
page cache; a figure is the median over the rounds.  Memory is the peak of the process, also over a tenth of the
capture, which tells whether it grows.  tshark is Debian's package; without it only ours is timed.
"""

from __future__ import annotations

import argparse
import os
import shutil
import statistics
import subprocess
import sys
import time
from pathlib import Path

from benchmarks.traffic import configuration, write

FIELDS = ("-Y", "sip.Method", "-T", "fields", "-e", "ip.src", "-e", "sip.from.user", "-e", "sip.r-uri")


def run(command: list[str]) -> tuple[float, float]:
    """Return the seconds that a command took, and the MB of its peak."""
    begin = time.perf_counter()
    with open(os.devnull, "wb") as nothing:
        process = subprocess.Popen(command, stdout=nothing, stderr=nothing)
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != 0:
        raise SystemExit(f"{command[0]} ended with status {process.returncode}")
    return time.perf_counter() - begin, usage.ru_maxrss / 1024


def spread(times: list[float]) -> str:
    """Word the median with the least and the most."""
    return f"{statistics.median(times):.2f} s ({min(times):.2f} to {max(times):.2f})"


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--requests", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--folder", type=Path, default=Path("build/traffic"))
    arguments = parser.parse_args()
    folder: Path = arguments.folder
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "pjsip.conf").write_text(configuration())
    sizes = (arguments.requests // 10, arguments.requests)
    for size in sizes:
        if not (folder / f"{size}.pcap").exists():
            write(folder / f"{size}.pcap", size)
    ours = [sys.executable, "-m", "identify.commands", "simulate", str(folder / "pjsip.conf")]
    small, large = (str(folder / f"{size}.pcap") for size in sizes)
    theirs = ["tshark", "-r", large, *FIELDS]
    beside = shutil.which("tshark") is not None
    times: list[float] = []
    others: list[float] = []
    peaks: list[tuple[float, float]] = []
    for _ in range(arguments.rounds):
        seconds, peak = run([*ours, large])
        times.append(seconds)
        peaks.append((run([*ours, small])[1], peak))
        if beside:
            others.append(run(theirs)[0])
    taken = statistics.median(times)
    print(f"{sizes[1]:,} requests, {os.path.getsize(large) / 1e6:,.0f} MB")
    print(f"sip-identify simulate: {spread(times)}, {sizes[1] / taken:,.0f} requests/s")
    for place, size in enumerate(sizes):
        print(f"peak memory at {size:,}: {max(pair[place] for pair in peaks):.0f} MB")
    if beside:
        print(f"tshark: {spread(others)}, {statistics.median(others) / taken:.1f} times ours")


if __name__ == "__main__":
    main()
