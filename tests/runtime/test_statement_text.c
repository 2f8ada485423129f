/*
 * Texts of statements that change rows, found by structure as those of queries are. The first test
 * is about shapes alone: equal ones are those of equal texts. The others look at what an engine has
 * to write.
 */
#include "query_fixture.h"

#include "sql/statement.h"

#include <stdio.h>

/* ---- shapes ---- */

enum { MOST_SAMPLES = 400 };

/* A statement with its text, its shape and how many values it has. */
typedef struct sample {
    calx_buffer text;
    calx_shape shape;
    size_t count;
} sample;

static sample samples[MOST_SAMPLES];
static size_t sample_count;

static void take(const calx_sql_statement *statement, const calx_dialect *dialect)
{
    assert_true(sample_count < MOST_SAMPLES);
    sample *one = &samples[sample_count++];
    calx_parameter_list written, walked;
    calx_parameter_list_init(&written);
    calx_parameter_list_init(&walked);
    calx_buffer_init(&one->text);
    assert_int_equal(calx_sql_statement_text(&one->text, &written, dialect, statement, NULL),
                     CALX_OK);
    assert_true(calx_sql_statement_shape(&one->shape, &walked, dialect, statement));
    assert_int_equal(written.count, walked.count);
    for (size_t i = 0; i < written.count; i++)
        assert_true(written.items[i].type == walked.items[i].type &&
                    written.items[i].as.int64 == walked.items[i].as.int64);
    one->count = written.count;
    calx_parameter_list_clear(&written);
    calx_parameter_list_clear(&walked);
}

static const calx_mapper *const mappers[] = { &user_mapper, &address_mapper };

/* Without sets a DELETE; each twice, the second time with other values. */
static void take_criteria(const calx_dialect *dialect, const calx_condition *conditions)
{
    for (unsigned bits = 0; bits < 96; bits++) {
        const calx_sql_set sets[] = {
            { .column = 1, .value = calx_value_int64((int64_t)bits) },
            { .column = 2, .expression = bits % 2 == 0 ? NULL : &conditions[2] },
        };
        const calx_sql_criteria criteria = { .mapper = &user_mapper,
                                             .sets = sets,
                                             .set_count = bits / 2 % 3,
                                             .conditions = conditions,
                                             .condition_count = bits / 6 % 3,
                                             .is_named = bits / 18 % 2 != 0,
                                             .returns_key = bits / 36 % 2 != 0 };
        take(&(calx_sql_statement){ .criteria = &criteria }, dialect);
    }
}

static void take_inserts(const calx_dialect *dialect, const calx_condition *conditions)
{
    static const uint16_t columns[] = { 1, 2, 0 };
    const calx_value values[] = { calx_value_int64(1), calx_value_int64(2), calx_value_int64(3),
                                  calx_value_int64(4) };
    const calx_sql_set set = { .column = 2, .expression = &conditions[2] };
    for (unsigned bits = 0; bits < 96; bits++) {
        unsigned conflict = bits / 16 % 3;
        size_t width = bits / 2 % 3;
        const calx_sql_insert insert = { .mapper = mappers[bits % 2],
                                         .columns = columns,
                                         .column_count = width,
                                         .values = values,
                                         .row_count = width == 0 ? 1 : 1 + bits / 8 % 2,
                                         .conflict = (calx_sql_conflict)conflict,
                                         .targets = &columns[2],
                                         .target_count = conflict == CALX_SQL_CONFLICT_UPDATE,
                                         .sets = bits % 2 == 0 ? &set : NULL,
                                         .set_count = bits % 2 == 0,
                                         .conditions = conditions,
                                         .condition_count = bits % 2 == 0 ? bits / 48 % 2 : 0,
                                         .excluded = CALX_EXCLUDED,
                                         .returns = bits / 48 % 2 != 0 };
        take(&(calx_sql_statement){ .insert = &insert }, dialect);
    }
}

static void equal_shapes_are_equal_texts(void **state)
{
    (void)state;
    calx_arena arena;
    calx_condition conditions[3];
    const calx_expression expressions[] = { calx_lt(user_col.age, 30), calx_eq(user_col.id, 4),
                                            calx_add(user_col.age, 1) };
    calx_dialect placed = calx_dialect_postgresql;
    placed.schema = "elsewhere";
    calx_arena_init(&arena, 0);
    for (size_t i = 0; i < 3; i++)
        assert_int_equal(calx_expression_keep(&conditions[i], &arena, &expressions[i],
                                              i == 2 ? CALX_USE_VALUE : CALX_USE_WHERE, NULL),
                         CALX_OK);
    sample_count = 0;
    take_criteria(&calx_dialect_postgresql, conditions);
    take_criteria(&placed, conditions);
    take_inserts(&calx_dialect_postgresql, conditions);
    take_inserts(&placed, conditions);
    for (size_t i = 0; i < sample_count; i++)
        for (size_t j = 0; j < sample_count; j++) {
            const sample *one = &samples[i], *other = &samples[j];
            bool equal = calx_shape_equal(&one->shape, other->shape.words, other->shape.count);
            assert_true(equal == (strcmp(calx_buffer_text(&one->text),
                                         calx_buffer_text(&other->text)) == 0));
            assert_true(!equal ||
                        (one->shape.hash == other->shape.hash && one->count == other->count));
        }
    for (size_t i = 0; i < sample_count; i++)
        calx_buffer_clear(&samples[i].text);
    calx_arena_clear(&arena);
}

/* ---- what is written ---- */

static void ok(calx_session *session, calx_status status)
{
    if (status != CALX_OK)
        fail_msg("%s: %s", calx_status_name(status), calx_session_error(session)->message);
}

static uint64_t texts_made(const fixture *fix)
{
    calx_engine_state state;
    calx_engine_status(fix->engine, &state);
    return state.query_texts_made;
}

static uint64_t texts_found(const fixture *fix)
{
    calx_engine_state state;
    calx_engine_status(fix->engine, &state);
    return state.query_texts_found;
}

/* How many rows were changed; no value: they are deleted. */
static int64_t change(calx_session *session, int32_t age, calx_synchronize how,
                      const calx_assignment *set)
{
    int64_t count = -1;
    calx_query *query = calx_query_new(session, &user_mapper);
    assert_non_null(query);
    ok(session, calx_query_where(query, calx_ge(user_col.age, age)));
    ok(session, calx_query_synchronize(query, how));
    ok(session,
       set == NULL ? calx_query_delete(query, &count) : calx_query_update(query, set, 1, &count));
    calx_query_free(query);
    return count;
}

static void a_repeated_update_is_not_written_again(void **state)
{
    (void)state;
    calx_shows("SES-333");
    fixture fix;
    set_up(&fix);
    uint64_t made = texts_made(&fix);
    const calx_assignment first = calx_assign(user_col.fullname, "first");
    const calx_assignment second = calx_assign(user_col.fullname, "second");
    const calx_assignment older = calx_assign(user_col.age, calx_add(user_col.age, 1));
    assert_int_equal(change(fix.session, 18, CALX_SYNCHRONIZE_AUTO, &first), 4);
    assert_int_equal(change(fix.session, 30, CALX_SYNCHRONIZE_NONE, &second), 2);
    assert_int_equal(texts_made(&fix), made + 1);
    assert_int_equal(change(fix.session, 40, CALX_SYNCHRONIZE_FETCH, &second), 1);
    assert_int_equal(texts_made(&fix), made + 2);
    assert_int_equal(change(fix.session, 18, CALX_SYNCHRONIZE_AUTO, &older), 4);
    assert_int_equal(texts_made(&fix), made + 3);
    ok(fix.session, calx_session_commit(fix.session));
    uint64_t found = texts_found(&fix);
    calx_session *other = new_session(&fix);
    assert_int_equal(change(other, 19, CALX_SYNCHRONIZE_AUTO, &first), 4);
    assert_int_equal(change(other, 31, CALX_SYNCHRONIZE_AUTO, &second), 2);
    calx_session_free(other);
    assert_int_equal(texts_made(&fix), made + 3);
    assert_int_equal(texts_found(&fix), found + 1); /* then it has it at hand */
    tear_down(&fix);
}

static void a_repeated_delete_is_not_written_again(void **state)
{
    (void)state;
    calx_shows("SES-333");
    fixture fix;
    set_up(&fix);
    uint64_t made = texts_made(&fix);
    assert_int_equal(change(fix.session, 40, CALX_SYNCHRONIZE_FETCH, NULL), 1);
    assert_int_equal(change(fix.session, 30, CALX_SYNCHRONIZE_FETCH, NULL), 1);
    assert_int_equal(texts_made(&fix), made + 1);
    assert_int_equal(change(fix.session, 50, CALX_SYNCHRONIZE_NONE, NULL), 0);
    assert_int_equal(change(fix.session, 18, CALX_SYNCHRONIZE_NONE, NULL), 2);
    assert_int_equal(texts_made(&fix), made + 2);
    tear_down(&fix);
}

enum insert_form { PLAIN, UPSERT, OF_A_SELECT };

static void give_rows(calx_session *session, calx_insert *insert, size_t count, int number)
{
    static char names[300][24];
    static struct user rows[300];
    memset(rows, 0, sizeof rows);
    for (size_t i = 0; i < count; i++) {
        snprintf(names[i], sizeof names[i], "%d of %d", (int)i, number);
        rows[i].name = names[i];
    }
    ok(session, calx_insert_rows(insert, rows, count));
}

static void give_select(calx_session *session, calx_insert *insert, int number)
{
    const calx_column_ref columns[] = { user_col.name.ref, user_col.role.ref,
                                        user_col.revision.ref };
    char suffix[24];
    snprintf(suffix, sizeof suffix, " again %d", number);
    calx_select *select = calx_select_new(session);
    ok(session, calx_select_value(select, calx_concat(user_col.name, suffix), "name"));
    ok(session, calx_select_column(select, user_col.role));
    ok(session, calx_select_column(select, user_col.revision));
    ok(session, calx_select_where(select, calx_eq(user_col.name, "ed")));
    ok(session, calx_insert_from_select(insert, columns, 3, select));
    calx_select_free(select);
}

/* Rows that no other number has. */
static void insert_some(calx_session *session, enum insert_form form, size_t count, int number)
{
    const calx_column_ref by_name[] = { user_col.name.ref };
    const calx_assignment age = calx_assign(user_col.age, number);
    int64_t changes = -1;
    calx_insert *insert = calx_insert_new(session, &user_mapper);
    assert_non_null(insert);
    if (form == OF_A_SELECT)
        give_select(session, insert, number);
    else
        give_rows(session, insert, count, number);
    if (form == UPSERT) {
        ok(session, calx_insert_on_conflict_update(insert, by_name, 1));
        ok(session, calx_insert_set(insert, &age, 1));
    }
    ok(session, calx_insert_execute(insert, &changes));
    assert_int_equal(changes, (int64_t)count);
    calx_insert_free(insert);
}

static void a_repeated_insert_is_not_written_again(void **state)
{
    (void)state;
    calx_shows("SES-335");
    fixture fix;
    set_up(&fix);
    uint64_t made = texts_made(&fix);
    static const struct {
        enum insert_form form;
        size_t count;
    } all[] = { { PLAIN, 1 }, { PLAIN, 2 }, { PLAIN, 300 }, { UPSERT, 2 }, { OF_A_SELECT, 1 } };
    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++) {
        insert_some(fix.session, all[i].form, all[i].count, (int)(10 * i + 1));
        assert_int_equal(texts_made(&fix), made + i + 1);
        insert_some(fix.session, all[i].form, all[i].count, (int)(10 * i + 2));
        insert_some(fix.session, all[i].form, all[i].count, (int)(10 * i + 3));
        assert_int_equal(texts_made(&fix), made + i + 1);
    }
    ok(fix.session, calx_session_commit(fix.session));
    uint64_t found = texts_found(&fix);
    calx_session *other = new_session(&fix);
    insert_some(other, UPSERT, 2, 91);
    calx_session_free(other);
    assert_int_equal(texts_found(&fix), found + 1);
    assert_int_equal(texts_made(&fix), made + 5);
    tear_down(&fix);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(equal_shapes_are_equal_texts),
        cmocka_unit_test(a_repeated_update_is_not_written_again),
        cmocka_unit_test(a_repeated_delete_is_not_written_again),
        cmocka_unit_test(a_repeated_insert_is_not_written_again),
    };
    return CALX_RUN("statement_text", tests);
}
