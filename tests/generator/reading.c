/* Runs of reader and check, as calx-gen does them, inside a test. */
#include "reading.h"

#include "support/harness.h"

#include "base/allocator.h"

#include <stdio.h>
#include <string.h>

void reading_start(reading *run)
{
    memset(run, 0, sizeof(*run));
    calx_arena_init(&run->arena, 0);
    calx_diagnostics_init(&run->diagnostics, &run->arena);
}

void reading_end(reading *run)
{
    calx_arena_clear(&run->arena);
}

void reading_run(reading *run, const char *const *headers, size_t count)
{
    run->options.headers = headers;
    run->options.header_count = count;
    run->status =
        calx_reader_read(&run->options, &run->arena, &run->diagnostics, &run->declarations);
    if (run->status == CALX_OK)
        run->status = calx_check(&run->declarations, &run->naming, &run->arena, &run->diagnostics,
                                 &run->model);
}

const char *reading_write(const char *name, const char *text)
{
    const char *path = calx_test_path(name);
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    assert_true(fputs(text, file) >= 0);
    assert_int_equal(fclose(file), 0);
    return path;
}

void reading_run_text(reading *run, const char *name, const char *text)
{
    calx_buffer whole = CALX_BUFFER_INIT;
    calx_buffer_format(&whole, "#include <calx/annotate.h>\n%s", text);
    const char *path = reading_write(name, calx_buffer_text(&whole));
    calx_buffer_clear(&whole);
    const char **headers = calx_arena_array(&run->arena, 1, sizeof(*headers));
    assert_non_null(headers);
    headers[0] = calx_arena_text(&run->arena, path, strlen(path));
    reading_run(run, headers, 1);
}

char *reading_told(reading *run)
{
    calx_buffer text = CALX_BUFFER_INIT;
    char *told = NULL;
    calx_diagnostics_text(&run->diagnostics, &text);
    assert_int_equal(calx_buffer_finish(&text, &told, NULL), CALX_OK);
    return told;
}

void reading_must_tell(reading *run, const char *text)
{
    char *told = reading_told(run);
    bool found = strstr(told, text) != NULL;
    if (!found)
        print_error("not told: %s\nbut:\n%s", text, told);
    calx_release(told);
    assert_true(found);
}

void reading_must_succeed(reading *run)
{
    if (run->status == CALX_OK)
        return;
    char *told = reading_told(run);
    print_error("%s:\n%s", calx_status_name(run->status), told);
    calx_release(told);
    fail();
}
