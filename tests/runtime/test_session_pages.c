/*
 * The option page_size for what a session sends: the rows of a flush or of a bulk call that go
 * together, from the first on.
 */
#include "session_fixture.h"

#include <stdio.h>

enum { ROWS = 100, PAGE = 30 };

/* A session whose pages are this small. */
static calx_session *paged_session(const fixture *fix)
{
    calx_execution_options execution = CALX_EXECUTION_OPTIONS_INIT;
    calx_session_options options = session_options(fix);
    calx_session *session = NULL;
    execution.page_size = PAGE;
    options.execution_options = &execution;
    assert_int_equal(calx_session_new(&options, &session, NULL), CALX_OK);
    return session;
}

/* Statements for so many rows: where rows go together, one a page. */
static size_t statements_for(size_t rows)
{
    return calx_test_on("postgresql") ? (rows + PAGE - 1) / PAGE : rows;
}

static void a_flush_sends_no_more_rows_together_than_a_page_has(void **state)
{
    (void)state;
    calx_shows("ENG-185");
    fixture fix;
    set_up(&fix);
    calx_session *session = paged_session(&fix);
    char name[32];
    for (int round = 0; round < 2; round++) { /* the first has no connection yet */
        log_sink_forget(&fix.sink);
        for (int i = 0; i < ROWS; i++) {
            (void)snprintf(name, sizeof(name), "user %d.%d", round, i);
            struct user *user = add_user(session, name);
            assert_int_equal(set_name(user, name), CALX_OK);
        }
        assert_int_equal(calx_session_flush(session), CALX_OK);
        assert_int_equal(log_sink_count(&fix.sink, "INSERT INTO \"users\""), statements_for(ROWS));
    }
    assert_int_equal(calx_session_commit(session), CALX_OK);
    assert_int_equal(number(session, "SELECT count(*) FROM users"), 2 * ROWS);
    calx_session_free(session);
    tear_down(&fix);
}

static void a_bulk_call_sends_no_more_rows_together_either(void **state)
{
    (void)state;
    calx_shows("ENG-184");
    calx_shows("ENG-185");
    fixture fix;
    set_up(&fix);
    calx_session *session = paged_session(&fix);
    static struct user users[ROWS];
    static char names[ROWS][32];
    for (int i = 0; i < ROWS; i++) {
        (void)snprintf(names[i], sizeof(names[i]), "user %d", i);
        users[i] = (struct user){ .id = i + 1, .name = names[i] };
    }
    log_sink_forget(&fix.sink);
    assert_int_equal(calx_session_bulk_insert(session, &user_mapper, users, ROWS), CALX_OK);
    assert_int_equal(log_sink_count(&fix.sink, "INSERT INTO \"users\"") +
                         log_sink_count(&fix.sink, "COPY \"users\""),
                     statements_for(ROWS));
    assert_int_equal(calx_session_commit(session), CALX_OK);
    assert_int_equal(number(session, "SELECT count(*) FROM users"), ROWS);
    calx_session_free(session);
    tear_down(&fix);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_flush_sends_no_more_rows_together_than_a_page_has),
        cmocka_unit_test(a_bulk_call_sends_no_more_rows_together_either),
    };
    return CALX_RUN("session_pages", tests);
}
