/*
 * The text builder of base/buffer.h and the allocator under it: what is put comes out whole, and
 * the first failure of any put is what the end reports.
 */
#include "support/harness.h"

#include "base/allocator.h"
#include "base/buffer.h"
#include "support/ration.h"

#include <string.h>

static void an_untouched_buffer_finishes_as_an_empty_text(void **state)
{
    (void)state;
    calx_buffer buffer;
    char *text = NULL;
    size_t size = 99;
    calx_buffer_init(&buffer);
    assert_string_equal(calx_buffer_text(&buffer), "");
    assert_int_equal(calx_buffer_finish(&buffer, &text, &size), CALX_OK);
    assert_string_equal(text, "");
    assert_int_equal(size, 0);
    calx_free(text);
}

static void pieces_come_out_in_order(void **state)
{
    (void)state;
    calx_buffer buffer = CALX_BUFFER_INIT;
    char *text = NULL;
    calx_buffer_put(&buffer, "SELECT ");
    calx_buffer_put_n(&buffer, "id, name", 2);
    calx_buffer_char(&buffer, ' ');
    calx_buffer_format(&buffer, "LIMIT %d %s", 7, "rows");
    assert_string_equal(calx_buffer_text(&buffer), "SELECT id LIMIT 7 rows");
    calx_buffer_cut(&buffer, 1000);
    calx_buffer_cut(&buffer, 9);
    assert_int_equal(calx_buffer_finish(&buffer, &text, NULL), CALX_OK);
    assert_string_equal(text, "SELECT id");
    calx_free(text);
}

static void bytes_with_nul_are_kept(void **state)
{
    (void)state;
    calx_buffer buffer = CALX_BUFFER_INIT;
    char *text = NULL;
    size_t size = 0;
    calx_buffer_put_n(&buffer, "a\0b", 3);
    calx_buffer_put_n(&buffer, NULL, 0);
    assert_int_equal(calx_buffer_finish(&buffer, &text, &size), CALX_OK);
    assert_int_equal(size, 3);
    assert_memory_equal(text, "a\0b", 4);
    calx_free(text);
}

static void numbers_are_written_to_their_limits(void **state)
{
    (void)state;
    calx_buffer buffer = CALX_BUFFER_INIT;
    calx_buffer_int(&buffer, INT64_MIN);
    calx_buffer_char(&buffer, ' ');
    calx_buffer_int(&buffer, INT64_MAX);
    calx_buffer_char(&buffer, ' ');
    calx_buffer_uint(&buffer, UINT64_MAX);
    calx_buffer_char(&buffer, ' ');
    calx_buffer_int(&buffer, 0);
    calx_buffer_int(&buffer, -1);
    assert_string_equal(calx_buffer_text(&buffer),
                        "-9223372036854775808 9223372036854775807 18446744073709551615 0-1");
    calx_buffer_clear(&buffer);
}

static void a_format_longer_than_the_room_is_written_whole(void **state)
{
    (void)state;
    /* Around the first capacity, where the text just fits, fits without its NUL, and does not. */
    for (int width = 60; width < 70; width++) {
        calx_buffer buffer = CALX_BUFFER_INIT;
        calx_buffer_format(&buffer, "%*d|", width, 1);
        calx_buffer_format(&buffer, "%s", "end");
        assert_int_equal(buffer.size, (size_t)width + 4);
        assert_string_equal(buffer.data + width - 1, "1|end");
        calx_buffer_clear(&buffer);
    }
}

static void a_reset_keeps_the_memory_and_forgets_the_failure(void **state)
{
    (void)state;
    calx_buffer buffer = CALX_BUFFER_INIT;
    calx_buffer_put(&buffer, "first");
    const char *data = buffer.data;
    calx_buffer_fail(&buffer, CALX_E_LIMIT);
    calx_buffer_reset(&buffer);
    calx_buffer_put(&buffer, "second");
    assert_ptr_equal(buffer.data, data);
    assert_int_equal(buffer.status, CALX_OK);
    assert_string_equal(calx_buffer_text(&buffer), "second");
    calx_buffer_clear(&buffer);
}

static void the_first_failure_sticks_and_nothing_is_put_behind_it(void **state)
{
    (void)state;
    calx_buffer buffer = CALX_BUFFER_INIT;
    char *text = NULL;
    calx_buffer_put(&buffer, "one");
    calx_buffer_fail(&buffer, CALX_E_LIMIT);
    calx_buffer_fail(&buffer, CALX_E_DATA);
    calx_buffer_put(&buffer, "two");
    calx_buffer_format(&buffer, "%d", 3);
    assert_string_equal(calx_buffer_text(&buffer), "one");
    assert_int_equal(calx_buffer_finish(&buffer, &text, NULL), CALX_E_LIMIT);
    assert_null(text);
    assert_int_equal(buffer.status, CALX_OK);
    assert_null(buffer.data);
}

static void a_format_that_finds_no_room_leaves_the_text_before_it(void **state)
{
    (void)state;
    ration account;
    calx_buffer buffer = CALX_BUFFER_INIT;
    assert_true(ration_start(&account, 1));
    calx_buffer_put(&buffer, "one");
    calx_buffer_format(&buffer, "%100d", 2);
    assert_int_equal(buffer.status, CALX_E_NOMEM);
    assert_int_equal(buffer.size, 3);
    assert_string_equal(calx_buffer_text(&buffer), "one");
    calx_buffer_clear(&buffer);
    assert_int_equal(ration_stop(&account), 0);
}

static void a_size_beyond_any_memory_is_out_of_memory(void **state)
{
    (void)state;
    calx_buffer buffer = CALX_BUFFER_INIT;
    calx_buffer_put(&buffer, "x");
    assert_int_equal(calx_buffer_reserve(&buffer, SIZE_MAX), CALX_E_NOMEM);
    assert_int_equal(buffer.status, CALX_E_NOMEM);
    calx_buffer_clear(&buffer);
    assert_null(calx_alloc_array(SIZE_MAX / 2, 3));
    assert_null(calx_resize_array(NULL, SIZE_MAX / 2, 3));
    assert_null(calx_strdup_n("x", SIZE_MAX));
}

static calx_status build_a_text(char **out_text)
{
    calx_buffer buffer = CALX_BUFFER_INIT;
    for (int i = 0; i < 50; i++)
        calx_buffer_format(&buffer, "line %d;", i);
    for (int i = 0; i < 200; i++)
        calx_buffer_put(&buffer, "0123456789");
    return calx_buffer_finish(&buffer, out_text, NULL);
}

static void each_allocation_may_fail_without_a_trace(void **state)
{
    (void)state;
    calx_status status = CALX_E_NOMEM;
    long allowed = 0;
    for (; status == CALX_E_NOMEM; allowed++) {
        ration account;
        char *text = NULL;
        assert_true(ration_start(&account, allowed));
        status = build_a_text(&text);
        assert_int_equal(text != NULL, status == CALX_OK);
        if (text != NULL)
            assert_int_equal(strlen(text), 390 + 2000);
        calx_free(text);
        assert_int_equal(ration_stop(&account), 0);
    }
    assert_int_equal(status, CALX_OK);
    assert_in_range(allowed, 3, 20);
}

static void an_allocator_without_its_function_is_refused(void **state)
{
    (void)state;
    calx_allocator none = { NULL, NULL };
    assert_int_equal(calx_set_allocator(&none), CALX_E_ARGUMENT);
    void *block = calx_alloc(0);
    assert_non_null(block);
    block = calx_resize(block, 0);
    assert_non_null(block);
    calx_release(block);
    calx_free(NULL);
    assert_null(calx_strdup_text(NULL));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_untouched_buffer_finishes_as_an_empty_text),
        cmocka_unit_test(pieces_come_out_in_order),
        cmocka_unit_test(bytes_with_nul_are_kept),
        cmocka_unit_test(numbers_are_written_to_their_limits),
        cmocka_unit_test(a_format_longer_than_the_room_is_written_whole),
        cmocka_unit_test(a_reset_keeps_the_memory_and_forgets_the_failure),
        cmocka_unit_test(the_first_failure_sticks_and_nothing_is_put_behind_it),
        cmocka_unit_test(a_format_that_finds_no_room_leaves_the_text_before_it),
        cmocka_unit_test(a_size_beyond_any_memory_is_out_of_memory),
        cmocka_unit_test(each_allocation_may_fail_without_a_trace),
        cmocka_unit_test(an_allocator_without_its_function_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
