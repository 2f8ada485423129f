/*
 * The parts of examples/packages that read foreign bytes: the parser of status files, and the order
 * of versions.
 */
#include "control.h"
#include "support/harness.h"
#include "version.h"

#include <stdio.h>
#include <string.h>

/* A file of these bytes, opened. */
static control *have_file(const char *bytes, size_t size)
{
    const char *path = calx_test_path("status");
    FILE *stream = fopen(path, "w");
    assert_non_null(stream);
    assert_int_equal(fwrite(bytes, 1, size, stream), size);
    assert_int_equal(fclose(stream), 0);
    control *file = control_open(path);
    assert_non_null(file);
    return file;
}

#define HAVE_FILE(text) have_file(text, sizeof(text) - 1)

static void fields_are_found_whatever_their_case(void **state)
{
    (void)state;
    control *file = HAVE_FILE("\n\nPackage: one\nVersion:1.0\n\n\nPackage:\t two \n");
    assert_int_equal(control_next(file), CONTROL_STANZA);
    assert_string_equal(control_field(file, "package"), "one");
    assert_string_equal(control_field(file, "Version"), "1.0");
    assert_null(control_field(file, "Section"));
    assert_int_equal(control_next(file), CONTROL_STANZA);
    assert_string_equal(control_field(file, "Package"), "two");
    assert_null(control_field(file, "Version"));
    assert_int_equal(control_next(file), CONTROL_END);
    assert_int_equal(control_percent(file), 100);
    control_close(file);
}

static void continuation_lines_belong_to_their_field(void **state)
{
    (void)state;
    control *file = HAVE_FILE("Description: short\n long\n .\n  indented\nVersion: 1");
    assert_int_equal(control_next(file), CONTROL_STANZA);
    assert_string_equal(control_field(file, "Description"), "short\nlong\n.\n indented");
    assert_string_equal(control_field(file, "Version"), "1");
    control_close(file);
}

static void a_malformed_stanza_is_told_with_its_line_and_left_out(void **state)
{
    (void)state;
    control *file = HAVE_FILE("Package: a\nno field\nVersion: 1\n\nPackage: b\nPackage: c\n\n"
                              " continued\n\n: empty\n\nPackage: d\n");
    static const char *const places[] = { "status:2: neither",
                                          "status:6: this field is there twice",
                                          "status:8: a continuation line", "status:10: neither" };
    for (size_t i = 0; i < 4; i++) {
        assert_int_equal(control_next(file), CONTROL_MALFORMED);
        assert_non_null(strstr(control_message(file), places[i]));
    }
    assert_int_equal(control_next(file), CONTROL_STANZA);
    assert_string_equal(control_field(file, "Package"), "d");
    control_complain(file, "Package", "wrong");
    assert_non_null(strstr(control_message(file), "status:12: Package: wrong"));
    control_close(file);
}

static void a_nul_and_too_many_fields_are_malformed(void **state)
{
    (void)state;
    char many[2048] = "";
    size_t size = 0;
    for (int i = 0; i < 70; i++)
        size += (size_t)snprintf(many + size, sizeof(many) - size, "F%d: x\n", i);
    control *file = HAVE_FILE("Package: a\0b\n");
    assert_int_equal(control_next(file), CONTROL_MALFORMED);
    control_close(file);
    file = have_file(many, size);
    assert_int_equal(control_next(file), CONTROL_MALFORMED);
    assert_int_equal(control_next(file), CONTROL_END);
    control_close(file);
}

static void a_directory_is_no_status_file(void **state)
{
    (void)state;
    control *file = control_open("/");
    if (file != NULL)
        assert_int_equal(control_next(file), CONTROL_FAILED);
    control_close(file);
    assert_null(control_open(calx_test_path("nowhere")));
}

static void alternatives_and_groups_are_told_apart(void **state)
{
    (void)state;
    const char *text = "a (>= 1:2~), b:any |c(<<3) | d ( = 4 ),\n e";
    static const struct {
        const char *name, *relation, *version;
        bool is_last;
    } expected[] = { { "a", ">=", "1:2~", true },
                     { "b", "", "", false },
                     { "c", "<<", "3", false },
                     { "d", "=", "4", true },
                     { "e", "", "", true } };
    control_alternative read;
    bool is_last = false;
    for (size_t i = 0; i < 5; i++) {
        assert_true(control_alternative_read(&text, &read, &is_last));
        assert_string_equal(read.name, expected[i].name);
        assert_string_equal(read.relation, expected[i].relation);
        assert_string_equal(read.version, expected[i].version);
        assert_int_equal(is_last, expected[i].is_last);
    }
    assert_string_equal(text, "");
}

static void what_is_no_relation_is_refused(void **state)
{
    (void)state;
    static const char *const wrong[] = { "",         "a b",       "a (",       "a (1)", "a (>= )",
                                         "a (=> 1)", "a (>>> 1)", "a (>= 1",   "| a",   "a |",
                                         "a, ",      "(>= 1)",    "a (>= 1) b" };
    control_alternative read;
    bool is_last = false;
    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
        const char *text = wrong[i];
        assert_false(control_alternative_read(&text, &read, &is_last));
    }
}

static void numbers_have_no_sign_and_no_rest(void **state)
{
    (void)state;
    int64_t number = 0;
    assert_true(control_number("9223372036854775807", &number));
    assert_int_equal(number, INT64_MAX);
    assert_false(control_number("9223372036854775808", &number));
    assert_false(control_number("-1", &number));
    assert_false(control_number("1 KiB", &number));
    assert_false(control_number("", &number));
}

static void versions_are_in_the_order_of_the_packaging_manual(void **state)
{
    (void)state;
    static const char *const rising[] = { "1.0~~",    "1.0~~a", "1.0~",  "1.0",   "1.0-1",
                                          "1.0-1+b1", "1.0a",   "1.0+b", "1.0.1", "1.2",
                                          "1.10",     "0:2",    "10",    "1:0.5", "1:0.5-2" };
    for (size_t i = 0; i < sizeof(rising) / sizeof(rising[0]); i++) {
        assert_int_equal(version_compare(rising[i], rising[i]), 0);
        for (size_t j = 0; j < i; j++) {
            assert_true(version_compare(rising[j], rising[i]) < 0);
            assert_true(version_compare(rising[i], rising[j]) > 0);
        }
    }
    assert_int_equal(version_compare("0:1.00", "1.0"), 0);
}

static void bounds_hold_or_not(void **state)
{
    (void)state;
    assert_true(version_satisfies("1.0", "", "9"));
    assert_true(version_satisfies("1.0", ">=", "1.0"));
    assert_false(version_satisfies("1.0", ">>", "1.0"));
    assert_false(version_satisfies("1.0", "<<", "1.0"));
    assert_true(version_satisfies("1.0~rc1", "<<", "1.0"));
    assert_true(version_satisfies("1.0", "<=", "1.0"));
    assert_true(version_satisfies("1.0", "=", "0:1.0"));
    assert_false(version_satisfies("1.0-1", "=", "1.0"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(fields_are_found_whatever_their_case),
        cmocka_unit_test(continuation_lines_belong_to_their_field),
        cmocka_unit_test(a_malformed_stanza_is_told_with_its_line_and_left_out),
        cmocka_unit_test(a_nul_and_too_many_fields_are_malformed),
        cmocka_unit_test(a_directory_is_no_status_file),
        cmocka_unit_test(alternatives_and_groups_are_told_apart),
        cmocka_unit_test(what_is_no_relation_is_refused),
        cmocka_unit_test(numbers_have_no_sign_and_no_rest),
        cmocka_unit_test(versions_are_in_the_order_of_the_packaging_manual),
        cmocka_unit_test(bounds_hold_or_not),
    };
    return CALX_RUN("example_packages", tests);
}
