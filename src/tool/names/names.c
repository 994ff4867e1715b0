// SPDX-License-Identifier: MIT
/*
 * Objects by their names; see names.h. Nobody knows the kind of a name before it is opened: each
 * kind is tried until one does not say that the name is something else's.
 */
#include "tool/names/names.h"

#include <ntshm/ntshm.h>
#include <ntshm/shared.h>
#include <ntstatus.h>
#include <stdlib.h>
#include <string.h>
#include <wchar.h>
#include <winternl.h>

#include "tool/kit/text.h"
#include "tool/tool.h"
#include "util/macro.h"

#define LONGEST 32768 /* units of a name or path */

/* --- text ----------------------------------------------------------------------------------- */

/* A copy in wide characters, malloc'ed; NULL with the last error set. */
static wchar_t *widen(const char *text)
{
    size_t room = strlen(text) + 1;
    wchar_t *wide = room <= 4 * LONGEST ? calloc(room, sizeof(*wide)) : NULL;

    if (wide && MultiByteToWideChar(CP_UTF8, MB_ERR_INVALID_CHARS, text, -1, wide, (int)room) > 0)
        return wide;
    free(wide);
    SetLastError(ERROR_INVALID_NAME);
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
    wchar_t *wide = widen(path);
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

static HANDLE open_directory(const char *name, ACCESS_MASK access)
{
    char *path = path_of(name);
    HANDLE handle = path ? open_path(path, access) : NULL;

    if (!path)
        SetLastError(ERROR_NOT_ENOUGH_MEMORY);
    free(path);
    return handle;
}

HANDLE nt_name_open_directory(const char *name)
{
    return open_directory(name, DIRECTORY_QUERY);
}

/* --- opening -------------------------------------------------------------------------------- */

static HANDLE open_any(const wchar_t *wide, DWORD access)
{
    static HANDLE(WINAPI *const opens[])(DWORD access, BOOL inherit, LPCWSTR name) = {
        OpenFileMappingW, ntshm_open_sharedW, OpenEventW,     OpenMutexW,
        OpenSemaphoreW,   OpenWaitableTimerW, OpenJobObjectW,
    };
    HANDLE handle = NULL;

    SetLastError(ERROR_INVALID_HANDLE);
    for (size_t i = 0; i < NT_ARRAY_SIZE(opens) && !handle; i++) {
        if (GetLastError() != ERROR_INVALID_HANDLE)
            return NULL;
        handle = opens[i](access, FALSE, wide);
    }
    return handle;
}

/* Without a broker there are no names, and none is started to say so. */
static bool has_broker(void)
{
    struct ntshm_broker_statistics statistics = {.size = sizeof(statistics)};

    return ntshm_broker_statistics(&statistics);
}

HANDLE nt_name_open_as(const char *name, DWORD access)
{
    char *other = name[0] == '\\' ? nt_name_win32(name) : NULL;
    bool is_directory = name[0] == '\\' && !other; /* where no object can stand */
    HANDLE handle = NULL;
    wchar_t *wide;

    if (!has_broker()) {
        free(other);
        return NULL;
    }
    wide = widen(other ? other : name);
    if (wide && !is_directory) {
        handle = open_any(wide, access);
        is_directory = !handle && GetLastError() == ERROR_INVALID_HANDLE;
    }
    if (wide && is_directory)
        handle = open_directory(name, access);
    free(wide);
    free(other);
    return handle;
}

HANDLE nt_name_open(const char *name)
{
    return nt_name_open_as(name, MAXIMUM_ALLOWED);
}

int nt_name_not_opened(const char *name)
{
    DWORD error = GetLastError();
    char clean[512];

    nt_text_clean(name, strlen(name), clean, sizeof(clean));
    switch (error) {
    case ERROR_FILE_NOT_FOUND:
        if (!has_broker())
            return nt_tool_error("nobody has a handle of the name '%s': no broker runs", clean);
        return nt_tool_error("nobody has a handle of the name '%s'", clean);
    case ERROR_PATH_NOT_FOUND:
    case ERROR_BAD_PATHNAME:
        return nt_tool_error("there is no such directory: '%s'", clean);
    case ERROR_ACCESS_DENIED:
        return nt_tool_error("'%s' may not be opened (see 'ntshm access %s')", clean, clean);
    case ERROR_INVALID_NAME:
        return nt_tool_error("'%s' is not a name", clean);
    case ERROR_NOT_SUPPORTED:
        return nt_tool_error("the broker that runs is older than this program, and cannot say: "
                             "'ntshm broker stop' ends it when its names are gone");
    case ERROR_CONNECTION_REFUSED:
    case ERROR_CONNECTION_ABORTED:
        return nt_tool_error("the broker does not answer; see 'ntshm broker status'");
    case ERROR_INVALID_HANDLE:
        return nt_tool_error("'%s' is something else", clean);
    default:
        return nt_tool_error("'%s' cannot be opened (error %u)", clean, (unsigned)error);
    }
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
