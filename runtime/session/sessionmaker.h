/*
 * A maker from inside: the scoped session makes its sessions with it.
 */
#ifndef CALX_SESSION_SESSIONMAKER_H
#define CALX_SESSION_SESSIONMAKER_H

#include <calx/sessionmaker.h>

/* options NULL: the maker's. The info map is the maker's with that of the options over it. */
calx_status calx_sessionmaker_make(calx_sessionmaker *maker, const calx_session_options *options,
                                   calx_session **out_session, calx_error *out_error);

#endif
