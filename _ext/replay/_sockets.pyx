"""Which sockets are Asterisk's own: the direction of a message that nobody said.

Knows addresses and ports; how the first of them are found, and the whole rule, are described in
``identify.simulation.sockets``.
"""

cimport cython
from cpython.bytes cimport PyBytes_AS_STRING, PyBytes_GET_SIZE
from libc.stdint cimport uint8_t, uint16_t, uint32_t
from libc.string cimport memcmp, memcpy

from identify._compiled._address_print cimport is_nowhere, is_v4


@cython.final
cdef class Sockets:
    """Asterisk's own sockets; not for several threads at once.

    ``addresses`` are pairs of 16 bytes and a port, 0 for any; ``wildcards`` pairs of family and port at which every
    address of the host is listened at; with ``always`` every message was received.  Of ``unanswered``, addresses of 16
    bytes among these, it isn't sure that they are Asterisk's.
    """

    def __init__(self, addresses=(), wildcards=(), always=False, *, unanswered=()):
        self.count = self.wild_count = 0
        self.always = always
        self.unanswered = frozenset(unanswered)
        addresses = list(addresses)
        wildcards = list(wildcards)
        if len(addresses) > <int>LOCALS or len(wildcards) > <int>LOCALS:
            raise ValueError(f"{max(len(addresses), len(wildcards))} local sockets; at most {<int>LOCALS} are known")
        for address, port in addresses:
            if PyBytes_GET_SIZE(address) != 16:
                raise ValueError(f"an address of {len(address)} bytes; 16 are expected")
            self.add(<const uint8_t *>PyBytes_AS_STRING(address), port)
        for family, port in wildcards:
            self.wild[self.wild_count].address[0] = family
            self.wild[self.wild_count].port = port
            self.wild_count += 1

    @property
    def addresses(self):
        """Asterisk's own sockets as far as they are known: pairs of 16 bytes and a port, 0 for any."""
        return [((<const char *>self.known[i].address)[:16], self.known[i].port) for i in range(self.count)]

    def sends_out(self, const uint8_t[::1] addresses not None, const uint8_t[::1] targets not None, Py_ssize_t row):
        """Was this row sent by an address that is surely Asterisk's, to one that isn't?

        The port alone doesn't tell: a stranger may send from that of a wildcard too, and to any port of the host.
        """
        if row < 0 or addresses.shape[0] < 16 * (row + 1) or targets.shape[0] < 16 * (row + 1):
            raise IndexError(f"row {row} of {addresses.shape[0] // 16}")
        return (self.rank(&addresses[16 * row], 0) > 0 and self.rank(&targets[16 * row], 0) == 0
                and (<const char *>&addresses[16 * row])[:16] not in self.unanswered)

    cdef void add(self, const uint8_t *address, uint16_t port) noexcept nogil:
        if self.count < LOCALS:
            memcpy(self.known[self.count].address, address, 16)
            self.known[self.count].port = port
            self.count += 1

    cdef int rank(self, const uint8_t *address, uint16_t port) noexcept nogil:
        """2 for one of Asterisk's sockets, 1 for another port of such an address, 0 for none."""
        cdef uint32_t i
        cdef int best = 0
        for i in range(self.count):
            if memcmp(self.known[i].address, address, 16) == 0:
                if self.known[i].port == 0 or self.known[i].port == port:
                    return 2
                best = 1
        return best

    cdef bint is_wild(self, const uint8_t *address, uint16_t port) noexcept nogil:
        cdef uint32_t i
        cdef uint8_t family = 4 if is_v4(address) else 6
        for i in range(self.wild_count):
            if self.wild[i].port == port and self.wild[i].address[0] == family:
                return True
        return False

    cdef int direction(self, const uint8_t *source, uint16_t port, const uint8_t *local, uint16_t local_port,
                       bint stream) noexcept nogil:
        """RECEIVED, OURS or UNKNOWN for what is neither; the rule is in ``identify.simulation.sockets``."""
        cdef int there, here
        if self.always or is_nowhere(local):
            return RECEIVED
        there = self.rank(source, port)
        here = self.rank(local, local_port)
        if not stream:
            # Another port of the host is another program.
            there = there if there == 2 else 0
            here = here if here == 2 else 0
        if here > 0 and here >= there:
            return RECEIVED
        if there > 0:
            return OURS
        if self.is_wild(local, local_port):
            self.add(local, local_port)
            return RECEIVED
        if self.is_wild(source, port):
            return OURS
        return UNKNOWN
