"""Captures of packets, pcap and pcapng, as batches of the SIP messages in them.

Knows how such a file begins and the caller's options; the packets are decoded by ``_ext/captures/_capture.pyx``.

Facts

- SIP is found by its first line, on any port, over UDP and TCP, IPv4 and IPv6; fragments and streams are reassembled.
- Packets that can't be read are counted by reason (:data:`~identify.traffic.captures.skipped.SKIP_REASONS`), never
  dropped silently.
- Asterisk's ``pjsip set logger pcap`` writes such files, with peculiarities: see ``_ext/captures/_datagrams.pyx``.
"""

from __future__ import annotations

from identify._compiled._capture import CaptureDecoder
from identify.traffic.captures.decoding import ByteStream, DecodedReader, peeked

__all__ = ["DUPLICATE_WINDOW", "CaptureReader"]

#: Nanoseconds within which an identical packet is a copy: copies come within a millisecond, retransmissions not
#: before half a second (RFC 3261 17.1.1.1).
DUPLICATE_WINDOW = 50_000_000

#: Bytes that are enough to recognise a capture.
FIRST_BYTES = 12

_PCAP = (b"\xa1\xb2\xc3\xd4", b"\xd4\xc3\xb2\xa1", b"\xa1\xb2\x3c\x4d", b"\x4d\x3c\xb2\xa1")
_PCAPNG = b"\x0a\x0d\x0d\x0a"
_BYTE_ORDERS = (b"\x1a\x2b\x3c\x4d", b"\x4d\x3c\x2b\x1a")


class CaptureReader(DecodedReader):
    """Reads a capture from a binary stream; can be iterated once, by one thread.

    ``duplicates`` drops packets that occur twice within :data:`DUPLICATE_WINDOW`, as in a capture of several
    interfaces.  ``hep`` says how to treat HEP3 packets in UDP datagrams: ``auto`` delivers a message that is there both
    as a packet and in HEP once, ``yes`` delivers both, ``no`` only packets.  ``format`` is only a name; if it isn't
    given, it is detected if the stream has ``peek``.
    """

    def __init__(
        self,
        stream: ByteStream,
        name: str,
        format: str | None = None,
        *,
        duplicates: bool = True,
        hep: str = "auto",
    ) -> None:
        found = format or self.recognises(peeked(stream, FIRST_BYTES)) or "capture"
        window = DUPLICATE_WINDOW if duplicates else 0
        super().__init__(stream, name, found, CaptureDecoder(duplicates=window, hep=hep))

    @staticmethod
    def recognises(first_bytes: bytes) -> str | None:
        """Return the format of a file that begins with these bytes, ``pcap`` or ``pcapng``, or None."""
        if first_bytes[:4] in _PCAP:
            return "pcap"
        if first_bytes[:4] == _PCAPNG and first_bytes[8:12] in _BYTE_ORDERS:
            return "pcapng"
        return None
