// SPDX-License-Identifier: MIT
/*
 * Peers of connections; see peer.h.
 */
#include "os/peer.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
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
