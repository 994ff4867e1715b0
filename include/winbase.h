/* SPDX-License-Identifier: MIT */
/*
 * winbase.h - the base API: it gathers the API headers, as in the SDK, and holds the
 * functions that have stayed here. The A functions take UTF-8; malformed text is
 * ERROR_NO_UNICODE_TRANSLATION.
 */
#ifndef NTSHM_WINBASE_H
#define NTSHM_WINBASE_H

#include "windef.h"
#include "minwinbase.h"
#include "handleapi.h"
#include "errhandlingapi.h"
#include "memoryapi.h"
#include "synchapi.h"
#include "processthreadsapi.h"
#include "fibersapi.h"
#include "sysinfoapi.h"
#include "systemtopologyapi.h"
#include "fileapi.h"
#include "processenv.h"
#include "ioapiset.h"
#include "timezoneapi.h"
#include "securitybaseapi.h"
#include "heapapi.h"
#include "processenv.h"
#include "debugapi.h"
#include "profileapi.h"
#include "realtimeapiset.h"
#include "ntshm/winbase-more.h"
#include "ntshm/winbase-process.h"
#include "libloaderapi.h"
#include "namedpipeapi.h"
#include "jobapi.h"
#include "jobapi2.h"
#include "namespaceapi.h"

/* How a file is opened; together with FILE_ATTRIBUTE_ in dwFlagsAndAttributes. */
#define FILE_FLAG_WRITE_THROUGH                         0x80000000
#define FILE_FLAG_OVERLAPPED                            0x40000000
#define FILE_FLAG_NO_BUFFERING                          0x20000000
#define FILE_FLAG_RANDOM_ACCESS                         0x10000000
#define FILE_FLAG_SEQUENTIAL_SCAN                       0x08000000
#define FILE_FLAG_DELETE_ON_CLOSE                       0x04000000
#define FILE_FLAG_BACKUP_SEMANTICS                      0x02000000
#define FILE_FLAG_POSIX_SEMANTICS                       0x01000000
#define FILE_FLAG_SESSION_AWARE                         0x00800000
#define FILE_FLAG_OPEN_REPARSE_POINT                    0x00200000
#define FILE_FLAG_OPEN_NO_RECALL                        0x00100000

#define SECURITY_SQOS_PRESENT                           0x00100000

#define FILE_BEGIN                                      0
#define FILE_CURRENT                                    1
#define FILE_END                                        2

#define FILE_TYPE_UNKNOWN                               0x0000
#define FILE_TYPE_DISK                                  0x0001
#define FILE_TYPE_CHAR                                  0x0002
#define FILE_TYPE_PIPE                                  0x0003
#define FILE_TYPE_REMOTE                                0x8000

/* For SetErrorMode. */
#define STACK_SIZE_PARAM_IS_A_RESERVATION               0x00010000

#define THREAD_PRIORITY_LOWEST                          THREAD_BASE_PRIORITY_MIN
#define THREAD_PRIORITY_BELOW_NORMAL                    (THREAD_PRIORITY_LOWEST + 1)
#define THREAD_PRIORITY_NORMAL                          0
#define THREAD_PRIORITY_HIGHEST                         THREAD_BASE_PRIORITY_MAX
#define THREAD_PRIORITY_ABOVE_NORMAL                    (THREAD_PRIORITY_HIGHEST - 1)
#define THREAD_PRIORITY_ERROR_RETURN                    (MAXLONG)
#define THREAD_PRIORITY_TIME_CRITICAL                   THREAD_BASE_PRIORITY_LOWRT
#define THREAD_PRIORITY_IDLE                            THREAD_BASE_PRIORITY_IDLE

#define SEM_FAILCRITICALERRORS                          0x0001
#define SEM_NOGPFAULTERRORBOX                           0x0002
#define SEM_NOALIGNMENTFAULTEXCEPT                      0x0004
#define SEM_NOOPENFILEERRORBOX                          0x8000

#define STD_INPUT_HANDLE                                ((DWORD)-10)
#define STD_OUTPUT_HANDLE                               ((DWORD)-11)
#define STD_ERROR_HANDLE                                ((DWORD)-12)

#define MOVEFILE_REPLACE_EXISTING                       0x00000001
#define MOVEFILE_COPY_ALLOWED                           0x00000002
#define MOVEFILE_DELAY_UNTIL_REBOOT                     0x00000004
#define MOVEFILE_WRITE_THROUGH                          0x00000008
#define MOVEFILE_CREATE_HARDLINK                        0x00000010
#define MOVEFILE_FAIL_IF_NOT_TRACKABLE                  0x00000020

#define REPLACEFILE_WRITE_THROUGH                       0x00000001
#define REPLACEFILE_IGNORE_MERGE_ERRORS                 0x00000002
#define REPLACEFILE_IGNORE_ACL_ERRORS                   0x00000004

#define COPY_FILE_FAIL_IF_EXISTS                        0x00000001
#define COPY_FILE_RESTARTABLE                           0x00000002
#define COPY_FILE_OPEN_SOURCE_FOR_WRITE                 0x00000004
#define COPY_FILE_ALLOW_DECRYPTED_DESTINATION           0x00000008
#define COPY_FILE_COPY_SYMLINK                          0x00000800
#define COPY_FILE_NO_BUFFERING                          0x00001000

/* What a LPPROGRESS_ROUTINE is told, and what it answers. */
#define CALLBACK_CHUNK_FINISHED                         0x00000000
#define CALLBACK_STREAM_SWITCH                          0x00000001
#define PROGRESS_CONTINUE                               0
#define PROGRESS_CANCEL                                 1
#define PROGRESS_STOP                                   2
#define PROGRESS_QUIET                                  3

#define FILE_DISPOSITION_FLAG_DO_NOT_DELETE             0x00000000
#define FILE_DISPOSITION_FLAG_DELETE                    0x00000001
#define FILE_DISPOSITION_FLAG_POSIX_SEMANTICS           0x00000002
#define FILE_DISPOSITION_FLAG_FORCE_IMAGE_SECTION_CHECK 0x00000004
#define FILE_DISPOSITION_FLAG_ON_CLOSE                  0x00000008
#define FILE_DISPOSITION_FLAG_IGNORE_READONLY_ATTRIBUTE 0x00000010

#define FILE_RENAME_FLAG_REPLACE_IF_EXISTS              0x00000001
#define FILE_RENAME_FLAG_POSIX_SEMANTICS                0x00000002

#define FILE_NAME_NORMALIZED                            0x0
#define FILE_NAME_OPENED                                0x8
#define VOLUME_NAME_DOS                                 0x0
#define VOLUME_NAME_GUID                                0x1
#define VOLUME_NAME_NT                                  0x2
#define VOLUME_NAME_NONE                                0x4

/*
 * What GetFileInformationByHandleEx tells and SetFileInformationByHandle takes: times count 100 ns
 * since 1601-01-01 UTC; sizes and FileNameLength count bytes.
 */
typedef struct _FILE_BASIC_INFO {
    LARGE_INTEGER CreationTime;
    LARGE_INTEGER LastAccessTime;
    LARGE_INTEGER LastWriteTime;
    LARGE_INTEGER ChangeTime;
    DWORD FileAttributes;
} FILE_BASIC_INFO, *PFILE_BASIC_INFO;

typedef struct _FILE_STANDARD_INFO {
    LARGE_INTEGER AllocationSize;
    LARGE_INTEGER EndOfFile;
    DWORD NumberOfLinks;
    BOOLEAN DeletePending;
    BOOLEAN Directory;
} FILE_STANDARD_INFO, *PFILE_STANDARD_INFO;

typedef struct _FILE_NAME_INFO {
    DWORD FileNameLength;
    WCHAR FileName[1];
} FILE_NAME_INFO, *PFILE_NAME_INFO;

typedef struct _FILE_RENAME_INFO {
    __extension__ union {
        BOOLEAN ReplaceIfExists;
        DWORD Flags;
    };
    HANDLE RootDirectory;
    DWORD FileNameLength;
    WCHAR FileName[1];
} FILE_RENAME_INFO, *PFILE_RENAME_INFO;

typedef struct _FILE_ALLOCATION_INFO {
    LARGE_INTEGER AllocationSize;
} FILE_ALLOCATION_INFO, *PFILE_ALLOCATION_INFO;

typedef struct _FILE_END_OF_FILE_INFO {
    LARGE_INTEGER EndOfFile;
} FILE_END_OF_FILE_INFO, *PFILE_END_OF_FILE_INFO;

typedef struct _FILE_ATTRIBUTE_TAG_INFO {
    DWORD FileAttributes;
    DWORD ReparseTag;
} FILE_ATTRIBUTE_TAG_INFO, *PFILE_ATTRIBUTE_TAG_INFO;

typedef struct _FILE_DISPOSITION_INFO {
    BOOLEAN DeleteFile;
} FILE_DISPOSITION_INFO, *PFILE_DISPOSITION_INFO;

typedef struct _FILE_DISPOSITION_INFO_EX {
    DWORD Flags;
} FILE_DISPOSITION_INFO_EX, *PFILE_DISPOSITION_INFO_EX;

typedef struct _FILE_ID_INFO {
    ULONGLONG VolumeSerialNumber;
    FILE_ID_128 FileId;
} FILE_ID_INFO, *PFILE_ID_INFO;

#ifdef __cplusplus
extern "C" {
#endif

/*
 * MapViewOfFileExNuma - as MapViewOfFileEx (memoryapi.h), on a NUMA node
 * @nndPreferred: where pages are wanted that are not there yet (7.43), or NUMA_NO_PREFERRED_NODE
 * (7.45): the node that the section was made with, if any (7.46)
 */
LPVOID WINAPI MapViewOfFileExNuma(HANDLE hFileMappingObject, DWORD dwDesiredAccess,
                                  DWORD dwFileOffsetHigh, DWORD dwFileOffsetLow,
                                  SIZE_T dwNumberOfBytesToMap, LPVOID lpBaseAddress,
                                  DWORD nndPreferred);

/*
 * GetNumaProcessorNode, GetNumaProcessorNodeEx - the node of a processor (of group 0)
 * @NodeNumber: MAXUCHAR, MAXUSHORT when there is no such processor
 * Return: TRUE; FALSE with ERROR_INVALID_PARAMETER.
 */
BOOL WINAPI GetNumaProcessorNode(UCHAR Processor, PUCHAR NodeNumber);
BOOL WINAPI GetNumaProcessorNodeEx(PPROCESSOR_NUMBER Processor, PUSHORT NodeNumber);

/* GetNumaNodeProcessorMask - GetNumaNodeProcessorMaskEx (systemtopologyapi.h) for a node whose
 * processors are in group 0; of other groups it says 0. */
BOOL WINAPI GetNumaNodeProcessorMask(UCHAR Node, PULONGLONG ProcessorMask);

/*
 * GetNumaAvailableMemoryNode, GetNumaAvailableMemoryNodeEx - bytes of a node's memory that are
 * free or hold pages of files
 * Return: TRUE; FALSE with ERROR_INVALID_PARAMETER: there is no such node.
 */
BOOL WINAPI GetNumaAvailableMemoryNode(UCHAR Node, PULONGLONG AvailableBytes);
BOOL WINAPI GetNumaAvailableMemoryNodeEx(USHORT Node, PULONGLONG AvailableBytes);

/* CreateFileMappingA, CreateFileMappingNumaA, OpenFileMappingA - as those with a W (memoryapi.h)
 * with the name in UTF-8; also ERROR_NO_UNICODE_TRANSLATION. */
HANDLE WINAPI CreateFileMappingA(HANDLE hFile, LPSECURITY_ATTRIBUTES lpFileMappingAttributes,
                                 DWORD flProtect, DWORD dwMaximumSizeHigh, DWORD dwMaximumSizeLow,
                                 LPCSTR lpName);
HANDLE WINAPI CreateFileMappingNumaA(HANDLE hFile, LPSECURITY_ATTRIBUTES lpFileMappingAttributes,
                                     DWORD flProtect, DWORD dwMaximumSizeHigh,
                                     DWORD dwMaximumSizeLow, LPCSTR lpName, DWORD nndPreferred);
HANDLE WINAPI OpenFileMappingA(DWORD dwDesiredAccess, BOOL bInheritHandle, LPCSTR lpName);

/*
 * GetFileInformationByHandleEx - FileBasicInfo (needs FILE_READ_ATTRIBUTES, as
 * FileAttributeTagInfo), FileStandardInfo, FileNameInfo, FileIdInfo of an open file.
 * @dwBufferSize: bytes
 * Return: TRUE; FALSE with ERROR_BAD_LENGTH, ERROR_MORE_DATA (a name that does not fit: its length
 * and beginning are given), ERROR_INVALID_HANDLE, ERROR_ACCESS_DENIED, ERROR_INVALID_PARAMETER
 * (another class).
 */
BOOL WINAPI GetFileInformationByHandleEx(HANDLE hFile,
                                         FILE_INFO_BY_HANDLE_CLASS FileInformationClass,
                                         LPVOID lpFileInformation, DWORD dwBufferSize)
    NTSHM_WIDE(GetFileInformationByHandleEx);

/*
 * LPPROGRESS_ROUTINE - is told how far a copy is, in bytes; answers PROGRESS_CONTINUE,
 * PROGRESS_QUIET (no more reports), PROGRESS_CANCEL (the copy is deleted) or PROGRESS_STOP (it
 * stays). The stream is the file: its number is 1.
 */
typedef DWORD(WINAPI *LPPROGRESS_ROUTINE)(
    LARGE_INTEGER TotalFileSize, LARGE_INTEGER TotalBytesTransferred, LARGE_INTEGER StreamSize,
    LARGE_INTEGER StreamBytesTransferred, DWORD dwStreamNumber, DWORD dwCallbackReason,
    HANDLE hSourceFile, HANDLE hDestinationFile, LPVOID lpData);

/*
 * CopyFileA, CopyFileW, CopyFileExA, CopyFileExW - copy a file's bytes, permissions and time of
 * the last write.
 * @bFailIfExists, COPY_FILE_FAIL_IF_EXISTS: an existing file is ERROR_FILE_EXISTS; else it is
 *   replaced by its content
 * @pbCancel: looked at between the parts of a copy; TRUE cancels it; may be NULL
 * @dwCopyFlags: other flags change nothing
 * Return: TRUE; FALSE with those of CreateFile: ERROR_SHARING_VIOLATION (16.7; also a file copied
 * to itself), ERROR_USER_MAPPED_FILE (16.8), ERROR_ACCESS_DENIED; ERROR_LOCK_VIOLATION,
 * ERROR_DISK_FULL, ERROR_REQUEST_ABORTED (cancelled). A copy that failed is deleted.
 */
BOOL WINAPI CopyFileA(LPCSTR lpExistingFileName, LPCSTR lpNewFileName, BOOL bFailIfExists);
BOOL WINAPI CopyFileW(LPCWSTR lpExistingFileName, LPCWSTR lpNewFileName, BOOL bFailIfExists)
    NTSHM_WIDE(CopyFileW);
BOOL WINAPI CopyFileExA(LPCSTR lpExistingFileName, LPCSTR lpNewFileName,
                        LPPROGRESS_ROUTINE lpProgressRoutine, LPVOID lpData, LPBOOL pbCancel,
                        DWORD dwCopyFlags);
BOOL WINAPI CopyFileExW(LPCWSTR lpExistingFileName, LPCWSTR lpNewFileName,
                        LPPROGRESS_ROUTINE lpProgressRoutine, LPVOID lpData, LPBOOL pbCancel,
                        DWORD dwCopyFlags) NTSHM_WIDE(CopyFileExW);

/*
 * MoveFileA, MoveFileW, MoveFileExA, MoveFileExW - give a file or directory another name, in one
 * step within a file system. MoveFile is MoveFileEx with MOVEFILE_COPY_ALLOWED.
 * @dwFlags: MOVEFILE_REPLACE_EXISTING (a file, never a directory), MOVEFILE_COPY_ALLOWED (a file
 *   is copied into another file system and deleted; one that cannot be deleted stays),
 *   MOVEFILE_WRITE_THROUGH (it is on the disk when the call returns);
 *   MOVEFILE_DELAY_UNTIL_REBOOT is ERROR_NOT_SUPPORTED
 * Return: TRUE; FALSE with ERROR_ALREADY_EXISTS, ERROR_SHARING_VIOLATION (the file is open and
 * does not share deletion), ERROR_ACCESS_DENIED (what would be replaced is open so, mapped,
 * read-only, a directory), ERROR_NOT_SAME_DEVICE.
 */
BOOL WINAPI MoveFileA(LPCSTR lpExistingFileName, LPCSTR lpNewFileName);
BOOL WINAPI MoveFileW(LPCWSTR lpExistingFileName, LPCWSTR lpNewFileName) NTSHM_WIDE(MoveFileW);
BOOL WINAPI MoveFileExA(LPCSTR lpExistingFileName, LPCSTR lpNewFileName, DWORD dwFlags);
BOOL WINAPI MoveFileExW(LPCWSTR lpExistingFileName, LPCWSTR lpNewFileName, DWORD dwFlags)
    NTSHM_WIDE(MoveFileExW);

/*
 * ReplaceFileA, ReplaceFileW - @lpReplacementFileName takes the name and the permissions of
 * @lpReplacedFileName, in one step; a mapped image can be replaced too (14.23).
 * @lpBackupFileName: what the old file is called then, or NULL for no backup
 * @lpExclude, @lpReserved: NULL
 * Return: as MoveFileEx; ERROR_UNABLE_TO_MOVE_REPLACEMENT_2 (the old file has the backup's name
 * only), ERROR_INVALID_PARAMETER.
 */
BOOL WINAPI ReplaceFileA(LPCSTR lpReplacedFileName, LPCSTR lpReplacementFileName,
                         LPCSTR lpBackupFileName, DWORD dwReplaceFlags, LPVOID lpExclude,
                         LPVOID lpReserved);
BOOL WINAPI ReplaceFileW(LPCWSTR lpReplacedFileName, LPCWSTR lpReplacementFileName,
                         LPCWSTR lpBackupFileName, DWORD dwReplaceFlags, LPVOID lpExclude,
                         LPVOID lpReserved) NTSHM_WIDE(ReplaceFileW);

/*
 * CreateHardLinkA, CreateHardLinkW - one more name of a file. FALSE with ERROR_ALREADY_EXISTS,
 * ERROR_ACCESS_DENIED (a directory), ERROR_NOT_SAME_DEVICE, ERROR_TOO_MANY_LINKS; a security
 * descriptor is ERROR_NOT_SUPPORTED.
 */
BOOL WINAPI CreateHardLinkA(LPCSTR lpFileName, LPCSTR lpExistingFileName,
                            LPSECURITY_ATTRIBUTES lpSecurityAttributes);
BOOL WINAPI CreateHardLinkW(LPCWSTR lpFileName, LPCWSTR lpExistingFileName,
                            LPSECURITY_ATTRIBUTES lpSecurityAttributes) NTSHM_WIDE(CreateHardLinkW);

/*
 * PulseEvent - release the threads that wait for the event now (all for manual-reset, one for
 * auto-reset), and leave it unsignalled. FALSE with ERROR_INVALID_HANDLE, ERROR_ACCESS_DENIED.
 */
BOOL WINAPI PulseEvent(HANDLE hEvent);

/*
 * LookupPrivilegeValueA, LookupPrivilegeValueW - the number of a privilege.
 * @lpSystemName: NULL or "" for this computer, or its name
 * @lpName:       SE_LOCK_MEMORY_NAME, ...; the case of letters does not matter
 * @lpLuid:       the same on every computer
 * Return: TRUE; FALSE with ERROR_NO_SUCH_PRIVILEGE, RPC_S_SERVER_UNAVAILABLE (another computer),
 * ERROR_NOACCESS.
 *
 * LookupPrivilegeNameA, LookupPrivilegeNameW - its name.
 * LookupPrivilegeDisplayNameA, LookupPrivilegeDisplayNameW - what it allows, in English.
 * @cchName: in: characters that fit, with the NUL; out: those of the text without it, or those
 *           that are needed, with it (ERROR_INSUFFICIENT_BUFFER)
 */
BOOL WINAPI LookupPrivilegeValueA(LPCSTR lpSystemName, LPCSTR lpName, PLUID lpLuid);
BOOL WINAPI LookupPrivilegeValueW(LPCWSTR lpSystemName, LPCWSTR lpName, PLUID lpLuid)
    NTSHM_WIDE(LookupPrivilegeValueW);
BOOL WINAPI LookupPrivilegeNameA(LPCSTR lpSystemName, PLUID lpLuid, LPSTR lpName, LPDWORD cchName);
BOOL WINAPI LookupPrivilegeNameW(LPCWSTR lpSystemName, PLUID lpLuid, LPWSTR lpName, LPDWORD cchName)
    NTSHM_WIDE(LookupPrivilegeNameW);
BOOL WINAPI LookupPrivilegeDisplayNameA(LPCSTR lpSystemName, LPCSTR lpName, LPSTR lpDisplayName,
                                        LPDWORD cchDisplayName, LPDWORD lpLanguageId);
BOOL WINAPI LookupPrivilegeDisplayNameW(LPCWSTR lpSystemName, LPCWSTR lpName, LPWSTR lpDisplayName,
                                        LPDWORD cchDisplayName, LPDWORD lpLanguageId)
    NTSHM_WIDE(LookupPrivilegeDisplayNameW);

#ifdef UNICODE
#    define LookupPrivilegeValue       LookupPrivilegeValueW
#    define LookupPrivilegeName        LookupPrivilegeNameW
#    define LookupPrivilegeDisplayName LookupPrivilegeDisplayNameW
#else
#    define LookupPrivilegeValue       LookupPrivilegeValueA
#    define LookupPrivilegeName        LookupPrivilegeNameA
#    define LookupPrivilegeDisplayName LookupPrivilegeDisplayNameA
#endif

/* CreateJobObject, OpenJobObject - see jobapi2.h. */
HANDLE WINAPI CreateJobObjectA(LPSECURITY_ATTRIBUTES lpJobAttributes, LPCSTR lpName);
HANDLE WINAPI OpenJobObjectA(DWORD dwDesiredAccess, BOOL bInheritHandle, LPCSTR lpName);

/* CreatePrivateNamespace, OpenPrivateNamespace, CreateBoundaryDescriptor - see namespaceapi.h. */
HANDLE WINAPI CreatePrivateNamespaceA(LPSECURITY_ATTRIBUTES lpPrivateNamespaceAttributes,
                                      LPVOID lpBoundaryDescriptor, LPCSTR lpAliasPrefix);
HANDLE WINAPI OpenPrivateNamespaceA(LPVOID lpBoundaryDescriptor, LPCSTR lpAliasPrefix);
HANDLE WINAPI CreateBoundaryDescriptorA(LPCSTR Name, ULONG Flags);

/*
 * AddIntegrityLabelToBoundaryDescriptor - the level that a creator must be at or above (11.37)
 * @BoundaryDescriptor: the boundary; it may move, so the variable is written
 * @IntegrityLabel: S-1-16-LEVEL; copied; a boundary has at most one
 * Return: FALSE with ERROR_INVALID_PARAMETER (not a boundary, not a label, or a second one).
 */
BOOL WINAPI AddIntegrityLabelToBoundaryDescriptor(HANDLE *BoundaryDescriptor, PSID IntegrityLabel);

/* GetProcessWorkingSetSize, SetProcessWorkingSetSize - see GetProcessWorkingSetSizeEx. */
BOOL WINAPI GetProcessWorkingSetSize(HANDLE hProcess, PSIZE_T lpMinimumWorkingSetSize,
                                     PSIZE_T lpMaximumWorkingSetSize);
BOOL WINAPI SetProcessWorkingSetSize(HANDLE hProcess, SIZE_T dwMinimumWorkingSetSize,
                                     SIZE_T dwMaximumWorkingSetSize);

/*
 * MapUserPhysicalPagesScatter - MapUserPhysicalPages with an address for each page
 * @VirtualAddresses: each in a window, of which there may be several; none of them twice
 * @PageArray: the page for each address, a 0 to unmap what is there; NULL to unmap all
 */
BOOL WINAPI MapUserPhysicalPagesScatter(PVOID *VirtualAddresses, ULONG_PTR NumberOfPages,
                                        PULONG_PTR PageArray);

#ifdef UNICODE
#    define CopyFile       CopyFileW
#    define CopyFileEx     CopyFileExW
#    define MoveFile       MoveFileW
#    define MoveFileEx     MoveFileExW
#    define ReplaceFile    ReplaceFileW
#    define CreateHardLink CreateHardLinkW
#else
#    define CopyFile       CopyFileA
#    define CopyFileEx     CopyFileExA
#    define MoveFile       MoveFileA
#    define MoveFileEx     MoveFileExA
#    define ReplaceFile    ReplaceFileA
#    define CreateHardLink CreateHardLinkA
#endif

#ifdef __cplusplus
}
#endif
#endif
