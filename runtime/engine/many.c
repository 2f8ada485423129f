/*
 * One statement with many sets of values. They go to the database page by page, a page in one round
 * trip where it can do that (ENG-167, ENG-184). The rules kept: a page is done as a whole or not at
 * all, within a transaction; a failure names its page and its set; and pages before it stay done.
 */
#include "engine/inside.h"

#include "base/allocator.h"
#include "base/error.h"

#include <string.h>

typedef struct many_run {
    calx_connection *connection;
    const calx_statement *statement;
    const calx_parameter_sets *sets;
    calx_cursor *cursor;
    size_t page_size;
    size_t width;        /* values of a set as the database wants them */
    calx_value *values;  /* of a page; owned */
    int64_t *changes;    /* likewise */
    int64_t all_changes; /* of the pages done */
} many_run;

calx_status calx_parameter_sets_check(const calx_parameter_sets *sets,
                                      const calx_statement *statement, calx_error *error)
{
    const char *why = NULL;
    if (statement == NULL)
        why = "the statement is NULL: make one with calx_text_statement()";
    else if (sets == NULL || sets->size != sizeof(*sets))
        why = "execute_many: start the sets from CALX_PARAMETER_SETS_INIT";
    else if (sets->count > 0 && sets->name_count > 0 &&
             (sets->names == NULL || sets->values == NULL))
        why = "execute_many: the sets have no names, or no values";
    return why == NULL ? CALX_OK : calx_error_set(error, CALX_E_ARGUMENT, "%s", why);
}

static calx_status fail_page(many_run *run, calx_status status, size_t first, size_t count,
                             size_t set)
{
    calx_error *error = &run->connection->error;
    size_t page = first / run->page_size + 1;
    if (set < count)
        calx_error_prefix(error, "page %zu, set %zu of %zu: ", page, first + set + 1,
                          run->sets->count);
    else
        calx_error_prefix(error, "page %zu, sets %zu to %zu of %zu: ", page, first + 1,
                          first + count, run->sets->count);
    return status;
}

static calx_status run_page(many_run *run, size_t first, size_t count)
{
    calx_connection *connection = run->connection;
    calx_driver_many many = { run->values, count, run->changes, SIZE_MAX };
    calx_status status = calx_statement_spread(run->statement, run->sets, first, count, run->values,
                                               &connection->error);
    if (status != CALX_OK)
        return status;
    for (size_t i = 0; i < count; i++) /* the driver may never hear of them */
        run->changes[i] = -1;
    status = calx_cursor_execute_many(run->cursor, &many);
    if (run->sets->changes != NULL)
        memcpy(run->sets->changes + first, run->changes, count * sizeof(*run->changes));
    if (status != CALX_OK)
        return fail_page(run, status, first, count, many.failed);
    for (size_t i = 0; i < count; i++)
        run->all_changes += run->changes[i];
    return CALX_OK;
}

static calx_status run_pages(many_run *run)
{
    calx_status status = CALX_OK;
    size_t total = run->sets->count;
    size_t most = run->page_size < total ? run->page_size : total;
    run->values = calx_alloc_array(most * run->width + 1, sizeof(*run->values));
    run->changes = calx_alloc_array(most, sizeof(*run->changes));
    if (run->values == NULL || run->changes == NULL)
        return calx_error_set_nomem(&run->connection->error);
    for (size_t first = 0; status == CALX_OK && first < total; first += most)
        status = run_page(run, first, total - first < most ? total - first : most);
    return status;
}

/* With what the options of statement and connection say about pages. */
static calx_status run_all(many_run *run)
{
    calx_connection *connection = run->connection;
    const char *sql = NULL;
    size_t size = 0;
    int page_size = connection->settings->page_size;
    run->page_size = page_size > 0 ? (size_t)page_size : CALX_PAGE_SIZE;
    calx_status status =
        calx_statement_form(run->statement, calx_engine_dialect(connection->engine), &sql, &size,
                            &run->width, &connection->error);
    if (status == CALX_OK)
        status = calx_connection_open_text(connection, sql, size, &run->cursor);
    if (status == CALX_OK)
        status = run_pages(run);
    calx_cursor_close(run->cursor);
    calx_release(run->values);
    calx_release(run->changes);
    return status;
}

static calx_status raise(const many_run *run, calx_event event)
{
    calx_connection *connection = run->connection;
    calx_event_details details = { .event = event,
                                   .connection = connection,
                                   .statement = calx_statement_text(run->statement) };
    if (!calx_hears(connection->engine, event))
        return CALX_OK;
    return calx_event_raise(connection->engine, &details, NULL, &connection->error);
}

static calx_status execute_many_inside(many_run *run)
{
    calx_connection *connection = run->connection;
    const calx_settings *settings = connection->settings;
    calx_connection_forget_error(connection);
    calx_status status = calx_parameter_sets_check(run->sets, run->statement, &connection->error);
    if (status != CALX_OK || run->sets->count == 0)
        return status;
    for (size_t i = 0; run->sets->changes != NULL && i < run->sets->count; i++)
        run->sets->changes[i] = -1;
    calx_settings own = *settings;
    const calx_execution_options *options = calx_statement_options(run->statement);
    if (options != NULL)
        calx_settings_overlay(&own, options);
    connection->settings = &own;
    status = raise(run, CALX_EVENT_BEFORE_EXECUTE);
    if (status == CALX_OK)
        status = run_all(run);
    if (status == CALX_OK)
        status = raise(run, CALX_EVENT_AFTER_EXECUTE);
    connection->settings = settings;
    return status;
}

calx_status calx_connection_execute_many(calx_connection *connection,
                                         const calx_statement *statement,
                                         const calx_parameter_sets *sets, int64_t *out_changes)
{
    many_run run = { .connection = connection, .statement = statement, .sets = sets };
    pthread_t before;
    if (!calx_connection_enter(connection, &before))
        return calx_connection_shut_out(connection);
    calx_status status = execute_many_inside(&run);
    calx_connection_leave(connection, before);
    if (status == CALX_OK && out_changes != NULL)
        *out_changes = run.all_changes;
    return status;
}

size_t calx_connection_page_size(const calx_connection *connection)
{
    return connection->settings->page_size > 0 ? (size_t)connection->settings->page_size : SIZE_MAX;
}
