"""Why something of a capture isn't delivered, as numbers; inline.

The names are in ``identify/traffic/captures/skipped.py``, in the order of the numbers; a test compares the two.
"""

from libc.stdint cimport uint64_t

cdef enum Skipped:
    DELIVERED
    UNKNOWN_LINK
    UNKNOWN_INTERFACE
    PACKET_TOO_LONG
    BAD_LENGTH
    CUT
    ARP
    OTHER_LINK
    ICMP
    ESP
    SCTP
    OTHER_IP
    PPTP
    TUNNEL_TOO_DEEP
    DUPLICATE
    FRAGMENTS_INCOMPLETE
    FRAGMENTS_OVERLAPPING
    UDP_EMPTY
    KEEP_ALIVE
    STUN
    OTHER_UDP
    TCP_EMPTY
    TCP_RETRANSMISSION
    TCP_GAP
    TLS
    WEBSOCKET
    OTHER_TCP
    STREAM_DROPPED
    STREAM_RESYNCHRONISED
    MESSAGE_INCOMPLETE
    MESSAGE_TOO_LONG
    BAD_CONTENT_LENGTH
    HEP_UNWANTED
    HEP_UNTRUSTED
    HEP_COPY
    HEP_REPEAT
    HEP_OTHER
    HEP_DAMAGED
    HEP_TCP
    LOGGER_REPEAT
    REASONS

ctypedef struct Counts:
    uint64_t of[REASONS]


cdef inline void count(Counts *counts, Skipped reason) noexcept nogil:
    counts.of[<size_t>reason] += 1
