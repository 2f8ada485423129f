/*
 * Date and time in the database come to what C's calendar says, to the microsecond and on both
 * sides of 1970, for columns, values and expressions alike.
 */
#include "query_fixture.h"

#include <calx/datetime.h>

#include <stdio.h>
#include <time.h>

#define ok(call) assert_int_equal(call, CALX_OK)

enum { SECOND = 1000000, MOMENTS = 300 };

static const int64_t first_moment = INT64_C(-62135596800); /* 0001-01-01 00:00:00 */
static const int64_t last_moment = INT64_C(253402300799);  /* 9999-12-31 23:59:59 */

/* Whether the condition holds, by the database. */
static void assert_true_of_all(fixture *fix, calx_expression condition, const char *what,
                               calx_timestamp moment)
{
    int64_t count = 0;
    calx_query *query = new_query(fix->session);
    if (calx_query_where(query, condition) != CALX_OK || calx_query_count(query, &count) != CALX_OK)
        fail_msg("%s: %s", what, calx_session_error(fix->session)->message);
    if (count != USERS)
        fail_msg("%s of %lld is something else", what, (long long)moment);
    calx_query_free(query);
}

static int64_t floor_seconds(calx_timestamp moment)
{
    return (moment - (moment % SECOND + SECOND) % SECOND) / SECOND;
}

static struct tm calendar_of(calx_timestamp moment)
{
    struct tm parts;
    time_t seconds = (time_t)floor_seconds(moment);
    assert_non_null(gmtime_r(&seconds, &parts));
    return parts;
}

static int64_t part_of(const struct tm *parts, calx_time_part part, calx_timestamp moment)
{
    const int64_t all[] = { parts->tm_year + INT64_C(1900),
                            parts->tm_mon + 1,
                            parts->tm_mday,
                            parts->tm_hour,
                            parts->tm_min,
                            parts->tm_sec,
                            parts->tm_wday,
                            parts->tm_yday + 1,
                            floor_seconds(moment) };
    return all[part];
}

/* Days and what is shorter all have one length in UTC. */
static calx_timestamp start_of(const struct tm *parts, calx_time_part part, calx_timestamp moment)
{
    int64_t seconds = floor_seconds(moment);
    seconds -= part < CALX_PART_SECOND ? parts->tm_sec : 0;
    seconds -= part < CALX_PART_MINUTE ? parts->tm_min * 60 : 0;
    seconds -= part < CALX_PART_HOUR ? parts->tm_hour * 3600 : 0;
    if (part == CALX_PART_MONTH)
        seconds -= (parts->tm_mday - 1) * INT64_C(86400);
    else if (part == CALX_PART_YEAR)
        seconds -= parts->tm_yday * INT64_C(86400);
    return seconds * SECOND;
}

/* A column with the moment in it, and the moment itself. */
static void assert_calendar(fixture *fix, calx_timestamp moment)
{
    struct tm parts = calendar_of(moment);
    for (int part = CALX_PART_YEAR; part <= CALX_PART_EPOCH; part++) {
        int64_t expected = part_of(&parts, (calx_time_part)part, moment);
        assert_true_of_all(
            fix,
            calx_and(calx_eq(calx_extract((calx_time_part)part, user_col.created), expected),
                     calx_eq(calx_extract((calx_time_part)part, moment), expected)),
            "a part", moment);
    }
    for (int part = CALX_PART_YEAR; part <= CALX_PART_SECOND; part++) {
        calx_timestamp expected = start_of(&parts, (calx_time_part)part, moment);
        assert_true_of_all(
            fix,
            calx_and(calx_eq(calx_truncate((calx_time_part)part, user_col.created), expected),
                     calx_eq(calx_truncate((calx_time_part)part, moment), expected)),
            "a beginning", moment);
    }
}

static void set_created(fixture *fix, calx_timestamp moment)
{
    const void *const *items = NULL;
    size_t count = 0;
    ok(calx_query_all(fix->query, &items, &count));
    for (size_t i = 0; i < count; i++) {
        struct user *user = calx_instance_edit(items[i]);
        assert_non_null(user);
        user->created = moment;
    }
    ok(calx_session_flush(fix->session));
}

/* Both ends, leap days, the moments around 1970, and fractions that would round up. */
static void parts_and_beginnings_are_those_of_the_calendar(void **state)
{
    (void)state;
    static const calx_timestamp edges[] = {
        0,
        -1,
        1,
        -SECOND,
        INT64_C(-62135596800) * SECOND,
        INT64_C(253402300799) * SECOND + 999999,
        INT64_C(951827696) * SECOND,           /* 2000-02-29 12:34:56 */
        INT64_C(1709251199) * SECOND + 999999, /* 2024-02-29 23:59:59.999999 */
        INT64_C(-2208988800) * SECOND,         /* 1900-01-01 */
    };
    fixture fix;
    set_up(&fix);
    for (size_t i = 0; i < sizeof edges / sizeof edges[0]; i++) {
        set_created(&fix, edges[i]);
        assert_calendar(&fix, edges[i]);
    }
    tear_down(&fix);
}

/* From a seed of its own, so that a failure comes again. */
static int64_t random_below(uint64_t *seed, int64_t bound)
{
    *seed = *seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (int64_t)((*seed >> 11) % (uint64_t)bound);
}

static void random_moments_are_taken_apart_alike(void **state)
{
    (void)state;
    fixture fix;
    uint64_t seed = 20261122;
    set_up(&fix);
    for (int i = 0; i < MOMENTS; i++) {
        calx_timestamp moment =
            (first_moment + random_below(&seed, last_moment - first_moment)) * SECOND +
            random_below(&seed, SECOND);
        struct tm parts = calendar_of(moment);
        calx_time_part part = (calx_time_part)(i % (CALX_PART_EPOCH + 1));
        calx_time_part whole = (calx_time_part)(i % (CALX_PART_SECOND + 1));
        assert_true_of_all(&fix, calx_eq(calx_extract(part, moment), part_of(&parts, part, moment)),
                           "a part", moment);
        assert_true_of_all(&fix,
                           calx_eq(calx_truncate(whole, moment), start_of(&parts, whole, moment)),
                           "a beginning", moment);
    }
    tear_down(&fix);
}

static void so_many_seconds_later_keeps_the_fraction(void **state)
{
    (void)state;
    fixture fix;
    uint64_t seed = 7;
    set_up(&fix);
    for (int i = 0; i < MOMENTS / 3; i++) {
        calx_timestamp moment =
            (first_moment + random_below(&seed, last_moment - first_moment)) * SECOND +
            random_below(&seed, SECOND);
        calx_timestamp other =
            (first_moment + random_below(&seed, last_moment - first_moment)) * SECOND +
            (moment % SECOND + SECOND) % SECOND;
        int64_t seconds = (other - moment) / SECOND;
        assert_true_of_all(&fix, calx_eq(calx_add_seconds(moment, seconds), other), "what is later",
                           moment);
    }
    set_created(&fix, 1500000 * (int64_t)SECOND + 123456);
    assert_true_of_all(
        &fix,
        calx_eq(calx_add_seconds(user_col.created, calx_mul(user_col.id, 60)),
                calx_add_seconds(calx_add_seconds(user_col.created, calx_mul(user_col.id, 61)),
                                 calx_neg(user_col.id))),
        "what is later", 0);
    tear_down(&fix);
}

static void what_is_null_has_no_parts(void **state)
{
    (void)state;
    fixture fix;
    set_up(&fix);
    calx_expression none = calx_nullif(user_col.created, user_col.created);
    assert_true_of_all(&fix, calx_is_null(calx_extract(CALX_PART_DAY, none)), "a part", 0);
    assert_true_of_all(&fix, calx_is_null(calx_truncate(CALX_PART_DAY, none)), "a beginning", 0);
    assert_true_of_all(&fix, calx_is_null(calx_add_seconds(none, 1)), "what is later", 0);
    tear_down(&fix);
}

static void now_is_the_time_of_the_database(void **state)
{
    (void)state;
    fixture fix;
    set_up(&fix);
    calx_timestamp here = (calx_timestamp)time(NULL) * SECOND;
    assert_true_of_all(&fix,
                       calx_and(calx_gt(calx_now(), calx_add_seconds(here, -3600)),
                                calx_lt(calx_now(), calx_add_seconds(here, 3600))),
                       "now", here);
    assert_true_of_all(&fix, calx_le(user_col.created, calx_now()), "now", here);
    tear_down(&fix);
}

/* A month is a group, whichever value its first row has; and its beginning comes as a timestamp. */
static void rows_are_grouped_by_month(void **state)
{
    (void)state;
    fixture fix;
    set_up(&fix);
    run_sql(fix.session, "UPDATE users SET created = '2024-01-31 23:59:59.999999+00'");
    run_sql(fix.session, "UPDATE users SET created = '2024-02-01 00:00:00+00' WHERE age = 18");
    calx_select *select = calx_select_new(fix.session);
    calx_expression month = calx_truncate(CALX_PART_MONTH, user_col.created);
    calx_result *result = NULL;
    bool row = false;
    const int64_t expected[][2] = { { 1704067200, 3 }, { 1706745600, 2 } };
    ok(calx_select_value(select, month, "month"));
    ok(calx_select_value(select, calx_count_all(), "users"));
    ok(calx_select_group_by_value(select, month));
    ok(calx_select_order_by_value(select, month, false));
    ok(calx_select_execute(select, &result));
    for (size_t i = 0; i < 2; i++) {
        calx_timestamp start = 0;
        int64_t users = 0;
        ok(calx_result_next(result, &row));
        assert_true(row);
        ok(calx_result_timestamp(result, 0, &start));
        ok(calx_result_int64(result, 1, &users));
        assert_int_equal(start, expected[i][0] * SECOND);
        assert_int_equal(users, expected[i][1]);
    }
    ok(calx_result_next(result, &row));
    assert_false(row);
    calx_result_free(result);
    calx_select_free(select);
    tear_down(&fix);
}

static void assert_refused(fixture *fix, calx_expression condition, const char *message)
{
    calx_query *query = new_query(fix->session);
    assert_int_equal(calx_query_where(query, condition), CALX_E_ARGUMENT);
    assert_string_equal(calx_session_error(fix->session)->message, message);
    calx_query_free(query);
}

static void what_is_no_time_is_refused_and_spelled(void **state)
{
    (void)state;
    fixture fix;
    set_up(&fix);
    assert_refused(&fix, calx_eq(calx_extract(CALX_PART_YEAR, calx_add(user_col.age, 1)), 1),
                   "extract(year FROM \"users\".\"age\" + ?) takes a timestamp and is given an "
                   "integer");
    assert_refused(&fix, calx_gt(calx_add_seconds(calx_now(), 1.5), user_col.created),
                   "CURRENT_TIMESTAMP + ? * INTERVAL '1 second' takes a timestamp and an integer "
                   "and is given a number");
    assert_refused(&fix, calx_eq(calx_truncate(CALX_PART_WEEKDAY, user_col.created), 1),
                   "the condition, or a part of it, was never set");
    assert_refused(&fix, calx_eq(calx_extract((calx_time_part)99, user_col.created), 1),
                   "the condition, or a part of it, was never set");
    tear_down(&fix);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(parts_and_beginnings_are_those_of_the_calendar),
        cmocka_unit_test(random_moments_are_taken_apart_alike),
        cmocka_unit_test(so_many_seconds_later_keeps_the_fraction),
        cmocka_unit_test(what_is_null_has_no_parts),
        cmocka_unit_test(now_is_the_time_of_the_database),
        cmocka_unit_test(rows_are_grouped_by_month),
        cmocka_unit_test(what_is_no_time_is_refused_and_spelled),
    };
    return CALX_RUN("datetime", tests);
}
