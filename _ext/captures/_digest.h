/* A hash of 64 bits over any bytes, with a secret seed; for tables in memory, not for files.
 *
 * 64 bytes a step in four lanes, each the folded product of two words of 64 bits, mixed with the seed.
 */
#ifndef SIP_IDENTIFY_DIGEST_H
#define SIP_IDENTIFY_DIGEST_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

static inline uint64_t sip_fold(uint64_t a, uint64_t b)
{
#if defined(__SIZEOF_INT128__)
    unsigned __int128 product = (unsigned __int128)a * b;
    return (uint64_t)product ^ (uint64_t)(product >> 64);
#else
    uint64_t low = (a & 0xFFFFFFFFu) * (b & 0xFFFFFFFFu), high = (a >> 32) * (b >> 32);
    uint64_t cross = (a >> 32) * (b & 0xFFFFFFFFu), other = (a & 0xFFFFFFFFu) * (b >> 32);
    return low ^ high ^ (cross << 32 | cross >> 32) ^ (other << 32 | other >> 32) ^ (cross + other);
#endif
}

static inline uint64_t sip_word(const uint8_t *place)
{
    uint64_t word;
    memcpy(&word, place, 8);
    return word;
}

/* Never 0, which tables use for an empty place. */
static inline uint64_t sip_digest(const uint8_t *data, size_t size, uint64_t seed)
{
    static const uint64_t key[4] = {0xA0761D6478BD642Fu, 0xE7037ED1A0B428DBu, 0x8EBC6AF09C88C6E3u,
                                    0x589965CC75374CC3u};
    uint64_t lanes[4] = {seed ^ key[0], seed ^ key[1], seed ^ key[2], seed ^ key[3]};
    uint64_t total = size;
    uint8_t rest[64] = {0};
    while (size >= 64) {
        lanes[0] = sip_fold(sip_word(data) ^ key[0], sip_word(data + 8) ^ lanes[0]);
        lanes[1] = sip_fold(sip_word(data + 16) ^ key[1], sip_word(data + 24) ^ lanes[1]);
        lanes[2] = sip_fold(sip_word(data + 32) ^ key[2], sip_word(data + 40) ^ lanes[2]);
        lanes[3] = sip_fold(sip_word(data + 48) ^ key[3], sip_word(data + 56) ^ lanes[3]);
        data += 64;
        size -= 64;
    }
    if (size)
        memcpy(rest, data, size);
    lanes[0] = sip_fold(sip_word(rest) ^ key[0], sip_word(rest + 8) ^ lanes[0]);
    lanes[1] = sip_fold(sip_word(rest + 16) ^ key[1], sip_word(rest + 24) ^ lanes[1]);
    lanes[2] = sip_fold(sip_word(rest + 32) ^ key[2], sip_word(rest + 40) ^ lanes[2]);
    lanes[3] = sip_fold(sip_word(rest + 48) ^ key[3], sip_word(rest + 56) ^ lanes[3]);
    return sip_fold(lanes[0] ^ (lanes[1] << 1 | lanes[1] >> 63) ^ key[1],
                    sip_fold(lanes[2] ^ (lanes[3] << 1 | lanes[3] >> 63), total ^ key[2]) ^ seed) | 1;
}

#endif
