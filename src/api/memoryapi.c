// SPDX-License-Identifier: MIT
/*
 * memoryapi.h: sections, views and private memory as Win32 shows them. Each function turns its
 * arguments into those of the core and the core's status into the last error, which success
 * leaves alone except in the create functions.
 */
#include <ntstatus.h>
#include <windows.h>
#include <winternl.h>

#include "api/error.h"
#include "api/extended-parameters.h"
#include "api/section-api.h"
#include "lib/process/remote.h"
#include "util/macro.h"

/* --- sections ----------------------------------------------------------------------- */

NT_EXPORT HANDLE WINAPI CreateFileMappingFromApp(HANDLE hFile,
                                                 PSECURITY_ATTRIBUTES SecurityAttributes,
                                                 ULONG PageProtection, ULONG64 MaximumSize,
                                                 PCWSTR Name)
{
    NT_CLEANUP(nt_object_name_deinit) struct nt_object_name name;
    NTSTATUS status =
        nt_object_name_from_wide(&name, Name, nt_api_create_attributes(SecurityAttributes));

    return nt_api_create_mapping(&name, status, hFile, SecurityAttributes, PageProtection,
                                 MaximumSize, NUMA_NO_PREFERRED_NODE);
}

NT_EXPORT HANDLE WINAPI CreateFileMappingW(HANDLE hFile,
                                           LPSECURITY_ATTRIBUTES lpFileMappingAttributes,
                                           DWORD flProtect, DWORD dwMaximumSizeHigh,
                                           DWORD dwMaximumSizeLow, LPCWSTR lpName)
{
    return CreateFileMappingFromApp(hFile, lpFileMappingAttributes, flProtect,
                                    nt_u64(dwMaximumSizeHigh, dwMaximumSizeLow), lpName);
}

NT_EXPORT HANDLE WINAPI CreateFileMappingNumaW(HANDLE hFile,
                                               LPSECURITY_ATTRIBUTES lpFileMappingAttributes,
                                               DWORD flProtect, DWORD dwMaximumSizeHigh,
                                               DWORD dwMaximumSizeLow, LPCWSTR lpName,
                                               DWORD nndPreferred)
{
    NT_CLEANUP(nt_object_name_deinit) struct nt_object_name name;
    NTSTATUS status =
        nt_object_name_from_wide(&name, lpName, nt_api_create_attributes(lpFileMappingAttributes));

    return nt_api_create_mapping(&name, status, hFile, lpFileMappingAttributes, flProtect,
                                 nt_u64(dwMaximumSizeHigh, dwMaximumSizeLow), nndPreferred);
}

/* FILE_MAP_EXECUTE is no right of a section; as in opening it means the one that is (2.10). */
static ULONG handle_access(ULONG access)
{
    return access & FILE_MAP_EXECUTE ? (access & ~(ULONG)FILE_MAP_EXECUTE) | SECTION_MAP_EXECUTE
                                     : access;
}

NT_EXPORT HANDLE WINAPI CreateFileMapping2(HANDLE File, SECURITY_ATTRIBUTES *SecurityAttributes,
                                           ULONG DesiredAccess, ULONG PageProtection,
                                           ULONG AllocationAttributes, ULONG64 MaximumSize,
                                           PCWSTR Name, MEM_EXTENDED_PARAMETER *ExtendedParameters,
                                           ULONG ParameterCount)
{
    NT_CLEANUP(nt_object_name_deinit) struct nt_object_name name;
    NTSTATUS status =
        nt_object_name_from_wide(&name, Name, nt_api_create_attributes(SecurityAttributes));
    const ULONG access = handle_access(DesiredAccess);
    struct nt_api_mapping mapping = {
        .file = File,
        .security = SecurityAttributes,
        .protect = PageProtection,
        .attributes = AllocationAttributes,
        .access = &access,
        .size = MaximumSize,
        .node = NUMA_NO_PREFERRED_NODE,
    };

    mapping.extended =
        nt_api_read_section_parameters(ExtendedParameters, ParameterCount, &mapping.node);
    return nt_api_create_section(&name, status, &mapping);
}

NT_EXPORT HANDLE WINAPI OpenFileMappingW(DWORD dwDesiredAccess, BOOL bInheritHandle, LPCWSTR lpName)
{
    NT_CLEANUP(nt_object_name_deinit) struct nt_object_name name;
    NTSTATUS status = nt_object_name_from_wide(&name, lpName, bInheritHandle ? OBJ_INHERIT : 0);

    return nt_api_open_mapping(&name, status, lpName, dwDesiredAccess);
}

NT_EXPORT HANDLE WINAPI OpenFileMappingFromApp(ULONG DesiredAccess, BOOL InheritHandle, PCWSTR Name)
{
    return OpenFileMappingW(DesiredAccess, InheritHandle, Name);
}

/* --- views -------------------------------------------------------------------------- */

/* 3.1 to 3.7: FILE_MAP_ bits to a protection. */
static ULONG view_protection(DWORD access)
{
    bool executes = access & FILE_MAP_EXECUTE;

    access &= ~(DWORD)(FILE_MAP_EXECUTE | FILE_MAP_LARGE_PAGES | FILE_MAP_TARGETS_INVALID |
                       FILE_MAP_RESERVE);
    if (access == FILE_MAP_COPY)
        return executes ? PAGE_EXECUTE_WRITECOPY : PAGE_WRITECOPY;
    if (access & FILE_MAP_WRITE)
        return executes ? PAGE_EXECUTE_READWRITE : PAGE_READWRITE;
    if (access & FILE_MAP_READ)
        return executes ? PAGE_EXECUTE_READ : PAGE_READONLY;
    return PAGE_NOACCESS;
}

/* @process: NULL for this one; given back. */
static void *map_view(HANDLE section, struct nt_process *process,
                      const struct nt_view_request *request)
{
    NTSTATUS status;
    void *base;
    size_t size;

    status = nt_remote_map(process, section, request, &base, &size);
    nt_process_closep(&process);
    return nt_api_result(status) ? base : NULL;
}

static struct nt_view_request access_request(DWORD access, uint64_t offset, SIZE_T size, void *base)
{
    return (struct nt_view_request){
        .base = base,
        .offset = offset,
        .size = size,
        .allocation_type = (access & FILE_MAP_LARGE_PAGES ? MEM_LARGE_PAGES : 0) |
                           (access & FILE_MAP_RESERVE ? MEM_RESERVE : 0),
        .protect = view_protection(access),
    };
}

static void *map_by_access(HANDLE section, DWORD access, uint64_t offset, SIZE_T size, void *base)
{
    struct nt_view_request request = access_request(access, offset, size, base);

    return map_view(section, NULL, &request);
}

NT_EXPORT LPVOID WINAPI MapViewOfFileEx(HANDLE hFileMappingObject, DWORD dwDesiredAccess,
                                        DWORD dwFileOffsetHigh, DWORD dwFileOffsetLow,
                                        SIZE_T dwNumberOfBytesToMap, LPVOID lpBaseAddress)
{
    return map_by_access(hFileMappingObject, dwDesiredAccess,
                         nt_u64(dwFileOffsetHigh, dwFileOffsetLow), dwNumberOfBytesToMap,
                         lpBaseAddress);
}

NT_EXPORT LPVOID WINAPI MapViewOfFile(HANDLE hFileMappingObject, DWORD dwDesiredAccess,
                                      DWORD dwFileOffsetHigh, DWORD dwFileOffsetLow,
                                      SIZE_T dwNumberOfBytesToMap)
{
    return map_by_access(hFileMappingObject, dwDesiredAccess,
                         nt_u64(dwFileOffsetHigh, dwFileOffsetLow), dwNumberOfBytesToMap, NULL);
}

NT_EXPORT LPVOID WINAPI MapViewOfFileExNuma(HANDLE hFileMappingObject, DWORD dwDesiredAccess,
                                            DWORD dwFileOffsetHigh, DWORD dwFileOffsetLow,
                                            SIZE_T dwNumberOfBytesToMap, LPVOID lpBaseAddress,
                                            DWORD nndPreferred)
{
    struct nt_view_request request =
        access_request(dwDesiredAccess, nt_u64(dwFileOffsetHigh, dwFileOffsetLow),
                       dwNumberOfBytesToMap, lpBaseAddress);

    request.on_node = nndPreferred != NUMA_NO_PREFERRED_NODE; /* 7.45 */
    request.node = nndPreferred;
    return map_view(hFileMappingObject, NULL, &request);
}

NT_EXPORT PVOID WINAPI MapViewOfFileFromApp(HANDLE hFileMappingObject, ULONG DesiredAccess,
                                            ULONG64 FileOffset, SIZE_T NumberOfBytesToMap)
{
    return map_by_access(hFileMappingObject, DesiredAccess, FileOffset, NumberOfBytesToMap, NULL);
}

NT_EXPORT PVOID WINAPI MapViewOfFile3(HANDLE FileMapping, HANDLE Process, PVOID BaseAddress,
                                      ULONG64 Offset, SIZE_T ViewSize, ULONG AllocationType,
                                      ULONG PageProtection,
                                      MEM_EXTENDED_PARAMETER *ExtendedParameters,
                                      ULONG ParameterCount)
{
    struct nt_view_request request = {
        .base = BaseAddress,
        .offset = Offset,
        .size = ViewSize,
        .allocation_type = AllocationType,
        .protect = PageProtection,
    };
    NTSTATUS status = nt_api_read_map_parameters(ExtendedParameters, ParameterCount, &request);
    struct nt_process *process = NULL;

    if (!nt_api_result(status))
        return NULL;
    if (Process) /* 3.30 */
        request.process_status = nt_process_find(Process, PROCESS_VM_OPERATION, &process);
    return map_view(FileMapping, process, &request);
}

NT_EXPORT PVOID WINAPI MapViewOfFile3FromApp(HANDLE FileMapping, HANDLE Process, PVOID BaseAddress,
                                             ULONG64 Offset, SIZE_T ViewSize, ULONG AllocationType,
                                             ULONG PageProtection,
                                             MEM_EXTENDED_PARAMETER *ExtendedParameters,
                                             ULONG ParameterCount)
{
    return MapViewOfFile3(FileMapping, Process, BaseAddress, Offset, ViewSize, AllocationType,
                          PageProtection, ExtendedParameters, ParameterCount);
}

NT_EXPORT PVOID WINAPI MapViewOfFileNuma2(HANDLE FileMappingHandle, HANDLE ProcessHandle,
                                          ULONG64 Offset, PVOID BaseAddress, SIZE_T ViewSize,
                                          ULONG AllocationType, ULONG PageProtection,
                                          ULONG PreferredNode)
{
    struct nt_view_request request = {
        .base = BaseAddress,
        .offset = Offset,
        .size = ViewSize,
        .allocation_type = AllocationType,
        .protect = PageProtection,
        .on_node = PreferredNode != NUMA_NO_PREFERRED_NODE, /* 7.45 */
        .node = PreferredNode,
        .no_placeholders = true,
    };
    struct nt_process *process = NULL;

    request.process_status = nt_process_find(ProcessHandle, PROCESS_VM_OPERATION, &process);
    return map_view(FileMappingHandle, process, &request);
}

NT_EXPORT BOOL WINAPI UnmapViewOfFileEx(PVOID BaseAddress, ULONG UnmapFlags)
{
    return nt_api_result(nt_view_unmap(BaseAddress, UnmapFlags));
}

NT_EXPORT BOOL WINAPI UnmapViewOfFile(LPCVOID lpBaseAddress)
{
    return nt_api_result(nt_view_unmap(lpBaseAddress, 0));
}

NT_EXPORT BOOL WINAPI UnmapViewOfFile2(HANDLE Process, PVOID BaseAddress, ULONG UnmapFlags)
{
    NT_CLEANUP(nt_process_closep) struct nt_process *process = NULL;
    NTSTATUS status = nt_process_find(Process, PROCESS_VM_OPERATION, &process); /* 4.9 */

    if (NT_SUCCESS(status))
        status = nt_remote_unmap(process, BaseAddress, UnmapFlags);
    return nt_api_result(status);
}

NT_EXPORT BOOL WINAPI FlushViewOfFile(LPCVOID lpBaseAddress, SIZE_T dwNumberOfBytesToFlush)
{
    void *base = (void *)lpBaseAddress;
    size_t size = dwNumberOfBytesToFlush;
    NTSTATUS status = nt_view_flush(&base, &size);

    /* 16.20: memory that no file stands behind has nowhere to be written to. */
    return nt_api_result(status == STATUS_NOT_MAPPED_DATA ? STATUS_SUCCESS : status);
}

/* --- private memory, and all memory ------------------------------------------------- */

NT_EXPORT LPVOID WINAPI VirtualAlloc(LPVOID lpAddress, SIZE_T dwSize, DWORD flAllocationType,
                                     DWORD flProtect)
{
    struct nt_allocation allocation = {
        .base = lpAddress,
        .size = dwSize,
        .type = flAllocationType,
        .protect = flProtect,
    };

    return nt_api_result(nt_memory_allocate(&allocation)) ? allocation.base : NULL;
}

NT_EXPORT LPVOID WINAPI VirtualAllocEx(HANDLE hProcess, LPVOID lpAddress, SIZE_T dwSize,
                                       DWORD flAllocationType, DWORD flProtect)
{
    NT_CLEANUP(nt_process_closep) struct nt_process *process = NULL;
    struct nt_allocation allocation = {
        .base = lpAddress,
        .size = dwSize,
        .type = flAllocationType,
        .protect = flProtect,
    };
    NTSTATUS status = nt_process_find(hProcess, PROCESS_VM_OPERATION, &process); /* 3.31, 7.58 */

    if (NT_SUCCESS(status))
        status = nt_remote_allocate(process, &allocation);
    return nt_api_result(status) ? allocation.base : NULL;
}

static NTSTATUS free_memory(struct nt_process *process, void *base, size_t size, DWORD type)
{
    /* 7.21: only the Nt layer frees a part. */
    if (type == MEM_RELEASE && size)
        return STATUS_INVALID_PARAMETER;
    return nt_remote_free(process, &base, &size, type);
}

NT_EXPORT BOOL WINAPI VirtualFree(LPVOID lpAddress, SIZE_T dwSize, DWORD dwFreeType)
{
    return nt_api_result(free_memory(NULL, lpAddress, dwSize, dwFreeType));
}

NT_EXPORT BOOL WINAPI VirtualFreeEx(HANDLE hProcess, LPVOID lpAddress, SIZE_T dwSize,
                                    DWORD dwFreeType)
{
    NT_CLEANUP(nt_process_closep) struct nt_process *process = NULL;
    NTSTATUS status = nt_process_find(hProcess, PROCESS_VM_OPERATION, &process);

    return nt_api_result(NT_SUCCESS(status) ? free_memory(process, lpAddress, dwSize, dwFreeType)
                                            : status);
}

/* 9.2: a place for the old protection comes before everything else. */
static NTSTATUS protect(struct nt_process *process, LPVOID address, SIZE_T size, DWORD protection,
                        PDWORD old)
{
    void *base = address;
    size_t bytes = size;
    ULONG before;
    NTSTATUS status;

    if (!old)
        return STATUS_ACCESS_VIOLATION;
    status = nt_remote_protect(process, &base, &bytes, protection, &before);
    if (NT_SUCCESS(status))
        *old = before;
    return status;
}

NT_EXPORT BOOL WINAPI VirtualProtect(LPVOID lpAddress, SIZE_T dwSize, DWORD flNewProtect,
                                     PDWORD lpflOldProtect)
{
    return nt_api_result(protect(NULL, lpAddress, dwSize, flNewProtect, lpflOldProtect));
}

NT_EXPORT BOOL WINAPI VirtualProtectEx(HANDLE hProcess, LPVOID lpAddress, SIZE_T dwSize,
                                       DWORD flNewProtect, PDWORD lpflOldProtect)
{
    NT_CLEANUP(nt_process_closep) struct nt_process *process = NULL;
    NTSTATUS status = nt_process_find(hProcess, PROCESS_VM_OPERATION, &process);

    if (NT_SUCCESS(status))
        status = protect(process, lpAddress, dwSize, flNewProtect, lpflOldProtect);
    return nt_api_result(status);
}

NT_EXPORT BOOL WINAPI VirtualProtectFromApp(PVOID Address, SIZE_T Size, ULONG NewProtection,
                                            PULONG OldProtection)
{
    DWORD old;
    NTSTATUS status =
        protect(NULL, Address, Size, NewProtection, OldProtection ? &old : NULL); /* 9.24 */

    if (NT_SUCCESS(status))
        *OldProtection = old;
    else if (status == STATUS_CONFLICTING_ADDRESSES)
        *OldProtection = PAGE_NOACCESS; /* 9.22 */
    return nt_api_result(status);
}

static SIZE_T query(struct nt_process *process, LPCVOID address, PMEMORY_BASIC_INFORMATION buffer,
                    SIZE_T length)
{
    NTSTATUS status;

    if (length < sizeof(*buffer)) /* 8.26 */
        status = STATUS_INFO_LENGTH_MISMATCH;
    else if (!buffer)
        status = STATUS_ACCESS_VIOLATION;
    else
        status = nt_remote_query(process, address, buffer);
    return nt_api_result(status) ? sizeof(*buffer) : 0;
}

NT_EXPORT SIZE_T WINAPI VirtualQuery(LPCVOID lpAddress, PMEMORY_BASIC_INFORMATION lpBuffer,
                                     SIZE_T dwLength)
{
    return query(NULL, lpAddress, lpBuffer, dwLength);
}

NT_EXPORT SIZE_T WINAPI VirtualQueryEx(HANDLE hProcess, LPCVOID lpAddress,
                                       PMEMORY_BASIC_INFORMATION lpBuffer, SIZE_T dwLength)
{
    NT_CLEANUP(nt_process_closep) struct nt_process *process = NULL;

    /* 8.29 */
    if (!nt_api_result(nt_process_find(hProcess, PROCESS_QUERY_INFORMATION, &process)))
        return 0;
    return query(process, lpAddress, lpBuffer, dwLength);
}
