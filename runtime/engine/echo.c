/*
 * What the engine says in the log about statements, parameters and rows, and in errors about the
 * values of those that failed. Nothing here runs unless somebody listens or something failed.
 * Values are shortened, and left out altogether when the engine's options hide them (ENG-198,
 * ENG-201).
 */
#include "engine/inside.h"

#include "base/buffer.h"
#include "base/error.h"
#include "base/timestamp.h"

#include <stdio.h>

enum { SHOWN_TEXT = 300, SHOWN_BYTES = 32, SHOWN_VALUES = 50 };

/* Bytes of a UTF-8 sequence are kept together: a cut never leaves half a character. */
static size_t cut_text(const char *text, size_t size)
{
    if (size <= SHOWN_TEXT)
        return size;
    size_t cut = SHOWN_TEXT;
    while (cut > 0 && ((unsigned char)text[cut] & 0xc0) == 0x80)
        cut--;
    return cut;
}

static void put_text(calx_buffer *line, const char *text, size_t size)
{
    size_t shown = cut_text(text, size);
    calx_buffer_char(line, '\'');
    for (size_t i = 0; i < shown; i++) {
        unsigned char letter = (unsigned char)text[i];
        if (letter == '\'')
            calx_buffer_put(line, "''");
        else if (letter < 0x20 || letter == 0x7f)
            calx_buffer_format(line, "\\x%02x", (unsigned)letter);
        else
            calx_buffer_char(line, text[i]);
    }
    calx_buffer_char(line, '\'');
    if (shown < size)
        calx_buffer_format(line, "... (%zu bytes)", size);
}

static void put_bytes(calx_buffer *line, const unsigned char *bytes, size_t size)
{
    calx_buffer_put(line, "x'");
    for (size_t i = 0; i < size && i < SHOWN_BYTES; i++)
        calx_buffer_format(line, "%02x", (unsigned)bytes[i]);
    calx_buffer_char(line, '\'');
    if (size > SHOWN_BYTES)
        calx_buffer_format(line, "... (%zu bytes)", size);
}

static void put_timestamp(calx_buffer *line, calx_timestamp timestamp)
{
    char text[CALX_TIMESTAMP_TEXT_SIZE];
    if (calx_timestamp_text(timestamp, text) > 0)
        calx_buffer_format(line, "'%s'", text);
    else
        calx_buffer_int(line, timestamp);
}

static void put_value(calx_buffer *line, const calx_value *value)
{
    switch (value->type) {
    case CALX_VALUE_NULL:
        calx_buffer_put(line, "NULL");
        break;
    case CALX_VALUE_BOOL:
        calx_buffer_put(line, value->as.boolean ? "true" : "false");
        break;
    case CALX_VALUE_INT64:
        calx_buffer_int(line, value->as.int64);
        break;
    case CALX_VALUE_UINT64:
        calx_buffer_uint(line, value->as.uint64);
        break;
    case CALX_VALUE_DOUBLE:
        calx_buffer_format(line, "%.15g", value->as.real);
        break;
    case CALX_VALUE_TEXT:
        put_text(line, value->as.span.data, value->as.span.size);
        break;
    case CALX_VALUE_BYTES:
        put_bytes(line, value->as.span.data, value->as.span.size);
        break;
    case CALX_VALUE_TIMESTAMP:
        put_timestamp(line, value->as.int64);
        break;
    }
}

static void put_values(calx_buffer *line, const calx_value *values, size_t count)
{
    calx_buffer_char(line, '[');
    for (size_t i = 0; i < count && i < SHOWN_VALUES; i++) {
        calx_buffer_put(line, i > 0 ? ", " : "");
        put_value(line, &values[i]);
    }
    if (count > SHOWN_VALUES)
        calx_buffer_format(line, ", ... %zu more", count - SHOWN_VALUES);
    calx_buffer_char(line, ']');
}

void calx_echo_text(const calx_connection *connection, calx_log_level level, const char *text)
{
    const calx_logger *logger = &connection->engine->logger;
    const char *token = connection->settings->logging_token;
    if (token != NULL)
        calx_log(logger, level, "[%s] %s", token, text);
    else
        calx_log_text(logger, level, text);
}

/* The values in brackets; or how many there are. */
static void put_parameters(calx_buffer *line, const calx_connection *connection,
                           const calx_value *parameters, size_t count)
{
    if (connection->engine->options.hide_parameters)
        calx_buffer_format(line, "[%zu hidden]", count);
    else
        put_values(line, parameters, count);
}

void calx_echo_failed(calx_connection *connection, const calx_value *parameters, size_t count)
{
    calx_buffer text = CALX_BUFFER_INIT;
    if (count == 0)
        return;
    put_parameters(&text, connection, parameters, count);
    if (text.status == CALX_OK)
        calx_error_add_fact(&connection->error, CALX_ERROR_FACT_PARAMETERS,
                            calx_buffer_text(&text));
    calx_buffer_clear(&text);
}

void calx_echo_statement(const calx_connection *connection, const char *sql,
                         const calx_value *parameters, size_t count)
{
    calx_buffer line = CALX_BUFFER_INIT;
    calx_buffer_put(&line, sql);
    if (count > 0) {
        calx_buffer_char(&line, ' ');
        put_parameters(&line, connection, parameters, count);
    }
    /* Without memory for the values the statement alone is better than nothing. */
    calx_echo_text(connection, CALX_LOG_INFO,
                   line.status == CALX_OK ? calx_buffer_text(&line) : sql);
    calx_buffer_clear(&line);
}

void calx_echo_time(const calx_connection *connection, int64_t nanoseconds)
{
    char line[48];
    snprintf(line, sizeof(line), "took %lld.%03lld ms", (long long)(nanoseconds / 1000000),
             (long long)(nanoseconds / 1000 % 1000));
    calx_echo_text(connection, CALX_LOG_DEBUG, line);
}

void calx_echo_row(const calx_connection *connection, const calx_value *values, size_t count)
{
    if (connection->engine->options.hide_parameters)
        return;
    calx_buffer line = CALX_BUFFER_INIT;
    calx_buffer_put(&line, "row ");
    put_values(&line, values, count);
    calx_echo_text(connection, CALX_LOG_DEBUG, calx_buffer_text(&line));
    calx_buffer_clear(&line);
}
