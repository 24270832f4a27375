"""The programs of "Simulate on many machines" for Spark and Ray run as the page shows them."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tempfile
from collections import Counter
from pathlib import Path

import dataframes
import pyarrow.parquet
import pytest
from consoles import ROOT

from identify.configuration import Configuration
from identify.integrations.dataframes import map_batches

pytestmark = pytest.mark.frameworks

PAGE = ROOT / "docs" / "how-to" / "many-machines.md"
PROGRAM = r"^<!-- program: {} -->\n```python\n(.*?)^```$"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Give a folder with the configuration and the requests that the programs read."""
    (tmp_path / "pjsip.conf").write_text(dataframes.CONFIGURATION, encoding="utf-8")
    table = dataframes.requests(400).drop_columns(["transport", "local"])
    pyarrow.parquet.write_table(table, tmp_path / "requests.parquet", row_group_size=100)
    return tmp_path


def run(name: str, folder: Path, before: str = "", **environment: str) -> Counter[tuple[str, str]]:
    """Run a program in the folder; return how many rows it has counted of each endpoint and outcome."""
    found = re.search(PROGRAM.format(name), PAGE.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)
    assert found is not None
    program = folder / "program.py"
    program.write_text(before + found[1], encoding="utf-8")
    made = subprocess.run(
        [sys.executable, str(program)],
        cwd=folder,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )
    assert made.returncode == 0, made.stderr[-4000:]
    lines = [line.split() for line in made.stdout.splitlines() if len(line.split()) == 3]
    return Counter({(endpoint, outcome): int(count) for endpoint, outcome, count in lines})


def wanted() -> Counter[tuple[str, str]]:
    """Return the same, counted here."""
    table = map_batches(Configuration.from_files({"pjsip.conf": dataframes.CONFIGURATION})).table(
        dataframes.requests(400).drop_columns(["transport", "local"])
    )
    pairs = zip(table["endpoint"].to_pylist(), table["outcome"].to_pylist(), strict=True)
    counts = Counter((str(endpoint), str(outcome)) for endpoint, outcome in pairs)
    assert set(counts) >= {
        ("trunk", "identified"),
        ("None", "unidentified"),
        ("None", "dropped"),
        ("None", "None"),
    }
    return counts


@pytest.mark.needs("pyspark", "pandas", "java")
def test_spark(folder: Path) -> None:
    """Spark's mapInArrow appends what one process answers."""
    options = (
        "--master local[2] --conf spark.ui.enabled=false --conf spark.sql.shuffle.partitions=1 pyspark-shell"
    )

    found = run(
        "spark",
        folder,
        PYSPARK_SUBMIT_ARGS=options,
        PYSPARK_PYTHON=sys.executable,
        PYSPARK_DRIVER_PYTHON=sys.executable,
        SPARK_LOCAL_IP="127.0.0.1",
    )

    assert found == wanted()


@pytest.mark.needs("ray", "pandas")
def test_ray(folder: Path) -> None:
    """Ray Data's map_batches appends what one process answers."""
    started = (
        "import ray\n"
        "ray.init(num_cpus=2, include_dashboard=False, object_store_memory=80 << 20, log_to_driver=False)\n"
    )

    # Sockets lie in this folder, whose path may not be long.
    with tempfile.TemporaryDirectory(prefix="ray", dir="/tmp") as temporary:
        found = run(
            "ray",
            folder,
            started,
            RAY_TMPDIR=temporary,
            RAY_AUTH_MODE="disabled",
            RAY_USAGE_STATS_ENABLED="0",
            RAY_DATA_DISABLE_PROGRESS_BARS="1",
        )

    assert found == wanted()
