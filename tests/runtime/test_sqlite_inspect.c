/*
 * What an inspector says of SQLite's tables: types by affinity, generated columns, and what stands
 * in the CREATE text alone.
 */
#include "inspect_fixture.h"

#include <stdio.h>

static void generated_columns_are_columns(void **state)
{
    (void)state;
    calx_shows("ENG-222");
    static const char *const sql[] = {
        "CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT NOT NULL DEFAULT 'x, y', b INT DEFAULT "
        "(1 + 1), twice INT GENERATED ALWAYS AS (b * 2), kept TEXT AS (upper(a)) STORED)",
        NULL
    };
    calx_engine *engine = inspect_engine();
    run_all(engine, sql);
    calx_inspector *inspector = inspect(engine);
    const calx_inspected_table *table = table_of(inspector, NULL, "t");
    assert_int_equal(table->column_count, 5);
    assert_true(column_of(table, "id")->is_counted);
    assert_false(column_of(table, "id")->nullable);
    assert_false(column_of(table, "a")->nullable);
    assert_string_equal(column_of(table, "a")->default_sql, "'x, y'");
    assert_true(column_of(table, "b")->nullable);
    assert_string_equal(column_of(table, "b")->default_sql, "1 + 1");
    assert_null(column_of(table, "b")->computed);
    assert_string_equal(column_of(table, "twice")->computed->sql, "b * 2");
    assert_false(column_of(table, "twice")->computed->stored);
    assert_null(column_of(table, "twice")->default_sql);
    assert_string_equal(column_of(table, "kept")->computed->sql, "upper(a)");
    assert_true(column_of(table, "kept")->computed->stored);
    assert_null(column_of(table, "kept")->comment);
    assert_null(column_of(table, "kept")->identity);
    calx_inspector_free(inspector);
    calx_engine_free(engine);
}

static void views_have_columns_and_no_keys(void **state)
{
    (void)state;
    calx_shows("ENG-222");
    static const char *const sql[] = { "CREATE TABLE t (id INTEGER PRIMARY KEY, a VARCHAR(7))",
                                       "CREATE VIEW v AS SELECT id, a, a || 'x' AS more FROM t",
                                       NULL };
    calx_engine *engine = inspect_engine();
    run_all(engine, sql);
    calx_inspector *inspector = inspect(engine);
    const calx_inspected_table *view = table_of(inspector, NULL, "v");
    assert_int_equal(view->kind, CALX_INSPECTED_VIEW);
    assert_int_equal(view->column_count, 3);
    assert_int_equal(column_of(view, "a")->type.length, 7);
    assert_false(column_of(view, "id")->is_counted);
    assert_null(view->primary_key);
    calx_inspector_free(inspector);
    calx_engine_free(engine);
}

/* Only the one key column of type INTEGER, spelled like that, is the rowid. */
static void a_rowid_is_counted_and_other_keys_are_not(void **state)
{
    (void)state;
    calx_shows("ENG-222");
    static const char *const sql[] = {
        "CREATE TABLE rowid_ (id integer, PRIMARY KEY (id))",
        "CREATE TABLE int_ (id INT PRIMARY KEY)",
        "CREATE TABLE pair (a INTEGER, b INTEGER, PRIMARY KEY (a, b))",
        "CREATE TABLE without (id INTEGER PRIMARY KEY) WITHOUT ROWID",
        "CREATE TABLE backwards (id INTEGER PRIMARY KEY DESC)",
        NULL
    };
    calx_engine *engine = inspect_engine();
    run_all(engine, sql);
    calx_inspector *inspector = inspect(engine);
    const calx_inspected_table *table = table_of(inspector, NULL, "rowid_");
    assert_true(table->columns[0].is_counted);
    assert_false(table->columns[0].nullable);
    table = table_of(inspector, NULL, "int_");
    assert_false(table->columns[0].is_counted);
    assert_true(table->columns[0].nullable);
    assert_false(table_of(inspector, NULL, "pair")->columns[0].is_counted);
    table = table_of(inspector, NULL, "without");
    assert_false(table->columns[0].is_counted);
    assert_false(table->columns[0].nullable);
    assert_false(table_of(inspector, NULL, "backwards")->columns[0].is_counted);
    calx_inspector_free(inspector);
    calx_engine_free(engine);
}

typedef struct type_case {
    const char *declared;
    const char *name;
    calx_type_family family;
    int length;
    int precision;
    int scale;
} type_case;

static const type_case type_cases[] = {
    { "INTEGER", "INTEGER", CALX_FAMILY_INTEGER, -1, -1, -1 },
    { "INT", "INT", CALX_FAMILY_INTEGER, -1, -1, -1 },
    { "BIGINT", "BIGINT", CALX_FAMILY_INTEGER, -1, -1, -1 },
    { "boolean", "BOOLEAN", CALX_FAMILY_BOOLEAN, -1, -1, -1 },
    { "DATETIME", "DATETIME", CALX_FAMILY_TIMESTAMP, -1, -1, -1 },
    { "DOUBLE PRECISION", "DOUBLE PRECISION", CALX_FAMILY_REAL, -1, -1, -1 },
    { "VARCHAR(30)", "VARCHAR", CALX_FAMILY_TEXT, 30, -1, -1 },
    { "nvarchar (12)", "NVARCHAR", CALX_FAMILY_TEXT, 12, -1, -1 },
    { "DECIMAL(10,2)", "DECIMAL", CALX_FAMILY_NUMERIC, -1, 10, 2 },
    { "NUMERIC(10, +3)", "NUMERIC", CALX_FAMILY_NUMERIC, -1, 10, 3 },
    { "UNSIGNED BIG INT", "INTEGER", CALX_FAMILY_INTEGER, -1, -1, -1 },
    { "CHARINT", "INTEGER", CALX_FAMILY_INTEGER, -1, -1, -1 },
    { "FLOATING POINT", "INTEGER", CALX_FAMILY_INTEGER, -1, -1, -1 },
    { "MEDIUMINT(8)", "INTEGER", CALX_FAMILY_INTEGER, -1, 8, -1 },
    { "CHARACTER VARYING(20)", "TEXT", CALX_FAMILY_TEXT, 20, -1, -1 },
    { "NATIVE CLOBBER", "TEXT", CALX_FAMILY_TEXT, -1, -1, -1 },
    { "longtext", "TEXT", CALX_FAMILY_TEXT, -1, -1, -1 },
    { "TINYBLOB", "BLOB", CALX_FAMILY_BYTES, -1, -1, -1 },
    { "", "BLOB", CALX_FAMILY_BYTES, -1, -1, -1 },
    { "SURREAL", "REAL", CALX_FAMILY_REAL, -1, -1, -1 },
    { "FLOATY(5)", "REAL", CALX_FAMILY_REAL, -1, 5, -1 },
    { "doubled", "REAL", CALX_FAMILY_REAL, -1, -1, -1 },
    { "STRING", "NUMERIC", CALX_FAMILY_NUMERIC, -1, -1, -1 },
    { "MONEY(5,2)", "NUMERIC", CALX_FAMILY_NUMERIC, -1, 5, 2 },
};

enum { TYPE_CASE_COUNT = sizeof type_cases / sizeof type_cases[0] };

static void a_type_is_known_or_taken_by_its_affinity(void **state)
{
    (void)state;
    calx_shows("ENG-223");
    char create[2048] = "CREATE TABLE t (";
    for (size_t i = 0; i < TYPE_CASE_COUNT; i++) {
        char column[64];
        snprintf(column, sizeof column, "%sc%zu %s", i > 0 ? ", " : "", i, type_cases[i].declared);
        strcat(create, column);
    }
    strcat(create, ")");
    const char *const sql[] = { create, NULL };
    calx_engine *engine = inspect_engine();
    run_all(engine, sql);
    calx_inspector *inspector = inspect(engine);
    const calx_inspected_table *table = table_of(inspector, NULL, "t");
    assert_int_equal(table->column_count, TYPE_CASE_COUNT);
    for (size_t i = 0; i < TYPE_CASE_COUNT; i++) {
        const calx_inspected_type *type = &table->columns[i].type;
        assert_string_equal(type->name, type_cases[i].name);
        assert_string_equal(type->text, type_cases[i].declared);
        assert_int_equal(type->family, type_cases[i].family);
        assert_int_equal(type->length, type_cases[i].length);
        assert_int_equal(type->precision, type_cases[i].precision);
        assert_int_equal(type->scale, type_cases[i].scale);
    }
    assert_int_equal(calx_inspector_count_warnings(inspector), 0);
    calx_inspector_free(inspector);
    calx_engine_free(engine);
}

static void keys_come_in_their_order_with_their_names(void **state)
{
    (void)state;
    calx_shows("ENG-224");
    static const char *const sql[] = {
        "CREATE TABLE named (a TEXT, b TEXT, c TEXT, CONSTRAINT the_key PRIMARY KEY (c, a))",
        "CREATE TABLE nameless (a TEXT, b TEXT, PRIMARY KEY (b, a))",
        "CREATE TABLE own (a TEXT CONSTRAINT \"of a\" PRIMARY KEY)", NULL
    };
    calx_engine *engine = inspect_engine();
    run_all(engine, sql);
    calx_inspector *inspector = inspect(engine);
    const calx_inspected_key *key = table_of(inspector, NULL, "named")->primary_key;
    assert_names(key->columns, key->column_count, "c a");
    assert_string_equal(key->name, "the_key");
    key = table_of(inspector, NULL, "nameless")->primary_key;
    assert_names(key->columns, key->column_count, "b a");
    assert_null(key->name);
    assert_string_equal(table_of(inspector, NULL, "own")->primary_key->name, "of a");
    calx_inspector_free(inspector);
    calx_engine_free(engine);
}

static void foreign_keys_have_names_targets_and_rules(void **state)
{
    (void)state;
    calx_shows("ENG-225");
    static const char *const sql[] = {
        "CREATE TABLE parent (x INT, y INT, z INT UNIQUE, PRIMARY KEY (y, x))",
        "CREATE TABLE child (a INT CONSTRAINT z_key REFERENCES parent (z) ON DELETE SET NULL "
        "ON UPDATE CASCADE, b INT, c INT REFERENCES gone, d INT REFERENCES parent (z), "
        "CONSTRAINT pair FOREIGN KEY (b, A) REFERENCES \"Parent\" ON DELETE RESTRICT "
        "ON UPDATE SET DEFAULT DEFERRABLE INITIALLY DEFERRED)",
        "ALTER TABLE child ADD COLUMN e INT CONSTRAINT added REFERENCES parent (z) DEFERRABLE", NULL
    };
    calx_engine *engine = inspect_engine();
    run_all(engine, sql);
    calx_inspector *inspector = inspect(engine);
    const calx_inspected_table *child = table_of(inspector, NULL, "child");
    assert_int_equal(child->foreign_key_count, 5);
    const calx_inspected_foreign_key *missing = &child->foreign_keys[0];
    assert_null(missing->name);
    assert_names(missing->columns, missing->column_count, "c");
    assert_string_equal(missing->target_table, "gone");
    assert_int_equal(missing->target_column_count, 0);
    const calx_inspected_foreign_key *plain = &child->foreign_keys[1];
    assert_null(plain->name);
    assert_names(plain->columns, plain->column_count, "d");
    assert_int_equal(plain->on_delete, CALX_ON_DELETE_NO_ACTION);
    assert_int_equal(plain->on_update, CALX_ON_UPDATE_NO_ACTION);
    const calx_inspected_foreign_key *added = &child->foreign_keys[2];
    assert_string_equal(added->name, "added");
    assert_true(added->deferrable);
    assert_false(added->initially_deferred);
    const calx_inspected_foreign_key *pair = &child->foreign_keys[3];
    assert_string_equal(pair->name, "pair");
    assert_names(pair->columns, pair->column_count, "b a");
    assert_names(pair->target_columns, pair->target_column_count, "y x");
    assert_int_equal(pair->on_delete, CALX_ON_DELETE_RESTRICT);
    assert_int_equal(pair->on_update, CALX_ON_UPDATE_SET_DEFAULT);
    assert_true(pair->deferrable);
    assert_true(pair->initially_deferred);
    const calx_inspected_foreign_key *z_key = &child->foreign_keys[4];
    assert_string_equal(z_key->name, "z_key");
    assert_names(z_key->target_columns, z_key->target_column_count, "z");
    assert_string_equal(z_key->target_schema, "main");
    assert_int_equal(z_key->on_delete, CALX_ON_DELETE_SET_NULL);
    assert_int_equal(z_key->on_update, CALX_ON_UPDATE_CASCADE);
    assert_false(z_key->deferrable);
    calx_inspector_free(inspector);
    calx_engine_free(engine);
}

static void indexes_say_of_which_rows_and_by_what(void **state)
{
    (void)state;
    calx_shows("ENG-226");
    static const char *const sql[] = {
        "CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT UNIQUE, b INT)",
        "CREATE UNIQUE INDEX some ON t (b DESC) WHERE a IS NOT NULL AND b > 3",
        "CREATE INDEX mixed ON t (lower(a), b, (b + 1) DESC)", "CREATE INDEX \"By Row\" ON t (a)",
        NULL
    };
    calx_engine *engine = inspect_engine();
    run_all(engine, sql);
    calx_inspector *inspector = inspect(engine);
    const calx_inspected_table *table = table_of(inspector, NULL, "t");
    assert_int_equal(table->index_count, 3);
    const calx_inspected_index *index = &table->indexes[0];
    assert_string_equal(index->name, "By Row");
    assert_string_equal(index->parts[0].text, "a");
    index = &table->indexes[1];
    assert_string_equal(index->name, "mixed");
    assert_false(index->unique);
    assert_null(index->predicate);
    assert_null(index->method);
    assert_int_equal(index->part_count, 3);
    assert_string_equal(index->parts[0].text, "lower(a)");
    assert_true(index->parts[0].is_expression);
    assert_true(index->parts[0].nulls_first);
    assert_string_equal(index->parts[1].text, "b");
    assert_false(index->parts[1].is_expression);
    assert_string_equal(index->parts[2].text, "(b + 1)");
    assert_true(index->parts[2].descending);
    index = &table->indexes[2];
    assert_string_equal(index->name, "some");
    assert_true(index->unique);
    assert_true(index->parts[0].descending);
    assert_false(index->parts[0].nulls_first);
    assert_string_equal(index->predicate, "a IS NOT NULL AND b > 3");
    calx_inspector_free(inspector);
    calx_engine_free(engine);
}

static void unique_and_check_constraints_are_sorted_by_name(void **state)
{
    (void)state;
    calx_shows("ENG-226");
    static const char *const sql[] = {
        "CREATE TABLE t (a INT CONSTRAINT z UNIQUE CHECK (a > 0), b INT UNIQUE -- UNIQUE (a, b)\n"
        ", c INT, CONSTRAINT m UNIQUE (c, a), CONSTRAINT y CHECK (a < b), CONSTRAINT x CHECK "
        "(c IN (1, 2)), UNIQUE (a, b))",
        NULL
    };
    calx_engine *engine = inspect_engine();
    run_all(engine, sql);
    calx_inspector *inspector = inspect(engine);
    const calx_inspected_table *table = table_of(inspector, NULL, "t");
    assert_int_equal(table->unique_count, 4);
    assert_null(table->uniques[0].name);
    assert_names(table->uniques[0].columns, table->uniques[0].column_count, "a b");
    assert_null(table->uniques[1].name);
    assert_names(table->uniques[1].columns, table->uniques[1].column_count, "b");
    assert_string_equal(table->uniques[2].name, "m");
    assert_names(table->uniques[2].columns, table->uniques[2].column_count, "c a");
    assert_string_equal(table->uniques[3].name, "z");
    assert_int_equal(table->check_count, 3);
    assert_null(table->checks[0].name);
    assert_string_equal(table->checks[0].sql, "a > 0");
    assert_string_equal(table->checks[1].name, "x");
    assert_string_equal(table->checks[1].sql, "c IN (1, 2)");
    assert_string_equal(table->checks[2].name, "y");
    assert_int_equal(table->index_count, 0);
    calx_inspector_free(inspector);
    calx_engine_free(engine);
}

static void a_renamed_table_keeps_its_names(void **state)
{
    (void)state;
    calx_shows("ENG-226");
    static const char *const sql[] = {
        "CREATE TABLE old (a INT CONSTRAINT c CHECK (a > 0), b INT CONSTRAINT u UNIQUE)",
        "ALTER TABLE old RENAME TO \"new (one\"",
        "ALTER TABLE \"new (one\" RENAME COLUMN b TO \"c d\"", NULL
    };
    calx_engine *engine = inspect_engine();
    run_all(engine, sql);
    calx_inspector *inspector = inspect(engine);
    const calx_inspected_table *table = table_of(inspector, NULL, "new (one");
    assert_string_equal(table->checks[0].name, "c");
    assert_string_equal(table->uniques[0].name, "u");
    assert_names(table->uniques[0].columns, table->uniques[0].column_count, "c d");
    calx_inspector_free(inspector);
    calx_engine_free(engine);
}

static void there_are_no_enums_domains_and_sequences(void **state)
{
    (void)state;
    calx_shows("ENG-227");
    calx_engine *engine = inspect_engine();
    calx_inspector *inspector = inspect(engine);
    const calx_inspected_enum *enums = NULL;
    const calx_inspected_domain *domains = NULL;
    const calx_inspected_sequence *sequences = NULL;
    size_t counts[3] = { 7, 7, 7 };
    assert_ok(inspector, calx_inspector_enums(inspector, NULL, &enums, &counts[0]));
    assert_ok(inspector, calx_inspector_domains(inspector, "main", &domains, &counts[1]));
    assert_ok(inspector, calx_inspector_sequences(inspector, NULL, &sequences, &counts[2]));
    assert_int_equal(counts[0] + counts[1] + counts[2], 0);
    assert_int_equal(calx_inspector_enums(inspector, "nowhere", &enums, &counts[0]),
                     CALX_E_NO_OBJECT);
    calx_inspector_free(inspector);
    calx_engine_free(engine);
}

/* What it says of one table does not need another one to be whole. */
static void a_broken_view_is_an_error_of_its_own_alone(void **state)
{
    (void)state;
    calx_shows("ENG-221");
    static const char *const sql[] = { "CREATE TABLE t (a INT)", "CREATE TABLE gone (a INT)",
                                       "CREATE VIEW v AS SELECT a FROM gone", "DROP TABLE gone",
                                       NULL };
    calx_engine *engine = inspect_engine();
    run_all(engine, sql);
    calx_inspector *inspector = inspect(engine);
    const calx_inspected_table *const *tables = NULL;
    const calx_inspected_table *view = NULL;
    size_t count = 0;
    assert_int_equal(table_of(inspector, NULL, "t")->column_count, 1);
    assert_int_equal(calx_inspector_table(inspector, NULL, "v", &view), CALX_E_NO_OBJECT);
    assert_non_null(strstr(calx_inspector_error(inspector)->message, "gone"));
    calx_inspector_clear(inspector);
    assert_ok(inspector, calx_inspector_tables(inspector, NULL, &tables, &count));
    assert_int_equal(count, 1);
    calx_inspector_free(inspector);
    calx_engine_free(engine);
}

static void a_table_without_its_module_leaves_the_others(void **state)
{
    (void)state;
    calx_shows("ENG-221");
    calx_shows("ENG-228");
    static const char *const sql[] = {
        "CREATE TABLE a (x INT)", "CREATE TABLE z (x INT, y TEXT)", "PRAGMA writable_schema = 1",
        "INSERT INTO sqlite_master VALUES ('table', 'lost', 'lost', 0, "
        "'CREATE VIRTUAL TABLE lost USING no_such_module(a)')",
        NULL
    };
    calx_engine *engine = inspect_engine();
    run_all(engine, sql);
    calx_engine_dispose(engine);
    calx_inspector *inspector = inspect(engine);
    const calx_inspected_table *const *tables = NULL;
    const calx_inspected_table *lost = NULL;
    size_t count = 0;
    assert_ok(inspector, calx_inspector_tables(inspector, NULL, &tables, &count));
    assert_int_equal(count, 3);
    static const struct {
        const char *name;
        size_t columns;
        bool is_unreadable;
    } expected[] = { { "a", 1, false }, { "lost", 0, true }, { "z", 2, false } };
    for (size_t i = 0; i < count; i++) {
        assert_string_equal(tables[i]->name, expected[i].name);
        assert_int_equal(tables[i]->column_count, expected[i].columns);
        assert_int_equal(tables[i]->is_unreadable, expected[i].is_unreadable);
    }
    assert_int_equal(calx_inspector_count_warnings(inspector), 1);
    assert_int_equal(calx_inspector_table(inspector, NULL, "lost", &lost), CALX_E_NO_OBJECT);
    assert_non_null(strstr(calx_inspector_error(inspector)->message, "no_such_module"));
    assert_null(lost);
    assert_int_equal(table_of(inspector, NULL, "z")->column_count, 2);
    calx_inspector_free(inspector);
    calx_engine_free(engine);
}

static calx_status inspect_rich(calx_inspector *inspector)
{
    const calx_inspected_table *const *tables = NULL;
    const calx_inspected_table *view = NULL;
    size_t count = 0;
    calx_status status = calx_inspector_table(inspector, NULL, "v", &view);
    if (status == CALX_OK)
        status = calx_inspector_tables(inspector, "main", &tables, &count);
    return status;
}

static void each_allocation_for_a_rich_schema_may_fail(void **state)
{
    (void)state;
    static const char *const sql[] = {
        "CREATE TABLE p (a INT, b INT, CONSTRAINT p_key PRIMARY KEY (a, b))",
        "CREATE TABLE c (x INT CONSTRAINT some_unique UNIQUE, y INT, z INT AS (x + y), "
        "w INT AS (x * 2) STORED, CONSTRAINT of_p FOREIGN KEY (x, y) REFERENCES p DEFERRABLE, "
        "CONSTRAINT m CHECK (x > y), CONSTRAINT n CHECK (y > 0), UNIQUE (x, y))",
        "CREATE INDEX on_c ON c (x, lower(y), (z + 1) DESC) WHERE x > 0 AND y < 9",
        "CREATE VIEW v AS SELECT x, y FROM c", NULL
    };
    calx_engine *engine = inspect_engine();
    run_all(engine, sql);
    calx_engine_free(engine);
    survive_without_memory(inspect_rich);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(generated_columns_are_columns),
        cmocka_unit_test(views_have_columns_and_no_keys),
        cmocka_unit_test(a_rowid_is_counted_and_other_keys_are_not),
        cmocka_unit_test(a_type_is_known_or_taken_by_its_affinity),
        cmocka_unit_test(keys_come_in_their_order_with_their_names),
        cmocka_unit_test(foreign_keys_have_names_targets_and_rules),
        cmocka_unit_test(indexes_say_of_which_rows_and_by_what),
        cmocka_unit_test(unique_and_check_constraints_are_sorted_by_name),
        cmocka_unit_test(a_renamed_table_keeps_its_names),
        cmocka_unit_test(there_are_no_enums_domains_and_sequences),
        cmocka_unit_test(each_allocation_for_a_rich_schema_may_fail),
        cmocka_unit_test(a_broken_view_is_an_error_of_its_own_alone),
        cmocka_unit_test(a_table_without_its_module_leaves_the_others),
    };
    return CALX_RUN("sqlite_inspect", tests);
}
