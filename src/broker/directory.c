// SPDX-License-Identifier: MIT
/*
 * Following a name; see directory.h.
 */
#include <ntstatus.h>

#include "broker/directory.h"
#include "broker/security.h"
#include "rtl/status.h"

/*
 * The root of a directory that is always there says which one; it needs no secret, since what its
 * holder may do there follows from who he is. No object has a number with this bit.
 */
#define ALWAYS (UINT64_C(1) << 63)

static struct nt_name_root always_root(enum nt_directory_kind kind, uint32_t session)
{
    return (struct nt_name_root){.id = ALWAYS | (uint64_t)kind << 32 | session};
}

static bool has_session(enum nt_directory_kind kind)
{
    return kind == NT_DIRECTORY_SESSION || kind == NT_DIRECTORY_SESSION_ROOT;
}

/* Local\ is a session's, and session 0's is the machine's: one directory has one form here. */
static NTSTATUS settle(const struct nt_broker_client *client, struct nt_name *name)
{
    if (name->directory == NT_DIRECTORY_LOCAL) {
        name->directory = NT_DIRECTORY_SESSION;
        name->session = client->session;
    }
    if (has_session(name->directory) && name->session != 0 && name->session != client->session)
        return STATUS_OBJECT_PATH_NOT_FOUND;
    if (name->directory == NT_DIRECTORY_SESSION && name->session == 0)
        name->directory = NT_DIRECTORY_GLOBAL;
    if (!has_session(name->directory))
        name->session = 0;
    return STATUS_SUCCESS;
}

/* Nothing stands in the directories that hold no names: no object has this key. */
static struct nt_directory key_of(const struct nt_broker_client *client, const struct nt_name *name)
{
    if (name->directory == NT_DIRECTORY_GLOBAL)
        return (struct nt_directory){.kind = NT_STANDS_GLOBAL};
    if (name->directory == NT_DIRECTORY_SESSION)
        return (struct nt_directory){
            .kind = NT_STANDS_SESSION, .uid = client->peer.uid, .session = name->session};
    return (struct nt_directory){.kind = NT_STANDS_NOWHERE};
}

static void enter(struct nt_objects *objects, struct nt_broker_object *object,
                  struct nt_target *target)
{
    target->parent = object;
    target->directory =
        (struct nt_directory){.kind = NT_STANDS_CREATED, .id = nt_object_id(objects, object)};
}

/* Through the directories that are objects; @units is the rest of the name. */
static NTSTATUS follow(struct nt_objects *objects, struct nt_target *target, const uint16_t *units,
                       size_t count)
{
    bool last = count == 0;

    target->leaf = units;
    target->n_units = 0;
    while (!last) {
        struct nt_broker_object *object;
        NTSTATUS status = nt_name_take(&units, &count, &target->leaf, &target->n_units, &last);

        if (!NT_SUCCESS(status) || last)
            return status;
        object = nt_objects_find(objects, &target->directory, target->leaf, target->n_units);
        if (!object)
            return STATUS_OBJECT_PATH_NOT_FOUND;
        if (nt_object_record(objects, object)->kind != NT_KIND_DIRECTORY)
            return STATUS_OBJECT_TYPE_MISMATCH;
        enter(objects, object, target);
    }
    return STATUS_SUCCESS;
}

struct nt_broker_object *nt_directory_find_root(struct nt_objects *objects,
                                                const struct nt_name_root *root)
{
    struct nt_broker_object *object = nt_objects_by_id(objects, root->id);
    const struct nt_record *record;

    if (!object)
        return NULL;
    record = nt_object_record(objects, object);
    if ((record->kind != NT_KIND_DIRECTORY && record->kind != NT_KIND_NAMESPACE) ||
        record->secret != root->secret || nt_os_lease_is_dead(record->lease_fd))
        return NULL;
    return object;
}

static NTSTATUS parse(const struct nt_request *request, uint32_t flags,
                      const struct nt_name_root *root, struct nt_name *ret_name)
{
    uint64_t kind = root->id >> 32 & 0x7fffffff;

    if (root->id == 0)
        return nt_name_parse(request->units, request->n_units, flags & NT_NAME_ABSOLUTE, ret_name);
    if (kind >= NT_DIRECTORY_KINDS)
        return STATUS_OBJECT_PATH_NOT_FOUND;
    return nt_name_parse_in((enum nt_directory_kind)kind, (uint32_t)root->id, request->units,
                            request->n_units, ret_name);
}

NTSTATUS nt_directory_resolve(struct nt_broker *broker, const struct nt_broker_client *client,
                              const struct nt_request *request, uint32_t flags,
                              const struct nt_name_root *root, struct nt_target *ret_target)
{
    struct nt_target target = {.parent = NULL};
    struct nt_name name = {.rest_count = 0};
    NTSTATUS status;

    if (root->id != 0 && (flags & NT_NAME_ABSOLUTE))
        return STATUS_OBJECT_PATH_SYNTAX_BAD;
    if (root->id == 0 || (root->id & ALWAYS)) {
        status = parse(request, flags, root, &name);
        if (NT_SUCCESS(status))
            status = settle(client, &name);
        target.always = name.directory;
        target.session = name.session;
        target.directory = key_of(client, &name);
    } else {
        struct nt_broker_object *object = nt_directory_find_root(&broker->objects, root);

        name.rest = request->units;
        name.rest_count = request->n_units;
        if (name.rest_count > 0 && name.rest[0] == '\\')
            return STATUS_OBJECT_PATH_SYNTAX_BAD;
        if (!object)
            return STATUS_OBJECT_PATH_NOT_FOUND;
        enter(&broker->objects, object, &target);
        status = STATUS_SUCCESS;
    }
    if (NT_SUCCESS(status))
        status = follow(&broker->objects, &target, name.rest, name.rest_count);
    if (NT_SUCCESS(status))
        *ret_target = target;
    return status;
}

NTSTATUS nt_directory_nowhere(struct nt_target *ret_target)
{
    *ret_target = (struct nt_target){.directory.kind = NT_STANDS_NOWHERE};
    return nt_status_from_errno(
        nt_os_random(&ret_target->directory.id, sizeof(ret_target->directory.id)));
}

/* --- a directory itself --------------------------------------------------------------------- */

/*
 * What somebody may do with a directory that is always there: everything in his own session's and
 * in his own broker's, else look at it, pass through, and make what a directory of names holds.
 */
static ACCESS_MASK always_allowed(const struct nt_broker *broker,
                                  const struct nt_broker_client *client,
                                  const struct nt_target *target)
{
    ACCESS_MASK look = READ_CONTROL | DIRECTORY_QUERY | DIRECTORY_TRAVERSE;

    if (client->peer.uid == 0 || client->peer.uid == broker->uid ||
        target->always == NT_DIRECTORY_SESSION)
        return DIRECTORY_ALL_ACCESS;
    if (target->always == NT_DIRECTORY_GLOBAL)
        return look | DIRECTORY_CREATE_OBJECT | DIRECTORY_CREATE_SUBDIRECTORY;
    return look;
}

static NTSTATUS grant_always(ACCESS_MASK desired, ACCESS_MASK allowed, ACCESS_MASK *ret_granted)
{
    ACCESS_MASK access = nt_access_map(NT_KIND_DIRECTORY, desired);

    if (access & ACCESS_SYSTEM_SECURITY)
        return STATUS_PRIVILEGE_NOT_HELD;
    if (access & MAXIMUM_ALLOWED)
        access = (access & ~(ACCESS_MASK)MAXIMUM_ALLOWED) | allowed;
    if (access == 0 || (access & ~allowed))
        return STATUS_ACCESS_DENIED;
    *ret_granted = access;
    return STATUS_SUCCESS;
}

NTSTATUS nt_directory_itself(struct nt_broker *broker, const struct nt_broker_client *client,
                             const struct nt_target *target, uint32_t kind, ACCESS_MASK desired,
                             struct nt_reply *reply)
{
    int own_end = -1;
    ACCESS_MASK granted;
    NTSTATUS status;

    if (kind != NT_KIND_DIRECTORY)
        return STATUS_OBJECT_TYPE_MISMATCH;
    if (target->parent)
        return nt_object_open(broker, client, target->parent, desired, reply);
    status = grant_always(desired, always_allowed(broker, client, target), &granted);
    if (NT_SUCCESS(status)) /* it needs no lease: the client gets one that nobody watches */
        status = nt_status_from_errno(nt_os_lease_new(&own_end, &reply->lease_fd));
    if (!NT_SUCCESS(status))
        return status;
    nt_os_close(own_end);
    reply->fds[reply->n_fds++] = reply->lease_fd;
    reply->object.root = always_root(target->always, target->session);
    reply->object.id = reply->object.root.id;
    reply->object.access = granted;
    reply->object.payload = NT_PAYLOAD_LEASE;
    return STATUS_SUCCESS;
}

bool nt_directory_is_always(uint64_t id)
{
    return id & ALWAYS;
}

NTSTATUS nt_directory_reopen(struct nt_broker *broker, const struct nt_broker_client *client,
                             uint64_t id, ACCESS_MASK desired, struct nt_reply *reply)
{
    const struct nt_request nameless = {.n_units = 0};
    const struct nt_name_root root = {.id = id};
    struct nt_target target;
    NTSTATUS status = nt_directory_resolve(broker, client, &nameless, 0, &root, &target);

    return NT_SUCCESS(status)
               ? nt_directory_itself(broker, client, &target, NT_KIND_DIRECTORY, desired, reply)
               : status;
}

NTSTATUS nt_directory_may_create(struct nt_broker *broker, const struct nt_broker_client *client,
                                 const struct nt_target *target, uint32_t kind)
{
    ACCESS_MASK granted;

    if (!target->parent) {
        bool closed =
            target->directory.kind == NT_STANDS_NOWHERE && !nt_directory_is_nowhere(target);

        return closed ? STATUS_ACCESS_DENIED : STATUS_SUCCESS;
    }
    return nt_object_check(broker, client, target->parent,
                           kind == NT_KIND_DIRECTORY ? DIRECTORY_CREATE_SUBDIRECTORY
                                                     : DIRECTORY_CREATE_OBJECT,
                           &granted);
}

void nt_directory_root_of(struct nt_objects *objects, const struct nt_broker_object *object,
                          struct nt_name_root *ret_root)
{
    ret_root->id = nt_object_id(objects, object);
    ret_root->secret = nt_object_record(objects, object)->secret;
}
