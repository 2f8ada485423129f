/*
 * The annotations themselves: known, well formed, once, and where they mean something. What they
 * mean together with types and names is for the other parts.
 */
#include "check/context.h"

#include <string.h>

bool calx_check_is_ignored(const calx_declared_member *member)
{
    return calx_annotation_find(member->annotations, CALX_ANNOTATION_IGNORE) != NULL;
}

bool calx_check_is_relationship(const calx_declared_member *member)
{
    return calx_annotation_find(member->annotations, CALX_ANNOTATION_ONE) != NULL ||
           calx_annotation_find(member->annotations, CALX_ANNOTATION_MANY) != NULL;
}

/* Where the annotations of a list stand. */
typedef struct annotation_site {
    unsigned on;
    const char *words; /* "a column" */
} annotation_site;

static const annotation_site entity_site = { CALX_ON_ENTITY, "a struct" };
static const annotation_site column_site = { CALX_ON_COLUMN, "a column" };
static const annotation_site relationship_site = { CALX_ON_RELATIONSHIP, "a relationship" };
static const annotation_site result_site = { CALX_ON_RESULT, "a result struct" };
static const annotation_site member_site = { CALX_ON_RESULT_MEMBER, "a member of a result struct" };
static const annotation_site ignored_site = { CALX_ON_IGNORED, "a member that is ignored" };

static const char *right_place(unsigned on)
{
    if ((on & CALX_ON_ENTITY) != 0)
        return "it stands between 'struct' and the tag";
    if ((on & CALX_ON_FUNCTION) != 0)
        return "it stands before a function of a header for --emit scoped-session";
    if ((on & CALX_ON_RELATIONSHIP) != 0)
        return "it stands behind the name of a CALX_ONE or CALX_MANY member";
    return "it stands behind the name of a member that is a column";
}

/* What is to be done about an annotation that stands on something else. */
static const char *fix_of(const calx_annotation *annotation, const char *on)
{
    if (strcmp(on, ignored_site.words) == 0)
        return "take one of the two away";
    if (strcmp(on, result_site.words) == 0 || strcmp(on, member_site.words) == 0)
        return "take it away: rows of queries fill the struct, which has no table";
    return right_place(annotation->on);
}

static void report_misplaced(calx_check_context *context, const calx_annotation *annotation,
                             const char *on)
{
    calx_diagnostic *diagnostic =
        calx_report(context->diagnostics, CALX_RULE_MISPLACED_ANNOTATION, annotation->place,
                    "%s has no meaning on %s", annotation->macro, on);
    calx_check_fix(context, diagnostic, "%s", fix_of(annotation, on));
}

static void report_unknown(calx_check_context *context, const calx_annotation *annotation)
{
    calx_report(context->diagnostics, CALX_RULE_UNKNOWN_ANNOTATION, annotation->place,
                "unknown annotation '%s'", annotation->macro);
}

static void check_repeated(calx_check_context *context, const calx_annotation *list,
                           const calx_annotation *annotation)
{
    const calx_annotation *first = calx_annotation_find(list, annotation->kind);
    if (first == annotation || annotation->repeatable)
        return;
    calx_diagnostic *diagnostic =
        calx_report(context->diagnostics, CALX_RULE_REPEATED_ANNOTATION, annotation->place,
                    "%s is given twice", annotation->macro);
    calx_check_see(context, diagnostic, first->place, "it is given here first");
}

static void check_list(calx_check_context *context, const calx_annotation *list,
                       const annotation_site *site)
{
    for (const calx_annotation *one = list; one != NULL; one = one->next) {
        if (one->kind == CALX_ANNOTATION_UNKNOWN)
            report_unknown(context, one);
        else if ((one->on & site->on) == 0)
            report_misplaced(context, one, site->words);
        else if (one->fault != NULL)
            calx_report(context->diagnostics, CALX_RULE_MALFORMED_ANNOTATION, one->place, "%s: %s",
                        one->macro, one->fault);
        else
            check_repeated(context, list, one);
    }
}

static const annotation_site *site_of(const calx_declared_member *member, bool of_result)
{
    if (calx_check_is_ignored(member))
        return &ignored_site;
    if (of_result)
        return &member_site;
    return calx_check_is_relationship(member) ? &relationship_site : &column_site;
}

static void check_both_kinds(calx_check_context *context, const calx_declared_member *member)
{
    const calx_annotation *one = calx_annotation_find(member->annotations, CALX_ANNOTATION_ONE);
    const calx_annotation *many = calx_annotation_find(member->annotations, CALX_ANNOTATION_MANY);
    if (one != NULL && many != NULL)
        calx_report(context->diagnostics, CALX_RULE_CONTRADICTION, member->place,
                    "'%s' is CALX_ONE and CALX_MANY at once", member->name);
}

static bool is_of_kind(const calx_declared_struct *from, calx_annotation_kind kind)
{
    return calx_annotation_find(from->annotations, kind) != NULL;
}

static void check_struct(calx_check_context *context, const calx_declared_struct *from)
{
    bool result = !is_of_kind(from, CALX_ANNOTATION_ENTITY);
    check_list(context, from->annotations, result ? &result_site : &entity_site);
    for (const calx_declared_member *member = from->members; member != NULL;
         member = member->next) {
        check_list(context, member->annotations, site_of(member, result));
        if (!result)
            check_both_kinds(context, member);
    }
}

/* A row of a table belongs to the session, one of a query to whoever asked. */
static void check_one_purpose(calx_check_context *context, const calx_declared_struct *from)
{
    const calx_annotation *result = calx_annotation_find(from->annotations, CALX_ANNOTATION_RESULT);
    if (result == NULL || !is_of_kind(from, CALX_ANNOTATION_ENTITY))
        return;
    calx_diagnostic *diagnostic =
        calx_report(context->diagnostics, CALX_RULE_RESULT, result->place,
                    "%s is an entity and a result struct at once", from->c_type);
    calx_check_fix(context, diagnostic, "take one of the two away: a select gives entities too");
}

/* The first annotation of a struct, itself or its members. */
static const calx_annotation *first_annotation(const calx_declared_struct *from)
{
    const calx_annotation *found = from->annotations;
    for (const calx_declared_member *member = from->members; found == NULL && member != NULL;
         member = member->next)
        found = member->annotations;
    return found;
}

static void check_no_entity(calx_check_context *context, const calx_declared_struct *from)
{
    const calx_annotation *first = first_annotation(from);
    const char *name = from->c_type != NULL ? from->c_type : "this struct";
    calx_diagnostic *diagnostic =
        calx_report(context->diagnostics, CALX_RULE_NO_ENTITY_STRUCT, first->place,
                    "%s does nothing here: %s is no entity", first->macro, name);
    calx_check_fix(context, diagnostic, "an entity says CALX_ENTITY(\"table\") behind 'struct'");
}

static void report_unknown_only(calx_check_context *context, const calx_declared_struct *from)
{
    for (const calx_annotation *one = from->annotations; one != NULL; one = one->next) {
        if (one->kind == CALX_ANNOTATION_UNKNOWN)
            report_unknown(context, one);
    }
    for (const calx_declared_member *member = from->members; member != NULL;
         member = member->next) {
        for (const calx_annotation *one = member->annotations; one != NULL; one = one->next) {
            if (one->kind == CALX_ANNOTATION_UNKNOWN)
                report_unknown(context, one);
        }
    }
}

void calx_check_annotations(calx_check_context *context)
{
    const calx_declarations *declarations = context->declarations;
    for (const calx_stray_annotation *stray = declarations->strays; stray != NULL;
         stray = stray->next) {
        if (stray->annotation->kind == CALX_ANNOTATION_UNKNOWN)
            report_unknown(context, stray->annotation);
        else
            report_misplaced(context, stray->annotation, stray->on);
    }
    for (const calx_declared_struct *from = declarations->structs; from != NULL;
         from = from->next) {
        if (from->external)
            continue;
        if (is_of_kind(from, CALX_ANNOTATION_ENTITY) || is_of_kind(from, CALX_ANNOTATION_RESULT)) {
            check_struct(context, from);
            check_one_purpose(context, from);
        } else {
            check_no_entity(context, from);
            report_unknown_only(context, from);
        }
    }
}
