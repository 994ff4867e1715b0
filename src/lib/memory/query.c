// SPDX-License-Identifier: MIT
/*
 * VirtualQuery. What this library made is told from the map, without a system call, except
 * that only the kernel knows which pages of a copy-on-write view were written (8.10). All other
 * memory (code, heaps, stacks) is told from the kernel, as truthfully as its words allow:
 *
 *   private, anonymous   MEM_PRIVATE; without any access it is MEM_RESERVE, which is what
 *                        allocators and thread libraries use such memory for
 *   shared               MEM_MAPPED
 *   private, of a file   MEM_IMAGE when it belongs to a loaded ELF object, whose first byte is
 *                        then the AllocationBase; else MEM_MAPPED. What can be written is
 *                        copy-on-write.
 */
#include <errno.h>
#include <link.h>

#include <ntstatus.h>

#include "lib/fault/fault.h"
#include "lib/memory/change.h"
#include "lib/memory/protect.h"
#include "os/os.h"
#include "os/pagemap.h"
#include "rtl/status.h"
#include "util/macro.h"

#define KERNEL_END 0x7FFFFFFFF000ull /* nothing of a program lies above */

/* A page and the free or foreign space around it, bounded by the application's regions. */
struct place {
    uint64_t page;
    uint64_t low, high;
};

/* --- ours --------------------------------------------------------------------------- */

/* What is looked at without the lock, since it takes a while or a system call. */
struct detail {
    bool copies;                /* it lies in a view that may have copied pages */
    bool guards;                /* there are, or were, guard pages in the region */
    struct nt_section *reserve; /* a reference: commitment is the section's */
    uint64_t offset;            /* of the view in it */
};

static DWORD type_of(const struct nt_region *region)
{
    if (region->kind != NT_REGION_VIEW)
        return MEM_PRIVATE;
    return region->flags & NT_VIEW_IMAGE ? MEM_IMAGE : MEM_MAPPED;
}

static void describe_region(const struct nt_region *region, uint64_t page,
                            MEMORY_BASIC_INFORMATION *info)
{
    uint64_t end;
    ULONG protect = nt_pages_at(&region->pages, (page - region->base) / NT_PAGE_SIZE, &end);

    *info = (MEMORY_BASIC_INFORMATION){
        .BaseAddress = (void *)page,
        .AllocationBase = (void *)region->base,
        .AllocationProtect = region->allocation_protect,
        .RegionSize = region->base + end * NT_PAGE_SIZE - page,
        .State = protect ? MEM_COMMIT : MEM_RESERVE,
        .Protect = protect,
        .Type = type_of(region),
    };
}

static void note_detail(const struct nt_region *region, struct detail *detail)
{
    detail->copies = region->copies;
    detail->guards = region->watched & NT_FAULT_GUARD;
    if (!(region->flags & NT_VIEW_RESERVE))
        return;
    nt_object_ref(&region->section->object);
    detail->reserve = region->section;
    detail->offset = region->offset;
}

/* True when the map answers; else @place holds the bounds between which it knows nothing. */
static bool query_map(struct place *place, MEMORY_BASIC_INFORMATION *info, struct detail *detail)
{
    struct nt_region *below, *above;
    bool found;

    nt_map_lock();
    below = nt_map_below(place->page);
    above = below ? nt_map_next(below) : nt_map_next(NULL);
    while (below && !nt_map_visible(below))
        below = nt_map_previous(below);
    found = below && place->page < nt_region_end(below);
    if (found) {
        describe_region(below, place->page, info);
        note_detail(below, detail);
    } else {
        while (above && !nt_map_visible(above))
            above = nt_map_next(above);
        place->low = below ? nt_region_end(below) : 0;
        place->high = above ? above->base : NT_USER_END;
    }
    nt_map_unlock();
    return found;
}

/* 6.1, 6.4, 3.39: only what the section has committed is there. */
static void describe_commitment(const struct detail *detail, MEMORY_BASIC_INFORMATION *info)
{
    uint64_t page = ((uint64_t)info->BaseAddress - (uint64_t)info->AllocationBase) / NT_PAGE_SIZE;
    uint64_t end;

    if (!nt_view_committed(detail->reserve, detail->offset, page,
                           page + info->RegionSize / NT_PAGE_SIZE, &end)) {
        info->State = MEM_RESERVE;
        info->Protect = 0;
    }
    info->RegionSize = (end - page) * NT_PAGE_SIZE;
}

/* 8.17: a guard that has fired is gone. */
static void describe_guards(MEMORY_BASIC_INFORMATION *info)
{
    uint64_t first = (uint64_t)info->BaseAddress, size = NT_PAGE_SIZE;
    bool stands;

    if (!(info->Protect & PAGE_GUARD))
        return;
    stands = nt_fault_guard_stands(first);
    while (size < info->RegionSize && nt_fault_guard_stands(first + size) == stands)
        size += NT_PAGE_SIZE;
    info->RegionSize = size;
    if (!stands)
        info->Protect &= ~(DWORD)PAGE_GUARD;
}

/* 8.9, 8.10, 10.3: a page that was written is the view's own, and as the next pages or not. */
static void describe_copies(MEMORY_BASIC_INFORMATION *info)
{
    uint64_t same;
    bool copied;

    if (!nt_protect_is_copy(info->Protect))
        return;
    /* Without the kernel's answer the run is told as it was mapped. */
    if (nt_os_copied_pages((uint64_t)info->BaseAddress, info->RegionSize / NT_PAGE_SIZE, &copied,
                           &same) < 0)
        return;
    info->RegionSize = same * NT_PAGE_SIZE;
    if (copied)
        info->Protect = nt_protect_of_copy(info->Protect);
}

static void describe_detail(const struct detail *detail, MEMORY_BASIC_INFORMATION *info)
{
    if (detail->reserve) {
        describe_commitment(detail, info);
        nt_object_unref(&detail->reserve->object);
    }
    if (detail->guards)
        describe_guards(info);
    if (detail->copies)
        describe_copies(info);
}

/* What is copied or was a guard may look like its neighbours, though the map has it apart. */
static void join_neighbours(const struct detail *detail, MEMORY_BASIC_INFORMATION *info)
{
    while (detail->copies || detail->guards) {
        struct place place = {.page = (uint64_t)info->BaseAddress + info->RegionSize};
        MEMORY_BASIC_INFORMATION next;
        struct detail its = {.copies = false};

        if (!query_map(&place, &next, &its))
            return;
        describe_detail(&its, &next);
        if (next.AllocationBase != info->AllocationBase || next.State != info->State ||
            next.Protect != info->Protect)
            return;
        info->RegionSize += next.RegionSize;
    }
}

/* --- all other memory --------------------------------------------------------------- */

struct image_search {
    uint64_t address;
    uint64_t base; /* 0: in no loaded object */
};

static int look_at_image(struct dl_phdr_info *object, size_t size, void *context)
{
    struct image_search *search = context;
    uint64_t low = UINT64_MAX, high = 0;

    (void)size;
    for (int i = 0; i < object->dlpi_phnum; i++) {
        const ElfW(Phdr) *header = &object->dlpi_phdr[i];
        uint64_t start = object->dlpi_addr + header->p_vaddr;

        if (header->p_type != PT_LOAD)
            continue;
        low = start < low ? start : low;
        high = start + header->p_memsz > high ? start + header->p_memsz : high;
    }
    low = nt_align_down(low, NT_PAGE_SIZE);
    if (search->address < low || search->address >= nt_align_up(high, NT_PAGE_SIZE))
        return 0;
    search->base = low;
    return 1;
}

static DWORD foreign_protect(const struct nt_os_vma *vma)
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

static void describe_foreign(const struct nt_os_vma *vma, const struct place *place,
                             MEMORY_BASIC_INFORMATION *info)
{
    struct image_search search = {.address = place->page};
    uint64_t start = vma->start > place->low ? vma->start : place->low;
    uint64_t end = vma->end < place->high ? vma->end : place->high;
    bool of_file = vma->inode && !vma->shared;

    *info = (MEMORY_BASIC_INFORMATION){
        .BaseAddress = (void *)place->page,
        .AllocationBase = (void *)start,
        .RegionSize = end - place->page,
        .State = MEM_COMMIT,
        .Protect = foreign_protect(vma),
        .Type = vma->shared || of_file ? MEM_MAPPED : MEM_PRIVATE,
    };
    info->AllocationProtect = info->Protect;
    if (of_file)
        dl_iterate_phdr(look_at_image, &search);
    if (search.base) {
        info->AllocationBase = (void *)search.base;
        info->AllocationProtect = PAGE_EXECUTE_WRITECOPY;
        info->Type = MEM_IMAGE;
    }
    if (info->Type == MEM_PRIVATE && info->Protect == PAGE_NOACCESS) {
        info->State = MEM_RESERVE;
        info->Protect = 0;
    }
}

static void describe_free(uint64_t page, uint64_t end, MEMORY_BASIC_INFORMATION *info)
{
    *info = (MEMORY_BASIC_INFORMATION){
        .BaseAddress = (void *)page,
        .RegionSize = end - page,
        .State = MEM_FREE,
        .Protect = PAGE_NOACCESS,
    };
}

static NTSTATUS query_kernel(const struct place *place, MEMORY_BASIC_INFORMATION *info)
{
    struct nt_os_vma vma;
    int r = nt_os_vma_query(place->page, &vma);

    if (r < 0 && r != -ENOENT)
        return nt_status_from_errno(r);
    if (r == 0 && vma.start <= place->page) {
        describe_foreign(&vma, place, info);
        return STATUS_SUCCESS;
    }
    /* 8.24; a stack may lie above the limit where nothing is placed at random. */
    if (place->page >= NT_USER_END)
        return STATUS_INVALID_PARAMETER;
    describe_free(place->page, r == 0 && vma.start < place->high ? vma.start : place->high, info);
    return STATUS_SUCCESS;
}

NTSTATUS nt_memory_query(const void *address, MEMORY_BASIC_INFORMATION *ret_information)
{
    struct place place = {.page = nt_align_down((uint64_t)address, NT_PAGE_SIZE)};
    struct detail detail = {.copies = false};
    MEMORY_BASIC_INFORMATION info;
    NTSTATUS status = STATUS_SUCCESS;

    if (place.page >= KERNEL_END)
        return STATUS_INVALID_PARAMETER;
    if (query_map(&place, &info, &detail)) {
        describe_detail(&detail, &info);
        join_neighbours(&detail, &info);
    } else {
        if (place.page >= NT_USER_END)
            place.high = KERNEL_END;
        status = query_kernel(&place, &info);
    }
    if (NT_SUCCESS(status))
        *ret_information = info;
    return status;
}
