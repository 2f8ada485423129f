/**
 * @file scope.h
 * The registry under a scoped session: one session per thread, or per key of a scope function.
 *
 * The session functions themselves, with a calx_scoped_session as receiver, are generated from
 * session.h into scoped_session.h. Thread rule: any thread; each thread gets the session of its own
 * scope. A session of a thread is closed when that thread ends (SES-021, 022).
 */
#ifndef CALX_SCOPE_H
#define CALX_SCOPE_H

#include <calx/sessionmaker.h>

CALX_BEGIN_DECLS

typedef struct calx_scoped_session calx_scoped_session;

/** Names the present scope, such as the number of the request being served. Asked at each use. */
typedef uint64_t (*calx_scope_function)(void *context);

typedef struct calx_scope {
    calx_scope_function function;
    void *context; /* borrowed, outlives the scoped session */
} calx_scope;

/**
 * Makes a registry.
 * @param maker      makes the sessions; borrowed, outlives the registry
 * @param scope      copied; or NULL, meaning one session per thread
 * @param out_scoped owned by the caller: calx_scoped_session_free()
 * @return CALX_OK; CALX_E_ARGUMENT; CALX_E_NOMEM
 */
CALX_API calx_status calx_scoped_session_new(calx_sessionmaker *maker, const calx_scope *scope,
                                             calx_scoped_session **out_scoped,
                                             calx_error *out_error);

/** Closes and frees the sessions of all scopes. No other thread may be using it. Takes NULL. */
CALX_API void calx_scoped_session_free(calx_scoped_session *scoped);

/** The session of this scope, made when there is none (SES-020). Borrowed until _remove. */
CALX_API calx_status calx_scoped_session_current(calx_scoped_session *scoped,
                                                 calx_session **out_session);

/** The same, made with these options (SES-023); CALX_E_STATE: there is one already (SES-024). */
CALX_API calx_status calx_scoped_session_current_with(calx_scoped_session *scoped,
                                                      const calx_session_options *options,
                                                      calx_session **out_session);

/** Whether this scope has a session (SES-021). */
CALX_API bool calx_scoped_session_has(calx_scoped_session *scoped);

/** Closes and drops the session of this scope; does nothing when there is none (SES-026). */
CALX_API void calx_scoped_session_remove(calx_scoped_session *scoped);

/**
 * New defaults for sessions made from now on, in every scope; a warning when this scope has one
 * already (SES-025).
 */
CALX_API calx_status calx_scoped_session_configure(calx_scoped_session *scoped,
                                                   const calx_session_options *options);

/**
 * The details of the last failed call of this scope, also when its session could not be made.
 * Never NULL; borrowed until the next call in this scope.
 */
CALX_API const calx_error *calx_scoped_session_error(calx_scoped_session *scoped);

CALX_END_DECLS

#endif
