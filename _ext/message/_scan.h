/* Search for ends: of a line, of a run of characters; 16 bytes a step where that pays.
 *
 * SSE2 is part of every x86-64 and NEON of every arm64, so nothing is chosen at run time; other machines, and the last
 * bytes everywhere, go the plain way.
 */
#ifndef SIP_IDENTIFY_SCAN_H
#define SIP_IDENTIFY_SCAN_H

#include <stdint.h>
#include <string.h>

#include "_chars.h"

#if defined(__SSE2__)
#include <emmintrin.h>
#elif defined(__aarch64__)
#include <arm_neon.h>
#endif

/* Eight bytes as a number of the machine's. */
static inline uint64_t sip_word_at(const uint8_t *place)
{
    uint64_t word;
    memcpy(&word, place, 8);
    return word;
}

/* The `rest` bytes before `end`, 1 to 7 of them, as a number of the machine's with zeros behind them; `size` bytes before
 * `end` are readable. */
static inline uint64_t sip_rest_word(const uint8_t *end, uint32_t rest, uint32_t size)
{
    uint64_t word = 0;
#if defined(__BYTE_ORDER__) && __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
    uint32_t first, last;
    if (size >= 8)
        return sip_word_at(end - 8) >> (64 - 8 * rest);
    if (rest >= 4) {
        memcpy(&first, end - rest, 4);
        memcpy(&last, end - 4, 4);
        return first | (uint64_t)last << (8 * rest - 32);
    }
    word = end[-(int)rest] | (uint64_t)end[-(int)(rest - rest / 2)] << (8 * (rest / 2)) | (uint64_t)end[-1] << (8 * (rest - 1));
#else
    memcpy(&word, end - rest, rest);
#endif
    return word;
}

/* Has a word a byte of 0; a byte below 14; the letters of a word in lower case.  Any order of bytes will do. */
static inline int sip_word_has_zero(uint64_t word)
{
    return ((word - 0x0101010101010101u) & ~word & 0x8080808080808080u) != 0;
}

static inline int sip_word_has_control(uint64_t word)
{
    return ((word - 0x0E0E0E0E0E0E0E0Eu) & ~word & 0x8080808080808080u) != 0;
}

static inline uint64_t sip_word_lower(uint64_t word)
{
    /* The highest bit of each byte of `from_a` is set from 'A' on, that of `behind_z` behind 'Z'. */
    uint64_t low = word & 0x7F7F7F7F7F7F7F7Fu;
    uint64_t from_a = low + 0x3F3F3F3F3F3F3F3Fu, behind_z = low + 0x2525252525252525u;
    return word | (from_a & ~behind_z & ~word & 0x8080808080808080u) >> 2;
}

/* Has [text, text + size) no byte below 14, so neither a NUL nor a line end? */
static inline int sip_is_one_line(const uint8_t *text, uint32_t size)
{
    uint32_t at = 0;
    if (size >= 8) {
        for (; at + 8 < size; at += 8)
            if (sip_word_has_control(sip_word_at(text + at)))
                return 0;
        return !sip_word_has_control(sip_word_at(text + size - 8));
    }
    for (; at < size; at++)
        if (text[at] < 14)
            return 0;
    return 1;
}

/* Has [text, text + size) no byte that might have to be resolved or end it: '%', ';', NUL? */
static inline int sip_is_bare(const uint8_t *text, uint32_t size)
{
    uint32_t at = 0;
    for (; size - at >= 8; at += 8) {
        uint64_t word = sip_word_at(text + at);
        if (sip_word_has_zero(word) || sip_word_has_zero(word ^ 0x2525252525252525u)
            || sip_word_has_zero(word ^ 0x3B3B3B3B3B3B3B3Bu))
            return 0;
    }
    for (; at < size; at++)
        if (text[at] == '%' || text[at] == ';' || text[at] == 0)
            return 0;
    return 1;
}

/* Copy [text, text + size) with its letters in lower case. */
static inline void sip_copy_lower(uint8_t *copy, const uint8_t *text, uint32_t size)
{
    uint32_t at = 0;
    for (; size - at >= 8; at += 8) {
        uint64_t word = sip_word_lower(sip_word_at(text + at));
        memcpy(copy + at, &word, 8);
    }
    for (; at < size; at++)
        copy[at] = text[at] >= 'A' && text[at] <= 'Z' ? text[at] | 0x20 : text[at];
}

/* The first CR, LF or NUL in [place, end), or end. */
static inline const uint8_t *sip_find_line_end(const uint8_t *place, const uint8_t *end)
{
#if defined(__SSE2__)
    while (end - place >= 16) {
        __m128i bytes = _mm_loadu_si128((const __m128i *)place);
        __m128i found = _mm_or_si128(_mm_cmpeq_epi8(bytes, _mm_set1_epi8('\r')),
                                     _mm_or_si128(_mm_cmpeq_epi8(bytes, _mm_set1_epi8('\n')),
                                                  _mm_cmpeq_epi8(bytes, _mm_setzero_si128())));
        unsigned mask = (unsigned)_mm_movemask_epi8(found);
        if (mask)
            return place + __builtin_ctz(mask);
        place += 16;
    }
#elif defined(__aarch64__)
    while (end - place >= 16) {
        uint8x16_t bytes = vld1q_u8(place);
        uint8x16_t found = vorrq_u8(vceqq_u8(bytes, vdupq_n_u8('\r')),
                                    vorrq_u8(vceqq_u8(bytes, vdupq_n_u8('\n')), vceqzq_u8(bytes)));
        /* Four bits a byte: the lowest set one tells the place. */
        uint64_t mask = vget_lane_u64(vreinterpret_u64_u8(vshrn_n_u16(vreinterpretq_u16_u8(found), 4)), 0);
        if (mask)
            return place + (__builtin_ctzll(mask) >> 2);
        place += 16;
    }
#endif
    while (place < end && *place != '\r' && *place != '\n' && *place != 0)
        place++;
    return place;
}

/* The first byte of [place, end) that is in none of the classes, or end. */
static inline const uint8_t *sip_run_end(const uint8_t *place, const uint8_t *end, unsigned bits)
{
    while (end - place >= 4) {
        if (!(sip_class[place[0]] & bits))
            return place;
        if (!(sip_class[place[1]] & bits))
            return place + 1;
        if (!(sip_class[place[2]] & bits))
            return place + 2;
        if (!(sip_class[place[3]] & bits))
            return place + 3;
        place += 4;
    }
    while (place < end && sip_class[*place] & bits)
        place++;
    return place;
}

/* As sip_run_end, for classes that hold all letters, digits, '-' and '.', where runs of many bytes are expected. */
static inline const uint8_t *sip_long_run_end(const uint8_t *place, const uint8_t *end, unsigned bits)
{
#if defined(__SSE2__)
    while (end - place >= 16) {
        __m128i bytes = _mm_loadu_si128((const __m128i *)place);
        /* Adding 127 - 'z' makes the bytes up to 'z' the largest signed ones; the 26 largest of them are letters. */
        __m128i letters = _mm_cmpgt_epi8(
            _mm_add_epi8(_mm_or_si128(bytes, _mm_set1_epi8(0x20)), _mm_set1_epi8(127 - 'z')), _mm_set1_epi8(127 - 26));
        __m128i digits = _mm_cmpgt_epi8(_mm_add_epi8(bytes, _mm_set1_epi8(127 - '9')), _mm_set1_epi8(127 - 10));
        __m128i marks = _mm_cmpgt_epi8(_mm_add_epi8(bytes, _mm_set1_epi8(127 - '.')), _mm_set1_epi8(127 - 2));
        unsigned other = (unsigned)_mm_movemask_epi8(_mm_or_si128(letters, _mm_or_si128(digits, marks))) ^ 0xFFFF;
        if (other) {
            place += __builtin_ctz(other);
            if (!(sip_class[*place] & bits))
                return place;
            break;
        }
        place += 16;
    }
#endif
    return sip_run_end(place, end, bits);
}

#endif
