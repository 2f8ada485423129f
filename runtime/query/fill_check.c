/*
 * Columns of rows beside members of a struct: each has its other, of a type that fits, and none is
 * left over. What is not known before the rows come, such as the types of a text statement's
 * columns, is left to the values.
 */
#include "query/fill.h"

#include "base/buffer.h"
#include "base/error.h"
#include "mapper/column.h"

#include <string.h>

bool calx_fill_takes_null(const calx_column *member)
{
    return calx_column_takes_null(member) && (member->flags & CALX_COLUMN_NOT_NULL) == 0;
}

static const char *class_name(calx_value_type value_class)
{
    static const char *const names[] = { [CALX_VALUE_NULL] = "any value",
                                         [CALX_VALUE_BOOL] = "a truth value",
                                         [CALX_VALUE_INT64] = "an integer",
                                         [CALX_VALUE_UINT64] = "an unsigned integer",
                                         [CALX_VALUE_DOUBLE] = "a floating point number",
                                         [CALX_VALUE_TEXT] = "text",
                                         [CALX_VALUE_BYTES] = "bytes",
                                         [CALX_VALUE_TIMESTAMP] = "a timestamp" };
    return names[value_class];
}

static bool is_whole(calx_value_type value_class)
{
    return value_class == CALX_VALUE_BOOL || value_class == CALX_VALUE_INT64 ||
           value_class == CALX_VALUE_UINT64;
}

/* Whether values of the class may fit members of the other. */
static bool may_fit(calx_value_type value_class, calx_value_type member)
{
    if (value_class == member || value_class == CALX_VALUE_NULL)
        return true;
    if (member == CALX_VALUE_DOUBLE)
        return value_class == CALX_VALUE_INT64 || value_class == CALX_VALUE_UINT64;
    return is_whole(member) && is_whole(value_class);
}

static calx_status check_pair(const calx_result_struct *type, const calx_column *member,
                              const calx_fill_column *column, bool as_stored, calx_error *error)
{
    calx_value_type wanted = calx_column_value_type(member);
    bool is_moment =
        as_stored && column->value_class == CALX_VALUE_TEXT && wanted == CALX_VALUE_TIMESTAMP;
    if (!is_moment && !may_fit(column->value_class, wanted))
        return calx_error_set(error, CALX_E_ARGUMENT,
                              "column \"%s\" is %s, and member %s of %s holds %s: change the type "
                              "of the member, or select calx_cast() of the column",
                              column->name, class_name(column->value_class), member->member,
                              type->name, class_name(wanted));
    if (column->nullable && !calx_fill_takes_null(member))
        return calx_error_set(error, CALX_E_ARGUMENT,
                              "column \"%s\" may be NULL, and member %s of %s cannot: %s, or "
                              "select calx_coalesce() of the column",
                              column->name, member->member, type->name,
                              calx_column_takes_null(member) ? "take its CALX_NOT_NULL away"
                                                             : "make it a calx_nullable_… type");
    return CALX_OK;
}

/* The names there are, for a message. */
static calx_status no_column(const calx_result_struct *type, const calx_column *member,
                             const calx_fill_columns *columns, calx_error *error)
{
    calx_buffer names = CALX_BUFFER_INIT;
    for (size_t i = 0; i < columns->count; i++)
        calx_buffer_format(&names, "%s\"%s\"", i == 0 ? "" : ", ", columns->items[i].name);
    calx_status status =
        names.status != CALX_OK
            ? calx_error_set_nomem(error)
            : calx_error_set(error, CALX_E_ARGUMENT,
                             "member %s of %s takes a column \"%s\", which the rows do not have; "
                             "they have %s: select it under that name, or mark the member "
                             "CALX_IGNORE",
                             member->member, type->name, member->name,
                             columns->count == 0 ? "none" : calx_buffer_text(&names));
    calx_buffer_clear(&names);
    return status;
}

static calx_status find_column(const calx_result_struct *type, const calx_column *member,
                               const calx_fill_columns *columns, size_t *out_place,
                               calx_error *error)
{
    size_t found = SIZE_MAX;
    for (size_t i = 0; i < columns->count; i++) {
        if (strcmp(columns->items[i].name, member->name) != 0)
            continue;
        if (found != SIZE_MAX)
            return calx_error_set(error, CALX_E_ARGUMENT,
                                  "two columns of the rows are called \"%s\", for member %s of %s: "
                                  "select one of them under another name",
                                  member->name, member->member, type->name);
        found = i;
    }
    if (found == SIZE_MAX)
        return no_column(type, member, columns, error);
    *out_place = found;
    return check_pair(type, member, &columns->items[found], columns->as_stored, error);
}

static bool is_taken(const size_t *places, size_t count, size_t column)
{
    for (size_t i = 0; i < count; i++)
        if (places[i] == column)
            return true;
    return false;
}

calx_status calx_fill_match(const calx_result_struct *type, const calx_fill_columns *columns,
                            size_t *places, calx_error *error)
{
    calx_status status = CALX_OK;
    if (type == NULL || type->abi != CALX_RESULT_STRUCT_ABI)
        return calx_error_set(error, CALX_E_ARGUMENT,
                              type == NULL ? "no struct was given for the rows"
                                           : "the struct for the rows was described for another "
                                             "version of Calx: run calx-gen again");
    for (size_t i = 0; i < type->column_count && status == CALX_OK; i++)
        status = find_column(type, &type->columns[i], columns, &places[i], error);
    for (size_t i = 0; i < columns->count && status == CALX_OK; i++)
        if (!is_taken(places, type->column_count, i))
            status = calx_error_set(error, CALX_E_ARGUMENT,
                                    "column %zu of the rows (counted from 0), \"%s\", has no "
                                    "member in %s: leave it out, or add one",
                                    i, columns->items[i].name, type->name);
    return status;
}
