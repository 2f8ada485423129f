/*
 * What columns are set to fits them, or is refused before any SQL: some databases would store it as
 * it is, and such a row could not be read again.
 */
#include "query/assigned.h"

#include "mapper/column.h"
#include "sql/assign.h"
#include "sql/plan.h"

calx_status calx_assigned_fit(calx_session *session, const calx_mapper *mapper, calx_sql_set *set)
{
    const calx_column *column = &mapper->columns[set->column];
    const char *reason = "";
    if (set->value.type == CALX_VALUE_NULL && !calx_column_takes_null(column))
        return CALX_OK; /* the database refuses it, unless it knows better */
    calx_status status = calx_column_fit(column, &set->value, &set->value, &reason);
    if (status == CALX_OK && column->length != 0 && calx_column_too_long(column, &set->value)) {
        reason = "the text is longer than its column";
        status = CALX_E_DATA;
    }
    if (status != CALX_OK)
        return calx_session_fail(session, status, "%s.%s: %s", mapper->name, column->member,
                                 reason);
    return CALX_OK;
}

static calx_status check_term(calx_session *session, const calx_column *column,
                              const calx_sql_term *term)
{
    calx_node node = { .operation = CALX_OP_COLUMN, .column = term->column };
    const calx_condition lone = { .nodes = &node, .count = 1 };
    return calx_assignment_check_class(
        column, term->expression.count > 0 ? &term->expression : &lone, &session->error);
}

calx_status calx_assigned_check_block(calx_session *session, const calx_mapper *mapper,
                                      const uint16_t *columns, const calx_sql_block *block)
{
    calx_status status = CALX_OK;
    size_t next = 0;
    for (size_t i = 0; status == CALX_OK && i < block->item_count; i++)
        status = check_term(session, &mapper->columns[columns[next++]], &block->items[i]);
    for (size_t i = 0; i < block->part_count; i++) {
        const calx_sql_part *part = &block->parts[i];
        calx_sql_term term = { .column = { part->entity.mapper, 0, part->entity.number } };
        for (size_t at = 0; status == CALX_OK && at < part->entity.mapper->column_count; at++) {
            term.column.column = (uint16_t)at;
            if (part->columns == NULL || calx_plan_has(part->columns, at))
                status = check_term(session, &mapper->columns[columns[next++]], &term);
        }
    }
    return status;
}
