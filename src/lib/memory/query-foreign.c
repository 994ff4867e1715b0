// SPDX-License-Identifier: MIT
/*
 * VirtualQuery of memory that this library did not make (code, heaps, stacks, and what is free),
 * told from the kernel, as truthfully as its words allow:
 *
 *   private, anonymous   MEM_PRIVATE; without any access it is MEM_RESERVE, which is what
 *                        allocators and thread libraries use such memory for
 *   shared               MEM_MAPPED
 *   private, of a file   MEM_MAPPED. What can be written is copy-on-write.
 *   of an ELF object     MEM_IMAGE, with all that the object has, its zeroed data included. Its
 *                        first byte is the AllocationBase.
 *
 * An object is one allocation, and neighbours in it that are alike are one region, even where the
 * kernel has two mappings; any other mapping is an allocation of its own. Only code is told as
 * the kernel has it: it lies between what is no code, unless somebody has given parts of it
 * different advice, and so needs no second look.
 */
#include "lib/memory/query.h"

#include <dlfcn.h>
#include <errno.h>

#include <ntstatus.h>

#include "rtl/status.h"
#include "util/macro.h"

bool nt_image_at(uint64_t address, uint64_t *ret_low, uint64_t *ret_high)
{
    struct dl_find_object object;

    /* Takes no lock, and is told of each object by the dynamic linker itself. */
    if (_dl_find_object((void *)address, &object) != 0)
        return false;
    *ret_low = nt_align_down((uint64_t)object.dlfo_map_start, NT_PAGE_SIZE);
    *ret_high = nt_align_up((uint64_t)object.dlfo_map_end, NT_PAGE_SIZE);
    return true;
}

DWORD nt_query_protect_of(const struct nt_os_vma *vma)
{
    bool copies = vma->writable && !vma->shared && vma->inode;

    if (vma->executable)
        return copies          ? PAGE_EXECUTE_WRITECOPY
               : vma->writable ? PAGE_EXECUTE_READWRITE
               : vma->readable ? PAGE_EXECUTE_READ
                               : PAGE_EXECUTE;
    if (copies)
        return PAGE_WRITECOPY;
    return vma->writable ? PAGE_READWRITE : vma->readable ? PAGE_READONLY : PAGE_NOACCESS;
}

static uint64_t lower(uint64_t a, uint64_t b)
{
    return a < b ? a : b;
}

static uint64_t higher(uint64_t a, uint64_t b)
{
    return a > b ? a : b;
}

/* The end of the pages from @vma on that are alike, not beyond @limit. */
static uint64_t end_of_run(const struct nt_os_vma *vma, uint64_t limit)
{
    DWORD protect = nt_query_protect_of(vma);
    uint64_t end = vma->end;
    struct nt_os_vma next;

    if (vma->executable)
        return lower(end, limit);
    while (end < limit && nt_os_vma_query(end, &next) == 0 && next.start <= end && !next.shared &&
           nt_query_protect_of(&next) == protect)
        end = next.end;
    return lower(end, limit);
}

static void describe_image(const struct nt_os_vma *vma, const struct nt_query_place *place,
                           uint64_t low, uint64_t high, MEMORY_BASIC_INFORMATION *info)
{
    *info = (MEMORY_BASIC_INFORMATION){
        .BaseAddress = (void *)place->page,
        .AllocationBase = (void *)low,
        .AllocationProtect = PAGE_EXECUTE_WRITECOPY,
        .RegionSize = end_of_run(vma, lower(high, place->high)) - place->page,
        .State = MEM_COMMIT,
        .Protect = nt_query_protect_of(vma),
        .Type = MEM_IMAGE,
    };
}

static void describe_mapping(const struct nt_os_vma *vma, const struct nt_query_place *place,
                             MEMORY_BASIC_INFORMATION *info)
{
    uint64_t start = higher(vma->start, place->low), low, high;

    /* The kernel may have joined a heap to the zeroed data of an object before it. */
    if (!vma->shared && !vma->inode && nt_image_at(start, &low, &high))
        start = high;
    *info = (MEMORY_BASIC_INFORMATION){
        .BaseAddress = (void *)place->page,
        .AllocationBase = (void *)start,
        .RegionSize = lower(vma->end, place->high) - place->page,
        .State = MEM_COMMIT,
        .Protect = nt_query_protect_of(vma),
        .Type = vma->shared || vma->inode ? MEM_MAPPED : MEM_PRIVATE,
    };
    info->AllocationProtect = info->Protect;
    if (info->Type == MEM_PRIVATE && info->Protect == PAGE_NOACCESS) {
        info->State = MEM_RESERVE;
        info->Protect = 0;
    }
}

static void describe_free(uint64_t page, uint64_t end, MEMORY_BASIC_INFORMATION *info)
{
    *info = (MEMORY_BASIC_INFORMATION){
        .BaseAddress = (void *)page,
        .RegionSize = lower(end, NT_USER_END) - page,
        .State = MEM_FREE,
        .Protect = PAGE_NOACCESS,
    };
}

NTSTATUS nt_query_foreign(const struct nt_query_place *place, MEMORY_BASIC_INFORMATION *info)
{
    struct nt_os_vma vma;
    uint64_t low, high;
    int r = nt_os_vma_query(place->page, &vma);

    if (r < 0 && r != -ENOENT)
        return nt_status_from_errno(r);
    if (r == 0 && vma.start <= place->page) {
        if (!vma.shared && nt_image_at(place->page, &low, &high))
            describe_image(&vma, place, low, high, info);
        else
            describe_mapping(&vma, place, info);
        return STATUS_SUCCESS;
    }
    /* 8.24; a stack may lie above the limit where nothing is placed at random. */
    if (place->page >= NT_USER_END)
        return STATUS_INVALID_PARAMETER;
    describe_free(place->page, r == 0 ? lower(vma.start, place->high) : place->high, info);
    return STATUS_SUCCESS;
}
