"""``sip-identify simulate --dask`` and ``run_on_dask``: totals, lost workers, URLs, what is refused."""

from __future__ import annotations

import json
import os
import signal
import socket
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import attrs
import pytest
from click.testing import CliRunner

from identify.commands.main import sip_identify
from identify.errors import ClusterError, TrafficError
from identify.simulation.files import read_expected
from identify.simulation.runs.cluster import run_on_dask
from identify.simulation.runs.work import run

pytestmark = [pytest.mark.frameworks, pytest.mark.needs("distributed")]


def pipe_of(path):
    """Put a named pipe in a file's place."""
    os.unlink(path)
    os.mkfifo(path)


def holders(path, pids):
    """Return those processes that have a file open."""
    return [
        pid
        for pid in pids
        if any(os.path.realpath(file) == path for file in Path(f"/proc/{pid}/fd").iterdir())
    ]


def test_totals(cluster, plan, files):
    """Two worker processes count what one process counts, with every table, in the files' order."""
    done = []

    found = run_on_dask(plan, files, cluster.scheduler_address, done=lambda task: done.append(task.path))

    assert found.as_dict() == run(plan, files).as_dict()
    assert found.messages == 600
    assert done == files


def test_a_worker_is_killed(cluster, plan, files):
    """A worker that is killed in the middle of a file costs nothing but time: totals are those of one process.

    The file is a pipe, so that its worker reads half of it and waits.  When that one is killed another pipe has its
    name already, so that whoever runs the task again gets all of it.
    """
    with cluster.get_client() as client:
        before = set(client.run(os.getpid).values())
    wanted = run(plan, files).as_dict()
    data = Path(files[0]).read_bytes()
    pipe_of(files[0])

    with ThreadPoolExecutor(1) as thread:
        running = thread.submit(run_on_dask, plan, files, cluster.scheduler_address)
        with open(files[0], "wb", buffering=0) as pipe:
            pipe.write(data[: len(data) // 2])
            (victim,) = holders(files[0], before)
            pipe_of(files[0])
            os.kill(victim, signal.SIGKILL)
        with open(files[0], "wb") as pipe:
            pipe.write(data)
        found = running.result(timeout=60)

    assert found.as_dict() == wanted
    with cluster.get_client() as client:
        client.wait_for_workers(2, timeout=60)
        after = set(client.run(os.getpid).values())
    assert victim not in after
    assert len(after) == 2


def test_counts_over_time(cluster, plan, files):
    """Counts over time come from the workers too."""
    plan = attrs.evolve(plan, timeline=True)

    found = run_on_dask(plan, files, cluster.scheduler_address)

    wanted = run(plan, files).timeline
    assert found.timeline is not None
    assert found.timeline.outcomes() == wanted.outcomes()
    assert found.timeline.endpoints(10) == wanted.endpoints(10)


def test_urls(cluster, plan, files):
    """Files may be named by URL; tables call them by it."""
    urls = [f"file://{path}" for path in files]

    found = run_on_dask(plan, urls, cluster.scheduler_address)

    assert [reading.name for reading in found.readings] == urls
    assert found.hits == run(plan, files).hits


def test_expected(cluster, plan, files, tmp_path):
    """Expected answers go with the plan."""
    run(attrs.evolve(plan, record=str(tmp_path / "expected.jsonl")), files)
    expecting = attrs.evolve(plan, expected=read_expected(str(tmp_path / "expected.jsonl")))

    found = run_on_dask(expecting, files, cluster.scheduler_address)

    assert found.expectations.checked == 600
    assert found.expectations.failed == 0


def test_nothing_stays_on_the_workers(cluster, plan, files):
    """The plan leaves the workers with the run."""
    run_on_dask(plan, files, cluster.scheduler_address)

    with cluster.get_client() as client:
        names = client.run(lambda dask_worker: list(dask_worker.plugins))
    assert [name for kept in names.values() for name in kept if name.startswith("sip-identify")] == []


def test_missing_file(cluster, plan, files):
    """A file that the workers haven't is an error that names it."""
    with pytest.raises(TrafficError, match=r"nowhere\.pcap: can't be read: No such file"):
        run_on_dask(plan, [files[0], "nowhere.pcap"], cluster.scheduler_address)


def test_no_files_are_written(plan, files):
    """Rows and recorded answers aren't asked of the workers."""
    with pytest.raises(ValueError, match="output and record"):
        run_on_dask(attrs.evolve(plan, output="rows.csv"), files, "tcp://127.0.0.1:1")


def test_no_scheduler(plan, files):
    """Where nobody answers, the error comes within seconds and has the address."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        address = f"tcp://127.0.0.1:{server.getsockname()[1]}"
    begun = time.monotonic()

    with pytest.raises(ClusterError, match=f"{address}: no Dask scheduler answers") as caught:
        run_on_dask(plan, files, address, patience=1)

    assert caught.value.address == address
    assert time.monotonic() - begun < 10


@pytest.mark.parametrize("address", ["nonsense", "carrier-pigeon://127.0.0.1:1", ""])
def test_no_address(plan, files, address):
    """What is no address is an error of the cluster too."""
    with pytest.raises(ClusterError, match="no Dask scheduler answers"):
        run_on_dask(plan, files, address, patience=1)


def test_command(cluster, config, files):
    """The command prints the totals that one process prints."""
    given = ["simulate", str(config), *files, "--json"]

    here = CliRunner().invoke(sip_identify, given)
    there = CliRunner().invoke(sip_identify, [*given, "--dask", cluster.scheduler_address])

    assert there.exit_code == 0, there.output
    assert json.loads(there.stdout) == json.loads(here.stdout)


def test_command_without_scheduler(config, files):
    """The command says which address doesn't answer, with the status of unusable input."""
    found = CliRunner().invoke(sip_identify, ["simulate", str(config), *files, "--dask", "nonsense"])

    assert found.exit_code == 2
    assert "nonsense: no Dask scheduler answers" in found.stderr
