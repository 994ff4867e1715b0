/* SPDX-License-Identifier: MIT */
/*
 * Names, as the commands take them, and what is known of the objects that have them (open.h opens
 * those). A name is one of Win32's
 * (Global\x, Local\x, x, or one in a private namespace's alias), or a path from the root of the
 * name space, which begins with a backslash.
 */
#ifndef NT_TOOL_NAMES_H
#define NT_TOOL_NAMES_H

#include <json-c/json.h>
#include <stdbool.h>
#include <stdio.h>
#include <windows.h>

/**
 * nt_name_win32() - a path, which begins with a backslash, as Win32's functions name what it leads
 * to
 *
 * Return: malloc'ed; NULL for a path to where no object can stand, or without memory.
 */
char *nt_name_win32(const char *path);

/** nt_name_open_directory() - "Global", "Local", any name or path. NULL: last error */
HANDLE nt_name_open_directory(const char *name, DWORD access);

/** nt_name_session() - the caller's session, whose directory Local\ is; 0 also without a broker */
unsigned nt_name_session(void);

/**
 * nt_name_wide() - a name, path or descriptor of the command line as the API takes it
 *
 * Return: malloc'ed; NULL with the last error (ERROR_NO_UNICODE_TRANSLATION: it is no UTF-8).
 */
wchar_t *nt_name_wide(const char *text);
/** nt_name_utf8() - malloc'ed UTF-8 of a text of @count wide characters; NULL without memory */
char *nt_name_utf8(const wchar_t *wide, size_t count);

/** nt_name_type() - the name of its type, cleaned; @text has NT_NAME_TYPE bytes. Return: @text. */
#define NT_NAME_TYPE 64
const char *nt_name_type(HANDLE handle, char *text);
/** nt_name_path() - its path from the root, as JSON, cleaned; NULL: none, or no memory */
struct json_object *nt_name_path(HANDLE handle);

/** nt_name_committed() - bytes of a section's pages that are committed; SECTION_MAP_READ is needed
 */
bool nt_name_committed(HANDLE section, uint64_t size, uint64_t *ret_bytes);

/* What descriptors that an object carries are (carried.c). */
struct ntshm_shared;
/** nt_carried_facts() - adds to @facts what @shared is: "what", "memory", "descriptors" */
void nt_carried_facts(struct json_object *facts, const struct ntshm_shared *shared);

#endif
