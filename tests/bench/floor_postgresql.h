/*
 * What the cases and the store of the PostgreSQL floor share: a connection, and prepared statements
 * with binary parameters and results.
 */
#ifndef TESTS_BENCH_FLOOR_POSTGRESQL_H
#define TESTS_BENCH_FLOOR_POSTGRESQL_H

#include "bench.h"
#include "data.h"
#include "rows.h"
#include "wire.h"

#include <libpq-fe.h>

enum { PG_PARAMETERS = 4, PG_BATCH = 5000 };

typedef struct pg_floor {
    bench_task task;
    PGconn *conn;
    struct entry *data; /* what is to be inserted */
    int64_t *keys;
    entry_list list;
    people_list people;
    wire_array arrays[PG_PARAMETERS];
    uint64_t sum;
} pg_floor;

/* Parameters of one execution; numbers lie in the struct itself. */
typedef struct pg_parameters {
    const char *values[PG_PARAMETERS];
    int sizes[PG_PARAMETERS];
    char numbers[PG_PARAMETERS][8];
    int count;
} pg_parameters;

void *pg_open(const bench_task *task);
void pg_close(void *state);

/* A result that is what was expected, or the end of the process. Takes it over otherwise. */
PGresult *pg_need(const pg_floor *floor, PGresult *result, ExecStatusType expected);

/* SQL without rows, sent as it stands. */
void pg_run(const pg_floor *floor, const char *sql);
void pg_prepare(const pg_floor *floor, const char *name, const char *sql);
/* Parameters NULL: none. The result is the caller's. */
PGresult *pg_execute(const pg_floor *floor, const char *name, const pg_parameters *parameters);
void pg_execute_plain(const pg_floor *floor, const char *name, const pg_parameters *parameters);

void pg_add_64(pg_parameters *parameters, uint64_t number);
void pg_add_text(pg_parameters *parameters, const char *text);
void pg_add_array(pg_parameters *parameters, wire_array *array, uint32_t type);

/* Inserts entries by arrays and writes their keys back; the statement is the one below. */
void pg_insert_arrays(pg_floor *floor, struct entry *entries, size_t count);

#define PG_INSERT_ARRAYS                                                                           \
    "INSERT INTO entries (name, email, amount, score) "                                            \
    "SELECT * FROM unnest($1::text[], $2::text[], $3::bigint[], $4::float8[])"

/* What is to be inserted, by COPY. */
void pg_copy_entries(void *state);

/* Everything in the table of entries, in one statement. */
void pg_load(void *state);
uint64_t pg_load_check(void *state);

#endif
