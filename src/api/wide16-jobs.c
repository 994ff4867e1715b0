// SPDX-License-Identifier: MIT
/*
 * The 16-bit twins of what makes and opens jobs by name. Contracts are those of the functions
 * without the prefix (jobapi2.h, winternl.h).
 */
#include "api/wide16.h"

#include <ntstatus.h>
#include <winternl.h>

NT_TWIN(HANDLE, CreateJobObjectW, LPSECURITY_ATTRIBUTES security, const uint16_t *name)
{
    NT_WIDE16(wide, name, NULL);

    return CreateJobObjectW(security, wide.text);
}

NT_TWIN(HANDLE, OpenJobObjectW, DWORD access, BOOL inherit, const uint16_t *name)
{
    NT_WIDE16(wide, name, NULL);

    return OpenJobObjectW(access, inherit, wide.text);
}

typedef NTSTATUS(NTAPI *by_attributes)(PHANDLE handle, ACCESS_MASK access,
                                       POBJECT_ATTRIBUTES attributes);

/* The handle is zeroed when the attributes are none (11.32). */
static NTSTATUS with_attributes(by_attributes function, PHANDLE handle, ACCESS_MASK access,
                                const struct nt_attributes16 *attributes)
{
    NT_CLEANUP(nt_wide16_attributes_deinit) struct nt_wide16_attributes wide;
    NTSTATUS status = nt_wide16_attributes_init(&wide, attributes);

    if (NT_SUCCESS(status))
        return function(handle, access, wide.attributes);
    if (handle)
        *handle = NULL;
    return status;
}

NT_TWIN(NTSTATUS, NtCreateJobObject, PHANDLE job, ACCESS_MASK access,
        const struct nt_attributes16 *attributes)
{
    return with_attributes(NtCreateJobObject, job, access, attributes);
}

NT_TWIN(NTSTATUS, NtOpenJobObject, PHANDLE job, ACCESS_MASK access,
        const struct nt_attributes16 *attributes)
{
    return with_attributes(NtOpenJobObject, job, access, attributes);
}
