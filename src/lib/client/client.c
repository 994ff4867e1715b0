// SPDX-License-Identifier: MIT
/*
 * What can be asked of the broker: each call fills in its structure and lets connection.c make the
 * round trip.
 */
#include "lib/client/client.h"

#include <stdlib.h>
#include <string.h>

#include <ntstatus.h>

#include "lib/client/connection.h"
#include "lib/security/object-security.h"
#include "lib/security/token.h"
#include "util/macro.h"

/* --- objects -------------------------------------------------------------------------------- */

static uint32_t name_flags(const struct nt_object_name *name)
{
    return (name->absolute ? NT_NAME_ABSOLUTE : 0) |
           (name->attributes & OBJ_OPENIF ? NT_NAME_OPEN_IF : 0);
}

/* The reply must bring the descriptors that it speaks of, and a lease is always among them. */
static NTSTATUS check_payload(NTSTATUS status, struct nt_client_reply *reply, uint32_t payload)
{
    if (!NT_SUCCESS(status))
        return status;
    if (reply->n_fds != (size_t)__builtin_popcount(payload) || !(payload & NT_PAYLOAD_LEASE)) {
        nt_client_reply_deinit(reply);
        return STATUS_CONNECTION_DISCONNECTED;
    }
    reply->payload = payload;
    return status;
}

/* The descriptor that goes along: none when all of it is the default one of who asks. */
static NTSTATUS make_security(const struct nt_object_name *name, uint32_t kind,
                              struct nt_descriptor_block *ret_block)
{
    *ret_block = (struct nt_descriptor_block){.bytes = NULL};
    if (!name->security && !nt_token_has_defaults())
        return STATUS_SUCCESS;
    return nt_security_for_new((enum nt_kind)kind, name->security, ret_block);
}

NTSTATUS nt_client_create(const struct nt_object_name *name,
                          const struct nt_create_request *request, const int *fds, size_t n_fds,
                          struct nt_client_reply *ret_reply)
{
    NT_CLEANUP(nt_descriptor_block_deinit) struct nt_descriptor_block security;
    struct nt_create_request fixed = *request;
    struct nt_call call = {.header = {.type = NT_MESSAGE_CREATE},
                           .fixed = &fixed,
                           .units = name->units,
                           .n_units = name->count,
                           .fds = fds,
                           .n_fds = n_fds,
                           .start = true,
                           .version = request->kind == NT_KIND_D3D12 ? 5 : 0};
    NTSTATUS status;

    memset(ret_reply, 0, sizeof(*ret_reply));
    status = make_security(name, request->kind, &security);
    if (!NT_SUCCESS(status))
        return status;
    fixed.flags = name_flags(name);
    fixed.name_units = (uint32_t)name->count;
    fixed.root = name->root;
    call.bytes = security.bytes;
    call.header.bytes_size = (uint32_t)security.size;
    status = nt_connection_perform(&call, ret_reply);
    return check_payload(status, ret_reply, ret_reply->object.payload);
}

NTSTATUS nt_client_open(const struct nt_object_name *name, const struct nt_open_request *request,
                        struct nt_client_reply *ret_reply)
{
    struct nt_open_request fixed = *request;
    struct nt_call call = {.header = {.type = NT_MESSAGE_OPEN},
                           .fixed = &fixed,
                           .units = name->units,
                           .n_units = name->count,
                           .start = true};
    NTSTATUS status;

    fixed.flags = name_flags(name) & NT_NAME_ABSOLUTE;
    fixed.name_units = (uint32_t)name->count;
    fixed.root = name->root;
    status = nt_connection_perform(&call, ret_reply);
    return check_payload(status, ret_reply, ret_reply->object.payload);
}

NTSTATUS nt_client_reopen(uint64_t id, uint64_t instance, ACCESS_MASK access,
                          struct nt_client_reply *ret_reply)
{
    struct nt_reopen_request fixed = {.id = id, .access = access};
    struct nt_call call = {
        .header = {.type = NT_MESSAGE_REOPEN}, .fixed = &fixed, .instance = instance};
    NTSTATUS status = nt_connection_perform(&call, ret_reply);

    return check_payload(status, ret_reply, ret_reply->object.payload);
}

NTSTATUS nt_client_grow(uint64_t id, uint64_t instance, uint64_t size, uint64_t *ret_size)
{
    NT_CLEANUP(nt_client_reply_deinit) struct nt_client_reply reply;
    struct nt_grow_request fixed = {.id = id, .size = size};
    struct nt_call call = {
        .header = {.type = NT_MESSAGE_GROW}, .fixed = &fixed, .instance = instance};
    NTSTATUS status = nt_connection_perform(&call, &reply);

    if (NT_SUCCESS(status))
        *ret_size = reply.grow.size;
    return status;
}

/* --- their descriptors ---------------------------------------------------------------------- */

NTSTATUS nt_client_get_security(uint64_t id, uint64_t instance, SECURITY_INFORMATION information,
                                ACCESS_MASK held, struct nt_descriptor_block *ret_block)
{
    NT_CLEANUP(nt_client_reply_deinit) struct nt_client_reply reply;
    struct nt_get_security_request fixed = {.id = id, .information = information, .held = held};
    struct nt_call call = {
        .header = {.type = NT_MESSAGE_GET_SECURITY}, .fixed = &fixed, .instance = instance};
    NTSTATUS status = nt_connection_perform(&call, &reply);

    if (NT_SUCCESS(status))
        *ret_block =
            (struct nt_descriptor_block){.bytes = NT_STEAL(reply.bytes), .size = reply.bytes_size};
    return status;
}

NTSTATUS nt_client_set_security(uint64_t id, uint64_t instance, SECURITY_INFORMATION information,
                                ACCESS_MASK held, const void *bytes, size_t size)
{
    NT_CLEANUP(nt_client_reply_deinit) struct nt_client_reply reply;
    struct nt_set_security_request fixed = {.id = id, .information = information, .held = held};
    struct nt_call call = {
        .header = {.type = NT_MESSAGE_SET_SECURITY, .bytes_size = (uint32_t)size},
        .fixed = &fixed,
        .bytes = bytes,
        .instance = instance};

    memset(&reply, 0, sizeof(reply));
    if (size > NT_IPC_MAX_BYTES)
        return STATUS_INVALID_SECURITY_DESCR;
    return nt_connection_perform(&call, &reply);
}

/* --- directories and namespaces ------------------------------------------------------------- */

NTSTATUS nt_client_list(const struct nt_object_name *name, uint64_t index,
                        struct nt_list_reply *ret_list, void **ret_bytes, size_t *ret_size)
{
    NT_CLEANUP(nt_client_reply_deinit) struct nt_client_reply reply;
    struct nt_list_request fixed = {.flags = name_flags(name) & NT_NAME_ABSOLUTE,
                                    .name_units = (uint32_t)name->count,
                                    .root = name->root,
                                    .index = index};
    struct nt_call call = {.header = {.type = NT_MESSAGE_LIST},
                           .fixed = &fixed,
                           .units = name->units,
                           .n_units = name->count,
                           .start = true};
    NTSTATUS status = nt_connection_perform(&call, &reply);

    if (NT_SUCCESS(status)) {
        *ret_list = reply.list;
        *ret_bytes = NT_STEAL(reply.bytes);
        *ret_size = reply.bytes_size;
    }
    return status;
}

NTSTATUS nt_client_describe(const struct nt_object_name *name,
                            struct nt_describe_reply *ret_describe)
{
    NT_CLEANUP(nt_client_reply_deinit) struct nt_client_reply reply;
    struct nt_describe_request fixed = {.flags = name_flags(name) & NT_NAME_ABSOLUTE,
                                        .name_units = (uint32_t)name->count,
                                        .root = name->root};
    struct nt_call call = {.header = {.type = NT_MESSAGE_DESCRIBE},
                           .fixed = &fixed,
                           .units = name->units,
                           .n_units = name->count,
                           .version = 5};
    NTSTATUS status = nt_connection_perform(&call, &reply);

    if (NT_SUCCESS(status))
        *ret_describe = reply.describe;
    return status == STATUS_CONNECTION_REFUSED ? STATUS_OBJECT_NAME_NOT_FOUND : status;
}

NTSTATUS nt_client_create_namespace(const void *boundary, size_t boundary_size,
                                    const void *security, size_t security_size,
                                    struct nt_client_reply *ret_reply)
{
    NT_CLEANUP(nt_freep) unsigned char *bytes = NULL;
    struct nt_create_namespace_request fixed = {.boundary_size = (uint32_t)boundary_size,
                                                .security_size = (uint32_t)security_size};
    size_t padded = nt_ipc_padded(boundary_size), size = padded + security_size;
    struct nt_call call = {
        .header = {.type = NT_MESSAGE_CREATE_NAMESPACE}, .fixed = &fixed, .start = true};
    NTSTATUS status;

    memset(ret_reply, 0, sizeof(*ret_reply));
    if (boundary_size > NT_IPC_MAX_BYTES || size > NT_IPC_MAX_BYTES)
        return STATUS_INVALID_PARAMETER;
    bytes = calloc(1, size + 1);
    if (!bytes)
        return STATUS_NO_MEMORY;
    memcpy(bytes, boundary, boundary_size);
    if (security_size > 0)
        memcpy(bytes + padded, security, security_size);
    call.bytes = bytes;
    call.header.bytes_size = (uint32_t)(security_size > 0 ? size : boundary_size);
    status = nt_connection_perform(&call, ret_reply);
    return check_payload(status, ret_reply, ret_reply->name_space.payload);
}

NTSTATUS nt_client_open_namespace(const void *boundary, size_t boundary_size,
                                  struct nt_client_reply *ret_reply)
{
    struct nt_open_namespace_request fixed = {.boundary_size = (uint32_t)boundary_size};
    struct nt_call call = {
        .header = {.type = NT_MESSAGE_OPEN_NAMESPACE, .bytes_size = (uint32_t)boundary_size},
        .fixed = &fixed,
        .bytes = boundary,
        .start = true};
    NTSTATUS status;

    memset(ret_reply, 0, sizeof(*ret_reply));
    if (boundary_size > NT_IPC_MAX_BYTES)
        return STATUS_INVALID_PARAMETER;
    status = nt_connection_perform(&call, ret_reply);
    return check_payload(status, ret_reply, ret_reply->name_space.payload);
}

NTSTATUS nt_client_destroy_namespace(const struct nt_name_root *root, uint64_t instance)
{
    NT_CLEANUP(nt_client_reply_deinit) struct nt_client_reply reply;
    struct nt_destroy_namespace_request fixed = {.root = *root};
    struct nt_call call = {
        .header = {.type = NT_MESSAGE_DESTROY_NAMESPACE}, .fixed = &fixed, .instance = instance};

    return nt_connection_perform(&call, &reply);
}

/* --- the broker itself ---------------------------------------------------------------------- */

NTSTATUS nt_client_statistics(struct nt_client_reply *ret_reply)
{
    struct nt_statistics_request fixed = {0};
    struct nt_call call = {.header = {.type = NT_MESSAGE_STATISTICS}, .fixed = &fixed};
    NTSTATUS status = nt_connection_perform(&call, ret_reply);

    return status == STATUS_CONNECTION_REFUSED ? STATUS_OBJECT_NAME_NOT_FOUND : status;
}

void nt_client_settle(void)
{
    NT_CLEANUP(nt_client_reply_deinit) struct nt_client_reply reply;

    /* The broker looks at every lease before it counts. */
    (void)nt_client_statistics(&reply);
}

/* --- replies -------------------------------------------------------------------------------- */

int nt_client_take_fd(struct nt_client_reply *reply, enum nt_payload payload)
{
    unsigned before = reply->payload & (payload - 1u);

    if (!(reply->payload & payload))
        return -1;
    return nt_steal_fd(&reply->fds[__builtin_popcount(before)]);
}

void nt_client_reply_deinit(struct nt_client_reply *reply)
{
    for (size_t i = 0; i < reply->n_fds; i++)
        nt_os_closep(&reply->fds[i]);
    reply->n_fds = 0;
    free(reply->bytes);
    reply->bytes = NULL;
    reply->bytes_size = 0;
}
