/*
 * The version column: what every UPDATE and DELETE of a row compares. The rule kept is that each
 * entity has one way at most to come by its versions, and that its type allows it: what the runtime
 * makes is a number or a time, what a function makes lies in the struct, and what the program or
 * the database makes may be anything that compares equal to itself.
 */
#include "check/context.h"

#include <string.h>

static bool is_number(calx_type type)
{
    return type >= CALX_TYPE_INT8 && type <= CALX_TYPE_UINT64;
}

static const calx_annotation *find(const calx_declared_member *member, calx_annotation_kind kind)
{
    return calx_annotation_find(member->annotations, kind);
}

/* What versions of the column may be; NULL: they may be what it is. */
static const char *find_type_problem(const calx_model_column *column)
{
    bool plain = column->shape == CALX_SHAPE_PLAIN;
    bool counts = is_number(column->type) || column->type == CALX_TYPE_TIMESTAMP;
    bool holds_text = column->type == CALX_TYPE_CHAR_ARRAY;
    bool points = column->type == CALX_TYPE_TEXT || column->type == CALX_TYPE_BYTES;
    if (column->version_manual)
        return column->shape != CALX_SHAPE_ENUMERATION && (counts || holds_text || points)
                   ? NULL
                   : "not a number, a time, a text or bytes";
    if (column->version_function != NULL)
        return plain && (counts || holds_text)
                   ? NULL
                   : "not a plain integer, a calx_timestamp or a char array";
    return plain && counts ? NULL : "not a plain integer or a calx_timestamp";
}

static void check_type(calx_check_context *context, const calx_check_entity *entity,
                       const calx_model_column *column, const calx_declared_member *member)
{
    calx_place place = find(member, CALX_ANNOTATION_VERSION_COLUMN)->place;
    const char *problem = find_type_problem(column);
    if (problem != NULL)
        calx_check_report(context, entity, CALX_RULE_VERSION, place,
                          "the version column '%s' is %s, %s", column->member, member->type.text,
                          problem);
    else if (column->key)
        calx_check_report(context, entity, CALX_RULE_VERSION, place,
                          "the version column '%s' changes with each UPDATE, so it cannot be "
                          "a key",
                          column->member);
}

/* What says how versions are made stands beside what says that there are some. */
static void check_alone(calx_check_context *context, const calx_check_entity *entity,
                        const calx_model_column *column, const calx_annotation *how)
{
    if (how == NULL || column->version)
        return;
    calx_diagnostic *diagnostic =
        calx_check_report(context, entity, CALX_RULE_VERSION, how->place,
                          "%s on '%s', which is no version column", how->macro, column->member);
    calx_check_fix(context, diagnostic, "add CALX_VERSION_COLUMN, or take it away");
}

static void check_one_way(calx_check_context *context, const calx_check_entity *entity,
                          const calx_model_column *column, const calx_declared_member *member)
{
    if (column->version_function == NULL || !column->version_manual)
        return;
    calx_diagnostic *diagnostic = calx_check_report(
        context, entity, CALX_RULE_CONTRADICTION,
        find(member, CALX_ANNOTATION_VERSION_MANUAL)->place,
        "'%s' has a function that makes its versions and CALX_VERSION_MANUAL", column->member);
    calx_check_fix(context, diagnostic,
                   "keep CALX_VERSION_FUNCTION to have them made, or CALX_VERSION_MANUAL to set "
                   "them yourself");
}

/* One function makes values of one type: the generated header declares it once for all. */
static void check_same_type(calx_check_context *context, const calx_check_entity *entity,
                            const calx_model_column *column, const calx_declared_member *member)
{
    for (const calx_check_entity *other = context->entities; other < entity; other++) {
        for (size_t i = 0; i < other->facts->column_count; i++) {
            const calx_model_column *first = &other->columns[i];
            if (first->version_function == NULL ||
                strcmp(first->version_function, column->version_function) != 0 ||
                (strcmp(first->c_type, column->c_type) == 0 && first->size == column->size))
                continue;
            calx_diagnostic *diagnostic = calx_check_report(
                context, entity, CALX_RULE_VERSION,
                find(member, CALX_ANNOTATION_VERSION_FUNCTION)->place,
                "%s() makes versions of '%s', which is %s, and of another type elsewhere",
                column->version_function, column->member, member->type.text);
            calx_check_see(context, diagnostic, first->place, "here '%s' is %s", first->member,
                           other->column_members[i]->type.text);
            return;
        }
    }
}

static void check_column(calx_check_context *context, const calx_check_entity *entity,
                         calx_model_column *column, const calx_declared_member *member)
{
    const calx_annotation *function = find(member, CALX_ANNOTATION_VERSION_FUNCTION);
    const calx_annotation *manual = find(member, CALX_ANNOTATION_VERSION_MANUAL);
    column->version = find(member, CALX_ANNOTATION_VERSION_COLUMN) != NULL;
    check_alone(context, entity, column, function);
    check_alone(context, entity, column, manual);
    if (!column->version || column->type == 0)
        return;
    column->version_manual = manual != NULL;
    if (function != NULL && function->fault == NULL)
        column->version_function = function->words[0];
    check_type(context, entity, column, member);
    check_one_way(context, entity, column, member);
    if (column->version_function != NULL)
        check_same_type(context, entity, column, member);
}

void calx_check_versions(calx_check_context *context, calx_check_entity *entity)
{
    const calx_declared_member *first = NULL;
    for (size_t i = 0; i < entity->facts->column_count; i++) {
        const calx_declared_member *member = entity->column_members[i];
        check_column(context, entity, &entity->columns[i], member);
        if (!entity->columns[i].version)
            continue;
        if (first != NULL) {
            calx_diagnostic *diagnostic =
                calx_check_report(context, entity, CALX_RULE_VERSION,
                                  find(member, CALX_ANNOTATION_VERSION_COLUMN)->place,
                                  "%s has two version columns", entity->facts->c_type);
            calx_check_see(context, diagnostic, first->place, "the first is here");
        } else {
            first = member;
        }
    }
}
