"""Expected answers, apart from the traffic: written from today's answers, read to hold later ones against them.

Knows the file: JSON Lines, an object a request that the identifiers were asked about and whose answer is known:

    {"traffic": "calls.pcap", "frame": 7, "source": "192.0.2.1", "port": 5060, "method": "INVITE", "expect": "trunk"}

``traffic`` is the name of the file without its folders, ``frame`` the packet or line, ``expect`` the endpoint or null.
Of several messages in one packet the second has ``"message": 1``, and so on.  ``source`` and what follows it is for
readers of the file and isn't compared.
"""

from __future__ import annotations

import io
import json
import os
from collections.abc import Iterable, Iterator
from typing import IO, Any

import attrs

from identify.errors import TrafficError
from identify.simulation.outcomes import Outcome
from identify.simulation.rows import OUTCOMES, Rows
from identify.traffic.batch import NOT_GIVEN, Batch, NotGiven
from identify.writing import Outputs

__all__ = ["Expected", "Recorder", "read_expected"]

#: A line holds one object; ids of endpoints have at most 79 bytes.
LONGEST_LINE = 1 << 16
MOST_LINES = 50_000_000

#: Of undetermined requests there is no answer to expect.
ASKED = bytes(
    code
    for code, outcome in enumerate(OUTCOMES)
    if outcome.is_identification and outcome is not Outcome.UNDETERMINED
)

#: Frame, and which of its messages.
Place = tuple[int, int]


@attrs.define
class _Places:
    """Which message of its frame each one is, over the batches of one reader."""

    frame: int = -1
    number: int = 0

    def next(self, frame: int) -> Place:
        self.number = self.number + 1 if frame == self.frame else 0
        self.frame = frame
        return frame, self.number


@attrs.frozen
class Expected:
    """Expected endpoints by file of traffic and place in it."""

    answers: dict[str, dict[Place, str | None]]

    def __len__(self) -> int:
        """Return the number of requests with an expectation."""
        return sum(map(len, self.answers.values()))

    def put_into(self, batches: Iterable[Batch], traffic: str) -> Iterator[Batch]:
        """Yield the batches of a file with what is expected of their messages, in place of what they had."""
        answers = self.answers.get(os.path.basename(traffic), {})
        places = _Places()
        for batch in batches:
            wanted: list[str | NotGiven | None] = [
                answers.get(places.next(frame), NOT_GIVEN) for frame in batch.frames
            ]
            batch.expected = wanted
            yield batch


class Recorder:
    """Writes the answers to the requests of traffic as expected ones; the file takes its place with the ``outputs``."""

    def __init__(self, path: str, outputs: Outputs) -> None:
        self.written = 0
        self._file = outputs.open(path).text("ascii")
        self._places: dict[str, _Places] = {}

    def write(self, rows: Rows, traffic: str) -> None:
        """Add the requests of a batch of a file that the identifiers were asked about."""
        places = self._places.setdefault(traffic, _Places())
        for number, code in enumerate(rows.columns.outcomes):
            frame, message = places.next(rows.batch.frames[number])
            if code not in ASKED:
                continue
            row = rows.row(number)
            entry: dict[str, Any] = {"traffic": os.path.basename(traffic), "frame": frame}
            if message:
                entry["message"] = message
            entry |= {"source": row.source, "port": row.port, "method": row.method, "expect": row.endpoint}
            self._file.write(json.dumps(entry) + "\n")
            self.written += 1

    def append(self, file: IO[bytes]) -> None:
        """Add what another recorder wrote, and close that."""
        with io.TextIOWrapper(file, encoding="ascii", newline="") as text:
            for line in text:
                self._file.write(line)
                self.written += 1


def read_expected(path: str) -> Expected:
    """Read a file of expected answers; TrafficError with the line that can't be read, OSError as always."""
    answers: dict[str, dict[Place, str | None]] = {}
    with open(path, "rb") as file:
        for number, line in enumerate(_lines(file, path), 1):
            if not line.strip():
                continue
            traffic, place, endpoint = _entry(line, path, number)
            known = answers.setdefault(traffic, {})
            if place in known:
                raise TrafficError(f"frame {place[0]} of {traffic!r} is there twice", path, line=number)
            known[place] = endpoint
    return Expected(answers)


def _lines(file: IO[bytes], path: str) -> Iterator[bytes]:
    number = 0
    while line := file.readline(LONGEST_LINE + 1):
        number += 1
        if len(line) > LONGEST_LINE or number > MOST_LINES:
            raise TrafficError(
                f"a line of more than {LONGEST_LINE} bytes, or too many lines", path, line=number
            )
        yield line


def _entry(line: bytes, path: str, number: int) -> tuple[str, Place, str | None]:
    try:
        entry = json.loads(line)
        place = entry["frame"], entry.get("message", 0)
        traffic, endpoint = entry["traffic"], entry["expect"]
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        wanted = 'expected an object such as {"traffic": "calls.pcap", "frame": 7, "expect": "trunk"}'
        raise TrafficError(f"{wanted}, not {line[:80]!r}", path, line=number) from error
    if not (all(isinstance(number, int) for number in place) and isinstance(traffic, str)):
        raise TrafficError("frame and message must be numbers, traffic a text", path, line=number)
    if not (endpoint is None or isinstance(endpoint, str)):
        raise TrafficError(
            f"expect must be the id of an endpoint or null, not {endpoint!r}", path, line=number
        )
    return traffic, place, endpoint
