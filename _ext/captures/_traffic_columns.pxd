"""The columns of a batch while they are filled."""

from libc.stddef cimport size_t
from libc.stdint cimport int64_t, uint8_t, uint16_t, uint64_t

from identify._compiled._copies cimport Copies
from identify._compiled._envelope cimport TUNNELS, Envelope
from identify._compiled._skipped cimport Counts
from identify._compiled._waiting cimport Waiting


cdef class TrafficColumns:
    cdef bytearray data
    cdef uint8_t *bytes
    cdef size_t used, room
    cdef size_t rows, row_room
    cdef int64_t *offsets
    cdef int64_t *times
    cdef uint64_t *frames
    cdef uint8_t *transports
    cdef uint8_t *directions
    cdef uint8_t *sources
    cdef uint8_t *locals
    cdef uint16_t *ports
    cdef uint16_t *local_ports
    # Set once memory was refused; nothing is put any more.
    cdef bint failed
    cdef Counts counts
    # Where both packets and HEP are delivered: packets whose copy in HEP may come, and HEP whose packet may come.
    cdef Copies *direct
    cdef Waiting waiting
    cdef uint64_t seed
    # When the last packet was captured.
    cdef int64_t clock
    # What is delivered now comes from HEP.
    cdef bint from_hep
    # All that were put or were copies of such; those of the batches that come from HEP.
    cdef uint64_t messages, hep_messages
    # Those of the batches by the outermost tunnel that they came in.
    cdef uint64_t in_tunnel[TUNNELS]
    cdef int watch(self, uint64_t seed) except -1
    cdef void deliver(self, const Envelope *envelope, const uint8_t *message, size_t size) noexcept nogil
    cdef bint full(self) noexcept nogil
    cdef void release(self, size_t coming) noexcept nogil
    cdef void finish(self) noexcept nogil
    cdef void put(self, const Envelope *envelope, const uint8_t *message, size_t size, bint from_hep) noexcept nogil
    cdef bint grow_rows(self) noexcept nogil
    cdef bint grow_bytes(self, size_t size) noexcept nogil
    cdef tuple take(self)
    cdef list skipped(self)
