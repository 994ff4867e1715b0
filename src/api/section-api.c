// SPDX-License-Identifier: MIT
/*
 * What CreateFileMapping, OpenFileMapping and the map functions share. See section-api.h.
 */
#include "api/section-api.h"

#include <ntstatus.h>

#include "lib/process/numa.h"
#include "rtl/status.h"
#include "util/macro.h"

#define PAGE_PART 0xFFFFu
#define SEC_PART  0xFFFF0000u

/* --- creating ----------------------------------------------------------------------- */

ULONG nt_api_create_attributes(const SECURITY_ATTRIBUTES *security)
{
    return OBJ_OPENIF | (security && security->bInheritHandle ? OBJ_INHERIT : 0);
}

/* 13.1: what CreateFileMapping's handle carries; 0 for what is no section's protection (1.2). */
static ACCESS_MASK creator_access(ULONG protection)
{
    ACCESS_MASK access = STANDARD_RIGHTS_REQUIRED | SECTION_QUERY | SECTION_MAP_READ;

    switch (protection) {
    case PAGE_READONLY:
    case PAGE_WRITECOPY:
        return access;
    case PAGE_READWRITE:
        return access | SECTION_MAP_WRITE;
    case PAGE_EXECUTE_READ:
    case PAGE_EXECUTE_WRITECOPY:
        return access | SECTION_MAP_EXECUTE;
    case PAGE_EXECUTE_READWRITE:
        return access | SECTION_MAP_EXECUTE | SECTION_MAP_WRITE;
    default:
        return 0;
    }
}

static bool is_file(HANDLE file)
{
    return file != NULL && file != INVALID_HANDLE_VALUE; /* 1.22 */
}

static NTSTATUS create_section(const struct nt_object_name *name,
                               const struct nt_api_mapping *mapping, HANDLE *ret_handle)
{
    struct nt_section_parameters parameters = {
        .size = mapping->size,
        .protection = mapping->protect,
        .attributes = mapping->attributes ? mapping->attributes : SEC_COMMIT, /* 1.6 */
        .access = mapping->access ? *mapping->access : creator_access(mapping->protect),
        .file = is_file(mapping->file) ? mapping->file : NULL,
        .on_node = mapping->node != NUMA_NO_PREFERRED_NODE,
        .node = mapping->node,
    };

    if (!NT_SUCCESS(mapping->extended))
        return mapping->extended;
    if (!creator_access(mapping->protect)) /* 1.2 */
        return STATUS_INVALID_PAGE_PROTECTION;
    if (!parameters.file && mapping->size == 0) /* 1.21 */
        return STATUS_INVALID_PARAMETER_4;
    if (parameters.on_node && !NT_SUCCESS(nt_numa_check(mapping->node)))
        return STATUS_INVALID_PARAMETER;
    return nt_section_create(name, &parameters, ret_handle);
}

HANDLE nt_api_create_section(struct nt_object_name *name, NTSTATUS name_status,
                             const struct nt_api_mapping *mapping)
{
    NTSTATUS status = name_status;
    HANDLE handle = NULL;

    if (NT_SUCCESS(status)) {
        name->security = nt_api_descriptor(mapping->security);
        status = create_section(name, mapping, &handle);
    }
    SetLastError(status == STATUS_OBJECT_NAME_EXISTS ? ERROR_ALREADY_EXISTS
                                                     : nt_status_to_win32(status));
    return NT_SUCCESS(status) ? handle : NULL;
}

HANDLE nt_api_create_mapping(struct nt_object_name *name, NTSTATUS name_status, HANDLE file,
                             const SECURITY_ATTRIBUTES *security, DWORD protect, uint64_t size,
                             ULONG node)
{
    const struct nt_api_mapping mapping = {
        .file = file,
        .security = security,
        .protect = protect & PAGE_PART,
        .attributes = protect & SEC_PART,
        .size = size,
        .node = node,
        .extended = protect & SEC_NO_CHANGE ? STATUS_INVALID_PARAMETER : STATUS_SUCCESS,
    };

    return nt_api_create_section(name, name_status, &mapping);
}

/* --- opening ------------------------------------------------------------------------ */

static ACCESS_MASK open_access(DWORD access)
{
    if (access == FILE_MAP_COPY)
        return SECTION_MAP_READ;
    if (access & FILE_MAP_EXECUTE)
        return (access & ~(ACCESS_MASK)FILE_MAP_EXECUTE) | SECTION_MAP_EXECUTE;
    return access;
}

HANDLE nt_api_open_mapping(const struct nt_object_name *name, NTSTATUS name_status,
                           const void *text, DWORD access)
{
    NTSTATUS status = name_status;
    HANDLE handle = NULL;

    if (!text)
        status = STATUS_INVALID_PARAMETER;
    if (NT_SUCCESS(status))
        status = nt_section_open(name, open_access(access), &handle);
    if (NT_SUCCESS(status))
        return handle;
    SetLastError(nt_status_to_win32(status));
    return NULL;
}
