/*
 * Relationships: which foreign key each goes through, and which is the other side of which.
 */
#include "check/relationship.h"

#include "model/spelling.h"

#include "base/buffer.h"

#include <string.h>

const calx_annotation *calx_check_relationship_note(const calx_check_relationship *one,
                                                    calx_annotation_kind kind)
{
    const calx_annotation *annotation = calx_annotation_find(one->member->annotations, kind);
    return annotation != NULL && annotation->fault == NULL ? annotation : NULL;
}

static bool is_kind(const calx_check_relationship *one, calx_relationship_kind kind)
{
    return one->facts->kind == kind;
}

static bool is_collection(const calx_check_relationship *one)
{
    return is_kind(one, CALX_RELATIONSHIP_MANY) || is_kind(one, CALX_RELATIONSHIP_MANY_TO_MANY);
}

/* ---- target ---- */

static void find_target(calx_check_relationship *one)
{
    const char *c_type = one->member->type.target;
    calx_diagnostic *diagnostic;
    if (c_type == NULL) {
        calx_check_report(one->context, one->entity, CALX_RULE_RELATIONSHIP_TARGET,
                          one->member->place, "'%s' leads to no struct: %s", one->member->name,
                          one->member->type.problem != NULL ? one->member->type.problem : "");
        return;
    }
    one->target = calx_check_find_type(one->context, c_type);
    if (one->target != NULL) {
        one->facts->target = one->target->facts;
        return;
    }
    diagnostic = calx_check_report(one->context, one->entity, CALX_RULE_RELATIONSHIP_TARGET,
                                   one->member->place, "'%s' leads to %s, which is no entity",
                                   one->member->name, c_type);
    const char *tag = strncmp(c_type, "struct ", 7) == 0 ? c_type + 7 : c_type;
    calx_check_suggest_entity(one->context, diagnostic, tag);
}

/* ---- foreign key ---- */

/* The entity whose rows carry the foreign key, and the one it points at. */
static calx_check_entity *carrier(const calx_check_relationship *one)
{
    return is_kind(one, CALX_RELATIONSHIP_ONE) ? one->entity : one->target;
}

static const calx_model_entity *pointee(const calx_check_relationship *one)
{
    return is_kind(one, CALX_RELATIONSHIP_ONE) ? one->target->facts : one->entity->facts;
}

static bool goes_through(const calx_check_entity *entity, const calx_model_foreign_key *key,
                         const char *member)
{
    for (uint16_t i = 0; i < key->column_count; i++) {
        if (strcmp(entity->columns[key->columns[i]].member, member) == 0)
            return true;
    }
    return false;
}

static bool matches(const calx_check_relationship *one, const calx_model_foreign_key *key,
                    const calx_annotation *via)
{
    if (key->target != pointee(one))
        return false;
    for (size_t i = 0; via != NULL && i < via->word_count; i++) {
        if (!goes_through(carrier(one), key, via->words[i]))
            return false;
    }
    return true;
}

static size_t count_matches(const calx_check_relationship *one, const calx_annotation *via,
                            uint16_t *out_first)
{
    const calx_model_entity *facts = carrier(one)->facts;
    size_t count = 0;
    for (uint16_t i = 0; i < facts->foreign_key_count; i++) {
        if (!matches(one, &facts->foreign_keys[i], via))
            continue;
        if (count++ == 0)
            *out_first = i;
    }
    return count;
}

bool calx_check_relationship_other(const calx_check_relationship *one,
                                   calx_check_relationship *out_other)
{
    const calx_annotation *inverse = calx_check_relationship_note(one, CALX_ANNOTATION_INVERSE);
    for (uint16_t i = 0; one->target != NULL && i < one->target->facts->relationship_count; i++) {
        calx_check_relationship other = calx_check_relationship_at(one->context, one->target, i);
        const calx_annotation *back = calx_check_relationship_note(&other, CALX_ANNOTATION_INVERSE);
        bool named = inverse != NULL && strcmp(inverse->words[0], other.member->name) == 0;
        bool names = back != NULL && strcmp(back->words[0], one->member->name) == 0 &&
                     other.target == one->entity;
        if (!named && !names)
            continue;
        *out_other = other;
        return true;
    }
    return false;
}

/* What the other side says it goes through, when this side does not. */
static const calx_annotation *borrow_via(const calx_check_relationship *one)
{
    calx_check_relationship other;
    return calx_check_relationship_other(one, &other)
               ? calx_check_relationship_note(&other, CALX_ANNOTATION_VIA)
               : NULL;
}

static void report_none(const calx_check_relationship *one)
{
    const calx_model_entity *from = carrier(one)->facts;
    const calx_model_entity *to = pointee(one);
    if (carrier(one)->foreign_key_faults || to->key_count == 0)
        return;
    calx_diagnostic *diagnostic =
        calx_check_report(one->context, one->entity, CALX_RULE_NO_FOREIGN_KEY, one->member->place,
                          "'%s' has no foreign key to go through: no member of %s refers to %s",
                          one->member->name, from->c_type, to->c_type);
    calx_check_fix(one->context, diagnostic, "add a member with CALX_REFERENCES(%s, %s) to %s",
                   to->tag, to->columns[to->key[0]].member, from->c_type);
}

static void report_via(const calx_check_relationship *one, const calx_annotation *via)
{
    const calx_model_entity *from = carrier(one)->facts;
    if (carrier(one)->foreign_key_faults)
        return;
    for (size_t i = 0; i < via->word_count; i++) {
        if (calx_check_find_column(carrier(one), via->words[i]) != NULL)
            continue;
        calx_diagnostic *diagnostic =
            calx_check_report(one->context, one->entity, CALX_RULE_VIA, via->place,
                              "'%s' is no column of %s", via->words[i], from->c_type);
        calx_check_suggest_member(one->context, diagnostic, carrier(one), via->words[i]);
        return;
    }
    calx_diagnostic *diagnostic =
        calx_check_report(one->context, one->entity, CALX_RULE_VIA, via->place,
                          "CALX_VIA(%s) is no foreign key from %s to %s", via->text, from->c_type,
                          pointee(one)->c_type);
    calx_check_fix(one->context, diagnostic, "it takes members with CALX_REFERENCES(%s, ...)",
                   pointee(one)->tag);
}

static void put_members(calx_buffer *out, const calx_check_entity *entity,
                        const calx_model_foreign_key *key)
{
    calx_buffer_put(out, "CALX_VIA(");
    for (uint16_t i = 0; i < key->column_count; i++)
        calx_buffer_format(out, "%s%s", i == 0 ? "" : ", ",
                           entity->columns[key->columns[i]].member);
    calx_buffer_put(out, ")");
}

static void report_ambiguous(const calx_check_relationship *one, const calx_annotation *via)
{
    const calx_model_entity *facts = carrier(one)->facts;
    calx_buffer choices = CALX_BUFFER_INIT;
    size_t count = 0;
    for (uint16_t i = 0; i < facts->foreign_key_count; i++) {
        if (!matches(one, &facts->foreign_keys[i], via))
            continue;
        calx_buffer_put(&choices, count++ == 0 ? "" : " or ");
        put_members(&choices, carrier(one), &facts->foreign_keys[i]);
    }
    calx_diagnostic *diagnostic = calx_check_report(
        one->context, one->entity, CALX_RULE_AMBIGUOUS, one->member->place,
        "'%s' could go through %zu foreign keys of %s", one->member->name, count, facts->c_type);
    calx_check_fix(one->context, diagnostic, "say which: %s", calx_buffer_text(&choices));
    if (choices.status != CALX_OK)
        one->context->status = choices.status;
    calx_buffer_clear(&choices);
}

/* How many foreign keys would do if the relationship were of this kind. */
static size_t count_as(const calx_check_relationship *one, calx_relationship_kind kind,
                       const calx_annotation *via)
{
    calx_model_relationship facts = *one->facts;
    calx_check_relationship as = *one;
    uint16_t first;
    facts.kind = kind;
    as.facts = &facts;
    return count_matches(&as, via, &first);
}

static void report_both(const calx_check_relationship *one)
{
    const char *here = one->entity->facts->c_type, *there = one->target->facts->c_type;
    calx_diagnostic *diagnostic = calx_check_report(
        one->context, one->entity, CALX_RULE_AMBIGUOUS, one->member->place,
        "'%s' could go through a foreign key of %s or of %s", one->member->name, here, there);
    calx_check_fix(one->context, diagnostic,
                   "say which with CALX_VIA(member), or name the other side with CALX_INVERSE");
}

/*
 * A CALX_ONE goes through a foreign key of its own struct, or is the far side of a one-to-one, when
 * only the other struct has one. Where both have, CALX_VIA tells, whose members are looked for on
 * the side that says it. Answers false when nothing tells, which was reported.
 */
static bool find_side(const calx_check_relationship *one, const calx_annotation *own,
                      const calx_annotation *via)
{
    calx_check_relationship other;
    bool paired = calx_check_relationship_other(one, &other) && other.facts != one->facts;
    if (!is_kind(one, CALX_RELATIONSHIP_ONE) || (paired && is_collection(&other)))
        return true;
    bool here = count_as(one, CALX_RELATIONSHIP_ONE, via) != 0;
    bool there = count_as(one, CALX_RELATIONSHIP_ONE_TO_ONE, via) != 0;
    bool borrowed = own == NULL && via != NULL;
    bool tree = one->target == one->entity && !paired;
    if (here && there && via == NULL && !tree) {
        report_both(one);
        return false;
    }
    if (there && (!here || borrowed))
        one->facts->kind = CALX_RELATIONSHIP_ONE_TO_ONE;
    return true;
}

static void find_foreign_key(const calx_check_relationship *one)
{
    const calx_annotation *own = calx_check_relationship_note(one, CALX_ANNOTATION_VIA);
    const calx_annotation *via = own != NULL ? own : borrow_via(one);
    bool joined = calx_annotation_find(one->member->annotations, CALX_ANNOTATION_SECONDARY) != NULL;
    if (one->target == NULL || joined || !find_side(one, own, via))
        return;
    size_t count = count_matches(one, via, &one->facts->foreign_key);
    if (count == 1)
        *one->done = true;
    else if (count > 1)
        report_ambiguous(one, via);
    else if (own != NULL)
        report_via(one, own);
    else if (via == NULL)
        report_none(one);
}

/* ---- inverse ---- */

/* Why relationships of two kinds are not the sides of one; NULL: they are. */
static const char *find_kind_problem(calx_relationship_kind one, calx_relationship_kind other)
{
    bool joined = one == CALX_RELATIONSHIP_MANY_TO_MANY;
    if (joined && other == CALX_RELATIONSHIP_MANY_TO_MANY)
        return NULL;
    if (joined || other == CALX_RELATIONSHIP_MANY_TO_MANY)
        return "one of them has a CALX_SECONDARY and the other has none";
    if ((one == CALX_RELATIONSHIP_ONE) != (other == CALX_RELATIONSHIP_ONE))
        return NULL;
    if (one == CALX_RELATIONSHIP_ONE)
        return "each is a CALX_ONE through a foreign key of its own struct";
    return one == CALX_RELATIONSHIP_MANY && other == one
               ? "both are CALX_MANY"
               : "neither struct has a foreign key of its own for it";
}

static bool are_opposite(const calx_model_relationship *one, const calx_model_relationship *other)
{
    if (one->kind != CALX_RELATIONSHIP_MANY_TO_MANY)
        return one->foreign_key == other->foreign_key;
    return one->association == other->association && one->foreign_key == other->target_key &&
           one->target_key == other->foreign_key;
}

static const char *find_inverse_problem(const calx_check_relationship *one,
                                        const calx_model_relationship *other,
                                        const calx_declared_member *other_member, bool other_done)
{
    const calx_annotation *back =
        calx_annotation_find(other_member->annotations, CALX_ANNOTATION_INVERSE);
    if (other->target != one->entity->facts)
        return "it leads to another entity";
    if (other == one->facts)
        return "it is itself";
    const char *kinds = find_kind_problem(one->facts->kind, other->kind);
    if (kinds != NULL)
        return kinds;
    if (other_done && *one->done && !are_opposite(one->facts, other))
        return other->association != NULL ? "they go through different association tables"
                                          : "they go through different foreign keys";
    if (back != NULL && back->fault == NULL && strcmp(back->words[0], one->member->name) != 0)
        return "that one names another inverse";
    if (other->inverse != CALX_NO_INVERSE && other->inverse != one->facts->position)
        return "that one is the inverse of another member already";
    return NULL;
}

static void suggest_relationship(const calx_check_relationship *one, calx_diagnostic *to,
                                 const char *name)
{
    calx_spelling guess = { 0 };
    for (uint16_t i = 0; i < one->target->facts->relationship_count; i++)
        calx_spelling_try(&guess, name, strlen(name), one->target->relationships[i].member);
    if (guess.nearest != NULL)
        calx_check_fix(one->context, to, "did you mean '%s'?", guess.nearest);
}

static void link_inverse(const calx_check_relationship *one)
{
    const calx_annotation *inverse = calx_check_relationship_note(one, CALX_ANNOTATION_INVERSE);
    if (inverse == NULL || one->target == NULL)
        return;
    const char *name = inverse->words[0];
    calx_diagnostic *diagnostic;
    calx_model_relationship *other = calx_check_find_relationship(one->target, name);
    if (other == NULL) {
        diagnostic =
            calx_check_report(one->context, one->entity, CALX_RULE_INVERSE, inverse->place,
                              "%s has no relationship '%s'", one->target->facts->c_type, name);
        suggest_relationship(one, diagnostic, name);
        return;
    }
    const calx_declared_member *member = one->target->relationship_members[other->position];
    bool done = one->target->relationship_done[other->position];
    const char *problem = find_inverse_problem(one, other, member, done);
    if (problem == NULL) {
        one->facts->inverse = other->position;
        other->inverse = one->facts->position;
        return;
    }
    diagnostic =
        calx_check_report(one->context, one->entity, CALX_RULE_INVERSE, inverse->place,
                          "'%s' is not the inverse of '%s': %s", name, one->member->name, problem);
    calx_check_see(one->context, diagnostic, member->place, "'%s' is declared here", name);
}

/* ---- all of them ---- */

calx_check_relationship calx_check_relationship_at(calx_check_context *context,
                                                   calx_check_entity *entity, size_t i)
{
    calx_check_relationship one = { .context = context,
                                    .entity = entity,
                                    .member = entity->relationship_members[i],
                                    .facts = &entity->relationships[i],
                                    .done = &entity->relationship_done[i],
                                    .told = &entity->relationship_told[i] };
    if (one.facts->target != NULL)
        one.target = calx_check_find_type(context, one.facts->target->c_type);
    return one;
}

static void make_relationship(calx_check_context *context, calx_check_entity *entity,
                              const calx_declared_member *member)
{
    uint16_t position = entity->facts->relationship_count++;
    calx_model_relationship *facts = &entity->relationships[position];
    bool many = calx_annotation_find(member->annotations, CALX_ANNOTATION_MANY) != NULL;
    entity->relationship_members[position] = member;
    facts->member = member->name;
    facts->doc = member->doc;
    bool joined = calx_annotation_find(member->annotations, CALX_ANNOTATION_SECONDARY) != NULL;
    facts->kind = many ? CALX_RELATIONSHIP_MANY : CALX_RELATIONSHIP_ONE;
    if (many && joined)
        facts->kind = CALX_RELATIONSHIP_MANY_TO_MANY;
    facts->inverse = CALX_NO_INVERSE;
    facts->position = position;
    facts->place = member->place;
    calx_check_relationship one = calx_check_relationship_at(context, entity, position);
    find_target(&one);
    calx_check_relationship_words(&one);
}

static bool is_relationship(const calx_declared_member *member)
{
    return calx_check_is_relationship(member) && !calx_check_is_ignored(member);
}

static void make_all(calx_check_context *context, calx_check_entity *entity)
{
    size_t count = 0;
    const calx_declared_member *member;
    for (member = entity->from->members; member != NULL; member = member->next)
        count += is_relationship(member);
    if (count >= CALX_NO_INVERSE) {
        calx_check_report(context, entity, CALX_RULE_TOO_MANY, entity->from->place,
                          "%s has %zu relationships, more than 65534", entity->facts->c_type,
                          count);
        count = 0;
    }
    entity->relationships = calx_check_array(context, count, sizeof(*entity->relationships));
    entity->relationship_members =
        calx_check_array(context, count, sizeof(*entity->relationship_members));
    entity->relationship_done =
        calx_check_array(context, count, sizeof(*entity->relationship_done));
    entity->relationship_told =
        calx_check_array(context, count, sizeof(*entity->relationship_told));
    if (context->status != CALX_OK)
        return;
    entity->facts->relationships = entity->relationships;
    for (member = entity->from->members; member != NULL && count != 0; member = member->next) {
        if (is_relationship(member))
            make_relationship(context, entity, member);
    }
}

void calx_check_each_relationship(calx_check_context *context, calx_check_relationship_step step)
{
    for (size_t i = 0; i < context->entity_count && context->status == CALX_OK; i++) {
        calx_check_entity *entity = &context->entities[i];
        for (uint16_t j = 0; j < entity->facts->relationship_count; j++) {
            calx_check_relationship one = calx_check_relationship_at(context, entity, j);
            step(&one);
        }
    }
}

void calx_check_relationships(calx_check_context *context)
{
    for (size_t i = 0; i < context->entity_count && context->status == CALX_OK; i++)
        make_all(context, &context->entities[i]);
    if (context->status != CALX_OK)
        return;
    calx_check_each_relationship(context, find_foreign_key);
    calx_check_associations(context);
    calx_check_each_relationship(context, link_inverse);
    calx_check_each_relationship(context, calx_check_relationship_rules);
}
