/* SPDX-License-Identifier: MIT */
/*
 * What the kernel tells of another process's memory: for processes that have no service thread to
 * ask (process/service.h).
 */
#ifndef NT_LIB_MEMORY_QUERY_PROCESS_H
#define NT_LIB_MEMORY_QUERY_PROCESS_H

#include "lib/memory/query.h"
#include "lib/process/process-object.h"

/**
 * nt_query_process(), nt_query_process_allocation(), nt_query_process_file() - as
 * nt_memory_query(), nt_memory_query_allocation() and nt_memory_query_file(), of @process
 *
 * Every mapping is an allocation of its own. Return: also STATUS_PROCESS_IS_TERMINATING;
 * STATUS_ACCESS_DENIED: another user's, or one that lets nobody look.
 */
NTSTATUS nt_query_process(struct nt_process *process, const void *address,
                          MEMORY_BASIC_INFORMATION *ret_information);
NTSTATUS nt_query_process_allocation(struct nt_process *process, const void *address,
                                     struct nt_allocation_information *ret_information);
NTSTATUS nt_query_process_file(struct nt_process *process, const void *address, char **ret_path);

#endif
