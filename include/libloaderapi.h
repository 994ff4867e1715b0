/* SPDX-License-Identifier: MIT */
/*
 * libloaderapi.h - modules: finding functions by name at run time.
 *
 * The library stands for the modules whose functions it has: kernel32, kernelbase, ntdll,
 * advapi32, user32, psapi, the API sets api-ms-win-core-..., and d3d12, d3d11 and dxcore. Any of
 * the first finds all its functions; those of Direct3D are found in their own module alone. Nothing
 * else can be loaded.
 */
#ifndef NTSHM_LIBLOADERAPI_H
#define NTSHM_LIBLOADERAPI_H

#include "minwindef.h"
#include "windef.h"
#include "winnt.h"

#ifdef __cplusplus
extern "C" {
#endif

#define GET_MODULE_HANDLE_EX_FLAG_PIN                0x1
#define GET_MODULE_HANDLE_EX_FLAG_UNCHANGED_REFCOUNT 0x2
#define GET_MODULE_HANDLE_EX_FLAG_FROM_ADDRESS       0x4

#define DONT_RESOLVE_DLL_REFERENCES                  0x00000001
#define LOAD_LIBRARY_AS_DATAFILE                     0x00000002
#define LOAD_WITH_ALTERED_SEARCH_PATH                0x00000008
#define LOAD_IGNORE_CODE_AUTHZ_LEVEL                 0x00000010
#define LOAD_LIBRARY_AS_IMAGE_RESOURCE               0x00000020
#define LOAD_LIBRARY_AS_DATAFILE_EXCLUSIVE           0x00000040
#define LOAD_LIBRARY_REQUIRE_SIGNED_TARGET           0x00000080
#define LOAD_LIBRARY_SEARCH_DLL_LOAD_DIR             0x00000100
#define LOAD_LIBRARY_SEARCH_APPLICATION_DIR          0x00000200
#define LOAD_LIBRARY_SEARCH_USER_DIRS                0x00000400
#define LOAD_LIBRARY_SEARCH_SYSTEM32                 0x00000800
#define LOAD_LIBRARY_SEARCH_DEFAULT_DIRS             0x00001000
#define LOAD_LIBRARY_SAFE_CURRENT_DIRS               0x00002000

/*
 * GetModuleHandle, GetModuleHandleEx - a module that is loaded.
 * @lpModuleName: its name, in any case, with or without ".dll" and with or without a path
 *   (which counts for nothing); NULL is the program
 * @dwFlags: GET_MODULE_HANDLE_EX_FLAG_: FROM_ADDRESS: @lpModuleName is an address in the module;
 *   PIN: it stays loaded; UNCHANGED_REFCOUNT: there is nothing to give back with FreeLibrary
 * @phModule: receives the module, NULL on failure
 * Return: the module, or TRUE; NULL or FALSE with ERROR_MOD_NOT_FOUND, ERROR_INVALID_PARAMETER,
 * ERROR_NOT_ENOUGH_MEMORY.
 */
HMODULE WINAPI GetModuleHandleA(LPCSTR lpModuleName);
HMODULE WINAPI GetModuleHandleW(LPCWSTR lpModuleName) NTSHM_WIDE(GetModuleHandleW);
BOOL WINAPI GetModuleHandleExA(DWORD dwFlags, LPCSTR lpModuleName, HMODULE *phModule);
BOOL WINAPI GetModuleHandleExW(DWORD dwFlags, LPCWSTR lpModuleName, HMODULE *phModule)
    NTSHM_WIDE(GetModuleHandleExW);

/*
 * LoadLibrary, LoadLibraryEx - load a module, or count it once more.
 * @lpLibFileName: its name as above; NULL is ERROR_INVALID_PARAMETER (A: ERROR_MOD_NOT_FOUND)
 * @hFile: NULL
 * @dwFlags: LOAD_LIBRARY_SEARCH_ flags and LOAD_WITH_ALTERED_SEARCH_PATH change nothing; loading
 *   as data (LOAD_LIBRARY_AS_) is ERROR_NOT_SUPPORTED: there is no PE file of these modules
 * Return: the module; NULL with ERROR_MOD_NOT_FOUND, ERROR_INVALID_PARAMETER,
 * ERROR_NOT_SUPPORTED, ERROR_NOT_ENOUGH_MEMORY.
 */
HMODULE WINAPI LoadLibraryA(LPCSTR lpLibFileName);
HMODULE WINAPI LoadLibraryW(LPCWSTR lpLibFileName) NTSHM_WIDE(LoadLibraryW);
HMODULE WINAPI LoadLibraryExA(LPCSTR lpLibFileName, HANDLE hFile, DWORD dwFlags);
HMODULE WINAPI LoadLibraryExW(LPCWSTR lpLibFileName, HANDLE hFile, DWORD dwFlags)
    NTSHM_WIDE(LoadLibraryExW);

/*
 * FreeLibrary - give back one LoadLibrary. All modules but d3d12, d3d11 and dxcore stay. FALSE with
 * ERROR_MOD_NOT_FOUND for what is no loaded module.
 */
BOOL WINAPI FreeLibrary(HMODULE hLibModule);

/*
 * GetProcAddress - a function of a module, by its exact name. A unit compiled with
 * -fshort-wchar gets the function for its own wchar_t.
 * @hModule: NULL is the program, of which are found the functions that it exports itself
 * @lpProcName: the name; ordinals are never found
 * Return: the function; NULL with ERROR_PROC_NOT_FOUND, ERROR_MOD_NOT_FOUND.
 */
FARPROC WINAPI GetProcAddress(HMODULE hModule, LPCSTR lpProcName) NTSHM_WIDE(GetProcAddress);

/*
 * GetModuleFileName - the path of a module's file: the program's, or that of the library that
 * stands for the module. It is a path of this system, with slashes.
 * @hModule: NULL is the program
 * @lpFilename, @nSize: where it goes and how many characters fit, the NUL included
 * Return: its length; @nSize with ERROR_INSUFFICIENT_BUFFER when it was cut; 0 with
 * ERROR_MOD_NOT_FOUND, ERROR_NO_UNICODE_TRANSLATION (W: the path is not UTF-8),
 * ERROR_NOT_ENOUGH_MEMORY. The last error is 0 on success.
 */
DWORD WINAPI GetModuleFileNameA(HMODULE hModule, LPSTR lpFilename, DWORD nSize);
DWORD WINAPI GetModuleFileNameW(HMODULE hModule, LPWSTR lpFilename, DWORD nSize)
    NTSHM_WIDE(GetModuleFileNameW);

#ifdef UNICODE
#    define GetModuleHandle   GetModuleHandleW
#    define GetModuleHandleEx GetModuleHandleExW
#    define LoadLibrary       LoadLibraryW
#    define LoadLibraryEx     LoadLibraryExW
#    define GetModuleFileName GetModuleFileNameW
#else
#    define GetModuleHandle   GetModuleHandleA
#    define GetModuleHandleEx GetModuleHandleExA
#    define LoadLibrary       LoadLibraryA
#    define LoadLibraryEx     LoadLibraryExA
#    define GetModuleFileName GetModuleFileNameA
#endif

#ifdef __cplusplus
}
#endif
#endif
