/* SPDX-License-Identifier: MIT */
/*
 * ntshm/winbase-more.h - the part of winbase.h that is not about files and objects: messages,
 * LocalAlloc and GlobalAlloc, strings, names, versions. <winbase.h> includes it.
 */
#ifndef NTSHM_WINBASE_MORE_H
#define NTSHM_WINBASE_MORE_H

#include <stdarg.h>

#include "../windef.h"
#include "../minwinbase.h"

#ifdef __cplusplus
extern "C" {
#endif

/* ---- messages ---- */

#define FORMAT_MESSAGE_ALLOCATE_BUFFER 0x00000100
#define FORMAT_MESSAGE_IGNORE_INSERTS  0x00000200
#define FORMAT_MESSAGE_FROM_STRING     0x00000400
#define FORMAT_MESSAGE_FROM_HMODULE    0x00000800
#define FORMAT_MESSAGE_FROM_SYSTEM     0x00001000
#define FORMAT_MESSAGE_ARGUMENT_ARRAY  0x00002000
#define FORMAT_MESSAGE_MAX_WIDTH_MASK  0x000000FF

/*
 * FormatMessage - the text of an error, or a text with inserts.
 * @dwFlags: where the text comes from: FORMAT_MESSAGE_FROM_SYSTEM (the codes of winerror.h, in
 *   English), FORMAT_MESSAGE_FROM_STRING; no module has a table of messages, so that
 *   FORMAT_MESSAGE_FROM_HMODULE finds nothing. Its low byte is the longest line, 0 for no limit,
 *   FORMAT_MESSAGE_MAX_WIDTH_MASK for no breaks but those of %n. Line ends are CR LF.
 * @lpSource: the text, for FORMAT_MESSAGE_FROM_STRING
 * @dwMessageId, @dwLanguageId: the code; 0 or a kind of English
 * @lpBuffer, @nSize: where to, and the room in characters; with FORMAT_MESSAGE_ALLOCATE_BUFFER the
 *   address of a pointer that receives a buffer of at least @nSize, which LocalFree frees
 * @Arguments: the values for the inserts %1 to %99, with formats of <ntshm/print.h> in %1!format!
 *   but those of floating-point numbers; with FORMAT_MESSAGE_ARGUMENT_ARRAY an array of DWORD_PTR
 * Return: characters without the NUL; 0 with ERROR_MR_MID_NOT_FOUND (unknown code),
 * ERROR_INSUFFICIENT_BUFFER, ERROR_INVALID_PARAMETER (malformed, or an insert without a value),
 * ERROR_RESOURCE_LANG_NOT_FOUND, ERROR_RESOURCE_TYPE_NOT_FOUND, ERROR_NOT_ENOUGH_MEMORY,
 * ERROR_NO_WORK_DONE (an empty text), ERROR_MORE_DATA (more than 65,535 characters).
 */
DWORD WINAPI FormatMessageA(DWORD dwFlags, LPCVOID lpSource, DWORD dwMessageId, DWORD dwLanguageId,
                            LPSTR lpBuffer, DWORD nSize, va_list *Arguments)
    NTSHM_WIDE(FormatMessageA);
DWORD WINAPI FormatMessageW(DWORD dwFlags, LPCVOID lpSource, DWORD dwMessageId, DWORD dwLanguageId,
                            LPWSTR lpBuffer, DWORD nSize, va_list *Arguments)
    NTSHM_WIDE(FormatMessageW);

/* ---- accounts ---- */

/*
 * LookupAccountSid - the name of a SID: of a user (S-1-22-1-UID, in the domain "Unix User"), of a
 *   group (S-1-22-2-GID, "Unix Group"), or a well-known one ("BUILTIN", "Administrators").
 * @lpSystemName: NULL, "" or this computer's name
 * @Sid: whose
 * @Name, @ReferencedDomainName: receive the texts
 * @cchName, @cchReferencedDomainName: how many characters they have room for; receive how many
 *   there are without the NUL, and with it where one does not fit
 * @peUse: receives what kind of account it is
 *
 * Return: TRUE; FALSE with ERROR_NONE_MAPPED (nobody has it, or the SID is a bad one),
 * ERROR_INSUFFICIENT_BUFFER, RPC_S_SERVER_UNAVAILABLE (another computer),
 * ERROR_INVALID_PARAMETER (no @cchName, @cchReferencedDomainName or @peUse),
 * ERROR_NOT_ENOUGH_MEMORY.
 */
BOOL WINAPI LookupAccountSidA(LPCSTR lpSystemName, PSID Sid, LPSTR Name, LPDWORD cchName,
                              LPSTR ReferencedDomainName, LPDWORD cchReferencedDomainName,
                              PSID_NAME_USE peUse);
BOOL WINAPI LookupAccountSidW(LPCWSTR lpSystemName, PSID Sid, LPWSTR Name, LPDWORD cchName,
                              LPWSTR ReferencedDomainName, LPDWORD cchReferencedDomainName,
                              PSID_NAME_USE peUse) NTSHM_WIDE(LookupAccountSidW);

/*
 * LookupAccountName - the SID of a name: "name", or "domain\name" with the domains that
 *   LookupAccountSid tells and this computer's name. A name without a domain is looked for among
 *   the well-known ones, then the users, then the groups.
 * @lpSystemName: as there
 * @lpAccountName: the name; NULL is the domain BUILTIN
 * @Sid, @cbSid: where to, and its bytes; receives how many the SID takes
 * @ReferencedDomainName, @cchReferencedDomainName, @peUse: as there
 *
 * Return: as there.
 */
BOOL WINAPI LookupAccountNameA(LPCSTR lpSystemName, LPCSTR lpAccountName, PSID Sid, LPDWORD cbSid,
                               LPSTR ReferencedDomainName, LPDWORD cchReferencedDomainName,
                               PSID_NAME_USE peUse);
BOOL WINAPI LookupAccountNameW(LPCWSTR lpSystemName, LPCWSTR lpAccountName, PSID Sid, LPDWORD cbSid,
                               LPWSTR ReferencedDomainName, LPDWORD cchReferencedDomainName,
                               PSID_NAME_USE peUse) NTSHM_WIDE(LookupAccountNameW);

/* ---- memory blocks ---- */

#define LMEM_FIXED          0x0000
#define LMEM_MOVEABLE       0x0002
#define LMEM_NOCOMPACT      0x0010
#define LMEM_NODISCARD      0x0020
#define LMEM_ZEROINIT       0x0040
#define LMEM_MODIFY         0x0080
#define LMEM_DISCARDABLE    0x0F00
#define LMEM_VALID_FLAGS    0x0F72
#define LMEM_INVALID_HANDLE 0x8000
#define LMEM_DISCARDED      0x4000
#define LMEM_LOCKCOUNT      0x00FF
#define LHND                (LMEM_MOVEABLE | LMEM_ZEROINIT)
#define LPTR                (LMEM_FIXED | LMEM_ZEROINIT)
#define NONZEROLHND         (LMEM_MOVEABLE)
#define NONZEROLPTR         (LMEM_FIXED)

#define GMEM_FIXED          0x0000
#define GMEM_MOVEABLE       0x0002
#define GMEM_NOCOMPACT      0x0010
#define GMEM_NODISCARD      0x0020
#define GMEM_ZEROINIT       0x0040
#define GMEM_MODIFY         0x0080
#define GMEM_DISCARDABLE    0x0100
#define GMEM_NOT_BANKED     0x1000
#define GMEM_SHARE          0x2000
#define GMEM_DDESHARE       0x2000
#define GMEM_VALID_FLAGS    0x7F72
#define GMEM_INVALID_HANDLE 0x8000
#define GMEM_DISCARDED      0x4000
#define GMEM_LOCKCOUNT      0x00FF
#define GHND                (GMEM_MOVEABLE | GMEM_ZEROINIT)
#define GPTR                (GMEM_FIXED | GMEM_ZEROINIT)

/*
 * LocalAlloc and GlobalAlloc and their kin - blocks of the process heap; the two are one. A block
 * allocated LMEM_FIXED has its address for a handle; one LMEM_MOVEABLE has a handle that Lock
 * gives the address for.
 *
 * Alloc: NULL with ERROR_NOT_ENOUGH_MEMORY.
 * ReAlloc: change the size, with LMEM_ZEROINIT for new bytes; a fixed block stays where it is
 * unless LMEM_MOVEABLE is given; LMEM_MODIFY changes the flags instead. NULL with
 * ERROR_NOT_ENOUGH_MEMORY, ERROR_INVALID_HANDLE, ERROR_INVALID_PARAMETER: the old one is as it was.
 * Free: NULL; the handle itself with ERROR_INVALID_HANDLE. NULL may be freed.
 * Lock: the address; NULL with ERROR_DISCARDED (a block of no size), ERROR_INVALID_HANDLE.
 * Unlock: whether locks are left; FALSE with NO_ERROR or ERROR_NOT_LOCKED. GlobalUnlock of a fixed
 * block is TRUE.
 * Size: bytes; 0 with ERROR_INVALID_HANDLE. Flags: how many locks, LMEM_DISCARDED and the like.
 * Handle: the handle of the block at an address; NULL with ERROR_INVALID_HANDLE.
 */
HLOCAL WINAPI LocalAlloc(UINT uFlags, SIZE_T uBytes);
HLOCAL WINAPI LocalReAlloc(HLOCAL hMem, SIZE_T uBytes, UINT uFlags);
HLOCAL WINAPI LocalFree(HLOCAL hMem);
LPVOID WINAPI LocalLock(HLOCAL hMem);
BOOL WINAPI LocalUnlock(HLOCAL hMem);
SIZE_T WINAPI LocalSize(HLOCAL hMem);
UINT WINAPI LocalFlags(HLOCAL hMem);
HLOCAL WINAPI LocalHandle(LPCVOID pMem);
HGLOBAL WINAPI GlobalAlloc(UINT uFlags, SIZE_T dwBytes);
HGLOBAL WINAPI GlobalReAlloc(HGLOBAL hMem, SIZE_T dwBytes, UINT uFlags);
HGLOBAL WINAPI GlobalFree(HGLOBAL hMem);
LPVOID WINAPI GlobalLock(HGLOBAL hMem);
BOOL WINAPI GlobalUnlock(HGLOBAL hMem);
SIZE_T WINAPI GlobalSize(HGLOBAL hMem);
UINT WINAPI GlobalFlags(HGLOBAL hMem);
HGLOBAL WINAPI GlobalHandle(LPCVOID pMem);

/* ---- strings ---- */

/*
 * lstrlen, lstrcpy, lstrcpyn, lstrcat, lstrcmp, lstrcmpi - strings that may be NULL: its length is
 * 0, it comes before every other, and copying from or to it gives NULL. lstrcpyn copies at most
 * @iMaxLength - 1 characters and a NUL. lstrcmp sorts as people do, by letters first and by case
 * where they are the same; both comparisons return -1, 0 or 1.
 */
int WINAPI lstrlenA(LPCSTR lpString);
int WINAPI lstrlenW(LPCWSTR lpString) NTSHM_WIDE(lstrlenW);
LPSTR WINAPI lstrcpyA(LPSTR lpString1, LPCSTR lpString2);
LPWSTR WINAPI lstrcpyW(LPWSTR lpString1, LPCWSTR lpString2) NTSHM_WIDE(lstrcpyW);
LPSTR WINAPI lstrcpynA(LPSTR lpString1, LPCSTR lpString2, int iMaxLength);
LPWSTR WINAPI lstrcpynW(LPWSTR lpString1, LPCWSTR lpString2, int iMaxLength) NTSHM_WIDE(lstrcpynW);
LPSTR WINAPI lstrcatA(LPSTR lpString1, LPCSTR lpString2);
LPWSTR WINAPI lstrcatW(LPWSTR lpString1, LPCWSTR lpString2) NTSHM_WIDE(lstrcatW);
int WINAPI lstrcmpA(LPCSTR lpString1, LPCSTR lpString2);
int WINAPI lstrcmpW(LPCWSTR lpString1, LPCWSTR lpString2) NTSHM_WIDE(lstrcmpW);
int WINAPI lstrcmpiA(LPCSTR lpString1, LPCSTR lpString2);
int WINAPI lstrcmpiW(LPCWSTR lpString1, LPCWSTR lpString2) NTSHM_WIDE(lstrcmpiW);

/* ---- names ---- */

#define MAX_COMPUTERNAME_LENGTH 15

/*
 * GetComputerName - the host's name up to its first dot, in capitals, at most 15 characters.
 * @nSize: in: the room in characters; out: the characters without the NUL, or those needed with it
 * Return: TRUE; FALSE with ERROR_BUFFER_OVERFLOW, ERROR_INVALID_PARAMETER.
 */
BOOL WINAPI GetComputerNameA(LPSTR lpBuffer, LPDWORD nSize);
BOOL WINAPI GetComputerNameW(LPWSTR lpBuffer, LPDWORD nSize) NTSHM_WIDE(GetComputerNameW);

/*
 * GetUserName - the name of the effective user, or its number where it has none.
 * @pcbBuffer: in: the room in characters; out: the characters with the NUL, also those needed
 * Return: TRUE; FALSE with ERROR_INSUFFICIENT_BUFFER, ERROR_INVALID_PARAMETER.
 */
BOOL WINAPI GetUserNameA(LPSTR lpBuffer, LPDWORD pcbBuffer);
BOOL WINAPI GetUserNameW(LPWSTR lpBuffer, LPDWORD pcbBuffer) NTSHM_WIDE(GetUserNameW);

/* ---- versions, memory ---- */

/*
 * VerifyVersionInfo - compare the version (10.0.20348, a server) with the parts of
 * @lpVersionInformation that @dwTypeMask names (VER_), each as @dwlConditionMask says
 * (VerSetConditionMask).
 * Return: TRUE; FALSE with ERROR_OLD_WIN_VERSION, or ERROR_BAD_ARGUMENTS (nothing to compare).
 */
BOOL WINAPI VerifyVersionInfoA(LPOSVERSIONINFOEXA lpVersionInformation, DWORD dwTypeMask,
                               DWORDLONG dwlConditionMask);
BOOL WINAPI VerifyVersionInfoW(LPOSVERSIONINFOEXW lpVersionInformation, DWORD dwTypeMask,
                               DWORDLONG dwlConditionMask) NTSHM_WIDE(VerifyVersionInfoW);

typedef struct _MEMORYSTATUS {
    DWORD dwLength;
    DWORD dwMemoryLoad;
    SIZE_T dwTotalPhys;
    SIZE_T dwAvailPhys;
    SIZE_T dwTotalPageFile;
    SIZE_T dwAvailPageFile;
    SIZE_T dwTotalVirtual;
    SIZE_T dwAvailVirtual;
} MEMORYSTATUS, *LPMEMORYSTATUS;

/* GlobalMemoryStatus - as GlobalMemoryStatusEx (sysinfoapi.h); it cannot fail. */
VOID WINAPI GlobalMemoryStatus(LPMEMORYSTATUS lpBuffer);

#ifdef UNICODE
#    define FormatMessage     FormatMessageW
#    define lstrlen           lstrlenW
#    define lstrcpy           lstrcpyW
#    define lstrcpyn          lstrcpynW
#    define lstrcat           lstrcatW
#    define lstrcmp           lstrcmpW
#    define lstrcmpi          lstrcmpiW
#    define GetComputerName   GetComputerNameW
#    define GetUserName       GetUserNameW
#    define LookupAccountName LookupAccountNameW
#    define LookupAccountSid  LookupAccountSidW
#    define VerifyVersionInfo VerifyVersionInfoW
#else
#    define FormatMessage     FormatMessageA
#    define lstrlen           lstrlenA
#    define lstrcpy           lstrcpyA
#    define lstrcpyn          lstrcpynA
#    define lstrcat           lstrcatA
#    define lstrcmp           lstrcmpA
#    define lstrcmpi          lstrcmpiA
#    define GetComputerName   GetComputerNameA
#    define GetUserName       GetUserNameA
#    define LookupAccountName LookupAccountNameA
#    define LookupAccountSid  LookupAccountSidA
#    define VerifyVersionInfo VerifyVersionInfoA
#endif

#ifdef __cplusplus
}
#endif
#endif
