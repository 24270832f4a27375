"""Which known name was probably meant by another one.

Strategy

Names that differ in one or two letters have something in common once a letter or two are left out of each: "identfy"
is "identify" without its second "i", and "indetify" and "identify" both have "idetify" in them.  So each known name is
kept under itself and under all that remains of it without one letter, and a search costs as much for a table of 5
names as of 500, whatever is searched.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from identify.strings import ascii_lower

__all__ = ["Names", "bare"]

#: Names outside these lengths aren't compared: the short ones are all alike, the long ones nobody mistyped.
SHORTEST, LONGEST = 4, 40


class Names:
    """Known names; a name is found by what it has in common with another, the first of several."""

    def __init__(self, names: Iterable[str]) -> None:
        self._whole: dict[str, str] = {}
        self._shorter: dict[str, str] = {}
        for name in names:
            plain = bare(name)
            self._whole.setdefault(plain, name)
            if SHORTEST <= len(plain) <= LONGEST:
                for shorter in _shortened(plain):
                    self._shorter.setdefault(shorter, name)

    def near(self, text: str) -> str:
        """Return the name that was probably meant: another one than the text, "" if none is near.

        >>> Names(["match_header", "endpoint"]).near("Match-Headers")
        'match_header'
        >>> Names(["identify"]).near("indetify")
        'identify'
        """
        if len(text) > LONGEST + 2:
            return ""
        plain = bare(text)
        found = (
            self._whole.get(plain) or self._whole.get(plain.removesuffix("s")) or self._whole.get(f"{plain}s")
        )
        if not found and len(plain) >= SHORTEST:
            found = self._shorter.get(plain) or next(
                (name for name in map(self._near, _shortened(plain)) if name), None
            )
        return found if found and found != text else ""

    def _near(self, shorter: str) -> str | None:
        return self._whole.get(shorter) or self._shorter.get(shorter)


def bare(name: str) -> str:
    """Return a name without what is easily mistaken: case, ``-``, ``_``, blanks."""
    return ascii_lower(name).translate({ord(character): None for character in "-_ \t.\"'"})


def _shortened(text: str) -> Iterator[str]:
    """Yield the text without one of its letters."""
    for at in range(len(text)):
        yield text[:at] + text[at + 1 :]
