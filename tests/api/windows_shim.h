/* SPDX-License-Identifier: MIT */
/*
 * What the API tests need and the headers of mingw lack: a few newer constants, and the Nt layer
 * of sections and events (Windows builds only).
 */
#ifndef NT_TESTS_API_WINDOWS_SHIM_H
#define NT_TESTS_API_WINDOWS_SHIM_H

#define WIN32_NO_STATUS
#include <windows.h>
#undef WIN32_NO_STATUS
#include <ntstatus.h>
#include <winternl.h>

#ifndef MEM_REPLACE_PLACEHOLDER
#    define MEM_REPLACE_PLACEHOLDER 0x00004000
#endif
#ifndef MEM_RESERVE_PLACEHOLDER
#    define MEM_RESERVE_PLACEHOLDER 0x00040000
#endif
#ifndef MEM_COALESCE_PLACEHOLDERS
#    define MEM_COALESCE_PLACEHOLDERS 0x00000001
#endif
#ifndef MEM_PRESERVE_PLACEHOLDER
#    define MEM_PRESERVE_PLACEHOLDER 0x00000002
#endif
#ifndef MEMORY_CURRENT_PARTITION_HANDLE
#    define MEMORY_CURRENT_PARTITION_HANDLE ((HANDLE)(LONG_PTR)-1)
#    define MEMORY_SYSTEM_PARTITION_HANDLE  ((HANDLE)(LONG_PTR)-2)
#endif
#ifndef MEM_EXTENDED_PARAMETER_SOFT_FAULT_PAGES
#    define MEM_EXTENDED_PARAMETER_SOFT_FAULT_PAGES    0x00000020
#    define MEM_EXTENDED_PARAMETER_EC_CODE             0x00000040
#    define MEM_EXTENDED_PARAMETER_NUMA_NODE_MANDATORY ((DWORD64)1 << 63)
#endif
#ifndef FILE_MAP_LARGE_PAGES
#    define FILE_MAP_LARGE_PAGES 0x20000000
#endif
#ifndef NUMA_NO_PREFERRED_NODE
#    define NUMA_NO_PREFERRED_NODE ((DWORD)-1)
#endif
#ifndef ERROR_INVALID_LOCK_RANGE
#    define ERROR_INVALID_LOCK_RANGE 307
#endif
#ifndef ERROR_NOT_SAME_OBJECT
#    define ERROR_NOT_SAME_OBJECT 1656
#endif
#define FileDispositionInfoEx ((FILE_INFO_BY_HANDLE_CLASS)21)
#ifndef FILE_DISPOSITION_FLAG_DELETE
#    define FILE_DISPOSITION_FLAG_DELETE          0x00000001
#    define FILE_DISPOSITION_FLAG_POSIX_SEMANTICS 0x00000002
typedef struct {
    DWORD Flags;
} FILE_DISPOSITION_INFO_EX;
#endif
#ifndef FILE_DISPOSITION_FLAG_IGNORE_READONLY_ATTRIBUTE
#    define FILE_DISPOSITION_FLAG_IGNORE_READONLY_ATTRIBUTE 0x00000010
#endif
#ifndef STATUS_OBJECT_PATH_INVALID
#    define STATUS_OBJECT_PATH_INVALID ((NTSTATUS)0xC0000039)
#endif
#ifndef STATUS_NOT_SAME_OBJECT
#    define STATUS_NOT_SAME_OBJECT ((NTSTATUS)0xC00001AC)
#endif
#ifndef NtCurrentProcess
#    define NtCurrentProcess() ((HANDLE)(LONG_PTR)-1)
#endif

typedef enum { ViewShare = 1, ViewUnmap = 2 } SECTION_INHERIT;
typedef enum { SectionBasicInformation, SectionImageInformation } SECTION_INFORMATION_CLASS;
typedef enum { NotificationEvent, SynchronizationEvent } EVENT_TYPE;

typedef struct {
    PVOID BaseAddress;
    ULONG Attributes;
    LARGE_INTEGER Size;
} SECTION_BASIC_INFORMATION;

typedef struct {
    PVOID TransferAddress;
    ULONG ZeroBits;
    SIZE_T MaximumStackSize;
    SIZE_T CommittedStackSize;
    ULONG SubSystemType;
    ULONG SubSystemVersion;
    ULONG OperatingSystemVersion;
    USHORT ImageCharacteristics;
    USHORT DllCharacteristics;
    USHORT Machine;
    BOOLEAN ImageContainsCode;
    UCHAR ImageFlags;
    ULONG LoaderFlags;
    ULONG ImageFileSize;
    ULONG CheckSum;
} SECTION_IMAGE_INFORMATION;

NTSTATUS NTAPI NtCreateSection(PHANDLE section, ACCESS_MASK access, POBJECT_ATTRIBUTES attributes,
                               PLARGE_INTEGER size, ULONG protect, ULONG flags, HANDLE file);
NTSTATUS NTAPI NtOpenSection(PHANDLE section, ACCESS_MASK access, POBJECT_ATTRIBUTES attributes);
NTSTATUS NTAPI NtQuerySection(HANDLE section, SECTION_INFORMATION_CLASS what, PVOID buffer,
                              SIZE_T size, PSIZE_T ret_size);
NTSTATUS NTAPI NtMapViewOfSection(HANDLE section, HANDLE process, PVOID *base, ULONG_PTR zero_bits,
                                  SIZE_T commit, PLARGE_INTEGER offset, PSIZE_T size,
                                  SECTION_INHERIT inherit, ULONG type, ULONG protect);
NTSTATUS NTAPI NtMapViewOfSectionEx(HANDLE section, HANDLE process, PVOID *base,
                                    PLARGE_INTEGER offset, PSIZE_T size, ULONG type, ULONG protect,
                                    MEM_EXTENDED_PARAMETER *parameters, ULONG count);
NTSTATUS NTAPI NtUnmapViewOfSection(HANDLE process, PVOID base);
NTSTATUS NTAPI NtUnmapViewOfSectionEx(HANDLE process, PVOID base, ULONG flags);
NTSTATUS NTAPI NtAllocateVirtualMemory(HANDLE process, PVOID *base, ULONG_PTR zero_bits,
                                       PSIZE_T size, ULONG type, ULONG protect);
NTSTATUS NTAPI NtAllocateVirtualMemoryEx(HANDLE process, PVOID *base, PSIZE_T size, ULONG type,
                                         ULONG protect, MEM_EXTENDED_PARAMETER *parameters,
                                         ULONG count);
NTSTATUS NTAPI NtFreeVirtualMemory(HANDLE process, PVOID *base, PSIZE_T size, ULONG type);
NTSTATUS NTAPI NtDuplicateObject(HANDLE source_process, HANDLE source, HANDLE target_process,
                                 PHANDLE target, ACCESS_MASK access, ULONG attributes,
                                 ULONG options);
NTSTATUS NTAPI NtQuerySecurityObject(HANDLE handle, SECURITY_INFORMATION information,
                                     PSECURITY_DESCRIPTOR descriptor, ULONG size, PULONG length);
NTSTATUS NTAPI NtSetSecurityObject(HANDLE handle, SECURITY_INFORMATION information,
                                   PSECURITY_DESCRIPTOR descriptor);
NTSTATUS NTAPI NtQueryObject(HANDLE handle, OBJECT_INFORMATION_CLASS what, PVOID buffer, ULONG size,
                             PULONG length);
NTSTATUS NTAPI NtCreateEvent(PHANDLE event, ACCESS_MASK access, POBJECT_ATTRIBUTES attributes,
                             EVENT_TYPE type, BOOLEAN state);
#ifndef CREATE_WAITABLE_TIMER_HIGH_RESOLUTION
#    define CREATE_WAITABLE_TIMER_HIGH_RESOLUTION 0x00000002
#endif
typedef enum { TimerBasicInformation } TIMER_INFORMATION_CLASS;
typedef struct {
    LARGE_INTEGER RemainingTime;
    BOOLEAN TimerState;
} TIMER_BASIC_INFORMATION;
typedef VOID(NTAPI *PTIMER_APC_ROUTINE)(PVOID context, ULONG low, LONG high);
typedef enum { NotificationTimer, SynchronizationTimer } TIMER_TYPE;
NTSTATUS NTAPI NtCreateTimer(PHANDLE timer, ACCESS_MASK access, POBJECT_ATTRIBUTES attributes,
                             TIMER_TYPE type);
NTSTATUS NTAPI NtOpenTimer(PHANDLE timer, ACCESS_MASK access, POBJECT_ATTRIBUTES attributes);
NTSTATUS NTAPI NtSetTimer(HANDLE timer, PLARGE_INTEGER due, PTIMER_APC_ROUTINE routine,
                          PVOID context, BOOLEAN resume, LONG period, PBOOLEAN previous);
NTSTATUS NTAPI NtCancelTimer(HANDLE timer, PBOOLEAN state);
NTSTATUS NTAPI NtQueryTimer(HANDLE timer, TIMER_INFORMATION_CLASS type, PVOID information,
                            ULONG size, PULONG ret_size);
typedef enum { MutantBasicInformation } MUTANT_INFORMATION_CLASS;
typedef struct {
    LONG CurrentCount;
    BOOLEAN OwnedByCaller;
    BOOLEAN AbandonedState;
} MUTANT_BASIC_INFORMATION;
NTSTATUS NTAPI NtCreateMutant(PHANDLE mutant, ACCESS_MASK access, POBJECT_ATTRIBUTES attributes,
                              BOOLEAN owned);
NTSTATUS NTAPI NtOpenMutant(PHANDLE mutant, ACCESS_MASK access, POBJECT_ATTRIBUTES attributes);
NTSTATUS NTAPI NtReleaseMutant(HANDLE mutant, PLONG previous);
NTSTATUS NTAPI NtQueryMutant(HANDLE mutant, MUTANT_INFORMATION_CLASS type, PVOID information,
                             ULONG size, PULONG ret_size);
NTSTATUS NTAPI NtOpenEvent(PHANDLE event, ACCESS_MASK access, POBJECT_ATTRIBUTES attributes);
NTSTATUS NTAPI NtSetEvent(HANDLE event, PLONG previous);
NTSTATUS NTAPI NtResetEvent(HANDLE event, PLONG previous);
NTSTATUS NTAPI NtPulseEvent(HANDLE event, PLONG previous);
typedef enum { EventBasicInformation } EVENT_INFORMATION_CLASS;
typedef struct {
    EVENT_TYPE EventType;
    LONG EventState;
} EVENT_BASIC_INFORMATION;
NTSTATUS NTAPI NtQueryEvent(HANDLE event, EVENT_INFORMATION_CLASS type, PVOID information,
                            ULONG size, PULONG ret_size);
typedef enum { SemaphoreBasicInformation } SEMAPHORE_INFORMATION_CLASS;
typedef struct {
    ULONG CurrentCount;
    ULONG MaximumCount;
} SEMAPHORE_BASIC_INFORMATION;
NTSTATUS NTAPI NtReleaseSemaphore(HANDLE semaphore, ULONG count, PULONG previous);
NTSTATUS NTAPI NtQuerySemaphore(HANDLE semaphore, SEMAPHORE_INFORMATION_CLASS type,
                                PVOID information, ULONG size, PULONG ret_size);
NTSTATUS NTAPI NtDelayExecution(BOOLEAN alertable, const LARGE_INTEGER *delay);
NTSTATUS NTAPI NtCreateMutant(PHANDLE mutant, ACCESS_MASK access, POBJECT_ATTRIBUTES attributes,
                              BOOLEAN is_owned);
NTSTATUS NTAPI NtOpenMutant(PHANDLE mutant, ACCESS_MASK access, POBJECT_ATTRIBUTES attributes);
NTSTATUS NTAPI NtCreateSemaphore(PHANDLE semaphore, ACCESS_MASK access,
                                 POBJECT_ATTRIBUTES attributes, LONG initial, LONG maximum);
NTSTATUS NTAPI NtOpenSemaphore(PHANDLE semaphore, ACCESS_MASK access,
                               POBJECT_ATTRIBUTES attributes);
NTSTATUS NTAPI NtCreateTimer(PHANDLE timer, ACCESS_MASK access, POBJECT_ATTRIBUTES attributes,
                             TIMER_TYPE type);
NTSTATUS NTAPI NtOpenTimer(PHANDLE timer, ACCESS_MASK access, POBJECT_ATTRIBUTES attributes);
NTSTATUS NTAPI NtCreateJobObject(PHANDLE job, ACCESS_MASK access, POBJECT_ATTRIBUTES attributes);
NTSTATUS NTAPI NtOpenJobObject(PHANDLE job, ACCESS_MASK access, POBJECT_ATTRIBUTES attributes);
NTSTATUS NTAPI NtLockVirtualMemory(HANDLE process, PVOID *base, PSIZE_T size, ULONG type);
NTSTATUS NTAPI NtUnlockVirtualMemory(HANDLE process, PVOID *base, PSIZE_T size, ULONG type);
NTSTATUS NTAPI NtFlushInstructionCache(HANDLE process, PVOID base, SIZE_T size);
#ifdef NT_SHIM_HAS_EXTENDED_PARAMETERS
BOOL WINAPI AllocateUserPhysicalPages2(HANDLE process, PULONG_PTR count, PULONG_PTR pages,
                                       PMEM_EXTENDED_PARAMETER parameters, ULONG n_parameters);
#endif

/* NtQueryVirtualMemory (mingw's winternl.h has neither the call nor its structures). */
typedef enum _MEMORY_INFORMATION_CLASS {
    MemoryBasicInformation,
    MemoryWorkingSetInformation,
    MemoryMappedFilenameInformation,
    MemoryRegionInformation,
    MemoryWorkingSetExInformation
} MEMORY_INFORMATION_CLASS;

typedef struct _MEMORY_SECTION_NAME {
    UNICODE_STRING SectionFileName;
} MEMORY_SECTION_NAME;

typedef struct _MEMORY_REGION_INFORMATION {
    PVOID AllocationBase;
    ULONG AllocationProtect;
    ULONG RegionType;
    SIZE_T RegionSize, CommitSize;
    ULONG_PTR PartitionId, NodePreference;
} MEMORY_REGION_INFORMATION;

NTSTATUS NTAPI NtQueryVirtualMemory(HANDLE process, PVOID address, MEMORY_INFORMATION_CLASS what,
                                    PVOID buffer, SIZE_T size, PSIZE_T ret_size);

/* Directory objects. */
#ifndef DIRECTORY_QUERY
#    define DIRECTORY_QUERY               0x0001
#    define DIRECTORY_TRAVERSE            0x0002
#    define DIRECTORY_CREATE_OBJECT       0x0004
#    define DIRECTORY_CREATE_SUBDIRECTORY 0x0008
#    define DIRECTORY_ALL_ACCESS          (STANDARD_RIGHTS_REQUIRED | 0xF)
#endif

typedef struct _OBJECT_DIRECTORY_INFORMATION {
    UNICODE_STRING Name;
    UNICODE_STRING TypeName;
} OBJECT_DIRECTORY_INFORMATION;

NTSTATUS NTAPI NtCreateDirectoryObject(PHANDLE directory, ACCESS_MASK access,
                                       POBJECT_ATTRIBUTES attributes);
NTSTATUS NTAPI NtOpenDirectoryObject(PHANDLE directory, ACCESS_MASK access,
                                     POBJECT_ATTRIBUTES attributes);
NTSTATUS NTAPI NtQueryDirectoryObject(HANDLE directory, PVOID buffer, ULONG size, BOOLEAN single,
                                      BOOLEAN restart, PULONG context, PULONG length);

/* Security data. */
BOOLEAN NTAPI RtlValidSid(PSID sid);
BOOLEAN NTAPI RtlEqualSid(PSID a, PSID b);
BOOLEAN NTAPI RtlEqualPrefixSid(PSID a, PSID b);
ULONG NTAPI RtlLengthRequiredSid(ULONG count);
ULONG NTAPI RtlLengthSid(PSID sid);
NTSTATUS NTAPI RtlCopySid(ULONG size, PSID target, PSID source);
NTSTATUS NTAPI RtlInitializeSid(PSID sid, PSID_IDENTIFIER_AUTHORITY authority, UCHAR count);
PSID_IDENTIFIER_AUTHORITY NTAPI RtlIdentifierAuthoritySid(PSID sid);
PULONG NTAPI RtlSubAuthoritySid(PSID sid, ULONG index);
PUCHAR NTAPI RtlSubAuthorityCountSid(PSID sid);
NTSTATUS NTAPI RtlAllocateAndInitializeSid(PSID_IDENTIFIER_AUTHORITY authority, UCHAR count,
                                           ULONG s0, ULONG s1, ULONG s2, ULONG s3, ULONG s4,
                                           ULONG s5, ULONG s6, ULONG s7, PSID *sid);
PVOID NTAPI RtlFreeSid(PSID sid);
NTSTATUS NTAPI RtlCreateAcl(PACL acl, ULONG size, ULONG revision);
BOOLEAN NTAPI RtlValidAcl(PACL acl);
NTSTATUS NTAPI RtlQueryInformationAcl(PACL acl, PVOID buffer, ULONG size,
                                      ACL_INFORMATION_CLASS what);
NTSTATUS NTAPI RtlGetAce(PACL acl, ULONG index, PVOID *ace);
NTSTATUS NTAPI RtlDeleteAce(PACL acl, ULONG index);
BOOLEAN NTAPI RtlFirstFreeAce(PACL acl, PVOID *ace);
NTSTATUS NTAPI RtlAddAccessAllowedAce(PACL acl, ULONG revision, ACCESS_MASK mask, PSID sid);
NTSTATUS NTAPI RtlAddAccessDeniedAceEx(PACL acl, ULONG revision, ULONG flags, ACCESS_MASK mask,
                                       PSID sid);
NTSTATUS NTAPI RtlCreateSecurityDescriptor(PSECURITY_DESCRIPTOR sd, ULONG revision);
BOOLEAN NTAPI RtlValidSecurityDescriptor(PSECURITY_DESCRIPTOR sd);
BOOLEAN NTAPI RtlValidRelativeSecurityDescriptor(PSECURITY_DESCRIPTOR sd, ULONG size,
                                                 SECURITY_INFORMATION required);
ULONG NTAPI RtlLengthSecurityDescriptor(PSECURITY_DESCRIPTOR sd);
NTSTATUS NTAPI RtlSetOwnerSecurityDescriptor(PSECURITY_DESCRIPTOR sd, PSID sid, BOOLEAN defaulted);
NTSTATUS NTAPI RtlSetGroupSecurityDescriptor(PSECURITY_DESCRIPTOR sd, PSID sid, BOOLEAN defaulted);
NTSTATUS NTAPI RtlSetDaclSecurityDescriptor(PSECURITY_DESCRIPTOR sd, BOOLEAN present, PACL acl,
                                            BOOLEAN defaulted);
NTSTATUS NTAPI RtlGetOwnerSecurityDescriptor(PSECURITY_DESCRIPTOR sd, PSID *sid,
                                             PBOOLEAN defaulted);
NTSTATUS NTAPI RtlGetGroupSecurityDescriptor(PSECURITY_DESCRIPTOR sd, PSID *sid,
                                             PBOOLEAN defaulted);
NTSTATUS NTAPI RtlGetDaclSecurityDescriptor(PSECURITY_DESCRIPTOR sd, PBOOLEAN present, PACL *acl,
                                            PBOOLEAN defaulted);
NTSTATUS NTAPI RtlGetSaclSecurityDescriptor(PSECURITY_DESCRIPTOR sd, PBOOLEAN present, PACL *acl,
                                            PBOOLEAN defaulted);
NTSTATUS NTAPI RtlAbsoluteToSelfRelativeSD(PSECURITY_DESCRIPTOR sd, PSECURITY_DESCRIPTOR target,
                                           PULONG size);
VOID NTAPI RtlMapGenericMask(PACCESS_MASK mask, PGENERIC_MAPPING mapping);
BOOLEAN NTAPI RtlAreAllAccessesGranted(ACCESS_MASK granted, ACCESS_MASK desired);
BOOLEAN NTAPI RtlAreAnyAccessesGranted(ACCESS_MASK granted, ACCESS_MASK desired);
NTSTATUS NTAPI NtAccessCheck(PSECURITY_DESCRIPTOR sd, HANDLE token, ACCESS_MASK desired,
                             PGENERIC_MAPPING mapping, PPRIVILEGE_SET set, PULONG size,
                             PACCESS_MASK granted, NTSTATUS *status);

#endif
