"""The tables of a result as Arrow record batches.

Knows their columns; what is counted is the result's.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterable
from typing import TYPE_CHECKING

from identify._compiled._arrow_columns import ArrowColumn, numbers, texts
from identify._compiled._record_batch import RecordBatch

if TYPE_CHECKING:
    from identify.simulation.results.result import Result

__all__ = ["tables_of"]

TIME = "tsn:UTC"


def tables_of(result: Result) -> dict[str, RecordBatch]:
    """Return the tables by their names: counts are uint64, times timestamp[ns, UTC], what isn't known is null."""
    hits = result.most_hit()
    asked = result.asked
    strangers = result.strangers.most()
    unused = result.unused_rules
    return {
        "endpoints": RecordBatch(
            {
                "endpoint": texts(match.endpoint for match, _ in hits),
                "identifier": texts(match.identifier for match, _ in hits),
                "section": texts(match.section for match, _ in hits),
                "requests": _counts(count for _, count in hits),
                "share": numbers("g", array("d", (count / asked if asked else 0.0 for _, count in hits))),
                "sources": _counts(result.sources[match].count for match, _ in hits),
            }
        ),
        "outcomes": RecordBatch(
            {
                "outcome": texts(outcome.value for outcome in result.outcomes),
                "messages": _counts(result.outcomes.values()),
            }
        ),
        "dropped": RecordBatch(
            {"reason": texts(result.dropped), "messages": _counts(result.dropped.values())},
        ),
        "strangers": RecordBatch(
            {
                "source": texts(one.source for one in strangers),
                "unidentified": _counts(one.unidentified for one in strangers),
                "denied": _counts(one.denied for one in strangers),
                "events": _counts(one.events for one in strangers),
                "first": numbers(TIME, array("q", (one.first for one in strangers)), -1),
                "last": numbers(TIME, array("q", (one.last for one in strangers)), -1),
            }
        ),
        "unused_rules": RecordBatch(
            {
                "section": texts(rule.section for rule in unused),
                "identifier": texts(rule.identifier for rule in unused),
                "endpoint": texts(rule.endpoint for rule in unused),
            }
        ),
    }


def _counts(values: Iterable[int]) -> ArrowColumn:
    return numbers("L", array("Q", values))
