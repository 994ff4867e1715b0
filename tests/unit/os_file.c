// SPDX-License-Identifier: MIT
/*
 * os/file: bytes, lengths and locks, the file size limit, full disks, and each call failing.
 */
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/time.h>
#include <unistd.h>

#include "harness/test.h"
#include "os/file-more.h"
#include "os/os.h"
#include "util/macro.h"

static const char *path_of(const char *leaf)
{
    static char path[512];

    snprintf(path, sizeof(path), "%s/%s", test_dir(), leaf);
    return path;
}

static int new_file(const char *leaf)
{
    int fd = -1;

    require(nt_os_file_open(path_of(leaf), O_RDWR | O_CREAT | O_EXCL, 0600, &fd) == 0);
    return fd;
}

static uint64_t size_of(int fd)
{
    uint64_t size = ~0ull;

    ok_eq(nt_os_file_size(fd, &size), 0);
    return size;
}

/* --- bytes --------------------------------------------------------------------------------- */

TEST(descriptors_of_files_are_high_and_closed_by_exec, "")
{
    int saved = fcntl(0, F_DUPFD_CLOEXEC, 3);
    int fd;

    close(0);
    fd = new_file("high");
    ok(fd > 2);
    ok_eq(fcntl(fd, F_GETFD), FD_CLOEXEC);
    nt_os_close(fd);
    if (saved >= 0) {
        dup2(saved, 0);
        close(saved);
    }
}

TEST(bytes_go_to_the_offset_the_position_or_the_end, "")
{
    int fd = new_file("bytes");
    uint64_t position = 9;
    char text[16] = "";
    size_t done = 0;

    ok_eq(nt_os_file_write(fd, "abcdef", 6, NT_OS_FILE_POSITION, &done), 0);
    ok_eq(done, 6);
    ok_eq(nt_os_file_write(fd, "XY", 2, 1, &done), 0);
    ok_eq(nt_os_file_seek(fd, 0, SEEK_CUR, &position), 0);
    ok_eq(position, 6);
    ok_eq(nt_os_file_seek(fd, 2, SEEK_SET, NULL), 0);
    ok_eq(nt_os_file_write(fd, "end", 3, NT_OS_FILE_END, &done), 0);
    ok_eq(nt_os_file_seek(fd, 0, SEEK_CUR, &position), 0);
    ok_eq(position, 9);
    ok_eq(nt_os_file_read(fd, text, sizeof(text), 0, &done), 0);
    ok_eq(done, 9);
    ok_str_eq(text, "aXYdefend");
    ok_eq(nt_os_file_read(fd, text, sizeof(text), 9, &done), 0);
    ok_eq(done, 0);
    ok_eq(nt_os_file_read(fd, text, 1, INT64_MAX + 1ull, &done), -EINVAL);
    ok_eq(nt_os_file_write(fd, text, 1, INT64_MAX + 1ull, &done), -EINVAL);
    nt_os_close(fd);
}

static void ignore_signal(int signal)
{
    (void)signal;
}

static void feed(void *arg)
{
    const char *text = "late";
    int fd = *(int *)arg;

    for (const char *at = text; *at; at++) {
        test_pause();
        ok_eq(write(fd, at, 1), 1);
    }
    close(fd);
}

TEST(a_non_blocking_description_is_waited_for, "")
{
    struct test_thread thread;
    char text[8] = "";
    size_t done = 0, total = 0;
    int fds[2];

    require(pipe2(fds, O_CLOEXEC | O_NONBLOCK) == 0);
    test_thread_start(&thread, feed, &fds[1]);
    do {
        ok_eq(nt_os_file_read(fds[0], text + total, 4 - total, NT_OS_FILE_POSITION, &done), 0);
        total += done;
    } while (done && total < 4);
    ok_str_eq(text, "late");
    test_thread_join(&thread);
    close(fds[0]);
}

/* More than the pipe holds, through a non-blocking end, with a reader that takes its time. */
static void drain(void *arg)
{
    char bytes[4096];
    ssize_t n;

    do {
        n = read(*(int *)arg, bytes, sizeof(bytes));
        test_pause();
    } while (n > 0 || (n < 0 && errno == EINTR));
}

TEST(a_full_pipe_is_waited_for, "")
{
    static char bytes[200000];
    struct test_thread thread;
    size_t done = 0;
    int fds[2];

    require(pipe2(fds, O_CLOEXEC) == 0 && fcntl(fds[1], F_SETFL, O_NONBLOCK) == 0);
    test_thread_start(&thread, drain, &fds[0]);
    ok_eq(nt_os_pipe_write(fds[1], bytes, sizeof(bytes), &done), 0);
    ok_eq(done, sizeof(bytes));
    close(fds[1]);
    test_thread_join(&thread);
    close(fds[0]);
}

TEST(a_broken_pipe_raises_no_signal_and_takes_no_foreign_one, "")
{
    sigset_t set, pending;
    size_t done = 0;
    int fds[2];

    require(pipe2(fds, O_CLOEXEC) == 0);
    close(fds[0]);
    signal(SIGPIPE, SIG_DFL);
    ok_eq(nt_os_pipe_write(fds[1], "x", 1, &done), -EPIPE);
    sigpending(&pending);
    ok(!sigismember(&pending, SIGPIPE));

    /* One that was waiting already is the program's. */
    sigemptyset(&set);
    sigaddset(&set, SIGPIPE);
    sigprocmask(SIG_BLOCK, &set, NULL);
    pthread_kill(pthread_self(), SIGPIPE);
    ok_eq(nt_os_pipe_write(fds[1], "x", 1, &done), -EPIPE);
    sigpending(&pending);
    ok(sigismember(&pending, SIGPIPE));
    signal(SIGPIPE, SIG_IGN);
    sigprocmask(SIG_UNBLOCK, &set, NULL);
    close(fds[1]);
}

/* Cancelled already; acted upon where the program says so, and not in the middle of a call. */
static void *write_though_cancelled(void *arg)
{
    int *fds = arg;
    size_t done = 0;

    pthread_cancel(pthread_self());
    if (nt_os_pipe_write(fds[1], "x", 1, &done) == 0 && done == 1)
        fds[0] = -1;
    pthread_testcancel();
    return NULL;
}

TEST(a_cancelled_thread_ends_its_write_to_a_pipe, "")
{
    void *result = NULL;
    pthread_t thread;
    int fds[2], ends[2];

    if (test_slowness() > 1) {
        skip("a sanitizer takes the unwinding of a cancelled thread for an error");
        return;
    }
    require(pipe2(fds, O_CLOEXEC) == 0);
    memcpy(ends, fds, sizeof(ends));
    require(pthread_create(&thread, NULL, write_though_cancelled, ends) == 0);
    ok_eq(pthread_join(thread, &result), 0);
    ok_ptr_eq(result, PTHREAD_CANCELED);
    ok_eq(ends[0], -1);
    close(fds[0]);
    close(fds[1]);
}

/* --- the limit ----------------------------------------------------------------------------- */

static void set_limit(rlim_t bytes)
{
    struct rlimit limit;

    require(getrlimit(RLIMIT_FSIZE, &limit) == 0);
    limit.rlim_cur = bytes;
    require(setrlimit(RLIMIT_FSIZE, &limit) == 0);
}

/* SIGXFSZ is left at its default: the case would be killed. */
TEST(above_the_size_limit_is_efbig_and_no_signal, "")
{
    static const char bytes[100];
    int fd = new_file("limited"), appends = -1;
    size_t done = 0;

    signal(SIGXFSZ, SIG_DFL);
    set_limit(4096);
    ok_eq(nt_os_file_write(fd, bytes, 100, 4050, &done), 0);
    ok_eq(done, 46);
    ok_eq(nt_os_file_write(fd, bytes, 1, 4096, &done), -EFBIG);
    ok_eq(nt_os_file_write(fd, bytes, 1, NT_OS_FILE_END, &done), -EFBIG);
    ok_eq(nt_os_file_seek(fd, 5000, SEEK_SET, NULL), 0);
    ok_eq(nt_os_file_write(fd, bytes, 1, NT_OS_FILE_POSITION, &done), -EFBIG);
    ok_eq(nt_os_file_open(path_of("limited"), O_WRONLY | O_APPEND, 0, &appends), 0);
    ok_eq(nt_os_file_write(appends, bytes, 1, NT_OS_FILE_POSITION, &done), -EFBIG);
    nt_os_close(appends);
    ok_eq(nt_os_file_resize(fd, 4097), -EFBIG);
    ok_eq(nt_os_file_allocate(fd, 4096, 8192), -EFBIG);
    ok_eq(size_of(fd), 4096);

    /* What is above it already may become shorter, and stay so. */
    set_limit(10);
    ok_eq(nt_os_file_resize(fd, 100), 0);
    ok_eq(nt_os_file_write(fd, bytes, 0, 100, &done), 0);
    ok_eq(nt_os_file_resize(fd, 101), -EFBIG);
    set_limit(RLIM_INFINITY);
    nt_os_close(fd);
}

TEST(what_is_no_regular_file_has_no_size_limit, "")
{
    size_t done = 0;
    int fd = -1, fds[2];

    require(pipe2(fds, O_CLOEXEC) == 0);
    ok_eq(nt_os_file_open("/dev/null", O_WRONLY, 0, &fd), 0);
    set_limit(0);
    ok_eq(nt_os_file_write(fd, "x", 1, NT_OS_FILE_POSITION, &done), 0);
    ok_eq(done, 1);
    ok_eq(nt_os_pipe_write(fds[1], "x", 1, &done), 0);
    set_limit(RLIM_INFINITY);
    nt_os_close(fd);
    close(fds[0]);
    close(fds[1]);
}

/* --- lengths ------------------------------------------------------------------------------- */

TEST(sizes_that_no_file_has_are_too_big, "")
{
    int fd = new_file("big"), r;

    ok_eq(nt_os_file_resize(fd, UINT64_MAX), -EFBIG);
    ok_eq(nt_os_file_allocate(fd, 0, UINT64_MAX), -EFBIG);
    r = nt_os_file_allocate(fd, 0, INT64_MAX);
    ok(r == -EFBIG || r == -ENOSPC, "%d", r); /* where files have no limit, as in tmpfs */
    ok_eq(size_of(fd), 0);
    nt_os_close(fd);
}

TEST(allocating_gives_room_and_leaves_what_is_there, "")
{
    int fd = new_file("room");
    struct stat stat;
    char text[4] = "";
    size_t done = 0;

    ok_eq(nt_os_file_write(fd, "abc", 3, 0, &done), 0);
    ok_eq(nt_os_file_allocate(fd, 3, 1 << 20), 0);
    ok_eq(size_of(fd), 1 << 20);
    ok_eq(nt_os_file_stat(fd, &stat), 0);
    ok(stat.st_blocks * 512 >= 1 << 20, "%lld blocks", (long long)stat.st_blocks);
    ok_eq(nt_os_file_read(fd, text, 3, 0, &done), 0);
    ok_str_eq(text, "abc");
    /* Never shorter, not even when somebody else made it longer meanwhile. */
    ok_eq(nt_os_file_allocate(fd, 3, 4096), 0);
    ok_eq(size_of(fd), 1 << 20);
    ok_eq(nt_os_file_allocate(fd, 100, 100), 0);
    nt_os_close(fd);
}

/* A small real file system: allocation fails in the middle. */
TEST(a_full_disk_leaves_length_and_room_as_they_were, "1.34")
{
    const char *folder = path_of("small");
    struct stat before, after;
    char path[600];
    int fd = -1;

    require(mkdir(folder, 0700) == 0);
    if (mount("ntshm-test", folder, "tmpfs", 0, "size=1m") < 0)
        skip("cannot mount: errno %d", errno);
    snprintf(path, sizeof(path), "%s/file", path_of("small"));
    ok_eq(nt_os_file_open(path, O_RDWR | O_CREAT, 0600, &fd), 0);
    ok_eq(nt_os_file_allocate(fd, 0, 65536), 0);
    ok_eq(nt_os_file_stat(fd, &before), 0);
    ok_eq(nt_os_file_allocate(fd, 65536, 4 << 20), -ENOSPC);
    ok_eq(nt_os_file_stat(fd, &after), 0);
    ok_eq(after.st_size, before.st_size);
    ok_eq(after.st_blocks, before.st_blocks);
    ok_eq(nt_os_file_allocate(fd, 65536, 131072), 0);
    nt_os_close(fd);
    ok(umount(path_of("small")) == 0);
}

/* Signals make tmpfs undo a long allocation; it must come to an end all the same. */
TEST(allocating_ends_under_a_storm_of_signals, "")
{
    struct sigaction action = {.sa_handler = ignore_signal};
    struct itimerval storm = {.it_interval = {.tv_usec = 300}, .it_value = {.tv_usec = 300}};
    int fd = memfd_create("storm", MFD_CLOEXEC);

    require(fd >= 0 && sigaction(SIGALRM, &action, NULL) == 0);
    require(setitimer(ITIMER_REAL, &storm, NULL) == 0);
    ok_eq(nt_os_file_allocate(fd, 0, 96 << 20), 0);
    storm.it_interval.tv_usec = storm.it_value.tv_usec = 0;
    setitimer(ITIMER_REAL, &storm, NULL);
    ok_eq(size_of(fd), 96 << 20);
    close(fd);
}

/* --- locks --------------------------------------------------------------------------------- */

TEST(locks_belong_to_the_description_and_are_seen_by_others, "")
{
    int one = new_file("locked"), two = -1, copy = -1;
    uint64_t found = 0, end = 0;

    ok_eq(nt_os_file_open(path_of("locked"), O_RDWR, 0, &two), 0);
    ok_eq(nt_os_file_lock(one, F_RDLCK, 100, 10, false), 0);
    ok_eq(nt_os_file_find_lock(one, F_WRLCK, 100, 10, &found, &end), -ENOENT); /* one's own */
    ok_eq(nt_os_file_find_lock(two, F_RDLCK, 100, 10, &found, &end), -ENOENT);
    ok_eq(nt_os_file_find_lock(two, F_WRLCK, 105, 1, &found, &end), 0);
    ok_eq(found, 100);
    ok_eq(nt_os_file_lock(two, F_WRLCK, 105, 1, false), -EAGAIN);
    ok_eq(nt_os_dup(one, &copy), 0);
    nt_os_close(one);
    ok_eq(nt_os_file_lock(two, F_WRLCK, 105, 1, false), -EAGAIN);
    nt_os_close(copy);
    ok_eq(nt_os_file_lock(two, F_WRLCK, 105, 1, true), 0);
    ok_eq(nt_os_file_lock(two, F_UNLCK, 105, 1, false), 0);
    ok_eq(nt_os_file_lock(two, F_RDLCK, INT64_MAX, 2, false), -EINVAL);
    ok_eq(nt_os_file_lock(two, F_RDLCK, UINT64_MAX, 0, false), -EINVAL);
    nt_os_close(two);
}

/* --- faults -------------------------------------------------------------------------------- */

static enum nt_os_call failing;

static int fail_that(enum nt_os_call call)
{
    return call == failing ? EIO : 0;
}

/* Each call has its point, and tells its error. */
TEST(each_file_call_can_be_made_to_fail, "")
{
    int fd = new_file("fails"), other = -1;
    struct stat stat;
    uint64_t value = 0;
    size_t done = 0;
    char *path = NULL;
    char byte = 0;

#define FAILS(call, expression)     \
    do {                            \
        failing = NT_OS_##call;     \
        nt_os_set_fault(fail_that); \
        ok_eq((expression), -EIO);  \
        nt_os_set_fault(NULL);      \
    } while (0)
    FAILS(OPEN, nt_os_file_open(path_of("fails"), O_RDONLY, 0, &other));
    ok_eq(other, -1);
    FAILS(STAT, nt_os_file_stat(fd, &stat));
    FAILS(STAT, nt_os_file_stat_path(path_of("fails"), true, &stat));
    FAILS(STAT, nt_os_file_size(fd, &value));
    FAILS(STAT, nt_os_file_flags(fd, &other));
    FAILS(READ, nt_os_file_read(fd, &byte, 1, 0, &done));
    FAILS(WRITE, nt_os_file_write(fd, &byte, 1, 0, &done));
    FAILS(WRITE, nt_os_pipe_write(fd, &byte, 1, &done));
    FAILS(SEEK, nt_os_file_seek(fd, 0, SEEK_SET, NULL));
    FAILS(FTRUNCATE, nt_os_file_resize(fd, 1));
    FAILS(ALLOCATE, nt_os_file_allocate(fd, 0, 1));
    FAILS(SYNC, nt_os_file_sync(fd));
    FAILS(MSYNC, nt_os_msync(&byte, 1, true));
    FAILS(LOCK, nt_os_file_lock(fd, F_RDLCK, 0, 1, false));
    FAILS(LOCK, nt_os_file_find_lock(fd, F_RDLCK, 0, 1, &value, &value));
    FAILS(UNLINK, nt_os_file_unlink(path_of("fails")));
    FAILS(UNLINK, nt_os_directory_remove(path_of("fails")));
    FAILS(MKDIR, nt_os_directory_make(path_of("folder")));
    FAILS(CHMOD, nt_os_file_chmod(path_of("fails"), 0600));
    FAILS(CWD, nt_os_directory_current(&path));
    FAILS(CWD, nt_os_directory_change("/"));
#undef FAILS
    ok_ptr_eq(path, NULL);
    ok_eq(size_of(fd), 0);
    nt_os_close(fd);
}

TEST(a_directory_that_was_removed_is_no_current_one, "")
{
    char *path = NULL;

    ok_eq(nt_os_directory_make(path_of("gone")), 0);
    ok_eq(nt_os_directory_change(path_of("gone")), 0);
    ok_eq(nt_os_directory_current(&path), 0);
    ok_str_eq(path, path_of("gone"));
    free(path);
    path = NULL;
    ok_eq(nt_os_directory_remove(path_of("gone")), 0);
    ok_eq(nt_os_directory_current(&path), -ENOENT);
    ok_ptr_eq(path, NULL);
    ok_eq(nt_os_directory_change("/"), 0);
}
