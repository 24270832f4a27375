"""Which of what readers skip is a loss: messages that Asterisk may have received and that nobody is told about.

Knows the names of the reasons that lose nothing; every other reason of ``Reader.counts`` is a loss, also one that is
added later, and so is whatever is wrong with an input as a whole.
"""

from __future__ import annotations

from collections.abc import Mapping

from identify.traffic.logs.records import REPEATED, RESIZED
from identify.traffic.texts.reader import NOT_SIP

__all__ = ["HARMLESS", "lost_counts"]

#: Packets without SIP, copies of what is delivered, and what is encrypted or otherwise never read, so that nobody
#: knows whether it was SIP.
HARMLESS = frozenset(
    {
        *("arp", "other-link", "icmp", "esp", "sctp", "other-ip", "pptp"),
        *("duplicate", "udp-empty", "keep-alive", "stun", "other-udp"),
        *("tcp-empty", "tcp-retransmission", "tls", "websocket", "other-tcp"),
        *("hep", "hep-copy", "hep-repeat", "hep-other"),
        # Read to their ends, whatever the byte counts of the log say.
        RESIZED,
        # The first notice of the request was taken.
        REPEATED,
        NOT_SIP,
    }
)


def lost_counts(counts: Mapping[str, int]) -> dict[str, int]:
    """Return those of a reader's counts that are losses."""
    return {reason: count for reason, count in counts.items() if count and reason not in HARMLESS}
