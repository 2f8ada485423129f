/*
 * Engines: what a URL and options come to. Making one does no I/O; everything wrong with its
 * arguments is found here, so that what is left for the first connection is the database itself
 * (ENG-031). An engine lives on, unseen, until the last connection out of it was closed.
 */
#include "engine/inside.h"

#include "base/allocator.h"
#include "base/buffer.h"
#include "base/clock.h"
#include "base/error.h"
#include "base/problems.h"

#include <string.h>

static char *logger_name(const char *room, const char *engine_name)
{
    calx_buffer name = CALX_BUFFER_INIT;
    char *text = NULL;
    calx_buffer_put(&name, room);
    if (engine_name != NULL) {
        calx_buffer_char(&name, '.');
        calx_buffer_put(&name, engine_name);
    }
    return calx_buffer_finish(&name, &text, NULL) == CALX_OK ? text : NULL;
}

static calx_status make_loggers(calx_engine *engine, calx_error *error)
{
    static const calx_log_level levels[] = { [CALX_ECHO_OFF] = CALX_LOG_WARNING,
                                             [CALX_ECHO_SQL] = CALX_LOG_INFO,
                                             [CALX_ECHO_DEBUG] = CALX_LOG_DEBUG };
    const calx_engine_options *options = &engine->options;
    engine->logger_name = logger_name("calx.engine", options->name);
    engine->pool_logger_name = logger_name("calx.pool", options->name);
    if (engine->logger_name == NULL || engine->pool_logger_name == NULL)
        return calx_error_set_nomem(error);
    engine->options.name = NULL;
    engine->logger = (calx_logger){ options->log, options->log_context, levels[options->echo],
                                    engine->logger_name };
    engine->pool_logger = engine->logger;
    engine->pool_logger.name = engine->pool_logger_name;
    engine->config->logger = &engine->logger;
    engine->config->notice = calx_engine_take_notice;
    engine->config->notice_context = engine;
    engine->config->hides_values = options->hide_parameters;
    return CALX_OK;
}

static calx_status read_url(calx_engine *engine, const char *text, calx_error *error)
{
    calx_url url = CALX_URL_INIT;
    calx_status status = calx_url_parse(text, &url, error);
    if (status != CALX_OK)
        return status;
    status = calx_driver_find(&url, &engine->driver, error);
    if (status != CALX_OK)
        goto out;
    status = engine->driver->configure(&url, &engine->config, error);
    if (status != CALX_OK)
        goto out;
    status = calx_url_render(&url, CALX_URL_MASK, &engine->url);
    if (status == CALX_E_NOMEM)
        calx_error_set_nomem(error);
    engine->address = url;
    return status;
out:
    calx_url_clear(&url);
    return status;
}

/* The texts of the options end with this: they were borrowed. */
static calx_status make_settings(calx_engine *engine, calx_error *error)
{
    static const calx_execution_options nothing = CALX_EXECUTION_OPTIONS_INIT;
    const calx_execution_options *options = engine->options.execution_options;
    engine->options.execution_options = NULL;
    if (options == NULL)
        options = &nothing;
    calx_status status = calx_settings_check(options, engine->driver, CALX_SETTINGS_WHOLE, error);
    if (status != CALX_OK || engine->config == NULL)
        return status;
    engine->settings = calx_settings_new(&calx_settings_defaults, options);
    if (engine->settings == NULL || !calx_engine_place(engine))
        return calx_error_set_nomem(error);
    return CALX_OK;
}

/* What options and URL come to together; without a good URL only what does not depend on it. */
static calx_status check_together(calx_engine *engine, calx_problems *problems)
{
    calx_error *one = &problems->one;
    calx_status status = CALX_OK;
    if (engine->config != NULL && (unsigned)engine->options.poolclass <= CALX_POOL_ASSERTION) {
        calx_pool_kind kind = calx_engine_pool_kind(engine);
        status = calx_problems_take(problems, calx_engine_options_fit(&engine->options, kind, one));
        if (status == CALX_OK)
            status = calx_problems_take(problems, calx_engine_check_database(engine, one));
    }
    return status == CALX_OK ? calx_problems_take(problems, make_settings(engine, one)) : status;
}

/* All that is wrong with the arguments is told at once (ENG-032). */
static calx_status check_arguments(calx_engine *engine, const char *url,
                                   const calx_engine_options *options, calx_problems *problems)
{
    calx_error *one = &problems->one;
    calx_status status =
        calx_problems_take(problems, calx_engine_options_take(options, &engine->options, one));
    if (status == CALX_OK)
        status = calx_problems_take(problems, read_url(engine, url, one));
    return status == CALX_OK ? check_together(engine, problems) : status;
}

static calx_status build(calx_engine *engine, const char *url, const calx_engine_options *options,
                         calx_problems *problems, calx_error *error)
{
    calx_status status = check_arguments(engine, url, options, problems);
    status = calx_problems_end(problems, status, "", error);
    engine->texts.limit = (size_t)engine->options.query_texts;
    if (status == CALX_OK)
        status = make_loggers(engine, error);
    if (status == CALX_OK)
        status = calx_engine_make_pool(engine, error);
    if (status == CALX_OK)
        status = calx_engine_warm_pool(engine, error);
    return status;
}

bool calx_engine_give_spare(calx_engine *engine, calx_spare *spare)
{
    for (size_t i = 0; i < CALX_SPARES; i++) {
        calx_spare *none = NULL;
        if (atomic_load_explicit(&engine->spares[i], memory_order_relaxed) == NULL &&
            atomic_compare_exchange_strong_explicit(&engine->spares[i], &none, spare,
                                                    memory_order_release, memory_order_relaxed))
            return true;
    }
    return false;
}

calx_spare *calx_engine_take_spare(calx_engine *engine)
{
    for (size_t i = 0; i < CALX_SPARES; i++) {
        if (atomic_load_explicit(&engine->spares[i], memory_order_relaxed) == NULL)
            continue;
        calx_spare *spare =
            atomic_exchange_explicit(&engine->spares[i], NULL, memory_order_acquire);
        if (spare != NULL)
            return spare;
    }
    return NULL;
}

static void destroy(calx_engine *engine)
{
    for (calx_spare *spare; (spare = calx_engine_take_spare(engine)) != NULL;)
        spare->destroy(spare);
    calx_release(engine->settings);
    if (engine->parent != NULL) {
        calx_listeners_clear(&engine->listeners);
        calx_engine_release(engine->parent);
        calx_release(engine);
        return;
    }
    if (engine->watches_forks)
        calx_fork_watch_end(&engine->fork_watch);
    calx_pool_free(engine->pool);
    if (engine->driver != NULL)
        calx_engine_lift_anchor(engine);
    calx_engine_forget_slots(engine);
    calx_engine_free_plans(engine);
    calx_engine_free_placed(engine);
    calx_text_cache_clear(&engine->texts);
    calx_listeners_clear(&engine->listeners);
    calx_greeting_clear(&engine->greeting);
    calx_url_clear(&engine->address);
    pthread_mutex_destroy(&engine->plan_lock);
    if (engine->config != NULL)
        engine->driver->config_free(engine->config);
    calx_release(engine->url);
    calx_release(engine->logger_name);
    calx_release(engine->pool_logger_name);
    calx_release(engine);
}

static bool init_locks(calx_engine *engine)
{
    if (pthread_mutex_init(&engine->plan_lock, NULL) != 0)
        return false;
    if (!calx_text_cache_init(&engine->texts))
        goto fail_texts;
    if (!calx_listeners_init(&engine->listeners))
        goto fail_listeners;
    if (calx_greeting_init(&engine->greeting))
        return true;
    calx_listeners_clear(&engine->listeners);
fail_listeners:
    calx_text_cache_clear(&engine->texts);
fail_texts:
    pthread_mutex_destroy(&engine->plan_lock);
    return false;
}

/* NULL: no memory. */
static calx_engine *new_engine(void)
{
    calx_engine *engine = calx_alloc_zeroed(sizeof(*engine));
    if (engine == NULL)
        return NULL;
    if (!init_locks(engine)) {
        calx_release(engine);
        return NULL;
    }
    atomic_init(&engine->references, 1);
    engine->root = engine;
    engine->address = (calx_url)CALX_URL_INIT;
    atomic_init(&engine->heard, 0);
    for (size_t i = 0; i < CALX_SPARES; i++)
        atomic_init(&engine->spares[i], NULL);
    atomic_init(&engine->anchor, NULL);
    calx_map_init(&engine->plans);
    return engine;
}

calx_status calx_engine_make(const char *url, const calx_engine_options *options,
                             calx_problems *problems, calx_engine **out_engine,
                             calx_error *out_error)
{
    calx_engine *engine = new_engine();
    if (engine == NULL) {
        calx_error_set_nomem(&problems->one);
        return calx_problems_end(problems, CALX_E_NOMEM, "", out_error);
    }
    calx_status status = build(engine, url, options, problems, out_error);
    if (status != CALX_OK) {
        destroy(engine);
        return status;
    }
    *out_engine = engine;
    return CALX_OK;
}

calx_status calx_engine_new(const char *url, const calx_engine_options *options,
                            calx_engine **out_engine, calx_error *out_error)
{
    calx_problems problems = CALX_PROBLEMS_INIT;
    calx_error_clear(out_error);
    if (out_engine == NULL)
        return calx_error_set_null(out_error, "out_engine");
    return calx_engine_make(url, options, &problems, out_engine, out_error);
}

void calx_engine_release(calx_engine *engine)
{
    if (atomic_fetch_sub(&engine->references, 1) == 1)
        destroy(engine);
}

void calx_engine_free(calx_engine *engine)
{
    if (engine == NULL)
        return;
    if (engine->root == engine)
        calx_pool_dispose(engine->pool);
    calx_engine_release(engine);
}

calx_status calx_engine_derive(calx_engine *engine, const calx_execution_options *options,
                               calx_engine **out_engine, calx_error *out_error)
{
    calx_engine *derived = calx_alloc_zeroed(sizeof(*derived));
    calx_settings *settings = calx_settings_new(engine->settings, options);
    if (derived == NULL || settings == NULL || !calx_listeners_init(&derived->listeners)) {
        calx_release(derived);
        calx_release(settings);
        return calx_error_set_nomem(out_error);
    }
    atomic_init(&derived->references, 1);
    for (size_t i = 0; i < CALX_SPARES; i++)
        atomic_init(&derived->spares[i], NULL);
    derived->root = engine->root;
    derived->parent = engine;
    atomic_fetch_add(&engine->references, 1);
    derived->settings = settings;
    derived->driver = engine->driver;
    derived->config = engine->config;
    derived->options = engine->options;
    derived->url = engine->url;
    derived->logger = engine->logger;
    derived->pool_logger = engine->pool_logger;
    derived->pool = engine->pool;
    if (!calx_engine_place(derived)) {
        calx_engine_release(derived);
        return calx_error_set_nomem(out_error);
    }
    *out_engine = derived;
    return CALX_OK;
}

calx_status calx_engine_execution_options(calx_engine *engine,
                                          const calx_execution_options *options,
                                          calx_engine **out_engine, calx_error *out_error)
{
    calx_error_clear(out_error);
    if (engine == NULL || out_engine == NULL)
        return calx_error_set_null(out_error, engine == NULL ? "engine" : "out_engine");
    calx_status status =
        calx_settings_check(options, engine->driver, CALX_SETTINGS_WHOLE, out_error);
    if (status != CALX_OK)
        return status;
    calx_event_details details = { .event = CALX_EVENT_SET_ENGINE_EXECUTION_OPTIONS,
                                   .options = options };
    if (calx_hears(engine, details.event))
        status = calx_event_raise(engine, &details, NULL, out_error);
    return status == CALX_OK ? calx_engine_derive(engine, options, out_engine, out_error) : status;
}

const calx_driver *calx_engine_driver(const calx_engine *engine)
{
    return engine->driver;
}

const calx_settings *calx_engine_settings(const calx_engine *engine)
{
    return engine->settings;
}

void calx_engine_get_execution_options(const calx_engine *engine,
                                       calx_execution_options *out_options)
{
    if (out_options != NULL)
        calx_settings_tell(engine != NULL ? engine->settings : &calx_settings_defaults,
                           out_options);
}

/* A handle for a link: the one kept with it, which is as new, or a new one. NULL: no memory. */
static calx_connection *take_handle(calx_link *link)
{
    calx_connection *connection = link->spare;
    link->spare = NULL;
    if (connection != NULL)
        return connection;
    connection = calx_alloc(sizeof(*connection));
    if (connection != NULL)
        *connection = (calx_connection){ .error = CALX_ERROR_INIT };
    return connection;
}

calx_status calx_engine_connect(calx_engine *engine, calx_connection **out_connection,
                                calx_error *out_error)
{
    return calx_engine_connect_at(engine, NULL, out_connection, out_error);
}

calx_status calx_engine_connect_at(calx_engine *engine, const char *place,
                                   calx_connection **out_connection, calx_error *out_error)
{
    calx_pool_entry *entry = NULL;
    if (out_error != NULL)
        calx_error_clear(out_error);
    if (engine == NULL || out_connection == NULL)
        return calx_error_set_null(out_error, engine == NULL ? "engine" : "out_connection");
    calx_status status = calx_pool_take_at(engine->pool, place, &entry, out_error);
    if (status != CALX_OK)
        return status;
    calx_link *link = (calx_link *)entry;
    if (calx_hears(engine, CALX_EVENT_CHECKOUT))
        status = calx_link_check_out(engine, &link, out_error);
    if (status != CALX_OK)
        return status;
    calx_connection *connection = take_handle(link);
    if (connection == NULL) {
        calx_pool_give(engine->pool, &link->entry);
        return calx_error_set_nomem(out_error);
    }
    atomic_fetch_add(&engine->references, 1);
    connection->engine = engine;
    connection->link = link;
    calx_connection_expose(connection);
    link->reset = engine->options.pool_reset_on_return;
    connection->settings = engine->settings;
    connection->watched = engine->options.tx_idle_warn > 0;
    connection->echo = calx_log_enabled(&engine->logger, CALX_LOG_INFO);
    connection->echo_rows = calx_log_enabled(&engine->logger, CALX_LOG_DEBUG);
    if (connection->echo_rows)
        calx_log_text(&engine->pool_logger, CALX_LOG_DEBUG, "checked out a connection");
    if (calx_hears(engine, CALX_EVENT_ENGINE_CONNECT))
        status = calx_connection_raise(connection, CALX_EVENT_ENGINE_CONNECT, 0);
    if (status != CALX_OK) {
        calx_error_move(out_error, &connection->error);
        calx_connection_close(connection);
        return status;
    }
    *out_connection = connection;
    return CALX_OK;
}

const char *calx_engine_url(const calx_engine *engine)
{
    return engine != NULL ? engine->url : "";
}

const char *calx_engine_driver_name(const calx_engine *engine)
{
    return engine != NULL ? engine->driver->name : "";
}

const calx_dialect *calx_engine_dialect(const calx_engine *engine)
{
    return engine->dialect;
}

size_t calx_engine_max_parameters(const calx_engine *engine)
{
    size_t most = engine->driver->dialect->max_parameters;
    size_t found = atomic_load_explicit(&engine->config->max_parameters, memory_order_relaxed);
    return found > 0 && found < most ? found : most;
}

const calx_logger *calx_engine_logger(const calx_engine *engine)
{
    return &engine->logger;
}
