/*
 * Execution options: read, checked, and laid over one another. The rules kept: all that is wrong is
 * named in one answer, and a level of isolation the database has not is refused when it is set, not
 * when the next transaction begins (ENG-137).
 */
#include "engine/settings.h"

#include "base/allocator.h"
#include "base/buffer.h"
#include "base/error.h"

#include <string.h>
#include <strings.h>

const calx_settings calx_settings_defaults = {
    .retry_delay_ms = CALX_RETRY_DELAY_MS,
    .retry_delay_max_ms = CALX_RETRY_DELAY_MAX_MS,
};

static const char *const isolation_names[] = {
    [CALX_ISOLATION_DEFAULT] = NULL,
    [CALX_ISOLATION_READ_UNCOMMITTED] = "READ UNCOMMITTED",
    [CALX_ISOLATION_READ_COMMITTED] = "READ COMMITTED",
    [CALX_ISOLATION_REPEATABLE_READ] = "REPEATABLE READ",
    [CALX_ISOLATION_SERIALIZABLE] = "SERIALIZABLE",
    [CALX_ISOLATION_AUTOCOMMIT] = "AUTOCOMMIT",
};

static const char *const reset_names[] = {
    [CALX_POOL_RESET_ROLLBACK] = "rollback", [CALX_POOL_RESET_COMMIT] = "commit",
    [CALX_POOL_RESET_NONE] = "none",         [CALX_POOL_RESET_SMART] = "smart",
    [CALX_POOL_RESET_DISCARD] = "discard",
};

enum {
    RETRY_DELAY_MOST_MS = 24 * 60 * 60 * 1000,
    ISOLATIONS = sizeof(isolation_names) / sizeof(isolation_names[0]),
    RESETS = sizeof(reset_names) / sizeof(reset_names[0])
};

const char *calx_isolation_name(calx_isolation isolation)
{
    return isolation_names[isolation];
}

/* Case does not count, and _ is a blank. */
static bool is_isolation(const char *text, const char *name)
{
    for (; *text != '\0' && *name != '\0'; text++, name++) {
        char letter = *text == '_' ? ' ' : *text;
        if (letter >= 'a' && letter <= 'z')
            letter = (char)(letter - 'a' + 'A');
        if (letter != *name)
            return false;
    }
    return *text == '\0' && *name == '\0';
}

/* CALX_ISOLATION_DEFAULT: it is no level. */
static calx_isolation find_isolation(const char *text)
{
    for (int i = 1; i < ISOLATIONS; i++) {
        if (is_isolation(text, isolation_names[i]))
            return (calx_isolation)i;
    }
    return CALX_ISOLATION_DEFAULT;
}

/* -1: it is none. */
static int find_reset(const char *text)
{
    for (int i = 0; i < RESETS; i++) {
        if (strcasecmp(reset_names[i], text) == 0)
            return i;
    }
    return -1;
}

/* ---- checking ---- */

static void separate(calx_buffer *problems)
{
    calx_buffer_put(problems, problems->size > 0 ? "; " : "");
}

static void check_isolation(const char *text, const calx_driver *driver, calx_buffer *problems)
{
    calx_isolation isolation = find_isolation(text);
    unsigned known = driver != NULL ? driver->isolations : ~0u;
    const char *between = "";
    if (isolation != CALX_ISOLATION_DEFAULT && (known >> isolation & 1u) != 0)
        return;
    separate(problems);
    calx_buffer_put(problems, "isolation_level must be one of: ");
    for (int i = 1; i < ISOLATIONS; i++) {
        if ((known >> i & 1u) == 0)
            continue;
        calx_buffer_format(problems, "%s%s", between, isolation_names[i]);
        between = ", ";
    }
}

static bool is_switch(calx_switch value)
{
    return (unsigned)value <= CALX_SWITCH_ON;
}

static void check_ranges(const calx_execution_options *options, calx_buffer *problems)
{
    const struct {
        bool good;
        const char *what;
    } rules[] = {
        { is_switch(options->read_only), "read_only is none of calx_switch" },
        { is_switch(options->deferrable), "deferrable is none of calx_switch" },
        { is_switch(options->stream_results), "stream_results is none of calx_switch" },
        { options->yield_per >= -1, "yield_per is below -1" },
        { options->max_row_buffer >= 0, "max_row_buffer is negative" },
        { options->page_size >= 0, "page_size is negative" },
        { options->timeout_ms >= -1, "timeout_ms is below -1" },
        { options->retries >= -1, "retries is below -1" },
        { options->retry_delay_ms >= 0, "retry_delay_ms is negative" },
        { options->retry_delay_max_ms >= 0 && options->retry_delay_max_ms <= RETRY_DELAY_MOST_MS,
          "retry_delay_max_ms is negative, or more than a day" },
        { options->pool_reset == NULL || find_reset(options->pool_reset) >= 0,
          "pool_reset must be one of: rollback, commit, none, smart, discard" },
        { options->others != NULL || options->other_count == 0, "others is NULL" },
    };
    for (size_t i = 0; i < sizeof(rules) / sizeof(rules[0]); i++) {
        if (rules[i].good)
            continue;
        separate(problems);
        calx_buffer_put(problems, rules[i].what);
    }
    for (size_t i = 0; options->others != NULL && i < options->other_count; i++) {
        if (options->others[i].key != NULL && options->others[i].value != NULL)
            continue;
        separate(problems);
        calx_buffer_put(problems, "one of the others has no key or no value");
    }
}

static void check_schema(const char *schema, const calx_driver *driver, calx_buffer *problems)
{
    size_t most = driver != NULL ? driver->dialect->max_name : 0;
    if (schema == NULL || most == 0 || strlen(schema) <= most)
        return;
    separate(problems);
    calx_buffer_format(problems, "schema has more than %zu bytes", most);
}

/* Whether anything is set that steers how a transaction begins. */
static bool steers_begin(const calx_execution_options *options)
{
    return options->isolation_level != NULL || options->read_only != CALX_SWITCH_UNSET ||
           options->deferrable != CALX_SWITCH_UNSET;
}

static calx_status check_level(const calx_execution_options *options, calx_settings_level level,
                               calx_error *error)
{
    if (level == CALX_SETTINGS_INSIDE && steers_begin(options))
        return calx_error_set(error, CALX_E_STATE,
                              "isolation_level, read_only and deferrable cannot be changed inside "
                              "a transaction: commit it or roll it back first");
    if (level == CALX_SETTINGS_STATEMENT &&
        (steers_begin(options) || options->pool_reset != NULL || options->schema != NULL))
        return calx_error_set(error, CALX_E_ARGUMENT,
                              "isolation_level, read_only, deferrable, pool_reset and schema are "
                              "not for one statement: set them on its engine or connection");
    return CALX_OK;
}

calx_status calx_settings_check(const calx_execution_options *options, const calx_driver *driver,
                                calx_settings_level level, calx_error *error)
{
    calx_buffer problems = CALX_BUFFER_INIT;
    if (options == NULL || options->size != sizeof(*options))
        return calx_error_set(error, CALX_E_ARGUMENT,
                              "execution options must start from CALX_EXECUTION_OPTIONS_INIT");
    if (options->isolation_level != NULL)
        check_isolation(options->isolation_level, driver, &problems);
    check_ranges(options, &problems);
    check_schema(options->schema, driver, &problems);
    calx_status status = problems.status;
    if (status == CALX_E_NOMEM)
        calx_error_set_nomem(error);
    else if (problems.size > 0)
        status = calx_error_set(error, CALX_E_ARGUMENT, "bad execution options: %s",
                                calx_buffer_text(&problems));
    calx_buffer_clear(&problems);
    return status == CALX_OK ? check_level(options, level, error) : status;
}

/* ---- laying over ---- */

static void overlay_begin(calx_driver_begin *begin, const calx_execution_options *options)
{
    if (options->isolation_level != NULL)
        begin->isolation = find_isolation(options->isolation_level);
    if (options->read_only != CALX_SWITCH_UNSET)
        begin->read_only = options->read_only;
    if (options->deferrable != CALX_SWITCH_UNSET)
        begin->deferrable = options->deferrable;
}

static void overlay_retry(calx_settings *settings, const calx_execution_options *options)
{
    if (options->retries != 0)
        settings->retries = options->retries > 0 ? options->retries : 0;
    if (options->retry_delay_ms != 0)
        settings->retry_delay_ms = options->retry_delay_ms;
    if (options->retry_delay_max_ms != 0)
        settings->retry_delay_max_ms = options->retry_delay_max_ms;
}

void calx_settings_overlay(calx_settings *settings, const calx_execution_options *options)
{
    overlay_begin(&settings->begin, options);
    overlay_retry(settings, options);
    if (options->stream_results != CALX_SWITCH_UNSET)
        settings->stream_results = options->stream_results == CALX_SWITCH_ON;
    if (options->yield_per != 0) {
        settings->yield_per = options->yield_per > 0 ? options->yield_per : 0;
        settings->stream_results = settings->stream_results || options->yield_per > 0;
    }
    if (options->max_row_buffer != 0)
        settings->max_row_buffer = options->max_row_buffer;
    if (options->page_size != 0)
        settings->page_size = options->page_size;
    if (options->timeout_ms != 0)
        settings->timeout_ms = options->timeout_ms > 0 ? options->timeout_ms : 0;
    if (options->logging_token != NULL)
        settings->logging_token = options->logging_token[0] != '\0' ? options->logging_token : NULL;
    if (options->pool_reset != NULL) {
        settings->reset = (calx_pool_reset)find_reset(options->pool_reset);
        settings->resets = true;
    }
    if (options->schema != NULL)
        settings->schema = options->schema[0] != '\0' ? options->schema : NULL;
    if (options->other_count > 0) {
        settings->others = options->others;
        settings->other_count = options->other_count;
    }
}

/* ---- copies in one block ---- */

static size_t text_size(const char *text)
{
    return text != NULL ? strlen(text) + 1 : 0;
}

static size_t others_size(const calx_setting *others, size_t count)
{
    size_t size = count * sizeof(*others);
    for (size_t i = 0; i < count; i++)
        size += text_size(others[i].key) + text_size(others[i].value);
    return size;
}

static const char *put_text(char **place, const char *text)
{
    size_t size = text_size(text);
    if (size == 0)
        return NULL;
    char *copy = memcpy(*place, text, size);
    *place += size;
    return copy;
}

static const calx_setting *find_option(const calx_setting *options, size_t count, const char *key)
{
    /* Of several the last counts. */
    for (size_t i = count; i > 0; i--) {
        if (strcmp(options[i - 1].key, key) == 0)
            return &options[i - 1];
    }
    return NULL;
}

const char *calx_settings_other(const calx_settings *settings, const char *key)
{
    const calx_setting *found = find_option(settings->others, settings->other_count, key);
    return found != NULL ? found->value : NULL;
}

calx_settings *calx_settings_new(const calx_settings *under, const calx_execution_options *options)
{
    size_t most = under->other_count + options->other_count;
    size_t size = sizeof(calx_settings) + others_size(under->others, under->other_count) +
                  others_size(options->others, options->other_count) +
                  text_size(under->logging_token) + text_size(options->logging_token) +
                  text_size(under->schema) + text_size(options->schema);
    calx_settings *settings = calx_alloc(size);
    if (settings == NULL)
        return NULL;
    *settings = *under;
    calx_settings_overlay(settings, options);
    calx_setting *others = (calx_setting *)(settings + 1);
    char *text = (char *)(others + most);
    size_t count = 0;
    for (size_t i = 0; i < under->other_count; i++) {
        if (find_option(options->others, options->other_count, under->others[i].key) != NULL)
            continue;
        others[count].key = put_text(&text, under->others[i].key);
        others[count++].value = put_text(&text, under->others[i].value);
    }
    for (size_t i = 0; i < options->other_count; i++) {
        others[count].key = put_text(&text, options->others[i].key);
        others[count++].value = put_text(&text, options->others[i].value);
    }
    settings->logging_token = put_text(&text, settings->logging_token);
    settings->schema = put_text(&text, settings->schema);
    settings->others = others;
    settings->other_count = count;
    return settings;
}

calx_execution_options *calx_settings_copy_options(const calx_execution_options *options)
{
    size_t size = sizeof(*options) + others_size(options->others, options->other_count) +
                  text_size(options->logging_token) + text_size(options->isolation_level) +
                  text_size(options->pool_reset) + text_size(options->schema);
    calx_execution_options *copy = calx_alloc(size);
    if (copy == NULL)
        return NULL;
    *copy = *options;
    calx_setting *others = (calx_setting *)(copy + 1);
    char *text = (char *)(others + options->other_count);
    for (size_t i = 0; i < options->other_count; i++) {
        others[i].key = put_text(&text, options->others[i].key);
        others[i].value = put_text(&text, options->others[i].value);
    }
    copy->others = others;
    copy->logging_token = put_text(&text, options->logging_token);
    copy->isolation_level = put_text(&text, options->isolation_level);
    copy->pool_reset = put_text(&text, options->pool_reset);
    copy->schema = put_text(&text, options->schema);
    return copy;
}

void calx_settings_tell(const calx_settings *settings, calx_execution_options *out)
{
    *out = (calx_execution_options)CALX_EXECUTION_OPTIONS_INIT;
    out->isolation_level = calx_isolation_name(settings->begin.isolation);
    out->read_only = settings->begin.read_only;
    out->deferrable = settings->begin.deferrable;
    out->stream_results = settings->stream_results ? CALX_SWITCH_ON : CALX_SWITCH_OFF;
    out->yield_per = settings->yield_per > 0 ? settings->yield_per : -1;
    out->max_row_buffer = settings->max_row_buffer;
    out->page_size = settings->page_size;
    out->timeout_ms = settings->timeout_ms > 0 ? settings->timeout_ms : -1;
    out->retries = settings->retries > 0 ? settings->retries : -1;
    out->retry_delay_ms = settings->retry_delay_ms;
    out->retry_delay_max_ms = settings->retry_delay_max_ms;
    out->logging_token = settings->logging_token != NULL ? settings->logging_token : "";
    out->schema = settings->schema != NULL ? settings->schema : "";
    out->pool_reset = settings->resets ? reset_names[settings->reset] : NULL;
    out->others = settings->others;
    out->other_count = settings->other_count;
}
