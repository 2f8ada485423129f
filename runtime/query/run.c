/*
 * Running queries: the text is found, pending work is flushed, the rows become instances of the
 * session. Nothing of a run is kept but the array that was handed out.
 *
 * Arrays are read to the end at once. A stream is different: the application's function runs
 * between two rows and may do anything, also run the same query, end the transaction, close or free
 * the session, or free the query. So after each call of it nothing is taken for granted: first
 * whether the session is still there, then whether the cursor still is, through its own answer.
 */
#include "query/query.h"

#include "base/allocator.h"
#include "base/error.h"
#include "base/hash.h"
#include "base/map.h"
#include "session/follow.h"

/* So few rows may as well come all at once. */
enum { SHORT_STREAM = 256 };

/* A run on its way: the statement, and whether there is a row to read. */
typedef struct query_run {
    calx_session *session;
    calx_branch *branch;
    calx_entity *entity;
    calx_cursor *cursor;
    calx_joined *joined;       /* what rows bring along; NULL: nothing */
    const calx_choice *choice; /* which columns they have; NULL: all */
    bool has_row;
    bool populates;
    bool dedupes;            /* rows may repeat an instance, which is wanted once */
    calx_map seen;           /* those there were */
    size_t batch;            /* a stream waits for what follows so many rows; 0: it does not */
    const calx_loads *loads; /* what instances are loaded under */
} query_run;

/* The cursor comes first: it may still give rows. */
static void run_close(query_run *run)
{
    calx_cursor_close(run->cursor);
    calx_joined_free(run->joined);
    calx_loads_release(run->loads);
    calx_map_clear(&run->seen);
}

/* Rows of one instance must come together before it is handed on, which a stream does not wait for.
 */
static calx_status stream_join(query_run *run, const calx_query *query)
{
    const calx_relationship *collection =
        run->joined == NULL ? NULL : calx_joined_collection(run->joined);
    if (collection != NULL)
        return calx_session_fail(run->session, CALX_E_INVALID_REQUEST,
                                 "a query over %s cannot stream while it joins %s, which may have "
                                 "several rows: load that with calx_selectinload()",
                                 query->mapper->name, collection->member);
    if (run->joined != NULL && run->batch == 0)
        calx_joined_stream(run->joined);
    return CALX_OK;
}

/* The first relationship that is loaded by asking the query once more; NULL: none is. */
static const calx_relationship *find_subquery(const calx_loads *place)
{
    for (size_t i = 0; place != NULL && i < place->mapper->relationship_count; i++) {
        const calx_load *load = &place->loads[i];
        const calx_relationship *facts = &place->mapper->relationships[i];
        if (!calx_loading_is_eager(load->loading))
            continue;
        if (load->loading != CALX_LOADING_SUBQUERY)
            facts = find_subquery(load->under);
        if (facts != NULL)
            return facts;
    }
    return NULL;
}

/* A query that is asked once more finds all rows, and not those of the batch (SES-319). */
static calx_status stream_follow(query_run *run, const calx_query *query)
{
    const calx_relationship *facts = find_subquery(run->loads);
    if (run->loads != NULL && calx_loads_lead_on(run->loads))
        run->batch = query->batch;
    if (facts == NULL)
        return CALX_OK;
    return calx_session_fail(run->session, CALX_E_INVALID_REQUEST,
                             "a query over %s cannot stream while it loads %s by a subquery: load "
                             "that with calx_selectinload()",
                             query->mapper->name, facts->member);
}

/* Which columns rows of the query's own have, and what is joined to them. */
static calx_status run_join(query_run *run, calx_query *query, calx_query_want want)
{
    if (want == CALX_QUERY_COUNT || want == CALX_QUERY_EXISTS)
        return CALX_OK;
    calx_status status = calx_query_work_out(query);
    run->loads = calx_loads_hold(query->loads);
    if (status == CALX_OK && want == CALX_QUERY_EACH)
        status = stream_follow(run, query);
    if (status != CALX_OK || query->loads == NULL)
        return status;
    status = calx_choice_without(query->session, run->entity, query->loads->left_out, &run->choice);
    if (status != CALX_OK || !query->loads->joins)
        return status;
    status = calx_joined_new(query->session, query->loads, &run->joined);
    if (status == CALX_OK && query->populates)
        calx_joined_populate(run->joined);
    if (status == CALX_OK && query->step_count > 0)
        calx_joined_scatter(run->joined);
    if (status == CALX_OK && want == CALX_QUERY_EACH)
        status = stream_join(run, query);
    return status;
}

/* Up to the first row, of a text that is known. */
static calx_status run_text(query_run *run, const calx_query *query, calx_driver_rows how)
{
    calx_status status =
        calx_connection_open_known(run->branch->connection, query->text, &run->cursor);
    if (status == CALX_OK && how != CALX_DRIVER_ROWS_ALL)
        calx_cursor_rows(run->cursor, how);
    if (status == CALX_OK)
        status = calx_cursor_execute(run->cursor, query->parameters.items, query->parameters.count,
                                     &run->has_row);
    return status == CALX_OK ? CALX_OK : calx_branch_take_error(run->session, run->branch);
}

/* Up to the first row. On failure nothing is open and the session's error is set. */
static calx_status run_start(query_run *run, calx_query *query, calx_query_want want,
                             calx_driver_rows how)
{
    calx_session *session = query->session;
    *run = (query_run){ .session = session, .populates = query->populates };
    run->dedupes = query->step_count > 0;
    calx_map_init(&run->seen);
    run->entity = calx_session_entity(session, query->mapper);
    if (run->entity == NULL)
        return session->error.status;
    calx_status status = calx_query_tell(query, CALX_STATEMENT_SELECT);
    if (status == CALX_OK)
        status = run_join(run, query, want);
    if (status == CALX_OK)
        status = calx_query_branch(query, false, &run->branch);
    if (status == CALX_OK)
        status = calx_query_prepare(query, run->branch, want, run->choice, run->joined);
    if (status == CALX_OK)
        status = calx_session_autoflush(session);
    if (status == CALX_OK)
        status = calx_branch_begin(session, run->branch);
    if (status == CALX_OK)
        status = run_text(run, query, how);
    if (status != CALX_OK)
        run_close(run);
    return status;
}

/* The present row's instance; NULL: its key is NULL. */
static calx_status run_instance(query_run *run, calx_instance **out_instance, bool *out_is_new)
{
    calx_session *session = run->session;
    calx_status status = run->choice == NULL
                             ? calx_session_read_row(session, run->entity, run->cursor)
                             : calx_choice_read(session, run->entity, run->choice, run->cursor, 0);
    if (status != CALX_OK)
        return status;
    uint64_t before = session->arrivals;
    status = run->populates
                 ? calx_session_repopulate(session, run->entity, out_instance, out_is_new)
                 : calx_session_materialize(session, run->entity, out_instance, out_is_new);
    if (status == CALX_OK && run->loads != NULL && session->arrivals != before)
        status = calx_loads_note(session, *out_instance, run->loads);
    return status;
}

static calx_status run_next(query_run *run)
{
    if (calx_cursor_next(run->cursor, &run->has_row) == CALX_OK)
        return CALX_OK;
    return calx_session_take_cursor_error(run->session, run->cursor);
}

static calx_status no_place(calx_query *query, const char *what)
{
    return calx_session_fail(query->session, CALX_E_ARGUMENT, "a query over %s was given no %s",
                             query->mapper->name, what);
}

/* ---- arrays ---- */

static calx_status put_item(calx_query *query, size_t position, const void *entity)
{
    if (position == query->item_capacity) {
        size_t capacity = position == 0 ? 16 : position * 2;
        const void **items = calx_resize_array(query->items, capacity, sizeof *items);
        if (items == NULL)
            return calx_error_set_nomem(&query->session->error);
        query->items = items;
        query->item_capacity = capacity;
    }
    query->items[position] = entity;
    return CALX_OK;
}

/* The present row's instance, to stay; NULL: there is none, or it is that of the row before. */
static calx_status take_instance(query_run *run, calx_instance **out_instance)
{
    calx_joined_row row;
    calx_status status = run->joined == NULL ? run_instance(run, out_instance, NULL)
                                             : calx_joined_read(run->joined, run->cursor, &row);
    if (run->joined != NULL)
        *out_instance = row.repeats ? NULL : row.instance;
    if (status == CALX_OK && *out_instance != NULL)
        (*out_instance)->flags |= CALX_INSTANCE_HELD;
    return status;
}

static bool is_instance(const void *value, const void *key)
{
    return value == key;
}

/* Whether it is the first row of the instance. */
static calx_status look_at_repeat(query_run *run, calx_instance *instance, bool *out_first)
{
    uint64_t hash = calx_hash_u64((uintptr_t)instance);
    *out_first = true;
    if (!run->dedupes)
        return CALX_OK;
    *out_first = calx_map_find(&run->seen, hash, is_instance, instance) == NULL;
    if (*out_first && calx_map_put(&run->seen, hash, instance) != CALX_OK)
        return calx_error_set_nomem(&run->session->error);
    return CALX_OK;
}

/* Fills the query's array with the rows there are, each instance once (SES-223). */
static calx_status collect_rows(calx_query *query, calx_query_want want, size_t *out_count)
{
    query_run run;
    calx_status status = run_start(&run, query, want, CALX_DRIVER_ROWS_ALL);
    if (status != CALX_OK)
        return status;
    size_t count = 0;
    while (status == CALX_OK && run.has_row) {
        calx_instance *instance = NULL;
        bool is_first = false;
        status = take_instance(&run, &instance);
        if (status == CALX_OK && instance != NULL)
            status = look_at_repeat(&run, instance, &is_first);
        if (status == CALX_OK && is_first)
            status = put_item(query, count++, calx_instance_entity(instance));
        if (status == CALX_OK)
            status = run_next(&run);
    }
    if (status == CALX_OK && run.joined != NULL)
        status = calx_joined_end(run.joined);
    if (status == CALX_OK)
        *out_count = count;
    run_close(&run);
    return status;
}

/* The same, and what is to follow them. */
static calx_status collect(calx_query *query, calx_query_want want, size_t *out_count)
{
    calx_session *session = query->session;
    size_t count = 0;
    calx_status status = calx_query_work_out(query);
    if (status != CALX_OK)
        return status;
    uint64_t apart = session->apart;
    session->linking =
        query->loads != NULL && (query->loads->joins || calx_loads_lead_on(query->loads));
    status = collect_rows(query, want, &count);
    session->linking = false;
    if (status != CALX_OK)
        return status;
    calx_guard_begin(session, query->mapper, query->loads);
    if (query->loads != NULL && count > 0) {
        const calx_sql_query select = calx_query_describe(query, want, NULL, NULL);
        /* What is joined, and kept something else, shows targets that the query does not find. */
        status = calx_follow(session, query->loads, query->items, count,
                             session->apart == apart ? &select : NULL);
    }
    if (status == CALX_OK)
        *out_count = count;
    return status;
}

calx_status calx_query_all(calx_query *query, const void *const **out_items, size_t *out_count)
{
    calx_status status = calx_query_enter(query);
    if (status != CALX_OK)
        return status;
    if (out_items == NULL || out_count == NULL)
        return no_place(query, "place for the items and their count");
    size_t count;
    status = collect(query, CALX_QUERY_ALL, &count);
    if (status != CALX_OK)
        return status;
    *out_items = query->items;
    *out_count = count;
    return CALX_OK;
}

calx_status calx_query_first(calx_query *query, const void **out_item)
{
    calx_status status = calx_query_enter(query);
    if (status != CALX_OK)
        return status;
    if (out_item == NULL)
        return no_place(query, "place for the instance");
    size_t count;
    status = collect(query, CALX_QUERY_FIRST, &count);
    if (status == CALX_OK)
        *out_item = count == 0 ? NULL : query->items[0];
    return status;
}

calx_status calx_query_one_or_none(calx_query *query, const void **out_item)
{
    calx_status status = calx_query_enter(query);
    if (status != CALX_OK)
        return status;
    if (out_item == NULL)
        return no_place(query, "place for the instance");
    size_t count;
    status = collect(query, CALX_QUERY_SINGLE, &count);
    if (status != CALX_OK)
        return status;
    if (count > 1)
        return calx_session_fail(query->session, CALX_E_MULTIPLE_RESULTS,
                                 "several rows of %s (table \"%s\") match where one was asked for",
                                 query->mapper->name, query->mapper->table);
    *out_item = count == 0 ? NULL : query->items[0];
    return CALX_OK;
}

calx_status calx_query_one(calx_query *query, const void **out_item)
{
    const void *item = NULL;
    calx_status status = calx_query_one_or_none(query, out_item == NULL ? NULL : &item);
    if (status != CALX_OK)
        return status;
    if (item == NULL)
        return calx_session_fail(query->session, CALX_E_NO_RESULT,
                                 "no row of %s (table \"%s\") matches where one was asked for",
                                 query->mapper->name, query->mapper->table);
    *out_item = item;
    return CALX_OK;
}

/* ---- single values ---- */

/* The one value of a text that always gives one row. */
static calx_status read_value(calx_query *query, calx_query_want want, calx_value_type wanted,
                              calx_value *out_value)
{
    query_run run;
    calx_status status = run_start(&run, query, want, CALX_DRIVER_ROWS_ALL);
    if (status != CALX_OK)
        return status;
    if (!run.has_row)
        status = calx_session_fail(query->session, CALX_E_INTERNAL,
                                   "the database gave no row for: %s", query->text->sql);
    else if (calx_cursor_read(run.cursor, &wanted, out_value, 1) != CALX_OK)
        status = calx_session_take_cursor_error(query->session, run.cursor);
    run_close(&run);
    return status;
}

calx_status calx_query_count(calx_query *query, int64_t *out_count)
{
    calx_status status = calx_query_enter(query);
    if (status != CALX_OK)
        return status;
    if (out_count == NULL)
        return no_place(query, "place for the count");
    calx_value value;
    status = read_value(query, CALX_QUERY_COUNT, CALX_VALUE_INT64, &value);
    if (status == CALX_OK)
        *out_count = value.as.int64;
    return status;
}

calx_status calx_query_exists(calx_query *query, bool *out_exists)
{
    calx_status status = calx_query_enter(query);
    if (status != CALX_OK)
        return status;
    if (out_exists == NULL)
        return no_place(query, "place for the answer");
    calx_value value;
    status = read_value(query, CALX_QUERY_EXISTS, CALX_VALUE_BOOL, &value);
    if (status == CALX_OK)
        *out_exists = value.as.boolean;
    return status;
}

calx_status calx_query_sql(calx_query *query, const char **out_sql)
{
    calx_status status = calx_query_enter(query);
    if (status != CALX_OK)
        return status;
    if (out_sql == NULL)
        return no_place(query, "place for the text");
    query->added_count = 0; /* nothing runs: nobody is told */
    query_run run = { .session = query->session };
    run.entity = calx_session_entity(query->session, query->mapper);
    if (run.entity == NULL)
        return query->session->error.status;
    status = run_join(&run, query, CALX_QUERY_ALL);
    if (status == CALX_OK)
        status = calx_query_branch(query, false, &run.branch);
    if (status == CALX_OK)
        status = calx_query_prepare(query, run.branch, CALX_QUERY_ALL, run.choice, run.joined);
    run_close(&run);
    if (status == CALX_OK)
        *out_sql = query->text->sql;
    return status;
}

/* ---- streams ---- */

/* The function's own failure is the session's last one, unless it made the status up. */
static calx_status function_failed(calx_session *session, calx_status status)
{
    if (session->error.status != status)
        calx_session_fail(session, status, "the function given to calx_query_each() answered %s",
                          calx_status_name(status));
    return status;
}

/* Lets go of what the stream made, if it is still there: the function may have freed it. */
static void release(calx_session *session, const void *entity, uint64_t hash)
{
    calx_instance *instance = calx_instance_of(entity);
    if (instance != NULL && instance->session == session && instance->key.hash == hash)
        calx_session_release_streamed(session, instance);
}

/* Hands an instance to the function. The session may be gone when it returns. */
static calx_status hand_on(calx_query *query, const query_run *run, const void *entity,
                           calx_entity_function function, void *context)
{
    calx_status status = function(context, entity);
    if (query->session == NULL)
        return status == CALX_OK ? CALX_E_STATE : status;
    if (query->ended)
        return status == CALX_OK ? calx_query_fail_ended(query)
                                 : function_failed(run->session, status);
    if (status != CALX_OK)
        return function_failed(run->session, status);
    if (query->abandoned)
        return calx_session_fail(run->session, CALX_E_STATE,
                                 "a query over %s was freed while it streamed",
                                 query->mapper->name);
    return CALX_OK;
}

static calx_status stream_row(calx_query *query, query_run *run, calx_entity_function function,
                              void *context)
{
    calx_joined_row row = { 0 };
    calx_status status = run->joined == NULL ? run_instance(run, &row.instance, &row.is_new)
                                             : calx_joined_read(run->joined, run->cursor, &row);
    calx_instance *instance = row.instance;
    if (status != CALX_OK || instance == NULL)
        return status;
    const void *entity = calx_instance_entity(instance);
    uint64_t hash = instance->key.hash;
    status = hand_on(query, run, entity, function, context);
    if (row.is_new && query->session != NULL && !query->ended)
        release(run->session, entity, hash);
    return status;
}

/* As run_next(), for a cursor whose transaction the function may have ended. */
static calx_status stream_next(calx_query *query, query_run *run)
{
    calx_session *session = run->session;
    calx_status status = calx_cursor_next(run->cursor, &run->has_row);
    if (status == CALX_OK)
        return CALX_OK;
    if (status == CALX_E_STATE || run->branch->connection == NULL)
        return calx_session_fail(session, CALX_E_STATE,
                                 "the transaction ended while a query over %s streamed: commit or "
                                 "roll back after calx_query_each(), or use calx_query_all()",
                                 query->mapper->name);
    return calx_session_take_cursor_error(session, run->cursor);
}

/* An instance of a batch, which the function may have taken away while it had another. */
typedef struct batch_item {
    const void *entity;
    uint64_t hash; /* of its key */
} batch_item;

static bool is_there(const query_run *run, const batch_item *item)
{
    const calx_instance *instance = calx_instance_of(item->entity);
    return instance != NULL && instance->session == run->session &&
           instance->key.hash == item->hash;
}

/* Reads so many rows, and loads what is to follow them. */
static calx_status read_batch(query_run *run, calx_query *query, batch_item *items, size_t *count)
{
    calx_session *session = run->session;
    const void **entities = calx_alloc_array(run->batch, sizeof *entities);
    calx_status status = entities == NULL ? calx_error_set_nomem(&session->error) : CALX_OK;
    size_t different = 0;
    calx_map_reset(&run->seen);
    *count = 0;
    session->linking = true;
    while (status == CALX_OK && run->has_row && *count < run->batch) {
        calx_instance *instance = NULL;
        bool is_first = false;
        status = take_instance(run, &instance);
        if (status == CALX_OK && instance != NULL)
            status = look_at_repeat(run, instance, &is_first);
        if (status == CALX_OK && is_first)
            entities[different++] = calx_instance_entity(instance);
        if (status == CALX_OK && instance != NULL)
            items[(*count)++] = (batch_item){ calx_instance_entity(instance), instance->key.hash };
        if (status == CALX_OK)
            status = stream_next(query, run);
    }
    session->linking = false;
    if (status == CALX_OK)
        status = calx_follow(session, run->loads, entities, different, NULL);
    calx_release(entities);
    return status;
}

/* The same with what is loaded along: once for each batch (SES-319). */
static calx_status stream_batches(query_run *run, calx_query *query, calx_entity_function function,
                                  void *context)
{
    calx_session *session = run->session;
    batch_item *items = calx_alloc_array(run->batch, sizeof *items);
    calx_status status = items == NULL ? calx_error_set_nomem(&session->error) : CALX_OK;
    while (status == CALX_OK && run->has_row) {
        size_t count = 0;
        status = read_batch(run, query, items, &count);
        for (size_t i = 0; status == CALX_OK && i < count; i++)
            if (is_there(run, &items[i]))
                status = hand_on(query, run, items[i].entity, function, context);
    }
    calx_release(items);
    return status;
}

/* A stream's values are its own until it ends: the same query may run again meanwhile. */
static calx_parameter_list take_parameters(calx_query *query)
{
    calx_parameter_list taken = query->parameters;
    calx_parameter_list_init(&query->parameters);
    return taken;
}

/* Their memory is for the next run, unless one made its own. */
static void return_parameters(calx_query *query, calx_parameter_list *taken)
{
    if (query->parameters.items != NULL) {
        calx_parameter_list_clear(taken);
        return;
    }
    calx_parameter_list_clear(&query->parameters);
    query->parameters = *taken;
}

static calx_status stream(calx_query *query, calx_entity_function function, void *context)
{
    query_run run;
    bool is_short = query->limit >= 0 && query->limit <= SHORT_STREAM;
    calx_status status = run_start(&run, query, CALX_QUERY_EACH,
                                   is_short ? CALX_DRIVER_ROWS_ALL : CALX_DRIVER_ROWS_STREAM);
    if (status != CALX_OK)
        return status;
    calx_parameter_list parameters = take_parameters(query);
    calx_guard_begin(run.session, query->mapper, run.loads);
    if (run.batch > 0)
        status = stream_batches(&run, query, function, context);
    while (status == CALX_OK && run.has_row) {
        status = stream_row(query, &run, function, context);
        if (status == CALX_OK)
            status = stream_next(query, &run);
    }
    run_close(&run);
    return_parameters(query, &parameters);
    return status;
}

calx_status calx_query_each(calx_query *query, calx_entity_function function, void *context)
{
    calx_status status = calx_query_enter(query);
    if (status != CALX_OK)
        return status;
    if (function == NULL)
        return no_place(query, "function to call");
    query->streams++;
    status = stream(query, function, context);
    query->streams--;
    if (query->abandoned && query->streams == 0) {
        query->abandoned = false;
        calx_query_free(query);
    }
    return status;
}
