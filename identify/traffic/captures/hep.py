"""Files of HEP3 packets as batches of the SIP messages in them.

Knows how such files begin; the packets are decoded by ``_ext/captures/_hep.pyx``.  HEP in the datagrams of a capture
is read with the capture.
"""

from __future__ import annotations

from identify._compiled._hep_stream import HepDecoder
from identify.strings import quoted
from identify.traffic.captures.decoding import ByteStream, DecodedReader, peeked

__all__ = ["HepReader"]

FORMATS = ("hep3", "hep3-datagrams")
#: Bytes that are enough to recognise either format.
FIRST_BYTES = 18

_MAGIC = b"HEP3"
#: Bytes of the time and size before each datagram of a dump.
_DUMP_HEADER = 12


class HepReader(DecodedReader):
    """Reads HEP3 packets from a binary stream; can be iterated once, by one thread.

    The formats are ``hep3``, consecutive packets as on an agent's TCP connection, and ``hep3-datagrams``, where each
    packet is preceded by its time, a big-endian double, and its size in 32 bits.  If no format is given, it is detected
    if the stream has ``peek``, and otherwise assumed to be ``hep3``.
    """

    def __init__(self, stream: ByteStream, name: str, format: str | None = None) -> None:
        found = format or self.recognises(peeked(stream, FIRST_BYTES)) or "hep3"
        if found not in FORMATS:
            raise ValueError(f"format {quoted(found)}: expected one of {', '.join(FORMATS)}")
        super().__init__(stream, name, found, HepDecoder(timed=found == "hep3-datagrams"))

    @staticmethod
    def recognises(first_bytes: bytes) -> str | None:
        """Return the format of a file that begins with these bytes, or None."""
        if first_bytes[:4] == _MAGIC:
            return "hep3"
        dumped = first_bytes[_DUMP_HEADER:]
        if dumped[:4] == _MAGIC and first_bytes[8:12] == b"\0\0" + dumped[4:6]:
            return "hep3-datagrams"
        return None
