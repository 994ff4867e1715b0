// SPDX-License-Identifier: MIT
/*
 * ntshm/shared.h: objects that carry another library's memory, and the memory under a section.
 */
#include <ntshm/shared.h>
#include <ntstatus.h>

#include "api/error.h"
#include "api/section-api.h"
#include "lib/memory/section.h"
#include "lib/object/shared.h"
#include "util/macro.h"

/* D12.7: of 16-bit units, the prefix among them. */
static NTSTATUS check_length(LPCWSTR text)
{
    size_t n = 0;

    for (; text && *text && n <= MAX_PATH; text++)
        n += (unsigned)*text > 0xFFFF ? 2 : 1;
    return n > MAX_PATH ? STATUS_NAME_TOO_LONG : STATUS_SUCCESS;
}

NT_EXPORT HANDLE WINAPI ntshm_create_sharedW(LPSECURITY_ATTRIBUTES attributes, LPCWSTR text,
                                             const struct ntshm_shared *shared)
{
    NT_CLEANUP(nt_object_name_deinit) struct nt_object_name name = {.heap = NULL};
    NTSTATUS status = shared ? check_length(text) : STATUS_INVALID_PARAMETER;
    HANDLE handle = NULL;

    if (NT_SUCCESS(status))
        status = nt_object_name_from_wide(&name, text,
                                          nt_api_create_attributes(attributes) & ~OBJ_OPENIF);
    if (NT_SUCCESS(status)) {
        name.security = nt_api_descriptor(attributes);
        status = nt_shared_create(&name, shared, &handle);
    }
    SetLastError(nt_status_to_win32(status));
    return handle;
}

NT_EXPORT HANDLE WINAPI ntshm_open_sharedW(DWORD access, BOOL inherit, LPCWSTR text)
{
    NT_CLEANUP(nt_object_name_deinit) struct nt_object_name name = {.heap = NULL};
    NTSTATUS status = text ? check_length(text) : STATUS_INVALID_PARAMETER;
    HANDLE handle = NULL;

    if (NT_SUCCESS(status))
        status = nt_object_name_from_wide(&name, text, inherit ? OBJ_INHERIT : 0);
    if (NT_SUCCESS(status))
        status = nt_shared_open(&name, access, &handle);
    nt_api_result(status);
    return handle;
}

NT_EXPORT BOOL WINAPI ntshm_take_shared(HANDLE handle, struct ntshm_shared *ret_shared)
{
    return nt_api_result(ret_shared ? nt_shared_take(handle, ret_shared)
                                    : STATUS_INVALID_PARAMETER);
}

NT_EXPORT BOOL WINAPI ntshm_keep_memory(HANDLE handle, struct ntshm_kept_memory *ret_kept)
{
    struct nt_section *section;
    uint64_t size = 0;
    NTSTATUS status =
        ret_kept ? nt_section_keep(handle, &section, &size) : STATUS_INVALID_PARAMETER;

    if (NT_SUCCESS(status))
        *ret_kept = (struct ntshm_kept_memory){section, section->write_fd, size};
    return nt_api_result(status);
}

NT_EXPORT BOOL WINAPI ntshm_dup_memory(const struct ntshm_kept_memory *kept, int *ret_fd)
{
    return nt_api_result(kept && kept->section && ret_fd ? nt_section_dup(kept->section, ret_fd)
                                                         : STATUS_INVALID_PARAMETER);
}

NT_EXPORT void WINAPI ntshm_drop_memory(struct ntshm_kept_memory *kept)
{
    if (!kept->section)
        return;
    nt_section_drop(kept->section);
    *kept = (struct ntshm_kept_memory){.fd = -1};
}
