/*
 * Conditions of rows, worked out in memory for instances that are loaded, as far as the answer is
 * surely the database's: truth values, integers and doubles that are compared, IS NULL, lists, and
 * AND, OR and NOT with three values. Text is not compared, since its collation is the database's;
 * nor are floats, bytes and timestamps, which databases keep in other forms than structs do.
 */
#ifndef CALX_QUERY_EVALUATE_H
#define CALX_QUERY_EVALUATE_H

#include "mapper/instance.h"
#include "sql/condition.h"

typedef enum calx_verdict {
    CALX_VERDICT_FALSE = 0,
    CALX_VERDICT_NULL, /* as in SQL: not true, and its opposite is not true either */
    CALX_VERDICT_TRUE,
    CALX_VERDICT_UNSURE /* it depends on a column that is expired or was never loaded */
} calx_verdict;

/* Whether a condition that was kept can be worked out for instances of the mapper. */
bool calx_can_evaluate(const calx_mapper *mapper, const calx_condition *condition);

/* Of the row as the session knows it to be stored; the condition is one that can be. */
calx_verdict calx_evaluate(const calx_instance *instance, const calx_condition *condition);

#endif
