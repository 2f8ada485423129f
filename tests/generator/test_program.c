/*
 * What main.c stands on: the command line and the templates, above all when memory runs out. The
 * program itself is tested by check-cli.
 */
#include "options.h"
#include "templates.h"

#include "base/allocator.h"
#include "support/harness.h"
#include "support/ration.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Reads a command line; the words behind the program's name, to a NULL. */
static bool read_line(calx_gen_options *options, calx_gen_exit *out_exit, const char *const *words)
{
    static char *argv[16]; /* the options borrow from it */
    int argc = 1;

    argv[0] = (char *)"calx-gen";
    for (; words[argc - 1]; argc++) {
        assert_true(argc < 15);
        argv[argc] = (char *)words[argc - 1];
    }
    argv[argc] = NULL;
    return calx_gen_options_read(options, argc, argv, out_exit);
}

static void the_headers_are_found_among_the_options(void **state)
{
    static const char *const words[] = { "a.h",   "--output-dir", "out", "b.h", "--prefix",
                                         "blog_", "--",           "-DX", NULL };
    calx_gen_options options;
    calx_gen_exit code;

    (void)state;
    assert_true(read_line(&options, &code, words));
    assert_int_equal(options.header_count, 2);
    assert_string_equal(options.headers[1], "b.h");
    assert_string_equal(options.header, "out/a.calx.h");
    assert_string_equal(options.source, "out/a.calx.c");
    assert_string_equal(options.name, "a");
    assert_string_equal(options.prefix, "blog_");
    assert_int_equal(options.flag_count, 1);
    assert_string_equal(options.flags[0], "-DX");
    calx_gen_options_clear(&options);
}

static void the_name_of_a_model_ends_at_the_last_point(void **state)
{
    static const char *const words[] = { "--output-dir", "out/", "blog/my.models.h", NULL };
    calx_gen_options options;
    calx_gen_exit code;

    (void)state;
    assert_true(read_line(&options, &code, words));
    assert_string_equal(options.name, "my.models");
    assert_string_equal(options.header, "out/my.models.calx.h");
    calx_gen_options_clear(&options);
}

static void a_command_line_without_memory_is_an_error_and_leaves_nothing(void **state)
{
    bool done = false;

    (void)state;
    for (long allowed = 0; !done; allowed++) {
        static const char *const words[] = { "--output-dir", "out", "a.h", NULL };
        calx_gen_options options;
        calx_gen_exit code = CALX_GEN_DONE;
        ration account;

        assert_true(ration_start(&account, allowed));
        done = read_line(&options, &code, words);
        if (!done)
            assert_int_equal(code, CALX_GEN_ERRORS);
        calx_gen_options_clear(&options);
        assert_int_equal(ration_stop(&account), 0);
    }
}

/* A directory of the running test with one template in it. */
static void put_template(const char *name, const char *text)
{
    FILE *file = fopen(calx_test_path(name), "wb");

    assert_non_null(file);
    assert_true(fputs(text, file) >= 0);
    assert_int_equal(fclose(file), 0);
}

static calx_status load(const char *directory, const char *name, char **out_text)
{
    calx_templates templates;
    size_t size = 0;
    calx_status status = calx_templates_init(&templates, directory);

    *out_text = NULL;
    if (status == CALX_OK)
        status = calx_templates_load(&templates, name, out_text, &size);
    if (status == CALX_OK && *out_text)
        assert_int_equal(templates.file_count, 1);
    calx_templates_clear(&templates);
    return status;
}

static void a_named_directory_is_the_only_place(void **state)
{
    char directory[1024];
    char *text;

    (void)state;
    put_template("mine.mustache", "hello");
    snprintf(directory, sizeof(directory), "%s", calx_test_path("."));
    assert_int_equal(load(directory, "mine", &text), CALX_OK);
    assert_string_equal(text, "hello");
    calx_release(text);
    assert_int_equal(load(directory, "mapper.h", &text), CALX_OK);
    assert_null(text);
}

static void a_template_that_is_no_file_cannot_be_read(void **state)
{
    char directory[1024];
    char *text;

    (void)state;
    snprintf(directory, sizeof(directory), "%s", calx_test_path("."));
    assert_int_equal(mkdir(calx_test_path("folder.mustache"), 0777), 0);
    assert_int_equal(load(directory, "folder", &text), CALX_E_IO);
    assert_null(text);
    assert_int_equal(rmdir(calx_test_path("folder.mustache")), 0);
}

static void a_template_without_memory_leaves_nothing(void **state)
{
    char directory[1024];
    calx_status status = CALX_E_NOMEM;

    (void)state;
    put_template("mine.mustache", "hello");
    snprintf(directory, sizeof(directory), "%s", calx_test_path("."));
    for (long allowed = 0; status == CALX_E_NOMEM; allowed++) {
        ration account;
        char *text;

        assert_true(ration_start(&account, allowed));
        status = load(directory, "mine", &text);
        calx_release(text);
        assert_int_equal(ration_stop(&account), 0);
    }
    assert_int_equal(status, CALX_OK);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_headers_are_found_among_the_options),
        cmocka_unit_test(the_name_of_a_model_ends_at_the_last_point),
        cmocka_unit_test(a_command_line_without_memory_is_an_error_and_leaves_nothing),
        cmocka_unit_test(a_named_directory_is_the_only_place),
        cmocka_unit_test(a_template_that_is_no_file_cannot_be_read),
        cmocka_unit_test(a_template_without_memory_leaves_nothing),
    };

    return CALX_RUN("program", tests);
}
