"""Why readers of captures pass something over: the keys of ``Reader.counts``.

Knows the names and what they mean, in the order of the numbers in ``_ext/captures/_skipped.pxd``.  Only names that
counted something are in ``counts``.  A reason counts packets unless it says otherwise.
"""

from __future__ import annotations

from collections.abc import Sequence

__all__ = ["SKIP_REASONS", "named"]

#: What each reason means; the order is that of the numbers.
SKIP_REASONS: dict[str, str] = {
    "delivered": "never counted",
    "unknown-link-type": "captured on a kind of link whose frames aren't known",
    "unknown-interface": "a packet of pcapng on an interface that isn't described",
    "packet-too-long": "longer than 262,144 bytes",
    "bad-length": "lengths in the headers contradict one another or the packet",
    "cut": "captured in part (snapshot length), and SIP or undecidable",
    "arp": "ARP",
    "other-link": "neither IP nor ARP",
    "icmp": "ICMP and ICMPv6",
    "esp": "encrypted by IPsec",
    "sctp": "SCTP, whose SIP isn't read",
    "other-ip": "neither UDP nor TCP: tunnels, routing and others",
    "duplicate": "the same packet once more, as captured on another interface",
    "fragments-incomplete": "packets of which fragments are missing, or too many at a time",
    "fragments-overlapping": "packets whose fragments contradict one another",
    "udp-empty": "datagrams without content",
    "keep-alive": "only line ends or zeros",
    "stun": "STUN",
    "other-udp": "other datagrams: media, DNS and so on",
    "tcp-empty": "segments without content",
    "tcp-retransmission": "segments with nothing new",
    "tcp-gap": "places in streams where segments are missing",
    "tls": "segments of TLS, which can't be read",
    "websocket": "segments of WebSocket connections, from the upgrade on",
    "other-tcp": "segments of other streams, or before SIP was found in one",
    "stream-dropped": "directions of connections given up with bytes that waited, because there were too many",
    "stream-resynchronised": "places in streams where something else than SIP follows a message",
    "message-incomplete": "messages whose end didn't come",
    "message-too-long": "messages of more than 65,536 bytes",
    "bad-content-length": "messages in streams whose Content-Length is no number",
    "hep": "HEP packets, as HEP isn't wanted",
    "hep-copy": "messages that are there as packets and in HEP, the second time",
    "hep-repeat": "HEP packets that repeat the messages of one segment",
    "hep-other": "HEP packets of something else than SIP",
    "hep-damaged": "HEP packets that can't be read",
    "hep-tcp": "segments of HEP over TCP",
    "logger-repeat": "messages that Asterisk's logger replaced by the begin of another one",
}

_NAMES = tuple(SKIP_REASONS)


def named(counts: Sequence[int]) -> dict[str, int]:
    """Return a decoder's counts by name, without those of nothing."""
    return {name: count for name, count in zip(_NAMES, counts, strict=True) if count}
