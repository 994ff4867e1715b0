/* SPDX-License-Identifier: MIT */
/*
 * CreateProcess. Texts are UTF-8; what they mean is Linux's: paths are of this system, a program is
 * what execve(2) takes.
 */
#ifndef NT_LIB_PROCESS_CREATE_H
#define NT_LIB_PROCESS_CREATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <windows.h>

#include "lib/process/inherit.h"

struct nt_program_request {
    const char *application; /* or NULL: the command line says */
    const char *line;        /* or NULL: the application alone */
    const char *environment; /* NAME=VALUE, each with its NUL, one NUL more; NULL: this process's */
    const char *directory;   /* or NULL: this process's */
    bool inherit;            /* inheritable handles, */
    const HANDLE *list;      /* or these of them; NULL: all */
    size_t n_list;
    ULONG flags; /* CREATE_SUSPENDED and its kin */
    struct nt_startup startup;
    bool use_standard;  /* the child's standard descriptors are those of these files */
    HANDLE standard[3]; /* NULL, INVALID_HANDLE_VALUE: none, which is /dev/null */
    const void *process_security, *thread_security; /* descriptors, or NULL */
    ULONG process_attributes, thread_attributes;    /* OBJ_INHERIT */
};

struct nt_created {
    HANDLE process, thread;
    uint32_t process_id, thread_id;
};

/**
 * nt_process_create() - start a program in a new process
 *
 * Return: STATUS_SUCCESS; STATUS_OBJECT_NAME_NOT_FOUND, STATUS_OBJECT_PATH_NOT_FOUND;
 * STATUS_ACCESS_DENIED: it may not be executed, or not outside the job;
 * STATUS_INVALID_IMAGE_FORMAT: it cannot be; STATUS_NOT_A_DIRECTORY: there is no @directory;
 * STATUS_INVALID_HANDLE for standard handles that are no files; those of nt_inherit_list();
 * STATUS_NAME_TOO_LONG: arguments and environment are more than the kernel takes; failures of
 * memory and descriptors. Nothing is left of a process that could not be made.
 */
NTSTATUS nt_process_create(const struct nt_program_request *request,
                           struct nt_created *ret_created);

/* --- its parts (create-program.c) ------------------------------------------------------------ */

/* What execve() gets. */
struct nt_program {
    char *path;
    char *line;         /* as the child will tell it */
    void **arguments;   /* with what they point at, in one block */
    char **environment; /* the same */
};

/**
 * nt_program_find() - the program and its arguments
 *
 * Without an application it is the first part of the line; where that is not quoted and has spaces,
 * the shortest beginning that is a file. A name without a slash is looked for beside the running
 * program, in the current directory, and in PATH.
 */
NTSTATUS nt_program_find(const struct nt_program_request *request, struct nt_program *program);
/** nt_program_set_environment() - the block's, or this process's, and @inherit for NTSHM_INHERIT */
NTSTATUS nt_program_set_environment(struct nt_program *program, const char *block,
                                    const char *inherit);
/** nt_program_deinit() - for NT_CLEANUP */
void nt_program_deinit(struct nt_program *program);

#endif
