/*
 * merge(): what an instance of another session, of none, or a plain struct says is taken over by
 * the instance of this session that has its key (SES-250 to 262). First every source that the merge
 * cascade reaches is looked at, its target is looked for, and what a target has is loaded; nothing
 * changes until all of that went well. Then targets that are not there are made, and all take the
 * columns; only then are they related, since they may be related in circles. What fails from there
 * on, memory mostly, is undone. The walk keeps its own list: a chain of sources may be longer than
 * the stack is deep.
 */
#include "session/version.h"

#include "base/allocator.h"
#include "base/arena.h"
#include "base/error.h"
#include "mapper/column.h"
#include "session/partial.h"
#include "session/relationship.h"

#include <string.h>

typedef struct merged merged;

struct merged {
    merged *next;                /* in the order they were found */
    const calx_instance *source; /* NULL: a plain struct */
    const void *struct_;
    const calx_mapper *mapper;
    calx_instance *target; /* NULL so far: it is to be made */
    const merged *same;    /* one before it with its key, which has no target either; or NULL */
    bool made;             /* its target is, by this merge */
    calx_key key;          /* zeroed: the source has none */
};

typedef struct merging {
    calx_session *session;
    bool load;
    bool undoes;      /* nothing was unwritten before */
    calx_arena arena; /* of the merged */
    merged *first;
    merged **end;
    calx_map by_source; /* by the address of the struct */
    calx_map by_key;    /* those that have a key */
} merging;

static calx_status no_memory(const merging *work)
{
    return calx_error_set_nomem(&work->session->error);
}

/* ---- who takes part ---- */

static bool is_source(const void *value, const void *struct_)
{
    return ((const merged *)value)->struct_ == struct_;
}

static bool has_key(const void *value, const void *key)
{
    return calx_key_equal(&((const merged *)value)->key, key);
}

static uint64_t hash_of(const void *struct_)
{
    return (uint64_t)(uintptr_t)struct_ >> 4;
}

static merged *find_source(const merging *work, const void *struct_)
{
    return calx_map_find(&work->by_source, hash_of(struct_), is_source, struct_);
}

/* Once each; a source that is there already keeps its place. */
static calx_status note(merging *work, const calx_mapper *mapper, const void *struct_)
{
    if (find_source(work, struct_) != NULL)
        return CALX_OK;
    merged *one = calx_arena_array(&work->arena, 1, sizeof(*one));
    if (one == NULL || calx_map_put(&work->by_source, hash_of(struct_), one) != CALX_OK)
        return no_memory(work);
    one->source = calx_instance_of(struct_);
    one->struct_ = struct_;
    one->mapper = mapper;
    *work->end = one;
    work->end = &one->next;
    return CALX_OK;
}

/* ---- what a source says ---- */

static bool is_new(const calx_instance *instance)
{
    return instance->state == CALX_STATE_TRANSIENT || instance->state == CALX_STATE_PENDING;
}

/* Whether a field may be older than its column, or was never loaded. */
static bool is_stale(const calx_instance *source, size_t column)
{
    const uint64_t *lacks = calx_instance_lacks(source);
    if (lacks != NULL && calx_plan_has(lacks, column))
        return true;
    bool expired = source->session != NULL ? calx_session_is_expired(source->session, source)
                                           : (source->flags & CALX_INSTANCE_STALE) != 0;
    return expired && calx_session_has_expired(source, column);
}

/*
 * Whether the source says anything about a column (SES-253). A new instance does where it is not as
 * it was made, or a setter was called; a plain struct has no way not to.
 */
static bool is_given(const merged *one, size_t number)
{
    const calx_column *column = &one->mapper->columns[number];
    const void *prototype = one->mapper->prototype;
    if (one->source == NULL)
        return true;
    if (!is_new(one->source))
        return !is_stale(one->source, number);
    if (one->source->watch != NULL && calx_plan_has(one->source->watch->set, number))
        return true;
    return prototype != NULL ? !calx_column_same(column, one->struct_, prototype)
                             : !calx_column_is_empty(column, one->struct_);
}

/* The struct whose key is that of the row. */
static const void *keyed_struct(const merged *one)
{
    return one->source == NULL || is_new(one->source) ? one->struct_
                                                      : calx_writer_stored(one->source);
}

/* Reads the key; *out_complete false: it lacks a part (SES-252). */
static calx_status read_key(const merging *work, merged *one, calx_value *values,
                            bool *out_complete)
{
    const calx_mapper *mapper = one->mapper;
    const void *struct_ = keyed_struct(one);
    *out_complete = true;
    if (calx_key_read(mapper, struct_, values) != CALX_OK)
        return calx_session_fail(work->session, CALX_E_DATA,
                                 "%s: no NUL inside an array of the key", mapper->name);
    for (size_t i = 0; i < mapper->key_count; i++) {
        const calx_column *column = &mapper->columns[mapper->key[i]];
        if (values[i].type == CALX_VALUE_NULL ||
            ((column->flags & CALX_COLUMN_GENERATED) != 0 && calx_column_is_empty(column, struct_)))
            *out_complete = false;
    }
    if (!*out_complete)
        return CALX_OK;
    calx_status status = calx_key_from_values(&one->key, mapper, values);
    return status == CALX_OK
               ? CALX_OK
               : calx_session_fail(work->session, status,
                                   "the key of the %s does not fit its columns", mapper->name);
}

/* ---- its target ---- */

static calx_status make_target(merging *work, merged *one)
{
    void *entity = calx_instance_new(one->mapper);
    if (entity == NULL)
        return no_memory(work);
    calx_status status = calx_session_attach(work->session, calx_instance_of(entity));
    if (status != CALX_OK) {
        calx_instance_free(entity);
        return status;
    }
    one->target = calx_instance_of(entity);
    one->made = true;
    return CALX_OK;
}

/* In memory, among the targets of this merge, or in the database; NULL: nowhere (SES-251, 257). */
static calx_status find_target(merging *work, merged *one, const calx_value *values)
{
    calx_entity *entity = calx_session_entity(work->session, one->mapper);
    if (entity == NULL)
        return work->session->error.status;
    one->target = calx_identity_find(work->session, &one->key);
    if (one->target != NULL)
        return CALX_OK;
    const merged *other = calx_map_find(&work->by_key, one->key.hash, has_key, &one->key);
    if (other != NULL) {
        one->target = other->target;
        one->same = other;
        return CALX_OK;
    }
    return calx_session_find(work->session, entity, values, NULL, &one->target);
}

static bool is_here(const merging *work, const calx_instance *source)
{
    return source != NULL && source->session == work->session;
}

static calx_status look_for_target(merging *work, merged *one)
{
    bool complete = false;
    calx_status status = CALX_OK;
    calx_value *values = calx_arena_array(&work->arena, one->mapper->key_count, sizeof(*values));
    if (values == NULL)
        return no_memory(work);
    if (is_here(work, one->source) && one->source->state == CALX_STATE_PENDING)
        calx_session_warn(work->session,
                          "the %s to merge is pending in this session: a second one is made",
                          one->mapper->name);
    status = read_key(work, one, values, &complete);
    if (status == CALX_OK && complete)
        status = find_target(work, one, values);
    if (status == CALX_OK && complete && calx_map_put(&work->by_key, one->key.hash, one) != CALX_OK)
        return no_memory(work);
    return status;
}

/* ---- columns ---- */

/* What the source was made from is not what the target has by now (SES-262). */
static calx_status check_version(const merging *work, const merged *one)
{
    if (one->target == NULL || one->target->state != CALX_STATE_PERSISTENT)
        return CALX_OK;
    const calx_entity *entity = calx_session_met(work->session, one->mapper);
    if (entity->version < 0)
        return CALX_OK;
    size_t number = (size_t)entity->version;
    const calx_column *column = &one->mapper->columns[number];
    const void *target = calx_instance_entity(one->target);
    calx_value theirs, ours;
    if (!is_given(one, number) || is_stale(one->target, number) ||
        calx_column_is_empty(column, one->struct_) ||
        calx_column_same(column, one->struct_, target) ||
        calx_column_read(column, one->struct_, &theirs) != CALX_OK ||
        calx_column_read(column, target, &ours) != CALX_OK)
        return CALX_OK;
    calx_buffer text = CALX_BUFFER_INIT;
    calx_session_describe(&text, one->target);
    calx_buffer_put(&text, " has version ");
    calx_version_describe(&text, &ours);
    calx_buffer_put(&text, " here, and what is to be merged has version ");
    calx_version_describe(&text, &theirs);
    calx_session_fail(work->session, CALX_E_STALE_DATA, "%s", calx_buffer_text(&text));
    calx_buffer_clear(&text);
    return CALX_E_STALE_DATA;
}

/* Whether what the source gives can be taken: all that may be wrong with it. */
static calx_status check_columns(const merging *work, const merged *one)
{
    calx_value value;
    for (size_t i = 0; i < one->mapper->column_count; i++)
        if (is_given(one, i) &&
            calx_column_read(&one->mapper->columns[i], one->struct_, &value) != CALX_OK)
            return calx_session_fail(work->session, CALX_E_DATA, "%s.%s: no NUL inside the array",
                                     one->mapper->name, one->mapper->columns[i].member);
    return check_version(work, one);
}

/* The key is how the target was found, and the version of a row is its own. */
static calx_status take_column(const merging *work, const merged *one, size_t number)
{
    const calx_column *column = &one->mapper->columns[number];
    bool stored = one->target->state == CALX_STATE_PERSISTENT;
    calx_value value;
    if (!is_given(one, number) ||
        (stored && (column->flags & (CALX_COLUMN_KEY | CALX_COLUMN_VERSION)) != 0))
        return CALX_OK;
    if (!stored && (column->flags & CALX_COLUMN_GENERATED) != 0 &&
        calx_column_is_empty(column, one->struct_))
        return CALX_OK;
    if (calx_column_read(column, one->struct_, &value) != CALX_OK)
        return calx_session_fail(work->session, CALX_E_DATA, "%s.%s: no NUL inside the array",
                                 one->mapper->name, column->member);
    return calx_session_assign(one->target, column, &value);
}

static calx_status take_columns(const merging *work, const merged *one)
{
    calx_status status = CALX_OK;
    for (size_t i = 0; status == CALX_OK && i < one->mapper->column_count; i++)
        status = take_column(work, one, i);
    return status;
}

/* ---- what is related ---- */

static bool is_single(const calx_relationship *facts)
{
    return facts->kind == CALX_RELATIONSHIP_ONE || facts->kind == CALX_RELATIONSHIP_ONE_TO_ONE;
}

/* Whether the source says anything about a relationship: reading it is not saying (SES-255). */
static bool is_related_given(const calx_instance *source, const calx_relationship *facts)
{
    unsigned number = (unsigned)(facts - source->mapper->relationships);
    if (source->links == NULL || !calx_relationship_is_known(source, number))
        return false;
    if (facts->kind == CALX_RELATIONSHIP_ONE)
        return calx_link_at(source, facts->foreign_key)->state != CALX_LINK_UNKNOWN;
    const calx_slot *slot = calx_slot_at(source, number);
    return !is_new(source) || slot->count > 0 || slot->assigned;
}

/* A plain struct has no relationships: what its members point at is nobody's business here. */
static bool is_followed(const merged *one, const calx_relationship *facts)
{
    return one->source != NULL && one->target != one->source &&
           (facts->cascade & CALX_CASCADE_MERGE) != 0 &&
           (facts->flags & CALX_RELATIONSHIP_VIEW_ONLY) == 0 &&
           is_related_given(one->source, facts);
}

/* What the source is related to, which is known in memory. */
static calx_status read_related(const merged *one, const calx_relationship *facts,
                                const void **single, const void *const **out_items,
                                size_t *out_count)
{
    if (!is_single(facts))
        return calx_relationship_many(one->struct_, facts, out_items, out_count);
    calx_status status = calx_relationship_one(one->struct_, facts, single);
    *out_items = single;
    *out_count = status == CALX_OK && *single != NULL ? 1 : 0;
    return status;
}

/* What went wrong with an instance of another session, or of none, is told by this one. */
static calx_status fail_related(const merging *work, const merged *one,
                                const calx_relationship *facts, calx_status status)
{
    const calx_session *theirs = one->source->session;
    if (status == CALX_OK || theirs == work->session)
        return status;
    return calx_session_fail(work->session, status, "%s.%s of what is to be merged: %s",
                             one->mapper->name, facts->member,
                             theirs == NULL ? calx_status_name(status) : theirs->error.message);
}

static calx_status note_related(merging *work, const merged *one, const calx_relationship *facts)
{
    const void *single = NULL;
    const void *const *items = NULL;
    size_t count = 0;
    if (!is_followed(one, facts))
        return CALX_OK;
    calx_status status = read_related(one, facts, &single, &items, &count);
    if (status != CALX_OK)
        return fail_related(work, one, facts, status);
    for (size_t i = 0; status == CALX_OK && i < count; i++)
        status = note(work, facts->target, items[i]);
    return status;
}

/* What relating will ask of the target is loaded before anything changes. */
static calx_status load_related(merging *work, const merged *one, const calx_relationship *facts)
{
    unsigned number = (unsigned)(facts - one->mapper->relationships);
    if (!work->load || one->target == NULL || !is_followed(one, facts) ||
        (is_single(facts) && (facts->cascade & CALX_CASCADE_DELETE_ORPHAN) == 0))
        return CALX_OK;
    return calx_relationship_load(work->session, one->target, number);
}

static calx_status relate(merging *work, const merged *one, const calx_relationship *facts)
{
    const void *single = NULL;
    const void *const *items = NULL;
    size_t count = 0;
    const void *to = calx_instance_entity(one->target);
    if (!is_followed(one, facts))
        return CALX_OK;
    calx_status status = read_related(one, facts, &single, &items, &count);
    if (status != CALX_OK)
        return fail_related(work, one, facts, status);
    const void **targets = calx_arena_array(&work->arena, count + 1, sizeof(*targets));
    if (targets == NULL)
        return no_memory(work);
    for (size_t i = 0; i < count; i++)
        targets[i] = calx_instance_entity(find_source(work, items[i])->target);
    return is_single(facts) ? calx_relationship_set(to, facts, targets[0])
                            : calx_relationship_replace(to, facts, targets, count);
}

typedef calx_status (*relationship_step)(merging *work, const merged *one,
                                         const calx_relationship *facts);

static calx_status each_relationship(merging *work, const merged *one, relationship_step step)
{
    calx_status status = CALX_OK;
    for (size_t i = 0; status == CALX_OK && i < one->mapper->relationship_count; i++)
        status = step(work, one, &one->mapper->relationships[i]);
    return status;
}

/* ---- without loading ---- */

/* Only what is as its row is can be taken for the row (SES-261). */
static calx_status check_clean(const merging *work, const merged *one)
{
    const char *problem = NULL;
    if (one->source == NULL)
        problem = "is no instance";
    else if (is_new(one->source))
        problem = "was never stored";
    else if (calx_session_is_changed(one->source))
        problem = "has changes that are not written";
    return problem == NULL ? CALX_OK
                           : calx_session_fail(work->session, CALX_E_INVALID_REQUEST,
                                               "merge without load: a %s %s; merge it with load",
                                               one->mapper->name, problem);
}

static calx_status read_row(const merging *work, const merged *one, calx_entity *entity)
{
    for (size_t i = 0; i < one->mapper->column_count; i++)
        if (calx_column_read(&one->mapper->columns[i], one->struct_, &entity->row[i]) != CALX_OK)
            return calx_session_fail(work->session, CALX_E_DATA, "%s.%s: no NUL inside the array",
                                     one->mapper->name, one->mapper->columns[i].member);
    return CALX_OK;
}

/* What the source does not know, the target must not seem to. */
static calx_status expire_like(const merging *work, const merged *one, calx_entity *entity)
{
    bool all = true, any = false;
    memset(entity->columns, 0, calx_plan_words(one->mapper) * sizeof(*entity->columns));
    for (size_t i = 0; i < one->mapper->column_count; i++) {
        bool stale = is_stale(one->source, i);
        all = all && stale;
        any = any || stale;
        if (stale)
            calx_plan_include(entity->columns, i);
    }
    if (all)
        calx_session_expire_instance(one->target);
    return any && !all ? calx_session_expire_columns(work->session, one->target, entity->columns)
                       : CALX_OK;
}

/* The source's fields are taken for a row that was just read (SES-260). */
static calx_status take_state(merging *work, merged *one)
{
    calx_session *session = work->session;
    calx_entity *entity = calx_session_entity(session, one->mapper);
    calx_status status = entity == NULL ? session->error.status : read_row(work, one, entity);
    if (status == CALX_OK)
        status = calx_session_repopulate(session, entity, &one->target, NULL);
    return status == CALX_OK ? expire_like(work, one, entity) : status;
}

static calx_status relate_loaded(merging *work, const merged *one, const calx_relationship *facts)
{
    const void *single = NULL;
    const void *const *items = NULL;
    size_t count = 0;
    if (!is_followed(one, facts))
        return CALX_OK;
    calx_status status = read_related(one, facts, &single, &items, &count);
    if (status != CALX_OK)
        return fail_related(work, one, facts, status);
    calx_instance **targets = calx_arena_array(&work->arena, count + 1, sizeof(calx_instance *));
    if (targets == NULL)
        return no_memory(work);
    for (size_t i = 0; i < count; i++)
        targets[i] = find_source(work, items[i])->target;
    unsigned number = (unsigned)(facts - one->mapper->relationships);
    status = facts->kind == CALX_RELATIONSHIP_ONE
                 ? calx_relationship_take_target(one->target, facts->foreign_key, targets[0])
                 : calx_relationship_take_collection(one->target, number, targets, count);
    return status == CALX_OK ? CALX_OK : no_memory(work);
}

/* ---- the walk ---- */

static bool is_its_own_target(const merged *one)
{
    return one->source != NULL && one->target == one->source;
}

/* Nothing changes here but what is loaded. */
static calx_status look_at(merging *work, merged *one)
{
    calx_status status = CALX_OK;
    if (is_here(work, one->source) && one->source->state == CALX_STATE_PERSISTENT)
        one->target = calx_instance_trusted(one->struct_); /* it is the one already (SES-250) */
    else if (work->load)
        status = look_for_target(work, one);
    else
        status = check_clean(work, one);
    if (status == CALX_OK && work->load && !is_its_own_target(one))
        status = check_columns(work, one);
    return status == CALX_OK ? each_relationship(work, one, note_related) : status;
}

static calx_status take_over(merging *work, merged *one)
{
    calx_status status = CALX_OK;
    if (is_its_own_target(one))
        return CALX_OK;
    if (!work->load)
        return take_state(work, one);
    if (one->target == NULL && one->same != NULL)
        one->target = one->same->target;
    else if (one->target == NULL)
        status = make_target(work, one);
    return status == CALX_OK ? take_columns(work, one) : status;
}

/* ---- undoing ---- */

/* Whether the session has nothing unwritten, so that all that is so later is of this merge. */
static bool has_nothing_unwritten(const merging *work)
{
    const calx_session *session = work->session;
    if (session->hot.first != NULL || session->pending.first != NULL || session->pairs.count > 0 ||
        session->marked.count > 0)
        return false;
    for (const merged *one = work->first; one != NULL; one = one->next)
        if (one->target != NULL && calx_session_is_changed(one->target))
            return false;
    return true;
}

/* What was made leaves in any case. */
static void undo(const merging *work)
{
    if (work->undoes)
        calx_boundary_undo_unwritten(work->session);
    for (const merged *one = work->first; one != NULL; one = one->next) {
        if (!one->made)
            continue;
        if (one->target->session != NULL)
            calx_session_forget(work->session, one->target);
        calx_session_destroy(one->target);
    }
}

/* A new instance is built by a merge, too (SES-380). */
static calx_status tell_of_made(const merging *work)
{
    calx_status status = CALX_OK;
    if (!calx_session_hears(work->session, CALX_SESSION_LOAD))
        return CALX_OK;
    for (const merged *one = work->first; status == CALX_OK && one != NULL; one = one->next)
        if (one->made)
            status = calx_session_raise_of(work->session, CALX_SESSION_LOAD, one->target);
    return status;
}

static calx_status change(merging *work)
{
    calx_status status = CALX_OK;
    work->undoes = work->load && has_nothing_unwritten(work);
    for (merged *one = work->first; status == CALX_OK && one != NULL; one = one->next)
        status = take_over(work, one);
    for (merged *one = work->first; status == CALX_OK && one != NULL; one = one->next)
        status = each_relationship(work, one, work->load ? relate : relate_loaded);
    if (status == CALX_OK)
        status = tell_of_made(work);
    if (status != CALX_OK)
        undo(work);
    return status;
}

static calx_status walk(merging *work)
{
    calx_status status = CALX_OK;
    for (merged *one = work->first; status == CALX_OK && one != NULL; one = one->next)
        status = look_at(work, one);
    for (merged *one = work->first; status == CALX_OK && one != NULL; one = one->next)
        status = each_relationship(work, one, load_related);
    return status == CALX_OK ? change(work) : status;
}

/* One flush up front, none on the way (SES-258). */
static calx_status merge(calx_session *session, const calx_mapper *mapper, const void *source,
                         bool load, const void **out_entity)
{
    merging work = { .session = session, .load = load };
    calx_status status = calx_session_check_barred(session, CALX_BAR_CHANGES);
    if (status != CALX_OK)
        return status;
    calx_arena_init(&work.arena, 0);
    calx_map_init(&work.by_source);
    calx_map_init(&work.by_key);
    work.end = &work.first;
    status = calx_session_autobegin(session);
    if (status == CALX_OK && load)
        status = calx_session_autoflush(session);
    session->no_autoflush++;
    if (status == CALX_OK)
        status = note(&work, mapper, source);
    if (status == CALX_OK)
        status = walk(&work);
    session->no_autoflush--;
    if (status == CALX_OK)
        *out_entity = calx_instance_entity(work.first->target);
    for (merged *one = work.first; one != NULL; one = one->next)
        calx_key_clear(&one->key);
    calx_map_clear(&work.by_source);
    calx_map_clear(&work.by_key);
    calx_arena_clear(&work.arena);
    return status;
}

/* ---- the public face ---- */

/* The mapper of what is to be merged: its own, or of a plain struct the one that was named. */
static calx_status find_mapper(calx_session *session, const void *source, const calx_mapper *given,
                               const calx_mapper **out_mapper)
{
    const calx_instance *instance = calx_instance_of(source);
    *out_mapper = instance != NULL ? instance->mapper : given;
    if (source == NULL || *out_mapper == NULL)
        return calx_session_fail(session, CALX_E_UNMAPPED,
                                 "merge: the address %p is no instance, and no mapper says what "
                                 "struct lies there",
                                 source);
    if (given == NULL || given == *out_mapper)
        return CALX_OK;
    return calx_session_fail(session, CALX_E_UNMAPPED,
                             "merge: an instance of %s where a %s is meant", instance->mapper->name,
                             given->name);
}

calx_status calx_session_merge_with(calx_session *session, const void *source,
                                    const calx_merge_options *options, const void **out_entity)
{
    const calx_mapper *mapper = NULL;
    calx_status status = calx_session_enter(session);
    if (status != CALX_OK)
        return status;
    if (options == NULL || options->size != sizeof(*options))
        return calx_session_fail(session, CALX_E_ARGUMENT,
                                 "merge: start the options from CALX_MERGE_OPTIONS_INIT");
    status = calx_session_check_given(session, out_entity, "place for the instance");
    if (status == CALX_OK)
        status = find_mapper(session, source, options->mapper, &mapper);
    if (status == CALX_OK && calx_session_entity(session, mapper) == NULL)
        status = session->error.status;
    return status == CALX_OK ? merge(session, mapper, source, options->load, out_entity) : status;
}

calx_status calx_session_merge_as(calx_session *session, const calx_mapper *mapper,
                                  const void *source, const void **out_entity)
{
    calx_merge_options options = CALX_MERGE_OPTIONS_INIT;
    options.mapper = mapper;
    return calx_session_merge_with(session, source, &options, out_entity);
}

calx_status calx_session_merge(calx_session *session, const void *source, const void **out_entity)
{
    calx_merge_options options = CALX_MERGE_OPTIONS_INIT;
    return calx_session_merge_with(session, source, &options, out_entity);
}

calx_status calx_session_merge_all(calx_session *session, const void *const *sources, size_t count,
                                   const void **out_entities)
{
    calx_status status = calx_session_enter(session);
    if (status == CALX_OK && count > 0)
        status = calx_session_check_given(session, sources, "array of what is to be merged");
    for (size_t i = 0; status == CALX_OK && i < count; i++) {
        const void *target = NULL;
        status = calx_session_merge(session, sources[i], &target);
        if (status == CALX_OK && out_entities != NULL)
            out_entities[i] = target;
    }
    return status;
}
