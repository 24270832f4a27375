"""Commands as whole processes: the time, the CPU time and the memory that one takes from its start to its end.

Knows how to run a command and how those are called that are measured beside ours; what they print goes nowhere.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import sysconfig
import time
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path

import attrs

__all__ = ["PASS", "Spent", "run", "sip_identify", "tshark", "tshark_version"]

#: Start-up of the interpreter alone.
PASS = (sys.executable, "-c", "pass")

#: For each message: where it came from, the user of From, the request URI.
TSHARK_FIELDS = ("-e", "ip.src", "-e", "sip.from.user", "-e", "sip.r-uri")


@attrs.frozen(kw_only=True)
class Spent:
    """What a process took: seconds until its end, seconds of CPU, most bytes of memory at once."""

    seconds: float
    cpu: float
    peak: int


def run(command: Sequence[str], environment: Mapping[str, str] | None = None) -> Spent:
    """Run a command to its end; ``environment`` is added to ours.  RuntimeError where it fails."""
    begun = time.perf_counter()
    process = subprocess.Popen(
        command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env={**os.environ, **environment} if environment else None,
    )
    _, status, usage = os.wait4(process.pid, 0)
    seconds = time.perf_counter() - begun
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise RuntimeError(f"{Path(command[0]).name} ended with status {process.returncode}")
    return Spent(seconds=seconds, cpu=usage.ru_utime + usage.ru_stime, peak=usage.ru_maxrss * 1024)


def sip_identify(*arguments: str) -> tuple[str, ...]:
    """Return our command, as it is installed beside the interpreter."""
    return str(Path(sysconfig.get_path("scripts")) / "sip-identify"), *arguments


def tshark(capture: Path) -> tuple[str, ...]:
    """Return the command that has tshark read three fields of each SIP request; FileNotFoundError without it."""
    program = shutil.which("tshark")
    if program is None:
        raise FileNotFoundError("tshark is not installed")
    return program, "-r", str(capture), "-Y", "sip.Method", "-T", "fields", *TSHARK_FIELDS


@cache
def tshark_version() -> str | None:
    """Return the version of tshark, None where it isn't installed."""
    program = shutil.which("tshark")
    if program is None:
        return None
    said = subprocess.run([program, "--version"], capture_output=True, text=True, check=False).stdout
    # "TShark (Wireshark) 4.0.17 (Git v4.0.17 packaged as ...)."
    words = said.split()
    return words[2].rstrip(".") if len(words) > 2 else None
