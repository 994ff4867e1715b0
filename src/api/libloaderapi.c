// SPDX-License-Identifier: MIT
/*
 * libloaderapi.h and apiquery2.h, with the 16-bit twins. What modules there are is in
 * lib/loader/loader.h.
 */
#include <stdlib.h>
#include <string.h>

#include <apiquery2.h>
#include <ntstatus.h>
#include <windows.h>

#include "api/error.h"
#include "api/wide16.h"
#include "lib/loader/loader.h"
#include "lib/text/utf8.h"
#include "util/macro.h"

#define FLAG_PIN       GET_MODULE_HANDLE_EX_FLAG_PIN
#define FLAG_UNCHANGED GET_MODULE_HANDLE_EX_FLAG_UNCHANGED_REFCOUNT
#define FLAG_ADDRESS   GET_MODULE_HANDLE_EX_FLAG_FROM_ADDRESS
#define AS_DATA \
    (LOAD_LIBRARY_AS_DATAFILE | LOAD_LIBRARY_AS_IMAGE_RESOURCE | LOAD_LIBRARY_AS_DATAFILE_EXCLUSIVE)
#define LOAD_FLAGS 0x3FFBu

/* The last part of a wide name in UTF-8: the path before it counts for nothing. */
struct module_name {
    const char *text; /* NULL for NULL; "?", which is no module's name, for what does not fit */
    char storage[256];
};

static const char *narrow(struct module_name *name, const wchar_t *wide)
{
    const wchar_t *part = wide;

    if (!wide)
        return NULL;
    for (; *wide; wide++) {
        if (*wide == L'/' || *wide == L'\\')
            part = wide + 1;
    }
    return nt_text_to_utf8(part, name->storage, sizeof(name->storage)) ? name->storage : "?";
}

/* --- module handles ----------------------------------------------------------------- */

NT_EXPORT HMODULE WINAPI GetModuleHandleA(LPCSTR name)
{
    HMODULE module;

    return nt_api_result(nt_module_find(name, &module)) ? module : NULL;
}

NT_EXPORT HMODULE WINAPI GetModuleHandleW(LPCWSTR wide)
{
    struct module_name name;

    return GetModuleHandleA(narrow(&name, wide));
}

static NTSTATUS get_module(DWORD flags, const char *name, const void *address, HMODULE *ret_module)
{
    NTSTATUS status;

    if ((flags & FLAG_ADDRESS) && address) /* no address is the program, as no name is */
        status = nt_module_at(address, ret_module);
    else
        status = nt_module_find(name, ret_module);
    if (!NT_SUCCESS(status) || (flags & FLAG_UNCHANGED))
        return status;
    return flags & FLAG_PIN ? nt_module_pin(*ret_module) : nt_module_ref(*ret_module);
}

/* @name and @address: one of them, as the flags say. */
static BOOL get_module_ex(DWORD flags, const char *name, const void *address, HMODULE *ret_module)
{
    const DWORD known = FLAG_PIN | FLAG_UNCHANGED | FLAG_ADDRESS;
    HMODULE module = NULL;
    NTSTATUS status;

    if (!ret_module)
        return nt_api_result(STATUS_INVALID_PARAMETER);
    if ((flags & ~known) || (flags & (FLAG_PIN | FLAG_UNCHANGED)) == (FLAG_PIN | FLAG_UNCHANGED)) {
        *ret_module = NULL;
        return nt_api_result(STATUS_INVALID_PARAMETER);
    }
    status = get_module(flags, name, address, &module);
    *ret_module = NT_SUCCESS(status) ? module : NULL;
    return nt_api_result(status);
}

NT_EXPORT BOOL WINAPI GetModuleHandleExA(DWORD flags, LPCSTR name, HMODULE *ret_module)
{
    return get_module_ex(flags, name, name, ret_module);
}

NT_EXPORT BOOL WINAPI GetModuleHandleExW(DWORD flags, LPCWSTR wide, HMODULE *ret_module)
{
    struct module_name name;

    /* An address is no text: it is not to be read. */
    return get_module_ex(flags, flags & FLAG_ADDRESS ? NULL : narrow(&name, wide), wide,
                         ret_module);
}

/* --- loading ------------------------------------------------------------------------ */

NT_EXPORT HMODULE WINAPI LoadLibraryExA(LPCSTR name, HANDLE file, DWORD flags)
{
    HMODULE module;
    NTSTATUS status;

    if (file || (flags & ~LOAD_FLAGS))
        status = STATUS_INVALID_PARAMETER;
    else if (!name)
        status = STATUS_DLL_NOT_FOUND;
    else
        status = nt_module_load(name, &module);
    if (NT_SUCCESS(status) && (flags & AS_DATA)) {
        nt_module_free(module);
        status = STATUS_NOT_SUPPORTED;
    }
    return nt_api_result(status) ? module : NULL;
}

NT_EXPORT HMODULE WINAPI LoadLibraryExW(LPCWSTR wide, HANDLE file, DWORD flags)
{
    struct module_name name;

    if (!wide) { /* the A function finds no module without a name; so does Windows */
        SetLastError(ERROR_INVALID_PARAMETER);
        return NULL;
    }
    return LoadLibraryExA(narrow(&name, wide), file, flags);
}

NT_EXPORT HMODULE WINAPI LoadLibraryA(LPCSTR name)
{
    return LoadLibraryExA(name, NULL, 0);
}

NT_EXPORT HMODULE WINAPI LoadLibraryW(LPCWSTR wide)
{
    return LoadLibraryExW(wide, NULL, 0);
}

NT_EXPORT BOOL WINAPI FreeLibrary(HMODULE module)
{
    return nt_api_result(nt_module_free(module));
}

/* --- functions ---------------------------------------------------------------------- */

static FARPROC get_address(HMODULE module, LPCSTR name, bool wide16)
{
    NTSTATUS status = STATUS_PROCEDURE_NOT_FOUND;
    void *symbol = NULL;
    FARPROC function;

    if ((ULONG_PTR)name > 0xFFFF) /* else an ordinal */
        status = nt_module_symbol(module, name, wide16, &symbol);
    if (!nt_api_result(status))
        return NULL;
    memcpy(&function, &symbol, sizeof(function));
    return function;
}

NT_EXPORT FARPROC WINAPI GetProcAddress(HMODULE module, LPCSTR name)
{
    return get_address(module, name, false);
}

NT_TWIN(FARPROC, GetProcAddress, HMODULE module, LPCSTR name)
{
    return get_address(module, name, true);
}

/* --- file names --------------------------------------------------------------------- */

static NTSTATUS wide_path(HMODULE module, wchar_t **ret_path, size_t *ret_count)
{
    NT_CLEANUP(nt_freep) char *path = NULL;
    NTSTATUS status = nt_module_path(module, &path);

    return NT_SUCCESS(status) ? nt_text_from_utf8(path, ret_path, ret_count) : status;
}

/* Whether @length characters and a NUL fit into @size; the last error says it too. */
static bool fits(size_t length, DWORD size)
{
    SetLastError(length < size ? ERROR_SUCCESS : ERROR_INSUFFICIENT_BUFFER);
    return length < size;
}

NT_EXPORT DWORD WINAPI GetModuleFileNameA(HMODULE module, LPSTR name, DWORD size)
{
    NT_CLEANUP(nt_freep) char *path = NULL;
    size_t length;

    if (!nt_api_result(nt_module_path(module, &path)))
        return 0;
    length = strlen(path);
    if (!fits(length, size)) {
        if (size) {
            memcpy(name, path, size - 1);
            name[size - 1] = '\0';
        }
        return size;
    }
    memcpy(name, path, length + 1);
    return (DWORD)length;
}

NT_EXPORT DWORD WINAPI GetModuleFileNameW(HMODULE module, LPWSTR name, DWORD size)
{
    NT_CLEANUP(nt_freep) wchar_t *path = NULL;
    size_t length;

    if (!nt_api_result(wide_path(module, &path, &length)))
        return 0;
    if (!fits(length, size)) {
        if (size) {
            memcpy(name, path, (size - 1) * sizeof(*name));
            name[size - 1] = L'\0';
        }
        return size;
    }
    memcpy(name, path, (length + 1) * sizeof(*name));
    return (DWORD)length;
}

/* --- API sets ----------------------------------------------------------------------- */

NT_EXPORT BOOL WINAPI IsApiSetImplemented(PCSTR contract)
{
    return contract && nt_api_set_is_known(contract);
}

/* --- 16-bit twins ------------------------------------------------------------------- */

NT_TWIN(HMODULE, GetModuleHandleW, const uint16_t *name)
{
    NT_WIDE16(wide, name, NULL);

    return GetModuleHandleW(wide.text);
}

NT_TWIN(BOOL, GetModuleHandleExW, DWORD flags, const uint16_t *name, HMODULE *ret_module)
{
    NT_WIDE16(wide, flags & FLAG_ADDRESS ? NULL : name, FALSE);

    return GetModuleHandleExW(flags, flags & FLAG_ADDRESS ? (const void *)name : wide.text,
                              ret_module);
}

NT_TWIN(HMODULE, LoadLibraryW, const uint16_t *name)
{
    NT_WIDE16(wide, name, NULL);

    return LoadLibraryW(wide.text);
}

NT_TWIN(HMODULE, LoadLibraryExW, const uint16_t *name, HANDLE file, DWORD flags)
{
    NT_WIDE16(wide, name, NULL);

    return LoadLibraryExW(wide.text, file, flags);
}

NT_TWIN(DWORD, GetModuleFileNameW, HMODULE module, uint16_t *name, DWORD size)
{
    NT_CLEANUP(nt_freep) wchar_t *path = NULL;
    size_t length, units;

    if (!nt_api_result(wide_path(module, &path, &length)))
        return 0;
    units = nt_wide16_put(path, length, NULL, 0);
    if (!fits(units, size)) {
        if (size) {
            memset(name, 0, size * sizeof(*name));
            nt_wide16_put(path, length, name, size - 1);
        }
        return size;
    }
    nt_wide16_put(path, length, name, units);
    name[units] = 0;
    return (DWORD)units;
}
