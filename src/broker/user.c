// SPDX-License-Identifier: MIT
/*
 * The table of users and their limits.
 */
#include <errno.h>
#include <stdlib.h>

#include "broker/user.h"
#include "util/macro.h"

static int compare(const struct nt_user *a, const struct nt_user *b)
{
    return (a->uid > b->uid) - (a->uid < b->uid);
}

NT_RB_GENERATE(nt_user_tree, nt_user, node, compare)

void nt_users_init(struct nt_users *users, uint64_t max_fds)
{
    RB_INIT(&users->tree);
    /*
     * The kernel counts descriptors in flight for the sending user, which is the broker: three
     * to a connection at most, and all of them together under half of the limit.
     */
    users->limits[NT_CHARGE_CONNECTIONS] = max_fds / 6;
    users->limits[NT_CHARGE_FDS] = max_fds - max_fds / 4;
    users->limits[NT_CHARGE_OBJECTS] = 1u << 18;
    users->limits[NT_CHARGE_BYTES] = 128u << 20;
}

struct nt_user *nt_user_ref(struct nt_users *users, uid_t uid)
{
    struct nt_user key = {.uid = uid};
    struct nt_user *user = RB_FIND(nt_user_tree, &users->tree, &key);

    if (!user) {
        user = calloc(1, sizeof(*user));
        if (!user)
            return NULL;
        user->uid = uid;
        RB_INSERT(nt_user_tree, &users->tree, user);
    }
    user->refs++;
    return user;
}

struct nt_user *nt_user_unref(struct nt_users *users, struct nt_user *user)
{
    if (user && --user->refs == 0) {
        for (int i = 0; i < NT_CHARGE_COUNT; i++)
            nt_abort_if(user->used[i] != 0, "a user is charged for what nobody holds");
        RB_REMOVE(nt_user_tree, &users->tree, user);
        free(user);
    }
    return NULL;
}

int nt_charge(struct nt_users *users, struct nt_charge *charge, struct nt_user *user,
              const uint64_t *amount)
{
    for (int i = 0; i < NT_CHARGE_COUNT; i++) {
        if (amount[i] > users->limits[i] - user->used[i])
            return -EDQUOT;
    }
    for (int i = 0; i < NT_CHARGE_COUNT; i++) {
        user->used[i] += amount[i];
        charge->amount[i] = amount[i];
    }
    user->refs++;
    charge->user = user;
    return 0;
}

void nt_charge_refund(struct nt_users *users, struct nt_charge *charge)
{
    if (!charge->user)
        return;
    for (int i = 0; i < NT_CHARGE_COUNT; i++) {
        charge->user->used[i] -= charge->amount[i];
        charge->amount[i] = 0;
    }
    charge->user = nt_user_unref(users, charge->user);
}
