/*
 * Slabs: any address can be asked about, pages come and go, and instances may be freed by another
 * thread than the one that made them.
 */
#include "support/harness.h"
#include "support/sample_model.h"

#include "base/pages.h"
#include "mapper/instance.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

enum { START = 16 };

static void only_where_an_instance_starts_one_is_found(void **state)
{
    (void)state;
    calx_slab_pool pool = { NULL };
    char *one = calx_slab_take(&pool, 100, START);
    char *two = calx_slab_take(&pool, 1, 0);
    assert_non_null(one);
    assert_non_null(two);
    assert_true(calx_slab_holds(one + START));
    assert_true(calx_slab_holds(two));
    assert_false(calx_slab_holds(one));
    for (int i = 1; i < 100; i++)
        assert_false(calx_slab_holds(one + START + i) && one + START + i != two);
    assert_false(calx_slab_holds(NULL));
    assert_false(calx_slab_holds(&pool));
    calx_slab_give(one + START, 100, START);
    assert_false(calx_slab_holds(one + START));
    assert_true(calx_slab_holds(two));
    calx_slab_give(two, 1, 0);
    calx_slab_pool_clear(&pool);
    assert_false(calx_slab_holds(two));
    assert_int_equal(calx_pages_count(), 0);
}

static void blocks_are_aligned_and_apart(void **state)
{
    (void)state;
    calx_slab_pool pool = { NULL };
    char *blocks[200];
    for (size_t i = 0; i < 200; i++) {
        blocks[i] = calx_slab_take(&pool, i * 7 + 1, 0);
        assert_int_equal((uintptr_t)blocks[i] % 16, 0);
        memset(blocks[i], (int)i, i * 7 + 1);
    }
    for (size_t i = 0; i < 200; i++) {
        for (size_t k = 0; k < i * 7 + 1; k++)
            assert_int_equal((unsigned char)blocks[i][k], (unsigned char)i);
        calx_slab_give(blocks[i], i * 7 + 1, 0);
    }
    calx_slab_pool_clear(&pool);
    assert_int_equal(calx_pages_count(), 0);
}

static void a_page_goes_back_with_its_last_block(void **state)
{
    (void)state;
    calx_slab_pool pool = { NULL };
    void *kept = calx_slab_take(&pool, 1000, 0);
    void *others[200];
    for (size_t i = 0; i < 200; i++)
        others[i] = calx_slab_take(&pool, 1000, 0);
    assert_true(calx_pages_count() >= 4);
    for (size_t i = 0; i < 200; i++)
        calx_slab_give(others[i], 1000, 0);
    assert_int_equal(calx_pages_count(), 2); /* the one of kept, and the pool's present one */
    calx_slab_pool_clear(&pool);
    assert_int_equal(calx_pages_count(), 1);
    assert_true(calx_slab_holds(kept));
    calx_slab_give(kept, 1000, 0);
    assert_int_equal(calx_pages_count(), 0);
}

static void an_empty_page_starts_over(void **state)
{
    (void)state;
    calx_slab_pool pool = { NULL };
    for (int i = 0; i < 100000; i++) {
        void *block = calx_slab_take(&pool, 500, 0);
        assert_non_null(block);
        calx_slab_give(block, 500, 0);
    }
    assert_int_equal(calx_pages_count(), 1);
    calx_slab_pool_clear(&pool);
}

static void a_large_block_has_pages_of_its_own(void **state)
{
    (void)state;
    calx_slab_pool pool = { NULL };
    size_t sizes[] = { calx_slab_largest(), calx_slab_largest() + 1, 1000000 };
    for (size_t i = 0; i < 3; i++) {
        char *block = calx_slab_take(&pool, sizes[i], START);
        assert_non_null(block);
        memset(block, 1, sizes[i]);
        assert_true(calx_slab_holds(block + START));
        assert_false(calx_slab_holds(block + sizes[i] / 2 / 16 * 16));
        calx_slab_give(block + START, sizes[i], START);
        assert_false(calx_slab_holds(block + START));
    }
    assert_null(calx_slab_take(&pool, SIZE_MAX - 10, START));
    calx_slab_pool_clear(&pool);
    assert_int_equal(calx_pages_count(), 0);
}

static void the_shared_pool_keeps_no_page(void **state)
{
    (void)state;
    struct user *users[1000];
    for (size_t i = 0; i < 1000; i++)
        users[i] = calx_instance_new(&user_mapper);
    assert_true(calx_pages_count() > 1);
    for (size_t i = 0; i < 1000; i++)
        calx_instance_free(users[i]);
    assert_int_equal(calx_pages_count(), 0);
}

static void only_the_newest_shared_block_grows(void **state)
{
    (void)state;
    calx_slab_pool pool = { NULL };
    char *own = calx_slab_take(&pool, 200, START);
    char *first = calx_slab_take_shared(200, START);
    char *newest = calx_slab_take_shared(200, START);
    assert_false(calx_slab_grow(own + START, START, 200, 300));
    assert_false(calx_slab_grow(first + START, START, 200, 300));
    assert_true(calx_slab_grow(newest + START, START, 200, 1000));
    memset(newest, 1, 1000);
    char *next = calx_slab_take_shared(200, START);
    assert_true(next >= newest + 1000 || next + 200 <= newest);
    assert_false(calx_slab_grow(newest + START, START, 1000, 1100));
    assert_false(calx_slab_grow(next + START, START, 200, CALX_PAGE_SIZE));
    calx_slab_give(own + START, 200, START);
    calx_slab_give(next + START, 200, START);
    calx_slab_give(newest + START, 1000, START);
    calx_slab_give(first + START, 200, START);
    calx_slab_pool_clear(&pool);
    assert_int_equal(calx_pages_count(), 0);
}

static void a_text_too_long_for_any_block_is_refused(void **state)
{
    (void)state;
    assert_null(calx_instance_take(NULL, &user_mapper, 0, SIZE_MAX));
    assert_null(calx_instance_take(NULL, &user_mapper, 0, UINT32_MAX));
    assert_int_equal(calx_pages_count(), 0);
}

/* ---- threads ---- */

enum { BLOCKS = 20000 };

typedef struct half {
    void **blocks;
    size_t from;
} half;

static void *give_half(void *context)
{
    const half *mine = context;
    for (size_t i = mine->from; i < BLOCKS; i += 2)
        calx_slab_give(mine->blocks[i], 64, 0);
    return NULL;
}

static void two_threads_give_back_blocks_of_one_page(void **state)
{
    (void)state;
    calx_slab_pool pool = { NULL };
    void **blocks = malloc(BLOCKS * sizeof *blocks);
    assert_non_null(blocks);
    for (size_t i = 0; i < BLOCKS; i++)
        blocks[i] = calx_slab_take(&pool, 64, 0);
    half even = { blocks, 0 };
    half odd = { blocks, 1 };
    pthread_t other;
    assert_int_equal(pthread_create(&other, NULL, give_half, &odd), 0);
    for (int i = 0; i < 1000; i++) { /* the pool's thread goes on cutting meanwhile */
        void *block = calx_slab_take(&pool, 64, 0);
        calx_slab_give(block, 64, 0);
    }
    (void)give_half(&even);
    assert_int_equal(pthread_join(other, NULL), 0);
    calx_slab_pool_clear(&pool);
    assert_int_equal(calx_pages_count(), 0);
    free(blocks);
}

static void *make_and_free(void *context)
{
    struct user *users[16];
    for (int round = 0; round < 500; round++) {
        for (size_t i = 0; i < 16; i++)
            users[i] = calx_instance_new(&user_mapper);
        for (size_t i = 0; i < 16; i++) {
            if (users[i] == NULL || calx_instance_mapper(users[i]) != &user_mapper)
                return context;
            users[i]->name = "name";
            calx_instance_free(users[i]);
        }
    }
    return NULL;
}

static void threads_share_the_pool_of_free_instances(void **state)
{
    (void)state;
    pthread_t threads[4];
    for (int i = 0; i < 4; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, make_and_free, threads), 0);
    for (int i = 0; i < 4; i++) {
        void *failed = threads;
        assert_int_equal(pthread_join(threads[i], &failed), 0);
        assert_null(failed);
    }
    assert_int_equal(calx_pages_count(), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(only_where_an_instance_starts_one_is_found),
        cmocka_unit_test(blocks_are_aligned_and_apart),
        cmocka_unit_test(a_page_goes_back_with_its_last_block),
        cmocka_unit_test(an_empty_page_starts_over),
        cmocka_unit_test(a_large_block_has_pages_of_its_own),
        cmocka_unit_test(the_shared_pool_keeps_no_page),
        cmocka_unit_test(only_the_newest_shared_block_grows),
        cmocka_unit_test(a_text_too_long_for_any_block_is_refused),
        cmocka_unit_test(two_threads_give_back_blocks_of_one_page),
        cmocka_unit_test(threads_share_the_pool_of_free_instances),
    };
    return CALX_RUN("slab", tests);
}
