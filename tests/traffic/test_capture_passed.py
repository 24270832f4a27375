"""The reasons for which readers of captures pass something over: their names, numbers and the page about them."""

import re
from pathlib import Path

from identify._compiled._capture import CaptureDecoder
from identify._compiled._hep_stream import HepDecoder
from identify.traffic.captures.skipped import SKIP_REASONS

PAGE = Path(__file__).parent.parent.parent / "docs" / "reference" / "captures.md"
NUMBERS = Path(__file__).parent.parent.parent / "_ext" / "captures" / "_skipped.pxd"
#: Where a name says less in capitals.
ALIKE = {"hep": "hep-unwanted", "unknown-link-type": "unknown-link"}


def test_names_and_numbers():
    """Each number of the decoders has a name, in the same order."""
    text = NUMBERS.read_text().partition("cdef enum Skipped:\n")[2]
    members = re.findall(r"^    ([A-Z_0-9]+)$", text.partition("\n\n")[0], re.MULTILINE)
    names = [ALIKE.get(name, name).replace("-", "_").upper() for name in SKIP_REASONS]

    assert members == [*names, "REASONS"]
    assert len(CaptureDecoder().counts()) == len(HepDecoder().counts()) == len(SKIP_REASONS)


def test_page():
    """The reference has each reason with its meaning, in order."""
    section = PAGE.read_text().partition("| reason in `counts` |")[2].partition("## Limits")[0]
    rows = re.findall(r"^\| `([a-z-]+)` \| (.+) \|$", section, re.MULTILINE)

    assert rows == [(name, meaning) for name, meaning in SKIP_REASONS.items() if name != "delivered"]
