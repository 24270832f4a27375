"""Large messages full of one thing, of any size: what a reader that isn't linear would take long for.

Each header that PJSIP reads itself, some that it doesn't and the request line are filled with each special byte and
with small pieces of syntax, in four places: before the value, within it, behind it, and in a quoted string.
"""

from __future__ import annotations

from collections.abc import Iterator

import attrs
import positions

#: Pieces of syntax, longer than one byte.
PIECES = (
    b";x", b";x=y", b';x="y"', b";=", b",a", b"a, ", b", ,", b"\r\n ", b"\r\n x", b"\n ", b"\r ", b"\r\n\r\n", b" \t",
    b"%41", b"%fe", b"%4", b"\\\"", b'"a"', b"<>", b"()", b"[]", b"&a:b", b"a=b,", b"a\r\n , ", b"<sip:a>,", b"sip:a,",
    b";q=1", b";tag=x", b";lr", b";ext=1", b"?a=b", b"&a=b", b"/a", b"a@", b"a.", b"99", b"00", b"\xc3\xa9", b"\r\nX:",
    b"\r\nk: a", b"\r\nv: SIP/2.0/UDP h", b"\r\nf: <sip:a@b>", b"\r\nm: *",
)  # fmt: skip
UNITS = (*(bytes([byte]) for byte in positions.SPECIAL), *PIECES)
#: Each so manieth filling is enough for a test in small: a number that no other here divides, so that all parts vary.
STEP = 23
FRAMES = ("before", "within", "behind", "quoted")


@attrs.frozen
class Filling:
    """A sample that is filled with a unit at a place of it."""

    sample: positions.Sample
    unit: bytes
    frame: str

    @property
    def name(self) -> str:
        """Say what is filled with what, in one line without ``|``."""
        unit = "".join(
            f"\\x{byte:02x}" if not 32 < byte < 127 or byte == 124 else chr(byte) for byte in self.unit
        )
        return f"{self.sample.place or 'request line'} {self.frame} {unit}"

    def message(self, size: int) -> bytes:
        """Return a message that has about so many bytes of the unit."""
        text = self.sample.text
        filler = self.unit * (size // len(self.unit))
        start = text.find(b" " if not self.sample.place else b":") + 1
        middle = (start + len(text)) // 2
        parts = {
            "before": (text[:start], text[start:]),
            "within": (text[:middle], text[middle:]),
            "behind": (text, b""),
            "quoted": (text + b';x="', b'"'),
        }[self.frame]
        return self.sample.message(filler.join(parts))


def fillings() -> Iterator[Filling]:
    """Yield each header's first sample, and the samples of rich URIs, with each unit at each place."""
    known = set()
    for sample in positions.samples():
        rich = positions.URIS["sip"] in sample.text or positions.URIS["tel"] in sample.text
        if sample.place not in known or rich:
            known.add(sample.place)
            for frame in FRAMES:
                for unit in UNITS:
                    yield Filling(sample, unit, frame)
