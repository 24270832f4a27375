"""Expected answers, apart from the traffic: written from today's answers, read to hold later ones against them.

Knows the file: JSON Lines, an object a request that the identifiers were asked about and whose answer is known:

    {"traffic": "calls.pcap", "frame": 7, "source": "192.0.2.1", "port": 5060, "method": "INVITE", "expect": "trunk"}

``traffic`` is the name of the file without its folders, ``frame`` the packet or line, ``expect`` the endpoint or null.
Of several messages in one packet the second has ``"message": 1``, and so on.  ``source``, ``port`` and ``method`` are
for readers of the file and aren't compared; other keys are errors, since they would be expectations that nobody checks.
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
from identify.simulation.results.expectations import MOST_MISMATCHES, Expectations, Unmet
from identify.simulation.rows import OUTCOMES, Rows
from identify.strings import quoted
from identify.traffic.batch import NOT_GIVEN, Batch, NotGiven
from identify.writing import Outputs

__all__ = ["Expected", "ExpectedBatches", "Recorder", "read_expected"]

#: A line holds one object; ids of endpoints have at most 79 bytes.
LONGEST_LINE = 1 << 16
MOST_LINES = 50_000_000

#: Of undetermined requests there is no answer to expect.
ASKED = bytes(
    code
    for code, outcome in enumerate(OUTCOMES)
    if outcome.is_identification and outcome is not Outcome.UNDETERMINED
)

#: Keys of an expectation; the last three are for readers of the file.
KEYS = frozenset({"traffic", "frame", "message", "expect", "source", "port", "method"})

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

    def put_into(self, batches: Iterable[Batch], traffic: str) -> ExpectedBatches:
        """Return the batches of a file with what is expected of their messages, in place of what they had."""
        return ExpectedBatches(batches, self.answers.get(os.path.basename(traffic), {}))

    def close(self, expectations: Expectations, paths: Iterable[str]) -> None:
        """Add the expectations that no message met to the result of a run over these files."""
        names = {os.path.basename(path) for path in paths}
        for traffic, answers in self.answers.items():
            met = expectations.met.get(traffic, b"")
            for number, ((frame, message), endpoint) in enumerate(answers.items()):
                if number >> 3 < len(met) and met[number >> 3] >> (number & 7) & 1:
                    continue
                expectations.unmet_in_all += 1
                if len(expectations.unmet) < MOST_MISMATCHES:
                    expectations.unmet.append(
                        Unmet(
                            traffic=traffic,
                            frame=frame,
                            message=message,
                            expected=endpoint,
                            known_file=traffic in names,
                        )
                    )
        expectations.met = {}


class ExpectedBatches:
    """The batches of a file with what is expected of their messages; an iterator.

    ``note`` says that the batch that came last was simulated, so that its expectations are met.
    """

    def __init__(self, batches: Iterable[Batch], answers: dict[Place, str | None]) -> None:
        self._batches = iter(batches)
        self._answers = answers
        # Places in the order of the file; it is known which were met by one bit each.
        self._numbers = {place: number for number, place in enumerate(answers)}
        self._places = _Places()
        self._last: list[int] = []
        self.met = bytearray(-(-len(answers) // 8))

    def __iter__(self) -> Iterator[Batch]:
        """Return itself."""
        return self

    def __next__(self) -> Batch:
        """Return the next batch."""
        batch = next(self._batches)
        places = [self._places.next(frame) for frame in batch.frames]
        wanted: list[str | NotGiven | None] = [self._answers.get(place, NOT_GIVEN) for place in places]
        self._last = [self._numbers[place] for place in places if place in self._numbers]
        batch.expected = wanted
        return batch

    def note(self) -> None:
        """Take the expectations of the last batch as met."""
        for number in self._last:
            self.met[number >> 3] |= 1 << (number & 7)


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
    if not answers:
        raise TrafficError("the file has no expectations, so nothing can be checked", path)
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
        unknown = sorted(entry.keys() - KEYS)
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        wanted = 'expected an object such as {"traffic": "calls.pcap", "frame": 7, "expect": "trunk"}'
        raise TrafficError(f"{wanted}, not {line[:80]!r}", path, line=number) from error
    if unknown:
        known = ", ".join(sorted(KEYS))
        raise TrafficError(f"{quoted(unknown[0])} is not a key of expectations: {known}", path, line=number)
    # True is a number to Python.
    if not (all(type(number) is int for number in place) and isinstance(traffic, str)):
        raise TrafficError("frame and message must be numbers, traffic a text", path, line=number)
    if not (endpoint is None or isinstance(endpoint, str)):
        raise TrafficError(
            f"expect must be the id of an endpoint or null, not {endpoint!r}", path, line=number
        )
    return traffic, place, endpoint
