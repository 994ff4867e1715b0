// SPDX-License-Identifier: MIT
/*
 * NtCreateDirectoryObject, NtOpenDirectoryObject and NtQueryDirectoryObject. The query is written
 * for wide characters of both widths: the structures are the same, only the text behind them has
 * other characters.
 */
#include <stdlib.h>
#include <string.h>

#include <ntstatus.h>
#include <windows.h>
#include <winternl.h>

#include "api/type-name.h"
#include "api/wide16.h"
#include "lib/object/directory.h"
#include "util/macro.h"

/* --- create and open ---------------------------------------------------------------- */

NT_EXPORT NTSTATUS NTAPI NtCreateDirectoryObject(PHANDLE ret_handle, ACCESS_MASK access,
                                                 POBJECT_ATTRIBUTES attributes)
{
    NT_CLEANUP(nt_object_name_deinit) struct nt_object_name name;
    NTSTATUS status = nt_object_name_from_attributes(&name, attributes);
    HANDLE handle = NULL;

    if (!ret_handle)
        return STATUS_ACCESS_VIOLATION;
    if (NT_SUCCESS(status))
        status = nt_directory_object_create(&name, access, &handle);
    *ret_handle = NT_SUCCESS(status) ? handle : NULL;
    return status;
}

NT_EXPORT NTSTATUS NTAPI NtOpenDirectoryObject(PHANDLE ret_handle, ACCESS_MASK access,
                                               POBJECT_ATTRIBUTES attributes)
{
    NT_CLEANUP(nt_object_name_deinit) struct nt_object_name name;
    NTSTATUS status = nt_object_name_from_attributes(&name, attributes);
    HANDLE handle = NULL;

    if (!ret_handle)
        return STATUS_ACCESS_VIOLATION;
    if (!attributes) /* 11.31 */
        status = STATUS_INVALID_PARAMETER;
    if (NT_SUCCESS(status))
        status = nt_directory_object_open(&name, access, &handle);
    *ret_handle = NT_SUCCESS(status) ? handle : NULL;
    return status;
}

/* --- query -------------------------------------------------------------------------- */

/* @kind: as it is listed, with the sort in its upper half. */
static const char *type_name(uint32_t kind)
{
    return nt_api_type_name(kind & UINT16_MAX, kind >> 16);
}

/* One question. What fits is written behind its entry's place; the entries come at the end. */
struct query {
    unsigned char *buffer;
    size_t room;
    unsigned wide_size; /* of a character: sizeof(wchar_t), or 2 for a 16-bit unit */
    bool single;
    uint64_t index;          /* of the next entry */
    size_t used;             /* what the answer takes, with the entry of zeros */
    size_t needed;           /* and with the one that did not fit */
    size_t n;                /* entries */
    struct nt_wide16 *names; /* malloc'ed, n of them */
    uint32_t *kinds;
};

static void query_deinit(struct query *query)
{
    for (size_t i = 0; i < query->n; i++)
        nt_wide16_deinit(&query->names[i]);
    free(query->names);
    free(query->kinds);
}

static size_t name_bytes(const struct query *query, const struct nt_wide16 *name)
{
    size_t count = query->wide_size == sizeof(wchar_t)
                       ? name->count
                       : nt_wide16_put(name->text, name->count, NULL, 0);

    return (count + 1) * query->wide_size;
}

static size_t type_bytes(const struct query *query, uint32_t kind)
{
    return (strlen(type_name(kind)) + 1) * query->wide_size;
}

/* Room for one entry more in both arrays. */
static bool grow(struct query *query)
{
    size_t n = query->n ? query->n * 2 : 16;
    void *names, *kinds;

    if (query->n & (query->n - 1) || (query->n > 0 && query->n < 16))
        return true;
    names = realloc(query->names, n * sizeof(*query->names));
    if (names)
        query->names = names;
    kinds = realloc(query->kinds, n * sizeof(*query->kinds));
    if (kinds)
        query->kinds = kinds;
    return names && kinds;
}

/*
 * STATUS_SUCCESS: taken, or passed over since a UNICODE_STRING cannot count it;
 * STATUS_MORE_ENTRIES: no room.
 */
static NTSTATUS take(struct query *query, uint32_t kind, const uint16_t *units, size_t count)
{
    struct nt_wide16 name;
    size_t bytes;

    if (!grow(query) || !nt_wide16_init(&name, units, count))
        return STATUS_NO_MEMORY;
    bytes = name_bytes(query, &name);
    if (bytes > UINT16_MAX) {
        nt_wide16_deinit(&name);
        return STATUS_SUCCESS;
    }
    query->needed =
        query->used + sizeof(OBJECT_DIRECTORY_INFORMATION) + bytes + type_bytes(query, kind);
    if (query->needed > query->room) {
        nt_wide16_deinit(&name);
        return STATUS_MORE_ENTRIES;
    }
    query->used = query->needed;
    query->names[query->n] = name; /* text is found again when it is written */
    query->kinds[query->n++] = kind;
    return STATUS_SUCCESS;
}

/* The entries of one answer of the broker. */
static NTSTATUS take_all(struct query *query, const struct nt_list_reply *list,
                         const unsigned char *bytes, size_t size)
{
    NTSTATUS status = STATUS_SUCCESS;
    size_t at = 0;

    for (uint32_t i = 0; i < list->n_entries; i++) {
        struct nt_list_entry entry;
        size_t length;

        if (size - at < sizeof(entry))
            return STATUS_CONNECTION_DISCONNECTED;
        memcpy(&entry, bytes + at, sizeof(entry));
        length = nt_ipc_padded(sizeof(entry) + entry.name_units * sizeof(uint16_t));
        if (entry.name_units > NT_IPC_MAX_UNITS || length > size - at)
            return STATUS_CONNECTION_DISCONNECTED;
        status =
            take(query, entry.kind | (uint32_t)entry.sort << 16,
                 (const uint16_t *)(const void *)(bytes + at + sizeof(entry)), entry.name_units);
        if (status != STATUS_SUCCESS)
            return status;
        at += length;
        query->index++;
        if (query->single && query->n > 0)
            return STATUS_SUCCESS;
    }
    return status;
}

static NTSTATUS gather(struct query *query, HANDLE handle)
{
    struct nt_list_reply list = {.more = 1};
    NTSTATUS status = STATUS_SUCCESS;

    while (status == STATUS_SUCCESS && list.more && !(query->single && query->n > 0)) {
        NT_CLEANUP(nt_freep) void *bytes = NULL;
        size_t size = 0;

        status = nt_directory_list(handle, query->index, &list, &bytes, &size);
        if (status == STATUS_SUCCESS)
            status = take_all(query, &list, bytes, size);
    }
    return status;
}

static UNICODE_STRING put_string(const struct query *query, unsigned char **at,
                                 const struct nt_wide16 *text)
{
    size_t bytes = name_bytes(query, text);
    UNICODE_STRING string = {
        .Length = (USHORT)(bytes - query->wide_size),
        .MaximumLength = (USHORT)bytes,
        .Buffer = (PWSTR)(void *)*at,
    };

    if (query->wide_size == sizeof(wchar_t))
        memcpy(*at, text->text, string.Length);
    else
        nt_wide16_put(text->text, text->count, (uint16_t *)(void *)*at,
                      string.Length / sizeof(uint16_t));
    memset(*at + string.Length, 0, query->wide_size);
    *at += bytes;
    return string;
}

/* The buffer may be aligned as it likes. */
static void put_all(const struct query *query)
{
    unsigned char *entries = query->buffer;
    unsigned char *at = entries + (query->n + 1) * sizeof(OBJECT_DIRECTORY_INFORMATION);

    for (size_t i = 0; i < query->n; i++) {
        const char *type = type_name(query->kinds[i]);
        struct nt_wide16 text = {.text = text.storage};
        OBJECT_DIRECTORY_INFORMATION information;

        while (type[text.count]) {
            text.storage[text.count] = (unsigned char)type[text.count];
            text.count++;
        }
        query->names[i].text =
            query->names[i].heap ? query->names[i].heap : query->names[i].storage;
        information.Name = put_string(query, &at, &query->names[i]);
        information.TypeName = put_string(query, &at, &text);
        memcpy(entries + i * sizeof(information), &information, sizeof(information));
    }
    memset(entries + query->n * sizeof(OBJECT_DIRECTORY_INFORMATION), 0,
           sizeof(OBJECT_DIRECTORY_INFORMATION));
}

static NTSTATUS query_directory(struct query *query, HANDLE handle, PULONG context,
                                PULONG ret_length)
{
    NTSTATUS status = gather(query, handle);

    if (!NT_SUCCESS(status))
        return status;
    if (query->n == 0)
        status = status == STATUS_MORE_ENTRIES ? STATUS_BUFFER_TOO_SMALL : STATUS_NO_MORE_ENTRIES;
    if (ret_length)
        *ret_length = (ULONG)(status == STATUS_BUFFER_TOO_SMALL ? query->needed : query->used);
    if (query->n == 0)
        return status;
    put_all(query);
    *context = (ULONG)query->index;
    return status;
}

static NTSTATUS answer(unsigned wide_size, HANDLE handle, PVOID buffer, ULONG size, BOOLEAN single,
                       BOOLEAN restart, PULONG context, PULONG ret_length)
{
    NT_CLEANUP(query_deinit)
    struct query query = {
        .buffer = buffer,
        .room = size,
        .wide_size = wide_size,
        .single = single != 0,
        .used = sizeof(OBJECT_DIRECTORY_INFORMATION),
    };

    if (!context || (!buffer && size > 0))
        return STATUS_ACCESS_VIOLATION;
    query.index = restart ? 0 : *context;
    return query_directory(&query, handle, context, ret_length);
}

NT_EXPORT NTSTATUS NTAPI NtQueryDirectoryObject(HANDLE handle, PVOID buffer, ULONG size,
                                                BOOLEAN single, BOOLEAN restart, PULONG context,
                                                PULONG ret_length)
{
    return answer(sizeof(wchar_t), handle, buffer, size, single, restart, context, ret_length);
}

NT_TWIN(NTSTATUS, NtQueryDirectoryObject, HANDLE handle, PVOID buffer, ULONG size, BOOLEAN single,
        BOOLEAN restart, PULONG context, PULONG ret_length)
{
    return answer(sizeof(uint16_t), handle, buffer, size, single, restart, context, ret_length);
}
