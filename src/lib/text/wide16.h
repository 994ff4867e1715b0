/* SPDX-License-Identifier: MIT */
/*
 * Text between a unit compiled with -fshort-wchar, whose wchar_t has two bytes, and the library,
 * whose own has four.
 *
 * A surrogate pair becomes one native character and becomes the pair again; a lone surrogate
 * stays what it is. So no name changes its 16-bit units on the way (util/utf.h).
 */
#ifndef NT_LIB_TEXT_WIDE16_H
#define NT_LIB_TEXT_WIDE16_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <windows.h>
#include <winternl.h>

/* Text on its way in: short text stays here, longer text goes to the heap. */
struct nt_wide16 {
    const wchar_t *text; /* NULL for NULL */
    size_t count;
    wchar_t *heap;
    wchar_t storage[272]; /* MAX_PATH and some */
};

/**
 * nt_wide16_init() - native characters for 16-bit text
 * @wide:   deinit with nt_wide16_deinit(), also after a failure
 * @units:  NULL gives NULL
 * @length: units, or SIZE_MAX for NUL-terminated; the result is terminated in both cases
 *
 * Return: true; false when there is no memory: the last error is not set.
 */
bool nt_wide16_init(struct nt_wide16 *wide, const uint16_t *units, size_t length);
/** nt_wide16_deinit() - for NT_CLEANUP too */
void nt_wide16_deinit(struct nt_wide16 *wide);

/**
 * nt_wide16_put() - native text into a caller's buffer of 16-bit units
 * @text, @length: what to write
 * @units, @room:  where, and how many units fit; without a NUL
 *
 * What does not fit is left out, and never half of a pair. Return: how many units all of it
 * takes.
 */
size_t nt_wide16_put(const wchar_t *text, size_t length, uint16_t *units, size_t room);

/**
 * nt_wide16_put_path() - the same with a NUL, if all of it fits
 * @units: NULL has no room
 *
 * Return: its units; with the NUL when it does not fit: then nothing is written.
 */
DWORD nt_wide16_put_path(const wchar_t *text, size_t length, uint16_t *units, DWORD room);

/* UNICODE_STRING and OBJECT_ATTRIBUTES as a 16-bit unit lays them out. */
struct nt_string16 {
    USHORT Length;
    USHORT MaximumLength;
    uint16_t *Buffer;
};

struct nt_attributes16 {
    ULONG Length;
    HANDLE RootDirectory;
    const struct nt_string16 *ObjectName;
    ULONG Attributes;
    PVOID SecurityDescriptor;
    PVOID SecurityQualityOfService;
};

/* OBJECT_ATTRIBUTES on their way in. */
struct nt_wide16_attributes {
    OBJECT_ATTRIBUTES *attributes; /* NULL for NULL */
    OBJECT_ATTRIBUTES copy;
    UNICODE_STRING string;
    struct nt_wide16 name;
};

/**
 * nt_wide16_attributes_init() - native attributes for 16-bit ones
 * @wide: deinit with nt_wide16_attributes_deinit(), also after a failure
 *
 * What is wrong with @attributes stays wrong in the same way, for the function to find.
 *
 * Return: STATUS_SUCCESS; STATUS_NO_MEMORY; STATUS_OBJECT_NAME_INVALID for a name of more than
 * 16,383 characters, which no native UNICODE_STRING can count.
 */
NTSTATUS nt_wide16_attributes_init(struct nt_wide16_attributes *wide,
                                   const struct nt_attributes16 *attributes);
/** nt_wide16_attributes_deinit() - for NT_CLEANUP too */
void nt_wide16_attributes_deinit(struct nt_wide16_attributes *wide);

#endif
