"""Whose HEP is believed in a capture: what the caller says, or what the capture is.

Knows how collectors are written, and when a capture is one of a collector; packets are looked at by the decoder.

Facts

- Agents, such as Asterisk's ``res_hep``, send copies of SIP messages to a collector as packets of HEP.
- Anybody can send such packets, with any message and any addresses in them, to any place that a capture shows.  A
  stranger who is believed can have Asterisk itself say what he likes.

Strategy

1. The caller names collectors: by the address that agents send to, the port, or both.
2. If he names none, a capture is one of a collector if it has nothing but HEP, all sent to one address and port that
   isn't a SIP socket.  It has no SIP of its own then, so that nothing in it is about any other traffic; and what a
   stranger adds to a capture of other traffic can't make it one of a collector.
   It can make a file of its own, though, such as one of those that tcpdump rotates in a quiet minute; so where several
   files are the traffic of one Asterisk, only named collectors are believed.
3. What a capture is, is known only at the end, so such a capture is looked through beforehand, up to the first packet
   with anything else.  What can't be read twice, such as a pipe, is none.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

import attrs

from identify._compiled._capture import CaptureDecoder
from identify._compiled._collectors import Collectors
from identify.addresses import UNKNOWN_ADDRESS, WILDCARDS, host_port, packed, split_port, unpacked
from identify.strings import quoted
from identify.traffic.captures.decoding import ByteStream, DecodedReader

__all__ = ["SIP_PORTS", "HepChoice", "Place", "place_of", "place_text", "surveyed"]

#: An address of 16 bytes and a port; zeros are any.
Place = tuple[bytes, int]
#: Ports of SIP where a caller doesn't know Asterisk's own sockets.
SIP_PORTS = ("5060", "5061")
WORDS = ("auto", "named", "any", "none")
HIGHEST_PORT = 65_535
#: Collectors that a decoder takes.
MOST_PLACES = 1_024

_PORT = re.compile(r"[1-9][0-9]{0,4}", re.ASCII)


def place_of(text: str) -> Place:
    """Return what an address, a port, or an address with port means; ValueError if it is none of them."""
    host, service = (None, text) if _PORT.fullmatch(text) else split_port(text) or (text, None)
    port = int(service) if service is not None and _PORT.fullmatch(service) else 0
    try:
        address = packed(host) if host is not None and host not in WILDCARDS else UNKNOWN_ADDRESS
    except ValueError:
        address = b""
    if not address or port > HIGHEST_PORT or not (any(address) or port) or (service is not None and not port):
        raise ValueError(
            f"{quoted(text)} is not an address or port of a collector, such as 192.0.2.9:9060, 192.0.2.9 or 9060"
        )
    return address, port


def place_text(place: Place) -> str:
    """Return an address and port as text."""
    address, port = place
    return host_port(unpacked(address), port)


@attrs.frozen
class HepChoice:
    """Which HEP of a capture is delivered: ``word`` is one of WORDS, ``named`` with the ``collectors``."""

    word: str = "auto"
    collectors: tuple[Place, ...] = ()

    @classmethod
    def of(cls, hep: str | Iterable[str]) -> HepChoice:
        """Read an argument; ValueError if it isn't valid."""
        texts = (hep,) if isinstance(hep, str) else tuple(hep)
        words = {text for text in texts if text in WORDS}
        places = tuple(place_of(text) for text in dict.fromkeys(texts) if text not in WORDS)
        if "any" in words and "none" not in words:
            return cls("any")
        if len(words | ({"named"} if places else set())) > 1:
            raise ValueError(f"hep {', '.join(texts)}: {min(words)} excludes the others")
        if len(places) > MOST_PLACES:
            raise ValueError(f"{len(places):,} collectors; at most {MOST_PLACES:,} can be named")
        return cls("named" if places else min(words, default="auto"), places)

    def believed(self, own: Iterable[Place], found: Place | None = None) -> Collectors | None:
        """Return whom to believe, None if HEP isn't wanted; ``found`` is the collector that a capture is of."""
        if self.word == "none":
            return None
        places = (found,) if found is not None else self.collectors
        return Collectors(places, own, everything=self.word == "any")


def surveyed(stream: ByteStream, own: Iterable[Place]) -> Place | None:
    """Return the place that a capture's collector has, None if the capture isn't one of a collector."""
    decoder = CaptureDecoder(collectors=Collectors((), own), survey=True)
    for _ in DecodedReader(stream, "", "capture", decoder):
        # There is something else.
        break
    return decoder.collector
