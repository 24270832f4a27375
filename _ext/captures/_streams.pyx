"""Reassembly of TCP: segments of many connections, in any order, to bytes in order, with bounded memory.

Knows sequence numbers, each direction of a connection for itself; what the bytes mean is known to ``_splitting``.

Strategy
- A direction begins with its SYN, or in the middle with the first segment that is seen.
- A segment that comes too early waits.  Bytes that came before win over those that come again.
- What doesn't come is a gap, counted: once later segments have waited three seconds, or are too many, or the capture
  ends.  A segment cut by the capture has its gap at once.
- A direction that is decided not to be SIP is only counted.
- Directions and waiting bytes are bounded, the least recently used direction makes room; used again it is joined in
  the middle.
"""

cimport cython
from libc.stdint cimport int32_t
from libc.stdlib cimport calloc, free, malloc
from libc.string cimport memcmp, memcpy, memset

from identify._compiled._envelope cimport TCP
from identify._compiled._copies cimport digest
from identify._compiled._skipped cimport CUT, STREAM_DROPPED, TCP_EMPTY, TCP_GAP, TCP_RETRANSMISSION, count
from identify._compiled._splitting cimport STATE_NEW, STATE_SEEK, STATE_TLS, split_bytes, split_end, split_gap

cdef enum:
    MOST_FLOWS = 65536
    BUCKETS = 131072
    # Waiting segments of one direction.
    MOST_PARTS = 256
    MOST_PARTS_SIZE = 256 << 10
    # Of all directions together.
    MOST_KEPT = 32 << 20
    # A segment farther off belongs to another connection of the same addresses.
    FARTHEST = 1 << 24

cdef int64_t LONGEST_WAIT = 3 * <int64_t>1000000000


@cython.final
cdef class Streams:
    """Directions of connections.  For one thread."""

    def __dealloc__(self):
        cdef uint32_t number
        if self.flows != NULL:
            for number in range(1, self.used + 1):
                free_flow(&self.flows[number])
        free(self.flows)
        free(self.buckets)

    cdef bint prepare(self) noexcept nogil:
        """Allocate the tables, with the first segment: many captures have none."""
        self.flows = <Flow *>calloc(MOST_FLOWS + 1, sizeof(Flow))
        self.buckets = <uint32_t *>calloc(BUCKETS, sizeof(uint32_t))
        self.failed = self.flows == NULL or self.buckets == NULL
        return not self.failed

    cdef void add(self, TrafficColumns out, const Envelope *envelope, const Segment *segment) noexcept nogil:
        cdef uint8_t key[36]
        cdef uint64_t hash
        cdef uint32_t number, sequence = segment.sequence
        cdef int32_t ahead
        cdef Flow *flow
        cdef Segment rest
        if segment.whole == 0 and not segment.flags & SYN:
            count(&out.counts, TCP_EMPTY)
            return
        if self.failed or (self.flows == NULL and not self.prepare()):
            return
        memcpy(key, envelope.source, 16)
        memcpy(key + 16, envelope.local, 16)
        memcpy(key + 32, &envelope.port, 2)
        memcpy(key + 34, &envelope.local_port, 2)
        hash = digest(key, 36, self.seed)
        number = self.find(envelope, hash)
        if segment.flags & SYN:
            sequence += 1
            if number and not (self.flows[number].opened and self.flows[number].first == sequence):
                self.remove(out, number, False)
                number = 0
        if number == 0:
            number = self.create(out, envelope, hash)
            flow = &self.flows[number]
            flow.first = flow.expected = sequence
            flow.opened = segment.flags & SYN != 0
            flow.splitter.state = STATE_NEW if flow.opened else STATE_SEEK
        elif number != self.newest:
            self.unlink(number)
            self.link(number)
        flow = &self.flows[number]
        if segment.whole == 0:
            count(&out.counts, TCP_EMPTY)
            return
        if flow.splitter.state >= STATE_TLS:
            while flow.held != NULL:
                self.jump(out, flow)
            if segment.size:
                split_bytes(&flow.splitter, out, envelope, segment.data, segment.size)
            return
        ahead = <int32_t>(sequence - flow.expected)
        if ahead > FARTHEST or ahead < -FARTHEST:
            while flow.held != NULL:
                self.jump(out, flow)
            self.kept -= flow.splitter.room
            split_gap(&flow.splitter, out)
            count(&out.counts, TCP_GAP)
            flow.expected = sequence
        elif (ahead > 0 and flow.held != NULL and flow.held.time >= 0
              and envelope.time - flow.held.time > LONGEST_WAIT):
            self.jump(out, flow)
        ahead = <int32_t>(sequence - flow.expected)
        if ahead > 0:
            rest = segment[0]
            rest.sequence = sequence
            self.keep(out, flow, envelope, &rest)
        elif <uint32_t>-ahead >= segment.whole:
            count(&out.counts, TCP_RETRANSMISSION)
        else:
            self.take(out, flow, envelope, sequence, segment.data, segment.size, segment.whole)
            self.drain(out, flow, envelope, False)
        while self.kept > MOST_KEPT and self.oldest != number:
            self.remove(out, self.oldest, True)

    cdef bint finish(self, TrafficColumns out) noexcept nogil:
        """Deliver what waits, up to a full batch; True once nothing is left."""
        while self.oldest:
            if out.full():
                return False
            self.remove(out, self.oldest, False)
        return True

    cdef uint32_t find(self, const Envelope *envelope, uint64_t hash) noexcept nogil:
        cdef uint32_t number = self.buckets[hash & (BUCKETS - 1)]
        cdef Flow *flow
        while number:
            flow = &self.flows[number]
            if (flow.hash == hash and flow.port == envelope.port and flow.target_port == envelope.local_port
                    and memcmp(flow.source, envelope.source, 16) == 0
                    and memcmp(flow.target, envelope.local, 16) == 0):
                return number
            number = flow.chained
        return 0

    cdef uint32_t create(self, TrafficColumns out, const Envelope *envelope, uint64_t hash) noexcept nogil:
        cdef uint32_t number
        cdef uint32_t *bucket = &self.buckets[hash & (BUCKETS - 1)]
        cdef Flow *flow
        if self.unused == 0 and self.used == MOST_FLOWS:
            self.remove(out, self.oldest, True)
        if self.unused:
            number = self.unused
            self.unused = self.flows[number].chained
        else:
            self.used += 1
            number = self.used
        flow = &self.flows[number]
        memset(flow, 0, sizeof(Flow))
        memcpy(flow.source, envelope.source, 16)
        memcpy(flow.target, envelope.local, 16)
        flow.port = envelope.port
        flow.target_port = envelope.local_port
        flow.hash = hash
        flow.chained = bucket[0]
        bucket[0] = number
        self.link(number)
        return number

    cdef void unlink(self, uint32_t number) noexcept nogil:
        """Take a flow out of the order of use."""
        cdef Flow *flow = &self.flows[number]
        if flow.newer:
            self.flows[flow.newer].older = flow.older
        else:
            self.newest = flow.older
        if flow.older:
            self.flows[flow.older].newer = flow.newer
        else:
            self.oldest = flow.newer

    cdef void link(self, uint32_t number) noexcept nogil:
        """Put a flow first in the order of use."""
        cdef Flow *flow = &self.flows[number]
        flow.older = self.newest
        flow.newer = 0
        if self.newest:
            self.flows[self.newest].newer = number
        else:
            self.oldest = number
        self.newest = number

    cdef void remove(self, TrafficColumns out, uint32_t number, bint pressed) noexcept nogil:
        """End a flow, delivering what waits; `pressed`: to make room."""
        cdef Flow *flow = &self.flows[number]
        cdef uint32_t *place = &self.buckets[flow.hash & (BUCKETS - 1)]
        if pressed and (flow.held != NULL or flow.splitter.size):
            count(&out.counts, STREAM_DROPPED)
        while flow.held != NULL:
            self.jump(out, flow)
        self.kept -= flow.splitter.room
        split_end(&flow.splitter, out)
        while place[0] != number:
            place = &self.flows[place[0]].chained
        place[0] = flow.chained
        self.unlink(number)
        flow.chained = self.unused
        self.unused = number

    cdef void take(self, TrafficColumns out, Flow *flow, const Envelope *envelope, uint32_t sequence,
                   const uint8_t *data, size_t size, size_t whole) noexcept nogil:
        """Take a segment that begins at the next byte or before, and ends after it."""
        cdef size_t known = <size_t><uint32_t>(flow.expected - sequence)
        cdef size_t room = flow.splitter.room
        if size > known and not split_bytes(&flow.splitter, out, envelope, data + known, size - known):
            self.failed = True
        flow.expected = sequence + <uint32_t>whole
        if size < whole:
            count(&out.counts, CUT)
            split_gap(&flow.splitter, out)
        self.kept = self.kept - room + flow.splitter.room

    cdef void keep(self, TrafficColumns out, Flow *flow, const Envelope *envelope,
                   const Segment *segment) noexcept nogil:
        """Let a segment wait for those before it."""
        cdef HeldSegment **place = &flow.held
        cdef uint32_t ahead = segment.sequence - flow.expected
        cdef HeldSegment *held
        while place[0] != NULL and place[0].sequence - flow.expected < ahead:
            place = &place[0].next
        if place[0] != NULL and place[0].sequence == segment.sequence and place[0].whole >= segment.whole:
            count(&out.counts, TCP_RETRANSMISSION)
            return
        held = <HeldSegment *>malloc(sizeof(HeldSegment) + segment.size)
        if held == NULL:
            self.failed = True
            return
        held.next = place[0]
        held.time = envelope.time
        held.frame = envelope.frame
        held.tunnel = envelope.tunnel
        held.sequence = segment.sequence
        held.size = segment.size
        held.whole = segment.whole
        memcpy(held + 1, segment.data, segment.size)
        place[0] = held
        flow.held_count += 1
        flow.held_size += sizeof(HeldSegment) + segment.size
        self.kept += sizeof(HeldSegment) + segment.size
        while flow.held_count > MOST_PARTS or flow.held_size > MOST_PARTS_SIZE:
            self.jump(out, flow)

    cdef void drain(self, TrafficColumns out, Flow *flow, const Envelope *envelope, bint lost) noexcept nogil:
        """Take the waiting segments that are next.

        A message is complete with the packet that closes what was missing; after a gap that stays one, with its own.
        """
        cdef Envelope own = envelope[0]
        cdef HeldSegment *held = flow.held
        while held != NULL and <int32_t>(held.sequence - flow.expected) <= 0:
            flow.held = held.next
            flow.held_count -= 1
            flow.held_size -= sizeof(HeldSegment) + held.size
            self.kept -= sizeof(HeldSegment) + held.size
            if lost:
                own.time = held.time
                own.frame = held.frame
                own.tunnel = held.tunnel
            if <uint32_t>(flow.expected - held.sequence) < held.whole:
                self.take(out, flow, &own, held.sequence, <const uint8_t *>(held + 1), held.size, held.whole)
            free(held)
            held = flow.held

    cdef void jump(self, TrafficColumns out, Flow *flow) noexcept nogil:
        """Give up what is missing before the first waiting segment."""
        cdef Envelope envelope
        memcpy(envelope.source, flow.source, 16)
        memcpy(envelope.local, flow.target, 16)
        envelope.port = flow.port
        envelope.local_port = flow.target_port
        envelope.transport = TCP
        envelope.direction = 0
        envelope.tunnel = 0
        envelope.time = -1
        envelope.frame = 0
        count(&out.counts, TCP_GAP)
        self.kept -= flow.splitter.room
        split_gap(&flow.splitter, out)
        flow.expected = flow.held.sequence
        self.drain(out, flow, &envelope, True)


cdef void free_flow(Flow *flow) noexcept:
    cdef HeldSegment *held = flow.held
    while held != NULL:
        flow.held = held.next
        free(held)
        held = flow.held
    free(flow.splitter.held)
