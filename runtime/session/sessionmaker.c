/*
 * Defaults for sessions, shared by threads: a lock around the options, nothing else (SES-001 to
 * 004).
 */
#include <calx/sessionmaker.h>

#include "base/allocator.h"
#include "base/error.h"
#include "base/info.h"
#include "engine/settings.h"
#include "session/bind.h"
#include "session/session.h"
#include "session/sessionmaker.h"

#include <pthread.h>

/* Execution options there once were: a session being made may still read them. */
typedef struct kept_options {
    struct kept_options *older;
    calx_execution_options *options; /* owned */
} kept_options;

/* The same of binds. */
typedef struct kept_binds {
    struct kept_binds *older;
    calx_binds binds;
} kept_binds;

struct calx_sessionmaker {
    pthread_mutex_t lock;
    calx_session_options
        options; /* without infos; execution options and binds are the newest kept */
    calx_info_map infos;
    kept_options *kept;
    kept_binds *kept_binds;
    calx_hooks hooks; /* of the sessions it makes */
};

static calx_status check_size(const calx_session_options *options, calx_error *out_error)
{
    if (options == NULL || options->size == sizeof(*options))
        return CALX_OK;
    return calx_error_set(out_error, CALX_E_ARGUMENT,
                          "calx_session_options of %zu bytes, this library knows %zu: start from "
                          "CALX_SESSION_OPTIONS_INIT and compile with its headers",
                          options->size, sizeof(*options));
}

/* A copy the maker owns; NULL for NULL. CALX_E_NOMEM: nothing changed. */
static calx_status keep_options(calx_sessionmaker *maker, const calx_execution_options *options,
                                const calx_execution_options **out_kept)
{
    *out_kept = options;
    if (options == NULL || (maker->kept != NULL && options == maker->kept->options))
        return CALX_OK;
    kept_options *kept = calx_alloc(sizeof(*kept));
    if (kept == NULL)
        return CALX_E_NOMEM;
    *kept = (kept_options){ maker->kept, calx_settings_copy_options(options) };
    if (kept->options == NULL) {
        calx_release(kept);
        return CALX_E_NOMEM;
    }
    maker->kept = kept;
    *out_kept = kept->options;
    return CALX_OK;
}

/* The same of binds, which were checked. */
static calx_status keep_binds(calx_sessionmaker *maker, const calx_session_options *options,
                              const calx_session_bind **out_kept)
{
    *out_kept = NULL;
    if (options->bind_count == 0)
        return CALX_OK;
    *out_kept = options->binds;
    if (maker->kept_binds != NULL && options->binds == maker->kept_binds->binds.items &&
        options->bind_count == maker->kept_binds->binds.count)
        return CALX_OK;
    kept_binds *kept = calx_alloc(sizeof(*kept));
    if (kept == NULL)
        return CALX_E_NOMEM;
    kept->older = maker->kept_binds;
    if (calx_binds_copy(&kept->binds, options->binds, options->bind_count) != CALX_OK) {
        calx_release(kept);
        return CALX_E_NOMEM;
    }
    maker->kept_binds = kept;
    *out_kept = kept->binds.items;
    return CALX_OK;
}

/* Infos, when there are some, instead of those so far. CALX_E_NOMEM: nothing changed. */
static calx_status take_options(calx_sessionmaker *maker, const calx_session_options *options)
{
    calx_info_map infos = { NULL, 0 };
    const calx_execution_options *execution_options = NULL;
    const calx_session_bind *binds = NULL;
    if (keep_options(maker, options->execution_options, &execution_options) != CALX_OK ||
        keep_binds(maker, options, &binds) != CALX_OK)
        return CALX_E_NOMEM;
    if (calx_info_map_overlay(&infos, options->infos, options->info_count) != CALX_OK) {
        calx_info_map_clear(&infos);
        return CALX_E_NOMEM;
    }
    if (options->infos != NULL) {
        calx_info_map_clear(&maker->infos);
        maker->infos = infos;
    }
    maker->options = *options;
    maker->options.infos = NULL;
    maker->options.info_count = 0;
    maker->options.execution_options = execution_options;
    maker->options.binds = binds;
    return CALX_OK;
}

/* What is copied; the bind, which may be given later, checks options once more. */
static calx_status check_copied(const calx_session_options *options, calx_error *out_error)
{
    calx_status status = CALX_OK;
    if (options != NULL)
        status = calx_binds_check(options->binds, options->bind_count, out_error);
    if (status != CALX_OK || options == NULL || options->execution_options == NULL)
        return status;
    return calx_settings_check(options->execution_options, NULL, CALX_SETTINGS_WHOLE, out_error);
}

calx_status calx_sessionmaker_new(const calx_session_options *options,
                                  calx_sessionmaker **out_maker, calx_error *out_error)
{
    static const calx_session_options defaults = CALX_SESSION_OPTIONS_INIT;
    calx_error_clear(out_error);
    if (out_maker == NULL)
        return calx_error_set(out_error, CALX_E_ARGUMENT, "out_maker is NULL");
    calx_status status = check_size(options, out_error);
    if (status != CALX_OK)
        return status;
    calx_sessionmaker *maker = calx_alloc_zeroed(sizeof(*maker));
    if (maker == NULL)
        return calx_error_set_nomem(out_error);
    if (pthread_mutex_init(&maker->lock, NULL) != 0) {
        calx_release(maker);
        return calx_error_set_nomem(out_error);
    }
    status = check_copied(options, out_error);
    if (status != CALX_OK) {
        calx_sessionmaker_free(maker);
        return status;
    }
    status = take_options(maker, options == NULL ? &defaults : options);
    if (status != CALX_OK) {
        calx_sessionmaker_free(maker);
        return calx_error_set_nomem(out_error);
    }
    *out_maker = maker;
    return CALX_OK;
}

void calx_sessionmaker_free(calx_sessionmaker *maker)
{
    if (maker == NULL)
        return;
    pthread_mutex_destroy(&maker->lock);
    calx_info_map_clear(&maker->infos);
    calx_hooks_clear(&maker->hooks);
    while (maker->kept != NULL) {
        kept_options *kept = maker->kept;
        maker->kept = kept->older;
        calx_release(kept->options);
        calx_release(kept);
    }
    while (maker->kept_binds != NULL) {
        kept_binds *kept = maker->kept_binds;
        maker->kept_binds = kept->older;
        calx_binds_clear(&kept->binds);
        calx_release(kept);
    }
    calx_release(maker);
}

calx_status calx_sessionmaker_options(calx_sessionmaker *maker, calx_session_options *out_options)
{
    if (maker == NULL || out_options == NULL)
        return CALX_E_ARGUMENT;
    pthread_mutex_lock(&maker->lock);
    *out_options = maker->options;
    pthread_mutex_unlock(&maker->lock);
    return CALX_OK;
}

calx_status calx_sessionmaker_configure(calx_sessionmaker *maker,
                                        const calx_session_options *options)
{
    if (maker == NULL || options == NULL || check_size(options, NULL) != CALX_OK)
        return CALX_E_ARGUMENT;
    calx_status checked = check_copied(options, NULL);
    if (checked != CALX_OK)
        return checked;
    pthread_mutex_lock(&maker->lock);
    calx_status status = take_options(maker, options);
    pthread_mutex_unlock(&maker->lock);
    return status;
}

/* The maker's listeners, and its map under the call's, in the new session. */
static calx_status inherit(calx_sessionmaker *maker, const calx_session_options *options,
                           calx_session *session)
{
    calx_info_map infos = { NULL, 0 };
    pthread_mutex_lock(&maker->lock);
    calx_status status = calx_info_map_overlay(&infos, maker->infos.entries, maker->infos.count);
    if (status == CALX_OK)
        status = calx_hooks_copy(&session->hooks, &maker->hooks);
    pthread_mutex_unlock(&maker->lock);
    if (status == CALX_OK)
        status = calx_info_map_overlay(&infos, options->infos, options->info_count);
    if (status != CALX_OK) {
        calx_info_map_clear(&infos);
        return status;
    }
    calx_info_map_clear(&session->infos);
    session->infos = infos;
    return CALX_OK;
}

calx_status calx_sessionmaker_make(calx_sessionmaker *maker, const calx_session_options *options,
                                   calx_session **out_session, calx_error *out_error)
{
    calx_session *session = NULL;
    calx_session_options defaults;
    if (options == NULL) {
        (void)calx_sessionmaker_options(maker, &defaults);
        options = &defaults;
    }
    calx_status status =
        calx_session_new(options, out_session == NULL ? NULL : &session, out_error);
    if (status != CALX_OK)
        return status;
    if (inherit(maker, options, session) != CALX_OK) {
        calx_session_free(session);
        return calx_error_set_nomem(out_error);
    }
    *out_session = session;
    return CALX_OK;
}

calx_status calx_sessionmaker_listen(calx_sessionmaker *maker, calx_session_event event,
                                     const calx_session_listener *listener)
{
    if (maker == NULL)
        return CALX_E_ARGUMENT;
    pthread_mutex_lock(&maker->lock);
    calx_status status = calx_hooks_add(&maker->hooks, event, listener);
    pthread_mutex_unlock(&maker->lock);
    return status;
}

calx_status calx_sessionmaker_unlisten(calx_sessionmaker *maker, calx_session_event event,
                                       calx_session_event_function function, void *context)
{
    if (maker == NULL)
        return CALX_E_ARGUMENT;
    pthread_mutex_lock(&maker->lock);
    bool removed = calx_hooks_remove(&maker->hooks, event, function, context);
    pthread_mutex_unlock(&maker->lock);
    return removed ? CALX_OK : CALX_E_ARGUMENT;
}

calx_status calx_sessionmaker_session(calx_sessionmaker *maker, calx_session **out_session)
{
    if (maker == NULL)
        return CALX_E_ARGUMENT;
    return calx_sessionmaker_make(maker, NULL, out_session, NULL);
}

calx_status calx_sessionmaker_session_with(calx_sessionmaker *maker,
                                           const calx_session_options *options,
                                           calx_session **out_session)
{
    if (maker == NULL || options == NULL)
        return CALX_E_ARGUMENT;
    return calx_sessionmaker_make(maker, options, out_session, NULL);
}

calx_status calx_sessionmaker_run(calx_sessionmaker *maker, calx_session_function function,
                                  void *context, calx_error *out_error)
{
    calx_session *session = NULL;
    calx_error_clear(out_error);
    if (maker == NULL || function == NULL)
        return calx_error_set(out_error, CALX_E_ARGUMENT,
                              "calx_sessionmaker_run() was given no maker or no function");
    calx_status status = calx_sessionmaker_make(maker, NULL, &session, out_error);
    if (status != CALX_OK)
        return status;
    status = calx_session_run(session, function, context);
    if (status != CALX_OK && out_error != NULL)
        calx_error_copy(out_error, calx_session_error(session));
    calx_session_free(session);
    return status;
}
