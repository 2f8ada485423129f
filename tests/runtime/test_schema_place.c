/*
 * Tables of one model in several schemas of one database: engines, connections and sessions say
 * which, and no text of one is ever used for another. On SQLite a schema is an attached file.
 */
#include "engine_fixture.h"

#include "support/graph_session.h"
#include "support/ration.h"
#include "support/server.h"

#include <calx/event.h>
#include <calx/inspect.h>

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { MANY = 300 };

/* Two places beside the one the database finds by itself. */
static char places[2][64];

static void name_places(void)
{
    for (int i = 0; i < 2; i++)
        snprintf(places[i], sizeof(places[i]), "place %ld \"%d\"", (long)getpid(), i);
}

static const char *quoted(int place)
{
    static char text[96];
    snprintf(text, sizeof(text), "\"place %ld \"\"%d\"\"\"", (long)getpid(), place);
    return text;
}

/* SQLite's files are attached to each connection anew. */
static calx_status attach(void *context, calx_event_details *details)
{
    const char *directory = context;
    calx_status status = CALX_OK;
    for (int i = 0; status == CALX_OK && i < 2; i++) {
        char sql[1400];
        snprintf(sql, sizeof(sql), "ATTACH '%s%d' AS %s", directory, i, quoted(i));
        status = calx_event_run(details, sql);
    }
    return status;
}

static calx_engine *engine_with_places(void)
{
    static char directory[1200];
    calx_engine *engine = new_engine(calx_test_url(), NULL);
    name_places();
    if (calx_test_on("sqlite")) {
        calx_listener listener = CALX_LISTENER_INIT;
        snprintf(directory, sizeof(directory), "%s", calx_test_path("place"));
        listener.function = attach;
        listener.context = directory;
        assert_int_equal(calx_engine_listen(engine, CALX_EVENT_CONNECT, &listener), CALX_OK);
        return engine;
    }
    for (int i = 0; i < 2; i++)
        assert_true(server_run("CREATE SCHEMA ", quoted(i), ""));
    return engine;
}

static void free_with_places(calx_engine *engine)
{
    calx_engine_free(engine);
    for (int i = 0; i < 2 && calx_test_on("postgresql"); i++)
        assert_true(server_run("DROP SCHEMA ", quoted(i), " CASCADE"));
}

static calx_execution_options in_place(int place)
{
    calx_execution_options options = CALX_EXECUTION_OPTIONS_INIT;
    options.schema = places[place];
    return options;
}

static calx_engine *engine_in(calx_engine *engine, int place)
{
    calx_execution_options options = in_place(place);
    calx_engine *derived = NULL;
    assert_int_equal(calx_engine_execution_options(engine, &options, &derived, NULL), CALX_OK);
    return derived;
}

static calx_session *session_of(const calx_session_options *options)
{
    calx_session *session = NULL;
    calx_error error = CALX_ERROR_INIT;
    if (calx_session_new(options, &session, &error) != CALX_OK)
        fail_msg("%s", error.message);
    return session;
}

static void good(calx_session *session, calx_status status)
{
    if (status != CALX_OK)
        fail_msg("%s: %s", calx_status_name(status), calx_session_error(session)->message);
}

static void add_users(calx_session *session, int count)
{
    for (int i = 0; i < count; i++) {
        char name[32];
        snprintf(name, sizeof(name), "user %d", i);
        good(session, calx_session_add(session, graph_user(name)));
    }
    good(session, calx_session_commit(session));
}

static int64_t users_seen(calx_session *session)
{
    int64_t count = -1;
    calx_query *query = calx_query_new(session, &user_mapper);
    assert_non_null(query);
    good(session, calx_query_count(query, &count));
    calx_query_free(query);
    good(session, calx_session_rollback(session));
    return count;
}

/* What is there, asked past the models. place < 0: where the database looks by itself. */
static int64_t users_in(calx_engine *engine, int place)
{
    char sql[160];
    calx_connection *connection = connect_to(engine);
    snprintf(sql, sizeof(sql), "SELECT count(*) FROM %s%susers", place < 0 ? "" : quoted(place),
             place < 0 ? "" : ".");
    int64_t count = number(connection, sql);
    calx_connection_close(connection);
    return count;
}

static void each_schema_has_its_own_tables_and_rows(void **state)
{
    (void)state;
    calx_shows("ENG-185");
    calx_engine *engine = engine_with_places();
    calx_engine *all[3] = { engine, engine_in(engine, 0), engine_in(engine, 1) };
    static const int counts[3] = { 2, 1, MANY };
    for (int round = 0; round < 2; round++) /* what is there is found there */
        for (int i = 0; i < 3; i++)
            assert_int_equal(calx_schema_create_all(all[i], &sample_metadata, NULL), CALX_OK);
    for (int i = 0; i < 3; i++) {
        calx_session_options options = CALX_SESSION_OPTIONS_INIT;
        options.bind = all[i];
        calx_session *session = session_of(&options);
        add_users(session, counts[i]);
        assert_int_equal(users_seen(session), counts[i]);
        const void *first = NULL;
        const calx_value key = calx_value_int64(1);
        good(session, calx_session_get(session, &user_mapper, &key, &first));
        assert_non_null(first);
        good(session, calx_session_delete(session, first));
        good(session, calx_session_commit(session));
        calx_session_free(session);
    }
    for (int i = 0; i < 3; i++)
        assert_int_equal(users_in(engine, i - 1), counts[i] - 1);
    assert_int_equal(calx_schema_drop_all(all[2], &sample_metadata, NULL), CALX_OK);
    assert_int_equal(users_in(engine, 0), counts[1] - 1);
    assert_int_equal(calx_schema_create_all(all[2], &sample_metadata, NULL), CALX_OK);
    assert_int_equal(users_in(engine, 1), 0);
    calx_engine_free(all[1]);
    calx_engine_free(all[2]);
    free_with_places(engine);
}

static void a_session_has_its_own_schema_or_that_of_its_connection(void **state)
{
    (void)state;
    calx_shows("ENG-185");
    calx_engine *engine = engine_with_places();
    calx_execution_options execution = in_place(0);
    calx_session_options options = CALX_SESSION_OPTIONS_INIT;
    calx_engine *derived = engine_in(engine, 0);
    assert_int_equal(calx_schema_create_all(engine, &sample_metadata, NULL), CALX_OK);
    assert_int_equal(calx_schema_create_all(derived, &sample_metadata, NULL), CALX_OK);
    options.bind = engine;
    options.execution_options = &execution;
    calx_session *session = session_of(&options);
    calx_engine *bind = NULL;
    good(session, calx_session_get_bind(session, NULL, &bind));
    assert_ptr_equal(bind, engine);
    add_users(session, 3);
    calx_session_free(session);
    assert_int_equal(users_in(engine, -1), 0);
    assert_int_equal(users_in(engine, 0), 3);
    /* The connection's, which the session's own goes before. */
    calx_connection *connection = connect_to(engine);
    ok(connection, calx_connection_execution_options(connection, &execution));
    options = (calx_session_options)CALX_SESSION_OPTIONS_INIT;
    options.connection = connection;
    session = session_of(&options);
    assert_int_equal(users_seen(session), 3);
    calx_session_free(session);
    execution.schema = "";
    options.execution_options = &execution;
    session = session_of(&options);
    assert_int_equal(users_seen(session), 0);
    calx_session_free(session);
    calx_connection_close(connection);
    calx_engine_free(derived);
    free_with_places(engine);
}

static void a_schema_is_for_no_single_statement(void **state)
{
    (void)state;
    calx_shows("ENG-185");
    calx_engine *engine = engine_with_places();
    calx_execution_options execution = in_place(0);
    calx_execution_options told;
    calx_error error = CALX_ERROR_INIT;
    calx_statement *statement = calx_text_statement("SELECT 1");
    assert_int_equal(calx_statement_execution_options(statement, &execution, &error),
                     CALX_E_ARGUMENT);
    assert_non_null(strstr(error.message, "schema"));
    calx_statement_free(statement);
    calx_session_options options = CALX_SESSION_OPTIONS_INIT;
    options.bind = engine;
    calx_session *session = session_of(&options);
    calx_connection *connection = NULL;
    assert_int_equal(calx_session_connection_with(session, &execution, &connection),
                     CALX_E_ARGUMENT);
    calx_session_free(session);
    calx_engine *derived = engine_in(engine, 1);
    calx_engine_get_execution_options(derived, &told);
    assert_string_equal(told.schema, places[1]);
    calx_engine_get_execution_options(engine, &told);
    assert_string_equal(told.schema, "");
    calx_engine_free(derived);
    calx_error_clear(&error);
    free_with_places(engine);
}

/* ---- statements of the application ---- */

/* Users of both, the same names; all that follows is done in the place. */
static calx_session *session_among_two(calx_engine *engine, calx_engine **out_derived)
{
    calx_execution_options execution = in_place(0);
    *out_derived = engine_in(engine, 0);
    calx_engine *both[] = { engine, *out_derived };
    for (int i = 0; i < 2; i++) {
        calx_session_options options = CALX_SESSION_OPTIONS_INIT;
        options.bind = both[i];
        assert_int_equal(calx_schema_create_all(both[i], &sample_metadata, NULL), CALX_OK);
        calx_session *session = session_of(&options);
        add_users(session, 3);
        calx_session_free(session);
    }
    calx_session_options options = CALX_SESSION_OPTIONS_INIT;
    options.bind = engine;
    options.execution_options = &execution;
    return session_of(&options);
}

/* How many there are in the place, and how many by default. */
static void assert_users(calx_engine *engine, const char *condition, int there, int by_default)
{
    char sql[240];
    calx_connection *connection = connect_to(engine);
    snprintf(sql, sizeof(sql), "SELECT count(*) FROM %s.users WHERE %s", quoted(0), condition);
    assert_int_equal(number(connection, sql), there);
    snprintf(sql, sizeof(sql), "SELECT count(*) FROM users WHERE %s", condition);
    assert_int_equal(number(connection, sql), by_default);
    calx_connection_close(connection);
}

/* The users of which a select says so: it is in the same place. */
static calx_query *users_of_a_select(calx_session *session, const char *name)
{
    calx_query *query = calx_query_new(session, &user_mapper);
    calx_select *select = calx_select_new(session);
    const calx_alias others = calx_alias_of(&user_mapper, 1);
    good(session, calx_select_from(select, others));
    good(session, calx_select_column(select, calx_as(user_col.id, others)));
    good(session, calx_select_where(select, calx_eq(calx_as(user_col.name, others), name)));
    good(session, calx_query_where(query, calx_in_select(user_col.id, select)));
    calx_select_free(select);
    return query;
}

static void changes_by_criteria_are_of_the_schema(void **state)
{
    (void)state;
    calx_shows("ENG-185");
    calx_engine *engine = engine_with_places();
    calx_engine *derived = NULL;
    calx_session *session = session_among_two(engine, &derived);
    const calx_assignment age = calx_assign(user_col.age, 44);
    int64_t count = -1;
    calx_query *query = calx_query_new(session, &user_mapper);
    good(session, calx_query_where(query, calx_ne(user_col.name, "user 0")));
    good(session, calx_query_update(query, &age, 1, &count));
    assert_int_equal(count, 2);
    calx_query_free(query);
    query = users_of_a_select(session, "user 1");
    good(session, calx_query_delete(query, &count));
    assert_int_equal(count, 1);
    calx_query_free(query);
    good(session, calx_session_commit(session));
    assert_users(engine, "age = 44", 1, 0);
    assert_users(engine, "name = 'user 1'", 0, 1);
    calx_session_free(session);
    calx_engine_free(derived);
    free_with_places(engine);
}

static void insert_and_free(calx_session *session, calx_insert *insert)
{
    good(session, calx_insert_execute(insert, NULL));
    calx_insert_free(insert);
}

/* "user 2" is there and takes the age, "new" is not. */
static void upsert_two(calx_session *session)
{
    struct user rows[2];
    const calx_column_ref by_name[] = { user_col.name.ref };
    const calx_assignment age = calx_assign(user_col.age, 7);
    memset(rows, 0, sizeof(rows));
    rows[0].name = "user 2";
    rows[1].name = "new";
    calx_insert *insert = calx_insert_new(session, &user_mapper);
    good(session, calx_insert_rows(insert, rows, 2));
    good(session, calx_insert_on_conflict_update(insert, by_name, 1));
    good(session, calx_insert_set(insert, &age, 1));
    insert_and_free(session, insert);
}

static void insert_copies(calx_session *session)
{
    const calx_column_ref columns[] = { user_col.name.ref, user_col.role.ref,
                                        user_col.revision.ref };
    calx_insert *insert = calx_insert_new(session, &user_mapper);
    calx_select *select = calx_select_new(session);
    good(session, calx_select_value(select, calx_concat(user_col.name, " copied"), "name"));
    good(session, calx_select_column(select, user_col.role));
    good(session, calx_select_column(select, user_col.revision));
    good(session, calx_insert_from_select(insert, columns, 3, select));
    calx_select_free(select);
    insert_and_free(session, insert);
}

static void inserts_are_into_the_schema(void **state)
{
    (void)state;
    calx_shows("ENG-185");
    calx_engine *engine = engine_with_places();
    calx_engine *derived = NULL;
    calx_session *session = session_among_two(engine, &derived);
    struct user row;
    memset(&row, 0, sizeof(row));
    row.name = "plain";
    calx_insert *insert = calx_insert_new(session, &user_mapper);
    good(session, calx_insert_rows(insert, &row, 1));
    insert_and_free(session, insert);
    upsert_two(session);
    insert_copies(session);
    good(session, calx_session_commit(session));
    assert_users(engine, "name = 'plain'", 1, 0);
    assert_users(engine, "name = 'new'", 1, 0);
    assert_users(engine, "age = 7", 1, 0);
    assert_users(engine, "name LIKE '% copied'", 5, 0);
    calx_session_free(session);
    calx_engine_free(derived);
    free_with_places(engine);
}

static void what_is_loaded_and_locked_again_is_of_the_schema(void **state)
{
    (void)state;
    calx_shows("ENG-185");
    calx_engine *engine = engine_with_places();
    calx_engine *derived = NULL;
    calx_session *session = session_among_two(engine, &derived);
    calx_connection *connection = connect_to(engine);
    char sql[160];
    snprintf(sql, sizeof(sql), "UPDATE %s.users SET fullname = 'there'", quoted(0));
    run(connection, sql);
    ok(connection, calx_connection_commit(connection));
    calx_connection_close(connection);
    const void *user = NULL;
    const calx_value key = calx_value_int64(1);
    good(session, calx_session_get(session, &user_mapper, &key, &user));
    calx_refresh_options again = CALX_REFRESH_OPTIONS_INIT;
    again.lock = calx_test_on("sqlite") ? CALX_LOCK_NONE : CALX_LOCK_UPDATE;
    good(session, calx_session_refresh_with(session, user, &again));
    assert_string_equal(((const struct user *)user)->fullname, "there");
    good(session, calx_session_rollback(session));
    calx_session_free(session);
    calx_engine_free(derived);
    free_with_places(engine);
}

static calx_status make_and_free(const char *url)
{
    calx_engine *engine = NULL;
    calx_session *session = NULL;
    calx_execution_options execution = in_place(0);
    calx_status status = calx_engine_new(url, NULL, &engine, NULL);
    calx_session_options options = CALX_SESSION_OPTIONS_INIT;
    options.bind = engine;
    options.execution_options = &execution;
    if (status == CALX_OK)
        status = calx_session_new(&options, &session, NULL);
    calx_session_free(session);
    calx_engine_free(engine);
    return status;
}

static void missing_memory_for_a_schema_is_survived(void **state)
{
    (void)state;
    calx_shows("ENG-185");
    calx_status status = CALX_E_NOMEM;
    const char *url = calx_test_url();
    name_places();
    for (long allowed = 0; status == CALX_E_NOMEM; allowed++) {
        ration account;
        assert_true(ration_start(&account, allowed));
        status = make_and_free(url);
        assert_int_equal(ration_stop(&account), 0);
    }
    assert_int_equal(status, CALX_OK);
}

/* Asked for no schema in particular, it looks where the models' tables are. */
static void an_inspector_looks_into_the_schema(void **state)
{
    (void)state;
    calx_shows("ENG-185");
    calx_shows("ENG-219");
    calx_engine *engine = engine_with_places();
    calx_engine *placed = engine_in(engine, 0);
    calx_execution_options elsewhere = in_place(0);
    calx_engine *lost = NULL;
    elsewhere.schema = "nowhere";
    assert_int_equal(calx_engine_execution_options(engine, &elsewhere, &lost, NULL), CALX_OK);
    assert_int_equal(calx_schema_create_all(placed, &sample_metadata, NULL), CALX_OK);
    calx_engine *const all[] = { engine, placed, lost };
    for (int i = 0; i < 3; i++) {
        calx_connection *connection = connect_to(all[i]);
        calx_inspector *inspector = NULL;
        const char *name = NULL;
        bool has = true;
        run(connection, "CREATE TEMPORARY TABLE users (only_here INTEGER)");
        assert_int_equal(calx_inspector_new_on(connection, &inspector, NULL), CALX_OK);
        assert_int_equal(calx_inspector_default_schema(inspector, &name),
                         i == 2 ? CALX_E_NO_OBJECT : CALX_OK);
        if (i == 1)
            assert_string_equal(name, places[0]);
        if (i == 2)
            assert_non_null(strstr(calx_inspector_error(inspector)->message, "nowhere"));
        /* As SQL would find it: only where no schema is said, what is temporary comes first. */
        const calx_inspected_table *users = NULL;
        calx_status status = calx_inspector_table(inspector, NULL, "users", &users);
        assert_int_equal(status, i == 2 ? CALX_E_NO_OBJECT : CALX_OK);
        if (i < 2)
            assert_int_equal(strcmp(users->columns[0].name, "only_here") == 0, i == 0);
        assert_int_equal(calx_inspector_has_table(inspector, NULL, "addresses", &has), CALX_OK);
        assert_int_equal(has, i == 1);
        calx_inspector_free(inspector);
        calx_connection_close(connection);
    }
    calx_engine_free(lost);
    calx_engine_free(placed);
    free_with_places(engine);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_schema_has_its_own_tables_and_rows),
        cmocka_unit_test(a_session_has_its_own_schema_or_that_of_its_connection),
        cmocka_unit_test(changes_by_criteria_are_of_the_schema),
        cmocka_unit_test(inserts_are_into_the_schema),
        cmocka_unit_test(what_is_loaded_and_locked_again_is_of_the_schema),
        cmocka_unit_test(a_schema_is_for_no_single_statement),
        cmocka_unit_test(missing_memory_for_a_schema_is_survived),
        cmocka_unit_test(an_inspector_looks_into_the_schema),
    };
    return CALX_RUN("schema_place", tests);
}
