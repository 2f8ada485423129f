/*
 * A session over users, addresses and the graph model, whose statements and warnings are counted.
 */
#ifndef TESTS_SUPPORT_GRAPH_SESSION_H
#define TESTS_SUPPORT_GRAPH_SESSION_H

#include "support/graph_model.h"
#include "support/log_sink.h"
#include "support/sample_model.h"

#include <calx/calx.h>

typedef struct graph {
    calx_engine *engine;
    calx_session *session;
    log_sink sink;
} graph;

/* Fails the running test unless the status is CALX_OK. */
void graph_ok(const graph *fix, calx_status status);

/* An engine on the running test's database, its tables, and a session. */
void graph_open(graph *fix);
void graph_close(graph *fix);

/*
 * The tables of one more model, with rows that these statements put in (the last one is NULL), past
 * the unit of work and committed; then a session that knows nothing of them.
 */
void graph_fill(graph *fix, const calx_metadata *metadata, const char *const *statements,
                bool autoflush);

/* Another session instead: what it kept is gone. */
void graph_reopen(graph *fix, bool autoflush);

/* How many statements that contain the text ran since the last graph_forget(); "" for any. */
size_t graph_statements(graph *fix, const char *text);
void graph_forget(graph *fix);

/* Runs SQL past the unit of work, in the session's transaction. */
void graph_sql(const graph *fix, const char *sql);

/* The one number a SELECT gives; -1 for NULL and for no row. */
int64_t graph_number(const graph *fix, const char *sql);

/* Instances of no session yet. Ids of 0 are made by the database. */
struct user *graph_user(const char *name);
struct address *graph_address(const char *email);
struct node *graph_node(const char *name);

/* A stored instance by its key; NULL: there is no such row. */
const void *graph_get(const graph *fix, const calx_mapper *mapper, int64_t id);

/* The target of a many-to-one, and the number of members of a one-to-many, loaded when needed. */
const void *graph_one(const void *entity, unsigned relationship);
size_t graph_count(const void *entity, unsigned relationship);
const void *graph_item(const void *entity, unsigned relationship, size_t position);

/* Whether the entity is a member, and how often if more than once. */
size_t graph_has(const void *entity, unsigned relationship, const void *item);

calx_status graph_set(const void *entity, unsigned relationship, const void *target);
calx_status graph_append(const void *entity, unsigned relationship, const void *item);
calx_status graph_remove(const void *entity, unsigned relationship, const void *item);

#endif
