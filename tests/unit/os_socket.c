// SPDX-License-Identifier: MIT
/*
 * os/socket: whole messages with descriptors, or nothing and every descriptor closed.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/uio.h>
#include <unistd.h>

#include "harness/test.h"
#include "os/os.h"
#include "unit/broker_fixture.h"
#include "util/macro.h"

/* A listener, and one connection through it. */
struct line {
    char path[120];
    int listener, near, far;
};

static void open_line(struct line *line)
{
    snprintf(line->path, sizeof(line->path), "%s/socket", test_dir());
    line->listener = line->near = line->far = -1;
    require(nt_os_socket_listen(line->path, &line->listener) == 0);
    require(nt_os_socket_connect(line->path, &line->near) == 0);
    require(nt_os_socket_accept(line->listener, &line->far) == 0);
}

static void close_line(struct line *line)
{
    nt_os_close(line->near);
    nt_os_close(line->far);
    nt_os_close(line->listener);
}

static int send_text(int fd, const char *text, const int *fds, size_t n_fds)
{
    struct iovec part = {(void *)text, strlen(text)};

    return nt_os_socket_send(fd, &part, 1, fds, n_fds, false);
}

/* What nt_os_socket_recv() gave. */
struct got {
    char text[32];
    size_t size, n_fds;
    int fds[NT_OS_MAX_FDS];
    struct nt_os_peer peer;
    int r;
};

static struct got receive(int fd, size_t room, size_t max_fds, bool with_peer)
{
    struct got got = {.r = 0};

    got.r = nt_os_socket_recv(fd, got.text, room, &got.size, got.fds, max_fds, &got.n_fds,
                              with_peer ? &got.peer : NULL, false);
    return got;
}

static void close_got(struct got *got)
{
    for (size_t i = 0; i < got->n_fds; i++)
        nt_os_close(got->fds[i]);
}

TEST(a_message_arrives_whole_with_its_sender, "")
{
    struct iovec parts[] = {{(void *)"one ", 4}, {(void *)"", 0}, {(void *)"message", 7}};
    struct line line;
    struct got got;

    open_line(&line);
    ok_eq(nt_os_socket_send(line.near, parts, 3, NULL, 0, true), 0);
    got = receive(line.far, sizeof(got.text), 0, true);
    ok_eq(got.r, 0);
    ok_eq(got.size, 11);
    ok_mem_eq(got.text, "one message", 11);
    ok_eq(got.n_fds, 0);
    ok_eq(got.peer.pid, getpid());
    ok_eq(got.peer.uid, geteuid());
    ok_eq(got.peer.gid, getegid());
    close_line(&line);
}

TEST(the_peer_is_who_connected, "")
{
    struct nt_os_peer peer = {0, 12345, 12345};
    struct line line;

    open_line(&line);
    ok_eq(nt_os_socket_peer(line.far, &peer), 0);
    ok_eq(peer.pid, getpid());
    ok_eq(peer.uid, geteuid());
    ok_eq((int64_t)nt_os_socket_peer(0, &peer), (int64_t)-ENOTSOCK);
    close_line(&line);
}

TEST(descriptors_travel_along, "")
{
    struct line line;
    struct got got;
    int fds[NT_OS_MAX_FDS + 1];
    struct stat sent, arrived;

    open_line(&line);
    for (size_t i = 0; i < NT_ARRAY_SIZE(fds); i++)
        require(nt_os_memfd_new("test", 4096, 0, &fds[i]) == 0);
    for (size_t n = 0; n <= NT_OS_MAX_FDS; n++) {
        ok_eq(send_text(line.near, "x", fds, n), 0);
        got = receive(line.far, sizeof(got.text), NT_OS_MAX_FDS, true);
        ok_eq(got.r, 0);
        ok_eq(got.n_fds, n);
        for (size_t i = 0; i < got.n_fds; i++) {
            ok(fstat(fds[i], &sent) == 0 && fstat(got.fds[i], &arrived) == 0);
            ok_eq(arrived.st_ino, sent.st_ino);
        }
        close_got(&got);
    }
    ok_eq((int64_t)send_text(line.near, "x", fds, NT_OS_MAX_FDS + 1), (int64_t)-EINVAL);
    for (size_t i = 0; i < NT_ARRAY_SIZE(fds); i++)
        nt_os_close(fds[i]);
    close_line(&line);
}

/* Descriptors from a peer that keeps to no rule, as many as it likes. */
static void send_many(int fd, size_t n_fds)
{
    union {
        char bytes[CMSG_SPACE(sizeof(int) * 100)];
        struct cmsghdr align;
    } control = {.bytes = {0}};
    struct iovec part = {(void *)"x", 1};
    struct msghdr message = {.msg_iov = &part,
                             .msg_iovlen = 1,
                             .msg_control = control.bytes,
                             .msg_controllen = CMSG_SPACE(sizeof(int) * n_fds)};
    struct cmsghdr *header = CMSG_FIRSTHDR(&message);
    int *fds = (int *)(void *)CMSG_DATA(header);

    header->cmsg_level = SOL_SOCKET;
    header->cmsg_type = SCM_RIGHTS;
    header->cmsg_len = CMSG_LEN(sizeof(int) * n_fds);
    for (size_t i = 0; i < n_fds; i++)
        fds[i] = fd;
    ok_eq(sendmsg(fd, &message, 0), 1);
}

TEST(too_many_descriptors_are_all_closed, "")
{
    static const size_t counts[] = {1, 2, 3, 4, 5, 6, 10, 11, 50, 100};
    unsigned before;
    struct line line;

    open_line(&line);
    before = fixture_count_fds();
    for (size_t allowed = 0; allowed <= NT_OS_MAX_FDS; allowed++) {
        for (size_t i = 0; i < NT_ARRAY_SIZE(counts); i++) {
            struct got got;

            /* From the client to the broker, which asks for credentials; and back. */
            test_note("%zu allowed, %zu sent", allowed, counts[i]);
            send_many(line.near, counts[i]);
            got = receive(line.far, sizeof(got.text), allowed, true);
            ok_eq((int64_t)got.r, counts[i] > allowed ? (int64_t)-EPROTO : 0);
            close_got(&got);
            ok_eq(fixture_count_fds(), before);
            send_many(line.far, counts[i]);
            got = receive(line.near, sizeof(got.text), allowed, false);
            ok_eq((int64_t)got.r, counts[i] > allowed ? (int64_t)-EPROTO : 0);
            close_got(&got);
            ok_eq(fixture_count_fds(), before);
        }
    }
    close_line(&line);
}

TEST(a_message_that_is_too_long_is_refused_whole, "")
{
    struct line line;
    struct got got;
    unsigned before;

    open_line(&line);
    before = fixture_count_fds();
    ok_eq(send_text(line.near, "eleven long", &line.near, 1), 0);
    got = receive(line.far, 10, NT_OS_MAX_FDS, true);
    ok_eq((int64_t)got.r, (int64_t)-EMSGSIZE);
    ok_eq(fixture_count_fds(), before);
    /* The next one is not affected. */
    ok_eq(send_text(line.near, "ten letter", NULL, 0), 0);
    got = receive(line.far, 10, 0, true);
    ok_eq(got.r, 0);
    ok_eq(got.size, 10);
    close_line(&line);
}

TEST(nobody_there_is_told_apart_from_nothing_yet, "")
{
    struct line line;
    struct got got;
    int fd = -1;

    open_line(&line);
    got = receive(line.far, sizeof(got.text), 0, true);
    ok_eq((int64_t)got.r, (int64_t)-EAGAIN);
    ok_eq((int64_t)nt_os_socket_accept(line.listener, &fd), (int64_t)-EAGAIN);
    line.near = nt_os_close(line.near);
    got = receive(line.far, sizeof(got.text), 0, true);
    ok_eq((int64_t)got.r, (int64_t)-ECONNRESET);
    /* And no SIGPIPE. */
    ok_eq((int64_t)send_text(line.far, "x", NULL, 0), (int64_t)-ECONNRESET);
    close_line(&line);
}

TEST(a_message_without_its_sender_is_refused, "")
{
    int ends[2];
    struct got got;

    /* No SO_PASSCRED here: the kernel does not say who sent. */
    require(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) == 0);
    ok_eq(send_text(ends[0], "x", &ends[0], 1), 0);
    got = receive(ends[1], sizeof(got.text), 1, true);
    ok_eq((int64_t)got.r, (int64_t)-EPROTO);
    close(ends[0]);
    close(ends[1]);
}

TEST(unread_bytes_are_counted, "")
{
    struct line line;
    struct got got;

    open_line(&line);
    ok_eq(nt_os_socket_unread(line.far), 0);
    ok_eq(send_text(line.far, "hello", NULL, 0), 0);
    ok(nt_os_socket_unread(line.far) > 0);
    got = receive(line.near, sizeof(got.text), 0, false);
    ok_eq(got.r, 0);
    ok_eq(nt_os_socket_unread(line.far), 0);
    close_line(&line);
}

/*
 * A reader that is woken for each message reads it while the writer, on another processor, waits
 * for the edge that says so: at that edge nothing is unread. (The kernel tells the writer while
 * it still counts one byte.)
 */
#define EDGES 20000

static void read_each(void *arg)
{
    char byte;

    for (unsigned i = 0; i < EDGES; i++) {
        while (recv(*(int *)arg, &byte, 1, 0) < 0 && (errno == EAGAIN || errno == EINTR))
            ;
    }
}

TEST(the_edge_of_a_reader_finds_nothing_unread, "")
{
    struct epoll_event event = {.events = EPOLLOUT | EPOLLET};
    struct test_thread reader;
    unsigned lost = 0;
    struct line line;
    int epoll_fd;

    open_line(&line);
    epoll_fd = epoll_create1(EPOLL_CLOEXEC);
    require(epoll_fd >= 0);
    require(epoll_ctl(epoll_fd, EPOLL_CTL_ADD, line.near, &event) == 0);
    test_thread_start(&reader, read_each, &line.far);
    for (unsigned i = 0; i < EDGES; i++) {
        unsigned tries = 0;

        require(send_text(line.near, "x", NULL, 0) == 0);
        while (nt_os_socket_unread(line.near) > 0 && tries < 3) {
            /* So long without an edge: it was lost. */
            if (epoll_wait(epoll_fd, &event, 1, 20000) == 0)
                tries++;
        }
        lost += tries > 0;
        if (lost)
            break;
    }
    ok_eq(lost, 0);
    test_thread_join(&reader);
    close(epoll_fd);
    close_line(&line);
}

TEST(a_full_socket_does_not_block_who_must_not, "")
{
    static char large[60000];
    struct iovec part = {large, sizeof(large)};
    struct line line;
    int r = 0;

    open_line(&line);
    for (int i = 0; i < 1000 && r == 0; i++)
        r = nt_os_socket_send(line.far, &part, 1, NULL, 0, false);
    ok_eq((int64_t)r, (int64_t)-EAGAIN);
    close_line(&line);
}

/* --- no room for what arrives ------------------------------------------------------------------
 */

static void leave_room_for(rlim_t n)
{
    struct rlimit limit;
    int lowest = fcntl(0, F_DUPFD, 0);

    require(lowest >= 0 && getrlimit(RLIMIT_NOFILE, &limit) == 0);
    close(lowest);
    limit.rlim_cur = (rlim_t)lowest + n;
    require(setrlimit(RLIMIT_NOFILE, &limit) == 0);
}

TEST(descriptors_lost_for_want_of_room_are_an_error, "")
{
    struct rlimit limit;
    unsigned before;
    struct line line;
    struct got got;
    int fds[2];

    open_line(&line);
    fds[0] = fds[1] = line.near;
    getrlimit(RLIMIT_NOFILE, &limit);
    for (rlim_t room = 0; room < 2; room++) {
        ok_eq(send_text(line.near, "x", fds, 2), 0);
        before = fixture_count_fds();
        leave_room_for(room);
        got = receive(line.far, sizeof(got.text), NT_OS_MAX_FDS, true);
        ok_eq((int64_t)got.r, (int64_t)-ENOBUFS);
        ok_eq(fixture_count_fds(), before);
        /* Room has been made: what is sent again arrives. */
        ok_eq(send_text(line.near, "x", fds, 2), 0);
        got = receive(line.far, sizeof(got.text), NT_OS_MAX_FDS, true);
        ok_eq(got.r, 0);
        ok_eq(got.n_fds, 2);
        close_got(&got);
    }
    setenv("NTSHM_NOFILE", "keep", 1);
    ok_eq(send_text(line.near, "x", fds, 2), 0);
    before = fixture_count_fds();
    leave_room_for(1);
    got = receive(line.far, sizeof(got.text), NT_OS_MAX_FDS, true);
    ok_eq((int64_t)got.r, (int64_t)-EMFILE);
    limit.rlim_cur = limit.rlim_max;
    setrlimit(RLIMIT_NOFILE, &limit);
    ok_eq(fixture_count_fds(), before);
    close_line(&line);
}

/* --- addresses ---------------------------------------------------------------------------------
 */

TEST(an_address_without_a_listener, "")
{
    char path[120];
    int fd = -1;

    snprintf(path, sizeof(path), "%s/nobody", test_dir());
    ok_eq((int64_t)nt_os_socket_connect(path, &fd), (int64_t)-ENOENT);
    require(nt_os_socket_listen(path, &fd) == 0);
    nt_os_close(fd);
    fd = -1;
    ok_eq((int64_t)nt_os_socket_connect(path, &fd), (int64_t)-ECONNREFUSED);
    /* A file that a dead one left is in nobody's way. */
    ok_eq(nt_os_socket_listen(path, &fd), 0);
    nt_os_close(fd);
}

TEST(an_address_that_is_too_long_is_refused, "")
{
    char path[200];
    int fd = -1;

    memset(path, 'a', sizeof(path));
    path[sizeof(path) - 1] = '\0';
    ok_eq((int64_t)nt_os_socket_connect(path, &fd), (int64_t)-ENAMETOOLONG);
    ok_eq((int64_t)nt_os_socket_listen(path, &fd), (int64_t)-ENAMETOOLONG);
    ok_eq((int64_t)nt_os_socket_connect_abstract(path, &fd), (int64_t)-ENAMETOOLONG);
    ok_eq((int64_t)nt_os_socket_listen_abstract(path, &fd), (int64_t)-ENAMETOOLONG);
    ok_eq((int64_t)nt_os_socket_connect("", &fd), (int64_t)-ENAMETOOLONG);
    ok_eq((int64_t)fd, -1);
}

TEST(an_abstract_address_has_one_owner, "")
{
    int listener = -1, other = -1, near = -1, far = -1;
    char name[80];

    snprintf(name, sizeof(name), "ntshm-test/%s", test_dir());
    ok_eq((int64_t)nt_os_socket_connect_abstract(name, &near), (int64_t)-ECONNREFUSED);
    ok_eq(nt_os_socket_listen_abstract(name, &listener), 0);
    ok_eq((int64_t)nt_os_socket_listen_abstract(name, &other), (int64_t)-EADDRINUSE);
    ok_eq(nt_os_socket_connect_abstract(name, &near), 0);
    ok_eq(nt_os_socket_accept(listener, &far), 0);
    nt_os_close(near);
    nt_os_close(far);
    nt_os_close(listener);
}

/* --- signals -----------------------------------------------------------------------------------
 */

static _Atomic unsigned n_signals;

static void on_signal(int number)
{
    (void)number;
    atomic_fetch_add(&n_signals, 1);
}

/* Sends when the other thread, asleep, has been hit often enough. */
static void send_later(void *argument)
{
    sigset_t all;

    sigfillset(&all);
    pthread_sigmask(SIG_BLOCK, &all, NULL);
    (void)test_until(n_signals >= 30, 20000);
    send_text(*(int *)argument, "late", NULL, 0);
}

TEST(signals_do_not_cut_a_message_off, "")
{
    struct sigaction action = {.sa_handler = on_signal}; /* no SA_RESTART */
    struct itimerval often = {{0, 1000}, {0, 1000}}, never = {{0, 0}, {0, 0}};
    struct test_thread thread;
    struct line line;
    struct got got = {.r = -1};

    open_line(&line);
    sigaction(SIGALRM, &action, NULL);
    test_thread_start(&thread, send_later, &line.far);
    setitimer(ITIMER_REAL, &often, NULL);
    got.r = nt_os_socket_recv(line.near, got.text, sizeof(got.text), &got.size, got.fds, 0,
                              &got.n_fds, NULL, true);
    setitimer(ITIMER_REAL, &never, NULL);
    test_thread_join(&thread);
    ok_eq(got.r, 0);
    ok_eq(got.size, 4);
    ok(n_signals >= 30, "%u signals", n_signals);
    close_line(&line);
}
