// SPDX-License-Identifier: MIT
/*
 * Identities. The SIDs are not kept: whether an identity has one is seen from the number in it, and
 * the list that an application asks for is made entry by entry.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "rtl/identity.h"

static int compare_gids(const void *a, const void *b)
{
    uint32_t x, y;

    memcpy(&x, a, sizeof(x));
    memcpy(&y, b, sizeof(y));
    return (x > y) - (x < y);
}

/* Sorted, each once, and without the effective one, which is kept apart. */
static void tidy_groups(struct nt_identity *identity)
{
    size_t n = 0;

    if (identity->n_groups > 1)
        qsort(identity->groups, identity->n_groups, sizeof(*identity->groups), compare_gids);
    for (size_t i = 0; i < identity->n_groups; i++) {
        uint32_t gid = identity->groups[i];

        if (gid != identity->gid && (n == 0 || identity->groups[n - 1] != gid))
            identity->groups[n++] = gid;
    }
    identity->n_groups = n;
}

int nt_identity_init(struct nt_identity *identity, uint32_t uid, uint32_t gid,
                     const uint32_t *groups, size_t n_groups)
{
    uint32_t *copy = identity->own;

    if (n_groups > NT_IDENTITY_INLINE) {
        copy = calloc(n_groups, sizeof(*copy));
        if (!copy)
            return -ENOMEM;
    }
    if (n_groups > 0)
        memcpy(copy, groups, n_groups * sizeof(*copy));
    identity->uid = uid;
    identity->gid = gid;
    identity->groups = copy;
    identity->n_groups = n_groups;
    identity->integrity = uid == 0 ? SECURITY_MANDATORY_HIGH_RID : SECURITY_MANDATORY_MEDIUM_RID;
    identity->in_force = 0;
    tidy_groups(identity);
    return 0;
}

void nt_identity_deinit(struct nt_identity *identity)
{
    if (identity->groups != identity->own)
        free(identity->groups);
    identity->groups = identity->own;
    identity->n_groups = 0;
}

static bool has_gid(const struct nt_identity *identity, uint32_t gid)
{
    if (gid == identity->gid)
        return true;
    return identity->n_groups > 0 &&
           bsearch(&gid, identity->groups, identity->n_groups, sizeof(gid), compare_gids) != NULL;
}

static bool is_known(const SID *sid, enum nt_known_sid which)
{
    return nt_sid_equal(sid, nt_sid_known(which));
}

bool nt_identity_has(const struct nt_identity *identity, const SID *sid)
{
    uint32_t number;

    if (nt_sid_is_uid(sid, &number))
        return number == identity->uid;
    if (nt_sid_is_gid(sid, &number))
        return has_gid(identity, number);
    if (is_known(sid, NT_SID_EVERYONE) || is_known(sid, NT_SID_AUTHENTICATED))
        return true;
    return identity->uid == 0 &&
           (is_known(sid, NT_SID_ADMINISTRATORS) || is_known(sid, NT_SID_SYSTEM));
}

void nt_identity_user(const struct nt_identity *identity, struct nt_sid *ret_sid)
{
    nt_sid_of_uid(ret_sid, identity->uid);
}

void nt_identity_owner(const struct nt_identity *identity, struct nt_sid *ret_sid)
{
    if (identity->uid == 0)
        nt_sid_copy(ret_sid, nt_sid_known(NT_SID_ADMINISTRATORS));
    else
        nt_identity_user(identity, ret_sid);
}

void nt_identity_primary_group(const struct nt_identity *identity, struct nt_sid *ret_sid)
{
    nt_sid_of_gid(ret_sid, identity->gid);
}

bool nt_identity_may_own(const struct nt_identity *identity, const SID *sid)
{
    uint32_t uid;

    if (identity->in_force & NT_IN_FORCE_RESTORE)
        return true;
    if (nt_sid_is_uid(sid, &uid))
        return uid == identity->uid;
    return identity->uid == 0 && is_known(sid, NT_SID_ADMINISTRATORS);
}

#define GROUP_IN_USE (SE_GROUP_MANDATORY | SE_GROUP_ENABLED_BY_DEFAULT | SE_GROUP_ENABLED)

/* Those in front of the kernel's groups, and those behind them. */
static const enum nt_known_sid root_first[] = {NT_SID_ADMINISTRATORS, NT_SID_SYSTEM};
static const enum nt_known_sid last[] = {NT_SID_EVERYONE, NT_SID_AUTHENTICATED};

bool nt_identity_group(const struct nt_identity *identity, size_t index, struct nt_sid *ret_sid,
                       uint32_t *ret_attributes)
{
    size_t n_first = identity->uid == 0 ? 2 : 0;

    *ret_attributes = GROUP_IN_USE;
    if (index < n_first) {
        nt_sid_copy(ret_sid, nt_sid_known(root_first[index]));
        if (root_first[index] == NT_SID_ADMINISTRATORS)
            *ret_attributes |= SE_GROUP_OWNER;
        return true;
    }
    index -= n_first;
    if (index <= identity->n_groups) {
        nt_sid_of_gid(ret_sid, index == 0 ? identity->gid : identity->groups[index - 1]);
        return true;
    }
    index -= identity->n_groups + 1;
    if (index < 2) {
        nt_sid_copy(ret_sid, nt_sid_known(last[index]));
        return true;
    }
    /* The level is among the groups too, as one that no access check counts. */
    nt_sid_of_integrity(ret_sid, identity->integrity);
    *ret_attributes = SE_GROUP_INTEGRITY | SE_GROUP_INTEGRITY_ENABLED;
    return index == 2;
}
