// SPDX-License-Identifier: MIT
/*
 * Wrong libraries, see wrong.h.
 */
#include <stdatomic.h>
#include <stdbool.h>
#include <string.h>

#include <windows.h>

#include "model/wrong.h"

enum model_wrong model_wrong;

BOOL WINAPI __real_VirtualFree(LPVOID address, SIZE_T size, DWORD type);
BOOL WINAPI __real_VirtualProtect(LPVOID address, SIZE_T size, DWORD protect, PDWORD old);
SIZE_T WINAPI __real_VirtualQuery(LPCVOID address, PMEMORY_BASIC_INFORMATION info, SIZE_T size);
PVOID WINAPI __real_MapViewOfFile3(HANDLE section, HANDLE process, PVOID base, ULONG64 offset,
                                   SIZE_T size, ULONG type, ULONG protect,
                                   MEM_EXTENDED_PARAMETER *parameters, ULONG count);
BOOL WINAPI __real_UnmapViewOfFile2(HANDLE process, PVOID base, ULONG flags);
BOOL WINAPI __wrap_VirtualFree(LPVOID address, SIZE_T size, DWORD type);
BOOL WINAPI __wrap_VirtualProtect(LPVOID address, SIZE_T size, DWORD protect, PDWORD old);
SIZE_T WINAPI __wrap_VirtualQuery(LPCVOID address, PMEMORY_BASIC_INFORMATION info, SIZE_T size);
PVOID WINAPI __wrap_MapViewOfFile3(HANDLE section, HANDLE process, PVOID base, ULONG64 offset,
                                   SIZE_T size, ULONG type, ULONG protect,
                                   MEM_EXTENDED_PARAMETER *parameters, ULONG count);
BOOL WINAPI __wrap_UnmapViewOfFile2(HANDLE process, PVOID base, ULONG flags);

/* One call in twenty. */
static bool now_and_then(enum model_wrong wrong)
{
    static _Atomic unsigned n;

    return model_wrong == wrong && atomic_fetch_add(&n, 1) % 20 == 19;
}

BOOL WINAPI __wrap_VirtualFree(LPVOID address, SIZE_T size, DWORD type)
{
    ULONG_PTR page = (ULONG_PTR)address & ~(ULONG_PTR)0xFFF;
    unsigned char *first = (unsigned char *)page;
    unsigned char kept[16] = {0};
    MEMORY_BASIC_INFORMATION info;
    DWORD old;
    BOOL done;

    if (type == (MEM_RELEASE | MEM_PRESERVE_PLACEHOLDER) &&
        __real_VirtualQuery(address, &info, sizeof(info)) && info.State == MEM_RESERVE &&
        info.BaseAddress == address && size < info.RegionSize && now_and_then(MODEL_WRONG_SPLIT))
        return TRUE;
    if (type != MEM_DECOMMIT || model_wrong != MODEL_WRONG_DECOMMIT ||
        !__real_VirtualQuery(first, &info, sizeof(info)) || info.Protect != PAGE_READWRITE)
        return __real_VirtualFree(address, size, type);
    memcpy(kept, first, sizeof(kept));
    done = __real_VirtualFree(address, size, type);
    if (done && VirtualAlloc(first, 1, MEM_COMMIT, PAGE_READWRITE)) {
        memcpy(first, kept, sizeof(kept));
        __real_VirtualProtect(first, 1, PAGE_NOACCESS, &old);
    }
    return done;
}

BOOL WINAPI __wrap_VirtualProtect(LPVOID address, SIZE_T size, DWORD protect, PDWORD old)
{
    MEMORY_BASIC_INFORMATION info = {.Protect = 0};
    BOOL done;

    __real_VirtualQuery((char *)address + size - 1, &info, sizeof(info));
    done = __real_VirtualProtect(address, size, protect, old);
    if (done && model_wrong == MODEL_WRONG_PROTECT)
        *old = info.Protect;
    if (!done && model_wrong == MODEL_WRONG_ERROR && GetLastError() == ERROR_INVALID_ADDRESS)
        SetLastError(ERROR_ACCESS_DENIED);
    return done;
}

SIZE_T WINAPI __wrap_VirtualQuery(LPCVOID address, PMEMORY_BASIC_INFORMATION info, SIZE_T size)
{
    SIZE_T got = __real_VirtualQuery(address, info, size);

    if (got && info->State == MEM_RESERVE && now_and_then(MODEL_WRONG_QUERY))
        info->RegionSize += 0x1000;
    return got;
}

PVOID WINAPI __wrap_MapViewOfFile3(HANDLE section, HANDLE process, PVOID base, ULONG64 offset,
                                   SIZE_T size, ULONG type, ULONG protect,
                                   MEM_EXTENDED_PARAMETER *parameters, ULONG count)
{
    if (type == MEM_REPLACE_PLACEHOLDER && offset >= 0x1000 && offset % 0x1000 == 0 && size &&
        now_and_then(MODEL_WRONG_OFFSET))
        offset -= 0x1000;
    return __real_MapViewOfFile3(section, process, base, offset, size, type, protect, parameters,
                                 count);
}

BOOL WINAPI __wrap_UnmapViewOfFile2(HANDLE process, PVOID base, ULONG flags)
{
    MEMORY_BASIC_INFORMATION info;

    if (model_wrong != MODEL_WRONG_RESTORE || flags != MEM_PRESERVE_PLACEHOLDER ||
        !__real_VirtualQuery(base, &info, sizeof(info)) ||
        !__real_UnmapViewOfFile2(process, base, 0))
        return __real_UnmapViewOfFile2(process, base, flags);
    return VirtualAlloc2(process, info.AllocationBase, info.RegionSize,
                         MEM_RESERVE | MEM_RESERVE_PLACEHOLDER, PAGE_NOACCESS, NULL, 0) != NULL;
}
