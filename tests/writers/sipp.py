"""Record calls that SIPp makes on loopback: over UDP and TCP, IPv4 and IPv6.

    python tests/writers/sipp.py tests/data/sipp/calls.pcap

Needs SIPp and tcpdump (Debian's sip-tester and tcpdump) and the right to capture.
"""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from pathlib import Path

import attrs

SCENARIO = Path(__file__).parent.parent / "data" / "sipp" / "call.xml"
PORT = 5070
CALLS = 3
SECONDS = 20


@attrs.frozen(kw_only=True)
class Run:
    """One run of SIPp, and the endpoint that its INVITEs belong to by ``data/sipp/pjsip.conf``."""

    transport: str
    local: str
    remote: str
    port: int
    user: str = "sipp"
    trunk: str = "none"
    endpoint: str | None
    identifier: str | None


RUNS = (
    Run(transport="udp", local="127.0.0.2", remote="127.0.0.1", port=5072, endpoint="second", identifier="ip"),
    Run(
        transport="udp", local="127.0.0.1", remote="127.0.0.1", port=5073, trunk="blue", endpoint="blue",
        identifier="header",
    ),
    Run(transport="tcp", local="127.0.0.3", remote="127.0.0.1", port=5074, endpoint="sipp", identifier="username"),
    Run(transport="udp", local="::1", remote="::1", port=5075, endpoint="sipp", identifier="username"),
    Run(transport="tcp", local="::1", remote="::1", port=5076, endpoint="six", identifier="ip"),
    Run(transport="udp", local="127.0.0.3", remote="127.0.0.1", port=5077, user="nobody", endpoint=None,
        identifier=None),
)  # fmt: skip


def bracketed(address: str) -> str:
    """Return an address as it stands before a port."""
    return f"[{address}]" if ":" in address else address


def record(path: Path, folder: Path) -> None:
    """Make the calls of all runs and write what loopback carried; ``folder`` takes what SIPp leaves behind."""
    ports = " or ".join(f"port {run.port}" for run in RUNS)
    capture = subprocess.Popen(
        ["tcpdump", "-i", "lo", "-U", "--immediate-mode", "-s", "0", "-Z", "root", "-w", str(path), ports],
        stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    try:
        # The line "listening on lo" comes when the filter is in place.
        assert capture.stderr is not None
        while "listening" not in (line := capture.stderr.readline()):
            if not line:
                raise RuntimeError("tcpdump ended before it listened")
        for run in RUNS:
            call(run, folder)
        # Until the kernel has handed over the last packets.
        time.sleep(0.5)
    finally:
        capture.send_signal(signal.SIGINT)
        capture.communicate(timeout=SECONDS)


def call(run: Run, folder: Path) -> None:
    """Make the calls of one run between two SIPps."""
    mode = "t1" if run.transport == "tcp" else "u1"
    server = subprocess.Popen(
        ["sipp", "-sn", "uas", "-t", mode, "-i", bracketed(run.remote), "-p", str(PORT), "-m", str(CALLS), "-nostdin"],
        cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        # A server that isn't there yet refuses TCP at once.
        time.sleep(0.5)
        subprocess.run(
            ["sipp", "-sf", str(SCENARIO.resolve()), "-t", mode, "-i", bracketed(run.local), "-p", str(run.port),
             "-key", "user", run.user, "-key", "trunk", run.trunk, "-s", "100", "-m", str(CALLS), "-r", "50",
             "-nostdin", f"{bracketed(run.remote)}:{PORT}"],
            cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, timeout=SECONDS, check=True,
        )  # fmt: skip
        server.wait(timeout=SECONDS)
    finally:
        server.kill()
        server.wait()


if __name__ == "__main__":
    record(Path(sys.argv[1]), Path(sys.argv[1]).resolve().parent)
