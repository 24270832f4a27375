"""Rows for tests: as text, and as they are read."""

import io
import json

from identify.traffic import NOT_GIVEN, open_traffic


def read_rows(data, **options):
    """Return batches joined to rows of (message, expected), and the reader."""
    with open_traffic(io.BytesIO(data), **options) as reader:
        found = []
        for batch in reader:
            expected = batch.expected or [NOT_GIVEN] * len(batch)
            found += [(batch, number, expected[number]) for number in range(len(batch))]
    return found, reader


def json_lines(*rows):
    """Return rows as JSON Lines."""
    return b"".join(json.dumps(row).encode() + b"\n" for row in rows)
