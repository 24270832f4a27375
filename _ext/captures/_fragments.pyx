"""Reassembly of fragmented IP packets, with bounded memory and age.

Knows pieces of payloads and their places; not what is in them.

Facts
- A piece belongs to the packet with its addresses, identification and, in IPv4, protocol (RFC 791, RFC 8200 4.5).
- A piece that is there already is a copy; pieces that overlap in part make the packet suspect, and it is dropped, as
  RFC 5722 asks for IPv6 and Linux does for both.
- An incomplete packet is given up after 30 seconds, as Linux does.
"""

cimport cython
from libc.stdlib cimport calloc, free, realloc
from libc.string cimport memcmp, memcpy, memmove

from identify._compiled._copies cimport digest
from identify._compiled._skipped cimport FRAGMENTS_INCOMPLETE, FRAGMENTS_OVERLAPPING, BAD_LENGTH, CUT, count

cdef enum:
    MOST_ASSEMBLIES = 256
    LARGEST_PAYLOAD = 65535
    # Of all incomplete packets together.
    MOST_KEPT = 8 << 20
    FIRST_ROOM = 4096

cdef int64_t LONGEST_WAIT = 30 * <int64_t>1000000000


@cython.final
cdef class Fragments:
    """Incomplete packets.  For one thread."""

    def __cinit__(self):
        self.places = <Assembly *>calloc(MOST_ASSEMBLIES, sizeof(Assembly))
        if self.places == NULL:
            raise MemoryError("fragments")

    def __dealloc__(self):
        cdef size_t i
        if self.places != NULL:
            for i in range(<size_t>MOST_ASSEMBLIES):
                free(self.places[i].data)
        free(self.places)

    cdef Assembly *add(self, const Network *piece, int64_t time, Counts *counts) noexcept nogil:
        """Take a piece; return the packet if it is complete, for the caller to take or drop."""
        cdef uint8_t key[36]
        cdef Assembly *assembly
        cdef uint32_t start = piece.offset, end, first, after
        if piece.whole > piece.size:
            # The rest of its packet can't be completed and will be counted once more, as one packet.
            count(counts, CUT)
            return NULL
        if piece.size == 0 or piece.size > LARGEST_PAYLOAD - start or (piece.more and piece.size % 8):
            count(counts, BAD_LENGTH)
            return NULL
        end = start + piece.size
        memcpy(key, piece.source, 16)
        memcpy(key + 16, piece.target, 16)
        memcpy(key + 32, &piece.id, 4)
        assembly = self.place_for(piece, digest(key, 36, 0), time, counts)
        if assembly == NULL:
            return NULL
        # Ranges before `first` end before this one, those from `after` on begin after it.
        first = 0
        while first < assembly.ranges and assembly.ends[first] < start:
            first += 1
        after = first
        while after < assembly.ranges and assembly.starts[after] <= end:
            if assembly.starts[after] <= start and end <= assembly.ends[after]:
                return NULL
            if assembly.starts[after] < end and start < assembly.ends[after]:
                count(counts, FRAGMENTS_OVERLAPPING)
                self.drop(assembly)
                return NULL
            after += 1
        if ((assembly.total and (end > assembly.total or (not piece.more and end != assembly.total)))
                or (not piece.more and assembly.ranges and assembly.ends[assembly.ranges - 1] > end)):
            count(counts, FRAGMENTS_OVERLAPPING)
            self.drop(assembly)
            return NULL
        if (after == first and assembly.ranges == MOST_RANGES) or not self.make_room(assembly, end, counts):
            count(counts, FRAGMENTS_INCOMPLETE)
            self.drop(assembly)
            return NULL
        memcpy(assembly.data + start, piece.payload, piece.size)
        if start == 0:
            # In IPv6 it is the first piece that says what comes after its header.
            assembly.protocol = piece.protocol
        if not piece.more:
            assembly.total = end
        if after > first:
            if assembly.starts[first] < start:
                start = assembly.starts[first]
            if assembly.ends[after - 1] > end:
                end = assembly.ends[after - 1]
        memmove(&assembly.starts[first + 1], &assembly.starts[after], (assembly.ranges - after) * sizeof(uint32_t))
        memmove(&assembly.ends[first + 1], &assembly.ends[after], (assembly.ranges - after) * sizeof(uint32_t))
        assembly.starts[first] = start
        assembly.ends[first] = end
        assembly.ranges = assembly.ranges - (after - first) + 1
        if assembly.total and assembly.ranges == 1 and start == 0 and end == assembly.total:
            return assembly
        return NULL

    cdef uint8_t *taken(self, Assembly *assembly) noexcept nogil:
        """Return the payload, which the caller frees, and drop the packet: others may need its place by then."""
        cdef uint8_t *data = assembly.data
        assembly.data = NULL
        self.drop(assembly)
        return data

    cdef void drop(self, Assembly *assembly) noexcept nogil:
        self.kept -= assembly.room
        free(assembly.data)
        assembly.data = NULL
        assembly.room = 0
        assembly.used = False

    cdef Assembly *place_for(self, const Network *piece, uint64_t hash, int64_t time, Counts *counts) noexcept nogil:
        """The place of a piece's packet, a new one if need be; those that have waited too long are given up."""
        cdef Assembly *place
        cdef Assembly *unused = NULL
        cdef size_t i
        for i in range(<size_t>MOST_ASSEMBLIES):
            place = &self.places[i]
            if place.used and time >= 0 and place.time >= 0 and time - place.time > LONGEST_WAIT:
                count(counts, FRAGMENTS_INCOMPLETE)
                self.drop(place)
            if not place.used:
                unused = place
            elif (place.hash == hash and place.id == piece.id
                  and memcmp(place.source, piece.source, 16) == 0 and memcmp(place.target, piece.target, 16) == 0):
                return place
        if unused == NULL:
            unused = self.oldest(NULL)
            count(counts, FRAGMENTS_INCOMPLETE)
            self.drop(unused)
        unused.used = True
        memcpy(unused.source, piece.source, 16)
        memcpy(unused.target, piece.target, 16)
        unused.id = piece.id
        unused.protocol = piece.protocol
        unused.hash = hash
        unused.time = time
        unused.order = self.clock
        self.clock += 1
        unused.total = unused.ranges = 0
        return unused

    cdef Assembly *oldest(self, const Assembly *but) noexcept nogil:
        """The packet that waits longest, but for one; NULL if there is no other."""
        cdef Assembly *found = NULL
        cdef size_t i
        for i in range(<size_t>MOST_ASSEMBLIES):
            if self.places[i].used and &self.places[i] != but:
                if found == NULL or self.places[i].order < found.order:
                    found = &self.places[i]
        return found

    cdef bint make_room(self, Assembly *assembly, uint32_t size, Counts *counts) noexcept nogil:
        cdef uint32_t room = assembly.room if assembly.room else FIRST_ROOM
        cdef uint8_t *larger
        cdef Assembly *other
        if size <= assembly.room:
            return True
        while room < size:
            room *= 2
        while self.kept + room > MOST_KEPT:
            other = self.oldest(assembly)
            if other == NULL:
                break
            count(counts, FRAGMENTS_INCOMPLETE)
            self.drop(other)
        larger = <uint8_t *>realloc(assembly.data, room)
        if larger == NULL:
            self.failed = True
            return False
        self.kept += room - assembly.room
        assembly.data = larger
        assembly.room = room
        return True

    cdef void finish(self, Counts *counts) noexcept nogil:
        """Give up what is left."""
        cdef size_t i
        for i in range(<size_t>MOST_ASSEMBLIES):
            if self.places[i].used:
                count(counts, FRAGMENTS_INCOMPLETE)
                self.drop(&self.places[i])
