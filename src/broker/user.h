/* SPDX-License-Identifier: MIT */
/*
 * Users and what their clients cost. Everything that a client makes the broker keep is charged
 * to its user before it is made, in a field of the object that holds it, so that the
 * destructor is the refund.
 */
#ifndef NT_BROKER_USER_H
#define NT_BROKER_USER_H

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
};

RB_HEAD(nt_user_tree, nt_user);

struct nt_users {
    struct nt_user_tree tree;
    uint64_t limits[NT_CHARGE_COUNT];
};

/** nt_users_init() - @max_fds: what the broker's table of descriptors holds */
void nt_users_init(struct nt_users *users, uint64_t max_fds);

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
/** nt_charge_refund() - give everything back; safe on one that holds nothing */
void nt_charge_refund(struct nt_users *users, struct nt_charge *charge);

#endif
