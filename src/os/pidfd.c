// SPDX-License-Identifier: MIT
/*
 * Processes by descriptor; see pidfd.h. What /proc says of a number is of the process only if the
 * number was still its own afterwards: who asks about a pidfd's process looks again.
 */
#include "os/pidfd.h"

#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "os/fault.h"
#include "os/peer.h"
#include "os/remote.h"
#include "os/system.h"
#include "util/macro.h"

#ifndef P_PIDFD
#    define P_PIDFD 3
#endif

/* What the headers here may not know yet: ioctl PIDFD_GET_INFO, its first version. */
struct pidfd_info_v0 {
    uint64_t mask, cgroup;
    uint32_t pid, tgid, ppid, ids[8];
    int32_t exit_code;
};
#define GET_INFO      _IOWR(0xFF, 11, struct pidfd_info_v0)
#define INFO_EXIT     8u

#define NS_PER_SECOND 1000000000ull

int nt_os_pidfd_open(pid_t pid, int *ret_pidfd)
{
    int fd;

    NT_OS_FAULT(NT_OS_PIDFD);
    do
        fd = (int)syscall(SYS_pidfd_open, pid, 0);
    while (fd < 0 && errno == EMFILE && nt_os_more_fds());
    /* EINVAL, or since Linux 6.13 ENOENT: the number is a thread's. */
    if (fd < 0 && (errno == EINVAL || errno == ENOENT))
        return -ESRCH;
    return nt_os_adopt_fd(fd, ret_pidfd);
}

int nt_os_pidfd_signal(int pidfd, int signal_number)
{
    NT_OS_FAULT(NT_OS_KILL);
    return syscall(SYS_pidfd_send_signal, pidfd, signal_number, NULL, 0) < 0 ? -errno : 0;
}

int nt_os_pidfd_wait(int pidfd, uint64_t deadline_ns)
{
    struct pollfd poll_fd = {.fd = pidfd, .events = POLLIN};
    int cancel_state = nt_os_hold_cancel();
    int n;

    do {
        uint64_t now = deadline_ns && deadline_ns != UINT64_MAX ? nt_os_now_ns() : 0;
        uint64_t left = deadline_ns > now ? deadline_ns - now : 0;
        struct timespec time = {(time_t)(left / NS_PER_SECOND), (long)(left % NS_PER_SECOND)};

        n = ppoll(&poll_fd, 1, deadline_ns == UINT64_MAX ? NULL : &time, NULL);
    } while (n < 0 && errno == EINTR);
    nt_os_allow_cancel(cancel_state);
    return n == 0 ? -ETIMEDOUT : n < 0 ? -errno : 0;
}

static int reap(idtype_t kind, id_t id, struct nt_os_exit *ret_exit)
{
    siginfo_t info = {0};
    int r;

    /* __WALL: a child that never came to exec has no signal for its parent. */
    do
        r = waitid(kind, id, &info, WEXITED | WNOHANG | __WALL);
    while (r < 0 && errno == EINTR);
    if (r < 0)
        return -errno;
    if (info.si_pid == 0)
        return -EAGAIN;
    ret_exit->by_signal = info.si_code != CLD_EXITED;
    ret_exit->code = info.si_status;
    return 0;
}

int nt_os_pidfd_reap(int pidfd, struct nt_os_exit *ret_exit)
{
    return reap((idtype_t)P_PIDFD, (id_t)pidfd, ret_exit);
}

int nt_os_child_reap(pid_t pid, uint64_t started)
{
    struct nt_os_exit ended;
    uint64_t now;
    int r = nt_os_process_began(pid, &now);

    if (r < 0 || now != started)
        return -ECHILD;
    return reap(P_PID, (id_t)pid, &ended);
}

/* --- /proc ---------------------------------------------------------------------------------- */

#define STAT_SIZE 1024

/* The fields of stat behind the name, which begin with the state (field 3). */
static int read_stat(pid_t pid, char *text, const char **ret_fields)
{
    char path[64], *end;

    snprintf(path, sizeof(path), "/proc/%d/stat", (int)pid);
    if (nt_os_read_text(path, text, STAT_SIZE) < 0)
        return -ESRCH;
    end = strrchr(text, ')');
    if (!end || end[1] != ' ')
        return -ESRCH;
    *ret_fields = end + 2;
    return 0;
}

/* Field @number, as proc(5) counts them. */
static const char *stat_field(const char *fields, unsigned number)
{
    for (unsigned i = 3; i < number; i++) {
        fields = strchr(fields, ' ');
        if (!fields)
            return "0";
        fields++;
    }
    return fields;
}

int nt_os_process_times(pid_t pid, struct nt_os_process_times *ret_times)
{
    char text[STAT_SIZE], path[64];
    const char *fields;
    struct stat stat_;
    int r = read_stat(pid, text, &fields);

    if (r < 0)
        return r;
    snprintf(path, sizeof(path), "/proc/%d", (int)pid);
    if (stat(path, &stat_) < 0)
        return -ESRCH;
    *ret_times = (struct nt_os_process_times){
        .started = strtoull(stat_field(fields, 22), NULL, 10),
        .user = strtoull(stat_field(fields, 14), NULL, 10),
        .kernel = strtoull(stat_field(fields, 15), NULL, 10),
        .parent = (pid_t)strtol(stat_field(fields, 4), NULL, 10),
        .nice = (int)strtol(stat_field(fields, 19), NULL, 10),
        .group = stat_.st_gid,
    };
    return 0;
}

/* Of a process that has ended and that nobody has reaped. */
static int exit_of_zombie(int pidfd, int *ret_status)
{
    char text[STAT_SIZE];
    const char *fields;
    pid_t pid;
    int r = nt_os_pidfd_pid(pidfd, &pid);

    if (r == 0)
        r = read_stat(pid, text, &fields);
    if (r == 0 && *fields != 'Z')
        r = -ESRCH;
    if (r == 0)
        *ret_status = (int)strtol(stat_field(fields, 52), NULL, 10);
    /* Was the number its own until now? */
    return r < 0 ? r : nt_os_pidfd_signal(pidfd, 0);
}

int nt_os_pidfd_exit(int pidfd, struct nt_os_exit *ret_exit)
{
    struct pidfd_info_v0 info = {.mask = INFO_EXIT};
    int status;

    if (nt_os_pidfd_wait(pidfd, 0) < 0)
        return -EAGAIN;
    /* Who reaps it between the two questions is met by the second. */
    if (exit_of_zombie(pidfd, &status) < 0) {
        if (ioctl(pidfd, GET_INFO, &info) < 0 || !(info.mask & INFO_EXIT))
            return -ENODATA;
        status = info.exit_code;
    }
    ret_exit->by_signal = WIFSIGNALED(status);
    ret_exit->code = ret_exit->by_signal ? WTERMSIG(status) : WEXITSTATUS(status);
    return 0;
}

int nt_os_process_image(pid_t pid, char **ret_path)
{
    NT_CLEANUP(nt_freep) char *path = malloc(PATH_MAX);
    char name[64];
    ssize_t n;

    if (!path)
        return -ENOMEM;
    snprintf(name, sizeof(name), "/proc/%d/exe", (int)pid);
    n = readlink(name, path, PATH_MAX - 1);
    if (n < 0)
        return errno == ENOENT ? -ESRCH : -errno;
    path[n] = '\0';
    *ret_path = NT_STEAL(path);
    return 0;
}

int nt_os_process_set_nice(pid_t pid, int nice)
{
    return setpriority(PRIO_PROCESS, (id_t)pid, nice) < 0 ? -errno : 0;
}
