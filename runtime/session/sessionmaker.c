/*
 * Defaults for sessions, shared by threads: a lock around the options, nothing else (SES-001 to
 * 004).
 */
#include <calx/sessionmaker.h>

#include "base/allocator.h"
#include "base/error.h"

#include <pthread.h>

struct calx_sessionmaker {
    pthread_mutex_t lock;
    calx_session_options options;
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
    maker->options = options == NULL ? defaults : *options;
    *out_maker = maker;
    return CALX_OK;
}

void calx_sessionmaker_free(calx_sessionmaker *maker)
{
    if (maker == NULL)
        return;
    pthread_mutex_destroy(&maker->lock);
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
    pthread_mutex_lock(&maker->lock);
    maker->options = *options;
    pthread_mutex_unlock(&maker->lock);
    return CALX_OK;
}

calx_status calx_sessionmaker_session(calx_sessionmaker *maker, calx_session **out_session)
{
    calx_session_options options;
    calx_status status = calx_sessionmaker_options(maker, &options);
    return status == CALX_OK ? calx_session_new(&options, out_session, NULL) : status;
}

calx_status calx_sessionmaker_session_with(calx_sessionmaker *maker,
                                           const calx_session_options *options,
                                           calx_session **out_session)
{
    if (maker == NULL)
        return CALX_E_ARGUMENT;
    return calx_session_new(options, out_session, NULL);
}
