"""Compiled tables as one image of bytes: what a saved engine's file holds, and what a pickled engine carries.

Knows the frame around the tables and checks it; not what the tables say.

An image is a header of 64 bytes and two blocks, each at a multiple of 64:

    0   magic      "SIPIDENT"
    8   format     uint32; one more for every change of any table's layout
    12  order      uint32 0x01020304 in the byte order of the writer
    16  checksum   uint64 over everything that follows it
    24  size       uint64 of the whole image
    32  tables     uint64 offset, uint64 size
    48  addresses  uint64 offset, uint64 size

The checksum finds damage, not malice: who can write the file decides the answers, as with a shared library.  What
the tables say is checked besides (``_table_check``, ``_address_check``), so that a wrong file is an error or a wrong
answer, never a crash.
"""

from cpython.bytes cimport PyBytes_AS_STRING, PyBytes_FromStringAndSize
from libc.stdint cimport uint32_t
from libc.string cimport memcmp, memcpy, memset

from identify._compiled._address_check cimport address_fault
from identify._compiled._table_check cimport tables_fault

from identify.errors import EngineFileError

cdef enum:
    FORMAT = 5
    BYTE_ORDER = 0x01020304
    # As a machine of the other byte order has it.
    OTHER_ORDER = 0x04030201
    CHECKED_FROM = 24
    PART_ALIGNMENT = 64

cdef struct Header:
    char magic[8]
    uint32_t format
    uint32_t order
    uint64_t checksum
    uint64_t size
    uint64_t tables_at
    uint64_t tables_size
    uint64_t addresses_at
    uint64_t addresses_size

cdef const char *MAGIC = "SIPIDENT"


cdef inline uint64_t mixed(uint64_t lane, uint64_t word) noexcept nogil:
    lane = (lane ^ word) * <uint64_t>0x9E3779B97F4A7C15
    return lane ^ lane >> 29


cdef uint64_t checksum(const uint8_t *data, uint64_t size) noexcept nogil:
    """Eight lanes of eight bytes: a step of one takes some seven cycles, and memory gives a line in about as many."""
    cdef uint64_t lanes[8]
    cdef uint64_t words[8]
    cdef uint64_t total
    cdef int i
    for i in range(8):
        lanes[i] = size + <uint64_t>i
    while size >= 64:
        memcpy(words, data, 64)
        for i in range(8):
            lanes[i] = mixed(lanes[i], words[i])
        data += 64
        size -= 64
    memset(words, 0, 64)
    memcpy(words, data, size)
    for i in range(8):
        lanes[i] = mixed(lanes[i], words[i])
    total = lanes[0]
    for i in range(1, 8):
        total = mixed(total, lanes[i])
    return total


def sealed(image not None):
    """Return bytes with the checksum that an image of them would have, for tests of what else is checked."""
    cdef bytearray made = bytearray(image)
    cdef uint8_t *data = made
    cdef uint64_t found
    if len(made) >= <Py_ssize_t>sizeof(Header):
        found = checksum(data + CHECKED_FROM, <uint64_t>len(made) - CHECKED_FROM)
        memcpy(&(<Header *>data).checksum, &found, sizeof(uint64_t))
    return bytes(made)


cdef uint64_t aligned(uint64_t offset) noexcept nogil:
    return (offset + PART_ALIGNMENT - 1) // PART_ALIGNMENT * PART_ALIGNMENT


cdef bytes write_image(const Tables *tables, const AddressTables *addresses):
    """Return the image of an engine's tables."""
    cdef Header header
    cdef bytes image
    cdef uint8_t *data
    memset(&header, 0, sizeof(Header))
    memcpy(header.magic, MAGIC, 8)
    header.format = FORMAT
    header.order = BYTE_ORDER
    header.tables_at = aligned(sizeof(Header))
    header.tables_size = tables.size
    header.addresses_at = aligned(header.tables_at + tables.size)
    header.addresses_size = addresses.size
    header.size = header.addresses_at + addresses.size
    image = PyBytes_FromStringAndSize(NULL, <Py_ssize_t>header.size)
    data = <uint8_t *>PyBytes_AS_STRING(image)
    memset(data, 0, header.size)
    memcpy(data, &header, sizeof(Header))
    memcpy(data + header.tables_at, tables, tables.size)
    memcpy(data + header.addresses_at, addresses, addresses.size)
    header.checksum = checksum(data + CHECKED_FROM, header.size - CHECKED_FROM)
    memcpy(data, &header, sizeof(Header))
    return image


cdef int read_image(const uint8_t *image, uint64_t size, ImageParts *parts) except -1:
    """Check an image and find its parts; raise ``EngineFileError`` where it isn't one, or not a whole one."""
    cdef Header header
    cdef const char *fault
    if size < sizeof(Header):
        raise EngineFileError(f"{size} bytes are too few for a saved engine")
    memcpy(&header, image, sizeof(Header))
    if memcmp(header.magic, MAGIC, 8) != 0:
        raise EngineFileError("not a saved engine")
    if header.order == OTHER_ORDER:
        raise EngineFileError("saved on a machine of the other byte order")
    if header.order != BYTE_ORDER:
        raise EngineFileError("damaged: no byte order mark")
    if header.format != FORMAT:
        raise EngineFileError(f"saved in format {header.format}; this version reads format {FORMAT}: save it anew")
    if header.size != size:
        raise EngineFileError(f"{size} bytes, but {header.size} were saved")
    if header.checksum != checksum(image + CHECKED_FROM, size - CHECKED_FROM):
        raise EngineFileError("damaged: the checksum differs")
    if not (fits(header.tables_at, header.tables_size, size) and header.tables_size >= sizeof(Tables)
            and fits(header.addresses_at, header.addresses_size, size)
            and header.addresses_size >= sizeof(AddressTables)):
        raise EngineFileError("damaged: a part lies outside of the file")
    parts.tables = <const Tables *>(image + header.tables_at)
    parts.addresses = <const AddressTables *>(image + header.addresses_at)
    fault = tables_fault(parts.tables, header.tables_size)
    if fault == NULL:
        fault = address_fault(parts.addresses, header.addresses_size)
    if fault == NULL and parts.addresses.rank_limit > parts.tables.address_count:
        fault = "an identify has no answer"
    if fault != NULL:
        raise EngineFileError("damaged: " + fault.decode("ascii"))
    return 0


cdef bint fits(uint64_t offset, uint64_t part_size, uint64_t size) noexcept nogil:
    return offset % PART_ALIGNMENT == 0 and offset <= size and part_size <= size - offset
