/*
 * Foreign keys. CALX_REFERENCES stands at one member; members that refer to the parts of one
 * composite key are one foreign key together, in the order of that key. Two of them to the same
 * entity are told apart by order: a part that is there already begins the next.
 */
#include "check/context.h"

#include <string.h>

/* A foreign key in the making. */
typedef struct key_draft {
    const calx_check_entity *target;
    const calx_declared_member *first; /* where it is reported */
    uint16_t *columns;                 /* by position in the target's key */
    bool *there;
    uint16_t found;
    const calx_annotation *on_delete; /* NULL: nothing said so far */
    const calx_annotation *on_update;
} key_draft;

typedef struct draft_list {
    calx_check_context *context;
    calx_check_entity *entity;
    key_draft *drafts;
    size_t count;
} draft_list;

typedef struct action_word {
    const char *word;
    calx_on_delete on_delete;
    calx_on_update on_update;
} action_word;

static const action_word actions[] = {
    { "no_action", CALX_ON_DELETE_NO_ACTION, CALX_ON_UPDATE_NO_ACTION },
    { "cascade", CALX_ON_DELETE_CASCADE, CALX_ON_UPDATE_CASCADE },
    { "set_null", CALX_ON_DELETE_SET_NULL, CALX_ON_UPDATE_SET_NULL },
    { "set_default", CALX_ON_DELETE_SET_DEFAULT, CALX_ON_UPDATE_SET_DEFAULT },
    { "restrict", CALX_ON_DELETE_RESTRICT, CALX_ON_UPDATE_RESTRICT },
};

/* The two events a foreign key can act on. */
typedef struct action_event {
    calx_annotation_kind kind;
    calx_rule rule;
    const char *words; /* "on delete" */
} action_event;

static const action_event delete_event = { CALX_ANNOTATION_ON_DELETE, CALX_RULE_ON_DELETE,
                                           "on delete" };
static const action_event update_event = { CALX_ANNOTATION_ON_UPDATE, CALX_RULE_ON_UPDATE,
                                           "on update" };

static const action_word *find_action(const char *word)
{
    for (size_t i = 0; i < sizeof(actions) / sizeof(actions[0]); i++) {
        if (strcmp(actions[i].word, word) == 0)
            return &actions[i];
    }
    return NULL;
}

/* ---- what a reference may point at ---- */

/* Values of one kind can be compared; the widths may differ. */
static int value_class(calx_type type)
{
    switch (type) {
    case CALX_TYPE_BOOL:
        return 1;
    case CALX_TYPE_FLOAT:
    case CALX_TYPE_DOUBLE:
        return 3;
    case CALX_TYPE_TEXT:
    case CALX_TYPE_CHAR_ARRAY:
        return 4;
    case CALX_TYPE_BYTES:
        return 5;
    case CALX_TYPE_TIMESTAMP:
        return 6;
    default:
        return 2;
    }
}

static void check_types(draft_list *list, const calx_annotation *reference,
                        const calx_model_column *column, const calx_model_column *target)
{
    if (column->type == 0 || target->type == 0)
        return;
    const char *words = reference->text;
    if (value_class(column->type) != value_class(target->type)) {
        calx_diagnostic *diagnostic = calx_check_report(
            list->context, list->entity, CALX_RULE_REFERENCE_TYPE, reference->place,
            "CALX_REFERENCES(%s): '%s' is %s, '%s' is %s", words, column->member, column->c_type,
            target->member, target->c_type);
        calx_check_see(list->context, diagnostic, target->place, "'%s' is declared here",
                       target->member);
    } else if (value_class(column->type) == 2 && column->size < target->size) {
        calx_check_report(list->context, list->entity, CALX_RULE_NARROW_REFERENCE, reference->place,
                          "CALX_REFERENCES(%s): not every value of '%s' fits into '%s'", words,
                          target->member, column->member);
    }
}

static bool is_unique(const calx_check_entity *entity, const calx_model_column *column)
{
    if (column->unique || (column->key && entity->facts->key_count == 1))
        return true;
    for (uint16_t i = 0; i < entity->facts->index_count; i++) {
        const calx_model_index *index = &entity->facts->indexes[i];
        if (index->unique && index->column_count == 1 && index->columns[0] == column->position)
            return true;
    }
    return false;
}

static const calx_check_entity *find_target(draft_list *list, const calx_annotation *reference)
{
    const char *name = reference->words[0];
    const calx_check_entity *target = calx_check_find_entity(list->context, name);
    if (target != NULL)
        return target;
    calx_diagnostic *diagnostic =
        calx_check_report(list->context, list->entity, CALX_RULE_REFERENCE_ENTITY, reference->place,
                          "'%s' is no entity", name);
    calx_check_suggest_entity(list->context, diagnostic, name);
    return NULL;
}

static const calx_model_column *find_target_column(draft_list *list,
                                                   const calx_annotation *reference,
                                                   const calx_check_entity *target)
{
    const char *member = reference->words[1];
    const calx_model_column *column = calx_check_find_column(target, member);
    calx_diagnostic *diagnostic;
    if (column == NULL) {
        diagnostic = calx_check_report(list->context, list->entity, CALX_RULE_REFERENCE_MEMBER,
                                       reference->place, "'%s' is no column of %s", member,
                                       target->facts->c_type);
        calx_check_suggest_member(list->context, diagnostic, target, member);
        return NULL;
    }
    bool part = column->key && target->facts->key_count > 1;
    if (part || is_unique(target, column) || column->type == 0)
        return column;
    diagnostic = calx_check_report(list->context, list->entity, CALX_RULE_REFERENCE_MEMBER,
                                   reference->place, "'%s' of %s is neither its key nor unique",
                                   member, target->facts->c_type);
    calx_check_see(list->context, diagnostic, column->place,
                   "mark it CALX_UNIQUE, or refer to the key");
    return NULL;
}

/* ---- collecting ---- */

static uint16_t position_in_key(const calx_check_entity *entity, uint16_t column)
{
    uint16_t i = 0;
    while (i < entity->facts->key_count && entity->facts->key[i] != column)
        i++;
    return i;
}

/* The draft that still lacks this part, or a new one. */
static key_draft *find_draft(draft_list *list, const calx_check_entity *target, uint16_t part)
{
    uint16_t size = target->facts->key_count;
    for (size_t i = 0; i < list->count; i++) {
        key_draft *draft = &list->drafts[i];
        if (draft->target == target && draft->there != NULL && !draft->there[part])
            return draft;
    }
    key_draft *draft = &list->drafts[list->count];
    draft->columns = calx_check_array(list->context, size, sizeof(*draft->columns));
    draft->there = calx_check_array(list->context, size, sizeof(*draft->there));
    if (draft->columns == NULL || draft->there == NULL)
        return NULL;
    draft->target = target;
    list->count++;
    return draft;
}

static key_draft *add_part(draft_list *list, const calx_check_entity *target,
                           const calx_model_column *column, const calx_model_column *target_column)
{
    uint16_t part = position_in_key(target, target_column->position);
    key_draft *draft = find_draft(list, target, part);
    if (draft == NULL)
        return NULL;
    draft->columns[part] = column->position;
    draft->there[part] = true;
    draft->found++;
    return draft;
}

static key_draft *add_single(draft_list *list, const calx_check_entity *target,
                             const calx_model_column *column,
                             const calx_model_column *target_column)
{
    uint16_t *columns = calx_check_array(list->context, 2, sizeof(*columns));
    if (columns == NULL)
        return NULL;
    key_draft *draft = &list->drafts[list->count++];
    columns[0] = column->position;
    columns[1] = target_column->position;
    draft->target = target;
    draft->columns = columns;
    return draft;
}

static void check_action(draft_list *list, const action_event *event, const calx_annotation **known,
                         const calx_declared_member *member)
{
    const calx_annotation *action = calx_annotation_find(member->annotations, event->kind);
    if (action == NULL || action->fault != NULL)
        return;
    if (find_action(action->words[0]) == NULL) {
        calx_diagnostic *diagnostic =
            calx_check_report(list->context, list->entity, event->rule, action->place,
                              "'%s' is no action %s", action->words[0], event->words);
        calx_check_fix(list->context, diagnostic,
                       "the actions are cascade, set_null, set_default, restrict and no_action");
        return;
    }
    if (*known != NULL && strcmp((*known)->words[0], action->words[0]) != 0) {
        calx_diagnostic *diagnostic =
            calx_check_report(list->context, list->entity, event->rule, action->place,
                              "one foreign key has two actions %s, '%s' and '%s'", event->words,
                              (*known)->words[0], action->words[0]);
        calx_check_see(list->context, diagnostic, (*known)->place, "the first is here");
        return;
    }
    *known = action;
}

/* An action on a member that refers to nothing. */
static void report_idle(draft_list *list, const action_event *event,
                        const calx_declared_member *member)
{
    const calx_annotation *action = calx_annotation_find(member->annotations, event->kind);
    if (action != NULL)
        calx_check_report(list->context, list->entity, event->rule, action->place,
                          "%s on '%s', which refers to nothing: it needs a CALX_REFERENCES",
                          action->macro, member->name);
}

static void add_reference(draft_list *list, const calx_model_column *column,
                          const calx_declared_member *member)
{
    const calx_annotation *reference =
        calx_annotation_find(member->annotations, CALX_ANNOTATION_REFERENCES);
    if (reference == NULL) {
        report_idle(list, &delete_event, member);
        report_idle(list, &update_event, member);
        return;
    }
    list->entity->foreign_key_faults |= reference->fault != NULL;
    if (reference->fault != NULL)
        return;
    const calx_check_entity *target = find_target(list, reference);
    const calx_model_column *target_column =
        target != NULL ? find_target_column(list, reference, target) : NULL;
    if (target_column == NULL) {
        list->entity->foreign_key_faults = true;
        return;
    }
    check_types(list, reference, column, target_column);
    bool part = target_column->key && target->facts->key_count > 1;
    key_draft *draft = part ? add_part(list, target, column, target_column)
                            : add_single(list, target, column, target_column);
    if (draft == NULL)
        return;
    if (draft->first == NULL)
        draft->first = member;
    check_action(list, &delete_event, &draft->on_delete, member);
    check_action(list, &update_event, &draft->on_update, member);
}

/* ---- finishing ---- */

static void report_incomplete(draft_list *list, const key_draft *draft)
{
    const calx_model_entity *target = draft->target->facts;
    uint16_t missing = 0;
    while (missing < target->key_count && draft->there[missing])
        missing++;
    const calx_annotation *reference =
        calx_annotation_find(draft->first->annotations, CALX_ANNOTATION_REFERENCES);
    calx_diagnostic *diagnostic =
        calx_check_report(list->context, list->entity, CALX_RULE_REFERENCE_MEMBER, reference->place,
                          "only a part of the key of %s is referred to", target->c_type);
    calx_check_fix(list->context, diagnostic,
                   "its key has %u parts: one more member needs CALX_REFERENCES(%s, %s)",
                   (unsigned)target->key_count, target->tag,
                   target->columns[target->key[missing]].member);
    list->entity->foreign_key_faults = true;
}

/* Whether an action on a foreign key can write what its columns cannot hold. */
static void check_set_null(draft_list *list, const action_event *event,
                           const calx_annotation *action, const calx_model_foreign_key *key)
{
    const action_word *word = action != NULL ? find_action(action->words[0]) : NULL;
    for (uint16_t i = 0; word != NULL && i < key->column_count; i++) {
        const calx_model_column *column = &list->entity->columns[key->columns[i]];
        bool writes_null =
            word->on_delete == CALX_ON_DELETE_SET_NULL ||
            (word->on_delete == CALX_ON_DELETE_SET_DEFAULT && column->server_default == NULL);
        if (!writes_null || !column->not_null)
            continue;
        calx_diagnostic *diagnostic =
            calx_check_report(list->context, list->entity, event->rule, action->place,
                              "%s(%s) writes NULL into '%s', which is never NULL", action->macro,
                              action->words[0], column->member);
        calx_check_fix(list->context, diagnostic,
                       "make the member nullable (a calx_nullable_ type, or text without "
                       "CALX_NOT_NULL), or choose another action");
    }
}

static bool are_nullable(const calx_check_entity *entity, const calx_model_foreign_key *key)
{
    for (uint16_t i = 0; i < key->column_count; i++) {
        if (entity->columns[key->columns[i]].not_null)
            return false;
    }
    return true;
}

static void finish(draft_list *list, const key_draft *draft, calx_model_foreign_key *key)
{
    bool composite = draft->there != NULL;
    key->target = draft->target->facts;
    key->columns = draft->columns;
    key->target_columns = composite ? key->target->key : draft->columns + 1;
    key->column_count = composite ? key->target->key_count : 1;
    key->place = draft->first->place;
    if (draft->on_delete != NULL)
        key->on_delete = find_action(draft->on_delete->words[0])->on_delete;
    if (draft->on_update != NULL)
        key->on_update = find_action(draft->on_update->words[0])->on_update;
    if (composite && draft->found < key->column_count) {
        report_incomplete(list, draft);
        return;
    }
    key->nullable = are_nullable(list->entity, key);
    check_set_null(list, &delete_event, draft->on_delete, key);
    check_set_null(list, &update_event, draft->on_update, key);
}

void calx_check_references(calx_check_context *context, calx_check_entity *entity)
{
    draft_list list = { .context = context, .entity = entity };
    uint16_t column_count = entity->facts->column_count;
    list.drafts = calx_check_array(context, column_count, sizeof(*list.drafts));
    if (list.drafts == NULL)
        return;
    for (uint16_t i = 0; i < column_count && context->status == CALX_OK; i++)
        add_reference(&list, &entity->columns[i], entity->column_members[i]);
    entity->foreign_keys = calx_check_array(context, list.count, sizeof(*entity->foreign_keys));
    if (context->status != CALX_OK)
        return;
    for (size_t i = 0; i < list.count; i++)
        finish(&list, &list.drafts[i], &entity->foreign_keys[i]);
    entity->facts->foreign_keys = entity->foreign_keys;
    entity->facts->foreign_key_count = (uint16_t)list.count;
}
