/* Fingerprints: 128 bits that stand for a text, by SipHash-1-3 with a secret key.
 *
 * Whoever doesn't know the key can't make two texts of one fingerprint, so the texts needn't be kept.
 */
#ifndef SIP_IDENTIFY_FINGERPRINT_H
#define SIP_IDENTIFY_FINGERPRINT_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

typedef struct {
    uint64_t v0, v1, v2, v3;
    /* Bytes that don't make a word yet, and how many they are. */
    uint64_t tail;
    uint32_t waiting;
    uint64_t size;
} sip_fingerprint;

#define SIP_ROTATED(x, b) (((x) << (b)) | ((x) >> (64 - (b))))

static inline void sip_round(sip_fingerprint *f)
{
    f->v0 += f->v1;
    f->v2 += f->v3;
    f->v1 = SIP_ROTATED(f->v1, 13) ^ f->v0;
    f->v3 = SIP_ROTATED(f->v3, 16) ^ f->v2;
    f->v0 = SIP_ROTATED(f->v0, 32);
    f->v2 += f->v1;
    f->v0 += f->v3;
    f->v1 = SIP_ROTATED(f->v1, 17) ^ f->v2;
    f->v3 = SIP_ROTATED(f->v3, 21) ^ f->v0;
    f->v2 = SIP_ROTATED(f->v2, 32);
}

static inline void sip_word(sip_fingerprint *f, uint64_t word)
{
    f->v3 ^= word;
    sip_round(f);
    f->v0 ^= word;
}

static inline void sip_begin(sip_fingerprint *f, uint64_t key0, uint64_t key1)
{
    f->v0 = key0 ^ 0x736f6d6570736575ULL;
    f->v1 = key1 ^ 0x646f72616e646f6dULL ^ 0xee;
    f->v2 = key0 ^ 0x6c7967656e657261ULL;
    f->v3 = key1 ^ 0x7465646279746573ULL;
    f->tail = 0;
    f->waiting = 0;
    f->size = 0;
}

/* Add bytes.  Texts that are added one after the other run together: end each with a number or its length. */
static inline void sip_add(sip_fingerprint *f, const void *data, size_t length)
{
    const uint8_t *place = (const uint8_t *)data;
    uint64_t word;
    f->size += length;
    while (length >= 8) {
        memcpy(&word, place, 8);
        if (f->waiting) {
            sip_word(f, f->tail | word << (8 * f->waiting));
            f->tail = word >> (64 - 8 * f->waiting);
        } else {
            sip_word(f, word);
        }
        place += 8;
        length -= 8;
    }
    while (length--) {
        f->tail |= (uint64_t)*place++ << (8 * f->waiting);
        if (++f->waiting == 8) {
            sip_word(f, f->tail);
            f->tail = 0;
            f->waiting = 0;
        }
    }
}

static inline void sip_add_number(sip_fingerprint *f, uint64_t number)
{
    sip_add(f, &number, sizeof number);
}

static inline void sip_end(sip_fingerprint *f, uint64_t *first, uint64_t *second)
{
    sip_word(f, f->tail | f->size << 56);
    f->v2 ^= 0xee;
    sip_round(f);
    sip_round(f);
    sip_round(f);
    *first = f->v0 ^ f->v1 ^ f->v2 ^ f->v3;
    f->v1 ^= 0xdd;
    sip_round(f);
    sip_round(f);
    sip_round(f);
    *second = f->v0 ^ f->v1 ^ f->v2 ^ f->v3;
}

#endif
