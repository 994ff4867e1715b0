/* SPDX-License-Identifier: MIT */
/*
 * The broker: one thread, one epoll set. It gives names to memory and nothing else: after a
 * client has its descriptors the broker is out of the way.
 */
#ifndef NT_BROKER_BROKER_H
#define NT_BROKER_BROKER_H

#include "broker/answer.h"
#include "broker/client.h"
#include "broker/object.h"
#include "broker/options.h"
#include "ipc/place.h"
#include "ipc/protocol.h"

struct nt_broker {
    const struct nt_broker *inherited; /* worker.c */
    struct nt_options options;
    struct nt_place place;
    struct nt_users users;
    struct nt_objects objects;
    uid_t uid; /* its own: in user mode the only one that it serves */
    int epoll_fd, listen_fd, incumbent_fd, watch_fd, signal_fd;
    int spare_fd; /* given up for a moment to turn somebody away when there is no other */
    uint64_t socket_inode, socket_device; /* of the bound socket's file */
    struct nt_broker_client **clients;
    uint32_t *generations;
    uint32_t *free_slots; /* a stack of those below n_used_slots that nobody has */
    uint32_t n_slots, n_used_slots, n_free_slots, n_clients;
    struct nt_answers answers;
    bool stopping;
    bool handover; /* another worker takes over */
    bool orphaned; /* the keeper is gone */
};

/* What an event of the epoll set is about: in the top bits of its data. */
enum nt_broker_event {
    NT_EVENT_LISTEN = 1,
    NT_EVENT_INCUMBENT,
    NT_EVENT_WATCH,
    NT_EVENT_SIGNAL,
    NT_EVENT_CLIENT, /* generation of the slot, slot */
    NT_EVENT_LEASES, /* the set of all leases: some name has died */
    NT_EVENT_USER,   /* uid: some of his connections are ready */
};

/** nt_broker_watch_fd() - add @fd to the epoll set; a lease is watched with no events at all */
int nt_broker_watch_fd(struct nt_broker *broker, int fd, uint32_t events, enum nt_broker_event kind,
                       uint64_t generation, uint32_t index);

/* --- endpoint.c: where clients find it ------------------------------------------------------ */

/**
 * nt_endpoint_init() - bind the sockets
 *
 * Return: 0; -EEXIST when a living broker serves this directory already: it has been told to
 * look whether its socket is still in place.
 */
int nt_endpoint_init(struct nt_broker *broker);
/** nt_endpoint_check() - bind again when the directory or the socket has been removed */
void nt_endpoint_check(struct nt_broker *broker);
/** nt_endpoint_poked() - somebody knocked at the incumbent's address */
void nt_endpoint_poked(struct nt_broker *broker);
/** nt_endpoint_watched() - something happened in the directory */
void nt_endpoint_watched(struct nt_broker *broker);
/**
 * nt_endpoint_leave() - stop listening, unless somebody is just coming
 *
 * Return: true when nobody can reach this broker any more, and both addresses are free.
 */
bool nt_endpoint_leave(struct nt_broker *broker);
void nt_endpoint_deinit(struct nt_broker *broker);

/* --- client.c -------------------------------------------------------------------------------- */

/** nt_clients_accept() - take everybody who waits */
void nt_clients_accept(struct nt_broker *broker);
/** nt_clients_user_ready() - serve a few of a user's connections; all users have their turn */
void nt_clients_user_ready(struct nt_broker *broker, uid_t uid);
/** nt_client_ready() - an event of a connection */
void nt_client_ready(struct nt_broker *broker, uint32_t generation, uint32_t slot, uint32_t events);
/** nt_clients_deinit() - close every connection */
void nt_clients_deinit(struct nt_broker *broker);

/* --- dispatch.c ------------------------------------------------------------------------------ */

/**
 * nt_dispatch() - serve one message
 * @bytes, @size: as received; 8-byte aligned
 * @fds, @n_fds:  what came along, at most NT_IPC_MAX_REQUEST_FDS; all of it is taken or closed
 *
 * Return: 0; a negative errno when the connection must end.
 */
int nt_dispatch(struct nt_broker *broker, struct nt_broker_client *client, const void *bytes,
                size_t size, int *fds, size_t n_fds);

/* --- broker.c -------------------------------------------------------------------------------- */

/**
 * nt_broker_init() - a broker, ready to run
 * @options: copied
 * @arena:   what there is already (recover.h): taken; NULL: a new, empty one
 *
 * Return: 0; -EEXIST or -errno, and with @arena the process must end: nothing is given back.
 */
int nt_broker_init(struct nt_broker *broker, const struct nt_options *options,
                   const struct nt_arena *arena);
/** nt_broker_turn() - wait for events and handle them. Return: how many there were; -errno */
int nt_broker_turn(struct nt_broker *broker, int timeout_ms);
/** nt_broker_run() - serve until idle or told to stop */
int nt_broker_run(struct nt_broker *broker);
void nt_broker_deinit(struct nt_broker *broker);

#endif
