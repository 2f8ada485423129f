/*
 * What a URL says about an SQLite database. Everything is checked here, without I/O, when the
 * engine is made; only the working directory is asked for, so that a relative name keeps its
 * meaning after a chdir (ENG-013). The rule kept: a key nobody understands is an error, because a
 * mistyped option that is ignored costs more than one that is refused.
 */
#include "driver/sqlite/sqlite.h"

#include "base/allocator.h"
#include "base/buffer.h"
#include "base/error.h"
#include "base/problems.h"

#include <errno.h>
#include <limits.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

enum {
    DEFAULT_TIMEOUT_MS = 5000,
    DEFAULT_CACHED_STATEMENTS = 128,
    MAX_CACHED_STATEMENTS = 1000000,
    MAX_TIMEOUT_SECONDS = 2000000,
    MAX_PATH_BYTES = 1 << 20
};

typedef struct choice {
    const char *word;
    const char *meaning;
    int number;
} choice;

static const choice booleans[] = {
    { "true", NULL, 1 }, { "on", NULL, 1 },    { "yes", NULL, 1 },
    { "1", NULL, 1 },    { "false", NULL, 0 }, { "off", NULL, 0 },
    { "no", NULL, 0 },   { "0", NULL, 0 },     { NULL, NULL, 0 },
};
static const choice journal_modes[] = {
    { "delete", "delete", 0 }, { "truncate", "truncate", 0 }, { "persist", "persist", 0 },
    { "memory", "memory", 0 }, { "wal", "wal", 0 },           { "off", "off", 0 },
    { NULL, NULL, 0 },
};
static const choice synchronous_modes[] = {
    { "off", "off", 0 },     { "normal", "normal", 0 }, { "full", "full", 0 },
    { "extra", "extra", 0 }, { "0", "off", 0 },         { "1", "normal", 0 },
    { "2", "full", 0 },      { "3", "extra", 0 },       { NULL, NULL, 0 },
};
static const choice begins[] = {
    { "deferred", NULL, CALX_SQLITE_DEFERRED },
    { "immediate", NULL, CALX_SQLITE_IMMEDIATE },
    { "exclusive", NULL, CALX_SQLITE_EXCLUSIVE },
    { NULL, NULL, 0 },
};

/* What is never handed on to SQLite. */
static const char *const own_keys[] = { "begin",
                                        "cached_statements",
                                        "check_same_thread",
                                        "foreign_keys",
                                        "journal_mode",
                                        "synchronous",
                                        "timeout",
                                        "uri",
                                        NULL };

static const choice modes[] = {
    { "ro", NULL, 0 },     { "rw", NULL, 0 }, { "rwc", NULL, 0 },
    { "memory", NULL, 0 }, { NULL, NULL, 0 },
};
static const choice caches[] = {
    { "shared", NULL, 0 },
    { "private", NULL, 0 },
    { NULL, NULL, 0 },
};

/* Keys SQLite itself understands in a file: URI; handed on only with uri=true (ENG-015). */
static const char *const uri_keys[] = { "cache",  "immutable", "mode", "modeof",
                                        "nolock", "psow",      "vfs",  NULL };

static const choice *find_choice(const choice *choices, const char *word)
{
    for (; choices->word != NULL; choices++) {
        if (strcasecmp(choices->word, word) == 0)
            return choices;
    }
    return NULL;
}

static calx_status fail_value(calx_error *error, const char *key, const choice *choices)
{
    calx_buffer words = CALX_BUFFER_INIT;
    for (; choices->word != NULL; choices++) {
        calx_buffer_put(&words, words.size == 0 ? "" : ", ");
        calx_buffer_put(&words, choices->word);
    }
    calx_error_set(error, CALX_E_ARGUMENT, "the URL's option %s must be one of: %s", key,
                   calx_buffer_text(&words));
    calx_buffer_clear(&words);
    return CALX_E_ARGUMENT;
}

static calx_status set_choice(const choice *choices, const calx_url_parameter *parameter,
                              const choice **out_choice, calx_error *error)
{
    *out_choice = find_choice(choices, parameter->value);
    return *out_choice != NULL ? CALX_OK : fail_value(error, parameter->key, choices);
}

static calx_status set_bool(bool *flag, const calx_url_parameter *parameter, calx_error *error)
{
    const choice *found = NULL;
    calx_status status = set_choice(booleans, parameter, &found, error);
    if (status == CALX_OK)
        *flag = found->number != 0;
    return status;
}

/* Seconds with perhaps a fraction, in milliseconds; -1: not such a number. */
static int parse_seconds(const char *text)
{
    int64_t seconds = 0;
    int64_t millis = 0;
    int64_t unit = 1000;
    const char *digit = text;
    for (; *digit >= '0' && *digit <= '9' && seconds <= MAX_TIMEOUT_SECONDS; digit++)
        seconds = seconds * 10 + (*digit - '0');
    bool has_digits = digit > text;
    if (has_digits && *digit == '.') {
        for (digit++; *digit >= '0' && *digit <= '9'; digit++) {
            unit /= 10;
            millis += (*digit - '0') * unit;
        }
    }
    if (!has_digits || *digit != '\0' || seconds > MAX_TIMEOUT_SECONDS)
        return -1;
    return (int)(seconds * 1000 + millis);
}

static calx_status set_timeout(calx_sqlite_config *config, const calx_url_parameter *parameter,
                               calx_error *error)
{
    int millis = parse_seconds(parameter->value);
    if (millis < 0)
        return calx_error_set(error, CALX_E_ARGUMENT,
                              "the URL's option timeout must be seconds from 0 to %d, such as 2.5",
                              MAX_TIMEOUT_SECONDS);
    config->timeout_ms = millis;
    return CALX_OK;
}

static calx_status set_cached(calx_sqlite_config *config, const calx_url_parameter *parameter,
                              calx_error *error)
{
    size_t count = 0;
    const char *digit = parameter->value;
    for (; *digit >= '0' && *digit <= '9' && count <= MAX_CACHED_STATEMENTS; digit++)
        count = count * 10 + (size_t)(*digit - '0');
    if (digit == parameter->value || *digit != '\0' || count > MAX_CACHED_STATEMENTS)
        return calx_error_set(error, CALX_E_ARGUMENT,
                              "the URL's option cached_statements must be a number from 0 to %d",
                              MAX_CACHED_STATEMENTS);
    config->base.cached_texts = count;
    return CALX_OK;
}

static calx_status set_word(const char **word, const choice *choices,
                            const calx_url_parameter *parameter, calx_error *error)
{
    const choice *found = NULL;
    calx_status status = set_choice(choices, parameter, &found, error);
    if (status == CALX_OK)
        *word = found->meaning;
    return status;
}

static calx_status set_begin(calx_sqlite_config *config, const calx_url_parameter *parameter,
                             calx_error *error)
{
    const choice *found = NULL;
    calx_status status = set_choice(begins, parameter, &found, error);
    if (status == CALX_OK)
        config->begin = (calx_sqlite_begin)found->number;
    return status;
}

/* One of the driver's own keys (ENG-016). *out_taken false: it is none. */
static calx_status take_option(calx_sqlite_config *config, const calx_url_parameter *parameter,
                               bool *out_taken, calx_error *error)
{
    const char *key = parameter->key;
    *out_taken = true;
    if (strcmp(key, "timeout") == 0)
        return set_timeout(config, parameter, error);
    if (strcmp(key, "uri") == 0)
        return set_bool(&config->uri, parameter, error);
    if (strcmp(key, "cached_statements") == 0)
        return set_cached(config, parameter, error);
    if (strcmp(key, "check_same_thread") == 0)
        return set_bool(&config->base.thread_bound, parameter, error);
    if (strcmp(key, "foreign_keys") == 0)
        return set_bool(&config->foreign_keys, parameter, error);
    if (strcmp(key, "journal_mode") == 0)
        return set_word(&config->journal_mode, journal_modes, parameter, error);
    if (strcmp(key, "synchronous") == 0)
        return set_word(&config->synchronous, synchronous_modes, parameter, error);
    if (strcmp(key, "begin") == 0)
        return set_begin(config, parameter, error);
    *out_taken = false;
    return CALX_OK;
}

static bool is_one_of(const char *const *keys, const char *key)
{
    for (size_t i = 0; keys[i] != NULL; i++) {
        if (strcmp(keys[i], key) == 0)
            return true;
    }
    return false;
}

/*
 * Keys that are neither the driver's nor, with uri=true, SQLite's. All are named at once. A file
 * system of its own (vfs=…) may have keys that only it knows.
 */
static calx_status refuse_unknown(const calx_url *url, const bool *taken, bool uri,
                                  calx_error *error)
{
    calx_problems names = CALX_PROBLEMS_INIT;
    bool hint = false;
    bool any = uri && calx_url_parameter_value(url, "vfs") != NULL;
    for (size_t i = 0; !any && i < url->parameter_count; i++) {
        if (taken[i] || (uri && is_one_of(uri_keys, url->parameters[i].key)))
            continue;
        hint = hint || is_one_of(uri_keys, url->parameters[i].key);
        calx_problems_name(&names, url->parameters[i].key);
    }
    return calx_problems_end(&names, CALX_OK,
                             hint ? "unknown option in the SQLite URL (SQLite's own keys need a "
                                    "database file:… and uri=true): "
                                  : "unknown option in the SQLite URL: ",
                             error);
}

static calx_status read_option(calx_sqlite_config *config, const calx_url *url, size_t position,
                               bool *out_taken, calx_error *error)
{
    const calx_url_parameter *parameter = &url->parameters[position];
    for (size_t i = 0; i < position; i++) {
        if (strcmp(url->parameters[i].key, parameter->key) == 0) {
            *out_taken = true;
            return calx_error_set(error, CALX_E_ARGUMENT, "the URL's option %s is given twice",
                                  parameter->key);
        }
    }
    return take_option(config, parameter, out_taken, error);
}

static calx_status read_options(calx_sqlite_config *config, const calx_url *url, bool *taken,
                                calx_problems *problems)
{
    calx_status status = CALX_OK;
    for (size_t i = 0; status == CALX_OK && i < url->parameter_count; i++)
        status =
            calx_problems_take(problems, read_option(config, url, i, &taken[i], &problems->one));
    if (status == CALX_OK)
        status = refuse_unknown(url, taken, config->uri, &problems->one);
    return calx_problems_take(problems, status);
}

/*
 * SQLite's own keys, as far as their values are known here (ENG-016): of some a wrong one is only
 * found when the file is opened, and of the others never. Case counts where it does to SQLite.
 */
static calx_status check_uri_values(const calx_url *url, calx_problems *problems)
{
    static const struct {
        const char *key;
        const choice *choices;
        bool exact;
    } rows[] = {
        { "cache", caches, true },        { "mode", modes, true },
        { "immutable", booleans, false }, { "nolock", booleans, false },
        { "psow", booleans, false },
    };
    calx_status status = CALX_OK;
    for (size_t i = 0; status == CALX_OK && i < sizeof(rows) / sizeof(rows[0]); i++) {
        const char *value = calx_url_parameter_value(url, rows[i].key);
        const choice *found = value != NULL ? find_choice(rows[i].choices, value) : NULL;
        if (value != NULL && (found == NULL || (rows[i].exact && strcmp(found->word, value) != 0)))
            status = calx_problems_take(problems,
                                        fail_value(&problems->one, rows[i].key, rows[i].choices));
    }
    return status;
}

/* The working directory and a slash. */
static calx_status put_directory(calx_buffer *name, calx_error *error)
{
    for (size_t size = 256; size <= MAX_PATH_BYTES; size *= 2) {
        calx_status status = calx_buffer_reserve(name, size);
        if (status != CALX_OK)
            return calx_error_set_nomem(error);
        if (getcwd(name->data + name->size, size) != NULL) {
            name->size += strlen(name->data + name->size);
            if (name->data[name->size - 1] != '/')
                calx_buffer_char(name, '/');
            return CALX_OK;
        }
        name->data[name->size] = '\0';
        if (errno != ERANGE)
            break;
    }
    return calx_error_set(error, CALX_E_ARGUMENT,
                          "the working directory cannot be found, so a relative SQLite file name "
                          "has no meaning: write an absolute one, sqlite:////directory/name.db");
}

/* A character as it must be written inside a file: URI. */
static void put_uri_char(calx_buffer *name, char letter)
{
    if (letter == '%' || letter == '?' || letter == '#' || letter == '&' || letter == '=' ||
        letter == '+')
        calx_buffer_format(name, "%%%02X", (unsigned)(unsigned char)letter);
    else
        calx_buffer_char(name, letter);
}

/* Of what is handed on, the parameter whose key comes next; NULL: there is none. */
static const calx_url_parameter *next_handed_on(const calx_url *url, const char *key)
{
    const calx_url_parameter *best = NULL;
    for (size_t i = 0; i < url->parameter_count; i++) {
        const calx_url_parameter *one = &url->parameters[i];
        if (strcmp(one->key, key) > 0 && (best == NULL || strcmp(one->key, best->key) < 0) &&
            !is_one_of(own_keys, one->key))
            best = one;
    }
    return best;
}

static void put_uri_text(calx_buffer *name, const char *text)
{
    for (; *text != '\0'; text++)
        put_uri_char(name, *text);
}

/* SQLite's own parameters, sorted by key as the rendered URL has them. No key is empty. */
static void put_uri_parameters(calx_buffer *name, const calx_url *url)
{
    char separator = '?';
    const calx_url_parameter *one = next_handed_on(url, "");
    for (; one != NULL; one = next_handed_on(url, one->key)) {
        calx_buffer_char(name, separator);
        put_uri_text(name, one->key);
        calx_buffer_char(name, '=');
        put_uri_text(name, one->value);
        separator = '&';
    }
}

static bool has_value(const calx_url *url, const char *key, const char *value)
{
    const char *found = calx_url_parameter_value(url, key);
    return found != NULL && strcmp(found, value) == 0;
}

/* file:… with SQLite's parameters behind it (ENG-015); relative paths are made absolute. */
static calx_status put_uri(calx_sqlite_config *config, const calx_url *url, calx_buffer *name,
                           calx_error *error)
{
    if (url->database == NULL || strncmp(url->database, "file:", 5) != 0)
        return calx_error_set(error, CALX_E_ARGUMENT,
                              "uri=true needs a database that begins with file: as in "
                              "sqlite:///file:name.db?mode=ro&uri=true");
    const char *path = url->database + 5;
    bool in_memory = strcmp(path, ":memory:") == 0 || has_value(url, "mode", "memory") ||
                     has_value(url, "vfs", "memdb");
    bool named = path[0] != '\0';
    calx_buffer_put(name, "file:");
    if (named && path[0] != '/' && !in_memory) {
        calx_buffer directory = CALX_BUFFER_INIT;
        calx_status status = put_directory(&directory, error);
        for (size_t i = 0; status == CALX_OK && i < directory.size; i++)
            put_uri_char(name, directory.data[i]);
        calx_buffer_clear(&directory);
        if (status != CALX_OK)
            return status;
    }
    put_uri_text(name, path);
    put_uri_parameters(name, url);
    config->memory = in_memory || !named;
    config->base.private_database = config->memory && !has_value(url, "cache", "shared");
    config->base.shared_memory = config->memory && !config->base.private_database;
    return CALX_OK;
}

/* A plain file name, or :memory:. */
static calx_status put_path(calx_sqlite_config *config, const calx_url *url, calx_buffer *name,
                            calx_error *error)
{
    const char *path = url->database;
    if (path == NULL || path[0] == '\0' || strcmp(path, ":memory:") == 0) {
        calx_buffer_put(name, ":memory:");
        config->memory = true;
        config->base.private_database = true;
        return CALX_OK;
    }
    calx_status status = path[0] == '/' ? CALX_OK : put_directory(name, error);
    if (status == CALX_OK)
        calx_buffer_put(name, path);
    return status;
}

static calx_status make_filename(calx_sqlite_config *config, const calx_url *url, calx_error *error)
{
    calx_buffer name = CALX_BUFFER_INIT;
    calx_status status =
        config->uri ? put_uri(config, url, &name, error) : put_path(config, url, &name, error);
    if (status == CALX_OK && calx_buffer_finish(&name, &config->filename, NULL) != CALX_OK)
        status = calx_error_set_nomem(error);
    calx_buffer_clear(&name);
    return status;
}

static calx_status check_form(const calx_url *url, calx_error *error)
{
    if (url->user == NULL && url->password == NULL && url->host == NULL && url->port == 0)
        return CALX_OK;
    return calx_error_set(error, CALX_E_ARGUMENT,
                          "an SQLite URL has no user, password, host or port; the forms are "
                          "sqlite:// (in memory), sqlite:///relative.db and "
                          "sqlite:////absolute/name.db");
}

/* What is wrong with the options and the name is told together. */
static calx_status read_url(calx_sqlite_config *config, const calx_url *url, bool *taken,
                            calx_error *error)
{
    calx_problems problems = CALX_PROBLEMS_INIT;
    calx_status status = calx_problems_take(&problems, check_form(url, &problems.one));
    if (status == CALX_OK)
        status = read_options(config, url, taken, &problems);
    if (status == CALX_OK && config->uri)
        status = check_uri_values(url, &problems);
    if (status == CALX_OK)
        status = calx_problems_take(&problems, make_filename(config, url, &problems.one));
    return calx_problems_end(&problems, status, "", error);
}

calx_status calx_sqlite_configure(const calx_url *url, calx_driver_config **out_config,
                                  calx_error *error)
{
    calx_status status = CALX_OK;
    bool *taken = calx_alloc_array(url->parameter_count + 1, sizeof(*taken));
    calx_sqlite_config *config = calx_alloc_zeroed(sizeof(*config));
    if (taken == NULL || config == NULL) {
        status = calx_error_set_nomem(error);
        goto out;
    }
    config->timeout_ms = DEFAULT_TIMEOUT_MS;
    config->foreign_keys = true;
    config->base.cached_texts = DEFAULT_CACHED_STATEMENTS;
    status = read_url(config, url, taken, error);
    if (status == CALX_OK && !config->base.private_database) {
        config->gate = calx_sqlite_gate_new();
        if (config->gate == NULL)
            status = calx_error_set_nomem(error);
    }
    if (status == CALX_OK) {
        *out_config = &config->base;
        config = NULL;
    }
out:
    if (config != NULL)
        calx_sqlite_config_free(&config->base);
    calx_release(taken);
    return status;
}

void calx_sqlite_config_free(calx_driver_config *base)
{
    calx_sqlite_config *config = (calx_sqlite_config *)base;
    if (config == NULL)
        return;
    calx_sqlite_gate_free(config->gate);
    calx_release(config->filename);
    calx_release(config);
}
