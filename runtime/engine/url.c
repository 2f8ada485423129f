/*
 * URLs. Two halves, parsing and rendering, that undo each other: what parsing accepts, rendering
 * with secrets revealed gives back in a form that parses to the same parts (ENG-010). The rule
 * kept: no message repeats any of the input, since every part of a mistyped URL may be the
 * password. All texts of a parsed URL live in one arena.
 */
#include "engine/url.h"

#include "base/allocator.h"
#include "base/buffer.h"
#include "base/error.h"
#include "driver/hosts.h"

#include <string.h>

/* Where parsing stands. */
typedef struct url_reader {
    const char *at; /* the rest of the text */
    calx_url url;
    calx_error *error;
} url_reader;

typedef enum plus_means { PLUS_IS_PLUS, PLUS_IS_SPACE } plus_means;

static int hex_digit(char letter)
{
    if (letter >= '0' && letter <= '9')
        return letter - '0';
    if (letter >= 'a' && letter <= 'f')
        return letter - 'a' + 10;
    if (letter >= 'A' && letter <= 'F')
        return letter - 'A' + 10;
    return -1;
}

bool calx_url_is_name_letter(char letter)
{
    return (letter >= '0' && letter <= '9') || (letter >= 'a' && letter <= 'z') ||
           (letter >= 'A' && letter <= 'Z') || letter == '_';
}

/* The character an escape at text stands for; 0: not an escape, or one for NUL. */
static char escaped_letter(const char *text, size_t size)
{
    if (size < 3)
        return '\0';
    int high = hex_digit(text[1]);
    int low = hex_digit(text[2]);
    return high < 0 || low < 0 ? '\0' : (char)(unsigned char)(high * 16 + low);
}

/* Takes size characters over with their escapes undone (ENG-005, ENG-006). */
static calx_status decode(url_reader *reader, const char *component, const char *text, size_t size,
                          plus_means plus, const char **out_text)
{
    char *decoded = calx_arena_text(&reader->url.memory->arena, text, size);
    if (decoded == NULL)
        return calx_error_set_nomem(reader->error);
    size_t length = 0;
    for (size_t i = 0; i < size; i++) {
        char letter = text[i];
        if (letter == '%') {
            letter = escaped_letter(text + i, size - i);
            if (letter == '\0')
                return calx_error_set(reader->error, CALX_E_ARGUMENT,
                                      "the URL's %s has a %% that is not followed by two hex "
                                      "digits, or stands for NUL; write %%25 for a percent sign",
                                      component);
            i += 2;
        } else if (letter == '+' && plus == PLUS_IS_SPACE) {
            letter = ' ';
        }
        decoded[length++] = letter;
    }
    decoded[length] = '\0';
    *out_text = decoded;
    return CALX_OK;
}

static calx_status fail_form(url_reader *reader)
{
    return calx_error_set(reader->error, CALX_E_ARGUMENT,
                          "not a database URL; the form is "
                          "scheme[+driver]://[user[:password]@][host][:port][/database][?query], "
                          "where scheme and driver are letters, digits and _");
}

/* scheme[+driver]:// */
static calx_status read_scheme(url_reader *reader)
{
    calx_arena *arena = &reader->url.memory->arena;
    const char *end = reader->at;
    while (calx_url_is_name_letter(*end))
        end++;
    if (end == reader->at)
        return fail_form(reader);
    reader->url.scheme = calx_arena_text(arena, reader->at, (size_t)(end - reader->at));
    if (reader->url.scheme == NULL)
        return calx_error_set_nomem(reader->error);
    if (*end == '+') {
        const char *start = ++end;
        while (calx_url_is_name_letter(*end))
            end++;
        if (end == start)
            return fail_form(reader);
        reader->url.driver = calx_arena_text(arena, start, (size_t)(end - start));
        if (reader->url.driver == NULL)
            return calx_error_set_nomem(reader->error);
    }
    if (strncmp(end, "://", 3) != 0)
        return fail_form(reader);
    reader->at = end + 3;
    return CALX_OK;
}

/*
 * [user[:password]@]. The user ends at the first colon, the password at the first @, which may
 * stand behind a slash or a question mark (ENG-004); without that @ it is a host and port.
 */
static calx_status read_user(url_reader *reader)
{
    if (*reader->at == '[')
        return CALX_OK;
    const char *user_end = reader->at + strcspn(reader->at, ":/?@");
    const char *end = *user_end == ':' ? strchr(user_end, '@') : user_end;
    if (end == NULL || *end != '@')
        return CALX_OK;
    calx_status status = decode(reader, "user", reader->at, (size_t)(user_end - reader->at),
                                PLUS_IS_PLUS, &reader->url.user);
    if (status == CALX_OK && *user_end == ':')
        status = decode(reader, "password", user_end + 1, (size_t)(end - user_end - 1),
                        PLUS_IS_PLUS, &reader->url.password);
    reader->at = end + 1;
    return status;
}

/* Whether hosts are listed here: a comma stands outside of brackets. */
static bool begins_list(const char *text)
{
    bool inside = false;
    for (; *text != '\0' && *text != '/' && *text != '?'; text++) {
        inside = *text == '[' || (inside && *text != ']');
        if (*text == ',' && !inside)
            return true;
    }
    return false;
}

/* Several hosts, each with its port: one text, which drivers take apart (ENG-024). */
static calx_status read_hosts(url_reader *reader)
{
    size_t size = strcspn(reader->at, "/?");
    calx_status status = decode(reader, "host", reader->at, size, PLUS_IS_PLUS, &reader->url.host);
    reader->at += size;
    if (status == CALX_OK && !calx_host_is_list(reader->url.host))
        status = calx_error_set(reader->error, CALX_E_ARGUMENT,
                                "the URL's list of hosts must be names, or addresses in [ ], each "
                                "perhaps with a : and a port from 1 to %d",
                                CALX_URL_PORT_MAX);
    return status;
}

/* [host], which may stand in brackets to hold colons (ENG-008). */
static calx_status read_host(url_reader *reader)
{
    if (begins_list(reader->at))
        return read_hosts(reader);
    bool bracketed = *reader->at == '[';
    const char *start = reader->at + (bracketed ? 1 : 0);
    const char *end = start + strcspn(start, bracketed ? "]" : ":/?");
    if (bracketed && (*end != ']' || end == start))
        return calx_error_set(reader->error, CALX_E_ARGUMENT,
                              "the URL's host begins with [ and must go on with an address and ]");
    reader->at = end + (bracketed ? 1 : 0);
    if (bracketed && *reader->at != '\0' && strchr(":/?", *reader->at) == NULL)
        return calx_error_set(reader->error, CALX_E_ARGUMENT,
                              "the URL's host ends with ], after which only a port, a database or "
                              "a query may follow");
    if (end == start)
        return CALX_OK;
    return decode(reader, "host", start, (size_t)(end - start), PLUS_IS_PLUS, &reader->url.host);
}

/* [:port] (ENG-007) */
static calx_status read_port(url_reader *reader)
{
    if (*reader->at != ':')
        return CALX_OK;
    const char *digit = reader->at + 1;
    unsigned port = 0;
    while (*digit >= '0' && *digit <= '9' && port <= CALX_URL_PORT_MAX)
        port = port * 10 + (unsigned)(*digit++ - '0');
    if (port == 0 || port > CALX_URL_PORT_MAX || (*digit != '\0' && *digit != '/' && *digit != '?'))
        return calx_error_set(reader->error, CALX_E_ARGUMENT,
                              "the URL's port must be a number from 1 to %d (a : in the host must "
                              "be in brackets, one in the user written %%3A)",
                              CALX_URL_PORT_MAX);
    reader->url.port = port;
    reader->at = digit;
    return CALX_OK;
}

/* [/database] */
static calx_status read_database(url_reader *reader)
{
    if (*reader->at != '/')
        return CALX_OK;
    const char *start = reader->at + 1;
    size_t size = strcspn(start, "?");
    reader->at = start + size;
    return decode(reader, "database", start, size, PLUS_IS_PLUS, &reader->url.database);
}

static size_t count_parameters(const char *query)
{
    size_t count = 1;
    for (; *query != '\0'; query++)
        count += *query == '&';
    return count;
}

/* One key=value of the query (ENG-009). */
static calx_status read_parameter(url_reader *reader, calx_url_parameter *parameter)
{
    size_t size = strcspn(reader->at, "&");
    const char *equals = memchr(reader->at, '=', size);
    if (equals == NULL || equals == reader->at)
        return calx_error_set(reader->error, CALX_E_ARGUMENT,
                              "the URL's query must be key=value, with & between them");
    const char *end = reader->at + size;
    calx_status status = decode(reader, "query key", reader->at, (size_t)(equals - reader->at),
                                PLUS_IS_SPACE, &parameter->key);
    if (status == CALX_OK)
        status = decode(reader, "query value", equals + 1, (size_t)(end - equals - 1),
                        PLUS_IS_SPACE, &parameter->value);
    reader->at = end + (*end == '&');
    return status;
}

/* [?query] */
static calx_status read_query(url_reader *reader)
{
    if (*reader->at == '\0' || *++reader->at == '\0')
        return CALX_OK;
    size_t count = count_parameters(reader->at);
    calx_url_parameter *parameters =
        calx_arena_array(&reader->url.memory->arena, count, sizeof(*parameters));
    if (parameters == NULL)
        return calx_error_set_nomem(reader->error);
    for (size_t i = 0; i < count; i++) {
        calx_status status = read_parameter(reader, &parameters[i]);
        if (status != CALX_OK)
            return status;
    }
    reader->url.parameters = parameters;
    reader->url.parameter_count = count;
    return CALX_OK;
}

static calx_status read_all(url_reader *reader)
{
    static calx_status (*const steps[])(url_reader * reader) = { read_scheme,   read_user,
                                                                 read_host,     read_port,
                                                                 read_database, read_query };
    for (size_t i = 0; i < sizeof(steps) / sizeof(steps[0]); i++) {
        calx_status status = steps[i](reader);
        if (status != CALX_OK)
            return status;
    }
    return CALX_OK;
}

calx_status calx_url_parse(const char *text, calx_url *out_url, calx_error *out_error)
{
    if (text == NULL || out_url == NULL)
        return calx_error_set(out_error, CALX_E_ARGUMENT, "no URL was given (NULL)");
    url_reader reader = { text, CALX_URL_INIT, out_error };
    reader.url.memory = calx_alloc(sizeof(*reader.url.memory));
    if (reader.url.memory == NULL)
        return calx_error_set_nomem(out_error);
    calx_arena_init(&reader.url.memory->arena, 0);
    calx_status status = read_all(&reader);
    if (status == CALX_OK)
        *out_url = reader.url;
    else
        calx_url_clear(&reader.url);
    return status;
}

/* Escapes all but letters, digits, - . _ ~, bytes beyond ASCII and what is in kept. */
static void put_encoded(calx_buffer *buffer, const char *text, const char *kept)
{
    static const char digits[] = "0123456789ABCDEF";
    for (; *text != '\0'; text++) {
        unsigned char letter = (unsigned char)*text;
        if (calx_url_is_name_letter(*text) || letter >= 0x80 || strchr("-.~", *text) != NULL ||
            strchr(kept, *text) != NULL) {
            calx_buffer_char(buffer, *text);
        } else {
            calx_buffer_char(buffer, '%');
            calx_buffer_char(buffer, digits[letter >> 4]);
            calx_buffer_char(buffer, digits[letter & 15]);
        }
    }
}

static void put_host(calx_buffer *buffer, const calx_url *url)
{
    if (url->host == NULL)
        return;
    if (url->port == 0 && calx_host_is_list(url->host)) {
        put_encoded(buffer, url->host, "[]:,");
    } else if (strchr(url->host, ':') != NULL) {
        calx_buffer_char(buffer, '[');
        put_encoded(buffer, url->host, ":");
        calx_buffer_char(buffer, ']');
    } else {
        put_encoded(buffer, url->host, "");
    }
}

static void put_authority(calx_buffer *buffer, const calx_url *url, calx_url_secrets secrets)
{
    if (url->user != NULL)
        put_encoded(buffer, url->user, "");
    if (url->password != NULL) {
        calx_buffer_char(buffer, ':');
        if (secrets == CALX_URL_REVEAL)
            put_encoded(buffer, url->password, "");
        else
            calx_buffer_put(buffer, "***");
    }
    if (url->user != NULL || url->password != NULL)
        calx_buffer_char(buffer, '@');
    put_host(buffer, url);
    if (url->port != 0) {
        calx_buffer_char(buffer, ':');
        calx_buffer_uint(buffer, url->port);
    }
}

static bool is_secret(const char *key)
{
    return strcmp(key, "password") == 0 || strcmp(key, "sslpassword") == 0;
}

/* The parameter that follows position in the order of keys, equal keys as written. */
static size_t next_parameter(const calx_url *url, size_t position)
{
    const calx_url_parameter *parameters = url->parameters;
    size_t best = url->parameter_count;
    for (size_t i = 0; i < url->parameter_count; i++) {
        if (position < url->parameter_count) {
            int order = strcmp(parameters[i].key, parameters[position].key);
            if (order < 0 || (order == 0 && i <= position))
                continue;
        }
        if (best == url->parameter_count || strcmp(parameters[i].key, parameters[best].key) < 0)
            best = i;
    }
    return best;
}

static void put_query(calx_buffer *buffer, const calx_url *url, calx_url_secrets secrets)
{
    char separator = '?';
    size_t i = next_parameter(url, url->parameter_count);
    for (; i < url->parameter_count; i = next_parameter(url, i)) {
        const calx_url_parameter *parameter = &url->parameters[i];
        calx_buffer_char(buffer, separator);
        put_encoded(buffer, parameter->key, "/:,");
        calx_buffer_char(buffer, '=');
        if (secrets == CALX_URL_MASK && is_secret(parameter->key))
            calx_buffer_put(buffer, "***");
        else
            put_encoded(buffer, parameter->value, "/:,=");
        separator = '&';
    }
}

calx_status calx_url_render(const calx_url *url, calx_url_secrets secrets, char **out_text)
{
    if (out_text == NULL || url == NULL || url->scheme == NULL || url->scheme[0] == '\0' ||
        url->port > CALX_URL_PORT_MAX)
        return CALX_E_ARGUMENT;
    calx_buffer buffer = CALX_BUFFER_INIT;
    calx_buffer_put(&buffer, url->scheme);
    if (url->driver != NULL) {
        calx_buffer_char(&buffer, '+');
        calx_buffer_put(&buffer, url->driver);
    }
    calx_buffer_put(&buffer, "://");
    put_authority(&buffer, url, secrets);
    if (url->database != NULL) {
        calx_buffer_char(&buffer, '/');
        put_encoded(&buffer, url->database, "/:#+,=&!$'()*;[] ");
    }
    put_query(&buffer, url, secrets);
    return calx_buffer_finish(&buffer, out_text, NULL);
}

const char *calx_url_parameter_value(const calx_url *url, const char *key)
{
    for (size_t i = 0; url != NULL && key != NULL && i < url->parameter_count; i++) {
        if (strcmp(url->parameters[i].key, key) == 0)
            return url->parameters[i].value;
    }
    return NULL;
}

void calx_url_clear(calx_url *url)
{
    if (url == NULL)
        return;
    if (url->memory != NULL) {
        calx_arena_clear(&url->memory->arena);
        calx_release(url->memory);
    }
    *url = (calx_url)CALX_URL_INIT;
}
