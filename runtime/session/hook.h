/*
 * Raising a session's events. The rule for callers: ask calx_session_hears() first, which is one
 * branch, and do nothing for an event nobody listens to.
 */
#ifndef CALX_SESSION_HOOK_H
#define CALX_SESSION_HOOK_H

#include <calx/session_events.h>

#include "mapper/instance.h"

typedef struct calx_hook calx_hook;
typedef struct calx_criteria calx_criteria; /* statement_hook.h */

/* The listeners of a session or maker. Zeroed: none. */
typedef struct calx_hooks {
    uint64_t heard; /* events that have one */
    calx_hook *first;
    uint64_t made;                  /* so far */
    unsigned depth;                 /* calls under way */
    unsigned barred;                /* what the listener that is called may not do: CALX_BAR_… */
    calx_session_event raised;      /* the one that says so */
    bool telling;                   /* a statement is told: those of its listeners are not */
    const calx_relationship *along; /* what statements load; NULL: no relationship */
    calx_criteria *criteria;        /* conditions that listeners gave; NULL: none yet */
} calx_hooks;

enum { CALX_BAR_STATEMENTS = 1, CALX_BAR_CHANGES = 2 };

/* CALX_E_ARGUMENT; CALX_E_NOMEM: nothing changed. */
calx_status calx_hooks_add(calx_hooks *hooks, calx_session_event event,
                           const calx_session_listener *listener);

/* false: there is no such listener. */
bool calx_hooks_remove(calx_hooks *hooks, calx_session_event event,
                       calx_session_event_function function, void *context);

/* Those of the other one, too. CALX_E_NOMEM: some. */
calx_status calx_hooks_copy(calx_hooks *to, const calx_hooks *from);

void calx_hooks_clear(calx_hooks *hooks);

/* Whether a listener of these events (bits) wants rows one by one. */
bool calx_hooks_are_singly(const calx_hooks *hooks, uint64_t events);

/* The bit of an event in `heard`. */
static inline uint64_t calx_hook_bit(calx_session_event event)
{
    return UINT64_C(1) << event;
}

/* ---- for the session, whose listeners there are; see session.h for calx_session_hears() ---- */

/* Calls the listeners of details->event. Their failure is the answer, and the session's error. */
calx_status calx_session_raise(calx_session *session, calx_session_event_details *details);

/* The same, of an instance. */
calx_status calx_session_raise_of(calx_session *session, calx_session_event event,
                                  calx_instance *instance);

/* The same for what has happened: a failure is a warning. */
void calx_session_tell(calx_session *session, calx_session_event_details *details);

/* The same, of an instance. */
void calx_session_tell_of(calx_session *session, calx_session_event event, calx_instance *instance);

/* Why the listener that is called will fail: where its words go. */
calx_error *calx_session_words(calx_session_event_details *details);

/* CALX_E_STATE when the listener that is called may not do this. */
calx_status calx_session_check_barred(calx_session *session, unsigned bar);

#endif
