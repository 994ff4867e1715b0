// SPDX-License-Identifier: MIT
/*
 * Descriptors of objects; see security.h.
 */
#include "broker/security.h"

#include <stdlib.h>

#include <ntstatus.h>

#include "util/macro.h"

/* What its maker's token gave it: the maker is known by the numbers that the record keeps. */
static void make_default(const struct nt_record *record, struct nt_descriptor_default *ret_default)
{
    struct nt_identity maker = {
        .uid = record->owner,
        .gid = record->gid,
        .integrity = record->integrity,
    };

    nt_descriptor_default((enum nt_kind)record->kind, &maker, ret_default);
}

NTSTATUS nt_object_descriptor(struct nt_objects *objects, const struct nt_broker_object *object,
                              struct nt_object_descriptor *ret)
{
    const struct nt_record *record = nt_object_record(objects, object);
    uint64_t chain = atomic_load(&record->security);
    NTSTATUS status;

    ret->block = (struct nt_descriptor_block){.bytes = NULL};
    if (!chain) {
        make_default(record, &ret->storage);
        ret->descriptor = ret->storage.descriptor;
        return STATUS_SUCCESS;
    }
    ret->block.size = nt_arena_chain_size(chain);
    ret->block.bytes = malloc(ret->block.size);
    if (!ret->block.bytes)
        return STATUS_NO_MEMORY;
    nt_arena_load(&objects->arena, chain, ret->block.bytes);
    status = nt_descriptor_from_relative(ret->block.bytes, ret->block.size, &ret->descriptor);
    if (!NT_SUCCESS(status))
        nt_object_descriptor_deinit(ret);
    return status;
}

void nt_object_descriptor_deinit(struct nt_object_descriptor *descriptor)
{
    nt_descriptor_block_deinit(&descriptor->block);
}

NTSTATUS nt_object_check(struct nt_broker *broker, const struct nt_broker_client *client,
                         const struct nt_broker_object *object, ACCESS_MASK desired,
                         ACCESS_MASK *ret_granted)
{
    enum nt_kind kind = (enum nt_kind)nt_object_record(&broker->objects, object)->kind;
    struct nt_object_descriptor its;
    NTSTATUS status = nt_object_descriptor(&broker->objects, object, &its);

    if (!NT_SUCCESS(status))
        return status;
    status = nt_access_open(kind, &its.descriptor, &client->identity, desired, ret_granted);
    nt_object_descriptor_deinit(&its);
    return status;
}

NTSTATUS nt_new_security(const struct nt_identity *identity, uint32_t kind, const void *bytes,
                         size_t size, struct nt_descriptor_block *ret_block)
{
    struct nt_descriptor given;
    NTSTATUS status;

    *ret_block = (struct nt_descriptor_block){.bytes = NULL};
    if (size == 0)
        return STATUS_SUCCESS;
    status = nt_descriptor_from_relative(bytes, size, &given);
    if (!NT_SUCCESS(status))
        return status;
    return nt_descriptor_for_new((enum nt_kind)kind, &given, NULL, identity, ret_block);
}
