/**
 * @file sessionmaker.h
 * A sessionmaker: the defaults of an application's sessions, in one place (SES-001 to 004).
 *
 * Thread rule: any thread. Life: sessions made do not need the maker any more.
 */
#ifndef CALX_SESSIONMAKER_H
#define CALX_SESSIONMAKER_H

#include <calx/session.h>

CALX_BEGIN_DECLS

typedef struct calx_sessionmaker calx_sessionmaker;

/**
 * Makes a maker.
 * @param options   copied, or NULL: the defaults; the bind may be given later by _configure
 * @param out_maker owned by the caller: calx_sessionmaker_free()
 * @return CALX_OK; CALX_E_ARGUMENT (SES-005); CALX_E_NOMEM
 */
CALX_API calx_status calx_sessionmaker_new(const calx_session_options *options,
                                           calx_sessionmaker **out_maker, calx_error *out_error);

/** Takes NULL. Sessions already made live on. */
CALX_API void calx_sessionmaker_free(calx_sessionmaker *maker);

/**
 * A new session with the maker's defaults: no connection, no transaction (SES-001).
 * @param out_session owned by the caller: calx_session_free()
 * @return CALX_OK; CALX_E_ARGUMENT the maker has no bind yet; CALX_E_NOMEM
 */
CALX_API calx_status calx_sessionmaker_session(calx_sessionmaker *maker,
                                               calx_session **out_session);

/**
 * A copy of the defaults, to edit and hand to _session_with (SES-002). Its infos are empty: the
 * maker's are under those of the call in any case (SES-003).
 */
CALX_API calx_status calx_sessionmaker_options(calx_sessionmaker *maker,
                                               calx_session_options *out_options);

/** A session with these options; the maker's defaults stay as they are (SES-002). */
CALX_API calx_status calx_sessionmaker_session_with(calx_sessionmaker *maker,
                                                    const calx_session_options *options,
                                                    calx_session **out_session);

/**
 * A session for one piece of work: begins, calls the function, commits; or rolls back when the
 * function or the commit fails. In both cases the session is closed and freed at the end, and its
 * connection is back in the pool (SES-006).
 * @param out_error the details of a failure; or NULL
 * @return what the function or the commit answered; CALX_E_ARGUMENT; CALX_E_NOMEM
 */
CALX_API calx_status calx_sessionmaker_run(calx_sessionmaker *maker, calx_session_function function,
                                           void *context, calx_error *out_error);

/** New defaults, for sessions made from now on (SES-004). The info map stays unless there is one.
 */
CALX_API calx_status calx_sessionmaker_configure(calx_sessionmaker *maker,
                                                 const calx_session_options *options);

CALX_END_DECLS

#endif
