"""The model of PJSIP in ``tests/support/pjsip`` held against every recorded request of the newest release."""

import pytest
from pjsip.requests import Read, read_into
from pjsip.scanning import DroppedError
from recorded import NEWEST, cases, every_family, shown, text, wire

MESSAGES = "corpus-messages.jsonl.gz"
#: Records are trimmed of these.
STRIPPED = "".join(map(chr, range(33)))


def read(case):
    """Return what the model reads of a case, None if it drops it."""
    sent = wire(case)
    found = Read()
    try:
        return read_into(found, sent["data"], sent["source"], sent["port"], sent["transport"])
    except DroppedError:
        return None


def wrong(case):
    """Yield what the model has wrong about a case."""
    expected, found = case["expect"], read(case)
    if (expected["parse"] == "ok") != (found is not None):
        yield "dropped" if found is None else f"taken, but {expected['parse']}"
        return
    if found is None:
        return
    if found.screening != expected["filter"]:
        yield f"{found.screening!r} instead of {expected['filter']!r}"
    if "printed_headers" not in expected:
        return
    uri = text(expected["printed_ruri"])
    if uri is not None and found.printed_request_uri != uri:
        yield f"{found.printed_request_uri!r} instead of {uri!r}"
    headers = [(text(name), text(value)) for name, value in expected["printed_headers"]]
    ours = found.printed_headers
    if [name for name, _ in ours] != [name for name, _ in headers]:
        yield f"{ours} instead of {headers}"
    for (name, value), (_, theirs) in zip(ours, headers, strict=False):
        # A value of None is a header that is longer than what is compared.
        if theirs is not None and value != theirs.strip(STRIPPED):
            yield f"{name}: {value!r} instead of {theirs!r}"


@pytest.mark.parametrize(("name", "family"), every_family(MESSAGES, NEWEST))
def test_records(name, family):
    """The model alone drops, screens and prints each recorded request as Asterisk did."""
    found = [f"{place}: {what}" for place, case in cases(name, family) for what in wrong(case)]

    assert not found, shown(found)


def test_whole():
    """There are as many requests as were recorded, and more than a third of the odd ones were dropped."""
    every = [case for family in ("messages",) for _, case in cases(MESSAGES, family)]

    assert len(every) == 8289
    assert sum(case["expect"]["parse"] != "ok" for case in every) == 3652
