// SPDX-License-Identifier: MIT
/*
 * Private namespaces. One is an object whose name is its boundary, in a place of its own, and a
 * root for other names. Two leases end it by halves: while the creator's lives the boundary finds
 * it, and while anybody's lives names can begin in it (11.48, 11.49). Unlinked by its destruction
 * or by its creator's end, it stays what it is for those who have it.
 */
#include <string.h>

#include <ntstatus.h>

#include "broker/answer.h"
#include "broker/directory.h"
#include "broker/security.h"
#include "broker/step.h"
#include "rtl/boundary.h"
#include "rtl/status.h"
#include "util/macro.h"

#define MAX_UNITS (NT_BOUNDARY_MAX / sizeof(uint16_t))

static const struct nt_directory boundaries = {.kind = NT_STANDS_BOUNDARY};

struct boundary {
    uint16_t units[MAX_UNITS];
    size_t count;
};

/* The namespace of a boundary, unless its creator is gone. */
static struct nt_broker_object *find(struct nt_objects *objects, const struct boundary *boundary)
{
    struct nt_broker_object *object =
        nt_objects_find(objects, &boundaries, boundary->units, boundary->count);
    struct nt_record *record;

    if (!object)
        return NULL;
    record = nt_object_record(objects, object);
    if (!nt_os_lease_is_dead(record->second_lease_fd))
        return object;
    atomic_store(&record->unlinked, 1);
    NT_STEP(unlinked);
    nt_objects_unlink(objects, object);
    return NULL;
}

/* @second_lease: a new end of what keeps it to be found, for its creator */
static NTSTATUS prepare(struct nt_objects *objects, const struct nt_broker_object *object,
                        bool second_lease, ACCESS_MASK granted, struct nt_reply *reply)
{
    const struct nt_record *record = nt_object_record(objects, object);
    int r = 0;

    if (reply->lease_fd < 0)
        r = nt_os_lease_reader(record->lease_fd, &reply->lease_fd);
    if (r == 0 && second_lease && reply->second_lease_fd < 0)
        r = nt_os_lease_reader(record->second_lease_fd, &reply->second_lease_fd);
    if (r < 0)
        return nt_status_from_errno(r);
    reply->fds[reply->n_fds++] = reply->lease_fd;
    if (second_lease)
        reply->fds[reply->n_fds++] = reply->second_lease_fd;
    reply->namespace_reply.payload = NT_PAYLOAD_LEASE | (second_lease ? NT_PAYLOAD_EXTRA : 0);
    reply->namespace_reply.access = granted;
    reply->namespace_reply.id = nt_object_id(objects, object);
    nt_directory_root_of(objects, object, &reply->namespace_reply.root);
    return STATUS_SUCCESS;
}

static NTSTATUS make(struct nt_broker *broker, struct nt_broker_client *client,
                     struct nt_request *request, const struct boundary *boundary,
                     struct nt_reply *reply)
{
    const struct nt_create_namespace_request *create = &request->create_namespace;
    NT_CLEANUP(nt_descriptor_block_deinit) struct nt_descriptor_block security = {.bytes = NULL};
    const struct nt_create_request as_object = {.kind = NT_KIND_NAMESPACE};
    struct nt_new_object what = {
        .directory = boundaries,
        .name = boundary->units,
        .n_units = boundary->count,
        .request = &as_object,
        .user = client->charge.user,
        .gid = client->identity.gid,
        .integrity = client->identity.integrity,
        .creator = (uint32_t)client->peer.pid,
        .token = client->token,
        .number = request->header.number,
    };
    struct nt_broker_object *object;
    int leases[2];
    NTSTATUS status;

    status = nt_new_security(&client->identity, NT_KIND_NAMESPACE,
                             (const unsigned char *)request->bytes +
                                 nt_ipc_padded(create->boundary_size),
                             create->security_size, &security);
    if (!NT_SUCCESS(status))
        return status;
    what.security = security.bytes;
    what.security_size = security.size;
    status = nt_objects_create(&broker->objects, &what, &object, leases);
    if (!NT_SUCCESS(status))
        return status;
    reply->lease_fd = leases[0];
    reply->second_lease_fd = leases[1];
    return prepare(&broker->objects, object, true, DIRECTORY_ALL_ACCESS, reply);
}

NTSTATUS nt_handle_CREATE_NAMESPACE(struct nt_broker *broker, struct nt_broker_client *client,
                                    struct nt_request *request, struct nt_reply *reply)
{
    const struct nt_create_namespace_request *create = &request->create_namespace;
    struct nt_broker_object *object;
    const struct nt_record *record;
    struct boundary boundary;
    NTSTATUS status;

    if (create->boundary_size > NT_BOUNDARY_MAX || create->security_size > NT_IPC_MAX_BYTES ||
        request->header.bytes_size !=
            (create->security_size ? nt_ipc_padded(create->boundary_size) + create->security_size
                                   : create->boundary_size))
        return STATUS_INVALID_PARAMETER;
    status = nt_boundary_canonical(request->bytes, create->boundary_size, boundary.units,
                                   &boundary.count);
    if (!NT_SUCCESS(status))
        return status;
    if (!nt_boundary_holds(boundary.units, boundary.count, &client->identity))
        return STATUS_ACCESS_DENIED;
    object = find(&broker->objects, &boundary);
    if (!object)
        return make(broker, client, request, &boundary, reply);
    /* Sent again, it gets its first answer. */
    record = nt_object_record(&broker->objects, object);
    if (record->owner == client->peer.uid && record->token == client->token &&
        record->number == request->header.number)
        return prepare(&broker->objects, object, true, DIRECTORY_ALL_ACCESS, reply);
    return STATUS_OBJECT_NAME_COLLISION;
}

NTSTATUS nt_handle_OPEN_NAMESPACE(struct nt_broker *broker, struct nt_broker_client *client,
                                  struct nt_request *request, struct nt_reply *reply)
{
    const struct nt_open_namespace_request *open = &request->open_namespace;
    struct nt_broker_object *object;
    struct boundary boundary;
    ACCESS_MASK granted;
    NTSTATUS status;

    if (open->boundary_size > NT_BOUNDARY_MAX ||
        open->boundary_size != request->header.bytes_size || open->zero != 0)
        return STATUS_INVALID_PARAMETER;
    status =
        nt_boundary_canonical(request->bytes, open->boundary_size, boundary.units, &boundary.count);
    if (!NT_SUCCESS(status))
        return status;
    object = find(&broker->objects, &boundary);
    if (!object)
        return STATUS_OBJECT_PATH_NOT_FOUND;
    status = nt_object_check(broker, client, object, MAXIMUM_ALLOWED, &granted);
    return NT_SUCCESS(status) ? prepare(&broker->objects, object, false, granted, reply) : status;
}

/* Who made it, or may delete it. Destroying it twice is destroying it. */
NTSTATUS nt_handle_DESTROY_NAMESPACE(struct nt_broker *broker, struct nt_broker_client *client,
                                     struct nt_request *request, struct nt_reply *reply)
{
    struct nt_broker_object *object =
        nt_directory_find_root(&broker->objects, &request->destroy_namespace.root);
    struct nt_record *record;
    ACCESS_MASK granted;
    NTSTATUS status = STATUS_SUCCESS;

    (void)reply;
    if (!object)
        return STATUS_OBJECT_PATH_NOT_FOUND;
    record = nt_object_record(&broker->objects, object);
    if (record->kind != NT_KIND_NAMESPACE)
        return STATUS_OBJECT_TYPE_MISMATCH;
    if (record->owner != client->peer.uid)
        status = nt_object_check(broker, client, object, DELETE, &granted);
    if (NT_SUCCESS(status) && !atomic_load(&record->unlinked)) {
        atomic_store(&record->unlinked, 1);
        NT_STEP(unlinked);
        nt_objects_unlink(&broker->objects, object);
    }
    return status;
}
