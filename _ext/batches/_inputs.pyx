"""What Python gave to a batch call, as columns: buffers, lists, packed data with offsets, Arrow.

Knows Python's types and the buffer protocol; Arrow itself is in ``_arrow``, what rows mean in ``_batch``.

Strategy
1. Whatever has Arrow's methods is Arrow, whatever has a buffer is read as its format says, lists and tuples are
   gathered: all pointers are taken while the GIL is held, and a tuple keeps the objects, so that nobody who changes
   the list meanwhile can free what is read.
2. Offsets are checked before the loop; ``_column`` checks each again when it is read, because whoever owns a buffer
   may write into it meanwhile.
"""

cimport cython
from cpython.buffer cimport (
    PyBUF_C_CONTIGUOUS, PyBUF_FORMAT, PyBUF_ND, PyBuffer_Release, PyObject_CheckBuffer, PyObject_GetBuffer,
)
from cpython.bytes cimport PyBytes_AS_STRING, PyBytes_Check, PyBytes_GET_SIZE
from cpython.unicode cimport PyUnicode_Check
from libc.stddef cimport size_t
from libc.stdint cimport int32_t, int64_t, uint8_t, uint16_t, uint32_t, uint64_t

from identify._compiled._arrival cimport port_of
from identify._compiled._arrow cimport ADDRESSES, MESSAGES, PORTS, speaks_arrow, take_arrow
from identify._compiled._column cimport (
    NUMBERS16, OFFSETS32, OFFSETS64, PACKED4, PACKED16, POINTERS, QUADS, Chunk, Column, Layout, Pointer,
    check_offsets,
)

import sys
from collections.abc import Sequence

from identify.strings import encoded_anyhow

cdef extern from "Python.h":
    const char *PyUnicode_AsUTF8AndSize(object text, Py_ssize_t *size) except NULL

cdef enum:
    MOST_SHOWN = 60

ADDRESSES_EXPECTED = (
    "uint32 (IPv4 in host byte order), records of 4 or 16 bytes (network byte order), a list of str, or Arrow is"
    " expected"
)
#: Marks of byte order that are this machine's.
NATIVE_ORDERS = "@=<" if sys.byteorder == "little" else "@=>!"


@cython.final
cdef class Held:
    """Holds another object's buffer: one contiguous block whose format is known."""

    cdef Py_buffer view
    cdef bint held
    # The format without a mark of this machine's byte order.
    cdef str format
    cdef str what

    def __cinit__(self, given, str what):
        self.what = what
        try:
            PyObject_GetBuffer(given, &self.view, PyBUF_FORMAT | PyBUF_ND | PyBUF_C_CONTIGUOUS)
        except (BufferError, ValueError) as error:
            raise ValueError(f"{what}: no contiguous block of memory ({error}); make a copy of it first") from None
        self.held = True
        self.format = (<bytes>self.view.format).decode("ascii", "replace") if self.view.format != NULL else "B"
        if self.format and self.format[0] in NATIVE_ORDERS:
            self.format = self.format[1:]

    def __dealloc__(self):
        if self.held:
            PyBuffer_Release(&self.view)

    cdef bint is_number(self, str letters, Py_ssize_t size):
        """Whether this is one row of numbers of a kind; ``letters`` are those of the struct module."""
        return (self.view.ndim == 1 and self.view.itemsize == size and len(self.format) == 1
                and self.format in letters)

    cdef Py_ssize_t record_size(self):
        """Bytes of each record, 0 if this is something else."""
        if self.view.ndim == 1 and self.view.itemsize in (4, 16):
            return self.view.itemsize if self.format in ("4s", "4x", "4B", "16s", "16x", "16B") else 0
        if self.format not in ("B", "c") or self.view.itemsize != 1:
            return 0
        if self.view.ndim == 2 and self.view.shape[1] in (4, 16):
            return self.view.shape[1]
        return 16 if self.view.ndim == 1 else 0

    cdef str shown(self):
        if self.view.ndim == 1:
            return f"a buffer of format {self.format[:<int>MOST_SHOWN]!r}"
        shape = tuple([self.view.shape[i] for i in range(self.view.ndim)])
        return f"a buffer of format {self.format[:<int>MOST_SHOWN]!r} and shape {shape}"

    cdef const void *aligned(self, Column column) except? NULL:
        return column.aligned(self.view.buf, <size_t>self.view.len, <size_t>self.view.itemsize)


cdef Column take_addresses(object given, str what):
    """Return a column of QUADS, PACKED4, PACKED16, or of texts."""
    cdef Column column
    cdef Held held
    cdef Py_ssize_t size
    if speaks_arrow(given):
        return take_arrow(given, what, ADDRESSES)
    if PyObject_CheckBuffer(given):
        column = Column()
        held = Held(given, what)
        if held.is_number("IL", sizeof(uint32_t)):
            add_rows(column, held, QUADS, held.view.len // <Py_ssize_t>sizeof(uint32_t), held.aligned(column))
            return column
        size = held.record_size()
        if size == 0:
            raise TypeError(f"{what}: {held.shown()}; {ADDRESSES_EXPECTED}")
        if held.view.len % size:
            raise ValueError(f"{what}: {held.view.len} bytes, no multiple of the {size} of each record")
        add_rows(column, held, PACKED4 if size == 4 else PACKED16, held.view.len // size, held.view.buf)
        return column
    if not is_list(given):
        raise TypeError(f"{what}: {type(given).__name__}; {ADDRESSES_EXPECTED}")
    return gather_texts(tuple(given), what)


cdef Column take_messages(object given):
    """Return a column of bytes."""
    cdef str what = "messages"
    if speaks_arrow(given):
        return take_arrow(given, what, MESSAGES)
    if isinstance(given, tuple):
        if len(given) != 2:
            raise TypeError(f"{what}: a tuple of {len(given)}; a pair of data and offsets is expected, or a list of"
                            f" bytes")
        data, offsets = given
        return take_packed(data, offsets)
    if not is_list(given):
        raise TypeError(f"{what}: {type(given).__name__}; a list of bytes, a pair of data and offsets, or Arrow is"
                        f" expected")
    return gather_bytes(tuple(given), what)


cdef Column take_ports(object given):
    """Return a column of NUMBERS16."""
    cdef str what = "ports"
    cdef Column column
    cdef Held held
    cdef tuple items
    cdef uint16_t *numbers
    cdef Py_ssize_t i
    if speaks_arrow(given):
        return take_arrow(given, what, PORTS)
    column = Column()
    if PyObject_CheckBuffer(given):
        held = Held(given, what)
        if not held.is_number("H", sizeof(uint16_t)):
            raise TypeError(f"{what}: {held.shown()}; uint16 is expected")
        add_rows(column, held, NUMBERS16, held.view.len // <Py_ssize_t>sizeof(uint16_t), held.aligned(column))
        return column
    if not is_list(given):
        raise TypeError(f"{what}: {type(given).__name__}; an int, a list of int, a buffer of uint16, or Arrow is"
                        f" expected")
    items = tuple(given)
    numbers = <uint16_t *>column.allocate(<size_t>len(items), sizeof(uint16_t))
    for i in range(len(items)):
        numbers[i] = 0 if items[i] is None else <uint16_t>port_of(items[i])
    add_rows(column, None, NUMBERS16, len(items), numbers)
    return column


cdef bint is_list(object given):
    if isinstance(given, (list, tuple)):
        return True
    return isinstance(given, Sequence) and not isinstance(given, str) and not PyObject_CheckBuffer(given)


cdef int add_rows(Column column, object owner, Layout layout, Py_ssize_t count, const void *rows) except -1:
    if count:
        column.add(layout, <size_t>count).rows = rows
        column.owners.append(owner)
    return 0


cdef Column take_packed(object data, object offsets):
    """Return the column of messages that lie one after the other, by n + 1 offsets."""
    cdef Column column = Column()
    cdef Held bytes_of, held
    cdef Layout layout
    cdef Chunk *chunk
    cdef Py_ssize_t count
    cdef const void *numbers
    for one, name in ((data, "data"), (offsets, "offsets")):
        if not PyObject_CheckBuffer(one):
            raise TypeError(f"messages: {name} must be a buffer, not {type(one).__name__}")
    bytes_of = Held(data, "data of messages")
    held = Held(offsets, "offsets of messages")
    if held.is_number("il", sizeof(int32_t)):
        layout = OFFSETS32
    elif held.is_number("lqn", sizeof(int64_t)):
        layout = OFFSETS64
    else:
        raise TypeError(f"offsets of messages: {held.shown()}; int32 or int64 is expected")
    count = held.view.len // held.view.itemsize - 1
    if count < 0:
        raise ValueError("offsets of messages: none; there must be one more than there are messages")
    numbers = held.aligned(column)
    check_offsets(layout, numbers, <size_t>count, <uint64_t>bytes_of.view.len, "messages")
    if count:
        chunk = column.add(layout, <size_t>count)
        chunk.rows = numbers
        chunk.data = <const uint8_t *>bytes_of.view.buf
        chunk.size = <uint64_t>bytes_of.view.len
        column.owners += [bytes_of, held]
    return column


cdef Column gather_texts(tuple items, str what):
    """Return pointers to the UTF-8 of str, which live as long as these do."""
    cdef Column column = Column()
    cdef Py_ssize_t i, size, count = len(items)
    cdef Pointer *pointers = <Pointer *>column.allocate(<size_t>count, sizeof(Pointer))
    cdef object item
    cdef bytes kept
    for i in range(count):
        item = items[i]
        if PyUnicode_Check(item):
            try:
                pointers[i].at = <const uint8_t *>PyUnicode_AsUTF8AndSize(item, &size)
            except UnicodeEncodeError:
                # No address, but a message's Via could be compared with it.
                kept = encoded_anyhow(item)
                column.owners.append(kept)
                pointers[i].at = <const uint8_t *>PyBytes_AS_STRING(kept)
                size = PyBytes_GET_SIZE(kept)
            pointers[i].size = <uint64_t>size
        elif item is None:
            pointers[i].at = NULL
            pointers[i].size = 0
        else:
            raise TypeError(f"{what}: item {i} is {type(item).__name__}, str is expected")
    add_rows(column, items, POINTERS, count, pointers)
    return column


cdef Column gather_bytes(tuple items, str what):
    cdef Column column = Column()
    cdef Py_ssize_t i, count = len(items)
    cdef Pointer *pointers = <Pointer *>column.allocate(<size_t>count, sizeof(Pointer))
    cdef object item
    for i in range(count):
        item = items[i]
        if PyBytes_Check(item):
            pointers[i].at = <const uint8_t *>PyBytes_AS_STRING(item)
            pointers[i].size = <uint64_t>PyBytes_GET_SIZE(item)
        elif item is None:
            pointers[i].at = NULL
            pointers[i].size = 0
        else:
            raise TypeError(f"{what}: item {i} is {type(item).__name__}, bytes is expected")
    add_rows(column, items, POINTERS, count, pointers)
    return column
