// SPDX-License-Identifier: MIT
/*
 * os: every descriptor that the seam gives is above 2 and CLOEXEC, whatever the program did to
 * its standard streams and its limits.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#include "harness/test.h"
#include "os/os.h"
#include "unit/broker_fixture.h"
#include "util/macro.h"

#define MAX_GIVEN 32

/* What one call of each kind gave. */
struct given {
    struct {
        const char *from;
        int fd;
    } list[MAX_GIVEN];
    size_t n;
    const char *failed; /* the first call that gave nothing */
};

static void add(struct given *given, const char *from, int r, const int *fd)
{
    if (r < 0) {
        if (!given->failed)
            given->failed = from;
        return;
    }
    given->list[given->n].from = from;
    given->list[given->n++].fd = *fd;
}

static char socket_path[120], directory_path[120], lock_path[120];

static void name_paths(void)
{
    snprintf(socket_path, sizeof(socket_path), "%s/socket", test_dir());
    snprintf(directory_path, sizeof(directory_path), "%s/private", test_dir());
    snprintf(lock_path, sizeof(lock_path), "%s/lock", test_dir());
}

static void ask_for_memory(struct given *given)
{
    int fd = -1, other = -1;

    add(given, "memfd", nt_os_memfd_new("test", 4096, 0, &fd), &fd);
    add(given, "reopen", nt_os_reopen(fd, O_RDONLY, &other), &other);
    add(given, "dup", nt_os_dup(fd, &other), &other);
}

static void ask_for_pipes(struct given *given)
{
    int read_fd = -1, write_fd = -1, reader = -1;
    int r = nt_os_pipe(&read_fd, &write_fd);

    add(given, "pipe, read end", r, &read_fd);
    add(given, "pipe, write end", r, &write_fd);
    r = nt_os_lease_new(&write_fd, &read_fd);
    add(given, "lease, write end", r, &write_fd);
    add(given, "lease, read end", r, &read_fd);
    add(given, "lease, reader", nt_os_lease_reader(write_fd, &reader), &reader);
}

static void ask_for_files(struct given *given)
{
    int fd = -1;
    uid_t uid;

    add(given, "directory", nt_os_private_dir(directory_path, &uid, &fd), &fd);
    add(given, "lock", nt_os_lock_file(lock_path, true, &fd), &fd);
}

static void ask_for_sockets(struct given *given)
{
    struct iovec part = {(void *)"x", 1};
    int listener = -1, near = -1, far = -1, fds[NT_OS_MAX_FDS];
    size_t size, n_fds = 0;
    char byte;

    add(given, "listen", nt_os_socket_listen(socket_path, &listener), &listener);
    add(given, "connect", nt_os_socket_connect(socket_path, &near), &near);
    add(given, "accept", nt_os_socket_accept(listener, &far), &far);
    fds[0] = fds[1] = listener;
    if (nt_os_socket_send(near, &part, 1, fds, 2, true) == 0 &&
        nt_os_socket_recv(far, &byte, 1, &size, fds, NT_OS_MAX_FDS, &n_fds, NULL, true) == 0 &&
        n_fds == 2) {
        add(given, "received", 0, &fds[0]);
        add(given, "received", 0, &fds[1]);
    } else {
        add(given, "received", -1, NULL);
    }
}

static void ask_for_everything(struct given *given)
{
    memset(given, 0, sizeof(*given));
    ask_for_memory(given);
    ask_for_pipes(given);
    ask_for_files(given);
    ask_for_sockets(given);
}

static void check_and_close(struct given *given)
{
    ok(!given->failed, "%s failed", given->failed);
    ok(given->n == 15, "%zu descriptors", given->n);
    for (size_t i = 0; i < given->n; i++) {
        int fd = given->list[i].fd;

        ok(fd > 2, "%s gave %d", given->list[i].from, fd);
        ok(fcntl(fd, F_GETFD) & FD_CLOEXEC, "%s is not CLOEXEC", given->list[i].from);
        nt_os_close(fd);
    }
    nt_os_drop_caches();
}

TEST(every_descriptor_is_cloexec, "")
{
    struct given given;

    name_paths();
    ask_for_everything(&given);
    check_and_close(&given);
}

/* A program may have closed its standard streams: what prints there must not meet our files. */
TEST(no_descriptor_is_a_standard_stream, "")
{
    unsigned before = fixture_count_fds();
    struct given given;
    int saved[3];

    name_paths();
    nt_os_drop_caches();
    fflush(NULL);
    for (int fd = 0; fd < 3; fd++) {
        saved[fd] = fcntl(fd, F_DUPFD_CLOEXEC, 100);
        close(fd);
    }
    ask_for_everything(&given);
    for (int fd = 0; fd < 3; fd++) {
        if (fcntl(fd, F_GETFD) >= 0)
            given.failed = "leaving the standard streams alone";
        dup2(saved[fd], fd);
        close(saved[fd]);
    }
    check_and_close(&given);
    ok_eq(fixture_count_fds(), before);
}

/* The soft limit at what is open already, so that there is no room for one more. */
static rlim_t leave_no_room(void)
{
    struct rlimit limit;
    int lowest = fcntl(0, F_DUPFD, 0);

    require(lowest >= 0 && getrlimit(RLIMIT_NOFILE, &limit) == 0);
    close(lowest);
    require((rlim_t)lowest + 64 < limit.rlim_max, "the hard limit leaves room");
    limit.rlim_cur = (rlim_t)lowest;
    require(setrlimit(RLIMIT_NOFILE, &limit) == 0);
    return limit.rlim_cur;
}

static rlim_t soft_limit(void)
{
    struct rlimit limit = {0, 0};

    getrlimit(RLIMIT_NOFILE, &limit);
    return limit.rlim_cur;
}

/* The checks that follow a case need descriptors too. */
static void raise_limit(void)
{
    struct rlimit limit;

    getrlimit(RLIMIT_NOFILE, &limit);
    limit.rlim_cur = limit.rlim_max;
    setrlimit(RLIMIT_NOFILE, &limit);
}

TEST(the_soft_limit_is_raised_when_it_is_met, "")
{
    struct rlimit limit;
    struct given given;

    name_paths();
    getrlimit(RLIMIT_NOFILE, &limit);
    leave_no_room();
    ask_for_everything(&given);
    ok_eq(soft_limit(), limit.rlim_max);
    check_and_close(&given);
}

/* Each kind of call meets the limit first. */
static void meets_the_limit_first(void (*ask)(struct given *given), const char *what)
{
    struct given given = {.n = 0};
    rlim_t low;

    nt_os_drop_caches();
    low = leave_no_room();
    ask(&given);
    ok(soft_limit() > low, "%s", what);
    ok(!given.failed, "%s: %s", what, given.failed);
    for (size_t i = 0; i < given.n; i++)
        nt_os_close(given.list[i].fd);
}

static void ask_for_maps(struct given *given)
{
    struct nt_os_vma vma;

    if (nt_os_vma_query((uint64_t)(uintptr_t)&soft_limit, &vma) < 0)
        given->failed = "the maps";
}

TEST(whatever_call_meets_the_limit_raises_it, "")
{
    name_paths();
    meets_the_limit_first(ask_for_files, "files");
    meets_the_limit_first(ask_for_maps, "maps");
    meets_the_limit_first(ask_for_memory, "memory");
    meets_the_limit_first(ask_for_pipes, "pipes");
    meets_the_limit_first(ask_for_sockets, "sockets");
    nt_os_drop_caches();
}

TEST(a_program_may_forbid_raising_the_limit, "")
{
    rlim_t low;
    int fd = -1, other = -1;

    setenv("NTSHM_NOFILE", "keep", 1);
    nt_os_drop_caches();
    low = leave_no_room();
    ok_eq((int64_t)nt_os_memfd_new("test", 4096, 0, &fd), (int64_t)-EMFILE);
    ok_eq((int64_t)nt_os_pipe(&fd, &other), (int64_t)-EMFILE);
    ok_eq((int64_t)nt_os_lease_new(&fd, &other), (int64_t)-EMFILE);
    ok_eq((int64_t)nt_os_dup(1, &fd), (int64_t)-EMFILE);
    ok_eq((int64_t)nt_os_reopen(1, O_RDONLY, &fd), (int64_t)-EMFILE);
    ok_eq((int64_t)nt_os_socket_connect("/nowhere", &fd), (int64_t)-EMFILE);
    ok_eq(soft_limit(), low);
    ok_eq((int64_t)fd, -1);
    ok_eq((int64_t)other, -1);
    raise_limit();
}

/* In a process of its own: nobody raises a hard limit again. */
static int meet_hard_limit(void *argument)
{
    struct rlimit limit;
    int fd = -1;

    (void)argument;
    limit.rlim_cur = limit.rlim_max = leave_no_room();
    require(setrlimit(RLIMIT_NOFILE, &limit) == 0);
    ok_eq((int64_t)nt_os_memfd_new("test", 4096, 0, &fd), (int64_t)-EMFILE);
    ok_eq((int64_t)fd, -1);
    return 0;
}

TEST(a_hard_limit_is_an_error, "")
{
    struct test_child child;

    require(test_child_fork(&child, meet_hard_limit, NULL));
    ok_eq(test_child_wait(&child, 10000), 0);
}

TEST(closing_nothing_is_allowed_and_errno_is_kept, "")
{
    int fd = -1;

    errno = ENOLCK;
    ok_eq((int64_t)nt_os_close(-1), -1);
    ok_eq(errno, ENOLCK);
    nt_os_closep(&fd);
    require(nt_os_dup(0, &fd) == 0);
    errno = ENOLCK;
    nt_os_closep(&fd);
    ok_eq((int64_t)fd, -1);
    ok_eq(errno, ENOLCK);
}

TEST(adopting_passes_errors_on, "")
{
    int fd = -5;

    errno = ENXIO;
    ok_eq((int64_t)nt_os_adopt_fd(-1, &fd), (int64_t)-ENXIO);
    ok_eq((int64_t)fd, -5);
}

/* --- directories and locks ------------------------------------------------------------------- */

TEST(a_private_directory_is_made_with_mode_0700, "")
{
    struct stat status;
    int fd = -1;
    uid_t uid;

    name_paths();
    umask(0);
    ok_eq(nt_os_private_dir(directory_path, &uid, &fd), 0);
    ok(fstat(fd, &status) == 0);
    ok_eq(status.st_mode & 07777, 0700);
    ok(S_ISDIR(status.st_mode));
    nt_os_close(fd);
    /* And found again. */
    ok_eq(nt_os_private_dir(directory_path, &uid, &fd), 0);
    nt_os_close(fd);
}

static void is_not_private(const char *path)
{
    int fd = -1;
    uid_t uid = 4242;

    ok_eq((int64_t)nt_os_private_dir(path, &uid, &fd), (int64_t)-EPERM);
    ok_eq((int64_t)fd, -1);
}

TEST(a_directory_open_to_others_is_refused, "")
{
    static const mode_t modes[] = {0701, 0710, 0704, 0740, 0777, 01777};

    name_paths();
    require(mkdir(directory_path, 0700) == 0);
    for (size_t i = 0; i < NT_ARRAY_SIZE(modes); i++) {
        chmod(directory_path, modes[i]);
        is_not_private(directory_path);
    }
}

TEST(what_is_no_directory_of_ours_is_refused, "")
{
    char link[160];
    uid_t uid = 0;
    int fd = -1;

    name_paths();
    require(mkdir(directory_path, 0700) == 0);
    snprintf(link, sizeof(link), "%s/link", test_dir());
    require(symlink(directory_path, link) == 0);
    is_not_private(link);
    fd = open(lock_path, O_CREAT | O_RDWR | O_CLOEXEC, 0600);
    close(fd);
    is_not_private(lock_path);
    if (geteuid() != 0)
        return;
    fd = -1;
    require(chown(directory_path, 4321, 4321) == 0);
    ok_eq((int64_t)nt_os_private_dir(directory_path, &uid, &fd), (int64_t)-EPERM);
    ok_eq(uid, 4321);
}

TEST(a_lock_is_held_by_one_description, "")
{
    int first = -1, second = -1;

    name_paths();
    ok_eq(nt_os_lock_file(lock_path, false, &first), 0);
    ok_eq((int64_t)nt_os_lock_file(lock_path, false, &second), (int64_t)-EWOULDBLOCK);
    ok_eq((int64_t)second, -1);
    first = nt_os_close(first);
    ok_eq(nt_os_lock_file(lock_path, false, &second), 0);
    nt_os_close(second);
}
