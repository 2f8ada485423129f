/*
 * The order of the reader's work: the headers are there, the compiler takes them, then their
 * structs or functions are collected, then the constants in their annotations get values.
 */
#include "reader/reader.h"

#include "check/codes.h"
#include "reader/functions.h"
#include "reader/structs.h"
#include "reader/unit.h"
#include "reader/values.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

static bool has_strange_letter(const char *name)
{
    return strpbrk(name, "\"\n\r") != NULL || name[0] == '\0';
}

/* Tells a file that cannot be opened, or a directory, in the system's words. */
static const char *find_trouble(const char *name)
{
    if (has_strange_letter(name))
        return "not a name of a header";
    FILE *file = fopen(name, "rb");
    if (file == NULL)
        return strerror(errno);
    errno = 0;
    (void)fgetc(file);
    const char *trouble = ferror(file) ? strerror(errno) : NULL;
    fclose(file);
    return trouble;
}

static calx_status check_headers(const calx_reader_options *options, calx_diagnostics *diagnostics)
{
    calx_status status = CALX_OK;
    for (size_t i = 0; i < options->header_count; i++) {
        const char *trouble = find_trouble(options->headers[i]);
        if (trouble == NULL)
            continue;
        calx_report(diagnostics, CALX_RULE_UNREADABLE, (calx_place){ .file = options->headers[i] },
                    "cannot be read: %s", trouble);
        status = CALX_E_DATA;
    }
    return status;
}

/* Opens the unit and reports its errors; answers CALX_E_DATA when there are any. */
static calx_status compile(calx_unit *unit, const calx_reader_options *options, calx_arena *arena,
                           calx_diagnostics *diagnostics)
{
    calx_status status = check_headers(options, diagnostics);
    if (status == CALX_OK)
        status = calx_unit_open(unit, options, arena, diagnostics, "");
    if (status == CALX_OK && calx_unit_report(unit) != 0)
        status = CALX_E_DATA;
    return status;
}

calx_status calx_reader_read(const calx_reader_options *options, calx_arena *arena,
                             calx_diagnostics *diagnostics, calx_declarations *out_declarations)
{
    calx_unit unit = { 0 };
    calx_declarations found = { .headers = options->headers,
                                .header_count = options->header_count };
    calx_status status = compile(&unit, options, arena, diagnostics);
    if (status == CALX_OK)
        status = calx_structs_read(&unit, &found);
    if (status == CALX_OK)
        status = calx_unit_inputs(&unit, &found.inputs, &found.input_count);
    if (status == CALX_OK)
        status = calx_values_find(options, arena, diagnostics, &found);
    calx_unit_close(&unit);
    if (status == CALX_OK)
        status = diagnostics->status;
    if (status == CALX_OK)
        *out_declarations = found;
    return status;
}

calx_status calx_reader_read_functions(const calx_reader_options *options, calx_arena *arena,
                                       calx_diagnostics *diagnostics,
                                       calx_declared_functions *out_functions)
{
    if (options->header_count != 1)
        return CALX_E_ARGUMENT;
    calx_unit unit = { 0 };
    calx_declared_functions found = { .header = options->headers[0] };
    calx_status status = compile(&unit, options, arena, diagnostics);
    if (status == CALX_OK)
        status = calx_functions_read(&unit, &found);
    if (status == CALX_OK)
        status = calx_unit_inputs(&unit, &found.inputs, &found.input_count);
    calx_unit_close(&unit);
    if (status == CALX_OK)
        status = diagnostics->status;
    if (status == CALX_OK)
        *out_functions = found;
    return status;
}

const char *calx_reader_compiler(calx_arena *arena)
{
    CXString version = clang_getClangVersion();
    const char *text = clang_getCString(version);
    const char *number = text != NULL ? strstr(text, "version ") : NULL;
    number = number != NULL ? number + strlen("version ") : "";
    char *copy = calx_arena_text(arena, number, strcspn(number, " -~("));
    clang_disposeString(version);
    return copy;
}
