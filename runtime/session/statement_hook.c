/*
 * Listeners of statements, and the conditions they give. A condition is kept once for each form and
 * its values, as long as the session's use lasts: streams read their values from it, and a listener
 * that always says the same costs no memory.
 */
#include "session/statement_hook.h"

#include "base/allocator.h"
#include "base/error.h"

#include <string.h>

struct calx_criteria {
    calx_arena arena;
    calx_condition *items;
    size_t count, capacity;
};

void calx_criteria_free(calx_criteria *criteria)
{
    if (criteria == NULL)
        return;
    calx_arena_clear(&criteria->arena);
    calx_release(criteria->items);
    calx_release(criteria);
}

/* ---- conditions that are there ---- */

static bool is_same_value(const calx_value *one, const calx_value *other)
{
    if (one->type != other->type)
        return false;
    if (one->type == CALX_VALUE_TEXT || one->type == CALX_VALUE_BYTES)
        return one->as.span.size == other->as.span.size &&
               (one->as.span.size == 0 ||
                memcmp(one->as.span.data, other->as.span.data, one->as.span.size) == 0);
    if (one->type == CALX_VALUE_BOOL)
        return one->as.boolean == other->as.boolean;
    return one->type == CALX_VALUE_NULL || one->as.int64 == other->as.int64;
}

static bool is_same_column(calx_column_ref one, calx_column_ref other)
{
    return one.mapper == other.mapper && one.column == other.column && one.alias == other.alias;
}

/* Lists and what a builder keeps are never found again. */
static bool is_same_node(const calx_node *one, const calx_node *other)
{
    if (one->operation != other->operation || one->child_count != other->child_count ||
        one->value_class != other->value_class || one->flags != other->flags ||
        !is_same_column(one->column, other->column) || one->operand.kind != other->operand.kind)
        return false;
    if (one->operand.kind == CALX_OPERAND_VALUE)
        return is_same_value(&one->operand.as.value, &other->operand.as.value);
    if (one->operand.kind == CALX_OPERAND_COLUMN)
        return is_same_column(one->operand.as.column, other->operand.as.column);
    return one->operand.kind == CALX_OPERAND_NONE;
}

static const calx_condition *find(const calx_criteria *criteria, const calx_expression *wanted)
{
    for (size_t i = 0; i < criteria->count; i++) {
        const calx_condition *kept = &criteria->items[i];
        size_t same = 0;
        while (kept->count == wanted->count && same < kept->count &&
               is_same_node(&kept->nodes[same], &wanted->nodes[same]))
            same++;
        if (same == wanted->count)
            return kept;
    }
    return NULL;
}

/* ---- new ones ---- */

static calx_criteria *criteria_of(calx_session *session)
{
    calx_hooks *hooks = &session->hooks;
    if (hooks->criteria != NULL)
        return hooks->criteria;
    hooks->criteria = calx_alloc_zeroed(sizeof(*hooks->criteria));
    if (hooks->criteria != NULL)
        calx_arena_init(&hooks->criteria->arena, 0);
    return hooks->criteria;
}

static bool reserve(calx_criteria *criteria)
{
    if (criteria->count < criteria->capacity)
        return true;
    size_t capacity = criteria->capacity == 0 ? 4 : criteria->capacity * 2;
    calx_condition *items = calx_resize_array(criteria->items, capacity, sizeof(*items));
    if (items == NULL)
        return false;
    criteria->items = items;
    criteria->capacity = capacity;
    return true;
}

static bool has_select(const calx_condition *condition)
{
    for (size_t i = 0; i < condition->count; i++) {
        const calx_operand *operand = &condition->nodes[i].operand;
        if (operand->kind == CALX_OPERAND_SELECT)
            return true;
    }
    return false;
}

static calx_status keep(calx_criteria *criteria, const calx_expression *wanted,
                        calx_condition *out_condition, calx_error *error)
{
    calx_condition made = { NULL, 0 };
    const calx_condition *kept =
        wanted->overflow || wanted->lost || wanted->count == 0 ? NULL : find(criteria, wanted);
    if (kept != NULL) {
        *out_condition = *kept;
        return CALX_OK;
    }
    if (!reserve(criteria))
        return calx_error_set_nomem(error);
    calx_status status = calx_condition_from_expression(&made, &criteria->arena, wanted, error);
    if (status == CALX_OK && has_select(&made))
        status = calx_error_set(error, CALX_E_UNSUPPORTED,
                                "a listener's condition cannot have a select in it: name what it "
                                "is to find by values");
    if (status != CALX_OK)
        return status;
    criteria->items[criteria->count++] = made;
    *out_condition = made;
    return CALX_OK;
}

calx_status calx_session_statement_where(calx_session_event_details *details,
                                         calx_expression condition)
{
    if (details == NULL || details->statement == NULL)
        return CALX_E_ARGUMENT;
    calx_added *added = details->statement->inside;
    if (added == NULL)
        return calx_error_set(calx_session_words(details), CALX_E_UNSUPPORTED,
                              "this statement takes no condition of a listener: look at "
                              "takes_conditions first");
    if (added->count == CALX_SESSION_STATEMENT_CONDITIONS)
        return calx_error_set(calx_session_words(details), CALX_E_LIMIT,
                              "listeners gave a statement more than %d conditions: join them by "
                              "calx_and()",
                              CALX_SESSION_STATEMENT_CONDITIONS);
    calx_criteria *criteria = criteria_of(details->session);
    if (criteria == NULL)
        return calx_error_set_nomem(calx_session_words(details));
    calx_error why = CALX_ERROR_INIT;
    calx_status status = keep(criteria, &condition, &added->items[added->count], &why);
    if (status == CALX_OK)
        added->count++;
    else
        calx_error_move(calx_session_words(details), &why);
    return status;
}

/* ---- telling ---- */

calx_status calx_session_raise_statement(calx_session *session, const calx_mapper *mapper,
                                         calx_session_statement *statement, calx_added *out_added)
{
    calx_hooks *hooks = &session->hooks;
    calx_session_event_details details = { .event = CALX_SESSION_DO_ORM_EXECUTE,
                                           .mapper = mapper,
                                           .statement = statement };
    if (hooks->telling)
        return CALX_OK;
    statement->takes_conditions = out_added != NULL;
    statement->inside = out_added;
    hooks->telling = true;
    calx_status status = calx_session_raise(session, &details);
    hooks->telling = false;
    if (status == CALX_OK && statement->result != NULL && statement->kind != CALX_STATEMENT_TEXT)
        status = calx_session_fail(session, CALX_E_UNSUPPORTED,
                                   "a listener of do_orm_execute answered a statement over %s with "
                                   "a result of its own, which only SQL text can be",
                                   mapper == NULL ? "several mappers" : mapper->name);
    if (status != CALX_OK) {
        calx_result_free(statement->result);
        statement->result = NULL;
    }
    return status;
}
