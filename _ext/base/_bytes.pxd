"""Numbers of either byte order at any address; inline."""

from libc.stdint cimport uint8_t, uint16_t, uint32_t, uint64_t


cdef inline uint16_t big16(const uint8_t *place) noexcept nogil:
    return <uint16_t>(<uint32_t>place[0] << 8 | place[1])


cdef inline uint32_t big32(const uint8_t *place) noexcept nogil:
    return <uint32_t>place[0] << 24 | <uint32_t>place[1] << 16 | <uint32_t>place[2] << 8 | place[3]


cdef inline uint64_t big64(const uint8_t *place) noexcept nogil:
    return <uint64_t>big32(place) << 32 | big32(place + 4)


cdef inline uint16_t little16(const uint8_t *place) noexcept nogil:
    return <uint16_t>(<uint32_t>place[1] << 8 | place[0])


cdef inline uint32_t little32(const uint8_t *place) noexcept nogil:
    return <uint32_t>place[3] << 24 | <uint32_t>place[2] << 16 | <uint32_t>place[1] << 8 | place[0]
