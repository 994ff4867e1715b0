// SPDX-License-Identifier: MIT
/*
 * What the broker knows of an object, for who looks at names and wants no handle: asking keeps
 * nothing alive and takes nothing. It is told to root, to who made the object, and to whom its
 * descriptor lets read it (READ_CONTROL) or its state; the two inodes lead, through /proc, to the
 * processes that hold the object or map its memory, as far as the kernel lets who asks look there.
 */
#include <ntstatus.h>

#include "broker/directory.h"
#include "broker/dispatch.h"
#include "broker/security.h"
#include "os/file.h"

/* The right to ask for the object's state. */
static ACCESS_MASK query_right(uint32_t kind)
{
    switch (kind) {
    case NT_KIND_JOB:
        return JOB_OBJECT_QUERY;
    case NT_KIND_D3D12:
        return 0;
    default: /* SECTION_QUERY, EVENT_QUERY_STATE, ... */
        return SECTION_QUERY;
    }
}

/* @ret_allowed: all that who asks would get. Return: false when it is none of his business. */
static bool may_hear(struct nt_broker *broker, const struct nt_broker_client *client,
                     const struct nt_broker_object *object, ACCESS_MASK *ret_allowed)
{
    const struct nt_record *record = nt_object_record(&broker->objects, object);

    if (!NT_SUCCESS(nt_object_check(broker, client, object, MAXIMUM_ALLOWED, ret_allowed)))
        *ret_allowed = 0;
    return client->peer.uid == 0 || client->peer.uid == record->owner ||
           (*ret_allowed & (READ_CONTROL | query_right(record->kind)));
}

/* Return: bytes that there are. What the kernel knows by heart: a file's server is not asked. */
static uint64_t tell_inode(int fd, uint64_t *ret_device, uint64_t *ret_inode)
{
    struct stat status;

    if (fd < 0 || nt_os_file_stat_known(fd, &status) < 0)
        return 0;
    *ret_device = status.st_dev;
    *ret_inode = status.st_ino;
    return (uint64_t)status.st_blocks * 512;
}

/* Of a section; what a D3D12 object's descriptors are is the business of who made it. */
static void tell_memory(const struct nt_record *record, struct nt_describe_reply *reply)
{
    int fd = record->read_fd >= 0 ? record->read_fd : record->write_fd;

    if (record->kind == NT_KIND_SECTION)
        reply->memory_used = tell_inode(fd, &reply->memory_device, &reply->memory_inode);
}

/* The session whose directory it stands in, or the directory that it stands in does. */
static uint32_t session_of(struct nt_objects *objects, const struct nt_record *record)
{
    while (record->directory_kind == NT_STANDS_CREATED) {
        const struct nt_broker_object *parent = nt_objects_by_id(objects, record->directory_id);

        if (!parent)
            return 0;
        record = nt_object_record(objects, parent);
    }
    return record->directory_kind == NT_STANDS_SESSION ? record->directory_session : 0;
}

static void tell(struct nt_objects *objects, const struct nt_broker_object *object,
                 ACCESS_MASK allowed, struct nt_describe_reply *reply)
{
    const struct nt_record *record = nt_object_record(objects, object);
    uint64_t now = nt_os_now_ns();

    *reply = (struct nt_describe_reply){
        .kind = record->kind,
        .allowed = allowed,
        .owner = record->owner,
        .gid = record->gid,
        .integrity = record->integrity,
        .session = session_of(objects, record),
        .creator = record->creator,
        .has_security = atomic_load(&record->security) != 0,
        .size = record->size,
        .protection = record->protection,
        .attributes = record->attributes,
        .manual_reset = record->manual_reset,
        .node = record->node,
    };
    if (record->created_ns != 0 && record->created_ns <= now)
        reply->age_ns = now - record->created_ns;
    tell_inode(record->lease_fd, &reply->lease_device, &reply->lease_inode);
    tell_memory(record, reply);
}

NTSTATUS nt_handle_DESCRIBE(struct nt_broker *broker, struct nt_broker_client *client,
                            struct nt_request *request, struct nt_reply *reply)
{
    const struct nt_describe_request *describe = &request->describe;
    struct nt_broker_object *object;
    struct nt_target target;
    ACCESS_MASK allowed;
    NTSTATUS status;

    if (describe->kind != 0 || describe->access != 0 ||
        (describe->flags & ~(uint32_t)NT_NAME_ABSOLUTE))
        return STATUS_INVALID_PARAMETER;
    status =
        nt_directory_resolve(broker, client, request, describe->flags, &describe->root, &target);
    if (!NT_SUCCESS(status))
        return status;
    object = target.n_units == 0 ? target.parent
                                 : nt_objects_find(&broker->objects, &target.directory, target.leaf,
                                                   target.n_units);
    if (!object && target.n_units == 0) { /* a directory that is always there */
        reply->describe.kind = NT_KIND_DIRECTORY;
        reply->describe.session = target.session;
        return STATUS_SUCCESS;
    }
    if (!object)
        return STATUS_OBJECT_NAME_NOT_FOUND;
    if (!may_hear(broker, client, object, &allowed))
        return STATUS_ACCESS_DENIED;
    tell(&broker->objects, object, allowed, &reply->describe);
    return STATUS_SUCCESS;
}
