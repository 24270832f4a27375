"""The kept answers: what generated sets of files say, as digests, and of some of them in full.

``tests/writers/write_kept_answers.py`` writes them, ``tests/config/test_kept_answers.py`` compares with them.
"""

from __future__ import annotations

import gzip
import hashlib
import json
from pathlib import Path
from typing import Any

import configured
import configured_values
from everything import digest, text_of

PATH = Path(__file__).parents[1] / "data" / "kept-answers.json.gz"

#: Sets of which there is a digest; of the first ones also one for each field.
SETS = 4_000
BY_FIELD = 800
#: Sets whose answer is kept in full: the first whose text isn't longer.
IN_FULL = 60
LONGEST = 40_000
#: Characters of a digest, and of a field's.
SIZE, FIELD_SIZE = 12, 4


def of_generator() -> str:
    """Return a text that changes with the generator, whose sets the digests are of."""
    paths = (Path(module.__file__ or "") for module in (configured, configured_values))
    recorded = configured_values.RECORDED
    return hashlib.sha256(b"".join(path.read_bytes() for path in (*paths, recorded))).hexdigest()[:16]


def of_fields(said: dict[str, Any]) -> str:
    """Return the short digests of all fields, one after the other."""
    return "".join(digest(said[name])[:FIELD_SIZE] for name in said)


def written(answers: list[dict[str, Any]]) -> bytes:
    """Return the file of the answers to all sets."""
    full = [seed for seed, said in enumerate(answers) if len(text_of(said)) <= LONGEST][:IN_FULL]
    kept = {
        "generator": of_generator(),
        "digests": [digest(said)[:SIZE] for said in answers],
        "fields": [of_fields(said) for said in answers[:BY_FIELD]],
        "codes": sorted({problem["code"] for said in answers for problem in said.get("problems", ())}),
        "said": {str(seed): answers[seed] for seed in full},
    }
    return gzip.compress(text_of(kept).encode(), mtime=0)


def kept() -> dict[str, Any]:
    """Return what the file has."""
    found: dict[str, Any] = json.loads(gzip.decompress(PATH.read_bytes()))
    return found
