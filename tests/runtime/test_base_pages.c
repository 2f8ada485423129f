/*
 * The slab map of base/pages.h: pages are aligned and marked, the question whether an address lies
 * in one never reads there, threads may ask while others take and give, and memory may run out.
 */
#include "support/harness.h"

#include "base/allocator.h"
#include "base/pages.h"
#include "support/ration.h"

#include <pthread.h>
#include <stdatomic.h>
#include <string.h>

static void foreign_addresses_are_in_no_page(void **state)
{
    (void)state;
    int on_stack = 0;
    void *on_heap = calx_alloc(10);
    void *page = calx_pages_take(1);
    assert_non_null(page);
    assert_false(calx_pages_contains(NULL));
    assert_false(calx_pages_contains(&on_stack));
    assert_false(calx_pages_contains(on_heap));
    assert_false(calx_pages_contains("text"));
    assert_false(calx_pages_contains((void *)UINTPTR_MAX));
    assert_false(calx_pages_contains((void *)(uintptr_t)16));
    /* Beyond 48 bits: no page may be confused with one that shares its low bits. */
    uint64_t beyond = (uint64_t)(uintptr_t)page | UINT64_C(1) << 48;
    if (sizeof(uintptr_t) == sizeof(beyond))
        assert_false(calx_pages_contains((void *)(uintptr_t)beyond));
    calx_pages_give(page, 1);
    calx_release(on_heap);
}

static void every_byte_of_the_first_taken_page_is_known(void **state)
{
    (void)state;
    static const size_t counts[] = { 1, 2, 3, 16, 17, 40 };
    for (size_t i = 0; i < sizeof(counts) / sizeof(counts[0]); i++) {
        size_t size = counts[i] * CALX_PAGE_SIZE;
        char *first = calx_pages_take(counts[i]);
        assert_non_null(first);
        assert_int_equal((uintptr_t)first % CALX_PAGE_SIZE, 0);
        memset(first, 0x5a, size);
        for (size_t at = 0; at < CALX_PAGE_SIZE; at += 4096)
            assert_true(calx_pages_contains(first + at));
        assert_true(calx_pages_contains(first + CALX_PAGE_SIZE - 1));
        assert_false(calx_pages_contains(first + CALX_PAGE_SIZE));
        assert_false(calx_pages_contains(first + size));
        assert_false(calx_pages_contains(first - 1));
        assert_ptr_equal(calx_page_of(first + CALX_PAGE_SIZE - 1), first);
        assert_int_equal(calx_pages_count(), counts[i]);
        calx_pages_give(first, counts[i]);
        assert_false(calx_pages_contains(first));
        assert_false(calx_pages_contains(first + size - 1));
    }
    assert_int_equal(calx_pages_count(), 0);
}

static void nothing_asked_is_nothing_given(void **state)
{
    (void)state;
    assert_null(calx_pages_take(0));
    assert_null(calx_pages_take(SIZE_MAX / CALX_PAGE_SIZE));
    assert_null(calx_pages_take(SIZE_MAX));
    calx_pages_give(NULL, 0);
    assert_int_equal(calx_pages_count(), 0);
}

static void borrowed_pages_are_no_slabs_and_are_reused(void **state)
{
    (void)state;
    enum { PAGES = 3 };
    char *slab = calx_pages_take(1);
    char *borrowed = calx_pages_borrow(PAGES);
    assert_non_null(slab);
    assert_non_null(borrowed);
    assert_int_equal((uintptr_t)borrowed % CALX_PAGE_SIZE, 0);
    memset(borrowed, 0xff, (size_t)PAGES * CALX_PAGE_SIZE);
    assert_false(calx_pages_contains(borrowed));
    assert_false(calx_pages_contains(borrowed + CALX_PAGE_SIZE));
    assert_int_equal(calx_pages_count(), 1);
    calx_pages_return(borrowed, PAGES);
    char *again = calx_pages_borrow(PAGES);
    assert_ptr_equal(again, borrowed);
    calx_pages_give(slab, 1);
    assert_int_equal(calx_pages_count(), 0);
    assert_false(calx_pages_trim());
    assert_int_equal(calx_set_allocator(NULL), CALX_E_STATE);
    calx_pages_return(again, PAGES);
    calx_pages_return(NULL, 0);
    assert_null(calx_pages_borrow(0));
    assert_null(calx_pages_borrow(SIZE_MAX));
    assert_true(calx_pages_trim());
}

typedef struct run {
    unsigned char *first;
    size_t count;
    unsigned char mark;
} run;

static void check_run(const run *at)
{
    for (size_t page = 0; page < at->count; page++) {
        assert_int_equal(at->first[page * CALX_PAGE_SIZE], at->mark);
        assert_int_equal(at->first[(page + 1) * CALX_PAGE_SIZE - 1], at->mark);
    }
}

static void runs_taken_and_given_at_random_never_overlap(void **state)
{
    (void)state;
    enum { RUNS = 60, STEPS = 3000 };
    run runs[RUNS] = { { 0 } };
    size_t taken = 0;
    uint32_t random = 12345;
    for (size_t step = 0; step < STEPS; step++) {
        random = random * 1664525u + 1013904223u;
        run *at = &runs[(random >> 8) % RUNS];
        if (at->first != NULL) {
            check_run(at);
            calx_pages_give(at->first, at->count);
            taken -= at->count;
            at->first = NULL;
            continue;
        }
        at->count = (random >> 20) % 8 == 0 ? 1 + (random >> 24) % 20 : 1;
        at->mark = (unsigned char)step;
        at->first = calx_pages_take(at->count);
        assert_non_null(at->first);
        for (size_t page = 0; page < at->count; page++) {
            at->first[page * CALX_PAGE_SIZE] = at->mark;
            at->first[(page + 1) * CALX_PAGE_SIZE - 1] = at->mark;
        }
        taken += at->count;
        assert_int_equal(calx_pages_count(), taken);
    }
    for (size_t i = 0; i < RUNS; i++)
        calx_pages_give(runs[i].first, runs[i].count);
    assert_int_equal(calx_pages_count(), 0);
}

static void the_last_page_given_gives_all_memory_back(void **state)
{
    (void)state;
    enum { COUNT = 50 };
    ration account;
    void *pages[COUNT];
    assert_true(ration_start(&account, 1000));
    for (size_t i = 0; i < COUNT; i++) {
        pages[i] = calx_pages_take(1);
        assert_non_null(pages[i]);
    }
    assert_false(calx_pages_trim());
    assert_int_equal(calx_set_allocator(NULL), CALX_E_STATE);
    for (size_t i = 0; i < COUNT; i++)
        calx_pages_give(pages[i], 1);
    /* Only leaves of the bitmap are still there: one, or two when a chunk crosses 4 GiB. */
    assert_in_range(atomic_load(&account.live), 1, 2);
    assert_true(calx_pages_trim());
    assert_int_equal(atomic_load(&account.live), 0);
    assert_int_equal(ration_stop(&account), 0);
}

static bool take_some(void **out_pages, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        out_pages[i] = calx_pages_take(i == 2 ? 30 : 3);
        if (out_pages[i] == NULL)
            return false;
    }
    return true;
}

static void each_allocation_may_fail_without_a_trace(void **state)
{
    (void)state;
    enum { COUNT = 12 };
    bool is_done = false;
    long allowed = 0;
    for (; !is_done; allowed++) {
        ration account;
        void *pages[COUNT] = { NULL };
        assert_true(ration_start(&account, allowed));
        is_done = take_some(pages, COUNT);
        for (size_t i = 0; i < COUNT; i++)
            calx_pages_give(pages[i], i == 2 ? 30 : 3);
        assert_int_equal(calx_pages_count(), 0);
        assert_int_equal(ration_stop(&account), 0);
    }
    assert_in_range(allowed, 5, 30);
}

enum { THREADS = 4, ROUNDS = 400, KEPT = 12 };

/* What the threads show each other: addresses that somebody else may be giving back. */
static _Atomic(void *) shown[THREADS];
static atomic_uint wrong_answers;

static void *take_ask_give(void *context)
{
    size_t self = *(const size_t *)context;
    void *kept[KEPT] = { NULL };
    int local = 0;
    for (size_t round = 0; round < ROUNDS; round++) {
        size_t i = round * 7 % KEPT;
        calx_pages_give(kept[i], 1);
        kept[i] = calx_pages_take(1);
        atomic_store(&shown[self], kept[i]);
        for (size_t other = 0; other < KEPT; other++) {
            if (kept[other] != NULL && !calx_pages_contains(kept[other]))
                atomic_fetch_add(&wrong_answers, 1);
        }
        /* Either answer is right for a foreign one; only asking must be safe. */
        calx_pages_contains(atomic_load(&shown[(self + 1) % THREADS]));
        if (calx_pages_contains(&local))
            atomic_fetch_add(&wrong_answers, 1);
    }
    for (size_t i = 0; i < KEPT; i++)
        calx_pages_give(kept[i], 1);
    return NULL;
}

static void threads_may_ask_while_others_take_and_give(void **state)
{
    (void)state;
    pthread_t threads[THREADS];
    size_t numbers[THREADS];
    for (size_t i = 0; i < THREADS; i++) {
        numbers[i] = i;
        assert_int_equal(pthread_create(&threads[i], NULL, take_ask_give, &numbers[i]), 0);
    }
    for (size_t i = 0; i < THREADS; i++)
        pthread_join(threads[i], NULL);
    assert_int_equal(atomic_load(&wrong_answers), 0);
    assert_int_equal(calx_pages_count(), 0);
    assert_true(calx_pages_trim());
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(foreign_addresses_are_in_no_page),
        cmocka_unit_test(every_byte_of_the_first_taken_page_is_known),
        cmocka_unit_test(nothing_asked_is_nothing_given),
        cmocka_unit_test(borrowed_pages_are_no_slabs_and_are_reused),
        cmocka_unit_test(runs_taken_and_given_at_random_never_overlap),
        cmocka_unit_test(the_last_page_given_gives_all_memory_back),
        cmocka_unit_test(each_allocation_may_fail_without_a_trace),
        cmocka_unit_test(threads_may_ask_while_others_take_and_give),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
