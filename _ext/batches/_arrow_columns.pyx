"""Columns that Arrow can share: numbers and text in memory of their own.

Knows how a column is laid out and filled, not what it means; batches of columns are in ``_record_batch``.

Strategy
1. A column's buffers are in one block of memory, to which column and exported arrays count their references, so that a
   release frees or counts down and needs neither the GIL nor Python, in whichever thread it happens.
2. Text is added row by row; the names of codes and the text of addresses are written without a str for each row.

Thread safety: a column doesn't change once its function has returned it.
"""

cimport cython
from cpython.buffer cimport PyBUF_CONTIG_RO, PyBuffer_Release, PyObject_GetBuffer
from cpython.bytes cimport PyBytes_AS_STRING, PyBytes_GET_SIZE
from libc.stddef cimport size_t
from libc.stdint cimport int32_t, int64_t, uint8_t
from libc.stdlib cimport free, malloc, realloc
from libc.string cimport memcmp, memcpy, memset, strlen

from identify._compiled._address_print cimport ADDRESS_ROOM, PACKED_SIZE, is_nowhere, is_v4, print_address
from identify._compiled._atomics cimport sub_atomic

from identify.errors import LimitError

cdef enum:
    # An address as text, with brackets, colon and port.
    LONGEST_ADDRESS = 64

# Text positions are 32 bits wide.
cdef int64_t MOST_TEXT = 0x7FFFFFFF
cdef uint8_t[16] ZEROS
memset(ZEROS, 0, 16)


cdef void let_go(SharedBlock *block) noexcept nogil:
    if block != NULL and sub_atomic(&block.references, 1) == 0:
        free(block.validity)
        free(block.fixed)
        free(block.text)
        free(block)


@cython.final
cdef class ArrowColumn:
    """One column of a batch; made by the functions of this module."""

    def __dealloc__(self):
        let_go(self.block)

    def __len__(self):
        return self.count

    cdef int allocate(self, bytes format, Py_ssize_t count, size_t width) except -1:
        """Make room for ``count`` rows of ``width`` bytes, and one more for positions."""
        if count < 0 or <size_t>count > (<size_t>-1) // 32:
            raise MemoryError("Arrow column")
        self.block = <SharedBlock *>malloc(sizeof(SharedBlock))
        if self.block == NULL:
            raise MemoryError("Arrow column")
        memset(self.block, 0, sizeof(SharedBlock))
        self.block.references = 1
        self.block.fixed = malloc((<size_t>count + 1) * width)
        if self.block.fixed == NULL:
            raise MemoryError("Arrow column")
        self.block.buffers[1] = self.block.fixed
        self.format = format
        self.count = count
        self.n_buffers = 2
        return 0

    cdef int allocate_text(self, Py_ssize_t count) except -1:
        self.allocate(b"u", count, sizeof(int32_t))
        self.n_buffers = 3
        (<int32_t *>self.block.fixed)[0] = 0
        # A consumer may ask for the address of no text too.
        return self.reserve(1)

    cdef int reserve(self, int64_t more) except -1:
        """Make room for more bytes of text."""
        cdef int64_t room
        cdef void *text
        if more > MOST_TEXT - self.used:
            raise LimitError(f"a column of a record batch has more than {MOST_TEXT} bytes of text")
        if self.used + more <= self.room:
            return 0
        room = max(self.used + more, min(2 * self.room, MOST_TEXT))
        text = realloc(self.block.text, <size_t>room)
        if text == NULL:
            raise MemoryError("Arrow column")
        self.block.text = text
        self.block.buffers[2] = text
        self.room = room
        return 0

    cdef int put(self, Py_ssize_t row, const char *text, Py_ssize_t size) except -1:
        """Give a row its text; rows come in order."""
        self.reserve(size)
        if size:
            memcpy(<char *>self.block.text + self.used, text, <size_t>size)
        self.used += size
        (<int32_t *>self.block.fixed)[row + 1] = <int32_t>self.used
        return 0

    cdef int put_object(self, Py_ssize_t row, object text) except -1:
        cdef bytes data
        if text is None:
            self.set_null(row)
            return self.put(row, NULL, 0)
        data = encoded(text)
        return self.put(row, PyBytes_AS_STRING(data), PyBytes_GET_SIZE(data))

    cdef int set_null(self, Py_ssize_t row) except -1:
        cdef size_t size = <size_t>(self.count + 7) // 8
        cdef uint8_t *validity = <uint8_t *>self.block.validity
        if validity == NULL:
            validity = <uint8_t *>malloc(size)
            if validity == NULL:
                raise MemoryError("Arrow column")
            memset(validity, 0xFF, size)
            self.block.validity = validity
            self.block.buffers[0] = validity
        validity[row // 8] &= <uint8_t>(~(1 << (row % 8)) & 0xFF)
        self.nulls += 1
        return 0


cdef bytes encoded(object text):
    """Return text as UTF-8; what isn't any (bytes kept as surrogates) is escaped, as in the files of rows."""
    return text.encode("utf-8", "backslashreplace")


def numbers(str format, values, null=None):
    """Return a column of numbers: the bytes of a buffer, under a format of Arrow's C interface.

    Where ``null`` is given, 64-bit numbers that equal it are null.  Raises ValueError where the buffer's items have
    another width than the format.
    """
    cdef ArrowColumn column = ArrowColumn.__new__(ArrowColumn)
    cdef Py_buffer view
    cdef Py_ssize_t i
    cdef int64_t absent
    cdef Py_ssize_t width = {"C": 1, "S": 2, "i": 4, "I": 4, "g": 8, "l": 8, "L": 8}.get(format[:1], 8)
    PyObject_GetBuffer(values, &view, PyBUF_CONTIG_RO)
    try:
        if view.itemsize != width or view.len % width or (null is not None and width != 8):
            raise ValueError(f"items of {view.itemsize} bytes don't make a column of format {format!r}")
        column.allocate(format.encode(), view.len // width, <size_t>width)
        if view.len:
            memcpy(column.block.fixed, view.buf, <size_t>view.len)
        if null is not None:
            absent = null
            for i in range(column.count):
                if (<int64_t *>column.block.fixed)[i] == absent:
                    column.set_null(i)
    finally:
        PyBuffer_Release(&view)
    return column


def texts(values):
    """Return a column of text from a sequence of str and None."""
    cdef ArrowColumn column = ArrowColumn.__new__(ArrowColumn)
    cdef Py_ssize_t i
    cdef list rows = list(values)
    column.allocate_text(len(rows))
    for i in range(len(rows)):
        column.put_object(i, rows[i])
    return column


def named(codes, names, str attribute=None):
    """Return a column of text from the name of each code, ``names[code]`` or that object's attribute.

    Null for None and for codes below 0.  ``codes`` is a buffer of uint8 or int32.  IndexError for a code without name.
    """
    cdef ArrowColumn column = ArrowColumn.__new__(ArrowColumn)
    cdef tuple worded = tuple(names)
    cdef dict known = {}
    cdef Py_ssize_t i, code
    cdef Py_buffer view
    cdef object name
    PyObject_GetBuffer(codes, &view, PyBUF_CONTIG_RO)
    try:
        if view.itemsize not in (1, 4):
            raise ValueError(f"codes of {view.itemsize} bytes: expected uint8 or int32")
        column.allocate_text(view.len // view.itemsize)
        for i in range(column.count):
            code = (<uint8_t *>view.buf)[i] if view.itemsize == 1 else (<int32_t *>view.buf)[i]
            if code < 0:
                name = None
            elif code in known:
                name = known[code]
            elif code >= len(worded):
                raise IndexError(f"row {i} has code {code} of {len(worded)}")
            else:
                name = worded[code] if attribute is None else getattr(worded[code], attribute)
                name = known[code] = None if name is None else encoded(name)
            if name is None:
                column.set_null(i)
                column.put(i, NULL, 0)
            else:
                column.put(i, PyBytes_AS_STRING(<bytes>name), PyBytes_GET_SIZE(<bytes>name))
    finally:
        PyBuffer_Release(&view)
    return column


def addresses(records, unpacked, ports=None):
    """Return a column of addresses as text, with ``ports`` as ``address:port``; one of zeros is null then.

    ``records`` has 16 bytes for each row.  ``unpacked`` words the rare address that the C library words otherwise.
    """
    cdef ArrowColumn column = ArrowColumn.__new__(ArrowColumn)
    cdef const uint8_t[::1] data = records
    cdef const unsigned short[::1] numbers = ports
    cdef Py_ssize_t i
    if data.shape[0] % PACKED_SIZE:
        raise ValueError(f"{data.shape[0]} bytes of addresses: expected a multiple of 16")
    column.allocate_text(data.shape[0] // PACKED_SIZE)
    if ports is not None and numbers.shape[0] != column.count:
        raise ValueError(f"{numbers.shape[0]} ports for {column.count} addresses")
    for i in range(column.count):
        put_address(column, i, &data[PACKED_SIZE * i], unpacked, -1 if ports is None else numbers[i])
    return column


cdef int put_address(
    ArrowColumn column, Py_ssize_t row, const uint8_t *address, object unpacked, int port
) except -1:
    """Give a row an address as text, and its port unless that is -1."""
    cdef char[LONGEST_ADDRESS] text
    # The first byte is left for a bracket.
    cdef char *at = text + 1
    cdef char *last
    cdef bytes worded
    cdef bint is_short = is_v4(address)
    if port >= 0 and is_nowhere(address):
        column.set_null(row)
        return column.put(row, NULL, 0)
    # Of addresses whose first ten bytes are zeros the C library prints some with a dotted quad that Python prints
    # without.
    if not is_short and memcmp(address, ZEROS, 10) == 0:
        worded = encoded(unpacked(<bytes>address[:PACKED_SIZE]))
        if PyBytes_GET_SIZE(worded) >= ADDRESS_ROOM:
            raise ValueError(f"{worded!r} is not a valid address")
        memcpy(at, PyBytes_AS_STRING(worded), <size_t>PyBytes_GET_SIZE(worded) + 1)
    else:
        print_address(address, at)
    last = at + strlen(at)
    if port >= 0:
        if not is_short:
            at -= 1
            at[0] = c"["
            last[0] = c"]"
            last += 1
        worded = b":%d" % port
        memcpy(last, PyBytes_AS_STRING(worded), <size_t>PyBytes_GET_SIZE(worded))
        last += PyBytes_GET_SIZE(worded)
    return column.put(row, at, last - at)
