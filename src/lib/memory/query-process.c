// SPDX-License-Identifier: MIT
/*
 * Another process's memory from /proc/PID/maps, told as query-foreign.c tells this process's: what
 * is anonymous and private is MEM_PRIVATE, without any access MEM_RESERVE; a private mapping of a
 * file that somebody can execute is one of an ELF object, MEM_IMAGE; all other mappings are
 * MEM_MAPPED. Which mappings belong to one object only that process's loader knows, so each is an
 * allocation of its own.
 */
#include "lib/memory/query-process.h"

#include <errno.h>
#include <stdlib.h>

#include <ntstatus.h>

#include "os/remote.h"
#include "rtl/status.h"
#include "util/macro.h"

/* The mapping at a place; false in @ret_is: nothing is there, and then the next one, if any. */
static NTSTATUS look(struct nt_process *process, uint64_t page, struct nt_os_vma *ret_vma,
                     bool *ret_is, char **ret_name)
{
    int r = nt_os_process_vma(process->pid, page, ret_vma, ret_name);

    /* Whoever has not ended now had this number then. */
    if (nt_process_has_ended(process) || r == -ESRCH || nt_os_process_is_ending(process->pid))
        return STATUS_PROCESS_IS_TERMINATING;
    if (r < 0 && r != -ENOENT)
        return r == -EPERM ? STATUS_ACCESS_DENIED : nt_status_from_errno(r);
    if (r == -ENOENT)
        *ret_vma = (struct nt_os_vma){.start = NT_KERNEL_END, .end = NT_KERNEL_END};
    *ret_is = r == 0 && ret_vma->start <= page;
    return STATUS_SUCCESS;
}

static void describe(const struct nt_os_vma *vma, uint64_t page, MEMORY_BASIC_INFORMATION *info)
{
    *info = (MEMORY_BASIC_INFORMATION){
        .BaseAddress = (void *)page,
        .AllocationBase = (void *)vma->start,
        .AllocationProtect = nt_query_protect_of(vma),
        .RegionSize = vma->end - page,
        .State = MEM_COMMIT,
        .Protect = nt_query_protect_of(vma),
        .Type = !vma->shared && !vma->inode       ? MEM_PRIVATE
                : !vma->shared && vma->executable ? MEM_IMAGE
                                                  : MEM_MAPPED,
    };
    if (info->Type == MEM_PRIVATE && info->Protect == PAGE_NOACCESS) {
        info->State = MEM_RESERVE;
        info->Protect = 0;
    }
}

static NTSTATUS query(struct nt_process *process, const void *address, struct nt_os_vma *vma,
                      MEMORY_BASIC_INFORMATION *info)
{
    uint64_t page = nt_align_down((uint64_t)address, NT_PAGE_SIZE);
    NTSTATUS status;
    bool is;

    if (page >= NT_KERNEL_END)
        return STATUS_INVALID_PARAMETER;
    status = look(process, page, vma, &is, NULL);
    if (!NT_SUCCESS(status))
        return status;
    if (is) {
        describe(vma, page, info);
        return STATUS_SUCCESS;
    }
    if (page >= NT_USER_END) /* 8.24 */
        return STATUS_INVALID_PARAMETER;
    *info = (MEMORY_BASIC_INFORMATION){
        .BaseAddress = (void *)page,
        .RegionSize = (vma->start < NT_USER_END ? vma->start : NT_USER_END) - page,
        .State = MEM_FREE,
        .Protect = PAGE_NOACCESS,
    };
    return STATUS_SUCCESS;
}

NTSTATUS nt_query_process(struct nt_process *process, const void *address,
                          MEMORY_BASIC_INFORMATION *ret_information)
{
    struct nt_os_vma vma;

    return query(process, address, &vma, ret_information);
}

NTSTATUS nt_query_process_allocation(struct nt_process *process, const void *address,
                                     struct nt_allocation_information *ret_information)
{
    MEMORY_BASIC_INFORMATION info;
    struct nt_os_vma vma;
    NTSTATUS status = query(process, address, &vma, &info);

    if (!NT_SUCCESS(status))
        return status;
    if (info.State == MEM_FREE)
        return STATUS_INVALID_ADDRESS;
    *ret_information = (struct nt_allocation_information){
        .base = vma.start,
        .size = vma.end - vma.start,
        .allocation_protect = info.AllocationProtect,
        .type = info.Type,
        .is_file = vma.inode != 0,
        .commit = info.State == MEM_COMMIT ? vma.end - vma.start : 0,
    };
    return STATUS_SUCCESS;
}

NTSTATUS nt_query_process_file(struct nt_process *process, const void *address, char **ret_path)
{
    uint64_t page = nt_align_down((uint64_t)address, NT_PAGE_SIZE);
    NT_CLEANUP(nt_freep) char *path = NULL;
    struct nt_os_vma vma;
    NTSTATUS status;
    bool is;

    if (page >= NT_KERNEL_END)
        return STATUS_INVALID_PARAMETER;
    status = look(process, page, &vma, &is, &path);
    if (!NT_SUCCESS(status))
        return status;
    if (!is || (!vma.shared && !vma.inode)) /* 8.30 */
        return STATUS_INVALID_ADDRESS;
    status = nt_query_mapped_file(&vma, path);
    if (NT_SUCCESS(status))
        *ret_path = NT_STEAL(path);
    return status;
}
