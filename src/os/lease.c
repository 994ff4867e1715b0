// SPDX-License-Identifier: MIT
/*
 * Leases: a name lives exactly as long as some read end of its pipe is open anywhere. The
 * kernel counts: CloseHandle, exit, SIGKILL and exec all close, and then the write end, which
 * only the broker has, reports POLLERR. A 4 KiB pipe takes one page of the user's pipe quota
 * instead of sixteen.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include "os/fault.h"
#include "util/macro.h"

int nt_os_lease_new(int *ret_write, int *ret_read)
{
    NT_CLEANUP(nt_os_closep) int write_fd = -1;
    NT_CLEANUP(nt_os_closep) int read_fd = -1;
    int ends[2];
    int r;

    NT_OS_FAULT(NT_OS_PIPE);
    while (pipe2(ends, O_CLOEXEC | O_NONBLOCK) < 0) {
        if (errno != EMFILE || !nt_os_more_fds())
            return -errno;
    }
    r = nt_os_adopt_fd(ends[0], &read_fd);
    if (r < 0) {
        nt_os_close(ends[1]);
        return r;
    }
    r = nt_os_adopt_fd(ends[1], &write_fd);
    if (r < 0)
        return r;

    /* Nothing is ever written, so a size that the kernel refuses is no failure. */
    (void)fcntl(write_fd, F_SETPIPE_SZ, 4096);
    if (fchmod(write_fd, 0400) < 0)
        return -errno;
    *ret_write = nt_steal_fd(&write_fd);
    *ret_read = nt_steal_fd(&read_fd);
    return 0;
}

int nt_os_lease_reader(int write_fd, int *ret_read)
{
    return nt_os_reopen(write_fd, O_RDONLY | O_NONBLOCK, ret_read);
}

bool nt_os_lease_is_dead(int write_fd)
{
    struct pollfd poll_fd = {.fd = write_fd};
    int r;

    do
        r = poll(&poll_fd, 1, 0);
    while (r < 0 && errno == EINTR);
    return r > 0 && (poll_fd.revents & (POLLERR | POLLNVAL));
}
