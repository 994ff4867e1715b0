/* SPDX-License-Identifier: MIT */
/*
 * Inheritance: handles on their way to a child (inherit-format.h), and what this process got so.
 */
#ifndef NT_LIB_PROCESS_INHERIT_H
#define NT_LIB_PROCESS_INHERIT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <windows.h>

#include "lib/process/inherit-format.h"

/* STARTUPINFO without its handles, texts in UTF-8, borrowed; NULL for none. */
struct nt_startup {
    uint32_t flags, show;
    uint32_t geometry[7];
    const char *title, *desktop;
};

/* What a child is going to get. Made and used in a move (process/lock.h). */
struct nt_inherit {
    unsigned char *bytes;
    size_t size, capacity;
    int *fds; /* owned; -1 where none is */
    size_t n_fds, fds_capacity;
    NTSTATUS status; /* the first failure */
};

/**
 * nt_inherit_begin() - empty, with a command line
 * @page_fd: taken
 */
void nt_inherit_begin(struct nt_inherit *inherit, const char *line,
                      const struct nt_startup *startup, int page_fd);
/**
 * nt_inherit_all() - every inheritable handle (12.26)
 *
 * Those of a kind that cannot leave this process are left out.
 */
void nt_inherit_all(struct nt_inherit *inherit);
/**
 * nt_inherit_list() - these only (12.27)
 *
 * STATUS_INVALID_PARAMETER for what is no handle, or not inheritable; STATUS_NOT_SUPPORTED for a
 * kind that cannot leave this process.
 */
void nt_inherit_list(struct nt_inherit *inherit, const HANDLE *list, size_t count);
/**
 * nt_inherit_seal() - put it into memory; its descriptors are in rising order from now on
 * @ret_name: what the variable has to say
 */
NTSTATUS nt_inherit_seal(struct nt_inherit *inherit, struct nt_inherit_name *ret_name);
/** nt_inherit_deinit() - for NT_CLEANUP */
void nt_inherit_deinit(struct nt_inherit *inherit);

/** nt_inherited_startup() - what this process was started with */
const struct nt_startup *nt_inherited_startup(void);

#endif
