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
#include "util/log.h"
#include "util/macro.h"

static void drop(struct nt_broker *broker, struct nt_broker_client *client)
{
    broker->clients[client->slot] = NULL;
    broker->generations[client->slot]++;
    broker->n_clients--;
    nt_os_close(client->fd);
    nt_charge_refund(&broker->users, &client->charge);
    free(client);
}

/* A free slot; the table doubles when none is left. */
static int take_slot(struct nt_broker *broker, uint32_t *ret_slot)
{
    uint32_t n = broker->n_slots ? broker->n_slots * 2 : 64;
    struct nt_broker_client **clients;
    uint32_t *generations;

    if (broker->n_clients < broker->n_slots) {
        for (uint32_t i = 0; i < broker->n_slots; i++) {
            if (!broker->clients[i]) {
                *ret_slot = i;
                return 0;
            }
        }
    }
    clients = realloc(broker->clients, n * sizeof(*clients));
    if (!clients)
        return -ENOMEM;
    broker->clients = clients;
    generations = realloc(broker->generations, n * sizeof(*generations));
    if (!generations)
        return -ENOMEM;
    broker->generations = generations;
    memset(clients + broker->n_slots, 0, (n - broker->n_slots) * sizeof(*clients));
    memset(generations + broker->n_slots, 0, (n - broker->n_slots) * sizeof(*generations));
    *ret_slot = broker->n_slots;
    broker->n_slots = n;
    return 0;
}

static int charge_connection(struct nt_broker *broker, struct nt_broker_client *client)
{
    const uint64_t amount[NT_CHARGE_COUNT] = {[NT_CHARGE_CONNECTIONS] = 1};
    struct nt_user *user = nt_user_ref(&broker->users, client->peer.uid);
    int r;

    if (!user)
        return -ENOMEM;
    r = nt_charge(&broker->users, &client->charge, user, amount);
    nt_user_unref(&broker->users, user);
    return r;
}

static int add_client(struct nt_broker *broker, int fd)
{
    NT_CLEANUP(nt_freep) struct nt_broker_client *client = calloc(1, sizeof(*client));
    int r;

    if (!client)
        return -ENOMEM;
    client->fd = fd;
    r = nt_os_socket_peer(fd, &client->peer);
    if (r < 0)
        return r;
    /* User mode: one user, and root, who could be any. */
    if (client->peer.uid != broker->uid && client->peer.uid != 0)
        return -EPERM;
    r = take_slot(broker, &client->slot);
    if (r < 0)
        return r;
    r = charge_connection(broker, client);
    if (r < 0)
        return r;
    client->generation = broker->generations[client->slot];
    r = nt_broker_watch_fd(broker, fd, EPOLLIN, NT_EVENT_CLIENT, client->generation, client->slot);
    if (r < 0) {
        nt_charge_refund(&broker->users, &client->charge);
        return r;
    }
    broker->clients[client->slot] = client;
    broker->n_clients++;
    client = NULL;
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
        nt_os_close(fd);
    nt_os_dup(broker->epoll_fd, &broker->spare_fd);
    return taken;
}

void nt_clients_accept(struct nt_broker *broker)
{
    for (;;) {
        int fd;
        int r = nt_os_socket_accept(broker->listen_fd, &fd);

        if ((r == -EMFILE || r == -ENFILE) && turn_away(broker))
            continue;
        if (r < 0)
            return;
        r = add_client(broker, fd);
        if (r < 0) {
            nt_log(NT_LOG_WARNING, "connection refused: %s", strerror(-r));
            nt_os_close(fd);
        }
    }
}

static int rewatch(struct nt_broker *broker, struct nt_broker_client *client, uint32_t events)
{
    struct epoll_event event = {
        .events = events,
        .data.u64 = (uint64_t)NT_EVENT_CLIENT << 56 |
                    (uint64_t)(client->generation & 0xffffff) << 32 | client->slot,
    };

    return epoll_ctl(broker->epoll_fd, EPOLL_CTL_MOD, client->fd, &event) < 0 ? -errno : 0;
}

/*
 * Whether the client has read its last reply. If not, its requests are left where they are
 * until an edge says that it read something.
 */
static int check_reader(struct nt_broker *broker, struct nt_broker_client *client, bool *ret_ready)
{
    int unread = nt_os_socket_unread(client->fd);
    int r = 0;

    if (unread < 0)
        return unread;
    if (unread > 0 && !client->waits_for_reader) {
        r = rewatch(broker, client, EPOLLOUT | EPOLLET);
        client->waits_for_reader = true;
    } else if (unread == 0 && client->waits_for_reader) {
        r = rewatch(broker, client, EPOLLIN);
        client->waits_for_reader = false;
    }
    *ret_ready = unread == 0;
    return r;
}

static int serve(struct nt_broker *broker, struct nt_broker_client *client)
{
    static _Alignas(8) unsigned char buffer[NT_IPC_MAX_SIZE + 1];
    int fds[NT_OS_MAX_FDS];
    struct nt_os_peer sender;
    size_t size, n_fds;
    bool ready;
    int r;

    r = check_reader(broker, client, &ready);
    if (r < 0 || !ready)
        return r;
    /* Nobody who has not said HELLO brings any; the list says what each request may bring. */
    r = nt_os_socket_recv(client->fd, buffer, sizeof(buffer), &size, fds,
                          client->said_hello ? NT_IPC_MAX_REQUEST_FDS : 0, &n_fds, &sender, false);
    if (r < 0)
        return r == -EAGAIN ? 0 : r;
    if (!client->said_hello)
        client->sender = sender;
    if (sender.uid != client->sender.uid || sender.pid != client->peer.pid) {
        while (n_fds > 0)
            nt_os_close(fds[--n_fds]);
        return -EPERM;
    }
    return nt_dispatch(broker, client, buffer, size, fds, n_fds);
}

void nt_client_ready(struct nt_broker *broker, uint32_t generation, uint32_t slot, uint32_t events)
{
    struct nt_broker_client *client;
    int r;

    if (slot >= broker->n_slots || !broker->clients[slot] ||
        (broker->generations[slot] & 0xffffff) != generation)
        return;
    client = broker->clients[slot];
    if ((events & (EPOLLHUP | EPOLLERR)) && !(events & EPOLLIN)) {
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

void nt_clients_deinit(struct nt_broker *broker)
{
    for (uint32_t i = 0; i < broker->n_slots; i++) {
        if (broker->clients[i])
            drop(broker, broker->clients[i]);
    }
    free(broker->clients);
    free(broker->generations);
    broker->clients = NULL;
    broker->generations = NULL;
    broker->n_slots = 0;
}
