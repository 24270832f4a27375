"""The reference of traffic has what the readers have."""

import re
from pathlib import Path

from identify.traffic.logs import records
from identify.traffic.opening import FORMATS
from identify.traffic.rows import fields
from identify.traffic.texts import reader as texts

PAGE = (Path(__file__).parents[2] / "docs" / "reference" / "traffic.md").read_text(encoding="utf-8")
ROWS = [[cell.strip() for cell in row.split("|")] for row in re.findall(r"^\| (.+) \|$", PAGE, re.MULTILINE)]


def _names(cell):
    return re.findall(r"`([^`]+)`", cell)


def test_fields_and_their_names():
    """The page has every field of a row with every name that its column may have."""
    shown = {_names(cells[0])[0]: _names(cells[1]) for cells in ROWS if len(cells) > 1 and _names(cells[0])}
    for field, (_, *others) in fields.FIELDS.items():
        assert shown[field] == others, field


def test_reasons_of_counts():
    """The page has every reason for which something is passed over."""
    shown = {name for cells in ROWS for name in _names(cells[0])}
    assert shown >= {*fields.COUNTS, *records.COUNTS, *texts.COUNTS}


def test_formats():
    """The page has every format that can be named."""
    shown = {name for cells in ROWS for name in _names(cells[0])}
    assert shown >= set(FORMATS)
