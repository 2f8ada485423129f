/*
 * The info map. Keys are copied, values are the application's.
 */
#include "base/info.h"

#include "base/allocator.h"

#include <string.h>

static calx_info *find(const calx_info_map *map, const char *key)
{
    for (size_t i = 0; key != NULL && i < map->count; i++)
        if (strcmp(map->entries[i].key, key) == 0)
            return &map->entries[i];
    return NULL;
}

void *calx_info_map_get(const calx_info_map *map, const char *key)
{
    const calx_info *entry = find(map, key);
    return entry == NULL ? NULL : entry->value;
}

static void take_out(calx_info_map *map, calx_info *entry)
{
    if (entry == NULL)
        return;
    calx_release((void *)(uintptr_t)entry->key);
    *entry = map->entries[--map->count];
}

static calx_status put_in(calx_info_map *map, const char *key, void *value)
{
    char *copy = calx_strdup_n(key, strlen(key));
    if (copy == NULL)
        return CALX_E_NOMEM;
    calx_info *entries = calx_resize_array(map->entries, map->count + 1, sizeof(*entries));
    if (entries == NULL) {
        calx_release(copy);
        return CALX_E_NOMEM;
    }
    map->entries = entries;
    map->entries[map->count++] = (calx_info){ copy, value };
    return CALX_OK;
}

calx_status calx_info_map_set(calx_info_map *map, const char *key, void *value)
{
    calx_info *entry = find(map, key);
    if (value == NULL) {
        take_out(map, entry);
        return CALX_OK;
    }
    if (entry == NULL)
        return put_in(map, key, value);
    entry->value = value;
    return CALX_OK;
}

calx_status calx_info_map_overlay(calx_info_map *map, const calx_info *entries, size_t count)
{
    calx_status status = CALX_OK;
    for (size_t i = 0; entries != NULL && status == CALX_OK && i < count; i++)
        if (entries[i].key != NULL)
            status = calx_info_map_set(map, entries[i].key, entries[i].value);
    return status;
}

void calx_info_map_clear(calx_info_map *map)
{
    for (size_t i = 0; i < map->count; i++)
        calx_release((void *)(uintptr_t)map->entries[i].key);
    calx_release(map->entries);
    *map = (calx_info_map){ NULL, 0 };
}
