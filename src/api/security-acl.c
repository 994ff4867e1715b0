// SPDX-License-Identifier: MIT
/*
 * Access control lists, as winternl.h (Rtl...) and securitybaseapi.h have them. A list is checked
 * as a whole before each call that walks or changes it, so a damaged one is refused and never
 * followed out of its bounds.
 */
#include <ntstatus.h>
#include <string.h>

#include "api/security-data.h"
#include "util/macro.h"

/* --- the list ------------------------------------------------------------------------------- */

NT_EXPORT NTSTATUS NTAPI RtlCreateAcl(PACL acl, ULONG size, ULONG revision)
{
    if (!acl)
        return STATUS_ACCESS_VIOLATION;
    /* Entries are multiples of 4 long, and so is what they lie in. */
    return nt_acl_init(acl, size <= NT_ACL_SIZE_MOST ? size & ~3u : size, revision);
}

NT_EXPORT BOOL WINAPI InitializeAcl(PACL acl, DWORD size, DWORD revision)
{
    return nt_api_result(RtlCreateAcl(acl, size, revision));
}

NT_EXPORT BOOLEAN NTAPI RtlValidAcl(PACL acl)
{
    return nt_api_acl(acl);
}

NT_EXPORT BOOL WINAPI IsValidAcl(PACL acl)
{
    return nt_api_result(nt_api_acl(acl) ? STATUS_SUCCESS : STATUS_INVALID_ACL);
}

/* --- about it ------------------------------------------------------------------------------- */

static void tell_size(const ACL *acl, ACL_SIZE_INFORMATION *ret_size)
{
    DWORD used = (DWORD)nt_acl_used(acl);

    *ret_size = (ACL_SIZE_INFORMATION){
        .AceCount = acl->AceCount,
        .AclBytesInUse = used,
        .AclBytesFree = acl->AclSize - used,
    };
}

NT_EXPORT NTSTATUS NTAPI RtlQueryInformationAcl(PACL acl, PVOID buffer, ULONG size,
                                                ACL_INFORMATION_CLASS what)
{
    size_t needed = what == AclRevisionInformation ? sizeof(ACL_REVISION_INFORMATION)
                                                   : sizeof(ACL_SIZE_INFORMATION);

    if (!nt_api_acl(acl))
        return STATUS_INVALID_PARAMETER;
    if (what != AclRevisionInformation && what != AclSizeInformation)
        return STATUS_INVALID_INFO_CLASS;
    if (size < needed)
        return STATUS_BUFFER_TOO_SMALL;
    if (!buffer)
        return STATUS_ACCESS_VIOLATION;
    if (what == AclSizeInformation)
        tell_size(acl, buffer);
    else
        *(ACL_REVISION_INFORMATION *)buffer = (ACL_REVISION_INFORMATION){acl->AclRevision};
    return STATUS_SUCCESS;
}

NT_EXPORT BOOL WINAPI GetAclInformation(PACL acl, LPVOID buffer, DWORD size,
                                        ACL_INFORMATION_CLASS what)
{
    return nt_api_result(RtlQueryInformationAcl(acl, buffer, size, what));
}

NT_EXPORT NTSTATUS NTAPI RtlSetInformationAcl(PACL acl, PVOID buffer, ULONG size,
                                              ACL_INFORMATION_CLASS what)
{
    DWORD revision;

    if (!nt_api_acl(acl))
        return STATUS_INVALID_PARAMETER;
    if (what != AclRevisionInformation)
        return STATUS_INVALID_INFO_CLASS;
    if (size < sizeof(ACL_REVISION_INFORMATION))
        return STATUS_BUFFER_TOO_SMALL;
    if (!buffer)
        return STATUS_ACCESS_VIOLATION;
    revision = ((ACL_REVISION_INFORMATION *)buffer)->AclRevision;
    if (revision < acl->AclRevision || revision > MAX_ACL_REVISION)
        return STATUS_INVALID_PARAMETER;
    acl->AclRevision = (BYTE)revision;
    return STATUS_SUCCESS;
}

NT_EXPORT BOOL WINAPI SetAclInformation(PACL acl, LPVOID buffer, DWORD size,
                                        ACL_INFORMATION_CLASS what)
{
    return nt_api_result(RtlSetInformationAcl(acl, buffer, size, what));
}

/* --- whole entries -------------------------------------------------------------------------- */

NT_EXPORT NTSTATUS NTAPI RtlAddAce(PACL acl, ULONG revision, ULONG index, PVOID aces, ULONG size)
{
    if (!nt_api_acl(acl))
        return STATUS_INVALID_PARAMETER;
    if (!aces)
        return STATUS_ACCESS_VIOLATION;
    return nt_acl_insert(acl, revision, index, aces, size);
}

NT_EXPORT BOOL WINAPI AddAce(PACL acl, DWORD revision, DWORD index, LPVOID aces, DWORD size)
{
    return nt_api_result(RtlAddAce(acl, revision, index, aces, size));
}

NT_EXPORT NTSTATUS NTAPI RtlGetAce(PACL acl, ULONG index, PVOID *ace)
{
    if (!ace)
        return STATUS_ACCESS_VIOLATION;
    return nt_api_acl(acl) ? nt_acl_get(acl, index, ace) : STATUS_INVALID_PARAMETER;
}

NT_EXPORT BOOL WINAPI GetAce(PACL acl, DWORD index, LPVOID *ace)
{
    return nt_api_result(RtlGetAce(acl, index, ace));
}

NT_EXPORT NTSTATUS NTAPI RtlDeleteAce(PACL acl, ULONG index)
{
    return nt_api_acl(acl) ? nt_acl_delete(acl, index) : STATUS_INVALID_PARAMETER;
}

NT_EXPORT BOOL WINAPI DeleteAce(PACL acl, DWORD index)
{
    return nt_api_result(RtlDeleteAce(acl, index));
}

NT_EXPORT BOOLEAN NTAPI RtlFirstFreeAce(PACL acl, PVOID *ace)
{
    if (!ace)
        return FALSE;
    *ace = NULL;
    if (!nt_api_acl(acl))
        return FALSE;
    *ace = nt_acl_first_free(acl);
    return TRUE;
}

NT_EXPORT BOOL WINAPI FindFirstFreeAce(PACL acl, LPVOID *ace)
{
    if (!ace)
        return nt_api_result(STATUS_ACCESS_VIOLATION);
    return nt_api_result(RtlFirstFreeAce(acl, ace) ? STATUS_SUCCESS : STATUS_INVALID_ACL);
}
