// SPDX-License-Identifier: MIT
/*
 * Objects by their names; see names.h. Nobody knows the kind of a name before it is opened: each
 * kind is tried until one does not say that the name is something else's.
 */
#include "tool/names.h"

#include <aclapi.h>
#include <ntshm/ntshm.h>
#include <ntshm/shared.h>
#include <ntstatus.h>
#include <sddl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <wchar.h>
#include <winternl.h>

#include "tool/text.h"
#include "util/macro.h"

#define LONGEST 4096 /* units of a name or path */
#define PARTS                                                                              \
    (OWNER_SECURITY_INFORMATION | GROUP_SECURITY_INFORMATION | DACL_SECURITY_INFORMATION | \
     LABEL_SECURITY_INFORMATION)

/* --- text ----------------------------------------------------------------------------------- */

static bool widen(const char *text, wchar_t *wide)
{
    return MultiByteToWideChar(CP_UTF8, MB_ERR_INVALID_CHARS, text, -1, wide, LONGEST) > 0;
}

/* Cleaned UTF-8 as JSON, of a text that somebody else wrote. */
static struct json_object *text_of(const wchar_t *wide, size_t count)
{
    char *bytes = malloc(4 * count + 1), *clean = malloc(12 * count + 4);
    struct json_object *text = NULL;
    int n = 0;

    if (bytes && clean && count > 0)
        n = WideCharToMultiByte(CP_UTF8, 0, wide, (int)count, bytes, (int)(4 * count), NULL, NULL);
    if (bytes && clean)
        text = json_object_new_string(nt_text_clean(bytes, (size_t)n, clean, 12 * count + 4));
    free(bytes);
    free(clean);
    return text;
}

/* --- opening -------------------------------------------------------------------------------- */

HANDLE nt_name_open(const char *name)
{
    static HANDLE(WINAPI *const opens[])(DWORD access, BOOL inherit, LPCWSTR name) = {
        OpenFileMappingW, ntshm_open_sharedW, OpenEventW,     OpenMutexW,
        OpenSemaphoreW,   OpenWaitableTimerW, OpenJobObjectW,
    };
    static wchar_t wide[LONGEST];
    HANDLE handle = NULL;

    if (!widen(name, wide)) {
        SetLastError(ERROR_INVALID_NAME);
        return NULL;
    }
    SetLastError(ERROR_INVALID_HANDLE);
    for (size_t i = 0; i < NT_ARRAY_SIZE(opens) && !handle; i++) {
        if (GetLastError() != ERROR_INVALID_HANDLE)
            return NULL;
        handle = opens[i](MAXIMUM_ALLOWED, FALSE, wide);
    }
    return handle;
}

/* --- facts ---------------------------------------------------------------------------------- */

static union {
    UNICODE_STRING string; /* both classes begin with one */
    char bytes[2 * sizeof(wchar_t) * LONGEST];
} information;

static struct json_object *query(HANDLE handle, OBJECT_INFORMATION_CLASS what)
{
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

static void add_rights(struct json_object *facts, HANDLE handle)
{
    PUBLIC_OBJECT_BASIC_INFORMATION basic;
    ULONG length;
    char text[16];

    if (!NT_SUCCESS(NtQueryObject(handle, ObjectBasicInformation, &basic, sizeof(basic), &length)))
        return;
    snprintf(text, sizeof(text), "0x%08x", (unsigned)basic.GrantedAccess);
    json_object_object_add(facts, "access", json_object_new_string(text));
}

static void add_security(struct json_object *facts, HANDLE handle)
{
    PSECURITY_DESCRIPTOR descriptor = NULL;
    LPSTR sddl = NULL;

    if (GetSecurityInfo(handle, SE_KERNEL_OBJECT, PARTS, NULL, NULL, NULL, NULL, &descriptor) != 0)
        return;
    if (ConvertSecurityDescriptorToStringSecurityDescriptorA(descriptor, SDDL_REVISION_1, PARTS,
                                                             &sddl, NULL))
        json_object_object_add(facts, "security", json_object_new_string(sddl));
    LocalFree(sddl);
    LocalFree(descriptor);
}

static void add_section(struct json_object *facts, HANDLE handle)
{
    SECTION_BASIC_INFORMATION basic;

    if (!NT_SUCCESS(NtQuerySection(handle, SectionBasicInformation, &basic, sizeof(basic), NULL)))
        return;
    json_object_object_add(facts, "bytes", json_object_new_int64(basic.Size.QuadPart));
    json_object_object_add(
        facts, "shows",
        json_object_new_string(basic.Attributes & SEC_IMAGE         ? "an image"
                               : basic.Attributes & SEC_FILE        ? "a file"
                               : basic.Attributes & SEC_LARGE_PAGES ? "large pages"
                               : basic.Attributes & SEC_RESERVE     ? "memory, reserved"
                                                                    : "memory"));
}

static void add_carried(struct json_object *facts, HANDLE handle)
{
    struct ntshm_shared shared;

    if (!ntshm_take_shared(handle, &shared))
        return;
    nt_carried_facts(facts, &shared);
    for (UINT i = 0; i < shared.n_fds; i++)
        close(shared.fds[i]);
}

struct json_object *nt_name_facts(const char *name, HANDLE handle)
{
    struct json_object *facts = json_object_new_object();
    char clean[1024];

    if (!facts)
        return NULL;
    json_object_object_add(
        facts, "name",
        json_object_new_string(nt_text_clean(name, strlen(name), clean, sizeof(clean))));
    json_object_object_add(facts, "path", query(handle, ObjectNameInformation));
    json_object_object_add(facts, "type", query(handle, ObjectTypeInformation));
    add_rights(facts, handle);
    add_section(facts, handle);
    add_carried(facts, handle);
    add_security(facts, handle);
    return facts;
}

static void print_fact(FILE *out, const char *key, struct json_object *value)
{
    if (json_object_is_type(value, json_type_int)) {
        char number[32];

        fprintf(out, "%-11s %s\n", key,
                nt_text_number((uint64_t)json_object_get_int64(value), number));
    } else if (value) {
        fprintf(out, "%-11s %s\n", key, json_object_get_string(value));
    }
}

void nt_name_print(FILE *out, struct json_object *facts)
{
    json_object_object_foreach(facts, key, value)
    {
        if (!json_object_is_type(value, json_type_array)) {
            print_fact(out, key, value);
            continue;
        }
        for (size_t i = 0; i < json_object_array_length(value); i++) {
            struct json_object *entry = json_object_array_get_idx(value, i);

            print_fact(out, "descriptor", json_object_object_get(entry, "text"));
        }
    }
}

/* --- directories ---------------------------------------------------------------------------- */

static HANDLE open_directory(const wchar_t *path)
{
    OBJECT_ATTRIBUTES attributes;
    UNICODE_STRING string;
    HANDLE handle = NULL;
    NTSTATUS status;

    RtlInitUnicodeString(&string, path);
    InitializeObjectAttributes(&attributes, &string, 0, NULL, NULL);
    status = NtOpenDirectoryObject(&handle, DIRECTORY_QUERY, &attributes);
    if (!NT_SUCCESS(status))
        SetLastError(RtlNtStatusToDosError(status));
    return handle;
}

/* What is always there is nobody's. */
static bool is_furniture(const wchar_t *name, const wchar_t *type)
{
    return wcscmp(type, L"SymbolicLink") == 0 ||
           (wcscmp(type, L"Directory") == 0 && wcscmp(name, L"Session") == 0);
}

static struct json_object *new_entry(const char *prefix, const OBJECT_DIRECTORY_INFORMATION *from)
{
    struct json_object *entry = json_object_new_object();
    struct json_object *name =
        text_of(from->Name.Buffer, from->Name.Length / sizeof(*from->Name.Buffer));
    size_t size = strlen(prefix) + (name ? strlen(json_object_get_string(name)) : 0) + 1;
    char *text = malloc(size);

    if (entry && name && text) {
        snprintf(text, size, "%s%s", prefix, json_object_get_string(name));
        json_object_object_add(entry, "name", json_object_new_string(text));
        json_object_object_add(
            entry, "type",
            text_of(from->TypeName.Buffer, from->TypeName.Length / sizeof(*from->Name.Buffer)));
    }
    free(text);
    json_object_put(name);
    return entry;
}

static void list_into(struct json_object *list, const char *prefix, HANDLE directory, bool all)
{
    static union {
        OBJECT_DIRECTORY_INFORMATION entry;
        char bytes[4 * sizeof(wchar_t) * LONGEST];
    } answer;
    ULONG context = 0, length;
    BOOLEAN restart = TRUE;

    while (NtQueryDirectoryObject(directory, &answer, sizeof(answer), TRUE, restart, &context,
                                  &length) == STATUS_SUCCESS) {
        restart = FALSE;
        if (all || !is_furniture(answer.entry.Name.Buffer, answer.entry.TypeName.Buffer))
            json_object_array_add(list, new_entry(prefix, &answer.entry));
    }
}

/* The number of the caller's session, which is the only one beside 0 that he sees. */
static bool find_session(wchar_t *path)
{
    struct json_object *sessions = json_object_new_array();
    HANDLE directory = open_directory(L"\\Sessions");
    bool found = false;
    char text[64];

    if (directory && sessions)
        list_into(sessions, "", directory, true);
    for (size_t i = 0; sessions && i < json_object_array_length(sessions); i++) {
        struct json_object *entry = json_object_array_get_idx(sessions, i);
        const char *name = json_object_get_string(json_object_object_get(entry, "name"));

        if (!name || strcmp(name, "0") == 0)
            continue;
        snprintf(text, sizeof(text), "\\Sessions\\%s\\BaseNamedObjects", name);
        found = widen(text, path);
    }
    json_object_put(sessions);
    CloseHandle(directory);
    return found;
}

struct json_object *nt_name_list(const char *path)
{
    struct ntshm_broker_statistics statistics = {.size = sizeof(statistics)};
    struct json_object *list = json_object_new_array();
    static wchar_t wide[LONGEST];
    HANDLE directory;

    /* Without a broker there are no names, and none is started to say so. */
    if (!list || !ntshm_broker_statistics(&statistics))
        return list;
    if (path && !widen(path, wide)) {
        json_object_put(list);
        SetLastError(ERROR_INVALID_NAME);
        return NULL;
    }
    directory = open_directory(path ? wide : L"\\BaseNamedObjects");
    if (!directory) {
        json_object_put(list);
        return NULL;
    }
    list_into(list, path ? "" : "Global\\", directory, path != NULL);
    CloseHandle(directory);
    if (!path && find_session(wide) && (directory = open_directory(wide))) {
        list_into(list, "Local\\", directory, false);
        CloseHandle(directory);
    }
    return list;
}
