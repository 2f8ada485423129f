/* Generated from rows.h by calx-gen 0.1.0. Do not edit: change rows.h and build again. */
#include "rows.calx.h"

#include <calx/instance.h>
#include <calx/relationship.h>

#include <stddef.h>

_Static_assert(CALX_MAPPER_ABI == 3,
               "rows.calx.c is for another version of Calx: run calx-gen again");

/* ---- struct top_artist: rows of selects and statements ---- */

/* clang-format off */
_Static_assert(sizeof(((struct top_artist *)0)->name) == sizeof(char *), "run calx-gen again");
_Static_assert(sizeof(((struct top_artist *)0)->tracks) == 8, "run calx-gen again");
_Static_assert(sizeof(((struct top_artist *)0)->average.value) == 8, "run calx-gen again");

static const calx_column top_artist_columns[] = {
    { .name = "name", .member = "name", .type = CALX_TYPE_TEXT, .size = sizeof(char *),
      .offset = offsetof(struct top_artist, name), .flags = CALX_COLUMN_NOT_NULL },
    { .name = "tracks", .member = "tracks", .type = CALX_TYPE_INT64, .size = 8,
      .offset = offsetof(struct top_artist, tracks), .flags = CALX_COLUMN_NOT_NULL },
    { .name = "average", .member = "average", .type = CALX_TYPE_DOUBLE, .size = 8,
      .offset = offsetof(struct top_artist, average.value), .flags = CALX_COLUMN_NULL_FLAG,
      .null_offset = offsetof(struct top_artist, average.has_value) },
};

const calx_result_struct top_artist_result = {
    .abi = CALX_RESULT_STRUCT_ABI, .name = "struct top_artist", .size = sizeof(struct top_artist),
    .columns = top_artist_columns, .column_count = 3,
};
struct top_artist_each { top_artist_function function; void *context; };
/* clang-format on */

static calx_status top_artist_found(calx_status status, const void **found,
                                    const struct top_artist **out_row)
{
    if (status == CALX_OK)
        *out_row = *found;
    return status;
}

calx_status top_artist_next(calx_result *result, const struct top_artist **out_row)
{
    const void *found = NULL, **place = out_row != NULL ? &found : NULL;
    return top_artist_found(calx_result_fill(result, &top_artist_result, place), &found, out_row);
}

calx_status top_artist_fetch(calx_result *result, size_t most, const struct top_artist **out_rows,
                             size_t *out_count)
{
    const void *found = NULL, **place = out_rows != NULL ? &found : NULL;
    const calx_result_rows rows = { &top_artist_result, most };
    return top_artist_found(calx_result_fetch(result, rows, place, out_count), &found, out_rows);
}

calx_status top_artist_select_all(calx_select *select, const struct top_artist **out_rows,
                                  size_t *out_count)
{
    const void *found = NULL, **place = out_rows != NULL ? &found : NULL;
    const calx_status status = calx_select_fill_all(select, &top_artist_result, place, out_count);
    return top_artist_found(status, &found, out_rows);
}

calx_status top_artist_select_first(calx_select *select, const struct top_artist **out_row)
{
    const void *found = NULL, **place = out_row != NULL ? &found : NULL;
    const calx_status status = calx_select_fill_first(select, &top_artist_result, place);
    return top_artist_found(status, &found, out_row);
}

calx_status top_artist_select_one(calx_select *select, const struct top_artist **out_row)
{
    const void *found = NULL, **place = out_row != NULL ? &found : NULL;
    const calx_status status = calx_select_fill_one(select, &top_artist_result, place);
    return top_artist_found(status, &found, out_row);
}

calx_status top_artist_select_one_or_none(calx_select *select, const struct top_artist **out_row)
{
    const void *found = NULL, **place = out_row != NULL ? &found : NULL;
    const calx_status status = calx_select_fill_one_or_none(select, &top_artist_result, place);
    return top_artist_found(status, &found, out_row);
}

static calx_status top_artist_each_call(void *context, const void *row)
{
    const struct top_artist_each *each = context;
    return each->function(each->context, row);
}

calx_status top_artist_select_each(calx_select *select, top_artist_function function, void *context)
{
    struct top_artist_each each = { function, context };
    const calx_filled_function call = function != NULL ? top_artist_each_call : NULL;
    return calx_select_fill_each(select, &top_artist_result, call, &each);
}

/* ---- every_type: rows of selects and statements ---- */

/* clang-format off */
_Static_assert(sizeof(((every_type *)0)->flag) == 1, "run calx-gen again");
_Static_assert(sizeof(((every_type *)0)->small) == 1, "run calx-gen again");
_Static_assert(sizeof(((every_type *)0)->size) == 4, "run calx-gen again");
_Static_assert(sizeof(((every_type *)0)->code) == 8, "run calx-gen again");
_Static_assert(sizeof(((every_type *)0)->photo) == sizeof(calx_bytes), "run calx-gen again");
_Static_assert(sizeof(((every_type *)0)->moment) == 8, "run calx-gen again");
_Static_assert(sizeof(((every_type *)0)->until.value) == 8, "run calx-gen again");
_Static_assert(sizeof(((every_type *)0)->comment) == sizeof(char *), "run calx-gen again");
_Static_assert(sizeof(((every_type *)0)->ratio) == 4, "run calx-gen again");

static const calx_column any_type_columns[] = {
    { .name = "flag", .member = "flag", .type = CALX_TYPE_BOOL, .size = 1,
      .offset = offsetof(every_type, flag), .flags = CALX_COLUMN_NOT_NULL },
    { .name = "small", .member = "small", .type = CALX_TYPE_UINT8, .size = 1,
      .offset = offsetof(every_type, small), .flags = CALX_COLUMN_NOT_NULL },
    { .name = "Size of it", .member = "size", .type = CALX_TYPE_UINT32, .size = 4,
      .offset = offsetof(every_type, size), .flags = CALX_COLUMN_NOT_NULL },
    { .name = "code", .member = "code", .type = CALX_TYPE_CHAR_ARRAY, .size = 8,
      .offset = offsetof(every_type, code), .flags = CALX_COLUMN_NOT_NULL | CALX_COLUMN_MUTABLE },
    { .name = "photo", .member = "photo", .type = CALX_TYPE_BYTES, .size = sizeof(calx_bytes),
      .offset = offsetof(every_type, photo), .flags = 0 },
    { .name = "moment", .member = "moment", .type = CALX_TYPE_TIMESTAMP, .size = 8,
      .offset = offsetof(every_type, moment), .flags = CALX_COLUMN_NOT_NULL },
    { .name = "until", .member = "until", .type = CALX_TYPE_TIMESTAMP, .size = 8,
      .offset = offsetof(every_type, until.value), .flags = CALX_COLUMN_NULL_FLAG,
      .null_offset = offsetof(every_type, until.has_value) },
    { .name = "comment", .member = "comment", .type = CALX_TYPE_TEXT, .size = sizeof(char *),
      .offset = offsetof(every_type, comment), .flags = 0 },
    { .name = "ratio", .member = "ratio", .type = CALX_TYPE_FLOAT, .size = 4,
      .offset = offsetof(every_type, ratio), .flags = CALX_COLUMN_NOT_NULL },
};

const calx_result_struct any_type_result = {
    .abi = CALX_RESULT_STRUCT_ABI, .name = "every_type", .size = sizeof(every_type),
    .columns = any_type_columns, .column_count = 9,
};
struct any_type_each { any_type_function function; void *context; };
/* clang-format on */

static calx_status any_type_found(calx_status status, const void **found,
                                  const every_type **out_row)
{
    if (status == CALX_OK)
        *out_row = *found;
    return status;
}

calx_status any_type_next(calx_result *result, const every_type **out_row)
{
    const void *found = NULL, **place = out_row != NULL ? &found : NULL;
    return any_type_found(calx_result_fill(result, &any_type_result, place), &found, out_row);
}

calx_status any_type_fetch(calx_result *result, size_t most, const every_type **out_rows,
                           size_t *out_count)
{
    const void *found = NULL, **place = out_rows != NULL ? &found : NULL;
    const calx_result_rows rows = { &any_type_result, most };
    return any_type_found(calx_result_fetch(result, rows, place, out_count), &found, out_rows);
}

calx_status any_type_select_all(calx_select *select, const every_type **out_rows, size_t *out_count)
{
    const void *found = NULL, **place = out_rows != NULL ? &found : NULL;
    const calx_status status = calx_select_fill_all(select, &any_type_result, place, out_count);
    return any_type_found(status, &found, out_rows);
}

calx_status any_type_select_first(calx_select *select, const every_type **out_row)
{
    const void *found = NULL, **place = out_row != NULL ? &found : NULL;
    const calx_status status = calx_select_fill_first(select, &any_type_result, place);
    return any_type_found(status, &found, out_row);
}

calx_status any_type_select_one(calx_select *select, const every_type **out_row)
{
    const void *found = NULL, **place = out_row != NULL ? &found : NULL;
    const calx_status status = calx_select_fill_one(select, &any_type_result, place);
    return any_type_found(status, &found, out_row);
}

calx_status any_type_select_one_or_none(calx_select *select, const every_type **out_row)
{
    const void *found = NULL, **place = out_row != NULL ? &found : NULL;
    const calx_status status = calx_select_fill_one_or_none(select, &any_type_result, place);
    return any_type_found(status, &found, out_row);
}

static calx_status any_type_each_call(void *context, const void *row)
{
    const struct any_type_each *each = context;
    return each->function(each->context, row);
}

calx_status any_type_select_each(calx_select *select, any_type_function function, void *context)
{
    struct any_type_each each = { function, context };
    const calx_filled_function call = function != NULL ? any_type_each_call : NULL;
    return calx_select_fill_each(select, &any_type_result, call, &each);
}

/* clang-format off */
const calx_metadata rows_metadata = {
    .abi = CALX_MAPPER_ABI, .name = "rows",
};
/* clang-format on */
