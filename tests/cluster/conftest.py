"""Two workers of Dask, each a process of its own on this machine, and files for them."""

from __future__ import annotations

import struct
from pathlib import Path
from typing import Any

import captures
import pytest

from identify.configuration import Configuration
from identify.simulation.runs.work import RunPlan

CONFIGURATION = """\
[udp]
type = transport
protocol = udp
bind = 192.0.2.1:5060

[trunk]
type = endpoint

[alice]
type = endpoint

[trunk-address]
type = identify
endpoint = trunk
match = 192.0.2.0/28

[unused]
type = identify
endpoint = trunk
match = 203.0.113.200
"""

#: In seconds since the epoch.
BEGIN = 1_700_000_000

CALL = (
    "OPTIONS sip:100@192.0.2.1 SIP/2.0\r\nVia: SIP/2.0/UDP {source}:5060;branch=z9hG4bK{number}\r\n"
    "From: <sip:{user}@caller.example>;tag={number}\r\nTo: <sip:100@192.0.2.1>\r\nCall-ID: {number}\r\n"
    "CSeq: 1 OPTIONS\r\nContact: <sip:{user}@{source}>\r\nContent-Length: 0\r\n\r\n"
)


def capture(path: Path, numbers: range) -> str:
    """Write a capture with a request of each number, a second apart: of the trunk, of alice and of strangers in turn."""
    file = captures.pcap_header()
    for number in numbers:
        source, user = (
            (f"192.0.2.{2 + number % 7}", "bob"),
            (f"198.51.100.{number % 5}", "alice"),
            (f"203.0.113.{number % 11}", "mallory"),
        )[number % 3]
        data = CALL.format(source=source, user=user, number=number).encode()
        frame = captures.framed(captures.datagram(data, source, "192.0.2.1"), captures.ETHERNET)
        file += struct.pack("<IIII", BEGIN + number, 0, len(frame), len(frame)) + frame
    path.write_bytes(file)
    return str(path)


@pytest.fixture(scope="session")
def cluster() -> Any:
    """Give a cluster of two worker processes under nannies."""
    # Not at the top: the tests are collected where Dask isn't installed too.
    from distributed import LocalCluster  # noqa: PLC0415

    with LocalCluster(
        n_workers=2, threads_per_worker=1, processes=True, dashboard_address=None, host="127.0.0.1"
    ) as made:
        yield made


@pytest.fixture
def config(tmp_path: Path) -> Path:
    """Give the path of the configuration."""
    path = tmp_path / "pjsip.conf"
    path.write_text(CONFIGURATION, encoding="utf-8")
    return path


@pytest.fixture
def plan(config: Path) -> RunPlan:
    """Give a plan of the configuration."""
    return RunPlan(configuration=Configuration.from_path(config))


@pytest.fixture
def files(tmp_path: Path) -> list[str]:
    """Give the paths of three captures without anything in common but their sources."""
    return [
        capture(tmp_path / f"{name}.pcap", range(1000 * place, 1000 * place + count))
        for place, (name, count) in enumerate({"monday": 300, "tuesday": 200, "wednesday": 100}.items())
    ]
