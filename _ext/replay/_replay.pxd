"""Replay of traffic, for other compiled modules."""

from libc.stdint cimport int32_t, int64_t, uint8_t, uint16_t, uint32_t

from identify._compiled._doubt cimport Doubts
from identify._compiled._matcher cimport Matcher
from identify._compiled._stages cimport Core

cdef enum:
    # Local sockets whose transport section is remembered; a host has a few dozen.
    SOCKETS = 64
    # Pairs of answer and source that were seen last.
    PAIRS = 8192

ctypedef struct Socket:
    uint8_t address[16]
    uint16_t port
    uint8_t transport
    uint8_t family
    int32_t section

ctypedef struct Pair:
    uint8_t address[16]
    # The answer's number and 1, so that 0 is an empty place.
    int32_t answer

# A configuration's part of a replay, as far as no Python is needed for it.
ctypedef struct ReplayState:
    Core core
    bint transports_matter
    Socket sockets[SOCKETS]
    uint32_t socket_count
    uint32_t next_socket
    Pair pairs[PAIRS]

cdef class Replay:
    cdef ReplayState state
    cdef Matcher engine
    cdef Doubts doubts
    # Whatever the core's access lists read from.
    cdef object kept
    cdef int add_socket(self, const uint8_t *address, uint16_t port, uint8_t transport, uint8_t family,
                        str source) except -1
