/* How many of a leaf's eight boundaries, which ascend, are at or below a number; see _address_tables.pxd.

   All at once, in vectors that every compiler lowers to the machine's (SSE2, NEON).  As a loop over uint16_t it isn't
   only slower: gcc 12 vectorizes some callers of it wrongly at -O3 (basic block vectorization). */

#ifndef IDENTIFY_ADDRESS_LEAF_H
#define IDENTIFY_ADDRESS_LEAF_H

#include <stdint.h>
#include <string.h>

typedef uint16_t identify_v8u16 __attribute__((vector_size(16)));
typedef uint32_t identify_v4u32 __attribute__((vector_size(16)));
typedef uint64_t identify_v2u64 __attribute__((vector_size(16)));

#if defined(__SSE2__)
#include <emmintrin.h>

static inline uint32_t identify_count_small(const void *boundaries, uint16_t number)
{
  /* What isn't above the number becomes 0 by saturation: two bits of the mask for each, from the lowest on. */
  __m128i given = _mm_loadu_si128((const __m128i *)boundaries);
  __m128i above = _mm_subs_epu16(given, _mm_set1_epi16((short)number));
  unsigned mask = (unsigned)_mm_movemask_epi8(_mm_cmpeq_epi16(above, _mm_setzero_si128()));
  return (uint32_t)__builtin_ctz(~mask) >> 1;
}

#else

static inline uint32_t identify_count_small(const void *boundaries, uint16_t number)
{
  identify_v8u16 given, all = {number, number, number, number, number, number, number, number};
  identify_v2u64 below;
  memcpy(&given, boundaries, sizeof given);
  /* Lanes of 1; four of them are added up by the multiplication. */
  below = (identify_v2u64)((identify_v8u16)(given <= all) & 1);
  return (uint32_t)(((below[0] + below[1]) * UINT64_C(0x0001000100010001)) >> 48);
}

#endif

static inline uint32_t identify_count_wide(const void *boundaries, uint32_t number)
{
  identify_v4u32 first, second, all = {number, number, number, number};
  identify_v2u64 below;
  uint64_t lanes;
  memcpy(&first, boundaries, sizeof first);
  memcpy(&second, (const char *)boundaries + sizeof first, sizeof second);
  below = (identify_v2u64)(((identify_v4u32)(first <= all) & 1) + ((identify_v4u32)(second <= all) & 1));
  lanes = below[0] + below[1];
  return (uint32_t)(lanes + (lanes >> 32));
}

#endif
