// SPDX-License-Identifier: MIT
/*
 * fileapi.h: the space on a file system, and the code page of paths, which is always UTF-8.
 */
#include <stdatomic.h>

#include <ntstatus.h>
#include <windows.h>

#include "api/file-path.h"
#include "lib/file/info.h"

/* --- space --------------------------------------------------------------------------------- */

static DWORD clusters(uint64_t bytes, uint64_t block)
{
    uint64_t n = bytes / block;

    return n < UINT32_MAX ? (DWORD)n : UINT32_MAX;
}

static BOOL tell_clusters(const char *path, LPDWORD sectors, LPDWORD bytes, LPDWORD free,
                          LPDWORD total)
{
    struct nt_file_space space;
    NTSTATUS status = nt_file_space(path, &space);

    if (!NT_SUCCESS(status))
        return nt_api_result(status);
    if (sectors)
        *sectors = 1;
    if (bytes)
        *bytes = (DWORD)space.block;
    if (free)
        *free = clusters(space.available, space.block);
    if (total)
        *total = clusters(space.size, space.block);
    return TRUE;
}

static BOOL tell_bytes(const char *path, PULARGE_INTEGER available, PULARGE_INTEGER total,
                       PULARGE_INTEGER free)
{
    struct nt_file_space space;
    NTSTATUS status = nt_file_space(path, &space);

    if (!NT_SUCCESS(status))
        return nt_api_result(status);
    if (available)
        available->QuadPart = space.available;
    if (total)
        total->QuadPart = space.size;
    if (free)
        free->QuadPart = space.free;
    return TRUE;
}

static NTSTATUS path_of(LPCSTR name, char **ret_path)
{
    return nt_path_from_utf8(name ? name : ".", ret_path);
}

static NTSTATUS path_of_wide(LPCWSTR name, char **ret_path)
{
    return nt_path_from_wide(name ? name : L".", ret_path);
}

NT_EXPORT BOOL WINAPI GetDiskFreeSpaceA(LPCSTR root, LPDWORD sectors, LPDWORD bytes, LPDWORD free,
                                        LPDWORD total)
{
    NT_CLEANUP(nt_freep) char *path = NULL;
    NTSTATUS status = path_of(root, &path);

    return NT_SUCCESS(status) ? tell_clusters(path, sectors, bytes, free, total)
                              : nt_api_result(status);
}

NT_EXPORT BOOL WINAPI GetDiskFreeSpaceW(LPCWSTR root, LPDWORD sectors, LPDWORD bytes, LPDWORD free,
                                        LPDWORD total)
{
    NT_CLEANUP(nt_freep) char *path = NULL;
    NTSTATUS status = path_of_wide(root, &path);

    return NT_SUCCESS(status) ? tell_clusters(path, sectors, bytes, free, total)
                              : nt_api_result(status);
}

NT_EXPORT BOOL WINAPI GetDiskFreeSpaceExA(LPCSTR directory, PULARGE_INTEGER available,
                                          PULARGE_INTEGER total, PULARGE_INTEGER free)
{
    NT_CLEANUP(nt_freep) char *path = NULL;
    NTSTATUS status = path_of(directory, &path);

    return NT_SUCCESS(status) ? tell_bytes(path, available, total, free) : nt_api_result(status);
}

NT_EXPORT BOOL WINAPI GetDiskFreeSpaceExW(LPCWSTR directory, PULARGE_INTEGER available,
                                          PULARGE_INTEGER total, PULARGE_INTEGER free)
{
    NT_CLEANUP(nt_freep) char *path = NULL;
    NTSTATUS status = path_of_wide(directory, &path);

    return NT_SUCCESS(status) ? tell_bytes(path, available, total, free) : nt_api_result(status);
}

/* --- the code page of paths ---------------------------------------------------------------- */

static atomic_bool is_oem;

NT_EXPORT BOOL WINAPI AreFileApisANSI(void)
{
    return !atomic_load(&is_oem);
}

NT_EXPORT void WINAPI SetFileApisToANSI(void)
{
    atomic_store(&is_oem, false);
}

NT_EXPORT void WINAPI SetFileApisToOEM(void)
{
    atomic_store(&is_oem, true);
}
