/*
 * The scoped session against session.h itself: a scan of the header's text, which knows nothing of
 * libclang, finds every function and its mark; each must be forwarded, or be listed as not
 * forwarded, and nothing else may be in the generated header.
 *
 * Usage: test-generator-scoped SESSION_H SCOPED_SESSION_H
 */
#include "support/harness.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { NAME_ROOM = 128 };

static const char *session_path;
static const char *scoped_path;

static char *read_text(const char *path)
{
    FILE *file = fopen(path, "rb");
    char *text = calloc(1, 1 << 20);

    if (!file || !text)
        fail_msg("%s cannot be read", path);
    else
        assert_true(fread(text, 1, (1 << 20) - 1, file) > 0);
    if (file)
        fclose(file);
    return text;
}

/* The function a declaration names: the word in front of its first bracket. */
static void read_name(const char *declaration, char name[NAME_ROOM])
{
    const char *end = strchr(declaration, '('), *start;

    assert_non_null(end);
    for (start = end; isalnum((unsigned char)start[-1]) || start[-1] == '_'; start--)
        continue;
    assert_in_range(end - start, 1, NAME_ROOM - 1);
    snprintf(name, NAME_ROOM, "%.*s", (int)(end - start), start);
}

/* The next line of the header that starts with the mark; NULL: there is none any more. */
static const char *next_marked(const char *text, const char *mark)
{
    const char *found = text;

    while ((found = strstr(found, mark))) {
        if (found[-1] == '\n' && found[strlen(mark)] == ' ')
            return found;
        found++;
    }
    return NULL;
}

static size_t count_of(const char *text, const char *mark)
{
    size_t count = 0;

    for (const char *at = text; (at = next_marked(at, mark)); at++)
        count++;
    return count;
}

/* Long names have their parameters on a line of their own. */
static bool takes_the_scoped_session(const char *parameters)
{
    static const char first[] = "calx_scoped_session *scoped";

    return !strncmp(parameters + strspn(parameters, " \n"), first, sizeof(first) - 1);
}

static void every_public_method_is_forwarded(void **state)
{
    char *session = read_text(session_path), *scoped = read_text(scoped_path);
    char name[NAME_ROOM], expected[NAME_ROOM + 64];
    size_t count = 0;

    (void)state;
    for (const char *at = session; (at = next_marked(at, "CALX_PUBLIC_METHOD")); at++, count++) {
        read_name(at, name);
        assert_memory_equal(name, "calx_session_", 13);
        snprintf(expected, sizeof(expected), "calx_scoped_session_%s(", name + 13);
        const char *forwarded = strstr(scoped, expected);
        if (!forwarded || !takes_the_scoped_session(forwarded + strlen(expected)))
            fail_msg("%s is not forwarded", name);
    }
    assert_true(count >= 25);
    assert_int_equal(count_of(scoped, "CALX_API"), count);
    free(session);
    free(scoped);
}

static void every_other_function_is_listed_as_not_forwarded(void **state)
{
    char *session = read_text(session_path), *scoped = read_text(scoped_path);
    const char *list = strstr(scoped, "Not forwarded");
    char name[NAME_ROOM], expected[NAME_ROOM + 64];
    size_t count = 0;

    (void)state;
    calx_shows("SES-030");
    assert_non_null(list);
    for (const char *at = session; (at = next_marked(at, "CALX_NOT_SCOPED")); at++, count++) {
        read_name(at, name);
        snprintf(expected, sizeof(expected), " * %s\n", name);
        if (!strstr(list, expected))
            fail_msg("%s is neither forwarded nor listed", name);
    }
    assert_true(count >= 5);
    assert_int_equal(count_of(session, "CALX_API"), 0);
    free(session);
    free(scoped);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_public_method_is_forwarded),
        cmocka_unit_test(every_other_function_is_listed_as_not_forwarded),
    };

    if (argc != 3) {
        fprintf(stderr, "usage: %s SESSION_H SCOPED_SESSION_H\n", argv[0]);
        return 2;
    }
    session_path = argv[1];
    scoped_path = argv[2];
    return CALX_RUN("scoped_list", tests);
}
