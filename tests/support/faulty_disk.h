/*
 * A file system for SQLite that is the default one until it is told to fail. One at a time in a
 * process. Databases are opened with `uri=true&vfs=faulty` behind a `file:` name.
 */
#ifndef TESTS_SUPPORT_FAULTY_DISK_H
#define TESTS_SUPPORT_FAULTY_DISK_H

void faulty_disk_begin(void);
void faulty_disk_end(void);

/* From now on every read, write, sync and truncation answers this code; SQLITE_OK: as it should. */
void faulty_disk_fail(int code);

/* The same, once so many of them have gone well. */
void faulty_disk_fail_after(int code, long accesses);

/* The same for writes to the database file alone. */
void faulty_disk_fail_writes(int code);

#endif
