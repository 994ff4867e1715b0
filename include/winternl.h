/* SPDX-License-Identifier: MIT */
/*
 * winternl.h - the Nt layer: sections, views, handles and events with NTSTATUS results.
 *
 * The Win32 functions stand on these. They never touch the last error. Names are paths: a
 * full one such as \BaseNamedObjects\X, or one relative to OBJECT_ATTRIBUTES.RootDirectory.
 */
#ifndef NTSHM_WINTERNL_H
#define NTSHM_WINTERNL_H

#include "windef.h"
#include "minwinbase.h"

#ifdef __cplusplus
extern "C" {
#endif

#ifndef NTSHM_NTSTATUS_DEFINED
#    define NTSHM_NTSTATUS_DEFINED
typedef LONG NTSTATUS, *PNTSTATUS;
#endif

#ifndef NT_SUCCESS
#    define NT_SUCCESS(status) (((NTSTATUS)(status)) >= 0)
#endif
#ifndef NT_INFORMATION
#    define NT_INFORMATION(status) ((((ULONG)(status)) >> 30) == 1)
#endif
#ifndef NT_WARNING
#    define NT_WARNING(status) ((((ULONG)(status)) >> 30) == 2)
#endif
#ifndef NT_ERROR
#    define NT_ERROR(status) ((((ULONG)(status)) >> 30) == 3)
#endif

/* Length and MaximumLength count bytes, so a name ends at 16,383 characters here. */
typedef struct _UNICODE_STRING {
    USHORT Length;
    USHORT MaximumLength;
    PWSTR Buffer;
} UNICODE_STRING, *PUNICODE_STRING;
typedef const UNICODE_STRING *PCUNICODE_STRING;

typedef struct _OBJECT_ATTRIBUTES {
    ULONG Length;
    HANDLE RootDirectory;
    PUNICODE_STRING ObjectName;
    ULONG Attributes;
    PVOID SecurityDescriptor;
    PVOID SecurityQualityOfService;
} OBJECT_ATTRIBUTES, *POBJECT_ATTRIBUTES;

#define OBJ_INHERIT                       0x00000002
#define OBJ_PERMANENT                     0x00000010
#define OBJ_EXCLUSIVE                     0x00000020
#define OBJ_CASE_INSENSITIVE              0x00000040
#define OBJ_OPENIF                        0x00000080
#define OBJ_OPENLINK                      0x00000100
#define OBJ_KERNEL_HANDLE                 0x00000200
#define OBJ_FORCE_ACCESS_CHECK            0x00000400
#define OBJ_IGNORE_IMPERSONATED_DEVICEMAP 0x00000800
#define OBJ_DONT_REPARSE                  0x00001000
#define OBJ_VALID_ATTRIBUTES              0x00001FF2

#define DUPLICATE_SAME_ATTRIBUTES         0x00000004

#define InitializeObjectAttributes(p, n, a, r, s) \
    do {                                          \
        (p)->Length = sizeof(OBJECT_ATTRIBUTES);  \
        (p)->RootDirectory = (r);                 \
        (p)->Attributes = (a);                    \
        (p)->ObjectName = (n);                    \
        (p)->SecurityDescriptor = (s);            \
        (p)->SecurityQualityOfService = NULL;     \
    } while (0)

typedef enum _SECTION_INHERIT { ViewShare = 1, ViewUnmap = 2 } SECTION_INHERIT, *PSECTION_INHERIT;

typedef enum _SECTION_INFORMATION_CLASS {
    SectionBasicInformation,
    SectionImageInformation
} SECTION_INFORMATION_CLASS;

typedef struct _SECTION_BASIC_INFORMATION {
    PVOID BaseAddress;
    ULONG Attributes;
    LARGE_INTEGER Size;
} SECTION_BASIC_INFORMATION, *PSECTION_BASIC_INFORMATION;

/* What an image's headers say of it; TransferAddress is the entry point at the preferred base. */
typedef struct _SECTION_IMAGE_INFORMATION {
    PVOID TransferAddress;
    ULONG ZeroBits;
    SIZE_T MaximumStackSize;
    SIZE_T CommittedStackSize;
    ULONG SubSystemType;
    __extension__ union {
        __extension__ struct {
            USHORT SubSystemMinorVersion;
            USHORT SubSystemMajorVersion;
        };
        ULONG SubSystemVersion;
    };
    __extension__ union {
        __extension__ struct {
            USHORT MajorOperatingSystemVersion;
            USHORT MinorOperatingSystemVersion;
        };
        ULONG OperatingSystemVersion;
    };
    USHORT ImageCharacteristics;
    USHORT DllCharacteristics;
    USHORT Machine;
    BOOLEAN ImageContainsCode;
    __extension__ union {
        UCHAR ImageFlags;
        __extension__ struct {
            UCHAR ComPlusNativeReady : 1;
            UCHAR ComPlusILOnly : 1;
            UCHAR ImageDynamicallyRelocated : 1;
            UCHAR ImageMappedFlat : 1;
            UCHAR BaseBelow4gb : 1;
            UCHAR ComPlusPrefer32bit : 1;
            UCHAR Reserved : 2;
        };
    };
    ULONG LoaderFlags;
    ULONG ImageFileSize;
    ULONG CheckSum;
} SECTION_IMAGE_INFORMATION, *PSECTION_IMAGE_INFORMATION;

/* How a call on a file ended; Information counts bytes. */
typedef struct _IO_STATUS_BLOCK {
    __extension__ union {
        NTSTATUS Status;
        PVOID Pointer;
    };
    ULONG_PTR Information;
} IO_STATUS_BLOCK, *PIO_STATUS_BLOCK;

/* What NtQueryInformationFile and NtSetInformationFile are about: those that they know. */
typedef enum _FILE_INFORMATION_CLASS {
    FileBasicInformation = 4,
    FileStandardInformation = 5,
    FileInternalInformation = 6,
    FileAccessInformation = 8,
    FileNameInformation = 9,
    FileRenameInformation = 10,
    FileDispositionInformation = 13,
    FilePositionInformation = 14,
    FileAllocationInformation = 19,
    FileEndOfFileInformation = 20,
    FileNetworkOpenInformation = 34,
    FileAttributeTagInformation = 35,
    FileIdInformation = 59,
    FileDispositionInformationEx = 64,
    FileRenameInformationEx = 65
} FILE_INFORMATION_CLASS,
    *PFILE_INFORMATION_CLASS;

/* Times count 100 ns since 1601-01-01 UTC; sizes, offsets and FileNameLength count bytes. */
typedef struct _FILE_BASIC_INFORMATION {
    LARGE_INTEGER CreationTime;
    LARGE_INTEGER LastAccessTime;
    LARGE_INTEGER LastWriteTime;
    LARGE_INTEGER ChangeTime;
    ULONG FileAttributes;
} FILE_BASIC_INFORMATION, *PFILE_BASIC_INFORMATION;

typedef struct _FILE_STANDARD_INFORMATION {
    LARGE_INTEGER AllocationSize;
    LARGE_INTEGER EndOfFile;
    ULONG NumberOfLinks;
    BOOLEAN DeletePending;
    BOOLEAN Directory;
} FILE_STANDARD_INFORMATION, *PFILE_STANDARD_INFORMATION;

typedef struct _FILE_INTERNAL_INFORMATION {
    LARGE_INTEGER IndexNumber;
} FILE_INTERNAL_INFORMATION, *PFILE_INTERNAL_INFORMATION;

typedef struct _FILE_ACCESS_INFORMATION {
    ACCESS_MASK AccessFlags;
} FILE_ACCESS_INFORMATION, *PFILE_ACCESS_INFORMATION;

typedef struct _FILE_NAME_INFORMATION {
    ULONG FileNameLength;
    WCHAR FileName[1];
} FILE_NAME_INFORMATION, *PFILE_NAME_INFORMATION;

typedef struct _FILE_RENAME_INFORMATION {
    BOOLEAN ReplaceIfExists;
    HANDLE RootDirectory;
    ULONG FileNameLength;
    WCHAR FileName[1];
} FILE_RENAME_INFORMATION, *PFILE_RENAME_INFORMATION;

typedef struct _FILE_DISPOSITION_INFORMATION {
    BOOLEAN DoDeleteFile;
} FILE_DISPOSITION_INFORMATION, *PFILE_DISPOSITION_INFORMATION;

typedef struct _FILE_POSITION_INFORMATION {
    LARGE_INTEGER CurrentByteOffset;
} FILE_POSITION_INFORMATION, *PFILE_POSITION_INFORMATION;

typedef struct _FILE_ALLOCATION_INFORMATION {
    LARGE_INTEGER AllocationSize;
} FILE_ALLOCATION_INFORMATION, *PFILE_ALLOCATION_INFORMATION;

typedef struct _FILE_END_OF_FILE_INFORMATION {
    LARGE_INTEGER EndOfFile;
} FILE_END_OF_FILE_INFORMATION, *PFILE_END_OF_FILE_INFORMATION;

typedef struct _FILE_NETWORK_OPEN_INFORMATION {
    LARGE_INTEGER CreationTime;
    LARGE_INTEGER LastAccessTime;
    LARGE_INTEGER LastWriteTime;
    LARGE_INTEGER ChangeTime;
    LARGE_INTEGER AllocationSize;
    LARGE_INTEGER EndOfFile;
    ULONG FileAttributes;
} FILE_NETWORK_OPEN_INFORMATION, *PFILE_NETWORK_OPEN_INFORMATION;

typedef struct _FILE_ATTRIBUTE_TAG_INFORMATION {
    ULONG FileAttributes;
    ULONG ReparseTag;
} FILE_ATTRIBUTE_TAG_INFORMATION, *PFILE_ATTRIBUTE_TAG_INFORMATION;

typedef enum _OBJECT_INFORMATION_CLASS {
    ObjectBasicInformation,
    ObjectNameInformation,
    ObjectTypeInformation,
    ObjectAllInformation,
    ObjectDataInformation
} OBJECT_INFORMATION_CLASS;

typedef struct _OBJECT_BASIC_INFORMATION {
    ULONG Attributes;
    ACCESS_MASK GrantedAccess;
    ULONG HandleCount;
    ULONG PointerCount;
    ULONG PagedPoolUsage;
    ULONG NonPagedPoolUsage;
    ULONG Reserved[3];
    ULONG NameInformationLength;
    ULONG TypeInformationLength;
    ULONG SecurityDescriptorLength;
    LARGE_INTEGER CreateTime;
} OBJECT_BASIC_INFORMATION, *POBJECT_BASIC_INFORMATION;

typedef struct _PUBLIC_OBJECT_BASIC_INFORMATION {
    ULONG Attributes;
    ACCESS_MASK GrantedAccess;
    ULONG HandleCount;
    ULONG PointerCount;
    ULONG Reserved[10];
} PUBLIC_OBJECT_BASIC_INFORMATION, *PPUBLIC_OBJECT_BASIC_INFORMATION;

typedef struct _OBJECT_NAME_INFORMATION {
    UNICODE_STRING Name;
} OBJECT_NAME_INFORMATION, *POBJECT_NAME_INFORMATION;

typedef struct _OBJECT_TYPE_INFORMATION {
    UNICODE_STRING TypeName;
    ULONG TotalNumberOfObjects;
    ULONG TotalNumberOfHandles;
    ULONG TotalPagedPoolUsage;
    ULONG TotalNonPagedPoolUsage;
    ULONG TotalNamePoolUsage;
    ULONG TotalHandleTableUsage;
    ULONG HighWaterNumberOfObjects;
    ULONG HighWaterNumberOfHandles;
    ULONG HighWaterPagedPoolUsage;
    ULONG HighWaterNonPagedPoolUsage;
    ULONG HighWaterNamePoolUsage;
    ULONG HighWaterHandleTableUsage;
    ULONG InvalidAttributes;
    GENERIC_MAPPING GenericMapping;
    ULONG ValidAccessMask;
    BOOLEAN SecurityRequired;
    BOOLEAN MaintainHandleCount;
    ULONG PoolType;
    ULONG DefaultPagedPoolCharge;
    ULONG DefaultNonPagedPoolCharge;
} OBJECT_TYPE_INFORMATION, *POBJECT_TYPE_INFORMATION;

typedef struct _PUBLIC_OBJECT_TYPE_INFORMATION {
    UNICODE_STRING TypeName;
    ULONG Reserved[22];
} PUBLIC_OBJECT_TYPE_INFORMATION, *PPUBLIC_OBJECT_TYPE_INFORMATION;

/* An entry of what NtQueryDirectoryObject tells. */
typedef struct _OBJECT_DIRECTORY_INFORMATION {
    UNICODE_STRING Name;
    UNICODE_STRING TypeName; /* Section, Event, Directory, SymbolicLink, ... */
} OBJECT_DIRECTORY_INFORMATION, *POBJECT_DIRECTORY_INFORMATION;

/* The rights of a directory object. */
#define DIRECTORY_QUERY               0x0001
#define DIRECTORY_TRAVERSE            0x0002
#define DIRECTORY_CREATE_OBJECT       0x0004
#define DIRECTORY_CREATE_SUBDIRECTORY 0x0008
#define DIRECTORY_ALL_ACCESS          (STANDARD_RIGHTS_REQUIRED | 0xF)

typedef struct _OBJECT_DATA_INFORMATION {
    BOOLEAN InheritHandle;
    BOOLEAN ProtectFromClose;
} OBJECT_DATA_INFORMATION, *POBJECT_DATA_INFORMATION;

typedef enum _EVENT_TYPE { NotificationEvent, SynchronizationEvent } EVENT_TYPE, *PEVENT_TYPE;
typedef enum _WAIT_TYPE { WaitAll, WaitAny } WAIT_TYPE, *PWAIT_TYPE;

typedef enum _EVENT_INFORMATION_CLASS {
    EventBasicInformation
} EVENT_INFORMATION_CLASS,
    *PEVENT_INFORMATION_CLASS;

typedef struct _EVENT_BASIC_INFORMATION {
    EVENT_TYPE EventType;
    LONG EventState; /* other than 0: signalled */
} EVENT_BASIC_INFORMATION, *PEVENT_BASIC_INFORMATION;

typedef enum _SEMAPHORE_INFORMATION_CLASS {
    SemaphoreBasicInformation
} SEMAPHORE_INFORMATION_CLASS,
    *PSEMAPHORE_INFORMATION_CLASS;

typedef struct _SEMAPHORE_BASIC_INFORMATION {
    ULONG CurrentCount;
    ULONG MaximumCount;
} SEMAPHORE_BASIC_INFORMATION, *PSEMAPHORE_BASIC_INFORMATION;

typedef enum _TIMER_TYPE { NotificationTimer, SynchronizationTimer } TIMER_TYPE;
typedef enum _TIMER_INFORMATION_CLASS { TimerBasicInformation } TIMER_INFORMATION_CLASS;
typedef enum _MUTANT_INFORMATION_CLASS { MutantBasicInformation } MUTANT_INFORMATION_CLASS;

/* CurrentCount: 1 free, 0 owned, below that owned several times. */
typedef struct _MUTANT_BASIC_INFORMATION {
    LONG CurrentCount;
    BOOLEAN OwnedByCaller;
    BOOLEAN AbandonedState;
} MUTANT_BASIC_INFORMATION, *PMUTANT_BASIC_INFORMATION;

/* RemainingTime: until it is due, in units of 100 ns; below 0: since it was. */
typedef struct _TIMER_BASIC_INFORMATION {
    LARGE_INTEGER RemainingTime;
    BOOLEAN TimerState;
} TIMER_BASIC_INFORMATION, *PTIMER_BASIC_INFORMATION;

typedef VOID(NTAPI *PTIMER_APC_ROUTINE)(PVOID TimerContext, ULONG TimerLowValue,
                                        LONG TimerHighValue);

#define NtCurrentProcess() ((HANDLE)(LONG_PTR)-1)

/*
 * NtCreateSection, NtCreateSectionEx, NtOpenSection - create or open a section.
 * @SectionHandle: receives the handle; NULL on failure (1.4)
 * @DesiredAccess: SECTION_, standard and generic rights
 * @ObjectAttributes: name, OBJ_INHERIT, OBJ_OPENIF, OBJ_CASE_INSENSITIVE; NULL for unnamed
 * @MaximumSize: size in bytes; NULL or 0 for a file's length
 * @SectionPageProtection, @AllocationAttributes: one PAGE_ constant; SEC_ flags
 * @FileHandle: a file, or NULL for page-file backed
 * @ExtendedParameters, @ExtendedParameterCount: an array; a NUMA node is all that a section takes
 * Return: STATUS_SUCCESS; STATUS_OBJECT_NAME_EXISTS (OBJ_OPENIF, a success);
 * STATUS_OBJECT_NAME_COLLISION, STATUS_OBJECT_NAME_NOT_FOUND, STATUS_OBJECT_NAME_INVALID,
 * STATUS_OBJECT_PATH_NOT_FOUND, STATUS_OBJECT_PATH_SYNTAX_BAD, STATUS_OBJECT_TYPE_MISMATCH,
 * STATUS_INVALID_PAGE_PROTECTION, STATUS_INVALID_PARAMETER and _4, STATUS_INVALID_PARAMETER_6,
 * STATUS_ACCESS_DENIED, STATUS_COMMITMENT_LIMIT, STATUS_NO_MEMORY, STATUS_PRIVILEGE_NOT_HELD;
 * over a file STATUS_INVALID_HANDLE, STATUS_INVALID_FILE_FOR_SECTION,
 * STATUS_MAPPED_FILE_SIZE_ZERO, STATUS_SECTION_TOO_BIG, STATUS_DISK_FULL,
 * STATUS_FILE_LOCK_CONFLICT, STATUS_INVALID_IMAGE_FORMAT and its kin.
 */
NTSTATUS NTAPI NtCreateSection(PHANDLE SectionHandle, ACCESS_MASK DesiredAccess,
                               POBJECT_ATTRIBUTES ObjectAttributes, PLARGE_INTEGER MaximumSize,
                               ULONG SectionPageProtection, ULONG AllocationAttributes,
                               HANDLE FileHandle) NTSHM_WIDE(NtCreateSection);
NTSTATUS NTAPI NtCreateSectionEx(PHANDLE SectionHandle, ACCESS_MASK DesiredAccess,
                                 POBJECT_ATTRIBUTES ObjectAttributes, PLARGE_INTEGER MaximumSize,
                                 ULONG SectionPageProtection, ULONG AllocationAttributes,
                                 HANDLE FileHandle, PMEM_EXTENDED_PARAMETER ExtendedParameters,
                                 ULONG ExtendedParameterCount) NTSHM_WIDE(NtCreateSectionEx);
NTSTATUS NTAPI NtOpenSection(PHANDLE SectionHandle, ACCESS_MASK DesiredAccess,
                             POBJECT_ATTRIBUTES ObjectAttributes) NTSHM_WIDE(NtOpenSection);

/*
 * NtExtendSection - make a section of a writable file larger, and the file with it. Every view
 * of it may then reach further; a section never gets smaller.
 * @SectionHandle: carries SECTION_EXTEND_SIZE
 * @NewSectionSize: the size wanted in bytes; receives the size that the section has now
 * Return: STATUS_SUCCESS; STATUS_INVALID_HANDLE, STATUS_OBJECT_TYPE_MISMATCH,
 * STATUS_ACCESS_DENIED, STATUS_SECTION_NOT_EXTENDED (no file, an image, or not writable),
 * STATUS_DISK_FULL, STATUS_INVALID_PARAMETER_2, STATUS_ACCESS_VIOLATION.
 */
NTSTATUS NTAPI NtExtendSection(HANDLE SectionHandle, PLARGE_INTEGER NewSectionSize);

/*
 * NtQuerySection - read a section's basic information; the handle needs SECTION_QUERY.
 * @SectionInformationLength: the buffer's size in bytes; larger than needed is accepted (1.56)
 * @ReturnLength: receives the bytes written, or NULL
 * Return: STATUS_SUCCESS, STATUS_INFO_LENGTH_MISMATCH, STATUS_INVALID_HANDLE,
 * STATUS_OBJECT_TYPE_MISMATCH, STATUS_ACCESS_DENIED, STATUS_SECTION_NOT_IMAGE,
 * STATUS_INVALID_INFO_CLASS, STATUS_ACCESS_VIOLATION.
 */
NTSTATUS NTAPI NtQuerySection(HANDLE SectionHandle,
                              SECTION_INFORMATION_CLASS SectionInformationClass,
                              PVOID SectionInformation, SIZE_T SectionInformationLength,
                              PSIZE_T ReturnLength);

/*
 * NtMapViewOfSection, NtMapViewOfSectionEx - map a view.
 * @ProcessHandle: NtCurrentProcess(), or one with PROCESS_VM_OPERATION (VirtualAllocEx says which;
 *   STATUS_NOT_SUPPORTED, STATUS_IO_TIMEOUT, STATUS_PROCESS_IS_TERMINATING); NULL is
 *   STATUS_INVALID_HANDLE (3.31)
 * @BaseAddress: in: the wanted address, a multiple of 64 KiB, or NULL; out: the address
 * @ZeroBits: how many high bits of the address must be 0, or 0
 * @CommitSize: not looked at for committed sections
 * @SectionOffset: in bytes, a multiple of 64 KiB; NULL for 0
 * @ViewSize: in: bytes, 0 for the rest; out: the size, rounded up to a page
 * @InheritDisposition: ViewShare or ViewUnmap
 * @AllocationType: 0, MEM_RESERVE, MEM_TOP_DOWN (the highest address that will do),
 *   MEM_LARGE_PAGES; in NtMapViewOfSectionEx also MEM_REPLACE_PLACEHOLDER, with which base and
 *   offset are multiples of a page and base and size those of a placeholder; others
 *   STATUS_INVALID_PARAMETER_9
 * @Win32Protect, @PageProtection: a PAGE_ constant
 * @ExtendedParameters, @ExtendedParameterCount: as in MapViewOfFile3
 * Return: STATUS_SUCCESS; STATUS_IMAGE_NOT_AT_BASE, also a success (14.2);
 * STATUS_INVALID_HANDLE, STATUS_OBJECT_TYPE_MISMATCH, STATUS_ACCESS_DENIED,
 * STATUS_SECTION_PROTECTION, STATUS_MAPPED_ALIGNMENT, STATUS_CONFLICTING_ADDRESSES,
 * STATUS_INVALID_VIEW_SIZE, STATUS_INVALID_PAGE_PROTECTION, STATUS_INVALID_PARAMETER and its
 * numbered kin, STATUS_INVALID_IMAGE_FORMAT, STATUS_COMMITMENT_LIMIT, STATUS_NO_MEMORY,
 * STATUS_NOT_SUPPORTED.
 */
NTSTATUS NTAPI NtMapViewOfSection(HANDLE SectionHandle, HANDLE ProcessHandle, PVOID *BaseAddress,
                                  ULONG_PTR ZeroBits, SIZE_T CommitSize,
                                  PLARGE_INTEGER SectionOffset, PSIZE_T ViewSize,
                                  SECTION_INHERIT InheritDisposition, ULONG AllocationType,
                                  ULONG Win32Protect);
NTSTATUS NTAPI NtMapViewOfSectionEx(HANDLE SectionHandle, HANDLE ProcessHandle, PVOID *BaseAddress,
                                    PLARGE_INTEGER SectionOffset, PSIZE_T ViewSize,
                                    ULONG AllocationType, ULONG PageProtection,
                                    PMEM_EXTENDED_PARAMETER ExtendedParameters,
                                    ULONG ExtendedParameterCount);

/*
 * NtUnmapViewOfSection, NtUnmapViewOfSectionEx - unmap the view that holds @BaseAddress.
 * @Flags: MEM_UNMAP_WITH_TRANSIENT_BOOST, MEM_PRESERVE_PLACEHOLDER: the place becomes the
 *   placeholder again that the view replaced (5.30)
 * Return: STATUS_SUCCESS, STATUS_NOT_MAPPED_VIEW, STATUS_INVALID_HANDLE,
 * STATUS_OBJECT_TYPE_MISMATCH, STATUS_INVALID_PARAMETER, STATUS_CONFLICTING_ADDRESSES (4.12: the
 * view replaced no placeholder), STATUS_INVALID_PAGE_PROTECTION (pinned, or SEC_NO_CHANGE: 1.50).
 */
NTSTATUS NTAPI NtUnmapViewOfSection(HANDLE ProcessHandle, PVOID BaseAddress);
NTSTATUS NTAPI NtUnmapViewOfSectionEx(HANDLE ProcessHandle, PVOID BaseAddress, ULONG Flags);

typedef enum _MEMORY_INFORMATION_CLASS {
    MemoryBasicInformation,
    MemoryWorkingSetInformation,
    MemoryMappedFilenameInformation,
    MemoryRegionInformation,
    MemoryWorkingSetExInformation,
    MemorySharedCommitInformation,
    MemoryImageInformation,
    MemoryRegionInformationEx,
    MemoryPrivilegedBasicInformation
} MEMORY_INFORMATION_CLASS;

typedef union _MEMORY_WORKING_SET_BLOCK {
    ULONG_PTR Flags;
    __extension__ struct {
        __extension__ ULONG_PTR Protection : 5;
        __extension__ ULONG_PTR ShareCount : 3;
        __extension__ ULONG_PTR Shared : 1;
        __extension__ ULONG_PTR Node : 3;
        __extension__ ULONG_PTR VirtualPage : 52;
    };
} MEMORY_WORKING_SET_BLOCK, *PMEMORY_WORKING_SET_BLOCK;

typedef struct _MEMORY_WORKING_SET_INFORMATION {
    ULONG_PTR NumberOfEntries;
    MEMORY_WORKING_SET_BLOCK WorkingSetInfo[1];
} MEMORY_WORKING_SET_INFORMATION, *PMEMORY_WORKING_SET_INFORMATION;

/* Of a page that is not Valid only Shared and Bad mean something. */
typedef union _MEMORY_WORKING_SET_EX_BLOCK {
    ULONG_PTR Flags;
    __extension__ struct {
        __extension__ ULONG_PTR Valid : 1;
        __extension__ ULONG_PTR ShareCount : 3;
        __extension__ ULONG_PTR Win32Protection : 11;
        __extension__ ULONG_PTR Shared : 1;
        __extension__ ULONG_PTR Node : 6;
        __extension__ ULONG_PTR Locked : 1;
        __extension__ ULONG_PTR LargePage : 1;
        __extension__ ULONG_PTR Reserved : 7;
        __extension__ ULONG_PTR Bad : 1;
        __extension__ ULONG_PTR ReservedUlong : 32;
    };
} MEMORY_WORKING_SET_EX_BLOCK, *PMEMORY_WORKING_SET_EX_BLOCK;

typedef struct _MEMORY_WORKING_SET_EX_INFORMATION {
    PVOID VirtualAddress;
    MEMORY_WORKING_SET_EX_BLOCK VirtualAttributes;
} MEMORY_WORKING_SET_EX_INFORMATION, *PMEMORY_WORKING_SET_EX_INFORMATION;

typedef struct _MEMORY_SECTION_NAME {
    UNICODE_STRING SectionFileName;
} MEMORY_SECTION_NAME, *PMEMORY_SECTION_NAME;

typedef struct _MEMORY_REGION_INFORMATION {
    PVOID AllocationBase;
    ULONG AllocationProtect;
    __extension__ union {
        ULONG RegionType;
        __extension__ struct {
            ULONG Private : 1;
            ULONG MappedDataFile : 1;
            ULONG MappedImage : 1;
            ULONG MappedPageFile : 1;
            ULONG MappedPhysical : 1;
            ULONG DirectMapped : 1;
            ULONG SoftwareEnclave : 1;
            ULONG PageSize64K : 1;
            ULONG PlaceholderReservation : 1;
            ULONG MappedAwe : 1;
            ULONG MappedWriteWatch : 1;
            ULONG PageSizeLarge : 1;
            ULONG PageSizeHuge : 1;
            ULONG Reserved : 19;
        };
    };
    SIZE_T RegionSize;
    SIZE_T CommitSize;
    ULONG_PTR PartitionId;
    ULONG_PTR NodePreference;
} MEMORY_REGION_INFORMATION, *PMEMORY_REGION_INFORMATION;

typedef struct _MEMORY_IMAGE_INFORMATION {
    PVOID ImageBase;
    SIZE_T SizeOfImage;
    __extension__ union {
        ULONG ImageFlags;
        __extension__ struct {
            ULONG ImagePartialMap : 1;
            ULONG ImageNotExecutable : 1;
            ULONG ImageSigningLevel : 4;
            ULONG Reserved : 26;
        };
    };
} MEMORY_IMAGE_INFORMATION, *PMEMORY_IMAGE_INFORMATION;

/*
 * NtAllocateVirtualMemory, NtAllocateVirtualMemoryEx, NtFreeVirtualMemory,
 * NtProtectVirtualMemory, NtQueryVirtualMemory, NtFlushVirtualMemory - what VirtualAlloc,
 * VirtualFree, VirtualProtect, VirtualQuery and FlushViewOfFile stand on.
 * @ProcessHandle: NtCurrentProcess(), or one with PROCESS_VM_OPERATION (VirtualAllocEx says which;
 *   STATUS_NOT_SUPPORTED, STATUS_IO_TIMEOUT, STATUS_PROCESS_IS_TERMINATING); NULL is
 *   STATUS_INVALID_HANDLE (3.31)
 * @BaseAddress, @RegionSize, @NumberOfBytes: in: the range in bytes; out: in whole pages, left
 *   alone on failure (7.33)
 * @ZeroBits: how many high bits of a chosen address must be 0, or 0
 * @AllocationType, @Protect, @PageProtection: as in VirtualAlloc; NtAllocateVirtualMemoryEx knows
 *   placeholders, as VirtualAlloc2 does
 * @ExtendedParameters, @ExtendedParameterCount: as in VirtualAlloc2; looked at first (17.4)
 * @FreeType: MEM_DECOMMIT or MEM_RELEASE; with a size, MEM_RELEASE gives back a part, and what
 *   is left of the allocation is one or two of their own (7.26, 5.44). With MEM_RELEASE, and a
 *   size, MEM_PRESERVE_PLACEHOLDER or MEM_COALESCE_PLACEHOLDERS: see VirtualFree.
 * @OldProtect: receives the protection of the first page; NULL is STATUS_ACCESS_VIOLATION (9.27)
 * @MemoryInformationClass: for this library's memory and everybody else's in the process:
 *   MemoryBasicInformation: MEMORY_BASIC_INFORMATION, as VirtualQuery
 *   MemoryWorkingSetInformation: MEMORY_WORKING_SET_INFORMATION, see QueryWorkingSet
 *   MemoryMappedFilenameInformation: MEMORY_SECTION_NAME and the text behind it: the path of the
 *     mapped file in this system (8.30, 8.31). STATUS_INVALID_ADDRESS for free and private memory,
 *     STATUS_FILE_INVALID for a view without a file, STATUS_BUFFER_OVERFLOW without room for it
 *   MemoryRegionInformation, MemoryRegionInformationEx: MEMORY_REGION_INFORMATION of the whole
 *     allocation, at least up to CommitSize (8.32); only the second sets the flags.
 *     STATUS_INVALID_ADDRESS for free memory
 *   MemoryWorkingSetExInformation: an array of MEMORY_WORKING_SET_EX_INFORMATION, see
 *     QueryWorkingSetEx
 *   MemoryImageInformation: MEMORY_IMAGE_INFORMATION, all zero where no image is mapped
 *   Others are STATUS_INVALID_INFO_CLASS.
 * @IoStatusBlock: receives the status
 * Return: STATUS_SUCCESS; STATUS_INVALID_HANDLE, STATUS_ACCESS_VIOLATION,
 * STATUS_INVALID_PARAMETER and its numbered kin, STATUS_INVALID_PAGE_PROTECTION,
 * STATUS_CONFLICTING_ADDRESSES, STATUS_NOT_COMMITTED, STATUS_ALREADY_COMMITTED,
 * STATUS_MEMORY_NOT_ALLOCATED, STATUS_UNABLE_TO_FREE_VM, STATUS_UNABLE_TO_DELETE_SECTION,
 * STATUS_FREE_VM_NOT_AT_BASE, STATUS_INFO_LENGTH_MISMATCH, STATUS_NOT_MAPPED_VIEW,
 * STATUS_NOT_MAPPED_DATA (no file is behind the view), STATUS_COMMITMENT_LIMIT,
 * STATUS_NO_MEMORY, STATUS_NOT_SUPPORTED.
 */
NTSTATUS NTAPI NtAllocateVirtualMemory(HANDLE ProcessHandle, PVOID *BaseAddress, ULONG_PTR ZeroBits,
                                       PSIZE_T RegionSize, ULONG AllocationType, ULONG Protect);
NTSTATUS NTAPI NtAllocateVirtualMemoryEx(HANDLE ProcessHandle, PVOID *BaseAddress,
                                         PSIZE_T RegionSize, ULONG AllocationType,
                                         ULONG PageProtection,
                                         PMEM_EXTENDED_PARAMETER ExtendedParameters,
                                         ULONG ExtendedParameterCount);
NTSTATUS NTAPI NtFreeVirtualMemory(HANDLE ProcessHandle, PVOID *BaseAddress, PSIZE_T RegionSize,
                                   ULONG FreeType);
NTSTATUS NTAPI NtProtectVirtualMemory(HANDLE ProcessHandle, PVOID *BaseAddress, PSIZE_T RegionSize,
                                      ULONG NewProtect, PULONG OldProtect);
NTSTATUS NTAPI NtQueryVirtualMemory(HANDLE ProcessHandle, PVOID BaseAddress,
                                    MEMORY_INFORMATION_CLASS MemoryInformationClass,
                                    PVOID MemoryInformation, SIZE_T MemoryInformationLength,
                                    PSIZE_T ReturnLength) NTSHM_WIDE(NtQueryVirtualMemory);
NTSTATUS NTAPI NtFlushVirtualMemory(HANDLE ProcessHandle, PVOID *BaseAddress, PSIZE_T RegionSize,
                                    PIO_STATUS_BLOCK IoStatus);

/*
 * NtLockVirtualMemory, NtUnlockVirtualMemory - what VirtualLock and VirtualUnlock stand on.
 * @ProcessHandle, @BaseAddress, @RegionSize: as above
 * @MapType: MAP_PROCESS, MAP_SYSTEM or both; the second needs SeLockMemoryPrivilege, enabled, and
 *   does no more than the first
 * Return: STATUS_SUCCESS; STATUS_WAS_LOCKED, a success: all of the range was locked already;
 * STATUS_INVALID_PARAMETER and its kin, STATUS_ACCESS_VIOLATION, STATUS_GUARD_PAGE_VIOLATION,
 * STATUS_WORKING_SET_QUOTA, STATUS_NOT_LOCKED, STATUS_PRIVILEGE_NOT_HELD, STATUS_NO_MEMORY.
 *
 * NtFlushInstructionCache - see FlushInstructionCache.
 */
#define MAP_PROCESS 1u
#define MAP_SYSTEM  2u
NTSTATUS NTAPI NtLockVirtualMemory(HANDLE ProcessHandle, PVOID *BaseAddress, PSIZE_T RegionSize,
                                   ULONG MapType);
NTSTATUS NTAPI NtUnlockVirtualMemory(HANDLE ProcessHandle, PVOID *BaseAddress, PSIZE_T RegionSize,
                                     ULONG MapType);
NTSTATUS NTAPI NtFlushInstructionCache(HANDLE ProcessHandle, PVOID BaseAddress, SIZE_T Length);

/*
 * NtReadVirtualMemory, NtWriteVirtualMemory - what ReadProcessMemory and WriteProcessMemory stand
 * on, but that code is not made writable.
 * @NumberOfBytesRead, @NumberOfBytesWritten: how many were copied, also on failure; may be NULL
 * Return: STATUS_SUCCESS; STATUS_PARTIAL_COPY, STATUS_ACCESS_VIOLATION, STATUS_INVALID_HANDLE,
 * STATUS_ACCESS_DENIED, STATUS_NOT_SUPPORTED, STATUS_IO_TIMEOUT, STATUS_PROCESS_IS_TERMINATING.
 */
NTSTATUS NTAPI NtReadVirtualMemory(HANDLE ProcessHandle, PVOID BaseAddress, PVOID Buffer,
                                   SIZE_T NumberOfBytesToRead, PSIZE_T NumberOfBytesRead);
NTSTATUS NTAPI NtWriteVirtualMemory(HANDLE ProcessHandle, PVOID BaseAddress, PVOID Buffer,
                                    SIZE_T NumberOfBytesToWrite, PSIZE_T NumberOfBytesWritten);

/*
 * NtClose - close a handle: STATUS_SUCCESS, STATUS_INVALID_HANDLE, STATUS_HANDLE_NOT_CLOSABLE.
 * NtDuplicateObject - as DuplicateHandle; @HandleAttributes OBJ_INHERIT; @Options DUPLICATE_:
 * STATUS_SUCCESS, STATUS_INVALID_HANDLE, STATUS_ACCESS_DENIED, STATUS_NO_MEMORY,
 * STATUS_NOT_SUPPORTED.
 */
NTSTATUS NTAPI NtClose(HANDLE Handle);
NTSTATUS NTAPI NtDuplicateObject(HANDLE SourceProcessHandle, HANDLE SourceHandle,
                                 HANDLE TargetProcessHandle, PHANDLE TargetHandle,
                                 ACCESS_MASK DesiredAccess, ULONG HandleAttributes, ULONG Options);

/*
 * NtQueryObject - what a handle is of, and what it may do.
 * @ObjectInformationClass:
 *   ObjectBasicInformation: OBJECT_BASIC_INFORMATION, whose size must be given exactly
 *   ObjectNameInformation: OBJECT_NAME_INFORMATION and the text behind it; an object without a
 *     name has an empty one; a file's name is its path in this system
 *   ObjectTypeInformation: OBJECT_TYPE_INFORMATION and the text behind it: "Section", "Event",
 *     "File"
 *   ObjectDataInformation: OBJECT_DATA_INFORMATION
 * @Length: the buffer's size in bytes
 * @ReturnLength: receives the bytes written or needed, or NULL
 * Counts are those of this process. Return: STATUS_SUCCESS; STATUS_INVALID_HANDLE;
 * STATUS_INFO_LENGTH_MISMATCH; STATUS_BUFFER_OVERFLOW (a file: there is room for the structure,
 * not for the name); STATUS_INVALID_BUFFER_SIZE; STATUS_INVALID_INFO_CLASS;
 * STATUS_ACCESS_VIOLATION; STATUS_NO_MEMORY.
 */
NTSTATUS NTAPI NtQueryObject(HANDLE Handle, OBJECT_INFORMATION_CLASS ObjectInformationClass,
                             PVOID ObjectInformation, ULONG ObjectInformationLength,
                             PULONG ReturnLength) NTSHM_WIDE(NtQueryObject);

/*
 * NtCreateDirectoryObject, NtOpenDirectoryObject - a directory of names.
 * @DesiredAccess: DIRECTORY_, standard and generic rights
 * @ObjectAttributes: for a create NULL, or no name, makes a directory without a name: names in it
 *   begin with its handle as RootDirectory
 * \BaseNamedObjects (the machine's, Global\), \Sessions\N\BaseNamedObjects (Local\), and Global,
 * Local and Session in each of them are always there. A directory is there as long as somebody has
 * a handle to it; what was made in it lives on without a way to its name. Passing through one takes
 * no right; making something in it takes DIRECTORY_CREATE_OBJECT or DIRECTORY_CREATE_SUBDIRECTORY
 * by its descriptor.
 * Return: as NtCreateSection and NtOpenSection.
 */
NTSTATUS NTAPI NtCreateDirectoryObject(PHANDLE DirectoryHandle, ACCESS_MASK DesiredAccess,
                                       POBJECT_ATTRIBUTES ObjectAttributes)
    NTSHM_WIDE(NtCreateDirectoryObject);
NTSTATUS NTAPI NtOpenDirectoryObject(PHANDLE DirectoryHandle, ACCESS_MASK DesiredAccess,
                                     POBJECT_ATTRIBUTES ObjectAttributes)
    NTSHM_WIDE(NtOpenDirectoryObject);

/*
 * NtQueryDirectoryObject - what a directory holds.
 * @DirectoryHandle: with DIRECTORY_QUERY
 * @Buffer, @Length: bytes; receives OBJECT_DIRECTORY_INFORMATION entries, one that is all zero
 *   behind the last, and the text
 * @ReturnSingleEntry: only one; @RestartScan: from the beginning, else from @Context on
 * @Context: number of the next entry; written on success
 * @ReturnLength: receives the bytes written or needed, or NULL
 * Return: STATUS_SUCCESS; STATUS_MORE_ENTRIES (there are others that did not fit);
 * STATUS_NO_MORE_ENTRIES; STATUS_BUFFER_TOO_SMALL (not one fits); STATUS_INVALID_HANDLE,
 * STATUS_OBJECT_TYPE_MISMATCH, STATUS_ACCESS_DENIED, STATUS_ACCESS_VIOLATION, STATUS_NO_MEMORY.
 */
NTSTATUS NTAPI NtQueryDirectoryObject(HANDLE DirectoryHandle, PVOID Buffer, ULONG Length,
                                      BOOLEAN ReturnSingleEntry, BOOLEAN RestartScan,
                                      PULONG Context, PULONG ReturnLength)
    NTSHM_WIDE(NtQueryDirectoryObject);

/*
 * NtQueryInformationFile, NtSetInformationFile - what there is to know, and to change, about an
 * open file. Disposition, rename and end of file obey 14.20, 16.1 to 16.13.
 * @hFile: a file's; it must carry FILE_READ_ATTRIBUTES for basic and attribute information, to
 *   set: FILE_WRITE_ATTRIBUTES (basic), FILE_WRITE_DATA (end of file, allocation), DELETE
 *   (disposition, rename)
 * @io: receives the status and the bytes given
 * @ptr, @len: the class's structure, and the buffer's size in bytes
 * @FileInformationClass: others are STATUS_INVALID_INFO_CLASS
 * Return: STATUS_SUCCESS; STATUS_INFO_LENGTH_MISMATCH; STATUS_BUFFER_OVERFLOW (a name that does
 * not fit: its beginning is given); STATUS_INVALID_HANDLE, STATUS_OBJECT_TYPE_MISMATCH,
 * STATUS_ACCESS_DENIED, STATUS_INVALID_PARAMETER; STATUS_CANNOT_DELETE,
 * STATUS_DIRECTORY_NOT_EMPTY, STATUS_USER_MAPPED_FILE, STATUS_DISK_FULL,
 * STATUS_OBJECT_NAME_COLLISION, STATUS_NOT_SAME_DEVICE, STATUS_ACCESS_VIOLATION.
 */
NTSTATUS NTAPI NtQueryInformationFile(HANDLE hFile, PIO_STATUS_BLOCK io, PVOID ptr, ULONG len,
                                      FILE_INFORMATION_CLASS FileInformationClass)
    NTSHM_WIDE(NtQueryInformationFile);
NTSTATUS NTAPI NtSetInformationFile(HANDLE hFile, PIO_STATUS_BLOCK io, PVOID ptr, ULONG len,
                                    FILE_INFORMATION_CLASS FileInformationClass)
    NTSHM_WIDE(NtSetInformationFile);

/*
 * NtOpenProcessToken, NtOpenProcessTokenEx - OpenProcessToken (processthreadsapi.h).
 * @HandleAttributes: OBJ_INHERIT, OBJ_PROTECT_CLOSE
 * Return: STATUS_SUCCESS; STATUS_INVALID_HANDLE, STATUS_ACCESS_DENIED, STATUS_ACCESS_VIOLATION.
 *
 * NtOpenThreadToken, NtOpenThreadTokenEx - OpenThreadToken (processthreadsapi.h). STATUS_NO_TOKEN,
 * STATUS_CANT_OPEN_ANONYMOUS.
 *
 * NtAdjustPrivilegesToken - AdjustTokenPrivileges (securitybaseapi.h). STATUS_NOT_ALL_ASSIGNED is
 * a success; STATUS_BUFFER_TOO_SMALL.
 *
 * NtQueryInformationToken - GetTokenInformation. STATUS_INVALID_INFO_CLASS,
 * STATUS_BUFFER_TOO_SMALL.
 *
 * NtSetInformationToken - SetTokenInformation. STATUS_INFO_LENGTH_MISMATCH.
 *
 * NtDuplicateToken - DuplicateTokenEx.
 * @ObjectAttributes: OBJ_INHERIT, a security descriptor, and in SecurityQualityOfService a
 *                    SECURITY_QUALITY_OF_SERVICE with the level; without it the token's own one,
 *                    and SecurityAnonymous of a primary one; may be NULL
 * @EffectiveOnly:    the copy has no privilege but those that are enabled
 *
 * NtPrivilegeCheck - PrivilegeCheck.
 *
 * RtlAdjustPrivilege - enable or disable one privilege.
 * @Privilege:     the low word of its LUID
 * @CurrentThread: of the thread's token: STATUS_NO_TOKEN when it has none
 * @Enabled:       what it was before
 * Return: STATUS_SUCCESS; STATUS_PRIVILEGE_NOT_HELD; STATUS_ACCESS_VIOLATION.
 */
NTSTATUS NTAPI NtOpenProcessToken(HANDLE ProcessHandle, ACCESS_MASK DesiredAccess,
                                  PHANDLE TokenHandle);
NTSTATUS NTAPI NtOpenProcessTokenEx(HANDLE ProcessHandle, ACCESS_MASK DesiredAccess,
                                    ULONG HandleAttributes, PHANDLE TokenHandle);
NTSTATUS NTAPI NtOpenThreadToken(HANDLE ThreadHandle, ACCESS_MASK DesiredAccess, BOOLEAN OpenAsSelf,
                                 PHANDLE TokenHandle);
NTSTATUS NTAPI NtOpenThreadTokenEx(HANDLE ThreadHandle, ACCESS_MASK DesiredAccess,
                                   BOOLEAN OpenAsSelf, ULONG HandleAttributes, PHANDLE TokenHandle);
NTSTATUS NTAPI NtAdjustPrivilegesToken(HANDLE TokenHandle, BOOLEAN DisableAllPrivileges,
                                       PTOKEN_PRIVILEGES NewState, ULONG BufferLength,
                                       PTOKEN_PRIVILEGES PreviousState, PULONG ReturnLength);
NTSTATUS NTAPI NtQueryInformationToken(HANDLE TokenHandle,
                                       TOKEN_INFORMATION_CLASS TokenInformationClass,
                                       PVOID TokenInformation, ULONG TokenInformationLength,
                                       PULONG ReturnLength);
NTSTATUS NTAPI NtSetInformationToken(HANDLE TokenHandle,
                                     TOKEN_INFORMATION_CLASS TokenInformationClass,
                                     PVOID TokenInformation, ULONG TokenInformationLength);
NTSTATUS NTAPI NtDuplicateToken(HANDLE ExistingTokenHandle, ACCESS_MASK DesiredAccess,
                                POBJECT_ATTRIBUTES ObjectAttributes, BOOLEAN EffectiveOnly,
                                TOKEN_TYPE Type, PHANDLE NewTokenHandle)
    NTSHM_WIDE(NtDuplicateToken);
NTSTATUS NTAPI NtPrivilegeCheck(HANDLE ClientToken, PPRIVILEGE_SET RequiredPrivileges,
                                PBOOLEAN Result);
NTSTATUS NTAPI RtlAdjustPrivilege(ULONG Privilege, BOOLEAN Enable, BOOLEAN CurrentThread,
                                  PBOOLEAN Enabled);

/* RtlNtStatusToDosError - the Win32 error of a status; ERROR_MR_MID_NOT_FOUND for one that
 * has none. */
ULONG NTAPI RtlNtStatusToDosError(NTSTATUS Status);

/*
 * RtlGetVersion - 10.0.20348.
 * @lpVersionInformation: an RTL_OSVERSIONINFOW or, as its dwOSVersionInfoSize says, ...EXW
 * Return: STATUS_SUCCESS.
 */
NTSTATUS NTAPI RtlGetVersion(PRTL_OSVERSIONINFOW lpVersionInformation) NTSHM_WIDE(RtlGetVersion);

/* RtlInitUnicodeString - let @DestinationString count the characters of @SourceString, which
 * it borrows; NULL gives an empty string. Longer text is cut to what USHORT can count. */
VOID NTAPI RtlInitUnicodeString(PUNICODE_STRING DestinationString, PCWSTR SourceString)
    NTSHM_WIDE(RtlInitUnicodeString);

#ifdef __cplusplus
}
#endif

#include "ntshm/winternl-security.h"
#include "ntshm/winternl-sync.h"

#endif
