// SPDX-License-Identifier: MIT
/*
 * ntshm/ntshm.h: our additions.
 */
#include <ntshm/ntshm.h>
#include <ntstatus.h>
#include <string.h>

#include "api/error.h"
#include "lib/client/client.h"
#include "lib/memory/region.h"
#include "lib/process/process.h"
#include "lib/process/remote.h"
#include "lib/process/service.h"
#include "util/macro.h"

NT_EXPORT void ntshm_set_log(void (*function)(int level, const char *message, void *context),
                             void *context)
{
    nt_process_set_log(function, context);
}

NT_EXPORT BOOL ntshm_region_pin(const void *address, struct ntshm_region *ret_region)
{
    return nt_api_result(nt_region_pin(address, ret_region));
}

NT_EXPORT BOOL ntshm_region_unpin(const void *address)
{
    return nt_api_result(nt_region_unpin(address));
}

NT_EXPORT BOOL ntshm_query_regions(HANDLE process, DWORD timeout_ms,
                                   BOOL (*visit)(const struct ntshm_region_run *run, void *context),
                                   void *context, ULONGLONG *ret_changes)
{
    NT_CLEANUP(nt_process_closep) struct nt_process *found = NULL;
    NTSTATUS status = nt_process_find(process, PROCESS_QUERY_INFORMATION, &found);
    uint64_t changes = 0;

    if (NT_SUCCESS(status))
        status = nt_remote_regions(found, timeout_ms * 1000000ull, visit, context, &changes);
    if (NT_SUCCESS(status) && ret_changes)
        *ret_changes = changes;
    return nt_api_result(status);
}

NT_EXPORT BOOL ntshm_broker_statistics(struct ntshm_broker_statistics *statistics)
{
    struct nt_client_reply reply;
    NTSTATUS status;

    if (!statistics || statistics->size != sizeof(*statistics))
        return nt_api_result(STATUS_INVALID_PARAMETER);
    status = nt_client_statistics(&reply);
    if (NT_SUCCESS(status)) {
        statistics->pid = reply.statistics.keeper;
        statistics->worker = reply.statistics.pid;
        statistics->restarts = (uint32_t)reply.statistics.restarts;
        statistics->instance = reply.instance;
        statistics->clients = reply.statistics.clients;
        statistics->names = reply.statistics.names;
        statistics->objects = reply.statistics.objects;
        statistics->bytes = reply.statistics.bytes;
        statistics->fds = reply.statistics.fds;
        statistics->requests = reply.statistics.requests;
        nt_client_reply_deinit(&reply);
    }
    return nt_api_result(status);
}

NT_EXPORT BOOL ntshm_broker_place(struct ntshm_broker_place *place)
{
    struct nt_client_place is = {.is_system = false};
    NTSTATUS status;

    if (!place || place->size != sizeof(*place))
        return nt_api_result(STATUS_INVALID_PARAMETER);
    status = nt_client_locate(&is);
    if (NT_SUCCESS(status)) {
        place->is_system = is.is_system;
        memcpy(place->directory, is.directory, sizeof(place->directory));
        memcpy(place->program, is.program, sizeof(place->program));
    }
    return nt_api_result(status);
}

NT_EXPORT BOOL ntshm_service_start(void)
{
    return nt_api_result(nt_service_start());
}

NT_EXPORT void ntshm_service_stop(void)
{
    nt_service_stop();
}

NT_EXPORT void ntshm_quiesce(void)
{
    nt_process_quiesce();
}
