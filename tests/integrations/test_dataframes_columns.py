"""Arrow columns and batches out: the values, who owns the memory, how streams end and fail."""

from __future__ import annotations

import gc
import threading
import weakref
from array import array

import nanoarrow as na
import pyarrow
import pytest
from hypothesis import given
from hypothesis import strategies as st

from identify._compiled._arrow_columns import addresses, named, numbers, texts
from identify._compiled._record_batch import RecordBatch, RecordStream
from identify.addresses import packed, unpacked

#: Addresses of every kind that is worded in a way of its own, and any others.
RECORDS = st.one_of(
    st.binary(min_size=16, max_size=16),
    st.binary(min_size=4, max_size=4).map(lambda tail: bytes(10) + b"\xff\xff" + tail),
    st.binary(min_size=6, max_size=6).map(lambda tail: bytes(10) + tail),
    st.lists(st.sampled_from([b"\0\0", b"\0\1", b"\xff\xff"]), min_size=8, max_size=8).map(b"".join),
)


def values(column):
    """Return a column's values, after Arrow has looked at all of it."""
    batch = pyarrow.record_batch(RecordBatch({"x": column}))
    batch.validate(full=True)
    return batch.column(0).to_pylist()


@given(st.lists(RECORDS, max_size=20))
def test_addresses(records):
    """An address is worded as everywhere else in this package."""
    assert values(addresses(b"".join(records), unpacked)) == [unpacked(record) for record in records]


@given(st.lists(st.tuples(RECORDS, st.integers(0, 65535)), max_size=20))
def test_addresses_with_ports(rows):
    """With a port IPv6 has brackets, and the unknown address is null."""
    data = b"".join(address for address, _ in rows)

    found = values(addresses(data, unpacked, array("H", [port for _, port in rows])))

    assert found == [
        None
        if address == bytes(16)
        else f"[{unpacked(address)}]:{port}"
        if ":" in unpacked(address)
        else f"{unpacked(address)}:{port}"
        for address, port in rows
    ]


@given(st.lists(st.none() | st.text(max_size=40), max_size=40))
def test_texts(rows):
    """Text comes back as it was, None as null."""
    assert values(texts(rows)) == rows


def test_surrogates_are_escaped():
    """Bytes that weren't UTF-8 are escaped, as in the files of rows."""
    assert values(texts(["a\udcffb"])) == ["a\\udcffb"]


def test_nul_is_kept():
    """Text isn't ended by NUL."""
    assert values(texts(["a\0b", "c"])) == ["a\0b", "c"]


@given(st.lists(st.integers(-(2**63), 2**63 - 1), max_size=70), st.sampled_from([-1, 0, 5]))
def test_numbers(rows, null):
    """Numbers that stand for null are null, others are themselves."""
    assert values(numbers("l", array("q", rows), null)) == [None if row == null else row for row in rows]


@pytest.mark.parametrize(
    ("format", "code", "rows"),
    [("L", "Q", [0, 2**64 - 1]), ("S", "H", [0, 65535]), ("g", "d", [0.25, -1.0])],
)
def test_formats(format, code, rows):
    """Each format has the items of its width."""
    assert values(numbers(format, array(code, rows))) == rows


def test_wrong_width():
    """Items of another width aren't read as if they were of the format's."""
    with pytest.raises(ValueError, match="items of 4 bytes"):
        numbers("L", array("I", [1, 2]))


@given(st.lists(st.integers(-3, 2), max_size=40))
def test_names(codes):
    """A code is worded by its name, codes below 0 and a name of None are null."""
    names = ("one", None, "zwei")

    assert values(named(array("i", codes), names)) == [names[code] if code >= 0 else None for code in codes]


def test_code_without_name():
    """A code without name is an error, not foreign memory."""
    with pytest.raises(IndexError):
        named(bytearray([0, 1]), ("one",))


def test_columns_of_different_lengths():
    """A batch's columns have one length."""
    with pytest.raises(ValueError, match="column 'b' has 1 rows, not 2"):
        RecordBatch({"a": texts(["x", "y"]), "b": texts(["x"])})


def test_nanoarrow_reads_it():
    """Another reader finds the same schema and values; fields may be null, the rows not."""
    batch = RecordBatch({"a": texts(["x", None]), "t": numbers("tsn:UTC", array("q", [1, -1]), -1)})

    array_ = na.c_array(batch)

    assert array_.schema.format == "+s"
    assert [(child.name, child.format) for child in array_.schema.children] == [("a", "u"), ("t", "tsn:UTC")]
    assert [child.null_count for child in array_.children] == [1, 1]
    assert array_.null_count == 0


def test_columns_outlive_the_batch():
    """What was taken from a batch keeps its memory when batch and siblings are gone."""
    batch = RecordBatch({"a": texts([f"value {number}" for number in range(1000)]), "b": texts(["x"] * 1000)})
    taken = pyarrow.record_batch(batch)
    column = taken.column(0)
    del batch, taken
    gc.collect()

    assert column[999].as_py() == "value 999"


def test_unused_capsules():
    """Capsules that nobody takes release what they hold."""
    batch = RecordBatch({"a": texts(["x"])})
    for _ in range(100):
        batch.__arrow_c_schema__()
        batch.__arrow_c_array__()
        batch.__arrow_c_stream__()
    assert pyarrow.table(batch).num_rows == 1


def test_no_columns_and_no_rows():
    """A batch may have neither."""
    assert pyarrow.record_batch(RecordBatch({})).num_columns == 0
    assert values(texts([])) == []


def stream(batches):
    """Return a stream of batches with one column of text."""
    return RecordStream(RecordBatch({"a": texts([])}), batches)


def test_stream_is_made_when_it_is_read():
    """No batch is made before a consumer asks for it."""
    made = []

    def batches():
        for number in range(3):
            made.append(number)
            yield RecordBatch({"a": texts([str(number)])})

    reader = pyarrow.RecordBatchReader.from_stream(stream(batches()))

    assert made == []
    assert reader.read_next_batch().to_pydict() == {"a": ["0"]}
    assert made == [0]
    assert reader.read_all().to_pydict() == {"a": ["1", "2"]}


def test_stream_comes_once():
    """A stream that was taken can't be taken again."""
    once = stream([RecordBatch({"a": texts(["x"])})])
    assert pyarrow.table(once).num_rows == 1

    with pytest.raises(RuntimeError, match="taken already"):
        pyarrow.table(once)


def test_stream_fails():
    """An error on the way is told in words, after the batches before it; then the stream is at its end."""

    def batches():
        yield RecordBatch({"a": texts(["x"])})
        raise ValueError("out of\0ink")

    reader = pyarrow.RecordBatchReader.from_stream(stream(batches()))

    assert reader.read_next_batch().num_rows == 1
    with pytest.raises(OSError, match=r"ValueError: out of\?ink"):
        reader.read_next_batch()
    with pytest.raises(StopIteration):
        reader.read_next_batch()


@pytest.mark.parametrize(
    ("batch", "told"),
    [
        ("nonsense", "TypeError: str came"),
        (RecordBatch({"b": texts(["x"])}), "ValueError: a batch came with"),
    ],
)
def test_stream_of_something_else(batch, told):
    """What isn't a batch like the stream's doesn't get through."""
    with pytest.raises(OSError, match=told):
        pyarrow.table(stream([batch]))


def test_stream_that_is_left():
    """A consumer that goes away lets the iterator go."""

    class Batches:
        def __iter__(self):
            return self

        def __next__(self):
            return RecordBatch({"a": texts(["x"])})

    batches = Batches()
    gone = weakref.ref(batches)
    reader = pyarrow.RecordBatchReader.from_stream(stream(batches))
    del batches
    reader.read_next_batch()
    assert gone() is not None
    reader.close()
    del reader
    gc.collect()

    assert gone() is None


def test_read_in_another_thread():
    """A stream may be read, and arrays be released, in a thread that Python didn't see before."""
    found = []
    reader = pyarrow.RecordBatchReader.from_stream(
        stream(RecordBatch({"a": texts([str(number)])}) for number in range(50))
    )
    thread = threading.Thread(target=lambda: found.append(reader.read_all().column(0).to_pylist()))
    thread.start()
    thread.join()

    assert found == [[str(number) for number in range(50)]]


def test_packed_is_the_inverse():
    """The addresses of this file are those of batches."""
    assert values(addresses(packed("192.0.2.1") + packed("2001:db8::1"), unpacked)) == [
        "192.0.2.1",
        "2001:db8::1",
    ]
