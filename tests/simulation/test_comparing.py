"""Comparisons and traces of files, called from a program: one process or several, learned tokens, what is refused."""

from __future__ import annotations

import json
from functools import partial

import attrs
import captures
import pytest
from calls import Traffic

from identify.configuration import Configuration
from identify.errors import TrafficError
from identify.simulation.files import Selection
from identify.simulation.files.expected import Expected
from identify.simulation.runs import tracing
from identify.simulation.runs.comparing import compare_files, compare_files_in_processes
from identify.simulation.runs.tracing import Frame, trace_frames
from identify.simulation.runs.work import RunPlan

BEFORE = """\
[udp]
type=transport
protocol=udp
bind=192.0.2.254:5060

[carrier]
type=endpoint

[line]
type=registration
server_uri=sip:reg.example
client_uri=sip:me@reg.example
line=yes
endpoint=carrier
"""
AFTER = BEFORE.replace("endpoint=carrier", "endpoint=newcomer") + "[newcomer]\ntype=endpoint\n"


def row(method, direction="received", **parts):
    """Return a row of traffic: a request that Asterisk received from, or sent to, a registrar."""
    message = Traffic().send(method, **parts).batch.message(0).decode()
    ours, theirs = "192.0.2.254", "198.51.100.1"
    source, local = (theirs, ours) if direction == "received" else (ours, theirs)
    if method == "REGISTER":
        message = message.replace("<sip:100@192.0.2.254>", "<sip:me@reg.example>")
    return {
        "source": source,
        "port": 5060,
        "local": f"{local}:5060",
        "direction": direction,
        "message": message,
    }


def call(token, number):
    """Return the row of a call to a token."""
    return row("INVITE", uri=f"sip:s@192.0.2.254;line={token}", call=f"i{number}", branch=f"z9hG4bKi{number}")


@pytest.fixture
def files(tmp_path):
    """Give the paths of two files: in each, Asterisk registers with a token and is called by it, and by an unknown one."""
    paths = []
    for name in ("monday", "tuesday"):
        register = row(
            "REGISTER",
            "sent",
            uri="sip:reg.example",
            contact=f"<sip:s@192.0.2.254:5060;line={name}>",
            call=f"r{name}",
        )
        path = tmp_path / f"{name}.jsonl"
        rows = [register, call(name, f"1{name}"), call("nobodys", f"2{name}")]
        path.write_text("".join(json.dumps(entry) + "\n" for entry in rows))
        paths.append(str(path))
    return paths


@pytest.fixture
def plan():
    """Give a plan of the first configuration."""
    return RunPlan(configuration=Configuration.from_files({"pjsip.conf": BEFORE}), timeline=True)


@pytest.fixture
def after():
    """Give the second configuration."""
    return Configuration.from_files({"pjsip.conf": AFTER})


@pytest.mark.parametrize("jobs", [1, 2])
def test_learned_tokens(plan, after, files, jobs):
    """What changes by a token that only the traffic shows is found in every process, and explained afterwards."""
    seen = []
    if jobs == 1:
        compared = compare_files(plan, after, files, watch=lambda rows, reader: seen.append(reader.name))
    else:
        compared = compare_files_in_processes(
            plan, after, files, jobs, done=lambda task: seen.append(task.path)
        )

    ((change, count),) = compared.comparison.most()
    assert (str(change.before), str(change.after), count) == ("carrier", "newcomer", 2)
    assert compared.comparison.messages == 6
    assert [example.frame for example in compared.comparison.examples[change]] == [2, 2]
    last = compared.comparison.examples[change][-1]
    assert [text.split("\n")[0] for text in compared.comparison.explain(last)] == [
        "carrier (by line, section line)",
        "newcomer (by line, section line)",
    ]
    assert [timeline.untimed for timeline in compared.timelines] == [6, 6]
    assert list(dict.fromkeys(seen)) == files


@pytest.mark.parametrize(
    "unfit", [{"output": "rows.csv"}, {"record": "expected.jsonl"}, {"expected": Expected({})}]
)
@pytest.mark.parametrize("compare", [compare_files, partial(compare_files_in_processes, jobs=2)])
def test_plans_of_one_configuration(plan, after, files, unfit, compare):
    """A plan that writes or expects the answers of one configuration is refused, whatever the processes."""
    plan = attrs.evolve(plan, **unfit)

    with pytest.raises(ValueError, match="must be None"):
        compare(plan, after, files)


def test_traces(plan, files):
    """Traces come in the order of files and frames, with the tokens that are known at that message."""
    traces = trace_frames(plan, files, [Frame(3), Frame(2), Frame(1, "tuesday.jsonl"), Frame(2)])

    monday, tuesday = files
    assert [(trace.traffic, trace.row.frame) for trace in traces] == [
        (monday, 3),
        (monday, 2),
        (tuesday, 3),
        (tuesday, 2),
        (tuesday, 1),
    ]
    assert traces[1].explanation.match.section == "line"
    assert traces[4].explanation is None
    assert str(traces[4]) == "frame 1: REGISTER from 192.0.2.254:5060 to 198.51.100.1:5060 over udp: sent"


def test_selected_traces(plan, files):
    """The plan's selection chooses among the messages of the frames."""
    selection = Selection(where=["identifier=line"], limit=1)

    (trace,) = trace_frames(attrs.evolve(plan, selection=selection), files, [Frame(2), Frame(3)])

    assert (trace.traffic, trace.row.frame) == (files[0], 2)


def test_missing_frames(plan, files):
    """Frames that no file has are named, with the files."""
    with pytest.raises(
        TrafficError, match=r"frame 9 or monday\.jsonl:4 of .*monday\.jsonl, .*tuesday\.jsonl$"
    ):
        trace_frames(plan, files, [Frame(2), Frame(9), Frame(4, "monday.jsonl")])


def test_messages_of_one_frame_have_a_limit(tmp_path, monkeypatch):
    """Of a segment that holds many messages the first ones are explained, and no more than the limit."""
    monkeypatch.setattr(tracing, "MOST_OF_A_FRAME", 3)
    path = tmp_path / "stream.pcap"
    stream = b"".join(captures.sip(number) for number in range(1, 6))
    path.write_bytes(captures.pcap([captures.framed(captures.segment(stream, 1), captures.ETHERNET)]))
    plan = RunPlan(configuration=Configuration.from_files({"pjsip.conf": ""}))

    traces = tracing.trace_frames(plan, [str(path)], [Frame(1)])

    assert [trace.row.frame for trace in traces] == [1, 1, 1]
    assert all(trace.explanation is not None for trace in traces)
