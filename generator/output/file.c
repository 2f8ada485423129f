/*
 * One output on its way to the disk. The temporary file lies in the directory of the target, since
 * a rename is only atomic there, and it is created with the caller's umask; a target that exists
 * gives it its mode. Whoever fails leaves the temporary file to calx_output_file_discard().
 */
#define _XOPEN_SOURCE 700

#include "output/file.h"

#include "base/allocator.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { TEMPORARY_TRIES = 1000, READ_SIZE = 8192 };

/* The present errno as the reason, behind what could not be done. */
static calx_status system_failed(const calx_output_file *file, const char *what,
                                 calx_output_error *error)
{
    error->path = file->path;
    snprintf(error->reason, sizeof(error->reason), "%s: %s", what, strerror(errno));
    return CALX_E_IO;
}

calx_status calx_output_no_memory(calx_output_error *error, const char *path)
{
    error->path = path;
    snprintf(error->reason, sizeof(error->reason), "memory ran out");
    return CALX_E_NOMEM;
}

static calx_status check_kind(const calx_output_file *file, mode_t mode, calx_output_error *error)
{
    if (S_ISREG(mode))
        return CALX_OK;
    error->path = file->path;
    snprintf(error->reason, sizeof(error->reason), "cannot be written: it is %s",
             S_ISDIR(mode) ? "a directory" : "no regular file");
    return CALX_E_IO;
}

/* Finds out what is there, and what a symbolic link leads to. */
static calx_status look(calx_output_file *file, calx_output_error *error)
{
    char resolved[PATH_MAX];
    const char *target = file->path;
    struct stat link, found;
    calx_status status;

    if (stat(file->path, &found) == 0) {
        status = check_kind(file, found.st_mode, error);
        if (status != CALX_OK)
            return status;
        file->exists = true;
        file->mode = found.st_mode & 07777;
        if (lstat(file->path, &link) != 0)
            return system_failed(file, "cannot be looked at", error);
        if (S_ISLNK(link.st_mode))
            target = realpath(file->path, resolved);
        if (!target)
            return system_failed(file, "cannot be looked at", error);
    } else if (errno != ENOENT) {
        return system_failed(file, "cannot be looked at", error);
    }
    file->target = calx_strdup_text(target);
    return file->target ? CALX_OK : calx_output_no_memory(error, file->path);
}

/* Reads until the buffer is full or the file ends; -1: cannot be read. */
static ssize_t read_full(int descriptor, char *bytes, size_t size)
{
    size_t done = 0;

    while (done < size) {
        const ssize_t count = read(descriptor, bytes + done, size - done);

        if (count == 0)
            break;
        if (count < 0 && errno != EINTR)
            return -1;
        if (count > 0)
            done += (size_t)count;
    }
    return (ssize_t)done;
}

/* A file that cannot be read counts as different: it can still be replaced. */
static bool has_bytes(const calx_output_file *file)
{
    const int descriptor = open(file->target, O_RDONLY | O_CLOEXEC);
    char bytes[READ_SIZE];
    size_t done = 0;
    bool same = descriptor >= 0;

    while (same) {
        const ssize_t count = read_full(descriptor, bytes, sizeof(bytes));

        same = count >= 0 && (size_t)count <= file->size - done &&
               memcmp(bytes, file->bytes + done, (size_t)count) == 0;
        if (!same || count == 0)
            break;
        done += (size_t)count;
    }
    if (descriptor >= 0)
        close(descriptor);
    return same && done == file->size;
}

/* Opens a file that was not there before; file->temporary is set when it is. */
static calx_status create_temporary(calx_output_file *file, int *out_descriptor,
                                    calx_output_error *error)
{
    const char *slash = strrchr(file->target, '/');
    const int directory_size = slash ? (int)(slash - file->target) + 1 : 0;

    for (int try = 0; try < TEMPORARY_TRIES; try++) {
        calx_buffer name = CALX_BUFFER_INIT;
        char *text;
        int failure;

        calx_buffer_format(&name, "%.*s.calx-%ld-%d.tmp", directory_size, file->target,
                           (long)getpid(), try);
        if (calx_buffer_finish(&name, &text, NULL) != CALX_OK)
            return calx_output_no_memory(error, file->path);
        *out_descriptor = open(text, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
        if (*out_descriptor >= 0) {
            file->temporary = text;
            return CALX_OK;
        }
        failure = errno;
        calx_release(text);
        errno = failure;
        if (failure != EEXIST)
            break;
    }
    return system_failed(file, "cannot create a file in its directory", error);
}

static bool write_all(int descriptor, const char *bytes, size_t size)
{
    while (size > 0) {
        const ssize_t count = write(descriptor, bytes, size);

        if (count < 0 && errno != EINTR)
            return false;
        if (count > 0) {
            bytes += count;
            size -= (size_t)count;
        }
    }
    return true;
}

static calx_status write_temporary(calx_output_file *file, calx_output_error *error)
{
    calx_status status;
    int descriptor = -1;

    status = create_temporary(file, &descriptor, error);
    if (status != CALX_OK)
        return status;
    if (file->exists && fchmod(descriptor, file->mode) != 0)
        status = system_failed(file, "its mode cannot be kept", error);
    else if (!write_all(descriptor, file->bytes, file->size))
        status = system_failed(file, "cannot be written", error);
    if (close(descriptor) != 0 && status == CALX_OK)
        status = system_failed(file, "cannot be written", error);
    return status;
}

calx_status calx_output_file_stage(calx_output_file *file, calx_output_error *error)
{
    calx_status status = look(file, error);

    if (status != CALX_OK)
        return status;
    if (file->when == CALX_OUTPUT_WHEN_CHANGED && file->exists && has_bytes(file))
        return CALX_OK;
    return write_temporary(file, error);
}

calx_status calx_output_file_publish(calx_output_file *file, calx_output_error *error)
{
    if (!file->temporary)
        return CALX_OK;
    if (rename(file->temporary, file->target) != 0)
        return system_failed(file, "cannot be replaced", error);
    calx_release(file->temporary);
    file->temporary = NULL;
    return CALX_OK;
}

void calx_output_file_discard(calx_output_file *file)
{
    if (file->temporary)
        unlink(file->temporary);
    calx_release(file->temporary);
    file->temporary = NULL;
}

void calx_output_file_clear(calx_output_file *file)
{
    calx_output_file_discard(file);
    calx_release(file->target);
    calx_release(file->bytes);
    calx_release(file->path);
    *file = (calx_output_file){ 0 };
}
