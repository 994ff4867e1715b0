// SPDX-License-Identifier: MIT
/*
 * The table of kinds and the generic mapping.
 */
#include <ntstatus.h>

#include "rtl/access.h"
#include "util/macro.h"

/* Not in the SDK's headers. */
#ifndef EVENT_QUERY_STATE
#    define EVENT_QUERY_STATE 0x0001
#endif

static const struct nt_kind_rights kinds[] = {
    [NT_KIND_SECTION] =
        {
            .valid = SECTION_ALL_ACCESS | SYNCHRONIZE,
            .all = SECTION_ALL_ACCESS,
            .read = STANDARD_RIGHTS_READ | SECTION_QUERY | SECTION_MAP_READ,
            .write = STANDARD_RIGHTS_WRITE | SECTION_MAP_WRITE,
            .execute = STANDARD_RIGHTS_EXECUTE | SECTION_MAP_EXECUTE,
        },
    [NT_KIND_EVENT] =
        {
            .valid = EVENT_ALL_ACCESS,
            .all = EVENT_ALL_ACCESS,
            .read = STANDARD_RIGHTS_READ | EVENT_QUERY_STATE,
            .write = STANDARD_RIGHTS_WRITE | EVENT_MODIFY_STATE,
            .execute = STANDARD_RIGHTS_EXECUTE | SYNCHRONIZE,
        },
    [NT_KIND_DIRECTORY] =
        {
            .valid = DIRECTORY_ALL_ACCESS | SYNCHRONIZE,
            .all = DIRECTORY_ALL_ACCESS,
            .read = STANDARD_RIGHTS_READ | DIRECTORY_QUERY | DIRECTORY_TRAVERSE,
            .write =
                STANDARD_RIGHTS_WRITE | DIRECTORY_CREATE_OBJECT | DIRECTORY_CREATE_SUBDIRECTORY,
            .execute = STANDARD_RIGHTS_EXECUTE | DIRECTORY_QUERY | DIRECTORY_TRAVERSE,
        },
    /* As a directory, which it is to whom it lets in. */
    [NT_KIND_NAMESPACE] =
        {
            .valid = DIRECTORY_ALL_ACCESS | SYNCHRONIZE,
            .all = DIRECTORY_ALL_ACCESS,
            .read = STANDARD_RIGHTS_READ | DIRECTORY_QUERY | DIRECTORY_TRAVERSE,
            .write =
                STANDARD_RIGHTS_WRITE | DIRECTORY_CREATE_OBJECT | DIRECTORY_CREATE_SUBDIRECTORY,
            .execute = STANDARD_RIGHTS_EXECUTE | DIRECTORY_QUERY | DIRECTORY_TRAVERSE,
        },
    [NT_KIND_MUTANT] =
        {
            .valid = STANDARD_RIGHTS_ALL | 0x1,
            .all = STANDARD_RIGHTS_ALL | 0x1,
            .read = STANDARD_RIGHTS_READ | 0x1,
            .write = STANDARD_RIGHTS_WRITE,
            .execute = STANDARD_RIGHTS_EXECUTE | SYNCHRONIZE,
        },
    [NT_KIND_SEMAPHORE] =
        {
            .valid = STANDARD_RIGHTS_ALL | 0x3,
            .all = STANDARD_RIGHTS_ALL | 0x3,
            .read = STANDARD_RIGHTS_READ | 0x1,
            .write = STANDARD_RIGHTS_WRITE | 0x2,
            .execute = STANDARD_RIGHTS_EXECUTE | SYNCHRONIZE,
        },
    [NT_KIND_TIMER] =
        {
            .valid = STANDARD_RIGHTS_ALL | 0x3,
            .all = STANDARD_RIGHTS_ALL | 0x3,
            .read = STANDARD_RIGHTS_READ | 0x1,
            .write = STANDARD_RIGHTS_WRITE | 0x2,
            .execute = STANDARD_RIGHTS_EXECUTE | SYNCHRONIZE,
        },
    [NT_KIND_JOB] =
        {
            .valid = STANDARD_RIGHTS_ALL | 0x3F,
            .all = STANDARD_RIGHTS_ALL | 0x3F,
            .read = STANDARD_RIGHTS_READ | 0x4,
            .write = STANDARD_RIGHTS_WRITE | 0xB,
            .execute = STANDARD_RIGHTS_EXECUTE | SYNCHRONIZE,
        },
    [NT_KIND_D3D12] =
        {
            /* NTSHM_SHARED_ALL_ACCESS; a part of it is of no use (D12.5). */
            .valid = STANDARD_RIGHTS_REQUIRED | 0x3,
            .all = STANDARD_RIGHTS_REQUIRED | 0x3,
            .read = STANDARD_RIGHTS_READ,
            .write = STANDARD_RIGHTS_WRITE,
            .execute = STANDARD_RIGHTS_EXECUTE,
        },
    [NT_KIND_PROCESS] =
        {
            .valid = STANDARD_RIGHTS_ALL | 0xFFFF,
            .all = STANDARD_RIGHTS_ALL | 0xFFFF,
            .read = STANDARD_RIGHTS_READ | 0x410,
            .write = STANDARD_RIGHTS_WRITE | 0xBEA,
            .execute = STANDARD_RIGHTS_EXECUTE | SYNCHRONIZE | 0x1001,
        },
    [NT_KIND_THREAD] =
        {
            .valid = STANDARD_RIGHTS_ALL | 0xFFFF,
            .all = STANDARD_RIGHTS_ALL | 0xFFFF,
            .read = STANDARD_RIGHTS_READ | 0x48,
            .write = STANDARD_RIGHTS_WRITE | 0x437,
            .execute = STANDARD_RIGHTS_EXECUTE | SYNCHRONIZE | 0x804,
        },
    [NT_KIND_FILE] =
        {
            .valid = FILE_ALL_ACCESS,
            .all = FILE_ALL_ACCESS,
            .read = FILE_GENERIC_READ,
            .write = FILE_GENERIC_WRITE,
            .execute = FILE_GENERIC_EXECUTE,
        },
    [NT_KIND_TOKEN] =
        {
            .valid = TOKEN_ALL_ACCESS | SYNCHRONIZE,
            .all = TOKEN_ALL_ACCESS,
            .read = TOKEN_READ | TOKEN_DUPLICATE,
            .write = TOKEN_WRITE | TOKEN_ADJUST_SESSIONID,
            .execute = TOKEN_EXECUTE | TOKEN_ASSIGN_PRIMARY | TOKEN_IMPERSONATE,
        },
};

const struct nt_kind_rights *nt_kind_rights(enum nt_kind kind)
{
    return &kinds[kind];
}

ACCESS_MASK nt_access_map(enum nt_kind kind, ACCESS_MASK desired)
{
    const struct nt_kind_rights *rights = &kinds[kind];
    ACCESS_MASK access = desired & ~(GENERIC_READ | GENERIC_WRITE | GENERIC_EXECUTE | GENERIC_ALL);

    if (desired & GENERIC_READ)
        access |= rights->read;
    if (desired & GENERIC_WRITE)
        access |= rights->write;
    if (desired & GENERIC_EXECUTE)
        access |= rights->execute;
    if (desired & GENERIC_ALL)
        access |= rights->all;
    return access;
}

NTSTATUS nt_access_grant_owner(enum nt_kind kind, ACCESS_MASK desired, ACCESS_MASK *ret_granted)
{
    const struct nt_kind_rights *rights = &kinds[kind];
    ACCESS_MASK access = nt_access_map(kind, desired);

    if (access & MAXIMUM_ALLOWED)
        access = (access & ~(ACCESS_MASK)MAXIMUM_ALLOWED) | rights->all;
    /* A bit that nobody can have is refused before one that takes a privilege (12.14, 2.16). */
    if (access == 0 || access & ~(rights->valid | ACCESS_SYSTEM_SECURITY))
        return STATUS_ACCESS_DENIED;
    if (access & ACCESS_SYSTEM_SECURITY)
        return STATUS_PRIVILEGE_NOT_HELD;
    *ret_granted = access;
    return STATUS_SUCCESS;
}
