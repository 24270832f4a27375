"""SIP messages in the bytes of one direction of a connection."""

from libc.stddef cimport size_t
from libc.stdint cimport uint8_t

from identify._compiled._envelope cimport Envelope
from identify._compiled._traffic_columns cimport TrafficColumns

cdef enum State:
    # Its first bytes haven't all come; SIP; somewhere in a stream whose messages aren't known.
    STATE_NEW
    STATE_SIP
    STATE_SEEK
    # Decided by its first bytes, until the connection's end.
    STATE_TLS
    STATE_HTTP
    STATE_WEBSOCKET
    STATE_HEP
    STATE_OTHER

ctypedef struct Splitter:
    uint8_t state
    # STATE_SEEK: a message may begin with the next byte.
    bint at_line
    # Bytes of a message that isn't complete: `size` of them from `start` on.
    uint8_t *held
    size_t start
    size_t size
    size_t room
    # How much of a first line that isn't complete was looked at.
    size_t judged
    # How far its head was searched, and its size once that is known.
    size_t scanned
    size_t whole
    # In so many bytes from here on no head ends: they were searched for a message before, which was too long.
    size_t headless

cdef bint split_bytes(Splitter *s, TrafficColumns out, const Envelope *envelope, const uint8_t *data,
                      size_t size) noexcept nogil
cdef void split_gap(Splitter *s, TrafficColumns out) noexcept nogil
cdef void split_end(Splitter *s, TrafficColumns out) noexcept nogil
