/*
 * The text of a schema: CREATE and DROP statements out of mappers, with no database in reach, so
 * that calx-gen prints what the runtime executes.
 */
#ifndef CALX_SCHEMA_DDL_H
#define CALX_SCHEMA_DDL_H

#include "base/buffer.h"
#include "sql/dialect.h"

#include <calx/mapper.h>

#include <stddef.h>

/* One statement, owned by its list. */
typedef struct calx_ddl_statement {
    const calx_mapper *mapper; /* whose table it is about */
    char *sql;                 /* without a semicolon */
} calx_ddl_statement;

/* Zeroed: empty. */
typedef struct calx_ddl_list {
    calx_ddl_statement *items;
    size_t count;
    size_t capacity;
} calx_ddl_list;

void calx_ddl_list_clear(calx_ddl_list *list);

/* Each puts one statement; failures stick in the buffer. */
void calx_ddl_create_table(calx_buffer *out, const calx_dialect *dialect,
                           const calx_mapper *mapper);
void calx_ddl_create_index(calx_buffer *out, const calx_dialect *dialect, const calx_mapper *mapper,
                           const calx_index *index);
void calx_ddl_drop_table(calx_buffer *out, const calx_dialect *dialect, const calx_mapper *mapper);

/*
 * The metadata's mappers so that a table comes after those it refers to; in a cycle, the order of
 * the metadata decides. out has room for metadata->mapper_count.
 * Answers CALX_OK or CALX_E_NOMEM.
 */
calx_status calx_ddl_order(const calx_metadata *metadata, const calx_mapper **out);

/*
 * Adds all statements that create, or drop, the metadata's tables and indexes, in an order the
 * database accepts. Answers CALX_OK, CALX_E_NOMEM, or CALX_E_LIMIT for a name too long; the list
 * holds what was made so far, and is cleared by its owner.
 */
calx_status calx_ddl_create_all(calx_ddl_list *out, const calx_dialect *dialect,
                                const calx_metadata *metadata, calx_error *error);
calx_status calx_ddl_drop_all(calx_ddl_list *out, const calx_dialect *dialect,
                              const calx_metadata *metadata, calx_error *error);

#endif
