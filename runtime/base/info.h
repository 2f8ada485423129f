/*
 * The info map: the application's pointers under its own keys (SES-003, ENG-048). A handful of
 * entries at most, so a plain array.
 */
#ifndef CALX_BASE_INFO_H
#define CALX_BASE_INFO_H

#include <calx/setting.h>

#include <calx/error.h>

#include <stddef.h>
#include <stdint.h>

/* Zeroed: empty. */
typedef struct calx_info_map {
    calx_info *entries; /* the keys are the map's own */
    size_t count;
} calx_info_map;

/* NULL: there is no such key. */
void *calx_info_map_get(const calx_info_map *map, const char *key);

/* value NULL takes the entry out. CALX_E_NOMEM: nothing changed. */
calx_status calx_info_map_set(calx_info_map *map, const char *key, void *value);

/* Sets each in turn. CALX_E_NOMEM: only some of them. Entries without a key are left out. */
calx_status calx_info_map_overlay(calx_info_map *map, const calx_info *entries, size_t count);

void calx_info_map_clear(calx_info_map *map);

#endif
