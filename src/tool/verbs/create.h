/* SPDX-License-Identifier: MIT */
/*
 * What `ntshm create` was told, and making the object of it.
 */
#ifndef NT_TOOL_CREATE_H
#define NT_TOOL_CREATE_H

#include <stdbool.h>
#include <stdint.h>
#include <windows.h>

#include "tool/names/open.h"

struct nt_create {
    const char *name;
    enum nt_kind kind;
    const char *descriptor; /* SDDL, or NULL */
    bool exclusive;         /* one that is there already is an error */
    unsigned given;         /* which of the options below, a bit each: 1 << enum nt_create_option */

    uint64_t size;      /* of a section; 0: as long as its file */
    const char *file;   /* that a section shows, or NULL */
    DWORD protect;      /* PAGE_ and SEC_ of a section */
    uint64_t node;      /* NUMA, of a section */
    bool manual, set;   /* event, timer: manual-reset; event: set */
    bool owned;         /* mutex */
    uint64_t count;     /* semaphore */
    uint64_t maximum;   /* semaphore */
    uint64_t due;       /* timer: milliseconds from now */
    uint64_t period;    /* timer: milliseconds; 0: once */
    uint64_t most;      /* job: processes; 0: any number */
    bool kill_on_close; /* job */
};

/* The options that only some kinds take. */
enum nt_create_option {
    NT_CREATE_SIZE,
    NT_CREATE_FILE,
    NT_CREATE_PROTECT,
    NT_CREATE_RESERVE,
    NT_CREATE_LARGE_PAGES,
    NT_CREATE_IMAGE,
    NT_CREATE_NODE,
    NT_CREATE_MANUAL,
    NT_CREATE_SET,
    NT_CREATE_OWNED,
    NT_CREATE_COUNT,
    NT_CREATE_MAXIMUM,
    NT_CREATE_DUE,
    NT_CREATE_PERIOD,
    NT_CREATE_PROCESSES,
    NT_CREATE_KILL,
};

/**
 * nt_create_object() - make it, or open the one that is there
 * @ret_existed: it was there; options of a new one have no effect then
 *
 * Return: the handle; NULL when that failed, and why was said.
 */
HANDLE nt_create_object(const struct nt_create *create, bool *ret_existed);

#endif
