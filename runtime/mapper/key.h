/*
 * Primary keys as one thing to hash and compare, whatever their types. Equal keys have equal
 * bytes: 5 is the same key from an int32_t member and from an int64_t argument. A single integer
 * is kept as it is, without memory of its own.
 */
#ifndef CALX_MAPPER_KEY_H
#define CALX_MAPPER_KEY_H

#include "base/buffer.h"
#include "base/hash.h"

#include <calx/error.h>
#include <calx/mapper.h>
#include <calx/value.h>

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

enum { CALX_KEY_INLINE = 24, CALX_KEY_WORD = 8 };

/* Zeroed: no key; calx_key_clear() takes it. May be moved by assignment, not copied. */
typedef struct calx_key {
    const calx_mapper *mapper;
    uint64_t hash; /* of mapper and bytes */
    size_t size;   /* of the encoding */
    union {
        unsigned char bytes[CALX_KEY_INLINE]; /* up to CALX_KEY_INLINE of them */
        unsigned char *block;                 /* more; owned */
    } as;
} calx_key;

/*
 * values  mapper->key_count of them, in key order
 * Answers CALX_OK; CALX_E_ARGUMENT a part is NULL; CALX_E_DATA a value is not of its column's
 * class or out of its range; CALX_E_NOMEM. out needs no calx_key_clear() after a failure.
 */
calx_status calx_key_from_values(calx_key *out, const calx_mapper *mapper,
                                 const calx_value *values);

/* The key an instance has now. The same answers; an unset (NULL) part is CALX_E_ARGUMENT. */
calx_status calx_key_from_instance(calx_key *out, const calx_mapper *mapper, const void *instance);

/* Reads the key's values, in key order. values has room for mapper->key_count. */
calx_status calx_key_read(const calx_mapper *mapper, const void *instance, calx_value *values);

/* Whether a key is that of values, as calx_key_from_values() takes them; told without memory. */
bool calx_key_holds(const calx_key *key, const calx_value *values);

/* Answers CALX_OK or CALX_E_NOMEM. */
calx_status calx_key_copy(calx_key *to, const calx_key *from);

/* Gives its memory back; zeroed afterwards. */
void calx_key_clear(calx_key *key);

static inline const unsigned char *calx_key_bytes(const calx_key *key)
{
    return key->size <= CALX_KEY_INLINE ? key->as.bytes : key->as.block;
}

/* Of a key that fits into a word, the key; else its hash. */
static inline uint64_t calx_key_word(const calx_key *key)
{
    uint64_t word;
    if (key->size != CALX_KEY_WORD)
        return key->hash;
    memcpy(&word, key->as.bytes, sizeof word);
    return word;
}

/*
 * Makes a zeroed key that of a number, for a mapper that has one signed integer for its key: what
 * calx_key_from_values() makes of calx_value_int64().
 */
static inline void calx_key_set_number(calx_key *key, const calx_mapper *mapper, int64_t number)
{
    key->mapper = mapper;
    key->hash = calx_hash_join((uint64_t)(uintptr_t)mapper, (uint64_t)number);
    key->size = CALX_KEY_WORD;
    memcpy(key->as.bytes, &number, sizeof number);
}

static inline bool calx_key_equal(const calx_key *left, const calx_key *right)
{
    return left->hash == right->hash && left->mapper == right->mapper &&
           left->size == right->size &&
           memcmp(calx_key_bytes(left), calx_key_bytes(right), left->size) == 0;
}

/* For messages: user(id=5), tag(post_id=5, name='sql'); long texts are cut. */
void calx_key_describe(calx_buffer *out, const calx_mapper *mapper, const calx_value *values);
/* One value of it: 5, 'sql', NULL. */
void calx_key_describe_value(calx_buffer *out, const calx_value *value);
void calx_key_describe_instance(calx_buffer *out, const calx_mapper *mapper, const void *instance);

#endif
