// SPDX-License-Identifier: MIT
/*
 * Names and paths, directories, and what a handle tells; see names.h.
 */
#include "tool/names/names.h"

#include <limits.h>
#include <ntstatus.h>
#include <stdlib.h>
#include <string.h>
#include <wchar.h>
#include <winternl.h>

#include "tool/kit/text.h"

#define LONGEST 32768 /* units of a name or path */

/* --- text ----------------------------------------------------------------------------------- */

wchar_t *nt_name_wide(const char *text)
{
    size_t room = strlen(text) + 1;
    wchar_t *wide = room <= INT_MAX ? calloc(room, sizeof(*wide)) : NULL;

    if (wide && MultiByteToWideChar(CP_UTF8, MB_ERR_INVALID_CHARS, text, -1, wide, (int)room) > 0)
        return wide;
    SetLastError(wide ? ERROR_NO_UNICODE_TRANSLATION : ERROR_NOT_ENOUGH_MEMORY);
    free(wide);
    return NULL;
}

char *nt_name_utf8(const wchar_t *wide, size_t count)
{
    char *bytes = malloc(4 * count + 1);
    int n = 0;

    if (bytes && count > 0)
        n = WideCharToMultiByte(CP_UTF8, 0, wide, (int)count, bytes, (int)(4 * count), NULL, NULL);
    if (bytes)
        bytes[n > 0 ? n : 0] = 0;
    return bytes;
}

/* Cleaned, as JSON, of a text that somebody else wrote. */
static struct json_object *text_of(const wchar_t *wide, size_t count)
{
    char *bytes = nt_name_utf8(wide, count), *clean = malloc(12 * count + 4);
    struct json_object *text = NULL;

    if (bytes && clean)
        text = json_object_new_string(nt_text_clean(bytes, strlen(bytes), clean, 12 * count + 4));
    free(bytes);
    free(clean);
    return text;
}

/* --- paths ---------------------------------------------------------------------------------- */

static const char *skip(const char *text, const char *prefix)
{
    size_t n = strlen(prefix);

    return strncmp(text, prefix, n) == 0 ? text + n : NULL;
}

char *nt_name_win32(const char *path)
{
    const char *rest = skip(path, "\\BaseNamedObjects\\"), *inside;
    char *name = NULL;

    if (rest && asprintf(&name, "Global\\%s", rest) < 0)
        return NULL;
    rest = rest ? NULL : skip(path, "\\Sessions\\");
    inside = rest ? strstr(rest, "\\BaseNamedObjects\\") : NULL;
    if (inside && inside - rest < 12 &&
        asprintf(&name, "Session\\%.*s\\%s", (int)(inside - rest), rest,
                 inside + strlen("\\BaseNamedObjects\\")) < 0)
        return NULL;
    return name;
}

static HANDLE open_path(const char *path, ACCESS_MASK access)
{
    wchar_t *wide = nt_name_wide(path);
    OBJECT_ATTRIBUTES attributes;
    UNICODE_STRING string;
    HANDLE handle = NULL;
    NTSTATUS status;

    if (!wide)
        return NULL;
    RtlInitUnicodeString(&string, wide);
    InitializeObjectAttributes(&attributes, &string, 0, NULL, NULL);
    status = NtOpenDirectoryObject(&handle, access, &attributes);
    free(wide);
    if (!NT_SUCCESS(status)) {
        SetLastError(RtlNtStatusToDosError(status));
        return NULL;
    }
    return handle;
}

/* Entries of \Sessions: 0 and the caller's own. */
unsigned nt_name_session(void)
{
    static union {
        OBJECT_DIRECTORY_INFORMATION entry;
        char bytes[1024];
    } answer;
    HANDLE directory = open_path("\\Sessions", DIRECTORY_QUERY);
    ULONG context = 0, length;
    unsigned session = 0;

    while (directory && NtQueryDirectoryObject(directory, &answer, sizeof(answer), TRUE,
                                               context == 0, &context, &length) == STATUS_SUCCESS) {
        unsigned number = (unsigned)wcstoul(answer.entry.Name.Buffer, NULL, 10);

        session = number ? number : session;
    }
    CloseHandle(directory);
    return session;
}

/* The path from the root of a name that is none; malloc'ed. */
static char *path_of(const char *name)
{
    const char *rest;
    unsigned session;
    char *path;
    int n;

    if (name[0] == '\\')
        return strdup(name);
    rest = skip(name, "Global");
    session = rest && (rest[0] == '\\' || !rest[0]) ? 0 : nt_name_session();
    if (!rest || (rest[0] && rest[0] != '\\'))
        rest = skip(name, "Local");
    if (!rest || (rest[0] && rest[0] != '\\'))
        rest = name;
    if (rest[0] == '\\')
        rest++;
    n = session ? asprintf(&path, "\\Sessions\\%u\\BaseNamedObjects%s%s", session,
                           rest[0] ? "\\" : "", rest)
                : asprintf(&path, "\\BaseNamedObjects%s%s", rest[0] ? "\\" : "", rest);
    return n < 0 ? NULL : path;
}

HANDLE nt_name_open_directory(const char *name, DWORD access)
{
    char *path = path_of(name);
    HANDLE handle = path ? open_path(path, access) : NULL;

    if (!path)
        SetLastError(ERROR_NOT_ENOUGH_MEMORY);
    free(path);
    return handle;
}

/* --- what a handle tells -------------------------------------------------------------------- */

static struct json_object *query(HANDLE handle, OBJECT_INFORMATION_CLASS what)
{
    static union {
        UNICODE_STRING string; /* both classes begin with one */
        char bytes[2 * sizeof(wchar_t) * LONGEST];
    } information;
    ULONG length;

    if (!NT_SUCCESS(NtQueryObject(handle, what, &information, sizeof(information), &length)) ||
        !information.string.Buffer)
        return NULL;
    return text_of(information.string.Buffer, information.string.Length / sizeof(wchar_t));
}

const char *nt_name_type(HANDLE handle, char *text)
{
    struct json_object *type = query(handle, ObjectTypeInformation);

    snprintf(text, NT_NAME_TYPE, "%s", type ? json_object_get_string(type) : "?");
    json_object_put(type);
    return text;
}

struct json_object *nt_name_path(HANDLE handle)
{
    return query(handle, ObjectNameInformation);
}

bool nt_name_committed(HANDLE section, uint64_t size, uint64_t *ret_bytes)
{
    const char *view = MapViewOfFile(section, FILE_MAP_READ, 0, 0, 0);
    MEMORY_BASIC_INFORMATION basic;

    *ret_bytes = 0;
    for (uint64_t at = 0; view && at < size; at += basic.RegionSize) {
        if (!VirtualQuery(view + at, &basic, sizeof(basic)))
            break;
        if (basic.State == MEM_COMMIT)
            *ret_bytes += basic.RegionSize;
    }
    if (view)
        UnmapViewOfFile(view);
    return view != NULL;
}
