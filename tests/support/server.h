/*
 * The PostgreSQL server tests run on, which tests/support/with-server started: what the harness
 * does there for a test, and what a test does behind the library's back. Talks libpq directly, so
 * that no fault of Calx can hide itself.
 */
#ifndef TESTS_SUPPORT_SERVER_H
#define TESTS_SUPPORT_SERVER_H

#include <stdbool.h>

/* The server's URL with at least one option in it, from CALX_TEST_SERVER; NULL: there is none. */
const char *server_url(void);

/* Runs a statement made of three texts, outside of transactions. false: it failed; says so. */
bool server_run(const char *before, const char *name, const char *after);

/* The first column of the first row of a query; -1: it failed, or gave none. */
long server_number(const char *query);

/* Ends the connection the above share. */
void server_leave(void);

#endif
