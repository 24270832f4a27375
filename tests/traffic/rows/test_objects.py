"""JSON: lines, arrays and what stands between their elements."""

import json

import pytest
from logged import messages
from row_inputs import json_lines, read_rows

from identify.strings import decoded
from identify.traffic.rows import objects


def test_an_array_of_objects():
    """One array is read an element at a time, however it is broken into lines; frames are places in it."""
    rows = [{"src": "192.0.2.1", "msg": f"{number} \u00e4 ]}}{{,"} for number in range(3000)]
    for text in (
        json.dumps(rows),
        json.dumps(rows, indent=2, ensure_ascii=False),
        "\ufeff" + json.dumps(rows),
    ):
        found = messages(text.encode())
        assert [message.data.decode() for message in found] == [row["msg"] for row in rows]
        assert [message.frame for message in found] == list(range(1, 3001))


@pytest.mark.parametrize("end", [b"", b", {", b", x]", b"]", b"] rest", b", 5]"])
def test_an_array_that_ends_otherwise(end):
    """What comes before a fault in an array is delivered, and the fault is a problem."""
    found, reader = read_rows(b'[{"src": "192.0.2.1", "msg": "x"}' + end)
    assert len(found) == 1
    assert bool(reader.problems) == (end != b"]")


GOOD = b'{"src": "192.0.2.1", "msg": "x"}'


@pytest.mark.parametrize(
    ("element", "reason"),
    [
        (b"[" * 50_000 + b"]" * 50_000, "row-malformed"),
        (b'{"a":' * 50_000 + b"1" + b"}" * 50_000, "row-malformed"),
        (b'{"a":' + b"9" * 10_000 + b"}", "row-malformed"),
        (b"9" * 2_000_000, "row-too-large"),
        (b'{"a": "' + b'\\"xxxxxxxxxxxxxx' * 70_000 + b'"}', "row-too-large"),
        (b'{"' + b"k" * 2_000_000 + b'": 1}', "row-too-large"),
        (b'{x: "]},{"}', "row-malformed"),
        (b"nonsense", "row-malformed"),
        (b"}}", "row-malformed"),
        (b'"text"', "row-malformed"),
        (b"NaN", "row-malformed"),
        (b'{"src": "192.0.2.1", "msg": "x", "time": Infinity}', "row-value"),
        (b'{"src": "\\u0000", "msg": "x"}', "row-value"),
        (b"{}", "row-without-source"),
    ],
)
def test_elements_that_are_not_rows(element, reason):
    """An element that is no row is skipped and counted, in an array and in lines; those behind it are read."""
    found, reader = read_rows(b"[" + GOOD + b"," + element + b", " + GOOD + b", ]", format="json")
    assert (len(found), reader.counts) == (2, {reason: 1})
    found, reader = read_rows(GOOD + b"\n" + element + b"\n" + GOOD)
    assert (len(found), reader.counts) == (2, {reason: 1})


def test_json_between_the_rows():
    """Values that share a line are all read; blanks without end and a second array are no rows."""
    found, reader = read_rows(GOOD * 3 + b"\n" + GOOD + b" x\n")
    assert (len(found), reader.counts) == (4, {"row-malformed": 1})
    blank = b" " * 2_000_000
    found, reader = read_rows(
        b" " * 5000 + b"[" + blank + GOOD + blank + b"," + GOOD + b"]" + blank, format="json"
    )
    assert (len(found), reader.counts, reader.problems) == (2, {}, [])
    found, reader = read_rows(b"[" + GOOD + b"]\n[" + GOOD + b"]")
    assert (len(found), reader.counts) == (1, {"row-malformed": 1})


def test_the_text_of_an_array_is_copied_a_bounded_number_of_times(monkeypatch):
    """Neither many small elements nor a large one make the reader copy more than a few times what it reads."""

    class Counted(str):
        copied = 0

        def __getitem__(self, place):
            taken = str.__getitem__(self, place)
            Counted.copied += len(taken)
            return Counted(taken)

        def __add__(self, other):
            Counted.copied += len(self) + len(other)
            return Counted(str.__add__(self, other))

    monkeypatch.setattr(objects, "decoded", lambda data: Counted(decoded(data)))
    monkeypatch.setattr(objects, "PIECE", 1 << 10)
    large = b'{"a": "' + b"x" * 25_000 + b'"},'
    for body in (b"{}," * 5_000, b"{x}," * 5_000, large):
        Counted.copied = 0
        read_rows(b"[" + body + b"]", format="json")
        assert Counted.copied <= 6 * len(body)


def test_surrogates_injson_lines():
    """A surrogate that stands for a byte is that byte, any other skips its row wherever it would be on the wire."""
    found, reader = read_rows(b'{"src": "192.0.2.1", "from_uri": "sip:caf\\udce9@b"}\n')
    assert b"<sip:caf\xe9@b>" in found[0][0].message(0)
    for field in ("msg", "from_uri", "to_uri", "request_uri", "call_id", "method"):
        found, reader = read_rows(json_lines({"src": "192.0.2.1", "to_uri": "sip:a@b", field: "sip:\ud800"}))
        assert (found, reader.counts) == ([], {"row-value": 1})
