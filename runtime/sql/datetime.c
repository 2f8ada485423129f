/*
 * Date and time. Each part is an operator of its own, so that it is a template of the dialect and
 * no value: groups by a part are the same text everywhere in a statement.
 */
#include <calx/datetime.h>

#include "sql/build.h"

calx_expression calx_now(void)
{
    calx_expression whole = calx_expression_start(CALX_OP_NOW);
    calx_expression_type(&whole, CALX_VALUE_TIMESTAMP, false);
    return whole;
}

/* What the database cannot read as a time is NULL, so any may be. */
static calx_expression of_time(calx_operator operation, calx_expression *time,
                               calx_value_type value_class)
{
    calx_expression_adapt(time, CALX_VALUE_TIMESTAMP);
    calx_expression whole = calx_expression_of_one(operation, time);
    if (whole.count > 0)
        calx_expression_type(&whole, value_class, time->nullable);
    return whole;
}

static bool is_part(calx_time_part part, calx_time_part last)
{
    return (int)part >= CALX_PART_YEAR && part <= last;
}

calx_expression calx_extract_(calx_time_part part, calx_expression time)
{
    if (!is_part(part, CALX_PART_EPOCH))
        time.count = 0;
    return of_time((calx_operator)(CALX_OP_EXTRACT_YEAR + (int)part), &time, CALX_VALUE_INT64);
}

calx_expression calx_truncate_(calx_time_part part, calx_expression time)
{
    if (!is_part(part, CALX_PART_SECOND))
        time.count = 0;
    return of_time((calx_operator)(CALX_OP_TRUNCATE_YEAR + (int)part), &time, CALX_VALUE_TIMESTAMP);
}

calx_expression calx_add_seconds_(calx_expression time, calx_expression seconds)
{
    calx_expression_adapt(&time, CALX_VALUE_TIMESTAMP);
    calx_expression whole = calx_expression_of_two(CALX_OP_ADD_SECONDS, &time, &seconds);
    if (whole.count > 0)
        calx_expression_type(&whole, CALX_VALUE_TIMESTAMP, time.nullable || seconds.nullable);
    return whole;
}
