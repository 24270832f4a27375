"""Bytes at every syntactic position of a request: all ways of reading and asking come to the same.

``tests/long/every_byte.py`` does it with every byte; here each position has some.
"""

import random
import sys
import types

import attrs
import every_byte
import positions
import pytest
import walking

from identify._compiled._headers import grammar_rows
from identify.engine import DROPPED
from identify.errors import MessageError
from identify.request import Request

SAMPLES = list(positions.samples())
PLACES = list(dict.fromkeys(sample.place for sample in SAMPLES))
#: How many special bytes and others each position is tried with.
PLAN = walking.Plan(special=4, others=1, explained=0.05)


def rows():
    """Return the headers that PJSIP reads itself, each with its compact name or an empty text."""
    return {row["name"]: row["compact"] or "" for row in grammar_rows() if row["name"]}


def sample_of(place):
    """Return a sample of a place."""
    return next(sample for sample in SAMPLES if sample.place == place)


def test_samples_are_of_every_header():
    """There are samples of each header that PJSIP reads itself, by both names, and of some that it doesn't."""
    found = rows()

    assert len(found) > 25
    assert set(positions.VALUES) == found.keys() | set(positions.NOT_READ)
    assert found.keys().isdisjoint(positions.NOT_READ)
    assert {name: compact for name, compact in found.items() if compact} == positions.COMPACT


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda sample: sample.text.decode("latin-1")[:40])
def test_samples_are_taken(sample):
    """Each sample is taken over both transports wherever it stands: what drops a message is the byte that is tried."""
    for transport in ("udp", "tcp"):
        for pad in (0, positions.BLOCK - 1):
            for last in (False, True):
                data = sample.message(sample.text, pad, last)
                request = Request.from_message(data, *walking.PLACE, transport)

                if sample.place:
                    assert sample.place in dict(request.printed_headers)


def test_changed():
    """A position is tried with each byte before it, and in place of the one there."""
    assert list(positions.changed(b"ab", 1, b"xb")) == [b"axb", b"abb", b"ax"]
    assert list(positions.changed(b"ab", 2, b"x")) == [b"abx"]
    assert len(set(positions.changed(b"ab", 0))) == 256 + 255
    assert list(positions.positions(positions.Sample("", b"ab"))) == [0, 1, 2]


@pytest.mark.parametrize("place", PLACES, ids=lambda place: place or "request line")
def test_all_ways_agree(place):
    """Whatever byte stands at a position: four ways of the scan, batches, parts, both transports and explain agree."""
    walk = walking.Walk(PLAN)
    counts = walk.over(sample for sample in SAMPLES if sample.place == place)

    assert counts.differences == 0, "\n".join(counts.shown)
    assert counts.dropped > 0
    assert counts.parsed > 0
    assert counts.explained > 0
    assert counts.apart > 0


def test_literals_are_of_use():
    """A sample that is sent as it is belongs to the endpoint whose literal is its print."""
    for place in PLACES:
        literals = list(walking.literals(place))
        newest, _ = walking.engines(place)
        messages = [sample.message(sample.text) for sample in SAMPLES if sample.place == place]
        indices = newest.identify_messages(messages, *walking.PLACE)
        found = {newest.matches[index].endpoint for index in indices if index >= 0}

        assert literals, place
        assert place in walking.USER_PLACES or found & {f"e{number:02}" for number in range(len(literals))}, (
            place
        )


# The walk notices what differs


def test_another_way_is_noticed(monkeypatch):
    """A way that finds something else, or reads what others don't, is counted and shown with the message."""
    real = walking.found_by

    def found_by(way, data, transport):
        request, found = real(way, data, transport)
        return (request, found) if way != "usual" else (request, ("another", found))

    monkeypatch.setattr(walking, "found_by", found_by)
    walk = walking.Walk(attrs.evolve(PLAN, special=1))
    walk.at(sample_of("Expires"), 12)

    assert walk.counts.differences >= walk.counts.messages
    assert len(walk.counts.shown) <= walking.MOST_SHOWN
    assert all(shown.startswith("usual and general over ") for shown in walk.counts.shown)


def test_model_is_compared():
    """A model that agrees is counted, one that doesn't know is left out, and one that differs is noticed."""

    def exact(data, transport):
        try:
            return walking.printed(Request.from_message(data, *walking.PLACE, transport))
        except MessageError:
            return DROPPED

    def wrong(data, transport):
        return DROPPED if b"X-Pad" in data else None

    sample = sample_of("Max-Forwards")
    counts = walking.Walk(attrs.evolve(PLAN, model=exact)).over([sample])
    assert counts.differences == 0
    assert counts.modelled == 2 * counts.messages

    counts = walking.Walk(attrs.evolve(PLAN, model=lambda data, transport: None)).over([sample])
    assert counts.modelled == counts.differences == 0

    counts = walking.Walk(attrs.evolve(PLAN, model=wrong)).over([sample])
    assert counts.differences >= counts.parsed > 0
    assert counts.shown[0].startswith("the model over ")


def test_long_run_in_small(capsys, monkeypatch):
    """The long run walks the places that it is told, with a model by name, and says what it has counted."""
    arguments = ["--special", "2", "--others", "1", "--place", "Min-Expires", "--jobs", "1"]

    assert every_byte.main(arguments) == 0
    said = capsys.readouterr().out
    sample = sample_of("Min-Expires")
    assert f"{len(sample.text) + 1} positions, " in said
    assert " 0 compared with a model, 0 differences" in said
    assert "answer: username" in said

    model = types.ModuleType("a_model")
    model.everything_dropped = lambda data, transport: DROPPED
    monkeypatch.setitem(sys.modules, "a_model", model)
    assert every_byte.main([*arguments, "--model", "a_model:everything_dropped"]) == 1
    assert "the model over udp" in capsys.readouterr().out


def test_choice_of_bytes():
    """A walk in small tries as many special bytes and others as its plan says; the special ones are all different."""
    assert len(set(positions.SPECIAL)) == len(positions.SPECIAL)
    choice = positions.chosen(random.Random(1), 4, 2)
    assert len(choice) == 6
    assert set(choice[:4]) <= set(positions.SPECIAL)
