"""Source addresses from text, inline for every module that reads them.

Knows the resolver's rules for numeric addresses; not ``match`` values with masks and ports.  Only
inline functions: there is no module of this name.

Facts
- All were found by experiment with the C library's ``getaddrinfo`` and ``AI_NUMERICHOST``, on which
  Asterisk relies.
- IPv4 is read as ``inet_aton`` reads it, to the last character: one to four numbers, the last fills
  what is left (``1.2.3`` is 1.2.0.3); ``0x`` is hexadecimal, another leading zero octal.
- IPv6 is read as ``inet_pton`` reads it; a dotted tail is plain decimal without leading zeros.
- A scope after ``%`` is dropped: decimal digits up to 4294967295, or the name of an interface where
  the address is link-local (fe80::/10, multicast ffx1 and ffx2).  The one interface that every
  machine has is ``lo``; any other name doesn't parse here, so that an answer doesn't depend on the
  machine that gives it.
- One pair of brackets around the whole is taken off, as in ``match``.
- IPv4-mapped addresses are IPv4.

Strategy
1. The forms that everybody writes are read without branches by ``_address_text.h``.
2. What that refuses is read character by character here.
"""

from libc.stddef cimport size_t
from libc.stdint cimport uint16_t, uint32_t, uint64_t

cdef extern from "_address_text.h" nogil:
    enum:
        SIP_BY_CHARACTERS
        SIP_BY_WORDS
        SIP_BY_REGISTERS
    const int sip_address_way
    const uint64_t SIP_NO_QUAD
    uint64_t sip_quad_by_words(const char *text, size_t size)
    uint64_t sip_quad_by_registers(const char *text, size_t size)
    bint sip_groups(const char *text, size_t size, int way, uint64_t *high, uint64_t *low)

cdef enum:
    # Octal and hexadecimal numbers may have any number of leading zeros; nobody writes so many.
    MAX_SOURCE_TEXT = 128


cdef struct Source:
    uint64_t high
    # IPv4 is the lower 32 bits of this.
    uint64_t low
    # 4, 6, or 0 for text that is no address.
    uint32_t family


cdef inline bint parse_quad(const char *text, size_t size, uint32_t *address) noexcept nogil:
    """Read a dotted quad as everybody writes it: four decimal numbers without leading zeros."""
    cdef const unsigned char *place = <const unsigned char *>text
    cdef const unsigned char *end = place + size
    cdef uint32_t number, digit, result = 0
    cdef int part
    if size < 7 or size > 15:
        return False
    for part in range(4):
        if place == end:
            return False
        number = <uint32_t>place[0] - 48
        if number > 9:
            return False
        place += 1
        if place < end:
            digit = <uint32_t>place[0] - 48
            if digit <= 9:
                if number == 0:
                    return False
                number = number * 10 + digit
                place += 1
                if place < end:
                    digit = <uint32_t>place[0] - 48
                    if digit <= 9:
                        number = number * 10 + digit
                        place += 1
        if number > 255:
            return False
        result = result << 8 | number
        if part < 3:
            if place == end or place[0] != c'.':
                return False
            place += 1
    address[0] = result
    return place == end


cdef inline bint parse_numbers(const char *text, size_t size, uint32_t *address) noexcept nogil:
    """Read IPv4 as ``inet_aton`` does."""
    cdef size_t place = 0
    cdef uint64_t number, digit, base
    cdef uint32_t result = 0
    cdef int part = 0
    cdef bint any_digit
    cdef unsigned char character
    while True:
        base = 10
        any_digit = False
        if place < size and text[place] == c'0':
            place += 1
            any_digit = True
            base = 8
            if place < size and (text[place] | 32) == c'x':
                place += 1
                any_digit = False
                base = 16
        number = 0
        while place < size:
            character = <unsigned char>text[place]
            if 48 <= character <= 57:
                digit = character - 48
            elif base == 16 and 97 <= (character | 32) <= 102:
                digit = (character | 32) - 87
            else:
                break
            if digit >= base:
                return False
            number = number * base + digit
            if number >> 32:
                return False
            any_digit = True
            place += 1
        if not any_digit:
            return False
        if place == size:
            # What is left is filled by the last number: 32 bits, 24, 16 or 8.
            if number >> (32 - 8 * part):
                return False
            address[0] = result | <uint32_t>number
            return True
        if text[place] != c'.' or part == 3 or number > 255:
            return False
        result |= <uint32_t>number << (24 - 8 * part)
        part += 1
        place += 1


cdef inline bint parse_groups(const char *text, size_t size, uint64_t *high, uint64_t *low) noexcept nogil:
    """Read IPv6 as ``inet_pton`` does."""
    cdef uint16_t groups[8]
    cdef int count = 0, gap = -1, digits, i, moved
    cdef size_t place = 0, begin
    cdef uint32_t number = 0, quad = 0
    cdef unsigned char character
    if size < 2:
        return False
    if text[0] == c':':
        if text[1] != c':':
            return False
        gap = 0
        place = 2
    while place < size:
        if count == 8:
            return False
        begin = place
        number = 0
        digits = 0
        while place < size:
            character = <unsigned char>text[place]
            if 48 <= character <= 57:
                number = number << 4 | <uint32_t>(character - 48)
            elif 97 <= (character | 32) <= 102:
                number = number << 4 | <uint32_t>((character | 32) - 87)
            else:
                break
            digits += 1
            if digits > 4:
                return False
            place += 1
        if digits == 0:
            return False
        if place < size and text[place] == c'.':
            if count > 6 or not parse_quad(text + begin, size - begin, &quad):
                return False
            groups[count] = <uint16_t>(quad >> 16)
            groups[count + 1] = <uint16_t>(quad & 0xFFFF)
            count += 2
            place = size
            break
        groups[count] = <uint16_t>number
        count += 1
        if place == size:
            break
        if text[place] != c':':
            return False
        place += 1
        if place == size:
            return False
        if text[place] == c':':
            if gap >= 0:
                return False
            gap = count
            place += 1
    if gap >= 0:
        # '::' stands for at least one group.
        if count == 8:
            return False
        moved = count - gap
        for i in range(moved):
            groups[7 - i] = groups[count - 1 - i]
        for i in range(gap, 8 - moved):
            groups[i] = 0
    elif count != 8:
        return False
    high[0] = <uint64_t>groups[0] << 48 | <uint64_t>groups[1] << 32 | <uint64_t>groups[2] << 16 | groups[3]
    low[0] = <uint64_t>groups[4] << 48 | <uint64_t>groups[5] << 32 | <uint64_t>groups[6] << 16 | groups[7]
    return True


cdef inline bint scope_accepted(const char *scope, size_t size, uint64_t high) noexcept nogil:
    """Say whether what follows '%' is a scope that can be dropped."""
    cdef uint64_t number = 0
    cdef size_t place
    cdef bint link_local = (high >> 54) == 0x3FA
    cdef bint link_multicast = (high >> 56) == 0xFF and ((high >> 48) & 15) in (1, 2)
    if size == 2 and scope[0] == c'l' and scope[1] == c'o':
        return link_local or link_multicast
    for place in range(size):
        if not 48 <= scope[place] <= 57:
            return False
        number = number * 10 + <uint64_t>(scope[place] - 48)
        if number >> 32:
            return False
    return size > 0


cdef inline void to_plain(Source *source) noexcept nogil:
    """Make an IPv4-mapped address IPv4."""
    if source.family == 6 and source.high == 0 and (source.low >> 32) == 0xFFFF:
        source.low = <uint32_t>source.low
        source.family = 4


cdef inline void parse_other(const char *text, size_t size, Source *source) noexcept nogil:
    """Read anything but a plain dotted quad."""
    cdef uint32_t address = 0
    cdef size_t place, end
    source.family = 0
    source.high = 0
    source.low = 0
    if size > MAX_SOURCE_TEXT:
        return
    if size >= 2 and text[0] == c'[' and text[size - 1] == c']':
        text += 1
        size -= 2
    end = size
    for place in range(size):
        if text[place] == c'%':
            end = place
            break
    if parse_groups(text, end, &source.high, &source.low):
        if end == size or scope_accepted(text + end + 1, size - end - 1, source.high):
            source.family = 6
            to_plain(source)
    elif end == size and parse_numbers(text, size, &address):
        source.low = address
        source.family = 4


cdef inline uint64_t read_quad(const char *text, size_t size, int way) noexcept nogil:
    """Read as ``parse_quad``, one of three ways; SIP_NO_QUAD where there is none."""
    cdef uint32_t address = 0
    if way == <int>SIP_BY_REGISTERS:
        return sip_quad_by_registers(text, size)
    if way == <int>SIP_BY_WORDS:
        return sip_quad_by_words(text, size)
    return address if parse_quad(text, size, &address) else SIP_NO_QUAD


cdef inline bint read_plain(const char *text, size_t size, int way, Source *source) noexcept nogil:
    """Read the usual forms, one of three ways; False where ``parse_other`` has to look at the text."""
    cdef uint64_t quad = read_quad(text, size, way)
    if quad != SIP_NO_QUAD:
        source.high = 0
        source.low = quad
        source.family = 4
        return True
    if way != <int>SIP_BY_CHARACTERS and sip_groups(text, size, way, &source.high, &source.low):
        source.family = 6
        to_plain(source)
        return True
    return False


cdef inline void parse_source(const char *text, size_t size, Source *source) noexcept nogil:
    """Read a source address; ``family`` is 0 if the text isn't one."""
    if not read_plain(text, size, sip_address_way, source):
        parse_other(text, size, source)
