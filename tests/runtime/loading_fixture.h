/*
 * What the tests of loading options start from: users with addresses, a tree of nodes, transfers
 * between accounts, and labels on parcels, all of which a session of its own finds by queries.
 */
#ifndef TESTS_RUNTIME_LOADING_FIXTURE_H
#define TESTS_RUNTIME_LOADING_FIXTURE_H

#include "support/graph_session.h"
#include "support/harness.h"

#include <string.h>

static const calx_relation user_addresses_rel = { &user_mapper, 0 };
static const calx_relation address_user_rel = { &address_mapper, 0 };
static const calx_relation node_parent_rel = { &node_mapper, NODE_PARENT };
static const calx_relation node_children_rel = { &node_mapper, NODE_CHILDREN };

/* Users "a" with two addresses, "b" with none, "c" with one; ids 1, 2, 3. */
static inline void loading_users(graph *fix)
{
    static const char *const names[] = { "a", "b", "c" };
    struct user *users[3];
    graph_open(fix);
    for (size_t i = 0; i < 3; i++) {
        users[i] = graph_user(names[i]);
        graph_ok(fix, calx_session_add(fix->session, users[i]));
        graph_ok(fix, calx_session_flush(fix->session));
    }
    graph_ok(fix, graph_append(users[0], 0, graph_address("a@one")));
    graph_ok(fix, graph_append(users[0], 0, graph_address("a@two")));
    graph_ok(fix, graph_append(users[2], 0, graph_address("c@one")));
    graph_ok(fix, calx_session_commit(fix->session));
    graph_reopen(fix, true);
}

static inline struct node *loading_child(graph *fix, struct node *parent, const char *name)
{
    struct node *node = graph_node(name);
    graph_ok(fix, graph_append(parent, NODE_CHILDREN, node));
    graph_ok(fix, calx_session_flush(fix->session));
    return node;
}

/* "r" 1 over "x" 2 and "y" 3; "x" over "x1" 4 and "x2" 5; "x1" over "x11" 6. */
static inline void loading_tree(graph *fix)
{
    graph_open(fix);
    struct node *root = graph_node("r");
    graph_ok(fix, calx_session_add(fix->session, root));
    graph_ok(fix, calx_session_flush(fix->session));
    struct node *x = loading_child(fix, root, "x");
    loading_child(fix, root, "y");
    struct node *x1 = loading_child(fix, x, "x1");
    loading_child(fix, x, "x2");
    loading_child(fix, x1, "x11");
    graph_ok(fix, calx_session_commit(fix->session));
    graph_reopen(fix, true);
}

/* A query over a mapper, in the order of its first column. */
static inline calx_query *loading_query(const graph *fix, const calx_mapper *mapper)
{
    calx_query *query = NULL;
    const calx_order order = { { mapper, 0, 0 }, false };
    graph_ok(fix, calx_session_query(fix->session, mapper, &query));
    graph_ok(fix, calx_query_order_by(query, order));
    return query;
}

/* The same with an option; runs it. The array is good until the query is freed. */
static inline const void *const *loading_all(const graph *fix, calx_query *query,
                                             calx_option option, size_t expected)
{
    const void *const *items = NULL;
    size_t count = 0;
    if (option.count > 0)
        graph_ok(fix, calx_query_options(query, option));
    graph_ok(fix, calx_query_all(query, &items, &count));
    assert_int_equal(count, expected);
    return items;
}

/* Whether it reads without a statement; and what names are there, as "x y". */
static inline void loading_names(graph *fix, const struct node *node, const char *names)
{
    char found[100] = "";
    size_t before = graph_statements(fix, "");
    size_t count = graph_count(node, NODE_CHILDREN);
    for (size_t i = 0; i < count; i++) {
        const struct node *child = graph_item(node, NODE_CHILDREN, i);
        strcat(strcat(found, i == 0 ? "" : " "), child->name);
    }
    assert_string_equal(found, names);
    assert_int_equal(graph_statements(fix, ""), before);
}

#endif
