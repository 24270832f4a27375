"""Packets in the container formats pcap and pcapng."""

from libc.stddef cimport size_t
from libc.stdint cimport int64_t, uint8_t, uint16_t, uint32_t, uint64_t

from identify._compiled._skipped cimport Skipped

cdef enum ReadStatus:
    # A packet; something that isn't one was read or skipped; the bytes don't suffice; nothing can be read any more.
    READ_PACKET
    READ_NOTHING
    READ_MORE
    READ_DAMAGED

cdef enum Damage:
    DAMAGE_NONE
    DAMAGE_MAGIC
    DAMAGE_PACKET_LENGTH
    DAMAGE_BLOCK_LENGTH
    DAMAGE_BLOCK_END
    DAMAGE_BYTE_ORDER

ctypedef struct Interface:
    uint32_t link
    uint32_t snaplen
    # As in the option if_tsresol.
    uint8_t resolution
    int64_t offset

ctypedef struct Packet:
    const uint8_t *data
    size_t size
    # More was sent than captured.
    bint cut
    int64_t time
    uint32_t link
    # DELIVERED, or why there is a packet that can't be looked at.
    Skipped reason


cdef class Records:
    cdef bint begun, blocks, little
    cdef uint32_t link, ticks
    # Packets so far; bytes to skip before the next one.
    cdef uint64_t packets, skip
    cdef Interface *interfaces
    cdef uint32_t known, room
    cdef Damage damage
    cdef uint64_t damaged_value
    cdef uint16_t read16(self, const uint8_t *place) noexcept nogil
    cdef uint32_t read32(self, const uint8_t *place) noexcept nogil
    cdef ReadStatus next(self, const uint8_t *data, size_t size, size_t *used, Packet *record) noexcept nogil
    cdef ReadStatus begin(self, const uint8_t *data, size_t size, size_t *used) noexcept nogil
    cdef ReadStatus next_packet(self, const uint8_t *data, size_t size, size_t *used, Packet *record) noexcept nogil
    cdef ReadStatus next_block(self, const uint8_t *data, size_t size, size_t *used, Packet *record) noexcept nogil
    cdef ReadStatus packet_block(self, uint32_t type, const uint8_t *body, size_t size, Packet *record) noexcept nogil
    cdef bint add_interface(self, const uint8_t *body, size_t size) noexcept nogil
    cdef ReadStatus damaged(self, Damage damage, uint64_t value) noexcept nogil
