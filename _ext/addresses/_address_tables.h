/* How many numbers of a short array aren't above another: all are compared, four at a time where that is possible. */
#ifndef SIP_IDENTIFY_ADDRESS_TABLES_H
#define SIP_IDENTIFY_ADDRESS_TABLES_H

#include <stdint.h>

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

/* *number* is a multiple of four. */
static inline uint32_t sip_count_up_to(const uint32_t *numbers, uint32_t number, uint32_t limit)
{
    uint32_t i;
#if defined(__SSE2__)
    /* There is only a comparison of signed numbers: it holds for unsigned ones with the highest bit turned. */
    const __m128i turned = _mm_set1_epi32((int)0x80000000u);
    const __m128i wanted = _mm_xor_si128(_mm_set1_epi32((int)limit), turned);
    __m128i above = _mm_setzero_si128();
    for (i = 0; i < number; i += 4) {
        __m128i four = _mm_loadu_si128((const __m128i *)(numbers + i));
        above = _mm_add_epi32(above, _mm_cmpgt_epi32(_mm_xor_si128(four, turned), wanted));
    }
    above = _mm_add_epi32(above, _mm_shuffle_epi32(above, 0x4E));
    above = _mm_add_epi32(above, _mm_shuffle_epi32(above, 0xB1));
    return number + (uint32_t)_mm_cvtsi128_si32(above);
#else
    uint32_t count = 0;
    for (i = 0; i < number; i++)
        count += numbers[i] <= limit;
    return count;
#endif
}

#endif
