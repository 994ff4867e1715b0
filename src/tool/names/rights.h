/* SPDX-License-Identifier: MIT */
/*
 * Rights in words. A mask means something only with the type of the object; its constants are those
 * of the headers, and for people the same in lower case without what all of a type begin with.
 */
#ifndef NT_TOOL_RIGHTS_H
#define NT_TOOL_RIGHTS_H

#include <json-c/json.h>
#include <stddef.h>

#include "rtl/access.h"

#define NT_RIGHTS_TEXT 256

/** nt_rights_kind() - of a type as NtQueryObject calls it; 0 for an unknown one */
enum nt_kind nt_rights_kind(const char *type);
/** nt_rights_text() - "all", "read", "query, map read, 0x40", "none"; @text has NT_RIGHTS_TEXT
 * bytes. Return: @text. */
const char *nt_rights_text(enum nt_kind kind, ACCESS_MASK mask, char *text);
/** nt_rights_json() - an array of constants; bits without one as "0x00000040" */
struct json_object *nt_rights_json(enum nt_kind kind, ACCESS_MASK mask);
/** nt_rights_by_name() - the bit of a word or a constant; 0: none of the type */
ACCESS_MASK nt_rights_by_name(enum nt_kind kind, const char *name);

#endif
