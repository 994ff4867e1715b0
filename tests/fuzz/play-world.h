/* SPDX-License-Identifier: MIT */
/*
 * What the sources of the play share: the world, with the clients in it, and how a message is sent.
 */
#ifndef NTSHM_FUZZ_PLAY_WORLD_H
#define NTSHM_FUZZ_PLAY_WORLD_H

#include "fuzz/guarded.h"
#include "fuzz/play.h"
#include "rtl/boundary.h"
#include "rtl/descriptor.h"

#define N_HELD       16
#define N_GIFTS      11
#define SELF_GIFT    10 /* a descriptor of this process */
#define N_SECURITY   12
#define N_BOUNDARIES 5

struct play_client {
    uint64_t token;  /* of the last HELLO; kept, with the number, over a lost connection */
    uint64_t number; /* of the last request */
    uint32_t lowered, disabled;
    bool said_hello;
    int send_fds[NT_IPC_MAX_REQUEST_FDS]; /* go along with the next message */
    size_t n_send_fds;
};

struct play_held {
    int fds[NT_OS_MAX_FDS];
    size_t n_fds;
};

extern struct play_world {
    struct nt_broker broker;
    struct play_client clients[PLAY_N_CLIENTS];
    struct play_held held[N_HELD];
    unsigned next_held;
    int gifts[N_GIFTS];
    struct nt_descriptor_block security[N_SECURITY];
    struct nt_boundary *boundaries[N_BOUNDARIES];
    uint64_t last_id; /* of an object that a reply told of */
    struct nt_name_root last_root;
    unsigned n_planted;
    int lowest_free_fd[2];
    bool is_ready;
} play_world;

struct play_input {
    const uint8_t *at;
    size_t left;
};

/* What follows a message's structure. */
struct play_text {
    const void *bytes;
    size_t n_bytes;
    const uint16_t *units;
    size_t n_units;
};

extern const struct play_text play_no_text;
/* Where the message lies that is sent next. */
extern struct guarded play_message;

/* --- play-world.c ------------------------------------------------------------------- */

/** play_set_up() - the world, once; nothing happens the next time */
void play_set_up(void);
/** play_check_world() - all that the broker holds must agree */
void play_check_world(void);
/** play_reconnect() - a client's connection ends, another begins */
void play_reconnect(size_t i);
/** play_add_gift() - a descriptor that goes along with the client's next message */
void play_add_gift(size_t client, unsigned choice);
/** play_hold() - keep what came along with a reply, and let go of what was kept longest */
void play_hold(const struct play_reply *reply);
/** play_drop_held() - let go of that */
void play_drop_held(struct play_held *held);
/** play_tear_down() - back to the beginning: when nobody holds anything, nothing is left */
void play_tear_down(unsigned mode);

/* --- play.c ------------------------------------------------------------------------- */

/** play_send() - a message that lies in play_message; what comes back is checked */
void play_send(size_t whom, const void *bytes, size_t size);
/** play_make_message() - one of a good header, @fixed, and what follows it, in play_message */
const void *play_make_message(size_t whom, enum nt_message_type type, const void *fixed,
                              const struct play_text *text, size_t *ret_size);
/** play_send_good() - make it and send it */
void play_send_good(size_t whom, enum nt_message_type type, const void *fixed,
                    const struct play_text *text);

/* --- play-steps.c ------------------------------------------------------------------- */

/** play_step() - the next step of the input */
void play_step(struct play_input *input);

#endif
