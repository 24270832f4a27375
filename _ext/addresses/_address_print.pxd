"""Addresses as text, for every module that prints them; inline.

Knows numbers and packed addresses of 16 bytes, IPv4 as ``::ffff:a.b.c.d``, all zeros where the address is unknown.
IPv6 is printed as the C library prints it.
"""

from libc.stdint cimport uint8_t, uint32_t

from identify._compiled._bytes cimport big32

cdef extern from "<arpa/inet.h>" nogil:
    const int AF_INET6
    const char *inet_ntop(int family, const void *address, char *text, uint32_t size)

cdef enum:
    PACKED_SIZE = 16
    # The longest IPv6 address as text, and a NUL.
    ADDRESS_ROOM = 48


cdef inline bint is_v4(const uint8_t *address) noexcept nogil:
    """Is it IPv4, ::ffff:a.b.c.d?"""
    cdef int i
    for i in range(10):
        if address[i]:
            return False
    return address[10] == 255 and address[11] == 255


cdef inline bint is_nowhere(const uint8_t *address) noexcept nogil:
    """Is it all zeros, that is unknown?"""
    cdef int i
    for i in range(<int>PACKED_SIZE):
        if address[i]:
            return False
    return True


cdef inline char *print_v4(uint32_t address, char *text) noexcept nogil:
    """Write a dotted quad and a NUL; returns the place of the NUL."""
    cdef uint32_t octet
    cdef int shift = 24
    while True:
        octet = address >> shift & 255
        if octet >= 100:
            text[0] = <char>(c"0" + octet // 100)
            text += 1
        if octet >= 10:
            text[0] = <char>(c"0" + octet // 10 % 10)
            text += 1
        text[0] = <char>(c"0" + octet % 10)
        text += 1
        if shift == 0:
            text[0] = 0
            return text
        text[0] = c"."
        text += 1
        shift -= 8


cdef inline void print_v6(const uint8_t *address, char *text) noexcept nogil:
    """Write 16 bytes in network order; ``text`` has ADDRESS_ROOM bytes."""
    text[0] = 0
    inet_ntop(AF_INET6, address, text, ADDRESS_ROOM)


cdef inline void print_address(const uint8_t *address, char *text) noexcept nogil:
    """Write a packed address; ``text`` has ADDRESS_ROOM bytes."""
    if is_v4(address):
        print_v4(big32(address + 12), text)
    else:
        print_v6(address, text)
