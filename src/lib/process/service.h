/* SPDX-License-Identifier: MIT */
/*
 * What must run in another process: mapping into it, allocating, duplicating or closing one of its
 * handles. A thread there serves such requests (all signals blocked, a small stack). It exists in
 * programs that CreateProcess started, that set NTSHM_SERVICE_THREAD=1, or that called
 * ntshm_service_start(); it takes requests of its own user and of root only.
 */
#ifndef NT_LIB_PROCESS_SERVICE_H
#define NT_LIB_PROCESS_SERVICE_H

#include "lib/memory/query.h"
#include "lib/memory/region.h"
#include "lib/object/parcel.h"
#include "lib/process/process-object.h"
#include "lib/process/service-protocol.h"
#include "lib/process/working-set.h"

/** nt_service_runs() - whether there is a service thread */
bool nt_service_runs(void);
/** nt_service_start(), nt_service_stop() - in this process; twice is once */
NTSTATUS nt_service_start(void);
void nt_service_stop(void);
/** nt_service_forked() - in a forked child: the thread is not here */
void nt_service_forked(void);

/*
 * Requests to @process. All of them end within a deadline, and what the other side did for a
 * request whose answer nobody took is undone there. Return, beside what the work itself returns:
 * STATUS_PROCESS_IS_TERMINATING; STATUS_NOT_SUPPORTED: it has no such thread; STATUS_IO_TIMEOUT:
 * it does not answer (stopped); STATUS_ACCESS_DENIED: another user's.
 */
/**
 * nt_service_take() - a handle of its, as DuplicateHandle would have it
 * @options:    DUPLICATE_CLOSE_SOURCE: closed there when this returns, as in 12.20 and 12.21
 * @ret_parcel: deinit it, in every case
 *
 * The parcel may hold a name: the caller is in a move (lock.h) until what is in it has a handle.
 */
NTSTATUS nt_service_take(struct nt_process *process, HANDLE handle, ACCESS_MASK access,
                         ULONG attributes, ULONG options, struct nt_parcel *ret_parcel);
/** nt_service_close() - close a handle of its (12.16) */
NTSTATUS nt_service_close(struct nt_process *process, HANDLE handle);
/** nt_service_map(), nt_service_unmap() - a view there; as nt_view_map() and nt_view_unmap() */
NTSTATUS nt_service_map(struct nt_process *process, HANDLE section,
                        const struct nt_view_request *request, void **ret_base, size_t *ret_size);
NTSTATUS nt_service_unmap(struct nt_process *process, void *base, ULONG flags);
/** nt_service_allocate(), nt_service_free(), nt_service_protect() - its memory */
NTSTATUS nt_service_allocate(struct nt_process *process, struct nt_allocation *allocation);
NTSTATUS nt_service_free(struct nt_process *process, void **base, size_t *size, ULONG type);
NTSTATUS nt_service_protect(struct nt_process *process, void **base, size_t *size, ULONG protect,
                            ULONG *ret_before);

/** nt_service_query() and the next: as the functions of memory/query.h, of its memory */
NTSTATUS nt_service_query(struct nt_process *process, const void *address,
                          MEMORY_BASIC_INFORMATION *ret_information);
NTSTATUS nt_service_query_allocation(struct nt_process *process, const void *address,
                                     struct nt_allocation_information *ret_information);
NTSTATUS nt_service_query_file(struct nt_process *process, const void *address, char **ret_path);
NTSTATUS nt_service_query_pages(struct nt_process *process, struct nt_resident_page *pages,
                                size_t count);
NTSTATUS nt_service_each_page(struct nt_process *process,
                              void (*visit)(const struct nt_resident_page *page, void *context),
                              void *context);
struct nt_region_part;
/**
 * nt_service_regions() - as nt_regions_look(); what came is checked
 * @ret_part:    @bytes are the caller's to free
 * @patience_ns: that it is waited for; 0 as for all others
 */
NTSTATUS nt_service_regions(struct nt_process *process, uint64_t from, uint64_t patience_ns,
                            struct nt_region_part *ret_part);
/**
 * nt_service_range() - NT_SERVICE_LOCK, _UNLOCK, _FLUSH or _CODE of a range of its
 * @base, @size: in: as given; out, on success: as rounded there
 */
NTSTATUS nt_service_range(struct nt_process *process, enum nt_service_kind kind, void **base,
                          size_t *size);
NTSTATUS nt_service_prefetch(struct nt_process *process, const WIN32_MEMORY_RANGE_ENTRY *entries,
                             ULONG_PTR count);
/** nt_service_get_working_set(), nt_service_set_working_set(), nt_service_empty() - its working set
 */
NTSTATUS nt_service_get_working_set(struct nt_process *process, struct nt_working_set *ret_set);
NTSTATUS nt_service_set_working_set(struct nt_process *process, const struct nt_working_set *set);
NTSTATUS nt_service_empty(struct nt_process *process);
/**
 * nt_service_copy() - bytes from it or to it, where the kernel does not let this process do it
 * @ret_done: how many were copied, also on failure
 */
NTSTATUS nt_service_copy(struct nt_process *process, uint64_t there, void *here, size_t size,
                         bool write, size_t *ret_done);

#endif
