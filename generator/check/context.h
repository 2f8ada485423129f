/*
 * The check at work: the entities being made, each beside what it is made from. Private to this
 * room. Parts of the check run in the order of this file, each over all entities, so that a part
 * can rely on those before it.
 */
#ifndef CALX_CHECK_CONTEXT_H
#define CALX_CHECK_CONTEXT_H

#include "check/check.h"
#include "check/codes.h"

#include <stdbool.h>

typedef struct calx_check_entity {
    calx_model_entity *facts;
    const calx_declared_struct *from;
    calx_model_column *columns; /* facts->columns, while they are made */
    const calx_declared_member **column_members;
    calx_model_foreign_key *foreign_keys;
    bool foreign_key_faults; /* some could not be made, so what is missing need not be told */
    calx_model_relationship *relationships;
    const calx_declared_member **relationship_members;
    bool *relationship_done; /* its foreign keys were found */
    bool *relationship_told; /* why they were not */
    bool referred;           /* by an entity that is generated */
    const struct calx_check_entity *collides_with;
} calx_check_entity;

typedef struct calx_check_context {
    const calx_declarations *declarations;
    calx_check_options options;
    calx_arena *arena;
    calx_diagnostics *diagnostics;
    calx_check_entity *entities; /* in the order of the source */
    size_t entity_count;
    calx_check_entity *results; /* own ones alone: nothing refers to those of other headers */
    size_t result_count;
    calx_check_entity *associations; /* made for many-to-many relationships */
    size_t association_count;
    calx_model_entity *association_facts; /* own ones from the front, external ones from behind */
    size_t association_room;
    calx_status status; /* CALX_E_NOMEM: sticky */
} calx_check_context;

/* Reports a broken rule of an entity, unless the entity is external: its own run tells. */
calx_diagnostic *calx_check_report(calx_check_context *context, const calx_check_entity *entity,
                                   calx_rule rule, calx_place place, const char *format, ...)
    CALX_PRINTF(5, 6);

/* A note without a place: the fix. Takes NULL for the diagnostic. */
void calx_check_fix(calx_check_context *context, calx_diagnostic *to, const char *format, ...)
    CALX_PRINTF(3, 4);

/* A note at another place. Takes NULL for the diagnostic. */
void calx_check_see(calx_check_context *context, calx_diagnostic *to, calx_place place,
                    const char *format, ...) CALX_PRINTF(4, 5);

/* Memory of the arena; NULL: there is none, which the context remembers. */
void *calx_check_array(calx_check_context *context, size_t count, size_t size);
const char *calx_check_format(calx_check_context *context, const char *format, ...)
    CALX_PRINTF(2, 3);

/* The entity with this tag or typedef name; or whose C type it is. NULL: none. */
calx_check_entity *calx_check_find_entity(const calx_check_context *context, const char *name);
calx_check_entity *calx_check_find_type(const calx_check_context *context, const char *c_type);

/* The column of a member, or NULL. */
const calx_model_column *calx_check_find_column(const calx_check_entity *entity,
                                                const char *member);

/* The relationship of a member, or NULL. */
calx_model_relationship *calx_check_find_relationship(const calx_check_entity *entity,
                                                      const char *member);

/* Told where a name is looked for and not found: the nearest one there is. */
void calx_check_suggest_entity(calx_check_context *context, calx_diagnostic *to, const char *name);
void calx_check_suggest_member(calx_check_context *context, calx_diagnostic *to,
                               const calx_check_entity *entity, const char *name);

/* Whether two names are the same to a database: ASCII letters without their case. */
bool calx_check_same_name(const char *left, const char *right);

/* Whether C has the word for itself. */
bool calx_check_is_keyword(const char *name);

/* A hash that is equal for such names. */
uint64_t calx_check_hash_name(const char *name);

/* As many bytes of a name databases keep. */
enum { CALX_CHECK_LONGEST_NAME = 63 };

/* A name for the database: 1 to 63 bytes, no control characters. */
void calx_check_database_name(calx_check_context *context, const calx_check_entity *entity,
                              calx_place place, const char *what, const char *name);

/* ---- the parts ---- */

/* A struct where generated code can see it; else why not is told. */
bool calx_check_is_visible(calx_check_context *context, const calx_declared_struct *from);
/* What generated names begin with. */
const char *calx_check_generated_name(calx_check_context *context,
                                      const calx_declared_struct *from);
/* Instances can be put where its members may stand. */
void calx_check_layout(calx_check_context *context, const calx_check_entity *entity);

/* Annotations stand where they may, once, well formed. */
void calx_check_annotations(calx_check_context *context);
/* Whether an annotation list makes a member a relationship or no column at all. */
bool calx_check_is_relationship(const calx_declared_member *member);
bool calx_check_is_ignored(const calx_declared_member *member);

/* Structs for rows. */
void calx_check_results(calx_check_context *context, calx_model *model);

void calx_check_columns(calx_check_context *context, calx_check_entity *entity);
void calx_check_default(calx_check_context *context, const calx_check_entity *entity,
                        calx_model_column *column, const calx_declared_member *member);
/* The version column: at most one, of a type that can be checked and made. */
void calx_check_versions(calx_check_context *context, calx_check_entity *entity);
void calx_check_indexes(calx_check_context *context, calx_check_entity *entity);
void calx_check_references(calx_check_context *context, calx_check_entity *entity);
void calx_check_relationships(calx_check_context *context);
/* The tables of many-to-many relationships; part of the one before. */
void calx_check_associations(calx_check_context *context);
void calx_check_names(calx_check_context *context);

#endif
