/*
 * A relationship under examination, for the files that look at one: relationship_words.c reads what
 * it says, relationships.c finds what it goes through, associations.c makes the tables of
 * many-to-many ones, relationship_rules.c asks whether all of it goes together. Private to this
 * room.
 */
#ifndef CALX_CHECK_RELATIONSHIP_H
#define CALX_CHECK_RELATIONSHIP_H

#include "check/context.h"

typedef struct calx_check_relationship {
    calx_check_context *context;
    calx_check_entity *entity;
    const calx_declared_member *member;
    calx_model_relationship *facts;
    calx_check_entity *target; /* NULL: it leads nowhere, which was told */
    bool *done;                /* its foreign keys were found */
    bool *told;                /* of a many-to-many: it was looked at, and what is wrong told */
} calx_check_relationship;

calx_check_relationship calx_check_relationship_at(calx_check_context *context,
                                                   calx_check_entity *entity, size_t position);

/* Its annotation of this kind, if it is well formed; else NULL. */
const calx_annotation *calx_check_relationship_note(const calx_check_relationship *one,
                                                    calx_annotation_kind kind);

/* The other side of a CALX_INVERSE, which either of the two may name. Answers whether there is one.
 */
bool calx_check_relationship_other(const calx_check_relationship *one,
                                   calx_check_relationship *out_other);

typedef void (*calx_check_relationship_step)(const calx_check_relationship *one);

/* Its words become facts; then, when all keys and other sides are known, what does not go together
 * is told. */
void calx_check_relationship_words(const calx_check_relationship *one);
void calx_check_relationship_rules(const calx_check_relationship *one);

bool calx_check_is_view_only(const calx_check_relationship *one);

/* Takes a step with every relationship, in the order of the source. */
void calx_check_each_relationship(calx_check_context *context, calx_check_relationship_step step);

#endif
