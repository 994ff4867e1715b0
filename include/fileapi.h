/* SPDX-License-Identifier: MIT */
/*
 * fileapi.h - files and directories.
 *
 * Paths are UTF-8 in the A functions. Both / and \ separate names; \\?\ and \\.\ in front are
 * dropped; NUL is /dev/null. There are no drives: a path such as C:\x is ERROR_PATH_NOT_FOUND.
 * Names are those of the Linux file system, upper and lower case differ. Every function that
 * takes a path reports ERROR_FILE_NOT_FOUND when the last name is not there,
 * ERROR_PATH_NOT_FOUND when a directory before it is not (and for no path at all),
 * ERROR_NO_UNICODE_TRANSLATION for malformed UTF-8, ERROR_INVALID_NAME for wide text that is not
 * Unicode, ERROR_ACCESS_DENIED, ERROR_WRITE_PROTECT on a read-only file system, and
 * ERROR_NOT_ENOUGH_MEMORY.
 *
 * How files are shared and mapped is known among all processes that use this library, by locks
 * on far bytes of the files themselves; programs that do not use it neither see nor respect it.
 */
#ifndef NTSHM_FILEAPI_H
#define NTSHM_FILEAPI_H

#include "minwindef.h"
#include "minwinbase.h"
#include "winnt.h"
#include "handleapi.h"

#ifdef __cplusplus
extern "C" {
#endif

#define CREATE_NEW               1
#define CREATE_ALWAYS            2
#define OPEN_EXISTING            3
#define OPEN_ALWAYS              4
#define TRUNCATE_EXISTING        5

#define INVALID_FILE_SIZE        ((DWORD)0xFFFFFFFF)
#define INVALID_SET_FILE_POINTER ((DWORD)-1)
#define INVALID_FILE_ATTRIBUTES  ((DWORD)-1)

typedef struct _CREATEFILE2_EXTENDED_PARAMETERS {
    DWORD dwSize;
    DWORD dwFileAttributes;
    DWORD dwFileFlags;
    DWORD dwSecurityQosFlags;
    LPSECURITY_ATTRIBUTES lpSecurityAttributes;
    HANDLE hTemplateFile;
} CREATEFILE2_EXTENDED_PARAMETERS, *PCREATEFILE2_EXTENDED_PARAMETERS,
    *LPCREATEFILE2_EXTENDED_PARAMETERS;

typedef struct _WIN32_FILE_ATTRIBUTE_DATA {
    DWORD dwFileAttributes;
    FILETIME ftCreationTime;
    FILETIME ftLastAccessTime;
    FILETIME ftLastWriteTime;
    DWORD nFileSizeHigh;
    DWORD nFileSizeLow;
} WIN32_FILE_ATTRIBUTE_DATA, *LPWIN32_FILE_ATTRIBUTE_DATA;

typedef struct _BY_HANDLE_FILE_INFORMATION {
    DWORD dwFileAttributes;
    FILETIME ftCreationTime;
    FILETIME ftLastAccessTime;
    FILETIME ftLastWriteTime;
    DWORD dwVolumeSerialNumber;
    DWORD nFileSizeHigh;
    DWORD nFileSizeLow;
    DWORD nNumberOfLinks;
    DWORD nFileIndexHigh;
    DWORD nFileIndexLow;
} BY_HANDLE_FILE_INFORMATION, *PBY_HANDLE_FILE_INFORMATION, *LPBY_HANDLE_FILE_INFORMATION;

/*
 * CreateFileA, CreateFileW, CreateFile2 - open a file, directory or device, or make a file.
 * @dwDesiredAccess: GENERIC_, FILE_, DELETE and standard rights, MAXIMUM_ALLOWED, or 0 to ask
 *   about its attributes only
 * @dwShareMode: FILE_SHARE_: what other handles of the file may do meanwhile; for handles that
 *   read, write or delete
 * @lpSecurityAttributes: NULL, or whether the handle is inherited; a security descriptor for a
 *   call that could make the file is ERROR_NOT_SUPPORTED
 * @dwCreationDisposition: CREATE_NEW: only a new one. CREATE_ALWAYS: a new one, or an empty one
 *   in its place. OPEN_EXISTING; OPEN_ALWAYS: made if it is not there. TRUNCATE_EXISTING: made
 *   empty; needs GENERIC_WRITE.
 * @dwFlagsAndAttributes: FILE_ATTRIBUTE_READONLY counts for a new file; FILE_FLAG_DELETE_ON_CLOSE
 *   takes the name away when the last handle with this flag is closed; directories need
 *   FILE_FLAG_BACKUP_SEMANTICS; a handle with FILE_FLAG_OVERLAPPED has no position, and its calls
 *   are complete when they return; FILE_FLAG_NO_BUFFERING and FILE_FLAG_WRITE_THROUGH are
 *   Linux's O_DIRECT (where the file system has it) and O_DSYNC; FILE_FLAG_OPEN_REPARSE_POINT
 *   opens a symbolic link itself, for attributes and deletion
 * @hTemplateFile: not looked at
 * Return: a handle; INVALID_HANDLE_VALUE with ERROR_FILE_EXISTS (CREATE_NEW),
 * ERROR_SHARING_VIOLATION, ERROR_USER_MAPPED_FILE (to be made empty, and mapped),
 * ERROR_ACCESS_DENIED (also: a directory without FILE_FLAG_BACKUP_SEMANTICS; a read-only file to
 * be written; one that is being deleted), ERROR_INVALID_PARAMETER. On success the last error is
 * ERROR_ALREADY_EXISTS when CREATE_ALWAYS or OPEN_ALWAYS found the file, else 0.
 */
HANDLE WINAPI CreateFileA(LPCSTR lpFileName, DWORD dwDesiredAccess, DWORD dwShareMode,
                          LPSECURITY_ATTRIBUTES lpSecurityAttributes, DWORD dwCreationDisposition,
                          DWORD dwFlagsAndAttributes, HANDLE hTemplateFile);
HANDLE WINAPI CreateFileW(LPCWSTR lpFileName, DWORD dwDesiredAccess, DWORD dwShareMode,
                          LPSECURITY_ATTRIBUTES lpSecurityAttributes, DWORD dwCreationDisposition,
                          DWORD dwFlagsAndAttributes, HANDLE hTemplateFile) NTSHM_WIDE(CreateFileW);
HANDLE WINAPI CreateFile2(LPCWSTR lpFileName, DWORD dwDesiredAccess, DWORD dwShareMode,
                          DWORD dwCreationDisposition,
                          LPCREATEFILE2_EXTENDED_PARAMETERS pCreateExParams)
    NTSHM_WIDE(CreateFile2);

/*
 * ReadFile, WriteFile - move bytes between a file and memory.
 * @lpNumberOfBytesRead, @lpNumberOfBytesWritten: receives how many; may be NULL only with
 *   @lpOverlapped
 * @lpOverlapped: NULL for the handle's position; else where to begin, in bytes, and the event that
 *   is set at the end. The position moves behind what was moved, unless the handle was opened with
 *   FILE_FLAG_OVERLAPPED (which demands @lpOverlapped). In WriteFile, Offset and OffsetHigh
 *   0xFFFFFFFF are the end of the file; so is every write through a handle with FILE_APPEND_DATA
 *   and without FILE_WRITE_DATA.
 * Return: TRUE; ReadFile at or behind the end: TRUE and 0 bytes without @lpOverlapped, else FALSE
 * with ERROR_HANDLE_EOF. FALSE with ERROR_ACCESS_DENIED, ERROR_INVALID_HANDLE,
 * ERROR_INVALID_PARAMETER, ERROR_DISK_FULL (nothing could be written), ERROR_LOCK_VIOLATION,
 * ERROR_NOACCESS (bad memory), ERROR_BROKEN_PIPE and ERROR_NO_DATA, ERROR_INVALID_FUNCTION (a
 * directory).
 */
BOOL WINAPI ReadFile(HANDLE hFile, LPVOID lpBuffer, DWORD nNumberOfBytesToRead,
                     LPDWORD lpNumberOfBytesRead, LPOVERLAPPED lpOverlapped);
BOOL WINAPI WriteFile(HANDLE hFile, LPCVOID lpBuffer, DWORD nNumberOfBytesToWrite,
                      LPDWORD lpNumberOfBytesWritten, LPOVERLAPPED lpOverlapped);

/*
 * GetFileSize, GetFileSizeEx - the file's length in bytes.
 * @lpFileSizeHigh: receives the upper half; may be NULL
 * Return: the lower half; INVALID_FILE_SIZE may be one too, then the last error is 0. TRUE, or
 * FALSE; with ERROR_INVALID_HANDLE, ERROR_INVALID_FUNCTION for what has no length.
 */
DWORD WINAPI GetFileSize(HANDLE hFile, LPDWORD lpFileSizeHigh);
BOOL WINAPI GetFileSizeEx(HANDLE hFile, PLARGE_INTEGER lpFileSize);

/*
 * SetFilePointer, SetFilePointerEx - move the handle's position, which all copies share.
 * @lDistanceToMove, @liDistanceToMove: bytes, may be negative
 * @lpDistanceToMoveHigh: the upper half, and receives the new position's; NULL: 32 bits, signed
 * @lpNewFilePointer: receives the position; may be NULL
 * @dwMoveMethod: FILE_BEGIN, FILE_CURRENT, FILE_END
 * Return: the lower half of the position; INVALID_SET_FILE_POINTER may be one too, then the last
 * error is 0. TRUE, or FALSE; with ERROR_NEGATIVE_SEEK (before the beginning),
 * ERROR_INVALID_PARAMETER, ERROR_INVALID_HANDLE, ERROR_INVALID_FUNCTION (no position).
 */
DWORD WINAPI SetFilePointer(HANDLE hFile, LONG lDistanceToMove, PLONG lpDistanceToMoveHigh,
                            DWORD dwMoveMethod);
BOOL WINAPI SetFilePointerEx(HANDLE hFile, LARGE_INTEGER liDistanceToMove,
                             PLARGE_INTEGER lpNewFilePointer, DWORD dwMoveMethod);

/*
 * SetEndOfFile - the file ends at the handle's position; longer: the new part reads as zero.
 * FALSE with ERROR_USER_MAPPED_FILE when it would become shorter than it is while any process has
 * a section or view of it (16.1 to 16.5), ERROR_ACCESS_DENIED, ERROR_DISK_FULL.
 */
BOOL WINAPI SetEndOfFile(HANDLE hFile);

/* FlushFileBuffers - returns when what was written is on the disk; needs the right to write. */
BOOL WINAPI FlushFileBuffers(HANDLE hFile);

/*
 * GetFileType - FILE_TYPE_DISK, FILE_TYPE_CHAR, FILE_TYPE_PIPE; FILE_TYPE_UNKNOWN with
 * ERROR_INVALID_HANDLE for what is no file (1.58).
 */
DWORD WINAPI GetFileType(HANDLE hFile);

/*
 * DeleteFileA, DeleteFileW - take a file's name away, at once; a symbolic link's own. Handles,
 * sections and views keep the file itself.
 * FALSE with ERROR_SHARING_VIOLATION (a handle does not share deletion), ERROR_ACCESS_DENIED (a
 * directory; a read-only file; one that is mapped as an image: 14.20).
 */
BOOL WINAPI DeleteFileA(LPCSTR lpFileName);
BOOL WINAPI DeleteFileW(LPCWSTR lpFileName) NTSHM_WIDE(DeleteFileW);

/*
 * GetFileAttributesA, GetFileAttributesW - FILE_ATTRIBUTE_ bits: READONLY for a file that nobody
 * may write, DIRECTORY, REPARSE_POINT for a symbolic link, ARCHIVE or NORMAL.
 * INVALID_FILE_ATTRIBUTES and the last error on failure.
 * GetFileAttributesExA, GetFileAttributesExW - the same with times and length.
 * @fInfoLevelId: GetFileExInfoStandard
 * @lpFileInformation: a WIN32_FILE_ATTRIBUTE_DATA
 * SetFileAttributesA, SetFileAttributesW - FILE_ATTRIBUTE_READONLY takes the permission to write
 *   from everybody; without it who may read may write again as far as the umask allows. Other bits
 *   are not kept; FILE_ATTRIBUTE_DIRECTORY and what cannot be set are ERROR_INVALID_PARAMETER.
 */
DWORD WINAPI GetFileAttributesA(LPCSTR lpFileName);
DWORD WINAPI GetFileAttributesW(LPCWSTR lpFileName) NTSHM_WIDE(GetFileAttributesW);
BOOL WINAPI GetFileAttributesExA(LPCSTR lpFileName, GET_FILEEX_INFO_LEVELS fInfoLevelId,
                                 LPVOID lpFileInformation);
BOOL WINAPI GetFileAttributesExW(LPCWSTR lpFileName, GET_FILEEX_INFO_LEVELS fInfoLevelId,
                                 LPVOID lpFileInformation) NTSHM_WIDE(GetFileAttributesExW);
BOOL WINAPI SetFileAttributesA(LPCSTR lpFileName, DWORD dwFileAttributes);
BOOL WINAPI SetFileAttributesW(LPCWSTR lpFileName, DWORD dwFileAttributes)
    NTSHM_WIDE(SetFileAttributesW);

/*
 * CreateDirectoryA, CreateDirectoryW, RemoveDirectoryA, RemoveDirectoryW - ERROR_ALREADY_EXISTS;
 * ERROR_DIR_NOT_EMPTY, ERROR_DIRECTORY for what is none. A security descriptor is
 * ERROR_NOT_SUPPORTED.
 */
BOOL WINAPI CreateDirectoryA(LPCSTR lpPathName, LPSECURITY_ATTRIBUTES lpSecurityAttributes);
BOOL WINAPI CreateDirectoryW(LPCWSTR lpPathName, LPSECURITY_ATTRIBUTES lpSecurityAttributes)
    NTSHM_WIDE(CreateDirectoryW);
BOOL WINAPI RemoveDirectoryA(LPCSTR lpPathName);
BOOL WINAPI RemoveDirectoryW(LPCWSTR lpPathName) NTSHM_WIDE(RemoveDirectoryW);

/*
 * GetTempPathA, GetTempPathW - where temporary files go: TMPDIR, TMP, TEMP or /tmp, with a
 * separator at the end. Lengths count characters (A: bytes). Return: the length without the 0; with
 * the 0 when @nBufferLength is too small.
 * GetTempFileNameA, GetTempFileNameW - PATH/PREuuuu.tmp: of @lpPrefixString up to three
 *   characters count, @uUnique's low 16 bits are hexadecimal. With 0 a new empty file is made
 *   under a number that was free.
 * @lpTempFileName: MAX_PATH characters
 * Return: the number; 0 with ERROR_DIRECTORY (@lpPathName is no directory),
 * ERROR_BUFFER_OVERFLOW (its name does not fit), ERROR_FILE_EXISTS (no number is free).
 */
DWORD WINAPI GetTempPathA(DWORD nBufferLength, LPSTR lpBuffer);
DWORD WINAPI GetTempPathW(DWORD nBufferLength, LPWSTR lpBuffer) NTSHM_WIDE(GetTempPathW);
UINT WINAPI GetTempFileNameA(LPCSTR lpPathName, LPCSTR lpPrefixString, UINT uUnique,
                             LPSTR lpTempFileName);
UINT WINAPI GetTempFileNameW(LPCWSTR lpPathName, LPCWSTR lpPrefixString, UINT uUnique,
                             LPWSTR lpTempFileName) NTSHM_WIDE(GetTempFileNameW);

/*
 * GetFullPathNameA, GetFullPathNameW - an absolute path without . and .., by its text alone; the
 * file need not exist. @lpFilePart receives where the last name begins in @lpBuffer, or NULL.
 * Return: as GetTempPath; 0 with the last error.
 */
DWORD WINAPI GetFullPathNameA(LPCSTR lpFileName, DWORD nBufferLength, LPSTR lpBuffer,
                              LPSTR *lpFilePart);
DWORD WINAPI GetFullPathNameW(LPCWSTR lpFileName, DWORD nBufferLength, LPWSTR lpBuffer,
                              LPWSTR *lpFilePart) NTSHM_WIDE(GetFullPathNameW);

/*
 * LockFile, UnlockFile, LockFileEx, UnlockFileEx - lock a range of bytes, which need not exist.
 * Other handles, of any process that uses this library, can then not write there, and not read
 * either when the lock is exclusive; views are not concerned (16.26). Locks belong to the handle
 * and its copies, and go with the last of them.
 * @dwFileOffsetLow, @dwFileOffsetHigh, lpOverlapped's Offset: the first byte
 * @nNumberOfBytesToLockLow, @nNumberOfBytesToLockHigh ...: how many bytes; 0 is a place between
 *   two bytes
 * @dwFlags: LOCKFILE_EXCLUSIVE_LOCK, else shared; LOCKFILE_FAIL_IMMEDIATELY, else wait. LockFile is
 *   exclusive and does not wait.
 * @dwReserved: 0
 * Return: TRUE; FALSE with ERROR_LOCK_VIOLATION (another lock is in the way; an exclusive one also
 * refuses those of its own handle), ERROR_NOT_LOCKED (an unlock that names no locked range
 * exactly), ERROR_INVALID_LOCK_RANGE, ERROR_INVALID_HANDLE, ERROR_ACCESS_DENIED,
 * ERROR_INVALID_PARAMETER, ERROR_INVALID_FUNCTION (no ordinary file), ERROR_NOT_SUPPORTED (a file
 * system without locks).
 */
BOOL WINAPI LockFile(HANDLE hFile, DWORD dwFileOffsetLow, DWORD dwFileOffsetHigh,
                     DWORD nNumberOfBytesToLockLow, DWORD nNumberOfBytesToLockHigh);
BOOL WINAPI UnlockFile(HANDLE hFile, DWORD dwFileOffsetLow, DWORD dwFileOffsetHigh,
                       DWORD nNumberOfBytesToUnlockLow, DWORD nNumberOfBytesToUnlockHigh);
BOOL WINAPI LockFileEx(HANDLE hFile, DWORD dwFlags, DWORD dwReserved, DWORD nNumberOfBytesToLockLow,
                       DWORD nNumberOfBytesToLockHigh, LPOVERLAPPED lpOverlapped);
BOOL WINAPI UnlockFileEx(HANDLE hFile, DWORD dwReserved, DWORD nNumberOfBytesToUnlockLow,
                         DWORD nNumberOfBytesToUnlockHigh, LPOVERLAPPED lpOverlapped);

/*
 * GetFileTime, SetFileTime - when a file was made, read and written; each may be NULL. Setting 0
 * leaves a time as it is, and so does 0xFFFFFFFFFFFFFFFF. When it was made cannot be set: it is
 * looked at and ignored. ERROR_INVALID_HANDLE, ERROR_ACCESS_DENIED, ERROR_INVALID_PARAMETER.
 */
BOOL WINAPI GetFileTime(HANDLE hFile, LPFILETIME lpCreationTime, LPFILETIME lpLastAccessTime,
                        LPFILETIME lpLastWriteTime);
BOOL WINAPI SetFileTime(HANDLE hFile, const FILETIME *lpCreationTime,
                        const FILETIME *lpLastAccessTime, const FILETIME *lpLastWriteTime);

/*
 * CompareFileTime - -1, 0 or 1: the first is earlier, the same, later.
 * FileTimeToLocalFileTime, LocalFileTimeToFileTime - to and from local time, with the difference
 * from UTC that holds now. ERROR_INVALID_PARAMETER beyond 63 bits.
 */
LONG WINAPI CompareFileTime(const FILETIME *lpFileTime1, const FILETIME *lpFileTime2);
BOOL WINAPI FileTimeToLocalFileTime(const FILETIME *lpFileTime, LPFILETIME lpLocalFileTime);
BOOL WINAPI LocalFileTimeToFileTime(const FILETIME *lpLocalFileTime, LPFILETIME lpFileTime);

/*
 * GetFileInformationByHandle - attributes, times, size, links and identity of an open file: the
 * serial number is the device's, the index the inode's. ERROR_INVALID_HANDLE.
 */
BOOL WINAPI GetFileInformationByHandle(HANDLE hFile,
                                       LPBY_HANDLE_FILE_INFORMATION lpFileInformation);

/*
 * SetFileInformationByHandle - change an open file: FileBasicInfo (needs FILE_WRITE_ATTRIBUTES),
 * FileDispositionInfo(Ex), FileRenameInfo(Ex) (DELETE), FileAllocationInfo, FileEndOfFileInfo
 * (FILE_WRITE_DATA), with the structures of winbase.h. A name to rename to that does not say
 * where it is begins in the current directory.
 * @dwBufferSize: bytes
 * Return: TRUE; FALSE with ERROR_ACCESS_DENIED (also: a file that is mapped or read-only cannot
 * be deleted, 14.20, 16.9 to 16.11), ERROR_DIR_NOT_EMPTY, ERROR_USER_MAPPED_FILE (16.1),
 * ERROR_ALREADY_EXISTS, ERROR_NOT_SAME_DEVICE, ERROR_BAD_LENGTH, ERROR_DISK_FULL,
 * ERROR_INVALID_HANDLE, ERROR_INVALID_PARAMETER (also another class). While deletion is set, the
 * file cannot be opened: ERROR_ACCESS_DENIED.
 */
BOOL WINAPI SetFileInformationByHandle(HANDLE hFile, FILE_INFO_BY_HANDLE_CLASS FileInformationClass,
                                       LPVOID lpFileInformation, DWORD dwBufferSize)
    NTSHM_WIDE(SetFileInformationByHandle);

/*
 * GetFinalPathNameByHandleA, GetFinalPathNameByHandleW - the path that an open file has now.
 * @cchFilePath: room in characters (A: bytes)
 * @dwFlags: FILE_NAME_NORMALIZED or FILE_NAME_OPENED, VOLUME_NAME_DOS or VOLUME_NAME_NONE; the
 *   other volume names are ERROR_PATH_NOT_FOUND
 * Return: its length without the 0; with the 0 when there is not enough room; 0 with
 * ERROR_INVALID_HANDLE, ERROR_INVALID_PARAMETER.
 */
DWORD WINAPI GetFinalPathNameByHandleA(HANDLE hFile, LPSTR lpszFilePath, DWORD cchFilePath,
                                       DWORD dwFlags);
DWORD WINAPI GetFinalPathNameByHandleW(HANDLE hFile, LPWSTR lpszFilePath, DWORD cchFilePath,
                                       DWORD dwFlags) NTSHM_WIDE(GetFinalPathNameByHandleW);

/*
 * GetDiskFreeSpaceA, GetDiskFreeSpaceW - the file system that a path lies on, in its own units.
 * GetDiskFreeSpaceExA, GetDiskFreeSpaceExW - the same in bytes.
 * @lpRootPathName, @lpDirectoryName: any path that is there; NULL: the current directory
 * @lpSectorsPerCluster, @lpBytesPerSector: their product is what space is given out in; here one
 *   sector is a cluster
 * @lpNumberOfFreeClusters, @lpFreeBytesAvailableToCaller: what this user may still fill
 * @lpTotalNumberOfClusters, @lpTotalNumberOfBytes: the whole; clusters are counted up to
 *   0xFFFFFFFF
 * @lpTotalNumberOfFreeBytes: with what only root may fill
 * Each may be NULL. Return: FALSE with ERROR_FILE_NOT_FOUND, ERROR_PATH_NOT_FOUND,
 * ERROR_ACCESS_DENIED.
 */
BOOL WINAPI GetDiskFreeSpaceA(LPCSTR lpRootPathName, LPDWORD lpSectorsPerCluster,
                              LPDWORD lpBytesPerSector, LPDWORD lpNumberOfFreeClusters,
                              LPDWORD lpTotalNumberOfClusters);
BOOL WINAPI GetDiskFreeSpaceW(LPCWSTR lpRootPathName, LPDWORD lpSectorsPerCluster,
                              LPDWORD lpBytesPerSector, LPDWORD lpNumberOfFreeClusters,
                              LPDWORD lpTotalNumberOfClusters) NTSHM_WIDE(GetDiskFreeSpaceW);
BOOL WINAPI GetDiskFreeSpaceExA(LPCSTR lpDirectoryName,
                                PULARGE_INTEGER lpFreeBytesAvailableToCaller,
                                PULARGE_INTEGER lpTotalNumberOfBytes,
                                PULARGE_INTEGER lpTotalNumberOfFreeBytes);
BOOL WINAPI GetDiskFreeSpaceExW(LPCWSTR lpDirectoryName,
                                PULARGE_INTEGER lpFreeBytesAvailableToCaller,
                                PULARGE_INTEGER lpTotalNumberOfBytes,
                                PULARGE_INTEGER lpTotalNumberOfFreeBytes)
    NTSHM_WIDE(GetDiskFreeSpaceExW);

/*
 * AreFileApisANSI - whether paths are in the ANSI code page: TRUE unless SetFileApisToOEM was
 * called last. Both code pages are UTF-8 here, so that nothing else depends on it.
 */
BOOL WINAPI AreFileApisANSI(void);
void WINAPI SetFileApisToANSI(void);
void WINAPI SetFileApisToOEM(void);

#ifdef UNICODE
#    define GetDiskFreeSpace         GetDiskFreeSpaceW
#    define GetDiskFreeSpaceEx       GetDiskFreeSpaceExW
#    define CreateFile               CreateFileW
#    define DeleteFile               DeleteFileW
#    define GetFileAttributes        GetFileAttributesW
#    define GetFileAttributesEx      GetFileAttributesExW
#    define SetFileAttributes        SetFileAttributesW
#    define CreateDirectory          CreateDirectoryW
#    define RemoveDirectory          RemoveDirectoryW
#    define GetTempPath              GetTempPathW
#    define GetTempFileName          GetTempFileNameW
#    define GetFullPathName          GetFullPathNameW
#    define GetFinalPathNameByHandle GetFinalPathNameByHandleW
#else
#    define GetDiskFreeSpace         GetDiskFreeSpaceA
#    define GetDiskFreeSpaceEx       GetDiskFreeSpaceExA
#    define CreateFile               CreateFileA
#    define DeleteFile               DeleteFileA
#    define GetFileAttributes        GetFileAttributesA
#    define GetFileAttributesEx      GetFileAttributesExA
#    define SetFileAttributes        SetFileAttributesA
#    define CreateDirectory          CreateDirectoryA
#    define RemoveDirectory          RemoveDirectoryA
#    define GetTempPath              GetTempPathA
#    define GetTempFileName          GetTempFileNameA
#    define GetFullPathName          GetFullPathNameA
#    define GetFinalPathNameByHandle GetFinalPathNameByHandleA
#endif

#ifdef __cplusplus
}
#endif
#endif
