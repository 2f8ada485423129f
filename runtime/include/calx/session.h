/**
 * @file session.h
 * The Session: an identity map and a unit of work over one transaction.
 *
 * What is loaded or added belongs to the session until it is closed; what changed is found by
 * comparing the instances whose mutable pointer was handed out, and is written by flush() in an
 * order the foreign keys allow. Names and semantics are SQLAlchemy's, restated for C
 * (docs/conformance.md).
 *
 * Thread rule: one thread at a time. Errors: each function that returns a status clears the
 * session's error on entry; calx_session_error() has the details of a failure. Entities are
 * pointers the generated functions gave out; any other address is CALX_E_UNMAPPED (SES-225).
 *
 * The scoped session is generated from this file: a function marked CALX_PUBLIC_METHOD is
 * forwarded, one marked CALX_NOT_SCOPED is not (SES-028, 030). Keep one declaration a function.
 */
#ifndef CALX_SESSION_H
#define CALX_SESSION_H

#include <calx/bulk.h>
#include <calx/connection.h>
#include <calx/engine.h>
#include <calx/error.h>
#include <calx/expression.h>
#include <calx/instance.h>
#include <calx/lock.h>
#include <calx/mapper.h>
#include <calx/result.h>
#include <calx/session_options.h>
#include <calx/statement.h>
#include <calx/value.h>

CALX_BEGIN_DECLS

typedef struct calx_query calx_query;

/**
 * Makes a session without a maker. Connects when the first statement runs (SES-090, 092).
 * @param options    bind, connection, binds or route is required; copied
 * @param out_error  or NULL
 * @return CALX_OK; CALX_E_ARGUMENT (SES-005); CALX_E_NOMEM
 */
CALX_NOT_SCOPED calx_status calx_session_new(const calx_session_options *options,
                                             calx_session **out_session, calx_error *out_error);

/** Closes and frees the session, and all instances it keeps. Takes NULL. */
CALX_NOT_SCOPED void calx_session_free(calx_session *session);

/* ---- putting in and taking out ---- */

/**
 * Adds a transient instance, and with it what its relationships reach: pending, inserted by the
 * next flush (SES-041). Texts are copied at once. An instance of this session: no change, a mark
 * for deletion is taken back (SES-048). On success the session keeps it; on failure the caller
 * still does.
 * @return CALX_E_UNMAPPED; CALX_E_STATE it belongs to another session, was deleted, or its key is
 *         present in another instance (SES-045, 046, 052); CALX_E_NOMEM
 */
CALX_PUBLIC_METHOD calx_status calx_session_add(calx_session *session, const void *entity);

/** Adds each in turn; stops at the first failure, earlier ones stay added (SES-064). */
CALX_PUBLIC_METHOD calx_status calx_session_add_all(calx_session *session,
                                                    const void *const *entities, size_t count);

/**
 * Marks a persistent instance for deletion at the next flush (SES-047), and what its delete
 * cascade reaches, loaded now (SES-276). One that was deleted in this transaction is deleted once
 * more, with a warning when its row is not there (SES-055).
 * @return CALX_E_STATE it is transient or pending (SES-053), or of another session
 */
CALX_PUBLIC_METHOD calx_status calx_session_delete(calx_session *session, const void *entity);

/** Deletes each in turn; stops at the first failure (SES-064). */
CALX_PUBLIC_METHOD calx_status calx_session_delete_all(calx_session *session,
                                                       const void *const *entities, size_t count);

/**
 * Takes an instance out; the caller keeps it from now on and frees it. Pending becomes transient,
 * persistent detached; unflushed changes stay on it (SES-056). What its expunge cascade reaches in
 * memory leaves too and is the caller's; these stay related to each other (SES-291). Since the
 * caller may free it, no rollback touches it: one whose row the rollback took stays detached,
 * calx_make_transient() makes it one to be added again (SES-057).
 * @return CALX_E_STATE it is not in this session
 */
CALX_PUBLIC_METHOD calx_status calx_session_expunge(calx_session *session, const void *entity);

/** Takes everything out and frees it; the transaction stays (SES-058). */
CALX_PUBLIC_METHOD calx_status calx_session_expunge_all(calx_session *session);

/** Whether an instance is pending or persistent here (SES-061). */
CALX_PUBLIC_METHOD calx_status calx_session_contains(calx_session *session, const void *entity,
                                                     bool *out_contains);

/** Called for each instance; another status than CALX_OK ends the iteration and is returned. */
typedef calx_status (*calx_entity_function)(void *context, const void *entity);

/**
 * Pending instances in the order they were added, then persistent ones: a snapshot (SES-061). The
 * function may use the session; what left it meanwhile is not shown. So for the ones below.
 */
CALX_PUBLIC_METHOD calx_status calx_session_iterate(calx_session *session,
                                                    calx_entity_function function, void *context);

/** Pending instances, in the order they were added: a snapshot (SES-062). */
CALX_PUBLIC_METHOD calx_status calx_session_iterate_new(calx_session *session,
                                                        calx_entity_function function,
                                                        void *context);

/** Persistent instances with a net change, not those marked for deletion: a snapshot (SES-062). */
CALX_PUBLIC_METHOD calx_status calx_session_iterate_dirty(calx_session *session,
                                                          calx_entity_function function,
                                                          void *context);

/** Instances marked for deletion, in the order they were: a snapshot (SES-062). */
CALX_PUBLIC_METHOD calx_status calx_session_iterate_deleted(calx_session *session,
                                                            calx_entity_function function,
                                                            void *context);

/* ---- finding ---- */

/**
 * The instance of a key: from the identity map without SQL (SES-072), else by one SELECT (SES-073).
 * @param key        one value for each key column of the mapper; all NULL: a warning, no row
 *                   (SES-077); some NULL or of another class: CALX_E_ARGUMENT, CALX_E_DATA
 * @param out_entity NULL: there is no such row. Borrowed: kept by the session
 */
CALX_PUBLIC_METHOD calx_status calx_session_get(calx_session *session, const calx_mapper *mapper,
                                                const calx_value *key, const void **out_entity);

/**
 * The same for a key of one integer; what is present and fresh takes the least there is (SES-072).
 * @return CALX_E_ARGUMENT, CALX_E_DATA the mapper's key is none, or does not hold the number
 */
CALX_PUBLIC_METHOD calx_status calx_session_get_int64(calx_session *session,
                                                      const calx_mapper *mapper, int64_t key,
                                                      const void **out_entity);

/** As calx_session_get(); no row is CALX_E_NO_RESULT (SES-073). */
CALX_PUBLIC_METHOD calx_status calx_session_get_one(calx_session *session,
                                                    const calx_mapper *mapper,
                                                    const calx_value *key, const void **out_entity);

/** Start from CALX_GET_OPTIONS_INIT, then assign. */
typedef struct calx_get_options {
    size_t size;
    bool populate_existing;   /**< overwrite an instance that is there, its changes are lost */
    calx_lock lock;           /**< lock the row */
    calx_lock_wait wait;      /**< when somebody else has it locked; counts with a lock */
    const char *const *names; /**< the member each value is for; NULL: they are in key order */
    size_t name_count;        /**< how many; all of the key's, each once */
} calx_get_options;

#define CALX_GET_OPTIONS_INIT                                                                      \
    {                                                                                              \
        sizeof(calx_get_options), false, CALX_LOCK_NONE, CALX_LOCK_WAIT, 0, 0                      \
    }

/**
 * As get(), with options. populate_existing and a lock cost one SELECT even on a hit (SES-076); an
 * instance that is there keeps its loaded values unless populate_existing says otherwise.
 * @return CALX_E_INVALID_REQUEST the names are not those of the key (SES-077); CALX_E_STALE_DATA a
 *         locked row has another version than the instance that is there (SES-349);
 *         CALX_E_ARGUMENT bad options; CALX_E_BUSY somebody has the lock, with CALX_LOCK_NOWAIT
 */
CALX_PUBLIC_METHOD calx_status calx_session_get_with(calx_session *session,
                                                     const calx_mapper *mapper,
                                                     const calx_value *key,
                                                     const calx_get_options *options,
                                                     const void **out_entity);

/** A query over a mapper; free it with calx_query_free() (SES-223). */
CALX_PUBLIC_METHOD calx_status calx_session_query(calx_session *session, const calx_mapper *mapper,
                                                  calx_query **out_query);

/**
 * Runs SQL text after an autoflush, in the session's transaction (SES-220).
 * @param out_result owned by the caller, calx_result_free(); or NULL when no rows are wanted
 */
CALX_PUBLIC_METHOD calx_status calx_session_execute(calx_session *session,
                                                    const calx_statement *statement,
                                                    calx_result **out_result);

/**
 * The same with execution options of this call, over those of the statement, which are over those
 * of the session (SES-008).
 * @param options  or NULL, meaning none
 */
CALX_PUBLIC_METHOD calx_status calx_session_execute_with(calx_session *session,
                                                         const calx_statement *statement,
                                                         const calx_execution_options *options,
                                                         calx_result **out_result);

/** Where a statement goes. Start from CALX_BIND_ARGUMENTS_INIT, then assign. */
typedef struct calx_bind_arguments {
    size_t size;
    calx_engine *bind;           /**< this one; or NULL: what the following says */
    calx_connection *connection; /**< this one, for the rest of the transaction; or NULL. Borrowed;
                                      the session joins it as join_transaction_mode says. It is the
                                      caller's again when it cannot join */
    const calx_mapper *mapper;   /**< where rows of this class are; or NULL */
    const char *table;           /**< where this table is; or NULL */
    const calx_execution_options *options; /**< as calx_session_execute_with() and
                                                calx_session_connection_with() take; or NULL */
} calx_bind_arguments;

#define CALX_BIND_ARGUMENTS_INIT                                                                   \
    {                                                                                              \
        sizeof(calx_bind_arguments), 0, 0, 0, 0, 0                                                 \
    }

/**
 * As calx_session_execute(), on an engine that the call chooses (SES-360).
 * @return CALX_E_UNBOUND_EXECUTION: the session has no engine for it; CALX_E_INVALID_REQUEST the
 *         transaction has another connection of that engine (SES-365)
 */
CALX_PUBLIC_METHOD calx_status calx_session_execute_bound(calx_session *session,
                                                          const calx_statement *statement,
                                                          const calx_bind_arguments *arguments,
                                                          calx_result **out_result);

/**
 * The first column of the first row; NULL when there is none (SES-221). Text and bytes are
 * borrowed until the next call on the session.
 */
CALX_PUBLIC_METHOD calx_status calx_session_scalar(calx_session *session,
                                                   const calx_statement *statement,
                                                   calx_value *out_value);

/**
 * The first column of the only row, as calx_session_scalar().
 * @return CALX_E_NO_RESULT, CALX_E_MULTIPLE_RESULTS: there was another number of rows (SES-222)
 */
CALX_PUBLIC_METHOD calx_status calx_session_scalar_one(calx_session *session,
                                                       const calx_statement *statement,
                                                       calx_value *out_value);

/** Called for each value, which is borrowed for the call; not CALX_OK ends it and is returned. */
typedef calx_status (*calx_value_function)(void *context, const calx_value *value);

/** The first column of each row, as they come (SES-221). */
CALX_PUBLIC_METHOD calx_status calx_session_scalars(calx_session *session,
                                                    const calx_statement *statement,
                                                    calx_value_function function, void *context);

/**
 * Runs a statement once for each set of values, prepared once, after one autoflush (SES-220). The
 * values stay bound. Rows it gives are dropped.
 * @param out_changes the rows changed by all of them together; or NULL
 * @return what an execution answers, with the number of the page and the set in front of the
 *         message; what was done of that page is undone, pages before it stay done (ENG-184)
 */
CALX_PUBLIC_METHOD calx_status calx_session_execute_many(calx_session *session,
                                                         calx_statement *statement,
                                                         const calx_parameter_sets *sets,
                                                         int64_t *out_changes);

/* ---- merging ---- */

/** Start from CALX_MERGE_OPTIONS_INIT, then assign. */
typedef struct calx_merge_options {
    size_t size;
    const calx_mapper *mapper; /**< what lies at an address that is no instance; or NULL */
    bool load;                 /**< false: send nothing, take the source for what its row holds */
} calx_merge_options;

#define CALX_MERGE_OPTIONS_INIT                                                                    \
    {                                                                                              \
        sizeof(calx_merge_options), 0, true                                                        \
    }

/**
 * Takes over what an instance says, which may be of another session or of none, and stays as it is
 * (SES-250): by the instance of this session that has its key, from memory, else from its row, else
 * by a new one, pending (SES-251, 252). What the source does not say is left alone: columns of a
 * new instance that are as user_new() made them and were not set, columns that are expired,
 * relationships that were never loaded or changed (SES-253, 255). The merge cascade leads on over
 * relationships; a collection becomes that of the source, and members it lacks are let go of
 * (SES-254, 256). Of two sources with one key the last one counts (SES-257). One flush comes first
 * when autoflush is on, none on the way (SES-258).
 *
 * Reads sources of other sessions, so their threads must be idle.
 *
 * @param source      an instance; one that is persistent in this session is its own answer
 * @param out_entity  borrowed; the session keeps it
 * @return CALX_E_UNMAPPED no instance; CALX_E_STALE_DATA the source has another version than the
 *         instance here (SES-262); CALX_E_NOMEM; what a flush or SELECT may answer. A failure
 * leaves everything as it was; but where the session had work of its own that was not flushed, only
 *         new instances leave again when memory ends on the way, and what stored ones took over
 *         stays, not written.
 */
CALX_PUBLIC_METHOD calx_status calx_session_merge(calx_session *session, const void *source,
                                                  const void **out_entity);

/**
 * The same with options. A plain struct says something about every column, and its relationships
 * are not looked at. Without load nothing is sent: the target is as if its row had just been read
 * and held what the source holds, so there is nothing to flush (SES-260).
 * @return also CALX_E_INVALID_REQUEST without load: the source is new, changed, or a plain struct
 *         (SES-261)
 */
CALX_PUBLIC_METHOD calx_status calx_session_merge_with(calx_session *session, const void *source,
                                                       const calx_merge_options *options,
                                                       const void **out_entity);

/**
 * As calx_session_merge(), also of a plain struct of the mapper: what the generated user_merge()
 * calls.
 * @return also CALX_E_UNMAPPED an instance of another mapper
 */
CALX_PUBLIC_METHOD calx_status calx_session_merge_as(calx_session *session,
                                                     const calx_mapper *mapper, const void *source,
                                                     const void **out_entity);

/**
 * Merges each of an array, in its order. A failure leaves those before it merged.
 * @param out_entities  room for as many, or NULL; on failure those merged so far are written
 */
CALX_PUBLIC_METHOD calx_status calx_session_merge_all(calx_session *session,
                                                      const void *const *sources, size_t count,
                                                      const void **out_entities);

/* ---- rows of plain structs ---- */

/**
 * Inserts the rows of an array of structs in its order, inside the transaction, without identity
 * and without the unit of work: nothing joins the session, no relationship is looked at, nothing is
 * flushed or committed, and keys are not written back (SES-320, 327). What the database fills is
 * left to it where a member is empty: server defaults, an integer key. A version starts unless it
 * was given (SES-328). Texts are not needed any more when the call returns.
 * @param rows  an array of the mapper's structs; only read
 * @return CALX_E_DATA a text is too long, found before anything is sent; what the database says.
 *         The message names the row by its index, and its struct. CALX_E_ARGUMENT and
 *         CALX_E_ILLEGAL_STATE_CHANGE come before anything happens; after any other failure only
 *         rollback() is legal, inside a savepoint only its own (SES-326)
 */
CALX_PUBLIC_METHOD calx_status calx_session_bulk_insert(calx_session *session,
                                                        const calx_mapper *mapper, const void *rows,
                                                        size_t count);

/**
 * Updates by key, in the same way: each row's columns but the key are written as they are in the
 * struct (SES-324), and loaded instances stay as they are: expire them. A version must be the
 * row's, and is counted up in the database, not in the struct (SES-328).
 * @return as above, and CALX_E_STATE a key is not set, CALX_E_STALE_DATA there is no row of that
 *         key, or it has another version (SES-325)
 */
CALX_PUBLIC_METHOD calx_status calx_session_bulk_update(calx_session *session,
                                                        const calx_mapper *mapper, const void *rows,
                                                        size_t count);

/**
 * Deletes by key, in the same way: only the key and the version of the structs are looked at, and
 * no cascade but that of the database. Instances of these rows stay what they are: expire them. A
 * row that is gone already is a warning, unless it has a version (SES-341, 344).
 * @return as above; CALX_E_STALE_DATA only with a version
 */
CALX_PUBLIC_METHOD calx_status calx_session_bulk_delete(calx_session *session,
                                                        const calx_mapper *mapper, const void *rows,
                                                        size_t count);

/**
 * As calx_session_bulk_insert(), of rows that a function makes one by one: any number in bounded
 * memory. They are looked through and sent some thousand at a time, so the function may be asked
 * for some that come to nothing when an earlier one fails; all are undone then. The function may
 * not use the session, which refuses.
 * @param context  handed to the function
 * @return as above; what the function answers
 */
CALX_PUBLIC_METHOD calx_status calx_session_bulk_insert_from(calx_session *session,
                                                             const calx_mapper *mapper,
                                                             calx_bulk_source source,
                                                             void *context);

/**
 * Inserts rows, or updates those that are there already: an UPSERT by the key, in the same way.
 * Each column that a row has a value for is written. A row whose key is left to the database is
 * inserted, never updated. A version that was given must be that of the row that is there, else it
 * is not looked at; it is counted up in both cases (SES-328). Rows of one key: the last one counts.
 * @param options  what it takes for the same row and what it updates, and all else that
 *                 calx_session_bulk_with() has; the operation does not count. NULL: as above
 * @return as calx_session_bulk_insert(), and CALX_E_STALE_DATA a row has another version,
 *         CALX_E_UNSUPPORTED the versions are times or made by a function
 */
CALX_PUBLIC_METHOD calx_status calx_session_bulk_upsert(calx_session *session,
                                                        const calx_mapper *mapper, const void *rows,
                                                        size_t count,
                                                        const calx_bulk_options *options);

/**
 * Any of these with options: who hears of rows that fail and whether the others stay, keys that the
 * database makes, rows of a source, and what an UPSERT takes for the same row and updates.
 * @param options  from CALX_BULK_OPTIONS_INIT; NULL: inserts, as calx_session_bulk_insert()
 * @return as the call for the operation; CALX_E_ARGUMENT also for options that are not for it;
 *         what options->failed and options->source answer
 */
CALX_PUBLIC_METHOD calx_status calx_session_bulk_with(calx_session *session,
                                                      const calx_mapper *mapper, const void *rows,
                                                      size_t count,
                                                      const calx_bulk_options *options);

/**
 * Inserts rows that name their members, in the same way: those that name the same ones go together
 * (SES-323). Values take on their column's class where nothing is lost.
 * @param options  NULL: the defaults
 * @return as calx_session_bulk_insert(), CALX_E_ARGUMENT a mapping names what is no member or one
 *         twice, or has no place for its key; CALX_E_DATA a value does not fit. The message names
 *         row and member
 */
CALX_PUBLIC_METHOD calx_status calx_session_bulk_insert_mappings(
    calx_session *session, const calx_mapper *mapper, const calx_mapping *mappings, size_t count,
    const calx_bulk_mapping_options *options);

/**
 * Updates by key the members that each mapping names besides the key (SES-324); one that names the
 * key alone changes nothing. A version must be named too: it is checked and counted up (SES-328).
 * Mappings are only read.
 * @return as calx_session_bulk_update() and the above; CALX_E_STATE the key or the version is not
 *         named (SES-325)
 */
CALX_PUBLIC_METHOD calx_status calx_session_bulk_update_mappings(calx_session *session,
                                                                 const calx_mapper *mapper,
                                                                 const calx_mapping *mappings,
                                                                 size_t count);

/**
 * Writes instances without the unit of work: inserts those that have no key, transient ones, and
 * updates those that were loaded or are detached, in runs of one class (SES-320). No relationships,
 * no events, no cascades; nobody joins a session, and what is loaded does not learn of it.
 * @param objects  instances of any classes; also of other sessions, and then only read
 * @param options  NULL: the defaults
 * @return as calx_session_bulk_insert() and calx_session_bulk_update(); CALX_E_UNMAPPED one is no
 *         instance; CALX_E_STATE one is pending, which the next flush inserts, or deleted. The
 *         message names its place in the array
 */
CALX_PUBLIC_METHOD calx_status
calx_session_bulk_save_objects(calx_session *session, const void *const *objects, size_t count,
                               const calx_bulk_save_options *options);

/**
 * Sets a column of an instance to an SQL expression: the next flush writes it in a statement of the
 * row's own, and the column is expired after that, of a new row all of them (SES-180).
 *
 *     calx_session_set_expression(session, page, page_col.hits.ref, calx_add(page_col.hits, 1));
 *
 * The expression may name columns of the same entity, if the row is there already. A setter that is
 * called later, a rollback, an expire or a refresh takes it back; a value written into the member
 * does not. It cannot have a select in it: calx_session_execute() runs an UPDATE that does.
 * @param column      any but those of the key and the version
 * @param expression  copied
 * @return CALX_E_ARGUMENT there is no such column, or the expression is not for it; CALX_E_LIMIT it
 *         is too large; CALX_E_STATE the instance is not in this session
 */
CALX_PUBLIC_METHOD calx_status calx_session_set_expression(calx_session *session,
                                                           const void *entity,
                                                           calx_column_ref column,
                                                           calx_expression expression);

/* ---- keeping up to date ---- */

/**
 * Loads an instance if it is expired, or those of its columns that are (SES-231, 232); does nothing
 * otherwise.
 * @return CALX_E_OBJECT_DELETED the row is gone (SES-237); CALX_E_DETACHED_INSTANCE it is detached,
 *         so there is no session to load it (SES-236); CALX_E_STATE it is transient, or of another
 *         session
 */
CALX_PUBLIC_METHOD calx_status calx_session_load(calx_session *session, const void *entity);

/**
 * Discards changes and loads the row now (SES-239); what its refresh_expire cascade reaches expires
 * (SES-244). CALX_E_STATE: the row is gone (SES-241).
 */
CALX_PUBLIC_METHOD calx_status calx_session_refresh(calx_session *session, const void *entity);

/** Start from CALX_REFRESH_OPTIONS_INIT, then assign. */
typedef struct calx_refresh_options {
    size_t size;
    const char *const *names; /**< of members: columns and relationships; NULL: the whole row */
    size_t count;             /**< of the names */
    calx_lock lock;           /**< lock the row (SES-243) */
    calx_lock_wait wait;      /**< when somebody else has it locked; counts with a lock */
} calx_refresh_options;

#define CALX_REFRESH_OPTIONS_INIT                                                                  \
    {                                                                                              \
        sizeof(calx_refresh_options), 0, 0, CALX_LOCK_NONE, CALX_LOCK_WAIT                         \
    }

/**
 * As refresh(), with options. Named columns are selected, others stay as they are, changes too;
 * named relationships are loaded (SES-240).
 * @return CALX_E_STATE as refresh(), or the key was changed and not flushed (SES-242); the named
 *         members are expired then; CALX_E_ARGUMENT no such member, or bad options (SES-243)
 */
CALX_PUBLIC_METHOD calx_status calx_session_refresh_with(calx_session *session, const void *entity,
                                                         const calx_refresh_options *options);

/**
 * Discards changes; the next use loads the row (SES-230). What its refresh_expire cascade reaches
 * in memory expires too; a pending instance leaves the session if it must have an owner (SES-244).
 */
CALX_PUBLIC_METHOD calx_status calx_session_expire(calx_session *session, const void *entity);

/** Start from CALX_EXPIRE_OPTIONS_INIT, then assign. */
typedef struct calx_expire_options {
    size_t size;
    const char *const *names; /**< of members: columns and relationships; NULL: all of them */
    size_t count;             /**< of the names */
} calx_expire_options;

#define CALX_EXPIRE_OPTIONS_INIT                                                                   \
    {                                                                                              \
        sizeof(calx_expire_options), 0, 0                                                          \
    }

/**
 * As expire(), for the named members only: changes of others stay, and the next load selects the
 * expired columns and no more (SES-232). CALX_E_ARGUMENT: no such member.
 */
CALX_PUBLIC_METHOD calx_status calx_session_expire_with(calx_session *session, const void *entity,
                                                        const calx_expire_options *options);

/** Expires every persistent instance (SES-234). */
CALX_PUBLIC_METHOD calx_status calx_session_expire_all(calx_session *session);

/**
 * Whether an instance has a net change, in its columns, its references or its collections
 * (SES-063). No SQL. A pending one has; a value set while the old one was expired counts.
 * @return CALX_E_STATE it is not in this session
 */
CALX_PUBLIC_METHOD calx_status calx_session_is_modified(calx_session *session, const void *entity,
                                                        bool *out_modified);

/** Start from CALX_MODIFIED_OPTIONS_INIT, then assign. */
typedef struct calx_modified_options {
    size_t size;
    bool include_collections; /**< members that came or went count as a change */
} calx_modified_options;

#define CALX_MODIFIED_OPTIONS_INIT                                                                 \
    {                                                                                              \
        sizeof(calx_modified_options), true                                                        \
    }

/** As is_modified(), with options. */
CALX_PUBLIC_METHOD calx_status calx_session_is_modified_with(calx_session *session,
                                                             const void *entity,
                                                             const calx_modified_options *options,
                                                             bool *out_modified);

/* ---- the transaction ---- */

/** Begins; CALX_E_STATE when one is open already (SES-093). Connects at the first statement. */
CALX_PUBLIC_METHOD calx_status calx_session_begin(calx_session *session);

/** Writes pending work inside the transaction, without committing (SES-150 to 155). */
CALX_PUBLIC_METHOD calx_status calx_session_flush(calx_session *session);

/**
 * Flushes and commits; then instances are expired unless the option says otherwise (SES-095).
 *
 * On several engines it commits on one after the other, in the order of their first statements.
 * When a later one fails, what the earlier ones committed stays: the message says so, and the
 * session needs rollback() (SES-364). With the option twophase all are prepared first, so that none
 * commits when one cannot; a failure of that rolls all back, and no rollback() is needed (SES-366,
 * 367). Once the first engine has committed, all is: where another one cannot be told so, commit()
 * answers its failure, the session goes on as after success, and calx_recover() (calx/recovery.h)
 * commits what waits there. When the first one cannot commit, nothing is committed: commit() may be
 * called again, or rollback().
 */
CALX_PUBLIC_METHOD calx_status calx_session_commit(calx_session *session);

/**
 * Rolls back: what was added is transient again, what was deleted is back, fields of persistent
 * instances are as before and expired (SES-102 to 107). Savepoints inside end with it (SES-136).
 * When the database refuses even that, instances are put back all the same, and a second call makes
 * the session usable (SES-110).
 */
CALX_PUBLIC_METHOD calx_status calx_session_rollback(calx_session *session);

/**
 * Flushes, whatever autoflush says, and begins a savepoint, with the transaction when none is open
 * (SES-130, 131). The database hears of it at the first statement inside (SES-132). It ends with
 * calx_session_transaction_commit() or _rollback() of calx_session_get_nested_transaction(), or
 * with what is around it.
 * @return CALX_E_PENDING_ROLLBACK; what the flush may answer; CALX_E_NOMEM
 */
CALX_PUBLIC_METHOD calx_status calx_session_begin_nested(calx_session *session);

/**
 * The first phase of a commit, by hand, in a session with the option twophase (SES-368): flushes,
 * and prepares the transaction on every engine. Then only commit(), rollback() or close() is legal;
 * what is changed meanwhile belongs to the next transaction.
 * @return CALX_E_INVALID_REQUEST without twophase, in a savepoint, or prepared already (SES-369);
 *         what a database answers: then all of it was rolled back, no rollback() is needed
 *         (SES-367)
 */
CALX_PUBLIC_METHOD calx_status calx_session_prepare(calx_session *session);

/**
 * Rolls back what is open and lets go of all instances, freeing them (SES-112). The session may be
 * used again, unless its options say close_resets_only = false: then everything that begins work
 * is CALX_E_STATE (SES-114).
 */
CALX_PUBLIC_METHOD calx_status calx_session_close(calx_session *session);

/** As close(), and the session may be used as before under every setting (SES-114). */
CALX_PUBLIC_METHOD calx_status calx_session_reset(calx_session *session);

/** As close(); the physical connection is thrown away, not given back (SES-115). */
CALX_NOT_SCOPED calx_status calx_session_invalidate(calx_session *session);

/**
 * The transaction's connection, begun; no flush (SES-120). Borrowed until the transaction ends;
 * do not close, commit or roll it back yourself.
 */
CALX_PUBLIC_METHOD calx_status calx_session_connection(calx_session *session,
                                                       calx_connection **out_connection);

/**
 * The same with execution options for the connection of this transaction, over those of the
 * session. They count only when the transaction has no connection yet; later they are ignored, with
 * a warning (SES-120).
 * @return CALX_E_ARGUMENT names each option that is bad
 */
CALX_PUBLIC_METHOD calx_status calx_session_connection_with(calx_session *session,
                                                            const calx_execution_options *options,
                                                            calx_connection **out_connection);

/**
 * The connection of one of several engines, begun; otherwise as calx_session_connection().
 * @return CALX_E_UNBOUND_EXECUTION; CALX_E_INVALID_REQUEST the transaction has another connection
 *         of that engine already (SES-365)
 */
CALX_PUBLIC_METHOD calx_status calx_session_connection_bound(calx_session *session,
                                                             const calx_bind_arguments *arguments,
                                                             calx_connection **out_connection);

/**
 * Statements for rows of a class go to this engine from now on, and no longer where the session's
 * bind or the bind of its table says (SES-360, 362). What was loaded stays.
 * @param engine  borrowed, outlives the session
 * @return CALX_E_ARGUMENT one of both is NULL; CALX_E_NOMEM
 */
CALX_PUBLIC_METHOD calx_status calx_session_bind_mapper(calx_session *session,
                                                        const calx_mapper *mapper,
                                                        calx_engine *engine);

/** The same for a table, that of a class or of a many-to-many. The name is copied. */
CALX_PUBLIC_METHOD calx_status calx_session_bind_table(calx_session *session, const char *table,
                                                       calx_engine *engine);

/**
 * The engine statements for a mapper go to; NULL asks for the session's own (SES-360).
 * @return CALX_E_UNBOUND_EXECUTION there is none; what the route answers
 */
CALX_PUBLIC_METHOD calx_status calx_session_get_bind(calx_session *session,
                                                     const calx_mapper *mapper,
                                                     calx_engine **out_engine);

/** Switches the flush before queries on or off, as the option of that name (SES-029, 213). */
CALX_PUBLIC_METHOD calx_status calx_session_set_autoflush(calx_session *session, bool autoflush);

/** From here to the matching end queries do not flush first; nests (SES-214). */
CALX_PUBLIC_METHOD calx_status calx_session_no_autoflush_begin(calx_session *session);

/** CALX_E_STATE: there was no begin. */
CALX_PUBLIC_METHOD calx_status calx_session_no_autoflush_end(calx_session *session);

/** The body of a scope: a status other than CALX_OK rolls back and is returned. */
typedef calx_status (*calx_session_function)(void *context, calx_session *session);

/**
 * Begins, calls, commits; or rolls back when the function or the commit fails (ENG-051). A function
 * that commits or rolls back itself can do no more than return after that: other work is
 * CALX_E_STATE, and nothing is ended for it (SES-118).
 */
CALX_PUBLIC_METHOD calx_status calx_session_run(calx_session *session,
                                                calx_session_function function, void *context);

/** The same with a savepoint: released, or rolled back to when the function fails (SES-140). */
CALX_PUBLIC_METHOD calx_status calx_session_run_nested(calx_session *session,
                                                       calx_session_function function,
                                                       void *context);

/* ---- transactions as values ---- */

/**
 * The transaction of a session, or a savepoint in it: a value, nothing to free. It may outlive what
 * it stands for, but not the session. number 0: none.
 */
typedef struct calx_session_transaction {
    calx_session *session;
    uint64_t number;
} calx_session_transaction;

/** The root transaction; number 0: none is open (SES-090). */
CALX_NOT_SCOPED calx_session_transaction calx_session_get_transaction(calx_session *session);

/** The innermost savepoint; number 0: none is open (SES-130). */
CALX_NOT_SCOPED calx_session_transaction calx_session_get_nested_transaction(calx_session *session);

/**
 * Of a savepoint: flushes, ends those inside it, and releases it; nothing is expired, what was done
 * inside belongs to the level around it (SES-133). Of the root: calx_session_commit(), which ends
 * open savepoints first (SES-117).
 * @return CALX_E_CLOSED it is finished (SES-116); CALX_E_PENDING_ROLLBACK; CALX_E_ARGUMENT it is
 *         none: what the functions above gave when nothing was open
 */
CALX_NOT_SCOPED calx_status calx_session_transaction_commit(calx_session_transaction transaction);

/**
 * Of a savepoint: rolls back to it and ends it, with those inside it. What was added inside is
 * transient, what was deleted inside is back, what was changed inside is expired; everything else
 * keeps its values, and the level around it is usable, also after a flush failed inside (SES-134,
 * 139). Of the root: calx_session_rollback().
 * @return CALX_E_CLOSED it is finished (SES-116); what the database said: the instances are as
 *         after success then
 */
CALX_NOT_SCOPED calx_status calx_session_transaction_rollback(calx_session_transaction transaction);

/** False when it is finished, or a failure left it nothing but its rollback. */
CALX_NOT_SCOPED bool calx_session_transaction_is_active(calx_session_transaction transaction);

/** Whether it is an open savepoint. */
CALX_NOT_SCOPED bool calx_session_transaction_is_nested(calx_session_transaction transaction);

/** What an open savepoint is in; number 0: it is the root, or finished. */
CALX_NOT_SCOPED calx_session_transaction
calx_session_transaction_parent(calx_session_transaction transaction);

/* ---- looking at the session ---- */

CALX_NOT_SCOPED bool calx_session_in_transaction(const calx_session *session);

/** Whether a savepoint is open (SES-130). */
CALX_NOT_SCOPED bool calx_session_in_nested_transaction(const calx_session *session);

/** False from a failed flush until rollback(), of the savepoint if it failed in one (SES-119). */
CALX_NOT_SCOPED bool calx_session_is_active(const calx_session *session);

/** How many are pending / persistent with a recorded change / marked for deletion (SES-062). */
CALX_NOT_SCOPED size_t calx_session_count_new(const calx_session *session);
CALX_NOT_SCOPED size_t calx_session_count_dirty(const calx_session *session);
CALX_NOT_SCOPED size_t calx_session_count_deleted(const calx_session *session);

/** Warnings given since the session was made (ERR-16). */
CALX_NOT_SCOPED size_t calx_session_count_warnings(const calx_session *session);

/** What a session has and what it did since it was made: for tests and for a look at its cost. */
typedef struct calx_session_state {
    size_t kept;          /**< instances the session will free */
    size_t hot;           /**< watched, handed out since the last flush: every autoflush looks */
    size_t cold;          /**< watched, handed out earlier: flush() and commit() look */
    size_t checked;       /**< not watched, with a checksum (debug_checks) */
    uint64_t comparisons; /**< of a watched instance with its snapshot */
    uint64_t checks;      /**< of an unwatched one with its checksum */
} calx_session_state;

/** *out_state is all 0 for a session that is NULL. */
CALX_NOT_SCOPED void calx_session_status(const calx_session *session,
                                         calx_session_state *out_state);

/**
 * Puts an entry into the session's info map, or takes it out when value is NULL. The maker's map
 * and those of other sessions stay as they are (SES-003). The key is copied.
 */
CALX_PUBLIC_METHOD calx_status calx_session_set_info(calx_session *session, const char *key,
                                                     void *value);

/** What is in the info map under a key; NULL: nothing. */
CALX_PUBLIC_METHOD calx_status calx_session_get_info(calx_session *session, const char *key,
                                                     void **out_value);

/** The options' info pointer. */
CALX_NOT_SCOPED void *calx_session_info(const calx_session *session);

/** The details of the last failed call. Never NULL; borrowed until the next call. */
CALX_NOT_SCOPED const calx_error *calx_session_error(const calx_session *session);

/**
 * Lets references of an instance that is in no session be read from the database by its foreign
 * keys, and all relationships of one that is pending, as CALX_LOAD_ON_PENDING does for one of them
 * (SES-065, 302). The instance does not come into the session: it is not contained,
 * not new, and no flush writes it. From now on it belongs to the session's thread, until it is
 * freed, expunged or added to another session, or this session is closed, reset, emptied or freed;
 * then it knows nothing of what was loaded. Errors of a load are this session's.
 * @return CALX_OK, also for one that is stored; CALX_E_UNMAPPED (SES-225); CALX_E_STATE it is in
 *         another session; CALX_E_NOMEM
 */
CALX_NOT_SCOPED calx_status calx_session_enable_relationship_loading(calx_session *session,
                                                                     const void *entity);

/** The session an instance is in; NULL: in none, or not an instance (SES-031). */
CALX_NOT_SCOPED calx_session *calx_object_session(const void *entity);

/**
 * Closes every live session of the process (SES-010). Only when no other thread is inside one.
 */
CALX_NOT_SCOPED void calx_close_all_sessions(void);

CALX_END_DECLS

#endif
