/* SPDX-License-Identifier: MIT */
/*
 * A name on its way to the broker: 16-bit units as the application gave them, converted from
 * whatever width it uses, with the flags of OBJECT_ATTRIBUTES. The broker parses it: the
 * grammar is in rtl/name.h.
 */
#ifndef NT_LIB_OBJECT_NAME_H
#define NT_LIB_OBJECT_NAME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <windows.h>
#include <winternl.h>

#include "ipc/protocol.h"
#include "lib/object/object.h"

struct nt_object_name {
    const uint16_t *units; /* points into @storage or at @heap */
    size_t count;          /* units; 0 is "no name" for create, the directory itself for open */
    ULONG attributes;      /* OBJ_INHERIT, OBJ_OPENIF, OBJ_CASE_INSENSITIVE, ... */
    bool absolute;         /* an NT path from the root (\BaseNamedObjects\x) */
    struct nt_name_root
        root;             /* a directory or private namespace that the name begins in; or zero */
    const void *security; /* SECURITY_ATTRIBUTES' or OBJECT_ATTRIBUTES' descriptor, borrowed; or
                             NULL: used by creates only */
    struct nt_object_path *base; /* with @root: its path, owned; else NULL */
    uint16_t storage[272];       /* MAX_PATH and some: longer names go to the heap */
    uint16_t *heap;
};

/**
 * nt_object_name_from_utf8() - from an A function's argument
 * @name: deinit with nt_object_name_deinit(), also after a failure
 * @text: NULL is no name
 *
 * Return: STATUS_SUCCESS; STATUS_UNMAPPABLE_CHARACTER for malformed UTF-8;
 * STATUS_OBJECT_NAME_INVALID when longer than 32766 units; STATUS_NO_MEMORY.
 */
NTSTATUS nt_object_name_from_utf8(struct nt_object_name *name, const char *text, ULONG attributes);
/** nt_object_name_from_wide() - from a W function's argument; also above U+10FFFF is an error */
NTSTATUS nt_object_name_from_wide(struct nt_object_name *name, const wchar_t *text,
                                  ULONG attributes);
/** nt_object_text_from_utf8(), nt_object_text_from_wide() - of a text that is no object's name: it
 * begins with no alias of a private namespace */
NTSTATUS nt_object_text_from_utf8(struct nt_object_name *name, const char *text, ULONG attributes);
NTSTATUS nt_object_text_from_wide(struct nt_object_name *name, const wchar_t *text,
                                  ULONG attributes);
/**
 * nt_object_name_from_attributes() - from an Nt function's OBJECT_ATTRIBUTES
 * @attributes: NULL is no name
 *
 * Return: as above; STATUS_INVALID_PARAMETER for a wrong Length (11.31);
 * STATUS_OBJECT_NAME_INVALID for an odd byte length (11.17);
 * STATUS_INVALID_HANDLE, STATUS_OBJECT_TYPE_MISMATCH for a RootDirectory that is no directory.
 * A security descriptor is only borrowed: creates look at it.
 */
NTSTATUS nt_object_name_from_attributes(struct nt_object_name *name,
                                        const OBJECT_ATTRIBUTES *attributes);
/** nt_object_name_deinit() - for NT_CLEANUP too */
void nt_object_name_deinit(struct nt_object_name *name);

#endif
