"""Arrays that grow, and the numbers that stand for what can go wrong; inline."""

from libc.stdint cimport SIZE_MAX
from libc.stdlib cimport realloc

# What functions return instead of a number.
cdef enum:
    NOT_FOUND = -1
    NO_MEMORY = -2
    TOO_LARGE = -3

cdef enum:
    # Elements of an array at first, and at most: numbers of 32 bits find them, and one bit is used otherwise.
    FIRST_ROOM = 64
    MAX_ELEMENTS = 0x7FFFFFFF


cdef inline int make_room(void **array, size_t *room, size_t needed, size_t size) noexcept nogil:
    """Let an array have room for ``needed`` elements."""
    cdef size_t larger
    cdef void *moved
    if needed <= room[0]:
        return 0
    if needed > MAX_ELEMENTS:
        return TOO_LARGE
    larger = room[0] + room[0] // 2 + FIRST_ROOM
    if larger < needed:
        larger = needed
    if larger > SIZE_MAX // size:
        return NO_MEMORY
    moved = realloc(array[0], larger * size)
    if moved == NULL:
        return NO_MEMORY
    array[0] = moved
    room[0] = larger
    return 0
