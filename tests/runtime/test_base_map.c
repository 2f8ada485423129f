/*
 * The hash table of base/map.h: found again, taken out, grown and walked, also under hashes that
 * collide all the time, and compared with a plain array over a long random run.
 */
#include "support/harness.h"

#include "base/hash.h"
#include "base/map.h"
#include "support/ration.h"

#include <stdbool.h>
#include <string.h>

typedef struct item {
    uint64_t key;
    bool is_in;
    unsigned seen;
} item;

static bool item_has_key(const void *value, const void *key)
{
    const item *candidate = value;
    return candidate->key == *(const uint64_t *)key;
}

static item *find(const calx_map *map, uint64_t hash, uint64_t key)
{
    return calx_map_find(map, hash, item_has_key, &key);
}

static void an_empty_map_finds_and_removes_nothing(void **state)
{
    (void)state;
    calx_map map = CALX_MAP_INIT;
    item one = { .key = 1 };
    size_t position = 0;
    assert_null(find(&map, 1, 1));
    assert_false(calx_map_remove(&map, 1, &one));
    assert_null(calx_map_next(&map, &position));
    calx_map_reset(&map);
    calx_map_clear(&map);
}

static void equal_hashes_are_told_apart_by_the_comparison(void **state)
{
    (void)state;
    calx_map map;
    item items[40] = { { 0 } };
    calx_map_init(&map);
    for (size_t i = 0; i < 40; i++) {
        items[i].key = i;
        assert_int_equal(calx_map_put(&map, 7, &items[i]), CALX_OK);
    }
    for (size_t i = 0; i < 40; i++)
        assert_ptr_equal(find(&map, 7, i), &items[i]);
    assert_null(find(&map, 7, 40));
    assert_null(find(&map, 8, 3));
    for (size_t i = 0; i < 40; i += 2)
        assert_true(calx_map_remove(&map, 7, &items[i]));
    for (size_t i = 0; i < 40; i++)
        assert_ptr_equal(find(&map, 7, i), i % 2 == 0 ? NULL : &items[i]);
    assert_false(calx_map_remove(&map, 7, &items[0]));
    assert_int_equal(calx_map_count(&map), 20);
    calx_map_clear(&map);
}

static void without_a_comparison_the_hash_decides(void **state)
{
    (void)state;
    calx_map map = CALX_MAP_INIT;
    item one = { .key = 1 };
    assert_int_equal(calx_map_put(&map, 99, &one), CALX_OK);
    assert_ptr_equal(calx_map_find(&map, 99, NULL, NULL), &one);
    assert_null(calx_map_find(&map, 98, NULL, NULL));
    calx_map_clear(&map);
}

static void a_walk_meets_each_value_once(void **state)
{
    (void)state;
    enum { COUNT = 1000 };
    static item items[COUNT];
    calx_map map = CALX_MAP_INIT;
    size_t position = 0;
    size_t met = 0;
    for (size_t i = 0; i < COUNT; i++) {
        items[i].key = i;
        assert_int_equal(calx_map_put(&map, calx_hash_u64(i), &items[i]), CALX_OK);
    }
    for (item *at; (at = calx_map_next(&map, &position)) != NULL; met++)
        assert_int_equal(at->seen++, 0);
    assert_int_equal(met, COUNT);
    calx_map_reset(&map);
    position = 0;
    assert_null(calx_map_next(&map, &position));
    assert_int_equal(calx_map_count(&map), 0);
    assert_null(find(&map, calx_hash_u64(5), 5));
    calx_map_clear(&map);
}

static void puts_after_a_reserve_cannot_fail(void **state)
{
    (void)state;
    enum { COUNT = 300 };
    static item items[COUNT];
    ration account;
    calx_map map = CALX_MAP_INIT;
    assert_true(ration_start(&account, 1));
    assert_int_equal(calx_map_reserve(&map, COUNT), CALX_OK);
    assert_int_equal(atomic_load(&account.left), 0);
    for (size_t i = 0; i < COUNT; i++)
        assert_int_equal(calx_map_put(&map, calx_hash_u64(i), &items[i]), CALX_OK);
    assert_int_equal(calx_map_count(&map), COUNT);
    calx_map_clear(&map);
    assert_int_equal(ration_stop(&account), 0);
}

static void a_failed_growth_leaves_the_map_as_it_was(void **state)
{
    (void)state;
    static item items[1000];
    ration account;
    calx_map map = CALX_MAP_INIT;
    size_t count = 0;
    assert_true(ration_start(&account, 2));
    while (calx_map_put(&map, calx_hash_u64(count), &items[count]) == CALX_OK) {
        items[count].key = count;
        count++;
    }
    assert_in_range(count, 5, 100);
    assert_int_equal(calx_map_count(&map), count);
    for (size_t i = 0; i < count; i++)
        assert_ptr_equal(find(&map, calx_hash_u64(i), i), &items[i]);
    assert_null(find(&map, calx_hash_u64(count), count));
    assert_int_equal(calx_map_reserve(&map, 1), CALX_E_NOMEM);
    calx_map_clear(&map);
    assert_int_equal(ration_stop(&account), 0);
}

static void a_reserve_beyond_any_memory_is_refused(void **state)
{
    (void)state;
    calx_map map = CALX_MAP_INIT;
    item one = { .key = 1 };
    assert_int_equal(calx_map_reserve(&map, SIZE_MAX), CALX_E_NOMEM);
    assert_int_equal(calx_map_put(&map, 1, &one), CALX_OK);
    assert_int_equal(calx_map_reserve(&map, SIZE_MAX), CALX_E_NOMEM);
    assert_ptr_equal(find(&map, 1, 1), &one);
    calx_map_clear(&map);
}

static uint64_t next_random(uint64_t *state)
{
    *state ^= *state << 13;
    *state ^= *state >> 7;
    *state ^= *state << 17;
    return *state;
}

/* Weak hashes on purpose: few values, so that runs grow long and wrap around the table's end. */
static uint64_t weak_hash(uint64_t key, unsigned kinds)
{
    return kinds == 0 ? calx_hash_u64(key) : key % kinds;
}

static void check_against_model(const calx_map *map, const item *items, size_t count,
                                unsigned kinds)
{
    for (size_t i = 0; i < count; i++) {
        const item *found = find(map, weak_hash(i, kinds), i);
        assert_ptr_equal(found, items[i].is_in ? &items[i] : NULL);
    }
}

static void run_random(unsigned kinds, uint64_t seed)
{
    enum { COUNT = 500, STEPS = 20000 };
    item items[COUNT];
    calx_map map = CALX_MAP_INIT;
    size_t in = 0;
    memset(items, 0, sizeof(items));
    for (size_t step = 0; step < STEPS; step++) {
        uint64_t random = next_random(&seed);
        size_t i = (random >> 8) % COUNT;
        /* The tide changes, so that the table is full, empty and in between. */
        bool wants_in = (random & 7) < (step / 2500 % 2 == 0 ? 6u : 2u);
        items[i].key = i;
        if (wants_in && !items[i].is_in) {
            assert_int_equal(calx_map_put(&map, weak_hash(i, kinds), &items[i]), CALX_OK);
            in++;
        } else if (!wants_in) {
            assert_int_equal(calx_map_remove(&map, weak_hash(i, kinds), &items[i]), items[i].is_in);
            in -= items[i].is_in ? 1 : 0;
        }
        items[i].is_in = wants_in;
        assert_int_equal(calx_map_count(&map), in);
        if (step % 500 == 0)
            check_against_model(&map, items, COUNT, kinds);
    }
    check_against_model(&map, items, COUNT, kinds);
    calx_map_clear(&map);
}

static void a_long_random_run_agrees_with_a_plain_array(void **state)
{
    (void)state;
    static const unsigned kinds[] = { 0, 1, 3, 40 };
    for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
        for (uint64_t seed = 1; seed <= 3; seed++)
            run_random(kinds[i], seed * UINT64_C(0x123456789abcdef));
    }
}

static void hashes_depend_on_each_byte_and_on_the_size(void **state)
{
    (void)state;
    unsigned char bytes[100];
    memset(bytes, 'x', sizeof(bytes));
    for (size_t size = 0; size <= sizeof(bytes); size++) {
        uint64_t hash = calx_hash(bytes, size);
        assert_true(size == 0 || hash != calx_hash(bytes, size - 1));
        for (size_t i = 0; i < size; i++) {
            bytes[i] ^= 1;
            assert_true(calx_hash(bytes, size) != hash);
            bytes[i] ^= 1;
        }
        assert_true(calx_hash(bytes, size) == hash);
    }
    assert_true(calx_hash(NULL, 0) == calx_hash("", 0));
}

static void hashes_of_neighbours_spread_over_all_bits(void **state)
{
    (void)state;
    enum { COUNT = 4096 };
    for (unsigned bit = 0; bit < 64; bit++) {
        size_t of_numbers = 0;
        size_t of_bytes = 0;
        for (uint64_t i = 0; i < COUNT; i++) {
            of_numbers += calx_hash_u64(i) >> bit & 1;
            of_bytes += calx_hash(&i, sizeof(i)) >> bit & 1;
        }
        /* Half of them, give or take eight standard deviations. */
        assert_in_range(of_numbers, COUNT / 2 - 256, COUNT / 2 + 256);
        assert_in_range(of_bytes, COUNT / 2 - 256, COUNT / 2 + 256);
    }
    assert_true(calx_hash_join(1, 2) != calx_hash_join(2, 1));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_empty_map_finds_and_removes_nothing),
        cmocka_unit_test(equal_hashes_are_told_apart_by_the_comparison),
        cmocka_unit_test(without_a_comparison_the_hash_decides),
        cmocka_unit_test(a_walk_meets_each_value_once),
        cmocka_unit_test(puts_after_a_reserve_cannot_fail),
        cmocka_unit_test(a_failed_growth_leaves_the_map_as_it_was),
        cmocka_unit_test(a_reserve_beyond_any_memory_is_refused),
        cmocka_unit_test(a_long_random_run_agrees_with_a_plain_array),
        cmocka_unit_test(hashes_depend_on_each_byte_and_on_the_size),
        cmocka_unit_test(hashes_of_neighbours_spread_over_all_bits),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
