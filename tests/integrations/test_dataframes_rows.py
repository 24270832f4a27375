"""Rows and tables of a simulation as Arrow: the same as the objects."""

from __future__ import annotations

from datetime import datetime, timezone

import dataframes
import pyarrow
import pytest

from identify.configuration import Configuration
from identify.simulation import Outcome, Simulation, simulate, tables_of
from identify.simulation.files.rows import COLUMNS, local_text
from identify.traffic import Batch, open_traffic

EXAMPLES = ("inbound-proxy", "outbound-proxy", "multiple-itsps", "header-matching")


def batch(rows):
    """Return a batch of (message, source, local or None, time)."""
    made = Batch()
    for frame, (message, source, local, time) in enumerate(rows, 2**40):
        made.append(
            message,
            frame=frame,
            time=time,
            source=source,
            port=65535,
            local=local,
            local_port=5060 if local else 0,
        )
    return made


MESSAGES = batch(
    [
        (dataframes.message(1, "alice"), "198.51.100.7", "192.0.2.1", 1),
        (dataframes.message(2, "eve"), "2001:db8::7", None, -1),
        (dataframes.message(3, "eve").replace(b"INVITE", b"FROBNICATE"), "203.0.113.9", "192.0.2.1", 2**62),
        (dataframes.message(4, "eve").replace(b"INVITE", b"B\xc3\xa4LL"), "203.0.113.9", "192.0.2.1", 5),
        (b"SIP/2.0 200 OK\r\nCSeq: 1 INVITE\r\n\r\n", "203.0.113.9", "192.0.2.1", 6),
        (b"\r\n\r\n", "203.0.113.9", "192.0.2.1", 7),
    ]
)


#: Python's own times have no nanoseconds.
TIMES = ("first", "last")


def scalars(table):
    """Return a table's rows with Arrow's values."""
    batch = pyarrow.record_batch(table)
    return [dict(zip(batch.schema.names, values, strict=True)) for values in zip(*batch.columns, strict=True)]


def as_row(row):
    """Return what Arrow has of a row."""
    return {
        **{name: getattr(row, name) for name in COLUMNS if name != "traffic"},
        "time": row.time if row.time >= 0 else None,
        "local": local_text(row),
        "method": row.method or None,
        "outcome": row.outcome.value,
    }


def as_rows(table):
    """Return a table's rows, with times as numbers."""
    table.validate(full=True)
    place = table.schema.get_field_index("time")
    return table.set_column(place, "time", table["time"].cast(pyarrow.int64())).to_pylist()


@pytest.fixture
def configuration():
    """Give the configuration of the data frames' tests."""
    return Configuration.from_files({"pjsip.conf": dataframes.CONFIGURATION})


def test_rows_are_the_same(configuration):
    """Arrow's rows are the objects, with unknown methods, addresses and times among them."""
    rows = Simulation(configuration).feed(MESSAGES)

    assert as_rows(pyarrow.table(pyarrow.record_batch(rows))) == [as_row(row) for row in rows]
    assert len(rows) == 6


@pytest.mark.parametrize("name", EXAMPLES)
def test_stream_is_the_same(name):
    """The stream of a capture has the rows of the objects, and ends with the same result."""
    configuration = Configuration.from_path(f"examples/{name}")
    path = f"examples/{name}/traffic.pcap"
    simulation = Simulation(configuration)

    with open_traffic(path) as reader:
        table = pyarrow.table(simulation.record_batches(reader))
    with open_traffic(path) as reader:
        rows = [as_row(row) for batch in Simulation(configuration).rows(reader) for row in batch]
    with open_traffic(path) as reader:
        result = simulate(configuration, reader)

    assert as_rows(table) == rows
    assert simulation.result.as_dict() == result.as_dict()
    assert rows


def test_types(configuration):
    """The columns have the documented types, also where there is no traffic at all."""
    schema = pyarrow.table(Simulation(configuration).record_batches([])).schema

    numbers = {"frame": pyarrow.uint64(), "time": pyarrow.timestamp("ns", "UTC"), "port": pyarrow.uint16()}
    assert schema.names == [name for name in COLUMNS if name != "traffic"]
    assert schema.types == [numbers.get(name, pyarrow.string()) for name in schema.names]


def test_a_batch_at_a_time(configuration):
    """A record batch comes for each batch of traffic, which is read when it is asked for."""
    read = []

    def traffic():
        for number in range(3):
            read.append(number)
            yield MESSAGES

    reader = pyarrow.RecordBatchReader.from_stream(Simulation(configuration).record_batches(traffic()))

    assert reader.read_next_batch().num_rows == 6
    assert read == [0]


def test_tables(configuration):
    """The tables are those of ``as_dict``."""
    result = simulate(configuration, [MESSAGES])
    told = result.as_dict()
    tables = {
        name: [{key: row[key].as_py() for key in row if key not in TIMES} for row in scalars(table)]
        for name, table in tables_of(result).items()
    }

    assert tables["endpoints"] == told["endpoints"]
    assert {row["outcome"]: row["messages"] for row in tables["outcomes"]} == told["outcomes"]
    assert {row["reason"]: row["messages"] for row in tables["dropped"]} == told["dropped"]
    assert [row["source"] for row in tables["strangers"]] == [row["source"] for row in told["strangers"]]
    assert [row["unidentified"] for row in tables["strangers"]] == [
        row["unidentified"] for row in told["strangers"]
    ]
    assert tables["unused_rules"] == told["unused_rules"]
    assert result.outcomes[Outcome.IDENTIFIED] == 2


def test_times_of_unidentified_sources(configuration):
    """Times are timestamps, unknown ones null."""
    strange = batch([(dataframes.message(1, "eve"), "203.0.113.9", "192.0.2.1", 10**18)])
    timeless = batch([(dataframes.message(1, "eve"), "203.0.113.9", "192.0.2.1", -1)])

    known = pyarrow.record_batch(tables_of(simulate(configuration, [strange]))["strangers"])
    unknown = pyarrow.record_batch(tables_of(simulate(configuration, [timeless]))["strangers"])

    assert known["first"].cast(pyarrow.timestamp("us", "UTC"))[0].as_py() == datetime.fromtimestamp(
        10**9, timezone.utc
    )
    assert unknown["first"].to_pylist() == [None]
