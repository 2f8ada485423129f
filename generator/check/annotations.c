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

static void report_misplaced(calx_check_context *context, const calx_annotation *annotation,
                             const char *on)
{
    bool ignored = strcmp(on, ignored_site.words) == 0;
    calx_diagnostic *diagnostic =
        calx_report(context->diagnostics, CALX_RULE_MISPLACED_ANNOTATION, annotation->place,
                    "%s has no meaning on %s", annotation->macro, on);
    calx_check_fix(context, diagnostic, "%s",
                   ignored ? "take one of the two away" : right_place(annotation->on));
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

static const annotation_site *site_of(const calx_declared_member *member)
{
    if (calx_check_is_ignored(member))
        return &ignored_site;
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

static void check_struct(calx_check_context *context, const calx_declared_struct *from)
{
    check_list(context, from->annotations, &entity_site);
    for (const calx_declared_member *member = from->members; member != NULL;
         member = member->next) {
        check_list(context, member->annotations, site_of(member));
        check_both_kinds(context, member);
    }
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
        if (calx_annotation_find(from->annotations, CALX_ANNOTATION_ENTITY) != NULL) {
            check_struct(context, from);
        } else {
            check_no_entity(context, from);
            report_unknown_only(context, from);
        }
    }
}
