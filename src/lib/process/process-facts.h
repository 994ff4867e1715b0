/* SPDX-License-Identifier: MIT */
/*
 * What the system tells about a process.
 */
#ifndef NT_LIB_PROCESS_PROCESS_FACTS_H
#define NT_LIB_PROCESS_PROCESS_FACTS_H

#include "lib/process/process-object.h"

/* Times in units of 100 ns; @created since 1601-01-01 UTC. */
struct nt_process_facts {
    uint64_t created, kernel, user;
    uint32_t parent; /* the number of the process that is its parent now */
    int nice;
};

/** nt_process_facts() - STATUS_UNSUCCESSFUL: it has ended, and the system has forgotten it */
NTSTATUS nt_process_facts(const struct nt_process *process, struct nt_process_facts *ret_facts);
/**
 * nt_process_image() - the path of its program, in UTF-8
 * @ret_path: free() it
 *
 * Return: STATUS_SUCCESS; STATUS_UNSUCCESSFUL: it has ended; STATUS_ACCESS_DENIED.
 */
NTSTATUS nt_process_image(struct nt_process *process, char **ret_path);
/** nt_process_set_nice() - STATUS_PROCESS_IS_TERMINATING; STATUS_ACCESS_DENIED */
NTSTATUS nt_process_set_nice(struct nt_process *process, int nice);

#endif
