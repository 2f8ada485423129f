/*
 * Identity keys as applications hold them: the canonical key with its text.
 */
#include <calx/identity.h>

#include "base/allocator.h"
#include "base/error.h"
#include "mapper/check.h"
#include "mapper/instance.h"

struct calx_identity_key {
    calx_key key;
    calx_buffer text;
};

static calx_status fail(calx_identity_key *key, calx_status status, const calx_mapper *mapper,
                        calx_error *out_error)
{
    calx_identity_key_free(key);
    if (status == CALX_E_NOMEM)
        return calx_error_set_nomem(out_error);
    return calx_error_set(out_error, status, "the key given for %s %s", mapper->name,
                          status == CALX_E_ARGUMENT ? "is not complete: a part of it is NULL"
                                                    : "does not fit its columns");
}

static calx_identity_key *make(void)
{
    calx_identity_key *key = calx_alloc_zeroed(sizeof(*key));
    if (key != NULL)
        calx_buffer_init(&key->text);
    return key;
}

calx_status calx_identity_key_new(const calx_mapper *mapper, const calx_value *values,
                                  calx_identity_key **out_key, calx_error *out_error)
{
    calx_error_clear(out_error);
    if (mapper == NULL || values == NULL || out_key == NULL)
        return calx_error_set(out_error, CALX_E_ARGUMENT,
                              "an identity key was given no mapper, values or place");
    calx_status status = calx_mapper_check(mapper, out_error);
    if (status != CALX_OK)
        return status;
    calx_identity_key *key = make();
    if (key == NULL)
        return calx_error_set_nomem(out_error);
    status = calx_key_from_values(&key->key, mapper, values);
    if (status != CALX_OK)
        return fail(key, status, mapper, out_error);
    calx_key_describe(&key->text, mapper, values);
    if (key->text.status != CALX_OK)
        return fail(key, CALX_E_NOMEM, mapper, out_error);
    *out_key = key;
    return CALX_OK;
}

calx_status calx_identity_key_of(const void *entity, calx_identity_key **out_key,
                                 calx_error *out_error)
{
    const calx_instance *instance = calx_instance_of(entity);
    calx_error_clear(out_error);
    if (instance == NULL)
        return calx_error_set(out_error, CALX_E_UNMAPPED, "the address %p is no instance", entity);
    if (out_key == NULL)
        return calx_error_set(out_error, CALX_E_ARGUMENT, "an identity key was given no place");
    calx_identity_key *key = make();
    if (key == NULL)
        return calx_error_set_nomem(out_error);
    calx_status status = calx_key_from_instance(&key->key, instance->mapper, entity);
    if (status != CALX_OK)
        return fail(key, status, instance->mapper, out_error);
    calx_key_describe_instance(&key->text, instance->mapper, entity);
    if (key->text.status != CALX_OK)
        return fail(key, CALX_E_NOMEM, instance->mapper, out_error);
    *out_key = key;
    return CALX_OK;
}

void calx_identity_key_free(calx_identity_key *key)
{
    if (key == NULL)
        return;
    calx_key_clear(&key->key);
    calx_buffer_clear(&key->text);
    calx_release(key);
}

bool calx_identity_key_equal(const calx_identity_key *left, const calx_identity_key *right)
{
    return left == right ||
           (left != NULL && right != NULL && calx_key_equal(&left->key, &right->key));
}

uint64_t calx_identity_key_hash(const calx_identity_key *key)
{
    return key == NULL ? 0 : key->key.hash;
}

const calx_mapper *calx_identity_key_mapper(const calx_identity_key *key)
{
    return key == NULL ? NULL : key->key.mapper;
}

const char *calx_identity_key_text(const calx_identity_key *key)
{
    return key == NULL ? "" : calx_buffer_text(&key->text);
}
