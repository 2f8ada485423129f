/*
 * Arrays of users and what is heard of those that fail, for tests of bulk calls with options.
 */
#ifndef TESTS_RUNTIME_BULK_FIXTURE_H
#define TESTS_RUNTIME_BULK_FIXTURE_H

#include "session_fixture.h"

#include <stdio.h>
#include <stdlib.h>

enum { NAME_SIZE = 32, MOST_HEARD = 64 };

/* Users to be written, and the room of their names. */
typedef struct row_array {
    struct user *rows;
    char (*names)[NAME_SIZE];
    size_t count;
} row_array;

static inline row_array make_rows(size_t count)
{
    row_array array = { calloc(count, sizeof(struct user)), calloc(count, NAME_SIZE), count };
    assert_non_null(array.rows);
    assert_non_null(array.names);
    for (size_t i = 0; i < count; i++) {
        (void)snprintf(array.names[i], NAME_SIZE, "user %06zu", i);
        array.rows[i].name = array.names[i];
        array.rows[i].age = (calx_nullable_int32){ true, (int32_t)i };
    }
    return array;
}

static inline void free_rows(row_array *array)
{
    free(array->rows);
    free(array->names);
}

/* Failures as they were told. */
typedef struct failures {
    size_t count;
    size_t indexes[MOST_HEARD];
    calx_status statuses[MOST_HEARD];
    char message[200];          /* of the last one */
    char constraint[NAME_SIZE]; /* likewise */
    char sqlstate[6];
    calx_status answer;    /* what the function answers */
    calx_session *visited; /* called back; NULL: not */
    calx_status seen;
} failures;

static inline calx_status hear_failure(void *context, size_t index, const calx_error *error)
{
    failures *self = context;
    assert_true(self->count < MOST_HEARD);
    self->indexes[self->count] = index;
    self->statuses[self->count++] = error->status;
    (void)snprintf(self->message, sizeof self->message, "%s", error->message);
    (void)snprintf(self->constraint, sizeof self->constraint, "%s",
                   calx_error_tell(error, CALX_ERROR_FACT_CONSTRAINT));
    (void)snprintf(self->sqlstate, sizeof self->sqlstate, "%s", error->sqlstate);
    if (self->visited != NULL)
        self->seen = calx_session_flush(self->visited);
    assert_true(error->status != CALX_OK); /* a visit does not take it away */
    return self->answer;
}

static inline calx_bulk_options options_for(calx_bulk_operation operation)
{
    calx_bulk_options options = CALX_BULK_OPTIONS_INIT;
    options.operation = operation;
    return options;
}

/* The others stay. */
static inline calx_bulk_options skipping(calx_bulk_operation operation, failures *heard)
{
    calx_bulk_options options = options_for(operation);
    options.failed = hear_failure;
    options.failed_context = heard;
    options.skips_failures = true;
    return options;
}

static inline calx_status write_users(const fixture *fix, const row_array *array,
                                      const calx_bulk_options *options)
{
    return calx_session_bulk_with(fix->session, &user_mapper, array->rows, array->count, options);
}

static inline int64_t count_users(const fixture *fix)
{
    return number(fix->session, "SELECT count(*) FROM users");
}

/* Rows that are in the table, with the keys and versions they have there. */
static inline row_array store_rows(const fixture *fix, size_t count)
{
    row_array array = make_rows(count);
    assert_int_equal(write_users(fix, &array, NULL), CALX_OK);
    assert_int_equal(calx_session_commit(fix->session), CALX_OK);
    for (size_t i = 0; i < count; i++) {
        array.rows[i].id = (int64_t)i + 1;
        array.rows[i].revision = 1;
    }
    return array;
}

#endif
