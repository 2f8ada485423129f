/*
 * Log lines and clocks: a sink gets whole lines of its level and above, nobody listening costs
 * nothing, and deadlines never overflow.
 */
#include "support/harness.h"

#include "base/clock.h"
#include "base/log.h"
#include "support/ration.h"

#include <stdio.h>
#include <string.h>

typedef struct heard {
    unsigned lines;
    calx_log_level level;
    char logger[32];
    char text[2048];
} heard;

static void listen(void *context, calx_log_level level, const char *logger, const char *text)
{
    heard *ear = context;
    ear->lines++;
    ear->level = level;
    snprintf(ear->logger, sizeof(ear->logger), "%s", logger);
    snprintf(ear->text, sizeof(ear->text), "%s", text);
}

static void without_a_sink_nothing_is_said(void **state)
{
    (void)state;
    calx_logger silent = { 0 };
    assert_false(calx_log_enabled(&silent, CALX_LOG_ERROR));
    assert_false(calx_log_enabled(NULL, CALX_LOG_ERROR));
    calx_log(&silent, CALX_LOG_ERROR, "%s", "unheard");
    calx_log(NULL, CALX_LOG_ERROR, "%s", "unheard");
    calx_log_text(&silent, CALX_LOG_ERROR, "unheard");
}

static void lines_below_the_level_are_dropped(void **state)
{
    (void)state;
    heard ear = { 0 };
    calx_logger logger = { listen, &ear, CALX_LOG_INFO, "calx.engine.main" };
    calx_log(&logger, CALX_LOG_DEBUG, "row %d", 1);
    assert_int_equal(ear.lines, 0);
    calx_log(&logger, CALX_LOG_INFO, "SELECT %d", 1);
    assert_int_equal(ear.lines, 1);
    assert_int_equal(ear.level, CALX_LOG_INFO);
    assert_string_equal(ear.logger, "calx.engine.main");
    assert_string_equal(ear.text, "SELECT 1");
    calx_log_text(&logger, CALX_LOG_WARNING, "100 %s");
    assert_string_equal(ear.text, "100 %s");
    logger.name = NULL;
    calx_log(&logger, CALX_LOG_ERROR, "no name");
    assert_string_equal(ear.logger, "calx");
}

static void a_long_line_arrives_whole_or_is_marked_as_cut(void **state)
{
    (void)state;
    heard ear = { 0 };
    calx_logger logger = { listen, &ear, CALX_LOG_DEBUG, NULL };
    char words[1001];
    memset(words, 'w', sizeof(words) - 1);
    words[sizeof(words) - 1] = '\0';
    calx_log(&logger, CALX_LOG_INFO, "%s!", words);
    assert_int_equal(strlen(ear.text), 1001);
    assert_int_equal(ear.text[1000], '!');
    ration account;
    assert_true(ration_start(&account, 0));
    calx_log(&logger, CALX_LOG_INFO, "%s!", words);
    assert_int_equal(ration_stop(&account), 0);
    assert_in_range(strlen(ear.text), 100, 600);
    assert_string_equal(ear.text + strlen(ear.text) - 4, "w...");
}

static void deadlines_saturate_and_pass(void **state)
{
    (void)state;
    int64_t before = calx_clock_monotonic_ns();
    int64_t soon = calx_deadline_in_ms(50);
    assert_true(soon >= before + 50 * 1000 * 1000);
    assert_false(calx_deadline_passed(soon));
    assert_true(calx_deadline_left_ms(soon) <= 50);
    assert_true(calx_deadline_left_ns(soon) > 0);
    assert_true(calx_deadline_passed(calx_deadline_in_ns(0)));
    assert_int_equal(calx_deadline_left_ns(before), 0);
    assert_int_equal(calx_deadline_left_ms(before), 0);
    assert_int_equal(calx_deadline_in_ms(-1), CALX_DEADLINE_NONE);
    assert_int_equal(calx_deadline_in_ms(INT64_MAX), CALX_DEADLINE_NONE);
    assert_int_equal(calx_deadline_in_ns(INT64_MAX - 1), CALX_DEADLINE_NONE);
    assert_int_equal(calx_deadline_left_ms(CALX_DEADLINE_NONE), INT64_MAX);
    assert_false(calx_deadline_passed(CALX_DEADLINE_NONE));
    struct timespec when = calx_deadline_timespec(INT64_C(5000000007));
    assert_int_equal(when.tv_sec, 5);
    assert_int_equal(when.tv_nsec, 7);
}

static void the_wall_clock_counts_microseconds_since_1970(void **state)
{
    (void)state;
    time_t seconds = time(NULL);
    int64_t now = calx_clock_now_us();
    assert_in_range(now / 1000000, seconds - 1, seconds + 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(without_a_sink_nothing_is_said),
        cmocka_unit_test(lines_below_the_level_are_dropped),
        cmocka_unit_test(a_long_line_arrives_whole_or_is_marked_as_cut),
        cmocka_unit_test(deadlines_saturate_and_pass),
        cmocka_unit_test(the_wall_clock_counts_microseconds_since_1970),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
