// SPDX-License-Identifier: MIT
/*
 * NtQueryObject, for wide characters of both widths: the structures are the same, only the text
 * behind them has other characters. Names are kept as 16-bit units and written from there.
 */
#include <stdlib.h>
#include <string.h>

#include <ntstatus.h>
#include <windows.h>
#include <winternl.h>

#include "api/wide16.h"
#include "lib/object/query.h"
#include "rtl/access.h"
#include "util/macro.h"

/* Attributes that no handle of these types can have. */
#define INVALID_ATTRIBUTES OBJ_OPENLINK

/* Where an answer goes, and how its characters look. */
struct answer {
    void *buffer;
    ULONG size;
    unsigned wide_size; /* of a character: sizeof(wchar_t), or 2 for a 16-bit unit */
    ULONG length;       /* out: bytes written or needed */
};

/* --- text ----------------------------------------------------------------------------- */

static ULONG text_bytes(const struct nt_wide16 *text, unsigned wide_size)
{
    if (wide_size == sizeof(wchar_t))
        return (ULONG)(text->count * sizeof(wchar_t));
    return (ULONG)(nt_wide16_put(text->text, text->count, NULL, 0) * sizeof(uint16_t));
}

/* The text, terminated, behind a structure of @offset bytes, and the string that counts it. */
static void put_text(const struct answer *answer, ULONG offset, const struct nt_wide16 *text)
{
    ULONG bytes = text_bytes(text, answer->wide_size);
    char *at = (char *)answer->buffer + offset;
    UNICODE_STRING string = {
        .Length = (USHORT)bytes,
        .MaximumLength = (USHORT)(bytes + answer->wide_size),
        .Buffer = (PWSTR)(void *)at,
    };

    if (answer->wide_size == sizeof(wchar_t))
        memcpy(at, text->text, bytes);
    else
        nt_wide16_put(text->text, text->count, (uint16_t *)(void *)at, bytes / sizeof(uint16_t));
    memset(at + bytes, 0, answer->wide_size);
    memcpy(answer->buffer, &string, sizeof(string));
}

/* --- names ---------------------------------------------------------------------------- */

static NTSTATUS get_name(const struct nt_object *object, struct nt_wide16 *text)
{
    NT_CLEANUP(nt_freep) struct nt_object_path *path = NULL;
    NTSTATUS status = nt_object_query_name(object, &path);

    if (NT_SUCCESS(status) &&
        !nt_wide16_init(text, path ? path->units : NULL, path ? path->count : 0))
        status = STATUS_NO_MEMORY;
    return status;
}

/* What the name takes with its structure. Only a name that a UNICODE_STRING can count is told. */
static NTSTATUS measure_name(const struct nt_wide16 *text, unsigned wide_size, ULONG *ret_length)
{
    ULONG bytes = text->text ? text_bytes(text, wide_size) + wide_size : 0;

    *ret_length = (ULONG)sizeof(OBJECT_NAME_INFORMATION) + bytes;
    return bytes > UINT16_MAX ? STATUS_NAME_TOO_LONG : STATUS_SUCCESS;
}

static NTSTATUS query_name(const struct nt_object *object, struct answer *answer)
{
    NT_CLEANUP(nt_wide16_deinit) struct nt_wide16 text = {.text = NULL};
    NTSTATUS status = get_name(object, &text);

    if (NT_SUCCESS(status))
        status = measure_name(&text, answer->wide_size, &answer->length);
    if (!NT_SUCCESS(status))
        return status;
    if (answer->size < sizeof(OBJECT_NAME_INFORMATION))
        return STATUS_INFO_LENGTH_MISMATCH;
    if (!answer->buffer)
        return STATUS_ACCESS_VIOLATION;
    if (answer->size < answer->length) /* files are asked in another way than objects */
        return object->type->kind == NT_KIND_FILE ? STATUS_BUFFER_OVERFLOW
                                                  : STATUS_INFO_LENGTH_MISMATCH;
    memset(answer->buffer, 0, sizeof(OBJECT_NAME_INFORMATION));
    if (text.text)
        put_text(answer, sizeof(OBJECT_NAME_INFORMATION), &text);
    return STATUS_SUCCESS;
}

/* --- types ---------------------------------------------------------------------------- */

static ULONG type_length(const struct nt_object *object, unsigned wide_size)
{
    return (ULONG)(sizeof(OBJECT_TYPE_INFORMATION) + (strlen(object->type->name) + 1) * wide_size);
}

static NTSTATUS query_type(const struct nt_object *object, struct answer *answer)
{
    const struct nt_kind_rights *rights = nt_kind_rights(object->type->kind);
    struct nt_wide16 text = {.text = text.storage};
    OBJECT_TYPE_INFORMATION information = {
        .InvalidAttributes = INVALID_ATTRIBUTES,
        .GenericMapping = {rights->read, rights->write, rights->execute, rights->all},
        .ValidAccessMask = rights->valid,
    };

    answer->length = type_length(object, answer->wide_size);
    if (answer->size < answer->length)
        return STATUS_INFO_LENGTH_MISMATCH;
    if (!answer->buffer)
        return STATUS_ACCESS_VIOLATION;
    for (const char *at = object->type->name; *at; at++)
        text.storage[text.count++] = (unsigned char)*at;
    memcpy(answer->buffer, &information, sizeof(information));
    put_text(answer, sizeof(information), &text);
    return STATUS_SUCCESS;
}

/* --- handles -------------------------------------------------------------------------- */

static NTSTATUS query_basic(const struct nt_object *object,
                            const struct nt_handle_description *handle, struct answer *answer)
{
    NT_CLEANUP(nt_wide16_deinit) struct nt_wide16 text = {.text = NULL};
    OBJECT_BASIC_INFORMATION information = {
        .Attributes = handle->attributes,
        .GrantedAccess = handle->access,
        .HandleCount = handle->handles,
        .PointerCount = handle->pointers,
        .TypeInformationLength = type_length(object, answer->wide_size),
    };
    NTSTATUS status;

    answer->length = sizeof(information);
    if (answer->size != sizeof(information))
        return STATUS_INFO_LENGTH_MISMATCH;
    if (!answer->buffer)
        return STATUS_ACCESS_VIOLATION;
    status = get_name(object, &text);
    if (!NT_SUCCESS(status))
        return status;
    if (text.text)
        (void)measure_name(&text, answer->wide_size, &information.NameInformationLength);
    memcpy(answer->buffer, &information, sizeof(information));
    return STATUS_SUCCESS;
}

static NTSTATUS query_data(const struct nt_handle_description *handle, struct answer *answer)
{
    const OBJECT_DATA_INFORMATION information = {
        .InheritHandle = (handle->attributes & OBJ_INHERIT) != 0,
        .ProtectFromClose = (handle->attributes & OBJ_PROTECT_CLOSE) != 0,
    };

    answer->length = sizeof(information);
    if (answer->size < sizeof(information))
        return STATUS_INVALID_BUFFER_SIZE;
    if (!answer->buffer)
        return STATUS_ACCESS_VIOLATION;
    memcpy(answer->buffer, &information, sizeof(information));
    return STATUS_SUCCESS;
}

static NTSTATUS query(HANDLE given, OBJECT_INFORMATION_CLASS what, struct answer *answer,
                      ULONG *ret_length)
{
    NT_CLEANUP(nt_object_closep) struct nt_object *object = NULL;
    struct nt_handle_description handle;
    NTSTATUS status = nt_handle_describe(given, &handle, &object);

    if (!NT_SUCCESS(status))
        return status;
    switch ((int)what) {
    case ObjectBasicInformation:
        status = query_basic(object, &handle, answer);
        break;
    case ObjectNameInformation:
        status = query_name(object, answer);
        break;
    case ObjectTypeInformation:
        status = query_type(object, answer);
        break;
    case ObjectDataInformation:
        status = query_data(&handle, answer);
        break;
    default:
        return STATUS_INVALID_INFO_CLASS;
    }
    if (ret_length)
        *ret_length = answer->length;
    return status;
}

NT_EXPORT NTSTATUS NTAPI NtQueryObject(HANDLE handle, OBJECT_INFORMATION_CLASS what, PVOID buffer,
                                       ULONG size, PULONG ret_length)
{
    struct answer answer = {.buffer = buffer, .size = size, .wide_size = sizeof(wchar_t)};

    return query(handle, what, &answer, ret_length);
}

NT_TWIN(NTSTATUS, NtQueryObject, HANDLE handle, OBJECT_INFORMATION_CLASS what, PVOID buffer,
        ULONG size, PULONG ret_length)
{
    struct answer answer = {.buffer = buffer, .size = size, .wide_size = sizeof(uint16_t)};

    return query(handle, what, &answer, ret_length);
}
