"""How values are spelt so that a request can have them: the shapes of URIs and of the headers that PJSIP reads.

A shape is a usual form, written as an expression; values of another form exist.
"""

from __future__ import annotations

from functools import lru_cache

from identify.questions.values.automata import BEYOND, SURROGATE, Automaton
from identify.questions.values.reading import automaton
from identify.strings import folded_bytes

__all__ = ["CHARACTERS_BEYOND", "shape_of", "spelt"]

#: What stands for a character beyond ASCII: an é; as Latin-1, which isn't UTF-8; the euro sign, no letter; a space.
CHARACTERS_BEYOND = (b"\xc3\xa9", b"\xe9", b"\xe2\x82\xac", b"\xe2\x80\x83")

ENCODED_SURROGATE = b"\xed\xa0\x80"

HOST = "[a-zA-Z0-9]([a-zA-Z0-9.-]*[a-zA-Z0-9])?"
USER = "([a-zA-Z0-9_.!~*'()&=+$,;?/-]|%[0-9a-f]{2})+"
PARAMETERS = "(;[a-zA-Z0-9_.-]+(=[a-zA-Z0-9_.-]+)?)*"
URI = f"sips?:({USER}@)?{HOST}"
NAME = '("[^\\"]+" )?'

#: The request URI, whose header has no name here.
REQUEST_URI = f"^({URI}(:[1-9][0-9]{{3}})?{PARAMETERS}|tel:[+]?[0-9-]*[0-9])$"
SHAPES = {
    b"": REQUEST_URI,
    b"from": f"^{NAME}<{URI}{PARAMETERS}>{PARAMETERS}$",
    b"to": f"^{NAME}<{URI}{PARAMETERS}>{PARAMETERS}$",
    b"contact": f"^{NAME}<{URI}(:[1-9][0-9]{{3}})?{PARAMETERS}>{PARAMETERS}$",
    b"via": f"^SIP/2\\.0/UDP {HOST}(:[1-9][0-9]{{3}})?{PARAMETERS}$",
    b"call-id": "^[!-~]+$",
}


def shape_of(name: str) -> Automaton | None:
    """Return the usual shape of a header's value, of the request URI for an empty name; None if any text will do."""
    return _shape(folded_bytes(name))


@lru_cache(maxsize=64)
def _shape(name: bytes) -> Automaton | None:
    return automaton(SHAPES[name]) if name in SHAPES else None


def spelt(path: list[int], beyond: bytes = CHARACTERS_BEYOND[0]) -> bytes:
    """Return the value of a path through automata; ``beyond`` stands for each character beyond ASCII."""
    spellings = {BEYOND: beyond, SURROGATE: ENCODED_SURROGATE}
    return b"".join(spellings.get(code) or bytes([code]) for code in path)
