/* SPDX-License-Identifier: MIT */
/*
 * Names, as `ntshm list`, `show` and `hold` see them: an object of any kind by its name, and what
 * can be told of it.
 */
#ifndef NT_TOOL_NAMES_H
#define NT_TOOL_NAMES_H

#include <json-c/json.h>
#include <stdbool.h>
#include <stdio.h>
#include <windows.h>

/**
 * nt_name_open() - whatever has that name, with as many rights as there are
 * @name: UTF-8; a prefix Global\ or Local\ is understood
 *
 * Return: a handle, closed by the caller; NULL with the last error of the open.
 */
HANDLE nt_name_open(const char *name);

/** nt_name_type() - the name of its type, cleaned; @text has NT_NAME_TYPE bytes. Return: @text. */
#define NT_NAME_TYPE 64
const char *nt_name_type(HANDLE handle, char *text);

/**
 * nt_name_facts() - what there is to tell
 * @name: as it was given
 *
 * Return: an object of the caller's; NULL without memory.
 */
struct json_object *nt_name_facts(const char *name, HANDLE handle);

/** nt_name_print() - the same for people */
void nt_name_print(FILE *out, struct json_object *facts);

/**
 * nt_name_list() - what a directory holds: an array of objects "name" and "type"
 * @path: in the name space, beginning with a backslash; NULL: the caller's session and Global\
 *
 * Return: the caller's; NULL with the reason as a last error. Starts no broker: without one there
 * are no names.
 */
struct json_object *nt_name_list(const char *path);

/* What descriptors that an object carries are (carried.c). */
struct ntshm_shared;
/** nt_carried_facts() - adds to @facts what @shared is: "what", "memory", "descriptors" */
void nt_carried_facts(struct json_object *facts, const struct ntshm_shared *shared);

#endif
