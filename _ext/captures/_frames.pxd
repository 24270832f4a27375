"""From the bytes of a captured frame to what a network packet carries."""

from libc.stddef cimport size_t
from libc.stdint cimport uint8_t, uint32_t

from identify._compiled._skipped cimport Skipped

cdef enum:
    LINK_ETHERNET = 1

# What IP says of a packet or of a piece of one.
ctypedef struct Network:
    uint8_t source[16]
    uint8_t target[16]
    uint32_t protocol
    const uint8_t *payload
    # Bytes of the payload that were captured, and that were sent.
    uint32_t size
    uint32_t whole
    # A piece of a packet: where in it, whether more follow, of which (in IPv4 with the protocol).
    bint fragment
    bint more
    uint32_t offset
    uint32_t id
    # How many bytes are before the payload, and how many bytes of the packet were captured.
    uint32_t head
    uint32_t packet

cdef Skipped read_link(uint32_t link, const uint8_t **place, size_t *size) noexcept nogil
cdef Skipped read_network(const uint8_t *data, size_t size, bint cut, Network *network) noexcept nogil
cdef Skipped skip_extensions(Network *network) noexcept nogil
