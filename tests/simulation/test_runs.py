"""Runs over files: stretches of a file, several processes, and files of expected answers."""

from __future__ import annotations

import json
from pathlib import Path

import attrs
import captures
import pytest
from hypothesis import given
from hypothesis import strategies as st

from identify.configuration import Configuration
from identify.engine import Engine
from identify.errors import TrafficError
from identify.simulation.files import Selection, read_expected
from identify.simulation.runs.work import RunPlan, Task, run, run_in_processes, run_task, tasks_of
from identify.traffic import open_traffic

CONFIGURATION = """\
[udp]
type=transport
protocol=udp
bind=192.0.2.1:5060

[even]
type=endpoint

[even-address]
type=identify
endpoint=even
match=10.0.0.0/8

[user-3]
type=endpoint
"""


def request(number):
    """Return a request that no other one continues."""
    user = f"user-{number % 7}"
    return (
        f"OPTIONS sip:100@192.0.2.1 SIP/2.0\r\nVia: SIP/2.0/UDP 10.0.0.1:5060;branch=z9hG4bK{number}\r\n"
        f"From: <sip:{user}@example.com>;tag={number}\r\nTo: <sip:100@192.0.2.1>\r\nCall-ID: {number}\r\n"
        f"CSeq: 1 OPTIONS\r\nX-Fill: {'x' * 600}\r\nContent-Length: 0\r\n\r\n"
    ).encode()


def packets(count):
    """Return packets, every second one from a source that has an identify."""
    return [
        captures.datagram(request(number), "10.0.0.1" if number % 2 == 0 else f"198.51.100.{number % 200}")
        for number in range(count)
    ]


@pytest.fixture(scope="module")
def capture(tmp_path_factory):
    """Give the path of a capture that takes several reads."""
    path = tmp_path_factory.mktemp("runs") / "many.pcap"
    path.write_bytes(captures.pcap([captures.framed(packet, captures.ETHERNET) for packet in packets(6000)]))
    return str(path)


@pytest.fixture(scope="module")
def plan():
    """Give a plan without files."""
    configuration = Configuration.from_files({"pjsip.conf": CONFIGURATION})
    return RunPlan(configuration=configuration, engine=Engine(configuration))


@pytest.mark.parametrize("parts", [1, 2, 3, 7])
def test_stretches_add_up(plan, capture, parts):
    """The stretches of a file come to the totals of the whole, and none is empty where the file is long."""
    whole = run(plan, [capture])

    results = [run_task(plan, Task(capture, part, parts)) for part in range(parts)]

    total = results[0]
    sizes = [result.messages for result in results]
    for result in results[1:]:
        total.merge(result)
    assert total.as_dict() == whole.as_dict()
    assert sum(sizes) == 6000
    assert parts > 3 or min(sizes) > 0


def test_processes_add_up(plan, capture, tmp_path):
    """Two processes over one file come to the same totals, rows and expected answers as one."""
    whole = attrs.evolve(plan, output=str(tmp_path / "one.csv"), record=str(tmp_path / "one.jsonl"))
    parted = attrs.evolve(plan, output=str(tmp_path / "two.csv"), record=str(tmp_path / "two.jsonl"))

    one = run(whole, [capture])
    two = run_in_processes(parted, [capture], 2)

    assert one.as_dict() == two.as_dict()
    assert (tmp_path / "one.csv").read_bytes() == (tmp_path / "two.csv").read_bytes()
    assert (tmp_path / "one.jsonl").read_bytes() == (tmp_path / "two.jsonl").read_bytes()
    assert len(read_expected(str(tmp_path / "two.jsonl"))) == 6000


@given(
    st.integers(0, 1 << 40), st.integers(1, 64), st.lists(st.integers(0, 1 << 41), min_size=1, max_size=20)
)
def test_every_byte_belongs_to_one_stretch(size, parts, places):
    """Whatever a file's size, each of its batches is simulated by exactly one task."""
    tasks = [Task("x", part, parts) for part in range(parts)]

    for place in places:
        assert sum(task.holds(place, size) for task in tasks) == 1


@pytest.mark.parametrize(
    ("paths", "jobs", "count"),
    [(["a"], 1, 1), (["a"], 4, 4), (["a", "b"], 2, 2), (["a", "b"], 3, 4), (["a", "b", "c"], 2, 3)],
)
def test_tasks(paths, jobs, count):
    """There are at least as many tasks as processes, and each file is covered once."""
    tasks = tasks_of(paths, jobs)

    assert len(tasks) == count
    for path in paths:
        parts = [task for task in tasks if task.path == path]
        assert [task.part for task in parts] == list(range(parts[0].parts))


def test_messages_of_one_packet_are_told_apart(plan, tmp_path):
    """Two messages in one segment have one frame; expected answers name each of them."""
    configuration = Configuration.from_files({"pjsip.conf": CONFIGURATION.replace("udp", "tcp")})
    streams = captures.segment(
        request(3).replace(b"UDP", b"TCP") + request(4).replace(b"UDP", b"TCP"), 1, "198.51.100.1"
    )
    path = tmp_path / "stream.pcap"
    path.write_bytes(captures.pcap([captures.framed(streams, captures.ETHERNET)]))
    record = str(tmp_path / "expected.jsonl")

    run(RunPlan(configuration=configuration, record=record), [str(path)])
    entries = [json.loads(line) for line in Path(record).read_text().splitlines()]
    again = run(RunPlan(configuration=configuration, expected=read_expected(record)), [str(path)])

    assert [(entry["frame"], entry.get("message"), entry["expect"]) for entry in entries] == [
        (1, None, "user-3"),
        (1, 1, None),
    ]
    assert (again.expectations.checked, again.expectations.failed) == (2, 0)


@pytest.mark.parametrize("jobs", [1, 2])
def test_expectations_that_meet_no_message(plan, capture, tmp_path, jobs):
    """An expectation is met by the message in its place, in whichever stretch; all others are counted and named."""
    path = tmp_path / "expected.jsonl"
    rows = [("capture.pcap", 1), ("capture.pcap", 6000), ("capture.pcap", 6001), ("other.pcap", 1)]
    name = Path(capture).name
    path.write_text(
        "".join(
            json.dumps({"traffic": file.replace("capture.pcap", name), "frame": frame, "expect": None}) + "\n"
            for file, frame in rows
        )
    )
    expecting = attrs.evolve(plan, expected=read_expected(str(path)))

    result = run(expecting, [capture]) if jobs == 1 else run_in_processes(expecting, [capture], jobs)

    found = result.expectations
    assert (found.checked, found.unmet_in_all, found.given, found.hold) == (2, 2, 4, False)
    assert [(unmet.traffic, unmet.frame, unmet.known_file) for unmet in found.unmet] == [
        (name, 6001, True),
        ("other.pcap", 1, False),
    ]


@pytest.mark.parametrize("text", ["", "\n \n"])
def test_no_expectations(tmp_path, text):
    """A file that expects nothing can't be met, so it is an error and not a success."""
    path = tmp_path / "expected.jsonl"
    path.write_text(text)

    with pytest.raises(TrafficError, match="has no expectations"):
        read_expected(str(path))


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("nonsense", "expected an object"),
        ("[1]", "expected an object"),
        ('{"frame": 1}', "expected an object"),
        ('{"traffic": "a", "frame": "1", "expect": null}', "must be numbers"),
        ('{"traffic": "a", "frame": true, "expect": null}', "must be numbers"),
        ('{"traffic": "a", "frame": 1, "expect": null, "endpoint": "b"}', "'endpoint' is not a key"),
        ('{"traffic": 1, "frame": 1, "expect": null}', "must be numbers"),
        ('{"traffic": "a", "frame": 1, "expect": 5}', "id of an endpoint"),
        ('{"traffic": "a", "frame": 7, "expect": "x"}\n{"traffic": "a", "frame": 7, "expect": "x"}', "twice"),
        ("[" * 60_000, "expected an object"),
        ('{"x": "' + "y" * 70_000 + '"}', "a line of more than"),
    ],
)
def test_unreadable_expectations(tmp_path, line, said):
    """What is wrong with a file of expected answers is told with its line."""
    path = tmp_path / "expected.jsonl"
    path.write_text('{"traffic": "b", "frame": 1, "expect": null}\n' + line + "\n")

    with pytest.raises(TrafficError, match=said) as caught:
        read_expected(str(path))

    assert caught.value.line in (2, 3)
    assert caught.value.path == str(path)


def test_selection_counts_over_batches(plan, capture):
    """A limit holds over all batches of a run."""
    simulation = plan.simulation()
    selection = Selection(where=["endpoint=even"], limit=700)
    taken = []
    with open_traffic(capture) as reader:
        for rows in simulation.rows(reader):
            taken += [rows.row(number).frame for number in selection.numbers(rows, len(taken))]

    assert taken == list(range(1, 1400, 2))


def test_tunnels_and_addresses_of_stretches(tmp_path):
    """Stretches of a file find the same tunnels, and the same likeliest address of Asterisk's, as one run."""
    path = tmp_path / "tunnels.pcap"
    inside = [captures.ipv4(packet, 4, "10.9.0.1", "10.9.0.2") for packet in packets(3000)]
    path.write_bytes(captures.pcap([captures.framed(packet, captures.ETHERNET) for packet in inside]))
    configuration = Configuration.from_files(
        {"pjsip.conf": CONFIGURATION.replace("192.0.2.1:5060", "0.0.0.0:5080")}
    )
    plan = RunPlan(configuration=configuration, engine=Engine(configuration))
    whole = run(plan, [str(path)])
    total, *others = [run_task(plan, Task(str(path), part, 3)) for part in range(3)]
    for other in others:
        total.merge(other)

    assert whole.readings[0].tunnels == {"ip-in-ip": 3000}
    assert whole.own_sockets.likeliest(whole.outcomes) == "192.0.2.1:5060"
    assert total.as_dict() == whole.as_dict()
    assert total.remarks == whole.remarks
