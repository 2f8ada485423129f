/*
 * The options of an engine. One table says of each what it is called, what it may be and which pool
 * knows it; structs and settings that are text are read and checked by the same rows. The rule
 * kept: everything that is wrong is named in one answer (ENG-032, ENG-033, ENG-035).
 */
#include "engine/options.h"

#include "base/buffer.h"
#include "base/error.h"
#include "base/problems.h"
#include "engine/inside.h"

#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

typedef enum option_kind { OPTION_BOOL, OPTION_INT, OPTION_INT64, OPTION_WORD } option_kind;

/* A value with a name; lists end with NULL. Several words may mean one number. */
typedef struct option_word {
    const char *word;
    int number;
} option_word;

typedef struct option_row {
    const char *name;
    size_t offset;
    option_kind kind;
    int64_t least; /* numbers */
    const option_word *words;
    unsigned pools; /* those that have a use for it */
} option_row;

/* Sets of pools. */
enum {
    QUEUE = 1u << CALX_POOL_QUEUE,
    THREAD = 1u << CALX_POOL_THREAD,
    LINED = QUEUE | 1u << CALX_POOL_STATIC,   /* callers stand in line */
    KEPT = LINED | 1u << CALX_POOL_ASSERTION, /* lent to any thread, and kept */
    LENT = KEPT | 1u << CALX_POOL_NULL,       /* lent to any thread */
    EVERY = LENT | THREAD
};

static const option_word booleans[] = {
    { "true", 1 }, { "on", 1 }, { "yes", 1 }, { "1", 1 },  { "false", 0 },
    { "off", 0 },  { "no", 0 }, { "0", 0 },   { NULL, 0 },
};
static const option_word echoes[] = {
    { "off", CALX_ECHO_OFF },
    { "false", CALX_ECHO_OFF },
    { "sql", CALX_ECHO_SQL },
    { "on", CALX_ECHO_SQL },
    { "true", CALX_ECHO_SQL },
    { "debug", CALX_ECHO_DEBUG },
    { NULL, 0 },
};
static const option_word resets[] = {
    { "rollback", CALX_POOL_RESET_ROLLBACK }, { "commit", CALX_POOL_RESET_COMMIT },
    { "none", CALX_POOL_RESET_NONE },         { "smart", CALX_POOL_RESET_SMART },
    { "discard", CALX_POOL_RESET_DISCARD },   { NULL, 0 },
};
static const option_word pools[] = {
    { "default", CALX_POOL_DEFAULT },
    { "queue", CALX_POOL_QUEUE },
    { "thread", CALX_POOL_THREAD },
    { "null", CALX_POOL_NULL },
    { "static", CALX_POOL_STATIC },
    { "assertion", CALX_POOL_ASSERTION },
    { NULL, 0 },
};
static const option_word upkeeps[] = {
    { "thread", CALX_UPKEEP_THREAD },
    { "inline", CALX_UPKEEP_INLINE },
    { NULL, 0 },
};

#define AT(member) offsetof(calx_engine_options, member)

static const option_row rows[] = {
    { "echo", AT(echo), OPTION_WORD, 0, echoes, EVERY },
    { "hide_parameters", AT(hide_parameters), OPTION_BOOL, 0, booleans, EVERY },
    { "pool_size", AT(pool_size), OPTION_INT, 0, NULL, QUEUE | THREAD },
    { "max_overflow", AT(max_overflow), OPTION_INT, -1, NULL, QUEUE },
    { "pool_timeout", AT(pool_timeout), OPTION_INT64, -1, NULL, LENT },
    { "pool_recycle", AT(pool_recycle), OPTION_INT64, -1, NULL, KEPT | THREAD },
    { "pool_use_lifo", AT(pool_use_lifo), OPTION_BOOL, 0, booleans, QUEUE },
    { "pool_reset_on_return", AT(pool_reset_on_return), OPTION_WORD, 0, resets, EVERY },
    { "query_texts", AT(query_texts), OPTION_INT, 0, NULL, EVERY },
    { "poolclass", AT(poolclass), OPTION_WORD, 0, pools, EVERY },
    { "pool_max_waiters", AT(pool_max_waiters), OPTION_INT, 0, NULL, LINED },
    { "pool_passive_probe", AT(pool_passive_probe), OPTION_BOOL, 0, booleans, KEPT },
    { "pool_pre_ping", AT(pool_pre_ping), OPTION_BOOL, 0, booleans, KEPT },
    { "ping_after_idle", AT(ping_after_idle), OPTION_INT64, 0, NULL, KEPT },
    { "ping_timeout", AT(ping_timeout), OPTION_INT64, 0, NULL, KEPT },
    { "pool_max_lifetime", AT(pool_max_lifetime), OPTION_INT64, 0, NULL, KEPT },
    { "pool_lifetime_jitter", AT(pool_lifetime_jitter), OPTION_INT, 0, NULL, KEPT },
    { "pool_idle_timeout", AT(pool_idle_timeout), OPTION_INT64, 0, NULL, QUEUE },
    { "pool_min_idle", AT(pool_min_idle), OPTION_INT, 0, NULL, QUEUE },
    { "pool_keepalive", AT(pool_keepalive), OPTION_INT64, 0, NULL, KEPT },
    { "leak_threshold", AT(leak_threshold), OPTION_INT64, 0, NULL, LENT },
    { "tx_idle_warn", AT(tx_idle_warn), OPTION_INT64, 0, NULL, LENT },
    { "upkeep", AT(upkeep), OPTION_WORD, 0, upkeeps, LENT },
    { "upkeep_period", AT(upkeep_period), OPTION_INT64, 1, NULL, LENT },
    { "fail_fast", AT(fail_fast), OPTION_BOOL, 0, booleans, EVERY },
};

enum { ROW_COUNT = sizeof(rows) / sizeof(rows[0]) };

static int64_t get(const calx_engine_options *options, const option_row *row)
{
    const char *place = (const char *)options + row->offset;
    int number = 0;
    int64_t wide = 0;
    if (row->kind == OPTION_BOOL)
        return *(const bool *)place;
    if (row->kind == OPTION_INT64) {
        memcpy(&wide, place, sizeof(wide));
        return wide;
    }
    memcpy(&number, place, sizeof(number)); /* an enumeration is one too */
    return number;
}

static void set(calx_engine_options *options, const option_row *row, int64_t value)
{
    char *place = (char *)options + row->offset;
    int number = (int)value;
    if (row->kind == OPTION_BOOL)
        *(bool *)place = value != 0;
    else if (row->kind == OPTION_INT64)
        memcpy(place, &value, sizeof(value));
    else
        memcpy(place, &number, sizeof(number));
}

/* Begins the next of several complaints. */
static void separate(calx_buffer *problems)
{
    calx_buffer_put(problems, problems->size > 0 ? "; " : "");
}

static void put_words(calx_buffer *out, const option_word *words)
{
    for (size_t i = 0; words[i].word != NULL; i++)
        calx_buffer_format(out, "%s%s", i > 0 ? ", " : "", words[i].word);
}

/* Answers for all complaints at once, and frees them. */
static calx_status tell(calx_buffer *problems, const char *what, calx_error *error)
{
    calx_status status = problems->status;
    if (status == CALX_E_NOMEM)
        calx_error_set_nomem(error);
    else if (problems->size > 0)
        status = calx_error_set(error, CALX_E_ARGUMENT, "%s: %s", what, calx_buffer_text(problems));
    calx_buffer_clear(problems);
    return status;
}

/* ---- ranges ---- */

static bool is_word(const option_word *words, int64_t number)
{
    for (; words->word != NULL; words++) {
        if (words->number == number)
            return true;
    }
    return false;
}

static void check(const calx_engine_options *options, const option_row *row, calx_buffer *problems)
{
    int64_t value = get(options, row);
    if (row->kind == OPTION_WORD && !is_word(row->words, value)) {
        separate(problems);
        calx_buffer_format(problems, "%s is none of ", row->name);
        put_words(problems, row->words);
    } else if (row->words == NULL && value < row->least) {
        separate(problems);
        calx_buffer_format(problems, "%s is below %lld", row->name, (long long)row->least);
    }
}

/* Values that are good by themselves and contradict each other (ENG-114). */
static void check_together(const calx_engine_options *options, calx_buffer *problems)
{
    const struct {
        bool bad;
        const char *what;
    } rules[] = {
        { options->pool_lifetime_jitter > 100, "pool_lifetime_jitter is above 100 percent" },
        { options->pool_max_lifetime > 0 && options->pool_keepalive >= options->pool_max_lifetime,
          "pool_keepalive is not below pool_max_lifetime" },
        { options->pool_idle_timeout > 0 && options->pool_keepalive >= options->pool_idle_timeout,
          "pool_keepalive is not below pool_idle_timeout" },
        { options->pool_size > 0 && options->pool_min_idle > options->pool_size,
          "pool_min_idle is above pool_size" },
    };
    for (size_t i = 0; i < sizeof(rules) / sizeof(rules[0]); i++) {
        if (!rules[i].bad)
            continue;
        separate(problems);
        calx_buffer_put(problems, rules[i].what);
    }
}

/* The defaults, overlaid with as much as the caller's header knew of. */
static calx_status copy_options(const calx_engine_options *options, calx_engine_options *out,
                                calx_error *error)
{
    *out = (calx_engine_options)CALX_ENGINE_OPTIONS_INIT;
    if (options == NULL)
        return CALX_OK;
    if (options->size < sizeof(options->size) || options->size > sizeof(*options))
        return calx_error_set(error, CALX_E_ARGUMENT,
                              "the engine's options must start from CALX_ENGINE_OPTIONS_INIT");
    memcpy(out, options, options->size);
    out->size = sizeof(*out);
    return CALX_OK;
}

calx_status calx_engine_options_take(const calx_engine_options *options, calx_engine_options *out,
                                     calx_error *error)
{
    calx_buffer problems = CALX_BUFFER_INIT;
    calx_status status = copy_options(options, out, error);
    if (status != CALX_OK)
        return status;
    for (size_t i = 0; i < ROW_COUNT; i++)
        check(out, &rows[i], &problems);
    check_together(out, &problems);
    return tell(&problems, "bad engine options", error);
}

calx_status calx_engine_options_fit(const calx_engine_options *options, calx_pool_kind kind,
                                    calx_error *error)
{
    static const calx_engine_options defaults = CALX_ENGINE_OPTIONS_INIT;
    calx_buffer problems = CALX_BUFFER_INIT;
    for (size_t i = 0; i < ROW_COUNT; i++) {
        if ((rows[i].pools & 1u << kind) != 0 || get(options, &rows[i]) == get(&defaults, &rows[i]))
            continue;
        calx_buffer_put(&problems, problems.size > 0 ? ", " : "");
        calx_buffer_put(&problems, rows[i].name);
    }
    char what[64];
    snprintf(what, sizeof(what), "the pool of this engine, of kind %s, has no", pools[kind].word);
    return tell(&problems, what, error);
}

/* ---- settings that are text ---- */

/* A whole number that fits; false: it is none. */
static bool read_number(const char *text, option_kind kind, int64_t *out)
{
    int64_t most = kind == OPTION_INT ? INT32_MAX : INT64_MAX / 10 - 10;
    int64_t number = 0;
    bool negative = *text == '-';
    const char *digit = text + negative;
    for (; *digit >= '0' && *digit <= '9' && number <= most / 10; digit++)
        number = number * 10 + (*digit - '0');
    *out = negative ? -number : number;
    return digit > text + negative && *digit == '\0' && number <= most;
}

static bool read_value(const option_row *row, const char *text, int64_t *out)
{
    if (row->words == NULL)
        return read_number(text, row->kind, out);
    for (const option_word *word = row->words; word->word != NULL; word++) {
        if (strcasecmp(word->word, text) != 0)
            continue;
        *out = word->number;
        return true;
    }
    return false;
}

static void read_setting(const char *name, const char *value, calx_engine_options *options,
                         calx_buffer *problems)
{
    int64_t number = 0;
    const option_row *row = NULL;
    for (size_t i = 0; row == NULL && i < ROW_COUNT; i++) {
        if (strcmp(rows[i].name, name) == 0)
            row = &rows[i];
    }
    if (row != NULL && read_value(row, value, &number)) {
        set(options, row, number);
        return;
    }
    separate(problems);
    if (row == NULL) {
        calx_buffer_format(problems, "%s is unknown", name);
    } else if (row->words == NULL) {
        calx_buffer_format(problems, "%s is not a number", name);
    } else {
        calx_buffer_format(problems, "%s is none of ", name);
        put_words(problems, row->words);
    }
}

static calx_status read_settings(const calx_engine_config *config, calx_engine_options *options,
                                 const char **out_url, calx_error *error)
{
    calx_buffer problems = CALX_BUFFER_INIT;
    const char *prefix = config->prefix != NULL ? config->prefix : "calx.";
    size_t prefix_size = strlen(prefix);
    for (size_t i = 0; i < config->count; i++) {
        const calx_setting *setting = &config->settings[i];
        if (setting->key == NULL || strncmp(setting->key, prefix, prefix_size) != 0)
            continue;
        const char *name = setting->key + prefix_size;
        const char *value = setting->value != NULL ? setting->value : "";
        if (strcmp(name, "url") == 0)
            *out_url = value;
        else if (strcmp(name, "name") == 0)
            options->name = value;
        else
            read_setting(name, value, options, &problems);
    }
    if (*out_url == NULL) {
        separate(&problems);
        calx_buffer_put(&problems, "url is missing");
    }
    return tell(&problems, "bad engine settings", error);
}

calx_status calx_engine_from_config(const calx_engine_config *config,
                                    const calx_engine_options *options, calx_engine **out_engine,
                                    calx_error *out_error)
{
    calx_engine_options taken;
    const char *url = NULL;
    calx_error_clear(out_error);
    if (out_engine == NULL)
        return calx_error_set_null(out_error, "out_engine");
    if (config == NULL || config->size != sizeof(*config) ||
        (config->settings == NULL && config->count > 0))
        return calx_error_set(out_error, CALX_E_ARGUMENT,
                              "the settings must start from CALX_ENGINE_CONFIG_INIT");
    calx_problems problems = CALX_PROBLEMS_INIT;
    calx_status status =
        calx_problems_take(&problems, copy_options(options, &taken, &problems.one));
    if (status == CALX_OK)
        status = calx_problems_take(&problems, read_settings(config, &taken, &url, &problems.one));
    if (status == CALX_OK && url == NULL) {
        calx_engine_options good;
        status =
            calx_problems_take(&problems, calx_engine_options_take(&taken, &good, &problems.one));
    }
    if (status != CALX_OK || url == NULL)
        return calx_problems_end(&problems, status, "", out_error);
    return calx_engine_make(url, &taken, &problems, out_engine, out_error);
}
