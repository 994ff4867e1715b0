/* SPDX-License-Identifier: MIT */
/*
 * memoryapi.h - file mappings (sections), their views, and private memory.
 *
 * A section is memory that several processes can map. It lives as long as a handle or a view
 * of it does; its name lives only as long as a handle does (facts 2.6, 11.27). Offsets and
 * fixed addresses are multiples of 64 KiB (SYSTEM_INFO.dwAllocationGranularity), sizes are
 * rounded up to pages. Names are Local\X (the user's), Global\X (the machine's) or X, which
 * is Local\X; they are case-sensitive and hold no other backslash.
 */
#ifndef NTSHM_MEMORYAPI_H
#define NTSHM_MEMORYAPI_H

#include "minwindef.h"
#include "minwinbase.h"
#include "winnt.h"

#ifdef __cplusplus
extern "C" {
#endif

#define FILE_MAP_COPY            0x00000001
#define FILE_MAP_WRITE           SECTION_MAP_WRITE
#define FILE_MAP_READ            SECTION_MAP_READ
#define FILE_MAP_ALL_ACCESS      SECTION_ALL_ACCESS
#define FILE_MAP_EXECUTE         SECTION_MAP_EXECUTE_EXPLICIT
#define FILE_MAP_RESERVE         0x80000000
#define FILE_MAP_TARGETS_INVALID 0x40000000
#define FILE_MAP_LARGE_PAGES     0x20000000

/*
 * CreateFileMappingW (CreateFileMappingA in winbase.h), CreateFileMappingFromApp,
 * CreateFileMappingNumaW, CreateFileMapping2 - create a section, or open the one that has the
 * name.
 * @hFile: a file, whose handle carries GENERIC_READ, GENERIC_WRITE for the protections that write
 *   and GENERIC_EXECUTE for those that execute; or INVALID_HANDLE_VALUE or NULL for memory backed
 *   by the page file
 * @lpFileMappingAttributes: inheritance and security, or NULL
 * @flProtect: one of PAGE_READONLY, READWRITE, WRITECOPY, EXECUTE_READ, EXECUTE_READWRITE,
 *   EXECUTE_WRITECOPY, with SEC_COMMIT (assumed), SEC_RESERVE, SEC_IMAGE, SEC_IMAGE_NO_EXECUTE
 *   (with PAGE_READONLY), SEC_NOCACHE, SEC_WRITECOMBINE, SEC_LARGE_PAGES
 * @PageProtection, @AllocationAttributes: the same in two for CreateFileMapping2, which takes
 *   SEC_NO_CHANGE too: views keep their protection and stay until the process ends (1.50)
 * @DesiredAccess: the rights of the handle (1.49): FILE_MAP_, SECTION_, generic or standard ones
 * @dwMaximumSizeHigh, @dwMaximumSizeLow, @MaximumSize: the size in bytes. Of the page file not 0,
 *   and rounded up to a page. Of a file exact, 0 for the file's length; a file that is shorter is
 *   made longer when the protection writes.
 * @lpName: the name, or NULL or "" for none
 * @nndPreferred: a NUMA node, or NUMA_NO_PREFERRED_NODE
 * @ExtendedParameters, @ParameterCount: an array; a NUMA node is all that a section takes
 * Return: a handle, with the last error 0 for a new section or ERROR_ALREADY_EXISTS for an old
 * one, which keeps its own size and protection (1.18, 1.19). NULL with ERROR_INVALID_PARAMETER,
 * ERROR_INVALID_HANDLE (not a file, or the name is another kind of object's),
 * ERROR_ACCESS_DENIED, ERROR_PATH_NOT_FOUND, ERROR_INVALID_NAME, ERROR_BAD_PATHNAME,
 * ERROR_FILENAME_EXCED_RANGE, ERROR_COMMITMENT_LIMIT, ERROR_NOT_ENOUGH_MEMORY (also a size larger
 * than a file that must not grow), ERROR_NO_SYSTEM_RESOURCES, ERROR_PRIVILEGE_NOT_HELD,
 * ERROR_NOT_SUPPORTED; over a file ERROR_FILE_INVALID (it is empty), ERROR_DISK_FULL,
 * ERROR_LOCK_VIOLATION, ERROR_BAD_EXE_FORMAT (not an image, a directory, a device).
 * Facts 1.1 to 1.60; page "CreateFileMappingFromApp".
 */
HANDLE WINAPI CreateFileMappingW(HANDLE hFile, LPSECURITY_ATTRIBUTES lpFileMappingAttributes,
                                 DWORD flProtect, DWORD dwMaximumSizeHigh, DWORD dwMaximumSizeLow,
                                 LPCWSTR lpName) NTSHM_WIDE(CreateFileMappingW);
HANDLE WINAPI CreateFileMappingFromApp(HANDLE hFile, PSECURITY_ATTRIBUTES SecurityAttributes,
                                       ULONG PageProtection, ULONG64 MaximumSize, PCWSTR Name)
    NTSHM_WIDE(CreateFileMappingFromApp);
HANDLE WINAPI CreateFileMappingNumaW(HANDLE hFile, LPSECURITY_ATTRIBUTES lpFileMappingAttributes,
                                     DWORD flProtect, DWORD dwMaximumSizeHigh,
                                     DWORD dwMaximumSizeLow, LPCWSTR lpName, DWORD nndPreferred)
    NTSHM_WIDE(CreateFileMappingNumaW);
HANDLE WINAPI CreateFileMapping2(HANDLE File, SECURITY_ATTRIBUTES *SecurityAttributes,
                                 ULONG DesiredAccess, ULONG PageProtection,
                                 ULONG AllocationAttributes, ULONG64 MaximumSize, PCWSTR Name,
                                 MEM_EXTENDED_PARAMETER *ExtendedParameters, ULONG ParameterCount)
    NTSHM_WIDE(CreateFileMapping2);

/*
 * OpenFileMappingW (OpenFileMappingA in winbase.h), OpenFileMappingFromApp - open the section
 * that has a name. The last error is not touched on success.
 * @dwDesiredAccess: FILE_MAP_ or SECTION_ rights, generic or standard rights
 * @bInheritHandle: TRUE to mark the handle HANDLE_FLAG_INHERIT
 * @lpName: the name
 * Return: a handle; NULL with ERROR_FILE_NOT_FOUND, ERROR_INVALID_PARAMETER (NULL name),
 * ERROR_INVALID_HANDLE ("" or another kind of object), ERROR_ACCESS_DENIED,
 * ERROR_PATH_NOT_FOUND, ERROR_INVALID_NAME, ERROR_BAD_PATHNAME, ERROR_PRIVILEGE_NOT_HELD,
 * ERROR_NOT_ENOUGH_MEMORY. Facts 2.1 to 2.23; page "OpenFileMapping".
 */
HANDLE WINAPI OpenFileMappingW(DWORD dwDesiredAccess, BOOL bInheritHandle, LPCWSTR lpName)
    NTSHM_WIDE(OpenFileMappingW);
HANDLE WINAPI OpenFileMappingFromApp(ULONG DesiredAccess, BOOL InheritHandle, PCWSTR Name)
    NTSHM_WIDE(OpenFileMappingFromApp);

/*
 * MapViewOfFile, MapViewOfFileEx, MapViewOfFileFromApp - map a view, its protection decoded
 * from FILE_MAP_ bits (facts 3.1 to 3.7).
 * @dwFileOffsetHigh, @dwFileOffsetLow, @FileOffset: where the view starts in the section, in
 *   bytes, a multiple of 64 KiB
 * @dwNumberOfBytesToMap: the size in bytes, 0 for all that follows the offset
 * @lpBaseAddress: where to map, a multiple of 64 KiB, or NULL for any place
 * Return: the address; NULL with ERROR_INVALID_HANDLE, ERROR_ACCESS_DENIED (the handle's
 * rights, or a view past the end of the section: 3.24), ERROR_INVALID_PARAMETER (the section's
 * protection), ERROR_MAPPED_ALIGNMENT, ERROR_INVALID_ADDRESS (occupied), ERROR_COMMITMENT_LIMIT
 * (FILE_MAP_COPY: every page may become the process's own, 3.47), ERROR_NOT_ENOUGH_MEMORY.
 */
LPVOID WINAPI MapViewOfFile(HANDLE hFileMappingObject, DWORD dwDesiredAccess,
                            DWORD dwFileOffsetHigh, DWORD dwFileOffsetLow,
                            SIZE_T dwNumberOfBytesToMap);
LPVOID WINAPI MapViewOfFileEx(HANDLE hFileMappingObject, DWORD dwDesiredAccess,
                              DWORD dwFileOffsetHigh, DWORD dwFileOffsetLow,
                              SIZE_T dwNumberOfBytesToMap, LPVOID lpBaseAddress);
PVOID WINAPI MapViewOfFileFromApp(HANDLE hFileMappingObject, ULONG DesiredAccess,
                                  ULONG64 FileOffset, SIZE_T NumberOfBytesToMap);

/*
 * MapViewOfFile3, MapViewOfFile3FromApp, MapViewOfFileNuma2, MapViewOfFile2 - map a view, its
 * protection given as a PAGE_ constant.
 * @Process: GetCurrentProcess(); NULL means the same in MapViewOfFile3 alone (3.30, 3.31).
 *   There are no handles of other processes: anything else is ERROR_INVALID_HANDLE.
 * @BaseAddress, @Offset: multiples of 64 KiB; ERROR_MAPPED_ALIGNMENT otherwise (3.21)
 * @ViewSize: the size in bytes, 0 for all that follows the offset; rounded up to a page (3.28)
 * @AllocationType: 0, or MEM_RESERVE, with which a view of a writable file may be larger than the
 *   file; what lies beyond its end is reserved until NtExtendSection makes the file longer (3.39).
 *   MEM_REPLACE_PLACEHOLDER is ERROR_NOT_SUPPORTED in this version; MEM_LARGE_PAGES on a section
 *   that was not made with SEC_LARGE_PAGES is ERROR_INVALID_PARAMETER (7.53).
 * @PageProtection: one of the PAGE_ constants that the section's own protection admits
 * @ExtendedParameters, @ParameterCount: an array; address requirements, NUMA nodes
 *   (ERROR_NOT_SUPPORTED in this version) and, of an image, the machine (14.25)
 * @PreferredNode: a NUMA node, or NUMA_NO_PREFERRED_NODE
 * Return: as MapViewOfFile. Page "MapViewOfFile3"; facts 3.18 to 3.43.
 */
PVOID WINAPI MapViewOfFile3(HANDLE FileMapping, HANDLE Process, PVOID BaseAddress, ULONG64 Offset,
                            SIZE_T ViewSize, ULONG AllocationType, ULONG PageProtection,
                            MEM_EXTENDED_PARAMETER *ExtendedParameters, ULONG ParameterCount);
PVOID WINAPI MapViewOfFile3FromApp(HANDLE FileMapping, HANDLE Process, PVOID BaseAddress,
                                   ULONG64 Offset, SIZE_T ViewSize, ULONG AllocationType,
                                   ULONG PageProtection, MEM_EXTENDED_PARAMETER *ExtendedParameters,
                                   ULONG ParameterCount);
PVOID WINAPI MapViewOfFileNuma2(HANDLE FileMappingHandle, HANDLE ProcessHandle, ULONG64 Offset,
                                PVOID BaseAddress, SIZE_T ViewSize, ULONG AllocationType,
                                ULONG PageProtection, ULONG PreferredNode);
FORCEINLINE PVOID MapViewOfFile2(HANDLE FileMappingHandle, HANDLE ProcessHandle, ULONG64 Offset,
                                 PVOID BaseAddress, SIZE_T ViewSize, ULONG AllocationType,
                                 ULONG PageProtection)
{
    return MapViewOfFileNuma2(FileMappingHandle, ProcessHandle, Offset, BaseAddress, ViewSize,
                              AllocationType, PageProtection, NUMA_NO_PREFERRED_NODE);
}

/*
 * UnmapViewOfFile, UnmapViewOfFileEx, UnmapViewOfFile2 - unmap the whole view that holds an
 * address, whichever address in it is given (4.2).
 * @UnmapFlags: 0 or MEM_UNMAP_WITH_TRANSIENT_BOOST, a hint. No view comes from a placeholder in
 *   this version, so MEM_PRESERVE_PLACEHOLDER is always
 *   ERROR_INVALID_ADDRESS (4.12).
 * @Process: GetCurrentProcess(); NULL is ERROR_INVALID_HANDLE (4.9)
 * Return: TRUE; FALSE with ERROR_INVALID_ADDRESS (no view there: 4.3, 4.4),
 * ERROR_INVALID_PARAMETER (other flags, or a view of a SEC_NO_CHANGE section: 1.50),
 * ERROR_INVALID_HANDLE. Facts 4.1 to 4.16.
 */
BOOL WINAPI UnmapViewOfFile(LPCVOID lpBaseAddress);
BOOL WINAPI UnmapViewOfFileEx(PVOID BaseAddress, ULONG UnmapFlags);
BOOL WINAPI UnmapViewOfFile2(HANDLE Process, PVOID BaseAddress, ULONG UnmapFlags);

/*
 * FlushViewOfFile - start writing the dirty pages of a view, from @lpBaseAddress on,
 * @dwNumberOfBytesToFlush bytes or 0 for the rest of the view. There is nothing to write for
 * memory backed by the page file (16.20). FALSE with ERROR_INVALID_ADDRESS (no view: 16.21),
 * ERROR_INVALID_PARAMETER (past its end: 16.23). FlushFileBuffers then waits for the disk. Without
 * an open handle of the section the call itself waits until all is written.
 */
BOOL WINAPI FlushViewOfFile(LPCVOID lpBaseAddress, SIZE_T dwNumberOfBytesToFlush);

/*
 * VirtualAlloc - reserve, commit, or both.
 * @lpAddress: where, rounded down to 64 KiB for a reservation and to a page for a commit; NULL
 *   for any place
 * @dwSize: size in bytes, not 0
 * @flAllocationType: MEM_RESERVE, MEM_COMMIT, with MEM_TOP_DOWN; or MEM_RESET, MEM_RESET_UNDO
 *   alone. MEM_COMMIT within a view of the page file re-protects pages (6.8), and in a view of a
 *   SEC_RESERVE section commits them for every process that has it (6.3 to 6.5).
 * @flProtect: a PAGE_ constant, perhaps with PAGE_GUARD; the copy-on-write ones for views only
 * Return: the address; NULL with ERROR_INVALID_PARAMETER, ERROR_INVALID_ADDRESS,
 * ERROR_ACCESS_DENIED (a view of a file or an image: 6.10, 6.11), ERROR_NOT_ENOUGH_MEMORY,
 * ERROR_COMMITMENT_LIMIT, ERROR_USER_MAPPED_FILE (MEM_RESET of a file's view),
 * ERROR_NOT_SUPPORTED. Facts 6.1 to 6.18, 7.1 to 7.19.
 */
LPVOID WINAPI VirtualAlloc(LPVOID lpAddress, SIZE_T dwSize, DWORD flAllocationType,
                           DWORD flProtect);

/*
 * VirtualAllocEx, VirtualFreeEx, VirtualQueryEx, VirtualProtectEx - the same in a process that a
 * handle names. (The first two stand below; see VirtualAlloc, VirtualFree, VirtualQuery and
 * VirtualProtect for the rest.)
 * @hProcess: GetCurrentProcess(); NULL is ERROR_INVALID_HANDLE (3.31, 7.57). Other processes:
 *   ERROR_INVALID_HANDLE in this version.
 */
LPVOID WINAPI VirtualAllocEx(HANDLE hProcess, LPVOID lpAddress, SIZE_T dwSize,
                             DWORD flAllocationType, DWORD flProtect);
BOOL WINAPI VirtualFreeEx(HANDLE hProcess, LPVOID lpAddress, SIZE_T dwSize, DWORD dwFreeType);

/*
 * VirtualFree - decommit the pages of a range, in bytes (MEM_DECOMMIT; size 0 for the whole
 * allocation), or give an allocation back (MEM_RELEASE, its base address and size 0). FALSE
 * with ERROR_INVALID_PARAMETER (also for a view: 4.7, 4.8), ERROR_INVALID_ADDRESS. Facts 7.20
 * to 7.30.
 */
BOOL WINAPI VirtualFree(LPVOID lpAddress, SIZE_T dwSize, DWORD dwFreeType);

/*
 * VirtualQuery - tell about the run of equal pages that starts at the page of @lpAddress.
 * @lpBuffer, @dwLength: where the answer goes, and its size in bytes
 * Return: the number of bytes written; 0 with ERROR_INVALID_PARAMETER (an address beyond the
 * user range), ERROR_BAD_LENGTH (buffer too small), ERROR_NOACCESS. Facts 8.1 to 8.27.
 */
SIZE_T WINAPI VirtualQuery(LPCVOID lpAddress, PMEMORY_BASIC_INFORMATION lpBuffer, SIZE_T dwLength);
SIZE_T WINAPI VirtualQueryEx(HANDLE hProcess, LPCVOID lpAddress, PMEMORY_BASIC_INFORMATION lpBuffer,
                             SIZE_T dwLength);

/*
 * VirtualProtect, VirtualProtectFromApp - change the protection of committed pages of one
 * allocation or view. A range that is not in whole pages is made larger (9.21).
 * @lpAddress, @dwSize: the range in bytes
 * @flNewProtect: a PAGE_ constant, perhaps with PAGE_GUARD; views admit what their own protection
 *   allows (9.10 to 9.16). PAGE_REVERT_TO_FILE_MAP drops what was copied by writes (10.16).
 * @lpflOldProtect: receives the protection of the first page; VirtualProtectFromApp stores
 *   PAGE_NOACCESS when the range is not within one allocation (9.22)
 * Return: TRUE; FALSE with ERROR_NOACCESS (no place for the old protection, 9.2),
 * ERROR_INVALID_PARAMETER (the value, or what the view admits), ERROR_INVALID_ADDRESS (pages that
 * are not committed, or not within one allocation: 9.3, 9.4), ERROR_COMMITMENT_LIMIT,
 * ERROR_NOT_ENOUGH_MEMORY, ERROR_ACCESS_DENIED (execution refused by the system). Memory that
 * neither VirtualAlloc nor MapViewOfFile made is ERROR_INVALID_ADDRESS. Facts 9.1 to 9.28.
 */
BOOL WINAPI VirtualProtect(LPVOID lpAddress, SIZE_T dwSize, DWORD flNewProtect,
                           PDWORD lpflOldProtect);
BOOL WINAPI VirtualProtectEx(HANDLE hProcess, LPVOID lpAddress, SIZE_T dwSize, DWORD flNewProtect,
                             PDWORD lpflOldProtect);
BOOL WINAPI VirtualProtectFromApp(PVOID Address, SIZE_T Size, ULONG NewProtection,
                                  PULONG OldProtection);

#ifdef UNICODE
#    define CreateFileMapping     CreateFileMappingW
#    define CreateFileMappingNuma CreateFileMappingNumaW
#    define OpenFileMapping       OpenFileMappingW
#else
#    define CreateFileMapping     CreateFileMappingA
#    define CreateFileMappingNuma CreateFileMappingNumaA
#    define OpenFileMapping       OpenFileMappingA
#endif

#ifdef __cplusplus
}
#endif
#endif
