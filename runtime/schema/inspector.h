/*
 * The inside of an inspector, shared by its files. Whatever it reads lies in one arena, and is hung
 * into the cache only when it is whole; what a failure leaves behind goes with the next clear.
 */
#ifndef CALX_SCHEMA_INSPECTOR_H
#define CALX_SCHEMA_INSPECTOR_H

#include <calx/inspect.h>

#include "base/arena.h"
#include "engine/cursor.h"
#include "sql/inspection.h"

#include <stdbool.h>
#include <stddef.h>

/* A table, view or index of a schema. */
typedef struct calx_inspect_object {
    const char *name;
    const char *kind;                  /* as inspection.h says */
    const char *comment;               /* or NULL */
    const char *create;                /* or NULL */
    const calx_inspected_table *table; /* NULL: not read yet */
} calx_inspect_object;

/* A schema; what is NULL was not read yet. */
typedef struct calx_inspect_schema {
    const char *name;
    bool hidden;
    bool is_default;
    bool is_listed;               /* objects and names are there */
    calx_inspect_object *objects; /* by name */
    size_t object_count;
    const char *const *tables;
    size_t table_count;
    const char *const *views;
    size_t view_count;
    const calx_inspected_table *const *all; /* tables alone */
    const calx_inspected_enum *enums;
    size_t enum_count;
    const calx_inspected_domain *domains;
    size_t domain_count;
    const calx_inspected_sequence *sequences;
    size_t sequence_count;
    bool has_enums; /* they were read */
    bool has_domains;
    bool has_sequences;
} calx_inspect_schema;

struct calx_inspector {
    calx_engine *engine;
    calx_connection *given;      /* NULL: one of the engine's at each call */
    calx_connection *connection; /* in use during a call; or NULL */
    const calx_dialect *dialect;
    const calx_inspection *inspection;
    calx_arena arena;
    calx_error error;
    calx_status status; /* the first failure of this call */
    size_t warnings;
    calx_inspect_schema *schemas; /* by name; NULL: not read yet */
    size_t schema_count;
    const char *const *schema_names;
    size_t schema_name_count;
};

/* ---- inspect_ask.c: questions and memory ---- */

/* A text of inspection.h, and what its rows are made of: t text, b truth value, i integer. */
typedef struct calx_inspect_question {
    const char *sql;
    const char *columns;
    const char *schema; /* NULL: no parameters */
    const char *table;  /* NULL: all; counts with about_tables only */
    bool about_tables;
} calx_inspect_question;

enum { CALX_INSPECT_COLUMNS = 24 };

/* A row; text is followed by a NUL. Failures stick in the inspector's status. */
typedef void (*calx_inspect_row)(void *context, const calx_value *row);

/* Hands each row on. Answers the inspector's status, as all that takes one. */
calx_status calx_inspect_ask(calx_inspector *inspector, const calx_inspect_question *question,
                             calx_inspect_row take, void *context);

/* Makes no memory the status. */
calx_status calx_inspect_no_memory(calx_inspector *inspector);

/*
 * Room for one more behind count items, perhaps elsewhere, zeroed; NULL: no memory. The arrays
 * double, and begin with items NULL.
 */
void *calx_inspect_grow(calx_inspector *inspector, const void *items, size_t count, size_t size);

/* Zeroed; NULL: no memory. */
void *calx_inspect_alloc(calx_inspector *inspector, size_t count, size_t size);

/* A copy that stays; NULL gives NULL, as does missing memory. */
const char *calx_inspect_text(calx_inspector *inspector, const calx_value *value);
const char *calx_inspect_copy(calx_inspector *inspector, const char *text, size_t size);

/* Whether two names are one to the database. */
bool calx_inspect_same(const calx_inspector *inspector, const char *left, const char *right);

/* What went on, but should be looked at. */
void calx_inspect_warn(calx_inspector *inspector, const char *format, ...) CALX_PRINTF(2, 3);

/* ---- inspect_list.c: schemas and what is in them ---- */

/* The schema of that name, NULL: the default one; *out NULL: there is none. */
calx_status calx_inspect_find_schema(calx_inspector *inspector, const char *name,
                                     calx_inspect_schema **out);

/* The same, whose absence is CALX_E_NO_OBJECT. */
calx_status calx_inspect_need_schema(calx_inspector *inspector, const char *name,
                                     calx_inspect_schema **out);

/* Its objects and their names. */
calx_status calx_inspect_list(calx_inspector *inspector, calx_inspect_schema *schema);

/* What is looked for by name, and what was found. */
typedef struct calx_inspect_search {
    const char *schema; /* NULL: the temporary ones first, then the default one */
    const char *name;
    bool index;                  /* else a table or view */
    calx_inspect_schema *home;   /* where it was looked for last; NULL: there is no such schema */
    calx_inspect_object *object; /* NULL: there is none */
} calx_inspect_search;

calx_status calx_inspect_find(calx_inspector *inspector, calx_inspect_search *search);

bool calx_inspect_is_table(const calx_inspect_object *object);

/* ---- inspect_table.c ---- */

/* Reads one table or view; NULL: all tables that were not read yet. */
calx_status calx_inspect_load(calx_inspector *inspector, calx_inspect_schema *schema,
                              calx_inspect_object *only);

/* ---- inspect_type.c ---- */

/* The columns of a row that tell of a type: text, name, schema, kind, array. */
void calx_inspect_type(calx_inspector *inspector, const calx_value *row, calx_inspected_type *out);

/* ---- inspect_types.c: what is in a schema beside tables ---- */

calx_status calx_inspect_enums(calx_inspector *inspector, calx_inspect_schema *schema);
calx_status calx_inspect_domains(calx_inspector *inspector, calx_inspect_schema *schema);
calx_status calx_inspect_sequences(calx_inspector *inspector, calx_inspect_schema *schema);

/* Eight columns: a name, then what a sequence counts. */
void calx_inspect_sequence(calx_inspector *inspector, const calx_value *row,
                           calx_inspected_sequence *out);

/* For sorting by name; NULL comes first. */
int calx_inspect_compare(const char *left, const char *right);

#endif
