/* SPDX-License-Identifier: MIT */
/*
 * A broker without its event loop: name space, users and dispatch in the test's own process,
 * and clients that are one end of a socket pair. Time passes only when a test calls
 * fixture_reap(). The fuzzer of the protocol stands on it too, so nothing here asserts:
 * what is wrong comes back as a text.
 */
#ifndef NTSHM_TEST_BROKER_FIXTURE_H
#define NTSHM_TEST_BROKER_FIXTURE_H

#include "broker/broker.h"

#include <winternl.h>

struct fixture_client {
    struct nt_broker_client client; /* the broker's side */
    int fd;                         /* the test's side */
    uint64_t number;                /* of the last request */
    int send_fds[NT_IPC_MAX_REQUEST_FDS +
                 1]; /* go along with the next message, and are gone then */
    size_t n_send_fds;
};

/* What came back. The descriptors are the caller's. */
struct fixture_reply {
    struct nt_reply_header header;
    union {
        struct nt_hello_reply hello;
        struct nt_object_reply object;
        struct nt_statistics_reply statistics;
        struct nt_grow_reply grow;
        unsigned char bytes[NT_IPC_MAX_BYTES + 512]; /* the longest of all answers */
    };
    size_t size;
    int fds[NT_OS_MAX_FDS];
    size_t n_fds;
};

/** fixture_init() - an empty broker that serves @uid. Return: 0 or -errno. */
int fixture_init(struct nt_broker *broker, uid_t uid);
void fixture_deinit(struct nt_broker *broker);

/** fixture_reap() - what the event loop would have done by now: drop objects without a handle */
void fixture_reap(struct nt_broker *broker);

/** fixture_client_init() - a connection that said nothing yet. Return: 0 or -errno. */
int fixture_client_init(struct nt_broker *broker, struct fixture_client *client, uid_t uid);
/** fixture_client_deinit() - the connection ends, on both sides */
void fixture_client_deinit(struct nt_broker *broker, struct fixture_client *client);

/**
 * fixture_dispatch() - one message, and its reply when there is one
 * @ret_reply: header.status is STATUS_PENDING when nothing came back
 *
 * Return: what nt_dispatch() returned.
 */
int fixture_dispatch(struct nt_broker *broker, struct fixture_client *client, const void *bytes,
                     size_t size, struct fixture_reply *ret_reply);

/** fixture_carry() - memory that an object may carry goes along with the next message */
void fixture_carry(struct fixture_client *client);

/** fixture_receive() - take the reply that lies in the socket, if there is one, as above */
void fixture_receive(struct fixture_client *client, struct fixture_reply *reply);

/** fixture_reply_deinit() - close what came along */
void fixture_reply_deinit(struct fixture_reply *reply);

/** fixture_hello() - begin the connection; @token 0 for a new one. Returns the status. */
NTSTATUS fixture_hello(struct nt_broker *broker, struct fixture_client *client, uint64_t token);

/**
 * fixture_request() - a request of any type with a name
 * @type, @fixed: the structure that the message list has for the type; name_units is filled in
 * @name:         units, @n_units of them
 *
 * Returns the status in the reply, or STATUS_CONNECTION_DISCONNECTED when there is none.
 */
NTSTATUS fixture_request(struct nt_broker *broker, struct fixture_client *client,
                         enum nt_message_type type, const void *fixed, const uint16_t *name,
                         size_t n_units, struct fixture_reply *ret_reply);

/**
 * fixture_complaint() - look at everything that must agree with everything else
 *
 * Tree, table, arena, charges, descriptors. Return: NULL, or what is wrong.
 */
const char *fixture_complaint(struct nt_broker *broker);

/** fixture_count_fds() - open descriptors of this process */
unsigned fixture_count_fds(void);

#endif
