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

/* One range of PrefetchVirtualMemory; any bytes, whose pages are meant. */
typedef struct _WIN32_MEMORY_RANGE_ENTRY {
    PVOID VirtualAddress;
    SIZE_T NumberOfBytes;
} WIN32_MEMORY_RANGE_ENTRY, *PWIN32_MEMORY_RANGE_ENTRY;

/* How soon offered memory is given up: the lowest first. */
typedef enum _OFFER_PRIORITY {
    VmOfferPriorityVeryLow = 1,
    VmOfferPriorityLow,
    VmOfferPriorityBelowNormal,
    VmOfferPriorityNormal
} OFFER_PRIORITY;

/*
 * GetLargePageMinimum - bytes of a large page: what sizes and addresses of memory of large pages
 * are multiples of. 0 when the kernel has none. It cannot fail.
 */
SIZE_T WINAPI GetLargePageMinimum(VOID);

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
 * @Process: GetCurrentProcess(); NULL means the same in MapViewOfFile3 alone (3.30, 3.31). Or
 *   another process, with PROCESS_VM_OPERATION: the address is one of there, and the view that
 *   process's own (3.32). See VirtualAllocEx for which processes, and the errors.
 * @BaseAddress, @Offset: multiples of 64 KiB; ERROR_MAPPED_ALIGNMENT otherwise (3.21). With
 *   MEM_REPLACE_PLACEHOLDER multiples of a page (5.18, 5.20 to 5.22), with MEM_LARGE_PAGES of
 *   GetLargePageMinimum(). Without that flag NULL is any place.
 * @ViewSize: the size in bytes, 0 for all that follows the offset; rounded up to a page (3.28)
 * @AllocationType: 0, or MEM_RESERVE, with which a view of a writable file may be larger than the
 *   file; what lies beyond its end is reserved until NtExtendSection makes the file longer (3.39).
 *   Or MEM_REPLACE_PLACEHOLDER: the view takes the place of a placeholder (VirtualAlloc2), whose
 *   base and size must be @BaseAddress and @ViewSize exactly, else ERROR_INVALID_ADDRESS; the
 *   place is never free in between (5.19 to 5.28, 5.60). Not with MEM_RESERVE (3.50), nor for
 *   images (5.23). MEM_LARGE_PAGES on a section that was not made with SEC_LARGE_PAGES is
 *   ERROR_INVALID_PARAMETER (7.53).
 * @PageProtection: one of the PAGE_ constants that the section's own protection admits
 * @ExtendedParameters, @ParameterCount: an array, each type at most once, else
 *   ERROR_INVALID_PARAMETER, before all other checks (3.41, 17.4); with a count of 0 it is not
 *   read. MemExtendedParameterAddressRequirements: bounds for a view whose @BaseAddress is NULL,
 *   as in VirtualAlloc2, but never an alignment (3.43, 3.44); all zero they are as absent (3.42).
 *   MemExtendedParameterNumaNode: the preferred node, which must exist (7.43, 7.44).
 *   MemExtendedParameterImageMachine: of an image, the machine (14.25). Other types are
 *   ERROR_INVALID_PARAMETER (3.51).
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
/* These two do not know MEM_REPLACE_PLACEHOLDER: ERROR_INVALID_PARAMETER. */
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
 * @UnmapFlags: 0, MEM_UNMAP_WITH_TRANSIENT_BOOST, a hint, and MEM_PRESERVE_PLACEHOLDER: the place
 *   of a view that replaced a placeholder becomes that placeholder again, without being free in
 *   between (5.30); for any other view that is ERROR_INVALID_ADDRESS, and the view stays (4.12).
 *   Without the flag the place becomes free (4.13).
 * @Process: GetCurrentProcess(), or one with PROCESS_VM_OPERATION (VirtualAllocEx); NULL is
 *   ERROR_INVALID_HANDLE (4.9)
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
 * VirtualAllocFromApp - VirtualAlloc for memory without code: the PAGE_EXECUTE protections are
 * ERROR_INVALID_PARAMETER (7.18). Parameters and result are those of VirtualAlloc.
 */
PVOID WINAPI VirtualAllocFromApp(PVOID BaseAddress, SIZE_T Size, ULONG AllocationType,
                                 ULONG Protection);

/*
 * VirtualAlloc2, VirtualAlloc2FromApp - VirtualAlloc that knows placeholders, bounds, alignments
 * and NUMA nodes. The second refuses the PAGE_EXECUTE protections (7.18).
 *
 * A placeholder is a piece of address space that is kept and cannot be used: no access, nothing
 * can be committed in it (5.12, 5.58). It is made by MEM_RESERVE + MEM_RESERVE_PLACEHOLDER, split
 * and coalesced by VirtualFree, replaced, exactly as large as it is, by memory or a view
 * (MEM_REPLACE_PLACEHOLDER here and in MapViewOfFile3), and restored by VirtualFree or
 * UnmapViewOfFile2 with MEM_PRESERVE_PLACEHOLDER. Whatever is done with it, its place is never
 * free in between (5.60), and what fails changes nothing (5.56).
 * @Process: GetCurrentProcess() or NULL, which means the same (3.30), or a process with
 *   PROCESS_VM_OPERATION (VirtualAllocEx)
 * @BaseAddress: where, or NULL for any place. A multiple of 64 KiB for what is reserved anew, else
 *   ERROR_INVALID_PARAMETER (7.6); of a page for a placeholder that is replaced (5.18), whose base
 *   it must be
 * @Size: bytes, rounded up to a page; not 0
 * @AllocationType: as in VirtualAlloc; or MEM_RESERVE + MEM_RESERVE_PLACEHOLDER with PAGE_NOACCESS
 *   (5.1, 5.2); or MEM_RESERVE, perhaps with MEM_COMMIT or MEM_WRITE_WATCH, and
 *   MEM_REPLACE_PLACEHOLDER (5.6 to 5.17)
 * @PageProtection: a PAGE_ constant
 * @ExtendedParameters, @ParameterCount: an array, each type at most once, else
 *   ERROR_INVALID_PARAMETER, before all other checks (3.41, 17.4); with a count of 0 it is not
 *   read:
 *   - MemExtendedParameterAddressRequirements, with @BaseAddress NULL or all zero (7.40, 7.41):
 *     LowestStartingAddress, a multiple of 64 KiB below the highest; HighestEndingAddress, the
 *     last byte of a page below lpMaximumApplicationAddress; Alignment in bytes, a power of two of
 *     64 KiB or more. 0 in one of them requires nothing. (7.34 to 7.42)
 *   - MemExtendedParameterNumaNode: the preferred node, which must exist (7.43, 7.44)
 *   - MemExtendedParameterAttributeFlags: MEM_EXTENDED_PARAMETER_GRAPHICS, ZERO_PAGES_OPTIONAL and
 *     SOFT_FAULT_PAGES are hints without a meaning here; NONPAGED_LARGE or NONPAGED_HUGE choose
 *     the size of the pages with MEM_LARGE_PAGES; ERROR_NOT_SUPPORTED: NONPAGED without large
 *     pages, and NUMA_NODE_MANDATORY on a machine of several nodes; ERROR_INVALID_PARAMETER:
 *     NUMA_NODE_MANDATORY without a node, EC_CODE and unknown flags
 *   - MemExtendedParameterPartitionHandle: MEMORY_CURRENT_PARTITION_HANDLE or
 *     MEMORY_SYSTEM_PARTITION_HANDLE, the one partition there is; else ERROR_INVALID_HANDLE
 *   - MemExtendedParameterUserPhysicalHandle: ERROR_NOT_SUPPORTED with MEM_PHYSICAL, else
 *     ERROR_INVALID_PARAMETER
 * Return: the address; NULL with the errors of VirtualAlloc. ERROR_INVALID_ADDRESS is also what is
 * said where no placeholder of exactly that base and size is (5.8, 5.9, 5.15),
 * ERROR_NOT_ENOUGH_MEMORY where nothing within the bounds is free (7.39). Facts 5.1 to 5.62, 7.1
 * to 7.59.
 */
PVOID WINAPI VirtualAlloc2(HANDLE Process, PVOID BaseAddress, SIZE_T Size, ULONG AllocationType,
                           ULONG PageProtection, MEM_EXTENDED_PARAMETER *ExtendedParameters,
                           ULONG ParameterCount);
PVOID WINAPI VirtualAlloc2FromApp(HANDLE Process, PVOID BaseAddress, SIZE_T Size,
                                  ULONG AllocationType, ULONG PageProtection,
                                  MEM_EXTENDED_PARAMETER *ExtendedParameters, ULONG ParameterCount);

/*
 * VirtualAllocExNuma - VirtualAllocEx on a NUMA node
 * @nndPreferred: the node that the pages come from where they can (7.43), or
 *   NUMA_NO_PREFERRED_NODE (7.45); one that does not exist is ERROR_INVALID_PARAMETER (7.44)
 */
LPVOID WINAPI VirtualAllocExNuma(HANDLE hProcess, LPVOID lpAddress, SIZE_T dwSize,
                                 DWORD flAllocationType, DWORD flProtect, DWORD nndPreferred);

/*
 * VirtualAllocEx, VirtualFreeEx, VirtualQueryEx, VirtualProtectEx - the same in a process that a
 * handle names. (The first two stand below; see VirtualAlloc, VirtualFree, VirtualQuery and
 * VirtualProtect for the rest.)
 * @hProcess: GetCurrentProcess(), or of another process with PROCESS_VM_OPERATION
 *   (PROCESS_QUERY_INFORMATION for VirtualQueryEx), else ERROR_ACCESS_DENIED (7.58); NULL is
 *   ERROR_INVALID_HANDLE (3.31, 7.57).
 *
 * What changes another process's memory is done by a thread there. Processes have it that
 * CreateProcess made, that were started with NTSHM_SERVICE_THREAD=1, or that called
 * ntshm_service_start() (ntshm/ntshm.h); others are ERROR_NOT_SUPPORTED. One that does not answer
 * within 5 seconds, because it is stopped, is ERROR_SEM_TIMEOUT, and what it may do later is undone
 * there; one that ends meanwhile is ERROR_ACCESS_DENIED. VirtualQueryEx tells of a process without
 * that thread what the kernel knows: each mapping as an allocation (8.29).
 */
LPVOID WINAPI VirtualAllocEx(HANDLE hProcess, LPVOID lpAddress, SIZE_T dwSize,
                             DWORD flAllocationType, DWORD flProtect);
BOOL WINAPI VirtualFreeEx(HANDLE hProcess, LPVOID lpAddress, SIZE_T dwSize, DWORD dwFreeType);

/*
 * VirtualFree - decommit pages, give an allocation back, or split, restore or coalesce
 * placeholders.
 * @lpAddress, @dwSize: the range in bytes, rounded outward to pages
 * @dwFreeType: one of
 *   MEM_DECOMMIT: the pages of the range; a size of 0 for the whole allocation
 *   MEM_RELEASE: the allocation or placeholder at its base address; the size is 0
 *   MEM_RELEASE + MEM_PRESERVE_PLACEHOLDER: of a placeholder a part, which becomes one of its own
 *     (5.37 to 5.40); of memory that replaced a placeholder the whole or a part, which becomes a
 *     placeholder again, its contents lost (5.34, 5.35); the size is not 0 (5.41)
 *   MEM_RELEASE + MEM_COALESCE_PLACEHOLDERS: the range of two or more whole placeholders that
 *     touch each other; they become one (5.47 to 5.54)
 * Return: TRUE; FALSE with ERROR_INVALID_PARAMETER (also for a view: 4.7, 4.8, 5.31; a release
 * with a size: 7.21), ERROR_INVALID_ADDRESS (nothing there, or not what the flags want),
 * ERROR_NOT_ENOUGH_MEMORY. Facts 5.31 to 5.57, 7.20 to 7.32.
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
 * ReadProcessMemory, WriteProcessMemory - copy bytes out of a process, or into it.
 * @hProcess: GetCurrentProcess(), or of a process with PROCESS_VM_READ; for writing with
 *   PROCESS_VM_WRITE and PROCESS_VM_OPERATION
 * @lpBaseAddress: in that process; @lpBuffer: here; @nSize: bytes
 * @lpNumberOfBytesRead, @lpNumberOfBytesWritten: how many were copied, also on failure; may be NULL
 *
 * A range is copied up to the first page that cannot be reached: free, reserved, or without the
 * access. WriteProcessMemory makes code (PAGE_EXECUTE, PAGE_EXECUTE_READ) writable for a moment;
 * FlushInstructionCache comes after it, as on Windows. Linux lets a process look into others of its
 * user, or only into its descendants (Yama): then the thread described above copies.
 * Return: TRUE; FALSE with ERROR_PARTIAL_COPY (not all of it), ERROR_NOACCESS (the buffer),
 * ERROR_INVALID_HANDLE, ERROR_ACCESS_DENIED, ERROR_NOT_SUPPORTED, ERROR_SEM_TIMEOUT.
 */
BOOL WINAPI ReadProcessMemory(HANDLE hProcess, LPCVOID lpBaseAddress, LPVOID lpBuffer, SIZE_T nSize,
                              SIZE_T *lpNumberOfBytesRead);
BOOL WINAPI WriteProcessMemory(HANDLE hProcess, LPVOID lpBaseAddress, LPCVOID lpBuffer,
                               SIZE_T nSize, SIZE_T *lpNumberOfBytesWritten);

typedef enum WIN32_MEMORY_INFORMATION_CLASS { MemoryRegionInfo } WIN32_MEMORY_INFORMATION_CLASS;

typedef struct WIN32_MEMORY_REGION_INFORMATION {
    PVOID AllocationBase;
    ULONG AllocationProtect;
    __extension__ union {
        ULONG Flags;
        __extension__ struct {
            ULONG Private : 1;
            ULONG MappedDataFile : 1;
            ULONG MappedImage : 1;
            ULONG MappedPageFile : 1;
            ULONG MappedPhysical : 1;
            ULONG DirectMapped : 1;
            ULONG Reserved : 26;
        };
    };
    SIZE_T RegionSize;
    SIZE_T CommitSize;
} WIN32_MEMORY_REGION_INFORMATION;

/*
 * QueryVirtualMemoryInformation - tell about the allocation that holds @VirtualAddress, whole.
 * @Process: GetCurrentProcess(), or one with PROCESS_QUERY_INFORMATION (VirtualQueryEx)
 * @MemoryInformationClass: MemoryRegionInfo
 * @MemoryInformation, @MemoryInformationSize: a WIN32_MEMORY_REGION_INFORMATION and its size
 * @ReturnSize: receives the bytes written, or NULL
 * Return: TRUE; FALSE with ERROR_INVALID_PARAMETER (the class; an address beyond the user range),
 * ERROR_BAD_LENGTH, ERROR_NOACCESS, ERROR_INVALID_HANDLE, ERROR_UNEXP_NET_ERR (free memory).
 */
BOOL WINAPI QueryVirtualMemoryInformation(HANDLE Process, const VOID *VirtualAddress,
                                          WIN32_MEMORY_INFORMATION_CLASS MemoryInformationClass,
                                          PVOID MemoryInformation, SIZE_T MemoryInformationSize,
                                          PSIZE_T ReturnSize);

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

/*
 * GetWriteWatch, ResetWriteWatch - which pages of memory were written since they were last looked
 * at; begin to watch them anew. The memory was made with MEM_RESERVE and MEM_WRITE_WATCH. What the
 * kernel writes for the program counts too, and ReadFile's whole buffer does.
 * @dwFlags: 0; WRITE_WATCH_FLAG_RESET: those pages that are told are watched anew (15.8), and no
 *   write that is made meanwhile is lost
 * @lpBaseAddress, @dwRegionSize: the range in bytes, within one allocation
 * @lpAddresses: receives the addresses of the pages, ascending
 * @lpdwCount: in: how many addresses there is room for, not 0; out: how many there are
 * @lpdwGranularity: receives the bytes of a page
 * Return: 0; ~0u with ERROR_INVALID_PARAMETER (flags, a count or size of 0, a range that is not
 * within one watched allocation), ERROR_NOACCESS (a pointer is NULL), ERROR_NOT_ENOUGH_MEMORY.
 * Facts 15.1 to 15.26.
 */
UINT WINAPI GetWriteWatch(DWORD dwFlags, PVOID lpBaseAddress, SIZE_T dwRegionSize,
                          PVOID *lpAddresses, ULONG_PTR *lpdwCount, LPDWORD lpdwGranularity);
UINT WINAPI ResetWriteWatch(LPVOID lpBaseAddress, SIZE_T dwRegionSize);

/*
 * VirtualLock - keep pages in memory: all that hold a byte of the range, of any memory of the
 * process. No count is kept: VirtualUnlock undoes any number of these at once. Freeing or
 * decommitting pages unlocks them; changing their protection does not; a forked child has none
 * locked. Copy-on-write pages are not copied by this.
 * @lpAddress, @dwSize: the range in bytes, not empty
 * Return: TRUE; FALSE, with nothing locked, and ERROR_NOACCESS (a page that is not committed, or
 * PAGE_NOACCESS), 0x80000001, which is STATUS_GUARD_PAGE_VIOLATION (a guard page, which is none
 * any more: 9.26), ERROR_WORKING_SET_QUOTA (more than RLIMIT_MEMLOCK allows; see
 * SetProcessWorkingSetSize), ERROR_INVALID_PARAMETER, ERROR_NOT_ENOUGH_MEMORY.
 */
BOOL WINAPI VirtualLock(LPVOID lpAddress, SIZE_T dwSize);

/*
 * VirtualUnlock - let pages go again that VirtualLock, or mlock(), has locked. The range need not
 * be one that was locked, but all of it must be.
 * Return: TRUE; FALSE with ERROR_NOT_LOCKED (a page is not: the locked ones stay so, and the
 * system is told that those which are not will not be needed soon), ERROR_NOACCESS (there is no
 * memory), ERROR_INVALID_PARAMETER, ERROR_NOT_ENOUGH_MEMORY.
 */
BOOL WINAPI VirtualUnlock(LPVOID lpAddress, SIZE_T dwSize);

/*
 * GetProcessWorkingSetSizeEx (GetProcessWorkingSetSize and SetProcessWorkingSetSize in winbase.h),
 * SetProcessWorkingSetSizeEx - the bounds of the working set, in bytes
 * @hProcess: GetCurrentProcess(); or one with PROCESS_QUERY_LIMITED_INFORMATION to get, with
 *   PROCESS_SET_QUOTA to set (VirtualAllocEx says which processes)
 * @dwMinimumWorkingSetSize, @dwMaximumWorkingSetSize: in whole pages, rounded down; the minimum not
 *   0 and at least 20 pages, to which a smaller one is raised; the maximum at least 13 pages and
 *   not below the minimum; one larger than the machine is lowered. Both (SIZE_T)-1: as many pages
 *   as possible leave memory. The system keeps neither bound. But as the minimum is what a program
 *   may lock, raising it raises the soft RLIMIT_MEMLOCK as far as the hard one.
 * @Flags: QUOTA_LIMITS_HARDWS_ values, kept and told, never enforced. 0 leaves those that are.
 * Return: TRUE; FALSE with ERROR_INVALID_HANDLE, ERROR_NOACCESS (NULL), ERROR_INVALID_PARAMETER,
 * ERROR_NO_SYSTEM_RESOURCES (a minimum larger than the memory that is free).
 */
BOOL WINAPI GetProcessWorkingSetSizeEx(HANDLE hProcess, PSIZE_T lpMinimumWorkingSetSize,
                                       PSIZE_T lpMaximumWorkingSetSize, PDWORD Flags);
BOOL WINAPI SetProcessWorkingSetSizeEx(HANDLE hProcess, SIZE_T dwMinimumWorkingSetSize,
                                       SIZE_T dwMaximumWorkingSetSize, DWORD Flags);

/*
 * PrefetchVirtualMemory - begin to read pages in that lie on a disk. A hint: what is not mapped is
 * passed over.
 * @hProcess: GetCurrentProcess(), or one with PROCESS_VM_OPERATION (VirtualAllocEx)
 * @NumberOfEntries, @VirtualAddresses: an array of ranges, none of them empty
 * @Flags: 0
 * Return: TRUE; FALSE with ERROR_INVALID_HANDLE, ERROR_INVALID_PARAMETER (no entries, a range that
 * is empty or leaves the address space, flags), ERROR_NOACCESS (NULL).
 */
BOOL WINAPI PrefetchVirtualMemory(HANDLE hProcess, ULONG_PTR NumberOfEntries,
                                  PWIN32_MEMORY_RANGE_ENTRY VirtualAddresses, ULONG Flags);

/*
 * DiscardVirtualMemory - pages give their memory back and stay committed; they are zero when they
 * are used again.
 * OfferVirtualMemory - the system may take the pages when memory is short. Until they are
 * reclaimed they have no access and can be neither protected nor committed; VirtualLock's locks
 * on them are gone. Freeing or decommitting them ends the offer.
 * ReclaimVirtualMemory - have offered pages back. Those of the range that were not offered are left
 * as they are.
 * @VirtualAddress, @Size: a range of whole pages, committed and PAGE_READWRITE, of one allocation
 *   of VirtualAlloc; not of large pages, nor of a MEM_PHYSICAL window, and what is offered not of
 *   MEM_WRITE_WATCH memory
 * @Priority: one of OFFER_PRIORITY; all are treated alike
 * Return: not the last error but the error itself: ERROR_SUCCESS; of ReclaimVirtualMemory
 * ERROR_BUSY when a page was taken: such pages are zero, and all are reclaimed;
 * ERROR_INVALID_PARAMETER, ERROR_NOT_ENOUGH_MEMORY, with nothing changed.
 */
DWORD WINAPI DiscardVirtualMemory(PVOID VirtualAddress, SIZE_T Size);
DWORD WINAPI OfferVirtualMemory(PVOID VirtualAddress, SIZE_T Size, OFFER_PRIORITY Priority);
DWORD WINAPI ReclaimVirtualMemory(void const *VirtualAddress, SIZE_T Size);

/*
 * AllocateUserPhysicalPages, AllocateUserPhysicalPagesNuma, AllocateUserPhysicalPages2 - allocate
 * pages that MapUserPhysicalPages maps into windows, which VirtualAlloc makes with MEM_RESERVE +
 * MEM_PHYSICAL. They have their memory at once. SeLockMemoryPrivilege must be enabled. A forked
 * child has the windows as they are and shares the pages with its parent, who alone can free them
 * for both.
 * @hProcess, @ObjectHandle: GetCurrentProcess(); other processes: ERROR_NOT_SUPPORTED
 * @NumberOfPages: in: how many; out: how many there were, perhaps fewer
 * @PageArray: receives a number for each page, which means nothing but to these functions
 * @nndPreferred: the NUMA node they come from if they can
 * @ExtendedParameters, @ExtendedParameterCount: MemExtendedParameterNumaNode, at most once
 * Return: TRUE; FALSE with ERROR_PRIVILEGE_NOT_HELD, ERROR_NO_SYSTEM_RESOURCES (not one page),
 * ERROR_INVALID_HANDLE, ERROR_NOACCESS, ERROR_INVALID_PARAMETER, ERROR_NOT_ENOUGH_MEMORY.
 */
BOOL WINAPI AllocateUserPhysicalPages(HANDLE hProcess, PULONG_PTR NumberOfPages,
                                      PULONG_PTR PageArray);
BOOL WINAPI AllocateUserPhysicalPagesNuma(HANDLE hProcess, PULONG_PTR NumberOfPages,
                                          PULONG_PTR PageArray, DWORD nndPreferred);
BOOL WINAPI AllocateUserPhysicalPages2(HANDLE ObjectHandle, PULONG_PTR NumberOfPages,
                                       PULONG_PTR PageArray,
                                       PMEM_EXTENDED_PARAMETER ExtendedParameters,
                                       ULONG ExtendedParameterCount);

/*
 * FreeUserPhysicalPages - free pages; those that are mapped are unmapped first
 * @NumberOfPages: in: how many; out: how many were freed, which is all of them or none
 * @PageArray: their numbers, in any order
 * Return: TRUE; FALSE with ERROR_INVALID_HANDLE, ERROR_NOACCESS, ERROR_INVALID_PARAMETER (a number
 * of no page, or the same twice), ERROR_NOT_ENOUGH_MEMORY.
 */
BOOL WINAPI FreeUserPhysicalPages(HANDLE hProcess, PULONG_PTR NumberOfPages, PULONG_PTR PageArray);

/*
 * MapUserPhysicalPages (MapUserPhysicalPagesScatter in winbase.h) - map pages into a window. What
 * was mapped there is unmapped, and keeps what it holds. A page is mapped at one address at most.
 * Mapped pages are told by VirtualQuery as committed and PAGE_READWRITE, the others as reserved;
 * VirtualProtect and MEM_COMMIT are ERROR_INVALID_ADDRESS there, MEM_DECOMMIT is
 * ERROR_INVALID_PARAMETER.
 * @VirtualAddress: where in the window, rounded down to a page
 * @NumberOfPages: how many pages, all of them within the window
 * @PageArray: their numbers, or NULL to unmap
 * Return: TRUE; FALSE with ERROR_INVALID_PARAMETER (not a window, a number of no page, one that is
 * there twice or is mapped elsewhere), ERROR_NOACCESS, ERROR_NOT_ENOUGH_MEMORY; nothing has
 * changed.
 */
BOOL WINAPI MapUserPhysicalPages(PVOID VirtualAddress, ULONG_PTR NumberOfPages,
                                 PULONG_PTR PageArray);

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
