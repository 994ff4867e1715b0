// SPDX-License-Identifier: MIT
/*
 * Peers of connections; see peer.h.
 */
#include "os/peer.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "os/fault.h"
#include "os/system.h"
#include "util/macro.h"

#ifndef SO_PEERGROUPS
#    define SO_PEERGROUPS 59
#endif
#ifndef SO_PEERPIDFD
#    define SO_PEERPIDFD 77
#endif

#define NO_LOGIN UINT32_MAX

/* What the headers here may not know yet: ioctl PIDFD_GET_INFO, its first version. */
struct pidfd_owner_info {
    uint64_t mask, cgroup;
    uint32_t pid, tgid, ppid, ruid, rgid, euid, egid, suid, sgid, fsuid, fsgid;
    int32_t exit_code;
};
#define GET_OWNER_INFO   _IOWR(0xFF, 11, struct pidfd_owner_info)
#define INFO_PID         1u
#define INFO_CREDENTIALS 2u

int nt_os_socket_peer_groups(int fd, gid_t **ret_groups, size_t *ret_n_groups)
{
    NT_CLEANUP(nt_freep) gid_t *groups = NULL;
    socklen_t size = 0;

    NT_OS_FAULT(NT_OS_CREDENTIALS);
    while (getsockopt(fd, SOL_SOCKET, SO_PEERGROUPS, groups, &size) < 0) {
        if (errno != ERANGE)
            return -errno;
        free(groups);
        groups = malloc(size);
        if (!groups)
            return -ENOMEM;
    }
    *ret_n_groups = size / sizeof(*groups);
    *ret_groups = groups;
    groups = NULL;
    return 0;
}

int nt_os_socket_peer_pidfd(int fd, int *ret_pidfd)
{
    int pidfd = -1;
    socklen_t size = sizeof(pidfd);

    NT_OS_FAULT(NT_OS_CREDENTIALS);
    if (getsockopt(fd, SOL_SOCKET, SO_PEERPIDFD, &pidfd, &size) < 0)
        return -errno;
    return nt_os_adopt_fd(pidfd, ret_pidfd);
}

bool nt_os_pidfd_is_alive(int pidfd)
{
    struct pollfd poll_fd = {.fd = pidfd, .events = POLLIN};
    int n;

    do
        n = poll(&poll_fd, 1, 0);
    while (n < 0 && errno == EINTR);
    return n == 0;
}

/* The kernel's name for it; a file's would begin with a slash. Nothing is asked of a descriptor
 * that may be anything. */
bool nt_os_pidfd_is(int fd)
{
    char path[64], name[32];
    ssize_t n;

    snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
    n = readlink(path, name, sizeof(name) - 1);
    if (n < 0)
        return false;
    name[n] = '\0';
    return strcmp(name, "anon_inode:[pidfd]") == 0 || strncmp(name, "pidfd:[", 7) == 0;
}

int nt_os_pidfd_pid(int pidfd, pid_t *ret_pid)
{
    char path[64], text[1024];
    const char *at;
    long pid;

    NT_OS_FAULT(NT_OS_CREDENTIALS);
    if (!nt_os_pidfd_is(pidfd))
        return -EBADF;
    snprintf(path, sizeof(path), "/proc/self/fdinfo/%d", pidfd);
    if (nt_os_read_text(path, text, sizeof(text)) < 0)
        return -ESRCH;
    at = strstr(text, "\nPid:");
    pid = at ? strtol(at + strlen("\nPid:"), NULL, 10) : -1;
    if (pid <= 0)
        return -ESRCH;
    *ret_pid = (pid_t)pid;
    return 0;
}

int nt_os_pidfd_kill(int pidfd)
{
    NT_OS_FAULT(NT_OS_KILL);
    return syscall(SYS_pidfd_send_signal, pidfd, SIGKILL, NULL, 0) < 0 ? -errno : 0;
}

/* The numbers behind "\nKey:"; false when there are fewer. */
static bool read_numbers(const char *text, const char *key, unsigned long *numbers, size_t n)
{
    const char *at = strstr(text, key);
    char *end;

    if (!at)
        return false;
    at += strlen(key);
    for (size_t i = 0; i < n; i++) {
        numbers[i] = strtoul(at, &end, 10);
        if (end == at)
            return false;
        at = end;
    }
    return true;
}

/* Linux 6.13: one call. */
static int ask_owner(int pidfd, struct nt_os_owner *owner)
{
    struct pidfd_owner_info info = {.mask = INFO_PID | INFO_CREDENTIALS};

    if (!nt_os_pidfd_is(pidfd))
        return -EBADF;
    if (ioctl(pidfd, GET_OWNER_INFO, &info) < 0)
        return -errno;
    if ((info.mask & (INFO_PID | INFO_CREDENTIALS)) != (INFO_PID | INFO_CREDENTIALS) ||
        info.tgid == 0)
        return -ESRCH;
    *owner = (struct nt_os_owner){.real = info.ruid,
                                  .effective = info.euid,
                                  .saved = info.suid,
                                  .pid = (pid_t)info.tgid,
                                  .parent = (pid_t)info.ppid};
    return 0;
}

/* Before that, its number's entry. */
static int read_owner(int pidfd, struct nt_os_owner *owner)
{
    unsigned long uids[3], parent;
    char path[64], text[4096];
    pid_t pid;
    int r = nt_os_pidfd_pid(pidfd, &pid);

    if (r < 0)
        return r;
    snprintf(path, sizeof(path), "/proc/%d/status", (int)pid);
    r = nt_os_read_text(path, text, sizeof(text));
    /* The name of the program, which comes first, holds no line break. */
    if (r < 0 || !read_numbers(text, "\nUid:", uids, 3) ||
        !read_numbers(text, "\nPPid:", &parent, 1))
        return nt_os_pidfd_is_alive(pidfd) ? -EACCES : -ESRCH;
    *owner = (struct nt_os_owner){.real = (uid_t)uids[0],
                                  .effective = (uid_t)uids[1],
                                  .saved = (uid_t)uids[2],
                                  .pid = pid,
                                  .parent = (pid_t)parent};
    return 0;
}

int nt_os_pidfd_owner(int pidfd, struct nt_os_owner *ret_owner)
{
    struct nt_os_owner owner;
    int r;

    NT_OS_FAULT(NT_OS_CREDENTIALS);
    r = ask_owner(pidfd, &owner);
    if (r < 0 && r != -EBADF && r != -ESRCH)
        r = read_owner(pidfd, &owner);
    if (r < 0)
        return r;
    /* What was said of its number was said of it. */
    if (!nt_os_pidfd_is_alive(pidfd))
        return -ESRCH;
    *ret_owner = owner;
    return 0;
}

int nt_os_audit_login(pid_t pid, uid_t *ret_uid)
{
    char path[64], text[16];
    unsigned long uid;

    snprintf(path, sizeof(path), "/proc/%d/loginuid", (int)pid);
    if (nt_os_read_text(path, text, sizeof(text)) < 0)
        return -ENOENT;
    uid = strtoul(text, NULL, 10);
    if (uid == NO_LOGIN)
        return -ENOENT;
    *ret_uid = (uid_t)uid;
    return 0;
}
