// SPDX-License-Identifier: MIT
/*
 * What can be changed in a token: privileges, what is created by default, and the integrity level,
 * which only ever falls. And copies.
 */
#include <stdlib.h>
#include <string.h>

#include <ntstatus.h>

#include "ipc/protocol.h"
#include "lib/process/lock.h"
#include "lib/security/token-object.h"
#include "lib/security/token-query.h"
#include "util/macro.h"

/* --- privileges ----------------------------------------------------------------------------- */

NTSTATUS nt_token_adjust(struct nt_token *token, const struct nt_privileges_change *change)
{
    NT_CLEANUP(nt_os_credentials_deinit) struct nt_os_credentials who = {.more = NULL};
    bool changed = false;
    NTSTATUS status = nt_token_who(token, &who);

    if (!NT_SUCCESS(status))
        return status;
    status = nt_privileges_adjust(&token->state->privileges, &who, change, &changed);
    if (changed)
        nt_token_touched(token);
    return status;
}

NTSTATUS nt_token_has_privileges(struct nt_token *token, PRIVILEGE_SET *set, bool *ret_has)
{
    NT_CLEANUP(nt_os_credentials_deinit) struct nt_os_credentials who = {.more = NULL};
    NTSTATUS status = nt_token_who(token, &who);
    DWORD found = 0;

    if (!NT_SUCCESS(status))
        return status;
    for (DWORD i = 0; i < set->PrivilegeCount; i++) {
        LUID_AND_ATTRIBUTES *one = &set->Privilege[i];

        if (nt_privilege_is_enabled(&token->state->privileges, &who, one->Luid)) {
            one->Attributes |= SE_PRIVILEGE_USED_FOR_ACCESS;
            found++;
        }
    }
    *ret_has =
        set->Control & PRIVILEGE_SET_ALL_NECESSARY ? found == set->PrivilegeCount : found > 0;
    return STATUS_SUCCESS;
}

/* --- copies --------------------------------------------------------------------------------- */

NTSTATUS nt_token_duplicate(struct nt_token *token, TOKEN_TYPE type,
                            SECURITY_IMPERSONATION_LEVEL level, struct nt_token **ret_token)
{
    NT_CLEANUP(nt_os_credentials_deinit) struct nt_os_credentials who = {.more = NULL};
    bool impersonates = token->type == TokenImpersonation;
    NTSTATUS status;

    if (type != TokenPrimary && type != TokenImpersonation)
        return STATUS_INVALID_PARAMETER;
    if (type == TokenImpersonation && !VALID_IMPERSONATION_LEVEL((int)level))
        return STATUS_INVALID_PARAMETER;
    if (impersonates &&
        (type == TokenPrimary ? token->level < SecurityImpersonation : level > token->level))
        return STATUS_BAD_IMPERSONATION_LEVEL;
    status = nt_token_who(token, &who);
    if (!NT_SUCCESS(status))
        return status;
    return nt_token_copy(token, &who, type, type == TokenPrimary ? SecurityAnonymous : level,
                         ret_token);
}

/* --- what is created ------------------------------------------------------------------------ */

void nt_token_owner(struct nt_token *token, const struct nt_identity *identity,
                    struct nt_sid *ret_sid)
{
    nt_lock_take(NT_LOCK_TOKENS);
    if (token->state->owner)
        *ret_sid = *token->state->owner;
    else
        nt_identity_owner(identity, ret_sid);
    nt_lock_drop(NT_LOCK_TOKENS);
}

void nt_token_primary_group(struct nt_token *token, const struct nt_identity *identity,
                            struct nt_sid *ret_sid)
{
    nt_lock_take(NT_LOCK_TOKENS);
    if (token->state->group)
        *ret_sid = *token->state->group;
    else
        nt_identity_primary_group(identity, ret_sid);
    nt_lock_drop(NT_LOCK_TOKENS);
}

/* Full access for the owner and for the system (13.12). */
static NTSTATUS make_default_dacl(const SID *owner, ACL **ret_dacl)
{
    const SID *system = nt_sid_known(NT_SID_SYSTEM);
    size_t size = sizeof(ACL) + 2 * offsetof(ACCESS_ALLOWED_ACE, SidStart) + nt_sid_size(owner) +
                  nt_sid_size(system);
    ACL *dacl = malloc(size);

    if (!dacl)
        return STATUS_NO_MEMORY;
    nt_acl_init(dacl, size, ACL_REVISION);
    nt_acl_add(dacl, ACL_REVISION, ACCESS_ALLOWED_ACE_TYPE, 0, GENERIC_ALL, owner);
    nt_acl_add(dacl, ACL_REVISION, ACCESS_ALLOWED_ACE_TYPE, 0, GENERIC_ALL, system);
    *ret_dacl = dacl;
    return STATUS_SUCCESS;
}

NTSTATUS nt_token_default_dacl(struct nt_token *token, const struct nt_identity *identity,
                               ACL **ret_dacl)
{
    struct nt_token_defaults defaults;
    struct nt_sid owner;
    bool some = nt_token_defaults(token, &defaults);

    if (some && defaults.no_memory)
        return STATUS_NO_MEMORY;
    if (some && defaults.dacl) {
        *ret_dacl = defaults.dacl;
        return STATUS_SUCCESS;
    }
    nt_identity_owner(identity, &owner);
    return make_default_dacl(some && defaults.defaults.owner ? defaults.defaults.owner : &owner.sid,
                             ret_dacl);
}

/* Takes @value, which is malloc'ed, and frees what was there. */
static void exchange(struct nt_token *token, void *field, void *value)
{
    void *before;

    nt_lock_take(NT_LOCK_TOKENS);
    memcpy(&before, field, sizeof(before));
    memcpy(field, &value, sizeof(value));
    atomic_store(&token->state->has_defaults, true);
    nt_lock_drop(NT_LOCK_TOKENS);
    free(before);
    nt_token_touched(token);
}

static NTSTATUS set_sid(struct nt_token *token, const SID *sid, struct nt_sid **field)
{
    struct nt_sid *copy = malloc(sizeof(*copy));

    if (!copy)
        return STATUS_NO_MEMORY;
    nt_sid_copy(copy, sid);
    exchange(token, field, copy);
    return STATUS_SUCCESS;
}

static bool is_sid(const void *sid)
{
    return sid && nt_sid_check(sid, SECURITY_MAX_SID_SIZE) > 0;
}

static NTSTATUS set_owner(struct nt_token *token, const struct nt_identity *identity,
                          const void *buffer)
{
    const TOKEN_OWNER *owner = buffer;

    if (!is_sid(owner->Owner))
        return STATUS_INVALID_OWNER;
    return nt_identity_may_own(identity, owner->Owner)
               ? set_sid(token, owner->Owner, &token->state->owner)
               : STATUS_INVALID_OWNER;
}

static NTSTATUS set_group(struct nt_token *token, const struct nt_identity *identity,
                          const void *buffer)
{
    const TOKEN_PRIMARY_GROUP *group = buffer;

    if (!is_sid(group->PrimaryGroup))
        return STATUS_INVALID_PRIMARY_GROUP;
    return nt_identity_has(identity, group->PrimaryGroup)
               ? set_sid(token, group->PrimaryGroup, &token->state->group)
               : STATUS_INVALID_PRIMARY_GROUP;
}

static NTSTATUS set_dacl(struct nt_token *token, const struct nt_identity *identity,
                         const void *buffer)
{
    const ACL *dacl = ((const TOKEN_DEFAULT_DACL *)buffer)->DefaultDacl;
    ACL *copy;

    (void)identity;
    if (!dacl)
        return STATUS_NOT_SUPPORTED;
    if (nt_acl_check(dacl, dacl->AclSize) == 0 || !nt_acl_is_supported(dacl))
        return STATUS_INVALID_ACL;
    copy = malloc(dacl->AclSize);
    if (!copy)
        return STATUS_NO_MEMORY;
    memcpy(copy, dacl, dacl->AclSize);
    exchange(token, &token->state->dacl, copy);
    return STATUS_SUCCESS;
}

/* It falls only: a higher one would take a privilege that nobody has. */
static NTSTATUS set_integrity(struct nt_token *token, const struct nt_identity *identity,
                              const void *buffer)
{
    const TOKEN_MANDATORY_LABEL *label = buffer;
    uint32_t level, before = atomic_load(&token->state->lowered);

    if (!is_sid(label->Label.Sid) || !nt_sid_is_integrity(label->Label.Sid, &level))
        return STATUS_INVALID_LABEL;
    if (level > identity->integrity)
        return STATUS_PRIVILEGE_NOT_HELD;
    do {
        if (before && level >= (before & ~NT_IPC_LOWERED))
            return STATUS_SUCCESS;
    } while (
        !atomic_compare_exchange_weak(&token->state->lowered, &before, NT_IPC_LOWERED | level));
    nt_token_touched(token);
    return STATUS_SUCCESS;
}

/* --- setting -------------------------------------------------------------------------------- */

static const struct {
    TOKEN_INFORMATION_CLASS what;
    ULONG size;
    NTSTATUS (*set)(struct nt_token *token, const struct nt_identity *identity, const void *buffer);
} setters[] = {
    {TokenOwner, sizeof(TOKEN_OWNER), set_owner},
    {TokenPrimaryGroup, sizeof(TOKEN_PRIMARY_GROUP), set_group},
    {TokenDefaultDacl, sizeof(TOKEN_DEFAULT_DACL), set_dacl},
    {TokenIntegrityLevel, sizeof(TOKEN_MANDATORY_LABEL), set_integrity},
};

ACCESS_MASK nt_token_access_for_set(TOKEN_INFORMATION_CLASS what)
{
    return what == TokenSessionId ? TOKEN_ADJUST_DEFAULT | TOKEN_ADJUST_SESSIONID
                                  : TOKEN_ADJUST_DEFAULT;
}

NTSTATUS nt_token_set(struct nt_token *token, TOKEN_INFORMATION_CLASS what, const void *buffer,
                      ULONG size)
{
    struct nt_identity identity;
    NTSTATUS status;
    size_t i = 0;

    if (what == TokenSessionId)
        return size < sizeof(DWORD) ? STATUS_INFO_LENGTH_MISMATCH : STATUS_PRIVILEGE_NOT_HELD;
    while (i < NT_ARRAY_SIZE(setters) && setters[i].what != what)
        i++;
    if (i == NT_ARRAY_SIZE(setters))
        return STATUS_INVALID_INFO_CLASS;
    if (size < setters[i].size)
        return STATUS_INFO_LENGTH_MISMATCH;
    if (!buffer)
        return STATUS_ACCESS_VIOLATION;
    status = nt_token_identity(token, &identity);
    if (!NT_SUCCESS(status))
        return status;
    status = setters[i].set(token, &identity, buffer);
    nt_identity_deinit(&identity);
    return status;
}
