/*
 * What every statement over mappers is written with. A walk over a statement either writes its
 * text, or, where a shape is given, collects in a few words what the text would be: two walks that
 * leave equal words would have written equal texts. So there is one walk for both, and whatever is
 * put through here is part of the shape by itself. Values become placeholders and go to the
 * parameter list in both.
 */
#ifndef CALX_SQL_WRITER_H
#define CALX_SQL_WRITER_H

#include <calx/column.h>
#include <calx/expression.h>

#include "base/arena.h"
#include "base/buffer.h"
#include "sql/dialect.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Values to bind, in order. Text and bytes in them are borrowed from the conditions, or lie in the
 * list's own memory.
 */
typedef struct calx_parameter_list {
    calx_value *items;
    size_t count;
    size_t capacity;
    calx_status status; /* the first failure of an add; CALX_OK so far */
    calx_arena arena;   /* of what is put together here; empty until the next reset */
} calx_parameter_list;

void calx_parameter_list_init(calx_parameter_list *list);
void calx_parameter_list_clear(calx_parameter_list *list);
/* Empty and without failure, but the memory is kept for the next values. */
void calx_parameter_list_reset(calx_parameter_list *list);
void calx_parameter_list_add(calx_parameter_list *list, calx_value value);

/* Enough for some hundred conditions. */
enum { CALX_SHAPE_WORDS = 2048 };

typedef struct calx_shape {
    uint64_t hash;
    size_t count; /* of the words used */
    bool is_full; /* there were more */
    uint64_t words[CALX_SHAPE_WORDS];
} calx_shape;

/* A table of the statement, or of one around it: what a column handle may mean. */
typedef struct calx_sql_source {
    const calx_mapper *mapper;
    uint16_t alias; /* of the handles that mean it */
    char letter;    /* of its name in the text, as "t0"; '\0': its columns stand by themselves */
    size_t number;
    const struct calx_sql_block *block; /* whose rows it is; NULL: those of the mapper's table */
} calx_sql_source;

/* The letter of the row that an INSERT could not add; it has a name of the databases' own. */
enum { CALX_SQL_EXCLUDED = '!' };

typedef struct calx_sql_scope {
    const struct calx_sql_scope *outer; /* of the statement around; or NULL */
    const calx_sql_source *sources;     /* the first one is what messages call the query's own */
    size_t count;
} calx_sql_scope;

/* Parts of the statement that have a name; handles of the alias mean them. */
typedef struct calx_sql_named {
    const struct calx_sql_named *outer;
    calx_alias alias;
    size_t number;
} calx_sql_named;

typedef struct calx_sql_writer {
    calx_buffer *out;
    calx_shape *shape; /* NULL: the text is written; else out is not used */
    calx_parameter_list *parameters;
    const calx_dialect *dialect;
    const calx_sql_scope *scope; /* NULL: any column may stand, as in a text for people */
    size_t again;                /* parameters from this number on are there; 0: they are new */
    const calx_sql_named *names; /* those there are so far; or NULL */
    size_t tables;               /* that were numbered so far */
    calx_error *error;
    calx_status status; /* the first failure */
} calx_sql_writer;

/* ---- text ---- */

/* SQL of ours: a constant of the program, whose address stands for what it says. */
void calx_sql_put(calx_sql_writer *writer, const char *text);

/* A quoted name that stays, as those of mappers do: its address stands for it. */
void calx_sql_put_name(calx_sql_writer *writer, const char *name);
/* A table of a model, in its schema. */
void calx_sql_put_table(calx_sql_writer *writer, const char *table);

/* The same for a name of the application's, which is told by what it says. */
void calx_sql_put_label(calx_sql_writer *writer, const char *label);

/* "t0" */
void calx_sql_put_alias(calx_sql_writer *writer, char letter, size_t number);

/* A fact of the statement that the text follows from; in the text itself it is nothing. */
void calx_sql_put_fact(calx_sql_writer *writer, uint64_t fact);

/* A text of the application's, which is told by what it says. */
void calx_sql_put_word(calx_sql_writer *writer, const char *word);

/* The placeholder of a value. */
void calx_sql_put_parameter(calx_sql_writer *writer, calx_value value);

/* ---- columns and conditions ---- */

/* What a handle means, from the inside out; NULL: writer->status is set, naming it. */
const calx_sql_source *calx_sql_find_source(calx_sql_writer *writer, calx_column_ref ref);

/* A column, with its table's name where that has one. */
void calx_sql_put_column(calx_sql_writer *writer, calx_column_ref ref);

/*
 * A condition of so many nodes in prefix order. outside: what it is a part of; CALX_OP_NONE: of
 * nothing. Nodes that are not exactly one expression are CALX_E_ARGUMENT. expression_text.c
 */
void calx_sql_put_condition(calx_sql_writer *writer, const calx_node *nodes, size_t count,
                            calx_operator outside);

/* An expression inside another, which is whole. Answers the node behind it. */
const calx_node *calx_sql_put_part(calx_sql_writer *writer, const calx_node *node);

/* Aggregates, window functions and what belongs to them. aggregate_text.c */
const calx_node *calx_sql_put_aggregate(calx_sql_writer *writer, const calx_node *node);

/* Whether all items of a list can be in one array, as text, as values of a class. list_text.c */
bool calx_sql_fits_array(const calx_list *list, calx_value_type wanted);

/* The placeholder of an array of the items, as values of a class. The same. */
void calx_sql_put_array(calx_sql_writer *writer, const calx_list *list, calx_value_type wanted);

/* Whether the items can be packed (packed.h); the placeholder of what that gives. */
bool calx_sql_fits_packed(const calx_list *list, calx_value_type wanted);
void calx_sql_put_packed(calx_sql_writer *writer, const calx_list *list, calx_value_type wanted);

#endif
