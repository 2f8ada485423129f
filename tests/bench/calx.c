/*
 * The cases as an application writes them with Calx: public functions and what calx-gen made of
 * models.h.
 */
#include "bench.h"
#include "data.h"
#include "models.calx.h"

#include <calx/calx.h>
#include <calx/scoped_session.h>
#include <calx/session_events.h>

#include <stdlib.h>

typedef struct calx_bench {
    bench_task task;
    calx_engine *engine;
    calx_sessionmaker *maker;
    calx_session *session;
    calx_scoped_session *scoped;
    entry_query *query;
    const struct entry *const *items; /* the query's */
    size_t item_count;
    struct entry *data; /* what is to be inserted */
    int64_t *keys;
    uint64_t sum;
    bool listens;
    uint64_t heard; /* events */
} calx_bench;

static void need(calx_status status, const calx_error *error)
{
    if (status != CALX_OK)
        bench_fail(calx_status_name(status), error != NULL ? error->message : "");
}

static void need_session(const calx_bench *bench, calx_status status)
{
    if (status != CALX_OK)
        need(status, calx_session_error(bench->session));
}

static void *calx_open(const bench_task *task)
{
    calx_session_options options = CALX_SESSION_OPTIONS_INIT;
    calx_error error = CALX_ERROR_INIT;
    calx_bench *bench = bench_memory(sizeof(*bench));
    *bench = (calx_bench){ .task = *task };
    need(calx_engine_new(task->url, NULL, &bench->engine, &error), &error);
    options.bind = bench->engine;
    need(calx_sessionmaker_new(&options, &bench->maker, &error), &error);
    need(calx_sessionmaker_session(bench->maker, &bench->session), NULL);
    return bench;
}

static void calx_close(void *state)
{
    calx_bench *bench = state;
    if (bench->listens && bench->heard == 0)
        bench_fail("listening", "nothing was heard");
    entry_query_free(bench->query);
    calx_scoped_session_free(bench->scoped);
    calx_session_free(bench->session);
    calx_sessionmaker_free(bench->maker);
    calx_engine_free(bench->engine);
    free(bench->data);
    free(bench->keys);
    free(bench);
}

static uint64_t answer_sum(void *state)
{
    return ((calx_bench *)state)->sum;
}

/* The first statement of a connection is not what is measured. */
static void warm_up(void *state)
{
    calx_bench *bench = state;
    calx_connection *connection = NULL;
    need_session(bench, calx_session_connection(bench->session, &connection));
    need_session(bench, calx_session_rollback(bench->session));
}

/* ---- flush ---- */

static void insert_setup(void *state)
{
    calx_bench *bench = state;
    bench->data = bench_entries(bench->task.count);
    warm_up(bench);
}

static void insert_work(void *state)
{
    calx_bench *bench = state;
    for (size_t i = 0; i < bench->task.count; i++) {
        struct entry *made = entry_new();
        if (made == NULL)
            bench_fail("entry_new", "no memory");
        made->name = bench->data[i].name;
        made->email = bench->data[i].email;
        made->amount = bench->data[i].amount;
        made->score = bench->data[i].score;
        need_session(bench, entry_add(bench->session, made));
    }
    need_session(bench, calx_session_commit(bench->session));
}

/* The database makes the keys, as for the others. */
static void bulk_setup(void *state)
{
    calx_bench *bench = state;
    insert_setup(bench);
    for (size_t i = 0; i < bench->task.count; i++)
        bench->data[i].id = 0;
}

static void bulk_work(void *state)
{
    calx_bench *bench = state;
    need_session(bench, entry_bulk_insert(bench->session, bench->data, bench->task.count));
    need_session(bench, calx_session_commit(bench->session));
}

static void load_first(calx_bench *bench, size_t count)
{
    bench->query = entry_query_new(bench->session);
    need_session(bench, entry_query_where(bench->query, calx_le(entry_col.id, (int64_t)count)));
    need_session(bench, entry_query_all(bench->query, &bench->items, &bench->item_count));
    if (bench->item_count != count)
        bench_fail("entry_query_all", "not as many rows as were filled in");
}

static void update_work(void *state)
{
    calx_bench *bench = state;
    load_first(bench, bench->task.count);
    for (size_t i = 0; i < bench->item_count; i++) {
        struct entry *changed = entry_edit(bench->items[i]);
        if (changed == NULL)
            bench_fail("entry_edit", "no memory");
        changed->score += 1;
    }
    need_session(bench, calx_session_commit(bench->session));
}

static void delete_setup(void *state)
{
    calx_bench *bench = state;
    load_first(bench, bench->task.count);
}

static void delete_work(void *state)
{
    calx_bench *bench = state;
    for (size_t i = 0; i < bench->item_count; i++)
        need_session(bench, entry_delete(bench->session, bench->items[i]));
    need_session(bench, calx_session_commit(bench->session));
}

/* ---- queries ---- */

static void load_work(void *state)
{
    calx_bench *bench = state;
    bench->query = entry_query_new(bench->session);
    need_session(bench, entry_query_all(bench->query, &bench->items, &bench->item_count));
}

static uint64_t load_check(void *state)
{
    calx_bench *bench = state;
    for (size_t i = 0; i < bench->item_count; i++)
        bench->sum += bench_digest(bench->items[i]);
    return bench->sum + bench->item_count;
}

static calx_status look_at(void *context, const struct entry *entry)
{
    calx_bench *bench = context;
    bench->sum += bench_touch(entry);
    return CALX_OK;
}

static void stream_work(void *state)
{
    calx_bench *bench = state;
    bench->query = entry_query_new(bench->session);
    need_session(bench, entry_query_each(bench->query, look_at, bench));
}

static void select_work(void *state)
{
    calx_bench *bench = state;
    for (size_t i = 0; i < bench->task.count; i++) {
        const struct entry *const *items = NULL;
        size_t count = 0;
        int64_t least = (int64_t)(bench_mix(i) % BENCH_AMOUNTS);
        entry_query *query = entry_query_new(bench->session);
        need_session(bench, entry_query_where(query, calx_ge(entry_col.amount, least)));
        need_session(bench, entry_query_order_by(query, calx_asc(entry_col.amount)));
        need_session(bench, entry_query_limit(query, BENCH_SELECT_LIMIT));
        need_session(bench, entry_query_all(query, &items, &count));
        for (size_t j = 0; j < count; j++)
            bench->sum += bench_touch(items[j]);
        entry_query_free(query);
    }
}

static void keys_setup(void *state)
{
    calx_bench *bench = state;
    bench->keys = bench_keys(bench->task.count, bench->task.rows);
    warm_up(bench);
}

static void get_work(void *state)
{
    calx_bench *bench = state;
    for (size_t i = 0; i < bench->task.count; i++) {
        calx_session *session = NULL;
        const struct entry *entry = NULL;
        need(calx_sessionmaker_session(bench->maker, &session), NULL);
        calx_status status = entry_get_one(session, bench->keys[i], &entry);
        if (status != CALX_OK)
            need(status, calx_session_error(session));
        bench->sum += bench_touch(entry);
        calx_session_free(session);
    }
}

/* People, and each one's addresses; the query says how those are loaded. */
static void visit_people(calx_bench *bench, person_query *query)
{
    const struct person *const *people = NULL;
    size_t count = 0;
    need_session(bench, person_query_all(query, &people, &count));
    for (size_t i = 0; i < count; i++) {
        const struct address *const *addresses = NULL;
        size_t address_count = 0;
        need_session(bench, person_addresses(people[i], &addresses, &address_count));
        for (size_t j = 0; j < address_count; j++)
            bench->sum += (uint64_t)addresses[j]->id + (unsigned char)addresses[j]->email[0];
        bench->sum += (unsigned char)people[i]->name[0];
    }
    person_query_free(query);
}

/* All of them by one statement; read through the struct's own members. */
static void joined_work(void *state)
{
    static const calx_relation addresses = { &person_mapper, 0 };
    calx_bench *bench = state;
    const struct person *const *people = NULL;
    size_t count = 0;
    person_query *query = person_query_new(bench->session);
    need_session(bench, person_query_order_by(query, calx_asc(person_col.id)));
    need_session(bench, calx_query_options((calx_query *)query, calx_joinedload(addresses)));
    need_session(bench, person_query_all(query, &people, &count));
    for (size_t i = 0; i < count; i++) {
        for (size_t j = 0; j < people[i]->addresses.count; j++) {
            const struct address *address = people[i]->addresses.items[j];
            bench->sum += (uint64_t)address->id + (unsigned char)address->email[0];
        }
        bench->sum += (unsigned char)people[i]->name[0];
    }
    person_query_free(query);
}

static void lazy_work(void *state)
{
    calx_bench *bench = state;
    visit_people(bench, person_query_new(bench->session));
}

static void selectin_work(void *state)
{
    calx_bench *bench = state;
    const calx_relation addresses = { &person_mapper, 0 };
    person_query *query = person_query_new(bench->session);
    need_session(bench, calx_query_options((calx_query *)query, calx_selectinload(addresses)));
    visit_people(bench, query);
}

/* ---- memory ---- */

static void hit_setup(void *state)
{
    calx_bench *bench = state;
    bench->keys = bench_keys(bench->task.count, bench->task.rows);
    load_first(bench, bench->task.rows);
}

static void hit_work(void *state)
{
    calx_bench *bench = state;
    for (size_t i = 0; i < bench->task.count; i++) {
        const struct entry *entry = NULL;
        need_session(bench, entry_get(bench->session, bench->keys[i], &entry));
        bench->sum += entry != NULL;
    }
}

static void look_work(void *state)
{
    calx_bench *bench = state;
    for (size_t i = 0; i < bench->task.count; i++) {
        const struct entry *entry = NULL;
        need_session(bench, entry_get(bench->session, bench->keys[i], &entry));
        bench->sum += (uint64_t)entry->amount;
    }
}

static void pool_work(void *state)
{
    calx_bench *bench = state;
    for (size_t i = 0; i < bench->task.count; i++) {
        calx_connection *connection = NULL;
        need(calx_engine_connect(bench->engine, &connection, NULL), NULL);
        calx_connection_close(connection);
        bench->sum++;
    }
}

static void scoped_setup(void *state)
{
    calx_bench *bench = state;
    need(calx_scoped_session_new(bench->maker, NULL, &bench->scoped, NULL), NULL);
    calx_session_free(bench->session);
    bench->session = NULL;
    calx_session *session = NULL;
    const struct entry *entry = NULL;
    need(calx_scoped_session_current(bench->scoped, &session), NULL);
    need(entry_get_one(session, 1, &entry), NULL);
}

static void scoped_work(void *state)
{
    calx_bench *bench = state;
    calx_value key = calx_value_int64(1);
    for (size_t i = 0; i < bench->task.count; i++) {
        const void *entry = NULL;
        need(calx_scoped_session_get(bench->scoped, &entry_mapper, &key, &entry), NULL);
        bench->sum += entry != NULL;
    }
}

/* The floor of a scoped call: the direct one, and one value read that is the thread's own. */
static void direct_setup(void *state)
{
    calx_bench *bench = state;
    const struct entry *entry = NULL;
    need_session(bench, entry_get_one(bench->session, 1, &entry));
}

static _Thread_local calx_session *volatile own_session;

static void direct_work(void *state)
{
    calx_bench *bench = state;
    calx_value key = calx_value_int64(1);
    own_session = bench->session;
    for (size_t i = 0; i < bench->task.count; i++) {
        const void *entry = NULL;
        need(calx_session_get(own_session, &entry_mapper, &key, &entry), NULL);
        bench->sum += entry != NULL;
    }
}

const bench_side bench_direct = {
    .name = "floor",
    .open = calx_open,
    .close = calx_close,
    .steps = { [BENCH_SCOPED] = { direct_setup, direct_work, answer_sum } },
};

const bench_side bench_calx = {
    .name = "calx",
    .open = calx_open,
    .close = calx_close,
    .steps = { [BENCH_INSERT] = { insert_setup, insert_work, NULL },
               [BENCH_BULK] = { bulk_setup, bulk_work, NULL },
               [BENCH_LOAD] = { warm_up, load_work, load_check },
               [BENCH_STREAM] = { warm_up, stream_work, answer_sum },
               [BENCH_GET] = { keys_setup, get_work, answer_sum },
               [BENCH_SELECT] = { warm_up, select_work, answer_sum },
               [BENCH_UPDATE] = { warm_up, update_work, NULL },
               [BENCH_DELETE] = { delete_setup, delete_work, NULL },
               [BENCH_LAZY] = { warm_up, lazy_work, answer_sum },
               [BENCH_JOINED] = { warm_up, joined_work, answer_sum },
               [BENCH_SELECTIN] = { warm_up, selectin_work, answer_sum },
               [BENCH_HIT] = { hit_setup, hit_work, answer_sum },
               [BENCH_LOOK] = { hit_setup, look_work, answer_sum },
               [BENCH_POOL] = { warm_up, pool_work, answer_sum },
               [BENCH_SCOPED] = { scoped_setup, scoped_work, answer_sum } },
};

/* ---- the same with a listener of what the case does ---- */

static calx_status count_event(void *context, calx_session_event_details *details)
{
    calx_bench *bench = context;
    (void)details;
    bench->heard++;
    return CALX_OK;
}

static void listen(calx_bench *bench, calx_session_event event)
{
    calx_session_listener listener = CALX_SESSION_LISTENER_INIT;
    listener.function = count_event;
    listener.context = bench;
    bench->listens = true;
    need_session(bench, calx_session_listen(bench->session, event, &listener));
    need(calx_sessionmaker_listen(bench->maker, event, &listener), NULL);
}

static void insert_heard(void *state)
{
    insert_setup(state);
    listen(state, CALX_SESSION_BEFORE_INSERT);
}

static void load_heard(void *state)
{
    warm_up(state);
    listen(state, CALX_SESSION_LOAD);
}

static void get_heard(void *state)
{
    keys_setup(state);
    listen(state, CALX_SESSION_DO_ORM_EXECUTE);
}

static void select_heard(void *state)
{
    warm_up(state);
    listen(state, CALX_SESSION_DO_ORM_EXECUTE);
}

static void update_heard(void *state)
{
    warm_up(state);
    listen(state, CALX_SESSION_BEFORE_UPDATE);
}

static void delete_heard(void *state)
{
    delete_setup(state);
    listen(state, CALX_SESSION_BEFORE_DELETE);
}

const bench_side bench_listening = {
    .name = "listening",
    .open = calx_open,
    .close = calx_close,
    .steps = { [BENCH_INSERT] = { insert_heard, insert_work, NULL },
               [BENCH_LOAD] = { load_heard, load_work, load_check },
               [BENCH_GET] = { get_heard, get_work, answer_sum },
               [BENCH_SELECT] = { select_heard, select_work, answer_sum },
               [BENCH_UPDATE] = { update_heard, update_work, NULL },
               [BENCH_DELETE] = { delete_heard, delete_work, NULL } },
};
