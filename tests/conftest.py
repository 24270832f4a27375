"""What holds for all tests: Hypothesis's profiles, and which tests this machine can run.

HYPOTHESIS_PROFILE chooses between ``dev`` (new examples each time) and ``ci`` (the same ones each time).
IDENTIFY_NETWORK=1 says that PyPI must be reachable; without it, tests that install from PyPI are left out
where it can't be reached.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile

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
