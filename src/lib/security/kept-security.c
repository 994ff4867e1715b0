// SPDX-License-Identifier: MIT
/*
 * A kept descriptor is one block behind a pointer. Who reads makes a copy under the lock; who
 * changes makes the new one under it too, so that two changes of different parts both last. See
 * kept-security.h.
 */
#include "lib/security/kept-security.h"

#include <stdlib.h>
#include <string.h>

#include <ntstatus.h>

#include "lib/process/lock.h"
#include "util/macro.h"

struct nt_object_security {
    struct nt_descriptor_block block; /* self-relative, complete; NT_LOCK_SECURITY */
};

NTSTATUS nt_kept_security_new(struct nt_object_security **security,
                              struct nt_descriptor_block *block)
{
    struct nt_object_security *made = malloc(sizeof(*made));

    if (!made) {
        nt_descriptor_block_deinit(block);
        return STATUS_NO_MEMORY;
    }
    made->block = *block;
    *block = (struct nt_descriptor_block){0};
    *security = made;
    return STATUS_SUCCESS;
}

void nt_kept_security_free(struct nt_object_security **security)
{
    if (*security)
        nt_descriptor_block_deinit(&(*security)->block);
    free(*security);
    *security = NULL;
}

/* A copy of what is kept, or the default; NT_LOCK_SECURITY held. */
static NTSTATUS copy_block(const struct nt_object_security *security, enum nt_kind kind,
                           const struct nt_maker *maker, struct nt_descriptor_block *ret_block)
{
    if (!security)
        return nt_maker_default(kind, maker, ret_block);
    ret_block->bytes = malloc(security->block.size);
    if (!ret_block->bytes)
        return STATUS_NO_MEMORY;
    ret_block->size = security->block.size;
    memcpy(ret_block->bytes, security->block.bytes, ret_block->size);
    return STATUS_SUCCESS;
}

static NTSTATUS read_locked(const struct nt_object_security *security, enum nt_kind kind,
                            const struct nt_maker *maker, struct nt_descriptor_block *ret_block,
                            struct nt_descriptor *ret_descriptor)
{
    NTSTATUS status;

    *ret_block = (struct nt_descriptor_block){0};
    status = copy_block(security, kind, maker, ret_block);
    if (!NT_SUCCESS(status))
        return status;
    status = nt_descriptor_from_relative(ret_block->bytes, ret_block->size, ret_descriptor);
    if (!NT_SUCCESS(status))
        nt_descriptor_block_deinit(ret_block);
    return status;
}

NTSTATUS nt_kept_security_read(struct nt_object_security *const *security, enum nt_kind kind,
                               const struct nt_maker *maker, struct nt_descriptor_block *ret_block,
                               struct nt_descriptor *ret_descriptor)
{
    NTSTATUS status;

    nt_lock_take(NT_LOCK_SECURITY);
    status = read_locked(*security, kind, maker, ret_block, ret_descriptor);
    nt_lock_drop(NT_LOCK_SECURITY);
    return status;
}

/* Keeps @block from now on, in the place of what there is. */
static NTSTATUS replace(struct nt_object_security **security, struct nt_descriptor_block *block)
{
    struct nt_descriptor_block old;

    if (!*security)
        return nt_kept_security_new(security, block);
    old = (*security)->block;
    (*security)->block = *block;
    nt_descriptor_block_deinit(&old);
    return STATUS_SUCCESS;
}

NTSTATUS nt_kept_security_change(struct nt_object_security **security, enum nt_kind kind,
                                 const struct nt_maker *maker, SECURITY_INFORMATION information,
                                 const struct nt_descriptor *change,
                                 const struct nt_identity *identity)
{
    NT_CLEANUP(nt_descriptor_block_deinit) struct nt_descriptor_block old = {0};
    struct nt_descriptor_block changed = {0};
    struct nt_descriptor parts;
    NTSTATUS status;

    nt_lock_take(NT_LOCK_SECURITY);
    status = read_locked(*security, kind, maker, &old, &parts);
    if (NT_SUCCESS(status))
        status = nt_descriptor_change(kind, &parts, information, change, identity, &changed);
    if (NT_SUCCESS(status))
        status = replace(security, &changed);
    nt_lock_drop(NT_LOCK_SECURITY);
    return status;
}
