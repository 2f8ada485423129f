/*
 * Structs for rows of queries: columns without a table. Their members follow the rules of columns;
 * what is about tables, keys and relationships was refused with the annotations.
 */
#include "check/context.h"

static bool is_own(const calx_declared_struct *from)
{
    return !from->external &&
           calx_annotation_find(from->annotations, CALX_ANNOTATION_RESULT) != NULL &&
           calx_annotation_find(from->annotations, CALX_ANNOTATION_ENTITY) == NULL;
}

static size_t count_results(const calx_check_context *context)
{
    size_t count = 0;
    for (const calx_declared_struct *from = context->declarations->structs; from != NULL;
         from = from->next)
        count += is_own(from);
    return count;
}

static void check_any(calx_check_context *context, const calx_check_entity *result)
{
    if (result->facts->column_count != 0)
        return;
    calx_diagnostic *diagnostic =
        calx_check_report(context, result, CALX_RULE_RESULT, result->facts->place,
                          "%s has no member that a column could fill", result->facts->c_type);
    calx_check_fix(context, diagnostic, "give it a member for each column of the rows");
}

static void make_result(calx_check_context *context, calx_check_entity *result,
                        const calx_declared_struct *from)
{
    calx_model_entity *facts = result->facts;
    result->from = from;
    facts->result = true;
    facts->tag = from->tag;
    facts->c_type = from->c_type;
    facts->name = calx_check_generated_name(context, from);
    facts->table = "";
    facts->doc = from->doc;
    facts->header = from->header != NULL ? from->header : "";
    facts->metadata = context->options.name;
    facts->size = (uint32_t)from->size;
    facts->alignment = (uint32_t)from->alignment;
    facts->place = from->place;
    calx_check_layout(context, result);
    calx_check_columns(context, result);
    check_any(context, result);
}

void calx_check_results(calx_check_context *context, calx_model *model)
{
    size_t count = count_results(context);
    calx_model_entity *facts = calx_check_array(context, count, sizeof(*facts));
    context->results = calx_check_array(context, count, sizeof(*context->results));
    if (facts == NULL || context->results == NULL)
        return;
    for (const calx_declared_struct *from = context->declarations->structs;
         from != NULL && context->status == CALX_OK; from = from->next) {
        if (!is_own(from) || !calx_check_is_visible(context, from))
            continue;
        calx_check_entity *result = &context->results[context->result_count];
        result->facts = &facts[context->result_count++];
        make_result(context, result, from);
    }
    model->results = facts;
    model->result_count = context->result_count;
}
