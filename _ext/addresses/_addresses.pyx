"""The compiled address index: which identify, if any, has a source address and port in its ``match``.

Knows addresses, masks, signs, ports and ranks (the order in which Asterisk tries the identifies);
not what an identify is otherwise, nor how ``match`` is written.

An identify's items of one address family are one list, and the last item that covers the source
(``address & mask == item.address``, and its port is 0 or the source's) says whether the identify
matches.  The answer to a question is the smallest rank that matches.
"""

cimport cython
from cpython.buffer cimport PyBUF_SIMPLE, PyBuffer_Release, PyObject_GetBuffer
from cpython.bytes cimport PyBytes_AS_STRING, PyBytes_Check, PyBytes_GET_SIZE
from libc.stdint cimport int64_t, uint8_t, uint16_t, uint32_t, uint64_t
from libc.stdlib cimport free, malloc

from identify._compiled._bytes cimport big64
from identify._compiled._address_build cimport MAX_RANK, MAX_RULES, build_tables
from identify._compiled._address_rules cimport AddressRules
from identify._compiled._address_text cimport read_plain, sip_address_way

cdef extern from "_python.h":
    const char *sip_text(object text, Py_ssize_t *size) except NULL

NEGATED = 1
IPV6 = 2
# How this machine can read plain addresses, slowest first.
WAYS = ("characters", "words", "registers")[:sip_address_way + 1]

cdef enum:
    FLAG_NEGATED = 1
    FLAG_IPV6 = 2
    WIDTH = 16


def parse_address(text not None):
    """Return (family, address) of a source given as str or bytes, or None if it is no address.

    IPv4-mapped addresses are IPv4 and scopes are dropped, as Asterisk does before it matches.
    """
    cdef Source source
    cdef Py_ssize_t size
    cdef const char *characters
    if PyBytes_Check(text):
        characters = PyBytes_AS_STRING(text)
        size = PyBytes_GET_SIZE(text)
    else:
        try:
            characters = sip_text(text, &size)
        except UnicodeEncodeError:
            return None
    parse_source(characters, <size_t>size, &source)
    if source.family == 0:
        return None
    if source.family == 4:
        return 4, source.low
    return 6, (<object>source.high << 64) | source.low


def parse_plain(text not None, int way):
    """As ``parse_address`` by one of ``WAYS``, for tests: None also for forms that the way leaves to others."""
    cdef Source source
    cdef Py_ssize_t size
    cdef const char *characters = sip_text(text, &size)
    if not 0 <= way <= sip_address_way:
        raise ValueError(f"way {way}: this machine has {len(WAYS)}")
    if not read_plain(characters, <size_t>size, way, &source):
        return None
    if source.family == 4:
        return 4, source.low
    return 6, (<object>source.high << 64) | source.low


@cython.final
cdef class AddressIndex:
    """An immutable index over all identifies' ``match`` items.

    The arguments are buffers with one element for each item, in the order in which Asterisk walks
    them: ranks never decrease, items of one rank are in their own order.  Numbers are in native byte
    order: ``ranks`` uint32, ``flags`` uint8 (``NEGATED`` | ``IPV6``), ``addresses`` and ``masks`` 16
    bytes big-endian (IPv4 in the last four), ``ports`` uint16 with 0 for any.

    Building takes O(n log n) for n items, a question a few memory accesses, however many identifies
    overlap.  Thread safety: nothing changes after construction.
    """

    def __cinit__(self, ranks=b"", flags=b"", addresses=b"", masks=b"", ports=b""):
        cdef Py_buffer views[5]
        cdef size_t count
        cdef int opened = 0
        cdef Rule *rules = NULL
        try:
            for part in (ranks, flags, addresses, masks, ports):
                PyObject_GetBuffer(part, &views[opened], PyBUF_SIMPLE)
                opened += 1
            count = <size_t>views[1].len
            if (
                count > MAX_RULES
                or <size_t>views[0].len != count * sizeof(uint32_t)
                or <size_t>views[2].len != count * WIDTH
                or <size_t>views[3].len != count * WIDTH
                or <size_t>views[4].len != count * sizeof(uint16_t)
            ):
                raise ValueError(
                    f"address items: ranks, flags, addresses, masks and ports must have 4, 1, 16, 16 and 2 bytes"
                    f" for each of at most {MAX_RULES} items, got {[views[i].len for i in range(5)]}"
                )
            rules = allocate_rules(count)
            read_columns(rules, count, views)
            self.build(rules, count)
        finally:
            free(rules)
            for i in range(opened):
                PyBuffer_Release(&views[i])

    def __dealloc__(self):
        free(<void *>self.tables)

    cdef int build(self, const Rule *rules, size_t count) except -1:
        check_rules(rules, count)
        cdef const AddressTables *built = build_tables(rules, count)
        free(<void *>self.tables)
        self.tables = built
        self.rules = count
        return 0

    @staticmethod
    def from_rules(identifies not None):
        """Build from a list of (negated, family, address, mask, port) for each identify, in rank order."""
        return AddressIndex.of(AddressRules.of(identifies, True))

    @staticmethod
    def of(AddressRules rules not None):
        """Build from items whose owners are the ranks."""
        cdef AddressIndex index = AddressIndex.__new__(AddressIndex)
        index.build(rules.at, rules.count)
        return index

    def lookup(self, uint32_t family, address not None, uint16_t port):
        """Return the smallest rank that matches a source, -1 for none.

        ``family`` is 4 or 6.  An IPv4-mapped address has to come as IPv4.
        """
        if family == 4:
            return find_v4(self.tables, address, port)
        if family == 6:
            return find_v6(self.tables, <uint64_t>(address >> 64), <uint64_t>(address & 0xFFFFFFFFFFFFFFFF), port)
        raise ValueError(f"family {family}: expected 4 or 6")

    def lookup_text(self, text not None, uint16_t port):
        """Return the smallest rank that matches a source given as str or bytes; -1 for none, and for no address."""
        cdef Source source
        cdef Py_ssize_t size
        cdef const char *characters
        if PyBytes_Check(text):
            characters = PyBytes_AS_STRING(text)
            size = PyBytes_GET_SIZE(text)
        else:
            try:
                characters = sip_text(text, &size)
            except UnicodeEncodeError:
                return -1
        parse_source(characters, <size_t>size, &source)
        if source.family == 4:
            return find_v4(self.tables, <uint32_t>source.low, port)
        if source.family == 6:
            return find_v6(self.tables, source.high, source.low, port)
        return -1

    def checksum(self, uint32_t family, addresses not None, uint16_t port):
        """Look up every address of a buffer and return the sum of the answers.

        ``addresses`` holds uint32 in native order for family 4, pairs of uint64 (upper half first) for
        family 6.  This is the bare speed of the index, without text or results.
        """
        cdef Py_buffer view
        cdef size_t i, count
        cdef int64_t total = 0
        cdef const uint32_t *quads
        cdef const uint64_t *pairs
        if family != 4 and family != 6:
            raise ValueError(f"family {family}: expected 4 or 6")
        PyObject_GetBuffer(addresses, &view, PyBUF_SIMPLE)
        try:
            with nogil:
                if family == 4:
                    quads = <const uint32_t *>view.buf
                    count = <size_t>view.len // sizeof(uint32_t)
                    for i in range(count):
                        total += find_v4(self.tables, quads[i], port)
                else:
                    pairs = <const uint64_t *>view.buf
                    count = <size_t>view.len // WIDTH
                    for i in range(count):
                        total += find_v6(self.tables, pairs[2 * i], pairs[2 * i + 1], port)
        finally:
            PyBuffer_Release(&view)
        return total

    @property
    def size(self):
        """Bytes of the compiled tables."""
        return self.tables.size

    @property
    def structure(self):
        """What was chosen for each family, for benchmarks and tests."""
        return {
            family: {
                "words": tables.words,
                "host_capacity": tables.host_capacity,
                "ports": tables.port_mask + 1 if tables.port_mask else 0,
                "masks": tables.mask_count,
                "irregular": tables.owner_count,
            }
            for family, tables in ((4, self.tables.v4), (6, self.tables.v6))
        }

    def __len__(self):
        return self.rules

    def __repr__(self):
        return f"<AddressIndex of {self.rules} items, {self.tables.size} bytes>"


cdef Rule *allocate_rules(size_t count) except NULL:
    cdef Rule *rules
    if count > MAX_RULES:
        raise ValueError(f"{count} address items: at most {MAX_RULES} are supported")
    rules = <Rule *>malloc((count + 1) * sizeof(Rule))
    if rules == NULL:
        raise MemoryError("address items")
    return rules


cdef void read_columns(Rule *rules, size_t count, const Py_buffer *views) noexcept nogil:
    cdef const uint32_t *ranks = <const uint32_t *>views[0].buf
    cdef const uint8_t *flags = <const uint8_t *>views[1].buf
    cdef const uint8_t *addresses = <const uint8_t *>views[2].buf
    cdef const uint8_t *masks = <const uint8_t *>views[3].buf
    cdef const uint16_t *ports = <const uint16_t *>views[4].buf
    cdef size_t i
    for i in range(count):
        rules[i].high = big64(addresses + i * WIDTH)
        rules[i].low = big64(addresses + i * WIDTH + 8)
        rules[i].mask_high = big64(masks + i * WIDTH)
        rules[i].mask_low = big64(masks + i * WIDTH + 8)
        rules[i].rank = ranks[i]
        rules[i].port = ports[i]
        rules[i].family = 6 if flags[i] & FLAG_IPV6 else 4
        rules[i].negated = flags[i] & FLAG_NEGATED


cdef int check_rules(const Rule *rules, size_t count) except -1:
    """Refuse what the tables couldn't represent or what isn't cleared as promised."""
    cdef size_t i
    cdef const Rule *rule
    for i in range(count):
        rule = &rules[i]
        if rule.rank > MAX_RANK:
            raise ValueError(f"address item {i}: rank {rule.rank}: at most {MAX_RANK} is supported")
        if i > 0 and rule.rank < rules[i - 1].rank:
            raise ValueError(f"address item {i}: rank {rule.rank} after {rules[i - 1].rank}: must not decrease")
        if rule.high & ~rule.mask_high or rule.low & ~rule.mask_low:
            raise ValueError(f"address item {i}: the address has bits that its mask hasn't")
        if rule.family == 4 and (rule.mask_high or rule.mask_low >> 32):
            raise ValueError(f"address item {i}: an IPv4 mask has more than 32 bits")
    return 0
