/*
 * Directories outside the project. The build compiles in where it found things; an installed
 * calx-gen looks beside itself first, so that it can be moved.
 */
#include "reader/places.h"

#include "base/buffer.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#ifndef CALX_INCLUDE_DIR
#define CALX_INCLUDE_DIR ""
#endif
#ifndef CALX_RESOURCE_DIR
#define CALX_RESOURCE_DIR ""
#endif
#ifndef CALX_CLANG_MAJOR
#define CALX_CLANG_MAJOR "NN"
#endif

bool calx_places_has(const char *directory, const char *file)
{
    calx_buffer path = CALX_BUFFER_INIT;
    calx_buffer_format(&path, "%s/%s", directory, file);
    struct stat facts;
    bool has = path.status == CALX_OK && stat(calx_buffer_text(&path), &facts) == 0 &&
               S_ISREG(facts.st_mode);
    calx_buffer_clear(&path);
    return has;
}

/* The directory above the one the program is in, as the system tells it. */
static bool find_prefix(char *out, size_t size)
{
    ssize_t length = readlink("/proc/self/exe", out, size - 1);
    if (length <= 0 || (size_t)length >= size - 1)
        return false;
    out[length] = '\0';
    for (int up = 0; up < 2; up++) {
        char *slash = strrchr(out, '/');
        if (slash == NULL)
            return false;
        *slash = '\0';
    }
    return true;
}

calx_status calx_places_include_dir(calx_arena *arena, const char *wish, const char **out_directory)
{
    static const char header[] = "calx/annotate.h";
    char prefix[4096];
    char installed[sizeof(prefix) + sizeof("/include")];
    installed[0] = '\0';
    if (find_prefix(prefix, sizeof(prefix)))
        snprintf(installed, sizeof(installed), "%s/include", prefix);
    const char *const candidates[] = { wish != NULL ? wish : installed,
                                       wish != NULL ? "" : CALX_INCLUDE_DIR };
    *out_directory = NULL;
    for (size_t i = 0; i < sizeof(candidates) / sizeof(candidates[0]); i++) {
        if (candidates[i][0] == '\0' || !calx_places_has(candidates[i], header))
            continue;
        *out_directory = calx_arena_text(arena, candidates[i], strlen(candidates[i]));
        return *out_directory != NULL ? CALX_OK : CALX_E_NOMEM;
    }
    return CALX_OK;
}

const char *calx_places_configured_resource_dir(void)
{
    return CALX_RESOURCE_DIR[0] != '\0' ? CALX_RESOURCE_DIR : NULL;
}

const char *calx_places_resource_package(void)
{
    return "libclang-common-" CALX_CLANG_MAJOR "-dev";
}
