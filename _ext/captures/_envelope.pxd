"""What is known of a message but its bytes."""

from libc.stdint cimport int64_t, uint8_t, uint16_t, uint64_t

cdef enum Transport:
    # Places in TRANSPORTS of identify/model.py.
    UDP = 0
    TCP = 1

cdef enum Direction:
    UNKNOWN = 0
    RECEIVED = 1
    SENT = 2

cdef enum Tunnel:
    # The names are in ``identify/traffic/captures/tunnels.py``, in the order of the numbers.
    PLAIN
    IP_IN_IP
    GRE
    ERSPAN
    ETHERIP
    MPLS
    VXLAN
    GENEVE
    TZSP
    TUNNELS

ctypedef struct Envelope:
    uint8_t source[16]
    uint8_t local[16]
    uint16_t port
    uint16_t local_port
    uint8_t transport
    uint8_t direction
    # The outermost tunnel that it came in, a Tunnel.
    uint8_t tunnel
    int64_t time
    uint64_t frame
