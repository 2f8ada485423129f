/*
 * What is read out of CREATE texts: words, names in all their quotes, and what is no constraint
 * although it looks like one.
 */
#include "support/harness.h"
#include "support/ration.h"

#include "schema/create_scan.h"
#include "schema/create_text.h"

#include <string.h>

static calx_create_text read_text(calx_arena *arena, const char *sql)
{
    calx_create_text text;
    assert_int_equal(calx_create_text_read(arena, sql, &text), CALX_OK);
    return text;
}

/* One line for each constraint: kind, name, columns, target, SQL, deferrable, deferred. */
static void describe(const calx_create_text *text, char *out)
{
    static const char kinds[] = " kufcg";
    *out = '\0';
    for (size_t i = 0; i < text->count; i++) {
        const calx_create_constraint *constraint = &text->constraints[i];
        char kind[] = { kinds[constraint->kind], '\0' };
        strcat(out, kind);
        strcat(strcat(out, " "), constraint->name != NULL ? constraint->name : "-");
        for (size_t j = 0; j < constraint->columns.count; j++)
            strcat(strcat(out, j > 0 ? "," : " "), constraint->columns.items[j]);
        if (constraint->target != NULL)
            strcat(strcat(out, " > "), constraint->target);
        if (constraint->sql != NULL)
            strcat(strcat(strcat(out, " ("), constraint->sql), ")");
        strcat(out, constraint->deferrable ? " late" : "");
        strcat(out, constraint->deferred ? "r" : "");
        strcat(out, "\n");
    }
}

static void assert_text(const char *sql, const char *expected)
{
    char out[2048];
    calx_arena arena;
    calx_arena_init(&arena, 0);
    calx_create_text text = read_text(&arena, sql);
    describe(&text, out);
    assert_string_equal(out, expected);
    calx_arena_clear(&arena);
}

static void constraints_of_columns_have_their_column(void **state)
{
    (void)state;
    calx_shows("ENG-225");
    assert_text("CREATE TABLE t (id INTEGER CONSTRAINT pk PRIMARY KEY ASC ON CONFLICT FAIL "
                "AUTOINCREMENT, a TEXT CONSTRAINT nn NOT NULL CONSTRAINT u UNIQUE, "
                "b NUMERIC(10, 2) DEFAULT (1 + 1) CHECK (b > 0) REFERENCES p (x) "
                "ON DELETE SET DEFAULT ON UPDATE NO ACTION, c COLLATE nocase UNIQUE)",
                "k pk id\n"
                "u u a\n"
                "c - b (b > 0)\n"
                "f - b > p\n"
                "u - c\n");
}

static void constraints_of_tables_need_no_commas(void **state)
{
    (void)state;
    assert_text("create table main.t(a,b,c, constraint one primary key(b, a) "
                "constraint two unique(a COLLATE rtrim DESC, c) "
                "constraint three foreign key(a,b) references p on delete cascade "
                "deferrable initially deferred, check(a<b)\n foreign key (c) references q(c) "
                "not deferrable initially deferred, foreign key (a) references r deferrable "
                "initially immediate) strict, without rowid",
                "k one b,a\n"
                "u two a,c\n"
                "f three a,b > p later\n"
                "c - (a<b)\n"
                "f - c > q\n"
                "f - a > r late\n");
}

static void words_that_may_be_names_are_names(void **state)
{
    (void)state;
    calx_shows("ENG-225");
    assert_text("CREATE TABLE view(a INTEGER CHECK(a>0), b INT AS (a+1), CONSTRAINT u UNIQUE(a))",
                "c - a (a>0)\n"
                "g - b (a+1)\n"
                "u u a\n");
    assert_text("CREATE TABLE virtual(match, initially INT UNIQUE, a match CHECK(a>0))",
                "u - initially\n"
                "c - a (a>0)\n");
    assert_text("CREATE TABLE match(a REFERENCES match UNIQUE MATCH FULL, match UNIQUE)",
                "f - a > match\n"
                "u - a\n"
                "u - match\n");
    assert_text("CREATE VIRTUAL TABLE t USING m(a UNIQUE)", "");
}

static void a_foreign_key_may_be_deferred_behind_another_constraint(void **state)
{
    (void)state;
    calx_shows("ENG-225");
    assert_text("CREATE TABLE t (a REFERENCES p UNIQUE DEFERRABLE INITIALLY DEFERRED, b UNIQUE)",
                "f - a > p later\n"
                "u - a\n"
                "u - b\n");
}

static void quotes_and_comments_hide_what_is_in_them(void **state)
{
    (void)state;
    assert_text("CREATE TABLE \"t (\" (\"check (\" /* UNIQUE, ( */ 'te''xt' -- PRIMARY KEY, (\n"
                ", [a, b] INT UNIQUE, `c``d` INT CONSTRAINT 'n''1' CHECK (`c``d` <> ')' AND "
                "(1 /* ) */ = 1)), \"e\"\"f\" CONSTRAINT \"unique\" UNIQUE DEFAULT 'UNIQUE')",
                "u - a, b\n"
                "c n'1 c`d (`c``d` <> ')' AND (1 /* ) */ = 1))\n"
                "u unique e\"f\n");
}

static void words_of_another_meaning_are_no_constraints(void **state)
{
    (void)state;
    assert_text("CREATE TABLE t (a DEFAULT -5 CONSTRAINT x NULL UNIQUE, "
                "b INT GENERATED ALWAYS AS (a * (2 + 1)) STORED UNIQUE, "
                "c AS (a || ',' || b), d REFERENCES p MATCH full DEFERRABLE, größe UNIQUE)",
                "u - a\n"
                "g - b (a * (2 + 1))\n"
                "u - b\n"
                "g - c (a || ',' || b)\n"
                "f - d > p late\n"
                "u - größe\n");
}

static void what_is_no_table_has_no_constraints(void **state)
{
    (void)state;
    assert_text("CREATE VIRTUAL TABLE t USING fts5(a, UNIQUE)", "");
    assert_text("CREATE VIEW t (a) AS SELECT a FROM x", "");
    assert_text("CREATE TABLE t AS SELECT max(a) FROM x", "");
    assert_text("", "");
}

/* A text the database would not take costs what is not understood, and nothing else. */
static void a_broken_text_ends_where_it_breaks(void **state)
{
    (void)state;
    static const char sql[] =
        "CREATE TABLE t (a CONSTRAINT x UNIQUE, \"b\"\"c\" CHECK (a <> ')' /* "
        "*/), FOREIGN KEY (a, [b]) REFERENCES `p` (x) ON DELETE SET NULL "
        "DEFERRABLE INITIALLY DEFERRED, g AS (1) -- end\n)";
    char part[sizeof sql];
    for (size_t size = 0; size < sizeof sql; size++) {
        calx_arena arena;
        calx_create_index index;
        calx_arena_init(&arena, 0);
        memcpy(part, sql, size);
        part[size] = '\0';
        read_text(&arena, part);
        assert_int_equal(calx_create_index_read(&arena, part, &index), CALX_OK);
        calx_arena_clear(&arena);
    }
}

static void parts_and_predicates_of_indexes_are_read(void **state)
{
    (void)state;
    calx_shows("ENG-226");
    calx_arena arena;
    calx_create_index index;
    calx_arena_init(&arena, 0);
    assert_int_equal(calx_create_index_read(&arena,
                                            "CREATE UNIQUE INDEX \"where (\" ON t (lower(a) DESC, "
                                            "b /* , */ ASC, (c + 1) , a || ',' COLLATE nocase) "
                                            "WHERE a IS NOT NULL AND b IN (1, 2) ",
                                            &index),
                     CALX_OK);
    assert_int_equal(index.parts.count, 4);
    assert_string_equal(index.parts.items[0], "lower(a)");
    assert_string_equal(index.parts.items[1], "b");
    assert_string_equal(index.parts.items[2], "(c + 1)");
    assert_string_equal(index.parts.items[3], "a || ',' COLLATE nocase");
    assert_string_equal(index.predicate, "a IS NOT NULL AND b IN (1, 2)");
    assert_int_equal(calx_create_index_read(&arena, "CREATE INDEX i ON t(a)", &index), CALX_OK);
    assert_int_equal(index.parts.count, 1);
    assert_null(index.predicate);
    calx_arena_clear(&arena);
}

static void each_allocation_of_a_reading_may_fail(void **state)
{
    (void)state;
    calx_status status = CALX_E_NOMEM;
    long allowed = 0;
    for (; status == CALX_E_NOMEM; allowed++) {
        calx_arena arena;
        calx_create_text text;
        ration account;
        calx_arena_init(&arena, 64);
        assert_true(ration_start(&account, allowed));
        status = calx_create_text_read(
            &arena,
            "CREATE TABLE t (a CONSTRAINT a_long_name_of_a_constraint UNIQUE, b CHECK (b > 0), "
            "c AS (b), FOREIGN KEY (a, b) REFERENCES another_table_of_a_long_name, UNIQUE (a, b))",
            &text);
        calx_arena_clear(&arena);
        assert_int_equal(ration_stop(&account), 0);
    }
    assert_int_equal(status, CALX_OK);
    assert_true(allowed > 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(constraints_of_columns_have_their_column),
        cmocka_unit_test(constraints_of_tables_need_no_commas),
        cmocka_unit_test(words_that_may_be_names_are_names),
        cmocka_unit_test(a_foreign_key_may_be_deferred_behind_another_constraint),
        cmocka_unit_test(quotes_and_comments_hide_what_is_in_them),
        cmocka_unit_test(words_of_another_meaning_are_no_constraints),
        cmocka_unit_test(what_is_no_table_has_no_constraints),
        cmocka_unit_test(a_broken_text_ends_where_it_breaks),
        cmocka_unit_test(parts_and_predicates_of_indexes_are_read),
        cmocka_unit_test(each_allocation_of_a_reading_may_fail),
    };
    return CALX_RUN("create_text", tests);
}
