"""The result of batch calls: a sequence, a buffer, an Arrow array, all without a copy."""

import ctypes
import gc
import weakref
from array import array

import nanoarrow as na
import pytest

from identify.engine import DROPPED, NO_MATCH, Indices


@pytest.fixture
def result(engine):
    """Give a result of five numbers."""
    return engine.identify_sources(["192.0.2.1", "::", "198.51.100.7", "203.0.113.1", None], 5080)


VALUES = [0, -1, 1, 2, -1]


def test_sequence(result):
    """It has a length, indices from both ends, slices and an iterator."""
    assert isinstance(result, Indices)
    assert (len(result), list(result), result[0], result[-1], result[-5]) == (5, VALUES, 0, -1, 0)
    assert result[1:4].tolist() == VALUES[1:4]
    assert repr(result) == "<Indices of 5 answers: [0, -1, 1, 2, -1]>"


@pytest.mark.parametrize("index", [5, -6, 2**70])
def test_out_of_range(result, index):
    """There is nothing outside of it."""
    with pytest.raises(IndexError):
        result[index]


def test_buffer(result):
    """It is a read-only buffer of int32, which outlives the object."""
    view = memoryview(result)

    assert (view.format, view.itemsize, view.shape, view.strides, view.readonly) == ("i", 4, (5,), (4,), True)
    del result
    gc.collect()
    assert view.tolist() == VALUES
    assert array("i", view) == array("i", VALUES)
    assert bytes(view) == array("i", VALUES).tobytes()


def test_not_writable(result):
    """Nobody can write into it."""
    with pytest.raises(TypeError, match="read-only"):
        memoryview(result)[0] = 1
    with pytest.raises(TypeError, match="not writable"):
        ctypes.c_char.from_buffer(result)


def test_arrow(result):
    """It is an Arrow array of int32, which outlives the object; any number can be made of it."""
    made = [na.c_array(result) for _ in range(3)]
    at = {made_one.view().buffer(1)._addr() for made_one in made}

    assert na.Array(result).schema.type == na.Type.INT32
    assert len(at) == 1
    del result
    gc.collect()
    assert [na.Array(made_one).to_pylist() for made_one in made] == [VALUES] * 3


def test_capsules_that_nobody_takes(result):
    """Capsules may be dropped, in either order."""
    schema, made = result.__arrow_c_array__()
    del result, made
    gc.collect()

    assert "arrow_schema" in repr(schema)


def test_empty(engine):
    """An empty result is one in every form."""
    for empty in (engine.identify_sources([]), Indices()):
        assert (list(empty), memoryview(empty).tolist(), na.Array(empty).to_pylist()) == ([], [], [])
        assert repr(empty) == "<Indices of 0 answers: []>"


def test_repr_of_many(engine):
    """The representation is short."""
    assert (
        repr(engine.identify_sources(bytes(16) * 7))
        == "<Indices of 7 answers: [-1, -1, -1, -1, -1, -1, ...]>"
    )


def test_result_is_no_input(engine, result):
    """Numbers of answers aren't taken for addresses."""
    with pytest.raises(TypeError, match="int32"):
        engine.identify_sources(result)


def test_input_is_let_go(engine):
    """What was given isn't kept once the answers are there."""

    class Given(array):
        """An array that can be referred to weakly."""

    given = Given("I", [1, 2, 3])
    reference = weakref.ref(given)

    result = engine.identify_sources(given)
    del given
    gc.collect()

    assert reference() is None
    assert len(result) == 3


def test_constants(engine, message):
    """The two numbers that are no indices."""
    assert (NO_MATCH, DROPPED) == (-1, -2)
    assert list(engine.identify_messages([message(), b"x"], "8.8.8.8", 5060)) == [NO_MATCH, DROPPED]
