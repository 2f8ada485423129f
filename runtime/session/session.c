/*
 * Making, closing and looking at a session. The process keeps a list of all sessions, one of the
 * four globals, for calx_close_all_sessions() alone.
 */
#include "session/session.h"

#include "base/allocator.h"
#include "base/error.h"
#include "base/hash.h"
#include "base/info.h"
#include "base/log.h"
#include "base/poison.h"
#include "engine/settings.h"
#include "mapper/check.h"
#include "mapper/column.h"
#include "session/bind.h"
#include "session/checksum.h"
#include "session/choice.h"
#include "session/version.h"

#include <pthread.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

static struct {
    pthread_mutex_t lock;
    calx_session *first;
    uint32_t made; /* gives each session transactions of its own */
} sessions = { .lock = PTHREAD_MUTEX_INITIALIZER };

static void enlist(calx_session *session)
{
    pthread_mutex_lock(&sessions.lock);
    session->last_number = session->transaction = ((uint64_t)++sessions.made << 32) + 1;
    session->next = sessions.first;
    if (session->next != NULL)
        session->next->previous = session;
    sessions.first = session;
    pthread_mutex_unlock(&sessions.lock);
}

static void delist(calx_session *session)
{
    pthread_mutex_lock(&sessions.lock);
    if (session->previous != NULL)
        session->previous->next = session->next;
    else
        sessions.first = session->next;
    if (session->next != NULL)
        session->next->previous = session->previous;
    pthread_mutex_unlock(&sessions.lock);
}

void calx_close_all_sessions(void)
{
    pthread_mutex_lock(&sessions.lock);
    for (calx_session *session = sessions.first; session != NULL; session = session->next)
        if (!atomic_load(&session->waiting))
            (void)calx_session_close(session);
    pthread_mutex_unlock(&sessions.lock);
}

/* ---- making and freeing ---- */

static calx_status check_bind(const calx_session_options *options, calx_error *out_error)
{
    const calx_connection *connection = options->connection;
    calx_status status = calx_binds_check(options->binds, options->bind_count, out_error);
    if (status != CALX_OK)
        return status;
    if (options->bind == NULL && connection == NULL && options->bind_count == 0 &&
        options->route == NULL)
        return calx_error_set(out_error, CALX_E_ARGUMENT,
                              "the session options have no bind: set .bind to an engine, "
                              ".connection to a connection, or .binds or .route for several");
    if (options->bind != NULL && connection != NULL &&
        options->bind != calx_connection_engine(connection))
        return calx_error_set(out_error, CALX_E_ARGUMENT,
                              "the session options have a .connection that is not one of their "
                              ".bind: set one of the two");
    if ((unsigned)options->join_transaction_mode > CALX_JOIN_CONTROL_FULLY)
        return calx_error_set(out_error, CALX_E_ARGUMENT,
                              "the session options have the join_transaction_mode %d, which is "
                              "none: use one of CALX_JOIN_…",
                              (int)options->join_transaction_mode);
    return CALX_OK;
}

/* NULL: each statement finds its own. */
static calx_engine *own_engine(const calx_session_options *options)
{
    if (options->connection == NULL)
        return options->bind;
    return calx_connection_engine(options->connection);
}

static calx_status check_options(const calx_session_options *options, calx_error *out_error)
{
    if (options == NULL)
        return calx_error_set(out_error, CALX_E_ARGUMENT,
                              "a session needs options with a bind: start from "
                              "CALX_SESSION_OPTIONS_INIT and set .bind to an engine");
    if (options->size != sizeof(*options))
        return calx_error_set(out_error, CALX_E_ARGUMENT,
                              "calx_session_options of %zu bytes, this library knows %zu: start "
                              "from CALX_SESSION_OPTIONS_INIT and compile with its headers",
                              options->size, sizeof(*options));
    if ((unsigned)options->debug_checks > CALX_DEBUG_CHECKS_OFF)
        return calx_error_set(out_error, CALX_E_ARGUMENT,
                              "the session options have the debug_checks %d, which is none: use "
                              "one of CALX_DEBUG_CHECKS_…",
                              (int)options->debug_checks);
    calx_status status = check_bind(options, out_error);
    if (status != CALX_OK || options->execution_options == NULL)
        return status;
    const calx_engine *engine = own_engine(options);
    return calx_settings_check(options->execution_options,
                               engine != NULL ? calx_engine_driver(engine) : NULL,
                               CALX_SETTINGS_WHOLE, out_error);
}

/* One that waits knows of no more mappers than this; a session of many tables is made anew. */
enum { WAITING_ENTITIES = 32 };

/* Nobody may touch what lies behind this while a session waits. */
static const size_t own_part = offsetof(calx_session, options);

static void destroy_waiting(calx_spare *spare);

static calx_session *make(void)
{
    calx_session *session = calx_alloc_zeroed(sizeof(*session));
    if (session == NULL)
        return NULL;
    session->spare.destroy = destroy_waiting;
    atomic_init(&session->waiting, false);
    calx_map_init(&session->entities);
    enlist(session);
    return session;
}

/* NULL: none waits. */
static calx_session *wake(calx_engine *engine)
{
    calx_session *session = (calx_session *)calx_engine_take_spare(engine);
    if (session == NULL)
        return NULL;
    calx_unpoison((char *)session + own_part, sizeof(*session) - own_part);
    atomic_store(&session->waiting, false);
    return session;
}

/* The branch of the session's own bind, if it has one. */
static calx_status make_branch(const calx_session_options *options, calx_branch *branch,
                               calx_error *out_error)
{
    branch->asked = own_engine(options);
    branch->callers = options->connection;
    return branch->asked == NULL ? CALX_OK
                                 : calx_branch_place(branch, options->execution_options, out_error);
}

/* One that waits knows plans of its engine; so it is no help to a session of several. */
static calx_session *wake_or_make(const calx_session_options *options, const calx_branch *branch)
{
    bool chooses = options->bind_count > 0 || options->route != NULL;
    calx_session *session = chooses ? NULL : wake(branch->engine);
    if (session == NULL)
        session = make();
    if (session != NULL)
        session->chooses = chooses;
    return session;
}

/* What the session has copies of. */
static calx_status copy_options(calx_session *session, const calx_session_options *options)
{
    session->options.infos = NULL;
    session->options.info_count = 0;
    session->options.execution_options = NULL;
    session->options.binds = NULL;
    session->options.bind_count = 0;
    if (options->execution_options != NULL) {
        session->execution_options = calx_settings_copy_options(options->execution_options);
        if (session->execution_options == NULL)
            return CALX_E_NOMEM;
    }
    calx_status status = calx_binds_copy(&session->binds, options->binds, options->bind_count);
    return status == CALX_OK
               ? calx_info_map_overlay(&session->infos, options->infos, options->info_count)
               : status;
}

calx_status calx_session_new(const calx_session_options *options, calx_session **out_session,
                             calx_error *out_error)
{
    calx_branch branch = { 0 };
    calx_error_clear(out_error);
    if (out_session == NULL)
        return calx_error_set(out_error, CALX_E_ARGUMENT, "calx_session_new: out_session is NULL");
    calx_status status = check_options(options, out_error);
    if (status == CALX_OK)
        status = make_branch(options, &branch, out_error);
    if (status != CALX_OK)
        return status;
    calx_session *session = wake_or_make(options, &branch);
    if (session == NULL) {
        calx_engine_free(branch.placed);
        return calx_error_set_nomem(out_error);
    }
    session->options = *options;
    session->branch = branch;
    session->error = (calx_error)CALX_ERROR_INIT;
    session->failure = (calx_error)CALX_ERROR_INIT;
    session->epoch = 1;
    calx_map_init(&session->checksums);
    calx_buffer_init(&session->scalar);
    session->checks = calx_checksum_wanted(options);
    if (copy_options(session, options) != CALX_OK) {
        calx_session_free(session);
        return calx_error_set_nomem(out_error);
    }
    *out_session = session;
    return CALX_OK;
}

static void free_entities(calx_session *session)
{
    size_t position = 0;
    for (calx_entity *entity; (entity = calx_map_next(&session->entities, &position)) != NULL;) {
        calx_choices_free(entity);
        calx_loads_release(entity->along);
        calx_release(entity->asked);
        calx_release(entity);
    }
    calx_map_clear(&session->entities);
}

/* The spare query is no one's, and may be kept. */
static void forget_dependents(calx_session *session, bool spare_too)
{
    calx_dependent *next = NULL;
    for (calx_dependent *dependent = session->dependents; dependent != NULL; dependent = next) {
        next = dependent->next;
        if (!spare_too && dependent == session->spare_query)
            continue;
        calx_session_undepend(session, dependent);
        dependent->forget(dependent);
    }
}

/* What does not outlive a use of the session, which is closed. */
static void clear_use(calx_session *session)
{
    forget_dependents(session, false);
    calx_identity_table_clear(&session->identity);
    calx_instances_clear(&session->marked);
    calx_instances_clear(&session->inserted);
    calx_instances_clear(&session->deleted);
    calx_buffer_clear(&session->scalar);
    calx_info_map_clear(&session->infos);
    calx_hooks_clear(&session->hooks);
    calx_release(session->execution_options);
    session->execution_options = NULL;
    calx_binds_clear(&session->binds);
    calx_error_clear(&session->failure);
    calx_error_clear(&session->error);
}

/* What does; then the session itself. */
static void destroy(calx_session *session)
{
    delist(session);
    forget_dependents(session, true);
    for (size_t i = 0; i < CALX_SESSION_TEXTS; i++)
        calx_sql_text_release(session->texts[i]);
    free_entities(session);
    calx_slab_pool_clear(&session->slabs);
    calx_release(session);
}

static void destroy_waiting(calx_spare *spare)
{
    calx_session *session = (calx_session *)spare;
    calx_unpoison((char *)session + own_part, sizeof(*session) - own_part);
    destroy(session);
}

/* What a waiting session keeps; everything else is as in a new one. */
typedef struct kept_parts {
    uint64_t transaction;
    calx_map entities;
    calx_entity *last_entity;
    unsigned relationship_flags;
    bool has_odd_references;
    calx_slab_pool slabs;
    calx_dependent *spare_query;
    calx_sql_text *texts[CALX_SESSION_TEXTS];
} kept_parts;

/* The next session counts for itself. */
static void forget_counts(calx_session *session)
{
    size_t position = 0;
    if (session->options.lazy_load_budget == 0)
        return;
    for (calx_entity *entity; (entity = calx_map_next(&session->entities, &position)) != NULL;) {
        calx_release(entity->asked);
        entity->asked = NULL;
    }
}

static void start_over(calx_session *session)
{
    forget_counts(session);
    kept_parts kept = {
        .transaction = session->transaction,
        .entities = session->entities,
        .last_entity = session->last_entity,
        .relationship_flags = session->relationship_flags,
        .has_odd_references = session->has_odd_references,
        .slabs = session->slabs,
        .spare_query = session->spare_query,
    };
    memcpy(kept.texts, session->texts, sizeof(kept.texts));
    memset((char *)session + own_part, 0, sizeof(*session) - own_part);
    session->last_number = session->transaction = kept.transaction;
    session->entities = kept.entities;
    session->last_entity = kept.last_entity;
    session->relationship_flags = kept.relationship_flags;
    session->has_odd_references = kept.has_odd_references;
    session->slabs = kept.slabs;
    session->dependents = session->spare_query = kept.spare_query;
    memcpy(session->texts, kept.texts, sizeof(kept.texts));
}

/*
 * Leaves the session with its engine. false: it has no place, or knows too much to be kept.
 * several: and what it knows is of other engines too.
 */
static bool set_aside(calx_session *session, bool several)
{
    calx_engine *engine = session->branch.engine;
    if (engine == NULL || several || calx_map_count(&session->entities) > WAITING_ENTITIES)
        return false;
    start_over(session);
    atomic_store(&session->waiting, true);
    calx_poison((char *)session + own_part, sizeof(*session) - own_part);
    if (calx_engine_give_spare(engine, &session->spare))
        return true;
    calx_unpoison((char *)session + own_part, sizeof(*session) - own_part);
    return false;
}

void calx_session_free(calx_session *session)
{
    if (session == NULL)
        return;
    (void)calx_session_close(session);
    clear_use(session);
    bool several = session->chooses || session->branch.next != NULL;
    calx_branches_clear(session);
    calx_engine *placed = session->branch.placed;
    if (!set_aside(session, several))
        destroy(session);
    calx_engine_free(placed); /* with what was set aside there */
}

/* ---- failing ---- */

calx_status calx_session_fail(calx_session *session, calx_status status, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    calx_error_set_v(session == NULL ? NULL : &session->error, status, format, arguments);
    va_end(arguments);
    return status;
}

calx_status calx_session_check_given(calx_session *session, const void *pointer, const char *what)
{
    return pointer != NULL ? CALX_OK
                           : calx_session_fail(session, CALX_E_ARGUMENT, "the %s is NULL", what);
}

calx_status calx_session_check_names(calx_session *session, const char *const *names, size_t count)
{
    if (names != NULL || count == 0)
        return CALX_OK;
    return calx_session_fail(session, CALX_E_ARGUMENT, "the array of %zu names is NULL", count);
}

/* Of its own engine, else of any that it knows; NULL: of none. */
static const calx_logger *logger_of(const calx_session *session)
{
    const calx_branch *branch = &session->branch;
    while (branch != NULL && branch->engine == NULL)
        branch = branch->next;
    if (branch != NULL)
        return calx_engine_logger(branch->engine);
    return session->binds.count > 0 ? calx_engine_logger(session->binds.items[0].engine) : NULL;
}

void calx_session_warn(calx_session *session, const char *format, ...)
{
    char text[512];
    va_list arguments;
    va_start(arguments, format);
    (void)vsnprintf(text, sizeof(text), format, arguments);
    va_end(arguments);
    session->warnings++;
    if (session->options.warning != NULL)
        session->options.warning(session->options.warning_context, text);
    else if (logger_of(session) != NULL)
        calx_log_text(logger_of(session), CALX_LOG_WARNING, text);
}

/* ---- what is known of a mapper ---- */

static size_t row_size(const calx_mapper *mapper)
{
    return (size_t)mapper->column_count + mapper->key_count + 1;
}

static bool has_number_key(const calx_mapper *mapper)
{
    return mapper->key_count == 1 &&
           calx_column_value_type(&mapper->columns[mapper->key[0]]) == CALX_VALUE_INT64;
}

/* Sorts the columns by what a flush asks of them in each row. */
static void sort_columns(calx_entity *entity, uint64_t *required, uint16_t *numbers)
{
    const calx_mapper *mapper = entity->mapper;
    uint16_t *optional = numbers + mapper->column_count;
    for (uint16_t i = 0; i < mapper->column_count; i++) {
        const calx_column *column = &mapper->columns[i];
        if (calx_row_is_pointer(column)) {
            numbers[entity->text_count++] = i;
            if ((column->flags & CALX_COLUMN_MUTABLE) != 0)
                entity->has_mutable_texts = true;
        }
        if ((column->flags & CALX_COLUMN_GENERATED) != 0 || column->server_default != NULL)
            optional[entity->optional_count++] = i;
        else
            calx_plan_include(required, i);
    }
    entity->texts = numbers;
    entity->optional = optional;
    entity->required = required;
}

/* What a flush need not look for when no mapper that was met has it. */
static void note_references(calx_session *session, const calx_mapper *mapper)
{
    for (size_t i = 0; i < mapper->relationship_count; i++)
        session->relationship_flags |= mapper->relationships[i].flags;
    for (size_t i = 0; i < mapper->foreign_key_count; i++) {
        const calx_foreign_key *key = &mapper->foreign_keys[i];
        for (size_t part = 0; part < key->column_count; part++)
            session->has_odd_references =
                session->has_odd_references ||
                (key->target->columns[key->target_columns[part]].flags & CALX_COLUMN_KEY) == 0;
    }
}

/* One block: the record, a row, three sets of columns, steps and classes, numbers. */
static calx_entity *new_entity(const calx_mapper *mapper)
{
    size_t row = sizeof(calx_entity);
    size_t columns = row + row_size(mapper) * sizeof(calx_value);
    size_t required = columns + calx_plan_words(mapper) * sizeof(uint64_t);
    size_t bound = required + calx_plan_words(mapper) * sizeof(uint64_t);
    size_t wanted = bound + calx_plan_words(mapper) * sizeof(uint64_t);
    size_t steps = wanted + mapper->column_count * sizeof(calx_value_type);
    size_t bindings = steps + mapper->column_count * sizeof(calx_row_step);
    size_t numbers = bindings + mapper->column_count * sizeof(calx_row_step);
    char *block = calx_alloc_zeroed(numbers + 2 * mapper->column_count * sizeof(uint16_t));
    if (block == NULL)
        return NULL;
    calx_entity *entity = (calx_entity *)(void *)block;
    entity->mapper = mapper;
    entity->row = (calx_value *)(void *)(block + row);
    entity->columns = (uint64_t *)(void *)(block + columns);
    entity->bound = (uint64_t *)(void *)(block + bound);
    entity->bindings = (calx_row_step *)(void *)(block + bindings);
    entity->version = calx_plan_version_column(mapper);
    entity->fetches_version = calx_version_is_fetched(mapper);
    entity->singly = entity->fetches_version;
    entity->by_number = has_number_key(mapper);
    entity->links_size = calx_links_size(mapper);
    for (size_t i = 0; i < mapper->column_count; i++)
        entity->has_deferred =
            entity->has_deferred || ((mapper->columns[i].flags & CALX_COLUMN_DEFERRED) != 0 &&
                                     !calx_column_is_fixed(mapper, i));
    calx_row_form_init(&entity->form, mapper, NULL, (calx_value_type *)(void *)(block + wanted),
                       (calx_row_step *)(void *)(block + steps));
    sort_columns(entity, (uint64_t *)(void *)(block + required),
                 (uint16_t *)(void *)(block + numbers));
    for (size_t i = 0; i < mapper->relationship_count; i++)
        entity->joins = entity->joins || mapper->relationships[i].loading == CALX_LOADING_JOINED;
    return entity;
}

static bool is_of_mapper(const void *value, const void *key)
{
    return ((const calx_entity *)value)->mapper == key;
}

calx_entity *calx_session_look_up(const calx_session *session, const calx_mapper *mapper)
{
    uint64_t hash = calx_hash_u64((uintptr_t)mapper);
    return calx_map_find(&session->entities, hash, is_of_mapper, mapper);
}

static calx_entity *meet(calx_session *session, const calx_mapper *mapper)
{
    if (mapper == NULL) {
        calx_session_fail(session, CALX_E_ARGUMENT, "the mapper is NULL");
        return NULL;
    }
    if (calx_mapper_check(mapper, &session->error) != CALX_OK)
        return NULL;
    calx_entity *entity = new_entity(mapper);
    uint64_t hash = calx_hash_u64((uintptr_t)mapper);
    if (entity == NULL || calx_map_put(&session->entities, hash, entity) != CALX_OK) {
        calx_release(entity);
        calx_error_set_nomem(&session->error);
        return NULL;
    }
    entity->kind = (uint32_t)calx_map_count(&session->entities);
    note_references(session, mapper);
    return entity;
}

calx_entity *calx_session_entity(calx_session *session, const calx_mapper *mapper)
{
    calx_entity *entity = calx_session_met(session, mapper);
    if (entity == NULL)
        entity = meet(session, mapper);
    if (entity != NULL)
        session->last_entity = entity;
    return entity;
}

void calx_entity_move(calx_entity *entity, const calx_engine *engine)
{
    entity->planned = engine;
    entity->by_key = entity->by_sought = NULL;
    entity->sought = NULL;
    entity->sought_order = NULL;
    entity->uncopied = false;
    entity->singly = entity->fetches_version;
}

/* ---- dependents ---- */

void calx_session_depend(calx_session *session, calx_dependent *dependent)
{
    dependent->previous = NULL;
    dependent->next = session->dependents;
    if (dependent->next != NULL)
        dependent->next->previous = dependent;
    session->dependents = dependent;
}

void calx_session_undepend(calx_session *session, calx_dependent *dependent)
{
    if (dependent->previous != NULL)
        dependent->previous->next = dependent->next;
    else
        session->dependents = dependent->next;
    if (dependent->next != NULL)
        dependent->next->previous = dependent->previous;
    dependent->next = dependent->previous = NULL;
}

/* ---- looking ---- */

bool calx_session_in_transaction(const calx_session *session)
{
    return session != NULL && session->boundary != NULL;
}

bool calx_session_is_active(const calx_session *session)
{
    return session != NULL && session->failure.status == CALX_OK;
}

size_t calx_session_count_new(const calx_session *session)
{
    return session == NULL ? 0 : session->pending.count;
}

static size_t count_changed(const calx_watch_list *list)
{
    size_t count = 0;
    for (const calx_watch *watch = list->first; watch != NULL; watch = watch->next)
        if ((watch->instance->flags & CALX_INSTANCE_MARKED) == 0 &&
            calx_session_is_changed(watch->instance))
            count++;
    return count;
}

size_t calx_session_count_dirty(const calx_session *session)
{
    return session == NULL ? 0 : count_changed(&session->hot) + count_changed(&session->cold);
}

size_t calx_session_count_deleted(const calx_session *session)
{
    return session == NULL ? 0 : session->marked.count;
}

size_t calx_session_count_warnings(const calx_session *session)
{
    return session == NULL ? 0 : session->warnings;
}

static size_t count_kept(const calx_session *session)
{
    size_t count = 0;
    for (const calx_instance *one = session->kept; one != NULL; one = one->keeper_next)
        count++;
    return count;
}

void calx_session_status(const calx_session *session, calx_session_state *out_state)
{
    if (out_state == NULL)
        return;
    memset(out_state, 0, sizeof(*out_state));
    if (session == NULL)
        return;
    *out_state = session->state;
    out_state->kept = count_kept(session);
    out_state->hot = session->hot.count;
    out_state->cold = session->cold.count;
    out_state->checked = calx_map_count(&session->checksums);
}

void *calx_session_info(const calx_session *session)
{
    return session == NULL ? NULL : session->options.info;
}

const calx_error *calx_session_error(const calx_session *session)
{
    static const calx_error no_session = {
        CALX_E_ARGUMENT, "", 0, 0, "the session is NULL", "", NULL,
    };
    return session == NULL ? &no_session : &session->error;
}

calx_session *calx_object_session(const void *entity)
{
    const calx_instance *instance = calx_instance_of(entity);
    return instance == NULL ? NULL : instance->session;
}

calx_status calx_session_set_autoflush(calx_session *session, bool autoflush)
{
    calx_status status = calx_session_enter(session);
    if (status == CALX_OK)
        session->options.autoflush = autoflush;
    return status;
}

calx_status calx_session_set_info(calx_session *session, const char *key, void *value)
{
    calx_status status = calx_session_enter(session);
    if (status == CALX_OK && key == NULL)
        return calx_session_fail(session, CALX_E_ARGUMENT, "the key of an info is NULL");
    if (status == CALX_OK && calx_info_map_set(&session->infos, key, value) != CALX_OK)
        status = calx_error_set_nomem(&session->error);
    return status;
}

calx_status calx_session_get_info(calx_session *session, const char *key, void **out_value)
{
    calx_status status = calx_session_enter(session);
    if (status == CALX_OK)
        status = calx_session_check_given(session, key, "key of an info");
    if (status == CALX_OK)
        status = calx_session_check_given(session, out_value, "place for the value");
    if (status == CALX_OK)
        *out_value = calx_info_map_get(&session->infos, key);
    return status;
}

calx_status calx_session_no_autoflush_begin(calx_session *session)
{
    calx_status status = calx_session_enter(session);
    if (status == CALX_OK)
        session->no_autoflush++;
    return status;
}

calx_status calx_session_no_autoflush_end(calx_session *session)
{
    calx_status status = calx_session_enter(session);
    if (status != CALX_OK)
        return status;
    if (session->no_autoflush == 0)
        return calx_session_fail(session, CALX_E_STATE,
                                 "no_autoflush_end without calx_session_no_autoflush_begin()");
    session->no_autoflush--;
    return CALX_OK;
}
