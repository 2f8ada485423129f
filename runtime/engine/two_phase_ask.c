/*
 * Questions about transactions in two phases. The rule kept: an answer that is not understood is
 * never taken for one of those that let something be finished.
 */
#include "engine/two_phase_ask.h"

#include "base/error.h"

#include <string.h>

/* The first column of the only row; *out: borrowed from the result. NULL: it is NULL. */
static calx_status ask(calx_connection *connection, const calx_driver_sql *sql,
                       calx_result **out_result, const char **out)
{
    calx_result *result = NULL;
    bool row = false;
    const char *text = NULL;
    calx_status status = calx_connection_exec_driver_sql(connection, sql, &result);
    if (status == CALX_OK)
        status = calx_result_next(result, &row);
    if (status == CALX_OK && !row)
        status = calx_error_set(&connection->error, CALX_E_INTERNAL,
                                "the database says nothing about its transactions");
    if (status == CALX_OK && !calx_result_is_null(result, 0))
        status = calx_result_text(result, 0, &text);
    *out_result = result;
    *out = text;
    return status;
}

calx_status calx_connection_place(calx_connection *connection, char out[CALX_PLACE_MOST + 1])
{
    const calx_driver_sql sql = { connection->engine->driver->place_sql, NULL, 0 };
    calx_result *result;
    const char *text;
    calx_status status = ask(connection, &sql, &result, &text);
    bool fits = status == CALX_OK && text != NULL && calx_branch_place_fits(text);
    if (fits)
        memcpy(out, text, strlen(text) + 1);
    calx_result_free(result);
    if (status == CALX_OK && !fits)
        status = calx_error_set(&connection->error, CALX_E_INTERNAL,
                                "the database has no place for a transaction in two phases");
    return status;
}

static calx_status understand(calx_connection *connection, const char *word, calx_fate *out_fate)
{
    static const struct {
        const char *word;
        calx_fate fate;
    } words[] = {
        { "elsewhere", CALX_FATE_ELSEWHERE },
        { "in progress", CALX_FATE_OPEN },
        { "committed", CALX_FATE_COMMITTED },
        { "aborted", CALX_FATE_ABORTED },
    };
    if (word == NULL) {
        *out_fate = CALX_FATE_FORGOTTEN;
        return CALX_OK;
    }
    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
        if (strcmp(word, words[i].word) == 0) {
            *out_fate = words[i].fate;
            return CALX_OK;
        }
    }
    return calx_error_set(&connection->error, CALX_E_INTERNAL,
                          "a transaction became what nobody knows: %s", word);
}

calx_status calx_connection_fate(calx_connection *connection, const char *place,
                                 calx_fate *out_fate)
{
    const calx_value value = calx_value_text(place);
    const calx_driver_sql sql = { connection->engine->driver->fate_sql, &value, 1 };
    calx_result *result;
    const char *word;
    calx_fate fate = CALX_FATE_FORGOTTEN;
    calx_status status = ask(connection, &sql, &result, &word);
    if (status == CALX_OK)
        status = understand(connection, word, &fate);
    calx_result_free(result);
    status = calx_connection_end_reading(connection, status);
    if (status == CALX_OK)
        *out_fate = fate;
    return status;
}

calx_status calx_connection_list_waiting(calx_connection *connection, calx_buffer *names,
                                         calx_buffer *ages)
{
    const calx_driver_sql sql = { connection->engine->driver->waiting_sql, NULL, 0 };
    calx_result *result = NULL;
    bool row = true;
    calx_status status = calx_connection_exec_driver_sql(connection, &sql, &result);
    while (status == CALX_OK && (status = calx_result_next(result, &row)) == CALX_OK && row) {
        const char *name = NULL;
        int64_t age_us = 0;
        status = calx_result_text(result, 0, &name);
        if (status == CALX_OK)
            calx_buffer_put_n(names, name, strlen(name) + 1);
        if (status == CALX_OK)
            status = calx_result_int64(result, 1, &age_us);
        if (status == CALX_OK)
            calx_buffer_put_n(ages, (const char *)&age_us, sizeof(age_us));
    }
    calx_result_free(result);
    if (status == CALX_OK && (names->status != CALX_OK || ages->status != CALX_OK))
        status = calx_error_set_nomem(&connection->error);
    return status;
}

calx_status calx_connection_end_reading(calx_connection *connection, calx_status status)
{
    calx_error why = CALX_ERROR_INIT;
    if (status == CALX_OK)
        return calx_connection_rollback(connection);
    calx_error_move(&why, &connection->error);
    if (calx_connection_in_transaction(connection))
        (void)calx_connection_rollback(connection);
    calx_error_move(&connection->error, &why);
    calx_error_clear(&why);
    return status;
}

void calx_connection_leave_prepared(calx_connection *connection)
{
    if (connection->state == CALX_CONNECTION_PREPARED)
        connection->state = CALX_CONNECTION_IDLE;
}
