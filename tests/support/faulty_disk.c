/*
 * The shim: each kind of file gets a copy of its own methods, with those replaced that can fail.
 */
#include "support/faulty_disk.h"

#include <sqlite3.h>
#include <stddef.h>

enum { MAIN_FILES, OTHER_FILES, KINDS };

static sqlite3_vfs disk;
static sqlite3_vfs *real_disk;
static sqlite3_io_methods faulty[KINDS]; /* the database's methods lock, a journal's do not */
static const sqlite3_io_methods *real[KINDS];
static int all_fail, writes_fail;
static long passing; /* accesses before all fail */

static const sqlite3_io_methods *methods_of(const sqlite3_file *file)
{
    return real[file->pMethods == &faulty[MAIN_FILES] ? MAIN_FILES : OTHER_FILES];
}

static int trouble(void)
{
    if (all_fail == SQLITE_OK || passing <= 0)
        return all_fail;
    passing--;
    return SQLITE_OK;
}

static int faulty_read(sqlite3_file *file, void *data, int size, sqlite3_int64 offset)
{
    int code = trouble();
    return code != SQLITE_OK ? code : methods_of(file)->xRead(file, data, size, offset);
}

static int faulty_write(sqlite3_file *file, const void *data, int size, sqlite3_int64 offset)
{
    if (writes_fail != SQLITE_OK && file->pMethods == &faulty[MAIN_FILES])
        return writes_fail;
    int code = trouble();
    return code != SQLITE_OK ? code : methods_of(file)->xWrite(file, data, size, offset);
}

static int faulty_truncate(sqlite3_file *file, sqlite3_int64 size)
{
    int code = trouble();
    return code != SQLITE_OK ? code : methods_of(file)->xTruncate(file, size);
}

static int faulty_sync(sqlite3_file *file, int flags)
{
    int code = trouble();
    return code != SQLITE_OK ? code : methods_of(file)->xSync(file, flags);
}

static int faulty_open(sqlite3_vfs *vfs, const char *name, sqlite3_file *file, int flags,
                       int *out_flags)
{
    (void)vfs;
    int code = real_disk->xOpen(real_disk, name, file, flags, out_flags);
    if (code != SQLITE_OK || file->pMethods == NULL)
        return code;
    size_t kind = (flags & SQLITE_OPEN_MAIN_DB) != 0 ? MAIN_FILES : OTHER_FILES;
    real[kind] = file->pMethods;
    faulty[kind] = *file->pMethods;
    faulty[kind].xRead = faulty_read;
    faulty[kind].xWrite = faulty_write;
    faulty[kind].xTruncate = faulty_truncate;
    faulty[kind].xSync = faulty_sync;
    file->pMethods = &faulty[kind];
    return code;
}

void faulty_disk_begin(void)
{
    real_disk = sqlite3_vfs_find(NULL);
    disk = *real_disk;
    disk.zName = "faulty";
    disk.xOpen = faulty_open;
    disk.pNext = NULL;
    all_fail = writes_fail = SQLITE_OK;
    (void)sqlite3_vfs_register(&disk, 0);
}

void faulty_disk_end(void)
{
    (void)sqlite3_vfs_unregister(&disk);
}

void faulty_disk_fail(int code)
{
    faulty_disk_fail_after(code, 0);
}

void faulty_disk_fail_after(int code, long accesses)
{
    all_fail = code;
    passing = accesses;
}

void faulty_disk_fail_writes(int code)
{
    writes_fail = code;
}
