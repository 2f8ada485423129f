/*
 * The cases as they are written by hand with sqlite3: statements prepared once, rows read into one
 * block each, the SQL, settings and transactions those of Calx.
 */
#include "bench.h"
#include "data.h"
#include "rows.h"

#include <sqlite3.h>
#include <stdio.h>
#include <string.h>

typedef struct sqlite_floor {
    bench_task task;
    sqlite3 *db;
    sqlite3_stmt *begin, *commit, *rollback;
    struct entry *data; /* what is to be inserted */
    int64_t *keys;
    entry_list list;
    people_list people;
    uint64_t sum;
} sqlite_floor;

static void need(const sqlite_floor *floor, int code, int expected)
{
    if (code != expected)
        bench_fail("sqlite3", sqlite3_errmsg(floor->db));
}

static void run(const sqlite_floor *floor, const char *sql)
{
    need(floor, sqlite3_exec(floor->db, sql, NULL, NULL, NULL), SQLITE_OK);
}

static sqlite3_stmt *prepare(const sqlite_floor *floor, const char *sql)
{
    sqlite3_stmt *statement = NULL;
    need(floor, sqlite3_prepare_v3(floor->db, sql, -1, SQLITE_PREPARE_PERSISTENT, &statement, NULL),
         SQLITE_OK);
    return statement;
}

/* Runs a statement without rows and makes it ready for the next time. */
static void step(const sqlite_floor *floor, sqlite3_stmt *statement)
{
    need(floor, sqlite3_step(statement), SQLITE_DONE);
    sqlite3_reset(statement);
}

static void *sqlite_open(const bench_task *task)
{
    sqlite_floor *floor = bench_memory(sizeof(*floor));
    *floor = (sqlite_floor){ .task = *task };
    int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX;
    need(floor, sqlite3_open_v2(task->database, &floor->db, flags, NULL), SQLITE_OK);
    run(floor, "PRAGMA foreign_keys=ON");
    run(floor, "SELECT count(*) FROM sqlite_master");
    floor->begin = prepare(floor, "BEGIN");
    floor->commit = prepare(floor, "COMMIT");
    floor->rollback = prepare(floor, "ROLLBACK");
    return floor;
}

static void sqlite_close(void *state)
{
    sqlite_floor *floor = state;
    sqlite3_finalize(floor->begin);
    sqlite3_finalize(floor->commit);
    sqlite3_finalize(floor->rollback);
    need(floor, sqlite3_close(floor->db), SQLITE_OK);
    entry_list_clear(&floor->list);
    people_list_clear(&floor->people);
    free(floor->data);
    free(floor->keys);
    free(floor);
}

static uint64_t answer_sum(void *state)
{
    return ((sqlite_floor *)state)->sum;
}

/* ---- rows ---- */

#define ENTRY_COLUMNS "\"id\", \"name\", \"email\", \"amount\", \"score\""

static row_text text_of(sqlite3_stmt *statement, int column)
{
    row_text text = { (const char *)sqlite3_column_text(statement, column), 0 };
    if (text.data != NULL)
        text.size = (size_t)sqlite3_column_bytes(statement, column);
    return text;
}

static struct entry *read_entry(sqlite3_stmt *statement)
{
    struct entry *entry = row_new_entry(text_of(statement, 1), text_of(statement, 2));
    entry->id = sqlite3_column_int64(statement, 0);
    entry->amount = sqlite3_column_int64(statement, 3);
    entry->score = sqlite3_column_double(statement, 4);
    return entry;
}

static void read_list(const sqlite_floor *floor, sqlite3_stmt *statement, entry_list *list)
{
    int code = SQLITE_ROW;
    while ((code = sqlite3_step(statement)) == SQLITE_ROW)
        entry_list_put(list, read_entry(statement));
    need(floor, code, SQLITE_DONE);
    sqlite3_reset(statement);
}

static void load_first(sqlite_floor *floor, size_t count)
{
    sqlite3_stmt *statement =
        prepare(floor, "SELECT " ENTRY_COLUMNS " FROM \"entries\" WHERE \"id\" <= ?");
    sqlite3_bind_int64(statement, 1, (sqlite3_int64)count);
    read_list(floor, statement, &floor->list);
    sqlite3_finalize(statement);
}

static void bind_text(sqlite3_stmt *statement, int column, const char *text)
{
    if (text != NULL)
        sqlite3_bind_text(statement, column, text, (int)strlen(text), SQLITE_STATIC);
    else
        sqlite3_bind_null(statement, column);
}

/* ---- the cases ---- */

static void insert_setup(void *state)
{
    sqlite_floor *floor = state;
    floor->data = bench_entries(floor->task.count);
}

static void insert_rows(sqlite_floor *floor, bool keys)
{
    step(floor, floor->begin);
    sqlite3_stmt *statement =
        prepare(floor, "INSERT INTO \"entries\" (\"name\", \"email\", \"amount\", \"score\") "
                       "VALUES (?, ?, ?, ?)");
    for (size_t i = 0; i < floor->task.count; i++) {
        struct entry *entry = &floor->data[i];
        bind_text(statement, 1, entry->name);
        bind_text(statement, 2, entry->email);
        sqlite3_bind_int64(statement, 3, entry->amount);
        sqlite3_bind_double(statement, 4, entry->score);
        step(floor, statement);
        if (keys)
            entry->id = sqlite3_last_insert_rowid(floor->db);
    }
    sqlite3_finalize(statement);
    step(floor, floor->commit);
}

static void insert_work(void *state)
{
    insert_rows(state, true);
}

static void bulk_work(void *state)
{
    insert_rows(state, false);
}

static void load_work(void *state)
{
    sqlite_floor *floor = state;
    step(floor, floor->begin);
    sqlite3_stmt *statement = prepare(floor, "SELECT " ENTRY_COLUMNS " FROM \"entries\"");
    read_list(floor, statement, &floor->list);
    sqlite3_finalize(statement);
}

static uint64_t load_check(void *state)
{
    sqlite_floor *floor = state;
    for (size_t i = 0; i < floor->list.count; i++)
        floor->sum += bench_digest(floor->list.items[i]);
    return floor->sum + floor->list.count;
}

/* Rows are looked at where the database has them: nothing is kept, so nothing is copied. */
static void touch_rows(sqlite_floor *floor, sqlite3_stmt *statement)
{
    int code = SQLITE_ROW;
    while ((code = sqlite3_step(statement)) == SQLITE_ROW) {
        struct entry entry = { .id = sqlite3_column_int64(statement, 0),
                               .name = (const char *)sqlite3_column_text(statement, 1),
                               .email = (const char *)sqlite3_column_text(statement, 2),
                               .amount = sqlite3_column_int64(statement, 3),
                               .score = sqlite3_column_double(statement, 4) };
        floor->sum += bench_touch(&entry);
    }
    need(floor, code, SQLITE_DONE);
}

static void stream_work(void *state)
{
    sqlite_floor *floor = state;
    step(floor, floor->begin);
    sqlite3_stmt *statement = prepare(floor, "SELECT " ENTRY_COLUMNS " FROM \"entries\"");
    touch_rows(floor, statement);
    sqlite3_finalize(statement);
}

static void keys_setup(void *state)
{
    sqlite_floor *floor = state;
    floor->keys = bench_keys(floor->task.count, floor->task.rows);
}

/* A transaction each, as a fresh session has. */
static void get_work(void *state)
{
    sqlite_floor *floor = state;
    sqlite3_stmt *statement =
        prepare(floor, "SELECT " ENTRY_COLUMNS " FROM \"entries\" WHERE \"id\" = ?");
    for (size_t i = 0; i < floor->task.count; i++) {
        step(floor, floor->begin);
        sqlite3_bind_int64(statement, 1, floor->keys[i]);
        need(floor, sqlite3_step(statement), SQLITE_ROW);
        struct entry *entry = read_entry(statement);
        sqlite3_reset(statement);
        floor->sum += bench_touch(entry);
        free(entry);
        step(floor, floor->rollback);
    }
    sqlite3_finalize(statement);
}

static void select_work(void *state)
{
    sqlite_floor *floor = state;
    step(floor, floor->begin);
    sqlite3_stmt *statement =
        prepare(floor, "SELECT " ENTRY_COLUMNS " FROM \"entries\" WHERE \"amount\" >= ? "
                       "ORDER BY \"amount\" LIMIT ?");
    for (size_t i = 0; i < floor->task.count; i++) {
        entry_list list = { NULL, 0, 0 };
        sqlite3_bind_int64(statement, 1, (sqlite3_int64)(bench_mix(i) % BENCH_AMOUNTS));
        sqlite3_bind_int64(statement, 2, BENCH_SELECT_LIMIT);
        read_list(floor, statement, &list);
        for (size_t j = 0; j < list.count; j++)
            floor->sum += bench_touch(list.items[j]);
        entry_list_clear(&list);
    }
    sqlite3_finalize(statement);
}

static void kept_work(void *state)
{
    sqlite_floor *floor = state;
    step(floor, floor->begin);
    sqlite3_stmt *statement =
        prepare(floor, "SELECT " ENTRY_COLUMNS " FROM \"entries\" WHERE \"amount\" >= ? "
                       "ORDER BY \"amount\" LIMIT 10");
    for (size_t i = 0; i < floor->task.count; i++) {
        sqlite3_bind_int64(statement, 1, (sqlite3_int64)(bench_mix(i) % BENCH_AMOUNTS));
        touch_rows(floor, statement);
        sqlite3_reset(statement);
    }
    sqlite3_finalize(statement);
}

static void update_work(void *state)
{
    sqlite_floor *floor = state;
    step(floor, floor->begin);
    load_first(floor, floor->task.count);
    sqlite3_stmt *statement =
        prepare(floor, "UPDATE \"entries\" SET \"score\" = ? WHERE \"id\" = ?");
    for (size_t i = 0; i < floor->list.count; i++) {
        struct entry *entry = floor->list.items[i];
        entry->score += 1;
        sqlite3_bind_double(statement, 1, entry->score);
        sqlite3_bind_int64(statement, 2, entry->id);
        step(floor, statement);
    }
    sqlite3_finalize(statement);
    step(floor, floor->commit);
}

static void delete_setup(void *state)
{
    sqlite_floor *floor = state;
    step(floor, floor->begin);
    load_first(floor, floor->task.count);
}

static void delete_work(void *state)
{
    sqlite_floor *floor = state;
    sqlite3_stmt *statement = prepare(floor, "DELETE FROM \"entries\" WHERE \"id\" = ?");
    for (size_t i = 0; i < floor->list.count; i++) {
        sqlite3_bind_int64(statement, 1, floor->list.items[i]->id);
        step(floor, statement);
    }
    sqlite3_finalize(statement);
    step(floor, floor->commit);
}

static void lazy_person(sqlite_floor *floor, sqlite3_stmt *statement, struct person *person)
{
    int code = SQLITE_ROW;
    struct address **addresses = NULL;
    size_t count = 0;
    sqlite3_bind_int64(statement, 1, person->id);
    while ((code = sqlite3_step(statement)) == SQLITE_ROW) {
        if ((count & (count + 1)) == 0)
            addresses = realloc(addresses, (count * 2 + 1) * sizeof(struct address *));
        if (addresses == NULL)
            bench_fail("realloc", "no memory");
        addresses[count] =
            row_new_address(sqlite3_column_int64(statement, 0), sqlite3_column_int64(statement, 2),
                            text_of(statement, 1));
        floor->sum += (uint64_t)addresses[count]->id + (unsigned char)addresses[count]->email[0];
        count++;
    }
    need(floor, code, SQLITE_DONE);
    sqlite3_reset(statement);
    floor->sum += (unsigned char)person->name[0];
    for (size_t i = 0; i < count; i++)
        free(addresses[i]);
    free(addresses);
}

static void lazy_work(void *state)
{
    sqlite_floor *floor = state;
    int code = SQLITE_ROW;
    step(floor, floor->begin);
    sqlite3_stmt *people = prepare(floor, "SELECT \"id\", \"name\" FROM \"people\"");
    sqlite3_stmt *addresses = prepare(floor, "SELECT \"id\", \"email\", \"person_id\" FROM "
                                             "\"addresses\" WHERE \"person_id\" = ?");
    while ((code = sqlite3_step(people)) == SQLITE_ROW) {
        struct person *person = row_new_person(sqlite3_column_int64(people, 0), text_of(people, 1));
        lazy_person(floor, addresses, person);
        free(person);
    }
    need(floor, code, SQLITE_DONE);
    sqlite3_finalize(people);
    sqlite3_finalize(addresses);
}

/* A person is read once, with the first of the rows that have it. */
static void joined_work(void *state)
{
    sqlite_floor *floor = state;
    struct person *person = NULL;
    int code = SQLITE_ROW;
    step(floor, floor->begin);
    sqlite3_stmt *rows = prepare(floor, ROW_JOINED);
    while ((code = sqlite3_step(rows)) == SQLITE_ROW) {
        int64_t id = sqlite3_column_int64(rows, 0);
        if (person == NULL || person->id != id)
            person = people_list_put(&floor->people, row_new_person(id, text_of(rows, 1)));
        if (sqlite3_column_type(rows, 2) != SQLITE_NULL)
            person_put(person, row_new_address(sqlite3_column_int64(rows, 2),
                                               sqlite3_column_int64(rows, 4), text_of(rows, 3)));
    }
    need(floor, code, SQLITE_DONE);
    sqlite3_finalize(rows);
    floor->sum += people_list_sum(&floor->people);
}

/* The addresses of some people by their keys, in the order of the people. */
static void selectin_portion(sqlite_floor *floor, size_t first, size_t count)
{
    static const char start[] = "SELECT \"id\", \"email\", \"person_id\" FROM \"addresses\" WHERE "
                                "\"person_id\" IN (?";
    static const char end[] = ") ORDER BY \"person_id\", \"id\"";
    char *sql = bench_memory(sizeof(start) + sizeof(end) + count * 3);
    char *at = sql + sprintf(sql, "%s", start);
    for (size_t i = 1; i < count; i++)
        at += sprintf(at, ", ?");
    sprintf(at, "%s", end);
    sqlite3_stmt *statement = prepare(floor, sql);
    int code = SQLITE_ROW;
    for (size_t i = 0; i < count; i++)
        sqlite3_bind_int64(statement, (int)i + 1, floor->people.items[first + i]->id);
    while ((code = sqlite3_step(statement)) == SQLITE_ROW) {
        struct address *address =
            row_new_address(sqlite3_column_int64(statement, 0), sqlite3_column_int64(statement, 2),
                            text_of(statement, 1));
        person_put(people_list_seek(&floor->people, &first, address->person_id), address);
    }
    need(floor, code, SQLITE_DONE);
    sqlite3_finalize(statement);
    free(sql);
}

static void selectin_work(void *state)
{
    sqlite_floor *floor = state;
    people_list *list = &floor->people;
    int code = SQLITE_ROW;
    step(floor, floor->begin);
    sqlite3_stmt *people = prepare(floor, "SELECT \"id\", \"name\" FROM \"people\"");
    while ((code = sqlite3_step(people)) == SQLITE_ROW)
        people_list_put(list, row_new_person(sqlite3_column_int64(people, 0), text_of(people, 1)));
    need(floor, code, SQLITE_DONE);
    sqlite3_finalize(people);
    for (size_t i = 0; i < list->count; i += BENCH_KEYS)
        selectin_portion(floor, i, list->count - i < BENCH_KEYS ? list->count - i : BENCH_KEYS);
    floor->sum += people_list_sum(list);
}

const bench_side bench_floor_sqlite = {
    .name = "floor",
    .database = "sqlite",
    .open = sqlite_open,
    .close = sqlite_close,
    .steps = { [BENCH_INSERT] = { insert_setup, insert_work, NULL },
               [BENCH_BULK] = { insert_setup, bulk_work, NULL },
               [BENCH_LOAD] = { NULL, load_work, load_check },
               [BENCH_STREAM] = { NULL, stream_work, answer_sum },
               [BENCH_GET] = { keys_setup, get_work, answer_sum },
               [BENCH_SELECT] = { NULL, select_work, answer_sum },
               [BENCH_KEPT] = { NULL, kept_work, answer_sum },
               [BENCH_UPDATE] = { NULL, update_work, NULL },
               [BENCH_DELETE] = { delete_setup, delete_work, NULL },
               [BENCH_LAZY] = { NULL, lazy_work, answer_sum },
               [BENCH_JOINED] = { NULL, joined_work, answer_sum },
               [BENCH_SELECTIN] = { NULL, selectin_work, answer_sum } },
};

/* ---- the store ---- */

static const char tables[] =
    "DROP TABLE IF EXISTS addresses; DROP TABLE IF EXISTS people; DROP TABLE IF EXISTS entries;"
    "CREATE TABLE entries (id INTEGER PRIMARY KEY, name TEXT NOT NULL, email TEXT,"
    "    amount BIGINT NOT NULL, score DOUBLE NOT NULL);"
    "CREATE TABLE people (id INTEGER PRIMARY KEY, name TEXT NOT NULL);"
    "CREATE TABLE addresses (id INTEGER PRIMARY KEY, email TEXT NOT NULL, person_id BIGINT NOT "
    "NULL,"
    "    FOREIGN KEY (person_id) REFERENCES people (id) ON DELETE CASCADE);"
    "CREATE INDEX addresses_by_person ON addresses (person_id);"
    "DROP TABLE IF EXISTS nodes;"
    "CREATE TABLE nodes (id INTEGER PRIMARY KEY, name TEXT, parent_id BIGINT REFERENCES nodes);"
    "CREATE INDEX nodes_by_parent ON nodes (parent_id);";

static void fill_people(const sqlite_floor *floor)
{
    char text[BENCH_TEXT_SIZE];
    sqlite3_stmt *people = prepare(floor, "INSERT INTO people VALUES (?, ?)");
    sqlite3_stmt *addresses = prepare(floor, "INSERT INTO addresses VALUES (?, ?, ?)");
    for (int64_t id = 1; id <= (int64_t)floor->task.people; id++) {
        bench_person_name(id, text);
        sqlite3_bind_int64(people, 1, id);
        bind_text(people, 2, text);
        step(floor, people);
    }
    /* Round and round, so that one person's addresses do not lie side by side. */
    for (int64_t id = 1; id <= (int64_t)floor->task.people * BENCH_ADDRESSES; id++) {
        bench_address_email(id, text);
        sqlite3_bind_int64(addresses, 1, id);
        bind_text(addresses, 2, text);
        sqlite3_bind_int64(addresses, 3, id % (int64_t)floor->task.people + 1);
        step(floor, addresses);
    }
    sqlite3_finalize(people);
    sqlite3_finalize(addresses);
}

static void sqlite_fill(const bench_task *task)
{
    bench_task all = *task;
    all.count = task->rows;
    sqlite_floor *floor = sqlite_open(&all);
    run(floor, tables);
    insert_setup(floor);
    insert_work(floor);
    if (task->rows > 0)
        run(floor, "CREATE INDEX entries_by_amount ON entries (amount)");
    run(floor, "BEGIN");
    fill_people(floor);
    run(floor, "COMMIT");
    sqlite_close(floor);
}

/* The other tables: how many rows, and a sum. */
static void add_rows(const sqlite_floor *floor, const char *sql, size_t *rows, uint64_t *sum)
{
    sqlite3_stmt *statement = prepare(floor, sql);
    need(floor, sqlite3_step(statement), SQLITE_ROW);
    *rows += (size_t)sqlite3_column_int64(statement, 0);
    *sum += (uint64_t)sqlite3_column_int64(statement, 1);
    sqlite3_finalize(statement);
}

static void sqlite_digest(const bench_task *task, size_t *out_rows, uint64_t *out_sum)
{
    sqlite_floor *floor = sqlite_open(task);
    load_work(floor);
    *out_sum = load_check(floor);
    *out_rows = floor->list.count;
    add_rows(floor, BENCH_DIGEST_PEOPLE, out_rows, out_sum);
    add_rows(floor, BENCH_DIGEST_ADDRESSES, out_rows, out_sum);
    add_rows(floor, BENCH_DIGEST_NODES, out_rows, out_sum);
    run(floor, "ROLLBACK");
    sqlite_close(floor);
}

const bench_store bench_store_sqlite = {
    .database = "sqlite",
    .fill = sqlite_fill,
    .digest = sqlite_digest,
};
