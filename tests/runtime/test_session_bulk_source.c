/*
 * Rows that a function makes: any number in bounded memory, its texts used again and again, and
 * what becomes of them when something fails.
 */
#include "session_fixture.h"
#include "support/ration.h"
#include "support/sanitizers.h"

#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>

/* Sanitizers take minutes where the log of a statement for each row is kept, so they get fewer. */
enum { NAME_SIZE = 40, IS_SLOW = CALX_TEST_CHECKS_ADDRESSES || CALX_TEST_CHECKS_THREADS };

/* Makes users with names in one buffer, until so many; at one of them something is wrong. */
typedef struct maker {
    char name[NAME_SIZE];
    int64_t made, most;
    int64_t wrong; /* number of the row; 0: none */
    calx_status answer;
    bool is_nameless;
    calx_session *visited; /* called back; NULL: not */
    calx_status seen;
} maker;

static calx_status make_user(void *context, void *row, bool *out_row)
{
    maker *self = context;
    struct user *user = row;
    *out_row = self->made < self->most;
    if (!*out_row)
        return CALX_OK;
    self->made++;
    (void)snprintf(self->name, sizeof self->name, "user %07lld", (long long)self->made);
    user->name = self->name;
    if (self->visited != NULL)
        self->seen = calx_session_flush(self->visited);
    if (self->made != self->wrong)
        return CALX_OK;
    user->age = (calx_nullable_int32){ true, -1 };
    user->name = self->is_nameless ? NULL : self->name;
    return self->answer;
}

static calx_status insert_from(const fixture *fix, maker *source)
{
    return calx_session_bulk_insert_from(fix->session, &user_mapper, make_user, source);
}

static int64_t count_users(const fixture *fix)
{
    return number(fix->session, "SELECT count(*) FROM users");
}

static void rows_of_a_function_are_inserted_in_their_order(void **state)
{
    (void)state;
    static const int64_t counts[] = { 0, 1, 4, 5, 16383, 16384, 16385, 40000 };
    size_t most = sizeof counts / sizeof counts[0] - (IS_SLOW ? 4 : 0);
    fixture fix;
    calx_shows("SES-320");
    set_up(&fix);
    for (size_t i = 0; i < most; i++) {
        maker source = { .most = counts[i] };
        run_elsewhere(&fix, "DELETE FROM users");
        assert_int_equal(insert_from(&fix, &source), CALX_OK);
        assert_int_equal(source.made, counts[i]);
        assert_int_equal(count_users(&fix), counts[i]);
        assert_int_equal(number(fix.session,
                                "SELECT count(*) FROM users WHERE revision = 1 AND name = 'user '"
                                " || substr(CAST(10000000 + id - (SELECT min(id) FROM users) + 1 "
                                "AS TEXT), 2)"),
                         counts[i]);
        assert_int_equal(calx_session_commit(fix.session), CALX_OK);
    }
    tear_down(&fix);
}

/* ---- memory ---- */

/* An allocator that knows how much is held; one thread. */
typedef struct scale {
    size_t held, peak;
} scale;

typedef union header {
    size_t size;
    max_align_t alignment;
} header;

static void *weigh(void *context, void *block, size_t size)
{
    scale *self = context;
    header *old = block == NULL ? NULL : (header *)block - 1;
    size_t before = old == NULL ? 0 : old->size;
    if (size == 0) {
        self->held -= before;
        free(old);
        return NULL;
    }
    header *new = realloc(old, sizeof(header) + size);
    if (new == NULL)
        return NULL;
    new->size = size;
    self->held += size - before;
    self->peak = self->held > self->peak ? self->held : self->peak;
    return new + 1;
}

/* The most that was held while so many rows came in. */
static size_t peak_of(const char *url, int64_t count)
{
    calx_engine *engine = NULL;
    calx_session *session = NULL;
    calx_session_options options = CALX_SESSION_OPTIONS_INIT;
    scale all = { 0, 0 };
    const calx_allocator allocator = { weigh, &all };
    maker source = { .most = count };
    assert_int_equal(calx_set_allocator(&allocator), CALX_OK);
    assert_int_equal(calx_engine_new(url, NULL, &engine, NULL), CALX_OK);
    options.bind = engine;
    assert_int_equal(calx_session_new(&options, &session, NULL), CALX_OK);
    assert_int_equal(calx_session_bulk_insert_from(session, &user_mapper, make_user, &source),
                     CALX_OK);
    calx_session_free(session);
    calx_engine_free(engine);
    assert_int_equal(calx_set_allocator(NULL), CALX_OK);
    assert_int_equal(all.held, 0);
    return all.peak;
}

static void more_rows_take_no_more_memory(void **state)
{
    (void)state;
    fixture fix;
    char url[300];
    set_up(&fix);
    (void)snprintf(url, sizeof url, "%s", calx_test_url());
    tear_down(&fix);
    if (IS_SLOW)
        return; /* their blocks are larger, too */
    size_t few = peak_of(url, 20000);
    assert_in_range(peak_of(url, 80000), few / 2, few + few / 10);
}

/* ---- failures ---- */

static void the_row_that_is_wrong_is_named_by_its_number(void **state)
{
    (void)state;
    fixture fix;
    calx_shows("SES-326");
    set_up(&fix);
    static const int64_t places[] = { 1, 3, 700, 16384, 16385, 20001 };
    for (size_t i = 0; i < sizeof places / sizeof places[0] - (IS_SLOW ? 3 : 0); i++) {
        char which[60];
        maker source = { .most = 20005, .wrong = places[i], .is_nameless = places[i] == 3 };
        calx_status expected = source.is_nameless ? CALX_E_NOT_NULL : CALX_E_CHECK;
        (void)snprintf(which, sizeof which,
                       "inserting rows[%lld] of user: ", (long long)places[i] - 1);
        assert_int_equal(insert_from(&fix, &source), expected);
        assert_ptr_equal(strstr(calx_session_error(fix.session)->message, which),
                         calx_session_error(fix.session)->message);
        assert_int_equal(insert_from(&fix, &source), CALX_E_PENDING_ROLLBACK);
        assert_int_equal(calx_session_rollback(fix.session), CALX_OK);
        assert_int_equal(count_users(&fix), 0);
        assert_int_equal(calx_session_rollback(fix.session), CALX_OK);
    }
    tear_down(&fix);
}

static void what_the_function_answers_is_the_answer(void **state)
{
    (void)state;
    fixture fix;
    set_up(&fix);
    maker source = { .most = 20000, .wrong = 17000, .answer = CALX_E_IO };
    assert_int_equal(insert_from(&fix, &source), CALX_E_IO);
    assert_non_null(strstr(calx_session_error(fix.session)->message,
                           "the function that makes rows of user failed at rows[16999]: "));
    assert_int_equal(source.made, 17000);
    assert_int_equal(calx_session_rollback(fix.session), CALX_OK);
    assert_int_equal(count_users(&fix), 0);
    tear_down(&fix);
}

static void the_function_may_not_use_the_session(void **state)
{
    (void)state;
    fixture fix;
    set_up(&fix);
    maker source = { .most = 2, .visited = fix.session };
    assert_int_equal(insert_from(&fix, &source), CALX_OK);
    assert_int_equal(source.seen, CALX_E_STATE);
    assert_int_equal(calx_session_commit(fix.session), CALX_OK);
    assert_int_equal(count_users(&fix), 2);
    assert_int_equal(calx_session_bulk_insert_from(fix.session, &user_mapper, NULL, &source),
                     CALX_E_ARGUMENT);
    assert_int_equal(calx_session_bulk_insert_from(fix.session, NULL, make_user, &source),
                     CALX_E_ARGUMENT);
    tear_down(&fix);
}

static calx_status insert_all(const char *url)
{
    calx_engine *engine = NULL;
    calx_session *session = NULL;
    calx_session_options options = CALX_SESSION_OPTIONS_INIT;
    maker source = { .most = 30 };
    calx_status status = calx_engine_new(url, NULL, &engine, NULL);
    options.bind = engine;
    if (status == CALX_OK)
        status = calx_session_new(&options, &session, NULL);
    if (status == CALX_OK)
        status = calx_session_bulk_insert_from(session, &user_mapper, make_user, &source);
    if (session != NULL)
        assert_int_equal(calx_session_rollback(session), CALX_OK);
    calx_session_free(session);
    calx_engine_free(engine);
    return status;
}

static void every_missing_allocation_is_survived(void **state)
{
    (void)state;
    fixture fix;
    char url[300];
    set_up(&fix);
    (void)snprintf(url, sizeof url, "%s", calx_test_url());
    tear_down(&fix);
    calx_status status = CALX_E_NOMEM;
    for (long allowed = 0; status == CALX_E_NOMEM; allowed++) {
        ration account;
        assert_true(ration_start(&account, allowed));
        status = insert_all(url);
        assert_int_equal(ration_stop(&account), 0);
    }
    assert_int_equal(status, CALX_OK);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rows_of_a_function_are_inserted_in_their_order),
        cmocka_unit_test(more_rows_take_no_more_memory),
        cmocka_unit_test(the_row_that_is_wrong_is_named_by_its_number),
        cmocka_unit_test(what_the_function_answers_is_the_answer),
        cmocka_unit_test(the_function_may_not_use_the_session),
        cmocka_unit_test(every_missing_allocation_is_survived),
    };
    return CALX_RUN("session_bulk_source", tests);
}
