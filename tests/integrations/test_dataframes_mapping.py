"""``map_batches``: each row's answer is that of ``identify_message``, whatever the columns are made of."""

from __future__ import annotations

import pickle
import sys

import dataframes
import polars
import pyarrow
import pytest

from identify.configuration import Configuration
from identify.engine import Engine
from identify.errors import MessageError, MissingLibraryError
from identify.integrations import dataframes as module
from identify.integrations.dataframes import APPENDED, map_batches
from identify.simulation import Outcome

CONFIGURATION = Configuration.from_files({"pjsip.conf": dataframes.CONFIGURATION})
ENGINE = Engine(CONFIGURATION)
REQUESTS = dataframes.requests(300)


def alone(row):
    """Return the four values of a row, asked alone."""
    port = 5060 if row.get("port") is None else row["port"]
    if row["message"] is None or row["source"] is None or not 0 <= port <= 65535:
        return (None,) * 4
    transport = (row.get("transport") or "udp").lower()
    try:
        match = ENGINE.identify_message(row["message"], row["source"], port, transport, row.get("local"))
    except MessageError:
        return None, None, None, "dropped"
    if match is None:
        return None, None, None, "unidentified"
    return match.endpoint, match.identifier, match.section, "identified"


def answers(table):
    """Return the appended columns as rows."""
    return [tuple(row[name] for name in APPENDED) for row in table.to_pylist()]


def test_each_row_is_asked_alone():
    """Every row has the answer of ``identify_message``, by its transport, port and local address."""
    found = map_batches(CONFIGURATION).table(REQUESTS)

    assert answers(found) == [alone(row) for row in REQUESTS.to_pylist()]
    assert {outcome for *_, outcome in answers(found)} == {"identified", "unidentified", "dropped", None}
    assert {endpoint for endpoint, *_ in answers(found)} == {"trunk", "alice", "bob@tcp.example", None}


def test_outcomes_are_called_as_in_the_simulation():
    """The words of the outcome are those of the simulation, which the module doesn't import."""
    words = (module.OUTCOME_IDENTIFIED, module.OUTCOME_UNIDENTIFIED, module.OUTCOME_DROPPED)

    assert words == (Outcome.IDENTIFIED.value, Outcome.UNIDENTIFIED.value, Outcome.DROPPED.value)


def test_local_address_and_transport_matter():
    """A row is asked with the transport and the local address that it has: here only one of TCP finds its domain."""
    table = pyarrow.table(
        {
            "message": [dataframes.message(1, "bob", protocol) for protocol in ("UDP", "TCP")],
            "source": ["198.51.100.1"] * 2,
            "transport": ["udp", "tcp"],
            "local": ["192.0.2.1:5060", "192.0.2.1:5070"],
        }
    )

    assert [endpoint for endpoint, *_ in answers(map_batches(ENGINE).table(table))] == [
        None,
        "bob@tcp.example",
    ]


def test_other_columns_pass_through():
    """What a batch has besides, of whatever type, stays as it is."""
    found = map_batches(ENGINE).table(REQUESTS)

    assert found.drop_columns(list(APPENDED)).equals(REQUESTS)
    assert found.schema.names == [*REQUESTS.schema.names, *APPENDED]


def test_batches():
    """Called with an iterator it yields a record batch for each, when it is asked for."""
    taken = []

    def batches():
        for batch in REQUESTS.to_batches(max_chunksize=100):
            taken.append(batch.num_rows)
            yield batch

    found = map_batches(ENGINE)(batches())

    first = next(found)
    assert isinstance(first, pyarrow.RecordBatch)
    assert taken == [100]
    assert pyarrow.Table.from_batches([first, *found]).equals(
        map_batches(ENGINE).table(REQUESTS).combine_chunks()
    )


def test_whatever_speaks_arrow():
    """Arrays and streams of others are taken as pyarrow's batches are."""
    batch = REQUESTS.combine_chunks().to_batches()[0]

    class Array:
        def __arrow_c_array__(self, requested_schema=None):
            return batch.__arrow_c_array__(requested_schema)

    (one,) = map_batches(ENGINE)([Array()])
    many = list(map_batches(ENGINE)([polars.DataFrame(REQUESTS)]))

    assert answers(one) == [alone(row) for row in REQUESTS.to_pylist()]
    assert answers(pyarrow.Table.from_batches(many)) == answers(one)


@pytest.mark.parametrize(
    "type", [pyarrow.large_binary(), pyarrow.binary_view(), pyarrow.string(), pyarrow.large_string()]
)
def test_types_of_messages(type):
    """Messages may be binary or text of any layout."""
    text = REQUESTS.set_column(0, "message", REQUESTS["message"].cast(type))

    assert answers(map_batches(ENGINE).table(text)) == [alone(row) for row in REQUESTS.to_pylist()]


@pytest.mark.parametrize(
    "type",
    [pyarrow.large_string(), pyarrow.string_view(), pyarrow.dictionary(pyarrow.int32(), pyarrow.string())],
)
def test_types_of_sources(type):
    """Sources, transports and local addresses may be text of any layout, also by dictionary."""
    text = REQUESTS
    for name in ("source", "transport", "local"):
        text = text.set_column(text.schema.get_field_index(name), name, text[name].cast(type))

    assert answers(map_batches(ENGINE).table(text)) == [alone(row) for row in REQUESTS.to_pylist()]


@pytest.mark.parametrize("type", [pyarrow.int64(), pyarrow.uint32(), pyarrow.uint64()])
def test_types_of_ports(type):
    """Ports may be integers of any width."""
    wide = REQUESTS.set_column(2, "port", REQUESTS["port"].cast(type))

    assert answers(map_batches(ENGINE).table(wide)) == [alone(row) for row in REQUESTS.to_pylist()]


def test_message_and_source_are_enough():
    """Without the other columns it is UDP from port 5060."""
    few = REQUESTS.select(["message", "source"])

    assert answers(map_batches(ENGINE).table(few)) == [alone(row) for row in few.to_pylist()]


def test_slices():
    """A slice of a batch is asked for its own rows."""
    assert answers(map_batches(ENGINE).table(REQUESTS.slice(37, 50))) == [
        alone(row) for row in REQUESTS.slice(37, 50).to_pylist()
    ]


def test_no_rows():
    """An empty table gets the columns too."""
    found = map_batches(ENGINE).table(REQUESTS.slice(0, 0))

    assert found.num_rows == 0
    assert found.schema.names[-4:] == list(APPENDED)


def test_unknown_transport():
    """A row of a transport that there isn't has no answer, the others have theirs."""
    table = pyarrow.table(
        {
            "message": [dataframes.message(1, "alice")] * 2,
            "source": ["198.51.100.1"] * 2,
            "transport": ["sctp", "udp"],
        }
    )

    assert answers(map_batches(ENGINE).table(table)) == [
        (None, None, None, None),
        ("alice", "username", None, "identified"),
    ]


def test_named_columns():
    """Columns may have other names."""
    table = REQUESTS.rename_columns(["payload", "ip", "sport", "proto", "dst", "note"])
    names = {"message": "payload", "source": "ip", "port": "sport", "transport": "proto", "local": "dst"}

    assert answers(map_batches(ENGINE, columns=names).table(table)) == answers(
        map_batches(ENGINE).table(REQUESTS)
    )


def test_pickled():
    """It can be pickled, with its tables and without the configuration."""
    answer = map_batches(CONFIGURATION)
    data = pickle.dumps(answer)

    assert answers(pickle.loads(data).table(REQUESTS)) == answers(answer.table(REQUESTS))
    assert b"identify.configuration" not in data


def test_saved_engine(tmp_path):
    """A path is mapped where it is asked, and all that is pickled."""
    ENGINE.save(tmp_path / "engine")
    data = pickle.dumps(map_batches(tmp_path / "engine"))

    assert len(data) < 1000
    assert answers(pickle.loads(data).table(REQUESTS)) == answers(map_batches(ENGINE).table(REQUESTS))


def test_line_tokens():
    """Tokens go with a configuration only."""
    with pytest.raises(ValueError, match="line_tokens go with a configuration"):
        map_batches(ENGINE, line_tokens={"a": "b"})


def test_unknown_name():
    """A name for a column that isn't one of the five is a mistake."""
    with pytest.raises(ValueError, match="no column 'sauce'"):
        map_batches(ENGINE, columns={"sauce": "ip"})


@pytest.mark.parametrize("name", ["message", "source"])
def test_missing_column(name):
    """A table without messages or sources can't be asked."""
    with pytest.raises(KeyError, match=name):
        map_batches(ENGINE).table(REQUESTS.drop_columns([name]))


def test_column_that_is_there_already():
    """No column would be there twice."""
    with pytest.raises(ValueError, match="already has a column 'outcome'"):
        map_batches(ENGINE).table(REQUESTS.append_column("outcome", REQUESTS["source"]))


@pytest.mark.parametrize(("name", "told"), [("port", "expected integers"), ("source", "expected text")])
def test_columns_of_other_types(name, told):
    """A column of another type is an error that names it."""
    wrong = pyarrow.array([[0.5]] * REQUESTS.num_rows)
    table = REQUESTS.set_column(REQUESTS.schema.get_field_index(name), name, wrong)

    with pytest.raises(TypeError, match=f"column '{name}'.*{told}"):
        map_batches(ENGINE).table(table)


def test_pyarrow_is_missing(monkeypatch):
    """Without pyarrow it says what to install."""
    monkeypatch.setitem(sys.modules, "pyarrow", None)

    with pytest.raises(MissingLibraryError, match=r"pip install 'sip-identify\[parquet\]'"):
        map_batches(ENGINE)
