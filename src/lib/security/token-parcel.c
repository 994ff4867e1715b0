// SPDX-License-Identifier: MIT
/*
 * Tokens that leave their process: a copy, which says whom the token stands for at that moment and
 * what was set in it. The kernel knows of no tokens, so nobody attests what a copy says, and it is
 * believed only as far as it can do no harm: a process of another user than root takes no token
 * that speaks of anybody but its own user. Whoever uses one for a thread is whom the kernel takes
 * the thread for in any case.
 */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <ntstatus.h>

#include "ipc/protocol.h"
#include "lib/object/parcel.h"
#include "lib/process/lock.h"
#include "lib/security/token-object.h"
#include "os/credentials.h"
#include "rtl/acl.h"
#include "rtl/sid.h"
#include "util/macro.h"

#define MAX_GROUPS 4096u

struct part {
    uint32_t type, level;
    uint32_t uid, gid, n_groups;
    uint32_t privileges, lowered;
    uint32_t owner_size, group_size, dacl_size; /* 0: none */
};

/* --- packing -------------------------------------------------------------------------------- */

/* NT_LOCK_TOKENS held. */
static void put_state(const struct nt_token_state *state, struct part *part,
                      struct nt_parcel *parcel)
{
    part->privileges = atomic_load(&state->privileges);
    part->lowered = atomic_load(&state->lowered);
    part->owner_size = state->owner ? (uint32_t)nt_sid_size(&state->owner->sid) : 0;
    part->group_size = state->group ? (uint32_t)nt_sid_size(&state->group->sid) : 0;
    part->dacl_size = state->dacl ? state->dacl->AclSize : 0;
    nt_parcel_put(parcel, part, sizeof(*part));
    nt_parcel_put(parcel, state->owner, part->owner_size);
    nt_parcel_put(parcel, state->group, part->group_size);
    nt_parcel_put(parcel, state->dacl, part->dacl_size);
}

NTSTATUS nt_token_pack(struct nt_object *object, ACCESS_MASK access, struct nt_parcel *parcel)
{
    NT_CLEANUP(nt_os_credentials_deinit) struct nt_os_credentials who = {.more = NULL};
    struct nt_token *token = NT_CONTAINER_OF(object, struct nt_token, object);
    struct part part = {.type = token->type, .level = token->level};
    NTSTATUS status = nt_token_who(token, &who);

    (void)access;
    if (!NT_SUCCESS(status))
        return status;
    if (who.n_groups > MAX_GROUPS)
        return STATUS_INSUFFICIENT_RESOURCES;
    part.uid = who.uid;
    part.gid = who.gid;
    part.n_groups = (uint32_t)who.n_groups;
    nt_lock_take(NT_LOCK_TOKENS);
    put_state(token->state, &part, parcel);
    nt_lock_drop(NT_LOCK_TOKENS);
    nt_parcel_put(parcel, nt_os_credentials_groups(&who), who.n_groups * sizeof(gid_t));
    return STATUS_SUCCESS;
}

/* --- unpacking ------------------------------------------------------------------------------ */

static bool is_good(const struct part *part)
{
    if (part->type != TokenPrimary && part->type != TokenImpersonation)
        return false;
    if (part->level > SecurityDelegation || part->n_groups > MAX_GROUPS)
        return false;
    return part->lowered == 0 || (part->lowered & NT_IPC_LOWERED);
}

static NTSTATUS get_sid(struct nt_parcel *parcel, uint32_t size, struct nt_sid **ret_sid)
{
    const void *bytes = size ? nt_parcel_get(parcel, size) : NULL;

    if (size == 0)
        return STATUS_SUCCESS;
    if (!bytes || nt_sid_check(bytes, size) != size)
        return STATUS_DATA_ERROR;
    *ret_sid = calloc(1, sizeof(**ret_sid));
    if (!*ret_sid)
        return STATUS_NO_MEMORY;
    nt_sid_copy(*ret_sid, bytes);
    return STATUS_SUCCESS;
}

static NTSTATUS get_acl(struct nt_parcel *parcel, uint32_t size, ACL **ret_acl)
{
    const void *bytes = size ? nt_parcel_get(parcel, size) : NULL;

    if (size == 0)
        return STATUS_SUCCESS;
    if (!bytes || nt_acl_check(bytes, size) != size)
        return STATUS_DATA_ERROR;
    *ret_acl = malloc(size);
    if (!*ret_acl)
        return STATUS_NO_MEMORY;
    memcpy(*ret_acl, bytes, size);
    return STATUS_SUCCESS;
}

static NTSTATUS get_state(struct nt_parcel *parcel, const struct part *part,
                          struct nt_token_state *state)
{
    NTSTATUS status = get_sid(parcel, part->owner_size, &state->owner);

    if (NT_SUCCESS(status))
        status = get_sid(parcel, part->group_size, &state->group);
    if (NT_SUCCESS(status))
        status = get_acl(parcel, part->dacl_size, &state->dacl);
    atomic_store(&state->privileges, part->privileges);
    atomic_store(&state->lowered, part->lowered);
    atomic_store(&state->has_defaults, state->owner || state->group || state->dacl);
    return status;
}

static NTSTATUS get_who(struct nt_parcel *parcel, const struct part *part,
                        struct nt_os_credentials *ret_who)
{
    struct nt_os_credentials who = {.uid = part->uid, .gid = part->gid, .n_groups = part->n_groups};
    size_t size = part->n_groups * sizeof(gid_t);
    const void *groups = part->n_groups ? nt_parcel_get(parcel, size) : NULL;

    if (geteuid() != 0 && part->uid != geteuid())
        return STATUS_ACCESS_DENIED;
    if (part->n_groups && !groups)
        return STATUS_DATA_ERROR;
    if (part->n_groups > NT_OS_GROUPS_INLINE) {
        who.more = malloc(size);
        if (!who.more)
            return STATUS_NO_MEMORY;
        memcpy(who.more, groups, size);
    } else if (part->n_groups) {
        memcpy(who.own, groups, size);
    }
    *ret_who = who;
    return STATUS_SUCCESS;
}

NTSTATUS nt_token_unpack(struct nt_parcel *parcel, ACCESS_MASK access,
                         struct nt_object **ret_object)
{
    const struct part *part = nt_parcel_get(parcel, sizeof(*part));
    struct nt_token *token;
    NTSTATUS status;

    (void)access;
    if (!part || !is_good(part))
        return STATUS_DATA_ERROR;
    token = nt_token_new((TOKEN_TYPE)part->type, (SECURITY_IMPERSONATION_LEVEL)part->level);
    if (!token)
        return STATUS_NO_MEMORY;
    status = get_state(parcel, part, token->state);
    if (NT_SUCCESS(status))
        status = get_who(parcel, part, &token->made);
    if (!NT_SUCCESS(status)) {
        nt_object_close(&token->object);
        return status;
    }
    nt_token_touched(token);
    *ret_object = &token->object;
    return STATUS_SUCCESS;
}
