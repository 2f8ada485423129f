/*
 * Aggregates and window functions as SQL: the call, what rows it is of, its window, and last what
 * makes its result the same on every database.
 */
#include "sql/writer.h"

#include "sql/nodes.h"

static const char *call_of(calx_operator operation)
{
    switch (operation) {
    case CALX_OP_COUNT_ALL:
        return "count(*)";
    case CALX_OP_COUNT:
        return "count(";
    case CALX_OP_SUM:
        return "sum(";
    case CALX_OP_AVG:
        return "avg(";
    case CALX_OP_MIN:
        return "min(";
    case CALX_OP_MAX:
        return "max(";
    case CALX_OP_ROW_NUMBER:
        return "row_number()";
    case CALX_OP_RANK:
        return "rank()";
    default:
        return "dense_rank()";
    }
}

/* What stands behind the whole of a function; NULL: nothing. */
static const char *cast_of(const calx_sql_writer *writer, const calx_node *function)
{
    if (function->operation == CALX_OP_FILTER)
        function++;
    if (function->operation == CALX_OP_SUM && function->value_class == CALX_VALUE_INT64)
        return writer->dialect->sum_cast;
    return function->operation == CALX_OP_AVG ? writer->dialect->average_cast : NULL;
}

/* An operand that is all there is. */
static const calx_node *put_operand(calx_sql_writer *writer, const calx_node *node)
{
    if (node->child_count > 0)
        return calx_sql_put_part(writer, node + 1);
    calx_sql_put_column(writer, node->column);
    return node + 1;
}

static const calx_node *put_call(calx_sql_writer *writer, const calx_node *node)
{
    bool has_operand = node->operation >= CALX_OP_COUNT && node->operation <= CALX_OP_MAX;
    bool is_sum = node->operation == CALX_OP_SUM && node->value_class == CALX_VALUE_DOUBLE;
    const char *wide = writer->dialect->value_casts[CALX_VALUE_DOUBLE];
    calx_sql_put(writer, call_of((calx_operator)node->operation));
    if (!has_operand)
        return node + 1;
    if ((node->flags & CALX_NODE_DISTINCT) != 0)
        calx_sql_put(writer, "DISTINCT ");
    bool widens = is_sum && wide != NULL;
    calx_sql_put(writer, widens ? "(" : "");
    const calx_node *next = put_operand(writer, node);
    calx_sql_put(writer, widens ? ")" : "");
    if (widens)
        calx_sql_put(writer, wide);
    calx_sql_put(writer, ")");
    return next;
}

static const calx_node *put_function(calx_sql_writer *writer, const calx_node *node)
{
    if (node->operation == CALX_OP_FILTER) {
        node = put_call(writer, node + 1);
        calx_sql_put(writer, " FILTER (WHERE ");
        node = calx_sql_put_part(writer, node);
        calx_sql_put(writer, ")");
        return node;
    }
    if (node->operation >= CALX_OP_COUNT_ALL && node->operation <= CALX_OP_DENSE_RANK)
        return put_call(writer, node);
    return calx_sql_put_part(writer, node);
}

/* ---- windows ---- */

static void put_terms(calx_sql_writer *writer, const calx_node *over, calx_operator kind,
                      const char *words)
{
    const calx_node *term = calx_node_end(over + 1);
    for (uint32_t i = 1; i < over->child_count; i++, term = calx_node_end(term)) {
        if (term->operation != kind)
            continue;
        calx_sql_put(writer, words);
        put_operand(writer, term);
        if ((term->flags & CALX_NODE_DESCENDING) != 0)
            calx_sql_put(writer, " DESC");
        words = ", ";
    }
}

static bool has_term(const calx_node *over, calx_operator kind)
{
    const calx_node *term = calx_node_end(over + 1);
    for (uint32_t i = 1; i < over->child_count; i++, term = calx_node_end(term))
        if (term->operation == kind)
            return true;
    return false;
}

static void put_end(calx_sql_writer *writer, int64_t distance)
{
    bool is_before = distance < 0;
    if (distance == 0) {
        calx_sql_put(writer, "CURRENT ROW");
        return;
    }
    if (distance == CALX_FRAME_UNBOUNDED || distance == -CALX_FRAME_UNBOUNDED)
        calx_sql_put(writer, "UNBOUNDED");
    else
        calx_sql_put_parameter(writer, calx_value_int64(is_before ? -distance : distance));
    calx_sql_put(writer, is_before ? " PRECEDING" : " FOLLOWING");
}

static void put_frame(calx_sql_writer *writer, const calx_frame *frame)
{
    calx_sql_put(writer, frame->unit == CALX_FRAME_ROWS    ? "ROWS BETWEEN "
                         : frame->unit == CALX_FRAME_RANGE ? "RANGE BETWEEN "
                                                           : "GROUPS BETWEEN ");
    put_end(writer, frame->first);
    calx_sql_put(writer, " AND ");
    put_end(writer, frame->last);
}

static const calx_node *put_over(calx_sql_writer *writer, const calx_node *over)
{
    bool has_partition = has_term(over, CALX_OP_PARTITION);
    bool has_order = has_term(over, CALX_OP_WINDOW_ORDER);
    put_function(writer, over + 1);
    calx_sql_put(writer, " OVER (");
    put_terms(writer, over, CALX_OP_PARTITION, "PARTITION BY ");
    if (has_partition && has_order)
        calx_sql_put(writer, " ");
    put_terms(writer, over, CALX_OP_WINDOW_ORDER, "ORDER BY ");
    if (over->operand.kind == CALX_OPERAND_FRAME) {
        calx_sql_put(writer, has_partition || has_order ? " " : "");
        put_frame(writer, &over->operand.as.frame);
    }
    calx_sql_put(writer, ")");
    return calx_node_end(over);
}

const calx_node *calx_sql_put_aggregate(calx_sql_writer *writer, const calx_node *node)
{
    bool is_over = node->operation == CALX_OP_OVER;
    const char *cast = cast_of(writer, is_over ? node + 1 : node);
    const calx_node *next = is_over ? put_over(writer, node) : put_function(writer, node);
    if (cast != NULL)
        calx_sql_put(writer, cast);
    return next;
}
