/* SPDX-License-Identifier: MIT */
/*
 * Memory of a process, which may be this one. What the API does with a process handle goes through
 * here: in this process it is the call itself, in another one a request to its service thread
 * (service.h), and what the kernel can tell or do without that thread is asked of the kernel where
 * there is none. @process: of nt_process_find(), NULL for this process.
 */
#ifndef NT_LIB_PROCESS_REMOTE_H
#define NT_LIB_PROCESS_REMOTE_H

#include "lib/memory/query.h"
#include "lib/memory/region.h"
#include "lib/process/machine.h"
#include "lib/process/process-object.h"
#include "lib/process/working-set.h"

/* --- changes: as the functions of memory/region.h and memory/residency.h, and service.h ------- */

NTSTATUS nt_remote_map(struct nt_process *process, HANDLE section,
                       const struct nt_view_request *request, void **ret_base, size_t *ret_size);
NTSTATUS nt_remote_unmap(struct nt_process *process, const void *address, ULONG flags);
NTSTATUS nt_remote_allocate(struct nt_process *process, struct nt_allocation *allocation);
NTSTATUS nt_remote_free(struct nt_process *process, void **base, size_t *size, ULONG type);
NTSTATUS nt_remote_protect(struct nt_process *process, void **base, size_t *size, ULONG protect,
                           ULONG *ret_before);
NTSTATUS nt_remote_flush(struct nt_process *process, void **base, size_t *size);
NTSTATUS nt_remote_lock(struct nt_process *process, void **base, size_t *size);
NTSTATUS nt_remote_unlock(struct nt_process *process, void **base, size_t *size);
NTSTATUS nt_remote_prefetch(struct nt_process *process, const WIN32_MEMORY_RANGE_ENTRY *entries,
                            ULONG_PTR count);
NTSTATUS nt_remote_flush_code(struct nt_process *process, const void *base, size_t size);

/* --- questions: as the functions of memory/query.h ------------------------------------------- */

/**
 * nt_remote_query(), nt_remote_query_allocation(), nt_remote_query_file() - what is at an address
 *
 * Of a process without a service thread the kernel's list of mappings is told: all of its memory
 * as query-foreign.c tells what this library did not make.
 */
NTSTATUS nt_remote_query(struct nt_process *process, const void *address,
                         MEMORY_BASIC_INFORMATION *ret_information);
NTSTATUS nt_remote_query_allocation(struct nt_process *process, const void *address,
                                    struct nt_allocation_information *ret_information);
NTSTATUS nt_remote_query_file(struct nt_process *process, const void *address, char **ret_path);
NTSTATUS nt_remote_query_pages(struct nt_process *process, struct nt_resident_page *pages,
                               size_t count);
NTSTATUS nt_remote_each_page(struct nt_process *process,
                             void (*visit)(const struct nt_resident_page *page, void *context),
                             void *context);

struct ntshm_region_run;
/**
 * nt_remote_regions() - every run of pages that the library there made
 * @patience_ns: for another process, 0 as for all requests
 * @visit:       called in address order once all of them are here; false ends it; NULL: nobody
 * @ret_changes: a number that stays the same as long as no region is made, changed or given up; 0:
 *               that happened while they were asked for, each time it was tried
 *
 * Return: STATUS_SUCCESS; STATUS_NOT_SUPPORTED and what else service.h says; STATUS_NO_MEMORY.
 */
NTSTATUS nt_remote_regions(struct nt_process *process, uint64_t patience_ns,
                           BOOL (*visit)(const struct ntshm_region_run *run, void *context),
                           void *context, uint64_t *ret_changes);

/* --- the working set ------------------------------------------------------------------------- */

NTSTATUS nt_remote_get_working_set(struct nt_process *process, struct nt_working_set *ret_set);
NTSTATUS nt_remote_set_working_set(struct nt_process *process, const struct nt_working_set *set);
NTSTATUS nt_remote_empty(struct nt_process *process);
/** nt_remote_memory() - nt_process_memory() of a process; STATUS_NOT_SUPPORTED without /proc */
NTSTATUS nt_remote_memory(struct nt_process *process, struct nt_process_memory *ret_memory);

/* --- bytes ----------------------------------------------------------------------------------- */

enum nt_copy {
    NT_COPY_READ,  /* to here */
    NT_COPY_WRITE, /* from here */
    NT_COPY_PATCH, /* the same, and code is made writable for it */
};

/**
 * nt_remote_copy() - bytes of a process's memory, to here or from here
 * @ret_done: how many were copied, also on failure
 *
 * Through the kernel; where that lets only debuggers do it (Yama), through the service thread.
 * What may not be written is not written, but for code with NT_COPY_PATCH. Return: STATUS_SUCCESS;
 * STATUS_PARTIAL_COPY: not all of it can be reached; STATUS_ACCESS_VIOLATION: @here is not all
 * memory; STATUS_ACCESS_DENIED; STATUS_PROCESS_IS_TERMINATING.
 */
NTSTATUS nt_remote_copy(struct nt_process *process, uint64_t there, void *here, size_t size,
                        enum nt_copy how, size_t *ret_done);

#endif
