/*
 * What tests of a session's events share: listeners that write down what they hear, and that can
 * fail or do something at one event.
 */
#ifndef TESTS_RUNTIME_SESSION_EVENT_FIXTURE_H
#define TESTS_RUNTIME_SESSION_EVENT_FIXTURE_H

#include "session_fixture.h"

#include <calx/session_events.h>
#include <stdio.h>

typedef struct heard heard;

/* What a listener does at one event. */
typedef calx_status (*at_event)(heard *self, calx_session_event_details *details);

/* What was heard: names with blanks between, "of" whom where that is a user. */
struct heard {
    char text[4096];
    calx_session_event at;
    at_event act; /* NULL: nothing */
    int times;    /* it acts so often; 0: always */
    int64_t number;
    const void *entity;
    const char *name;
    calx_status status;
};

static inline const char *origin_of(const calx_session_event_details *details)
{
    static const char *const names[] = { "", "(begun)", "(nested)", "(flush)" };
    return names[details->origin];
}

static inline calx_status hear(void *context, calx_session_event_details *details)
{
    heard *self = context;
    size_t size = strlen(self->text);
    assert_non_null(details->session);
    size += (size_t)snprintf(self->text + size, sizeof(self->text) - size, "%s%s%s",
                             size > 0 ? " " : "", calx_session_event_name(details->event),
                             origin_of(details));
    if (details->mapper == &user_mapper)
        snprintf(self->text + size, sizeof(self->text) - size, ":%s",
                 ((const struct user *)details->entity)->name);
    for (size_t i = 0; i < details->name_count; i++) {
        size = strlen(self->text);
        snprintf(self->text + size, sizeof(self->text) - size, "%c%s", i == 0 ? ' ' : ',',
                 details->names[i]);
    }
    if (self->act == NULL || self->at != details->event)
        return CALX_OK;
    at_event act = self->act;
    if (self->times > 0 && --self->times == 0)
        self->act = NULL;
    return act(self, details);
}

static inline calx_session_listener listener_of(calx_session_event_function function, void *context)
{
    calx_session_listener listener = CALX_SESSION_LISTENER_INIT;
    listener.function = function;
    listener.context = context;
    return listener;
}

static inline void listen_to(calx_session *session, calx_session_event event,
                             calx_session_event_function function, void *context)
{
    calx_session_listener listener = listener_of(function, context);
    assert_int_equal(calx_session_listen(session, event, &listener), CALX_OK);
}

/* But to statements, which have a test of their own. */
static inline void listen_to_all(calx_session *session, heard *self)
{
    for (int event = 0; event < CALX_SESSION_DO_ORM_EXECUTE; event++)
        listen_to(session, (calx_session_event)event, hear, self);
}

static inline void act_at(heard *self, calx_session_event event, at_event act, int times)
{
    self->at = event;
    self->act = act;
    self->times = times;
}

/* What was heard since the last look. */
static inline void assert_heard(heard *self, const char *text)
{
    assert_string_equal(self->text, text);
    self->text[0] = '\0';
}

static inline void forget(heard *self)
{
    self->text[0] = '\0';
}

/* Refuses, in words. */
static inline calx_status refuse(heard *self, calx_session_event_details *details)
{
    (void)self;
    return calx_session_event_fail(details, CALX_E_AUTH, "not today");
}

static inline calx_status commit(calx_session *session)
{
    return calx_session_commit(session);
}

static inline calx_state state_of(const void *entity)
{
    calx_state found = CALX_STATE_TRANSIENT;
    assert_int_equal(calx_instance_state(entity, &found), CALX_OK);
    return found;
}

#endif
