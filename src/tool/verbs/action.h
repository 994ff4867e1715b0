/* SPDX-License-Identifier: MIT */
/*
 * Doing something with an object by its name, for shell scripts: open it with the rights that the
 * deed takes and no others, and say in one line why it was not done. Nobody knows the kind of a
 * name before it is opened: a deed says for each kind which rights it takes.
 */
#ifndef NT_TOOL_ACTION_H
#define NT_TOOL_ACTION_H

#include <stdbool.h>
#include <stdint.h>
#include <windows.h>

enum nt_kind {
    NT_KIND_SECTION,
    NT_KIND_EVENT,
    NT_KIND_MUTEX,
    NT_KIND_SEMAPHORE,
    NT_KIND_TIMER,
    NT_KIND_JOB,
    NT_KIND_SHARED, /* a heap, resource or fence of Direct3D 12 */
    NT_KIND_COUNT
};

/** nt_kind_word() - "section", "event" ... as the command line says it */
const char *nt_kind_word(enum nt_kind kind);

/* An object that was opened or made. */
struct nt_named {
    const char *name; /* as it was given; borrowed */
    HANDLE handle;
    enum nt_kind kind;
};

/**
 * nt_action_open() - what has the name @name, whatever its kind
 * @rights:    for each kind what the deed takes; 0: MAXIMUM_ALLOWED
 * @ret_named: close its handle
 *
 * Starts no broker: without one nobody has a handle. Return: 0, or the error of the open
 * (ERROR_FILE_NOT_FOUND: nobody has a handle of that name).
 */
DWORD nt_action_open(const char *name, const DWORD *rights, struct nt_named *ret_named);

/**
 * nt_action_wide() - a name, path or descriptor of the command line as the API takes it
 *
 * Return: free() it; NULL when it is no UTF-8.
 */
wchar_t *nt_action_wide(const char *text);

/**
 * nt_action_failed() - one line on stderr: "'NAME' cannot be DONE: why"
 * @done:  "opened", "created" ...
 * @error: of GetLastError()
 *
 * Return: NT_TOOL_FAILED.
 */
int nt_action_failed(const char *name, const char *done, DWORD error);

/** nt_action_file_failed() - the same of a file that is not opened */
int nt_action_file_failed(const char *path, DWORD error);

/** nt_action_hear() - for ntshm_set_log(): the cause behind an error, which the next
 * nt_action_failed() tells too */
void nt_action_hear(int level, const char *message, void *context);

/** nt_action_number() - a decimal number up to @most. Return: false when @text is none. */
bool nt_action_number(const char *text, uint64_t most, uint64_t *ret_number);

/** nt_action_size() - bytes: a number, or one with K, M, G, T behind it (KiB, MiB ... too); 0x too
 */
bool nt_action_size(const char *text, uint64_t *ret_bytes);

#endif
