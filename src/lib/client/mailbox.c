// SPDX-License-Identifier: MIT
/*
 * Handles for other processes, and those that others gave this one: what a mailbox in the broker
 * keeps until its process asks for it.
 */
#include <string.h>

#include <ntstatus.h>

#include "lib/client/client.h"
#include "lib/client/connection.h"
#include "util/macro.h"

/* Values that no process has yet must fit the words in which they travel. */
static uint64_t number_of(HANDLE handle)
{
    return (uintptr_t)handle;
}

NTSTATUS nt_client_push(int pidfd, const void *bytes, size_t size, const int *fds, size_t n_fds,
                        HANDLE *ret_handle)
{
    NT_CLEANUP(nt_client_reply_deinit) struct nt_client_reply reply;
    struct nt_push_request fixed = {0};
    int all[1 + NT_IPC_MAX_PARCEL_FDS] = {pidfd};
    struct nt_call call = {.header = {.type = NT_MESSAGE_PUSH, .bytes_size = (uint32_t)size},
                           .fixed = &fixed,
                           .bytes = bytes,
                           .fds = all,
                           .n_fds = 1 + n_fds,
                           .start = true};
    NTSTATUS status;

    memset(&reply, 0, sizeof(reply));
    if (size > NT_IPC_MAX_PARCEL || n_fds > NT_IPC_MAX_PARCEL_FDS)
        return STATUS_INVALID_PARAMETER;
    for (size_t i = 0; i < n_fds; i++)
        all[1 + i] = fds[i];
    status = nt_connection_perform(&call, &reply);
    if (NT_SUCCESS(status))
        *ret_handle = (HANDLE)(uintptr_t)reply.push.handle;
    return status;
}

/* Where no broker runs there is no mailbox. */
static NTSTATUS nothing_there(NTSTATUS status)
{
    return status == STATUS_CONNECTION_REFUSED ? STATUS_INVALID_HANDLE : status;
}

NTSTATUS nt_client_fetch(HANDLE handle, struct nt_client_reply *ret_reply)
{
    struct nt_fetch_request fixed = {.handle = number_of(handle)};
    struct nt_call call = {.header = {.type = NT_MESSAGE_FETCH}, .fixed = &fixed};

    return nothing_there(nt_connection_perform(&call, ret_reply));
}

NTSTATUS nt_client_drop(HANDLE handle)
{
    NT_CLEANUP(nt_client_reply_deinit) struct nt_client_reply reply;
    struct nt_drop_request fixed = {.handle = number_of(handle)};
    struct nt_call call = {.header = {.type = NT_MESSAGE_DROP}, .fixed = &fixed};

    return nothing_there(nt_connection_perform(&call, &reply));
}
