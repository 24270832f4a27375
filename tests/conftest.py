"""What holds for all tests: Hypothesis's profiles, which tests this machine can run, and that no test asks anybody.

A test that connects to another machine or asks for a host name fails, except those of real programs (``network``,
``frameworks``, ``browser``).

A test that needs a program or a package beyond those of the test group says so by ``pytest.mark.needs``; where it is
missing the test is skipped with what to install.

HYPOTHESIS_PROFILE chooses between ``dev`` (new examples each time) and ``ci`` (the same ones each time).
IDENTIFY_NETWORK=1 says that PyPI must be reachable; without it, tests that install from PyPI are left out
where it can't be reached.
"""

from __future__ import annotations

import importlib.util
import ipaddress
import os
import shutil
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, settings

# How long an example takes depends on what else the machine does.
settings.register_profile("dev", deadline=None)
settings.register_profile(
    "ci",
    deadline=None,
    derandomize=True,
    print_blob=True,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "dev"))


#: Where a program comes from: Debian's packages.
PROGRAMS = {
    "sipp": "apt-get install sip-tester",
    "knotd": "apt-get install knot",
    "tcpdump": "apt-get install tcpdump",
    "valgrind": "apt-get install valgrind",
    "chromium": "apt-get install chromium chromium-driver",
    "chromedriver": "apt-get install chromium chromium-driver",
    "java": "apt-get install default-jre-headless",
    "capture": "run as root, to capture on loopback",
}


def missing(name: str) -> str | None:
    """Say what to do for a program or a Python package to be there; None if it is."""
    if name == "capture":
        try:
            socket.socket(socket.AF_PACKET, socket.SOCK_RAW, 0).close()
        except OSError:
            return PROGRAMS[name]
        return None
    if name in PROGRAMS:
        return None if shutil.which(name) else PROGRAMS[name]
    return None if importlib.util.find_spec(name) else f"pip install {name}"


def pytest_itemcollected(item: pytest.Item) -> None:
    """Skip what needs something that isn't here."""
    for marker in item.iter_markers("needs"):
        for name in marker.args:
            if (remedy := missing(name)) is not None:
                item.add_marker(pytest.mark.skip(reason=f"needs {name}: {remedy}"))


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out what needs PyPI where there is none, and say so in the summary's count."""
    needy = [item for item in items if item.get_closest_marker("network")]
    selected = (
        "network" in (config.option.markexpr or "network") and "not network" not in config.option.markexpr
    )
    if needy and selected and os.environ.get("IDENTIFY_NETWORK") != "1" and not _pypi_is_reachable():
        config.hook.pytest_deselected(items=needy)
        items[:] = [item for item in items if item not in needy]


def _pypi_is_reachable() -> bool:
    """Ask pip, which knows of proxies and mirrors, for a small distribution."""
    with tempfile.TemporaryDirectory() as folder:
        command = [
            sys.executable,
            "-m",
            "pip",
            "download",
            "--quiet",
            "--no-deps",
            "--dest",
            folder,
            "iniconfig",
        ]
        return subprocess.run(command, capture_output=True, timeout=120, check=False).returncode == 0


#: Who was asked outside this machine while a test ran; None while that is allowed.
asked: list[str] | None = None


def _notice_asking(event: str, arguments: tuple[Any, ...]) -> None:
    """Refuse what leaves this machine; the hook stays for the whole process, as audit hooks do."""
    if asked is None or not event.startswith("socket."):
        return
    if event in ("socket.connect", "socket.sendto", "socket.sendmsg"):
        ours, address = arguments
        if ours.family not in (socket.AF_INET, socket.AF_INET6) or not isinstance(address, tuple):
            return
        host = address[0]
    elif event in ("socket.getaddrinfo", "socket.gethostbyname"):
        host = arguments[0]
    else:
        return
    if not _is_here(host):
        asked.append(f"{event} {host!r}")
        raise PermissionError(f"a test must not ask outside this machine: {event} {host!r}")


def _is_here(host: object) -> bool:
    """Say whether a host is this machine."""
    name = host.decode("utf-8", "replace") if isinstance(host, bytes) else host
    if not name or name in ("localhost", socket.gethostname()):
        return True
    try:
        address = ipaddress.ip_address(str(name).partition("%")[0])
    except ValueError:
        return False
    return address.is_loopback or address.is_unspecified


sys.addaudithook(_notice_asking)


@pytest.fixture(autouse=True)
def asked_outside(request: pytest.FixtureRequest) -> Iterator[list[str]]:
    """Fail a test that asks outside this machine, also if what it asked with swallowed the refusal; give what it asked."""
    global asked  # noqa: PLW0603  An audit hook has no other place to look.
    if any(request.node.get_closest_marker(name) for name in ("network", "frameworks", "browser")):
        yield []
        return
    asked = []
    yield asked
    found, asked = asked, None
    assert found == []
