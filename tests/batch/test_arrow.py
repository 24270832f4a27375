"""Arrow's interface: what is taken, what is refused by name, and that nothing is released too early or never."""

import struct

import arrowc
import nanoarrow as na
import pytest
from arrowc import HandArray, HandStream

from identify.engine import NO_MATCH

QUADS = struct.pack("<4I", 0xC0000201, 0xC0000263, 0x08080808, 0xC0000201)
ONE_STRING = (1, 0, 0, [None, struct.pack("<ii", 0, 9), b"192.0.2.1"])
LONG = "2001:0db8:0000:0000::0001"


def test_array(engine):
    """Offsets and validity are honoured; what a capsule holds is released by nobody but its owner."""
    made = HandArray("I", [(3, -1, 1, [b"\x0d", QUADS])])

    assert list(engine.identify_sources(made)) == [NO_MATCH, NO_MATCH, 0]
    assert made.released == []


def test_null_count_of_zero(engine):
    """With a null count of 0 the validity isn't read."""
    assert list(engine.identify_sources(HandArray("I", [(4, 0, 0, [b"\0", QUADS])]))) == [0, -1, -1, 0]


def test_stream(engine):
    """All arrays of a stream make one result, and all that it delivered is released once."""
    made = HandStream("I", [(2, 0, 0, [None, QUADS]), (0, 0, 0, [None, None]), (3, -1, 1, [b"\x0f", QUADS])])

    assert list(engine.identify_sources(made)) == [0, NO_MATCH, NO_MATCH, NO_MATCH, 0]
    assert made.released == ["schema", "array", "array", "array"]


def test_stream_of_nothing(engine):
    """A stream may end at once."""
    made = HandStream("u", [])

    assert list(engine.identify_sources(made)) == []
    assert made.released == ["schema"]


def test_no_data(engine):
    """Texts that are all empty need no data."""
    assert (
        list(engine.identify_sources(HandArray("u", [(2, 0, 0, [None, bytes(12), None])]))) == [NO_MATCH] * 2
    )


def test_null_view_may_be_anything(engine):
    """What stands in the place of a null isn't looked at."""
    rows = struct.pack("<i4sii", 99, b"abcd", 7, 7) + struct.pack("<i12s", 9, b"192.0.2.1")

    made = HandArray("vu", [(2, 1, 0, [b"\x02", rows, b""])])

    assert list(engine.identify_sources(made)) == [NO_MATCH, 0]


def test_views_without_buffers(engine):
    """Short views need no buffers, and then no sizes of them."""
    rows = struct.pack("<i12s", 9, b"192.0.2.1")

    assert list(engine.identify_sources(HandArray("vu", [(1, 0, 0, [None, rows, None])]))) == [0]


REFUSED = {
    "i": "addresses: an Arrow column of int32; uint32, fixed-size binary of 4 or 16 bytes, or string",
    "L": "addresses: an Arrow column of uint64; ",
    "z": "addresses: an Arrow column of binary; ",
    "w:8": "addresses: an Arrow column of format 'w:8'; ",
    "+s": "addresses: an Arrow column of struct; ",
    "+l": "addresses: an Arrow column of list; ",
    "+vl": "addresses: an Arrow column of list view; ",
    "+r": "addresses: an Arrow column of run-end encoded; ",
    "n": "addresses: an Arrow column of null; ",
    "tdD": "addresses: an Arrow column of format 'tdD'; ",
    "": "addresses: an Arrow column of format ''; ",
}


@pytest.mark.parametrize("format", REFUSED)
@pytest.mark.parametrize("kind", [HandArray, HandStream])
def test_other_formats(engine, format, kind):
    """Other formats are refused by their names, with what is expected."""
    made = kind(format, [(1, 0, 0, [None, QUADS])])

    with pytest.raises(TypeError) as caught:
        engine.identify_sources(made)

    assert str(caught.value).startswith(REFUSED[format])


def test_dictionary(engine):
    """A dictionary is refused by name."""
    with pytest.raises(
        TypeError, match="addresses: a dictionary of Arrow, with indices of int32; decode it, uint32"
    ):
        engine.identify_sources(HandArray("i", [(1, 0, 0, [None, QUADS])], dictionary=True))


def test_other_formats_of_messages_and_ports(engine):
    """Messages and ports say what they may be."""
    numbers = na.c_array([1], na.uint32())

    with pytest.raises(
        TypeError, match=r"messages: an Arrow column of uint32; binary or string \(large, view\) is"
    ):
        engine.identify_messages(numbers, "192.0.2.1", 5060)
    with pytest.raises(TypeError, match="ports: an Arrow column of uint32; uint16 is expected"):
        engine.identify_sources(["192.0.2.1"], numbers)


def view(size, buffer=0, at=0):
    """Return one view."""
    return struct.pack("<i4sii", size, b"2001", buffer, at)


SIZES = struct.pack("<q", len(LONG))
DAMAGED = {
    "length": ("I", (-1, 0, 0, [None, QUADS]), {}, "an Arrow array of length -1"),
    "offset": ("I", (1, 0, -1, [None, QUADS]), {}, "offset -1"),
    "null count": ("I", (1, -2, 0, [None, QUADS]), {}, "null count -2"),
    "more nulls than rows": ("I", (1, 2, 0, [None, QUADS]), {}, "null count 2"),
    "both too large": ("I", (2**62, 0, 2**62, [None, QUADS]), {}, "an Arrow array of length 4611686018427387904"),
    "no rows": ("I", (1, 0, 0, [None, None]), {}, "an Arrow array of 1 rows without a buffer for them"),
    "no validity": ("I", (4, 1, 0, [None, QUADS]), {}, "an Arrow array of 1 nulls that doesn't say which"),
    "one buffer": ("I", (1, 0, 0, [QUADS]), {}, "an Arrow array with 1 buffers, 2 are expected"),
    "two buffers": ("u", (1, 0, 0, [None, bytes(8)]), {}, "an Arrow array with 2 buffers, 3 are expected"),
    "negative buffers": ("u", ONE_STRING, {"buffers": -3}, "an Arrow array with -3 buffers"),
    "too many buffers": ("u", ONE_STRING, {"buffers": 4}, "an Arrow array with 4 buffers"),
    "no buffers of views": ("vu", (1, 0, 0, [None, view(1)]), {}, "an Arrow array with 2 buffers, 3 are expected"),
    "decreasing": ("u", (2, 0, 0, [None, struct.pack("<iii", 0, 9, 8), b"192.0.2.1"]), {},
                   "offset 8 at index 2 is below 9, the one before it"),
    "negative offset": ("U", (1, 0, 0, [None, struct.pack("<qq", -5, 8), b"192.0.2.1"]), {},
                        "offset -5 at index 0 is below 0"),
    "no data": ("u", (1, 0, 0, [None, struct.pack("<ii", 0, 9), None]), {}, "an Arrow array of 9 bytes without"),
    "view, buffer": ("vu", (1, 0, 0, [None, view(13, 1), LONG.encode(), SIZES]), {}, "the Arrow view of row 0 leads"),
    "view, negative buffer": ("vu", (1, 0, 0, [None, view(13, -1), LONG.encode(), SIZES]), {}, "the Arrow view of"),
    "view, place": ("vu", (1, 0, 0, [None, view(13, 0, 20), LONG.encode(), SIZES]), {}, "the Arrow view of row 0"),
    "view, negative place": ("vu", (1, 0, 0, [None, view(13, 0, -1), LONG.encode(), SIZES]), {}, "the Arrow view of"),
    "view, size": ("vu", (1, 0, 0, [None, view(-1), LONG.encode(), SIZES]), {}, "the Arrow view of row 0 leads"),
    "view, long": ("vu", (1, 0, 0, [None, view(2**31 - 1), LONG.encode(), SIZES]), {}, "the Arrow view of row 0"),
    "no sizes": ("vu", (1, 0, 0, [None, view(13), LONG.encode(), None]), {}, "Arrow views without the sizes"),
    "negative size": ("vu", (1, 0, 0, [None, view(13), b"", struct.pack("<q", -1)]), {}, "buffer 0 of Arrow views"),
    "no buffer": ("vu", (1, 0, 0, [None, view(13), None, SIZES]), {}, "buffer 0 of Arrow views has 25 bytes at 0x0"),
}  # fmt: skip


@pytest.mark.parametrize("name", DAMAGED)
@pytest.mark.parametrize("kind", [HandArray, HandStream])
def test_damaged(engine, name, kind):
    """What doesn't hold together is refused before anything is read by it."""
    format, array, options, words = DAMAGED[name]
    made = kind(format, [array], **options)

    with pytest.raises(ValueError) as caught:  # noqa: PT011
        engine.identify_sources(made)

    assert str(caught.value).startswith("addresses: ")
    assert words in str(caught.value)
    if kind is HandStream:
        assert made.released == ["schema", "array"]


@pytest.mark.parametrize(
    ("fails", "says", "words"),
    [
        ("schema", "no schema today", "addresses: the Arrow stream failed: no schema today"),
        (1, "the disk is gone", "addresses: the Arrow stream failed: the disk is gone"),
        (0, None, "addresses: the Arrow stream failed: error 5"),
    ],
)
def test_failing_stream(engine, fails, says, words):
    """A stream's error is told in its words."""
    made = HandStream("u", [ONE_STRING, ONE_STRING], fails=fails, says=says)

    with pytest.raises(ValueError) as caught:  # noqa: PT011
        engine.identify_sources(made)

    assert str(caught.value) == words
    assert made.released == ["schema", "array"][: 0 if fails == "schema" else 1 + made.delivered]


def test_released_before(engine):
    """What was released before isn't read."""
    array = HandArray("I", [(1, 0, 0, [None, QUADS])])
    array.arrays[0].release = None
    stream = HandStream("I", [])
    stream.stream.release = None

    with pytest.raises(ValueError, match="addresses: the Arrow array was already released"):
        engine.identify_sources(array)
    with pytest.raises(ValueError, match="addresses: the Arrow stream was already released"):
        engine.identify_sources(stream)


class Speaker:
    """Says anything in place of capsules."""

    def __init__(self, answer):
        self.answer = answer

    def __arrow_c_array__(self, requested_schema=None):
        return self.answer


def test_no_capsules(engine):
    """Objects that are no capsules, or those of something else, are refused."""
    schema, array = HandArray("I", [(1, 0, 0, [None, QUADS])]).__arrow_c_array__()

    for answer in (None, (), (schema,), (array, schema), (1, 2), arrowc):
        with pytest.raises(TypeError, match="addresses: "):
            engine.identify_sources(Speaker(answer))
