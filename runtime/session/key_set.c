/*
 * A table of tuples with open addressing, half full at most. Equal means equal to the database: a
 * number is the same in any integer class, a text by its bytes.
 */
#include "session/key_set.h"

#include "base/allocator.h"
#include "base/hash.h"

#include <string.h>

void calx_key_set_clear(calx_key_set *set)
{
    calx_release(set->values);
    calx_release(set->hashes);
    calx_release(set->table);
    memset(set, 0, sizeof *set);
}

calx_status calx_key_set_init(calx_key_set *set, size_t width, size_t most)
{
    size_t capacity = 8;
    while (capacity < most * 2)
        capacity *= 2;
    memset(set, 0, sizeof *set);
    set->width = width;
    set->mask = capacity - 1;
    if (most > UINT32_MAX / 4)
        return CALX_E_NOMEM;
    set->values = calx_alloc_array(most * width + 1, sizeof *set->values);
    set->hashes = calx_alloc_array(most + 1, sizeof *set->hashes);
    set->table = calx_alloc_zeroed(capacity * sizeof *set->table);
    if (set->values != NULL && set->hashes != NULL && set->table != NULL)
        return CALX_OK;
    calx_key_set_clear(set);
    return CALX_E_NOMEM;
}

static bool is_span(const calx_value *value)
{
    return value->type == CALX_VALUE_TEXT || value->type == CALX_VALUE_BYTES;
}

/* A word that is the same for values that are equal. */
static uint64_t word_of(const calx_value *value)
{
    uint64_t bits = 0;
    switch (value->type) {
    case CALX_VALUE_BOOL:
        return value->as.boolean;
    case CALX_VALUE_DOUBLE: {
        double real = value->as.real == 0 ? 0 : value->as.real; /* -0.0 is 0.0 */
        memcpy(&bits, &real, sizeof bits);
        return bits;
    }
    case CALX_VALUE_TEXT:
    case CALX_VALUE_BYTES:
        return calx_hash(value->as.span.data, value->as.span.size);
    case CALX_VALUE_NULL:
        return 0;
    default:
        return value->as.uint64;
    }
}

static uint64_t hash_of(const calx_value *key, size_t width)
{
    uint64_t hash = calx_hash_u64(word_of(&key[0]));
    for (size_t i = 1; i < width; i++)
        hash = calx_hash_join(hash, word_of(&key[i]));
    return hash;
}

static bool is_same(const calx_value *left, const calx_value *right)
{
    if (is_span(left) != is_span(right))
        return false;
    if (is_span(left))
        return left->as.span.size == right->as.span.size &&
               (left->as.span.size == 0 ||
                memcmp(left->as.span.data, right->as.span.data, left->as.span.size) == 0);
    return word_of(left) == word_of(right);
}

static bool is_equal(const calx_key_set *set, size_t number, const calx_value *key)
{
    const calx_value *other = calx_key_set_at(set, number);
    for (size_t i = 0; i < set->width; i++)
        if (!is_same(&other[i], &key[i]))
            return false;
    return true;
}

/* The key's place in the table, or the free one it belongs in. */
static uint32_t *place_of(const calx_key_set *set, uint64_t hash, const calx_value *key)
{
    size_t place = (size_t)hash & set->mask;
    while (set->table[place] != 0) {
        size_t number = set->table[place] - 1;
        if (set->hashes[number] == hash && is_equal(set, number, key))
            break;
        place = (place + 1) & set->mask;
    }
    return &set->table[place];
}

size_t calx_key_set_put(calx_key_set *set, const calx_value *key)
{
    uint64_t hash = hash_of(key, set->width);
    uint32_t *place = place_of(set, hash, key);
    if (*place != 0)
        return *place - 1;
    size_t number = set->count++;
    memcpy(&set->values[number * set->width], key, set->width * sizeof *key);
    set->hashes[number] = hash;
    *place = (uint32_t)number + 1;
    return number;
}

size_t calx_key_set_find(const calx_key_set *set, const calx_value *key)
{
    if (set->count == 0)
        return SIZE_MAX;
    uint32_t number = *place_of(set, hash_of(key, set->width), key);
    return number == 0 ? SIZE_MAX : number - 1;
}
