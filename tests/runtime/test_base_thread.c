/*
 * What runs at the end of a thread (base/thread.h): in order, once, or not at all when it was
 * forgotten, from whichever thread.
 */
#include "support/harness.h"

#include "base/thread.h"
#include "support/ration.h"

#include <pthread.h>
#include <stdatomic.h>
#include <string.h>

/* Each run writes its letter; only one thread at a time does in these tests. */
typedef struct trace {
    char letters[32];
    size_t count;
} trace;

typedef struct note {
    trace *trace;
    char letter;
} note;

static void write_letter(void *context)
{
    const note *own = context;
    own->trace->letters[own->trace->count++] = own->letter;
}

static void in_a_thread(void *(*body)(void *), void *context)
{
    pthread_t thread;
    assert_int_equal(pthread_create(&thread, NULL, body, context), 0);
    pthread_join(thread, NULL);
}

static void *register_four(void *context)
{
    note *notes = context;
    calx_thread_at_exit(CALX_THREAD_CONNECTIONS, write_letter, &notes[0], NULL);
    calx_thread_at_exit(CALX_THREAD_SESSIONS, write_letter, &notes[1], NULL);
    calx_thread_at_exit(CALX_THREAD_CONNECTIONS, write_letter, &notes[2], NULL);
    calx_thread_at_exit(CALX_THREAD_SESSIONS, write_letter, &notes[3], NULL);
    return NULL;
}

static void sessions_end_before_connections_the_newest_first(void **state)
{
    (void)state;
    trace order = { { 0 }, 0 };
    note notes[] = { { &order, 'c' }, { &order, 's' }, { &order, 'C' }, { &order, 'S' } };
    in_a_thread(register_four, notes);
    assert_string_equal(order.letters, "SsCc");
}

static void *forget_the_middle(void *context)
{
    note *notes = context;
    calx_thread_entry *entries[3] = { NULL };
    for (size_t i = 0; i < 3; i++)
        calx_thread_at_exit(CALX_THREAD_SESSIONS, write_letter, &notes[i], &entries[i]);
    return calx_thread_forget(entries[1]) ? notes : NULL;
}

static void a_forgotten_entry_does_not_run(void **state)
{
    (void)state;
    trace order = { { 0 }, 0 };
    note notes[] = { { &order, 'a' }, { &order, 'b' }, { &order, 'c' } };
    in_a_thread(forget_the_middle, notes);
    assert_string_equal(order.letters, "ca");
}

static void *register_and_forget_all(void *context)
{
    note *notes = context;
    calx_thread_entry *entry = NULL;
    for (size_t i = 0; i < 3; i++) {
        calx_thread_at_exit(CALX_THREAD_SESSIONS, write_letter, &notes[0], &entry);
        calx_thread_forget(entry);
    }
    return NULL;
}

static void a_thread_that_forgot_everything_keeps_no_memory(void **state)
{
    (void)state;
    trace order = { { 0 }, 0 };
    note notes[] = { { &order, 'a' } };
    ration account;
    assert_true(ration_start(&account, 100));
    /* In the main thread, which never runs its entries. */
    register_and_forget_all(notes);
    assert_int_equal(atomic_load(&account.live), 0);
    in_a_thread(register_and_forget_all, notes);
    assert_int_equal(order.count, 0);
    assert_true(calx_thread_forget(NULL));
    assert_int_equal(ration_stop(&account), 0);
}

typedef struct chain {
    trace trace;
    note late;
    calx_thread_entry *itself;
    calx_thread_entry *older;
    bool was_running;
} chain;

/* An end that makes another one needless, forgets itself as well, and leaves something new. */
static void end_session(void *context)
{
    chain *own = context;
    calx_thread_forget(own->older);
    own->was_running = !calx_thread_forget(own->itself);
    calx_thread_at_exit(CALX_THREAD_CONNECTIONS, write_letter, &own->late, NULL);
}

static void *register_chain(void *context)
{
    chain *own = context;
    calx_thread_at_exit(CALX_THREAD_SESSIONS, write_letter, &own->late, &own->older);
    calx_thread_at_exit(CALX_THREAD_SESSIONS, end_session, own, &own->itself);
    return NULL;
}

static void a_running_entry_may_forget_and_add_others(void **state)
{
    (void)state;
    ration account;
    chain own = { .late = { .letter = 'n' } };
    own.late.trace = &own.trace;
    assert_true(ration_start(&account, 100));
    in_a_thread(register_chain, &own);
    assert_true(own.was_running);
    assert_string_equal(own.trace.letters, "n");
    assert_int_equal(ration_stop(&account), 0);
}

static void *register_without_memory(void *context)
{
    note *notes = context;
    calx_thread_entry *entry = NULL;
    calx_status status = calx_thread_at_exit(CALX_THREAD_SESSIONS, write_letter, notes, &entry);
    return status == CALX_E_NOMEM && entry == NULL ? notes : NULL;
}

static void each_allocation_may_fail_without_a_trace(void **state)
{
    (void)state;
    trace order = { { 0 }, 0 };
    note notes[] = { { &order, 'a' } };
    for (long allowed = 0; allowed < 3; allowed++) {
        ration account;
        pthread_t thread;
        void *failed = NULL;
        assert_true(ration_start(&account, allowed));
        assert_int_equal(pthread_create(&thread, NULL, register_without_memory, notes), 0);
        pthread_join(thread, &failed);
        assert_int_equal(failed != NULL, allowed < 2);
        assert_int_equal(ration_stop(&account), 0);
    }
    assert_string_equal(order.letters, "a");
}

/*
 * A registry as the header describes it: records under its own lock, unlinked by whoever ends
 * them first, the thread that made them or the owner that closes.
 */
enum { THREADS = 8, ROUNDS = 50 };

typedef struct registry registry;

typedef struct record {
    registry *owner;
    calx_thread_entry *entry;
    bool is_linked;
    unsigned ends;
} record;

struct registry {
    pthread_mutex_t lock;
    pthread_cond_t unlinked;
    size_t linked;
    record records[THREADS];
};

static void end_record(void *context)
{
    record *own = context;
    pthread_mutex_lock(&own->owner->lock);
    own->is_linked = false;
    own->ends++;
    own->owner->linked--;
    pthread_cond_signal(&own->owner->unlinked);
    pthread_mutex_unlock(&own->owner->lock);
}

static void *join_registry(void *context)
{
    record *own = context;
    pthread_mutex_lock(&own->owner->lock);
    if (calx_thread_at_exit(CALX_THREAD_SESSIONS, end_record, own, &own->entry) == CALX_OK) {
        own->is_linked = true;
        own->owner->linked++;
    }
    pthread_mutex_unlock(&own->owner->lock);
    return NULL;
}

static void close_registry(registry *owner)
{
    pthread_mutex_lock(&owner->lock);
    for (size_t i = 0; i < THREADS; i++) {
        record *at = &owner->records[i];
        if (at->is_linked && calx_thread_forget(at->entry)) {
            at->is_linked = false;
            at->ends++;
            owner->linked--;
        }
    }
    while (owner->linked != 0)
        pthread_cond_wait(&owner->unlinked, &owner->lock);
    pthread_mutex_unlock(&owner->lock);
}

static void an_owner_and_ending_threads_end_each_record_once(void **state)
{
    (void)state;
    for (size_t round = 0; round < ROUNDS; round++) {
        registry owner = { .lock = PTHREAD_MUTEX_INITIALIZER,
                           .unlinked = PTHREAD_COND_INITIALIZER };
        pthread_t threads[THREADS];
        for (size_t i = 0; i < THREADS; i++) {
            owner.records[i].owner = &owner;
            assert_int_equal(pthread_create(&threads[i], NULL, join_registry, &owner.records[i]),
                             0);
        }
        close_registry(&owner);
        for (size_t i = 0; i < THREADS; i++)
            pthread_join(threads[i], NULL);
        /* Those that came after the close ended by themselves. */
        for (size_t i = 0; i < THREADS; i++)
            assert_int_equal(owner.records[i].ends, 1);
        assert_int_equal(owner.linked, 0);
        pthread_cond_destroy(&owner.unlinked);
        pthread_mutex_destroy(&owner.lock);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sessions_end_before_connections_the_newest_first),
        cmocka_unit_test(a_forgotten_entry_does_not_run),
        cmocka_unit_test(a_thread_that_forgot_everything_keeps_no_memory),
        cmocka_unit_test(a_running_entry_may_forget_and_add_others),
        cmocka_unit_test(each_allocation_may_fail_without_a_trace),
        cmocka_unit_test(an_owner_and_ending_threads_end_each_record_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
