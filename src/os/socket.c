// SPDX-License-Identifier: MIT
/*
 * AF_UNIX SOCK_SEQPACKET: whole messages with descriptors. A received message is either taken
 * whole, with every descriptor owned by the caller, or refused with every descriptor closed.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/sockios.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "os/fault.h"
#include "util/macro.h"

static int fill_address(struct sockaddr_un *address, socklen_t *size, const char *name,
                        bool abstract)
{
    size_t length = strlen(name);

    if (length == 0 || length + 1 > sizeof(address->sun_path))
        return -ENAMETOOLONG;
    memset(address, 0, sizeof(*address));
    address->sun_family = AF_UNIX;
    memcpy(address->sun_path + (abstract ? 1 : 0), name, length);
    *size = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + length + 1);
    return 0;
}

static int new_socket(int flags, int *ret_fd)
{
    int fd;

    NT_OS_FAULT(NT_OS_SOCKET);
    do
        fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | flags, 0);
    while (fd < 0 && errno == EMFILE && nt_os_more_fds());
    return nt_os_adopt_fd(fd, ret_fd);
}

static int connect_to(const char *name, bool abstract, int *ret_fd)
{
    NT_CLEANUP(nt_os_closep) int fd = -1;
    struct sockaddr_un address;
    socklen_t size;
    int r;

    r = fill_address(&address, &size, name, abstract);
    if (r < 0)
        return r;
    r = new_socket(abstract ? SOCK_NONBLOCK : 0, &fd);
    if (r < 0)
        return r;
    NT_OS_FAULT(NT_OS_CONNECT);
    while (connect(fd, (struct sockaddr *)&address, size) < 0) {
        if (errno == EISCONN)
            break;
        if (errno != EINTR)
            return -errno;
    }
    *ret_fd = nt_steal_fd(&fd);
    return 0;
}

int nt_os_socket_connect(const char *path, int *ret_fd)
{
    return connect_to(path, false, ret_fd);
}

int nt_os_socket_connect_abstract(const char *name, int *ret_fd)
{
    return connect_to(name, true, ret_fd);
}

static int listen_at(const char *name, bool abstract, int *ret_fd)
{
    NT_CLEANUP(nt_os_closep) int fd = -1;
    struct sockaddr_un address;
    socklen_t size;
    int yes = 1;
    int r;

    r = fill_address(&address, &size, name, abstract);
    if (r < 0)
        return r;
    r = new_socket(SOCK_NONBLOCK, &fd);
    if (r < 0)
        return r;
    if (setsockopt(fd, SOL_SOCKET, SO_PASSCRED, &yes, sizeof(yes)) < 0)
        return -errno;
    if (!abstract && unlink(name) < 0 && errno != ENOENT)
        return -errno;
    if (bind(fd, (struct sockaddr *)&address, size) < 0 || listen(fd, SOMAXCONN) < 0)
        return -errno;
    *ret_fd = nt_steal_fd(&fd);
    return 0;
}

int nt_os_socket_listen(const char *path, int *ret_fd)
{
    return listen_at(path, false, ret_fd);
}

int nt_os_socket_listen_abstract(const char *name, int *ret_fd)
{
    return listen_at(name, true, ret_fd);
}

static int socket_option(int fd, int option)
{
    int value = -1;
    socklen_t size = sizeof(value);

    return getsockopt(fd, SOL_SOCKET, option, &value, &size) < 0 ? -errno : value;
}

int nt_os_socket_adopt_listener(int fd)
{
    int yes = 1;

    if (socket_option(fd, SO_DOMAIN) != AF_UNIX || socket_option(fd, SO_TYPE) != SOCK_SEQPACKET ||
        socket_option(fd, SO_ACCEPTCONN) != 1)
        return -EINVAL;
    if (setsockopt(fd, SOL_SOCKET, SO_PASSCRED, &yes, sizeof(yes)) < 0 ||
        fcntl(fd, F_SETFD, FD_CLOEXEC) < 0 ||
        fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) | O_NONBLOCK) < 0)
        return -errno;
    return 0;
}

int nt_os_socket_accept(int listen_fd, int *ret_fd)
{
    NT_CLEANUP(nt_os_closep) int fd = -1;
    int accepted, yes = 1;
    int r;

    do
        accepted = accept4(listen_fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
    while (accepted < 0 && (errno == EINTR || errno == ECONNABORTED));
    r = nt_os_adopt_fd(accepted, &fd);
    if (r < 0)
        return r;
    if (setsockopt(fd, SOL_SOCKET, SO_PASSCRED, &yes, sizeof(yes)) < 0)
        return -errno;
    *ret_fd = nt_steal_fd(&fd);
    return 0;
}

int nt_os_socket_peer(int fd, struct nt_os_peer *ret_peer)
{
    struct ucred credentials;
    socklen_t size = sizeof(credentials);

    if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &credentials, &size) < 0)
        return -errno;
    *ret_peer = (struct nt_os_peer){credentials.pid, credentials.uid, credentials.gid};
    return 0;
}

int nt_os_socket_unread(int fd)
{
    int bytes = 0;

    if (ioctl(fd, SIOCOUTQ, &bytes) < 0)
        return -errno;
    /*
     * When the reader frees a message, the kernel tells the writer (EPOLLOUT) while it still
     * counts one byte of it, and takes that away afterwards.  A writer that was woken on another
     * processor sees this 1; no further edge comes.  No message counts as little as one byte.
     */
    return bytes > 1 ? bytes : 0;
}

union control_buffer {
    char bytes[CMSG_SPACE(sizeof(int) * NT_OS_MAX_FDS) + CMSG_SPACE(sizeof(struct ucred))];
    struct cmsghdr align;
};

/* One more piece beside the bytes of a message whose msg_control has room for it. */
static void attach(struct msghdr *message, int type, const void *data, size_t size)
{
    struct cmsghdr *header =
        (struct cmsghdr *)(void *)((char *)message->msg_control + message->msg_controllen);

    header->cmsg_level = SOL_SOCKET;
    header->cmsg_type = type;
    header->cmsg_len = CMSG_LEN(size);
    memcpy(CMSG_DATA(header), data, size);
    message->msg_controllen += CMSG_SPACE(size);
}

int nt_os_socket_send_as(int fd, const struct iovec *parts, size_t n_parts, const int *fds,
                         size_t n_fds, const struct nt_os_peer *sender, bool block)
{
    union control_buffer control = {.bytes = {0}};
    struct msghdr message = {
        .msg_iov = (struct iovec *)parts, .msg_iovlen = n_parts, .msg_control = control.bytes};
    ssize_t n;

    NT_OS_FAULT(NT_OS_SEND);
    if (n_fds > NT_OS_MAX_FDS)
        return -EINVAL;
    if (n_fds > 0)
        attach(&message, SCM_RIGHTS, fds, sizeof(int) * n_fds);
    if (sender) {
        struct ucred credentials = {sender->pid, sender->uid, sender->gid};

        attach(&message, SCM_CREDENTIALS, &credentials, sizeof(credentials));
    }
    do
        n = sendmsg(fd, &message, MSG_NOSIGNAL | (block ? 0 : MSG_DONTWAIT));
    while (n < 0 && errno == EINTR);
    if (n < 0)
        return errno == EPIPE ? -ECONNRESET : -errno;
    return 0;
}

int nt_os_socket_send(int fd, const struct iovec *parts, size_t n_parts, const int *fds,
                      size_t n_fds, bool block)
{
    return nt_os_socket_send_as(fd, parts, n_parts, fds, n_fds, NULL, block);
}

/* The most descriptors that a message can bring (SCM_MAX_FD). */
#define MAX_SENT_FDS 253

/*
 * Room for all that can come: what the kernel cannot put into the table it closes itself, inside
 * our call, and waits for a socket that lingers.
 */
union received_control {
    char bytes[CMSG_SPACE(sizeof(int) * MAX_SENT_FDS) + CMSG_SPACE(sizeof(struct ucred))];
    struct cmsghdr align;
};

int nt_os_close_foreign(int fd)
{
    const struct linger none = {.l_onoff = 0};
    const struct sockaddr nobody = {.sa_family = AF_UNSPEC};

    if (fd >= 0 && setsockopt(fd, SOL_SOCKET, SO_LINGER, &none, sizeof(none)) == 0)
        connect(fd, &nobody, sizeof(nobody));
    return nt_os_close(fd);
}

/* What came beside the bytes. */
struct ancillary {
    int fds[NT_OS_MAX_FDS + 1];
    size_t n_fds;
    struct ucred credentials;
    bool have_credentials;
    bool overflow;
};

static void take_ancillary(struct msghdr *message, struct ancillary *ret)
{
    struct cmsghdr *header;

    for (header = CMSG_FIRSTHDR(message); header; header = CMSG_NXTHDR(message, header)) {
        if (header->cmsg_level != SOL_SOCKET)
            continue;
        if (header->cmsg_type == SCM_CREDENTIALS) {
            memcpy(&ret->credentials, CMSG_DATA(header), sizeof(ret->credentials));
            ret->have_credentials = true;
        } else if (header->cmsg_type == SCM_RIGHTS) {
            size_t n = (header->cmsg_len - CMSG_LEN(0)) / sizeof(int);
            const unsigned char *data = CMSG_DATA(header);

            for (size_t i = 0; i < n; i++) {
                int fd;

                memcpy(&fd, data + i * sizeof(int), sizeof(fd));
                if (ret->n_fds < NT_ARRAY_SIZE(ret->fds)) {
                    ret->fds[ret->n_fds++] = fd;
                } else {
                    nt_os_close_foreign(fd);
                    ret->overflow = true;
                }
            }
        }
    }
}

static void close_all(int *fds, size_t n_fds)
{
    for (size_t i = 0; i < n_fds; i++)
        nt_os_close_foreign(fds[i]);
}

int nt_os_socket_end(int fd)
{
    union received_control control;
    struct msghdr message = {.msg_control = control.bytes};

    /* Nothing more comes in. Each message brings its sender's credentials, the end nothing. */
    shutdown(fd, SHUT_RDWR);
    do {
        struct ancillary ancillary = {.n_fds = 0};

        message.msg_controllen = sizeof(control.bytes);
        /* Who closed his end without reading leaves an error, which is told once. */
        if (recvmsg(fd, &message, MSG_CMSG_CLOEXEC | MSG_DONTWAIT) < 0) {
            if (errno == EINTR || errno == ECONNRESET)
                continue;
            break;
        }
        take_ancillary(&message, &ancillary);
        close_all(ancillary.fds, ancillary.n_fds);
    } while (message.msg_controllen > 0);
    return nt_os_close(fd);
}

/* Lifts every descriptor above 2, or closes all of them. */
static int adopt_all(struct ancillary *ancillary, int *ret_fds)
{
    for (size_t i = 0; i < ancillary->n_fds; i++) {
        int r = nt_os_adopt_fd(ancillary->fds[i], &ret_fds[i]);

        if (r < 0) {
            close_all(ret_fds, i);
            close_all(ancillary->fds + i + 1, ancillary->n_fds - i - 1);
            return r;
        }
    }
    return 0;
}

int nt_os_socket_recv(int fd, void *buffer, size_t size, size_t *ret_size, int *ret_fds,
                      size_t max_fds, size_t *ret_n_fds, struct nt_os_peer *ret_peer, bool block)
{
    union received_control control;
    struct iovec part = {.iov_base = buffer, .iov_len = size};
    struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1, .msg_control = control.bytes};
    struct ancillary ancillary = {.n_fds = 0};
    ssize_t n;
    int r;

    NT_OS_FAULT(NT_OS_RECV);
    /* What is more than allowed is closed here. */
    message.msg_controllen = sizeof(control.bytes);
    do
        n = recvmsg(fd, &message, MSG_CMSG_CLOEXEC | (block ? 0 : MSG_DONTWAIT));
    while (n < 0 && errno == EINTR);
    if (n < 0)
        return -errno;

    take_ancillary(&message, &ancillary);
    if (n == 0)
        r = -ECONNRESET;
    else if (message.msg_flags & MSG_TRUNC)
        r = -EMSGSIZE;
    else if ((message.msg_flags & MSG_CTRUNC) && ancillary.n_fds < max_fds)
        r = nt_os_more_fds() ? -ENOBUFS : -EMFILE; /* the kernel had no slot for it */
    else if (ancillary.overflow || ancillary.n_fds > max_fds || (message.msg_flags & MSG_CTRUNC))
        r = -EPROTO;
    else if (ret_peer && !ancillary.have_credentials)
        r = -EPROTO;
    else
        r = 0;
    if (r < 0) {
        close_all(ancillary.fds, ancillary.n_fds);
        return r;
    }

    r = adopt_all(&ancillary, ret_fds);
    if (r < 0)
        return r;
    *ret_size = (size_t)n;
    *ret_n_fds = ancillary.n_fds;
    if (ret_peer)
        *ret_peer = (struct nt_os_peer){ancillary.credentials.pid, ancillary.credentials.uid,
                                        ancillary.credentials.gid};
    return 0;
}
