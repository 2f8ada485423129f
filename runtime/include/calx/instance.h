/**
 * @file instance.h
 * Instances: what the generated user_new(), user_free(), user_edit(), user_set_…() stand on.
 * Applications use the typed functions; these are for generated code and for code that works on
 * any mapper.
 *
 * An instance is a struct with a header of Calx's in front. Whether an address is one is found out
 * without reading it: a stack variable, a malloc'ed struct, NULL or a freed instance give
 * CALX_E_UNMAPPED (SES-225), never a crash.
 *
 * Thread rule: an instance belongs to one thread at a time. Making and freeing may happen on any.
 */
#ifndef CALX_INSTANCE_H
#define CALX_INSTANCE_H

#include <calx/error.h>
#include <calx/mapper.h>

CALX_BEGIN_DECLS

typedef struct calx_session calx_session;

/** Where an instance stands towards session and database; exactly one holds (SES-040). */
typedef enum calx_state {
    CALX_STATE_TRANSIENT = 0, /**< no key, no session */
    CALX_STATE_PENDING,       /**< no key yet, session */
    CALX_STATE_PERSISTENT,    /**< key, session */
    CALX_STATE_DELETED,       /**< key, session, DELETE sent but not committed */
    CALX_STATE_DETACHED       /**< key, no session */
} calx_state;

/** A transient instance with the constant defaults in it. Owned by the caller. NULL: no memory. */
CALX_API void *calx_instance_new(const calx_mapper *mapper);

/**
 * Frees an instance that is in no session. Takes NULL. Anything else (an instance a session keeps,
 * an address that is none, one already freed) is left alone.
 */
CALX_API void calx_instance_free(void *entity);

/** A transient copy of the columns, texts included, owned by the caller. NULL: no memory. */
CALX_API void *calx_instance_copy(const void *entity);

/** The mapper of an instance; NULL when the address is none. */
CALX_API const calx_mapper *calx_instance_mapper(const void *entity);

/** The state of an instance (SES-040). CALX_E_UNMAPPED: the address is none. */
CALX_API calx_status calx_instance_state(const void *entity, calx_state *out_state);

/** Whether its DELETE was committed, so that it cannot be added again (SES-050, 052). */
CALX_API bool calx_instance_was_deleted(const void *entity);

/** Whether fields may be older than the row: the next load asks the database. */
CALX_API bool calx_instance_is_expired(const void *entity);

/**
 * Takes an instance out of its session if it is in one, and forgets its key and that it was
 * deleted: it can be added like a new one, and no rollback brings it back (SES-059). The caller
 * keeps it from now on. Loaded values stay, the key's too; what was expired is empty afterwards.
 * Relationships are those that the foreign keys name.
 * @return CALX_E_UNMAPPED the address is no instance; CALX_E_STATE a flush is under way
 */
CALX_API calx_status calx_make_transient(const void *entity);

/**
 * Makes a transient instance one that a session loaded and let go: its key is what the members say,
 * members that are not empty are as in the row, all others are expired. So an add and a load fetch
 * the row (SES-060).
 * @return CALX_E_UNMAPPED the address is no instance; CALX_E_STATE it is not transient, in a
 *         session, or its key is not complete; CALX_E_NOMEM; nothing changed then
 */
CALX_API calx_status calx_make_transient_to_detached(const void *entity);

/**
 * The mutable pointer. From now on the instance is watched: what is written through the pointer is
 * found at the next flush or commit. An expired instance is loaded first.
 * @return NULL: no memory, or not editable (deleted, or its load failed, or expired and in no
 *         session to load it); the error is on the instance's session
 */
CALX_API void *calx_instance_edit(const void *entity);

/**
 * Ends the watch on a mutable pointer: changes made through it from now on are not looked for. One
 * with changes that are not committed yet, or that is new, stays watched until they are: what is
 * changed meanwhile is written too.
 */
CALX_API void calx_instance_seal(const void *entity);

/*
 * Setters. The column is one of the mapper's own table, so that a column of another mapper is
 * found out; text and bytes are copied at once. The mark stays even when the value is the one that
 * was there before an expiry (SES-179).
 *
 * Errors: CALX_E_UNMAPPED not an instance of that mapper; CALX_E_NOMEM; CALX_E_DATA the value does
 * not fit the member; CALX_E_STATE the instance was deleted. Details are on the instance's session.
 */
CALX_API calx_status calx_instance_set_null(const void *entity, const calx_column *column);
/** @param nullable  a calx_nullable_… of the column's type, which generated code has checked */
CALX_API calx_status calx_instance_set_nullable(const void *entity, const calx_column *column,
                                                const void *nullable);
CALX_API calx_status calx_instance_set_bool(const void *entity, const calx_column *column,
                                            bool value);
CALX_API calx_status calx_instance_set_int64(const void *entity, const calx_column *column,
                                             int64_t value);
CALX_API calx_status calx_instance_set_uint64(const void *entity, const calx_column *column,
                                              uint64_t value);
CALX_API calx_status calx_instance_set_double(const void *entity, const calx_column *column,
                                              double value);
CALX_API calx_status calx_instance_set_text(const void *entity, const calx_column *column,
                                            const char *text);
CALX_API calx_status calx_instance_set_bytes(const void *entity, const calx_column *column,
                                             calx_bytes bytes);
CALX_API calx_status calx_instance_set_timestamp(const void *entity, const calx_column *column,
                                                 calx_timestamp timestamp);

CALX_END_DECLS

#endif
