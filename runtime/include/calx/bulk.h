/**
 * @file bulk.h
 * How arrays of plain structs are written: which statement, what becomes of rows that are there
 * already, and who hears of those that fail.
 *
 *     calx_bulk_options options = CALX_BULK_OPTIONS_INIT;
 *     options.conflict = &product_col.code.ref;
 *     options.conflict_count = 1;
 *     options.failed = note_failure;
 *     options.skips_failures = true;
 *     status = product_bulk_upsert(session, rows, count, &options);
 *
 * The calls are in session.h.
 */
#ifndef CALX_BULK_H
#define CALX_BULK_H

#include <calx/column.h>
#include <calx/error.h>
#include <calx/value.h>

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

CALX_BEGIN_DECLS

/** What is done with the rows. */
typedef enum calx_bulk_operation {
    CALX_BULK_INSERT = 0,
    CALX_BULK_UPDATE, /**< by key */
    CALX_BULK_DELETE, /**< by key */
    CALX_BULK_UPSERT  /**< inserted, or updated where they are there already */
} calx_bulk_operation;

/**
 * Makes the next row: fills the struct, which is all zero, and sets *out_row to true; or to false,
 * and there are no more. Its texts may be gone when it is called again. Another status than CALX_OK
 * ends the call that asks, and is what that answers.
 */
typedef calx_status (*calx_bulk_source)(void *context, void *row, bool *out_row);

/**
 * Hears of a row that failed, in the order of the rows. Another status than CALX_OK ends the call,
 * which answers it. It may not use the session, which refuses.
 * @param index  of the row in the array, or among those that the source made
 * @param error  why: status, SQLSTATE, message, and calx_error_tell() for the constraint; borrowed
 *               until the function returns
 */
typedef calx_status (*calx_bulk_failed)(void *context, size_t index, const calx_error *error);

/** Start from CALX_BULK_OPTIONS_INIT, then assign. Everything is borrowed for the call. */
typedef struct calx_bulk_options {
    size_t size;
    calx_bulk_operation operation;

    /**
     * Without failed or skips_failures the first row that fails ends the call. With failed every
     * row is tried, and each that fails is told. Then, with skips_failures, the others stay stored
     * and the call answers CALX_OK; else all of them are undone, and the call answers what the
     * first one failed with (SES-326). A row fails by itself where a constraint, its values, SQL
     * that raises or a row that is not there stop it; whatever else goes wrong ends the call.
     */
    calx_bulk_failed failed;
    void *failed_context;
    bool skips_failures;
    size_t *out_failures; /**< how many failed, also when the call does; or NULL */

    /**
     * Of an INSERT or UPSERT: room for the key of each row, which the database makes (the mapper's
     * key is one integer). 0: the row failed, or was left as it is. With a source as many as it
     * makes. Rows are inserted by INSERT then, not by COPY.
     */
    int64_t *out_keys;

    /** Of an UPSERT: rows that agree in these columns, which have a unique index, are the same.
     * None: the key. */
    const calx_column_ref *conflict;
    size_t conflict_count;
    const char *conflict_index; /**< or the name of a unique index of the mapper; or NULL */
    bool conflict_nothing; /**< what is there stays as it is; without columns in any unique index */
    /** What is updated. None: every column that the row has a value for, but the key and those of
     * the conflict. One that is left to the database gets its default anew. */
    const calx_column_ref *updated;
    size_t updated_count;

    /** Makes the rows, in bounded memory; the array is NULL and its count 0 then. Or NULL. */
    calx_bulk_source source;
    void *source_context;
} calx_bulk_options;

#define CALX_BULK_OPTIONS_INIT                                                                     \
    {                                                                                              \
        sizeof(calx_bulk_options), CALX_BULK_INSERT, 0, 0, false, 0, 0, 0, 0, 0, false, 0, 0, 0, 0 \
    }

/* ---- rows by the names of their members ---- */

/** A value of a mapping. */
typedef struct calx_mapped_value {
    const char *member; /**< of the struct, which is not always the column's name */
    calx_value value;
} calx_mapped_value;

/**
 * A row that says itself what it has, for rows whose columns come from a file or a request:
 *
 *     calx_mapped_value values[] = {
 *         { "name", calx_value_text("ed") },
 *         { "age", calx_value_int64(41) },
 *     };
 *     const calx_mapping mapping = { values, 2 };
 *     status = calx_session_bulk_insert_mappings(session, &user_mapper, &mapping, 1, NULL);
 *
 * A member that is not named has what a new instance has there, if that is a value (CALX_DEFAULT);
 * else it is left to the database. Everything is borrowed for the call.
 */
typedef struct calx_mapping {
    calx_mapped_value *values;
    size_t count;
} calx_mapping;

/** Start from CALX_BULK_MAPPING_OPTIONS_INIT, then assign. */
typedef struct calx_bulk_mapping_options {
    size_t size;
    /** The key that the database makes is written into the value of that member, which each mapping
     * names with calx_value_null() (SES-321). It may cost a statement for each row. */
    bool return_defaults;
    /** A value that is NULL is written; else it is as if it were not named (SES-323). Rows that
     * name the same members go together then. */
    bool render_nulls;
} calx_bulk_mapping_options;

#define CALX_BULK_MAPPING_OPTIONS_INIT                                                             \
    {                                                                                              \
        sizeof(calx_bulk_mapping_options), false, false                                            \
    }

/* ---- instances ---- */

/** Start from CALX_BULK_SAVE_OPTIONS_INIT, then assign. */
typedef struct calx_bulk_save_options {
    size_t size;
    /** Instances that were inserted get the key the database made and are detached with it; else
     * they are as they were (SES-321). It may cost a statement for each row. */
    bool return_defaults;
    bool update_changed_only; /**< else all columns that are loaded are updated (SES-322) */
    bool preserve_order; /**< else all of one class that are inserted, or updated, go together */
} calx_bulk_save_options;

#define CALX_BULK_SAVE_OPTIONS_INIT                                                                \
    {                                                                                              \
        sizeof(calx_bulk_save_options), false, true, true                                          \
    }

CALX_END_DECLS

#endif
