/*
 * Whether what a relationship says goes together with its kind, its foreign key and itself: rules
 * that need the foreign keys and other sides to be known.
 */
#include "check/relationship.h"

static bool is_kind(const calx_check_relationship *one, calx_relationship_kind kind)
{
    return one->facts->kind == kind;
}

static bool has_flag(const calx_check_relationship *one, unsigned flag)
{
    return (one->facts->flags & flag) != 0;
}

/* Where the annotation stands that is wrong. */
static calx_place place_of(const calx_check_relationship *one, calx_annotation_kind kind)
{
    const calx_annotation *annotation = calx_check_relationship_note(one, kind);
    return annotation != NULL ? annotation->place : one->member->place;
}

/* Whether the relationship's foreign key is in the rows of its target. */
static bool is_carried(const calx_check_relationship *one)
{
    return is_kind(one, CALX_RELATIONSHIP_MANY) || is_kind(one, CALX_RELATIONSHIP_ONE_TO_ONE);
}

/* The foreign key, when it is found and no association's; its entity beside it. */
static const calx_model_foreign_key *key_of(const calx_check_relationship *one,
                                            const calx_check_entity **out_carrier)
{
    if (!*one->done || is_kind(one, CALX_RELATIONSHIP_MANY_TO_MANY))
        return NULL;
    *out_carrier = is_carried(one) ? one->target : one->entity;
    return &(*out_carrier)->facts->foreign_keys[one->facts->foreign_key];
}

/* ---- cascades ---- */

static void check_orphans(const calx_check_relationship *one)
{
    calx_place place = place_of(one, CALX_ANNOTATION_CASCADE);
    unsigned mask = one->facts->cascade;
    const char *target = one->target != NULL ? one->target->facts->c_type : "struct";
    calx_diagnostic *diagnostic = NULL;
    if ((mask & CALX_CASCADE_DELETE_ORPHAN) == 0)
        return;
    if ((mask & CALX_CASCADE_DELETE) == 0)
        calx_check_report(one->context, one->entity, CALX_RULE_CASCADE, place,
                          "delete_orphan needs delete too: write CALX_CASCADE(all, delete_orphan)");
    if (has_flag(one, CALX_RELATIONSHIP_SINGLE_PARENT))
        return;
    if (is_kind(one, CALX_RELATIONSHIP_ONE))
        diagnostic = calx_check_report(
            one->context, one->entity, CALX_RULE_CASCADE, place,
            "delete_orphan on a CALX_ONE: others may point at the same %s", target);
    else if (is_kind(one, CALX_RELATIONSHIP_MANY_TO_MANY))
        diagnostic = calx_check_report(one->context, one->entity, CALX_RULE_CASCADE, place,
                                       "delete_orphan on a many-to-many: others may have the same "
                                       "%s",
                                       target);
    calx_check_fix(one->context, diagnostic, "say CALX_SINGLE_PARENT if none ever does");
}

static void check_passive(const calx_check_relationship *one)
{
    const calx_annotation *said =
        calx_check_relationship_note(one, CALX_ANNOTATION_PASSIVE_DELETES);
    if (said != NULL && *one->done && is_kind(one, CALX_RELATIONSHIP_ONE)) {
        calx_diagnostic *diagnostic =
            calx_check_report(one->context, one->entity, CALX_RULE_PASSIVE, said->place,
                              "'%s' points at one %s, whose deletes are not its own",
                              one->facts->member, one->target->facts->c_type);
        calx_check_fix(one->context, diagnostic,
                       "say CALX_PASSIVE_DELETES on the side that is pointed at");
    }
    unsigned deleting = CALX_CASCADE_DELETE | CALX_CASCADE_DELETE_ORPHAN;
    if (!has_flag(one, CALX_RELATIONSHIP_PASSIVE_DELETES_ALL) ||
        (one->facts->cascade & deleting) == 0)
        return;
    calx_diagnostic *diagnostic = calx_check_report(
        one->context, one->entity, CALX_RULE_PASSIVE,
        place_of(one, CALX_ANNOTATION_PASSIVE_DELETES),
        "'%s' leaves all deletes to the database, and deletes by its cascade", one->facts->member);
    calx_check_fix(one->context, diagnostic,
                   "say CALX_PASSIVE_DELETES(on) to have loaded ones deleted, or take delete and "
                   "delete_orphan out of the cascade");
}

/* ---- how it is written ---- */

static void report_view_only(const calx_check_relationship *one, const char *what)
{
    calx_diagnostic *diagnostic = calx_check_report(
        one->context, one->entity, CALX_RULE_VIEW_ONLY, place_of(one, CALX_ANNOTATION_VIEW_ONLY),
        "'%s' is view-only and %s", one->facts->member, what);
    calx_check_fix(one->context, diagnostic, "take one of the two away");
}

static void check_view_only(const calx_check_relationship *one)
{
    unsigned writing = CALX_RELATIONSHIP_POST_UPDATE | CALX_RELATIONSHIP_SINGLE_PARENT |
                       CALX_RELATIONSHIP_PASSIVE_DELETES | CALX_RELATIONSHIP_ACTIVE_UPDATES;
    if (!calx_check_is_view_only(one))
        return;
    if (has_flag(one, writing))
        report_view_only(one, "says how it is written");
    if (one->facts->inverse != CALX_NO_INVERSE)
        report_view_only(one, "has another side, which would change it");
}

static void check_post_update(const calx_check_relationship *one)
{
    const calx_check_entity *carrier = NULL;
    const calx_model_foreign_key *key = key_of(one, &carrier);
    calx_place place = place_of(one, CALX_ANNOTATION_POST_UPDATE);
    if (calx_check_relationship_note(one, CALX_ANNOTATION_POST_UPDATE) == NULL)
        return;
    if (is_kind(one, CALX_RELATIONSHIP_MANY_TO_MANY)) {
        calx_check_report(one->context, one->entity, CALX_RULE_POST_UPDATE, place,
                          "'%s' has no foreign key to update: the rows of its association table "
                          "are written last already",
                          one->facts->member);
    } else if (key != NULL && !key->nullable) {
        const char *member = carrier->columns[key->columns[0]].member;
        calx_diagnostic *diagnostic =
            calx_check_report(one->context, one->entity, CALX_RULE_POST_UPDATE, place,
                              "'%s' would be inserted with NULL in '%s', which is never NULL",
                              one->facts->member, member);
        calx_check_see(one->context, diagnostic, key->place, "the foreign key is declared here");
        calx_check_fix(one->context, diagnostic, "make '%s' nullable", member);
    }
}

/* The foreign key is written once, whichever side says how. */
static void share_post_update(const calx_check_relationship *one)
{
    if (has_flag(one, CALX_RELATIONSHIP_POST_UPDATE) && one->facts->inverse != CALX_NO_INVERSE)
        one->target->relationships[one->facts->inverse].flags |= CALX_RELATIONSHIP_POST_UPDATE;
}

/* ---- how it is loaded ---- */

static void check_loading(const calx_check_relationship *one)
{
    bool single = is_kind(one, CALX_RELATIONSHIP_ONE) || is_kind(one, CALX_RELATIONSHIP_ONE_TO_ONE);
    const calx_check_entity *carrier = NULL;
    const calx_model_foreign_key *key = key_of(one, &carrier);
    if (single && calx_check_relationship_note(one, CALX_ANNOTATION_ORDER_BY) != NULL)
        calx_check_report(
            one->context, one->entity, CALX_RULE_ORDER_BY, place_of(one, CALX_ANNOTATION_ORDER_BY),
            "'%s' is a CALX_ONE: there is nothing to put in order", one->facts->member);
    if (!has_flag(one, CALX_RELATIONSHIP_INNER_JOIN) || !is_kind(one, CALX_RELATIONSHIP_ONE) ||
        key == NULL || !key->nullable)
        return;
    calx_diagnostic *diagnostic = calx_check_report(
        one->context, one->entity, CALX_RULE_LOADING, place_of(one, CALX_ANNOTATION_INNER_JOIN),
        "an inner join would leave out each %s whose '%s' is NULL", one->entity->facts->c_type,
        carrier->columns[key->columns[0]].member);
    calx_check_fix(one->context, diagnostic, "take CALX_INNER_JOIN away, or make it never NULL");
}

/* ---- deleting a parent ---- */

static void check_nulling(const calx_check_relationship *one)
{
    const calx_check_entity *carrier = NULL;
    const calx_model_foreign_key *key = key_of(one, &carrier);
    if (key == NULL || !is_carried(one) || calx_check_is_view_only(one))
        return;
    bool children_go = (one->facts->cascade & CALX_CASCADE_DELETE) != 0 ||
                       key->on_delete == CALX_ON_DELETE_CASCADE;
    bool untouched = has_flag(one, CALX_RELATIONSHIP_PASSIVE_DELETES_ALL);
    if (key->nullable || children_go || untouched)
        return;
    const char *member = carrier->columns[key->columns[0]].member;
    const char *parent = one->entity->facts->c_type;
    calx_diagnostic *diagnostic = calx_check_report(
        one->context, one->entity, CALX_RULE_WOULD_NULL, one->member->place,
        "deleting a %s would write NULL into '%s' of its '%s', which is never NULL", parent, member,
        one->member->name);
    calx_check_see(one->context, diagnostic, key->place, "the foreign key is declared here");
    calx_check_fix(one->context, diagnostic,
                   "either make '%s' nullable, or say CALX_ON_DELETE(cascade) there, or "
                   "CALX_CASCADE(all) here to delete them with it",
                   member);
}

void calx_check_relationship_rules(const calx_check_relationship *one)
{
    check_orphans(one);
    check_passive(one);
    check_view_only(one);
    check_post_update(one);
    check_loading(one);
    check_nulling(one);
    share_post_update(one);
}
