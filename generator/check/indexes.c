/*
 * Indexes: a name and columns. CALX_INDEX(by_email, email) says both with names of C.
 */
#include "check/context.h"

#include <string.h>

static bool is_index(const calx_annotation *annotation)
{
    return annotation->fault == NULL && (annotation->kind == CALX_ANNOTATION_INDEX ||
                                         annotation->kind == CALX_ANNOTATION_UNIQUE_INDEX);
}

static void report_member(calx_check_context *context, const calx_check_entity *entity,
                          const calx_annotation *annotation, const char *member)
{
    calx_diagnostic *diagnostic = calx_check_report(
        context, entity, CALX_RULE_INDEX_MEMBER, annotation->place,
        "index '%s': '%s' is no column of %s", annotation->words[0], member, entity->facts->c_type);
    calx_check_suggest_member(context, diagnostic, entity, member);
}

static bool is_among(const uint16_t *columns, uint16_t count, uint16_t position)
{
    for (uint16_t i = 0; i < count; i++) {
        if (columns[i] == position)
            return true;
    }
    return false;
}

static void make_index(calx_check_context *context, const calx_check_entity *entity,
                       const calx_annotation *annotation, calx_model_index *index)
{
    uint16_t *columns = calx_check_array(context, annotation->word_count, sizeof(*columns));
    if (columns == NULL)
        return;
    index->name = annotation->words[0];
    index->unique = annotation->kind == CALX_ANNOTATION_UNIQUE_INDEX;
    index->place = annotation->place;
    index->columns = columns;
    for (size_t i = 1; i < annotation->word_count && index->column_count < UINT16_MAX; i++) {
        const calx_model_column *column = calx_check_find_column(entity, annotation->words[i]);
        if (column == NULL)
            report_member(context, entity, annotation, annotation->words[i]);
        else if (is_among(columns, index->column_count, column->position))
            calx_check_report(context, entity, CALX_RULE_INDEX_MEMBER, annotation->place,
                              "index '%s': '%s' is in it twice", index->name, column->member);
        else
            columns[index->column_count++] = column->position;
    }
    calx_check_database_name(context, entity, annotation->place, "index", index->name);
}

void calx_check_indexes(calx_check_context *context, calx_check_entity *entity)
{
    size_t count = 0;
    const calx_annotation *one;
    for (one = entity->from->annotations; one != NULL; one = one->next)
        count += is_index(one);
    if (count > UINT16_MAX) {
        calx_check_report(context, entity, CALX_RULE_TOO_MANY, entity->from->place,
                          "%s has more than 65535 indexes", entity->facts->c_type);
        return;
    }
    calx_model_index *indexes = calx_check_array(context, count, sizeof(*indexes));
    if (indexes == NULL)
        return;
    entity->facts->indexes = indexes;
    for (one = entity->from->annotations; one != NULL; one = one->next) {
        if (is_index(one))
            make_index(context, entity, one, &indexes[entity->facts->index_count++]);
    }
}
