"""Every recorded request: whether it was dropped, how it was screened, and what was printed for comparison."""

import pytest
from recorded import MESSAGES, NEWEST, cases, data, every_family, records, shown, text, wire

from identify.errors import MessageError
from identify.explanation.header import PRINTED_HEADER_LIMIT
from identify.request import Request

#: The counts of each file: records, requests, dropped ones and printed ones.
COUNTS = {
    NEWEST: (612, 18338, 456, 762),
    MESSAGES: (141, 8289, 3652, 4637),
    "corpus-16.2.jsonl.gz": (196, 5859, 230, 486),
    "corpus-16.jsonl.gz": (204, 6114, 148, 255),
    "corpus-18.jsonl.gz": (657, 19688, 457, 761),
    "corpus-20.15.jsonl.gz": (259, 7767, 76, 63),
    "corpus-22.5.jsonl.gz": (657, 19688, 457, 761),
}

families = pytest.mark.parametrize(("name", "family"), every_family())


def read(name, case):
    """Return the request of a case as the release of its file reads it."""
    return Request.from_message(**wire(case), release=release_of_file(name))


def release_of_file(name):
    """Return the release that a file was recorded from."""
    return next(iter(records(name).values()))[0]["release"]


def counted(name):
    """Return how many records, requests, dropped ones and printed ones a file has."""
    every = [case for family in records(name) for _, case in cases(name, family)]
    dropped = sum(case["expect"]["parse"] != "ok" for case in every)
    printed = sum("printed_headers" in case["expect"] for case in every)
    return sum(map(len, records(name).values())), len(every), dropped, printed


@pytest.mark.parametrize("name", COUNTS)
def test_whole(name):
    """Nothing is lost of the recorded answers."""
    assert counted(name) == COUNTS[name]


@families
def test_dropped(name, family):
    """A message is refused, with a place within it, exactly if Asterisk dropped it."""
    wrong = []
    for place, case in cases(name, family):
        expected = case["expect"]["parse"]
        try:
            read(name, case)
        except MessageError as error:
            if expected == "ok":
                wrong.append(f"{place}: refused: {error}")
            elif not 0 <= error.offset <= len(data(case)):
                wrong.append(f"{place}: refused at {error.offset} of {len(data(case))} bytes")
        else:
            if expected != "ok":
                wrong.append(f"{place}: parsed, but Asterisk says {expected}")
    assert not wrong, shown(wrong)


@families
def test_screening(name, family):
    """What Asterisk answers before it identifies is said."""
    wrong = []
    for place, case in cases(name, family):
        expected = case["expect"]
        if expected["parse"] == "ok":
            screening = read(name, case).screening
            if screening != expected["filter"]:
                wrong.append(f"{place}: {screening!r}, expected {expected['filter']!r}")
    assert not wrong, shown(wrong)


@families
def test_printed(name, family):
    """The request URI and every header print as PJSIP prints them."""
    wrong = []
    for place, case in cases(name, family):
        expected = case["expect"]
        if "printed_headers" not in expected:
            continue
        request = read(name, case)
        uri = text(expected["printed_ruri"])
        if uri is not None and request.printed_request_uri != uri:
            wrong.append(f"{place}: request URI {request.printed_request_uri!r}, expected {uri!r}")
        printed = list(request.printed_headers)
        recorded = [(text(header), text(value)) for header, value in expected["printed_headers"]]
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
