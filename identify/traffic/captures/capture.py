"""Captures of packets, pcap and pcapng, as batches of the SIP messages in them.

Knows how such a file begins and the caller's options; the packets are decoded by ``_ext/captures/_capture.pyx``.

Facts

- SIP is found by its first line, on any port, over UDP and TCP, IPv4 and IPv6; fragments and streams are reassembled.
- Packets that can't be read are counted by reason (:data:`~identify.traffic.captures.skipped.SKIP_REASONS`), never
  dropped silently.
- Asterisk's ``pjsip set logger pcap`` writes such files, with peculiarities: see ``_ext/captures/_datagrams.pyx``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager

from identify._compiled._capture import CaptureDecoder
from identify.traffic.batch import Batch
from identify.traffic.captures.collectors import SIP_PORTS, HepChoice, Place, place_of, place_text, surveyed
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
    interfaces.  ``hep`` says which HEP3 packets in UDP datagrams are believed: those sent to the addresses or ports of
    collectors that it names, ``any``, ``none``, or ``auto``, those of a capture of a collector (see
    ``identify.traffic.captures.collectors``).  ``sip`` are Asterisk's own sockets, addresses with port or ports; what
    is sent to or from there is believed only with ``any``.  ``again`` opens the stream at its beginning a second time;
    without it the stream itself is read twice if it can seek.  ``format`` is only a name; if it isn't given, it is
    detected if the stream has ``peek``.
    """

    def __init__(
        self,
        stream: ByteStream,
        name: str,
        format: str | None = None,
        *,
        duplicates: bool = True,
        hep: str | Iterable[str] = "auto",
        sip: Iterable[str] = SIP_PORTS,
        again: Callable[[], AbstractContextManager[ByteStream | None]] | None = None,
    ) -> None:
        found = format or self.recognises(peeked(stream, FIRST_BYTES)) or "capture"
        self._window = DUPLICATE_WINDOW if duplicates else 0
        self._hep = HepChoice.of(hep)
        self._own = tuple(place_of(text) for text in sip)
        self._again = again
        self._capture = CaptureDecoder(duplicates=self._window, collectors=self._hep.believed(self._own))
        super().__init__(stream, name, found, self._capture)

    def __iter__(self) -> Iterator[Batch]:
        """Deliver the batches."""
        if self._hep.word == "auto":
            collector = self._collector()
            if collector is not None:
                believed = self._hep.believed(self._own, collector)
                self._decoder = self._capture = CaptureDecoder(duplicates=self._window, collectors=believed)
        return super().__iter__()

    @property
    def untrusted_hep(self) -> tuple[str, ...]:
        """Addresses and ports that HEP packets were sent to that weren't believed, most of them first; not all."""
        return tuple(map(place_text, self._capture.untrusted))

    def _collector(self) -> Place | None:
        """Return the collector that this is a capture of, if that can be found out."""
        if self._again is not None:
            with self._again() as stream:
                return surveyed(stream, self._own) if stream is not None else None
        seek, tell = getattr(self._stream, "seek", None), getattr(self._stream, "tell", None)
        if seek is None or tell is None or not self._stream.seekable():  # type: ignore[attr-defined]
            return None
        start = tell()
        try:
            return surveyed(self._stream, self._own)
        finally:
            seek(start)

    @staticmethod
    def recognises(first_bytes: bytes) -> str | None:
        """Return the format of a file that begins with these bytes, ``pcap`` or ``pcapng``, or None."""
        if first_bytes[:4] in _PCAP:
            return "pcap"
        if first_bytes[:4] == _PCAPNG and first_bytes[8:12] in _BYTE_ORDERS:
            return "pcapng"
        return None
