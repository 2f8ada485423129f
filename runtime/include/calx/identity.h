/**
 * @file identity.h
 * Identity keys: the class and the values of the primary key, which name one row (SES-070).
 *
 * Keys are equal when they name the same row, whatever the types of the values they were made of.
 * Making one needs no session and no SQL. Thread rule: a key never changes, so any thread may read.
 */
#ifndef CALX_IDENTITY_H
#define CALX_IDENTITY_H

#include <calx/error.h>
#include <calx/mapper.h>
#include <calx/value.h>

CALX_BEGIN_DECLS

typedef struct calx_identity_key calx_identity_key;

/**
 * The key of these values.
 * @param values    one for each key column of the mapper, in key order
 * @param out_key   owned by the caller: calx_identity_key_free()
 * @return CALX_E_ARGUMENT a value is NULL; CALX_E_DATA one does not fit its column; CALX_E_NOMEM
 */
CALX_API calx_status calx_identity_key_new(const calx_mapper *mapper, const calx_value *values,
                                           calx_identity_key **out_key, calx_error *out_error);

/**
 * The key an instance has now, or would have if its row were written now.
 * @return CALX_E_UNMAPPED the address is no instance; as calx_identity_key_new()
 */
CALX_API calx_status calx_identity_key_of(const void *entity, calx_identity_key **out_key,
                                          calx_error *out_error);

/** Takes NULL. */
CALX_API void calx_identity_key_free(calx_identity_key *key);

CALX_API bool calx_identity_key_equal(const calx_identity_key *left,
                                      const calx_identity_key *right);

/** Equal keys have equal hashes. */
CALX_API uint64_t calx_identity_key_hash(const calx_identity_key *key);

/** The class. */
CALX_API const calx_mapper *calx_identity_key_mapper(const calx_identity_key *key);

/** Such as `user(id=5)`; long values are cut. Borrowed until the free. */
CALX_API const char *calx_identity_key_text(const calx_identity_key *key);

CALX_END_DECLS

#endif
