"""The decoder of HEP3 packets that follow one another.

Knows the two forms of such files; the packets themselves are read in ``_hep``.

Facts
- A TCP connection of an agent carries the packets one after the other, each says its size itself.
- A dump of datagrams has in front of each the time as a big-endian double, seconds since the epoch, and its size in 32
  bits.
"""

cimport cython
from libc.stdint cimport int64_t, uint8_t, uint64_t
from libc.string cimport memcmp, memcpy

import os

from identify._compiled._bytes cimport big16, big32
from identify._compiled._decoder cimport Decoder
from identify._compiled._hep cimport Hep

cdef enum:
    # Of HEP: magic and size; of the dump: time and size.
    HEADER = 6
    DUMP_HEADER = 12

cdef double LATEST = 9e9


cdef int64_t nanoseconds(const uint8_t *stamp) noexcept nogil:
    """A big-endian double of seconds; -1 where it isn't a time since the epoch."""
    cdef uint64_t bits = <uint64_t>big32(stamp) << 32 | big32(stamp + 4)
    cdef double seconds
    memcpy(&seconds, &bits, 8)
    if not 0 <= seconds < LATEST:
        return -1
    # A double has microseconds at best.
    return <int64_t>(seconds * 1e6 + 0.5) * 1000


@cython.final
cdef class HepDecoder(Decoder):
    """Decodes a stream of HEP3 packets that comes in pieces; `timed`: it is a dump of datagrams."""

    cdef Hep hep
    cdef bint timed, damaged
    cdef uint64_t frames

    def __cinit__(self, *, bint timed=False):
        self.hep = Hep(<uint64_t>int.from_bytes(os.urandom(8), "little"))
        self.timed = timed

    def finish(self):
        """Nothing waits in this decoder: True."""
        return True

    @property
    def packets(self):
        """Packets that were read so far."""
        return self.frames

    @property
    def waiting(self):
        """Nothing is skipped in such a stream: False."""
        return False

    @property
    def damage(self):
        """Why nothing can be read any more, None while all is well."""
        return f"what follows packet {self.frames} isn't HEP3" if self.damaged else None

    cdef size_t decode(self, const uint8_t *data, size_t size) noexcept nogil:
        cdef size_t place = 0, head = DUMP_HEADER if self.timed else 0, length
        cdef const uint8_t *packet
        while not self.damaged and size - place >= head + HEADER and not self.columns.full():
            packet = data + place + head
            length = big16(packet + 4)
            if (memcmp(packet, <const char *>b"HEP3", 4) != 0 or length < HEADER
                    or (self.timed and big32(packet - 4) != length)):
                self.damaged = True
                break
            if size - place - head < length:
                break
            self.frames += 1
            self.hep.add(self.columns, packet, length, nanoseconds(data + place) if self.timed else -1, self.frames)
            place += head + length
        return place
