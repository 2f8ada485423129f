/*
 * Conditions of rows, worked out in memory for instances that are loaded, as far as the answer is
 * surely the database's: truth values, integers and doubles that are compared, IS NULL, lists, and
 * AND, OR and NOT with three values. Where that was asked for text that is equal and bytes are
 * compared as well, as in a column that is as its model makes it: the same text has the same bytes
 * there. What comes first of two texts is told by a collation, which is the database's; floats and
 * timestamps are kept by databases in other forms than by structs.
 */
#ifndef CALX_QUERY_EVALUATE_H
#define CALX_QUERY_EVALUATE_H

#include <calx/query.h>

#include "mapper/instance.h"
#include "sql/condition.h"

typedef enum calx_verdict {
    CALX_VERDICT_FALSE = 0,
    CALX_VERDICT_NULL, /* as in SQL: not true, and its opposite is not true either */
    CALX_VERDICT_TRUE,
    CALX_VERDICT_UNSURE /* it depends on a column that is expired or was never loaded */
} calx_verdict;

/* Whether a condition that was kept can be worked out in this way for instances of the mapper. */
bool calx_can_evaluate(const calx_mapper *mapper, const calx_condition *condition,
                       calx_synchronize how);

/* Of the row as the session knows it to be stored; the condition is one that can be. */
calx_verdict calx_evaluate(const calx_instance *instance, const calx_condition *condition);

#endif
