// SPDX-License-Identifier: MIT
/*
 * processenv.h: the command line and the environment. Inside they are UTF-8; each function is
 * written once for all widths of text.
 */
#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include <windows.h>

#include "api/wide16.h"
#include "lib/process/environment.h"
#include "rtl/text.h"

#define NATIVE sizeof(wchar_t)

static DWORD failed(DWORD error)
{
    SetLastError(error);
    return 0;
}

static DWORD error_of(int r)
{
    return r == -ENOENT   ? ERROR_ENVVAR_NOT_FOUND
           : r == -ENOMEM ? ERROR_NOT_ENOUGH_MEMORY
                          : ERROR_INVALID_PARAMETER;
}

/* A caller's text as UTF-8; NULL with the last error. */
static char *take(const void *text, unsigned width)
{
    char *utf8 = text ? nt_text_new(text, width, SIZE_MAX, 1, NULL) : NULL;

    if (!utf8)
        SetLastError(text ? ERROR_NOT_ENOUGH_MEMORY : ERROR_ENVVAR_NOT_FOUND);
    return utf8;
}

/* Whether @text with its NUL fitted into @room units; *@ret_length is without the NUL. */
static bool give(const char *text, void *buffer, unsigned width, DWORD room, size_t *ret_length)
{
    size_t length = nt_text_convert(text, 1, SIZE_MAX, NULL, width, 0);

    *ret_length = length;
    if (!buffer || length >= room)
        return false;
    nt_text_convert(text, 1, SIZE_MAX, buffer, width, length);
    nt_text_set(buffer, width, length, 0);
    return true;
}

/* --- the command line --------------------------------------------------------------- */

/* The line in each width, made once; the narrow one is the first. */
static void *lines[5];
static pthread_once_t once = PTHREAD_ONCE_INIT;

static void make_lines(void)
{
    static uint32_t empty;

    for (unsigned width = 1; width <= 4; width *= 2) {
        lines[width] = nt_text_new(nt_command_line(), 1, SIZE_MAX, width, NULL);
        if (!lines[width])
            lines[width] = &empty;
    }
}

static void *get_line(unsigned width)
{
    pthread_once(&once, make_lines);
    return lines[width];
}

NT_EXPORT LPSTR WINAPI GetCommandLineA(void)
{
    return get_line(1);
}

NT_EXPORT LPWSTR WINAPI GetCommandLineW(void)
{
    return get_line(NATIVE);
}

NT_TWIN(uint16_t *, GetCommandLineW, void)
{
    return get_line(2);
}

/* --- variables ---------------------------------------------------------------------- */

static DWORD get_variable(const void *name, void *buffer, unsigned width, DWORD size)
{
    NT_CLEANUP(nt_freep) char *utf8 = take(name, width);
    NT_CLEANUP(nt_freep) char *value = NULL;
    size_t length;
    int r;

    if (!utf8)
        return 0;
    r = nt_environment_get(utf8, &value);
    if (r < 0)
        return failed(error_of(r));
    if (!give(value, buffer, width, size, &length))
        return (DWORD)length + 1;
    if (!length)
        SetLastError(ERROR_SUCCESS);
    return (DWORD)length;
}

NT_EXPORT DWORD WINAPI GetEnvironmentVariableA(LPCSTR name, LPSTR buffer, DWORD size)
{
    return get_variable(name, buffer, 1, size);
}

NT_EXPORT DWORD WINAPI GetEnvironmentVariableW(LPCWSTR name, LPWSTR buffer, DWORD size)
{
    return get_variable(name, buffer, NATIVE, size);
}

NT_TWIN(DWORD, GetEnvironmentVariableW, const uint16_t *name, uint16_t *buffer, DWORD size)
{
    return get_variable(name, buffer, 2, size);
}

static BOOL set_variable(const void *name, const void *value, unsigned width)
{
    NT_CLEANUP(nt_freep) char *utf8 = take(name, width);
    NT_CLEANUP(nt_freep) char *text = NULL;
    int r;

    if (!utf8)
        return FALSE;
    if (value) {
        text = take(value, width);
        if (!text)
            return FALSE;
    }
    r = nt_environment_set(utf8, text);
    return r == 0 ? TRUE : (BOOL)failed(error_of(r));
}

NT_EXPORT BOOL WINAPI SetEnvironmentVariableA(LPCSTR name, LPCSTR value)
{
    return set_variable(name, value, 1);
}

NT_EXPORT BOOL WINAPI SetEnvironmentVariableW(LPCWSTR name, LPCWSTR value)
{
    return set_variable(name, value, NATIVE);
}

NT_TWIN(BOOL, SetEnvironmentVariableW, const uint16_t *name, const uint16_t *value)
{
    return set_variable(name, value, 2);
}

static DWORD expand(const void *source, void *buffer, unsigned width, DWORD size)
{
    NT_CLEANUP(nt_freep) char *utf8 = take(source, width);
    NT_CLEANUP(nt_freep) char *text = NULL;
    size_t length;

    if (!utf8)
        return 0;
    text = nt_environment_expand(utf8);
    if (!text)
        return failed(ERROR_NOT_ENOUGH_MEMORY);
    give(text, buffer, width, size, &length);
    return (DWORD)length + 1;
}

NT_EXPORT DWORD WINAPI ExpandEnvironmentStringsA(LPCSTR source, LPSTR buffer, DWORD size)
{
    return expand(source, buffer, 1, size);
}

NT_EXPORT DWORD WINAPI ExpandEnvironmentStringsW(LPCWSTR source, LPWSTR buffer, DWORD size)
{
    return expand(source, buffer, NATIVE, size);
}

NT_TWIN(DWORD, ExpandEnvironmentStringsW, const uint16_t *source, uint16_t *buffer, DWORD size)
{
    return expand(source, buffer, 2, size);
}

static void *get_block(unsigned width)
{
    size_t size;
    NT_CLEANUP(nt_freep) char *block = nt_environment_block(&size);
    void *wide = block ? nt_text_new(block, 1, size, width, NULL) : NULL;

    if (!wide)
        SetLastError(ERROR_NOT_ENOUGH_MEMORY);
    return wide;
}

NT_EXPORT LPWCH WINAPI GetEnvironmentStringsW(void)
{
    return get_block(NATIVE);
}

NT_TWIN(uint16_t *, GetEnvironmentStringsW, void)
{
    return get_block(2);
}

NT_EXPORT BOOL WINAPI FreeEnvironmentStringsW(LPWCH block)
{
    free(block);
    return TRUE;
}

NT_TWIN(BOOL, FreeEnvironmentStringsW, uint16_t *block)
{
    free(block);
    return TRUE;
}
