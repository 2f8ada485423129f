/*
 * Links: physical connections with the statements prepared on them, as the pool keeps them. A
 * statement stays prepared across checkouts: one of a plan is found by the plan's number, one of a
 * text by the text, and of the texts the least recently used goes when there are too many. The
 * rule kept: a cursor somebody holds is never freed here; it loses its statement and waits for its
 * close.
 */
#include "engine/inside.h"

#include "base/allocator.h"
#include "base/clock.h"
#include "base/error.h"

#include <string.h>

/* Without it the shared database in memory ends with the last connection; it is only an aid. */
static void drop_anchor(calx_engine *engine, int64_t deadline)
{
    calx_driver_connection *none = NULL;
    calx_driver_connection *anchor = NULL;
    if (!engine->config->shared_memory || atomic_load(&engine->anchor) != NULL ||
        engine->driver->connect(engine->config, deadline, &anchor, NULL) != CALX_OK)
        return;
    if (!atomic_compare_exchange_strong(&engine->anchor, &none, anchor))
        engine->driver->close(anchor);
}

/*
 * What listeners make of the URL, in a config of the link's own, or the connection they have ready
 * (ENG-194).
 */
static calx_status change_address(calx_engine *engine, calx_link *link, void **out_ready,
                                  calx_error *error)
{
    calx_url url = engine->address;
    calx_event_details details = { .event = CALX_EVENT_DO_CONNECT, .url = &url };
    calx_pool_name_make(engine->pool, "a listener of do_connect");
    calx_status status = calx_event_raise(engine, &details, NULL, error);
    calx_pool_name_make(engine->pool, NULL);
    *out_ready = details.native; /* ours to close, also when a later listener failed */
    if (status == CALX_OK)
        status = engine->driver->configure(&url, &link->config, error);
    if (status != CALX_OK)
        return status;
    link->config->logger = engine->config->logger;
    link->config->notice = engine->config->notice;
    link->config->notice_context = engine->config->notice_context;
    link->config->hides_values = engine->config->hides_values;
    return CALX_OK;
}

/* The database itself, and what is to be known about it. */
static calx_status open_link(calx_engine *engine, calx_link *link, int64_t deadline,
                             calx_error *error)
{
    calx_status status = CALX_OK;
    void *ready = NULL;
    if (calx_hears(engine, CALX_EVENT_DO_CONNECT))
        status = change_address(engine, link, &ready, error);
    const calx_driver_config *config = link->config != NULL ? link->config : engine->config;
    if (status == CALX_OK && ready != NULL)
        status = engine->driver->adopt(config, ready, &link->connection, error);
    else if (status == CALX_OK)
        status = engine->driver->connect(config, deadline, &link->connection, error);
    else if (ready != NULL)
        (void)engine->driver->adopt(engine->config, ready, &link->connection, NULL); /* to close */
    if (status == CALX_OK && link->config != NULL)
        atomic_store(&engine->config->max_parameters, atomic_load(&link->config->max_parameters));
    if (status == CALX_OK)
        status = calx_engine_greet(engine, link, deadline, error);
    if (status == CALX_OK && calx_hears(engine, CALX_EVENT_CONNECT)) {
        calx_pool_name_make(engine->pool, "a listener of connect");
        status = calx_link_raise(engine, link, CALX_EVENT_CONNECT, error);
    }
    return status;
}

static void close_link(calx_link *link)
{
    calx_link_leave_slot(link);
    calx_info_map_clear(&link->info);
    const calx_driver *driver = link->engine->driver;
    if (link->connection != NULL)
        driver->close(link->connection);
    if (link->config != NULL)
        driver->config_free(link->config);
    calx_release(link);
}

calx_status calx_link_make(void *context, int64_t deadline, calx_pool_entry **out_entry,
                           calx_error *error)
{
    calx_engine *engine = context;
    calx_link *link = calx_alloc_zeroed(sizeof(*link));
    if (link == NULL)
        return calx_error_set_nomem(error);
    calx_error own = CALX_ERROR_INIT;
    link->engine = engine;
    calx_status status = open_link(engine, link, deadline, &own);
    if (status != CALX_OK) {
        close_link(link);
        if (calx_hears(engine, CALX_EVENT_HANDLE_ERROR))
            status = calx_engine_raise_error(engine, NULL, &own, NULL);
        calx_error_move(error, &own);
        return status;
    }
    link->maker = pthread_self();
    atomic_init(&link->gone, CALX_LINK_HERE);
    atomic_init(&link->idle_ns, 0);
    calx_map_init(&link->texts);
    drop_anchor(engine, deadline);
    calx_link_take_slot(link);
    *out_entry = &link->entry;
    return CALX_OK;
}

/* A server that does not answer holds up nobody who gives a connection back. */
static void limit_time(const calx_engine *engine, calx_driver_connection *connection)
{
    if (engine->config->remote && engine->options.ping_timeout > 0)
        connection->deadline = calx_deadline_in_ms(engine->options.ping_timeout);
}

/* Ends a transaction that is still open, as the options want it. */
static calx_status end_transaction(calx_engine *engine, calx_link *link)
{
    calx_driver_connection *connection = link->connection;
    if (!connection->in_transaction || link->reset == CALX_POOL_RESET_NONE) {
        calx_log_text(&engine->pool_logger, CALX_LOG_DEBUG,
                      connection->in_transaction ? "returned as it is" : "nothing to reset");
        return CALX_OK;
    }
    if (link->reset == CALX_POOL_RESET_COMMIT) {
        calx_log_text(&engine->logger, CALX_LOG_INFO, "COMMIT (returned to the pool)");
        return engine->driver->control(connection, CALX_DRIVER_COMMIT, 0);
    }
    calx_log_text(&engine->logger, CALX_LOG_INFO, "ROLLBACK (returned to the pool)");
    limit_time(engine, connection);
    calx_status status = engine->driver->clean(connection);
    connection->deadline = 0;
    return status;
}

/* What was used in the database's session, and what somebody listened to. */
static calx_status undo_use(calx_engine *engine, calx_link *link)
{
    calx_driver_connection *connection = link->connection;
    calx_status status = CALX_OK;
    bool everything = link->reset == CALX_POOL_RESET_DISCARD;
    bool wipes = everything || link->reset == CALX_POOL_RESET_SMART;
    if ((!wipes && !connection->listens) || link->reset == CALX_POOL_RESET_NONE)
        return CALX_OK;
    limit_time(engine, connection);
    if (wipes && engine->driver->wipe != NULL)
        status = engine->driver->wipe(connection, everything);
    /* The next owner has not asked for that (ENG-176). */
    if (status == CALX_OK && connection->listens)
        status = engine->driver->hush(connection);
    connection->deadline = 0;
    return status;
}

/* false: that failed. */
static bool make_fit(calx_engine *engine, calx_link *link)
{
    calx_driver_connection *connection = link->connection;
    calx_status status = end_transaction(engine, link);
    if (status == CALX_OK)
        status = undo_use(engine, link);
    if (status == CALX_OK)
        return true;
    calx_log(&engine->logger, CALX_LOG_WARNING,
             "a connection could not be reset and is closed instead: %s",
             connection->error.message);
    calx_error_clear(&connection->error);
    return false;
}

bool calx_link_reset(void *context, calx_pool_entry *entry)
{
    calx_engine *engine = context;
    calx_link *link = (calx_link *)entry;
    bool done = false;
    if (calx_hears(engine, CALX_EVENT_RESET) && !calx_link_raise_reset(engine, link, false, &done))
        return false;
    if (!done && !make_fit(engine, link))
        return false;
    calx_link_note(engine, link, CALX_EVENT_CHECKIN);
    return true;
}

/* Finalizes and frees a cursor that nobody holds. */
static void end_cursor(calx_cursor *cursor)
{
    cursor->driver->finalize(cursor->statement);
    calx_release(cursor);
}

void calx_link_destroy(void *context, calx_pool_entry *entry)
{
    calx_link *link = (calx_link *)entry;
    (void)context;
    for (size_t i = 0; i < link->plan_capacity; i++) {
        if (link->plans[i] != NULL)
            end_cursor(link->plans[i]);
    }
    while (link->newest != NULL) {
        calx_cursor *cursor = link->newest;
        link->newest = cursor->older;
        end_cursor(cursor);
    }
    calx_release(link->plans);
    calx_map_clear(&link->texts);
    calx_log_text(&link->engine->pool_logger, CALX_LOG_DEBUG, "closing a connection");
    calx_link_note(link->engine, link,
                   link->detached ? CALX_EVENT_CLOSE_DETACHED : CALX_EVENT_CLOSE);
    if (link->spare != NULL)
        calx_connection_free_handle(link->spare);
    close_link(link);
}

void calx_link_cut(void *context, calx_pool_entry *entry)
{
    calx_engine *engine = context;
    calx_link *link = (calx_link *)entry;
    atomic_store(&link->gone, CALX_LINK_CUT);
    if (engine->driver->interrupt != NULL)
        engine->driver->interrupt(link->connection);
}

calx_status calx_link_look(void *context, calx_pool_entry *entry, calx_pool_look how,
                           int64_t deadline, calx_error *error)
{
    calx_engine *engine = context;
    const calx_driver *driver = engine->driver;
    calx_driver_connection *connection = ((calx_link *)entry)->connection;
    calx_status status = CALX_OK;
    bool keep_others = false;
    if (how == CALX_POOL_PEEK && driver->probe != NULL)
        status = driver->probe(connection);
    else if (how == CALX_POOL_PING && driver->ping != NULL)
        status = driver->ping(connection, deadline);
    if (status == CALX_OK)
        return CALX_OK;
    if (how == CALX_POOL_PING && calx_hears(engine, CALX_EVENT_HANDLE_ERROR))
        status = calx_engine_raise_error(engine, connection, &connection->error, &keep_others);
    entry->alone = keep_others;
    /* Listeners may know better whether it is lost (ENG-195). */
    if ((connection->error.flags & CALX_ERROR_DISCONNECT) != 0)
        status = CALX_E_DISCONNECT;
    else if (status == CALX_E_DISCONNECT)
        status = connection->error.status = CALX_E_CONNECT;
    calx_error_move(error, &connection->error);
    return status;
}

int64_t calx_link_idle_since(void *context, calx_pool_entry *entry)
{
    (void)context;
    return atomic_load(&((calx_link *)entry)->idle_ns);
}

void calx_link_disown(void *context, calx_pool_entry *entry)
{
    const calx_driver *driver = ((const calx_engine *)context)->driver;
    calx_link *link = (calx_link *)entry;
    atomic_store(&link->gone, CALX_LINK_FOREIGN);
    if (driver->disown != NULL)
        driver->disown(link->connection);
}

void calx_link_hurry(void *context)
{
    atomic_store(&((calx_engine *)context)->config->given_up, true);
}

/* A cursor with its statement prepared; keep_text: the text is copied behind it. */
static calx_status new_cursor(calx_link *link, const char *sql, size_t size, bool keep_text,
                              calx_cursor **out)
{
    size_t text_size = keep_text ? size + 1 : 0;
    if (text_size < size && keep_text)
        return calx_error_set_nomem(&link->connection->error);
    calx_cursor *cursor = calx_alloc(sizeof(*cursor) + text_size);
    if (cursor == NULL)
        return calx_error_set_nomem(&link->connection->error);
    *cursor = (calx_cursor){ .driver = link->engine->driver, .link = link, .sql = sql };
    cursor->size = size;
    if (keep_text) {
        char *text = (char *)(cursor + 1);
        memcpy(text, sql, size);
        text[size] = '\0';
        cursor->sql = text;
    }
    calx_status status = cursor->driver->prepare(link->connection, sql, size, &cursor->statement);
    if (status != CALX_OK) {
        calx_release(cursor);
        return status;
    }
    *out = cursor;
    return CALX_OK;
}

static calx_status reserve_plan(calx_link *link, unsigned id)
{
    if (id < link->plan_capacity)
        return CALX_OK;
    size_t capacity = link->plan_capacity < 16 ? 16 : link->plan_capacity * 2;
    if (capacity <= id)
        capacity = (size_t)id + 1;
    calx_cursor **plans = calx_resize_array(link->plans, capacity, sizeof(calx_cursor *));
    if (plans == NULL)
        return calx_error_set_nomem(&link->connection->error);
    for (size_t i = link->plan_capacity; i < capacity; i++)
        plans[i] = NULL;
    link->plans = plans;
    link->plan_capacity = capacity;
    return CALX_OK;
}

calx_status calx_link_plan_cursor(calx_link *link, const calx_plan *plan, calx_cursor **out)
{
    calx_status status = reserve_plan(link, plan->id);
    if (status != CALX_OK)
        return status;
    calx_cursor *kept = link->plans[plan->id];
    if (kept != NULL && kept->connection == NULL) {
        *out = kept;
        return CALX_OK;
    }
    calx_cursor *cursor = NULL;
    status = new_cursor(link, plan->sql, plan->size, false, &cursor);
    if (status != CALX_OK)
        return status;
    /* Arrays have their types written in the text. */
    if (cursor->driver->expect != NULL && !calx_plan_takes_rows(plan->key.kind))
        cursor->driver->expect(cursor->statement, plan->types, plan->type_count);
    cursor->statement->takes_fewer = calx_sql_plan_leaves(&plan->key);
    cursor->plan_id = plan->id;
    if (kept == NULL) {
        cursor->home = CALX_CURSOR_HOME_PLAN;
        link->plans[plan->id] = cursor;
    }
    *out = cursor;
    return CALX_OK;
}

typedef struct text_key {
    const char *sql;
    size_t size;
} text_key;

static bool has_text(const void *value, const void *key)
{
    const calx_cursor *cursor = value;
    const text_key *text = key;
    return cursor->size == text->size && memcmp(cursor->sql, text->sql, text->size) == 0;
}

static void unlink_text(calx_link *link, calx_cursor *cursor)
{
    if (cursor->newer != NULL)
        cursor->newer->older = cursor->older;
    else
        link->newest = cursor->older;
    if (cursor->older != NULL)
        cursor->older->newer = cursor->newer;
    else
        link->oldest = cursor->newer;
    cursor->newer = NULL;
    cursor->older = NULL;
}

static void put_newest(calx_link *link, calx_cursor *cursor)
{
    cursor->older = link->newest;
    cursor->newer = NULL;
    if (link->newest != NULL)
        link->newest->newer = cursor;
    else
        link->oldest = cursor;
    link->newest = cursor;
}

static void drop_text(calx_link *link, calx_cursor *cursor)
{
    calx_map_remove(&link->texts, cursor->hash, cursor);
    unlink_text(link, cursor);
    cursor->home = CALX_CURSOR_HOME_NONE;
}

/* Ends the least recently used texts nobody holds until one more fits. */
static bool make_room(calx_link *link, size_t limit)
{
    calx_cursor *cursor = link->oldest;
    while (cursor != NULL && calx_map_count(&link->texts) >= limit) {
        calx_cursor *newer = cursor->newer;
        if (cursor->connection == NULL) {
            drop_text(link, cursor);
            end_cursor(cursor);
        }
        cursor = newer;
    }
    return calx_map_count(&link->texts) < limit;
}

calx_status calx_link_text_cursor(calx_link *link, const char *sql, size_t size, uint64_t hash,
                                  calx_cursor **out)
{
    text_key key = { sql, size };
    calx_cursor *kept = calx_map_find(&link->texts, hash, has_text, &key);
    if (kept != NULL && kept->connection == NULL) {
        if (link->newest != kept) {
            unlink_text(link, kept);
            put_newest(link, kept);
        }
        *out = kept;
        return CALX_OK;
    }
    calx_cursor *cursor = NULL;
    calx_status status = new_cursor(link, sql, size, true, &cursor);
    if (status != CALX_OK)
        return status;
    /* Without memory to keep it, it is simply not kept. */
    if (kept == NULL && make_room(link, link->engine->config->cached_texts) &&
        calx_map_put(&link->texts, hash, cursor) == CALX_OK) {
        cursor->home = CALX_CURSOR_HOME_TEXT;
        cursor->hash = hash;
        put_newest(link, cursor);
    }
    *out = cursor;
    return CALX_OK;
}

void calx_link_return(calx_link *link, calx_cursor *cursor)
{
    (void)link;
    if (cursor->home == CALX_CURSOR_HOME_NONE)
        end_cursor(cursor);
}

void calx_link_orphan(calx_link *link, calx_cursor *cursor)
{
    if (cursor->home == CALX_CURSOR_HOME_PLAN)
        link->plans[cursor->plan_id] = NULL;
    else if (cursor->home == CALX_CURSOR_HOME_TEXT)
        drop_text(link, cursor);
    cursor->home = CALX_CURSOR_HOME_NONE;
    if (cursor->original != NULL)
        cursor->driver->finalize(cursor->original);
    cursor->original = NULL;
    cursor->driver->finalize(cursor->statement);
    cursor->statement = NULL;
    cursor->connection = NULL;
    cursor->link = NULL;
}
