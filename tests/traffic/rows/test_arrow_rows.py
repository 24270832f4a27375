"""Rows of Parquet and Arrow IPC."""

import datetime
import gzip
import io

import pyarrow
import pyarrow.parquet
import pytest
from hypothesis import given
from hypothesis import strategies as st
from logged import messages, request

from identify.errors import TrafficError
from identify.traffic import NOT_GIVEN, open_traffic

TIME = datetime.datetime(2026, 11, 22, 19, 52, 11, 259445, tzinfo=datetime.timezone.utc)


def _parquet(table, **options):
    file = io.BytesIO()
    pyarrow.parquet.write_table(table, file, **options)
    return file.getvalue()


def _arrow(table):
    file = io.BytesIO()
    with pyarrow.ipc.new_file(file, table.schema) as writer:
        writer.write_table(table)
    return file.getvalue()


def _arrow_stream(table):
    file = io.BytesIO()
    with pyarrow.ipc.new_stream(file, table.schema) as writer:
        writer.write_table(table)
    return file.getvalue()


WRITE = {"parquet": _parquet, "arrow": _arrow, "arrow stream": _arrow_stream}


def _table(count=3):
    return pyarrow.table(
        {
            "unused": list(range(count)),
            "src_ip": ["192.0.2.1"] * count,
            "src_port": pyarrow.array([5000 + number % 1000 for number in range(count)], pyarrow.uint16()),
            "timestamp": [TIME] * count,
            "message": [request(number) for number in range(count)],
            "expect": ["alice", None, "bob"][:count] + [None] * (count - 3),
        }
    )


@pytest.mark.parametrize("form", WRITE)
@pytest.mark.parametrize("pack", [bytes, gzip.compress])
def test_tables(form, pack):
    """Each form is read, compressed or not, with the types that tables have."""
    with open_traffic(io.BytesIO(pack(WRITE[form](_table())))) as reader:
        (batch,) = reader
        assert reader.format == form.partition(" ")[0]
    assert [batch.message(number) for number in range(3)] == [request(number) for number in range(3)]
    assert list(batch.ports) == [5000, 5001, 5002]
    assert list(batch.times) == [1795377131259445000] * 3
    assert list(batch.frames) == [1, 2, 3]
    assert batch.expected == ["alice", None, "bob"]


@pytest.mark.parametrize("form", WRITE)
def test_many_rows_make_several_batches(form):
    """Batches are bounded however many rows a group has."""
    with open_traffic(io.BytesIO(WRITE[form](_table(5000)))) as reader:
        sizes = [len(batch) for batch in reader]
    assert sum(sizes) == 5000
    assert max(sizes) <= 2048


def test_a_file_is_read_in_place(tmp_path):
    """A Parquet file on a disk is read by its path."""
    path = tmp_path / "traffic"
    path.write_bytes(_parquet(_table(), row_group_size=1))
    assert len(messages(path)) == 3


def test_metadata_with_nested_headers():
    """Header fields may be a list of structures."""
    table = pyarrow.table(
        {"source": ["192.0.2.1"], "from_uri": ["sip:a@b"], "headers": [[{"name": "X-A", "value": "b"}]]}
    )
    (message,) = messages(_parquet(table))
    assert b"X-A: b\r\n" in message.data


def test_bad_rows_are_counted():
    """A bad row of a table is counted with its number."""
    table = pyarrow.table({"src": ["192.0.2.1", None, "x"], "msg": ["a", "b", "c"]})
    with open_traffic(io.BytesIO(_parquet(table))) as reader:
        (batch,) = reader
    assert len(batch) == 1
    assert batch.expected is None or batch.expected == [NOT_GIVEN]
    assert reader.counts == {"row-without-source": 1, "row-value": 1}
    assert reader.problems[0].startswith("row 2: row-without-source")


@pytest.mark.parametrize("form", WRITE)
def test_no_known_source(form):
    """A table without a source is an error that names the option."""
    data = WRITE[form](pyarrow.table({"who": ["192.0.2.1"], "msg": ["a"]}))
    with pytest.raises(TrafficError, match="columns="):
        messages(data)
    (message,) = messages(data, columns={"source": "who"})
    assert message.peer == ("192.0.2.1", 5060)


@pytest.mark.parametrize("form", WRITE)
@given(data=st.data())
def test_damaged_tables(form, data):
    """A table that is cut or spoiled is a problem of the file or delivers less; it never fails otherwise."""
    whole = bytearray(WRITE[form](_table()))
    cut = data.draw(st.integers(9, len(whole) - 1))
    messages(bytes(whole[:cut]))
    whole[cut] ^= data.draw(st.integers(1, 255))
    try:
        messages(bytes(whole))
    except TrafficError:
        # Names of columns may be what was spoiled.
        assert form


def test_a_value_that_python_cannot_have():
    """A time beyond Python's costs its row, not the others of its batch."""
    times = pyarrow.array([0, 2**62, 1], pyarrow.timestamp("s"))
    table = pyarrow.table({"src": ["192.0.2.1"] * 3, "msg": ["a", "b", "c"], "time": times})
    with open_traffic(io.BytesIO(_arrow(table))) as reader:
        (batch,) = reader
    assert [batch.message(number) for number in range(2)] == [b"a", b"c"]
    assert list(batch.frames) == [1, 3]
    assert reader.counts == {"row-value": 1}
