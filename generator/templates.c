/*
 * Finding and reading templates. A directory the user names is the only place then: a template
 * that is missing there is an error, not silently ours, so a misspelt name is found out.
 */
#include "templates.h"

#include "base/allocator.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/*
 * The ways from the program's directory. The first leads through the build's own folder, so that an
 * installed program never takes a stranger's templates in bin/../templates for those of its build.
 */
static const char from_build[] = "../generator/../templates";
static const char from_installed[] = CALX_TEMPLATES_INSTALLED;

enum { PATH_ROOM = 4096 };

/* The directory of the running program with a slash behind it; NULL: unknown, or no memory. */
static char *find_program(void)
{
    char path[PATH_ROOM];
    const ssize_t size = readlink("/proc/self/exe", path, sizeof(path));
    const char *slash;

    if (size <= 0 || (size_t)size >= sizeof(path))
        return NULL;
    path[size] = '\0';
    slash = strrchr(path, '/');
    return slash ? calx_strdup_n(path, (size_t)(slash - path) + 1) : NULL;
}

static calx_status add_place(calx_templates *templates, const char *start, const char *end)
{
    calx_buffer path = CALX_BUFFER_INIT;
    char **place = &templates->places[templates->place_count];
    calx_status status;

    calx_buffer_put(&path, start);
    calx_buffer_put(&path, end);
    status = calx_buffer_finish(&path, place, NULL);
    if (status == CALX_OK)
        templates->place_count++;
    return status;
}

calx_status calx_templates_init(calx_templates *templates, const char *directory)
{
    char *program = NULL;
    calx_status status;

    *templates = (calx_templates){ 0 };
    if (directory)
        return add_place(templates, directory, "");
    program = find_program();
    if (!program)
        return CALX_E_IO;
    status = add_place(templates, program, from_build);
    if (status == CALX_OK)
        status = add_place(templates, from_installed[0] == '/' ? "" : program, from_installed);
    calx_release(program);
    return status;
}

void calx_templates_clear(calx_templates *templates)
{
    for (size_t i = 0; i < templates->place_count; i++)
        calx_release(templates->places[i]);
    for (size_t i = 0; i < templates->file_count; i++)
        calx_release(templates->files[i]);
    *templates = (calx_templates){ 0 };
}

static calx_status read_all(FILE *file, calx_buffer *out)
{
    char block[4096];
    size_t size;

    while ((size = fread(block, 1, sizeof(block), file)) > 0)
        calx_buffer_put_n(out, block, size);
    if (ferror(file))
        return CALX_E_IO;
    calx_buffer_put(out, ""); /* an empty file is a text, too */
    return out->status;
}

/* Keeps the path for the depfile; beyond the room it is forgotten, which costs a rebuild at most.
 */
static void keep_file(calx_templates *templates, char *path)
{
    if (templates->file_count < CALX_TEMPLATE_FILES)
        templates->files[templates->file_count++] = path;
    else
        calx_release(path);
}

static calx_status load_from(calx_templates *templates, const char *place, const char *name,
                             char **out_text, size_t *out_size)
{
    calx_buffer path = CALX_BUFFER_INIT, text = CALX_BUFFER_INIT;
    char *file_name = NULL;
    FILE *file = NULL;
    calx_status status;

    calx_buffer_format(&path, "%s/%s.mustache", place, name);
    status = calx_buffer_finish(&path, &file_name, NULL);
    if (status != CALX_OK)
        goto out;
    file = fopen(file_name, "rb");
    if (!file) {
        status = errno == ENOENT || errno == ENOTDIR ? CALX_OK : CALX_E_IO;
        goto out;
    }
    status = read_all(file, &text);
    if (status == CALX_OK)
        status = calx_buffer_finish(&text, out_text, out_size);
    if (status == CALX_OK) {
        keep_file(templates, file_name);
        file_name = NULL;
    }
out:
    if (file)
        fclose(file);
    calx_buffer_clear(&text);
    calx_release(file_name);
    return status;
}

calx_status calx_templates_load(calx_templates *templates, const char *name, char **out_text,
                                size_t *out_size)
{
    calx_status status = CALX_OK;
    char *text = NULL;

    for (size_t i = 0; status == CALX_OK && !text && i < templates->place_count; i++)
        status = load_from(templates, templates->places[i], name, &text, out_size);
    *out_text = text;
    return status;
}
