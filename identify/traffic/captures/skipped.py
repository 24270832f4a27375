"""Why readers of captures skip something: the keys of ``Reader.counts``.

Knows the names and their meanings, in the order of the numbers in ``_ext/captures/_skipped.pxd``.  ``counts`` has only
the reasons that occurred.  A reason counts packets unless it says otherwise.
"""

from __future__ import annotations

from collections.abc import Sequence

__all__ = ["SKIP_REASONS", "counts_by_name"]

#: The meaning of each reason, in the order of the numbers.
SKIP_REASONS: dict[str, str] = {
    "delivered": "never counted",
    "unknown-link-type": "captured on an unsupported type of link",
    "unknown-interface": "a pcapng packet on an interface that isn't described",
    "packet-too-long": "longer than 262,144 bytes",
    "bad-length": "lengths in the headers contradict one another or the packet",
    "cut": "truncated by the snapshot length, and SIP or undecidable",
    "arp": "ARP",
    "other-link": "neither IP nor ARP",
    "icmp": "ICMP and ICMPv6",
    "esp": "encrypted by IPsec",
    "sctp": "SCTP, whose SIP isn't read",
    "other-ip": "neither UDP nor TCP nor IP in a tunnel: routing and others",
    "pptp": "GRE of PPTP, whose content can't be read",
    "tunnel-too-deep": "more than four tunnels inside one another",
    "duplicate": "the same packet again, as captured on another interface",
    "fragments-incomplete": "packets with missing fragments, or too many of them at a time",
    "fragments-overlapping": "packets whose fragments contradict one another",
    "udp-empty": "datagrams without content",
    "keep-alive": "only line ends or zeros",
    "stun": "STUN",
    "other-udp": "other datagrams: media, DNS and so on",
    "tcp-empty": "segments without content",
    "tcp-retransmission": "segments with nothing new",
    "tcp-gap": "places in streams where segments are missing",
    "tls": "TLS segments, which can't be read",
    "websocket": "segments of WebSocket connections, from the upgrade on",
    "other-tcp": "segments of other streams, or of a stream before its first SIP",
    "stream-dropped": "directions of connections dropped with bytes still waiting, because too many waited",
    "stream-resynchronised": "places in streams where something other than SIP follows a message",
    "message-incomplete": "messages whose end is missing",
    "message-too-long": "messages of more than 65,536 bytes",
    "bad-content-length": "messages in streams whose Content-Length is not a valid number",
    "hep": "HEP packets, if HEP is not wanted",
    "hep-untrusted": "HEP packets that aren't believed, because their collector isn't named",
    "hep-copy": "copies in HEP of messages that are there as packets",
    "hep-repeat": "HEP packets that repeat the messages of one segment",
    "hep-other": "HEP packets with something other than SIP",
    "hep-damaged": "HEP packets that can't be read",
    "hep-tcp": "segments of HEP over TCP",
    "logger-repeat": "messages that Asterisk's logger replaced by the beginning of another one",
}

_NAMES = tuple(SKIP_REASONS)


def counts_by_name(counts: Sequence[int]) -> dict[str, int]:
    """Return a decoder's counts by name, without zeros."""
    return {name: count for name, count in zip(_NAMES, counts, strict=True) if count}
