/* SPDX-License-Identifier: MIT */
/*
 * What the types of named objects are called, for who is told of one without a handle; the same
 * as NtQueryObject tells with one.
 */
#ifndef NT_API_TYPE_NAME_H
#define NT_API_TYPE_NAME_H

#include <ntshm/shared.h>

#include "lib/client/client.h"
#include "util/macro.h"

/**
 * nt_api_type_name() - the name of a type
 * @kind: enum nt_kind, or NT_LIST_LINK, as the broker told it
 * @sort: NTSHM_SHARED_ for NT_KIND_D3D12
 */
static inline const char *nt_api_type_name(uint32_t kind, uint32_t sort)
{
    static const char *const names[] = {
        [NT_LIST_LINK] = "SymbolicLink",
        [NT_KIND_SECTION] = "Section",
        [NT_KIND_EVENT] = "Event",
        [NT_KIND_DIRECTORY] = "Directory",
        [NT_KIND_NAMESPACE] = "Directory",
        [NT_KIND_MUTANT] = "Mutant",
        [NT_KIND_SEMAPHORE] = "Semaphore",
        [NT_KIND_TIMER] = "Timer",
        [NT_KIND_JOB] = "Job",
        [NT_KIND_D3D12] = "DxgkSharedResource",
    };

    if (kind == NT_KIND_D3D12 && sort == NTSHM_SHARED_FENCE)
        return "DxgkSharedSyncObject";
    return kind < NT_ARRAY_SIZE(names) && names[kind] ? names[kind] : "Unknown";
}

#endif
