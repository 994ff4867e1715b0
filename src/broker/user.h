/* SPDX-License-Identifier: MIT */
/*
 * Users and what their clients cost. Everything that a client makes the broker keep is charged
 * to its user before it is made, in a field of the object that holds it, so that the
 * destructor is the refund. Where several users share a broker, each may have half of what the
 * others leave, so that nobody, and no few together, can have it all.
 */
#ifndef NT_BROKER_USER_H
#define NT_BROKER_USER_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "util/tree.h"

enum nt_charge_kind {
    NT_CHARGE_CONNECTIONS,
    NT_CHARGE_OBJECTS,
    NT_CHARGE_FDS,
    NT_CHARGE_BYTES, /* of the broker's own memory: names */
    NT_CHARGE_COUNT
};

struct nt_user {
    RB_ENTRY(nt_user) node;
    uid_t uid;
    uint64_t used[NT_CHARGE_COUNT];
    unsigned refs;
    int ready_fd; /* an epoll set of his connections, or -1: they are in the broker's own */
};

RB_HEAD(nt_user_tree, nt_user);

struct nt_users {
    struct nt_user_tree tree;
    uint64_t limits[NT_CHARGE_COUNT]; /* all users together */
    uint64_t used[NT_CHARGE_COUNT];
    uint64_t most[NT_CHARGE_COUNT]; /* one user; 0: nothing was said */
    uint64_t max_shared; /* names and connections together: they leave some for the rest */
    bool share;          /* one user gets at most half of what the others leave */
};

/** nt_users_init() - @max_fds: what the broker's table of descriptors holds */
void nt_users_init(struct nt_users *users, uint64_t max_fds);

/** nt_user_find() - the user of that uid, borrowed, or NULL */
struct nt_user *nt_user_find(struct nt_users *users, uid_t uid);
/** nt_user_ref() - the user of that uid, made on first need; NULL without memory */
struct nt_user *nt_user_ref(struct nt_users *users, uid_t uid);
/** nt_user_unref() - the last one frees it; its charges must be refunded by then */
struct nt_user *nt_user_unref(struct nt_users *users, struct nt_user *user);

/* What one object holds of its user; zero-initialised is nothing. */
struct nt_charge {
    struct nt_user *user;
    uint64_t amount[NT_CHARGE_COUNT];
};

/**
 * nt_charge() - charge @user, or nothing at all
 *
 * Return: 0; -EDQUOT when one of the amounts is above the user's limit.
 */
int nt_charge(struct nt_users *users, struct nt_charge *charge, struct nt_user *user,
              const uint64_t *amount);
/** nt_charge_more(), nt_charge_less() - change one amount of a charge that is held; as nt_charge()
 */
int nt_charge_more(struct nt_users *users, struct nt_charge *charge, enum nt_charge_kind kind,
                   uint64_t amount);
void nt_charge_less(struct nt_users *users, struct nt_charge *charge, enum nt_charge_kind kind,
                    uint64_t amount);
/** nt_charge_anyway() - for what is there already: no limit holds */
void nt_charge_anyway(struct nt_users *users, struct nt_charge *charge, struct nt_user *user,
                      const uint64_t *amount);
/** nt_charge_refund() - give everything back; safe on one that holds nothing */
void nt_charge_refund(struct nt_users *users, struct nt_charge *charge);

#endif
