/*
 * The hash table: putting, removing, growing (looking up is in the header). At most five eighths of
 * the slots are used, since a load asks mostly for keys that are not there and has to reach a free
 * slot. Removing leaves no marker behind: the entries of the run that would still be found from
 * their home move up, so a table never grows slower with age.
 */
#include "base/map.h"

#include "base/allocator.h"

#include <string.h>

enum { SMALLEST_BITS = 4, LARGEST_BITS = sizeof(size_t) * 8 - 5 };

static const calx_map empty_map = CALX_MAP_INIT;

void calx_map_init(calx_map *map)
{
    *map = empty_map;
}

void calx_map_clear(calx_map *map)
{
    calx_release(map->slots);
    *map = empty_map;
}

void calx_map_reset(calx_map *map)
{
    if (map->count != 0)
        memset(map->slots, 0, (map->mask + 1) * sizeof(*map->slots));
    map->count = 0;
}

/* How many values a table of so many slots takes. */
static size_t limit_of(unsigned bits)
{
    size_t eighth = ((size_t)1 << bits) / 8;
    return eighth * 5;
}

/* The table has a free slot, always. */
static void place(calx_map *map, uint64_t hash, void *value)
{
    size_t i = calx_map_home(map, hash);
    while (map->slots[i].value != NULL)
        i = (i + 1) & map->mask;
    map->slots[i] = (calx_map_slot){ hash, value };
}

static calx_status rebuild(calx_map *map, unsigned bits)
{
    calx_map larger = { .count = map->count, .limit = limit_of(bits), .shift = 64 - bits };
    larger.mask = ((size_t)1 << bits) - 1;
    larger.slots = calx_alloc_array(larger.mask + 1, sizeof(*larger.slots));
    if (larger.slots == NULL)
        return CALX_E_NOMEM;
    size_t position = 0;
    for (size_t left = map->count; left != 0; position++) {
        const calx_map_slot *slot = &map->slots[position];
        if (slot->value == NULL)
            continue;
        place(&larger, slot->hash, slot->value);
        left--;
    }
    calx_release(map->slots);
    *map = larger;
    return CALX_OK;
}

calx_status calx_map_reserve(calx_map *map, size_t more_count)
{
    if (more_count <= map->limit - map->count)
        return CALX_OK;
    unsigned bits = SMALLEST_BITS;
    while (bits < LARGEST_BITS &&
           (limit_of(bits) < map->count || limit_of(bits) - map->count < more_count))
        bits++;
    if (bits == LARGEST_BITS)
        return CALX_E_NOMEM;
    return rebuild(map, bits);
}

calx_status calx_map_put(calx_map *map, uint64_t hash, void *value)
{
    calx_status status = calx_map_reserve(map, 1);
    if (status != CALX_OK)
        return status;
    place(map, hash, value);
    map->count++;
    return CALX_OK;
}

/* Fills the hole at i with whatever behind it has its home at or before i. */
static void close_gap(calx_map *map, size_t i)
{
    for (size_t j = (i + 1) & map->mask; map->slots[j].value != NULL; j = (j + 1) & map->mask) {
        size_t home = calx_map_home(map, map->slots[j].hash);
        if (((j - home) & map->mask) >= ((j - i) & map->mask)) {
            map->slots[i] = map->slots[j];
            i = j;
        }
    }
    map->slots[i].value = NULL;
}

bool calx_map_remove(calx_map *map, uint64_t hash, const void *value)
{
    if (map->count == 0)
        return false;
    size_t i = calx_map_home(map, hash);
    while (map->slots[i].value != value) {
        if (map->slots[i].value == NULL)
            return false;
        i = (i + 1) & map->mask;
    }
    close_gap(map, i);
    map->count--;
    return true;
}

void *calx_map_next(const calx_map *map, size_t *position)
{
    if (map->slots == NULL)
        return NULL;
    while (*position <= map->mask) {
        void *value = map->slots[(*position)++].value;
        if (value != NULL)
            return value;
    }
    return NULL;
}
