// SPDX-License-Identifier: MIT
/*
 * Directories that only one user may use, file locks, and starting a daemon.
 */
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "os/fault.h"
#include "util/macro.h"

extern char **environ;

int nt_os_private_dir(const char *path, uid_t *ret_uid, int *ret_fd)
{
    NT_CLEANUP(nt_os_closep) int fd = -1;
    struct stat status;
    int r;

    if (mkdir(path, 0700) < 0 && errno != EEXIST)
        return -errno;
    r = nt_os_open(path, O_PATH | O_DIRECTORY | O_NOFOLLOW, 0, &fd);
    if (r < 0)
        return r == -ELOOP || r == -ENOTDIR ? -EPERM : r;
    if (fstat(fd, &status) < 0)
        return -errno;
    if (status.st_uid != geteuid() || (status.st_mode & 0077)) {
        *ret_uid = status.st_uid;
        return -EPERM;
    }
    *ret_fd = nt_steal_fd(&fd);
    return 0;
}

int nt_os_shared_dir(const char *path, int *ret_fd)
{
    NT_CLEANUP(nt_os_closep) int fd = -1;
    struct stat status;
    int r;

    /* Under any umask. */
    if (mkdir(path, 0755) == 0 && chmod(path, 0755) < 0)
        return -errno;
    r = nt_os_open(path, O_PATH | O_DIRECTORY | O_NOFOLLOW, 0, &fd);
    if (r < 0)
        return r == -ELOOP || r == -ENOTDIR ? -EPERM : r;
    if (fstat(fd, &status) < 0)
        return -errno;
    if (status.st_uid != geteuid() || (status.st_mode & 0022))
        return -EPERM;
    *ret_fd = nt_steal_fd(&fd);
    return 0;
}

int nt_os_lock_file(const char *path, bool block, int *ret_fd)
{
    NT_CLEANUP(nt_os_closep) int fd = -1;
    int r;

    r = nt_os_open(path, O_RDWR | O_CREAT | O_NOFOLLOW, 0600, &fd);
    if (r < 0)
        return r;
    while (flock(fd, LOCK_EX | (block ? 0 : LOCK_NB)) < 0) {
        if (errno != EINTR)
            return -errno;
    }
    *ret_fd = nt_steal_fd(&fd);
    return 0;
}

#define NO_LOGIN UINT32_MAX

int nt_os_audit_session(pid_t pid, uint32_t *ret_session)
{
    NT_CLEANUP(nt_os_closep) int fd = -1;
    char path[64], text[16];
    unsigned long session;
    ssize_t n;

    snprintf(path, sizeof(path), "/proc/%d/sessionid", (int)pid);
    fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return -ENOENT;
    n = read(fd, text, sizeof(text) - 1);
    if (n <= 0)
        return -ENOENT;
    text[n] = '\0';
    session = strtoul(text, NULL, 10);
    if (session == NO_LOGIN)
        return -ENOENT;
    *ret_session = (uint32_t)session;
    return 0;
}

/*
 * The daemon's two ancestors run in our memory while we are held, so that a large program is not
 * copied. ThreadSanitizer takes clone() for a fork and loses track of our locks if memory is
 * shared: there it is copied, and a failed start shows at the end of the ready pipe.
 */
#ifdef __SANITIZE_THREAD__
#    define CHILD_FLAGS CLONE_VFORK
#else
#    define CHILD_FLAGS (CLONE_VM | CLONE_VFORK)
#endif

struct daemon {
    const char *const *argv;
    int keep_fd;
    void *stack_top; /* for the grandchild */
    int error;       /* written by the grandchild: it shares our memory */
};

/*
 * Both of these do nothing but system calls. The working directory, ignored signals, the signal
 * mask, the umask and the limits are put right by the daemon itself, first thing.
 */
static int run_daemon(void *argument)
{
    struct daemon *daemon = argument;
    int null;

    setsid();
    if (dup2(daemon->keep_fd, 3) < 0 || fcntl(3, F_SETFD, 0) < 0) /* it may be 3 already */
        _exit(127);
    null = open("/dev/null", O_RDWR);
    for (int fd = 0; fd < 3; fd++)
        dup2(null, fd);
    syscall(SYS_close_range, 4u, ~0u, 0u);
    execve(daemon->argv[0], (char *const *)daemon->argv, environ);
    daemon->error = errno;
    _exit(127);
}

static int run_parent_of_daemon(void *argument)
{
    struct daemon *daemon = argument;

    if (clone(run_daemon, daemon->stack_top, CHILD_FLAGS, daemon) < 0)
        daemon->error = errno;
    _exit(0);
}

#define SPAWN_STACK 16384

int nt_os_spawn_daemon(const char *const *argv, int keep_fd)
{
    _Alignas(16) char stacks[2][SPAWN_STACK];
    struct daemon daemon = {.argv = argv, .keep_fd = keep_fd, .stack_top = stacks[1] + SPAWN_STACK};
    sigset_t all, saved;
    pid_t child;
    int error;

    NT_OS_FAULT(NT_OS_SPAWN);
    /* A signal handler of the program must not run in a child that shares its memory. */
    sigfillset(&all);
    pthread_sigmask(SIG_BLOCK, &all, &saved);
    /* No exit signal: the program gets no SIGCHLD and its wait() does not find our child. */
    child = clone(run_parent_of_daemon, stacks[0] + SPAWN_STACK, CHILD_FLAGS, &daemon);
    error = child < 0 ? errno : daemon.error;
    pthread_sigmask(SIG_SETMASK, &saved, NULL);
    if (child < 0)
        return -error;
    while (waitpid(child, NULL, __WCLONE) < 0 && errno == EINTR)
        ;
    return -error;
}
