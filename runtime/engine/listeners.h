/*
 * Raising events. The rule for callers: ask calx_hears() first, which is one branch, and do nothing
 * for an event nobody listens to (ENG-197).
 */
#ifndef CALX_ENGINE_LISTENERS_H
#define CALX_ENGINE_LISTENERS_H

#include <calx/event.h>

#include "driver/driver.h"

#include <pthread.h>
#include <stdatomic.h>

typedef struct calx_listener_entry calx_listener_entry;
typedef struct calx_listener_list calx_listener_list;

/* The listeners of one engine. Lists never change; one that was replaced may still be read. */
typedef struct calx_listeners {
    pthread_mutex_t lock; /* guards changing */
    _Atomic(calx_listener_list *) lists[CALX_EVENT_COUNT];
    calx_listener_list *retired;
    calx_listener_entry *entries; /* all there ever were */
} calx_listeners;

/* false: no lock could be made. */
bool calx_listeners_init(calx_listeners *listeners);
void calx_listeners_clear(calx_listeners *listeners);

/*
 * Calls the listeners of details->event on the engine and on those it was derived from. Their
 * failure is the answer, and in error, or where that is NULL in the log. physical: what
 * calx_event_run() uses; or NULL.
 */
calx_status calx_event_raise(calx_engine *engine, calx_event_details *details,
                             calx_driver_connection *physical, calx_error *error);

#endif
