/*
 * Debug checks: what was only loaded is const, and a program that casts that away changes what no
 * flush will see. With the checks on, each such instance has a checksum of every column, compared
 * when the session looks at all it has: flush(), commit(), close(), and the moment an instance
 * comes under watch. A difference is a warning, counted once.
 *
 * With the checks off none of these does anything. They are an aid: without memory an instance goes
 * unchecked, and nothing fails for it.
 */
#ifndef CALX_SESSION_CHECKSUM_H
#define CALX_SESSION_CHECKSUM_H

#include "session/session.h"

/* Whether the options, or the build when they leave it open, say so. */
bool calx_checksum_wanted(const calx_session_options *options);

/* The values of an instance that nobody watches are good as they are now. Takes any instance. */
void calx_checksum_note(calx_instance *instance);

/* Compares, for the last time: the instance leaves, or comes under watch. Takes any instance. */
void calx_checksum_end(calx_instance *instance);

/* Compares everything the session has a checksum of. */
void calx_checksum_compare(calx_session *session);

/* The instances are about to go all at once. */
void calx_checksum_clear(calx_session *session);

#endif
