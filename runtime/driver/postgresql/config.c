/*
 * What a URL says about a PostgreSQL server, as the keywords and values libpq takes. Checked here,
 * without I/O, when the engine is made. The rules kept: parts of the URL are handed over one by
 * one and never as one text, so that no part can pose as another (ENG-019, LIM-11); and a key
 * nobody understands is an error (ENG-020).
 */
#include "driver/postgresql/postgresql.h"

#include "base/allocator.h"
#include "base/buffer.h"
#include "base/error.h"

#include <stdlib.h>
#include <string.h>

enum {
    DEFAULT_TIMEOUT_MS = 10000,
    DEFAULT_CACHED_STATEMENTS = 256,
    MAX_CACHED_STATEMENTS = 1000000,
    MAX_TIMEOUT_SECONDS = 2000000,
    MAX_IDLE_MS = 24 * 60 * 60 * 1000
};

/* libpq 15's keywords (ENG-020). connect_timeout is ours: a deadline over all hosts (ENG-027). */
static const char *const keywords[] = {
    "application_name",
    "channel_binding",
    "client_encoding",
    "fallback_application_name",
    "gssencmode",
    "gsslib",
    "hostaddr",
    "keepalives",
    "keepalives_count",
    "keepalives_idle",
    "keepalives_interval",
    "krbsrvname",
    "options",
    "passfile",
    "requirepeer",
    "service",
    "ssl_max_protocol_version",
    "ssl_min_protocol_version",
    "sslcert",
    "sslcompression",
    "sslcrl",
    "sslcrldir",
    "sslkey",
    "sslmode",
    "sslpassword",
    "sslrootcert",
    "sslsni",
    "target_session_attrs",
    "tcp_user_timeout",
    "user",
    "password",
    "dbname",
    NULL,
};

/* Used unless the URL says otherwise: a network that went silent is found in a minute (ENG-030). */
static const struct {
    const char *keyword;
    const char *value;
} defaults[] = {
    { "client_encoding", "UTF8" },   { "fallback_application_name", "calx" },
    { "gssencmode", "disable" },     { "keepalives_count", "3" },
    { "keepalives_idle", "30" },     { "keepalives_interval", "10" },
    { "tcp_user_timeout", "30000" },
};

static const char *find_word(const char *const *words, const char *word)
{
    for (; *words != NULL; words++) {
        if (strcmp(*words, word) == 0)
            return *words;
    }
    return NULL;
}

/* ---- the list ---- */

char **calx_postgresql_find_value(calx_postgresql_config *config, const char *keyword)
{
    for (size_t i = 0; i < config->count; i++) {
        if (strcmp(config->keywords[i], keyword) == 0)
            return &config->values[i];
    }
    return NULL;
}

calx_status calx_postgresql_put(calx_postgresql_config *config, const char *keyword,
                                const char *value, calx_error *error)
{
    if (value == NULL)
        return CALX_OK;
    char **place = calx_postgresql_find_value(config, keyword);
    char *copy = calx_strdup_n(value, strlen(value));
    if (copy == NULL)
        return calx_error_set_nomem(error);
    if (place == NULL) {
        config->keywords[config->count] = keyword;
        place = &config->values[config->count++];
    }
    calx_release(*place);
    *place = copy;
    return CALX_OK;
}

/* ---- options ---- */

static calx_status set_timeout(calx_postgresql_config *config, const char *value, calx_error *error)
{
    long seconds = 0;
    if (!calx_postgresql_read_number(value, INT32_MIN, MAX_TIMEOUT_SECONDS, &seconds))
        return calx_error_set(error, CALX_E_ARGUMENT,
                              "the URL's option connect_timeout must be seconds, at most %d; 0 "
                              "waits as long as it takes",
                              MAX_TIMEOUT_SECONDS);
    config->timeout_ms = seconds <= 0 ? -1 : (int64_t)seconds * 1000;
    return CALX_OK;
}

/* An option that is on unless it is said to be off. */
static calx_status read_off(const calx_url_parameter *parameter, bool *out_off, calx_error *error)
{
    *out_off = strcmp(parameter->value, "off") == 0;
    if (!*out_off && strcmp(parameter->value, "on") != 0)
        return calx_error_set(error, CALX_E_ARGUMENT, "the URL's option %s must be on or off",
                              parameter->key);
    return CALX_OK;
}

static calx_status set_cached(calx_postgresql_config *config, const char *value, calx_error *error)
{
    long count = 0;
    if (!calx_postgresql_read_number(value, 0, MAX_CACHED_STATEMENTS, &count))
        return calx_error_set(error, CALX_E_ARGUMENT,
                              "the URL's option cached_statements must be a number from 0 to %d",
                              MAX_CACHED_STATEMENTS);
    config->base.cached_texts = (size_t)count;
    return CALX_OK;
}

static calx_status set_idle(calx_postgresql_config *config, const char *value, calx_error *error)
{
    long milliseconds = 0;
    if (!calx_postgresql_read_number(value, 0, MAX_IDLE_MS, &milliseconds))
        return calx_error_set(error, CALX_E_ARGUMENT,
                              "the URL's option idle_in_transaction_session_timeout must be "
                              "milliseconds, at most %d; 0 is no end",
                              MAX_IDLE_MS);
    config->idle_ms = milliseconds;
    return CALX_OK;
}

/* It is more readable than sslmode, and has one meaning (ENG-020). */
static calx_status set_ssl(calx_postgresql_config *config, const char *value, calx_error *error)
{
    if (strcmp(value, "true") != 0)
        return calx_error_set(error, CALX_E_ARGUMENT,
                              "the URL's option ssl can only be true, which is sslmode=require; "
                              "write sslmode for anything else");
    config->ssl = true;
    return CALX_OK;
}

static bool is_host_key(const char *key)
{
    return strcmp(key, "host") == 0 || strcmp(key, "port") == 0;
}

static calx_status take_option(calx_postgresql_config *config, const calx_url_parameter *parameter,
                               bool *out_taken, calx_error *error)
{
    const char *key = parameter->key;
    const char *keyword = find_word(keywords, key);
    *out_taken = true;
    if (strcmp(key, "connect_timeout") == 0)
        return set_timeout(config, parameter->value, error);
    if (strcmp(key, "idle_in_transaction_session_timeout") == 0)
        return set_idle(config, parameter->value, error);
    if (strcmp(key, "cached_statements") == 0)
        return set_cached(config, parameter->value, error);
    if (strcmp(key, "prepared") == 0)
        return read_off(parameter, &config->unnamed, error);
    if (strcmp(key, "pipeline_begin") == 0)
        return read_off(parameter, &config->begins_apart, error);
    if (strcmp(key, "ssl") == 0)
        return set_ssl(config, parameter->value, error);
    *out_taken = keyword != NULL || is_host_key(key);
    if (keyword == NULL)
        return CALX_OK;
    calx_status status = calx_postgresql_check_value(key, parameter->value, error);
    return status == CALX_OK ? calx_postgresql_put(config, keyword, parameter->value, error)
                             : status;
}

static bool is_given_before(const calx_url *url, size_t position)
{
    for (size_t i = 0; i < position; i++) {
        if (strcmp(url->parameters[i].key, url->parameters[position].key) == 0)
            return true;
    }
    return false;
}

/* *out_taken false: there is no such option. */
static calx_status read_option(calx_postgresql_config *config, const calx_url *url, size_t position,
                               bool *out_taken, calx_error *error)
{
    const calx_url_parameter *parameter = &url->parameters[position];
    *out_taken = true;
    if (is_given_before(url, position) && !is_host_key(parameter->key))
        return calx_error_set(error, CALX_E_ARGUMENT, "the URL's option %s is given twice",
                              parameter->key);
    return take_option(config, parameter, out_taken, error);
}

static calx_status read_options(calx_postgresql_config *config, const calx_url *url,
                                calx_problems *problems)
{
    calx_problems unknown = CALX_PROBLEMS_INIT;
    calx_status status = CALX_OK;
    for (size_t i = 0; status == CALX_OK && i < url->parameter_count; i++) {
        bool taken = true;
        status = read_option(config, url, i, &taken, &problems->one);
        if (!taken)
            calx_problems_name(&unknown, url->parameters[i].key);
        status = calx_problems_take(problems, status);
    }
    calx_status told = calx_problems_end(
        &unknown, CALX_OK,
        "unknown option in the PostgreSQL URL: ", status == CALX_OK ? &problems->one : NULL);
    if (status == CALX_OK)
        status = calx_problems_take(problems, told);
    return status == CALX_OK ? calx_postgresql_settle_values(config, problems) : status;
}

/* ---- all of it ---- */

/* What the URL says, or else the environment. */
static const char *look_up(calx_postgresql_config *config, const char *keyword,
                           const char *variable)
{
    char **value = calx_postgresql_find_value(config, keyword);
    const char *text = value != NULL ? *value : getenv(variable);
    return text != NULL ? text : "";
}

/* What libpq is told, and this driver has to know as well. */
static void see_settings(calx_postgresql_config *config)
{
    const char *attributes = look_up(config, "target_session_attrs", "PGTARGETSESSIONATTRS");
    const char *mode = look_up(config, "sslmode", "PGSSLMODE");
    /* A server that turns read-only is of no use to whoever asked for one that writes (ENG-098). */
    config->base.wants_writable =
        strcmp(attributes, "read-write") == 0 || strcmp(attributes, "primary") == 0;
    config->wants_tls =
        strcmp(mode, "require") == 0 || strncmp(mode, "verify", strlen("verify")) == 0;
}

/* A default of ours stands back behind the environment (ENG-021). */
static bool is_in_environment(const char *keyword)
{
    return strcmp(keyword, "gssencmode") == 0 && getenv("PGGSSENCMODE") != NULL;
}

/* The time PGCONNECT_TIMEOUT gives, or ours; libpq says nothing of one that is no number. */
static int64_t default_timeout_ms(void)
{
    const char *text = getenv("PGCONNECT_TIMEOUT");
    long seconds = 0;
    if (text == NULL ||
        !calx_postgresql_read_number(text, INT32_MIN, MAX_TIMEOUT_SECONDS, &seconds))
        return DEFAULT_TIMEOUT_MS;
    return seconds <= 0 ? -1 : (int64_t)seconds * 1000;
}

/*
 * The server ends a session whose transaction has no statement for so long (ENG-118). Told at the
 * start, so that no reset of the session's settings takes it back; what the URL's own options say
 * of it comes later, and counts.
 */
static calx_status put_idle(calx_postgresql_config *config, calx_error *error)
{
    char **options = calx_postgresql_find_value(config, "options");
    const char *given = options != NULL ? *options : getenv("PGOPTIONS");
    calx_buffer text = CALX_BUFFER_INIT;
    if (config->idle_ms == 0)
        return CALX_OK;
    calx_buffer_format(&text, "-c idle_in_transaction_session_timeout=%ld", config->idle_ms);
    if (given != NULL)
        calx_buffer_format(&text, " %s", given);
    calx_status status =
        text.status == CALX_OK
            ? calx_postgresql_put(config, "options", calx_buffer_text(&text), error)
            : calx_error_set_nomem(error);
    calx_buffer_clear(&text);
    return status;
}

static calx_status put_defaults(calx_postgresql_config *config, calx_error *error)
{
    calx_status status = CALX_OK;
    for (size_t i = 0; status == CALX_OK && i < sizeof(defaults) / sizeof(defaults[0]); i++) {
        if (calx_postgresql_find_value(config, defaults[i].keyword) == NULL &&
            !is_in_environment(defaults[i].keyword))
            status = calx_postgresql_put(config, defaults[i].keyword, defaults[i].value, error);
    }
    return status;
}

/* All that is wrong is collected. */
static calx_status read_parts(calx_postgresql_config *config, const calx_url *url,
                              calx_problems *problems)
{
    calx_error *error = &problems->one;
    const char *database = url->database != NULL && url->database[0] != '\0' ? url->database : NULL;
    calx_status status = calx_postgresql_put(config, "user", url->user, error);
    if (status == CALX_OK)
        status = calx_postgresql_put(config, "password", url->password, error);
    if (status == CALX_OK)
        status = calx_postgresql_put(config, "dbname", database, error);
    if (status == CALX_OK)
        status = read_options(config, url, problems);
    if (status == CALX_OK)
        status = calx_problems_take(problems, calx_postgresql_put_hosts(config, url, error));
    if (status == CALX_OK)
        status = put_idle(config, error);
    if (status == CALX_OK)
        status = put_defaults(config, error);
    see_settings(config);
    return status;
}

static calx_status read_url(calx_postgresql_config *config, const calx_url *url, calx_error *error)
{
    calx_problems problems = CALX_PROBLEMS_INIT;
    calx_status status = read_parts(config, url, &problems);
    return calx_problems_end(&problems, status, "", error);
}

calx_status calx_postgresql_configure(const calx_url *url, calx_driver_config **out_config,
                                      calx_error *error)
{
    size_t most = sizeof(keywords) / sizeof(keywords[0]) + 4;
    calx_postgresql_config *config = calx_alloc_zeroed(sizeof(*config));
    if (config == NULL)
        return calx_error_set_nomem(error);
    config->base.cached_texts = DEFAULT_CACHED_STATEMENTS;
    config->base.remote = true;
    config->timeout_ms = default_timeout_ms();
    atomic_init(&config->remark_given, false);
    atomic_init(&config->clear_told, false);
    atomic_init(&config->pooler_told, false);
    config->keywords = calx_alloc_array(most, sizeof(*config->keywords));
    config->values = calx_alloc_array(most, sizeof(*config->values));
    calx_status status = config->keywords != NULL && config->values != NULL
                             ? read_url(config, url, error)
                             : calx_error_set_nomem(error);
    if (status != CALX_OK) {
        calx_postgresql_config_free(&config->base);
        return status;
    }
    *out_config = &config->base;
    return CALX_OK;
}

void calx_postgresql_config_free(calx_driver_config *base)
{
    calx_postgresql_config *config = (calx_postgresql_config *)base;
    if (config == NULL)
        return;
    for (size_t i = 0; i < config->count; i++)
        calx_release(config->values[i]);
    calx_release(config->values);
    calx_release(config->keywords);
    calx_release(config);
}
