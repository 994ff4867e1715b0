// SPDX-License-Identifier: MIT
/*
 * Text between a 16-bit unit and the functions themselves. See wide16.h.
 */
#include "lib/text/wide16.h"

#include <stdlib.h>

#include <ntstatus.h>

#include "util/macro.h"
#include "util/utf.h"

_Static_assert(sizeof(wchar_t) == sizeof(uint32_t), "the library itself has the native width");

bool nt_wide16_init(struct nt_wide16 *wide, const uint16_t *units, size_t length)
{
    size_t room = NT_ARRAY_SIZE(wide->storage) - 1;
    wchar_t *text = wide->storage;

    wide->text = NULL;
    wide->count = 0;
    wide->heap = NULL;
    if (!units)
        return true;
    if (nt_units_to_wide(units, length, (uint32_t *)text, room, &wide->count) < 0) {
        room = wide->count;
        wide->count = 0;
        wide->heap = text = malloc((room + 1) * sizeof(*text));
        if (!text)
            return false;
        /* Another thread may have changed the text meanwhile: what fits is converted. */
        if (nt_units_to_wide(units, length, (uint32_t *)text, room, &wide->count) < 0)
            wide->count = room;
    }
    text[wide->count] = L'\0';
    wide->text = text;
    return true;
}

void nt_wide16_deinit(struct nt_wide16 *wide)
{
    free(wide->heap);
    wide->heap = NULL;
}

size_t nt_wide16_put(const wchar_t *text, size_t length, uint16_t *units, size_t room)
{
    size_t total = 0;

    for (size_t i = 0; i < length; i++) {
        uint16_t pair[2];
        size_t count;

        /* No Windows text holds a value above U+10FFFF; should one come, it is replaced. */
        if (nt_wide_to_units((const uint32_t *)&text[i], 1, pair, 2, &count) < 0) {
            pair[0] = 0xFFFD;
            count = 1;
        }
        for (size_t j = 0; total + count <= room && j < count; j++)
            units[total + j] = pair[j];
        if (total + count > room)
            room = 0; /* nothing may follow what was left out */
        total += count;
    }
    return total;
}

DWORD nt_wide16_put_path(const wchar_t *text, size_t length, uint16_t *units, DWORD room)
{
    size_t count = nt_wide16_put(text, length, NULL, 0);

    if (!units || count >= room)
        return (DWORD)count + 1;
    nt_wide16_put(text, length, units, count);
    units[count] = 0;
    return (DWORD)count;
}

/* The name's string. Its length stays odd when it was (11.17). */
static NTSTATUS init_string(struct nt_wide16_attributes *wide, const struct nt_string16 *string)
{
    size_t odd = string->Length & 1u;

    wide->copy.ObjectName = &wide->string;
    wide->string = (UNICODE_STRING){.Length = string->Length};
    if (string->Length == 0 || !string->Buffer)
        return STATUS_SUCCESS;
    if (!nt_wide16_init(&wide->name, string->Buffer, string->Length / sizeof(uint16_t)))
        return STATUS_NO_MEMORY;
    if (wide->name.count > (UINT16_MAX - 1) / sizeof(wchar_t))
        return STATUS_OBJECT_NAME_INVALID;
    wide->string.Length = (USHORT)(wide->name.count * sizeof(wchar_t) + odd);
    wide->string.MaximumLength = wide->string.Length;
    wide->string.Buffer = (PWSTR)wide->name.text;
    return STATUS_SUCCESS;
}

NTSTATUS nt_wide16_attributes_init(struct nt_wide16_attributes *wide,
                                   const struct nt_attributes16 *attributes)
{
    wide->name.heap = NULL;
    wide->attributes = NULL;
    if (!attributes)
        return STATUS_SUCCESS;
    wide->attributes = &wide->copy;
    wide->copy = (OBJECT_ATTRIBUTES){
        .Length = attributes->Length,
        .RootDirectory = attributes->RootDirectory,
        .Attributes = attributes->Attributes,
        .SecurityDescriptor = attributes->SecurityDescriptor,
        .SecurityQualityOfService = attributes->SecurityQualityOfService,
    };
    if (attributes->Length != sizeof(*attributes) || !attributes->ObjectName)
        return STATUS_SUCCESS;
    return init_string(wide, attributes->ObjectName);
}

void nt_wide16_attributes_deinit(struct nt_wide16_attributes *wide)
{
    nt_wide16_deinit(&wide->name);
}
