// SPDX-License-Identifier: MIT
/*
 * Requests. Every handler keeps one order: lengths (nt_request_decode), protocol state, the
 * name, access, quota, conflict, the reply prepared - then state changes and the reply leaves.
 * The table is made from the message list, so that a message without a handler does not
 * compile.
 */
#include <errno.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/uio.h>
#include <unistd.h>

#include <ntstatus.h>

#include "broker/broker.h"
#include "broker/session.h"
#include "rtl/name.h"
#include "rtl/status.h"
#include "util/log.h"
#include "util/macro.h"

/* What goes back; the descriptors are borrowed from the object, but for the lease. */
struct reply {
    union {
        struct nt_hello_reply hello;
        struct nt_object_reply object;
        struct nt_statistics_reply statistics;
        struct nt_grow_reply grow;
    };
    int fds[NT_OS_MAX_FDS];
    size_t n_fds;
    int lease_fd; /* owned: the end that goes to the client */
};

/* A handler takes what it wants of the request's descriptors; the rest is closed behind it. */
typedef NTSTATUS (*handler)(struct nt_broker *broker, struct nt_broker_client *client,
                            struct nt_request *request, struct reply *reply);

static NTSTATUS handle_HELLO(struct nt_broker *broker, struct nt_broker_client *client,
                             struct nt_request *request, struct reply *reply)
{
    const struct nt_hello_request *hello = &request->hello;
    uint64_t token = hello->token;

    if (hello->magic != NT_IPC_MAGIC || hello->version_min > NT_IPC_VERSION_MAX ||
        hello->version_max < NT_IPC_VERSION_MIN)
        return STATUS_REVISION_MISMATCH;
    if (token == 0 && nt_os_random(&token, sizeof(token)) < 0)
        return STATUS_INSUFFICIENT_RESOURCES;
    client->said_hello = true;
    client->token = token;
    client->session = nt_session_of(&client->peer);
    reply->hello = (struct nt_hello_reply){
        .version =
            hello->version_max < NT_IPC_VERSION_MAX ? hello->version_max : NT_IPC_VERSION_MAX,
        .session = client->session,
        .token = token,
        .instance = broker->objects.arena.header->instance,
    };
    return STATUS_SUCCESS;
}

/* The directory that a parsed name stands in, as this client sees it. */
static NTSTATUS find_directory(const struct nt_broker_client *client, const struct nt_name *name,
                               struct nt_directory *ret_directory)
{
    uint32_t session = client->session;

    if (name->directory == NT_DIRECTORY_SESSION) {
        if (name->session != 0 && name->session != session)
            return STATUS_OBJECT_PATH_NOT_FOUND;
        session = name->session;
    }
    if (name->directory == NT_DIRECTORY_GLOBAL || session == 0)
        *ret_directory = (struct nt_directory){.kind = 0};
    else
        *ret_directory =
            (struct nt_directory){.kind = 1, .uid = client->peer.uid, .session = session};
    return STATUS_SUCCESS;
}

static NTSTATUS resolve(const struct nt_broker_client *client, const struct nt_request *request,
                        uint32_t flags, struct nt_name *ret_name,
                        struct nt_directory *ret_directory)
{
    NTSTATUS status =
        nt_name_parse(request->units, request->n_units, flags & NT_NAME_ABSOLUTE, ret_name);

    return NT_SUCCESS(status) ? find_directory(client, ret_name, ret_directory) : status;
}

/* The default descriptor: its owner and root may do everything, others nothing. */
static NTSTATUS check_access(const struct nt_broker_client *client, const struct nt_record *record,
                             uint32_t desired, ACCESS_MASK *ret_granted)
{
    if (client->peer.uid != record->owner && client->peer.uid != 0)
        return STATUS_ACCESS_DENIED;
    return nt_access_grant_owner((enum nt_kind)record->kind, desired, ret_granted);
}

/* The reply for an object; @reply->lease_fd is set already for the one who made it. */
static NTSTATUS prepare_object(struct nt_broker *broker, const struct nt_broker_object *object,
                               ACCESS_MASK granted, struct reply *reply)
{
    const struct nt_record *record = nt_object_record(&broker->objects, object);
    struct nt_payload_choice choice;
    NTSTATUS status;

    status = nt_object_payload(&broker->objects, object, granted, &choice);
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
    reply->object.id = nt_object_id(&broker->objects, object);
    reply->object.access = granted;
    reply->object.payload = NT_PAYLOAD_LEASE | choice.payload;
    reply->object.size = record->size;
    reply->object.protection = record->protection;
    reply->object.attributes = record->attributes;
    reply->object.manual_reset = record->manual_reset;
    reply->object.node = record->node;
    return STATUS_SUCCESS;
}

static NTSTATUS open_object(struct nt_broker *broker, const struct nt_broker_client *client,
                            const struct nt_broker_object *object, uint32_t kind, uint32_t access,
                            struct reply *reply)
{
    const struct nt_record *record = nt_object_record(&broker->objects, object);
    ACCESS_MASK granted;
    NTSTATUS status;

    if (record->kind != kind)
        return STATUS_OBJECT_TYPE_MISMATCH;
    status = check_access(client, record, access, &granted);
    return NT_SUCCESS(status) ? prepare_object(broker, object, granted, reply) : status;
}

/* The request that made @object, sent again: its first answer. */
static NTSTATUS answer_again(struct nt_broker *broker, const struct nt_broker_object *object,
                             const struct nt_create_request *create, struct reply *reply)
{
    ACCESS_MASK granted;
    NTSTATUS status;

    if (nt_object_record(&broker->objects, object)->kind != create->kind)
        return STATUS_INVALID_PARAMETER;
    status = nt_access_grant_creator((enum nt_kind)create->kind, create->access, &granted);
    return NT_SUCCESS(status) ? prepare_object(broker, object, granted, reply) : status;
}

static bool is_kind(uint32_t kind)
{
    return kind >= 1 && kind <= NT_KIND_LAST;
}

static bool is_good_create(const struct nt_create_request *create)
{
    if (!is_kind(create->kind) || (create->flags & ~(uint32_t)NT_NAME_FLAGS))
        return false;
    if (create->kind != NT_KIND_SECTION)
        return true;
    return create->size > 0 && create->size <= INT64_MAX &&
           ((create->attributes & SEC_FILE) || create->size % NT_PAGE_SIZE == 0);
}

static NTSTATUS create_object(struct nt_broker *broker, const struct nt_broker_client *client,
                              struct nt_request *request, const struct nt_name *name,
                              const struct nt_directory *directory, struct reply *reply)
{
    const struct nt_create_request *create = &request->create;
    struct nt_broker_object *object;
    ACCESS_MASK granted;
    NTSTATUS status;

    status = nt_access_grant_creator((enum nt_kind)create->kind, create->access, &granted);
    if (!NT_SUCCESS(status))
        return status;
    status = nt_objects_create(&broker->objects, directory, name->leaf, name->leaf_count,
                               client->charge.user, create, request->fds, request->n_fds,
                               client->token, request->header.number, &object, &reply->lease_fd);
    if (!NT_SUCCESS(status))
        return status;
    status = prepare_object(broker, object, granted, reply);
    if (NT_SUCCESS(status)) {
        const struct nt_record *record = nt_object_record(&broker->objects, object);

        status =
            nt_status_from_errno(nt_broker_watch_fd(broker, record->lease_fd, 0, NT_EVENT_LEASE,
                                                    nt_record_generation(record), object->index));
    }
    if (!NT_SUCCESS(status))
        nt_objects_remove(&broker->objects, object);
    return status;
}

static NTSTATUS handle_CREATE(struct nt_broker *broker, struct nt_broker_client *client,
                              struct nt_request *request, struct reply *reply)
{
    const struct nt_create_request *create = &request->create;
    struct nt_broker_object *object;
    const struct nt_record *record;
    struct nt_directory directory;
    struct nt_name name;
    NTSTATUS status;

    if (!is_good_create(create))
        return STATUS_INVALID_PARAMETER;
    status = nt_payload_check(create, request->fds, request->n_fds);
    if (NT_SUCCESS(status))
        status = resolve(client, request, create->flags, &name, &directory);
    if (!NT_SUCCESS(status))
        return status;
    object = nt_objects_find(&broker->objects, &directory, name.leaf, name.leaf_count);
    if (!object)
        return create_object(broker, client, request, &name, &directory, reply);

    record = nt_object_record(&broker->objects, object);
    if (record->owner == client->peer.uid && record->token == client->token &&
        record->number == request->header.number)
        return answer_again(broker, object, create, reply);
    if (record->kind != create->kind)
        return STATUS_OBJECT_TYPE_MISMATCH;
    if (!(create->flags & NT_NAME_OPEN_IF))
        return STATUS_OBJECT_NAME_COLLISION;
    status = open_object(broker, client, object, create->kind, create->access, reply);
    reply->object.existed = 1;
    return NT_SUCCESS(status) ? STATUS_OBJECT_NAME_EXISTS : status;
}

static NTSTATUS handle_OPEN(struct nt_broker *broker, struct nt_broker_client *client,
                            struct nt_request *request, struct reply *reply)
{
    const struct nt_open_request *open = &request->open;
    struct nt_broker_object *object;
    struct nt_directory directory;
    struct nt_name name;
    NTSTATUS status;

    if (!is_kind(open->kind) || (open->flags & ~(uint32_t)NT_NAME_ABSOLUTE))
        return STATUS_INVALID_PARAMETER;
    status = resolve(client, request, open->flags, &name, &directory);
    if (!NT_SUCCESS(status))
        return status;
    object = nt_objects_find(&broker->objects, &directory, name.leaf, name.leaf_count);
    if (!object)
        return STATUS_OBJECT_NAME_NOT_FOUND;
    return open_object(broker, client, object, open->kind, open->access, reply);
}

static NTSTATUS handle_STATISTICS(struct nt_broker *broker, struct nt_broker_client *client,
                                  struct nt_request *request, struct reply *reply)
{
    (void)client;
    (void)request;
    nt_objects_reap_all(&broker->objects);
    reply->statistics = (struct nt_statistics_reply){
        .pid = (uint32_t)getpid(),
        .clients = broker->n_clients,
        .names = broker->objects.n_objects,
        .objects = broker->objects.n_objects,
        .bytes = broker->objects.n_bytes,
        .fds = broker->objects.n_fds,
        .requests = broker->n_requests,
    };
    return STATUS_SUCCESS;
}

/* The number of a section that the client could open by its name: it may tell and ask. */
static NTSTATUS handle_GROW(struct nt_broker *broker, struct nt_broker_client *client,
                            struct nt_request *request, struct reply *reply)
{
    const struct nt_grow_request *grow = &request->grow;
    const struct nt_broker_object *object = nt_objects_by_id(&broker->objects, grow->id);
    ACCESS_MASK granted;
    NTSTATUS status;

    if (grow->size > INT64_MAX)
        return STATUS_INVALID_PARAMETER;
    if (!object)
        return STATUS_OBJECT_NAME_NOT_FOUND;
    status = check_access(client, nt_object_record(&broker->objects, object),
                          grow->size ? SECTION_EXTEND_SIZE : SECTION_QUERY, &granted);
    if (!NT_SUCCESS(status))
        return status;
    return nt_object_grow(&broker->objects, object, grow->size, &reply->grow.size);
}

static const handler handlers[NT_MESSAGE_END] = {
#define X(name, number, structs, units, request_fds, reply_fds) [number] = handle_##name,
    NT_MESSAGES(X)
#undef X
};

static int send_reply(struct nt_broker_client *client, const struct nt_request *request,
                      NTSTATUS status, const struct reply *reply)
{
    size_t body = NT_SUCCESS(status) ? request->info->reply_size : 0;
    size_t n_fds = NT_SUCCESS(status) ? reply->n_fds : 0;
    struct nt_reply_header header = {
        .size = (uint32_t)(sizeof(header) + body),
        .type = request->header.type,
        .n_fds = (uint16_t)n_fds,
        .number = request->header.number,
        .status = status,
    };
    struct iovec parts[] = {{&header, sizeof(header)}, {(void *)&reply->hello, body}};

    return nt_os_socket_send(client->fd, parts, 2, reply->fds, n_fds, false);
}

/* HELLO comes first, and once; every other request has a number, and no descriptor too many. */
static bool is_in_turn(const struct nt_broker_client *client, const struct nt_request *request,
                       size_t n_fds)
{
    return (request->header.type == NT_MESSAGE_HELLO) != client->said_hello &&
           (!client->said_hello || request->header.number != 0) &&
           n_fds <= request->info->max_request_fds;
}

static int dispatch(struct nt_broker *broker, struct nt_broker_client *client,
                    struct nt_request *request)
{
    struct reply reply;
    NTSTATUS status;
    int r;

    memset(&reply, 0, sizeof(reply));
    reply.lease_fd = -1;
    broker->n_requests++;
    status = handlers[request->header.type](broker, client, request, &reply);
    r = send_reply(client, request, status, &reply);
    /* Not sent: with this end the lease of a new object dies, and with it the object. */
    nt_os_close(reply.lease_fd);
    return r;
}

int nt_dispatch(struct nt_broker *broker, struct nt_broker_client *client, const void *bytes,
                size_t size, int *fds, size_t n_fds)
{
    struct nt_request request;
    int r;

    r = nt_request_decode(bytes, size, &request);
    if (r == 0 && !is_in_turn(client, &request, n_fds))
        r = -EPROTO;
    if (r == 0) {
        request.n_fds = n_fds;
        for (size_t i = 0; i < n_fds; i++)
            request.fds[i] = nt_steal_fd(&fds[i]);
        r = dispatch(broker, client, &request);
        for (size_t i = 0; i < n_fds; i++)
            nt_os_close(request.fds[i]);
    }
    for (size_t i = 0; i < n_fds; i++)
        nt_os_closep(&fds[i]);
    return r;
}
