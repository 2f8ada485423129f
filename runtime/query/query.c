/*
 * Making, building and freeing queries. Conditions are copied as they come, so nothing of the
 * caller's is needed later. The first failure of building is kept and is the answer of every later
 * call: a query that lacks one of its conditions must never run.
 *
 * A query is a dependent of its session: when that is closed, the query is only good for being
 * freed, and every other call says so; when it is freed, the query forgets it.
 */
#include "query/query.h"

#include "base/allocator.h"
#include "base/error.h"
#include "base/poison.h"

#include <stddef.h>

/* A spare query with more memory than this is not worth keeping. */
enum { SPARE_ITEMS = 256, SPARE_PARTS = 32, SPARE_ARENA = 8192 };

/* So many rows of a stream come before what is loaded along: one statement's keys. */
enum { BATCH = 500 };

/* Nobody may touch what lies behind this while a query is spare. */
static const size_t spare_part = offsetof(calx_query, session);

static void end(calx_dependent *dependent)
{
    calx_query *query = (calx_query *)dependent;
    if (!query->spare)
        query->ended = true;
}

static void destroy(calx_query *query)
{
    calx_sql_text_release(query->text);
    calx_parameter_list_clear(&query->parameters);
    calx_error_clear(&query->failure);
    calx_arena_clear(&query->arena);
    calx_buffer_clear(&query->report);
    calx_query_release_selects(query);
    calx_release(query->held);
    calx_release(query->sources);
    calx_release(query->steps);
    calx_release(query->distinct_on);
    calx_release(query->conditions);
    calx_release(query->orders);
    calx_release(query->order_values);
    calx_loads_release(query->loads);
    calx_release(query->paths);
    calx_release(query->items);
    calx_release(query);
}

static void forget_session(calx_dependent *dependent)
{
    calx_query *query = (calx_query *)dependent;
    if (query->spare) {
        calx_unpoison((char *)query + spare_part, sizeof *query - spare_part);
        destroy(query);
    } else {
        query->session = NULL;
    }
}

static calx_query *make_anew(calx_session *session)
{
    calx_query *query = calx_alloc_zeroed(sizeof *query);
    if (query == NULL)
        return NULL;
    query->failure = (calx_error)CALX_ERROR_INIT;
    calx_arena_init(&query->arena, 0);
    calx_parameter_list_init(&query->parameters);
    calx_buffer_init(&query->report);
    query->dependent.end = end;
    query->dependent.forget = forget_session;
    calx_session_depend(session, &query->dependent);
    return query;
}

static calx_query *take_spare(calx_session *session)
{
    calx_query *query = (calx_query *)session->spare_query;
    session->spare_query = NULL;
    query->spare = false;
    calx_unpoison((char *)query + spare_part, sizeof *query - spare_part);
    query->ended = false;
    query->condition_count = query->order_count = query->step_count = 0;
    query->distinct_on_count = query->order_value_count = 0;
    return query;
}

static calx_query *make(calx_session *session, const calx_mapper *mapper)
{
    calx_query *query = session->spare_query != NULL ? take_spare(session) : make_anew(session);
    if (query == NULL)
        return NULL;
    query->session = session;
    query->mapper = mapper;
    query->limit = -1;
    query->offset = -1;
    query->populates = false;
    query->distinct = false;
    query->lock = (calx_sql_lock){ .mode = CALX_LOCK_NONE };
    query->synchronize = CALX_SYNCHRONIZE_AUTO;
    query->has_rows = false;
    query->batch = BATCH;
    return query;
}

static bool is_worth_keeping(const calx_query *query)
{
    return query->session != NULL && query->session->spare_query == NULL &&
           query->item_capacity <= SPARE_ITEMS && query->condition_capacity <= SPARE_PARTS &&
           query->order_capacity <= SPARE_PARTS && query->order_value_capacity <= SPARE_PARTS &&
           query->path_capacity <= SPARE_PARTS && query->source_capacity <= SPARE_PARTS &&
           query->report.capacity <= SPARE_ARENA && query->parameters.capacity <= SPARE_PARTS &&
           (size_t)(query->arena.end - query->arena.next) <= SPARE_ARENA;
}

/* The next query of the session starts with this one's memory; it stays in the session's list. */
static void keep_spare(calx_query *query)
{
    calx_error_clear(&query->failure);
    query->spare = true;
    query->session->spare_query = &query->dependent;
    calx_poison((char *)query + spare_part, sizeof *query - spare_part);
}

calx_query *calx_query_new(calx_session *session, const calx_mapper *mapper)
{
    return session == NULL ? NULL : make(session, mapper);
}

calx_status calx_session_query(calx_session *session, const calx_mapper *mapper,
                               calx_query **out_query)
{
    calx_status status = calx_session_enter(session);
    if (status != CALX_OK)
        return status;
    if (out_query == NULL)
        return calx_session_fail(session, CALX_E_ARGUMENT,
                                 "calx_session_query() was given no place for the query");
    if (mapper == NULL)
        return calx_session_fail(session, CALX_E_ARGUMENT,
                                 "calx_session_query() was given no mapper");
    if (calx_session_entity(session, mapper) == NULL)
        return session->error.status;
    calx_query *query = make(session, mapper);
    if (query == NULL)
        return calx_error_set_nomem(&session->error);
    *out_query = query;
    return CALX_OK;
}

void calx_query_free(calx_query *query)
{
    if (query == NULL)
        return;
    if (query->streams > 0) {
        query->abandoned = true;
        return;
    }
    calx_query_forget_options(query);
    calx_query_release_selects(query);
    calx_arena_reset(&query->arena);
    if (is_worth_keeping(query)) {
        keep_spare(query);
        return;
    }
    if (query->session != NULL)
        calx_session_undepend(query->session, &query->dependent);
    destroy(query);
}

calx_status calx_query_fail_ended(calx_query *query)
{
    return calx_session_fail(query->session, CALX_E_STATE,
                             "this query over %s ended when its session was closed or emptied: "
                             "free it, and make a new one",
                             query->mapper != NULL ? query->mapper->name : "nothing");
}

calx_status calx_query_enter(calx_query *query)
{
    if (query == NULL)
        return CALX_E_ARGUMENT;
    if (query->session == NULL)
        return CALX_E_STATE;
    calx_status status = calx_session_enter(query->session);
    if (status != CALX_OK)
        return status;
    if (query->ended)
        return calx_query_fail_ended(query);
    calx_error *error = &query->session->error;
    if (query->failure.status != CALX_OK)
        calx_error_copy(error, &query->failure);
    else if (query->mapper == NULL)
        calx_error_set(error, CALX_E_ARGUMENT, "the query was made without a mapper");
    return error->status;
}

calx_status calx_query_keep_failure(calx_query *query, calx_status status)
{
    calx_error_copy(&query->failure, &query->session->error);
    query->failure.status = status;
    return status;
}

void *calx_query_grow(void *items, size_t count, size_t *capacity, size_t item_size)
{
    if (count < *capacity)
        return items;
    size_t larger = *capacity == 0 ? 4 : *capacity * 2;
    void *grown = calx_resize_array(items, larger, item_size);
    if (grown != NULL)
        *capacity = larger;
    return grown;
}

static calx_status reserve_condition(calx_query *query)
{
    void *items = calx_query_grow(query->conditions, query->condition_count,
                                  &query->condition_capacity, sizeof *query->conditions);
    if (items == NULL)
        return calx_error_set_nomem(&query->session->error);
    query->conditions = items;
    return CALX_OK;
}

static calx_status add_condition(calx_query *query, calx_status status,
                                 const calx_condition *condition)
{
    if (status == CALX_OK)
        status = reserve_condition(query);
    if (status == CALX_OK)
        status = calx_query_hold_selects(query, condition);
    if (status != CALX_OK)
        return calx_query_keep_failure(query, status);
    query->conditions[query->condition_count++] = *condition;
    query->added_count = 0;
    return CALX_OK;
}

static calx_status add_for_run(calx_query *query, const calx_added *added)
{
    for (size_t i = 0; i < added->count; i++) {
        size_t there = query->condition_count + query->added_count;
        void *items = calx_query_grow(query->conditions, there, &query->condition_capacity,
                                      sizeof *query->conditions);
        if (items == NULL)
            return calx_error_set_nomem(&query->session->error);
        query->conditions = items;
        query->conditions[there] = added->items[i];
        query->added_count++;
    }
    return CALX_OK;
}

calx_status calx_query_tell(calx_query *query, calx_statement_kind kind)
{
    calx_added added;
    calx_session_statement told = { .kind = kind, .cause = CALX_CAUSE_QUERY };
    query->added_count = added.count = 0;
    if (!calx_session_hears(query->session, CALX_SESSION_DO_ORM_EXECUTE))
        return CALX_OK;
    calx_status status = calx_session_tell_statement(query->session, query->mapper, &told, &added);
    return status == CALX_OK ? add_for_run(query, &added) : status;
}

calx_status calx_query_where(calx_query *query, calx_expression condition)
{
    calx_status status = calx_query_enter(query);
    if (status != CALX_OK)
        return status;
    calx_condition copy = { NULL, 0 };
    status =
        calx_condition_from_expression(&copy, &query->arena, &condition, &query->session->error);
    return add_condition(query, status, &copy);
}

calx_status calx_query_where_filter(calx_query *query, const calx_filter *filter)
{
    calx_status status = calx_query_enter(query);
    if (status != CALX_OK)
        return status;
    calx_condition copy = { NULL, 0 };
    status = calx_condition_from_filter(&copy, &query->arena, filter, &query->session->error);
    return add_condition(query, status, &copy);
}

calx_status calx_query_order_by(calx_query *query, calx_order order)
{
    calx_status status = calx_query_enter(query);
    if (status != CALX_OK)
        return status;
    void *items = calx_query_grow(query->orders, query->order_count, &query->order_capacity,
                                  sizeof *query->orders);
    if (items == NULL)
        return calx_query_keep_failure(query, calx_error_set_nomem(&query->session->error));
    query->orders = items;
    query->orders[query->order_count++] = order;
    return CALX_OK;
}

/* Puts the value of the order that is given next. */
static calx_status put_order_value(calx_query *query, const calx_condition *value)
{
    while (query->order_value_count <= query->order_count) {
        void *items = calx_query_grow(query->order_values, query->order_value_count,
                                      &query->order_value_capacity, sizeof *query->order_values);
        if (items == NULL)
            return calx_error_set_nomem(&query->session->error);
        query->order_values = items;
        query->order_values[query->order_value_count++] = (calx_condition){ NULL, 0 };
    }
    query->order_values[query->order_count] = *value;
    return CALX_OK;
}

calx_status calx_query_order_by_value(calx_query *query, calx_expression value, bool descending)
{
    calx_condition copy = { NULL, 0 };
    calx_status status = calx_query_enter(query);
    if (status != CALX_OK)
        return status;
    status =
        calx_expression_keep(&copy, &query->arena, &value, CALX_USE_VALUE, &query->session->error);
    if (status == CALX_OK)
        status = calx_query_hold_selects(query, &copy);
    if (status == CALX_OK)
        status = put_order_value(query, &copy);
    if (status != CALX_OK)
        return calx_query_keep_failure(query, status);
    return calx_query_order_by(query, (calx_order){ .descending = descending });
}

static calx_status set_bound(calx_query *query, const char *name, int64_t number, int64_t *bound)
{
    calx_status status = calx_query_enter(query);
    if (status != CALX_OK)
        return status;
    if (number < 0)
        return calx_query_keep_failure(
            query, calx_session_fail(query->session, CALX_E_ARGUMENT,
                                     "the %s of a query over %s is %lld, which is "
                                     "negative",
                                     name, query->mapper->name, (long long)number));
    *bound = number;
    return CALX_OK;
}

calx_status calx_query_populate_existing(calx_query *query)
{
    calx_status status = calx_query_enter(query);
    if (status == CALX_OK)
        query->populates = true;
    return status;
}

calx_status calx_query_yield_per(calx_query *query, size_t rows)
{
    calx_status status = calx_query_enter(query);
    if (status != CALX_OK)
        return status;
    if (rows == 0)
        return calx_query_keep_failure(
            query, calx_session_fail(query->session, CALX_E_ARGUMENT,
                                     "a batch of a query over %s has one row at least",
                                     query->mapper->name));
    query->batch = rows;
    return CALX_OK;
}

calx_status calx_query_limit(calx_query *query, int64_t limit)
{
    return set_bound(query, "limit", limit, query == NULL ? NULL : &query->limit);
}

calx_status calx_query_offset(calx_query *query, int64_t offset)
{
    return set_bound(query, "offset", offset, query == NULL ? NULL : &query->offset);
}
