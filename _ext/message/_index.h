/* Bitmaps over the head of a message: where its special bytes are, and where its lines end.
 *
 * A special byte is any but letters, digits, '-', '.' and '_', which stand in all classes of _chars.h that hold letters: so
 * a run of any of these classes ends at a special byte, and the next one is found by counting zeros.  An end is any
 * byte up to CR, so also NUL and TAB; who wants a line's end looks what it is.
 *
 * The widest instructions that the machine has are chosen once, while a module is imported.  Machines whose words
 * begin with their highest byte get an empty index, which is always right: it says nothing about the bytes behind it.
 */
#ifndef SIP_IDENTIFY_INDEX_H
#define SIP_IDENTIFY_INDEX_H

#include <stdint.h>
#include <string.h>

#include "_scan.h"

#if defined(__SSE2__)
#include <immintrin.h>
#elif defined(__aarch64__)
#include <arm_neon.h>
#endif

#if defined(__BYTE_ORDER__) && __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
#define SIP_INDEX_LIMIT 4096
#else
#define SIP_INDEX_LIMIT 0
#endif

#define SIP_INDEX_WORDS 64

typedef struct {
    /* Bytes that are indexed; behind them all bits of two words are set, so that every search ends. */
    uint32_t length;
    uint64_t special[SIP_INDEX_WORDS + 2];
    uint64_t ends[SIP_INDEX_WORDS + 2];
} sip_index;

static inline int sip_is_plain(uint8_t byte)
{
    return (uint8_t)((byte | 0x20) - 'a') < 26 || (uint8_t)(byte - '0') < 10 || byte == '-' || byte == '.' || byte == '_';
}

/* Each of these makes the bits of 64 bytes. */
static inline void sip_block_plain(const uint8_t *bytes, uint64_t *special, uint64_t *ends)
{
    uint64_t specials = 0, line_ends = 0;
    for (int i = 0; i < 64; i++) {
        specials |= (uint64_t)!sip_is_plain(bytes[i]) << i;
        line_ends |= (uint64_t)(bytes[i] <= '\r') << i;
    }
    *special = specials;
    *ends = line_ends;
}

#if defined(__SSE2__)

static inline void sip_block_usual(const uint8_t *bytes, uint64_t *special, uint64_t *ends)
{
    uint64_t plain = 0, line_ends = 0;
    for (int i = 0; i < 64; i += 16) {
        __m128i some = _mm_loadu_si128((const __m128i *)(bytes + i));
        /* Adding 127 - 'z' makes the bytes up to 'z' the largest signed ones; the 26 largest of them are letters. */
        __m128i letters = _mm_cmpgt_epi8(
            _mm_add_epi8(_mm_or_si128(some, _mm_set1_epi8(0x20)), _mm_set1_epi8(127 - 'z')), _mm_set1_epi8(127 - 26));
        __m128i digits = _mm_cmpgt_epi8(_mm_add_epi8(some, _mm_set1_epi8(127 - '9')), _mm_set1_epi8(127 - 10));
        __m128i marks = _mm_cmpgt_epi8(_mm_add_epi8(some, _mm_set1_epi8(127 - '.')), _mm_set1_epi8(127 - 2));
        __m128i underscores = _mm_cmpeq_epi8(some, _mm_set1_epi8('_'));
        __m128i low = _mm_cmpeq_epi8(_mm_min_epu8(some, _mm_set1_epi8('\r')), some);
        plain |= (uint64_t)(unsigned)_mm_movemask_epi8(
                     _mm_or_si128(_mm_or_si128(letters, digits), _mm_or_si128(marks, underscores)))
                 << i;
        line_ends |= (uint64_t)(unsigned)_mm_movemask_epi8(low) << i;
    }
    *special = ~plain;
    *ends = line_ends;
}

/* By the nibbles of a byte: a bit for each group of columns of the ASCII table that has one set of plain rows. */
__attribute__((target("avx2"))) static inline void sip_block_wide(const uint8_t *bytes, uint64_t *special, uint64_t *ends)
{
    /* 1: "-.", 2: digits, 4: "A-Oa-o", 8: "P-Z_", 16: "p-z". */
    const __m256i low_nibbles = _mm256_broadcastsi128_si256(
        _mm_setr_epi8(26, 30, 30, 30, 30, 30, 30, 30, 30, 30, 28, 4, 4, 5, 5, 12));
    const __m256i high_nibbles
        = _mm256_broadcastsi128_si256(_mm_setr_epi8(0, 0, 1, 2, 4, 8, 4, 16, 0, 0, 0, 0, 0, 0, 0, 0));
    const __m256i nibble = _mm256_set1_epi8(15), carriage_return = _mm256_set1_epi8('\r');
    uint64_t specials = 0, line_ends = 0;
    for (int i = 0; i < 64; i += 32) {
        __m256i some = _mm256_loadu_si256((const __m256i *)(bytes + i));
        /* A byte above 127 selects 0. */
        __m256i low = _mm256_shuffle_epi8(low_nibbles, some);
        __m256i high = _mm256_shuffle_epi8(high_nibbles, _mm256_and_si256(_mm256_srli_epi16(some, 4), nibble));
        __m256i other = _mm256_cmpeq_epi8(_mm256_and_si256(low, high), _mm256_setzero_si256());
        __m256i end = _mm256_cmpeq_epi8(_mm256_min_epu8(some, carriage_return), some);
        specials |= (uint64_t)(uint32_t)_mm256_movemask_epi8(other) << i;
        line_ends |= (uint64_t)(uint32_t)_mm256_movemask_epi8(end) << i;
    }
    *special = specials;
    *ends = line_ends;
}

#elif defined(__aarch64__)

/* Bit i is bit 0 of byte i; all bytes are 0 or 255. */
static inline uint64_t sip_bits_of(uint8x16_t a, uint8x16_t b, uint8x16_t c, uint8x16_t d)
{
    static const uint8_t weights[16] = {1, 2, 4, 8, 16, 32, 64, 128, 1, 2, 4, 8, 16, 32, 64, 128};
    uint8x16_t weight = vld1q_u8(weights);
    uint8x16_t first = vpaddq_u8(vandq_u8(a, weight), vandq_u8(b, weight));
    uint8x16_t second = vpaddq_u8(vandq_u8(c, weight), vandq_u8(d, weight));
    uint8x16_t sum = vpaddq_u8(first, second);
    return vgetq_lane_u64(vreinterpretq_u64_u8(vpaddq_u8(sum, sum)), 0);
}

static inline uint8x16_t sip_specials_of(uint8x16_t some)
{
    uint8x16_t letters = vcltq_u8(vsubq_u8(vorrq_u8(some, vdupq_n_u8(0x20)), vdupq_n_u8('a')), vdupq_n_u8(26));
    uint8x16_t digits = vcltq_u8(vsubq_u8(some, vdupq_n_u8('0')), vdupq_n_u8(10));
    uint8x16_t marks = vcltq_u8(vsubq_u8(some, vdupq_n_u8('-')), vdupq_n_u8(2));
    uint8x16_t underscores = vceqq_u8(some, vdupq_n_u8('_'));
    return vmvnq_u8(vorrq_u8(vorrq_u8(letters, digits), vorrq_u8(marks, underscores)));
}

static inline void sip_block_usual(const uint8_t *bytes, uint64_t *special, uint64_t *ends)
{
    uint8x16_t a = vld1q_u8(bytes), b = vld1q_u8(bytes + 16), c = vld1q_u8(bytes + 32), d = vld1q_u8(bytes + 48);
    uint8x16_t carriage_return = vdupq_n_u8('\r');
    *special = sip_bits_of(sip_specials_of(a), sip_specials_of(b), sip_specials_of(c), sip_specials_of(d));
    *ends = sip_bits_of(vcleq_u8(a, carriage_return), vcleq_u8(b, carriage_return), vcleq_u8(c, carriage_return),
                        vcleq_u8(d, carriage_return));
}

#else
#define sip_block_usual sip_block_plain
#endif

/* Index [0, size) of a message, up to SIP_INDEX_LIMIT and no block of 64 bytes further than the first empty line. */
#define SIP_INDEX_BODY(block)                                                                        \
    uint64_t ends;                                                                                   \
    uint32_t at = 0, word = 0;                                                                       \
    if (size > SIP_INDEX_LIMIT)                                                                      \
        size = SIP_INDEX_LIMIT;                                                                      \
    while (size - at >= 64) {                                                                        \
        block(bytes + at, &index->special[word], &index->ends[word]);                                \
        ends = index->ends[word];                                                                    \
        word++;                                                                                      \
        at += 64;                                                                                    \
        /* Four ends in a row; that they aren't seen where they lie in two blocks does no harm. */       \
        ends &= ends >> 1;                                                                           \
        if (ends & ends >> 2)                                                                        \
            goto done;                                                                               \
    }                                                                                                \
    if (at < size) {                                                                                 \
        uint8_t rest[64];                                                                            \
        memset(rest, 'a', 64);                                                                       \
        memcpy(rest, bytes + at, size - at);                                                         \
        block(rest, &index->special[word], &index->ends[word]);                                      \
        word++;                                                                                      \
        at = size;                                                                                   \
    }                                                                                                \
done:                                                                                                \
    index->special[word] = index->special[word + 1] = ~(uint64_t)0;                                  \
    index->ends[word] = index->ends[word + 1] = ~(uint64_t)0;                                        \
    index->length = at;

static inline void sip_index_plain(sip_index *index, const uint8_t *bytes, uint32_t size)
{
    SIP_INDEX_BODY(sip_block_plain)
}

static inline void sip_index_usual(sip_index *index, const uint8_t *bytes, uint32_t size)
{
    SIP_INDEX_BODY(sip_block_usual)
}

#if defined(__SSE2__)
__attribute__((target("avx2"))) static inline void sip_index_wide(sip_index *index, const uint8_t *bytes, uint32_t size)
{
    SIP_INDEX_BODY(sip_block_wide)
}

static inline int sip_has_wide(void)
{
    return __builtin_cpu_supports("avx2") != 0;
}
#else
#define sip_index_wide sip_index_usual

static inline int sip_has_wide(void)
{
    return 0;
}
#endif

typedef void (*sip_index_function)(sip_index *index, const uint8_t *bytes, uint32_t size);

static inline sip_index_function sip_index_chosen(void)
{
    return sip_has_wide() ? sip_index_wide : sip_index_usual;
}

static inline uint32_t sip_next_far(const uint64_t *bits, uint32_t at)
{
    uint64_t word;
    do {
        at = (at & ~(uint32_t)7) + 64;
        memcpy(&word, (const uint8_t *)bits + (at >> 3), 8);
    } while (!word);
    return at + (uint32_t)__builtin_ctzll(word);
}

/* The first set bit at or behind `at`, which is at most the index's length. */
static inline uint32_t sip_next(const uint64_t *bits, uint32_t at)
{
    uint64_t word;
    memcpy(&word, (const uint8_t *)bits + (at >> 3), 8);
    word >>= at & 7;
    if (__builtin_expect(word != 0, 1))
        return at + (uint32_t)__builtin_ctzll(word);
    return sip_next_far(bits, at);
}

/* How many bits of a word are set. */
static inline uint32_t sip_count_word(uint64_t word)
{
    word -= word >> 1 & 0x5555555555555555u;
    word = (word & 0x3333333333333333u) + (word >> 2 & 0x3333333333333333u);
    return (uint32_t)(((word + (word >> 4)) & 0x0F0F0F0F0F0F0F0Fu) * 0x0101010101010101u >> 56);
}

/* How many bits are set in [at, end), which isn't empty and lies within the index. */
static inline uint32_t sip_count(const uint64_t *bits, uint32_t at, uint32_t end)
{
    uint32_t word = at >> 6, last = (end - 1) >> 6, count = 0;
    uint64_t some = bits[word] & ~(uint64_t)0 << (at & 63);
    for (; word < last; some = bits[++word])
        count += sip_count_word(some);
    return count + sip_count_word(some & ~(uint64_t)0 >> (63 - ((end - 1) & 63)));
}

/* The number in [place - length, place), all of which must be digits, of 1 to 8 digits; UINT32_MAX otherwise.
 * The eight bytes before `place` must be readable. */
static inline uint32_t sip_digits_before(const uint8_t *place, uint32_t length)
{
    uint64_t word, keep;
    if (length - 1 > 7)
        return UINT32_MAX;
    keep = ~(uint64_t)0 << (64 - 8 * length);
    word = (sip_word_at(place - 8) & keep) | (~keep & 0x3030303030303030u);
    if (((word & 0xF0F0F0F0F0F0F0F0u) | ((word + 0x0606060606060606u) & 0xF0F0F0F0F0F0F0F0u) >> 4) != 0x3333333333333333u)
        return UINT32_MAX;
    word -= 0x3030303030303030u;
    word = word * 10 + (word >> 8);
    return (uint32_t)(((word & 0x000000FF000000FFu) * 0x000F424000000064u
                       + (word >> 16 & 0x000000FF000000FFu) * 0x0000271000000001u)
                      >> 32);
}

#endif
