// SPDX-License-Identifier: MIT
/*
 * Requests about an object's security descriptor. The rights that they take are those of the
 * handle; a handle's rights are kept by the library, so that its word is taken where it can do no
 * harm: from a program of the user who made the object, who could have kept a handle with every
 * right. Anybody else gets what the descriptor gives.
 */
#include <stdlib.h>

#include <ntstatus.h>

#include "broker/directory.h"
#include "broker/dispatch.h"
#include "broker/security.h"
#include "util/macro.h"

static bool holds(const struct nt_broker_client *client, const struct nt_record *record,
                  ACCESS_MASK needed, ACCESS_MASK held)
{
    /* That right never comes from being the owner: only a privilege gives it (13.19). */
    if ((needed & ACCESS_SYSTEM_SECURITY) && !(client->privileges & NT_IN_FORCE_SECURITY))
        return false;
    return record->owner == client->peer.uid && (needed & ~held) == 0;
}

static NTSTATUS check(const struct nt_broker_client *client, const struct nt_record *record,
                      const struct nt_descriptor *descriptor, ACCESS_MASK needed, ACCESS_MASK held)
{
    ACCESS_MASK granted;
    NTSTATUS status;

    if (needed == 0 || holds(client, record, needed, held))
        return STATUS_SUCCESS;
    status =
        nt_access_open((enum nt_kind)record->kind, descriptor, &client->identity, needed, &granted);
    /* The handle was asked for a right that it lacks (13.24, 13.32). */
    return status == STATUS_PRIVILEGE_NOT_HELD ? STATUS_ACCESS_DENIED : status;
}

static NTSTATUS tell(const struct nt_descriptor *descriptor, SECURITY_INFORMATION information,
                     struct nt_reply *reply)
{
    struct nt_descriptor selected;

    nt_descriptor_select(descriptor, information, &selected);
    reply->bytes_size = nt_descriptor_size(&selected);
    reply->bytes = malloc(reply->bytes_size);
    if (!reply->bytes)
        return STATUS_NO_MEMORY;
    nt_descriptor_to_relative(&selected, reply->bytes);
    return STATUS_SUCCESS;
}

NTSTATUS nt_handle_GET_SECURITY(struct nt_broker *broker, struct nt_broker_client *client,
                                struct nt_request *request, struct nt_reply *reply)
{
    const struct nt_get_security_request *get = &request->get_security;
    const struct nt_broker_object *object = nt_objects_by_id(&broker->objects, get->id);
    struct nt_object_descriptor its;
    NTSTATUS status;

    if (nt_directory_is_always(get->id))
        return STATUS_NOT_SUPPORTED;
    if (!object)
        return STATUS_OBJECT_NAME_NOT_FOUND;
    status = nt_object_descriptor(&broker->objects, object, &its);
    if (!NT_SUCCESS(status))
        return status;
    status = check(client, nt_object_record(&broker->objects, object), &its.descriptor,
                   nt_descriptor_access_for_get(get->information), get->held);
    if (NT_SUCCESS(status))
        status = tell(&its.descriptor, get->information, reply);
    nt_object_descriptor_deinit(&its);
    return status;
}

/* The descriptor that @object has after the request, if it may be changed so. */
static NTSTATUS make_changed(struct nt_broker *broker, const struct nt_broker_client *client,
                             const struct nt_request *request,
                             const struct nt_broker_object *object,
                             struct nt_descriptor_block *ret_block)
{
    const struct nt_record *record = nt_object_record(&broker->objects, object);
    const struct nt_set_security_request *set = &request->set_security;
    struct nt_object_descriptor its;
    struct nt_descriptor change;
    NTSTATUS status;

    status = nt_descriptor_from_relative(request->bytes, request->header.bytes_size, &change);
    if (NT_SUCCESS(status))
        status = nt_object_descriptor(&broker->objects, object, &its);
    if (!NT_SUCCESS(status))
        return status;
    status = check(client, record, &its.descriptor, nt_descriptor_access_for_set(set->information),
                   set->held);
    if (NT_SUCCESS(status))
        status = nt_descriptor_change((enum nt_kind)record->kind, &its.descriptor, set->information,
                                      &change, &client->identity, ret_block);
    nt_object_descriptor_deinit(&its);
    return status;
}

/* The change and its answer are one store (answer.h). */
static NTSTATUS replace(struct nt_broker *broker, const struct nt_broker_client *client,
                        const struct nt_request *request, struct nt_broker_object *object,
                        const struct nt_descriptor_block *block)
{
    struct nt_record *record = nt_object_record(&broker->objects, object);
    uint64_t old = atomic_load(&record->security), chain;
    NTSTATUS status =
        nt_object_prepare_security(&broker->objects, object, block->bytes, block->size, &chain);

    if (!NT_SUCCESS(status))
        return status;
    nt_answer_store(broker, client, &request->header, &record->security, chain, STATUS_SUCCESS);
    nt_object_drop_security(&broker->objects, object, old);
    return STATUS_SUCCESS;
}

NTSTATUS nt_handle_SET_SECURITY(struct nt_broker *broker, struct nt_broker_client *client,
                                struct nt_request *request, struct nt_reply *reply)
{
    NT_CLEANUP(nt_descriptor_block_deinit) struct nt_descriptor_block block = {.bytes = NULL};
    struct nt_broker_object *object = nt_objects_by_id(&broker->objects, request->set_security.id);
    NTSTATUS status;

    (void)reply;
    if (nt_directory_is_always(request->set_security.id))
        return STATUS_NOT_SUPPORTED;
    if (!object)
        return STATUS_OBJECT_NAME_NOT_FOUND;
    status = make_changed(broker, client, request, object, &block);
    if (!NT_SUCCESS(status))
        return status;
    return replace(broker, client, request, object, &block);
}
