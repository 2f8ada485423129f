/*
 * What PostgreSQL's driver makes of values before anything is sent: arrays byte for byte, and texts
 * it must not send.
 */
#include "support/harness.h"

#include "driver/postgresql/postgresql.h"

#include <string.h>

enum { OF_TEXT = 1009, OF_INT8 = 1016, OF_INT4 = 1007, OF_FLOAT8 = 1022, OF_POINT = 1017 };

static const char header[] = "\0\0\0\1\0\0\0\1";

static void assert_array(Oid type, const calx_value *values, size_t count, const char *element,
                         size_t size)
{
    calx_buffer array = CALX_BUFFER_INIT;
    const char *reason = NULL;
    calx_buffer_put(&array, "before"); /* what is there already stays */
    assert_int_equal(calx_postgresql_put_array(&array, type, values, 2, count, &reason),
                     CALX_FIT_YES);
    assert_int_equal(array.size, 6 + 20 + size);
    assert_memory_equal(array.data, "before", 6);
    assert_memory_equal(array.data + 6, header, 8);
    assert_int_equal(array.data[6 + 15], (int)count);
    assert_int_equal(array.data[6 + 19], 1);
    assert_memory_equal(array.data + 26, element, size);
    assert_int_equal(array.data[array.size], '\0');
    calx_buffer_clear(&array);
}

static void arrays_are_written_byte_for_byte(void **state)
{
    (void)state;
    const calx_value numbers[] = { calx_value_int64(-2), calx_value_null(), calx_value_null(),
                                   calx_value_null(), calx_value_int64(258) };
    assert_array(OF_INT8, numbers, 3,
                 "\0\0\0\10\377\377\377\377\377\377\377\376\377\377\377\377"
                 "\0\0\0\10\0\0\0\0\0\0\1\2",
                 28);
    assert_array(OF_INT4, numbers, 3, "\0\0\0\4\377\377\377\376\377\377\377\377\0\0\0\4\0\0\1\2",
                 20);
    const calx_value texts[] = { calx_value_text(""), calx_value_null(), calx_value_text("ab") };
    assert_array(OF_TEXT, texts, 2, "\0\0\0\0\0\0\0\2ab", 10);
    const calx_value reals[] = { calx_value_double(-2.0) };
    assert_array(OF_FLOAT8, reals, 1, "\0\0\0\10\300\0\0\0\0\0\0\0", 12);
    assert_array(OF_FLOAT8, reals, 0, "", 0);
}

static void what_does_not_fit_into_an_array_is_refused(void **state)
{
    (void)state;
    calx_buffer array = CALX_BUFFER_INIT;
    const char *reason = NULL;
    calx_value values[] = { calx_value_int64(1), calx_value_int64(INT64_C(1) << 40) };
    assert_int_equal(calx_postgresql_put_array(&array, OF_POINT, values, 1, 2, &reason),
                     CALX_FIT_NEVER);
    assert_int_equal(calx_postgresql_put_array(&array, OF_INT4, values, 1, 2, &reason),
                     CALX_FIT_OTHER_TYPE);
    assert_int_equal(calx_postgresql_put_array(&array, OF_TEXT, values, 1, 2, &reason),
                     CALX_FIT_OTHER_TYPE);
    values[1] = calx_value_text("a\xff");
    values[0] = calx_value_text("a");
    assert_int_equal(calx_postgresql_put_array(&array, OF_TEXT, values, 1, 2, &reason),
                     CALX_FIT_NEVER);
    assert_string_equal(reason, "the text is not UTF-8");
    values[1] = calx_value_text_n("a", (size_t)CALX_POSTGRESQL_MAX_VALUE);
    assert_int_equal(calx_postgresql_put_array(&array, OF_TEXT, values, 1, 2, &reason),
                     CALX_FIT_TOO_BIG);
    calx_buffer_clear(&array);
}

/* Texts are looked at eight bytes at a time, so each place in them counts. */
static void a_fault_in_a_text_is_found_wherever_it_is(void **state)
{
    (void)state;
    enum { LONGEST = 40 };
    static const char *const good[] = { "\x01", "\x7f", "\xc3\xa4", "\xe2\x82\xac",
                                        "\xf0\x9f\x98\x80" };
    static const char *const bad[] = {
        "\x80", "\xff", "\xc3", "\xc0\x80", "\xe2\x82", "\xed\xa0\x80", "\xf4\x90\x80\x80"
    };
    for (size_t at = 0; at < LONGEST - 4; at++) {
        for (size_t size = at + 4; size <= LONGEST; size++) {
            char text[LONGEST];
            for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
                memset(text, 'a', sizeof(text));
                memcpy(text + at, good[i], strlen(good[i]));
                assert_null(calx_postgresql_text_fault(text, size));
            }
            for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
                memset(text, 'a', sizeof(text));
                memcpy(text + at, bad[i], strlen(bad[i]));
                assert_string_equal(calx_postgresql_text_fault(text, size),
                                    "the text is not UTF-8");
            }
            memset(text, 'a', sizeof(text));
            text[at] = '\0';
            assert_non_null(strstr(calx_postgresql_text_fault(text, size), "NUL"));
        }
    }
    assert_null(calx_postgresql_text_fault("", 0));
    assert_non_null(calx_postgresql_text_fault("aaaaaaa\xc3\xa4", 8));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(arrays_are_written_byte_for_byte),
        cmocka_unit_test(what_does_not_fit_into_an_array_is_refused),
        cmocka_unit_test(a_fault_in_a_text_is_found_wherever_it_is),
    };
    return CALX_RUN("postgresql_array", tests);
}
