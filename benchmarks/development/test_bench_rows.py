"""Our side of every published row that is quickly made, under pytest-benchmark.

One call is a whole loop over a row's items, because its floor for a call is larger than what is measured; compare runs
with ``make bench ARGS="--benchmark-autosave"`` and ``ARGS="--benchmark-compare"``.
"""

from __future__ import annotations

from typing import Any

import pytest

from benchmarks.rows import ROWS
from benchmarks.rows.row import OURS

QUICK = [row for row in ROWS.values() if not row.heavy and row.rounds is None and row.group != "asterisk"]


@pytest.mark.parametrize("row", QUICK, ids=lambda row: row.id)
def test_ours(benchmark: Any, row: Any) -> None:
    """Time our side of a row; what it answers is pinned by the tests."""
    work = row.sides[OURS]()
    benchmark.group = row.group
    benchmark.extra_info["items"] = work.items
    benchmark(work.loop)
    if work.answers is not None:
        assert len(work.answers()) > 0
