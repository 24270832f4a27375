"""RFC 4475's torture messages: what becomes of each, and how the parsed ones read.

The messages and the expectations, with the rule behind each, are in ``tests/data/torture``.  Where
observation doesn't decide whether a message is parsed, either is right, but a parsed one must still
read as stated.
"""

import json
from pathlib import Path
from typing import Any

import pytest

from identify._compiled._request import Request
from identify.errors import MessageError

TORTURE = Path(__file__).parent.parent / "data" / "torture"
EXPECTATIONS: list[dict[str, Any]] = json.loads((TORTURE / "expected.json").read_text(encoding="utf-8"))
SOURCE = "192.0.2.1"


def message(name: str) -> bytes:
    return (TORTURE / f"{name}.dat").read_bytes()


def with_outcome(*outcomes: str) -> list[Any]:
    chosen = [expectation for expectation in EXPECTATIONS if expectation["outcome"] in outcomes]
    return [
        pytest.param(expectation, id=f"{expectation['message']}-{expectation['transport']}")
        for expectation in chosen
    ]


def parse(expected: dict[str, Any]) -> Request:
    return Request.from_message(message(expected["message"]), SOURCE, 5060, transport=expected["transport"])


def check(request: Request, expected: dict[str, Any]) -> None:
    """Compare everything the expectation states."""
    assert request.method == expected["method"]
    assert request.screening == expected["screening"]
    assert request.printed_request_uri == expected["request_uri"]
    for uri, key in ((request.from_uri, "from"), (request.to_uri, "to")):
        if key in expected:
            assert uri is not None
            assert [uri.user, uri.host] == expected[key]
    printed = request.printed_headers
    for name, value in expected.get("headers", []):
        assert (name, value) in printed


@pytest.mark.parametrize("expected", with_outcome("parsed"))
def test_parsed(expected: dict[str, Any]) -> None:
    """A message that Asterisk looks at is parsed, screened and printed as stated."""
    check(parse(expected), expected)


@pytest.mark.parametrize("expected", with_outcome("dropped", "not a request"))
def test_dropped(expected: dict[str, Any]) -> None:
    """A message that never reaches identification raises MessageError with a reason and a place in it."""
    with pytest.raises(MessageError) as caught:
        parse(expected)
    assert caught.value.reason
    assert 0 <= caught.value.offset <= len(message(expected["message"]))


@pytest.mark.parametrize("expected", with_outcome("undetermined"))
def test_undetermined(expected: dict[str, Any]) -> None:
    """A message whose fate is unknown gives MessageError or reads as stated, nothing else."""
    try:
        request = parse(expected)
    except MessageError as error:
        assert 0 <= error.offset <= len(message(expected["message"]))
    else:
        check(request, expected)


def test_wide_range_of_characters_without_nul() -> None:
    """The message of unusual characters is parsed once its quoted NUL is gone, as was observed."""
    expected = next(expectation for expectation in EXPECTATIONS if expectation["message"] == "intmeth")
    data = message("intmeth")
    assert data.count(b"NUL:\\\0") == 1
    request = Request.from_message(
        data.replace(b"NUL:\\\0", b"NUL"), SOURCE, 5060, transport=expected["transport"]
    )
    check(request, expected)


@pytest.mark.parametrize("expected", with_outcome("parsed"))
def test_any_cut_is_survived(expected: dict[str, Any]) -> None:
    """Every beginning of a message is parsed or raises MessageError, and a stream needs all of its head."""
    data = message(expected["message"])
    head = data.index(b"\r\n\r\n") + 4
    for length in range(head):
        try:
            Request.from_message(data[:length], SOURCE, 5060, transport=expected["transport"])
        except MessageError as error:
            assert 0 <= error.offset <= length
        else:
            assert expected["transport"] == "udp"


def test_collection_is_complete() -> None:
    """Each of the RFC's 49 messages has a file, an expectation and a line in the README."""
    files = {path.stem for path in TORTURE.glob("*.dat")}
    assert len(files) == 49
    assert files == {expectation["message"] for expectation in EXPECTATIONS}
    readme = (TORTURE / "README.md").read_text(encoding="utf-8")
    assert all(f"| {name} |" in readme for name in files)


@pytest.mark.parametrize("name", sorted(path.stem for path in TORTURE.glob("*.dat")))
def test_files_are_as_sent(name: str) -> None:
    """No tool has changed the line ends of a message's head."""
    head, end, _ = message(name).partition(b"\r\n\r\n")
    assert end
    assert b"\n" not in head.replace(b"\r\n", b"")
    assert b"\r" not in head.replace(b"\r\n", b"")
