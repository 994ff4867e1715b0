// SPDX-License-Identifier: MIT
/*
 * The two addresses of a broker: the socket in its directory, which clients use, and an
 * abstract one, which only tells a second broker that the first still lives. The directory is
 * watched: when a cleaner removes it or the socket in it, both are made again, so that names
 * that are alive can be found again.
 */
#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <sys/epoll.h>
#include <sys/inotify.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "broker/broker.h"
#include "os/os.h"
#include "util/macro.h"

#define ANSWER_MS  5000
#define MAX_KNOCKS 100
#define WATCHED    (IN_DELETE | IN_DELETE_SELF | IN_MOVE_SELF | IN_MOVED_FROM | IN_ONLYDIR)

/*
 * Knocks at the abstract address. A broker closes the connection when its own socket is in place;
 * one that is leaving never takes it, which resets it.
 *
 * Return: -EEXIST: a broker of this very user lives there, and has looked (or is too busy to);
 * -EAGAIN: it is gone now; 0: somebody else sits there.
 */
static int knock(const struct nt_broker *broker)
{
    NT_CLEANUP(nt_os_closep) int fd = -1;
    struct pollfd answer = {.events = POLLIN};
    struct nt_os_peer peer;
    char byte;
    int r;

    r = nt_os_socket_connect_abstract(broker->place.incumbent, &fd);
    if (r < 0)
        return r == -ECONNREFUSED ? -EAGAIN : 0;
    if (nt_os_socket_peer(fd, &peer) < 0 || peer.uid != broker->uid)
        return 0;
    answer.fd = fd;
    if (poll(&answer, 1, ANSWER_MS) > 0 && read(fd, &byte, 1) < 0 && errno == ECONNRESET)
        return -EAGAIN;
    return -EEXIST;
}

/* What a worker that takes over finds: the sockets that are open now. */
static void note_sockets(const struct nt_broker *broker)
{
    struct nt_arena_header *header = broker->objects.arena.header;

    header->listen_fd = broker->listen_fd;
    header->incumbent_fd = broker->incumbent_fd;
    header->socket_inode = broker->socket_inode;
    header->socket_device = broker->socket_device;
}

static int bind_incumbent(struct nt_broker *broker)
{
    int r = -EADDRINUSE;

    for (int i = 0; i < MAX_KNOCKS && r == -EADDRINUSE; i++) {
        r = nt_os_socket_listen_abstract(broker->place.incumbent, &broker->incumbent_fd);
        if (r == -EADDRINUSE) {
            int found = knock(broker);

            /* A stranger who sits on the address stops nothing: it is only a help. */
            if (found != -EAGAIN)
                return found;
        }
    }
    note_sockets(broker);
    return r;
}

static bool is_passed(const struct nt_broker *broker)
{
    return broker->objects.arena.header->socket_is_passed;
}

static bool is_bound(const struct nt_broker *broker)
{
    struct stat status;

    return is_passed(broker) ||
           (lstat(broker->place.socket, &status) == 0 && status.st_ino == broker->socket_inode &&
            status.st_dev == broker->socket_device);
}

static void watch_directory(struct nt_broker *broker)
{
    /* Without inotify the knock at the abstract address remains. */
    if (broker->watch_fd >= 0)
        inotify_add_watch(broker->watch_fd, broker->place.directory, WATCHED);
}

static int listen_in_directory(struct nt_broker *broker, int *ret_fd)
{
    NT_CLEANUP(nt_os_closep) int directory_fd = -1;
    NT_CLEANUP(nt_os_closep) int fd = -1;
    uid_t owner;
    int r;

    r = broker->options.system ? nt_os_shared_dir(broker->place.directory, &directory_fd)
                               : nt_os_private_dir(broker->place.directory, &owner, &directory_fd);
    if (r == 0)
        r = nt_os_socket_listen(broker->place.socket, &fd);
    if (r < 0)
        return r;
    /* Everybody may connect; who it is, the kernel says. */
    if (broker->options.system && chmod(broker->place.socket, 0666) < 0)
        return -errno;
    *ret_fd = nt_steal_fd(&fd);
    return 0;
}

static int bind_socket(struct nt_broker *broker)
{
    NT_CLEANUP(nt_os_closep) int fd = -1;
    struct stat status;
    int old, r;

    r = listen_in_directory(broker, &fd);
    if (r < 0)
        return r;
    if (lstat(broker->place.socket, &status) < 0)
        return -errno;
    r = nt_broker_watch_fd(broker, fd, EPOLLIN, NT_EVENT_LISTEN, 0, 0);
    if (r < 0)
        return r;
    broker->socket_inode = status.st_ino;
    broker->socket_device = status.st_dev;
    old = broker->listen_fd;
    broker->listen_fd = nt_steal_fd(&fd);
    note_sockets(broker);
    nt_os_close(old);
    watch_directory(broker);
    return 0;
}

/* Takes over the sockets that another worker has left, if they are any. */
static void adopt_sockets(struct nt_broker *broker)
{
    struct nt_arena_header *header = broker->objects.arena.header;

    if (nt_os_socket_adopt_listener(header->incumbent_fd) == 0)
        broker->incumbent_fd = header->incumbent_fd;
    else
        header->incumbent_fd = nt_os_close(header->incumbent_fd);
    if (nt_os_socket_adopt_listener(header->listen_fd) == 0) {
        broker->listen_fd = header->listen_fd;
        broker->socket_inode = header->socket_inode;
        broker->socket_device = header->socket_device;
    } else {
        header->listen_fd = nt_os_close(header->listen_fd);
        header->socket_is_passed = 0; /* our own will stand there */
    }
    note_sockets(broker);
}

/* The socket at its place, with its directory watched. */
static int settle_socket(struct nt_broker *broker)
{
    int r;

    if (broker->listen_fd < 0 || !is_bound(broker))
        return bind_socket(broker);
    r = nt_broker_watch_fd(broker, broker->listen_fd, EPOLLIN, NT_EVENT_LISTEN, 0, 0);
    watch_directory(broker);
    return r;
}

/*
 * One inotify descriptor in the life of an arena: closing it takes the kernel many milliseconds,
 * which a worker that takes over would spend before it serves anyone.
 */
static int find_watch(struct nt_broker *broker)
{
    struct nt_arena_header *header = broker->objects.arena.header;
    int r = 0;

    if (header->watch_fd >= 0 &&
        inotify_add_watch(header->watch_fd, broker->place.directory, WATCHED) < 0 &&
        errno == EINVAL)
        header->watch_fd = nt_os_close(header->watch_fd);
    if (header->watch_fd < 0)
        r = nt_os_adopt_fd(inotify_init1(IN_CLOEXEC | IN_NONBLOCK), &header->watch_fd);
    if (r == 0)
        broker->watch_fd = header->watch_fd;
    return r;
}

int nt_endpoint_init(struct nt_broker *broker)
{
    int r = 0;

    adopt_sockets(broker);
    if (broker->incumbent_fd < 0)
        r = bind_incumbent(broker);
    if (r == 0)
        r = nt_broker_watch_fd(broker, broker->incumbent_fd, EPOLLIN, NT_EVENT_INCUMBENT, 0, 0);
    if (r < 0)
        return r;
    r = find_watch(broker);
    if (r == 0)
        r = nt_broker_watch_fd(broker, broker->watch_fd, EPOLLIN, NT_EVENT_WATCH, 0, 0);
    return r < 0 ? r : settle_socket(broker);
}

void nt_endpoint_check(struct nt_broker *broker)
{
    if (!broker->stopping && !is_bound(broker))
        bind_socket(broker);
}

void nt_endpoint_poked(struct nt_broker *broker)
{
    int fd;

    /*
     * The end of the connection tells the other one that the socket is in place. Anybody can
     * knock, so who knocks without end gets no more than a turn of the loop for each.
     */
    if (!broker->stopping && nt_os_socket_accept(broker->incumbent_fd, &fd) == 0) {
        nt_endpoint_check(broker);
        nt_os_socket_end(fd);
    }
}

void nt_endpoint_watched(struct nt_broker *broker)
{
    char events[sizeof(struct inotify_event) + NAME_MAX + 1]
        __attribute__((aligned(__alignof__(struct inotify_event))));
    ssize_t n;

    do
        n = read(broker->watch_fd, events, sizeof(events));
    while (n > 0 || (n < 0 && errno == EINTR));
    nt_endpoint_check(broker);
}

bool nt_endpoint_leave(struct nt_broker *broker)
{
    NT_CLEANUP(nt_os_closep) int lock_fd = -1;
    int fd;

    /* Who comes from now on waits in the socket, and another broker is started for him. */
    if (is_passed(broker))
        return true;
    /* Whoever holds the lock is starting a broker, or about to find this one. */
    if (is_bound(broker)) {
        if (nt_os_lock_file(broker->place.lock, false, &lock_fd) < 0)
            return false;
        unlink(broker->place.socket);
    }
    /* One who connected before the socket was gone is sent to a new socket, and served there. */
    if (nt_os_socket_accept(broker->listen_fd, &fd) == 0) {
        nt_os_close(fd);
        bind_socket(broker);
        return false;
    }
    /* While the lock is held: who starts a broker next must not take this one for alive. */
    broker->listen_fd = nt_os_close(broker->listen_fd);
    broker->incumbent_fd = nt_os_close(broker->incumbent_fd);
    note_sockets(broker);
    return true;
}

void nt_endpoint_deinit(struct nt_broker *broker)
{
    if (broker->listen_fd >= 0 && is_bound(broker) && !is_passed(broker))
        unlink(broker->place.socket);
    broker->listen_fd = nt_os_close(broker->listen_fd);
    broker->incumbent_fd = nt_os_close(broker->incumbent_fd);
    broker->watch_fd = nt_os_close(broker->watch_fd);
    note_sockets(broker);
}
