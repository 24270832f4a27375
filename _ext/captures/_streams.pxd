"""Reassembly of TCP."""

from libc.stddef cimport size_t
from libc.stdint cimport int64_t, uint8_t, uint16_t, uint32_t, uint64_t

from identify._compiled._splitting cimport Splitter
from identify._compiled._envelope cimport Envelope
from identify._compiled._traffic_columns cimport TrafficColumns

cdef enum:
    FIN = 1
    SYN = 2

ctypedef struct Segment:
    uint32_t sequence
    uint32_t flags
    const uint8_t *data
    # Bytes of data that were captured, and that were sent.
    uint32_t size
    uint32_t whole

# A segment that came before others; its bytes follow it.
ctypedef struct HeldSegment:
    HeldSegment *next
    int64_t time
    uint64_t frame
    uint32_t sequence
    uint32_t size
    uint32_t whole
    uint8_t tunnel

# One direction of a connection.
ctypedef struct Flow:
    uint8_t source[16]
    uint8_t target[16]
    uint16_t port
    uint16_t target_port
    uint64_t hash
    # Numbers of flows, 0 is none: in the chain of a bucket, in the order of use.
    uint32_t chained
    uint32_t newer
    uint32_t older
    # Sequence numbers of the first byte and of the next one.
    uint32_t first
    uint32_t expected
    # Its SYN was seen.
    bint opened
    Splitter splitter
    # In the order of their sequence numbers, all after `expected`.
    HeldSegment *held
    size_t held_size
    uint32_t held_count


cdef class Streams:
    cdef Flow *flows
    cdef uint32_t *buckets
    cdef uint32_t used, unused, newest, oldest
    # Bytes that are held for all flows together.
    cdef size_t kept
    cdef uint64_t seed
    # Memory was refused.
    cdef bint failed
    cdef bint prepare(self) noexcept nogil
    cdef void add(self, TrafficColumns out, const Envelope *envelope, const Segment *segment) noexcept nogil
    cdef bint finish(self, TrafficColumns out) noexcept nogil
    cdef uint32_t find(self, const Envelope *envelope, uint64_t hash) noexcept nogil
    cdef uint32_t create(self, TrafficColumns out, const Envelope *envelope, uint64_t hash) noexcept nogil
    cdef void unlink(self, uint32_t number) noexcept nogil
    cdef void link(self, uint32_t number) noexcept nogil
    cdef void remove(self, TrafficColumns out, uint32_t number, bint pressed) noexcept nogil
    cdef void take(self, TrafficColumns out, Flow *flow, const Envelope *envelope, uint32_t sequence,
                   const uint8_t *data, size_t size, size_t whole) noexcept nogil
    cdef void keep(self, TrafficColumns out, Flow *flow, const Envelope *envelope,
                   const Segment *segment) noexcept nogil
    cdef void drain(self, TrafficColumns out, Flow *flow, const Envelope *envelope, bint lost) noexcept nogil
    cdef void jump(self, TrafficColumns out, Flow *flow) noexcept nogil
