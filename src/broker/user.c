// SPDX-License-Identifier: MIT
/*
 * The table of users and their limits.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "broker/arena.h"
#include "broker/user.h"
#include "os/os.h"
#include "util/macro.h"

/*
 * The broker's own descriptors, and those of the one request in service: so many, or a quarter of
 * very few.
 */
#define OWN_FDS 64u

static int compare(const struct nt_user *a, const struct nt_user *b)
{
    return (a->uid > b->uid) - (a->uid < b->uid);
}

NT_RB_GENERATE(nt_user_tree, nt_user, node, compare)

void nt_users_init(struct nt_users *users, uint64_t max_fds)
{
    uint64_t few = max_fds / 4 < OWN_FDS ? max_fds / 4 : OWN_FDS;
    uint64_t own = max_fds / 20 > few ? max_fds / 20 : few;

    memset(users, 0, sizeof(*users));
    RB_INIT(&users->tree);
    /*
     * The kernel counts descriptors in flight for the sending user, which is the broker: four
     * to a connection at most, and all of them together under half of the limit. When names have
     * taken what connections need, a new one is turned away.
     */
    users->max_shared = max_fds - few * 5 / 8;
    users->limits[NT_CHARGE_CONNECTIONS] = max_fds / 8;
    users->limits[NT_CHARGE_FDS] = max_fds - own;
    /* At most what the largest arena holds (nt_objects_init() knows the one that is there). */
    users->limits[NT_CHARGE_OBJECTS] = NT_ARENA_RECORDS;
    users->limits[NT_CHARGE_BYTES] = (uint64_t)NT_ARENA_BLOCKS * sizeof(struct nt_block);
}

struct nt_user *nt_user_find(struct nt_users *users, uid_t uid)
{
    struct nt_user key = {.uid = uid};

    return RB_FIND(nt_user_tree, &users->tree, &key);
}

struct nt_user *nt_user_ref(struct nt_users *users, uid_t uid)
{
    struct nt_user *user = nt_user_find(users, uid);

    if (!user) {
        user = calloc(1, sizeof(*user));
        if (!user)
            return NULL;
        user->uid = uid;
        user->ready_fd = -1;
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
        nt_os_close(user->ready_fd);
        free(user);
    }
    return NULL;
}

/* Names and connections take from the one table of descriptors. */
static bool table_has_room(const struct nt_users *users, int kind, uint64_t amount)
{
    return (kind != NT_CHARGE_FDS && kind != NT_CHARGE_CONNECTIONS) ||
           users->used[NT_CHARGE_FDS] + users->used[NT_CHARGE_CONNECTIONS] + amount <=
               users->max_shared;
}

/* Would @user be within its limits with @amount more? */
static bool has_room(const struct nt_users *users, const struct nt_user *user, int kind,
                     uint64_t amount)
{
    uint64_t limit = users->limits[kind], others = users->used[kind] - user->used[kind];
    uint64_t left = limit > others ? limit - others : 0;

    if (users->most[kind])
        left = left < users->most[kind] ? left : users->most[kind];
    else if (users->share)
        left /= 2;
    return user->used[kind] <= left && amount <= left - user->used[kind];
}

static void take(struct nt_users *users, struct nt_charge *charge, int kind, uint64_t amount)
{
    charge->user->used[kind] += amount;
    users->used[kind] += amount;
    charge->amount[kind] += amount;
}

static void give(struct nt_users *users, struct nt_charge *charge, int kind, uint64_t amount)
{
    charge->user->used[kind] -= amount;
    users->used[kind] -= amount;
    charge->amount[kind] -= amount;
}

void nt_charge_anyway(struct nt_users *users, struct nt_charge *charge, struct nt_user *user,
                      const uint64_t *amount)
{
    user->refs++;
    charge->user = user;
    for (int i = 0; i < NT_CHARGE_COUNT; i++)
        take(users, charge, i, amount[i]);
}

int nt_charge(struct nt_users *users, struct nt_charge *charge, struct nt_user *user,
              const uint64_t *amount)
{
    for (int i = 0; i < NT_CHARGE_COUNT; i++) {
        if (amount[i] &&
            (!has_room(users, user, i, amount[i]) || !table_has_room(users, i, amount[i])))
            return -EDQUOT;
    }
    nt_charge_anyway(users, charge, user, amount);
    return 0;
}

int nt_charge_more(struct nt_users *users, struct nt_charge *charge, enum nt_charge_kind kind,
                   uint64_t amount)
{
    if (amount && (!has_room(users, charge->user, (int)kind, amount) ||
                   !table_has_room(users, (int)kind, amount)))
        return -EDQUOT;
    take(users, charge, (int)kind, amount);
    return 0;
}

void nt_charge_less(struct nt_users *users, struct nt_charge *charge, enum nt_charge_kind kind,
                    uint64_t amount)
{
    give(users, charge, (int)kind, amount);
}

void nt_charge_refund(struct nt_users *users, struct nt_charge *charge)
{
    if (!charge->user)
        return;
    for (int i = 0; i < NT_CHARGE_COUNT; i++)
        give(users, charge, i, charge->amount[i]);
    charge->user = nt_user_unref(users, charge->user);
}
