/* SPDX-License-Identifier: MIT */
/*
 * processenv.h - the command line, the environment, the standard handles and the current
 * directory. The A functions take and give UTF-8.
 *
 * Names of variables are looked for as they stand first, and then without heeding case.
 */
#ifndef NTSHM_PROCESSENV_H
#define NTSHM_PROCESSENV_H

#include "minwindef.h"
#include "winnt.h"

#ifdef __cplusplus
extern "C" {
#endif

/* GetCommandLine - the arguments of the process in one line, quoted so that CommandLineToArgvW
 * gives them again. It belongs to the library and cannot fail. */
LPSTR WINAPI GetCommandLineA(VOID);
LPWSTR WINAPI GetCommandLineW(VOID) NTSHM_WIDE(GetCommandLineW);

/*
 * GetEnvironmentVariable - the value of a variable.
 * @lpBuffer, @nSize: where to, and the room in characters with the NUL
 * Return: characters without the NUL; when it does not fit, those needed with it, and nothing is
 * written; 0 with ERROR_ENVVAR_NOT_FOUND, or with ERROR_SUCCESS for an empty value.
 */
DWORD WINAPI GetEnvironmentVariableA(LPCSTR lpName, LPSTR lpBuffer, DWORD nSize);
DWORD WINAPI GetEnvironmentVariableW(LPCWSTR lpName, LPWSTR lpBuffer, DWORD nSize)
    NTSHM_WIDE(GetEnvironmentVariableW);

/* SetEnvironmentVariable - set it, or with NULL take it away. FALSE with ERROR_ENVVAR_NOT_FOUND,
 * ERROR_INVALID_PARAMETER (an empty name, or one with =), ERROR_NOT_ENOUGH_MEMORY. */
BOOL WINAPI SetEnvironmentVariableA(LPCSTR lpName, LPCSTR lpValue);
BOOL WINAPI SetEnvironmentVariableW(LPCWSTR lpName, LPCWSTR lpValue)
    NTSHM_WIDE(SetEnvironmentVariableW);

/*
 * ExpandEnvironmentStrings - replace %NAME% by the variable's value; unknown ones stay.
 * @lpDst, @nSize: where to, and the room in characters with the NUL
 * Return: characters needed, with the NUL, whether they fitted or not (nothing is written then); 0
 * with ERROR_NOT_ENOUGH_MEMORY.
 */
DWORD WINAPI ExpandEnvironmentStringsA(LPCSTR lpSrc, LPSTR lpDst, DWORD nSize);
DWORD WINAPI ExpandEnvironmentStringsW(LPCWSTR lpSrc, LPWSTR lpDst, DWORD nSize)
    NTSHM_WIDE(ExpandEnvironmentStringsW);

/* GetEnvironmentStringsW - all variables, NAME=VALUE and a NUL each, one NUL more at the end; NULL
 * without memory. FreeEnvironmentStringsW frees them. */
LPWCH WINAPI GetEnvironmentStringsW(VOID) NTSHM_WIDE(GetEnvironmentStringsW);
BOOL WINAPI FreeEnvironmentStringsW(LPWCH penv) NTSHM_WIDE(FreeEnvironmentStringsW);

/*
 * GetStdHandle - a handle over descriptor 0, 1 or 2 of the process, made when it is first asked
 * for; or what SetStdHandle has put there. Closing it does not close the descriptor.
 * @nStdHandle: STD_INPUT_HANDLE, STD_OUTPUT_HANDLE, STD_ERROR_HANDLE
 * Return: the handle; NULL when the descriptor is closed; INVALID_HANDLE_VALUE with
 * ERROR_INVALID_HANDLE for another @nStdHandle.
 * SetStdHandle - what GetStdHandle answers from now on; the descriptor stays as it is.
 */
HANDLE WINAPI GetStdHandle(DWORD nStdHandle);
BOOL WINAPI SetStdHandle(DWORD nStdHandle, HANDLE hHandle);

/*
 * GetCurrentDirectoryA, GetCurrentDirectoryW - where relative paths begin. Lengths count characters
 * (A: bytes). Return: the length without the 0; with the 0 when @nBufferLength is too small; 0 with
 * ERROR_FILE_NOT_FOUND when it was removed.
 * SetCurrentDirectoryA, SetCurrentDirectoryW - for the whole process. FALSE with
 * ERROR_FILE_NOT_FOUND, ERROR_PATH_NOT_FOUND, ERROR_DIRECTORY (it is none), ERROR_ACCESS_DENIED.
 */
DWORD WINAPI GetCurrentDirectoryA(DWORD nBufferLength, LPSTR lpBuffer);
DWORD WINAPI GetCurrentDirectoryW(DWORD nBufferLength, LPWSTR lpBuffer)
    NTSHM_WIDE(GetCurrentDirectoryW);
BOOL WINAPI SetCurrentDirectoryA(LPCSTR lpPathName);
BOOL WINAPI SetCurrentDirectoryW(LPCWSTR lpPathName) NTSHM_WIDE(SetCurrentDirectoryW);

#ifdef UNICODE
#    define GetCommandLine           GetCommandLineW
#    define GetEnvironmentVariable   GetEnvironmentVariableW
#    define SetEnvironmentVariable   SetEnvironmentVariableW
#    define ExpandEnvironmentStrings ExpandEnvironmentStringsW
#    define GetEnvironmentStrings    GetEnvironmentStringsW
#    define FreeEnvironmentStrings   FreeEnvironmentStringsW
#    define GetCurrentDirectory      GetCurrentDirectoryW
#    define SetCurrentDirectory      SetCurrentDirectoryW
#else
#    define GetCommandLine           GetCommandLineA
#    define GetEnvironmentVariable   GetEnvironmentVariableA
#    define SetEnvironmentVariable   SetEnvironmentVariableA
#    define ExpandEnvironmentStrings ExpandEnvironmentStringsA
#    define GetCurrentDirectory      GetCurrentDirectoryA
#    define SetCurrentDirectory      SetCurrentDirectoryA
#endif

#ifdef __cplusplus
}
#endif
#endif
