// SPDX-License-Identifier: MIT
/*
 * The ideal broker and its client; see ideal.h.
 */
#include "bench/ideal.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/sockios.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "bench/bench.h"

struct message {
    enum { CREATE, OPEN } kind;
    int ok;
    char name[48];
};

static pid_t own_pid; /* the client's */

/* Whom the kernel takes this thread for, as a message tells it. */
static void say_who(struct cmsghdr *header)
{
    struct ucred who = {own_pid, geteuid(), getegid()};
    gid_t groups[32];

    if (getgroups(32, groups) < 0 && errno != EINVAL)
        bench_fail("getgroups: errno %d", errno);
    header->cmsg_level = SOL_SOCKET;
    header->cmsg_type = SCM_CREDENTIALS;
    header->cmsg_len = CMSG_LEN(sizeof(who));
    memcpy(CMSG_DATA(header), &who, sizeof(who));
}

/*
 * One message. @n_fds: descriptors to send, or room for what comes, beside the sender's
 * credentials if @credentials (of a request, which brings none). Returns how many came; -1 at the
 * end.
 */
static int transfer(int fd, bool sends, struct message *message, int *fds, unsigned n_fds,
                    bool credentials)
{
    union {
        char bytes[CMSG_SPACE(2 * sizeof(int)) + CMSG_SPACE(sizeof(struct ucred))];
        struct cmsghdr align;
    } control = {.bytes = {0}};
    struct iovec part = {message, sizeof(*message)};
    struct msghdr header = {.msg_iov = &part, .msg_iovlen = 1};
    struct cmsghdr *first;
    ssize_t n;

    if (n_fds > 0 || credentials) {
        header.msg_control = control.bytes;
        header.msg_controllen = (n_fds ? CMSG_SPACE(n_fds * sizeof(int)) : 0) +
                                (credentials ? CMSG_SPACE(sizeof(struct ucred)) : 0);
    }
    if (sends && n_fds > 0) {
        first = CMSG_FIRSTHDR(&header);
        first->cmsg_level = SOL_SOCKET;
        first->cmsg_type = SCM_RIGHTS;
        first->cmsg_len = CMSG_LEN(n_fds * sizeof(int));
        memcpy(CMSG_DATA(first), fds, n_fds * sizeof(int));
    }
    if (sends && credentials)
        say_who(CMSG_FIRSTHDR(&header));
    do
        n = sends ? sendmsg(fd, &header, MSG_NOSIGNAL) : recvmsg(fd, &header, MSG_CMSG_CLOEXEC);
    while (n < 0 && errno == EINTR);
    if (n != sizeof(*message))
        return -1;
    first = sends ? NULL : CMSG_FIRSTHDR(&header);
    if (!first || first->cmsg_type != SCM_RIGHTS)
        return 0;
    memcpy(fds, CMSG_DATA(first), 2 * sizeof(int));
    return 2;
}

/* --- the broker's process --------------------------------------------------------------------- */

struct slot {
    char name[48];
    int memory_fd, read_fd, write_fd;
};

/* What an event of the epoll set is about. */
enum { ABOUT_CLIENT, ABOUT_FRESH };

static struct {
    bool duties;
    int fd, epoll_fd, proc_fd;
    struct slot kept;  /* the name that is opened */
    struct slot fresh; /* the one that was created last */
} server;

static bool watch(int fd, uint32_t events, uint64_t about)
{
    struct epoll_event event = {.events = events, .data.u64 = about};

    return epoll_ctl(server.epoll_fd, EPOLL_CTL_ADD, fd, &event) == 0;
}

static bool protect(const struct slot *slot)
{
    return fchmod(slot->memory_fd, 0600) == 0 && fchmod(slot->write_fd, 0400) == 0 &&
           fcntl(slot->write_fd, F_SETPIPE_SZ, 4096) >= 0;
}

static bool make(struct slot *slot, const char *name)
{
    int ends[2];

    memmove(slot->name, name, sizeof(slot->name));
    slot->memory_fd = memfd_create("bench", MFD_CLOEXEC | MFD_ALLOW_SEALING);
    if (slot->memory_fd < 0 || ftruncate(slot->memory_fd, BENCH_SECTION_SIZE) < 0 ||
        fcntl(slot->memory_fd, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL) < 0 ||
        pipe2(ends, O_CLOEXEC | O_NONBLOCK) < 0)
        return false;
    slot->read_fd = ends[0];
    slot->write_fd = ends[1];
    return !server.duties || protect(slot);
}

static void end_fresh(void)
{
    if (server.fresh.memory_fd >= 0) {
        close(server.fresh.memory_fd);
        close(server.fresh.write_fd);
    }
    server.fresh.memory_fd = -1;
}

static void create(struct message *message)
{
    /* With duties it was told when the last holder went. */
    end_fresh();
    message->ok = make(&server.fresh, message->name) &&
                  (!server.duties || watch(server.fresh.write_fd, 0, ABOUT_FRESH));
    transfer(server.fd, true, message, (int[]){server.fresh.memory_fd, server.fresh.read_fd},
             message->ok ? 2 : 0, false);
    close(server.fresh.read_fd);
}

static int own_read_end(void)
{
    struct pollfd poll_fd = {.fd = server.kept.write_fd};
    char number[16];

    poll(&poll_fd, 1, 0);
    snprintf(number, sizeof(number), "%d", server.kept.write_fd);
    return openat(server.proc_fd, number, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
}

static void open_kept(struct message *message)
{
    int fds[2] = {server.kept.memory_fd, server.kept.read_fd};

    message->ok = memcmp(message->name, server.kept.name, sizeof(server.kept.name)) == 0;
    if (message->ok && server.duties)
        fds[1] = own_read_end();
    transfer(server.fd, true, message, fds, message->ok ? 2 : 0, false);
    if (fds[1] != server.kept.read_fd)
        close(fds[1]);
}

static void serve_one(void)
{
    struct message message;
    int unread;

    if (server.duties)
        ioctl(server.fd, SIOCOUTQ, &unread);
    if (transfer(server.fd, false, &message, NULL, 0, server.duties) < 0)
        _exit(0);
    if (message.kind == CREATE)
        create(&message);
    else
        open_kept(&message);
}

static void wait_and_serve(void)
{
    struct epoll_event events[8];
    int n = epoll_wait(server.epoll_fd, events, 8, -1);

    for (int i = 0; i < n; i++) {
        if (events[i].data.u64 == ABOUT_FRESH)
            end_fresh();
        else
            serve_one();
    }
}

__attribute__((noreturn)) static void serve(int fd, bool duties)
{
    const char name[sizeof(server.kept.name)] = "kept";
    int yes = 1;

    server.fd = fd;
    server.duties = duties;
    server.fresh.memory_fd = -1;
    server.epoll_fd = epoll_create1(EPOLL_CLOEXEC);
    server.proc_fd = open("/proc/self/fd", O_PATH | O_DIRECTORY | O_CLOEXEC);
    if (!make(&server.kept, name))
        _exit(1);
    if (duties && (setsockopt(fd, SOL_SOCKET, SO_PASSCRED, &yes, sizeof(yes)) < 0 ||
                   !watch(fd, EPOLLIN, ABOUT_CLIENT)))
        _exit(1);
    for (;;) {
        if (duties)
            wait_and_serve();
        else
            serve_one();
    }
}

/* --- the client --------------------------------------------------------------------- */

struct bench_ideal *bench_ideal_start(bool duties)
{
    struct bench_ideal *ideal = calloc(1, sizeof(*ideal));
    int ends[2];
    pid_t pid;

    if (!ideal)
        bench_fail("no memory");
    bench_must(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends), "socketpair");
    pid = bench_fork();
    if (pid == 0) {
        close(ends[0]);
        serve(ends[1], duties);
    }
    close(ends[1]);
    ideal->fd = ends[0];
    ideal->duties = duties;
    own_pid = getpid();
    strcpy(ideal->name, "bench-00000000");
    bench_set_partner(pid);
    return ideal;
}

static bool ask(struct bench_ideal *ideal, struct message *message, int *fds)
{
    if (transfer(ideal->fd, true, message, NULL, 0, ideal->duties) < 0 ||
        transfer(ideal->fd, false, message, fds, 2, false) < 0)
        bench_fail("the ideal broker is gone");
    return message->ok;
}

void bench_ideal_create(struct bench_ideal *ideal, int ret_fds[2])
{
    struct message message = {.kind = CREATE};
    unsigned long number = ++ideal->counter;

    for (char *digit = ideal->name + 13; digit > ideal->name + 5; digit--, number /= 10)
        *digit = (char)('0' + number % 10);
    memcpy(message.name, ideal->name, sizeof(message.name));
    if (!ask(ideal, &message, ret_fds))
        bench_fail("the ideal broker made nothing");
}

bool bench_ideal_open(struct bench_ideal *ideal, const char *name, int ret_fds[2])
{
    struct message message = {.kind = OPEN};

    strncpy(message.name, name, sizeof(message.name) - 1);
    return ask(ideal, &message, ret_fds);
}

/* --- what lines do with it ------------------------------------------------------------- */

void *bench_ideal_begin(unsigned parameter)
{
    (void)parameter;
    return bench_ideal_start(false);
}

void *bench_dutiful_begin(unsigned parameter)
{
    (void)parameter;
    return bench_ideal_start(true);
}

static void close_both(const int fds[2])
{
    close(fds[0]);
    close(fds[1]);
}

uint64_t bench_ideal_create_run(void *state, unsigned n)
{
    for (unsigned i = 0; i < n; i++) {
        int fds[2];

        bench_ideal_create(state, fds);
        close_both(fds);
    }
    return 0;
}

uint64_t bench_ideal_open_run(void *state, unsigned n)
{
    for (unsigned i = 0; i < n; i++) {
        int fds[2];

        if (!bench_ideal_open(state, "kept", fds))
            bench_fail("the ideal broker does not know its name");
        close_both(fds);
    }
    return 0;
}

uint64_t bench_ideal_missing_run(void *state, unsigned n)
{
    for (unsigned i = 0; i < n; i++) {
        int fds[2];

        if (bench_ideal_open(state, "missing", fds))
            bench_fail("the ideal broker knows a missing name");
    }
    return 0;
}

void bench_ideal_check(void *state)
{
    int fds[2];
    void *view;

    bench_ideal_create(state, fds);
    view = mmap(NULL, BENCH_SECTION_SIZE, PROT_READ | PROT_WRITE, MAP_SHARED, fds[0], 0);
    if (view == MAP_FAILED || fcntl(fds[1], F_GETFL) < 0)
        bench_fail("the ideal broker gave no memory: errno %d", errno);
    munmap(view, BENCH_SECTION_SIZE);
    close_both(fds);
}
