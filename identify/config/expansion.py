"""Whether the C library may compile an expression: it writes repetitions out, and its memory can be quadratic in that.

It knows limits; ``_ext/expressions/_regex_size.pyx`` knows what the library builds.
"""

from __future__ import annotations

from identify._compiled._regex_size import size_of
from identify.strings import encoded

__all__ = ["MAX_KEPT", "MAX_NODES", "expansion", "expansion_excess"]

#: No expression is compiled whose repetitions, written out, have more elements: ``((a{255}){255}){255}`` has millions.
MAX_NODES = 100_000
#: Nor one for which more of them are kept, for each those that it leads to without a character.
MAX_KEPT = 20_000_000
#: So many that are kept count as one element.
KEPT_A_NODE = 200


def expansion(regex: str) -> int:
    """Return the size of an expression in the C library, in elements with repetitions written out.

    (ab{3}){10} is (abbb) ten times: 40.
    """
    size = size_of(encoded(regex))
    return 0 if size is None else int(size[0] + size[1] / KEPT_A_NODE)


def expansion_excess(regex: str) -> str | None:
    """Return why an expression isn't compiled, as a predicate; None if it may be."""
    size = size_of(encoded(regex))
    if size is None:
        return "nests more than 1000 groups and repetitions"
    nodes, kept = size
    if nodes > MAX_NODES or kept > MAX_KEPT:
        return "is too large once its repetitions are expanded"
    return None
