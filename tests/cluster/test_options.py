"""What is said where ``--dask`` can't be: without its library, and with options that it doesn't go with."""

from __future__ import annotations

import sys

import pytest
from click.testing import CliRunner

from identify.commands.main import sip_identify
from identify.errors import TrafficError
from identify.traffic import open_traffic


@pytest.mark.parametrize(
    ("option", "named"),
    [
        (("--output", "rows.csv"), "--output"),
        (("--record", "expected.jsonl"), "--record"),
        (("--limit", "1"), "--limit"),
        (("--only", "acl"), "--only"),
        (("--where", "port=1"), "--where"),
        (("--jobs", "2"), "--jobs"),
    ],
)
def test_what_does_not_go_with_it(config, files, option, named):
    """Each option that needs more than totals is refused by name."""
    found = CliRunner().invoke(
        sip_identify, ["simulate", str(config), *files, "--dask", "tcp://127.0.0.1:1", *option]
    )

    assert found.exit_code == 2
    assert f"{named} cannot be used with --dask" in found.stderr


@pytest.mark.parametrize("mode", [("--explain", "1"), ("--against", "other.conf")])
def test_other_modes(config, files, mode):
    """Traces and comparisons aren't made by workers."""
    found = CliRunner().invoke(
        sip_identify, ["simulate", str(config), *files, "--dask", "tcp://127.0.0.1:1", *mode]
    )

    assert found.exit_code == 2
    assert f"--dask cannot be used with {mode[0]}" in found.stderr


def test_standard_input(config):
    """A worker can't read this process's standard input."""
    found = CliRunner().invoke(sip_identify, ["simulate", str(config), "-", "--dask", "tcp://127.0.0.1:1"])

    assert found.exit_code == 2
    assert "standard input cannot be used with --dask" in found.stderr


def test_dask_is_missing(config, files, monkeypatch):
    """Without Dask the command says what to install."""
    monkeypatch.setitem(sys.modules, "distributed", None)

    found = CliRunner().invoke(sip_identify, ["simulate", str(config), *files, "--dask", "tcp://127.0.0.1:1"])

    assert found.exit_code == 2
    assert "pip install 'sip-identify[dask]'" in found.stderr


def test_fsspec_is_missing(monkeypatch):
    """Without fsspec a URL can't be opened, which says what to install."""
    monkeypatch.setitem(sys.modules, "fsspec", None)

    with pytest.raises(TrafficError, match=r"^s3://bucket/a\.pcap: .*pip install"):
        open_traffic("s3://bucket/a.pcap")
