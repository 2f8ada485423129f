/*
 * What a URL's options for PostgreSQL may be. libpq looks at a value when it connects, at some only
 * on a network and at others never; here all that can be known without I/O is found when the engine
 * is made (ENG-020, ENG-031). The rule kept: a message has the option and what would be right, and
 * never the value.
 */
#include "driver/postgresql/postgresql.h"

#include "base/error.h"

#include <netdb.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>

enum {
    MAX_SECONDS = 32767, /* what a socket takes */
    MAX_PROBES = 127,
    MAX_SILENT_MS = INT32_MAX,
    MAX_ADDRESS = 64
};

static const char *const ssl_modes[] = { "disable",   "allow",       "prefer", "require",
                                         "verify-ca", "verify-full", NULL };
static const char *const ssl_versions[] = { "TLSv1", "TLSv1.1", "TLSv1.2", "TLSv1.3", NULL };
static const char *const session_attrs[] = { "any",     "read-write",     "read-only", "primary",
                                             "standby", "prefer-standby", NULL };
static const char *const three_ways[] = { "disable", "prefer", "require", NULL };
static const char *const switches[] = { "0", "1", NULL };
static const char *const gss_libraries[] = { "gssapi", "sspi", NULL };
static const char *const encodings[] = { "UTF8", "UTF-8", NULL };

static const struct {
    const char *key;
    const char *const *words;
    bool any_case; /* to libpq, too */
} choices[] = {
    { "channel_binding", three_ways, false },
    { "client_encoding", encodings, true },
    { "gssencmode", three_ways, false },
    { "gsslib", gss_libraries, true },
    { "ssl_max_protocol_version", ssl_versions, true },
    { "ssl_min_protocol_version", ssl_versions, true },
    { "sslcompression", switches, false },
    { "sslmode", ssl_modes, false },
    { "sslsni", switches, false },
    { "target_session_attrs", session_attrs, false },
};

static const struct {
    const char *key;
    long most;
    const char *unit;
} numbers[] = {
    { "keepalives", INT32_MAX, "0 for off or 1 for on" },
    { "keepalives_count", MAX_PROBES, "a number from 0 to 127; 0 is the system's" },
    { "keepalives_idle", MAX_SECONDS, "seconds from 0 to 32767; 0 is the system's" },
    { "keepalives_interval", MAX_SECONDS, "seconds from 0 to 32767; 0 is the system's" },
    { "tcp_user_timeout", MAX_SILENT_MS, "milliseconds from 0 to 2147483647; 0 is the system's" },
};

bool calx_postgresql_read_number(const char *text, long least, long most, long *out_number)
{
    int64_t number = 0;
    bool negative = *text == '-';
    const char *digit = text + negative;
    for (; *digit >= '0' && *digit <= '9' && number <= INT32_MAX; digit++)
        number = number * 10 + (*digit - '0');
    if (digit == text + negative || *digit != '\0')
        return false;
    number = negative ? -number : number;
    if (number < least || number > most)
        return false;
    *out_number = (long)number;
    return true;
}

/* Where a word stands; -1: nowhere. */
static int find_word(const char *const *words, bool any_case, const char *word)
{
    for (int i = 0; words[i] != NULL; i++) {
        if ((any_case ? strcasecmp(words[i], word) : strcmp(words[i], word)) == 0)
            return i;
    }
    return -1;
}

static calx_status fail_words(const char *key, const char *const *words, calx_error *error)
{
    calx_buffer text = CALX_BUFFER_INIT;
    for (; *words != NULL; words++) {
        calx_buffer_put(&text, text.size == 0 ? "" : ", ");
        calx_buffer_put(&text, *words);
    }
    calx_error_set(error, CALX_E_ARGUMENT, "the URL's option %s must be one of: %s", key,
                   calx_buffer_text(&text));
    calx_buffer_clear(&text);
    return CALX_E_ARGUMENT;
}

/* Whether it is an address in numbers, as libpq finds that out: nothing is looked up. */
static bool is_address(const char *text, size_t size)
{
    char address[MAX_ADDRESS];
    struct addrinfo *found = NULL;
    const struct addrinfo hints = { .ai_flags = AI_NUMERICHOST, .ai_socktype = SOCK_STREAM };
    if (size >= sizeof(address))
        return false;
    memcpy(address, text, size);
    address[size] = '\0';
    if (getaddrinfo(address, NULL, &hints, &found) != 0)
        return false;
    freeaddrinfo(found);
    return true;
}

/* Addresses with commas between; where one is empty, its host is looked up. */
static calx_status check_addresses(const char *list, calx_error *error)
{
    for (const char *item = list; item != NULL;) {
        size_t size = strcspn(item, ",");
        if (size > 0 && !is_address(item, size))
            return calx_error_set(error, CALX_E_ARGUMENT,
                                  "the URL's option hostaddr must be an address in numbers, such "
                                  "as 192.0.2.1 or 2001:db8::1, or a list of such");
        item = item[size] == ',' ? item + size + 1 : NULL;
    }
    return CALX_OK;
}

calx_status calx_postgresql_check_value(const char *key, const char *value, calx_error *error)
{
    long number = 0;
    for (size_t i = 0; i < sizeof(choices) / sizeof(choices[0]); i++) {
        if (strcmp(choices[i].key, key) == 0 &&
            find_word(choices[i].words, choices[i].any_case, value) < 0)
            return fail_words(key, choices[i].words, error);
    }
    for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
        if (strcmp(numbers[i].key, key) == 0 &&
            !calx_postgresql_read_number(value, 0, numbers[i].most, &number))
            return calx_error_set(error, CALX_E_ARGUMENT, "the URL's option %s must be %s", key,
                                  numbers[i].unit);
    }
    return strcmp(key, "hostaddr") == 0 ? check_addresses(value, error) : CALX_OK;
}

/* ---- values beside each other ---- */

static const char *value_of(calx_postgresql_config *config, const char *keyword)
{
    char **value = calx_postgresql_find_value(config, keyword);
    return value != NULL ? *value : NULL;
}

/* What a version of TLS is among all; -1: not given, or not known. */
static int version_of(calx_postgresql_config *config, const char *keyword)
{
    const char *value = value_of(config, keyword);
    return value != NULL ? find_word(ssl_versions, true, value) : -1;
}

/* libpq begins with TLSv1.2, unless the environment or a service says something else. */
static int least_version(calx_postgresql_config *config)
{
    int version = version_of(config, "ssl_min_protocol_version");
    bool elsewhere = getenv("PGSSLMINPROTOCOLVERSION") != NULL || getenv("PGSERVICE") != NULL ||
                     value_of(config, "service") != NULL;
    return version < 0 && !elsewhere ? find_word(ssl_versions, false, "TLSv1.2") : version;
}

static calx_status check_versions(calx_postgresql_config *config, calx_error *error)
{
    int most = version_of(config, "ssl_max_protocol_version");
    if (most < 0 || least_version(config) <= most)
        return CALX_OK;
    return calx_error_set(error, CALX_E_ARGUMENT,
                          "the URL's option ssl_max_protocol_version must not be below "
                          "ssl_min_protocol_version, which is TLSv1.2 unless given");
}

/* ssl=true: in clear is not enough, and what is more than it asks for stays. */
static calx_status settle_ssl(calx_postgresql_config *config, calx_error *error)
{
    const char *mode = value_of(config, "sslmode");
    if (!config->ssl)
        return CALX_OK;
    if (mode == NULL)
        return calx_postgresql_put(config, "sslmode", "require", error);
    if (find_word(ssl_modes, false, mode) >= find_word(ssl_modes, false, "require"))
        return CALX_OK;
    return calx_error_set(error, CALX_E_ARGUMENT,
                          "the URL's options ssl=true and sslmode contradict each other: leave "
                          "one of them, or let sslmode be require, verify-ca or verify-full");
}

calx_status calx_postgresql_settle_values(calx_postgresql_config *config, calx_problems *problems)
{
    calx_status status = calx_problems_take(problems, check_versions(config, &problems->one));
    return status == CALX_OK ? calx_problems_take(problems, settle_ssl(config, &problems->one))
                             : status;
}
