/* SPDX-License-Identifier: MIT */
/*
 * Security descriptors for people and for programs.
 */
#ifndef NT_TOOL_DESCRIPTOR_PRINT_H
#define NT_TOOL_DESCRIPTOR_PRINT_H

#include <json-c/json.h>

#include "rtl/descriptor.h"
#include "tool/kit/output.h"

/* A descriptor as it was read, with its parts. */
struct nt_read_descriptor {
    PSECURITY_DESCRIPTOR bytes; /* LocalAlloc'ed, self-relative */
    struct nt_descriptor parts; /* point into it */
};

/** nt_descriptor_read() - of an object; READ_CONTROL is needed. Return: 0, or a Windows error. */
DWORD nt_descriptor_read(HANDLE handle, struct nt_read_descriptor *ret_descriptor);
/** nt_read_descriptor_deinit() - gives its bytes back */
void nt_read_descriptor_deinit(struct nt_read_descriptor *descriptor);

/** nt_descriptor_print() - SDDL, owner, group, label, and a table of the entries. Return: an exit
 * code. */
int nt_descriptor_print(const struct nt_descriptor *descriptor, enum nt_kind kind,
                        const struct nt_output *output);
/** nt_descriptor_json() - the same: adds "sddl", "owner", "group", "label", "dacl" to @object */
void nt_descriptor_json(struct json_object *object, const struct nt_descriptor *descriptor,
                        enum nt_kind kind);

/** nt_ace_json() - an entry: "type", "sid", "who", "mask", "rights", "flags" */
struct json_object *nt_ace_json(const struct nt_ace *ace, enum nt_kind kind);
/** nt_level_text() - an integrity level (an RID): "medium", "high" ... */
const char *nt_level_text(uint32_t level);
/** nt_ace_type_text() - "allow", "deny", "label", ... */
const char *nt_ace_type_text(const struct nt_ace *ace);

#endif
