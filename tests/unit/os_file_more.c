// SPDX-License-Identifier: MIT
/*
 * The seam's files, more: where a file is, other names, times, holes and copies.
 */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "harness/test.h"
#include "os/file-more.h"
#include "os/memory-more.h"
#include "os/os.h"

static const char *path_of(const char *name)
{
    static char paths[4][512];
    static unsigned turn;
    char *path = paths[turn++ % 4];

    snprintf(path, sizeof(paths[0]), "%s/%s", test_dir(), name);
    return path;
}

static int make(const char *name, const char *text)
{
    size_t done;
    int fd;

    require(nt_os_file_open(path_of(name), O_RDWR | O_CREAT | O_TRUNC, 0644, &fd) == 0);
    require(nt_os_file_write(fd, text, strlen(text), 0, &done) == 0 && done == strlen(text));
    return fd;
}

TEST(an_open_file_is_found_where_it_is, "")
{
    int fd = make("first", "x");
    char *path = NULL;

    ok_eq(nt_os_file_name(fd, &path), 0);
    ok_str_eq(path, path_of("first"));
    free(path);
    ok_eq(nt_os_rename(path_of("first"), path_of("second"), false), 0);
    ok_eq(nt_os_file_name(fd, &path), 0);
    ok_str_eq(path, path_of("second"));
    free(path);
    nt_os_close(fd);
}

TEST(a_deleted_file_is_not_taken_for_another, "")
{
    int fd = make("first", "x");
    char *path = (char *)"untouched";
    int trap;

    ok_eq(nt_os_file_unlink(path_of("first")), 0);
    ok_eq(nt_os_file_name(fd, &path), (uint64_t)-ENOENT);
    /* The kernel says "first (deleted)" of it, and now there is a file of that name. */
    trap = make("first (deleted)", "y");
    ok_eq(nt_os_file_name(fd, &path), (uint64_t)-ENOENT);
    ok_str_eq(path, "untouched");
    nt_os_close(trap);
    nt_os_close(fd);
}

TEST(a_rename_replaces_only_when_asked, "")
{
    int fd = make("first", "x");

    nt_os_close(make("second", "yy"));
    ok_eq(nt_os_rename(path_of("first"), path_of("second"), false), (uint64_t)-EEXIST);
    ok_eq(nt_os_rename(path_of("first"), path_of("second"), true), 0);
    ok_eq(nt_os_rename(path_of("first"), path_of("third"), true), (uint64_t)-ENOENT);
    ok_eq(nt_os_link(path_of("second"), path_of("third")), 0);
    ok_eq(nt_os_link(path_of("second"), path_of("third")), (uint64_t)-EEXIST);
    nt_os_close(fd);
}

TEST(times_and_modes_can_be_set_without_data_access, "")
{
    const struct timespec keep = {.tv_nsec = UTIME_OMIT}, then = {981173106, 789000000};
    int fd = make("first", "x"), path_fd;
    struct nt_os_times times;
    struct stat stat;

    require(nt_os_file_open(path_of("first"), O_PATH, 0, &path_fd) == 0);
    ok_eq(nt_os_file_set_times(path_fd, &keep, &then), 0);
    ok_eq(nt_os_file_times(path_fd, &times), 0);
    ok_eq(times.written.tv_sec, then.tv_sec);
    ok_eq(times.written.tv_nsec, then.tv_nsec);
    ok(times.read.tv_sec > then.tv_sec);
    ok_eq(nt_os_file_set_mode(path_fd, 0440), 0);
    ok_eq(nt_os_file_stat(fd, &stat), 0);
    ok_eq(stat.st_mode & 07777, 0440);
    nt_os_close(path_fd);
    nt_os_close(fd);
}

TEST(a_directory_knows_whether_it_is_empty, "")
{
    bool empty = false;
    int fd;

    ok_eq(nt_os_directory_make(path_of("folder")), 0);
    require(nt_os_file_open(path_of("folder"), O_PATH | O_DIRECTORY, 0, &fd) == 0);
    ok_eq(nt_os_directory_is_empty(fd, &empty), 0);
    ok(empty);
    nt_os_close(make("folder/file", "x"));
    ok_eq(nt_os_directory_is_empty(fd, &empty), 0);
    ok(!empty);
    nt_os_close(fd);
}

TEST(a_copy_stops_at_the_end, "")
{
    int from = make("first", "hello, world"), to = make("second", "");
    uint64_t done = 99;
    char text[32] = {0};
    size_t n;

    ok_eq(nt_os_file_copy(from, to, 0, 5, &done), 0);
    ok_eq(done, 5);
    ok_eq(nt_os_file_copy(from, to, 5, 1000, &done), 0);
    ok_eq(done, 7);
    ok_eq(nt_os_file_copy(from, to, 12, 1000, &done), 0);
    ok_eq(done, 0);
    ok_eq(nt_os_file_read(to, text, sizeof(text), 0, &n), 0);
    ok_str_eq(text, "hello, world");
    nt_os_close(from);
    nt_os_close(to);
}

/* What the kernel does not copy by itself is read and written. */
TEST(a_copy_from_a_pretended_file_works, "")
{
    int from, to = make("second", "");
    uint64_t done = 0;

    require(nt_os_file_open("/proc/self/stat", O_RDONLY, 0, &from) == 0);
    ok_eq(nt_os_file_copy(from, to, 0, 4096, &done), 0);
    ok(done > 0);
    nt_os_close(from);
    nt_os_close(to);
}

static int copy_with_a_limit(void *argument)
{
    const struct rlimit limit = {.rlim_cur = 8, .rlim_max = 8};
    int from = make("first", "hello, world"), to = make("second", "");
    uint64_t done = 0;

    (void)argument;
    signal(SIGXFSZ, SIG_DFL);
    require(setrlimit(RLIMIT_FSIZE, &limit) == 0);
    ok_eq(nt_os_file_copy(from, to, 0, 12, &done), 0);
    ok_eq(done, 8);
    ok_eq(nt_os_file_copy(from, to, 8, 12, &done), (uint64_t)-EFBIG);
    return 0;
}

TEST(a_copy_meets_the_limit_without_a_signal, "1.36")
{
    struct test_child child;

    require(test_child_fork(&child, copy_with_a_limit, NULL));
    ok_eq(test_child_wait(&child, 10000), 0);
}

TEST(locks_of_others_are_found, "")
{
    int fd = make("first", "x"), other;
    uint64_t from = 1, end = 1;

    require(nt_os_reopen(fd, O_RDWR, &other) == 0);
    ok_eq(nt_os_file_find_lock(fd, F_WRLCK, 0, 1000, &from, &end), (uint64_t)-ENOENT);
    ok_eq(nt_os_file_lock(other, F_RDLCK, 100, 50, false), 0);
    ok_eq(nt_os_file_find_lock(fd, F_RDLCK, 0, 1000, &from, &end), (uint64_t)-ENOENT);
    ok_eq(nt_os_file_find_lock(other, F_WRLCK, 0, 1000, &from, &end), (uint64_t)-ENOENT);
    ok_eq(nt_os_file_find_lock(fd, F_WRLCK, 0, 1000, &from, &end), 0);
    ok_eq(from, 100);
    ok_eq(end, 150);
    ok_eq(nt_os_file_lock(other, F_WRLCK, 100, 0, false), 0);
    ok_eq(nt_os_file_find_lock(fd, F_RDLCK, 0, 1000, &from, &end), 0);
    ok_eq(end, UINT64_MAX);
    nt_os_close(other);
    nt_os_close(fd);
}

/* --- threads ------------------------------------------------------------------------------- */

static bool open_and_allocate(int fd)
{
    int again = -1, folder = -1, memory = -1;
    bool empty = true, done;

    done = nt_os_reopen(fd, O_RDONLY, &again) == 0 &&
           nt_os_file_open(test_dir(), O_RDONLY | O_DIRECTORY, 0, &folder) == 0 &&
           nt_os_directory_is_empty(folder, &empty) == 0 && !empty &&
           nt_os_memfd_new("cancelled", 65536, 0, &memory) == 0 &&
           nt_os_memfd_allocate(memory, 0, 65536) == 0;
    nt_os_close(again);
    nt_os_close(folder);
    nt_os_close(memory);
    return done;
}

static void *work_though_cancelled(void *arg)
{
    int fd = *(int *)arg;

    pthread_cancel(pthread_self());
    if (nt_os_file_zero(fd, 0, 2) == 0 && nt_os_file_reserve(fd, 8192) == 0 &&
        open_and_allocate(fd))
        *(int *)arg = -1;
    pthread_testcancel();
    return NULL;
}

TEST(a_cancelled_thread_ends_what_it_does_with_files, "")
{
    int fd, state;
    char text[4] = "";
    void *result = NULL;
    pthread_t thread;
    size_t done;

    if (test_slowness() > 1) {
        skip("a sanitizer takes the unwinding of a cancelled thread for an error");
        return;
    }
    fd = state = make("blocks", "xyz");
    require(pthread_create(&thread, NULL, work_though_cancelled, &state) == 0);
    ok_eq(pthread_join(thread, &result), 0);
    ok_ptr_eq(result, PTHREAD_CANCELED);
    ok_eq(state, -1);
    ok_eq(nt_os_file_read(fd, text, 3, 0, &done), 0);
    ok_mem_eq(text, "\0\0z", 3);
    nt_os_close(fd);
}
