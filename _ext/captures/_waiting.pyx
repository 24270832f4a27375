"""Messages from HEP that wait for the packets that they may be copies of; what comes after them waits behind them.

Knows a queue and how a message in it is found; which messages are copies is the caller's.

Facts
- An agent sends its copy within milliseconds of the packet, before or after it.  A packet of TCP may be put together
  only when a missing segment has come, three seconds later.

Strategy
1. Messages leave in the order in which they came.  The first one leaves once it can't be a copy any more: it is a
   packet's own, or has waited for five seconds of the capture, or too much waits.
2. A message is found by a secret hash of its text and addresses, so that nobody can make many that are found together;
   of several that are alike any may be withdrawn.
"""

cimport cython
from libc.stdlib cimport calloc, free, malloc
from libc.string cimport memcpy

cdef enum:
    BUCKETS = 8192

cdef int64_t LONGEST_WAIT = 5 * <int64_t>1000000000


@cython.final
cdef class Waiting:
    """A queue of messages.  For one thread."""

    def __cinit__(self):
        self.places = <Held *>calloc(MOST_WAITING, sizeof(Held))
        self.buckets = <uint32_t *>calloc(BUCKETS, sizeof(uint32_t))
        if self.places == NULL or self.buckets == NULL:
            raise MemoryError("messages from HEP")

    def __dealloc__(self):
        if self.places != NULL:
            while self.count:
                self.drop()
        free(self.places)
        free(self.buckets)

    cdef bint add(self, const Envelope *envelope, const uint8_t *message, size_t size, uint64_t hash, int64_t seen,
                  bint from_hep) noexcept nogil:
        """Let a message wait, for which `due` has made room; False where memory was refused."""
        cdef size_t number = (self.first + self.count) % MOST_WAITING
        cdef Held *held = &self.places[number]
        cdef uint32_t *bucket = &self.buckets[hash % BUCKETS]
        held.message = <uint8_t *>malloc(size if size else 1)
        if held.message == NULL:
            return False
        memcpy(held.message, message, size)
        held.envelope = envelope[0]
        held.size = size
        held.hash = hash
        held.seen = seen
        held.from_hep = from_hep
        held.withdrawn = False
        held.before = held.after = 0
        if from_hep:
            held.after = bucket[0]
            if bucket[0]:
                self.places[bucket[0] - 1].before = <uint32_t>number + 1
            bucket[0] = <uint32_t>number + 1
        self.count += 1
        self.size += size
        return True

    cdef bint withdraw(self, uint64_t hash) noexcept nogil:
        """Take out a message from HEP that has this hash; False if none waits."""
        cdef uint32_t number = self.buckets[hash % BUCKETS]
        while number and self.places[number - 1].hash != hash:
            number = self.places[number - 1].after
        if number == 0:
            return False
        self.places[number - 1].withdrawn = True
        self.unchain(number)
        return True

    cdef Held *due(self, int64_t clock, size_t coming) noexcept nogil:
        """The first message if it has to leave before one of `coming` bytes is added, else NULL; it is then dropped."""
        cdef Held *held = &self.places[self.first]
        if self.count == 0:
            return NULL
        if (held.withdrawn or not held.from_hep or clock - held.seen > LONGEST_WAIT
                or self.count == MOST_WAITING or self.size + coming > MOST_WAITING_BYTES):
            return held
        return NULL

    cdef void drop(self) noexcept nogil:
        """Forget the first message."""
        cdef Held *held = &self.places[self.first]
        if held.from_hep and not held.withdrawn:
            self.unchain(<uint32_t>self.first + 1)
        free(held.message)
        held.message = NULL
        self.size -= held.size
        self.count -= 1
        self.first = (self.first + 1) % MOST_WAITING

    cdef void unchain(self, uint32_t number) noexcept nogil:
        cdef Held *held = &self.places[number - 1]
        if held.before:
            self.places[held.before - 1].after = held.after
        else:
            self.buckets[held.hash % BUCKETS] = held.after
        if held.after:
            self.places[held.after - 1].before = held.before
