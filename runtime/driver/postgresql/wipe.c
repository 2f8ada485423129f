/*
 * What statements leave behind in a session of the server, and how it is undone. What was changed
 * is known from the tags of commands and the words of texts; a text that might have is taken to
 * have. The rule kept: what was not used costs no round trip (ENG-177).
 */
#include "driver/postgresql/postgresql.h"

#include "base/buffer.h"
#include "base/error.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

enum {
    TRACE_SETTINGS = 1u << 0,
    TRACE_LISTEN = 1u << 1,
    TRACE_TEMPORARY = 1u << 2,
    TRACE_LOCKS = 1u << 3,
    TRACE_CURSORS = 1u << 4,
    TRACE_ANYTHING = 1u << 5 /* what only DISCARD ALL undoes, or nobody knows what */
};

/* By what a command is called, or what its text has in it. */
static const struct {
    const char *tag;
    const char *word;
    unsigned trace;
} traces[] = {
    { "SET", NULL, TRACE_SETTINGS },
    { "LISTEN", NULL, TRACE_LISTEN },
    { "PREPARE", NULL, TRACE_ANYTHING },
    { "DECLARE CURSOR", NULL, TRACE_CURSORS },
    { "DO", NULL, TRACE_ANYTHING | TRACE_LISTEN },
    { "CALL", NULL, TRACE_ANYTHING | TRACE_LISTEN },
    { NULL, "set_config", TRACE_SETTINGS },
    { NULL, "temp", TRACE_TEMPORARY },
    { NULL, "advisory", TRACE_LOCKS },
};

/* What undoes them, in this order. */
static const struct {
    unsigned trace;
    const char *sql;
} remedies[] = {
    { TRACE_CURSORS, "CLOSE ALL;" },
    { TRACE_SETTINGS, "RESET SESSION AUTHORIZATION;RESET ALL;" },
    { TRACE_LISTEN, "UNLISTEN *;" },
    { TRACE_LOCKS, "SELECT pg_advisory_unlock_all();" },
    { TRACE_TEMPORARY, "DISCARD TEMP;" },
};

static bool has_word(const char *text, const char *word)
{
    size_t size = strlen(word);
    for (; *text != '\0'; text++) {
        if (tolower((unsigned char)*text) == word[0] && strncasecmp(text, word, size) == 0)
            return true;
    }
    return false;
}

unsigned calx_postgresql_traces_of(const char *sql)
{
    unsigned found = 0;
    for (size_t i = 0; i < sizeof(traces) / sizeof(traces[0]); i++) {
        if (traces[i].word != NULL && has_word(sql, traces[i].word))
            found |= traces[i].trace;
    }
    return found;
}

void calx_postgresql_note_trace(calx_postgresql_connection *connection, const char *tag)
{
    for (size_t i = 0; i < sizeof(traces) / sizeof(traces[0]); i++) {
        if (traces[i].tag != NULL && strcmp(tag, traces[i].tag) == 0)
            connection->traces |= traces[i].trace;
    }
    if ((connection->traces & TRACE_LISTEN) != 0)
        connection->base.listens = true;
}

calx_status calx_postgresql_wipe(calx_driver_connection *base, bool everything)
{
    calx_postgresql_connection *connection = (calx_postgresql_connection *)base;
    calx_status status = CALX_OK;
    connection->timed_out = false;
    if (everything || (connection->traces & TRACE_ANYTHING) != 0) {
        status = calx_postgresql_run(connection, "DISCARD ALL", NULL);
        if (status == CALX_OK)
            calx_postgresql_lose_names(connection);
    } else if (connection->traces != 0) {
        calx_buffer sql = CALX_BUFFER_INIT;
        for (size_t i = 0; i < sizeof(remedies) / sizeof(remedies[0]); i++) {
            if ((connection->traces & remedies[i].trace) != 0)
                calx_buffer_put(&sql, remedies[i].sql);
        }
        status = sql.status == CALX_OK
                     ? calx_postgresql_run(connection, calx_buffer_text(&sql), NULL)
                     : calx_error_set_nomem(&base->error);
        calx_buffer_clear(&sql);
    }
    if (status != CALX_OK)
        return status;
    if (everything || (connection->traces & TRACE_LISTEN) != 0)
        calx_postgresql_empty_inbox(connection);
    connection->traces = 0;
    return CALX_OK;
}
