"""The list of places in requests where nothing was observed, in the document on judgements.

The places stand in the model of PJSIP, ``tests/support/pjsip``; ``make examples`` writes them anew into the document,
and a test holds the two together.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
DOCUMENT = ROOT / "docs" / "explanation" / "judgements.md"
LISTED = re.compile(
    r"(?<=^<!-- unobserved: written by make examples -->\n).*?(?=^<!-- end -->$)", re.MULTILINE | re.DOTALL
)


def places() -> dict[str, str]:
    """Return the unobserved places of the model by name."""
    sys.path.insert(0, str(ROOT / "tests" / "support"))
    import pjsip.requests  # noqa: F401, PLC0415 - importing it registers all places
    from pjsip.unobserved import UNOBSERVED  # noqa: PLC0415

    return dict(sorted(UNOBSERVED.items()))


def listed() -> str:
    """Return the list as the document has it."""
    return "".join(f"- {text}\n" for text in places().values())


def written(text: str) -> str:
    """Return the document with the list as it must be."""
    new, count = LISTED.subn(lambda _: listed(), text)
    if count != 1:
        raise ValueError(f"{DOCUMENT}: one list of unobserved places expected, not {count}")
    return new


if __name__ == "__main__":
    DOCUMENT.write_text(written(DOCUMENT.read_text(encoding="utf-8")), encoding="utf-8")
