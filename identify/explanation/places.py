"""How sentences name objects and lines of a configuration, and numbers."""

from __future__ import annotations

from identify.model import Origin
from identify.strings import quoted, shown

__all__ = ["named", "place", "times"]


def place(origin: Origin) -> str:
    """Return the place of a line: ``pjsip.conf:14``, with the template it was inherited from."""
    via = f", from [{shown(origin.template)}]" if origin.template is not None else ""
    return f"{shown(origin.file)}:{origin.line}{via}"


def named(kind: str, id: str, origin: Origin) -> str:
    """Return an object's name and place: ``identify 'a' (pjsip.conf:14)``."""
    return f"{kind} {quoted(id)} ({place(origin)})"


def times(count: int) -> str:
    """Return how often something occurs: once, twice, 3 times."""
    return {1: "once", 2: "twice"}.get(count, f"{count} times")
