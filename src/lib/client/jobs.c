// SPDX-License-Identifier: MIT
/*
 * Jobs, as the broker keeps them: who is in one, what it allows, and its end.
 */
#include <string.h>

#include <ntstatus.h>

#include "lib/client/client.h"
#include "lib/client/connection.h"
#include "util/macro.h"

/* A process, and the page for its exit code where it has one. */
static void set_process(struct nt_call *call, int fds[static 2], int pidfd, int page_fd)
{
    fds[0] = pidfd;
    fds[1] = page_fd;
    call->fds = fds;
    call->n_fds = page_fd >= 0 ? 2 : 1;
}

NTSTATUS nt_client_assign_job(uint64_t id, uint64_t instance, int pidfd, int page_fd)
{
    NT_CLEANUP(nt_client_reply_deinit) struct nt_client_reply reply;
    struct nt_assign_job_request fixed = {.id = id};
    struct nt_call call = {
        .header = {.type = NT_MESSAGE_ASSIGN_JOB}, .fixed = &fixed, .instance = instance};
    int fds[2];

    set_process(&call, fds, pidfd, page_fd);
    return nt_connection_perform(&call, &reply);
}

NTSTATUS nt_client_terminate_job(uint64_t id, uint64_t instance, uint32_t exit_code)
{
    NT_CLEANUP(nt_client_reply_deinit) struct nt_client_reply reply;
    struct nt_terminate_job_request fixed = {.id = id, .exit_code = exit_code};
    struct nt_call call = {
        .header = {.type = NT_MESSAGE_TERMINATE_JOB}, .fixed = &fixed, .instance = instance};

    return nt_connection_perform(&call, &reply);
}

NTSTATUS nt_client_query_job(uint64_t id, uint64_t instance, struct nt_client_reply *ret_reply)
{
    struct nt_query_job_request fixed = {.id = id};
    struct nt_call call = {
        .header = {.type = NT_MESSAGE_QUERY_JOB}, .fixed = &fixed, .instance = instance};

    return nt_connection_perform(&call, ret_reply);
}

NTSTATUS nt_client_set_job(uint64_t id, uint64_t instance, uint32_t limits, uint32_t most_active)
{
    NT_CLEANUP(nt_client_reply_deinit) struct nt_client_reply reply;
    struct nt_set_job_request fixed = {.id = id, .limits = limits, .most_active = most_active};
    struct nt_call call = {
        .header = {.type = NT_MESSAGE_SET_JOB}, .fixed = &fixed, .instance = instance};

    return nt_connection_perform(&call, &reply);
}

NTSTATUS nt_client_is_in_job(uint64_t id, uint64_t instance, int pidfd, bool *ret_is_member)
{
    NT_CLEANUP(nt_client_reply_deinit) struct nt_client_reply reply;
    struct nt_is_in_job_request fixed = {.id = id};
    struct nt_call call = {
        .header = {.type = NT_MESSAGE_IS_IN_JOB}, .fixed = &fixed, .instance = instance};
    int fds[2];
    NTSTATUS status;

    set_process(&call, fds, pidfd, -1);
    status = nt_connection_perform(&call, &reply);
    /* Without a broker there is no job. */
    if (status != STATUS_CONNECTION_REFUSED && !NT_SUCCESS(status))
        return status;
    *ret_is_member = NT_SUCCESS(status) && reply.is_in_job.is_member;
    return STATUS_SUCCESS;
}

NTSTATUS nt_client_join_jobs(int pidfd, int page_fd, bool breakaway)
{
    NT_CLEANUP(nt_client_reply_deinit) struct nt_client_reply reply;
    struct nt_join_jobs_request fixed = {.breakaway = breakaway};
    struct nt_call call = {.header = {.type = NT_MESSAGE_JOIN_JOBS}, .fixed = &fixed};
    int fds[2];
    NTSTATUS status;

    set_process(&call, fds, pidfd, page_fd);
    status = nt_connection_perform(&call, &reply);
    return status == STATUS_CONNECTION_REFUSED ? STATUS_SUCCESS : status;
}
