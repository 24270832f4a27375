"""Rows of Parquet and Arrow IPC."""

import datetime
import gzip
import io
from decimal import Decimal

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


SOURCES = ["192.0.2.1"] * 3
INVALID = pyarrow.array([b"a\xff", b"b", b"c"])
#: Values of a column beside sources and messages, and how many of the three rows are read.
COLUMNS = {
    "seconds": ("time", pyarrow.array([0, 2**62, None], pyarrow.timestamp("s")), 2),
    "milliseconds": (
        "time",
        pyarrow.array([0, 253_402_300_799_000, -1], pyarrow.timestamp("ms", "Europe/Berlin")),
        1,
    ),
    "microseconds": ("time", pyarrow.array([0, 2**62, None], pyarrow.timestamp("us")), 2),
    "nanoseconds": ("time", pyarrow.array([0, 2**63 - 1, None], pyarrow.timestamp("ns")), 3),
    "days": ("time", pyarrow.array([0, 2**31 - 1, None], pyarrow.date32()), 2),
    "days in milliseconds": ("time", pyarrow.array([0, 86_400_000, 2**62], pyarrow.date64()), 2),
    "decimals": ("time", pyarrow.array([Decimal("1795377131.5"), Decimal(1795377131), None]), 3),
    "floats": ("time", pyarrow.array([float("nan"), float("inf"), 1e300]), 1),
    "text of times": ("time", pyarrow.array(["9999-12-31", "2026-01-01", "2016-12-31 23:59:60+00"]), 2),
    "durations": ("time", pyarrow.array([datetime.timedelta(1)] * 3), 0),
    "ports": ("port", pyarrow.array([2**64 - 1, 5, None], pyarrow.uint64()), 2),
    "decimal ports": ("port", pyarrow.array([Decimal(5060), Decimal("5060.5"), Decimal(10) ** 30]), 1),
    "nulls": ("src", pyarrow.nulls(3), 0),
    "structures": ("src", pyarrow.array([{"a": 1}] * 3), 0),
    "truths": ("src", pyarrow.array([True, False, None]), 0),
    "dictionary": ("src", pyarrow.array(SOURCES).dictionary_encode(), 3),
    "large text": ("src", pyarrow.array(SOURCES, pyarrow.large_string()), 3),
    "views": ("src", pyarrow.array(SOURCES, pyarrow.string_view()), 3),
    "lists": ("msg", pyarrow.array([["x"], [], None]), 0),
    "not UTF-8": ("msg", INVALID.view("string"), 3),
    "large, not UTF-8": ("msg", INVALID.cast("large_binary").view("large_string"), 3),
    "bytes as ids": ("expect", pyarrow.array([b"alice", b"\xff", None]), 3),
}


@pytest.mark.parametrize("form", ["parquet", "arrow"])
@pytest.mark.parametrize("name", COLUMNS)
def test_columns_of_any_type(form, name):
    """Whatever type a column has, each row is read or is counted."""
    column, values, expected = COLUMNS[name]
    table = pyarrow.table({"src": SOURCES, "msg": ["a", "b", "c"]} | {column: values})
    try:
        data = WRITE[form](table)
    except pyarrow.ArrowInvalid:
        # Parquet has no seconds: its writer refuses what its milliseconds can't hold.
        assert (form, name) == ("parquet", "seconds")
        return
    with open_traffic(io.BytesIO(data)) as reader:
        found = sum(map(len, reader))
    assert (found, sum(reader.counts.values())) == (expected, 3 - expected)
    assert len(reader.problems) == 3 - expected


@pytest.mark.parametrize("unit", ["s", "ms", "us", "ns"])
def test_times_of_tables_are_exact(unit):
    """Times of any unit are read to the nanosecond, without pandas."""
    count = 1795377131 * {"s": 1, "ms": 10**3, "us": 10**6, "ns": 10**9}[unit] + 1
    times = pyarrow.array([count], pyarrow.timestamp(unit, "UTC"))
    (message,) = messages(_arrow(pyarrow.table({"src": SOURCES[:1], "msg": ["a"], "time": times})))
    assert message.time == count * {"s": 10**9, "ms": 10**6, "us": 10**3, "ns": 1}[unit]


@pytest.mark.parametrize("form", WRITE)
def test_two_columns_of_a_name(form):
    """Of two columns with one name the first with a value counts."""
    table = pyarrow.table(
        [["192.0.2.1", None], ["a", "b"], ["192.0.2.2", "192.0.2.3"]], names=["src", "msg", "src"]
    )
    assert [message.peer[0] for message in messages(WRITE[form](table))] == ["192.0.2.1", "192.0.2.3"]


@pytest.mark.parametrize("form", WRITE)
def test_tables_without_rows_or_columns(form):
    """A table without rows is empty traffic; one without columns has no source."""
    assert messages(WRITE[form](_table().slice(0, 0))) == []
    with pytest.raises(TrafficError, match="source"):
        messages(WRITE[form](pyarrow.table({})))


ANY = st.one_of(
    st.none(),
    st.text(max_size=4) | st.sampled_from(["192.0.2.1", "sip:a@b", "1795377131"]),
)


@given(
    st.lists(st.tuples(ANY, ANY, ANY, st.none() | st.integers(-(2**63), 2**63 - 1)), max_size=5),
    st.sampled_from(["s", "ms", "us", "ns"]),
)
def test_any_table(rows, unit):
    """Whatever a table's values are, each row is read or is counted."""
    columns = list(zip(*rows, strict=True)) or [()] * 4
    table = pyarrow.table(
        {
            name: pyarrow.array(values, pyarrow.string())
            for name, values in zip(("src", "msg", "to_uri"), columns, strict=False)
        }
        | {"time": pyarrow.array(columns[3], pyarrow.timestamp(unit))}
    )
    with open_traffic(io.BytesIO(_arrow_stream(table))) as reader:
        assert sum(map(len, reader)) + sum(reader.counts.values()) == len(rows)
