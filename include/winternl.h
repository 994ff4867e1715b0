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

typedef enum _EVENT_TYPE { NotificationEvent, SynchronizationEvent } EVENT_TYPE, *PEVENT_TYPE;

#define NtCurrentProcess() ((HANDLE)(LONG_PTR)-1)

/*
 * NtCreateSection, NtOpenSection - create or open a section.
 * @SectionHandle: receives the handle; NULL on failure (1.4)
 * @DesiredAccess: SECTION_, standard and generic rights
 * @ObjectAttributes: name, OBJ_INHERIT, OBJ_OPENIF, OBJ_CASE_INSENSITIVE; NULL for unnamed
 * @MaximumSize: size in bytes
 * @SectionPageProtection, @AllocationAttributes: one PAGE_ constant; SEC_ flags
 * @FileHandle: NULL for page-file backed; a file is STATUS_NOT_SUPPORTED in this version
 * Return: STATUS_SUCCESS; STATUS_OBJECT_NAME_EXISTS (OBJ_OPENIF, a success);
 * STATUS_OBJECT_NAME_COLLISION, STATUS_OBJECT_NAME_NOT_FOUND, STATUS_OBJECT_NAME_INVALID,
 * STATUS_OBJECT_PATH_NOT_FOUND, STATUS_OBJECT_PATH_SYNTAX_BAD, STATUS_OBJECT_TYPE_MISMATCH,
 * STATUS_INVALID_PAGE_PROTECTION, STATUS_INVALID_PARAMETER and _4, STATUS_INVALID_PARAMETER_6,
 * STATUS_ACCESS_DENIED, STATUS_COMMITMENT_LIMIT, STATUS_NO_MEMORY, STATUS_NOT_SUPPORTED.
 */
NTSTATUS NTAPI NtCreateSection(PHANDLE SectionHandle, ACCESS_MASK DesiredAccess,
                               POBJECT_ATTRIBUTES ObjectAttributes, PLARGE_INTEGER MaximumSize,
                               ULONG SectionPageProtection, ULONG AllocationAttributes,
                               HANDLE FileHandle);
NTSTATUS NTAPI NtOpenSection(PHANDLE SectionHandle, ACCESS_MASK DesiredAccess,
                             POBJECT_ATTRIBUTES ObjectAttributes);

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
 * @ProcessHandle: NtCurrentProcess(); NULL is STATUS_INVALID_HANDLE (3.31)
 * @BaseAddress: in: the wanted address, a multiple of 64 KiB, or NULL; out: the address
 * @ZeroBits: how many high bits of the address must be 0, or 0
 * @CommitSize: not looked at for committed sections
 * @SectionOffset: in bytes, a multiple of 64 KiB; NULL for 0
 * @ViewSize: in: bytes, 0 for the rest; out: the size, rounded up to a page
 * @InheritDisposition: ViewShare or ViewUnmap
 * @AllocationType: 0, MEM_RESERVE, MEM_TOP_DOWN; others STATUS_NOT_SUPPORTED
 * @Win32Protect, @PageProtection: a PAGE_ constant
 * @ExtendedParameters, @ExtendedParameterCount: as in MapViewOfFile3
 * Return: STATUS_SUCCESS; STATUS_INVALID_HANDLE, STATUS_OBJECT_TYPE_MISMATCH,
 * STATUS_ACCESS_DENIED, STATUS_SECTION_PROTECTION, STATUS_MAPPED_ALIGNMENT,
 * STATUS_CONFLICTING_ADDRESSES, STATUS_INVALID_VIEW_SIZE, STATUS_INVALID_PAGE_PROTECTION,
 * STATUS_INVALID_PARAMETER and its numbered kin, STATUS_NO_MEMORY, STATUS_NOT_SUPPORTED.
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
 * @Flags: 0 or MEM_UNMAP_WITH_TRANSIENT_BOOST
 * Return: STATUS_SUCCESS, STATUS_NOT_MAPPED_VIEW, STATUS_INVALID_HANDLE,
 * STATUS_INVALID_PARAMETER, STATUS_NOT_SUPPORTED.
 */
NTSTATUS NTAPI NtUnmapViewOfSection(HANDLE ProcessHandle, PVOID BaseAddress);
NTSTATUS NTAPI NtUnmapViewOfSectionEx(HANDLE ProcessHandle, PVOID BaseAddress, ULONG Flags);

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
 * NtCreateEvent, NtOpenEvent, NtSetEvent, NtResetEvent, NtPulseEvent - events.
 * @EventType: NotificationEvent is manual-reset, SynchronizationEvent auto-reset
 * @InitialState: signalled or not
 * @PreviousState: receives 1 if it was signalled, else 0; or NULL
 * Return: as NtCreateSection and NtOpenSection for the first two; else STATUS_SUCCESS,
 * STATUS_INVALID_HANDLE, STATUS_OBJECT_TYPE_MISMATCH, STATUS_ACCESS_DENIED.
 */
NTSTATUS NTAPI NtCreateEvent(PHANDLE EventHandle, ACCESS_MASK DesiredAccess,
                             POBJECT_ATTRIBUTES ObjectAttributes, EVENT_TYPE EventType,
                             BOOLEAN InitialState);
NTSTATUS NTAPI NtOpenEvent(PHANDLE EventHandle, ACCESS_MASK DesiredAccess,
                           POBJECT_ATTRIBUTES ObjectAttributes);
NTSTATUS NTAPI NtSetEvent(HANDLE EventHandle, PLONG PreviousState);
NTSTATUS NTAPI NtResetEvent(HANDLE EventHandle, PLONG PreviousState);
NTSTATUS NTAPI NtPulseEvent(HANDLE EventHandle, PLONG PreviousState);

/*
 * NtWaitForSingleObject - wait for an event.
 * @Timeout: in units of 100 ns: negative from now, positive since 1601-01-01 UTC, 0 only
 *   looks, NULL waits for ever
 * Return: STATUS_WAIT_0, STATUS_TIMEOUT; STATUS_INVALID_HANDLE, STATUS_ACCESS_DENIED,
 * STATUS_OBJECT_TYPE_MISMATCH.
 */
NTSTATUS NTAPI NtWaitForSingleObject(HANDLE Handle, BOOLEAN Alertable, PLARGE_INTEGER Timeout);

/* RtlNtStatusToDosError - the Win32 error of a status; ERROR_MR_MID_NOT_FOUND for one that
 * has none. */
ULONG NTAPI RtlNtStatusToDosError(NTSTATUS Status);

/* RtlInitUnicodeString - let @DestinationString count the characters of @SourceString, which
 * it borrows; NULL gives an empty string. Longer text is cut to what USHORT can count. */
VOID NTAPI RtlInitUnicodeString(PUNICODE_STRING DestinationString, PCWSTR SourceString);

#ifdef __cplusplus
}
#endif
#endif
