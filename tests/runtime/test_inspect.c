/*
 * What an inspector says of names, and of tables on either database: sorting, what is left out,
 * what is missing, the cache, hostile names, memory that is not there.
 */
#include "inspect_fixture.h"
#include "support/log_sink.h"
#include "support/sample_model.h"

#include <calx/schema.h>

#include <stdio.h>

static void table_names_are_sorted_and_views_are_none_of_them(void **state)
{
    (void)state;
    calx_shows("ENG-219");
    static const char *const sql[] = {
        "CREATE TABLE zebra (id INTEGER)",          "CREATE TABLE ant (id INTEGER)",
        "CREATE TABLE \"Bee\" (id INTEGER UNIQUE)", "CREATE VIEW midge AS SELECT id FROM ant",
        "CREATE INDEX on_ant ON ant (id)",          NULL
    };
    calx_engine *engine = inspect_engine();
    run_all(engine, sql);
    calx_inspector *inspector = inspect(engine);
    const char *const *views = NULL;
    size_t count = 0;
    assert_tables(inspector, NULL, "Bee ant zebra");
    assert_ok(inspector, calx_inspector_view_names(inspector, NULL, &views, &count));
    assert_names(views, count, "midge");
    calx_inspector_free(inspector);
    calx_engine_free(engine);
}

static void the_databases_own_tables_are_not_listed(void **state)
{
    (void)state;
    calx_shows("ENG-219");
    static const char *const sql[] = {
        "CREATE TABLE ant (id INTEGER PRIMARY KEY AUTOINCREMENT, x TEXT UNIQUE)",
        "CREATE TABLE sqliteful (id INTEGER)", "ANALYZE", NULL
    };
    calx_engine *engine = inspect_engine();
    run_all(engine, sql);
    calx_inspector *inspector = inspect(engine);
    assert_tables(inspector, NULL, "ant sqliteful");
    assert_false(has_table(inspector, NULL, "sqlite_sequence"));
    assert_false(has_index(inspector, NULL, "sqlite_autoindex_ant_1"));
    calx_inspector_free(inspector);
    calx_engine_free(engine);
}

static void temporary_tables_are_listed_apart_and_found_first(void **state)
{
    (void)state;
    calx_shows("ENG-219");
    static const char *const sql[] = { "CREATE TABLE ant (id INTEGER)",
                                       "CREATE TEMPORARY TABLE ant (other INTEGER)",
                                       "CREATE TEMPORARY TABLE wasp (id INTEGER)", NULL };
    calx_engine *engine = inspect_engine();
    calx_connection *connection = inspect_connection(engine);
    run_on(connection, sql);
    calx_inspector *inspector = NULL;
    assert_int_equal(calx_inspector_new_on(connection, &inspector, NULL), CALX_OK);
    const char *const *names = NULL;
    size_t count = 0;
    assert_tables(inspector, NULL, "ant");
    assert_ok(inspector, calx_inspector_temp_table_names(inspector, &names, &count));
    assert_names(names, count, "ant wasp");
    assert_true(has_table(inspector, NULL, "wasp"));
    assert_string_equal(table_of(inspector, NULL, "ant")->columns[0].name, "other");
    const char *home = NULL;
    assert_ok(inspector, calx_inspector_default_schema(inspector, &home));
    assert_string_equal(table_of(inspector, home, "ant")->columns[0].name, "id");
    calx_inspector_free(inspector);
    calx_connection_close(connection);
    calx_engine_free(engine);
}

static void attached_databases_are_schemas(void **state)
{
    (void)state;
    calx_shows("ENG-219");
    static const char *const sql[] = { "ATTACH ':memory:' AS \"od\"\"d one\"",
                                       "CREATE TABLE \"od\"\"d one\".ant (id INTEGER PRIMARY KEY)",
                                       "CREATE TABLE \"od\"\"d one\".bee (a REFERENCES ant)",
                                       NULL };
    calx_engine *engine = inspect_engine();
    calx_connection *connection = inspect_connection(engine);
    assert_int_equal(calx_connection_commit(connection), CALX_OK);
    calx_execution_options options = CALX_EXECUTION_OPTIONS_INIT;
    options.isolation_level = "AUTOCOMMIT";
    assert_int_equal(calx_connection_execution_options(connection, &options), CALX_OK);
    run_on(connection, sql);
    calx_inspector *inspector = NULL;
    assert_int_equal(calx_inspector_new_on(connection, &inspector, NULL), CALX_OK);
    const char *const *names = NULL;
    size_t count = 0;
    assert_tables(inspector, "OD\"D ONE", "ant bee");
    assert_tables(inspector, NULL, "");
    assert_ok(inspector, calx_inspector_schema_names(inspector, &names, &count));
    assert_names(names, count, "main od\"d one");
    const calx_inspected_table *bee = table_of(inspector, "od\"d one", "bee");
    assert_string_equal(bee->foreign_keys[0].target_schema, "od\"d one");
    assert_names(bee->foreign_keys[0].target_columns, bee->foreign_keys[0].target_column_count,
                 "id");
    calx_inspector_free(inspector);
    calx_connection_close(connection);
    calx_engine_free(engine);
}

static void partition_parents_and_named_schemas_are_listed(void **state)
{
    (void)state;
    calx_shows("ENG-219");
    static const char *const sql[] = {
        "CREATE TABLE days (day DATE NOT NULL) PARTITION BY RANGE (day)",
        "CREATE TABLE days_2026 PARTITION OF days FOR VALUES FROM ('2026-01-01') TO ('2027-01-01')",
        "CREATE MATERIALIZED VIEW all_days AS SELECT day FROM days", NULL
    };
    calx_engine *engine = inspect_engine();
    run_all(engine, sql);
    calx_inspector *inspector = inspect(engine);
    const char *const *views = NULL;
    size_t count = 0;
    const char *home = NULL;
    assert_tables(inspector, NULL, "days days_2026");
    assert_ok(inspector, calx_inspector_default_schema(inspector, &home));
    assert_tables(inspector, home, "days days_2026");
    assert_int_equal(table_of(inspector, NULL, "days")->kind, CALX_INSPECTED_PARTITIONED);
    assert_int_equal(table_of(inspector, NULL, "days_2026")->kind, CALX_INSPECTED_TABLE);
    assert_ok(inspector, calx_inspector_view_names(inspector, NULL, &views, &count));
    assert_names(views, count, "all_days");
    assert_int_equal(table_of(inspector, NULL, "all_days")->kind, CALX_INSPECTED_MATERIALIZED_VIEW);
    assert_true(has_table(inspector, "pg_catalog", "pg_class"));
    calx_inspector_free(inspector);
    calx_engine_free(engine);
}

static void whether_something_is_there_is_no_error(void **state)
{
    (void)state;
    calx_shows("ENG-220");
    static const char *const sql[] = { "CREATE TABLE ant (id INTEGER, name TEXT UNIQUE)",
                                       "CREATE VIEW midge AS SELECT id FROM ant",
                                       "CREATE INDEX on_ant ON ant (id)", NULL };
    calx_engine *engine = inspect_engine();
    run_all(engine, sql);
    calx_inspector *inspector = inspect(engine);
    const char *home = NULL;
    bool has = false;
    assert_ok(inspector, calx_inspector_default_schema(inspector, &home));
    assert_true(has_table(inspector, NULL, "ant"));
    assert_true(has_table(inspector, home, "ant"));
    assert_true(has_table(inspector, NULL, "midge"));
    assert_false(has_table(inspector, NULL, "on_ant"));
    assert_false(has_table(inspector, NULL, "bee"));
    assert_false(has_table(inspector, "nowhere", "ant"));
    assert_true(has_index(inspector, NULL, "on_ant"));
    assert_true(has_index(inspector, home, "on_ant"));
    assert_false(has_index(inspector, NULL, "ant"));
    assert_false(has_index(inspector, "nowhere", "on_ant"));
    assert_ok(inspector, calx_inspector_has_schema(inspector, home, &has));
    assert_true(has);
    assert_ok(inspector, calx_inspector_has_schema(inspector, "nowhere", &has));
    assert_false(has);
    assert_int_equal(has_table(inspector, NULL, "ANT"), calx_test_on("sqlite"));
    calx_inspector_free(inspector);
    calx_engine_free(engine);
}

static void what_is_missing_is_named(void **state)
{
    (void)state;
    calx_shows("ENG-221");
    calx_engine *engine = inspect_engine();
    calx_inspector *inspector = inspect(engine);
    const calx_inspected_table *table = NULL;
    const char *const *names = NULL;
    const char *home = NULL;
    char expected[128];
    size_t count = 7;
    assert_ok(inspector, calx_inspector_default_schema(inspector, &home));
    snprintf(expected, sizeof expected, "there is no table or view %s.ant", home);
    assert_int_equal(calx_inspector_table(inspector, NULL, "ant", &table), CALX_E_NO_OBJECT);
    assert_int_equal(calx_inspector_error(inspector)->status, CALX_E_NO_OBJECT);
    assert_string_equal(calx_inspector_error(inspector)->message, expected);
    assert_int_equal(calx_inspector_table(inspector, "nowhere", "ant", &table), CALX_E_NO_OBJECT);
    assert_string_equal(calx_inspector_error(inspector)->message,
                        "there is no table or view nowhere.ant");
    assert_int_equal(calx_inspector_table_names(inspector, "nowhere", &names, &count),
                     CALX_E_NO_OBJECT);
    assert_string_equal(calx_inspector_error(inspector)->message, "there is no schema \"nowhere\"");
    assert_null(table);
    assert_null(names);
    assert_int_equal(count, 7);
    assert_tables(inspector, NULL, "");
    assert_int_equal(calx_inspector_error(inspector)->status, CALX_OK);
    calx_inspector_free(inspector);
    calx_engine_free(engine);
}

static void a_table_with_nothing_has_empty_lists(void **state)
{
    (void)state;
    calx_shows("ENG-221");
    static const char *const plain[] = { "CREATE TABLE ant (id INTEGER)", NULL };
    static const char *const empty[] = { "CREATE TABLE nothing ()", NULL };
    calx_engine *engine = inspect_engine();
    run_all(engine, plain);
    calx_inspector *inspector = inspect(engine);
    const calx_inspected_table *table = table_of(inspector, NULL, "ant");
    assert_int_equal(table->column_count, 1);
    assert_null(table->primary_key);
    assert_int_equal(table->foreign_key_count + table->unique_count + table->index_count +
                         table->check_count,
                     0);
    if (calx_test_on("postgresql")) {
        run_all(engine, empty);
        calx_inspector_clear(inspector);
        assert_int_equal(table_of(inspector, NULL, "nothing")->column_count, 0);
    }
    calx_inspector_free(inspector);
    calx_engine_free(engine);
}

static void a_bad_argument_is_named(void **state)
{
    (void)state;
    calx_engine *engine = inspect_engine();
    calx_inspector *inspector = NULL;
    calx_error error = CALX_ERROR_INIT;
    const calx_inspected_table *table = NULL;
    bool has = false;
    assert_int_equal(calx_inspector_new(NULL, &inspector, &error), CALX_E_ARGUMENT);
    assert_int_equal(calx_inspector_new_on(NULL, &inspector, &error), CALX_E_ARGUMENT);
    assert_null(inspector);
    calx_error_clear(&error);
    inspector = inspect(engine);
    assert_int_equal(calx_inspector_table(inspector, NULL, NULL, &table), CALX_E_ARGUMENT);
    assert_string_equal(calx_inspector_error(inspector)->message, "the name of the table is NULL");
    assert_int_equal(calx_inspector_has_index(inspector, NULL, NULL, &has), CALX_E_ARGUMENT);
    assert_int_equal(calx_inspector_has_schema(inspector, NULL, &has), CALX_E_ARGUMENT);
    calx_inspector_free(inspector);
    calx_inspector_free(NULL);
    calx_engine_free(engine);
}

static void a_database_that_cannot_be_opened_is_its_own_error(void **state)
{
    (void)state;
    calx_engine *engine = NULL;
    bool has = false;
    assert_int_equal(calx_engine_new(calx_test_url_nowhere(), NULL, &engine, NULL), CALX_OK);
    calx_inspector *inspector = inspect(engine);
    assert_int_equal(calx_inspector_has_table(inspector, NULL, "ant", &has), CALX_E_CONNECT);
    assert_int_equal(calx_inspector_error(inspector)->status, CALX_E_CONNECT);
    calx_inspector_free(inspector);
    calx_engine_free(engine);
}

/* ---- a model, there and back ---- */

static const char *type_text(const calx_column *column)
{
    static const char *const sqlite[] = {
        [CALX_TYPE_BOOL] = "BOOLEAN",    [CALX_TYPE_INT8] = "SMALLINT",
        [CALX_TYPE_INT16] = "SMALLINT",  [CALX_TYPE_INT32] = "INTEGER",
        [CALX_TYPE_INT64] = "BIGINT",    [CALX_TYPE_UINT8] = "SMALLINT",
        [CALX_TYPE_UINT16] = "INTEGER",  [CALX_TYPE_UINT32] = "BIGINT",
        [CALX_TYPE_UINT64] = "BIGINT",   [CALX_TYPE_FLOAT] = "REAL",
        [CALX_TYPE_DOUBLE] = "DOUBLE",   [CALX_TYPE_TEXT] = "TEXT",
        [CALX_TYPE_CHAR_ARRAY] = "TEXT", [CALX_TYPE_BYTES] = "BLOB",
        [CALX_TYPE_TIMESTAMP] = "TEXT",
    };
    static const char *const postgresql[] = {
        [CALX_TYPE_BOOL] = "boolean",
        [CALX_TYPE_INT8] = "smallint",
        [CALX_TYPE_INT16] = "smallint",
        [CALX_TYPE_INT32] = "integer",
        [CALX_TYPE_INT64] = "bigint",
        [CALX_TYPE_UINT8] = "smallint",
        [CALX_TYPE_UINT16] = "integer",
        [CALX_TYPE_UINT32] = "bigint",
        [CALX_TYPE_UINT64] = "numeric(20,0)",
        [CALX_TYPE_FLOAT] = "real",
        [CALX_TYPE_DOUBLE] = "double precision",
        [CALX_TYPE_TEXT] = "text",
        [CALX_TYPE_CHAR_ARRAY] = "text",
        [CALX_TYPE_BYTES] = "bytea",
        [CALX_TYPE_TIMESTAMP] = "timestamp with time zone",
    };
    bool on_sqlite = calx_test_on("sqlite");
    if (column->flags & CALX_COLUMN_GENERATED)
        return on_sqlite ? "INTEGER" : "bigint";
    if (column->length == 30)
        return on_sqlite ? "VARCHAR(30)" : "character varying(30)";
    if (column->length == 4)
        return on_sqlite ? "VARCHAR(4)" : "character varying(4)";
    return on_sqlite ? sqlite[column->type] : postgresql[column->type];
}

static void assert_columns(const calx_inspected_table *table, const calx_mapper *mapper)
{
    assert_int_equal(table->column_count, mapper->column_count);
    for (size_t i = 0; i < table->column_count; i++) {
        const calx_inspected_column *found = &table->columns[i];
        const calx_column *column = &mapper->columns[i];
        assert_string_equal(found->name, column->name);
        assert_string_equal(found->type.text, type_text(column));
        assert_int_equal(found->nullable,
                         (column->flags & (CALX_COLUMN_NOT_NULL | CALX_COLUMN_KEY)) == 0);
        assert_int_equal(found->is_counted, (column->flags & CALX_COLUMN_GENERATED) != 0);
        assert_int_equal(found->default_sql != NULL, column->server_default != NULL);
        assert_int_equal(found->type.length, column->length > 0 ? (int)column->length : -1);
        assert_null(found->computed);
    }
}

static void assert_positions(const calx_mapper *mapper, const uint16_t *positions, size_t count,
                             const char *const *names)
{
    for (size_t i = 0; i < count; i++)
        assert_string_equal(names[i], mapper->columns[positions[i]].name);
}

static void assert_keys(const calx_inspected_table *table, const calx_mapper *mapper)
{
    assert_int_equal(table->primary_key->column_count, mapper->key_count);
    assert_positions(mapper, mapper->key, mapper->key_count, table->primary_key->columns);
    assert_int_equal(table->foreign_key_count, mapper->foreign_key_count);
    for (size_t i = 0; i < table->foreign_key_count; i++) {
        const calx_inspected_foreign_key *found = &table->foreign_keys[i];
        const calx_foreign_key *key = &mapper->foreign_keys[i];
        assert_string_equal(found->target_table, key->target->table);
        assert_string_equal(found->target_schema, table->schema);
        assert_int_equal(found->column_count, key->column_count);
        assert_int_equal(found->target_column_count, key->column_count);
        assert_positions(mapper, key->columns, key->column_count, found->columns);
        assert_positions(key->target, key->target_columns, key->column_count,
                         found->target_columns);
        assert_int_equal(found->on_delete, key->on_delete);
        assert_int_equal(found->on_update, key->on_update);
    }
}

static void assert_others(const calx_inspected_table *table, const calx_mapper *mapper)
{
    size_t uniques = 0;
    size_t checks = 0;
    for (size_t i = 0; i < mapper->column_count; i++) {
        uniques += (mapper->columns[i].flags & CALX_COLUMN_UNIQUE) != 0;
        checks += mapper->columns[i].check != NULL;
    }
    assert_int_equal(table->unique_count, uniques);
    assert_int_equal(table->check_count, checks);
    assert_int_equal(table->index_count, mapper->index_count);
    for (size_t i = 0; i < table->index_count; i++) {
        const calx_inspected_index *found = &table->indexes[i];
        assert_string_equal(found->name, mapper->indexes[i].name);
        assert_int_equal(found->unique, mapper->indexes[i].unique);
        assert_int_equal(found->part_count, mapper->indexes[i].column_count);
        for (size_t j = 0; j < found->part_count; j++)
            assert_string_equal(found->parts[j].text,
                                mapper->columns[mapper->indexes[i].columns[j]].name);
    }
}

static void what_create_all_made_is_what_the_mappers_say(void **state)
{
    (void)state;
    calx_shows("ENG-222");
    calx_shows("ENG-224");
    calx_shows("ENG-225");
    calx_shows("ENG-226");
    calx_engine *engine = inspect_engine();
    assert_int_equal(calx_schema_create_all(engine, &sample_metadata, NULL), CALX_OK);
    calx_inspector *inspector = inspect(engine);
    assert_tables(inspector, NULL, "addresses memberships order users");
    for (size_t i = 0; i < sample_metadata.mapper_count; i++) {
        const calx_mapper *mapper = sample_metadata.mappers[i];
        const calx_inspected_table *table = table_of(inspector, NULL, mapper->table);
        assert_columns(table, mapper);
        assert_keys(table, mapper);
        assert_others(table, mapper);
    }
    const calx_inspected_table *users = table_of(inspector, NULL, "users");
    assert_string_equal(users->checks[0].sql, "age >= 0");
    assert_names(users->uniques[0].columns, users->uniques[0].column_count, "name");
    assert_string_equal(column_of(users, "created")->default_sql, "CURRENT_TIMESTAMP");
    calx_inspector_free(inspector);
    calx_engine_free(engine);
}

/* ---- the cache ---- */

static void answers_are_kept_until_the_inspector_is_cleared(void **state)
{
    (void)state;
    calx_shows("ENG-228");
    static const char *const first[] = { "CREATE TABLE ant (id INTEGER)", NULL };
    static const char *const second[] = { "CREATE TABLE bee (id INTEGER)",
                                          "ALTER TABLE ant ADD COLUMN name TEXT", NULL };
    calx_engine *engine = inspect_engine();
    run_all(engine, first);
    calx_inspector *inspector = inspect(engine);
    assert_false(has_table(inspector, NULL, "bee"));
    const calx_inspected_table *ant = table_of(inspector, NULL, "ant");
    run_all(engine, second);
    assert_false(has_table(inspector, NULL, "bee"));
    assert_ptr_equal(table_of(inspector, NULL, "ant"), ant);
    assert_int_equal(ant->column_count, 1);
    calx_inspector_clear(inspector);
    assert_true(has_table(inspector, NULL, "bee"));
    assert_int_equal(table_of(inspector, NULL, "ant")->column_count, 2);
    calx_inspector_free(inspector);
    calx_engine_free(engine);
}

/* How many queries all tables of the default schema take. */
static size_t count_queries(calx_engine *engine, log_sink *sink, size_t tables)
{
    const calx_inspected_table *const *all = NULL;
    size_t count = 0;
    calx_inspector *inspector = inspect(engine);
    log_sink_forget(sink);
    assert_ok(inspector, calx_inspector_tables(inspector, NULL, &all, &count));
    assert_int_equal(count, tables);
    for (size_t i = 0; i < count; i++) {
        assert_int_equal(all[i]->column_count, 2);
        assert_int_equal(all[i]->primary_key->column_count, 1);
        assert_int_equal(all[i]->index_count, 1);
        assert_ptr_equal(table_of(inspector, NULL, all[i]->name), all[i]);
    }
    size_t queries = log_sink_count(sink, "SELECT ");
    calx_inspector_free(inspector);
    return queries;
}

static void a_whole_schema_takes_as_many_queries_as_one_table(void **state)
{
    (void)state;
    calx_shows("ENG-228");
    log_sink sink;
    log_sink_init(&sink);
    calx_engine *engine = NULL;
    calx_engine_options options = CALX_ENGINE_OPTIONS_INIT;
    options.log = log_sink_line;
    options.log_context = &sink;
    options.echo = CALX_ECHO_SQL;
    assert_int_equal(calx_engine_new(calx_test_url(), &options, &engine, NULL), CALX_OK);
    size_t queries = 0;
    for (size_t i = 0; i < 50; i++) {
        char table[128];
        char index[128];
        const char *const sql[] = { table, index, NULL };
        snprintf(table, sizeof table, "CREATE TABLE t%02zu (id INTEGER PRIMARY KEY, x TEXT)", i);
        snprintf(index, sizeof index, "CREATE INDEX by_x%02zu ON t%02zu (x)", i, i);
        run_all(engine, sql);
        if (i == 0)
            queries = count_queries(engine, &sink, 1);
    }
    assert_in_range(queries, 5, 12);
    assert_int_equal(count_queries(engine, &sink, 50), queries);
    calx_engine_free(engine);
    log_sink_clear(&sink);
}

/* ---- names and memory ---- */

static void hostile_names_are_names(void **state)
{
    (void)state;
    static const char *const sql[] = {
        "CREATE TABLE \"sel\"\"ect; -- 'x\" (\"from)\" INTEGER NOT NULL PRIMARY KEY, "
        "\"größe, check (\" TEXT CONSTRAINT \"not \"\"null\" CHECK (\"größe, check (\" <> ')('), "
        "CONSTRAINT \"un'ique\" UNIQUE (\"größe, check (\"))",
        "CREATE TABLE \"ta ble\" (\"wh\"\"ere\" INTEGER, CONSTRAINT \"for eign\" FOREIGN KEY "
        "(\"wh\"\"ere\") REFERENCES \"sel\"\"ect; -- 'x\" (\"from)\"))",
        "CREATE INDEX \"in \"\"dex\" ON \"ta ble\" (\"wh\"\"ere\")",
        "CREATE TABLE \"a%\" (\"?1 {schema} $1\" INTEGER)", NULL
    };
    calx_engine *engine = inspect_engine();
    run_all(engine, sql);
    calx_inspector *inspector = inspect(engine);
    assert_tables(inspector, NULL, "a% sel\"ect; -- 'x ta ble");
    const calx_inspected_table *table = table_of(inspector, NULL, "sel\"ect; -- 'x");
    assert_int_equal(table->column_count, 2);
    assert_string_equal(table->columns[0].name, "from)");
    assert_string_equal(table->columns[1].name, "größe, check (");
    assert_names(table->primary_key->columns, table->primary_key->column_count, "from)");
    assert_int_equal(table->check_count, 1);
    assert_string_equal(table->checks[0].name, "not \"null");
    assert_non_null(strstr(table->checks[0].sql, "')('"));
    assert_int_equal(table->unique_count, 1);
    assert_string_equal(table->uniques[0].name, "un'ique");
    table = table_of(inspector, NULL, "ta ble");
    assert_string_equal(table->foreign_keys[0].name, "for eign");
    assert_string_equal(table->foreign_keys[0].columns[0], "wh\"ere");
    assert_string_equal(table->foreign_keys[0].target_table, "sel\"ect; -- 'x");
    assert_string_equal(table->foreign_keys[0].target_columns[0], "from)");
    assert_string_equal(table->indexes[0].name, "in \"dex");
    assert_string_equal(table->indexes[0].parts[0].text, "wh\"ere");
    assert_string_equal(table_of(inspector, NULL, "a%")->columns[0].name, "?1 {schema} $1");
    calx_inspector_free(inspector);
    calx_engine_free(engine);
}

static calx_status inspect_all(calx_inspector *inspector)
{
    const calx_inspected_table *const *tables = NULL;
    const calx_inspected_sequence *sequences = NULL;
    const calx_inspected_table *users = NULL;
    size_t count = 0;
    calx_status status = calx_inspector_table(inspector, NULL, "users", &users);
    if (status == CALX_OK)
        status = calx_inspector_tables(inspector, NULL, &tables, &count);
    if (status == CALX_OK)
        status = calx_inspector_sequences(inspector, NULL, &sequences, &count);
    return status;
}

static void each_allocation_of_an_inspection_may_fail(void **state)
{
    (void)state;
    calx_engine *engine = inspect_engine();
    assert_int_equal(calx_schema_create_all(engine, &sample_metadata, NULL), CALX_OK);
    calx_engine_free(engine);
    survive_without_memory(inspect_all);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(table_names_are_sorted_and_views_are_none_of_them),
        CALX_SQLITE(the_databases_own_tables_are_not_listed),
        cmocka_unit_test(temporary_tables_are_listed_apart_and_found_first),
        CALX_SQLITE(attached_databases_are_schemas),
        CALX_POSTGRESQL(partition_parents_and_named_schemas_are_listed),
        cmocka_unit_test(whether_something_is_there_is_no_error),
        cmocka_unit_test(what_is_missing_is_named),
        cmocka_unit_test(a_table_with_nothing_has_empty_lists),
        cmocka_unit_test(a_bad_argument_is_named),
        cmocka_unit_test(a_database_that_cannot_be_opened_is_its_own_error),
        cmocka_unit_test(what_create_all_made_is_what_the_mappers_say),
        cmocka_unit_test(answers_are_kept_until_the_inspector_is_cleared),
        cmocka_unit_test(a_whole_schema_takes_as_many_queries_as_one_table),
        cmocka_unit_test(hostile_names_are_names),
        cmocka_unit_test(each_allocation_of_an_inspection_may_fail),
    };
    return CALX_RUN("inspect", tests);
}
