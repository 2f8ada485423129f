/*
 * Structs that rows fill. A fill knows which column goes into which member, found out once and
 * checked then, and has the structs handed out last with their texts. fill_check.c compares, fill.c
 * stores and has the functions over results, fill_select.c those over selects.
 */
#ifndef CALX_QUERY_FILL_H
#define CALX_QUERY_FILL_H

#include <calx/result_struct.h>

#include "base/arena.h"
#include "mapper/row.h"

/* A column of the rows, as far as it is known before they come. */
typedef struct calx_fill_column {
    const char *name;
    calx_value_type value_class; /* CALX_VALUE_NULL: not known */
    bool nullable;               /* it is known that it may be NULL */
} calx_fill_column;

typedef struct calx_fill_columns {
    calx_fill_column *items;
    size_t count;
    bool as_stored; /* a text may be what a database without timestamps has for one */
} calx_fill_columns;

typedef struct calx_fill {
    const calx_result_struct *type;
    calx_mapper mapper; /* stands for the type where rows are stored */
    calx_row_form form;
    size_t *places;   /* of each member's column in the rows */
    calx_value *row;  /* the present one, by member */
    char *structs;    /* handed out last */
    size_t capacity;  /* of them */
    calx_arena texts; /* theirs */
} calx_fill;

/*
 * Which column each member takes; places has room for them. CALX_E_ARGUMENT: they do not go
 * together, which the error says.
 */
calx_status calx_fill_match(const calx_result_struct *type, const calx_fill_columns *columns,
                            size_t *places, calx_error *error);

/* Whether what a member holds can be NULL. */
bool calx_fill_takes_null(const calx_column *member);

/* Of a select, whose session has the error; of any result, which has it itself. */
calx_status calx_fill_of_select(const calx_select *select, const calx_result_struct *type,
                                calx_error *error, calx_fill **out_fill);
calx_status calx_fill_of_result(calx_result *result, const calx_result_struct *type,
                                calx_fill **out_fill);

/* Takes NULL. */
void calx_fill_free(calx_fill *fill);

/* Forgets the structs handed out. */
void calx_fill_reset(calx_fill *fill);

/* Puts the present row of the result behind so many structs. */
calx_status calx_fill_take(calx_fill *fill, calx_result *result, size_t count, calx_error *error);

#endif
