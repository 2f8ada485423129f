/*
 * Expressions as text: each operator on both dialects, what is refused and how the message spells
 * it, what a builder keeps.
 */
#include "support/harness.h"
#include "support/ration.h"
#include "support/sample_model.h"

#include <calx/aggregate.h>

#include "base/error.h"
#include "sql/condition.h"
#include "sql/writer.h"

#include <stdio.h>
#include <string.h>

/* An expression over "order" on its way to text. */
typedef struct written {
    calx_arena arena;
    calx_condition kept;
    calx_buffer text;
    calx_parameter_list parameters;
    calx_error error;
    calx_status status;
} written;

static void write_text(written *w, const calx_dialect *dialect, const calx_expression *expression,
                       calx_shape *shape)
{
    const calx_sql_source own[] = { { .mapper = &everything_mapper }, { .mapper = &user_mapper } };
    const calx_sql_scope scope = { .sources = own, .count = 2 };
    memset(w, 0, sizeof *w);
    calx_arena_init(&w->arena, 0);
    calx_parameter_list_init(&w->parameters);
    w->error = (calx_error)CALX_ERROR_INIT;
    calx_sql_writer writer = { .out = &w->text,
                               .shape = shape,
                               .parameters = &w->parameters,
                               .dialect = dialect,
                               .scope = &scope,
                               .error = &w->error };
    w->status = calx_expression_keep(&w->kept, &w->arena, expression, CALX_USE_SELECT, &w->error);
    if (w->status != CALX_OK)
        return;
    calx_sql_put_condition(&writer, w->kept.nodes, w->kept.count, CALX_OP_NONE);
    w->status = writer.status != CALX_OK ? writer.status : w->text.status;
    if (w->status == CALX_OK)
        w->status = w->parameters.status;
}

static void written_clear(written *w)
{
    calx_arena_clear(&w->arena);
    calx_buffer_clear(&w->text);
    calx_parameter_list_clear(&w->parameters);
    calx_error_clear(&w->error);
}

static void assert_text(const calx_dialect *dialect, calx_expression expression,
                        const char *expected)
{
    static calx_shape shape;
    written w, walked;
    write_text(&w, dialect, &expression, NULL);
    if (w.status != CALX_OK)
        print_error("%s\n", w.error.message);
    assert_int_equal(w.status, CALX_OK);
    assert_string_equal(calx_buffer_text(&w.text), expected);
    shape.count = 0;
    write_text(&walked, dialect, &expression, &shape);
    assert_int_equal(walked.status, CALX_OK);
    assert_int_equal(walked.parameters.count, w.parameters.count);
    assert_true(shape.count > 0 && !shape.is_full);
    written_clear(&walked);
    written_clear(&w);
}

static void assert_texts(calx_expression expression, const char *sqlite, const char *postgresql)
{
    assert_text(&calx_dialect_sqlite, expression, sqlite);
    assert_text(&calx_dialect_postgresql, expression, postgresql);
}

static void assert_same(calx_expression expression, const char *expected)
{
    assert_texts(expression, expected, expected);
}

static void arithmetic_is_as_wide_as_its_class(void **state)
{
    (void)state;
    assert_texts(calx_add(everything_col.i64, 1), "\"i64\" + ?", "\"i64\" + $1::BIGINT");
    assert_texts(calx_sub(everything_col.i16, everything_col.i32), "\"i16\" - \"i32\"",
                 "\"i16\"::BIGINT - \"i32\"");
    assert_texts(calx_mul(2, everything_col.real64), "? * \"real64\"", "$1::BIGINT * \"real64\"");
    assert_texts(calx_mul(everything_col.real32, everything_col.real32), "\"real32\" * \"real32\"",
                 "\"real32\"::DOUBLE PRECISION * \"real32\"");
    assert_texts(calx_neg(everything_col.i64), "-\"i64\"", "-\"i64\"");
    assert_texts(calx_neg(calx_neg(everything_col.i64)), "-(-\"i64\")", "-(-\"i64\")");
    assert_texts(calx_abs(everything_col.i8), "abs(\"i8\")", "abs(\"i8\"::BIGINT)");
    assert_texts(calx_round(everything_col.real64), "round(\"real64\")",
                 "round(\"real64\"::NUMERIC)::DOUBLE PRECISION");
}

static void division_by_zero_is_null_on_both(void **state)
{
    (void)state;
    assert_texts(calx_div(everything_col.i64, 2), "\"i64\" / ?", "\"i64\" / NULLIF($1::BIGINT, 0)");
    assert_texts(calx_div(everything_col.u64, 2), "\"u64\" / ?",
                 "div(\"u64\", NULLIF($1::BIGINT, 0))");
    assert_texts(calx_mod(everything_col.i64, everything_col.i32), "\"i64\" % \"i32\"",
                 "\"i64\" % NULLIF(\"i32\", 0)");
}

static void parentheses_keep_operands_together(void **state)
{
    (void)state;
    assert_texts(calx_mul(calx_add(everything_col.i64, 1), everything_col.i64),
                 "(\"i64\" + ?) * \"i64\"", "(\"i64\" + $1::BIGINT) * \"i64\"");
    assert_texts(calx_sub(everything_col.i64, calx_sub(everything_col.i64, 1)),
                 "\"i64\" - (\"i64\" - ?)", "\"i64\" - (\"i64\" - $1::BIGINT)");
    assert_texts(calx_gt(calx_add(everything_col.i64, 1), 5), "(\"i64\" + ?) > ?",
                 "(\"i64\" + $1::BIGINT) > $2::BIGINT");
    assert_same(calx_eq(calx_eq(everything_col.i64, everything_col.i32), everything_col.flag),
                "(\"i64\" = \"i32\") = \"flag\"");
}

static void both_sides_of_a_comparison_are_anything(void **state)
{
    (void)state;
    assert_texts(calx_lt(5, everything_col.i64), "? < \"i64\"", "$1::BIGINT < \"i64\"");
    assert_same(calx_eq(everything_col.i64, calx_length(everything_col.text)).count == 3
                    ? calx_is_null(everything_col.text)
                    : calx_is_null(everything_col.i64),
                "\"text\" IS NULL");
    assert_texts(calx_eq("a", calx_lower(everything_col.text)), "? = lower(\"text\")",
                 "$1::TEXT = lower(\"text\")");
    assert_texts(calx_between(calx_length(everything_col.text), 1, everything_col.i32),
                 "length(\"text\") BETWEEN ? AND \"i32\"",
                 "length(\"text\")::BIGINT BETWEEN $1::BIGINT AND \"i32\"");
    assert_texts(calx_is_distinct_from(everything_col.i64, 4), "\"i64\" IS NOT ?",
                 "\"i64\" IS DISTINCT FROM $1");
    assert_texts(calx_is_not_distinct_from(everything_col.i64, everything_col.i32),
                 "\"i64\" IS \"i32\"", "\"i64\" IS NOT DISTINCT FROM \"i32\"");
}

static void text_functions_mean_the_same(void **state)
{
    (void)state;
    assert_texts(calx_concat(calx_concat(everything_col.text, ", "), everything_col.array),
                 "\"text\" || ? || \"array\"", "\"text\" || $1::TEXT || \"array\"");
    assert_same(calx_upper(calx_trim(everything_col.text)), "upper(trim(\"text\"))");
    assert_texts(calx_replace(everything_col.text, "a", "b"), "replace(\"text\", ?, ?)",
                 "replace(\"text\", $1::TEXT, $2::TEXT)");
    assert_texts(calx_substr(everything_col.text, 2, 3), "substr(\"text\", max(?, 1), max(?, 0))",
                 "substr(\"text\", (CASE WHEN $1::BIGINT < 1 THEN 1 ELSE $1::BIGINT END)::INTEGER, "
                 "(CASE WHEN $2::BIGINT < 0 THEN 0 ELSE $2::BIGINT END)::INTEGER)");
    assert_texts(calx_starts_with(everything_col.text, "50%"), "instr(\"text\", ?) = 1",
                 "starts_with(\"text\", $1)");
    assert_texts(calx_ends_with(everything_col.text, "%"),
                 "substr(\"text\", length(\"text\") - length(?) + 1) = ?1",
                 "right(\"text\", length($1)) = $1");
    assert_texts(calx_contains(everything_col.text, calx_lower(everything_col.array)),
                 "instr(\"text\", lower(\"array\")) > 0", "strpos(\"text\", lower(\"array\")) > 0");
    assert_texts(calx_ilike(everything_col.text, "a%"), "\"text\" LIKE ? ESCAPE '\\'",
                 "\"text\" ILIKE $1");
    assert_texts(calx_not_ilike(everything_col.text, "a%"), "\"text\" NOT LIKE ? ESCAPE '\\'",
                 "\"text\" NOT ILIKE $1");
}

static void choices_end_where_they_end(void **state)
{
    (void)state;
    calx_expression size =
        calx_else(calx_when(calx_case(calx_lt(everything_col.i64, 1), calx_scalar("none")),
                            calx_eq(everything_col.i64, 1), calx_scalar("one")),
                  calx_scalar("many"));
    assert_texts(size, "CASE WHEN \"i64\" < ? THEN ? WHEN \"i64\" = ? THEN ? ELSE ? END",
                 "CASE WHEN \"i64\" < $1 THEN $2::TEXT WHEN \"i64\" = $3 THEN $4::TEXT ELSE "
                 "$5::TEXT END");
    assert_int_equal(size.value_class, CALX_VALUE_TEXT);
    assert_texts(calx_coalesce(calx_coalesce(everything_col.maybe, everything_col.real32), 0),
                 "coalesce(\"maybe\", \"real32\", ?)",
                 "coalesce(\"maybe\", \"real32\", $1::DOUBLE PRECISION)");
    assert_same(calx_nullif(everything_col.i64, everything_col.i32), "nullif(\"i64\", \"i32\")");
    assert_same(calx_greatest(everything_col.i64, everything_col.i32),
                "CASE WHEN \"i64\" >= \"i32\" THEN \"i64\" WHEN \"i64\" < \"i32\" THEN \"i32\" "
                "END");
}

static void casts_cut_and_name_types(void **state)
{
    (void)state;
    assert_texts(calx_cast(everything_col.i64, CALX_VALUE_TEXT), "CAST(\"i64\" AS TEXT)",
                 "CAST(\"i64\" AS TEXT)");
    assert_texts(calx_cast(everything_col.real64, CALX_VALUE_INT64), "CAST(\"real64\" AS INTEGER)",
                 "CAST(trunc(\"real64\") AS BIGINT)");
    assert_texts(calx_cast(everything_col.flag, CALX_VALUE_INT64), "CAST(\"flag\" AS INTEGER)",
                 "CAST(\"flag\"::INTEGER AS BIGINT)");
    assert_same(calx_cast(everything_col.i64, CALX_VALUE_BOOL), "\"i64\" <> 0");
}

static void functions_of_the_database_are_called_by_name(void **state)
{
    (void)state;
    const calx_expression arguments[] = { calx_scalar(everything_col.text), calx_scalar("x") };
    assert_texts(calx_function("public.ltrim", CALX_VALUE_TEXT, arguments, 2),
                 "public.ltrim(\"text\", ?)", "public.ltrim(\"text\", $1::TEXT)");
    assert_same(calx_function("now", CALX_VALUE_NULL, NULL, 0), "now()");
}

static void two_functions_of_one_length_are_two_shapes(void **state)
{
    (void)state;
    static calx_shape shapes[2];
    static const char *const names[] = { "a_long_name_1", "a_long_name_2" };
    for (size_t i = 0; i < 2; i++) {
        written w;
        char name[20];
        strcpy(name, names[i]);
        calx_expression call = calx_function(name, CALX_VALUE_TEXT, NULL, 0);
        shapes[i].count = 0;
        write_text(&w, &calx_dialect_sqlite, &call, &shapes[i]);
        assert_int_equal(w.status, CALX_OK);
        written_clear(&w);
    }
    assert_int_equal(shapes[0].count, shapes[1].count);
    assert_memory_not_equal(shapes[0].words, shapes[1].words,
                            shapes[0].count * sizeof shapes[0].words[0]);
}

static void aggregates_are_integers_where_their_operands_are(void **state)
{
    (void)state;
    assert_same(calx_count_all(), "count(*)");
    assert_same(calx_distinct(calx_count(everything_col.text)), "count(DISTINCT \"text\")");
    assert_texts(calx_sum(everything_col.i64), "sum(\"i64\")", "sum(\"i64\")::BIGINT");
    assert_texts(calx_sum(everything_col.real32), "sum(\"real32\")",
                 "sum((\"real32\")::DOUBLE PRECISION)");
    assert_texts(calx_avg(everything_col.i32), "avg(\"i32\")", "avg(\"i32\")::DOUBLE PRECISION");
    assert_texts(calx_filtered(calx_sum(everything_col.i64), calx_gt(everything_col.i64, 1)),
                 "sum(\"i64\") FILTER (WHERE \"i64\" > ?)",
                 "sum(\"i64\") FILTER (WHERE \"i64\" > $1)::BIGINT");
    assert_texts(calx_gt(calx_max(calx_add(everything_col.i64, 1)), 3), "max(\"i64\" + ?) > ?",
                 "max(\"i64\" + $1::BIGINT) > $2::BIGINT");
}

static void windows_have_terms_and_a_frame(void **state)
{
    (void)state;
    assert_same(calx_over(calx_row_number()), "row_number() OVER ()");
    assert_texts(
        calx_frame_of(calx_window_order(calx_partition(calx_over(calx_sum(everything_col.i64)),
                                                       everything_col.flag),
                                        everything_col.key, true),
                      CALX_FRAME_ROWS, -2, 0),
        "sum(\"i64\") OVER (PARTITION BY \"flag\" ORDER BY \"select\" DESC ROWS BETWEEN "
        "? PRECEDING AND CURRENT ROW)",
        "sum(\"i64\") OVER (PARTITION BY \"flag\" ORDER BY \"select\" DESC ROWS BETWEEN "
        "$1 PRECEDING AND CURRENT ROW)::BIGINT");
    assert_texts(calx_window_order(calx_over(calx_lag(everything_col.text, 1)),
                                   calx_lower(everything_col.text), false),
                 "lag(\"text\", ?) OVER (ORDER BY lower(\"text\"))",
                 "lag(\"text\", $1::BIGINT::INTEGER) OVER (ORDER BY lower(\"text\"))");
    assert_same(calx_frame_of(calx_over(calx_rank()), CALX_FRAME_RANGE, -CALX_FRAME_UNBOUNDED,
                              CALX_FRAME_UNBOUNDED),
                "rank() OVER (RANGE BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING)");
}

static void lists_are_arrays_or_come_in_powers_of_two(void **state)
{
    (void)state;
    static const int64_t ids[] = { 3, 1, 2, 9, 8 };
    static const double halves[] = { 2.5, 3 };
    static const char *const names[] = { "a\"b", "c\\", "" };
    static const calx_bytes blobs[] = { { "1", 1 }, { "2", 1 }, { "3", 1 } };
    static const calx_timestamp moments[] = { 0, -1 };
    assert_texts(calx_in(everything_col.i16, ids, 5), "\"i16\" IN (?, ?, ?, ?, ?, ?, ?, ?)",
                 "\"i16\" = ANY ($1::BIGINT[])");
    assert_texts(calx_not_in(everything_col.text, names, 3), "\"text\" NOT IN (?, ?, ?, ?)",
                 "\"text\" <> ALL ($1::TEXT[])");
    assert_texts(calx_in(everything_col.bytes, blobs, 3), "\"bytes\" IN (?, ?, ?, ?)",
                 "\"bytes\" = ANY ($1::BYTEA[])");
    assert_texts(calx_in(calx_add(everything_col.i64, 1), ids, 2), "(\"i64\" + ?) IN (?, ?)",
                 "(\"i64\" + $1::BIGINT) = ANY ($2::BIGINT[])");
    assert_texts(calx_in(calx_add(everything_col.i64, 1), halves, 2), "(\"i64\" + ?) IN (?, ?)",
                 "(\"i64\" + $1::BIGINT) = ANY ($2::DOUBLE PRECISION[])");
    assert_texts(calx_in(everything_col.i64, ids, 0), "0", "FALSE");
    assert_texts(calx_not_in(everything_col.i64, ids, 0), "1", "TRUE");
    written w;
    calx_expression in = calx_in(everything_col.text, names, 3);
    write_text(&w, &calx_dialect_postgresql, &in, NULL);
    assert_string_equal(w.parameters.items[0].as.span.data, "{\"a\\\"b\",\"c\\\\\",\"\"}");
    written_clear(&w);
    in = calx_in(everything_col.bytes, blobs, 3);
    write_text(&w, &calx_dialect_postgresql, &in, NULL);
    assert_string_equal(w.parameters.items[0].as.span.data,
                        "{\"\\\\x31\",\"\\\\x32\",\"\\\\x33\"}");
    written_clear(&w);
    in = calx_in(everything_col.moment, moments, 2);
    write_text(&w, &calx_dialect_postgresql, &in, NULL);
    assert_string_equal(w.parameters.items[0].as.span.data,
                        "{\"1970-01-01 00:00:00+00\",\"1969-12-31 23:59:59.999999+00\"}");
    written_clear(&w);
}

/* A template that has an operand twice has the list twice, and its items once. */
static void a_list_in_an_operand_written_twice_is_bound_once(void **state)
{
    (void)state;
    static const int64_t ids[] = { 3, 1 };
    static const uint64_t huge[] = { UINT64_MAX, UINT64_MAX - 1 }; /* no item of an array */
    calx_expression chosen =
        calx_else(calx_case(calx_in(everything_col.i64, ids, 2), calx_scalar(everything_col.text)),
                  calx_scalar(everything_col.array));
    assert_text(&calx_dialect_sqlite, calx_ends_with(chosen, "z"),
                "substr(CASE WHEN \"i64\" IN (?, ?) THEN \"text\" ELSE \"array\" END, "
                "length(CASE WHEN \"i64\" IN (?1, ?2) THEN \"text\" ELSE \"array\" END) - "
                "length(?) + 1) = ?3");
    calx_expression first =
        calx_else(calx_case(calx_in(everything_col.u64, huge, 2), calx_scalar(everything_col.i64)),
                  calx_scalar(everything_col.i64));
    assert_text(
        &calx_dialect_postgresql, calx_substr(everything_col.text, first, everything_col.i64),
        "substr(\"text\", (CASE WHEN CASE WHEN \"u64\" IN ($1, $2) THEN \"i64\" ELSE "
        "\"i64\" END < 1 THEN 1 ELSE CASE WHEN \"u64\" IN ($1, $2) THEN \"i64\" ELSE "
        "\"i64\" END END)::INTEGER, (CASE WHEN \"i64\" < 0 THEN 0 ELSE \"i64\" END)::INTEGER)");
}

static void a_list_written_twice_has_its_places_twice(void **state)
{
    (void)state;
    static double numbers[1000];
    written w;
    calx_expression condition =
        calx_and(calx_in(everything_col.real64, numbers, 1000), calx_eq(everything_col.i32, 7));
    calx_expression ends =
        calx_ends_with(calx_else(calx_case(condition, calx_scalar(everything_col.text)),
                                 calx_scalar(everything_col.array)),
                       "z");
    write_text(&w, &calx_dialect_sqlite, &ends, NULL);
    assert_int_equal(w.status, CALX_OK);
    assert_int_equal(w.parameters.count, 1024 + 2);
    assert_non_null(strstr(calx_buffer_text(&w.text), "?1024) AND \"i32\" = ?1025 THEN"));
    written_clear(&w);
}

static void a_long_list_is_one_parameter_wherever_it_stands(void **state)
{
    (void)state;
    static int64_t ids[16000];
    written w;
    calx_expression chosen = calx_else(
        calx_case(calx_in(everything_col.i64, ids, 16000), calx_scalar(everything_col.text)),
        calx_scalar(everything_col.array));
    calx_expression ends = calx_ends_with(chosen, "z");
    write_text(&w, &calx_dialect_sqlite, &ends, NULL);
    assert_int_equal(w.status, CALX_OK);
    assert_int_equal(w.parameters.count, 2);
    assert_string_equal(
        calx_buffer_text(&w.text),
        "substr(CASE WHEN \"i64\" IN (SELECT \"value\" FROM calx_items(?)) THEN \"text\" ELSE "
        "\"array\" END, length(CASE WHEN \"i64\" IN (SELECT \"value\" FROM calx_items(?1)) THEN "
        "\"text\" ELSE \"array\" END) - length(?) + 1) = ?2");
    written_clear(&w);
}

/* ---- what is refused ---- */

static void assert_refused(calx_expression expression, calx_status status, const char *message)
{
    written w;
    write_text(&w, &calx_dialect_sqlite, &expression, NULL);
    assert_int_equal(w.status, status);
    assert_string_equal(w.error.message, message);
    written_clear(&w);
}

static void wrong_operands_are_spelled(void **state)
{
    (void)state;
    assert_refused(calx_eq(calx_lower(user_col.name), calx_add(user_col.age, 1)), CALX_E_ARGUMENT,
                   "lower(\"users\".\"name\") = (\"users\".\"age\" + ?): text beside an integer");
    assert_refused(calx_add(calx_lower(user_col.name), 1), CALX_E_ARGUMENT,
                   "lower(\"users\".\"name\") + ? takes numbers and is given text");
    assert_refused(calx_lower(calx_length(user_col.name)), CALX_E_ARGUMENT,
                   "lower(length(\"users\".\"name\")) takes text and is given an integer");
    assert_refused(calx_mod(user_col.id, 1.5), CALX_E_ARGUMENT,
                   "\"users\".\"id\" % ? takes integers and is given a number");
    assert_refused(calx_and(calx_eq(user_col.id, 1), calx_scalar(user_col.id)), CALX_E_ARGUMENT,
                   "\"users\".\"id\" = ? AND \"users\".\"id\" takes truth values and is given "
                   "an integer");
    assert_refused(calx_coalesce(user_col.name, 1), CALX_E_ARGUMENT,
                   "coalesce(\"users\".\"name\", ?): text beside an integer");
    assert_refused(calx_cast(user_col.created, CALX_VALUE_INT64), CALX_E_ARGUMENT,
                   "CAST(\"users\".\"created\" AS BIGINT): there is no such cast");
    assert_refused(calx_function("drop table", CALX_VALUE_TEXT, NULL, 0), CALX_E_ARGUMENT,
                   "drop table(): calx_function() takes a name of letters, digits, _ and points");
    const char *none = NULL;
    assert_refused(calx_concat(user_col.name, none), CALX_E_ARGUMENT,
                   "\"users\".\"name\" || ?: a value that is NULL; NULL is asked for with "
                   "calx_is_null()");
}

/* Wherever it stands: nothing about it is spelled. */
static void a_function_needs_a_name(void **state)
{
    (void)state;
    static const char message[] = "calx_function() was given no name";
    calx_expression nameless = calx_function(NULL, CALX_VALUE_INT64, NULL, 0);
    calx_builder *builder = calx_builder_new();
    assert_refused(nameless, CALX_E_ARGUMENT, message);
    assert_refused(calx_sum(calx_max(nameless)), CALX_E_ARGUMENT, message);
    assert_refused(calx_eq(user_col.name, calx_add(nameless, 1)), CALX_E_ARGUMENT, message);
    assert_refused(calx_builder_function(builder, NULL, CALX_VALUE_TEXT, &nameless, 1),
                   CALX_E_ARGUMENT, message);
    calx_builder_free(builder);
}

static void functions_of_rows_stand_where_they_may(void **state)
{
    (void)state;
    static const struct {
        calx_use use;
        calx_status aggregate, window;
    } uses[] = {
        { CALX_USE_WHERE, CALX_E_ARGUMENT, CALX_E_ARGUMENT },
        { CALX_USE_HAVING, CALX_OK, CALX_E_ARGUMENT },
        { CALX_USE_VALUE, CALX_E_ARGUMENT, CALX_E_ARGUMENT },
        { CALX_USE_SELECT, CALX_OK, CALX_OK },
    };
    calx_expression aggregate = calx_gt(calx_count_all(), 1);
    calx_expression window = calx_gt(calx_over(calx_count_all()), 1);
    for (size_t i = 0; i < sizeof(uses) / sizeof(uses[0]); i++) {
        calx_error error = CALX_ERROR_INIT;
        calx_arena arena;
        calx_condition kept;
        calx_arena_init(&arena, 0);
        assert_int_equal(calx_expression_keep(&kept, &arena, &aggregate, uses[i].use, &error),
                         uses[i].aggregate);
        if (uses[i].aggregate != CALX_OK)
            assert_string_equal(error.message, "count(*): an aggregate cannot stand here");
        assert_int_equal(calx_expression_keep(&kept, &arena, &window, uses[i].use, &error),
                         uses[i].window);
        calx_error_clear(&error);
        calx_arena_clear(&arena);
    }
    assert_refused(calx_sum(calx_max(user_col.id)), CALX_E_ARGUMENT,
                   "max(\"users\".\"id\"): an aggregate cannot stand here");
    assert_refused(calx_rank(), CALX_E_ARGUMENT,
                   "rank(): this function needs a window: calx_over()");
    assert_refused(calx_over(calx_lower(user_col.name)), CALX_E_ARGUMENT,
                   "lower(\"users\".\"name\") OVER (): calx_over() takes an aggregate or a window "
                   "function");
    assert_refused(calx_distinct(calx_lower(user_col.name)), CALX_E_ARGUMENT,
                   "lower(\"users\".\"name\"): calx_distinct() takes an aggregate of a value, "
                   "without a window");
}

static void a_condition_is_a_truth_value(void **state)
{
    (void)state;
    calx_error error = CALX_ERROR_INIT;
    calx_arena arena;
    calx_condition kept;
    calx_expression sum = calx_add(user_col.age, 1);
    calx_arena_init(&arena, 0);
    assert_int_equal(calx_condition_from_expression(&kept, &arena, &sum, &error), CALX_E_ARGUMENT);
    assert_string_equal(
        error.message,
        "\"users\".\"age\" + ?: a condition must be a truth value and is an integer");
    calx_error_clear(&error);
    calx_arena_clear(&arena);
}

/* ---- builders ---- */

static void a_builder_keeps_what_does_not_fit(void **state)
{
    (void)state;
    char part[] = "part";
    calx_builder *builder = calx_builder_new();
    assert_non_null(builder);
    calx_expression sum = calx_scalar(everything_col.i64);
    for (int i = 0; i < 20; i++)
        sum = calx_builder_keep(builder, calx_add(sum, i));
    assert_int_equal(sum.count, 1);
    assert_int_equal(sum.value_class, CALX_VALUE_INT64);
    calx_expression found = calx_builder_keep(builder, calx_contains(everything_col.text, part));
    part[0] = '#';
    calx_expression whole = calx_and(calx_gt(sum, 5), found);
    assert_int_equal(whole.count, 5);
    written w;
    write_text(&w, &calx_dialect_sqlite, &whole, NULL);
    calx_builder_free(builder);
    assert_int_equal(w.status, CALX_OK);
    assert_int_equal(w.kept.count, 1 + 1 + 39 + 1 + 1);
    assert_int_equal(w.parameters.count, 22);
    assert_string_equal(w.parameters.items[21].as.span.data, "part");
    assert_non_null(strstr(calx_buffer_text(&w.text), ") > ? AND instr(\"text\", ?) > 0"));
    written_clear(&w);
    calx_builder_free(NULL);
}

static void what_is_kept_is_not_made_distinct_any_more(void **state)
{
    (void)state;
    calx_builder *builder = calx_builder_new();
    calx_expression sum = calx_sum(calx_mul(everything_col.i64, everything_col.i32));
    assert_refused(calx_distinct(calx_builder_keep(builder, sum)), CALX_E_ARGUMENT,
                   "the condition, or a part of it, was never set");
    assert_text(&calx_dialect_sqlite, calx_builder_keep(builder, calx_distinct(sum)),
                "sum(DISTINCT \"i64\" * \"i32\")");
    calx_builder_free(builder);
}

static void a_builder_calls_functions_with_many_arguments(void **state)
{
    (void)state;
    calx_expression arguments[30];
    char expected[200] = "f(";
    calx_builder *builder = calx_builder_new();
    for (size_t i = 0; i < 30; i++) {
        arguments[i] = calx_scalar(everything_col.i64);
        strcat(expected, i == 0 ? "\"i64\"" : ", \"i8\"");
        if (i > 0)
            arguments[i] = calx_scalar(everything_col.i8);
    }
    strcat(expected, ")");
    assert_true(calx_function("f", CALX_VALUE_NULL, arguments, 30).overflow);
    assert_same(calx_builder_function(builder, "f", CALX_VALUE_NULL, arguments, 30), expected);
    assert_string_equal(calx_builder_like_text(builder, "50%_\\"), "50\\%\\_\\\\");
    calx_builder_free(builder);
}

static void what_is_too_deep_is_a_limit(void **state)
{
    (void)state;
    calx_builder *builder = calx_builder_new();
    calx_expression deep = calx_scalar(everything_col.i64);
    for (int i = 0; i < 500; i++)
        deep = calx_builder_keep(builder, calx_neg(deep));
    assert_refused(deep, CALX_E_LIMIT, "the expression is nested deeper than 400 operators");
    assert_refused(calx_builder_keep(NULL, deep), CALX_E_ARGUMENT,
                   "the condition, or a part of it, was never set");
    calx_builder_free(builder);
}

static void handles_of_an_alias_keep_it(void **state)
{
    (void)state;
    calx_int64_column aliased = { { &everything_mapper, EVERYTHING_I64, 3 } };
    calx_expression sum = calx_add(aliased, aliased);
    calx_expression side = calx_lower(calx_scalar((calx_text_column){ { &user_mapper, 1, 2 } }));
    assert_int_equal(sum.nodes[0].column.alias, 3);
    assert_int_equal(sum.nodes[0].operand.as.column.alias, 3);
    assert_int_equal(side.nodes[0].column.alias, 2);
}

static calx_status build_large(void)
{
    static const char *const names[] = { "x", "y" };
    calx_builder *builder = calx_builder_new();
    if (builder == NULL)
        return CALX_E_NOMEM;
    calx_expression sum = calx_scalar(everything_col.i64);
    for (int i = 0; i < 30; i++)
        sum = calx_builder_keep(builder, calx_add(sum, calx_length("text of a value")));
    const calx_expression arguments[] = { sum, calx_scalar("x") };
    sum = calx_builder_function(builder, "f", CALX_VALUE_INT64, arguments, 2);
    calx_expression whole = calx_and(calx_gt(sum, 5), calx_in(everything_col.text, names, 2));
    written w;
    write_text(&w, &calx_dialect_postgresql, &whole, NULL);
    calx_status status = w.status;
    written_clear(&w);
    calx_builder_free(builder);
    return status;
}

static void each_allocation_may_fail(void **state)
{
    (void)state;
    calx_status status = CALX_E_NOMEM;
    long allowed = 0;
    for (; status == CALX_E_NOMEM; allowed++) {
        ration account;
        assert_true(ration_start(&account, allowed));
        status = build_large();
        assert_int_equal(ration_stop(&account), 0);
    }
    assert_int_equal(status, CALX_OK);
    assert_true(allowed > 4);
}

static calx_status spell_wrong(void)
{
    calx_error error = CALX_ERROR_INIT;
    calx_arena arena;
    calx_condition kept;
    calx_expression wrong = calx_gt(calx_lower(user_col.name), calx_length(user_col.name));
    calx_arena_init(&arena, 0);
    calx_status status = calx_condition_from_expression(&kept, &arena, &wrong, &error);
    bool is_told = error.message != NULL && strstr(error.message, "lower(") != NULL;
    calx_error_clear(&error);
    calx_arena_clear(&arena);
    return status == CALX_E_ARGUMENT && !is_told ? CALX_E_NOMEM : status;
}

static void a_message_without_memory_for_the_spelling_is_still_the_error(void **state)
{
    (void)state;
    calx_status status = CALX_E_NOMEM;
    for (long allowed = 0; status == CALX_E_NOMEM; allowed++) {
        ration account;
        assert_true(ration_start(&account, allowed));
        status = spell_wrong();
        assert_int_equal(ration_stop(&account), 0);
    }
    assert_int_equal(status, CALX_E_ARGUMENT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(arithmetic_is_as_wide_as_its_class),
        cmocka_unit_test(division_by_zero_is_null_on_both),
        cmocka_unit_test(parentheses_keep_operands_together),
        cmocka_unit_test(both_sides_of_a_comparison_are_anything),
        cmocka_unit_test(text_functions_mean_the_same),
        cmocka_unit_test(choices_end_where_they_end),
        cmocka_unit_test(casts_cut_and_name_types),
        cmocka_unit_test(functions_of_the_database_are_called_by_name),
        cmocka_unit_test(two_functions_of_one_length_are_two_shapes),
        cmocka_unit_test(aggregates_are_integers_where_their_operands_are),
        cmocka_unit_test(windows_have_terms_and_a_frame),
        cmocka_unit_test(lists_are_arrays_or_come_in_powers_of_two),
        cmocka_unit_test(a_list_in_an_operand_written_twice_is_bound_once),
        cmocka_unit_test(a_list_written_twice_has_its_places_twice),
        cmocka_unit_test(a_long_list_is_one_parameter_wherever_it_stands),
        cmocka_unit_test(wrong_operands_are_spelled),
        cmocka_unit_test(a_function_needs_a_name),
        cmocka_unit_test(functions_of_rows_stand_where_they_may),
        cmocka_unit_test(a_condition_is_a_truth_value),
        cmocka_unit_test(a_builder_keeps_what_does_not_fit),
        cmocka_unit_test(what_is_kept_is_not_made_distinct_any_more),
        cmocka_unit_test(a_builder_calls_functions_with_many_arguments),
        cmocka_unit_test(what_is_too_deep_is_a_limit),
        cmocka_unit_test(handles_of_an_alias_keep_it),
        cmocka_unit_test(each_allocation_may_fail),
        cmocka_unit_test(a_message_without_memory_for_the_spelling_is_still_the_error),
    };
    return CALX_RUN("expression_text", tests);
}
