// SPDX-License-Identifier: MIT
/*
 * What the descriptors of unnamed objects are, and the checks that need one. An object remembers
 * the numbers of who made it; bytes come only when somebody gives some. See object-security.h.
 */
#include "lib/security/object-security.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <ntstatus.h>

#include "ipc/protocol.h"
#include "lib/object/named.h"
#include "lib/process/lock.h"
#include "lib/security/kept-security.h"
#include "lib/security/token.h"
#include "os/file.h"
#include "rtl/access-check.h"
#include "rtl/status.h"
#include "util/macro.h"

/* --- whose defaults ------------------------------------------------------------------------- */

/* The level that the calling thread's token was lowered to; the highest when it was not. */
static uint32_t highest_level(void)
{
    struct nt_token_limits limits = {0};

    if (!NT_SUCCESS(nt_token_limits(&limits))) {
        /* A token with which nothing may be opened: an object of its own it may still make. */
        NT_CLEANUP(nt_token_closep) struct nt_token *token = nt_token_effective();

        return nt_token_integrity(token, UINT32_MAX);
    }
    return limits.lowered & NT_IPC_LOWERED ? limits.lowered & ~NT_IPC_LOWERED : UINT32_MAX;
}

static void set_who(struct nt_maker *maker, uint32_t uid, uint32_t gid, uint32_t highest)
{
    uint32_t natural = uid == 0 ? SECURITY_MANDATORY_HIGH_RID : SECURITY_MANDATORY_MEDIUM_RID;

    *maker = (struct nt_maker){.known = true, .uid = uid, .gid = gid};
    maker->integrity = highest < natural ? highest : natural;
}

/* The calling thread, as the kernel and its token have it. Two system calls. */
static void who_makes(struct nt_maker *ret_maker)
{
    set_who(ret_maker, geteuid(), getegid(), highest_level());
}

NTSTATUS nt_security_maker(const struct nt_object *object, struct nt_maker *ret_maker)
{
    struct stat memory;
    int r;

    *ret_maker = object->maker;
    if (!object->maker.of_memory)
        return STATUS_SUCCESS;
    r = nt_os_file_stat(object->type->memory(object), &memory);
    if (r == 0)
        set_who(ret_maker, memory.st_uid, memory.st_gid, object->maker.integrity);
    return nt_status_from_errno(r);
}

NTSTATUS nt_maker_default(enum nt_kind kind, const struct nt_maker *maker,
                          struct nt_descriptor_block *ret_block)
{
    struct nt_identity identity;
    struct nt_maker now;
    NTSTATUS status;

    if (!maker->known) {
        who_makes(&now);
        maker = &now;
    }
    status = nt_status_from_errno(nt_identity_init(&identity, maker->uid, maker->gid, NULL, 0));
    if (!NT_SUCCESS(status))
        return status;
    identity.integrity = maker->integrity;
    status = nt_descriptor_for_new(kind, NULL, NULL, &identity, ret_block);
    nt_identity_deinit(&identity);
    return status;
}

/* --- new objects ---------------------------------------------------------------------------- */

static NTSTATUS merge(enum nt_kind kind, const struct nt_descriptor *given, struct nt_token *token,
                      struct nt_descriptor_block *ret_block)
{
    struct nt_token_defaults defaults;
    struct nt_identity identity;
    NTSTATUS status = nt_token_identity(token, &identity);
    bool own;

    if (!NT_SUCCESS(status))
        return status;
    own = nt_token_defaults(token, &defaults);
    if (own && defaults.no_memory)
        status = STATUS_NO_MEMORY;
    else if (given || own)
        status = nt_descriptor_for_new(kind, given, own ? &defaults.defaults : NULL, &identity,
                                       ret_block);
    if (own)
        nt_token_defaults_deinit(&defaults);
    nt_identity_deinit(&identity);
    return status;
}

NTSTATUS nt_security_for_new(enum nt_kind kind, const void *given,
                             struct nt_descriptor_block *ret_block)
{
    NT_CLEANUP(nt_descriptor_block_deinit) struct nt_descriptor_block copy = {0};
    NT_CLEANUP(nt_token_closep) struct nt_token *token = NULL;
    struct nt_descriptor parts;
    NTSTATUS status;

    *ret_block = (struct nt_descriptor_block){0};
    if (!given && !nt_token_has_defaults())
        return STATUS_SUCCESS;
    if (given) {
        status = nt_descriptor_capture(given, &copy, &parts);
        if (!NT_SUCCESS(status))
            return status;
    }
    token = nt_token_effective();
    return merge(kind, given ? &parts : NULL, token, ret_block);
}

NTSTATUS nt_security_creator_access(enum nt_kind kind, ACCESS_MASK desired,
                                    ACCESS_MASK *ret_granted)
{
    NT_CLEANUP(nt_token_closep) struct nt_token *token = NULL;
    struct nt_identity identity = {0};
    NTSTATUS status;

    /* Only one right takes more than having made it. */
    if (!(desired & ACCESS_SYSTEM_SECURITY))
        return nt_access_create(kind, &identity, desired, ret_granted);
    token = nt_token_effective();
    status = nt_token_identity(token, &identity);
    if (!NT_SUCCESS(status))
        return status;
    status = nt_access_create(kind, &identity, desired, ret_granted);
    nt_identity_deinit(&identity);
    return status;
}

NTSTATUS nt_security_attach(struct nt_object *object, struct nt_descriptor_block *block)
{
    who_makes(&object->maker);
    return block->bytes ? nt_kept_security_new(&object->security, block) : STATUS_SUCCESS;
}

NTSTATUS nt_security_attach_to_memory(struct nt_object *object, struct nt_descriptor_block *block)
{
    object->maker = (struct nt_maker){.of_memory = true, .integrity = highest_level()};
    return block->bytes ? nt_kept_security_new(&object->security, block) : STATUS_SUCCESS;
}

void nt_security_free(struct nt_object *object)
{
    nt_kept_security_free(&object->security);
}

/* --- the check ------------------------------------------------------------------------------ */

static NTSTATUS check_token(enum nt_kind kind, const struct nt_descriptor *descriptor,
                            struct nt_token *token, ACCESS_MASK desired, ACCESS_MASK *ret_granted)
{
    struct nt_identity identity;
    NTSTATUS status = nt_token_identity(token, &identity);

    if (!NT_SUCCESS(status))
        return status;
    status = nt_access_open(kind, descriptor, &identity, desired, ret_granted);
    nt_identity_deinit(&identity);
    return status;
}

/* 12.12: the effective token, and the process's, which gets the handle. */
static NTSTATUS check_tokens(enum nt_kind kind, const struct nt_descriptor *descriptor,
                             ACCESS_MASK desired, ACCESS_MASK *ret_granted)
{
    NT_CLEANUP(nt_token_closep) struct nt_token *effective = nt_token_effective();
    NT_CLEANUP(nt_token_closep) struct nt_token *process = nt_token_process();
    ACCESS_MASK other;
    NTSTATUS status;

    status = check_token(kind, descriptor, effective, desired, ret_granted);
    if (!NT_SUCCESS(status) || process == effective)
        return status;
    status = check_token(kind, descriptor, process, desired, &other);
    if (!NT_SUCCESS(status))
        return status;
    *ret_granted &= other;
    return *ret_granted ? STATUS_SUCCESS : STATUS_ACCESS_DENIED; /* MAXIMUM_ALLOWED of nothing */
}

static NTSTATUS check_unnamed(struct nt_object *object, ACCESS_MASK desired,
                              ACCESS_MASK *ret_granted)
{
    NT_CLEANUP(nt_descriptor_block_deinit) struct nt_descriptor_block block = {0};
    struct nt_descriptor descriptor;
    struct nt_maker maker;
    NTSTATUS status;

    /* A file's own rules stand in the place of a descriptor. */
    if (object->type->widen) {
        status = nt_access_grant_owner(object->type->kind, desired, ret_granted);
        return NT_SUCCESS(status) ? object->type->widen(object, *ret_granted) : status;
    }
    status = nt_security_maker(object, &maker);
    if (NT_SUCCESS(status))
        status = nt_kept_security_read(&object->security, object->type->kind, &maker, &block,
                                       &descriptor);
    if (!NT_SUCCESS(status))
        return status;
    return check_tokens(object->type->kind, &descriptor, desired, ret_granted);
}

/* What cannot be had here is not granted, whatever the descriptor says. */
static NTSTATUS check_reach(const struct nt_object *object, ACCESS_MASK desired,
                            ACCESS_MASK *granted)
{
    ACCESS_MASK reach = object->type->reach ? object->type->reach(object) : ~(ACCESS_MASK)0;

    if ((*granted & ~reach) && !(desired & MAXIMUM_ALLOWED))
        return STATUS_ACCESS_DENIED;
    *granted &= reach;
    return STATUS_SUCCESS;
}

NTSTATUS nt_security_check(struct nt_object *object, ACCESS_MASK desired, ACCESS_MASK *ret_granted,
                           struct nt_object **ret_object)
{
    NTSTATUS status;

    if (object->id)
        return nt_named_reopen(object, desired, ret_granted, ret_object);
    status = check_unnamed(object, desired, ret_granted);
    if (NT_SUCCESS(status))
        status = check_reach(object, desired, ret_granted);
    if (NT_SUCCESS(status) && !nt_object_try_open(object))
        status = STATUS_INVALID_HANDLE;
    if (NT_SUCCESS(status))
        *ret_object = object;
    return status;
}
