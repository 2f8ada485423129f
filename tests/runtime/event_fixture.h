/*
 * What tests of events share: listeners that write down what they hear and can fail, on an engine
 * of the running test.
 */
#ifndef TESTS_RUNTIME_EVENT_FIXTURE_H
#define TESTS_RUNTIME_EVENT_FIXTURE_H

#include "engine_fixture.h"

#include <calx/event.h>
#include <string.h>

/* What was heard, as names with blanks between. */
typedef struct record {
    char text[2048];
    calx_event fails; /* the listener of this one answers `status` */
    calx_status status;
    int refusals; /* that many times only; 0: always */
    bool armed;
} record;

static inline calx_status note(void *context, calx_event_details *details)
{
    record *self = context;
    size_t size = strlen(self->text);
    snprintf(self->text + size, sizeof(self->text) - size, "%s%s", size > 0 ? " " : "",
             calx_event_name(details->event));
    assert_non_null(details->engine);
    if (!self->armed || details->event != self->fails)
        return CALX_OK;
    if (self->refusals > 0 && --self->refusals == 0)
        self->armed = false;
    return self->status;
}

static inline void forget(record *self)
{
    *self = (record){ .status = CALX_OK };
}

static inline void fail_at(record *self, calx_event event, calx_status status, int times)
{
    forget(self);
    self->armed = true;
    self->fails = event;
    self->status = status;
    self->refusals = times;
}

static inline void listen_to(calx_engine *engine, calx_event event, calx_event_function function,
                             void *context)
{
    calx_listener listener = CALX_LISTENER_INIT;
    listener.function = function;
    listener.context = context;
    assert_int_equal(calx_engine_listen(engine, event, &listener), CALX_OK);
}

static inline void listen_to_all(calx_engine *engine, record *self)
{
    forget(self);
    for (int event = 0; event < CALX_EVENT_COUNT; event++)
        listen_to(engine, (calx_event)event, note, self);
}

#endif
