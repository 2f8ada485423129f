/*
 * Who owns an instance, how long what a session gave is good, and that memory goes back when its
 * instances go. Memory is counted: pages of instances, and bytes of a counting allocator; nothing
 * is measured by time. CALX_TEST_ROWS=1000000 is the size for a look by hand.
 */
#include "session_fixture.h"
#include "support/graph_session.h"

#include "base/pages.h"

#include <calx/allocator.h>

#include <malloc.h> /* malloc_usable_size() */
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>

enum { BATCH = 1000, LEAST_ROWS = 40000 };

/* ---- counting ---- */

static struct {
    atomic_size_t bytes; /* as the heap counts them */
    atomic_long blocks;
} memory;

static void *resize(void *context, void *block, size_t size)
{
    (void)context;
    size_t before = malloc_usable_size(block);
    if (size == 0) {
        if (block != NULL)
            atomic_fetch_sub(&memory.blocks, 1);
        atomic_fetch_sub(&memory.bytes, before);
        free(block);
        return NULL;
    }
    void *result = realloc(block, size);
    if (result == NULL)
        return NULL;
    if (block == NULL)
        atomic_fetch_add(&memory.blocks, 1);
    atomic_fetch_add(&memory.bytes, malloc_usable_size(result) - before);
    return result;
}

static int start_counting(void **state)
{
    (void)state;
    memset(&memory, 0, sizeof(memory));
    return calx_set_allocator(&(calx_allocator){ resize, NULL }) == CALX_OK ? 0 : -1;
}

/* Nothing is left when a test ends: no instance, no block. */
static int stop_counting(void **state)
{
    (void)state;
    if (calx_set_allocator(NULL) != CALX_OK)
        return -1; /* instances are alive */
    return atomic_load(&memory.blocks) == 0 && atomic_load(&memory.bytes) == 0 ? 0 : -1;
}

static size_t rows_to_pass(void)
{
    const char *text = getenv("CALX_TEST_ROWS");
    long rows = text == NULL ? 0 : strtol(text, NULL, 10);
    return rows > LEAST_ROWS ? (size_t)rows : LEAST_ROWS;
}

/* ---- many rows ---- */

static void set_up_unchecked(fixture *fix)
{
    set_up(fix);
    calx_session_options options = session_options(fix);
    options.debug_checks = CALX_DEBUG_CHECKS_OFF;
    set_options(fix, &options);
}

static void store_batch(fixture *fix, size_t first)
{
    for (size_t i = first; i < first + BATCH; i++) {
        char name[32];
        (void)snprintf(name, sizeof(name), "user %09zu", i);
        add_user(fix->session, name);
    }
    assert_int_equal(calx_session_commit(fix->session), CALX_OK);
    log_sink_forget(&fix->sink);
}

static void store_rows(fixture *fix, size_t rows)
{
    for (size_t i = 0; i < rows; i += BATCH) {
        store_batch(fix, i);
        assert_int_equal(calx_session_expunge_all(fix->session), CALX_OK);
    }
}

static size_t load_batch(const fixture *fix, size_t first)
{
    calx_query *query = calx_query_new(fix->session, &user_mapper);
    const void *const *items = NULL;
    size_t count = 0;
    assert_non_null(query);
    assert_int_equal(calx_query_where(query, calx_gt(user_col.id, (int64_t)first)), CALX_OK);
    assert_int_equal(calx_query_where(query, calx_le(user_col.id, (int64_t)(first + BATCH))),
                     CALX_OK);
    assert_int_equal(calx_query_all(query, &items, &count), CALX_OK);
    calx_query_free(query);
    return count;
}

/* The pages a batch of instances takes go with them, but for the one that is cut from next. */
static void slabs_go_back_with_their_instances(void **state)
{
    (void)state;
    fixture fix;
    set_up_unchecked(&fix);
    store_rows(&fix, 5 * BATCH);
    size_t before = calx_pages_count();
    for (size_t i = 0; i < 5; i++)
        assert_int_equal(load_batch(&fix, i * BATCH), BATCH);
    assert_true(calx_pages_count() > before + 10);
    assert_int_equal(calx_session_expunge_all(fix.session), CALX_OK);
    assert_true(calx_pages_count() <= before + 1);
    tear_down(&fix);
    assert_int_equal(calx_pages_count(), 0);
}

/* What the caller took out keeps its page and no other. */
static void an_expunged_instance_keeps_its_page(void **state)
{
    (void)state;
    fixture fix;
    set_up_unchecked(&fix);
    store_rows(&fix, 3 * BATCH);
    size_t before = calx_pages_count();
    for (size_t i = 0; i < 3; i++)
        assert_int_equal(load_batch(&fix, i * BATCH), BATCH);
    const struct user *kept = get_user(fix.session, 1500);
    assert_int_equal(calx_session_expunge(fix.session, kept), CALX_OK);
    assert_int_equal(calx_session_expunge_all(fix.session), CALX_OK);
    assert_true(calx_pages_count() <= before + 2);
    tear_down(&fix);
    assert_int_equal(calx_pages_count(), 1);
    assert_string_equal(kept->name, "user 000001499");
    calx_instance_free((void *)(uintptr_t)kept);
    assert_int_equal(calx_pages_count(), 0);
}

static void expunging_everything_gives_memory_back(void **state)
{
    (void)state;
    fixture fix;
    set_up_unchecked(&fix);
    size_t rows = rows_to_pass();
    store_rows(&fix, rows);
    assert_int_equal(load_batch(&fix, 0), BATCH);
    assert_int_equal(calx_session_expunge_all(fix.session), CALX_OK);
    size_t before = atomic_load(&memory.bytes);
    for (size_t i = 0; i < rows; i += BATCH)
        assert_int_equal(load_batch(&fix, i), BATCH);
    size_t full = atomic_load(&memory.bytes);
    assert_true(full - before > rows * sizeof(struct user));
    assert_int_equal(calx_session_expunge_all(fix.session), CALX_OK);
    size_t after = atomic_load(&memory.bytes);
    /* the page that is cut from next keeps the huge run it lies in, 4 MiB at most */
    size_t run = (size_t)64 * CALX_PAGE_SIZE;
    assert_true(full - before > 2 * run);
    assert_true(after <= before + run + (full - before) / 50);
    tear_down(&fix);
}

/* However many rows pass through a session, it has as much memory after each batch. */
static void a_session_that_passes_many_rows_stays_flat(void **state)
{
    (void)state;
    fixture fix;
    set_up_unchecked(&fix);
    size_t rows = rows_to_pass();
    size_t pages = 0, bytes = 0;
    for (size_t i = 0; i < rows; i += BATCH) {
        store_batch(&fix, i);
        if (i == 2 * BATCH)
            pages = calx_pages_count();
        assert_true(i <= 2 * BATCH || calx_pages_count() <= pages + 1);
        assert_int_equal(calx_session_expunge_all(fix.session), CALX_OK);
        assert_int_equal(load_batch(&fix, i), BATCH);
        assert_true(i <= 2 * BATCH || calx_pages_count() <= pages + 1);
        assert_int_equal(calx_session_expunge_all(fix.session), CALX_OK);
        if (i == 2 * BATCH)
            bytes = atomic_load(&memory.bytes);
        assert_true(i <= 2 * BATCH || atomic_load(&memory.bytes) <= bytes + bytes / 4);
    }
    tear_down(&fix);
}

typedef struct passing {
    size_t count;
    size_t pages; /* most of them at once */
} passing;

static calx_status pass(void *context, const void *entity)
{
    passing *seen = context;
    assert_non_null(((const struct user *)entity)->name);
    size_t pages = calx_pages_count();
    seen->pages = pages > seen->pages ? pages : seen->pages;
    seen->count++;
    return CALX_OK;
}

static void a_stream_keeps_no_instances(void **state)
{
    (void)state;
    fixture fix;
    set_up_unchecked(&fix);
    size_t rows = rows_to_pass();
    passing seen = { 0 };
    store_rows(&fix, rows);
    size_t before = calx_pages_count();
    calx_query *query = calx_query_new(fix.session, &user_mapper);
    assert_int_equal(calx_query_each(query, pass, &seen), CALX_OK);
    calx_query_free(query);
    assert_int_equal(seen.count, rows);
    assert_true(seen.pages <= before + 1);
    calx_session_state found;
    calx_session_status(fix.session, &found);
    assert_int_equal(found.kept, 0);
    tear_down(&fix);
}

/* ---- who owns an instance ---- */

static bool is_alive(const void *entity)
{
    return calx_instance_mapper(entity) != NULL;
}

static void the_caller_keeps_what_is_in_no_session(void **state)
{
    (void)state;
    calx_shows("SES-056");
    fixture fix;
    set_up(&fix);
    const struct user *stored = stored_user(fix.session, "ed");
    struct user *made = new_user("jack");
    struct user *copy = calx_instance_copy(stored);
    assert_int_equal(calx_session_expunge(fix.session, stored), CALX_OK);
    calx_session_free(fix.session);
    fix.session = new_session(&fix);
    assert_true(is_alive(stored) && is_alive(made) && is_alive(copy));
    assert_string_equal(copy->name, "ed");
    calx_instance_free((void *)(uintptr_t)stored);
    calx_instance_free(made);
    calx_instance_free(copy);
    calx_instance_free(NULL);
    assert_false(is_alive(stored) || is_alive(made) || is_alive(copy));
    tear_down(&fix);
}

static calx_status free_session(calx_session *session)
{
    calx_session_free(session);
    return CALX_OK;
}

/* What was added or loaded, and what a rollback made transient, goes with the session's contents.
 */
static void the_session_frees_what_it_keeps(void **state)
{
    (void)state;
    calx_status (*const ways[])(calx_session *) = { calx_session_close, calx_session_reset,
                                                    calx_session_expunge_all, free_session };
    for (size_t i = 0; i < sizeof(ways) / sizeof(ways[0]); i++) {
        fixture fix;
        set_up(&fix);
        char name[] = "user 0";
        name[5] = (char)('0' + i);
        const struct user *undone = add_user(fix.session, "undone");
        assert_int_equal(calx_session_flush(fix.session), CALX_OK);
        assert_int_equal(calx_session_rollback(fix.session), CALX_OK);
        assert_true(is_alive(undone));
        assert_null(calx_object_session(undone));
        const struct user *added = stored_user(fix.session, name);
        calx_instance_free((void *)(uintptr_t)added); /* is in a session: left alone */
        assert_true(is_alive(added));
        const struct user *pending = add_user(fix.session, "pending");
        assert_int_equal(ways[i](fix.session), CALX_OK);
        assert_false(is_alive(undone) || is_alive(added) || is_alive(pending));
        if (ways[i] == free_session)
            fix.session = new_session(&fix);
        run_elsewhere(&fix, "DELETE FROM users");
        tear_down(&fix);
    }
}

static void what_a_rollback_made_transient_may_be_freed_by_the_caller(void **state)
{
    (void)state;
    fixture fix;
    set_up(&fix);
    struct user *user = add_user(fix.session, "ed");
    assert_int_equal(calx_session_rollback(fix.session), CALX_OK);
    assert_string_equal(user->name, "ed");
    calx_instance_free(user);
    assert_false(is_alive(user));
    tear_down(&fix);
}

static void relationships_own_nothing(void **state)
{
    (void)state;
    graph fix;
    graph_open(&fix);
    struct user *user = graph_user("ed");
    struct address *address = graph_address("ed@example.org");
    graph_ok(&fix, graph_append(user, 0, address));
    calx_instance_free(user);
    assert_true(is_alive(address));
    assert_null(graph_one(address, 0));
    calx_instance_free(address);
    graph_close(&fix);
}

/* The other side forgets what it knew: it is loaded again, and has another instance. */
static void an_expunged_member_is_unloaded_from_its_collection(void **state)
{
    (void)state;
    graph fix;
    graph_open(&fix);
    struct user *user = graph_user("ed");
    struct address *address = graph_address("ed@example.org");
    graph_ok(&fix, graph_append(user, 0, address));
    graph_ok(&fix, calx_session_add(fix.session, user));
    graph_ok(&fix, calx_session_commit(fix.session));
    assert_int_equal(graph_count(user, 0), 1);
    graph_ok(&fix, calx_session_load(fix.session, address));
    graph_ok(&fix, calx_session_expunge(fix.session, address));
    assert_int_equal(graph_count(user, 0), 1);
    assert_true(graph_item(user, 0, 0) != address);
    assert_string_equal(address->email, "ed@example.org");
    calx_instance_free(address);
    assert_int_equal(graph_count(user, 0), 1);
    graph_close(&fix);
}

static void closing_ends_queries_which_their_owner_frees(void **state)
{
    (void)state;
    fixture fix;
    set_up(&fix);
    stored_user(fix.session, "ed");
    calx_query *query = calx_query_new(fix.session, &user_mapper);
    const void *const *items = NULL;
    size_t count = 0;
    assert_int_equal(calx_query_all(query, &items, &count), CALX_OK);
    assert_int_equal(calx_session_close(fix.session), CALX_OK);
    calx_query_free(query);
    query = calx_query_new(fix.session, &user_mapper);
    calx_session_free(fix.session);
    calx_query_free(query);
    fix.session = new_session(&fix);
    tear_down(&fix);
}

/* ---- how long a pointer is good ---- */

static calx_status keep_some(void *context, const void *entity)
{
    const void **kept = context;
    const struct user *user = entity;
    calx_session *session = calx_object_session(user);
    if (user->id == 2)
        kept[0] = calx_instance_edit(user);
    if (user->id == 3)
        assert_int_equal(calx_session_expunge(session, user), CALX_OK);
    if (user->id == 3)
        kept[1] = user;
    if (user->id == 4)
        kept[2] = user;
    if (user->id == 5)
        kept[3] = user;
    return CALX_OK;
}

/* An instance of a stream goes with it, unless edited, expunged, or there before. */
static void a_streamed_instance_is_good_until_the_function_returns(void **state)
{
    (void)state;
    fixture fix;
    set_up(&fix);
    for (int i = 1; i < 7; i++)
        add_user(fix.session, (const char *[]){ "", "a", "b", "c", "d", "e", "f" }[i]);
    assert_int_equal(calx_session_commit(fix.session), CALX_OK);
    assert_int_equal(calx_session_close(fix.session), CALX_OK);
    const void *kept[4] = { NULL };
    const struct user *before = get_user(fix.session, 5);
    calx_query *query = calx_query_new(fix.session, &user_mapper);
    assert_int_equal(calx_query_each(query, keep_some, kept), CALX_OK);
    calx_query_free(query);
    assert_true(is_alive(kept[0]) && contains(fix.session, kept[0]));
    assert_true(is_alive(kept[1]) && !contains(fix.session, kept[1]));
    assert_false(is_alive(kept[2]));
    assert_ptr_equal(kept[3], before);
    calx_instance_free((void *)(uintptr_t)kept[1]);
    tear_down(&fix);
}

static void an_instance_stays_where_it_is_whatever_its_session_does(void **state)
{
    (void)state;
    fixture fix;
    set_up(&fix);
    const struct user *user = stored_user(fix.session, "ed");
    for (int i = 0; i < 20; i++) {
        char name[32];
        (void)snprintf(name, sizeof(name), "a name of its own %d", i);
        assert_int_equal(set_name(user, name), CALX_OK);
        assert_int_equal(i % 2 == 0 ? calx_session_commit(fix.session)
                                    : calx_session_rollback(fix.session),
                         CALX_OK);
        assert_ptr_equal(get_user(fix.session, 1), user);
        assert_int_equal(calx_session_refresh(fix.session, user), CALX_OK);
    }
    assert_string_equal(user->name, "a name of its own 18");
    tear_down(&fix);
}

/* ---- text assigned to a field ---- */

/* One line buffer for all of it: add and setters copy at once, an assignment at the flush. */
static void a_reused_buffer_is_safe(void **state)
{
    (void)state;
    fixture fix;
    set_up(&fix);
    char line[32] = "added";
    struct user *user = new_user(line);
    assert_int_equal(calx_session_add(fix.session, user), CALX_OK);
    strcpy(line, "xxxxx");
    assert_string_equal(user->name, "added");
    strcpy(line, "set");
    assert_int_equal(set_fullname(user, line), CALX_OK);
    strcpy(line, "xxx");
    assert_string_equal(user->fullname, "set");
    assert_int_equal(calx_session_commit(fix.session), CALX_OK);
    struct user *edit = calx_instance_edit(user);
    strcpy(line, "assigned");
    edit->name = line;
    assert_int_equal(calx_session_flush(fix.session), CALX_OK);
    assert_ptr_not_equal(user->name, line);
    strcpy(line, "xxxxxxxx");
    assert_string_equal(user->name, "assigned");
    assert_stored_text(fix.session, "SELECT name FROM users", "assigned");
    assert_stored_text(fix.session, "SELECT fullname FROM users", "set");
    tear_down(&fix);
}

/* A buffer may go as soon as the change is taken back: no field points at it any more. */
static void no_field_is_left_pointing_at_a_dead_buffer(void **state)
{
    (void)state;
    fixture fix;
    set_up(&fix);
    const struct user *user = stored_user(fix.session, "ed");
    for (int way = 0; way < 3; way++) {
        struct user *edit = calx_instance_edit(user);
        char *buffer = malloc(16);
        assert_non_null(edit);
        assert_non_null(buffer);
        strcpy(buffer, "short-lived");
        edit->name = buffer;
        edit->fullname = buffer;
        if (way == 0)
            assert_int_equal(calx_session_expire(fix.session, user), CALX_OK);
        else if (way == 1)
            assert_int_equal(calx_session_rollback(fix.session), CALX_OK);
        else
            assert_int_equal(calx_session_refresh(fix.session, user), CALX_OK);
        free(buffer);
        assert_string_equal(user->name, "ed");
        assert_null(user->fullname);
        assert_int_equal(calx_session_commit(fix.session), CALX_OK);
    }
    tear_down(&fix);
}

#define COUNTED(test) cmocka_unit_test_setup_teardown(test, start_counting, stop_counting)

int main(void)
{
    const struct CMUnitTest tests[] = {
        COUNTED(slabs_go_back_with_their_instances),
        COUNTED(an_expunged_instance_keeps_its_page),
        COUNTED(expunging_everything_gives_memory_back),
        COUNTED(a_session_that_passes_many_rows_stays_flat),
        COUNTED(a_stream_keeps_no_instances),
        COUNTED(the_caller_keeps_what_is_in_no_session),
        COUNTED(the_session_frees_what_it_keeps),
        COUNTED(what_a_rollback_made_transient_may_be_freed_by_the_caller),
        COUNTED(relationships_own_nothing),
        COUNTED(an_expunged_member_is_unloaded_from_its_collection),
        COUNTED(closing_ends_queries_which_their_owner_frees),
        COUNTED(a_streamed_instance_is_good_until_the_function_returns),
        COUNTED(an_instance_stays_where_it_is_whatever_its_session_does),
        COUNTED(a_reused_buffer_is_safe),
        COUNTED(no_field_is_left_pointing_at_a_dead_buffer),
    };
    return CALX_RUN("ownership", tests);
}
