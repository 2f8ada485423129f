/*
 * Keys of what is loaded along: tuples of values, each once, with a number counted from 0. They lie
 * one behind the other, as a statement binds them. Text and bytes in them are borrowed.
 */
#ifndef CALX_SESSION_KEY_SET_H
#define CALX_SESSION_KEY_SET_H

#include <calx/error.h>
#include <calx/value.h>

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct calx_key_set {
    size_t width; /* values of one key */
    size_t count;
    calx_value *values;
    uint64_t *hashes;
    uint32_t *table; /* number + 1, by hash; 0: free */
    size_t mask;     /* of the table */
} calx_key_set;

/* Zeroed: no key, and calx_key_set_clear() takes it. */
void calx_key_set_clear(calx_key_set *set);

/* Room for so many keys, so that put cannot fail. CALX_E_NOMEM. */
calx_status calx_key_set_init(calx_key_set *set, size_t width, size_t most);

/* The number of a key, which is new or not. */
size_t calx_key_set_put(calx_key_set *set, const calx_value *key);

/* The number of a key; SIZE_MAX: it is none of them. */
size_t calx_key_set_find(const calx_key_set *set, const calx_value *key);

static inline const calx_value *calx_key_set_at(const calx_key_set *set, size_t number)
{
    return &set->values[number * set->width];
}

#endif
