/*
 * The set of a run's outputs. Every file is staged before the first is published, so what can go
 * wrong with any of them does so while nothing has changed yet; a rename that fails after that is
 * the one failure that can leave earlier outputs new.
 */
#include "output/output.h"

#include "base/allocator.h"
#include "output/file.h"

#include <stdio.h>
#include <string.h>

struct calx_output_set {
    calx_output_file *files;
    size_t count;
    size_t capacity;
    bool committed;
};

calx_output_set *calx_output_set_new(void)
{
    return calx_alloc_zeroed(sizeof(calx_output_set));
}

void calx_output_set_free(calx_output_set *set)
{
    if (!set)
        return;
    for (size_t i = 0; i < set->count; i++)
        calx_output_file_clear(&set->files[i]);
    calx_release(set->files);
    calx_release(set);
}

static calx_status refuse(calx_output_error *error, calx_status status, const char *path,
                          const char *reason)
{
    error->path = path;
    snprintf(error->reason, sizeof(error->reason), "%s", reason);
    return status;
}

static calx_status check_path(const calx_output_set *set, const char *path,
                              calx_output_error *error)
{
    if (path[0] == '\0')
        return refuse(error, CALX_E_ARGUMENT, path, "the name of an output is empty");
    for (size_t i = 0; i < set->count; i++) {
        if (strcmp(set->files[i].path, path) == 0)
            return refuse(error, CALX_E_ARGUMENT, path,
                          "two outputs have this name; give each its own");
    }
    return CALX_OK;
}

static bool reserve(calx_output_set *set)
{
    const size_t capacity = set->capacity ? set->capacity * 2 : 4;
    calx_output_file *files;

    if (set->count < set->capacity)
        return true;
    files = calx_resize_array(set->files, capacity, sizeof(set->files[0]));
    if (!files)
        return false;
    set->files = files;
    set->capacity = capacity;
    return true;
}

calx_status calx_output_set_add(calx_output_set *set, const char *path, const char *bytes,
                                size_t size, calx_output_when when, calx_output_error *out_error)
{
    calx_output_file file = { .size = size, .when = when };
    const calx_status status = check_path(set, path, out_error);

    if (status != CALX_OK)
        return status;
    file.path = calx_strdup_text(path);
    file.bytes = calx_strdup_n(bytes, size);
    if (!file.path || !file.bytes || !reserve(set)) {
        calx_output_file_clear(&file);
        return calx_output_no_memory(out_error, path);
    }
    set->files[set->count++] = file;
    return CALX_OK;
}

calx_status calx_output_set_commit(calx_output_set *set, calx_output_error *out_error)
{
    calx_status status = CALX_OK;

    if (set->committed)
        return refuse(out_error, CALX_E_STATE, set->count ? set->files[0].path : "",
                      "the outputs of this run were written before");
    set->committed = true;
    for (size_t i = 0; status == CALX_OK && i < set->count; i++)
        status = calx_output_file_stage(&set->files[i], out_error);
    for (size_t i = 0; status == CALX_OK && i < set->count; i++)
        status = calx_output_file_publish(&set->files[i], out_error);
    for (size_t i = 0; status != CALX_OK && i < set->count; i++)
        calx_output_file_discard(&set->files[i]);
    return status;
}
