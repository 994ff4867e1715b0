// SPDX-License-Identifier: MIT
/*
 * The descriptors of objects, by handle and by name: Get/SetKernelObjectSecurity, the Nt calls
 * behind them, and the aclapi functions, which return their error instead of setting it.
 */
#include <windows.h>
#include <aclapi.h>
#include <ntstatus.h>
#include <string.h>

#include "api/error.h"
#include "lib/memory/section.h"
#include "lib/object/shared.h"
#include "lib/security/object-security.h"
#include "lib/process/job.h"
#include "lib/sync/event.h"
#include "lib/sync/mutex.h"
#include "lib/sync/semaphore.h"
#include "lib/sync/timer.h"
#include "util/macro.h"

/* --- by handle ------------------------------------------------------------------------------ */

NT_EXPORT NTSTATUS NTAPI NtQuerySecurityObject(HANDLE Handle, SECURITY_INFORMATION Information,
                                               PSECURITY_DESCRIPTOR SecurityDescriptor,
                                               ULONG Length, PULONG LengthNeeded)
{
    NT_CLEANUP(nt_descriptor_block_deinit) struct nt_descriptor_block block = {0};
    NTSTATUS status;

    if (!LengthNeeded) /* 13.26 */
        return STATUS_ACCESS_VIOLATION;
    status = nt_security_get(Handle, Information, &block);
    if (!NT_SUCCESS(status))
        return status;
    *LengthNeeded = (ULONG)block.size;
    if (Length < block.size) /* 13.27 */
        return STATUS_BUFFER_TOO_SMALL;
    if (!SecurityDescriptor)
        return STATUS_ACCESS_VIOLATION;
    memcpy(SecurityDescriptor, block.bytes, block.size);
    return STATUS_SUCCESS;
}

NT_EXPORT NTSTATUS NTAPI NtSetSecurityObject(HANDLE Handle, SECURITY_INFORMATION Information,
                                             PSECURITY_DESCRIPTOR SecurityDescriptor)
{
    return nt_security_set(Handle, Information, SecurityDescriptor);
}

NT_EXPORT BOOL WINAPI GetKernelObjectSecurity(HANDLE Handle, SECURITY_INFORMATION Information,
                                              PSECURITY_DESCRIPTOR SecurityDescriptor, DWORD Length,
                                              LPDWORD LengthNeeded)
{
    return nt_api_result(NtQuerySecurityObject(Handle, Information, SecurityDescriptor, Length,
                                               (PULONG)LengthNeeded));
}

NT_EXPORT BOOL WINAPI SetKernelObjectSecurity(HANDLE Handle, SECURITY_INFORMATION Information,
                                              PSECURITY_DESCRIPTOR SecurityDescriptor)
{
    return nt_api_result(nt_security_set(Handle, Information, SecurityDescriptor));
}

/* --- in parts ------------------------------------------------------------------------------- */

/* Where the caller wants what it asked for; each may be NULL. */
struct parts {
    PSID *owner, *group;
    PACL *dacl, *sacl;
    PSECURITY_DESCRIPTOR *descriptor;
};

static NTSTATUS check_type(SE_OBJECT_TYPE type)
{
    if (type == SE_KERNEL_OBJECT || type == SE_FILE_OBJECT)
        return STATUS_SUCCESS;
    if (type <= SE_UNKNOWN_OBJECT_TYPE || type > SE_REGISTRY_WOW64_32KEY)
        return STATUS_INVALID_PARAMETER;
    return STATUS_NOT_SUPPORTED;
}

static NTSTATUS tell_parts(const struct nt_descriptor_block *block,
                           SECURITY_INFORMATION information, const struct parts *parts)
{
    struct nt_descriptor at;
    void *copy = LocalAlloc(LMEM_FIXED, block->size);
    NTSTATUS status;

    if (!copy)
        return STATUS_NO_MEMORY;
    memcpy(copy, block->bytes, block->size);
    status = nt_descriptor_from_relative(copy, block->size, &at);
    if (!NT_SUCCESS(status)) {
        LocalFree(copy);
        return status;
    }
    if (parts->owner && (information & OWNER_SECURITY_INFORMATION))
        *parts->owner = (PSID)at.owner;
    if (parts->group && (information & GROUP_SECURITY_INFORMATION))
        *parts->group = (PSID)at.group;
    if (parts->dacl && (information & DACL_SECURITY_INFORMATION))
        *parts->dacl = (PACL)at.dacl;
    if (parts->sacl && (information & (SACL_SECURITY_INFORMATION | LABEL_SECURITY_INFORMATION)))
        *parts->sacl = (PACL)at.sacl;
    *parts->descriptor = copy;
    return STATUS_SUCCESS;
}

/* 13.38: a handle that may not read the SACL is asked through one that may. */
static NTSTATUS get_with_privilege(HANDLE handle, SECURITY_INFORMATION information,
                                   struct nt_descriptor_block *ret_block)
{
    NTSTATUS status = nt_security_get(handle, information, ret_block);
    HANDLE copy;

    if (status != STATUS_ACCESS_DENIED || !(information & SACL_SECURITY_INFORMATION))
        return status;
    if (!NT_SUCCESS(
            nt_handle_duplicate(handle, nt_descriptor_access_for_get(information), 0, 0, &copy)))
        return status;
    status = nt_security_get(copy, information, ret_block);
    nt_handle_close(copy);
    return status;
}

static NTSTATUS get_parts(HANDLE handle, SECURITY_INFORMATION information,
                          const struct parts *parts)
{
    NT_CLEANUP(nt_descriptor_block_deinit) struct nt_descriptor_block block = {0};
    NTSTATUS status = get_with_privilege(handle, information, &block);

    return NT_SUCCESS(status) ? tell_parts(&block, information, parts) : status;
}

static NTSTATUS set_parts(HANDLE handle, SECURITY_INFORMATION information, PSID owner, PSID group,
                          PACL dacl, PACL sacl)
{
    SECURITY_DESCRIPTOR descriptor = {
        .Revision = SECURITY_DESCRIPTOR_REVISION,
        .Owner = owner,
        .Group = group,
        .Dacl = dacl,
        .Sacl = sacl,
    };

    if (information & DACL_SECURITY_INFORMATION)
        descriptor.Control |= SE_DACL_PRESENT;
    if (information & (SACL_SECURITY_INFORMATION | LABEL_SECURITY_INFORMATION))
        descriptor.Control |= SE_SACL_PRESENT;
    if (information & PROTECTED_DACL_SECURITY_INFORMATION)
        descriptor.Control |= SE_DACL_PROTECTED;
    if (information & PROTECTED_SACL_SECURITY_INFORMATION)
        descriptor.Control |= SE_SACL_PROTECTED;
    return nt_security_set(handle, information, &descriptor);
}

NT_EXPORT DWORD WINAPI GetSecurityInfo(HANDLE handle, SE_OBJECT_TYPE ObjectType,
                                       SECURITY_INFORMATION SecurityInfo, PSID *ppsidOwner,
                                       PSID *ppsidGroup, PACL *ppDacl, PACL *ppSacl,
                                       PSECURITY_DESCRIPTOR *ppSecurityDescriptor)
{
    const struct parts parts = {ppsidOwner, ppsidGroup, ppDacl, ppSacl, ppSecurityDescriptor};
    NTSTATUS status = check_type(ObjectType);

    if (NT_SUCCESS(status) && !ppSecurityDescriptor) /* the parts lie in it */
        status = STATUS_INVALID_PARAMETER;
    if (NT_SUCCESS(status))
        status = get_parts(handle, SecurityInfo, &parts);
    return nt_status_to_win32(status);
}

NT_EXPORT DWORD WINAPI SetSecurityInfo(HANDLE handle, SE_OBJECT_TYPE ObjectType,
                                       SECURITY_INFORMATION SecurityInfo, PSID psidOwner,
                                       PSID psidGroup, PACL pDacl, PACL pSacl)
{
    NTSTATUS status = check_type(ObjectType);

    if (NT_SUCCESS(status))
        status = set_parts(handle, SecurityInfo, psidOwner, psidGroup, pDacl, pSacl);
    return nt_status_to_win32(status);
}

/* --- by name -------------------------------------------------------------------------------- */

/* Whatever the name is of: the name space is one, and says when it is of another type. */
static NTSTATUS open_any(const struct nt_object_name *name, ACCESS_MASK access, HANDLE *ret_handle)
{
    static NTSTATUS (*const kinds[])(const struct nt_object_name *name, ACCESS_MASK access,
                                     HANDLE *ret_handle) = {
        nt_section_open, nt_event_open, nt_mutex_open,  nt_semaphore_open,
        nt_timer_open,   nt_job_open,   nt_shared_open,
    };
    NTSTATUS status = STATUS_OBJECT_TYPE_MISMATCH;

    for (size_t i = 0; i < NT_ARRAY_SIZE(kinds) && status == STATUS_OBJECT_TYPE_MISMATCH; i++)
        status = kinds[i](name, access, ret_handle);
    return status;
}

static NTSTATUS open_named(NTSTATUS status, const struct nt_object_name *name, SE_OBJECT_TYPE type,
                           ACCESS_MASK access, HANDLE *ret_handle)
{
    if (NT_SUCCESS(status))
        status = check_type(type);
    if (NT_SUCCESS(status) && type == SE_FILE_OBJECT)
        status = STATUS_NOT_SUPPORTED;
    return NT_SUCCESS(status) ? open_any(name, access ? access : READ_CONTROL, ret_handle) : status;
}

static DWORD get_named(NTSTATUS status, const struct nt_object_name *name, SE_OBJECT_TYPE type,
                       SECURITY_INFORMATION information, const struct parts *parts)
{
    HANDLE handle;

    if (NT_SUCCESS(status) && !parts->descriptor)
        status = STATUS_INVALID_PARAMETER;
    status = open_named(status, name, type, nt_descriptor_access_for_get(information), &handle);
    if (NT_SUCCESS(status)) {
        status = get_parts(handle, information, parts);
        nt_handle_close(handle);
    }
    return nt_status_to_win32(status);
}

NT_EXPORT DWORD WINAPI GetNamedSecurityInfoW(LPCWSTR pObjectName, SE_OBJECT_TYPE ObjectType,
                                             SECURITY_INFORMATION SecurityInfo, PSID *ppsidOwner,
                                             PSID *ppsidGroup, PACL *ppDacl, PACL *ppSacl,
                                             PSECURITY_DESCRIPTOR *ppSecurityDescriptor)
{
    const struct parts parts = {ppsidOwner, ppsidGroup, ppDacl, ppSacl, ppSecurityDescriptor};
    NT_CLEANUP(nt_object_name_deinit) struct nt_object_name name;
    NTSTATUS status = nt_object_name_from_wide(&name, pObjectName, 0);

    if (!pObjectName)
        status = STATUS_INVALID_PARAMETER;
    return get_named(status, &name, ObjectType, SecurityInfo, &parts);
}

NT_EXPORT DWORD WINAPI GetNamedSecurityInfoA(LPCSTR pObjectName, SE_OBJECT_TYPE ObjectType,
                                             SECURITY_INFORMATION SecurityInfo, PSID *ppsidOwner,
                                             PSID *ppsidGroup, PACL *ppDacl, PACL *ppSacl,
                                             PSECURITY_DESCRIPTOR *ppSecurityDescriptor)
{
    const struct parts parts = {ppsidOwner, ppsidGroup, ppDacl, ppSacl, ppSecurityDescriptor};
    NT_CLEANUP(nt_object_name_deinit) struct nt_object_name name;
    NTSTATUS status = nt_object_name_from_utf8(&name, pObjectName, 0);

    if (!pObjectName)
        status = STATUS_INVALID_PARAMETER;
    return get_named(status, &name, ObjectType, SecurityInfo, &parts);
}

static DWORD set_named(NTSTATUS status, const struct nt_object_name *name, SE_OBJECT_TYPE type,
                       SECURITY_INFORMATION information, PSID owner, PSID group, PACL dacl,
                       PACL sacl)
{
    HANDLE handle;

    status = open_named(status, name, type, nt_descriptor_access_for_set(information), &handle);
    if (NT_SUCCESS(status)) {
        status = set_parts(handle, information, owner, group, dacl, sacl);
        nt_handle_close(handle);
    }
    return nt_status_to_win32(status);
}

NT_EXPORT DWORD WINAPI SetNamedSecurityInfoW(LPWSTR pObjectName, SE_OBJECT_TYPE ObjectType,
                                             SECURITY_INFORMATION SecurityInfo, PSID psidOwner,
                                             PSID psidGroup, PACL pDacl, PACL pSacl)
{
    NT_CLEANUP(nt_object_name_deinit) struct nt_object_name name;
    NTSTATUS status = nt_object_name_from_wide(&name, pObjectName, 0);

    if (!pObjectName)
        status = STATUS_INVALID_PARAMETER;
    return set_named(status, &name, ObjectType, SecurityInfo, psidOwner, psidGroup, pDacl, pSacl);
}

NT_EXPORT DWORD WINAPI SetNamedSecurityInfoA(LPSTR pObjectName, SE_OBJECT_TYPE ObjectType,
                                             SECURITY_INFORMATION SecurityInfo, PSID psidOwner,
                                             PSID psidGroup, PACL pDacl, PACL pSacl)
{
    NT_CLEANUP(nt_object_name_deinit) struct nt_object_name name;
    NTSTATUS status = nt_object_name_from_utf8(&name, pObjectName, 0);

    if (!pObjectName)
        status = STATUS_INVALID_PARAMETER;
    return set_named(status, &name, ObjectType, SecurityInfo, psidOwner, psidGroup, pDacl, pSacl);
}
