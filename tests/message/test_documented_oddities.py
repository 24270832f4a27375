"""The table of odd requests in the documents: what it says of each row is what becomes of the row's request."""

import re
from pathlib import Path

import pytest

from identify.errors import MessageError
from identify.request import Request

PAGE = Path(__file__).parents[2] / "docs" / "explanation" / "supported-sip.md"
COLUMNS = ["what the sender meant", "what was sent", "what Asterisk takes", "what to do"]
CODE = re.compile(r"`([^`]+)`")
REPEATED = re.compile(r"\{(\d+)×([^}]*)\}")
FILLED = re.compile(rb"\{(.) to (\d+) bytes\}")
ESCAPES = re.compile(r"\\(r|n|t|0|x[0-9a-f]{2})")
SCREENED = re.compile(r"pass|\d{3} .+")
URI = re.compile(r"(sips?|tel):")

PLACE = ("192.0.2.1", 5060)
#: The lines of a request that a row doesn't show.
FIRST = "OPTIONS sip:100@pbx.example.com SIP/2.0"
ORDINARY = {
    "Via": "SIP/2.0/UDP 198.51.100.7:5060;branch=z9hG4bK1;rport",
    "From": "<sip:alice@example.com>;tag=1",
    "To": "<sip:100@pbx.example.com>",
    "Call-ID": "c1",
    "CSeq": "1 OPTIONS",
    "Contact": "<sip:alice@198.51.100.7>",
    "Content-Length": "0",
}


def rows():
    """Return the cells of each row of the table."""
    text = PAGE.read_text(encoding="utf-8")
    table = text.partition(f"| {' | '.join(COLUMNS)} |\n")[2].partition("\n\n")[0]
    return [[cell.strip() for cell in line.strip("|").split(" | ")] for line in table.split("\n")[1:]]


def unescaped(text):
    """Return the text that the table's notation stands for."""
    text = REPEATED.sub(lambda found: found[2] * int(found[1]), text)
    return ESCAPES.sub(
        lambda found: (
            {"r": "\r", "n": "\n", "t": "\t", "0": "\0"}.get(found[1]) or chr(int(found[1][1:], 16))
        ),
        text,
    )


def message(cell):
    """Return the request of a row's second cell, and its transport."""
    (shown,) = CODE.findall(cell)
    sent = unescaped(shown)
    first, lines = (sent, []) if sent.endswith(" SIP/2.0") else (FIRST, [sent])
    names = {sent.partition(":")[0], *re.findall(r" without ([\w-]+)", cell)} - {first}
    method = first.partition(" ")[0]
    ordinary = ORDINARY | {"CSeq": f"1 {method}"}
    lines += [f"{name}: {value}" for name, value in ordinary.items() if name not in names]
    data = "\r\n".join([first, *lines, "", ""]).encode()
    if found := FILLED.search(data):
        rest = len(data) - len(found[0])
        data = data.replace(found[0], found[1] * (int(found[2]) - rest))
        assert len(data) == int(found[2])
    return data, "tcp" if "over TCP" in cell else "udp"


def taken(cell, request):
    """Return what a row's third cell says of a request, and what the request has in the same terms."""
    said, has = [], []
    for shown in CODE.findall(cell):
        said.append(shown)
        if SCREENED.fullmatch(shown):
            has.append(request.screening)
        elif URI.match(shown):
            has.append(request.printed_request_uri)
        else:
            name = shown.partition(":")[0]
            has += [f"{name}: {value}" for found, value in request.printed_headers if found == name]
    return said, has


def test_table_is_found():
    """The table is on the page; each row has all cells, code in the second one, and a claim in the third."""
    found = rows()

    assert len(found) > 35
    for cells in found:
        assert len(cells) == len(COLUMNS), cells
        assert len(CODE.findall(cells[1])) == 1, cells
        assert cells[2] == "dropped" or CODE.findall(cells[2]), cells
        assert cells[3], cells
    assert sum(cells[2] == "dropped" for cells in found) > 10


def test_notation():
    """The notation of the table stands for what the page says."""
    assert unescaped(r"a\r\n b\0\x01{3×a,}") == "a\r\n b\0\x01a,a,a,"
    data, transport = message("`X-A: {y to 500 bytes}` over TCP")
    assert (len(data), transport) == (500, "tcp")
    assert Request.from_message(data, *PLACE, transport).method == "OPTIONS"


@pytest.mark.parametrize("cells", rows(), ids=lambda cells: f"{cells[0]} {cells[1]}"[:100])
def test_row(cells):
    """What a row says is taken is what is taken, or the request is dropped if it says so."""
    data, transport = message(cells[1])

    if cells[2] == "dropped":
        with pytest.raises(MessageError):
            Request.from_message(data, *PLACE, transport)
    else:
        said, has = taken(cells[2], Request.from_message(data, *PLACE, transport))
        if any("\0" in text for text in has):
            # A print goes on behind a NUL, which is compared up to it.
            has = [text.partition("\0")[0] for text in has]
        assert has == said


def test_longest_over_tcp():
    """One byte less than the row on long messages says is taken; the page on limits says the same."""
    limits = PAGE.parents[1] / "reference" / "limits.md"
    assert "| a message of a stream | 65,535 bytes | `MessageError` |" in limits.read_text(encoding="utf-8")
    (cell,) = [cells[1] for cells in rows() if "65536 bytes" in cells[1]]
    data, transport = message(cell.replace("65536", "65535"))

    assert Request.from_message(data, *PLACE, transport).method == "OPTIONS"
