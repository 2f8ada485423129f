/*
 * The cases as they are written by hand with libpq: statements prepared once, parameters and
 * results in binary form, rows read into one block each. The floor sends what belongs together as
 * arrays and statements that can go together in a pipeline; the plain side sends one statement at
 * a time.
 */
#include "floor_postgresql.h"

#include <string.h>

#define ENTRY_COLUMNS "\"id\", \"name\", \"email\", \"amount\", \"score\""

/* ---- rows ---- */

static row_text text_of(const PGresult *result, int row, int column)
{
    row_text text = { NULL, 0 };
    if (!PQgetisnull(result, row, column)) {
        text.data = PQgetvalue(result, row, column);
        text.size = (size_t)PQgetlength(result, row, column);
    }
    return text;
}

static int64_t int64_of(const PGresult *result, int row, int column)
{
    return wire_int64(PQgetvalue(result, row, column));
}

static struct entry *read_entry(const PGresult *result, int row)
{
    struct entry *entry = row_new_entry(text_of(result, row, 1), text_of(result, row, 2));
    entry->id = int64_of(result, row, 0);
    entry->amount = int64_of(result, row, 3);
    entry->score = wire_double(PQgetvalue(result, row, 4));
    return entry;
}

/* Frees the result. */
static void read_list(entry_list *list, PGresult *result)
{
    int count = PQntuples(result);
    for (int row = 0; row < count; row++)
        entry_list_put(list, read_entry(result, row));
    PQclear(result);
}

static void load_first(pg_floor *floor, size_t count)
{
    pg_parameters parameters = { .count = 0 };
    pg_add_64(&parameters, count);
    pg_prepare(floor, "first", "SELECT " ENTRY_COLUMNS " FROM \"entries\" WHERE \"id\" <= $1");
    read_list(&floor->list, pg_execute(floor, "first", &parameters));
}

/* ---- inserting ---- */

static void insert_setup(void *state)
{
    pg_floor *floor = state;
    floor->data = bench_entries(floor->task.count);
}

/* The entries as the four parameters of PG_INSERT_ARRAYS. */
static void put_arrays(pg_floor *floor, const struct entry *entries, size_t count,
                       pg_parameters *parameters)
{
    wire_array *arrays = floor->arrays;
    for (size_t i = 0; i < PG_PARAMETERS; i++)
        wire_array_start(&arrays[i]);
    for (size_t i = 0; i < count; i++) {
        wire_array_put_text(&arrays[0], entries[i].name);
        wire_array_put_text(&arrays[1], entries[i].email);
        wire_array_put_64(&arrays[2], (uint64_t)entries[i].amount);
        wire_array_put_64(&arrays[3], wire_bits(entries[i].score));
    }
    pg_add_array(parameters, &arrays[0], WIRE_TEXT);
    pg_add_array(parameters, &arrays[1], WIRE_TEXT);
    pg_add_array(parameters, &arrays[2], WIRE_INT8);
    pg_add_array(parameters, &arrays[3], WIRE_FLOAT8);
}

static void insert_batch(pg_floor *floor, struct entry *entries, size_t count)
{
    pg_parameters parameters = { .count = 0 };
    put_arrays(floor, entries, count, &parameters);
    PGresult *result = pg_execute(floor, "insert", &parameters);
    for (size_t i = 0; i < count; i++)
        entries[i].id = int64_of(result, (int)i, 0);
    PQclear(result);
}

void pg_insert_arrays(pg_floor *floor, struct entry *entries, size_t count)
{
    for (size_t at = 0; at < count; at += PG_BATCH)
        insert_batch(floor, entries + at, count - at < PG_BATCH ? count - at : PG_BATCH);
}

static void insert_work(void *state)
{
    pg_floor *floor = state;
    pg_execute_plain(floor, "begin", NULL);
    pg_prepare(floor, "insert", PG_INSERT_ARRAYS " RETURNING id");
    pg_insert_arrays(floor, floor->data, floor->task.count);
    pg_execute_plain(floor, "commit", NULL);
}

/* Nobody wants the keys here. */
static void bulk_arrays(void *state)
{
    pg_floor *floor = state;
    pg_execute_plain(floor, "begin", NULL);
    pg_prepare(floor, "insert", PG_INSERT_ARRAYS);
    for (size_t at = 0; at < floor->task.count; at += PG_BATCH) {
        size_t left = floor->task.count - at;
        pg_parameters parameters = { .count = 0 };
        put_arrays(floor, floor->data + at, left < PG_BATCH ? left : PG_BATCH, &parameters);
        pg_execute_plain(floor, "insert", &parameters);
    }
    pg_execute_plain(floor, "commit", NULL);
}

static void insert_plain(void *state)
{
    pg_floor *floor = state;
    pg_execute_plain(floor, "begin", NULL);
    pg_prepare(floor, "insert",
               "INSERT INTO \"entries\" (\"name\", \"email\", \"amount\", \"score\") "
               "VALUES ($1, $2, $3, $4) RETURNING \"id\"");
    for (size_t i = 0; i < floor->task.count; i++) {
        struct entry *entry = &floor->data[i];
        pg_parameters parameters = { .count = 0 };
        pg_add_text(&parameters, entry->name);
        pg_add_text(&parameters, entry->email);
        pg_add_64(&parameters, (uint64_t)entry->amount);
        pg_add_64(&parameters, wire_bits(entry->score));
        PGresult *result = pg_execute(floor, "insert", &parameters);
        entry->id = int64_of(result, 0, 0);
        PQclear(result);
    }
    pg_execute_plain(floor, "commit", NULL);
}

/* ---- updating and deleting ---- */

static void start_update(pg_floor *floor)
{
    pg_execute_plain(floor, "begin", NULL);
    load_first(floor, floor->task.count);
    for (size_t i = 0; i < floor->list.count; i++)
        floor->list.items[i]->score += 1;
}

static void update_work(void *state)
{
    pg_floor *floor = state;
    wire_array *arrays = floor->arrays;
    start_update(floor);
    pg_prepare(floor, "update",
               "UPDATE entries SET score = given.score "
               "FROM unnest($1::float8[], $2::bigint[]) AS given(score, id) "
               "WHERE entries.id = given.id");
    for (size_t i = 0; i < floor->list.count;) {
        pg_parameters parameters = { .count = 0 };
        wire_array_start(&arrays[0]);
        wire_array_start(&arrays[1]);
        for (size_t end = i + PG_BATCH; i < end && i < floor->list.count; i++) {
            wire_array_put_64(&arrays[0], wire_bits(floor->list.items[i]->score));
            wire_array_put_64(&arrays[1], (uint64_t)floor->list.items[i]->id);
        }
        pg_add_array(&parameters, &arrays[0], WIRE_FLOAT8);
        pg_add_array(&parameters, &arrays[1], WIRE_INT8);
        pg_execute_plain(floor, "update", &parameters);
    }
    pg_execute_plain(floor, "commit", NULL);
}

static void update_plain(void *state)
{
    pg_floor *floor = state;
    start_update(floor);
    pg_prepare(floor, "update", "UPDATE \"entries\" SET \"score\" = $1 WHERE \"id\" = $2");
    for (size_t i = 0; i < floor->list.count; i++) {
        pg_parameters parameters = { .count = 0 };
        pg_add_64(&parameters, wire_bits(floor->list.items[i]->score));
        pg_add_64(&parameters, (uint64_t)floor->list.items[i]->id);
        pg_execute_plain(floor, "update", &parameters);
    }
    pg_execute_plain(floor, "commit", NULL);
}

static void delete_setup(void *state)
{
    pg_floor *floor = state;
    pg_execute_plain(floor, "begin", NULL);
    load_first(floor, floor->task.count);
}

static void delete_work(void *state)
{
    pg_floor *floor = state;
    wire_array *array = &floor->arrays[0];
    pg_prepare(floor, "delete", "DELETE FROM entries WHERE id = ANY ($1::bigint[])");
    for (size_t i = 0; i < floor->list.count;) {
        pg_parameters parameters = { .count = 0 };
        wire_array_start(array);
        for (size_t end = i + PG_BATCH; i < end && i < floor->list.count; i++)
            wire_array_put_64(array, (uint64_t)floor->list.items[i]->id);
        pg_add_array(&parameters, array, WIRE_INT8);
        pg_execute_plain(floor, "delete", &parameters);
    }
    pg_execute_plain(floor, "commit", NULL);
}

static void delete_plain(void *state)
{
    pg_floor *floor = state;
    pg_prepare(floor, "delete", "DELETE FROM \"entries\" WHERE \"id\" = $1");
    for (size_t i = 0; i < floor->list.count; i++) {
        pg_parameters parameters = { .count = 0 };
        pg_add_64(&parameters, (uint64_t)floor->list.items[i]->id);
        pg_execute_plain(floor, "delete", &parameters);
    }
    pg_execute_plain(floor, "commit", NULL);
}

/* ---- reading ---- */

void pg_load(void *state)
{
    pg_floor *floor = state;
    pg_execute_plain(floor, "begin", NULL);
    pg_prepare(floor, "load", "SELECT " ENTRY_COLUMNS " FROM \"entries\"");
    read_list(&floor->list, pg_execute(floor, "load", NULL));
}

uint64_t pg_load_check(void *state)
{
    pg_floor *floor = state;
    for (size_t i = 0; i < floor->list.count; i++)
        floor->sum += bench_digest(floor->list.items[i]);
    return floor->sum + floor->list.count;
}

static uint64_t answer_sum(void *state)
{
    return ((pg_floor *)state)->sum;
}

/* Texts are not ended by NUL there, and bench_touch() does not need it. */
static void touch_row(pg_floor *floor, const PGresult *result, int row)
{
    row_text name = text_of(result, row, 1);
    row_text email = text_of(result, row, 2);
    struct entry entry = { .id = int64_of(result, row, 0),
                           .name = name.data,
                           .email = email.data,
                           .amount = int64_of(result, row, 3),
                           .score = wire_double(PQgetvalue(result, row, 4)) };
    floor->sum += bench_touch(&entry);
}

static void stream_work(void *state)
{
    pg_floor *floor = state;
    int count = 1;
    pg_execute_plain(floor, "begin", NULL);
    pg_run(floor, "DECLARE all_entries BINARY NO SCROLL CURSOR FOR SELECT " ENTRY_COLUMNS
                  " FROM \"entries\"");
    pg_prepare(floor, "fetch", "FETCH 1000 FROM all_entries");
    while (count > 0) {
        PGresult *result = pg_execute(floor, "fetch", NULL);
        count = PQntuples(result);
        for (int row = 0; row < count; row++)
            touch_row(floor, result, row);
        PQclear(result);
    }
}

/* Rows are taken off the line one by one. */
static void stream_plain(void *state)
{
    pg_floor *floor = state;
    PGresult *result = NULL;
    pg_execute_plain(floor, "begin", NULL);
    pg_prepare(floor, "load", "SELECT " ENTRY_COLUMNS " FROM \"entries\"");
    if (!PQsendQueryPrepared(floor->conn, "load", 0, NULL, NULL, NULL, 1) ||
        !PQsetSingleRowMode(floor->conn))
        bench_fail("libpq", PQerrorMessage(floor->conn));
    while ((result = PQgetResult(floor->conn)) != NULL) {
        if (PQresultStatus(result) == PGRES_SINGLE_TUPLE)
            touch_row(floor, result, 0);
        else
            result = pg_need(floor, result, PGRES_TUPLES_OK);
        PQclear(result);
    }
}

static void get_setup(void *state)
{
    pg_floor *floor = state;
    floor->keys = bench_keys(floor->task.count, floor->task.rows);
    pg_prepare(floor, "get", "SELECT " ENTRY_COLUMNS " FROM \"entries\" WHERE \"id\" = $1");
}

static void take_entry(pg_floor *floor, PGresult *result)
{
    struct entry *entry = read_entry(result, 0);
    floor->sum += bench_touch(entry);
    free(entry);
    PQclear(result);
}

/* One result of a pipeline and the NULL behind it. */
static PGresult *pipeline_result(const pg_floor *floor, ExecStatusType expected)
{
    PGresult *result = pg_need(floor, PQgetResult(floor->conn), expected);
    if (PQgetResult(floor->conn) != NULL)
        bench_fail("libpq", "more than one result");
    return result;
}

/* A transaction each, as a fresh session has: the begin and the query go together. */
static void get_one(pg_floor *floor, const pg_parameters *key)
{
    static const int binary[] = { 1 };
    PGconn *conn = floor->conn;
    if (!PQsendQueryPrepared(conn, "begin", 0, NULL, NULL, NULL, 1) ||
        !PQsendQueryPrepared(conn, "get", 1, key->values, key->sizes, binary, 1) ||
        !PQpipelineSync(conn))
        bench_fail("libpq", PQerrorMessage(conn));
    PQclear(pipeline_result(floor, PGRES_COMMAND_OK));
    take_entry(floor, pipeline_result(floor, PGRES_TUPLES_OK));
    PQclear(pg_need(floor, PQgetResult(conn), PGRES_PIPELINE_SYNC));
    if (!PQsendQueryPrepared(conn, "rollback", 0, NULL, NULL, NULL, 1) || !PQpipelineSync(conn))
        bench_fail("libpq", PQerrorMessage(conn));
    PQclear(pipeline_result(floor, PGRES_COMMAND_OK));
    PQclear(pg_need(floor, PQgetResult(conn), PGRES_PIPELINE_SYNC));
}

static void get_work(void *state)
{
    pg_floor *floor = state;
    PQenterPipelineMode(floor->conn);
    for (size_t i = 0; i < floor->task.count; i++) {
        pg_parameters parameters = { .count = 0 };
        pg_add_64(&parameters, (uint64_t)floor->keys[i]);
        get_one(floor, &parameters);
    }
    PQexitPipelineMode(floor->conn);
}

static void get_plain(void *state)
{
    pg_floor *floor = state;
    for (size_t i = 0; i < floor->task.count; i++) {
        pg_parameters parameters = { .count = 0 };
        pg_add_64(&parameters, (uint64_t)floor->keys[i]);
        pg_execute_plain(floor, "begin", NULL);
        take_entry(floor, pg_execute(floor, "get", &parameters));
        pg_execute_plain(floor, "rollback", NULL);
    }
}

static void select_work(void *state)
{
    pg_floor *floor = state;
    pg_execute_plain(floor, "begin", NULL);
    pg_prepare(floor, "select",
               "SELECT " ENTRY_COLUMNS " FROM \"entries\" WHERE \"amount\" >= $1 "
               "ORDER BY \"amount\" LIMIT $2");
    for (size_t i = 0; i < floor->task.count; i++) {
        entry_list list = { NULL, 0, 0 };
        pg_parameters parameters = { .count = 0 };
        pg_add_64(&parameters, bench_mix(i) % BENCH_AMOUNTS);
        pg_add_64(&parameters, BENCH_SELECT_LIMIT);
        read_list(&list, pg_execute(floor, "select", &parameters));
        for (size_t j = 0; j < list.count; j++)
            floor->sum += bench_touch(list.items[j]);
        entry_list_clear(&list);
    }
}

static void kept_work(void *state)
{
    pg_floor *floor = state;
    pg_execute_plain(floor, "begin", NULL);
    pg_prepare(floor, "kept",
               "SELECT " ENTRY_COLUMNS " FROM \"entries\" WHERE \"amount\" >= $1 "
               "ORDER BY \"amount\" LIMIT 10");
    for (size_t i = 0; i < floor->task.count; i++) {
        pg_parameters parameters = { .count = 0 };
        pg_add_64(&parameters, bench_mix(i) % BENCH_AMOUNTS);
        PGresult *result = pg_execute(floor, "kept", &parameters);
        int count = PQntuples(result);
        for (int row = 0; row < count; row++)
            touch_row(floor, result, row);
        PQclear(result);
    }
}

static void lazy_person(pg_floor *floor, struct person *person)
{
    pg_parameters parameters = { .count = 0 };
    pg_add_64(&parameters, (uint64_t)person->id);
    PGresult *result = pg_execute(floor, "addresses", &parameters);
    int count = PQntuples(result);
    struct address **addresses = bench_memory((size_t)count * sizeof(struct address *));
    for (int i = 0; i < count; i++) {
        addresses[i] =
            row_new_address(int64_of(result, i, 0), int64_of(result, i, 2), text_of(result, i, 1));
        floor->sum += (uint64_t)addresses[i]->id + (unsigned char)addresses[i]->email[0];
    }
    PQclear(result);
    floor->sum += (unsigned char)person->name[0];
    for (int i = 0; i < count; i++)
        free(addresses[i]);
    free(addresses);
}

static void lazy_work(void *state)
{
    pg_floor *floor = state;
    pg_execute_plain(floor, "begin", NULL);
    pg_prepare(floor, "people", "SELECT \"id\", \"name\" FROM \"people\"");
    pg_prepare(floor, "addresses",
               "SELECT \"id\", \"email\", \"person_id\" FROM \"addresses\" "
               "WHERE \"person_id\" = $1");
    PGresult *result = pg_execute(floor, "people", NULL);
    for (int i = 0; i < PQntuples(result); i++) {
        struct person *person = row_new_person(int64_of(result, i, 0), text_of(result, i, 1));
        lazy_person(floor, person);
        free(person);
    }
    PQclear(result);
}

/* A person is read once, with the first of the rows that have it. */
static void joined_work(void *state)
{
    pg_floor *floor = state;
    struct person *person = NULL;
    pg_execute_plain(floor, "begin", NULL);
    pg_prepare(floor, "joined", ROW_JOINED);
    PGresult *result = pg_execute(floor, "joined", NULL);
    for (int i = 0; i < PQntuples(result); i++) {
        int64_t id = int64_of(result, i, 0);
        if (person == NULL || person->id != id)
            person = people_list_put(&floor->people, row_new_person(id, text_of(result, i, 1)));
        if (!PQgetisnull(result, i, 2))
            person_put(person, row_new_address(int64_of(result, i, 2), int64_of(result, i, 4),
                                               text_of(result, i, 3)));
    }
    PQclear(result);
    floor->sum += people_list_sum(&floor->people);
}

/* The addresses of some people by their keys, in the order of the people. */
static void selectin_portion(pg_floor *floor, size_t first, size_t count)
{
    pg_parameters parameters = { .count = 0 };
    wire_array_start(&floor->arrays[0]);
    for (size_t i = 0; i < count; i++)
        wire_array_put_64(&floor->arrays[0], (uint64_t)floor->people.items[first + i]->id);
    pg_add_array(&parameters, &floor->arrays[0], WIRE_INT8);
    PGresult *result = pg_execute(floor, "addresses", &parameters);
    for (int i = 0; i < PQntuples(result); i++) {
        struct address *address =
            row_new_address(int64_of(result, i, 0), int64_of(result, i, 2), text_of(result, i, 1));
        person_put(people_list_seek(&floor->people, &first, address->person_id), address);
    }
    PQclear(result);
}

static void selectin_work(void *state)
{
    pg_floor *floor = state;
    people_list *list = &floor->people;
    pg_execute_plain(floor, "begin", NULL);
    pg_prepare(floor, "people", "SELECT \"id\", \"name\" FROM \"people\"");
    pg_prepare(floor, "addresses",
               "SELECT \"id\", \"email\", \"person_id\" FROM \"addresses\" "
               "WHERE \"person_id\" = ANY ($1::bigint[]) ORDER BY \"person_id\", \"id\"");
    PGresult *result = pg_execute(floor, "people", NULL);
    for (int i = 0; i < PQntuples(result); i++)
        people_list_put(list, row_new_person(int64_of(result, i, 0), text_of(result, i, 1)));
    PQclear(result);
    for (size_t i = 0; i < list->count; i += BENCH_KEYS)
        selectin_portion(floor, i, list->count - i < BENCH_KEYS ? list->count - i : BENCH_KEYS);
    floor->sum += people_list_sum(list);
}

const bench_side bench_floor_postgresql = {
    .name = "floor",
    .database = "postgresql",
    .open = pg_open,
    .close = pg_close,
    .steps = { [BENCH_INSERT] = { insert_setup, insert_work, NULL },
               [BENCH_BULK] = { insert_setup, pg_copy_entries, NULL },
               [BENCH_LOAD] = { NULL, pg_load, pg_load_check },
               [BENCH_STREAM] = { NULL, stream_work, answer_sum },
               [BENCH_GET] = { get_setup, get_work, answer_sum },
               [BENCH_SELECT] = { NULL, select_work, answer_sum },
               [BENCH_KEPT] = { NULL, kept_work, answer_sum },
               [BENCH_UPDATE] = { NULL, update_work, NULL },
               [BENCH_DELETE] = { delete_setup, delete_work, NULL },
               [BENCH_LAZY] = { NULL, lazy_work, answer_sum },
               [BENCH_JOINED] = { NULL, joined_work, answer_sum },
               [BENCH_SELECTIN] = { NULL, selectin_work, answer_sum } },
};

const bench_side bench_plain_postgresql = {
    .name = "plain",
    .database = "postgresql",
    .open = pg_open,
    .close = pg_close,
    .steps = { [BENCH_INSERT] = { insert_setup, insert_plain, NULL },
               [BENCH_BULK] = { insert_setup, bulk_arrays, NULL },
               [BENCH_STREAM] = { NULL, stream_plain, answer_sum },
               [BENCH_GET] = { get_setup, get_plain, answer_sum },
               [BENCH_UPDATE] = { NULL, update_plain, NULL },
               [BENCH_DELETE] = { delete_setup, delete_plain, NULL } },
};
