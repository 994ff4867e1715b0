// SPDX-License-Identifier: MIT
/*
 * Connections: accepted while their user may have more, served one message at a time, dropped
 * at the first message that is not exactly right.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>

#include "broker/broker.h"
#include "broker/step.h"
#include "broker/peer.h"
#include "util/log.h"
#include "util/macro.h"

#define MAX_ACCEPTED 2 /* in a row */
#define MAX_SERVED   1 /* requests of one user in a row */

static void drop(struct nt_broker *broker, struct nt_broker_client *client)
{
    broker->clients[client->slot] = NULL;
    broker->generations[client->slot]++;
    broker->free_slots[broker->n_free_slots++] = client->slot;
    broker->n_clients--;
    nt_answer_leave(broker, client);
    nt_os_socket_end(client->fd);
    nt_peer_deinit(client);
    nt_charge_refund(&broker->users, &client->charge);
    free(client);
}

/* Slots that have been used stand on a stack; the others follow behind n_used_slots. */
static int grow_slots(struct nt_broker *broker)
{
    uint32_t n = broker->n_slots ? broker->n_slots * 2 : 64;
    struct nt_broker_client **clients = realloc(broker->clients, n * sizeof(*clients));
    uint32_t *generations, *free_slots;

    if (!clients)
        return -ENOMEM;
    broker->clients = clients;
    generations = realloc(broker->generations, n * sizeof(*generations));
    if (!generations)
        return -ENOMEM;
    broker->generations = generations;
    free_slots = realloc(broker->free_slots, n * sizeof(*free_slots));
    if (!free_slots)
        return -ENOMEM;
    broker->free_slots = free_slots;
    memset(clients + broker->n_slots, 0, (n - broker->n_slots) * sizeof(*clients));
    memset(generations + broker->n_slots, 0, (n - broker->n_slots) * sizeof(*generations));
    broker->n_slots = n;
    return 0;
}

static int take_slot(struct nt_broker *broker, uint32_t *ret_slot)
{
    if (broker->n_free_slots > 0) {
        *ret_slot = broker->free_slots[--broker->n_free_slots];
        return 0;
    }
    if (broker->n_used_slots == broker->n_slots) {
        int r = grow_slots(broker);

        if (r < 0)
            return r;
    }
    *ret_slot = broker->n_used_slots++;
    return 0;
}

/*
 * Where there are several users, the connections of each are in a set of his own, inside the
 * broker's: so each user has his turn, however many connections another one keeps busy.
 */
static int find_epoll(struct nt_broker *broker, struct nt_user *user, int *ret_epoll_fd)
{
    int r = 0;

    if (broker->options.system && user->ready_fd < 0) {
        r = nt_os_adopt_fd(epoll_create1(EPOLL_CLOEXEC), &user->ready_fd);
        if (r == 0)
            r = nt_broker_watch_fd(broker, user->ready_fd, EPOLLIN, NT_EVENT_USER, 0, user->uid);
        if (r < 0)
            user->ready_fd = nt_os_close(user->ready_fd);
    }
    *ret_epoll_fd = broker->options.system ? user->ready_fd : broker->epoll_fd;
    return r;
}

/* First of all: one connection too many of a user costs the others next to nothing. */
static int charge_connection(struct nt_broker *broker, uid_t uid, struct nt_charge *charge)
{
    const uint64_t amount[NT_CHARGE_COUNT] = {[NT_CHARGE_CONNECTIONS] = 1};
    struct nt_user *user = nt_user_ref(&broker->users, uid);
    int r;

    if (!user)
        return -ENOMEM;
    r = nt_charge(&broker->users, charge, user, amount);
    nt_user_unref(&broker->users, user);
    return r;
}

static int watch(struct nt_broker_client *client, int operation, uint32_t events)
{
    struct epoll_event event = {
        .events = events,
        .data.u64 = (uint64_t)NT_EVENT_CLIENT << 56 |
                    (uint64_t)(client->generation & 0xffffff) << 32 | client->slot,
    };

    return epoll_ctl(client->epoll_fd, operation, client->fd, &event) < 0 ? -errno : 0;
}

/* Who it is beyond its uid is asked when it says something (HELLO). */
static int settle(struct nt_broker *broker, struct nt_broker_client *client)
{
    int r = take_slot(broker, &client->slot);

    if (r < 0)
        return r;
    client->generation = broker->generations[client->slot];
    r = find_epoll(broker, client->charge.user, &client->epoll_fd);
    if (r == 0)
        r = watch(client, EPOLL_CTL_ADD, EPOLLIN);
    if (r < 0)
        broker->free_slots[broker->n_free_slots++] = client->slot;
    return r;
}

static int add_client(struct nt_broker *broker, int fd)
{
    struct nt_charge charge = {.user = NULL};
    struct nt_broker_client *client;
    struct nt_os_peer peer;
    int r;

    r = nt_os_socket_peer(fd, &peer);
    if (r < 0)
        return r;
    /* User mode: one user, and root, who could be any. */
    if (!broker->options.system && peer.uid != broker->uid && peer.uid != 0)
        return -EPERM;
    if (nt_answer_is_suspect(broker, peer.pid))
        return -EACCES;
    r = charge_connection(broker, peer.uid, &charge);
    if (r < 0)
        return r;
    client = calloc(1, sizeof(*client));
    if (client) {
        client->fd = fd;
        client->peer = peer;
        client->charge = charge;
    }
    r = client ? settle(broker, client) : -ENOMEM;
    if (r < 0) {
        nt_charge_refund(&broker->users, &charge);
        free(client);
        return r;
    }
    broker->clients[client->slot] = client;
    broker->n_clients++;
    NT_STEP(accepted);
    return 0;
}

/*
 * Without a free descriptor nobody is taken, and who waits would wake the loop again at once and
 * for ever: he is taken with the spare one and turned away.
 */
static bool turn_away(struct nt_broker *broker)
{
    bool taken;
    int fd;

    if (broker->spare_fd < 0)
        return false;
    broker->spare_fd = nt_os_close(broker->spare_fd);
    taken = nt_os_socket_accept(broker->listen_fd, &fd) == 0;
    if (taken)
        nt_os_socket_end(fd);
    nt_os_dup(broker->epoll_fd, &broker->spare_fd);
    return taken;
}

void nt_clients_accept(struct nt_broker *broker)
{
    /* Not all at once: those who are connected have their turn too. */
    for (int i = 0; i < MAX_ACCEPTED; i++) {
        int fd;
        int r = nt_os_socket_accept(broker->listen_fd, &fd);

        if ((r == -EMFILE || r == -ENFILE) && turn_away(broker))
            continue;
        if (r < 0)
            return;
        r = add_client(broker, fd);
        if (r < 0) {
            nt_log(NT_LOG_WARNING, "connection refused: %s", strerror(-r));
            nt_os_socket_end(fd);
        }
    }
}

/*
 * Whether the client has read its last reply. If not, its requests are left where they are
 * until an edge says that it read something.
 */
static int check_reader(struct nt_broker_client *client, bool *ret_ready)
{
    int unread = nt_os_socket_unread(client->fd);
    int r = 0;

    if (unread < 0)
        return unread;
    if (unread > 0 && !client->waits_for_reader) {
        r = watch(client, EPOLL_CTL_MOD, EPOLLOUT | EPOLLET);
        client->waits_for_reader = true;
    } else if (unread == 0 && client->waits_for_reader) {
        r = watch(client, EPOLL_CTL_MOD, EPOLLIN);
        client->waits_for_reader = false;
    }
    *ret_ready = unread == 0;
    return r;
}

/*
 * A client that has only shut its end down keeps what it has not read, descriptors in flight too:
 * so its connection stays, and counts. When it closes its end, or is gone, the kernel throws that
 * away and tells so once more.
 */
static bool has_unread(const struct nt_broker_client *client)
{
    return nt_os_socket_unread(client->fd) > 0;
}

static int serve(struct nt_broker *broker, struct nt_broker_client *client)
{
    static _Alignas(8) unsigned char buffer[NT_IPC_MAX_SIZE + 1];
    int fds[NT_OS_MAX_FDS];
    struct nt_os_peer sender;
    size_t size, n_fds;
    bool ready;
    int r;

    r = check_reader(client, &ready);
    if (r < 0 || !ready)
        return r;
    /* Nobody who has not said HELLO brings any; the list says what each request may bring. */
    r = nt_os_socket_recv(client->fd, buffer, sizeof(buffer), &size, fds,
                          client->said_hello ? NT_IPC_MAX_REQUEST_FDS : 0, &n_fds, &sender, false);
    if (r < 0)
        return r == -EAGAIN ? 0 : r;
    NT_STEP(received);
    if (sender.pid != client->peer.pid || sender.uid != client->peer.uid ||
        sender.gid != client->peer.gid) {
        while (n_fds > 0)
            nt_os_close_foreign(fds[--n_fds]);
        return -EPERM;
    }
    nt_answer_receive(broker, client->peer.pid);
    r = nt_dispatch(broker, client, buffer, size, fds, n_fds);
    nt_answer_receive(broker, 0);
    return r;
}

void nt_client_ready(struct nt_broker *broker, uint32_t generation, uint32_t slot, uint32_t events)
{
    struct nt_broker_client *client;
    int r;

    if (slot >= broker->n_slots || !broker->clients[slot] ||
        (broker->generations[slot] & 0xffffff) != generation)
        return;
    client = broker->clients[slot];
    if ((events & (EPOLLHUP | EPOLLERR)) && !(events & EPOLLIN) && !has_unread(client)) {
        drop(broker, client);
        return;
    }
    r = serve(broker, client);
    if (r < 0) {
        if (r != -ECONNRESET)
            nt_log(NT_LOG_WARNING, "connection of pid %d dropped: %s", client->peer.pid,
                   strerror(-r));
        drop(broker, client);
    }
}

void nt_clients_user_ready(struct nt_broker *broker, uid_t uid)
{
    struct nt_user *user = nt_user_find(&broker->users, uid);
    struct epoll_event events[MAX_SERVED];
    int n;

    if (!user || user->ready_fd < 0)
        return;
    n = epoll_wait(user->ready_fd, events, MAX_SERVED, 0);
    for (int i = 0; i < n; i++)
        nt_client_ready(broker, (uint32_t)(events[i].data.u64 >> 32) & 0xffffff,
                        (uint32_t)events[i].data.u64, events[i].events);
}

void nt_clients_deinit(struct nt_broker *broker)
{
    for (uint32_t i = 0; i < broker->n_slots; i++) {
        if (broker->clients[i])
            drop(broker, broker->clients[i]);
    }
    free(broker->clients);
    free(broker->generations);
    free(broker->free_slots);
    broker->free_slots = NULL;
    broker->n_free_slots = broker->n_used_slots = 0;
    broker->clients = NULL;
    broker->generations = NULL;
    broker->n_slots = 0;
}
