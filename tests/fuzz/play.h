/* SPDX-License-Identifier: MIT */
/*
 * A play of several clients with a broker: the input says, step by step, who does what. Each step
 * is a byte that says what happens, a byte that says to whom, and what that step needs; what the
 * input has no more bytes for is 0. Every message of the protocol is played, well-formed and as
 * raw bytes, by three users and root.
 *
 * How a message gets to the broker is the stage's: protocol.c calls nt_dispatch(), wire.c has a
 * listening socket and the broker's own event loop. What must come back is the same for both.
 *
 * With FUZZ_PLANT the play is a control: once the message that NTSHM_FUZZ_PLANT names has
 * succeeded, the broker counts one object more than there is. It must be found, which shows that
 * the message is played with success and that the world is looked at.
 */
#ifndef NTSHM_FUZZ_PLAY_H
#define NTSHM_FUZZ_PLAY_H

#include <stdbool.h>

#include "unit/broker_fixture.h"

#define PLAY_UID       1000
#define PLAY_N_CLIENTS 4

/* What came back; the descriptors are the caller's. */
struct play_reply {
    struct nt_reply_header header; /* status: STATUS_PENDING when nothing came */
    union {
        struct nt_hello_reply hello;
        struct nt_object_reply object;
        struct nt_namespace_reply name_space;
        struct nt_get_security_reply security;
        struct nt_list_reply list;
        unsigned char bytes[NT_IPC_MAX_LIST + 64];
    };
    size_t size;
    int fds[NT_OS_MAX_FDS];
    size_t n_fds;
};

/* What a client does on the wire that no message says. */
enum play_offence {
    PLAY_LIES,      /* names another sender */
    PLAY_ASKS_ON,   /* asks again before it reads */
    PLAY_HALF_OPEN, /* says that it will send no more */
    PLAY_OFFENCES
};

/** play_input() - one input, played from an empty world to an empty one */
void play_input(const uint8_t *data, size_t size);
/** play_receive() - the reply that lies in a socket, if there is one; false when the other end is
 * closed */
bool play_receive(int fd, struct play_reply *reply);

/* --- the stage ---------------------------------------------------------------------- */

/** stage_set_up() - an empty broker in @broker; called once */
void stage_set_up(struct nt_broker *broker);
/** stage_n_modes() - how many kinds of broker there are to play with: user mode, system mode */
unsigned stage_n_modes(void);
/** stage_connect() - a new connection of the @i-th client, which is @uid */
void stage_connect(struct nt_broker *broker, size_t i, uid_t uid);
/** stage_disconnect() - it ends */
void stage_disconnect(struct nt_broker *broker, size_t i);
/** stage_send() - a message, and its reply; the descriptors are taken. false: the broker ended the
 * connection */
bool stage_send(struct nt_broker *broker, size_t i, const void *bytes, size_t size, int *fds,
                size_t n_fds, struct play_reply *reply);
/** stage_offend() - false: the broker ended the connection */
bool stage_offend(struct nt_broker *broker, size_t i, enum play_offence offence, const void *bytes,
                  size_t size);
/** stage_pass_time() - what has died is dropped */
void stage_pass_time(struct nt_broker *broker);

#endif
