"""Every recorded request: whether it was dropped, how it was screened, and what was printed for comparison.

``corpus.jsonl.gz`` was recorded from the newest release; ``parsed-20.15.jsonl.gz`` holds the requests of an
older one that were dropped, screened or printed, which no release does differently.
"""

import pytest
from recorded import cases, data, records, shown, text, wire

from identify.errors import MessageError
from identify.explanation.header import PRINTED_HEADER_LIMIT
from identify.request import Request

NEWEST, OLDER = "corpus.jsonl.gz", "parsed-20.15.jsonl.gz"
ALL = [
    pytest.param(name, family, id=f"{name.partition('.jsonl')[0]}-{family}")
    for name in (NEWEST, OLDER)
    for family in sorted(records(name))
]
#: Asterisk's records are trimmed of these.
BLANKS = "".join(map(chr, range(33)))


def counted(name):
    """Return how many records, requests, dropped ones and printed ones a file has."""
    every = [case for family in records(name) for _, case in cases(name, family)]
    dropped = sum(case["expect"]["parse"] != "ok" for case in every)
    printed = sum("printed_headers" in case["expect"] for case in every)
    return sum(map(len, records(name).values())), len(every), dropped, printed


@pytest.mark.parametrize(
    ("name", "counts"),
    [(NEWEST, (612, 18338, 456, 762)), (OLDER, (53, 171, 76, 63))],
    ids=["newest", "older"],
)
def test_whole(name, counts):
    """Nothing is lost of the recorded answers."""
    assert counted(name) == counts


@pytest.mark.parametrize(("name", "family"), ALL)
def test_dropped(name, family):
    """A message is refused, with a place within it, exactly if Asterisk dropped it."""
    wrong = []
    for place, case in cases(name, family):
        expected = case["expect"]["parse"]
        try:
            Request.from_message(**wire(case))
        except MessageError as error:
            if expected == "ok":
                wrong.append(f"{place}: refused: {error}")
            elif not 0 <= error.offset <= len(data(case)):
                wrong.append(f"{place}: refused at {error.offset} of {len(data(case))} bytes")
        else:
            if expected != "ok":
                wrong.append(f"{place}: parsed, but Asterisk says {expected}")
    assert not wrong, shown(wrong)


@pytest.mark.parametrize(("name", "family"), ALL)
def test_screening(name, family):
    """What Asterisk answers before it identifies is said."""
    wrong = []
    for place, case in cases(name, family):
        expected = case["expect"]
        if expected["parse"] == "ok":
            screening = Request.from_message(**wire(case)).screening
            if screening != expected["filter"]:
                wrong.append(f"{place}: {screening!r}, expected {expected['filter']!r}")
    assert not wrong, shown(wrong)


@pytest.mark.parametrize(("name", "family"), ALL)
def test_printed(name, family):
    """The request URI and every header print as PJSIP prints them."""
    wrong = []
    for place, case in cases(name, family):
        expected = case["expect"]
        if "printed_headers" not in expected:
            continue
        request = Request.from_message(**wire(case))
        uri = text(expected["printed_ruri"])
        if uri is not None and request.printed_request_uri != uri:
            wrong.append(f"{place}: request URI {request.printed_request_uri!r}, expected {uri!r}")
        printed = [(name, value.strip(BLANKS)) for name, value in request.printed_headers]
        recorded = [(text(name), text(value)) for name, value in expected["printed_headers"]]
        if len(printed) != len(recorded):
            wrong.append(f"{place}: {len(printed)} headers, expected {len(recorded)}: {printed}")
        for ours, theirs in zip(printed, recorded, strict=False):
            if theirs[1] is None:
                # It had no room in the line that PJSIP prints a header into.
                if ours[0] != theirs[0] or len(": ".join(ours).encode()) <= PRINTED_HEADER_LIMIT:
                    wrong.append(f"{place}: {ours!r} would have been printed")
            elif ours != theirs:
                wrong.append(f"{place}: {ours!r}, expected {theirs!r}")
    assert not wrong, shown(wrong)
