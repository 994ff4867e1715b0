// SPDX-License-Identifier: MIT
/*
 * Bells; see bell.h. They are eventfds.
 */
#include "os/bell.h"

#include <errno.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "os/fault.h"

int nt_os_bell_new(int *ret_fd)
{
    int fd;

    NT_OS_FAULT(NT_OS_PIPE);
    do
        fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    while (fd < 0 && errno == EMFILE && nt_os_more_fds());
    return nt_os_adopt_fd(fd, ret_fd);
}

void nt_os_bell_ring(int fd)
{
    int cancel_state = nt_os_hold_cancel();
    int saved_errno = errno;

    /* Full, it has rung already. */
    while (eventfd_write(fd, 1) < 0 && errno == EINTR)
        ;
    errno = saved_errno;
    nt_os_allow_cancel(cancel_state);
}

void nt_os_bell_hear(int fd)
{
    int cancel_state = nt_os_hold_cancel();
    int saved_errno = errno;
    eventfd_t count;

    while (eventfd_read(fd, &count) < 0 && errno == EINTR)
        ;
    errno = saved_errno;
    nt_os_allow_cancel(cancel_state);
}
