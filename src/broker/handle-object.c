// SPDX-License-Identifier: MIT
/*
 * Requests about objects: create one, open one by its name or its number, and let the section of
 * a file grow. Each refusal is settled before anything changes.
 */
#include <errno.h>

#include <ntstatus.h>

#include "broker/directory.h"
#include "broker/dispatch.h"
#include "broker/step.h"
#include "broker/security.h"
#include "rtl/status.h"
#include "util/macro.h"

/* The reply for an object; @reply->lease_fd is set already for the one who made it. */
static NTSTATUS prepare_object(struct nt_broker *broker, struct nt_broker_object *object,
                               ACCESS_MASK granted, struct nt_reply *reply)
{
    const struct nt_record *record = nt_object_record(&broker->objects, object);
    struct nt_payload_choice choice;
    NTSTATUS status;

    status = nt_object_payload(&broker->objects, object, granted, &choice);
    for (size_t i = 0; i < choice.n_own_fds; i++)
        reply->own_fds[reply->n_own_fds++] = choice.own_fds[i];
    if (!NT_SUCCESS(status))
        return status;
    if (reply->lease_fd < 0) {
        int r = nt_os_lease_reader(record->lease_fd, &reply->lease_fd);

        if (r < 0)
            return nt_status_from_errno(r);
    }
    reply->fds[reply->n_fds++] = reply->lease_fd;
    for (size_t i = 0; i < choice.n_fds; i++)
        reply->fds[reply->n_fds++] = choice.fds[i];
    NT_STEP(prepared);
    reply->object.id = nt_object_id(&broker->objects, object);
    reply->object.access = granted;
    reply->object.payload = NT_PAYLOAD_LEASE | choice.payload;
    reply->object.size = record->size;
    reply->object.protection = record->protection;
    reply->object.attributes = record->attributes;
    reply->object.manual_reset = record->manual_reset;
    reply->object.node = record->node;
    if (record->kind == NT_KIND_DIRECTORY || record->kind == NT_KIND_NAMESPACE)
        nt_directory_root_of(&broker->objects, object, &reply->object.root);
    return STATUS_SUCCESS;
}

NTSTATUS nt_object_open(struct nt_broker *broker, const struct nt_broker_client *client,
                        struct nt_broker_object *object, ACCESS_MASK desired,
                        struct nt_reply *reply)
{
    ACCESS_MASK granted;
    NTSTATUS status = nt_object_check(broker, client, object, desired, &granted);

    return NT_SUCCESS(status) ? prepare_object(broker, object, granted, reply) : status;
}

static NTSTATUS open_kind(struct nt_broker *broker, const struct nt_broker_client *client,
                          struct nt_broker_object *object, uint32_t kind, ACCESS_MASK desired,
                          struct nt_reply *reply)
{
    if (nt_object_record(&broker->objects, object)->kind != kind)
        return STATUS_OBJECT_TYPE_MISMATCH;
    return nt_object_open(broker, client, object, desired, reply);
}

/* The request that made @object, sent again: its first answer. */
static NTSTATUS answer_again(struct nt_broker *broker, const struct nt_broker_client *client,
                             struct nt_broker_object *object,
                             const struct nt_create_request *create, struct nt_reply *reply)
{
    ACCESS_MASK granted;
    NTSTATUS status;

    if (nt_object_record(&broker->objects, object)->kind != create->kind)
        return STATUS_INVALID_PARAMETER;
    status =
        nt_access_create((enum nt_kind)create->kind, &client->identity, create->access, &granted);
    return NT_SUCCESS(status) ? prepare_object(broker, object, granted, reply) : status;
}

/* A namespace is found by its boundary alone. */
static bool is_kind(uint32_t kind)
{
    return kind >= 1 && kind <= NT_KIND_LAST && kind != NT_KIND_NAMESPACE;
}

static bool is_good_create(const struct nt_create_request *create)
{
    if (!is_kind(create->kind) || (create->flags & ~(uint32_t)NT_NAME_FLAGS) || create->zero != 0)
        return false;
    if (create->kind == NT_KIND_SEMAPHORE)
        return create->size > 0 && create->size <= INT32_MAX &&
               create->initial_state <= create->size;
    if (create->kind == NT_KIND_D3D12)
        return nt_shared_is_type(create->attributes);
    if (create->kind != NT_KIND_SECTION)
        return true;
    return create->size > 0 && create->size <= INT64_MAX &&
           ((create->attributes & SEC_FILE) || create->size % NT_PAGE_SIZE == 0);
}

/* May this client put a new object of @kind there? (11.29) */
static NTSTATUS check_place(struct nt_broker *broker, const struct nt_broker_client *client,
                            uint32_t kind, const struct nt_target *target)
{
    if (kind == NT_KIND_SECTION && target->directory.kind == NT_STANDS_GLOBAL &&
        client->session != 0 && !(client->identity.in_force & NT_IN_FORCE_CREATE_GLOBAL))
        return STATUS_ACCESS_DENIED;
    return nt_directory_may_create(broker, client, target, kind);
}

/* The place, the rights and the descriptor are settled: make it and watch it. */
static NTSTATUS make_object(struct nt_broker *broker, const struct nt_broker_client *client,
                            struct nt_request *request, const struct nt_target *target,
                            const struct nt_descriptor_block *security, ACCESS_MASK granted,
                            struct nt_reply *reply)
{
    const struct nt_new_object new_object = {
        .directory = target->directory,
        .name = target->leaf,
        .n_units = target->n_units,
        .request = &request->create,
        .fds = request->fds,
        .n_fds = request->n_fds,
        .security = security->bytes,
        .security_size = security->size,
        .user = client->charge.user,
        .gid = client->peer.gid,
        .integrity = client->identity.integrity,
        .creator = (uint32_t)client->peer.pid,
        .token = client->token,
        .number = request->header.number,
    };
    struct nt_broker_object *object;
    int leases[2];
    NTSTATUS status = nt_objects_create(&broker->objects, &new_object, &object, leases);

    if (!NT_SUCCESS(status))
        return status;
    reply->lease_fd = leases[0];
    status = prepare_object(broker, object, granted, reply);
    if (!NT_SUCCESS(status))
        nt_objects_remove(&broker->objects, object);
    return status;
}

static NTSTATUS create_object(struct nt_broker *broker, struct nt_broker_client *client,
                              struct nt_request *request, const struct nt_target *target,
                              struct nt_reply *reply)
{
    NT_CLEANUP(nt_descriptor_block_deinit) struct nt_descriptor_block security = {.bytes = NULL};
    const struct nt_create_request *create = &request->create;
    ACCESS_MASK granted;
    NTSTATUS status = check_place(broker, client, create->kind, target);

    if (NT_SUCCESS(status))
        status = nt_access_create((enum nt_kind)create->kind, &client->identity, create->access,
                                  &granted);
    if (NT_SUCCESS(status))
        status = nt_new_security(&client->identity, create->kind, request->bytes,
                                 request->header.bytes_size, &security);
    if (!NT_SUCCESS(status))
        return status;
    return make_object(broker, client, request, target, &security, granted, reply);
}

/* Its name is there already. */
static NTSTATUS create_existing(struct nt_broker *broker, const struct nt_broker_client *client,
                                const struct nt_request *request, struct nt_broker_object *object,
                                struct nt_reply *reply)
{
    const struct nt_record *record = nt_object_record(&broker->objects, object);
    const struct nt_create_request *create = &request->create;
    NTSTATUS status;

    if (record->owner == client->peer.uid && record->token == client->token &&
        record->number == request->header.number)
        return answer_again(broker, client, object, create, reply);
    if (record->kind != create->kind)
        return STATUS_OBJECT_TYPE_MISMATCH;
    if (!(create->flags & NT_NAME_OPEN_IF))
        return STATUS_OBJECT_NAME_COLLISION;
    status = nt_object_open(broker, client, object, create->access, reply);
    reply->object.existed = 1;
    return NT_SUCCESS(status) ? STATUS_OBJECT_NAME_EXISTS : status;
}

/* A name that is a directory itself. */
static NTSTATUS create_directory_itself(struct nt_broker *broker, struct nt_broker_client *client,
                                        const struct nt_create_request *create,
                                        const struct nt_target *target, struct nt_reply *reply)
{
    NTSTATUS status;

    if (create->kind == NT_KIND_DIRECTORY && !(create->flags & NT_NAME_OPEN_IF))
        return STATUS_OBJECT_NAME_COLLISION;
    status = nt_directory_itself(broker, client, target, create->kind, create->access, reply);
    reply->object.existed = 1;
    return NT_SUCCESS(status) ? STATUS_OBJECT_NAME_EXISTS : status;
}

/* Where a create leads: a directory or job without a name stands nowhere. */
static NTSTATUS find_place(struct nt_broker *broker, const struct nt_broker_client *client,
                           const struct nt_request *request, struct nt_target *ret_target)
{
    const struct nt_create_request *create = &request->create;

    if ((create->kind == NT_KIND_DIRECTORY || create->kind == NT_KIND_JOB) &&
        request->n_units == 0 && create->root.id == 0 && !(create->flags & NT_NAME_ABSOLUTE))
        return nt_directory_nowhere(ret_target);
    return nt_directory_resolve(broker, client, request, create->flags, &create->root, ret_target);
}

NTSTATUS nt_handle_CREATE(struct nt_broker *broker, struct nt_broker_client *client,
                          struct nt_request *request, struct nt_reply *reply)
{
    const struct nt_create_request *create = &request->create;
    struct nt_broker_object *object;
    struct nt_target target;
    NTSTATUS status;

    if (!is_good_create(create))
        return STATUS_INVALID_PARAMETER;
    status = nt_payload_check(create, request->fds, request->n_fds);
    if (NT_SUCCESS(status))
        status = find_place(broker, client, request, &target);
    if (!NT_SUCCESS(status))
        return status;
    if (target.n_units == 0 && !nt_directory_is_nowhere(&target))
        return create_directory_itself(broker, client, create, &target, reply);
    object = nt_objects_find(&broker->objects, &target.directory, target.leaf, target.n_units);
    return object ? create_existing(broker, client, request, object, reply)
                  : create_object(broker, client, request, &target, reply);
}

NTSTATUS nt_handle_OPEN(struct nt_broker *broker, struct nt_broker_client *client,
                        struct nt_request *request, struct nt_reply *reply)
{
    const struct nt_open_request *open = &request->open;
    struct nt_broker_object *object;
    struct nt_target target;
    NTSTATUS status;

    if (!is_kind(open->kind) || (open->flags & ~(uint32_t)NT_NAME_ABSOLUTE))
        return STATUS_INVALID_PARAMETER;
    status = nt_directory_resolve(broker, client, request, open->flags, &open->root, &target);
    if (!NT_SUCCESS(status))
        return status;
    if (target.n_units == 0)
        return nt_directory_itself(broker, client, &target, open->kind, open->access, reply);
    object = nt_objects_find(&broker->objects, &target.directory, target.leaf, target.n_units);
    if (!object)
        return STATUS_OBJECT_NAME_NOT_FOUND;
    NT_STEP(open_found);
    return open_kind(broker, client, object, open->kind, open->access, reply);
}

/*
 * A handle's rights are kept by the library: its word is taken from a program of the user who made
 * the section, as for descriptors. Anybody else must be able to open it so.
 */
static NTSTATUS check_grow(struct nt_broker *broker, const struct nt_broker_client *client,
                           const struct nt_broker_object *object, uint64_t size)
{
    ACCESS_MASK granted;

    if (nt_object_record(&broker->objects, object)->owner == client->peer.uid)
        return STATUS_SUCCESS;
    return nt_object_check(broker, client, object, size ? SECTION_EXTEND_SIZE : SECTION_QUERY,
                           &granted);
}

NTSTATUS nt_handle_GROW(struct nt_broker *broker, struct nt_broker_client *client,
                        struct nt_request *request, struct nt_reply *reply)
{
    const struct nt_grow_request *grow = &request->grow;
    const struct nt_broker_object *object = nt_objects_by_id(&broker->objects, grow->id);
    NTSTATUS status;

    if (grow->size > INT64_MAX)
        return STATUS_INVALID_PARAMETER;
    if (!object)
        return STATUS_OBJECT_NAME_NOT_FOUND;
    status = check_grow(broker, client, object, grow->size);
    if (!NT_SUCCESS(status))
        return status;
    return nt_object_grow(&broker->objects, object, grow->size, &reply->grow.size);
}

NTSTATUS nt_handle_REOPEN(struct nt_broker *broker, struct nt_broker_client *client,
                          struct nt_request *request, struct nt_reply *reply)
{
    const struct nt_reopen_request *reopen = &request->reopen;
    struct nt_broker_object *object = nt_objects_by_id(&broker->objects, reopen->id);

    if (reopen->zero != 0)
        return STATUS_INVALID_PARAMETER;
    if (nt_directory_is_always(reopen->id))
        return nt_directory_reopen(broker, client, reopen->id, reopen->access, reply);
    if (!object)
        return STATUS_OBJECT_NAME_NOT_FOUND;
    return nt_object_open(broker, client, object, reopen->access, reply);
}
