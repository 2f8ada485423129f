/*
 * A hash table of pointers, made for the identity map: hits cost a multiplication, usually one
 * cache line, and the comparison that the caller brings to the lookup. The hash comes from the
 * caller too and is kept beside the pointer, so growing never looks at a value.
 *
 * Open addressing, linear probing, no tombstones: removing shifts the run behind it back.
 * One thread at a time; lookups alone may run in several.
 */
#ifndef CALX_BASE_MAP_H
#define CALX_BASE_MAP_H

#include <calx/error.h>

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct calx_map_slot {
    uint64_t hash;
    void *value; /* NULL: free */
} calx_map_slot;

typedef struct calx_map {
    calx_map_slot *slots; /* NULL while nothing was put */
    size_t count;         /* values in it */
    size_t limit;         /* how many fit before it grows */
    size_t mask;          /* number of slots - 1 */
    unsigned shift;       /* 64 - log2(number of slots) */
} calx_map;

/* clang-format off */
#define CALX_MAP_INIT { NULL, 0, 0, 0, 0 }
/* clang-format on */

/* Whether a value in the map has this key. */
typedef bool (*calx_map_equal)(const void *value, const void *key);

/* Empty, without memory; never fails. */
void calx_map_init(calx_map *map);

/* Gives the table's memory back (the values are the caller's); empty and usable again. */
void calx_map_clear(calx_map *map);

/* Takes all values out, but keeps the table for the next ones. */
void calx_map_reset(calx_map *map);

/* After CALX_OK, more_count further puts cannot fail. CALX_E_NOMEM leaves the map as it was. */
calx_status calx_map_reserve(calx_map *map, size_t more_count);

/*
 * Adds a value, which must not be NULL. That its key is not there yet is the caller's business:
 * equal keys are kept both. CALX_E_NOMEM leaves the map as it was.
 */
calx_status calx_map_put(calx_map *map, uint64_t hash, void *value);

/* Takes this pointer (not: one with an equal key) out. Answers whether it was there. */
bool calx_map_remove(calx_map *map, uint64_t hash, const void *value);

/*
 * Walks through the values in no particular order: position starts at 0 and belongs to the map
 * afterwards. Answers NULL at the end. The map must not change during the walk.
 */
void *calx_map_next(const calx_map *map, size_t *position);

static inline size_t calx_map_count(const calx_map *map)
{
    return map->count;
}

/* Where the search for a hash starts: the top bits of a product, so that weak hashes spread too. */
static inline size_t calx_map_home(const calx_map *map, uint64_t hash)
{
    return (size_t)((hash * UINT64_C(0x9e3779b97f4a7c15)) >> map->shift);
}

/*
 * The value with this key, or NULL. equal is asked only about values of the same hash; NULL means
 * that the hash alone decides. Defined here so that a comparison known at the call is inlined.
 */
static inline void *calx_map_find(const calx_map *map, uint64_t hash, calx_map_equal equal,
                                  const void *key)
{
    if (map->count == 0)
        return NULL;
    for (size_t i = calx_map_home(map, hash);; i = (i + 1) & map->mask) {
        const calx_map_slot *slot = &map->slots[i];
        if (slot->value == NULL)
            return NULL;
        if (slot->hash == hash && (equal == NULL || equal(slot->value, key)))
            return slot->value;
    }
}

#endif
