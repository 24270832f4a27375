"""The columns of a batch while they are filled: memory that grows, handed over as Python's at the end.

Knows the layout of :class:`identify.traffic.batch.Batch`; nothing of where messages come from.
"""

cimport cython
from cpython.bytearray cimport PyByteArray_AS_STRING, PyByteArray_FromStringAndSize, PyByteArray_Resize
from libc.stdlib cimport calloc, free, realloc
from libc.string cimport memcpy

from identify._compiled._copies cimport Copies, digest, note, taken
from identify._compiled._envelope cimport Envelope
from identify._compiled._skipped cimport HEP_COPY, REASONS, count
from identify._compiled._waiting cimport MOST_WAITING_BYTES, Held, Waiting

cdef enum:
    # A batch ends with the packet that reaches one of these.  The bytes stay in a second-level cache until the
    # messages are matched.
    BATCH_BYTES = 1 << 20
    BATCH_ROWS = 4096
    ADDRESS = 16

cdef size_t FIRST_ROOM = BATCH_BYTES + 65536


cdef bint enlarge(void **place, size_t size) noexcept nogil:
    cdef void *larger = realloc(place[0], size)
    if larger == NULL:
        return False
    place[0] = larger
    return True


@cython.final
cdef class TrafficColumns:
    """Rows of messages, and the counts of what wasn't delivered.  For one thread."""

    def __cinit__(self):
        if not self.grow_rows():
            raise MemoryError("columns of a batch")
        self.fresh()

    def __dealloc__(self):
        free(self.offsets)
        free(self.times)
        free(self.frames)
        free(self.transports)
        free(self.directions)
        free(self.sources)
        free(self.locals)
        free(self.ports)
        free(self.local_ports)
        free(self.direct)

    def fresh(self):
        """Begin a batch."""
        self.data = PyByteArray_FromStringAndSize(NULL, <Py_ssize_t>FIRST_ROOM)
        self.bytes = <uint8_t *>PyByteArray_AS_STRING(self.data)
        self.room = FIRST_ROOM
        self.used = 0
        self.rows = 0
        self.offsets[0] = 0

    cdef int watch(self, uint64_t seed) except -1:
        """Deliver a packet's message and its copy in HEP only once, as the packet's, whichever comes first."""
        self.direct = <Copies *>calloc(1, sizeof(Copies))
        if self.direct == NULL:
            raise MemoryError("copies in HEP")
        self.waiting = Waiting()
        self.seed = seed
        return 0

    cdef bint full(self) noexcept nogil:
        return self.used >= BATCH_BYTES or self.rows >= BATCH_ROWS

    cdef void deliver(self, const Envelope *envelope, const uint8_t *message, size_t size) noexcept nogil:
        """Put a message unless it is a copy; one from HEP once it can't be one any more."""
        cdef uint64_t hash
        self.messages += 1
        if self.direct == NULL:
            self.put(envelope, message, size, self.from_hep)
            return
        # A copy has the same text, transport, addresses and ports: what says another is another message.
        hash = digest(envelope.source, ADDRESS, self.seed)
        hash = digest(envelope.local, ADDRESS, hash)
        hash = digest(message, size, hash ^ (<uint64_t>envelope.port << 32 | <uint64_t>envelope.local_port << 8
                                             | envelope.transport))
        if self.from_hep:
            if taken(self.direct, hash):
                count(&self.counts, HEP_COPY)
                return
        elif self.waiting.withdraw(hash):
            count(&self.counts, HEP_COPY)
        else:
            note(self.direct, hash)
        self.release(size)
        if not self.from_hep and self.waiting.count == 0:
            self.put(envelope, message, size, False)
        elif not self.waiting.add(envelope, message, size, hash, self.clock, self.from_hep):
            self.failed = True

    cdef void release(self, size_t coming) noexcept nogil:
        """Put what needn't wait any longer, before a message of so many bytes is added."""
        cdef Held *held = self.waiting.due(self.clock, coming)
        while held != NULL:
            if not held.withdrawn:
                self.put(&held.envelope, held.message, held.size, held.from_hep)
            self.waiting.drop()
            held = self.waiting.due(self.clock, coming)

    cdef void finish(self) noexcept nogil:
        """Put all that waits: no packet comes any more."""
        if self.direct != NULL:
            # More than fits.
            self.release(MOST_WAITING_BYTES + 1)

    cdef void put(self, const Envelope *envelope, const uint8_t *message, size_t size, bint from_hep) noexcept nogil:
        cdef size_t row = self.rows
        if self.failed:
            return
        if row == self.row_room and not self.grow_rows():
            self.failed = True
            return
        if size > self.room - self.used and not self.grow_bytes(size):
            self.failed = True
            return
        memcpy(self.bytes + self.used, message, size)
        self.used += size
        self.offsets[row + 1] = <int64_t>self.used
        self.times[row] = envelope.time
        self.frames[row] = envelope.frame
        self.transports[row] = envelope.transport
        self.directions[row] = envelope.direction
        memcpy(self.sources + ADDRESS * row, envelope.source, ADDRESS)
        memcpy(self.locals + ADDRESS * row, envelope.local, ADDRESS)
        self.ports[row] = envelope.port
        self.local_ports[row] = envelope.local_port
        self.rows = row + 1
        self.hep_messages += from_hep
        self.in_tunnel[envelope.tunnel] += 1

    cdef bint grow_rows(self) noexcept nogil:
        cdef size_t room = 2 * self.row_room if self.row_room else BATCH_ROWS + 64
        if not (enlarge(<void **>&self.offsets, (room + 1) * sizeof(int64_t))
                and enlarge(<void **>&self.times, room * sizeof(int64_t))
                and enlarge(<void **>&self.frames, room * sizeof(uint64_t))
                and enlarge(<void **>&self.transports, room)
                and enlarge(<void **>&self.directions, room)
                and enlarge(<void **>&self.sources, room * ADDRESS)
                and enlarge(<void **>&self.locals, room * ADDRESS)
                and enlarge(<void **>&self.ports, room * sizeof(uint16_t))
                and enlarge(<void **>&self.local_ports, room * sizeof(uint16_t))):
            return False
        self.row_room = room
        return True

    cdef bint grow_bytes(self, size_t size) noexcept nogil:
        cdef size_t room = 2 * self.room
        while room - self.used < size:
            room *= 2
        with gil:
            try:
                PyByteArray_Resize(self.data, <Py_ssize_t>room)
            except MemoryError:
                return False
            self.bytes = <uint8_t *>PyByteArray_AS_STRING(self.data)
        self.room = room
        return True

    cdef tuple take(self):
        """Return the columns in the order of Batch's fields, and begin a batch."""
        cdef size_t rows = self.rows
        cdef bytearray data = self.data
        PyByteArray_Resize(data, <Py_ssize_t>self.used)
        columns = (
            data,
            (<char *>self.offsets)[:(rows + 1) * sizeof(int64_t)],
            (<char *>self.times)[:rows * sizeof(int64_t)],
            (<char *>self.frames)[:rows * sizeof(uint64_t)],
            bytearray((<char *>self.transports)[:rows]),
            bytearray((<char *>self.sources)[:rows * ADDRESS]),
            (<char *>self.ports)[:rows * sizeof(uint16_t)],
            bytearray((<char *>self.locals)[:rows * ADDRESS]),
            (<char *>self.local_ports)[:rows * sizeof(uint16_t)],
            bytearray((<char *>self.directions)[:rows]),
        )
        self.fresh()
        return columns

    cdef list skipped(self):
        """Return how many things were skipped, by the numbers of their reasons."""
        cdef size_t reason
        return [self.counts.of[reason] for reason in range(<size_t>REASONS)]
