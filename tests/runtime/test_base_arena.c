/*
 * The arena of base/arena.h: blocks are aligned, do not overlap, live until the arena is reset, and
 * each allocation may fail.
 */
#include "support/harness.h"

#include "base/arena.h"
#include "support/ration.h"

#include <stdalign.h>
#include <string.h>

static void blocks_are_aligned_and_do_not_overlap(void **state)
{
    (void)state;
    enum { COUNT = 400 };
    unsigned char *blocks[COUNT];
    calx_arena arena;
    calx_arena_init(&arena, 100);
    for (size_t i = 0; i < COUNT; i++) {
        blocks[i] = calx_arena_alloc(&arena, i);
        assert_non_null(blocks[i]);
        assert_int_equal((uintptr_t)blocks[i] % alignof(max_align_t), 0);
        memset(blocks[i], (int)(i % 251), i);
        assert_non_null(calx_arena_text(&arena, "odd", 2));
    }
    for (size_t i = 0; i < COUNT; i++) {
        for (size_t k = 0; k < i; k++)
            assert_int_equal(blocks[i][k], i % 251);
    }
    calx_arena_clear(&arena);
}

static void texts_are_copied_and_packed(void **state)
{
    (void)state;
    calx_arena arena;
    calx_arena_init(&arena, 0);
    char source[] = "Ada Lovelace";
    char *first = calx_arena_text(&arena, source, 3);
    char *second = calx_arena_text(&arena, source + 4, 8);
    char *empty = calx_arena_text(&arena, NULL, 0);
    memset(source, '?', sizeof(source) - 1);
    assert_string_equal(first, "Ada");
    assert_string_equal(second, "Lovelace");
    assert_string_equal(empty, "");
    assert_ptr_equal(second, first + 4);
    calx_arena_clear(&arena);
}

static void a_big_block_leaves_the_current_chunk_in_use(void **state)
{
    (void)state;
    calx_arena arena;
    calx_arena_init(&arena, 256);
    char *before = calx_arena_text(&arena, "a", 1);
    char *big = calx_arena_alloc(&arena, 100000);
    char *after = calx_arena_text(&arena, "b", 1);
    assert_non_null(big);
    memset(big, 1, 100000);
    assert_ptr_equal(after, before + 2);
    calx_arena_clear(&arena);
}

static void arrays_are_zeroed_and_their_size_is_checked(void **state)
{
    (void)state;
    calx_arena arena;
    calx_arena_init(&arena, 0);
    memset(calx_arena_alloc(&arena, 64), 0xff, 64);
    calx_arena_reset(&arena);
    const uint64_t *numbers = calx_arena_array(&arena, 8, sizeof(*numbers));
    assert_non_null(numbers);
    for (size_t i = 0; i < 8; i++)
        assert_int_equal(numbers[i], 0);
    assert_null(calx_arena_array(&arena, SIZE_MAX / 4, 8));
    assert_null(calx_arena_alloc(&arena, SIZE_MAX - 8));
    assert_null(calx_arena_text(&arena, "x", SIZE_MAX));
    calx_arena_clear(&arena);
}

static void a_reset_arena_serves_the_next_round_from_its_chunk(void **state)
{
    (void)state;
    ration account;
    calx_arena arena;
    assert_true(ration_start(&account, 100));
    calx_arena_init(&arena, 128);
    for (size_t i = 0; i < 50; i++)
        assert_non_null(calx_arena_alloc(&arena, 100));
    calx_arena_reset(&arena);
    assert_int_equal(atomic_load(&account.live), 1);
    long left = atomic_load(&account.left);
    for (size_t round = 0; round < 10; round++) {
        for (size_t i = 0; i < 10; i++)
            assert_non_null(calx_arena_alloc(&arena, 100));
        calx_arena_reset(&arena);
    }
    assert_int_equal(atomic_load(&account.left), left);
    calx_arena_clear(&arena);
    calx_arena_clear(&arena);
    assert_int_equal(ration_stop(&account), 0);
}

static bool fill(calx_arena *arena)
{
    for (size_t i = 0; i < 30; i++) {
        char *text = calx_arena_text(arena, "some words of a statement", 25);
        void *block = calx_arena_alloc(arena, i % 7 == 0 ? 3000 : 40);
        if (text == NULL || block == NULL)
            return false;
        assert_string_equal(text, "some words of a statement");
    }
    return true;
}

static void each_allocation_may_fail_without_a_trace(void **state)
{
    (void)state;
    bool is_filled = false;
    long allowed = 0;
    for (; !is_filled; allowed++) {
        ration account;
        calx_arena arena;
        assert_true(ration_start(&account, allowed));
        calx_arena_init(&arena, 128);
        is_filled = fill(&arena);
        calx_arena_clear(&arena);
        assert_int_equal(ration_stop(&account), 0);
    }
    assert_in_range(allowed, 4, 30);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(blocks_are_aligned_and_do_not_overlap),
        cmocka_unit_test(texts_are_copied_and_packed),
        cmocka_unit_test(a_big_block_leaves_the_current_chunk_in_use),
        cmocka_unit_test(arrays_are_zeroed_and_their_size_is_checked),
        cmocka_unit_test(a_reset_arena_serves_the_next_round_from_its_chunk),
        cmocka_unit_test(each_allocation_may_fail_without_a_trace),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
