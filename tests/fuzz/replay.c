/*
 * Runs a fuzz target over the files named on the command line, and over all files in the
 * directories named there. So the corpus and the inputs of past failures are ordinary tests, with
 * any compiler. The name of each file is printed before it runs: the last one is the guilty one.
 * With --mutants N in front, N mutants of each file run as well.
 */
#define _XOPEN_SOURCE 700

#include "fuzz.h"
#include "mutants.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

static long mutants;

/* The bytes of a file in memory of exactly their size, so that reading past the end shows. */
static uint8_t *read_file(const char *path, size_t *out_size)
{
    FILE *file = fopen(path, "rb");
    uint8_t *bytes = NULL;
    long size;

    if (!file)
        return NULL;
    if (fseek(file, 0, SEEK_END) != 0 || (size = ftell(file)) < 0 || fseek(file, 0, SEEK_SET) != 0)
        goto out;
    bytes = malloc(size ? (size_t)size : 1);
    if (bytes && fread(bytes, 1, (size_t)size, file) != (size_t)size) {
        free(bytes);
        bytes = NULL;
    }
    *out_size = (size_t)size;
out:
    fclose(file);
    return bytes;
}

static int replay_file(const char *path)
{
    size_t size = 0;
    uint8_t *bytes = read_file(path, &size);

    if (!bytes) {
        perror(path);
        return -1;
    }
    puts(path);
    fflush(stdout);
    LLVMFuzzerTestOneInput(bytes, size);
    if (mutants > 0 && !run_mutants(bytes, size, mutants)) {
        free(bytes);
        return -1;
    }
    free(bytes);
    return 1;
}

/* How many files were run; -1: one could not be read. */
static int replay(const char *path)
{
    struct dirent **entries = NULL;
    struct stat found;
    int files = 0, count;

    if (stat(path, &found) != 0 || !S_ISDIR(found.st_mode))
        return replay_file(path);
    count = scandir(path, &entries, NULL, alphasort);
    for (int i = 0; i < count; i++) {
        char below[4096];

        if (files >= 0 && entries[i]->d_name[0] != '.') {
            const int length = snprintf(below, sizeof(below), "%s/%s", path, entries[i]->d_name);
            const int more = length < (int)sizeof(below) ? replay(below) : -1;

            files = more < 0 ? -1 : files + more;
        }
        free(entries[i]);
    }
    free(entries);
    return count < 0 ? -1 : files;
}

int main(int count, char **arguments)
{
    int files = 0, first = 1;

    if (count > 2 && strcmp(arguments[1], "--mutants") == 0) {
        mutants = strtol(arguments[2], NULL, 10);
        first = 3;
    }
    for (int i = first; i < count; i++) {
        const int more = replay(arguments[i]);

        if (more < 0)
            return EXIT_FAILURE;
        files += more;
    }
    if (files == 0) {
        fprintf(stderr, "usage: %s FILE-OR-DIRECTORY...: nothing to run was found\n", arguments[0]);
        return EXIT_FAILURE;
    }
    printf("%d inputs\n", files);
    return EXIT_SUCCESS;
}
