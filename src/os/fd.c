// SPDX-License-Identifier: MIT
/*
 * Descriptors: always CLOEXEC, always above 2 (a program may have closed its standard streams,
 * and what then writes to "stderr" must not write into a section). The soft limit is raised
 * only when one of our own calls meets EMFILE. One descriptor is kept for speed: an O_PATH one
 * of /proc/self/fd, through which a description is made anew.
 */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "os/fault.h"
#include "os/page-watch.h"
#include "util/log.h"
#include "util/macro.h"

_Atomic(int (*)(enum nt_os_call)) nt_os_fault;

static _Atomic int proc_fd = -1;
static _Atomic rlim_t first_nofile = RLIM_INFINITY; /* before it was raised */

void nt_os_set_fault(int (*fault)(enum nt_os_call call))
{
    atomic_store(&nt_os_fault, fault);
}

int nt_os_close(int fd)
{
    int saved_errno = errno;
    int cancel_state;

    if (fd < 0)
        return -1;
    cancel_state = nt_os_hold_cancel();
    /* Linux frees the descriptor even when close() says EINTR: never again. */
    close(fd);
    nt_os_allow_cancel(cancel_state);
    errno = saved_errno;
    return -1;
}

void nt_os_closep(int *fd)
{
    *fd = nt_os_close(*fd);
}

bool nt_os_more_fds(void)
{
    const char *keep = secure_getenv("NTSHM_NOFILE");
    rlim_t unknown = RLIM_INFINITY;
    struct rlimit limit;

    if (keep && strcmp(keep, "keep") == 0)
        return false;
    if (getrlimit(RLIMIT_NOFILE, &limit) < 0 || limit.rlim_cur >= limit.rlim_max) {
        nt_log(NT_LOG_ERROR, "out of file descriptors: RLIMIT_NOFILE is %llu and cannot be raised",
               (unsigned long long)limit.rlim_cur);
        return false;
    }
    atomic_compare_exchange_strong(&first_nofile, &unknown, limit.rlim_cur);
    limit.rlim_cur = limit.rlim_max;
    return setrlimit(RLIMIT_NOFILE, &limit) == 0;
}

rlim_t nt_os_first_nofile(void)
{
    return atomic_load(&first_nofile);
}

int nt_os_adopt_fd(int fd, int *ret_fd)
{
    int high;

    if (fd < 0)
        return -errno;
    if (fd > 2) {
        *ret_fd = fd;
        return 0;
    }

    high = fcntl(fd, F_DUPFD_CLOEXEC, 3);
    if (high < 0 && errno == EMFILE && nt_os_more_fds())
        high = fcntl(fd, F_DUPFD_CLOEXEC, 3);
    if (high < 0) {
        int error = -errno;

        nt_os_close(fd);
        return error;
    }
    nt_os_close(fd);
    *ret_fd = high;
    return 0;
}

int nt_os_open(const char *path, int flags, mode_t mode, int *ret_fd)
{
    int cancel_state = nt_os_hold_cancel();
    int fd, r;

    do
        fd = open(path, flags | O_CLOEXEC, mode);
    while (fd < 0 && (errno == EINTR || (errno == EMFILE && nt_os_more_fds())));
    r = nt_os_adopt_fd(fd, ret_fd);
    nt_os_allow_cancel(cancel_state);
    return r;
}

int nt_os_dup(int fd, int *ret_fd)
{
    int copy;

    NT_OS_FAULT(NT_OS_DUP);
    copy = fcntl(fd, F_DUPFD_CLOEXEC, 3);
    if (copy < 0 && errno == EMFILE && nt_os_more_fds())
        copy = fcntl(fd, F_DUPFD_CLOEXEC, 3);
    if (copy < 0)
        return -errno;
    *ret_fd = copy;
    return 0;
}

int nt_os_pipe(int *ret_read, int *ret_write)
{
    NT_CLEANUP(nt_os_closep) int read_fd = -1;
    int ends[2];
    int r;

    NT_OS_FAULT(NT_OS_PIPE);
    while (pipe2(ends, O_CLOEXEC) < 0) {
        if (errno != EMFILE || !nt_os_more_fds())
            return -errno;
    }
    r = nt_os_adopt_fd(ends[0], &read_fd);
    if (r < 0) {
        nt_os_close(ends[1]);
        return r;
    }
    r = nt_os_adopt_fd(ends[1], ret_write);
    if (r < 0)
        return r;
    *ret_read = nt_steal_fd(&read_fd);
    return 0;
}

int nt_os_proc_fd(void)
{
    int fd = atomic_load(&proc_fd);
    int expected = -1;
    int r;

    if (fd >= 0)
        return fd;
    r = nt_os_open("/proc/self/fd", O_PATH | O_DIRECTORY, 0, &fd);
    if (r < 0)
        return r;
    if (!atomic_compare_exchange_strong(&proc_fd, &expected, fd)) {
        nt_os_close(fd);
        return expected;
    }
    return fd;
}

int nt_os_reopen(int fd, int flags, int *ret_fd)
{
    char name[16];
    int directory, again, cancel_state;

    NT_OS_FAULT(NT_OS_REOPEN);
    directory = nt_os_proc_fd();
    if (directory < 0)
        return directory;
    snprintf(name, sizeof(name), "%d", fd);
    cancel_state = nt_os_hold_cancel();
    do
        again = openat(directory, name, flags | O_CLOEXEC);
    while (again < 0 && (errno == EINTR || (errno == EMFILE && nt_os_more_fds())));
    nt_os_allow_cancel(cancel_state);
    return nt_os_adopt_fd(again, ret_fd);
}

void nt_os_drop_caches(void)
{
    nt_os_close(atomic_exchange(&proc_fd, -1));
    nt_os_drop_maps();
}

void nt_os_forget_caches(void)
{
    /* /proc/self is of the process that opened it: a child's kept one is its parent's. */
    nt_os_close(atomic_exchange(&proc_fd, -1));
    nt_os_forget_maps();
    nt_os_forget_terminal();
    nt_os_forget_watch();
    nt_os_forget_tids();
}
