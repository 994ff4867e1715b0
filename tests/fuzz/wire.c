// SPDX-License-Identifier: MIT
/*
 * Fuzzes the broker through real sockets: the play of play.h, with clients that connect to a
 * listening socket, a broker that runs its own event loop between the steps, and offences that
 * only a socket can show. Root plays three users and itself against a broker of the machine; who
 * else runs this is the only user.
 */
#include <errno.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#include "fuzz/guarded.h"
#include "fuzz/play.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct {
    int fd;
    struct nt_os_peer who;
} clients[PLAY_N_CLIENTS];
static char address[64];

static bool is_root(void)
{
    return getuid() == 0;
}

/* As many turns as there is something to do. */
static void run_loop(struct nt_broker *broker)
{
    int n;

    do {
        n = nt_broker_turn(broker, 0);
        FUZZ_CHECK(n >= 0 || n == -EINTR);
    } while (n != 0);
}

void stage_set_up(struct nt_broker *broker)
{
    FUZZ_CHECK(fixture_init(broker, is_root() ? PLAY_UID : getuid()) == 0);
    broker->options.system = broker->users.share = is_root();
    snprintf(address, sizeof(address), "ntshm-fuzz-%d", (int)getpid());
    FUZZ_CHECK(nt_os_socket_listen_abstract(address, &broker->listen_fd) == 0);
    FUZZ_CHECK(
        nt_broker_watch_fd(broker, broker->listen_fd, 1 /* EPOLLIN */, NT_EVENT_LISTEN, 0, 0) == 0);
    FUZZ_CHECK(nt_broker_watch_fd(broker, broker->objects.leases_fd, 1, NT_EVENT_LEASES, 0, 0) ==
               0);
}

unsigned stage_n_modes(void)
{
    return 1;
}

/* Who connects is attested then: the effective user and group of that moment. */
static void become(uid_t uid)
{
    if (is_root())
        FUZZ_CHECK(seteuid(0) == 0 && setegid(uid) == 0 && seteuid(uid) == 0);
}

void stage_connect(struct nt_broker *broker, size_t i, uid_t uid)
{
    become(uid);
    FUZZ_CHECK(nt_os_socket_connect_abstract(address, &clients[i].fd) == 0);
    clients[i].who = (struct nt_os_peer){getpid(), geteuid(), getegid()};
    become(0);
    run_loop(broker);
}

void stage_disconnect(struct nt_broker *broker, size_t i)
{
    clients[i].fd = nt_os_close(clients[i].fd);
    run_loop(broker);
}

/* false: not sent, since the other end is closed */
static bool put(size_t i, const struct nt_os_peer *who, const void *bytes, size_t size,
                const int *fds, size_t n_fds)
{
    struct iovec part = {(void *)bytes, size};
    int r = nt_os_socket_send_as(clients[i].fd, &part, 1, fds, n_fds, who, false);

    FUZZ_CHECK(r == 0 || r == -ECONNRESET || r == -EAGAIN);
    return r != -ECONNRESET;
}

bool stage_send(struct nt_broker *broker, size_t i, const void *bytes, size_t size, int *fds,
                size_t n_fds, struct play_reply *reply)
{
    bool sent = put(i, &clients[i].who, bytes, size, fds, n_fds);

    for (size_t k = 0; k < n_fds; k++)
        nt_os_closep(&fds[k]);
    reply->header.status = STATUS_PENDING;
    reply->n_fds = 0;
    if (!sent)
        return false;
    run_loop(broker);
    if (!play_receive(clients[i].fd, reply))
        return false;
    FUZZ_CHECK(reply->header.status != STATUS_PENDING);
    return true;
}

static bool is_open(size_t i)
{
    char byte;

    return recv(clients[i].fd, &byte, 1, MSG_PEEK | MSG_DONTWAIT) < 0 && errno == EAGAIN;
}

/* Two requests, of which the second waits until the first answer is read. */
static bool ask_on(struct nt_broker *broker, size_t i, const void *bytes, size_t size)
{
    static struct play_reply replies[2];

    for (int k = 0; k < 2; k++) {
        if (!put(i, &clients[i].who, bytes, size, NULL, 0))
            return false;
        run_loop(broker);
    }
    for (int k = 0; k < 2; k++) {
        if (!play_receive(clients[i].fd, &replies[k]))
            return false;
        FUZZ_CHECK(replies[k].header.status != STATUS_PENDING);
        while (replies[k].n_fds > 0)
            nt_os_close(replies[k].fds[--replies[k].n_fds]);
        run_loop(broker);
    }
    return is_open(i);
}

bool stage_offend(struct nt_broker *broker, size_t i, enum play_offence offence, const void *bytes,
                  size_t size)
{
    struct nt_os_peer another = clients[i].who;

    switch (offence) {
    case PLAY_LIES:
        if (!is_root()) /* the kernel lets nobody else lie */
            return true;
        another.uid += size % 3 == 0;
        another.gid += size % 3 == 1;
        another.pid = size % 3 == 2 ? getppid() : another.pid;
        put(i, &another, bytes, size, NULL, 0);
        run_loop(broker);
        FUZZ_CHECK(!is_open(i));
        return false;
    case PLAY_ASKS_ON:
        return ask_on(broker, i, bytes, size);
    default:
        shutdown(clients[i].fd, SHUT_WR);
        run_loop(broker);
        FUZZ_CHECK(!is_open(i));
        return false;
    }
}

void stage_pass_time(struct nt_broker *broker)
{
    run_loop(broker);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    play_input(data, size);
    return 0;
}
