/* SPDX-License-Identifier: MIT */
/*
 * Opening what has a name, and the one line that says why it was not opened - or made, waited for,
 * signaled. Nobody knows the kind of a name before it is opened: who opens says for each kind which
 * rights it takes.
 */
#ifndef NT_TOOL_OPEN_H
#define NT_TOOL_OPEN_H

#include <windows.h>

#include "rtl/access.h"

#define NT_NAME_KINDS (NT_KIND_LAST + 1) /* entries of a table by kind */

/** nt_name_kind() - "section", "event" ... as the command line says it */
const char *nt_name_kind(enum nt_kind kind);

/* An object that was opened. */
struct nt_named {
    const char *name; /* as it was given; borrowed */
    HANDLE handle;
    enum nt_kind kind;
};

/**
 * nt_name_open_kinds() - what has the name @name, whatever its kind; a path may be a directory's
 * @rights:    NT_NAME_KINDS of them, what it is opened for where it is of that kind; 0, and @rights
 *             NULL: as many as there are
 * @ret_named: close its handle
 *
 * Starts no broker: without one nobody has a handle. Return: 0, or the error of the open
 * (ERROR_FILE_NOT_FOUND: nobody has a handle of that name).
 */
DWORD nt_name_open_kinds(const char *name, const DWORD *rights, struct nt_named *ret_named);

/**
 * nt_name_open_as() - whatever has that name, with the same rights for each kind
 * @access: MAXIMUM_ALLOWED for all rights that there are
 *
 * Return: a handle, closed by the caller; NULL with the last error of the open.
 */
HANDLE nt_name_open_as(const char *name, DWORD access);
/** nt_name_open() - with as many rights as there are */
HANDLE nt_name_open(const char *name);

/**
 * nt_name_failed() - one line on stderr: "'NAME' cannot be DONE: why"
 * @done:  "created", "waited for" ...
 * @error: of GetLastError()
 *
 * Return: NT_TOOL_FAILED.
 */
int nt_name_failed(const char *name, const char *done, DWORD error);

/** nt_name_not_opened() - the same, of an open or of another question about the name */
int nt_name_not_opened(const char *name, DWORD error);

/** nt_name_file_not_opened() - the same of a file */
int nt_name_file_not_opened(const char *path, DWORD error);

/** nt_name_hear() - for ntshm_set_log(): the cause behind an error, which the next line about a
 * name tells too */
void nt_name_hear(int level, const char *message, void *context);

#endif
