/*
 * The table of the identity map: numbers, keys of several columns and kinds kept apart, also beside
 * each other under one key as in the middle of a rollback, and compared with a plain array over a
 * long random run.
 */
#include "support/harness.h"
#include "support/ration.h"
#include "support/sample_model.h"

#include "session/identity_table.h"

#include <stdlib.h>
#include <string.h>

enum { USERS = 1, ADDRESSES, MEMBERSHIPS };

static calx_instance numbered(int64_t number)
{
    calx_instance instance = { .epoch = 0 };
    calx_key_set_number(&instance.key, &user_mapper, number);
    return instance;
}

static void put(calx_identity_table *table, calx_instance *instance, uint32_t kind)
{
    assert_int_equal(calx_identity_table_reserve(table, 1), CALX_OK);
    calx_identity_table_add(table, instance, kind);
}

static calx_instance *at(const calx_identity_table *table, int64_t number, uint32_t kind)
{
    return calx_identity_table_word(table, (uint64_t)number, kind)->instance;
}

static void an_empty_table_has_nothing_to_find_or_walk(void **state)
{
    (void)state;
    calx_identity_table table = { 0 };
    calx_instance one = numbered(1);
    size_t position = 0;
    assert_null(calx_identity_table_find(&table, &one, USERS));
    assert_null(calx_identity_table_next(&table, &position));
    calx_identity_table_reset(&table);
    calx_identity_table_clear(&table);
}

static void one_number_of_two_kinds_is_two_places(void **state)
{
    (void)state;
    calx_identity_table table = { 0 };
    calx_instance user = numbered(5), address = numbered(5);
    put(&table, &user, USERS);
    assert_null(at(&table, 5, ADDRESSES));
    put(&table, &address, ADDRESSES);
    assert_ptr_equal(at(&table, 5, USERS), &user);
    assert_ptr_equal(at(&table, 5, ADDRESSES), &address);
    assert_null(at(&table, 0, USERS));
    assert_int_equal(calx_identity_table_word(&table, 5, USERS)->epoch, 0);
    calx_identity_table_clear(&table);
}

static calx_key membership_key(int64_t user_id, const char *group)
{
    calx_value values[] = { calx_value_int64(user_id), calx_value_text(group) };
    calx_key key;
    assert_int_equal(calx_key_from_values(&key, &membership_mapper, values), CALX_OK);
    return key;
}

static void keys_of_one_word_are_told_apart_by_all_of_them(void **state)
{
    (void)state;
    calx_identity_table table = { 0 };
    calx_instance one = { .key = membership_key(1, "admins") };
    calx_instance two = { .key = membership_key(2, "guests") };
    two.key.hash = one.key.hash; /* as chance would have it */
    put(&table, &one, MEMBERSHIPS);
    put(&table, &two, MEMBERSHIPS);
    assert_ptr_equal(calx_identity_table_key(&table, &one.key, MEMBERSHIPS)->instance, &one);
    assert_ptr_equal(calx_identity_table_key(&table, &two.key, MEMBERSHIPS)->instance, &two);
    calx_key none = membership_key(3, "others");
    assert_null(calx_identity_table_key(&table, &none, MEMBERSHIPS)->instance);
    calx_identity_table_vacate(&table, calx_identity_table_find(&table, &one, MEMBERSHIPS));
    assert_null(calx_identity_table_key(&table, &one.key, MEMBERSHIPS)->instance);
    assert_ptr_equal(calx_identity_table_key(&table, &two.key, MEMBERSHIPS)->instance, &two);
    calx_key_clear(&none);
    calx_key_clear(&one.key);
    calx_key_clear(&two.key);
    calx_identity_table_clear(&table);
}

static void two_instances_may_share_a_key_for_a_while(void **state)
{
    (void)state;
    calx_identity_table table = { 0 };
    calx_instance old = numbered(1), back = numbered(1);
    put(&table, &old, USERS);
    put(&table, &back, USERS);
    assert_int_equal(table.count, 2);
    calx_identity_table_vacate(&table, calx_identity_table_find(&table, &old, USERS));
    assert_null(calx_identity_table_find(&table, &old, USERS));
    assert_ptr_equal(at(&table, 1, USERS), &back);
    calx_identity_table_clear(&table);
}

static void without_memory_the_table_stays_as_it_was(void **state)
{
    (void)state;
    calx_identity_table table = { 0 };
    calx_instance one = numbered(1);
    ration account;
    assert_true(ration_start(&account, 1));
    put(&table, &one, USERS);
    assert_int_equal(calx_identity_table_reserve(&table, 1000), CALX_E_NOMEM);
    assert_ptr_equal(at(&table, 1, USERS), &one);
    assert_int_equal(calx_identity_table_reserve(&table, SIZE_MAX / 2), CALX_E_NOMEM);
    calx_identity_table_clear(&table);
    assert_int_equal(ration_stop(&account), 0);
}

/* From some size on it lies in pages of the slab map, and from another one on in a block again. */
static void a_table_of_any_size_gives_all_its_memory_back(void **state)
{
    (void)state;
    enum { MANY = 120000 };
    calx_identity_table table = { 0 };
    ration account;
    calx_instance *all = calloc(MANY, sizeof(*all));
    assert_non_null(all);
    assert_true(ration_start(&account, RATION_UNLIMITED));
    for (int64_t i = 0; i < MANY; i++) {
        all[i] = numbered(i);
        put(&table, &all[i], USERS);
    }
    for (int64_t i = 0; i < MANY; i++)
        assert_ptr_equal(at(&table, i, USERS), &all[i]);
    calx_identity_table_clear(&table);
    assert_int_equal(ration_stop(&account), 0);
    free(all);
}

enum { NUMBERS = 300, STEPS = 60000 };

typedef struct member {
    calx_instance instance;
    bool is_in;
    unsigned seen;
} member;

static void check_walk(const calx_identity_table *table, member *members)
{
    size_t position = 0, met = 0, in = 0;
    for (calx_instance *found; (found = calx_identity_table_next(table, &position)) != NULL; met++)
        ((member *)(void *)found)->seen++;
    for (size_t i = 0; i < NUMBERS; i++) {
        in += members[i].is_in;
        assert_int_equal(members[i].seen, members[i].is_in ? 1 : 0);
        members[i].seen = 0;
    }
    assert_int_equal(met, in);
    assert_int_equal(table->count, in);
}

static void a_long_random_run_agrees_with_an_array(void **state)
{
    (void)state;
    calx_identity_table table = { 0 };
    member *members = calloc(NUMBERS, sizeof(*members));
    assert_non_null(members);
    for (int64_t i = 0; i < NUMBERS; i++)
        members[i].instance = numbered((i - NUMBERS / 2) * (INT64_C(1) << (i % 40)));
    uint64_t random = 88172645463325252U;
    assert_int_equal(calx_identity_table_reserve(&table, 1), CALX_OK);
    for (size_t step = 0; step < STEPS; step++) {
        random ^= random << 13, random ^= random >> 7, random ^= random << 17;
        size_t i = random % (step < STEPS / 2 ? NUMBERS : 20);
        member *one = &members[i];
        uint32_t kind = 1 + (uint32_t)(i % 2);
        calx_identity_slot *slot = calx_identity_table_find(&table, &one->instance, kind);
        assert_int_equal(slot != NULL, one->is_in);
        if (slot != NULL)
            calx_identity_table_vacate(&table, slot);
        else
            put(&table, &one->instance, kind);
        one->is_in = !one->is_in;
        if (step % 1000 == 0)
            check_walk(&table, members);
    }
    check_walk(&table, members);
    calx_identity_table_reset(&table);
    size_t position = 0;
    assert_null(calx_identity_table_next(&table, &position));
    calx_identity_table_clear(&table);
    free(members);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_empty_table_has_nothing_to_find_or_walk),
        cmocka_unit_test(one_number_of_two_kinds_is_two_places),
        cmocka_unit_test(keys_of_one_word_are_told_apart_by_all_of_them),
        cmocka_unit_test(two_instances_may_share_a_key_for_a_while),
        cmocka_unit_test(without_memory_the_table_stays_as_it_was),
        cmocka_unit_test(a_table_of_any_size_gives_all_its_memory_back),
        cmocka_unit_test(a_long_random_run_agrees_with_an_array),
    };
    return CALX_RUN("identity_table", tests);
}
