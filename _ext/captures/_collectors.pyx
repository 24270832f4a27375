"""Whose HEP is believed: anybody can send packets that look like HEP's, and say in them what he likes.

Knows where a packet was sent to; how that is decided and written is ``identify.traffic.captures.collectors``'s.

Facts
- An agent sends its packets to a collector.  Nothing in a packet proves that it comes from an agent; its source may be
  forged, and a password in it is there to be read.  So a packet is believed by the collector that it was sent to.
- Asterisk's own SIP sockets are no collectors: there a stranger's packet of HEP is what PJSIP drops as no SIP.
"""

cimport cython
from cpython.bytes cimport PyBytes_AS_STRING, PyBytes_GET_SIZE
from libc.string cimport memcmp, memcpy

cdef uint8_t[16] ANY
ANY[:] = [0] * 16


cdef inline bint is_at(const Place *place, const uint8_t *address, uint16_t port) noexcept nogil:
    return ((place.port == 0 or place.port == port)
            and (memcmp(place.address, ANY, 16) == 0 or memcmp(place.address, address, 16) == 0))


cdef size_t fill(Place *places, pairs) except? 0:
    cdef size_t count = 0
    for address, port in pairs:
        if PyBytes_GET_SIZE(address) != 16:
            raise ValueError(f"an address of {len(address)} bytes; 16 are expected")
        if count == MOST_PLACES:
            raise ValueError(f"more than {<int>MOST_PLACES} places")
        memcpy(places[count].address, <const uint8_t *>PyBytes_AS_STRING(address), 16)
        places[count].port = port
        count += 1
    return count


@cython.final
cdef class Collectors:
    """Believes what was sent to one of ``places``; not for several threads at once.

    ``places`` and ``own`` are pairs of 16 bytes and a port, zeros for any of both.  What was sent to or from one of
    ``own`` isn't believed.  With ``everything`` all is, whatever the places.
    """

    def __init__(self, places=(), own=(), *, everything=False):
        self.count = fill(self.places, places)
        self.own_count = fill(self.own, own)
        self.everything = everything

    def refused(self):
        """Return the places, not of ``own``, that packets were sent to that weren't believed, the most frequent first.

        These aren't all.
        """
        listed = [(-self.refused_places[i].packets, self.refused_places[i].address[:16], self.refused_places[i].port)
                  for i in range(self.refused_count)]
        return [(address, port) for _, address, port in sorted(listed)]

    cdef bint believes(self, const Envelope *carrier) noexcept nogil:
        cdef size_t i
        if self.everything:
            return True
        if self.is_own(carrier):
            return False
        for i in range(self.count):
            if is_at(&self.places[i], carrier.local, carrier.local_port):
                return True
        return False

    cdef bint is_own(self, const Envelope *carrier) noexcept nogil:
        """Was this sent to or from one of Asterisk's SIP sockets?"""
        cdef size_t i
        for i in range(self.own_count):
            if (is_at(&self.own[i], carrier.local, carrier.local_port)
                    or is_at(&self.own[i], carrier.source, carrier.port)):
                return True
        return False

    cdef void refuse(self, const Envelope *carrier) noexcept nogil:
        """Note where a packet was sent to that isn't believed, if a collector may be there.

        The place with the fewest makes room, and its count is taken over.
        So a place with more than an eighth of the packets is never missing, however many others there are.
        """
        cdef size_t i, least = 0
        if self.is_own(carrier):
            return
        for i in range(self.refused_count):
            if (self.refused_places[i].port == carrier.local_port
                    and memcmp(self.refused_places[i].address, carrier.local, 16) == 0):
                self.refused_places[i].packets += 1
                return
            if self.refused_places[i].packets < self.refused_places[least].packets:
                least = i
        if self.refused_count < MOST_REFUSED:
            least = self.refused_count
            self.refused_count += 1
        memcpy(self.refused_places[least].address, carrier.local, 16)
        self.refused_places[least].port = carrier.local_port
        self.refused_places[least].packets += 1
