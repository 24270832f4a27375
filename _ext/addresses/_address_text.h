/* Plain forms of source addresses, read without branches that depend on the characters: a dotted quad, and IPv6 in
 * hexadecimal groups.
 *
 * Random octets cost a reader that goes character by character some ten to fifteen nanoseconds of wrongly foreseen
 * branches, random groups up to a hundred.  Here every text of one length takes the same way.  What isn't of the plain
 * form is refused and left to the readers in _address_text.pxd; what they and these accept, they read alike.
 *
 * Each form has a way by SIMD registers and one by 64-bit words:
 *
 *   quad    SSSE3 (pshufb), chosen when a module is loaded, or words
 *   groups  SSE2, which every x86-64 has, or words
 *
 * Machines of the other byte order have neither and read character by character.
 *
 * No byte outside of [text, text + size) is read: texts shorter than a register are put together of two overlapping
 * loads.
 */
#ifndef SIP_IDENTIFY_ADDRESS_TEXT_H
#define SIP_IDENTIFY_ADDRESS_TEXT_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#if defined(__x86_64__)
#include <tmmintrin.h>
#endif

/* Ways to read. */
#define SIP_BY_CHARACTERS 0
#define SIP_BY_WORDS 1
#define SIP_BY_REGISTERS 2

__extension__ typedef unsigned __int128 sip_bytes16;

/* The fastest way that this machine has, set when a module is loaded. */
static int sip_address_way = SIP_BY_CHARACTERS;

#define SIP_EACH(value) ((uint64_t)(value) * 0x0101010101010101u)

/* The bytes of a text of 2 to 15 in the order of memory, zeros behind. */
static inline sip_bytes16 sip_load_short(const char *text, size_t size)
{
    uint64_t first, second = 0;
    uint32_t front, back;
    if (size >= 8) {
        memcpy(&first, text, 8);
        memcpy(&second, text + size - 8, 8);
        /* In two steps: of 8 bytes nothing is left, and a shift by 64 isn't defined. */
        second = (second >> (8 * (15 - size))) >> 8;
    } else if (size >= 4) {
        memcpy(&front, text, 4);
        memcpy(&back, text + size - 4, 4);
        first = front | (uint64_t)back << (8 * (size - 4));
    } else {
        first = (uint8_t)text[0] | (uint64_t)(uint8_t)text[1] << 8;
        first |= (uint64_t)(uint8_t)text[size - 1] << (8 * (size - 1));
    }
    return (sip_bytes16)second << 64 | first;
}

/* One bit for each byte of a word that has its highest bit set; no other bits may be set. */
static inline uint64_t sip_gather_bits(uint64_t highest)
{
    return ((highest >> 7) * 0x0102040810204080u) >> 56;
}

/* The highest bit of each byte that equals a character. */
static inline uint64_t sip_equal_bytes(uint64_t word, char character)
{
    uint64_t rest = word ^ SIP_EACH((uint8_t)character);
    return ~(((rest & SIP_EACH(0x7F)) + SIP_EACH(0x7F)) | rest | SIP_EACH(0x7F));
}

/* ------------------------------------------------------------------ dotted quads */

/* A quad's shape is the set of the places of its dots and of its end, as bits.  There are 81, and the upper eight bits
 * of this product tell them all apart. */
#define SIP_SHAPES 256
#define SIP_SHAPE_SLOT(shape) ((uint32_t)(shape) * 0x86E5B70Du >> 24)

/* The shape in each slot, 0 for none. */
static uint16_t sip_shapes[SIP_SHAPES];
/* Where a quad of the shape has its digits: for each octet hundreds, tens, ones and nothing, 0x80 for none. */
static uint8_t sip_digit_places[SIP_SHAPES][16];

/* What the readers of quads return, in a register, where there is none; otherwise the address. */
#define SIP_NO_QUAD ((uint64_t)1 << 32)

static inline uint64_t sip_quad_by_words(const char *text, size_t size)
{
    static const uint32_t least[4] = {0, 0, 10, 100};
    sip_bytes16 bytes;
    uint32_t shape, result = 0, bad = 0, start = 0;
    int octet;
    if (size < 7 || size > 15)
        return SIP_NO_QUAD;
    bytes = sip_load_short(text, size);
    shape = (uint32_t)sip_gather_bits(sip_equal_bytes((uint64_t)bytes, '.'))
            | (uint32_t)sip_gather_bits(sip_equal_bytes((uint64_t)(bytes >> 64), '.')) << 8 | (uint32_t)1 << size;
    if (sip_shapes[SIP_SHAPE_SLOT(shape)] != shape)
        return SIP_NO_QUAD;
    for (octet = 0; octet < 4; octet++) {
        uint32_t end = (uint32_t)__builtin_ctz(shape);
        uint32_t length = end - start;
        /* The last digit in the highest byte, zeros below the first. */
        uint32_t digits = ((uint32_t)(bytes >> (8 * start)) ^ 0x30303030u) << (8 * (4 - length));
        uint32_t value = (digits >> 24) + (digits >> 16 & 0xFF) * 10 + (digits >> 8 & 0xFF) * 100;
        bad |= ((digits + 0x76767676u) | digits) & 0x80808080u;
        bad |= (uint32_t)(value > 255) | (uint32_t)(value < least[length]);
        result = result << 8 | (value & 0xFF);
        shape &= shape - 1;
        start = end + 1;
    }
    return bad ? SIP_NO_QUAD : result;
}

#if defined(__x86_64__)

__attribute__((target("ssse3"))) static inline uint64_t sip_quad_by_registers(const char *text, size_t size)
{
    sip_bytes16 bytes;
    __m128i digits, values, bad;
    uint32_t shape, starts, zeros;
    if (size < 7 || size > 15)
        return SIP_NO_QUAD;
    bytes = sip_load_short(text, size);
    digits = _mm_set_epi64x((long long)(bytes >> 64), (long long)bytes);
    shape = (uint32_t)_mm_movemask_epi8(_mm_cmpeq_epi8(digits, _mm_set1_epi8('.'))) | (uint32_t)1 << size;
    /* A zero that begins an octet of more digits makes it octal. */
    starts = (shape << 1 | 1) & ~(shape >> 1);
    zeros = (uint32_t)_mm_movemask_epi8(_mm_cmpeq_epi8(digits, _mm_set1_epi8('0'))) & starts;
    digits = _mm_sub_epi8(digits, _mm_set1_epi8('0'));
    digits = _mm_shuffle_epi8(digits, _mm_loadu_si128((const __m128i *)sip_digit_places[SIP_SHAPE_SLOT(shape)]));
    /* Hundreds and tens, ones; then their sums in lanes of 32 bits. */
    values = _mm_maddubs_epi16(digits, _mm_set1_epi32(0x00010A64));
    values = _mm_madd_epi16(values, _mm_set1_epi16(1));
    bad = _mm_or_si128(_mm_subs_epu8(digits, _mm_set1_epi8(9)), _mm_cmpgt_epi32(values, _mm_set1_epi32(255)));
    /* The octets, the first one highest. */
    values = _mm_shuffle_epi8(values, _mm_set1_epi32(0x0004080C));
    if (sip_shapes[SIP_SHAPE_SLOT(shape)] != shape || zeros
        || _mm_movemask_epi8(_mm_cmpeq_epi8(bad, _mm_setzero_si128())) != 0xFFFF)
        return SIP_NO_QUAD;
    return (uint32_t)_mm_cvtsi128_si32(values);
}

#else
#define sip_quad_by_registers sip_quad_by_words
#endif

/* ------------------------------------------------------------------ IPv6 in hexadecimal groups */

/* Eight groups of four digits and seven colons. */
#define SIP_LONGEST_GROUPS 39
#define SIP_GROUPS_ROOM 48

/* The text's bytes, zeros behind; returns whether there can be as many. */
static inline int sip_copy_groups(const char *text, size_t size, uint8_t *bytes)
{
    sip_bytes16 part;
    size_t middle;
    if (size < 2 || size > SIP_LONGEST_GROUPS)
        return 0;
    memset(bytes, 0, SIP_GROUPS_ROOM);
    if (size < 16) {
        part = sip_load_short(text, size);
        memcpy(bytes, &part, 16);
    } else {
        /* Three parts that overlap, unless there are more than 32 bytes. */
        middle = size - 16 < 16 ? size - 16 : 16;
        memcpy(bytes, text, 16);
        memcpy(bytes + middle, text + middle, 16);
        memcpy(bytes + size - 16, text + size - 16, 16);
    }
    return 1;
}

/* Make digits of characters, in place; returns the places of the colons, in *others* those of what is neither. */
static inline uint64_t sip_digits_by_words(uint8_t *bytes, uint64_t *others)
{
    uint64_t colons = 0, known = 0, wide = 0;
    int part;
    for (part = 0; part < 5; part++) {
        uint64_t word, low, letters, digit, colon, letter;
        memcpy(&word, bytes + 8 * part, 8);
        wide |= word & SIP_EACH(0x80);
        low = word & SIP_EACH(0x7F);
        letters = low | SIP_EACH(0x20);
        /* No sum is carried into the next byte; its highest bit says whether the character is at least the one. */
        colon = low + SIP_EACH(0x80 - ':');
        digit = (low + SIP_EACH(0x80 - '0')) & ~colon & SIP_EACH(0x80);
        colon = colon & ~(low + SIP_EACH(0x80 - ';')) & SIP_EACH(0x80);
        letter = (letters + SIP_EACH(0x80 - 'a')) & ~(letters + SIP_EACH(0x80 - 'g')) & SIP_EACH(0x80);
        colons |= sip_gather_bits(colon) << (8 * part);
        known |= sip_gather_bits(digit | letter | colon) << (8 * part);
        word = (word & SIP_EACH(0x0F)) + (word >> 6 & SIP_EACH(1)) * 9;
        memcpy(bytes + 8 * part, &word, 8);
    }
    *others = ~known | (wide ? ~(uint64_t)0 : 0);
    return colons;
}

#if defined(__x86_64__)

static inline uint64_t sip_digits_by_registers(uint8_t *bytes, uint64_t *others)
{
    uint64_t colons = 0, known = 0;
    int part;
    for (part = 0; part < 3; part++) {
        __m128i word = _mm_loadu_si128((const __m128i *)(bytes + 16 * part));
        __m128i digit = _mm_sub_epi8(word, _mm_set1_epi8('0'));
        __m128i letter = _mm_sub_epi8(_mm_or_si128(word, _mm_set1_epi8(0x20)), _mm_set1_epi8('a'));
        __m128i is_digit = _mm_cmpeq_epi8(_mm_min_epu8(digit, _mm_set1_epi8(9)), digit);
        __m128i is_letter = _mm_cmpeq_epi8(_mm_min_epu8(letter, _mm_set1_epi8(5)), letter);
        __m128i is_colon = _mm_cmpeq_epi8(word, _mm_set1_epi8(':'));
        __m128i value = _mm_or_si128(_mm_and_si128(is_digit, digit),
                                     _mm_and_si128(is_letter, _mm_add_epi8(letter, _mm_set1_epi8(10))));
        colons |= (uint64_t)(uint32_t)_mm_movemask_epi8(is_colon) << (16 * part);
        known |= (uint64_t)(uint32_t)_mm_movemask_epi8(_mm_or_si128(_mm_or_si128(is_digit, is_letter), is_colon))
                 << (16 * part);
        _mm_storeu_si128((__m128i *)(bytes + 16 * part), value);
    }
    *others = ~known;
    return colons;
}

#else
#define sip_digits_by_registers sip_digits_by_words
#endif

/* Two numbers of four digits each from eight bytes of a digit: of each pair the first byte is the upper digit. */
static inline uint32_t sip_join_digits(uint64_t digits)
{
    digits = (digits << 4 | digits >> 8) & 0x00FF00FF00FF00FFu;
    digits = (digits << 8 | digits >> 16) & 0x0000FFFF0000FFFFu;
    return (uint32_t)(digits << 16 | digits >> 32);
}

/* Groups with or without '::', neither a dotted tail nor a scope. */
static inline int sip_groups(const char *text, size_t size, int way, uint64_t *high, uint64_t *low)
{
    /* Before the text are four bytes, so that a group's last four can be taken at once. */
    uint8_t room[4 + SIP_GROUPS_ROOM] = {0};
    uint8_t *bytes = room + 4;
    /* One more than there are groups: '::' in the place of one is none. */
    uint32_t groups[9] = {0};
    uint64_t pairs[4];
    uint64_t ends, others;
    uint32_t begin, end, number, count, bad = 0, gaps = 0, moved = 0;
    if (!sip_copy_groups(text, size, bytes))
        return 0;
    ends = way == SIP_BY_REGISTERS ? sip_digits_by_registers(bytes, &others) : sip_digits_by_words(bytes, &others);
    if (others << (64 - size))
        return 0;
    /* Of '::' at either end one colon is left, with nothing on its other side. */
    begin = (uint32_t)ends & 1;
    end = (uint32_t)size - (uint32_t)(ends >> (size - 1) & 1);
    if (begin & ~(uint32_t)(ends >> 1))
        return 0;
    if (end != size && !(ends >> (size - 2) & 1))
        return 0;
    if (end < begin)
        return 0;
    ends = (ends & (((uint64_t)1 << end) - 1) & ~(uint64_t)begin) | (uint64_t)1 << end;
    count = (uint32_t)__builtin_popcountll(ends);
    if (count > 8)
        return 0;
    for (number = 0; number < count; number++) {
        uint32_t place = (uint32_t)__builtin_ctzll(ends);
        uint32_t length = place - begin;
        uint32_t digits, gap = length == 0;
        memcpy(&digits, bytes + place - 4, 4);
        bad |= length > 4;
        groups[number + moved] = digits & (uint32_t)((uint64_t)0xFFFFFFFF << (8 * (4 - length) & 63));
        gaps += gap;
        /* What follows the gap goes to the end; the gap itself is a group of zeros. */
        moved |= (0 - gap) & (8 - count);
        ends &= ends - 1;
        begin = place + 1;
    }
    if (bad | (gaps > 1) | (gaps == 0 && count != 8))
        return 0;
    memcpy(pairs, groups, sizeof(pairs));
    *high = (uint64_t)sip_join_digits(pairs[0]) << 32 | sip_join_digits(pairs[1]);
    *low = (uint64_t)sip_join_digits(pairs[2]) << 32 | sip_join_digits(pairs[3]);
    return 1;
}

/* ------------------------------------------------------------------ preparation */

__attribute__((constructor)) static void sip_prepare_address_text(void)
{
    unsigned shape, lengths[4], number, octet, digit;
    for (number = 0; number < 81; number++) {
        uint8_t places[16];
        unsigned place = 0;
        lengths[0] = number / 27 % 3 + 1;
        lengths[1] = number / 9 % 3 + 1;
        lengths[2] = number / 3 % 3 + 1;
        lengths[3] = number % 3 + 1;
        shape = 0;
        for (octet = 0; octet < 4; octet++) {
            place += lengths[octet];
            for (digit = 0; digit < 3; digit++)
                places[4 * octet + 2 - digit] = (uint8_t)(digit < lengths[octet] ? place - 1 - digit : 0x80);
            places[4 * octet + 3] = 0x80;
            shape |= 1u << place;
            place++;
        }
        sip_shapes[SIP_SHAPE_SLOT(shape)] = (uint16_t)shape;
        memcpy(sip_digit_places[SIP_SHAPE_SLOT(shape)], places, 16);
    }
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
    sip_address_way = SIP_BY_WORDS;
#endif
#if defined(__x86_64__)
    __builtin_cpu_init();
    if (__builtin_cpu_supports("ssse3"))
        sip_address_way = SIP_BY_REGISTERS;
#endif
}

#endif
