/* The loops that the batch calls are held against: look-ups of packed IPv4 addresses in structures built
 * from the same rules, and the bare random reads that bound them all.  Written to be as fast as we can: no
 * Python, no options, one structure for one kind of table, prefetching where it helps.
 *
 * Compiled with gcc -O3 and no -march, as wheels are.  Answers are value + 1, 0 for none, uint32 as ours.
 *
 * intervals   begin[i] .. begin[i + 1] - 1 has value[i]; sorted, begin[0] = 0.  All others are built from it.
 * dir24       2^24 words for the upper 24 bits; one with its top bit set leads to 256 words for the last 8.
 * dir24 of 16 the same with half-words, while there are less than 2^15 values and blocks.
 * bucket16    for the upper 16 bits the first interval, then a search without branches among those of the bucket.
 * poptrie     a direct table of 16 bits, then nodes of 6 bits with a bitmap and compressed leaves.
 * hash        open addressing over single addresses, groups of look-ups interleaved by prefetching.
 */
#define _GNU_SOURCE
#include <locale.h>
#include <pthread.h>
#include <regex.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#define API __attribute__((visibility("default")))
#define AHEAD 16

/* Large pages are asked for, as an optimised program would. */
static void *room(size_t size)
{
    void *got = aligned_alloc(1 << 21, (size + (1 << 21) - 1) >> 21 << 21);
    if (got) {
        madvise(got, size, MADV_HUGEPAGE);
        memset(got, 0, size);
    }
    return got;
}

typedef struct {
    uint32_t *base;   /* 2^24 */
    uint32_t *blocks; /* 256 words each */
    uint32_t block_count;
    uint16_t *half_base;
    uint16_t *half_blocks;
} Dir24;

API void dir24_free(Dir24 *dir)
{
    if (!dir) return;
    free(dir->base); free(dir->blocks); free(dir->half_base); free(dir->half_blocks); free(dir);
}

API size_t dir24_bytes(const Dir24 *dir)
{
    size_t entry = dir->half_base ? sizeof *dir->half_base : sizeof *dir->base;
    return (((size_t)1 << 24) + (size_t)dir->block_count * 256) * entry;
}

/* Intervals that don't end at a multiple of 256 need a block of their own for the last 8 bits. */
API Dir24 *dir24_build(const uint32_t *begin, const uint32_t *value, uint32_t count, int half)
{
    uint32_t split = 0, last = 0xFFFFFFFF, most = 0;
    for (uint32_t i = 0; i < count; i++) {
        if (begin[i] & 255 && begin[i] >> 8 != last) { split++; last = begin[i] >> 8; }
        if (value[i] > most) most = value[i];
    }
    if (half && (split >= 0x8000 || most >= 0x8000)) return NULL;
    Dir24 *dir = calloc(1, sizeof *dir);
    dir->base = room(((size_t)1 << 24) * 4);
    dir->blocks = room(((size_t)split + 1) * 1024);
    uint32_t at = 0;
    for (uint32_t upper = 0; upper < 1u << 24; upper++) {
        uint32_t first = upper << 8, end = first + 255;
        while (at + 1 < count && begin[at + 1] <= first) at++;
        if (at + 1 == count || begin[at + 1] > end) { dir->base[upper] = value[at]; continue; }
        uint32_t *block = dir->blocks + (size_t)dir->block_count * 256;
        dir->base[upper] = 0x80000000u | dir->block_count++;
        for (uint32_t low = 0; low < 256; low++) {
            while (at + 1 < count && begin[at + 1] <= first + low) at++;
            block[low] = value[at];
        }
    }
    if (half) {
        dir->half_base = room(((size_t)1 << 24) * 2);
        dir->half_blocks = room(((size_t)split + 1) * 512);
        for (size_t i = 0; i < (size_t)1 << 24; i++)
            dir->half_base[i] = (uint16_t)(dir->base[i] >> 31 ? 0x8000u | (dir->base[i] & 0x7FFF) : dir->base[i]);
        for (size_t i = 0; i < (size_t)dir->block_count * 256; i++) dir->half_blocks[i] = (uint16_t)dir->blocks[i];
        free(dir->base); free(dir->blocks);
        dir->base = dir->blocks = NULL;
    }
    return dir;
}

API void dir24_find(const Dir24 *dir, const uint32_t *asked, uint32_t *found, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        uint32_t entry = dir->base[asked[i] >> 8];
        if (entry >> 31) entry = dir->blocks[((size_t)(entry & 0x7FFFFFFF) << 8) + (asked[i] & 255)];
        found[i] = entry;
    }
}

API void dir24_find_prefetched(const Dir24 *dir, const uint32_t *asked, uint32_t *found, size_t count)
{
    uint32_t entries[2 * AHEAD];
    size_t done = count - count % AHEAD;
    if (done)
        for (size_t j = 0; j < AHEAD; j++) __builtin_prefetch(&dir->base[asked[j] >> 8]);
    for (size_t i = 0; i < done; i += AHEAD) {
        for (size_t j = 0; j < AHEAD; j++) {
            uint32_t entry = dir->base[asked[i + j] >> 8];
            entries[j] = entry;
            if (entry >> 31) __builtin_prefetch(&dir->blocks[((size_t)(entry & 0x7FFFFFFF) << 8) + (asked[i + j] & 255)]);
        }
        if (i + 2 * AHEAD <= done)
            for (size_t j = 0; j < AHEAD; j++) __builtin_prefetch(&dir->base[asked[i + AHEAD + j] >> 8]);
        for (size_t j = 0; j < AHEAD; j++) {
            uint32_t entry = entries[j];
            if (entry >> 31) entry = dir->blocks[((size_t)(entry & 0x7FFFFFFF) << 8) + (asked[i + j] & 255)];
            found[i + j] = entry;
        }
    }
    dir24_find(dir, asked + done, found + done, count - done);
}

API void dir24_find_half(const Dir24 *dir, const uint32_t *asked, uint32_t *found, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        uint32_t entry = dir->half_base[asked[i] >> 8];
        if (entry >> 15) entry = dir->half_blocks[((size_t)(entry & 0x7FFF) << 8) + (asked[i] & 255)];
        found[i] = entry;
    }
}

/* ---- bucket16 */

typedef struct {
    uint32_t *first; /* 2^16 + 1: the last interval that begins at or before the bucket */
    const uint32_t *begin, *value;
    uint32_t count;
} Bucket16;

API void bucket16_free(Bucket16 *bucket) { if (bucket) { free(bucket->first); free(bucket); } }

API size_t bucket16_bytes(const Bucket16 *bucket)
{
    return (65536 + 1) * sizeof *bucket->first + (size_t)bucket->count * (sizeof *bucket->begin + sizeof *bucket->value);
}

API Bucket16 *bucket16_build(const uint32_t *begin, const uint32_t *value, uint32_t count)
{
    Bucket16 *bucket = calloc(1, sizeof *bucket);
    bucket->first = room((65536 + 1) * 4);
    bucket->begin = begin;
    bucket->value = value;
    bucket->count = count;
    uint32_t at = 0;
    for (uint32_t upper = 0; upper < 65536; upper++) {
        while (at + 1 < count && begin[at + 1] <= upper << 16) at++;
        bucket->first[upper] = at;
    }
    bucket->first[65536] = count - 1;
    return bucket;
}

static inline uint32_t bucket16_one(const Bucket16 *bucket, uint32_t address)
{
    uint32_t from = bucket->first[address >> 16], length = bucket->first[(address >> 16) + 1] - from + 1;
    const uint32_t *base = bucket->begin + from;
    while (length > 1) {
        uint32_t step = length / 2;
        base += base[step] <= address ? step : 0;
        length -= step;
    }
    return bucket->value[base - bucket->begin];
}

API void bucket16_find(const Bucket16 *bucket, const uint32_t *asked, uint32_t *found, size_t count)
{
    for (size_t i = 0; i < count; i++) found[i] = bucket16_one(bucket, asked[i]);
}

/* ---- poptrie of 16 direct bits, then 6, 6, 4 */

typedef struct { uint64_t nodes, leaves; uint32_t first_node, first_leaf; } PopNode;
typedef struct {
    uint32_t *direct; /* top bit set: a node */
    PopNode *nodes;
    uint32_t *leaves;
    size_t node_count, leaf_count, node_room, leaf_room;
    const uint32_t *begin, *value;
    uint32_t count;
} Poptrie;

API void poptrie_free(Poptrie *trie)
{
    if (!trie) return;
    free(trie->direct); free(trie->nodes); free(trie->leaves); free(trie);
}

/* What looking up reads: the intervals were only needed for building. */
API size_t poptrie_bytes(const Poptrie *trie)
{
    return 65536 * sizeof *trie->direct + trie->node_count * sizeof *trie->nodes + trie->leaf_count * sizeof *trie->leaves;
}

/* The interval of an address, searched from a place that is not behind it. */
static uint32_t pop_interval(const Poptrie *trie, uint32_t from, uint32_t address)
{
    while (from + 1 < trie->count && trie->begin[from + 1] <= address) from++;
    return from;
}

static void pop_fill(Poptrie *trie, size_t number, uint32_t first, int bits, uint32_t at)
{
    int step = bits < 6 ? bits : 6, rest = bits - step;
    uint32_t places[64], kinds[64], before = 0xFFFFFFFF;
    PopNode node = {0, 0, (uint32_t)trie->node_count, (uint32_t)trie->leaf_count};
    for (uint32_t i = 0; i < 1u << step; i++) {
        uint32_t low = first + (i << rest), high = low + (uint32_t)(((uint64_t)1 << rest) - 1);
        at = pop_interval(trie, at, low);
        places[i] = at;
        kinds[i] = at + 1 < trie->count && trie->begin[at + 1] <= high;
        if (kinds[i]) {
            node.nodes |= (uint64_t)1 << i;
            trie->node_count++;
        } else if (trie->value[at] != before) {
            node.leaves |= (uint64_t)1 << i;
            if (trie->leaf_count == trie->leaf_room)
                trie->leaves = realloc(trie->leaves, (trie->leaf_room = trie->leaf_room * 2 + 1024) * 4);
            trie->leaves[trie->leaf_count++] = before = trie->value[at];
        }
    }
    if (trie->node_count > trie->node_room)
        trie->nodes = realloc(trie->nodes, (trie->node_room = trie->node_count * 2 + 1024) * sizeof(PopNode));
    trie->nodes[number] = node;
    for (uint32_t i = 0, child = node.first_node; i < 1u << step; i++)
        if (kinds[i]) pop_fill(trie, child++, first + (i << rest), rest, places[i]);
}

API Poptrie *poptrie_build(const uint32_t *begin, const uint32_t *value, uint32_t count)
{
    Poptrie *trie = calloc(1, sizeof *trie);
    trie->begin = begin;
    trie->value = value;
    trie->count = count;
    trie->direct = room(65536 * 4);
    uint32_t at = 0;
    for (uint32_t upper = 0; upper < 65536; upper++) {
        uint32_t first = upper << 16;
        at = pop_interval(trie, at, first);
        if (at + 1 == count || begin[at + 1] > first + 0xFFFF) { trie->direct[upper] = value[at]; continue; }
        trie->direct[upper] = 0x80000000u | (uint32_t)trie->node_count++;
        if (trie->node_count > trie->node_room)
            trie->nodes = realloc(trie->nodes, (trie->node_room = trie->node_count * 2 + 1024) * sizeof(PopNode));
        pop_fill(trie, trie->node_count - 1, first, 16, at);
    }
    return trie;
}

#if defined(__x86_64__)
#define POPCOUNT __attribute__((target("popcnt,sse4.2")))
#else
#define POPCOUNT
#endif

POPCOUNT static inline uint32_t poptrie_one(const Poptrie *trie, uint32_t address)
{
    uint32_t entry = trie->direct[address >> 16];
    if (!(entry >> 31)) return entry;
    size_t number = entry & 0x7FFFFFFF;
    int left = 16;
    for (;;) {
        const PopNode *node = &trie->nodes[number];
        int step = left < 6 ? left : 6;
        uint32_t bit = address >> (left - step) & ((1u << step) - 1);
        uint64_t upto = (uint64_t)2 << bit;
        if (!(node->nodes >> bit & 1))
            return trie->leaves[node->first_leaf + (uint32_t)__builtin_popcountll(node->leaves & (upto - 1)) - 1];
        number = node->first_node + (uint32_t)__builtin_popcountll(node->nodes & (upto - 1)) - 1;
        left -= step;
    }
}

POPCOUNT API void poptrie_find(const Poptrie *trie, const uint32_t *asked, uint32_t *found, size_t count)
{
    for (size_t i = 0; i < count; i++) found[i] = poptrie_one(trie, asked[i]);
}

/* ---- hash of single addresses */

typedef struct { uint32_t address, value; } Host;
typedef struct { Host *hosts; uint32_t shift, mask; } Hash;

API void hash_free(Hash *hash) { if (hash) { free(hash->hosts); free(hash); } }

API size_t hash_bytes(const Hash *hash) { return ((size_t)hash->mask + 1) * sizeof *hash->hosts; }

static inline uint32_t hash_slot(const Hash *hash, uint32_t address)
{
    return (uint32_t)(address * 0x9E3779B1u) >> hash->shift;
}

API Hash *hash_build(const uint32_t *address, const uint32_t *value, uint32_t count)
{
    Hash *hash = calloc(1, sizeof *hash);
    uint32_t bits = 4;
    while ((1u << bits) < 2 * count) bits++;
    hash->shift = 32 - bits;
    hash->mask = (1u << bits) - 1;
    hash->hosts = room(((size_t)1 << bits) * sizeof(Host));
    for (uint32_t i = 0; i < count; i++) {
        uint32_t slot = hash_slot(hash, address[i]);
        while (hash->hosts[slot].value) slot = (slot + 1) & hash->mask;
        hash->hosts[slot] = (Host){address[i], value[i]};
    }
    return hash;
}

static inline uint32_t hash_from(const Hash *hash, uint32_t slot, uint32_t address)
{
    while (hash->hosts[slot].value) {
        if (hash->hosts[slot].address == address) return hash->hosts[slot].value;
        slot = (slot + 1) & hash->mask;
    }
    return 0;
}

API void hash_find(const Hash *hash, const uint32_t *asked, uint32_t *found, size_t count)
{
    uint32_t slots[2][AHEAD];
    size_t done = count - count % AHEAD;
    for (size_t j = 0; done && j < AHEAD; j++) {
        slots[0][j] = hash_slot(hash, asked[j]);
        __builtin_prefetch(&hash->hosts[slots[0][j]]);
    }
    for (size_t i = 0, turn = 0; i < done; i += AHEAD, turn ^= 1) {
        if (i + 2 * AHEAD <= done)
            for (size_t j = 0; j < AHEAD; j++) {
                slots[turn ^ 1][j] = hash_slot(hash, asked[i + AHEAD + j]);
                __builtin_prefetch(&hash->hosts[slots[turn ^ 1][j]]);
            }
        for (size_t j = 0; j < AHEAD; j++) found[i + j] = hash_from(hash, slots[turn][j], asked[i + j]);
    }
    for (size_t i = done; i < count; i++) found[i] = hash_from(hash, hash_slot(hash, asked[i]), asked[i]);
}

/* Without prefetching, which is better where the table is in a cache. */
API void hash_find_plain(const Hash *hash, const uint32_t *asked, uint32_t *found, size_t count)
{
    for (size_t i = 0; i < count; i++) found[i] = hash_from(hash, hash_slot(hash, asked[i]), asked[i]);
}

/* ---- the limit: one random read of a table of 2^24 words for each address, nothing else */

API uint32_t *limit_build(void) { return room(((size_t)1 << 24) * 4); }
API void limit_free(uint32_t *table) { free(table); }
API void limit_read(const uint32_t *table, const uint32_t *asked, uint32_t *found, size_t count)
{
    for (size_t i = 0; i < count; i++) found[i] = table[asked[i] >> 8];
}

/* ---- expressions, one after the other, as the C library has them */

typedef struct { regex_t *compiled; uint32_t count; locale_t locale; } OneByOne;

API void one_by_one_free(OneByOne *all)
{
    if (!all) return;
    for (uint32_t i = 0; i < all->count; i++) regfree(&all->compiled[i]);
    freelocale(all->locale);
    free(all->compiled); free(all);
}

/* NULL where an expression is refused or there is no such locale. */
API OneByOne *one_by_one_build(const char *const *patterns, uint32_t count)
{
    OneByOne *all = calloc(1, sizeof *all);
    all->compiled = calloc(count + 1, sizeof *all->compiled);
    all->locale = newlocale(LC_ALL_MASK, "C.UTF-8", NULL);
    if (!all->locale) return NULL;
    locale_t before = uselocale(all->locale);
    for (; all->count < count; all->count++)
        if (regcomp(&all->compiled[all->count], patterns[all->count], REG_EXTENDED | REG_NOSUB)) break;
    uselocale(before);
    return all->count == count ? all : NULL;
}

/* For each value the number of the first expression that matches + 1, 0 for none. */
API void one_by_one_find(const OneByOne *all, const char *const *values, uint32_t *found, size_t count)
{
    locale_t before = uselocale(all->locale);
    for (size_t i = 0; i < count; i++) {
        uint32_t number = 0;
        while (number < all->count && regexec(&all->compiled[number], values[i], 0, NULL, 0)) number++;
        found[i] = number < all->count ? number + 1 : 0;
    }
    uselocale(before);
}

/* ---- canaries: the same work every time, so a change is the machine's */

API uint64_t canary_spin(uint64_t rounds)
{
    uint64_t state = 88172645463325252u;
    for (uint64_t i = 0; i < rounds; i++) {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
    }
    return state;
}

static void *canary_thread(void *rounds) { return (void *)(uintptr_t)canary_spin(*(uint64_t *)rounds); }

/* The same in two threads at once: twice the work in the same time where there are two cores. */
API uint64_t canary_spin_twice(uint64_t rounds)
{
    pthread_t other;
    void *answer;
    if (pthread_create(&other, NULL, canary_thread, &rounds)) return 0;
    uint64_t own = canary_spin(rounds);
    pthread_join(other, &answer);
    return own ^ (uint64_t)(uintptr_t)answer;
}
