// SPDX-License-Identifier: MIT
/*
 * Here or there: see remote.h. What is said of a process by its number is looked at once more
 * afterwards: if its pidfd says then that it has not ended, it had that number all the time.
 */
#include "lib/process/remote.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include <ntstatus.h>

#include "lib/memory/query-process.h"
#include "lib/memory/residency.h"
#include "lib/process/process.h"
#include "lib/process/service.h"
#include "os/remote.h"
#include "rtl/status.h"
#include "util/macro.h"

/* --- changes ---------------------------------------------------------------------------- */

NTSTATUS nt_remote_map(struct nt_process *process, HANDLE section,
                       const struct nt_view_request *request, void **ret_base, size_t *ret_size)
{
    return process ? nt_service_map(process, section, request, ret_base, ret_size)
                   : nt_view_map(section, request, ret_base, ret_size);
}

NTSTATUS nt_remote_unmap(struct nt_process *process, const void *address, ULONG flags)
{
    return process ? nt_service_unmap(process, (void *)address, flags)
                   : nt_view_unmap(address, flags);
}

NTSTATUS nt_remote_allocate(struct nt_process *process, struct nt_allocation *allocation)
{
    return process ? nt_service_allocate(process, allocation) : nt_memory_allocate(allocation);
}

NTSTATUS nt_remote_free(struct nt_process *process, void **base, size_t *size, ULONG type)
{
    return process ? nt_service_free(process, base, size, type) : nt_memory_free(base, size, type);
}

NTSTATUS nt_remote_protect(struct nt_process *process, void **base, size_t *size, ULONG protect,
                           ULONG *ret_before)
{
    return process ? nt_service_protect(process, base, size, protect, ret_before)
                   : nt_memory_protect(base, size, protect, ret_before);
}

NTSTATUS nt_remote_flush(struct nt_process *process, void **base, size_t *size)
{
    return process ? nt_service_range(process, NT_SERVICE_FLUSH, base, size)
                   : nt_view_flush(base, size);
}

NTSTATUS nt_remote_lock(struct nt_process *process, void **base, size_t *size)
{
    return process ? nt_service_range(process, NT_SERVICE_LOCK, base, size)
                   : nt_memory_lock(base, size);
}

NTSTATUS nt_remote_unlock(struct nt_process *process, void **base, size_t *size)
{
    return process ? nt_service_range(process, NT_SERVICE_UNLOCK, base, size)
                   : nt_memory_unlock(base, size);
}

NTSTATUS nt_remote_prefetch(struct nt_process *process, const WIN32_MEMORY_RANGE_ENTRY *entries,
                            ULONG_PTR count)
{
    /* What there is to say about the entries as such is said here. */
    if (!process || !entries || count == 0)
        return nt_memory_prefetch(entries, count);
    return nt_service_prefetch(process, entries, count);
}

NTSTATUS nt_remote_flush_code(struct nt_process *process, const void *base, size_t size)
{
    void *from = (void *)base;

    if (process)
        return nt_service_range(process, NT_SERVICE_CODE, &from, &size);
    nt_process_flush_code(base, size);
    return STATUS_SUCCESS;
}

/* --- questions -------------------------------------------------------------------------- */

NTSTATUS nt_remote_query(struct nt_process *process, const void *address,
                         MEMORY_BASIC_INFORMATION *ret_information)
{
    NTSTATUS status = process ? nt_service_query(process, address, ret_information)
                              : nt_memory_query(address, ret_information);

    return process && status == STATUS_NOT_SUPPORTED
               ? nt_query_process(process, address, ret_information)
               : status;
}

NTSTATUS nt_remote_query_allocation(struct nt_process *process, const void *address,
                                    struct nt_allocation_information *ret_information)
{
    NTSTATUS status = process ? nt_service_query_allocation(process, address, ret_information)
                              : nt_memory_query_allocation(address, ret_information);

    return process && status == STATUS_NOT_SUPPORTED
               ? nt_query_process_allocation(process, address, ret_information)
               : status;
}

NTSTATUS nt_remote_query_file(struct nt_process *process, const void *address, char **ret_path)
{
    NTSTATUS status = process ? nt_service_query_file(process, address, ret_path)
                              : nt_memory_query_file(address, ret_path);

    return process && status == STATUS_NOT_SUPPORTED
               ? nt_query_process_file(process, address, ret_path)
               : status;
}

NTSTATUS nt_remote_query_pages(struct nt_process *process, struct nt_resident_page *pages,
                               size_t count)
{
    return process ? nt_service_query_pages(process, pages, count)
                   : nt_memory_query_pages(pages, count);
}

NTSTATUS nt_remote_each_page(struct nt_process *process,
                             void (*visit)(const struct nt_resident_page *page, void *context),
                             void *context)
{
    return process ? nt_service_each_page(process, visit, context)
                   : nt_memory_each_page(visit, context);
}

/* --- the working set -------------------------------------------------------------------- */

NTSTATUS nt_remote_get_working_set(struct nt_process *process, struct nt_working_set *ret_set)
{
    if (process)
        return nt_service_get_working_set(process, ret_set);
    nt_working_set_get(ret_set);
    return STATUS_SUCCESS;
}

NTSTATUS nt_remote_set_working_set(struct nt_process *process, const struct nt_working_set *set)
{
    return process ? nt_service_set_working_set(process, set) : nt_working_set_set(set);
}

NTSTATUS nt_remote_empty(struct nt_process *process)
{
    return process ? nt_service_empty(process) : nt_working_set_empty();
}

NTSTATUS nt_remote_memory(struct nt_process *process, struct nt_process_memory *ret_memory)
{
    bool told =
        process ? nt_process_memory_of(process->pid, ret_memory) : nt_process_memory(ret_memory);

    if (process && nt_process_has_ended(process))
        return STATUS_PROCESS_IS_TERMINATING;
    return told ? STATUS_SUCCESS : STATUS_NOT_SUPPORTED;
}

/* --- bytes ------------------------------------------------------------------------------ */

/* The kernel does not say which side it could not reach: whether it is this one. */
static bool is_here(const void *here, size_t size, bool write)
{
    const ULONG writable =
        PAGE_READWRITE | PAGE_WRITECOPY | PAGE_EXECUTE_READWRITE | PAGE_EXECUTE_WRITECOPY;
    uint64_t at = (uint64_t)here, end = at + size;
    MEMORY_BASIC_INFORMATION info;

    while (at < end) {
        if (!NT_SUCCESS(nt_memory_query((void *)at, &info)) || info.State != MEM_COMMIT ||
            (info.Protect & (PAGE_NOACCESS | PAGE_GUARD)) || !(write || (info.Protect & writable)))
            return false;
        at = (uint64_t)info.BaseAddress + info.RegionSize;
    }
    return true;
}

static NTSTATUS copy(struct nt_process *process, uint64_t there, void *here, size_t size,
                     bool write, size_t *ret_done)
{
    int r =
        nt_os_copy_process(process ? process->pid : getpid(), there, here, size, write, ret_done);

    if (process && nt_process_has_ended(process)) {
        *ret_done = 0;
        return STATUS_PROCESS_IS_TERMINATING;
    }
    switch (-r) {
    case 0:
        return STATUS_SUCCESS;
    case EFAULT:
        return STATUS_PARTIAL_COPY;
    case ESRCH: /* its memory is gone, and it will be in a moment */
        return STATUS_PROCESS_IS_TERMINATING;
    case EPERM:
    case ENOSYS:
        return process ? nt_service_copy(process, there, here, size, write, ret_done)
                       : STATUS_ACCESS_DENIED;
    default:
        return nt_status_from_errno(r);
    }
}

/* The pages from @there on are code that can be read and not written: how many bytes of them. */
static size_t code_at(struct nt_process *process, uint64_t there)
{
    MEMORY_BASIC_INFORMATION info;

    if (!NT_SUCCESS(nt_remote_query(process, (void *)there, &info)) || info.State != MEM_COMMIT ||
        (info.Protect != PAGE_EXECUTE && info.Protect != PAGE_EXECUTE_READ))
        return 0;
    return (uint64_t)info.BaseAddress + info.RegionSize - there;
}

/* Code is written to by debuggers and by who hooks functions: its pages let it for a moment. */
static NTSTATUS copy_to_code(struct nt_process *process, uint64_t there, void *here, size_t size,
                             size_t *ret_done)
{
    size_t bytes = code_at(process, there), rounded;
    void *base = (void *)there;
    NTSTATUS status;
    ULONG before, now;

    *ret_done = 0;
    if (bytes == 0)
        return STATUS_PARTIAL_COPY;
    rounded = bytes = bytes < size ? bytes : size;
    if (!NT_SUCCESS(nt_remote_protect(process, &base, &rounded, PAGE_EXECUTE_READWRITE, &before)))
        return STATUS_PARTIAL_COPY;
    status = copy(process, there, here, bytes, true, ret_done);
    nt_remote_protect(process, &base, &rounded, before, &now);
    return status;
}

NTSTATUS nt_remote_copy(struct nt_process *process, uint64_t there, void *here, size_t size,
                        enum nt_copy how, size_t *ret_done)
{
    bool write = how != NT_COPY_READ;
    NTSTATUS status = STATUS_SUCCESS;
    size_t done = 0, part;

    while (NT_SUCCESS(status) && done < size) {
        status = copy(process, there + done, (char *)here + done, size - done, write, &part);
        done += part;
        if (status != STATUS_PARTIAL_COPY || how != NT_COPY_PATCH)
            continue;
        status = copy_to_code(process, there + done, (char *)here + done, size - done, &part);
        done += part;
    }
    if (status == STATUS_PARTIAL_COPY && !is_here(here, size, write))
        status = STATUS_ACCESS_VIOLATION;
    *ret_done = done;
    return status;
}
