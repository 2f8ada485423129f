/*
 * A database with the shop's tables and a session on it, for one test: enter_shop() and
 * leave_shop() are its setup and teardown.
 */
#ifndef TESTS_INTEGRATION_PLACE_H
#define TESTS_INTEGRATION_PLACE_H

#include "support/log_sink.h"

#include <calx/calx.h>

typedef struct place {
    calx_engine *engine;
    calx_sessionmaker *maker;
    calx_session *session;
    log_sink sink; /* SQL of the session; forgotten after the tables were made */
} place;

int enter_shop(void **state);
int leave_shop(void **state);

/* A stored customer with this name; borrowed from the session. */
const struct customer *have_customer(place *shop, const char *name);

/* What one value of one row is, read by SQL behind the session's back; NULL: no row or NULL. */
char *stored_text(place *shop, const char *sql);

#endif
