/*
 * Many-to-many relationships: their association tables. A table is made of the two sides' keys, as
 * an entity that only the runtime sees, and both sides of a CALX_INVERSE pair share it. A table of
 * an entity serves for a relationship that is view-only, since otherwise two would write its rows.
 */
#include "check/relationship.h"

#include <string.h>

/* A table in the making: its columns, those that point at the first side before the others. */
typedef struct association_draft {
    const calx_check_relationship *one;
    const calx_annotation *secondary;
    const char *table;
    const char **names;
    uint16_t here;  /* columns that point at the side that is being looked at */
    uint16_t there; /* and at its target */
} association_draft;

static bool is_joined(const calx_check_relationship *one)
{
    return one->facts->kind == CALX_RELATIONSHIP_MANY_TO_MANY;
}

static uint16_t count_columns(const calx_check_relationship *one)
{
    return (uint16_t)(one->entity->facts->key_count + one->target->facts->key_count);
}

static bool names_columns(const calx_annotation *secondary)
{
    return secondary->word_count > 1;
}

static bool counts_right(const calx_check_relationship *one)
{
    const calx_annotation *secondary = calx_check_relationship_note(one, CALX_ANNOTATION_SECONDARY);
    return secondary != NULL &&
           (!names_columns(secondary) || secondary->word_count - 1 == count_columns(one));
}

static void report_count(const calx_check_relationship *one, const calx_annotation *secondary)
{
    const calx_model_entity *here = one->entity->facts, *there = one->target->facts;
    calx_diagnostic *diagnostic = calx_check_report(
        one->context, one->entity, CALX_RULE_SECONDARY, secondary->place,
        "association table '%s' has %u columns: %u for the key of %s, then %u for that of %s",
        secondary->words[0], (unsigned)count_columns(one), (unsigned)here->key_count, here->c_type,
        (unsigned)there->key_count, there->c_type);
    calx_check_fix(one->context, diagnostic, "name all of them, or none");
}

/* ---- names of columns ---- */

/* A typedef's name without what makes it one: user_t gives user. */
static const char *put_default(calx_check_context *context, const calx_model_entity *entity,
                               const calx_model_column *key)
{
    size_t size = strlen(entity->tag);
    bool type = strcmp(entity->tag, entity->c_type) == 0 && size > 2 &&
                strcmp(entity->tag + size - 2, "_t") == 0;
    return calx_check_format(context, "%.*s_%s", (int)(type ? size - 2 : size), entity->tag,
                             key->name);
}

static void put_defaults(calx_check_context *context, const calx_model_entity *entity,
                         const char **names)
{
    for (uint16_t i = 0; i < entity->key_count; i++)
        names[i] = put_default(context, entity, &entity->columns[entity->key[i]]);
}

/* What this side says, or the other with its two parts changed round, or what follows of itself. */
static void find_names(association_draft *draft, const calx_check_relationship *other)
{
    const calx_check_relationship *one = draft->one;
    const calx_annotation *back =
        other != NULL ? calx_check_relationship_note(other, CALX_ANNOTATION_SECONDARY) : NULL;
    if (names_columns(draft->secondary)) {
        memcpy(draft->names, draft->secondary->words + 1,
               (size_t)(draft->here + draft->there) * sizeof(*draft->names));
    } else if (back != NULL && names_columns(back)) {
        memcpy(draft->names, back->words + 1 + draft->there, draft->here * sizeof(*draft->names));
        memcpy(draft->names + draft->here, back->words + 1, draft->there * sizeof(*draft->names));
    } else {
        put_defaults(one->context, one->entity->facts, draft->names);
        put_defaults(one->context, one->target->facts, draft->names + draft->here);
    }
}

static void report_unnamed(const association_draft *draft)
{
    const calx_check_relationship *one = draft->one;
    calx_diagnostic *diagnostic =
        calx_check_report(one->context, one->entity, CALX_RULE_SECONDARY, draft->secondary->place,
                          "'%s' joins %s to itself, so its columns must be named", draft->table,
                          one->entity->facts->c_type);
    const calx_model_entity *facts = one->entity->facts;
    calx_check_fix(one->context, diagnostic,
                   "name those that point at the owner, then those that point at its %s: "
                   "CALX_SECONDARY(\"%s\", left_%s, right_%s)",
                   one->facts->member, draft->table, facts->columns[facts->key[0]].member,
                   facts->columns[facts->key[0]].member);
}

/* Whether the columns can be those of one table; what is wrong with them is told. */
static bool check_names(const association_draft *draft)
{
    const calx_check_relationship *one = draft->one;
    uint16_t count = (uint16_t)(draft->here + draft->there);
    size_t before = one->context->diagnostics->error_count;
    for (uint16_t i = 0; i < count; i++) {
        calx_check_database_name(one->context, one->entity, draft->secondary->place, "column",
                                 draft->names[i]);
        uint16_t same = 0;
        while (same < i && !calx_check_same_name(draft->names[same], draft->names[i]))
            same++;
        if (same == i)
            continue;
        if (one->target == one->entity && !names_columns(draft->secondary)) {
            report_unnamed(draft);
            return false;
        }
        calx_diagnostic *diagnostic = calx_check_report(
            one->context, one->entity, CALX_RULE_SECONDARY, draft->secondary->place,
            "two columns of association table '%s' are '%s'", draft->table, draft->names[i]);
        calx_check_fix(one->context, diagnostic, "give each a name of its own behind the table's");
        return false;
    }
    return one->context->diagnostics->error_count == before;
}

/* ---- the table ---- */

static bool is_plain_name(const char *name)
{
    static const char letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_";
    static const char all[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_0123456789";
    return name[0] != '\0' && strchr(letters, name[0]) != NULL && name[strspn(name, all)] == '\0' &&
           !calx_check_is_keyword(name);
}

/* A member of the hidden struct; it is called as its column where C lets it. */
static void make_column(calx_check_context *context, calx_model_column *column, const char *name,
                        const calx_model_column *key, uint16_t position)
{
    const char *member =
        is_plain_name(name) ? name : calx_check_format(context, "column_%u_", (unsigned)position);
    *column = (calx_model_column){
        .member = member,
        .name = name,
        .c_type = key->c_type,
        .type = key->type == CALX_TYPE_CHAR_ARRAY ? CALX_TYPE_TEXT : key->type,
        .shape = key->shape,
        .value_path = member,
        .size = key->size,
        .length = key->length,
        .key = true,
        .not_null = true,
        .is_enum = key->is_enum,
        .position = position,
        .place = key->place,
    };
}

/* The foreign key over count columns from first on. */
static void make_key(calx_check_context *context, calx_model_foreign_key *key,
                     const calx_model_entity *target, uint16_t first, calx_place place)
{
    uint16_t *columns = calx_check_array(context, target->key_count, sizeof(*columns));
    for (uint16_t i = 0; columns != NULL && i < target->key_count; i++)
        columns[i] = (uint16_t)(first + i);
    *key = (calx_model_foreign_key){ .target = target,
                                     .columns = columns,
                                     .target_columns = target->key,
                                     .column_count = target->key_count,
                                     .place = place };
}

static const char *name_index(const association_draft *draft)
{
    calx_check_context *context = draft->one->context;
    const char *name =
        calx_check_format(context, "%s_by_%s", draft->table, draft->names[draft->here]);
    return strlen(name) <= CALX_CHECK_LONGEST_NAME
               ? name
               : calx_check_format(context, "%s_back", draft->table);
}

/* The key finds rows from this side; from the other they are found by an index. */
static void make_index(const association_draft *draft, calx_model_entity *facts)
{
    calx_check_context *context = draft->one->context;
    calx_model_index *index = calx_check_array(context, 1, sizeof(*index));
    if (index == NULL)
        return;
    *index = (calx_model_index){
        .name = name_index(draft),
        .columns = facts->foreign_keys[1].columns,
        .column_count = draft->there,
        .place = draft->secondary->place,
    };
    facts->indexes = index;
    facts->index_count = 1;
    calx_check_database_name(context, draft->one->entity, draft->secondary->place, "index",
                             index->name);
}

static void make_columns(const association_draft *draft, calx_model_entity *facts)
{
    calx_check_context *context = draft->one->context;
    const calx_model_entity *here = draft->one->entity->facts, *there = draft->one->target->facts;
    uint16_t count = (uint16_t)(draft->here + draft->there);
    calx_model_column *columns = calx_check_array(context, count, sizeof(*columns));
    uint16_t *key = calx_check_array(context, count, sizeof(*key));
    if (columns == NULL || key == NULL)
        return;
    for (uint16_t i = 0; i < count; i++) {
        const calx_model_column *from = i < draft->here
                                            ? &here->columns[here->key[i]]
                                            : &there->columns[there->key[i - draft->here]];
        make_column(context, &columns[i], draft->names[i], from, i);
        key[i] = i;
    }
    facts->columns = columns;
    facts->column_count = count;
    facts->key = key;
    facts->key_count = count;
}

/* Own ones lie together from the front, so that the model can show them as an array. */
static calx_check_entity *next_association(calx_check_context *context, bool external)
{
    calx_check_entity *made = &context->associations[context->association_count];
    size_t own = 0;
    for (size_t i = 0; i < context->association_count; i++)
        own += !context->associations[i].facts->external;
    size_t behind = context->association_count - own;
    made->facts =
        &context->association_facts[external ? context->association_room - 1 - behind : own];
    context->association_count++;
    return made;
}

static void make_association(const association_draft *draft)
{
    const calx_check_relationship *one = draft->one;
    calx_check_context *context = one->context;
    const calx_model_entity *owner = one->entity->facts;
    calx_model_foreign_key *keys = calx_check_array(context, 2, sizeof(*keys));
    if (keys == NULL)
        return;
    calx_check_entity *made = next_association(context, owner->external);
    calx_model_entity *facts = made->facts;
    made->from = one->entity->from;
    facts->name = calx_check_format(context, "%s_%s_association", owner->name, one->facts->member);
    facts->tag = one->facts->member;
    facts->c_type = calx_check_format(context, "struct %s", facts->name);
    facts->table = draft->table;
    facts->header = owner->header;
    facts->metadata = owner->metadata;
    facts->external = owner->external;
    facts->association = true;
    facts->place = draft->secondary->place;
    make_columns(draft, facts);
    make_key(context, &keys[0], owner, 0, facts->place);
    make_key(context, &keys[1], one->target->facts, draft->here, facts->place);
    facts->foreign_keys = keys;
    facts->foreign_key_count = 2;
    make_index(draft, facts);
}

/* ---- which relationship has which ---- */

static void join(const calx_check_relationship *one, const calx_model_entity *association,
                 uint16_t foreign_key, uint16_t target_key)
{
    one->facts->association = association;
    one->facts->foreign_key = foreign_key;
    one->facts->target_key = target_key;
    *one->done = true;
}

/* An association or an entity that has the table already. */
static const calx_model_entity *find_table(const calx_check_context *context, const char *table)
{
    for (size_t i = 0; i < context->association_count; i++) {
        if (calx_check_same_name(context->associations[i].facts->table, table))
            return context->associations[i].facts;
    }
    for (size_t i = 0; i < context->entity_count; i++) {
        if (calx_check_same_name(context->entities[i].facts->table, table))
            return context->entities[i].facts;
    }
    return NULL;
}

static void report_taken(const association_draft *draft, const calx_model_entity *there)
{
    const calx_check_relationship *one = draft->one;
    calx_diagnostic *diagnostic = calx_check_report(
        one->context, one->entity, CALX_RULE_SECONDARY, draft->secondary->place,
        there->association ? "'%s' has the association table '%s' of another relationship"
                           : "'%s' would write '%s', the table of an entity",
        one->facts->member, draft->table);
    calx_check_see(one->context, diagnostic, there->place, "'%s' is declared here", there->table);
    calx_check_fix(one->context, diagnostic,
                   there->association
                       ? "name the other side with CALX_INVERSE if they are one relationship, "
                         "make it CALX_VIEW_ONLY, or choose a table of its own"
                       : "go through the entity with CALX_MANY(%s), make it CALX_VIEW_ONLY, or "
                         "choose a table of its own",
                   there->c_type);
}

/* ---- tables that are there ---- */

/* Whether a foreign key leads to the whole key of the target, through these columns, if any. */
static bool leads_to(const calx_model_entity *table, const calx_model_foreign_key *key,
                     const calx_model_entity *target, const char *const *names)
{
    if (key->target != target || key->column_count != target->key_count)
        return false;
    for (uint16_t i = 0; i < key->column_count; i++) {
        const calx_model_column *column = &table->columns[key->columns[i]];
        bool named = names == NULL || calx_check_same_name(column->name, names[i]) ||
                     strcmp(column->member, names[i]) == 0;
        if (!target->columns[key->target_columns[i]].key || !named)
            return false;
    }
    return true;
}

/* The only foreign key of the table that leads to the target; how many there are. */
static size_t find_key(const calx_model_entity *table, const calx_model_entity *target,
                       const char *const *names, uint16_t *out_key)
{
    size_t count = 0;
    for (uint16_t i = 0; i < table->foreign_key_count; i++) {
        if (!leads_to(table, &table->foreign_keys[i], target, names))
            continue;
        *out_key = i;
        count++;
    }
    return count;
}

static void report_keys(const association_draft *draft, const calx_model_entity *there,
                        const calx_model_entity *target, size_t count)
{
    const calx_check_relationship *one = draft->one;
    const char *found = "no foreign key";
    if (count != 0)
        found = "several foreign keys";
    else if (names_columns(draft->secondary))
        found = "no foreign key over these columns";
    calx_diagnostic *diagnostic =
        calx_check_report(one->context, one->entity, CALX_RULE_SECONDARY, draft->secondary->place,
                          "'%s' has %s to the key of %s", draft->table, found, target->c_type);
    calx_check_see(one->context, diagnostic, there->place, "'%s' is declared here", there->table);
    calx_check_fix(one->context, diagnostic,
                   "name the columns behind the table: those that point at %s, then those that "
                   "point at %s",
                   one->entity->facts->c_type, one->target->facts->c_type);
}

/* Rows that somebody else writes: those of an entity, or of another relationship. */
static void link_existing(const association_draft *draft, const calx_model_entity *there)
{
    const calx_check_relationship *one = draft->one;
    const char *const *names = names_columns(draft->secondary) ? draft->secondary->words + 1 : NULL;
    uint16_t here_key = 0, there_key = 0;
    size_t here = find_key(there, one->entity->facts, names, &here_key);
    size_t beyond =
        find_key(there, one->target->facts, names != NULL ? names + draft->here : NULL, &there_key);
    if (here != 1)
        report_keys(draft, there, one->entity->facts, here);
    else if (beyond != 1)
        report_keys(draft, there, one->target->facts, beyond);
    else
        join(one, there, here_key, there_key);
}

/* Whether both sides say the same of their table; what is wrong is told where the second is. */
static bool agree(const calx_check_relationship *one, const calx_check_relationship *other)
{
    const calx_annotation *mine = calx_check_relationship_note(one, CALX_ANNOTATION_SECONDARY);
    const calx_annotation *theirs = calx_check_relationship_note(other, CALX_ANNOTATION_SECONDARY);
    size_t here = one->entity->facts->key_count, there = one->target->facts->key_count;
    const char *problem = NULL;
    if (!calx_check_same_name(mine->words[0], theirs->words[0]))
        problem = "have different association tables";
    for (size_t i = 0;
         problem == NULL && names_columns(mine) && names_columns(theirs) && i < here + there; i++) {
        const char *name = theirs->words[1 + (i < here ? there + i : i - here)];
        if (!calx_check_same_name(mine->words[1 + i], name))
            problem = "name the columns of their association table differently";
    }
    if (problem == NULL)
        return true;
    calx_diagnostic *diagnostic =
        calx_check_report(one->context, other->entity, CALX_RULE_SECONDARY, theirs->place,
                          "'%s' and '%s' are the sides of one relationship, and %s",
                          one->facts->member, other->facts->member, problem);
    calx_check_see(one->context, diagnostic, mine->place, "the other one is here");
    if (names_columns(mine) && names_columns(theirs))
        calx_check_fix(one->context, diagnostic,
                       "each side names first those that point at its own struct");
    return false;
}

static bool has_keys(const calx_check_relationship *one)
{
    return one->target != NULL && one->target->facts->key_count != 0 &&
           one->entity->facts->key_count != 0;
}

/* The other side, when it is many-to-many as well and is this one's alone. */
static bool find_other(const calx_check_relationship *one, calx_check_relationship *out_other)
{
    return calx_check_relationship_other(one, out_other) && out_other->facts != one->facts &&
           is_joined(out_other) && out_other->target == one->entity;
}

static void link_new(association_draft *draft, const calx_check_relationship *other)
{
    const calx_check_relationship *one = draft->one;
    calx_check_context *context = one->context;
    draft->names = calx_check_array(context, count_columns(one), sizeof(*draft->names));
    if (draft->names == NULL)
        return;
    find_names(draft, other);
    if (context->status != CALX_OK || !check_names(draft))
        return;
    make_association(draft);
    if (context->status != CALX_OK)
        return;
    const calx_model_entity *made = context->associations[context->association_count - 1].facts;
    join(one, made, 0, 1);
    if (other != NULL)
        join(other, made, 1, 0);
}

/* What another model made for a relationship of its own is hidden in its source file. */
static bool is_seen(const calx_model_entity *table)
{
    return !table->association || !table->external;
}

static void link_one(const calx_check_relationship *one)
{
    const calx_annotation *secondary = calx_check_relationship_note(one, CALX_ANNOTATION_SECONDARY);
    bool over = *one->done || *one->told || one->context->status != CALX_OK;
    if (!is_joined(one) || secondary == NULL || over || !has_keys(one))
        return;
    calx_check_relationship other;
    bool paired = find_other(one, &other) && !*other.told && counts_right(&other);
    association_draft draft = { .one = one,
                                .secondary = secondary,
                                .table = secondary->words[0],
                                .here = one->entity->facts->key_count,
                                .there = one->target->facts->key_count };
    calx_check_database_name(one->context, one->entity, secondary->place, "table", draft.table);
    const calx_model_entity *there = find_table(one->context, draft.table);
    *one->told = true;
    if (!counts_right(one))
        report_count(one, secondary);
    else if (paired && !agree(one, &other))
        *other.told = true;
    else if (there != NULL && calx_check_is_view_only(one) && is_seen(there))
        link_existing(&draft, there);
    else if (there != NULL)
        report_taken(&draft, there);
    else if (draft.table[0] != '\0')
        link_new(&draft, paired ? &other : NULL);
}

static void link_writable(const calx_check_relationship *one)
{
    if (!calx_check_is_view_only(one))
        link_one(one);
}

/* ---- where it means nothing ---- */

static void check_place(const calx_check_relationship *one)
{
    const calx_annotation *secondary = calx_check_relationship_note(one, CALX_ANNOTATION_SECONDARY);
    const calx_annotation *via = calx_check_relationship_note(one, CALX_ANNOTATION_VIA);
    if (secondary != NULL && !is_joined(one)) {
        calx_diagnostic *diagnostic = calx_check_report(
            one->context, one->entity, CALX_RULE_SECONDARY, secondary->place,
            "'%s' is a CALX_ONE: an association table joins to many", one->facts->member);
        calx_check_fix(one->context, diagnostic, "make it a CALX_MANY");
    } else if (secondary != NULL && via != NULL) {
        calx_diagnostic *diagnostic =
            calx_check_report(one->context, one->entity, CALX_RULE_CONTRADICTION, via->place,
                              "'%s' goes through an association table, not through a foreign key",
                              one->facts->member);
        calx_check_fix(one->context, diagnostic,
                       "its columns are named behind the table: CALX_SECONDARY(\"%s\", column, "
                       "column)",
                       secondary->words[0]);
    }
}

static size_t count_joined(const calx_check_context *context)
{
    size_t count = 0;
    for (size_t i = 0; i < context->entity_count; i++) {
        const calx_model_entity *facts = context->entities[i].facts;
        for (uint16_t j = 0; j < facts->relationship_count; j++)
            count += facts->relationships[j].kind == CALX_RELATIONSHIP_MANY_TO_MANY;
    }
    return count;
}

void calx_check_associations(calx_check_context *context)
{
    size_t room = count_joined(context);
    context->associations = calx_check_array(context, room, sizeof(*context->associations));
    context->association_facts =
        calx_check_array(context, room, sizeof(*context->association_facts));
    context->association_room = room;
    if (context->status != CALX_OK)
        return;
    calx_check_each_relationship(context, check_place);
    calx_check_each_relationship(context, link_writable);
    calx_check_each_relationship(context, link_one); /* those that look at what is there */
}
