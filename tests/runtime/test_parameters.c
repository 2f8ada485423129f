/*
 * The scanner of :name parameters: what is one, what only looks like one, and how the text is
 * rewritten for each dialect.
 */
#include "support/harness.h"
#include "support/ration.h"
#include "support/sample_dialect.h"

#include "sql/parameters.h"

#include <string.h>

static void assert_rewrite(const calx_dialect *dialect, const char *sql, const char *expected)
{
    calx_buffer text = CALX_BUFFER_INIT;
    calx_parameter_map map;
    assert_int_equal(calx_sql_parameters(&map, dialect, sql, strlen(sql)), CALX_OK);
    calx_sql_parameters_rewrite(&text, &map, dialect, sql, strlen(sql));
    assert_int_equal(text.status, CALX_OK);
    assert_string_equal(calx_buffer_text(&text), expected);
    calx_buffer_clear(&text);
    calx_parameter_map_clear(&map);
}

static void assert_untouched(const calx_dialect *dialect, const char *sql)
{
    calx_parameter_map map;
    assert_int_equal(calx_sql_parameters(&map, dialect, sql, strlen(sql)), CALX_OK);
    assert_int_equal(map.place_count, 0);
    assert_int_equal(map.name_count, 0);
    assert_rewrite(dialect, sql, sql);
    calx_parameter_map_clear(&map);
}

static void each_place_gets_a_placeholder_of_its_own(void **state)
{
    (void)state;
    const char *sql = "SELECT * FROM t WHERE a = :a AND b IN (:b1, :a) LIMIT :_n";
    calx_parameter_map map;
    assert_int_equal(calx_sql_parameters(&map, &sample_dialect, sql, strlen(sql)), CALX_OK);
    assert_int_equal(map.place_count, 4);
    assert_int_equal(map.name_count, 3);
    assert_int_equal(map.places[0].position, strstr(sql, ":a") - sql);
    assert_int_equal(map.places[0].name_size, 1);
    assert_int_equal(map.places[0].index, 0);
    assert_int_equal(map.places[1].index, 1);
    assert_int_equal(map.places[2].index, 0);
    assert_int_equal(map.places[3].index, 2);
    assert_int_equal(calx_parameter_map_find(&map, sql, "b1"), 1);
    assert_int_equal(calx_parameter_map_find(&map, sql, "b"), -1);
    assert_int_equal(calx_parameter_map_find(&map, sql, ""), -1);
    calx_parameter_map_clear(&map);
    assert_rewrite(&sample_dialect, sql, "SELECT * FROM t WHERE a = $1 AND b IN ($2, $3) LIMIT $4");
    assert_rewrite(&calx_dialect_sqlite, sql,
                   "SELECT * FROM t WHERE a = ? AND b IN (?, ?) LIMIT ?");
}

static void strings_and_names_hold_no_parameters(void **state)
{
    (void)state;
    assert_untouched(&calx_dialect_sqlite, "SELECT ':a', 'it''s :b', \"x:c\", \"q\"\":d\"");
    assert_untouched(&calx_dialect_sqlite, "SELECT [a :b], `c :d`");
    assert_rewrite(&calx_dialect_sqlite, "SELECT 'a':b, 'c\\':d", "SELECT 'a'?, 'c\\'?");
    assert_rewrite(&sample_dialect, "SELECT E'a\\':b', :c", "SELECT E'a\\':b', $1");
    assert_rewrite(&sample_dialect, "SELECT x[1], :c", "SELECT x[1], $1");
}

static void comments_hold_no_parameters(void **state)
{
    (void)state;
    assert_untouched(&calx_dialect_sqlite, "SELECT 1 -- it's :a\n, 2 /* :b */");
    assert_rewrite(&calx_dialect_sqlite, "SELECT 1 --'\n:a", "SELECT 1 --'\n?");
    assert_rewrite(&calx_dialect_sqlite, "/* /* */ :a", "/* /* */ ?");
    assert_untouched(&sample_dialect, "/* /* */ :a */");
    assert_rewrite(&sample_dialect, "/*/ :a */ :b - :c / :d", "/*/ :a */ $1 - $2 / $3");
}

static void casts_and_lone_colons_are_no_parameters(void **state)
{
    (void)state;
    assert_untouched(&sample_dialect, "SELECT '1'::int, a::text, 1 : 2, x :1");
    assert_rewrite(&sample_dialect, "SELECT :a::int", "SELECT $1::int");
    assert_untouched(&sample_dialect, ":::a");
}

static void dollar_quotes_are_the_dialects(void **state)
{
    (void)state;
    assert_untouched(&sample_dialect, "SELECT $$ :a $$, $tag$ $$ :b $x$ $tag$");
    assert_rewrite(&sample_dialect, "SELECT $1, :a", "SELECT $1, $1");
    assert_rewrite(&sample_dialect, "SELECT a$b$, :a, c$b$", "SELECT a$b$, $1, c$b$");
    assert_rewrite(&sample_dialect, "CASE WHEN:a THEN:b END", "CASE WHEN $1 THEN $2 END");
    assert_rewrite(&calx_dialect_sqlite, "CASE WHEN:a THEN:b END", "CASE WHEN? THEN? END");
    assert_rewrite(&calx_dialect_sqlite, "SELECT $$ :a $$", "SELECT $$ ? $$");
}

static void what_is_not_closed_reaches_to_the_end(void **state)
{
    (void)state;
    assert_untouched(&calx_dialect_sqlite, "SELECT ':a");
    assert_untouched(&calx_dialect_sqlite, "SELECT \":a");
    assert_untouched(&calx_dialect_sqlite, "SELECT /* :a");
    assert_untouched(&calx_dialect_sqlite, "SELECT -- :a");
    assert_untouched(&sample_dialect, "SELECT $x$ :a $x");
    assert_untouched(&sample_dialect, "SELECT E'\\");
    assert_untouched(&calx_dialect_sqlite, "");
    assert_untouched(&calx_dialect_sqlite, ":");
}

static void a_survey_counts_placeholders_and_statements(void **state)
{
    (void)state;
    static const struct {
        const char *sql;
        size_t placeholders;
        size_t statements;
    } cases[] = {
        { "", 0, 0 },
        { " ;; -- $1\n /* $2 */", 0, 0 },
        { "SELECT $2, $10", 10, 1 },
        { "SELECT '$1', \"$2\", $x$ $3 ; $x$, E'\\'$4', a$5", 0, 1 },
        { "SELECT 1;", 0, 1 },
        { "SELECT $1; SELECT $2 ;", 2, 2 },
        { "'a;b'", 0, 1 },
        { "$", 0, 1 },
        { "$99999999999999999999999", 9999999999, 1 },
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        calx_sql_facts facts =
            calx_sql_survey(&calx_dialect_postgresql, cases[i].sql, strlen(cases[i].sql));
        if (cases[i].placeholders < 100)
            assert_int_equal(facts.placeholders, cases[i].placeholders);
        else
            assert_true(facts.placeholders > 65535);
        assert_int_equal(facts.statements, cases[i].statements);
    }
}

static calx_status scan_many(void)
{
    char sql[400] = "";
    calx_parameter_map map;
    for (char name[] = " :a"; name[2] <= 'z'; name[2]++)
        strcat(sql, name);
    calx_status status = calx_sql_parameters(&map, &calx_dialect_sqlite, sql, strlen(sql));
    if (status == CALX_OK)
        assert_int_equal(map.name_count, 26);
    else
        assert_null(map.places);
    calx_parameter_map_clear(&map);
    return status;
}

static void each_allocation_of_the_scanner_may_fail(void **state)
{
    (void)state;
    calx_status status = CALX_E_NOMEM;
    long allowed = 0;
    for (; status == CALX_E_NOMEM; allowed++) {
        ration account;
        assert_true(ration_start(&account, allowed));
        status = scan_many();
        assert_int_equal(ration_stop(&account), 0);
    }
    assert_int_equal(status, CALX_OK);
    assert_int_equal(allowed, 4);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_place_gets_a_placeholder_of_its_own),
        cmocka_unit_test(strings_and_names_hold_no_parameters),
        cmocka_unit_test(comments_hold_no_parameters),
        cmocka_unit_test(casts_and_lone_colons_are_no_parameters),
        cmocka_unit_test(dollar_quotes_are_the_dialects),
        cmocka_unit_test(what_is_not_closed_reaches_to_the_end),
        cmocka_unit_test(a_survey_counts_placeholders_and_statements),
        cmocka_unit_test(each_allocation_of_the_scanner_may_fail),
    };
    return CALX_RUN("parameters", tests);
}
