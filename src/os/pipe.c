// SPDX-License-Identifier: MIT
/*
 * A look into a pipe is tee() into another one, which is then read; into a socket it is MSG_PEEK.
 */
#include "os/pipe.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "os/fault.h"
#include "os/os.h"
#include "util/macro.h"

void nt_os_pipe_set_room(int fd, size_t size)
{
    int has = fcntl(fd, F_GETPIPE_SZ);

    if (has >= 0 && size > (size_t)has && size <= 0x40000000u)
        fcntl(fd, F_SETPIPE_SZ, (int)size);
}

static int read_all(int fd, unsigned char *buffer, size_t size, size_t *ret_done)
{
    size_t done = 0;

    while (done < size) {
        ssize_t n = read(fd, buffer + done, size - done);

        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return -errno;
        done += (size_t)n;
    }
    *ret_done = done;
    return 0;
}

/* What tee() copies is no more than the other pipe holds, so nothing here waits. */
static int peek_pipe(int fd, void *buffer, size_t size, size_t *ret_done)
{
    NT_CLEANUP(nt_os_closep) int read_fd = -1;
    NT_CLEANUP(nt_os_closep) int write_fd = -1;
    int r = nt_os_pipe(&read_fd, &write_fd);
    ssize_t n;

    if (r < 0)
        return r;
    nt_os_pipe_set_room(write_fd, size);
    do {
        n = tee(fd, write_fd, size, SPLICE_F_NONBLOCK);
    } while (n < 0 && errno == EINTR);
    if (n < 0 && errno == EAGAIN)
        n = 0;
    if (n < 0)
        return -errno;
    return read_all(read_fd, buffer, (size_t)n, ret_done);
}

static int peek_socket(int fd, void *buffer, size_t size, size_t *ret_done)
{
    ssize_t n;

    do {
        n = recv(fd, buffer, size, MSG_PEEK | MSG_DONTWAIT);
    } while (n < 0 && errno == EINTR);
    if (n < 0 && errno != EAGAIN)
        return errno == ENOTSOCK ? -EINVAL : -errno;
    *ret_done = n < 0 ? 0 : (size_t)n;
    return 0;
}

/* Whether the other side is gone: what lies there can still be read. */
static bool is_hung_up(int fd)
{
    struct pollfd look = {.fd = fd, .events = POLLIN};
    int n;

    do {
        n = poll(&look, 1, 0);
    } while (n < 0 && errno == EINTR);
    return n > 0 && (look.revents & POLLHUP);
}

int nt_os_pipe_peek(int fd, void *buffer, size_t size, size_t *ret_done, size_t *ret_waiting)
{
    bool ended = is_hung_up(fd); /* before the count: nothing comes behind it */
    size_t done = 0;
    int waiting = 0;
    int r = 0;

    NT_OS_FAULT(NT_OS_READ);
    if (ioctl(fd, FIONREAD, &waiting) < 0)
        return errno == ENOTTY ? -EINVAL : -errno;
    if (waiting == 0 && ended)
        return -EPIPE;
    if (size > (size_t)waiting)
        size = (size_t)waiting;
    if (size)
        r = fcntl(fd, F_GETPIPE_SZ) < 0 ? peek_socket(fd, buffer, size, &done)
                                        : peek_pipe(fd, buffer, size, &done);
    if (r < 0)
        return r;
    *ret_done = done;
    *ret_waiting = (size_t)waiting;
    return 0;
}
