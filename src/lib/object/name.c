// SPDX-License-Identifier: MIT
/*
 * Names from the three widths that applications use to 16-bit units. Short ones stay in the
 * structure, so that a call with an ordinary name allocates nothing.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <ntstatus.h>

#include "lib/object/directory.h"
#include "lib/object/name.h"
#include "lib/object/namespace.h"
#include "rtl/name.h"
#include "rtl/status.h"
#include "util/macro.h"
#include "util/utf.h"

static void init(struct nt_object_name *name, ULONG attributes)
{
    name->units = name->storage;
    name->count = 0;
    name->attributes = attributes;
    name->absolute = false;
    name->root = (struct nt_name_root){0};
    name->security = NULL;
    name->base = NULL;
    name->heap = NULL;
}

static int convert_utf8(const void *text, size_t length, uint16_t *units, size_t max_units,
                        size_t *ret_count)
{
    (void)length;
    return nt_utf8_to_units(text, units, max_units, ret_count);
}

static int convert_wide(const void *text, size_t length, uint16_t *units, size_t max_units,
                        size_t *ret_count)
{
    return nt_wide_to_units(text, length, units, max_units, ret_count);
}

static NTSTATUS fill(struct nt_object_name *name, const void *text, size_t length,
                     int (*convert)(const void *text, size_t length, uint16_t *units,
                                    size_t max_units, size_t *ret_count))
{
    int r = convert(text, length, name->storage, NT_ARRAY_SIZE(name->storage), &name->count);

    if (r == -E2BIG) {
        size_t need = name->count;

        name->count = 0;
        if (need > NT_NAME_MAX_UNITS)
            return STATUS_OBJECT_NAME_INVALID;
        name->heap = malloc(need * sizeof(*name->heap));
        if (!name->heap)
            return STATUS_NO_MEMORY;
        /* The application's text may have grown meanwhile: then it does not fit, and that is all.
         */
        r = convert(text, length, name->heap, need, &name->count);
        name->units = name->heap;
    }
    if (r < 0)
        name->count = 0;
    return r == -E2BIG ? STATUS_OBJECT_NAME_INVALID : nt_status_from_errno(r);
}

NTSTATUS nt_object_text_from_utf8(struct nt_object_name *name, const char *text, ULONG attributes)
{
    init(name, attributes);
    return text ? fill(name, text, SIZE_MAX, convert_utf8) : STATUS_SUCCESS;
}

NTSTATUS nt_object_text_from_wide(struct nt_object_name *name, const wchar_t *text,
                                  ULONG attributes)
{
    NTSTATUS status;

    init(name, attributes);
    if (!text)
        return STATUS_SUCCESS;
    status = fill(name, text, SIZE_MAX, convert_wide);
    /* A wide character above U+10FFFF is a bad name; only an A function's text is "unmappable". */
    return status == STATUS_UNMAPPABLE_CHARACTER ? STATUS_OBJECT_NAME_INVALID : status;
}

NTSTATUS nt_object_name_from_utf8(struct nt_object_name *name, const char *text, ULONG attributes)
{
    NTSTATUS status = nt_object_text_from_utf8(name, text, attributes);

    return NT_SUCCESS(status) ? nt_namespace_resolve(name) : status;
}

NTSTATUS nt_object_name_from_wide(struct nt_object_name *name, const wchar_t *text,
                                  ULONG attributes)
{
    NTSTATUS status = nt_object_text_from_wide(name, text, attributes);

    return NT_SUCCESS(status) ? nt_namespace_resolve(name) : status;
}

NTSTATUS nt_object_name_from_attributes(struct nt_object_name *name,
                                        const OBJECT_ATTRIBUTES *attributes)
{
    const UNICODE_STRING *string;
    NTSTATUS status;

    init(name, attributes ? attributes->Attributes : 0);
    if (!attributes)
        return STATUS_SUCCESS;
    if (attributes->Length != sizeof(*attributes))
        return STATUS_INVALID_PARAMETER;
    name->security = attributes->SecurityDescriptor;
    string = attributes->ObjectName;
    if (!string)
        return attributes->RootDirectory ? STATUS_OBJECT_NAME_INVALID : STATUS_SUCCESS;
    if (attributes->RootDirectory) {
        status = nt_directory_root(attributes->RootDirectory, &name->root, &name->base);
        if (!NT_SUCCESS(status))
            return status;
    }
    if (string->Length == 0)
        return STATUS_SUCCESS;
    if (string->Length % sizeof(WCHAR) != 0)
        return STATUS_OBJECT_NAME_INVALID;
    if (!string->Buffer)
        return STATUS_ACCESS_VIOLATION;
    status = fill(name, string->Buffer, string->Length / sizeof(WCHAR), convert_wide);
    if (status == STATUS_UNMAPPABLE_CHARACTER)
        status = STATUS_OBJECT_NAME_INVALID;
    name->absolute = !attributes->RootDirectory;
    return status;
}

void nt_object_name_deinit(struct nt_object_name *name)
{
    free(name->base);
    name->base = NULL;
    free(name->heap);
    name->heap = NULL;
    name->count = 0;
}
