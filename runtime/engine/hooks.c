/*
 * Where the engine raises its events: what each tells, and what the answer does. Called where
 * calx_hears() said that somebody listens, so nothing here is in the way of who does not.
 */
#include "engine/inside.h"

#include "base/error.h"

enum { CHECKOUT_TRIES = 3 };

calx_status calx_link_raise(calx_engine *engine, calx_link *link, calx_event event,
                            calx_error *error)
{
    calx_event_details details = { .event = event };
    return calx_event_raise(engine, &details, link->connection, error);
}

/* ---- lending ---- */

/* One listener after another looks at it; CALX_E_DISCONNECT: it is of no use (ENG-192). */
static calx_status offer(calx_engine *engine, calx_link *link, calx_error *error)
{
    calx_status status = calx_link_raise(engine, link, CALX_EVENT_CHECKOUT, error);
    if (status != CALX_OK)
        calx_pool_discard(engine->pool, &link->entry);
    return status;
}

calx_status calx_link_check_out(calx_engine *engine, calx_link **inout_link, calx_error *error)
{
    calx_error own = CALX_ERROR_INIT;
    calx_status status = offer(engine, *inout_link, &own);
    for (int tries = 1; status == CALX_E_DISCONNECT && tries < CHECKOUT_TRIES; tries++) {
        calx_pool_entry *entry = NULL;
        calx_error_clear(&own);
        status = calx_pool_take(engine->pool, &entry, &own);
        if (status != CALX_OK)
            break;
        *inout_link = (calx_link *)entry;
        status = offer(engine, *inout_link, &own);
    }
    if (status == CALX_E_DISCONNECT)
        status = calx_error_set(&own, CALX_E_STATE,
                                "a listener of checkout refused %d connections, one after the "
                                "other: %s",
                                CHECKOUT_TRIES, own.message);
    calx_error_move(status == CALX_OK ? NULL : error, &own);
    return status;
}

/* ---- giving back and closing ---- */

bool calx_link_raise_reset(calx_engine *engine, calx_link *link, bool will_be_closed,
                           bool *out_done)
{
    calx_event_details details = {
        .event = CALX_EVENT_RESET,
        .reset = { !link->connection->in_transaction, will_be_closed, false },
    };
    calx_status status = calx_event_raise(engine, &details, link->connection, NULL);
    *out_done = details.reset.done;
    return status == CALX_OK;
}

void calx_connection_raise_loss(calx_connection *connection)
{
    calx_event_details details = { .event = CALX_EVENT_INVALIDATE, .connection = connection };
    if (connection->error.status != CALX_OK)
        details.error = &connection->error;
    (void)calx_event_raise(connection->engine, &details, connection->link->connection, NULL);
}

void calx_engine_raise_gone(calx_engine *engine)
{
    calx_event_details details = { .event = CALX_EVENT_CHECKIN };
    (void)calx_event_raise(engine, &details, NULL, NULL);
}

/* ---- transactions ---- */

static calx_driver_connection *physical_of(const calx_connection *connection)
{
    return connection->link != NULL ? connection->link->connection : NULL;
}

calx_status calx_connection_raise_heard(calx_connection *connection, calx_event event,
                                        unsigned savepoint)
{
    calx_event_details details = { .event = event,
                                   .connection = connection,
                                   .savepoint = savepoint };
    return calx_event_raise(connection->engine, &details, physical_of(connection),
                            &connection->error);
}

/* ---- failures ---- */

/* What a listener made of the error; one that failed itself has the last word. */
static void take_answer(calx_error *error, calx_status before, calx_status answer, calx_error *told)
{
    unsigned flags = error->flags;
    if (error->status == CALX_OK)
        error->status = before; /* what failed has failed */
    if (answer == CALX_OK)
        return;
    calx_error_move(error, told);
    error->flags |= flags;
}

calx_status calx_connection_raise_error(calx_connection *connection, const char *sql,
                                        bool *out_keep_others)
{
    calx_error told = CALX_ERROR_INIT;
    bool lost = (connection->error.flags & CALX_ERROR_DISCONNECT) != 0;
    calx_event_details details = { .event = CALX_EVENT_HANDLE_ERROR,
                                   .connection = connection,
                                   .statement = sql,
                                   .error = &connection->error,
                                   .invalidate_pool = lost };
    /* A listener that fails on this very connection is not asked what it makes of that. */
    if (connection->handling)
        return connection->error.status;
    calx_status before = connection->error.status;
    connection->handling = true;
    calx_status answer =
        calx_event_raise(connection->engine, &details, physical_of(connection), &told);
    connection->handling = false;
    take_answer(&connection->error, before, answer, &told);
    calx_error_clear(&told);
    lost = (connection->error.flags & CALX_ERROR_DISCONNECT) != 0;
    *out_keep_others = lost && !details.invalidate_pool;
    return connection->error.status;
}

calx_status calx_engine_raise_error(calx_engine *engine, calx_driver_connection *pinged,
                                    calx_error *error, bool *out_keep_others)
{
    calx_error told = CALX_ERROR_INIT;
    bool lost = pinged != NULL && (error->flags & CALX_ERROR_DISCONNECT) != 0;
    calx_event_details details = { .event = CALX_EVENT_HANDLE_ERROR,
                                   .error = error,
                                   .is_pre_ping = pinged != NULL,
                                   .invalidate_pool = lost };
    calx_status before = error->status;
    calx_status answer = calx_event_raise(engine, &details, pinged, &told);
    take_answer(error, before, answer, &told);
    calx_error_clear(&told);
    lost = (error->flags & CALX_ERROR_DISCONNECT) != 0;
    if (out_keep_others != NULL)
        *out_keep_others = lost && !details.invalidate_pool;
    return error->status;
}

/* ---- what the database says ---- */

void calx_engine_take_notice(void *context, calx_log_level level, const char *sqlstate,
                             const char *text)
{
    calx_engine *engine = context;
    calx_event_details details = {
        .event = CALX_EVENT_NOTICE, .level = level, .sqlstate = sqlstate, .text = text
    };
    if (calx_hears(engine, CALX_EVENT_NOTICE))
        (void)calx_event_raise(engine, &details, NULL, NULL);
}
