"""Places where neither a fact nor a record says what PJSIP does: what is unknown, and what the model takes it for.

Each place is a line of a table that ``docs/explanation/judgements.md`` is written from.
A reader that meets one notes its name, so that a comparison counts such messages apart.
"""

from __future__ import annotations

#: The places by name: what is unknown and what we take it for.
UNOBSERVED: dict[str, str] = {}


def unobserved(name: str, what: str) -> str:
    """Register a place and return its name, for ``Reader.note``."""
    if name in UNOBSERVED:
        raise ValueError(f"the place {name!r} is registered twice")
    UNOBSERVED[name] = what
    return name
