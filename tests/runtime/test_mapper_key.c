/*
 * Keys: equal values give equal keys whatever they came from, different ones differ, and messages
 * show them readably.
 */
#include "support/harness.h"
#include "support/ration.h"
#include "support/sample_model.h"

#include "mapper/key.h"

#include <stdbool.h>
#include <string.h>

static calx_key key_of(const calx_mapper *mapper, const calx_value *values)
{
    calx_key key;
    assert_int_equal(calx_key_from_values(&key, mapper, values), CALX_OK);
    return key;
}

static calx_key user_key_of(calx_value value)
{
    return key_of(&user_mapper, &value);
}

static void the_same_number_is_the_same_key(void **state)
{
    (void)state;
    struct user ann = { .id = 5 };
    calx_key from_instance;
    calx_key from_signed = user_key_of(calx_value_int64(5));
    calx_key from_unsigned = user_key_of(calx_value_uint64(5));
    calx_key other = user_key_of(calx_value_int64(-5));
    assert_int_equal(calx_key_from_instance(&from_instance, &user_mapper, &ann), CALX_OK);
    assert_true(calx_key_equal(&from_signed, &from_unsigned));
    assert_true(calx_key_equal(&from_signed, &from_instance));
    assert_false(calx_key_equal(&from_signed, &other));
    assert_int_equal(from_signed.size, 8);
}

static void one_number_of_two_mappers_is_two_keys(void **state)
{
    (void)state;
    calx_value five = calx_value_int64(5);
    calx_key user = key_of(&user_mapper, &five);
    calx_key address = key_of(&address_mapper, &five);
    assert_false(calx_key_equal(&user, &address));
    assert_true(user.hash != address.hash);
}

static calx_key membership_key_of(int64_t user_id, const char *group)
{
    calx_value values[] = { calx_value_int64(user_id), calx_value_text(group) };
    return key_of(&membership_mapper, values);
}

static void keys_of_several_columns_keep_their_parts_apart(void **state)
{
    (void)state;
    struct membership row = { .group_name = "admins", .user_id = 7 };
    calx_key from_instance;
    calx_key key = membership_key_of(7, "admins");
    calx_key other_group = membership_key_of(7, "admin");
    calx_key other_user = membership_key_of(8, "admins");
    assert_int_equal(calx_key_from_instance(&from_instance, &membership_mapper, &row), CALX_OK);
    assert_true(calx_key_equal(&key, &from_instance));
    assert_false(calx_key_equal(&key, &other_group));
    assert_false(calx_key_equal(&key, &other_user));
    calx_key_clear(&key);
    calx_key_clear(&other_group);
    calx_key_clear(&other_user);
    calx_key_clear(&from_instance);
}

static void long_keys_live_in_a_block_of_their_own(void **state)
{
    (void)state;
    ration account;
    calx_key copy;
    assert_true(ration_start(&account, RATION_UNLIMITED));
    calx_key key = membership_key_of(1, "abcdefghijk");
    assert_int_equal(atomic_load(&account.live), 1);
    assert_int_equal(calx_key_copy(&copy, &key), CALX_OK);
    calx_key_clear(&key);
    calx_key again = membership_key_of(1, "abcdefghijk");
    assert_true(calx_key_equal(&copy, &again));
    calx_key_clear(&again);
    calx_key_clear(&copy);
    calx_key_clear(&copy);
    assert_int_equal(ration_stop(&account), 0);
}

static void what_cannot_be_a_key_is_refused(void **state)
{
    (void)state;
    calx_key key;
    calx_value null = calx_value_null();
    calx_value text = calx_value_text("5");
    calx_value large = calx_value_uint64(UINT64_MAX);
    calx_value long_group[] = { calx_value_int64(1), calx_value_text("twelve bytes") };
    struct membership row = { .user_id = 7 };
    assert_int_equal(calx_key_from_values(&key, &user_mapper, &null), CALX_E_ARGUMENT);
    assert_int_equal(calx_key_from_values(&key, &user_mapper, &text), CALX_E_DATA);
    assert_int_equal(calx_key_from_values(&key, &user_mapper, &large), CALX_E_DATA);
    assert_int_equal(calx_key_from_values(&key, &membership_mapper, long_group), CALX_E_DATA);
    memset(row.group_name, 'x', sizeof row.group_name);
    assert_int_equal(calx_key_from_instance(&key, &membership_mapper, &row), CALX_E_DATA);
}

static void a_long_key_without_memory_is_nomem(void **state)
{
    (void)state;
    ration account;
    calx_key key;
    calx_key copy;
    calx_value values[] = { calx_value_int64(1), calx_value_text("abcdefghijk") };
    assert_true(ration_start(&account, 0));
    assert_int_equal(calx_key_from_values(&key, &membership_mapper, values), CALX_E_NOMEM);
    assert_int_equal(ration_stop(&account), 0);
    assert_true(ration_start(&account, 1));
    assert_int_equal(calx_key_from_values(&key, &membership_mapper, values), CALX_OK);
    assert_int_equal(calx_key_copy(&copy, &key), CALX_E_NOMEM);
    calx_key_clear(&key);
    assert_int_equal(ration_stop(&account), 0);
}

static void zero_has_one_key_whatever_its_sign(void **state)
{
    (void)state;
    calx_mapper by_real = everything_mapper;
    static const uint16_t key[] = { EVERYTHING_REAL64 };
    by_real.key = key;
    calx_value positive = calx_value_double(0.0);
    calx_value negative = calx_value_double(-0.0);
    calx_key left = key_of(&by_real, &positive);
    calx_key right = key_of(&by_real, &negative);
    assert_true(calx_key_equal(&left, &right));
}

static void assert_described(const calx_mapper *mapper, const calx_value *values,
                             const char *expected)
{
    calx_buffer text = CALX_BUFFER_INIT;
    calx_key_describe(&text, mapper, values);
    assert_string_equal(calx_buffer_text(&text), expected);
    calx_buffer_clear(&text);
}

static void messages_show_mapper_members_and_values(void **state)
{
    (void)state;
    calx_value five = calx_value_int64(5);
    calx_value parts[] = { calx_value_int64(-1), calx_value_text("ops") };
    calx_value long_text[] = { calx_value_null(),
                               calx_value_text("123456789 123456789 123456789 12345678\xc3\xa4\xc3"
                                               "\xa4\xc3\xa4") };
    assert_described(&user_mapper, &five, "user(id=5)");
    assert_described(&membership_mapper, parts, "membership(user_id=-1, group_name='ops')");
    assert_described(&membership_mapper, long_text,
                     "membership(user_id=NULL, "
                     "group_name='123456789 123456789 123456789 12345678\xc3\xa4...')");
}

static void an_instance_is_described_even_when_it_cannot_be_read(void **state)
{
    (void)state;
    struct membership row = { .user_id = 7 };
    calx_buffer text = CALX_BUFFER_INIT;
    memset(row.group_name, 'x', sizeof row.group_name);
    calx_key_describe_instance(&text, &membership_mapper, &row);
    assert_string_equal(calx_buffer_text(&text), "membership(user_id=7, group_name=?)");
    calx_buffer_clear(&text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_same_number_is_the_same_key),
        cmocka_unit_test(one_number_of_two_mappers_is_two_keys),
        cmocka_unit_test(keys_of_several_columns_keep_their_parts_apart),
        cmocka_unit_test(long_keys_live_in_a_block_of_their_own),
        cmocka_unit_test(what_cannot_be_a_key_is_refused),
        cmocka_unit_test(a_long_key_without_memory_is_nomem),
        cmocka_unit_test(zero_has_one_key_whatever_its_sign),
        cmocka_unit_test(messages_show_mapper_members_and_values),
        cmocka_unit_test(an_instance_is_described_even_when_it_cannot_be_read),
    };
    return CALX_RUN("mapper_key", tests);
}
