/*
 * The template engine: the core modules of Mustache 1.4 case by case, then what this engine adds:
 * strict names, errors with their place, limits, and survival of every failing allocation.
 */
#include "render_cases.h"

#include "base/allocator.h"
#include "render/render.h"
#include "support/ration.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static void escape_quotes(void *context, const char *text, size_t size, calx_buffer *out)
{
    (void)context;
    for (size_t i = 0; i < size; i++) {
        if (text[i] == '"' || text[i] == '\\')
            calx_buffer_char(out, '\\');
        calx_buffer_char(out, text[i]);
    }
}

static void refuse_stars(void *context, const char *text, size_t size, calx_buffer *out)
{
    (void)context;
    if (memchr(text, '*', size))
        calx_buffer_fail(out, CALX_E_DATA);
    calx_buffer_put_n(out, text, size);
}

static calx_status load_member(void *context, const char *name, char **out_text, size_t *out_size)
{
    const json_t *text = json_object_get(context, name);

    if (!text)
        return CALX_OK;
    *out_text = calx_strdup_n(json_string_value(text), json_string_length(text));
    *out_size = json_string_length(text);
    return *out_text ? CALX_OK : CALX_E_NOMEM;
}

static calx_status load_nothing(void *context, const char *name, char **out_text, size_t *out_size)
{
    (void)context;
    (void)name;
    (void)out_text;
    (void)out_size;
    return CALX_E_IO;
}

/* JSON with apostrophes for quotation marks. */
static json_t *read_json(const char *text)
{
    char copy[2048];
    json_error_t error;
    json_t *json;

    assert_true(strlen(text) < sizeof(copy));
    strcpy(copy, text);
    for (char *letter = copy; *letter; letter++) {
        if (*letter == '\'')
            *letter = '"';
    }
    json = json_loads(copy, JSON_DECODE_ANY, &error);
    if (!json)
        fail_msg("%s in %s", error.text, copy);
    return json;
}

struct run {
    calx_status status;
    char *text; /* NULL: failed */
    calx_render_error error;
};

static struct run run_template(const char *text, const char *view_text, const char *partials_text,
                               calx_render_options options)
{
    const calx_render_source source = { "main.txt", text, strlen(text) };
    struct run run = { .text = NULL };
    json_t *view = read_json(view_text);
    json_t *partials = partials_text ? read_json(partials_text) : NULL;

    if (partials) {
        options.load = load_member;
        options.load_context = partials;
    }
    run.status = calx_render(&source, view, &options, &run.text, NULL, &run.error);
    json_decref(partials);
    json_decref(view);
    return run;
}

static bool check_case(const struct render_module *module, const struct render_case *item)
{
    struct run run = run_template(item->text, item->view, item->partials,
                                  (calx_render_options){ .escape = escape_quotes });
    const bool right = run.status == CALX_OK && strcmp(run.text, item->expected) == 0;

    if (run.status != CALX_OK)
        print_error("%s, %s: %s\n", module->name, item->name, run.error.message);
    else if (!right)
        print_error("%s, %s:\n--- expected\n%s\n--- got\n%s\n", module->name, item->name,
                    item->expected, run.text);
    calx_release(run.text);
    return right;
}

static void every_case_of_the_module_holds(void **state)
{
    const struct render_module *module = *state;
    size_t wrong = 0;

    for (size_t i = 0; i < module->count; i++)
        wrong += !check_case(module, &module->cases[i]);
    assert_int_equal(wrong, 0);
}

struct failing {
    const char *text;
    const char *view;
    const char *partials;
    unsigned strict;
    calx_status status;
    const char *template_name;
    size_t line, column;
    const char *words; /* in the message */
};

#define STRICT     CALX_RENDER_STRICT
#define STRICT_ALL (CALX_RENDER_STRICT | CALX_RENDER_STRICT_SECTIONS)

/* clang-format off */
static const struct failing wrong_templates[] = {
    { "a\n  {{#list}}\nb", "{}", NULL, 0, CALX_E_SYNTAX, "main.txt", 2, 3, "'list' is never closed" },
    { "{{#a}}{{^b}}{{/b}}", "{}", NULL, 0, CALX_E_SYNTAX, "main.txt", 1, 1, "'a' is never closed" },
    { "x {{name", "{}", NULL, 0, CALX_E_SYNTAX, "main.txt", 1, 3, "'}}' is missing" },
    { "x {{{name}}", "{}", NULL, 0, CALX_E_SYNTAX, "main.txt", 1, 3, "never closed" },
    { "{{=<% %>=}}\n<%name}}", "{}", NULL, 0, CALX_E_SYNTAX, "main.txt", 2, 1, "'%>' is missing" },
    { "\n\n{{#a}}\n{{/b}}", "{}", NULL, 0, CALX_E_SYNTAX, "main.txt", 4, 1,
      "'b' is closed here, but the open section is 'a'" },
    { "ab{{/b}}", "{}", NULL, 0, CALX_E_SYNTAX, "main.txt", 1, 3, "'b' could close" },
    { "{{=<%=}}", "{}", NULL, 0, CALX_E_SYNTAX, "main.txt", 1, 1, "two words" },
    { "{{=a b c=}}", "{}", NULL, 0, CALX_E_SYNTAX, "main.txt", 1, 1, "two words" },
    { "{{= =}}", "{}", NULL, 0, CALX_E_SYNTAX, "main.txt", 1, 1, "two words" },
    { "{{=<= =>=}}", "{}", NULL, 0, CALX_E_SYNTAX, "main.txt", 1, 1, "two words" },
    { "{{=<% %>}}", "{}", NULL, 0, CALX_E_SYNTAX, "main.txt", 1, 1, "never closed" },
    { "{{ }}", "{}", NULL, 0, CALX_E_SYNTAX, "main.txt", 1, 1, "no name" },
    { "{{#}}{{/}}", "{}", NULL, 0, CALX_E_SYNTAX, "main.txt", 1, 1, "no name" },
    { "{{a b}}", "{}", NULL, 0, CALX_E_SYNTAX, "main.txt", 1, 1, "white space" },
    { "{{a..b}}", "{}", NULL, 0, CALX_E_SYNTAX, "main.txt", 1, 1, "'a..b' has an empty part" },
    { "{{.a}}", "{}", NULL, 0, CALX_E_SYNTAX, "main.txt", 1, 1, "empty part" },
    { "{{#a.}}{{/a.}}", "{}", NULL, 0, CALX_E_SYNTAX, "main.txt", 1, 1, "empty part" },
    { "x\n  {{>p}}", "{}", "{'p': 'a\\n {{#b}}'}", 0, CALX_E_SYNTAX, "p", 2, 2, "'b' is never closed" },
};

static const struct failing wrong_names[] = {
    { "a\nb {{name}}", "{}", NULL, STRICT, CALX_E_NO_OBJECT, "main.txt", 2, 3, "called 'name'" },
    { "{{{name}}}", "{}", NULL, STRICT, CALX_E_NO_OBJECT, "main.txt", 1, 1, "called 'name'" },
    { "{{#l}}{{n}}{{/l}}", "{'l': [{'n': 1}, {}]}", NULL, STRICT, CALX_E_NO_OBJECT, "main.txt", 1, 7,
      "called 'n'" },
    { "{{a.b}}", "{'a': {}}", NULL, STRICT, CALX_E_NO_OBJECT, "main.txt", 1, 1, "called 'a.b'" },
    { "{{a.b}}", "{'a': null}", NULL, STRICT, CALX_E_NO_OBJECT, "main.txt", 1, 1, "called 'a.b'" },
    { "  {{>p}}", "{}", "{'p': '|\\n| {{x}}'}", STRICT, CALX_E_NO_OBJECT, "p", 2, 3, "called 'x'" },
    { "{{l}}", "{'l': []}", NULL, STRICT, CALX_E_DATA, "main.txt", 1, 1, "'l' is a list" },
    { "{{.}}", "{}", NULL, STRICT, CALX_E_DATA, "main.txt", 1, 1, "'.' is an object" },
    { " {{>q}}", "{}", "{}", STRICT, CALX_E_NO_OBJECT, "main.txt", 1, 2, "no partial 'q'" },
    { "{{>q}}", "{}", NULL, STRICT, CALX_E_NO_OBJECT, "main.txt", 1, 1, "no partial 'q'" },
    { "{{#s}}{{/s}}", "{}", NULL, STRICT_ALL, CALX_E_NO_OBJECT, "main.txt", 1, 1, "called 's'" },
    { "x{{^s}}{{/s}}", "{}", NULL, STRICT_ALL, CALX_E_NO_OBJECT, "main.txt", 1, 2, "called 's'" },
};
/* clang-format on */

static void check_failing(const struct failing *item)
{
    struct run run = run_template(item->text, item->view, item->partials,
                                  (calx_render_options){ .strict = item->strict });

    if (run.status == CALX_OK)
        fail_msg("rendered: %s", item->text);
    assert_null(run.text);
    assert_int_equal(run.status, item->status);
    assert_string_equal(run.error.template_name, item->template_name);
    if (!strstr(run.error.message, item->words))
        fail_msg("'%s' is not in '%s'", item->words, run.error.message);
    if (run.error.line != item->line || run.error.column != item->column)
        fail_msg("%zu:%zu for %s", run.error.line, run.error.column, item->text);
}

static void a_wrong_template_is_an_error_at_its_place(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(wrong_templates); i++)
        check_failing(&wrong_templates[i]);
}

static void a_strict_name_that_is_missing_is_an_error_at_its_place(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(wrong_names); i++)
        check_failing(&wrong_names[i]);
}

static void strict_takes_what_is_there_and_sections_that_are_not(void **state)
{
    struct run run = run_template("[{{null}}{{empty}}{{#none}}{{typo}}{{/none}}{{>p}}]",
                                  "{'null': null, 'empty': ''}", "{'p': '{{&empty}}'}",
                                  (calx_render_options){ .strict = CALX_RENDER_STRICT });

    (void)state;
    assert_int_equal(run.status, CALX_OK);
    assert_string_equal(run.text, "[]");
    calx_release(run.text);
}

static void a_value_that_escaping_refuses_is_an_error_at_its_tag(void **state)
{
    struct run run = run_template("/* {{{doc}}} {{doc}} */", "{'doc': 'a */ b'}", NULL,
                                  (calx_render_options){ .escape = refuse_stars });

    (void)state;
    assert_int_equal(run.status, CALX_E_DATA);
    assert_int_equal(run.error.column, 14);
    assert_string_equal(run.error.message, "the value of 'doc' cannot be written here");
}

static void a_loader_that_fails_is_an_error_at_the_tag(void **state)
{
    struct run run =
        run_template("\n{{>p}}", "{}", NULL, (calx_render_options){ .load = load_nothing });

    (void)state;
    assert_int_equal(run.status, CALX_E_IO);
    assert_int_equal(run.error.line, 2);
    assert_string_equal(run.error.message, "the partial 'p' cannot be read");
}

static void a_partial_that_includes_itself_without_end_is_an_error(void **state)
{
    struct run run = run_template("{{>p}}", "{}", "{'p': 'x\\n {{>p}}\\n'}",
                                  (calx_render_options){ .strict = 0 });

    (void)state;
    assert_int_equal(run.status, CALX_E_LIMIT);
    assert_string_equal(run.error.template_name, "p");
    assert_int_equal(run.error.line, 2);
    assert_non_null(strstr(run.error.message, "include itself"));
}

static void sections_nested_without_measure_are_an_error(void **state)
{
    enum { DEPTH = 5000 };
    static char text[DEPTH * 12 + 1];
    struct run run;

    (void)state;
    for (size_t i = 0; i < DEPTH; i++) {
        memcpy(text + i * 6, "{{#a}}", 6);
        memcpy(text + (DEPTH + i) * 6, "{{/a}}", 6);
    }
    run = run_template(text, "{'a': true}", NULL, (calx_render_options){ .strict = 0 });
    assert_int_equal(run.status, CALX_E_LIMIT);
    assert_int_equal(run.error.column, CALX_RENDER_MAX_DEPTH * 6 + 1);
}

static void work_without_measure_is_an_error(void **state)
{
    struct run run = run_template("{{#a}}{{#a}}{{#a}}{{#a}}{{/a}}{{/a}}{{/a}}{{/a}}",
                                  "{'a': [1, 2, 3, 4, 5, 6, 7, 8, 9, 10]}", NULL,
                                  (calx_render_options){ .max_steps = 5000 });

    (void)state;
    assert_int_equal(run.status, CALX_E_LIMIT);
    assert_non_null(strstr(run.error.message, "too many steps"));
}

static void names_too_long_for_a_message_are_marked_as_cut(void **state)
{
    enum { LENGTH = 2000 };
    static char name[LENGTH + 1], text[LENGTH + 8];
    json_t *view = json_object();
    char *out = NULL;
    calx_render_error error;

    (void)state;
    for (size_t i = 0; i < LENGTH; i += 2)
        memcpy(name + i, "\xC3\xA4", 2);
    strcpy(text, "{{");
    strcat(text, name);
    strcat(text, "}}");
    assert_int_equal(calx_render(&(calx_render_source){ name, text, strlen(text) }, view,
                                 &(calx_render_options){ .strict = CALX_RENDER_STRICT }, &out, NULL,
                                 &error),
                     CALX_E_NO_OBJECT);
    assert_string_equal(error.template_name + strlen(error.template_name) - 5, "\xC3\xA4...");
    assert_string_equal(error.message + strlen(error.message) - 5, "\xC3\xA4...");
    json_decref(view);
}

static void bytes_that_are_no_text_pass_through(void **state)
{
    static const char text[] = "a\0{{x}}\0\xFF";
    const calx_render_source source = { "bytes", text, sizeof(text) - 1 };
    json_t *view = json_pack("{s:o}", "x", json_stringn("1\0002", 3));
    char *out = NULL;
    size_t size = 0;
    calx_render_error error;

    (void)state;
    assert_int_equal(calx_render(&source, view, NULL, &out, &size, &error), CALX_OK);
    assert_int_equal(size, 7);
    assert_memory_equal(out, "a\0001\0002\0\xFF", 7);
    calx_release(out);
    json_decref(view);
}

static void every_failing_allocation_is_survived(void **state)
{
    static const char text[] = "{{#l}}{{#a.b}}{{c}} {{&.}}\n  {{>p}}\n{{/a.b}}{{/l}}{{=| |=}}|d|";
    static const char view[] =
        "{'l': [1, 2], 'a': {'b': ['x']}, 'c': 'a long text to be put', 'd': 1}";
    struct run run = { .status = CALX_E_NOMEM };
    long allowed = 0;

    (void)state;
    for (; run.status == CALX_E_NOMEM; allowed++) {
        ration account;

        assert_true(ration_start(&account, allowed));
        run = run_template(text, view, "{'p': '{{>q}}\\n{{c}}\\n', 'q': 'deep {{d}}'}",
                           (calx_render_options){ .escape = escape_quotes });
        assert_int_equal(ration_stop(&account), run.status == CALX_OK);
        if (run.status == CALX_E_NOMEM) {
            assert_string_equal(run.error.message, "memory ran out");
            assert_null(run.text);
        }
    }
    assert_int_equal(run.status, CALX_OK);
    assert_true(allowed > 8);
    calx_release(run.text);
}

#define MODULE_TEST(module)                                                                        \
    {                                                                                              \
#module, every_case_of_the_module_holds, NULL, NULL, (void *)&module                       \
    }

int main(void)
{
    const struct CMUnitTest tests[] = {
        MODULE_TEST(render_comments),
        MODULE_TEST(render_delimiters),
        MODULE_TEST(render_interpolation),
        MODULE_TEST(render_inverted),
        MODULE_TEST(render_partials),
        MODULE_TEST(render_sections),
        MODULE_TEST(render_choices),
        cmocka_unit_test(a_wrong_template_is_an_error_at_its_place),
        cmocka_unit_test(a_strict_name_that_is_missing_is_an_error_at_its_place),
        cmocka_unit_test(strict_takes_what_is_there_and_sections_that_are_not),
        cmocka_unit_test(a_value_that_escaping_refuses_is_an_error_at_its_tag),
        cmocka_unit_test(a_loader_that_fails_is_an_error_at_the_tag),
        cmocka_unit_test(a_partial_that_includes_itself_without_end_is_an_error),
        cmocka_unit_test(sections_nested_without_measure_are_an_error),
        cmocka_unit_test(work_without_measure_is_an_error),
        cmocka_unit_test(names_too_long_for_a_message_are_marked_as_cut),
        cmocka_unit_test(bytes_that_are_no_text_pass_through),
        cmocka_unit_test(every_failing_allocation_is_survived),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
