/*
 * Outputs of a run, in a directory of the test's own: what is rewritten and what is left alone,
 * that a failing run changes nothing and leaves nothing behind, and how names stand in a depfile.
 */
#define _XOPEN_SOURCE 700

#include "output/output.h"
#include "support/ration.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

enum { SOMEBODY_ELSE = 65534, LONG_AGO = 1000000000 };

/* The directory of one test, which is the working directory meanwhile. */
struct place {
    char directory[64];
    char before[4096];
};

static int enter_place(void **state)
{
    struct place *place = calloc(1, sizeof(*place));

    if (!place || !getcwd(place->before, sizeof(place->before)))
        return -1;
    strcpy(place->directory, "/tmp/calx-output-XXXXXX");
    if (!mkdtemp(place->directory) || chdir(place->directory) != 0)
        return -1;
    *state = place;
    return 0;
}

/* Counts the entries of a directory; removes them when asked to. */
static size_t count_entries(const char *directory, void (*each)(const char *path))
{
    DIR *stream = opendir(directory);
    size_t count = 0;

    assert_non_null(stream);
    for (struct dirent *entry = readdir(stream); entry; entry = readdir(stream)) {
        char path[512];

        if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
            continue;
        count++;
        snprintf(path, sizeof(path), "%s/%s", directory, entry->d_name);
        if (each)
            each(path);
    }
    closedir(stream);
    return count;
}

static void remove_any(const char *path)
{
    if (unlink(path) == 0 || errno == ENOENT)
        return;
    count_entries(path, remove_any);
    rmdir(path);
}

static int leave_place(void **state)
{
    struct place *place = *state;
    int failed;

    count_entries(".", remove_any);
    failed = chdir(place->before) != 0 || rmdir(place->directory) != 0;
    free(place);
    return failed;
}

static void make_file(const char *path, const char *text, mode_t mode)
{
    const struct timespec times[2] = { { .tv_sec = LONG_AGO }, { .tv_sec = LONG_AGO } };
    FILE *file = fopen(path, "w");

    assert_non_null(file);
    assert_int_equal(fputs(text, file) >= 0, 1);
    assert_int_equal(fclose(file), 0);
    assert_int_equal(chmod(path, mode), 0);
    assert_int_equal(utimensat(AT_FDCWD, path, times, 0), 0);
}

static void assert_holds(const char *path, const char *text)
{
    char bytes[256] = "";
    FILE *file = fopen(path, "r");
    size_t size;

    if (!file)
        fail_msg("%s is not there", path);
    size = fread(bytes, 1, sizeof(bytes) - 1, file);
    fclose(file);
    assert_int_equal(size, strlen(text));
    assert_string_equal(bytes, text);
}

static bool is_untouched(const char *path)
{
    struct stat found;

    assert_int_equal(stat(path, &found), 0);
    return found.st_mtime == LONG_AGO;
}

static calx_output_set *set_of(const char *path, const char *text, calx_output_when when)
{
    calx_output_set *set = calx_output_set_new();
    calx_output_error error;

    assert_non_null(set);
    assert_int_equal(calx_output_set_add(set, path, text, strlen(text), when, &error), CALX_OK);
    return set;
}

static void add(calx_output_set *set, const char *path, const char *text)
{
    calx_output_error error;

    assert_int_equal(
        calx_output_set_add(set, path, text, strlen(text), CALX_OUTPUT_WHEN_CHANGED, &error),
        CALX_OK);
}

static void commit(calx_output_set *set)
{
    calx_output_error error;

    if (calx_output_set_commit(set, &error) != CALX_OK)
        fail_msg("%s: %s", error.path, error.reason);
    calx_output_set_free(set);
}

/* Commits a set that cannot be written because of path, and frees it. */
static void fail_commit(calx_output_set *set, const char *path, const char *words)
{
    calx_output_error error;

    assert_int_equal(calx_output_set_commit(set, &error), CALX_E_IO);
    assert_string_equal(error.path, path);
    if (!strstr(error.reason, words))
        fail_msg("'%s' is not in '%s'", words, error.reason);
    calx_output_set_free(set);
}

static void a_new_file_is_written_as_the_umask_wants(void **state)
{
    struct stat found;
    const mode_t mask = umask(027);

    (void)state;
    commit(set_of("new.c", "int x;\n", CALX_OUTPUT_WHEN_CHANGED));
    umask(mask);
    assert_holds("new.c", "int x;\n");
    assert_int_equal(stat("new.c", &found), 0);
    assert_int_equal(found.st_mode & 07777, 0640);
    assert_int_equal(count_entries(".", NULL), 1);
}

static void a_file_with_the_same_bytes_is_not_touched(void **state)
{
    (void)state;
    make_file("same.c", "int x;\n", 0644);
    commit(set_of("same.c", "int x;\n", CALX_OUTPUT_WHEN_CHANGED));
    assert_true(is_untouched("same.c"));
    make_file("empty.c", "", 0644);
    commit(set_of("empty.c", "", CALX_OUTPUT_WHEN_CHANGED));
    assert_true(is_untouched("empty.c"));
}

static void a_file_that_differs_is_replaced_and_keeps_its_mode(void **state)
{
    static const char *const olds[] = { "int y;\n", "int x;\n ", "int x;", "" };
    struct stat found;

    (void)state;
    for (size_t i = 0; i < sizeof(olds) / sizeof(olds[0]); i++) {
        make_file("old.c", olds[i], 0604);
        commit(set_of("old.c", "int x;\n", CALX_OUTPUT_WHEN_CHANGED));
        assert_holds("old.c", "int x;\n");
        assert_false(is_untouched("old.c"));
        assert_int_equal(stat("old.c", &found), 0);
        assert_int_equal(found.st_mode & 07777, 0604);
    }
    assert_int_equal(count_entries(".", NULL), 1);
}

static void a_long_file_is_compared_to_its_end(void **state)
{
    enum { SIZE = 20000 };
    static char text[SIZE + 1];

    (void)state;
    memset(text, 'x', SIZE);
    make_file("long.c", text, 0644);
    commit(set_of("long.c", text, CALX_OUTPUT_WHEN_CHANGED));
    assert_true(is_untouched("long.c"));
    text[SIZE - 1] = 'y';
    commit(set_of("long.c", text, CALX_OUTPUT_WHEN_CHANGED));
    assert_false(is_untouched("long.c"));
}

static void what_is_always_written_gets_a_new_time(void **state)
{
    (void)state;
    make_file("x.d", "x.c: x.h\n", 0644);
    commit(set_of("x.d", "x.c: x.h\n", CALX_OUTPUT_ALWAYS));
    assert_false(is_untouched("x.d"));
    assert_holds("x.d", "x.c: x.h\n");
}

static void a_symbolic_link_stays_one(void **state)
{
    struct stat found;

    (void)state;
    assert_int_equal(mkdir("real", 0755), 0);
    make_file("real/x.c", "old", 0644);
    assert_int_equal(symlink("real/x.c", "link.c"), 0);
    commit(set_of("link.c", "new", CALX_OUTPUT_WHEN_CHANGED));
    assert_int_equal(lstat("link.c", &found), 0);
    assert_true(S_ISLNK(found.st_mode));
    assert_holds("real/x.c", "new");
    assert_int_equal(count_entries("real", NULL), 1);
}

static void a_failing_output_leaves_those_before_and_behind_it_alone(void **state)
{
    calx_output_set *set = set_of("first.h", "new", CALX_OUTPUT_WHEN_CHANGED);

    (void)state;
    make_file("first.h", "old", 0644);
    make_file("last.c", "old", 0644);
    add(set, "fresh.c", "new");
    add(set, "missing/second.c", "new");
    add(set, "last.c", "new");
    fail_commit(set, "missing/second.c",
                "cannot create a file in its directory: No such file or directory");
    assert_holds("first.h", "old");
    assert_true(is_untouched("first.h"));
    assert_true(is_untouched("last.c"));
    assert_int_equal(count_entries(".", NULL), 2);
}

static void a_path_that_is_no_file_is_an_error(void **state)
{
    (void)state;
    assert_int_equal(mkdir("dir", 0755), 0);
    fail_commit(set_of("dir", "x", CALX_OUTPUT_WHEN_CHANGED), "dir", "it is a directory");
    fail_commit(set_of("/dev/null", "x", CALX_OUTPUT_WHEN_CHANGED), "/dev/null",
                "it is no regular file");
    make_file("file", "x", 0644);
    fail_commit(set_of("file/x.c", "x", CALX_OUTPUT_WHEN_CHANGED), "file/x.c", "Not a directory");
    assert_int_equal(count_entries(".", NULL), 2);
}

static void a_directory_that_cannot_be_written_is_an_error(void **state)
{
    const struct place *place = *state;
    const bool is_root = geteuid() == 0;

    assert_int_equal(chmod(place->directory, 0755), 0);
    assert_int_equal(mkdir("dir", 0755), 0);
    make_file("dir/old.c", "old", 0666);
    assert_int_equal(chmod("dir", 0555), 0);
    if (is_root)
        assert_int_equal(seteuid(SOMEBODY_ELSE), 0);
    commit(set_of("dir/old.c", "old", CALX_OUTPUT_WHEN_CHANGED));
    fail_commit(set_of("dir/old.c", "new", CALX_OUTPUT_WHEN_CHANGED), "dir/old.c",
                "cannot create a file in its directory: Permission denied");
    if (is_root)
        assert_int_equal(seteuid(0), 0);
    assert_int_equal(chmod("dir", 0755), 0);
    assert_holds("dir/old.c", "old");
    assert_int_equal(count_entries("dir", NULL), 1);
}

/* The limit on the size of a file stands for a disk that is full: write() fails part of the way. */
static void a_disk_that_is_full_is_an_error(void **state)
{
    static char text[10000];
    calx_output_set *set = set_of("first.h", "new", CALX_OUTPUT_WHEN_CHANGED);
    struct rlimit before, small;
    calx_output_error error;
    calx_status status;
    void (*handler)(int);

    (void)state;
    make_file("first.h", "old", 0644);
    make_file("second.c", "old", 0644);
    memset(text, 'x', sizeof(text) - 1);
    add(set, "second.c", text);
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
    small = (struct rlimit){ .rlim_cur = 5000, .rlim_max = before.rlim_max };
    handler = signal(SIGXFSZ, SIG_IGN);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);
    status = calx_output_set_commit(set, &error);
    setrlimit(RLIMIT_FSIZE, &before);
    signal(SIGXFSZ, handler);
    assert_int_equal(status, CALX_E_IO);
    assert_string_equal(error.path, "second.c");
    assert_string_equal(error.reason, "cannot be written: File too large");
    assert_true(is_untouched("first.h"));
    assert_true(is_untouched("second.c"));
    assert_int_equal(count_entries(".", NULL), 2);
    calx_output_set_free(set);
}

static void two_outputs_of_one_name_are_an_error(void **state)
{
    calx_output_set *set = set_of("x.c", "a", CALX_OUTPUT_WHEN_CHANGED);
    calx_output_error error;

    (void)state;
    assert_int_equal(calx_output_set_add(set, "x.c", "b", 1, CALX_OUTPUT_ALWAYS, &error),
                     CALX_E_ARGUMENT);
    assert_string_equal(error.path, "x.c");
    assert_int_equal(calx_output_set_add(set, "", "b", 1, CALX_OUTPUT_ALWAYS, &error),
                     CALX_E_ARGUMENT);
    calx_output_set_free(set);
    assert_int_equal(count_entries(".", NULL), 0);
}

static void a_set_is_committed_once(void **state)
{
    calx_output_set *set = set_of("x.c", "a", CALX_OUTPUT_WHEN_CHANGED);
    calx_output_error error;

    (void)state;
    assert_int_equal(calx_output_set_commit(set, &error), CALX_OK);
    assert_int_equal(calx_output_set_commit(set, &error), CALX_E_STATE);
    calx_output_set_free(set);
}

static calx_status write_five(void)
{
    static const char *const paths[] = { "a", "b", "c", "d", "e" };
    calx_output_set *set = calx_output_set_new();
    calx_output_error error;
    calx_status status = set ? CALX_OK : CALX_E_NOMEM;

    for (size_t i = 0; status == CALX_OK && i < 5; i++)
        status = calx_output_set_add(set, paths[i], "new", 3, CALX_OUTPUT_WHEN_CHANGED, &error);
    if (status == CALX_OK)
        status = calx_output_set_commit(set, &error);
    calx_output_set_free(set);
    return status;
}

static void every_failing_allocation_leaves_the_outputs_alone(void **state)
{
    calx_status status = CALX_E_NOMEM;
    long allowed = 0;

    (void)state;
    make_file("a", "old", 0644);
    for (; status == CALX_E_NOMEM; allowed++) {
        ration account;

        assert_true(ration_start(&account, allowed));
        status = write_five();
        assert_int_equal(ration_stop(&account), 0);
        if (status == CALX_E_NOMEM) {
            assert_true(is_untouched("a"));
            assert_int_equal(count_entries(".", NULL), 1);
        }
    }
    assert_int_equal(status, CALX_OK);
    assert_true(allowed > 15);
    assert_holds("a", "new");
    assert_int_equal(count_entries(".", NULL), 5);
}

static void a_depfile_names_files_as_make_reads_them(void **state)
{
    static const char *const inputs[] = { "in.h",   "a b.h",   "a#b.h", "$HOME.h",
                                          "a\\b.h", "a\\ b.h", "C:x.h", "end\\" };
    calx_buffer out = CALX_BUFFER_INIT;
    calx_output_error error;

    (void)state;
    assert_int_equal(calx_output_depfile("out dir/x.c", inputs, 8, &out, &error), CALX_OK);
    assert_string_equal(calx_buffer_text(&out), "out\\ dir/x.c: \\\n"
                                                "  in.h \\\n"
                                                "  a\\ b.h \\\n"
                                                "  a\\#b.h \\\n"
                                                "  $$HOME.h \\\n"
                                                "  a\\b.h \\\n"
                                                "  a\\\\\\ b.h \\\n"
                                                "  C\\:x.h \\\n"
                                                "  end\\\\\n");
    calx_buffer_clear(&out);
}

static void a_depfile_without_inputs_names_the_target(void **state)
{
    calx_buffer out = CALX_BUFFER_INIT;
    calx_output_error error;

    (void)state;
    assert_int_equal(calx_output_depfile("x.c", NULL, 0, &out, &error), CALX_OK);
    assert_string_equal(calx_buffer_text(&out), "x.c:\n");
    calx_buffer_clear(&out);
}

static void a_depfile_without_memory_is_an_error(void **state)
{
    calx_buffer out = CALX_BUFFER_INIT;
    calx_output_error error;
    ration account;

    (void)state;
    assert_true(ration_start(&account, 0));
    assert_int_equal(calx_output_depfile("x.c", NULL, 0, &out, &error), CALX_E_NOMEM);
    calx_buffer_clear(&out);
    assert_int_equal(ration_stop(&account), 0);
    assert_string_equal(error.path, "x.c");
}

static void a_depfile_refuses_a_line_end_in_a_name(void **state)
{
    static const char *const inputs[] = { "in.h", "a\nb.h" };
    calx_buffer out = CALX_BUFFER_INIT;
    calx_output_error error;

    (void)state;
    assert_int_equal(calx_output_depfile("x.c", inputs, 2, &out, &error), CALX_E_DATA);
    assert_ptr_equal(error.path, inputs[1]);
    assert_int_equal(out.size, 0);
    calx_buffer_clear(&out);
}

#define IN_PLACE(test) cmocka_unit_test_setup_teardown(test, enter_place, leave_place)

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_PLACE(a_new_file_is_written_as_the_umask_wants),
        IN_PLACE(a_file_with_the_same_bytes_is_not_touched),
        IN_PLACE(a_file_that_differs_is_replaced_and_keeps_its_mode),
        IN_PLACE(a_long_file_is_compared_to_its_end),
        IN_PLACE(what_is_always_written_gets_a_new_time),
        IN_PLACE(a_symbolic_link_stays_one),
        IN_PLACE(a_failing_output_leaves_those_before_and_behind_it_alone),
        IN_PLACE(a_path_that_is_no_file_is_an_error),
        IN_PLACE(a_directory_that_cannot_be_written_is_an_error),
        IN_PLACE(a_disk_that_is_full_is_an_error),
        IN_PLACE(two_outputs_of_one_name_are_an_error),
        IN_PLACE(a_set_is_committed_once),
        IN_PLACE(every_failing_allocation_leaves_the_outputs_alone),
        cmocka_unit_test(a_depfile_names_files_as_make_reads_them),
        cmocka_unit_test(a_depfile_without_inputs_names_the_target),
        cmocka_unit_test(a_depfile_without_memory_is_an_error),
        cmocka_unit_test(a_depfile_refuses_a_line_end_in_a_name),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
