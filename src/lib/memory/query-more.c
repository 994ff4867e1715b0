// SPDX-License-Identifier: MIT
/*
 * Questions about an allocation as a whole, and about the file behind a mapping.
 */
#include "lib/memory/query.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <ntstatus.h>

#include "lib/memory/image.h"
#include "lib/memory/region-map.h"
#include "os/file.h"
#include "os/maps.h"
#include "rtl/status.h"
#include "util/macro.h"

/* --- allocations -------------------------------------------------------------------- */

/* What the map knows; false: it is not ours. */
static bool ask_map(uint64_t base, struct nt_allocation_information *information)
{
    const struct nt_region *region;
    bool found;

    nt_map_lock();
    region = nt_map_below(base);
    found = region && region->base == base && nt_map_visible(region);
    if (found) {
        information->size = region->size;
        information->is_placeholder = region->kind == NT_REGION_PLACEHOLDER;
        information->is_file = region->flags & (NT_VIEW_FILE | NT_VIEW_IMAGE);
        information->is_tracked = region->flags & NT_REGION_TRACKED;
        information->is_physical = region->flags & NT_REGION_PHYSICAL;
        information->is_large = region->flags & NT_REGION_LARGE;
    }
    nt_map_unlock();
    return found;
}

/* Of an ELF object to its end, of any other mapping to its own. */
static void ask_kernel(const MEMORY_BASIC_INFORMATION *first,
                       struct nt_allocation_information *information)
{
    uint64_t low, high;
    struct nt_os_vma vma;

    information->size = first->RegionSize;
    if (first->Type == MEM_IMAGE && nt_image_at(information->base, &low, &high))
        information->size = high - information->base;
    information->is_file =
        first->Type == MEM_IMAGE ||
        (first->Type == MEM_MAPPED && nt_os_vma_query(information->base, &vma) == 0 && vma.inode);
}

/* Adds up what is committed from the base to the end. */
static NTSTATUS count_commit(struct nt_allocation_information *information)
{
    uint64_t at = information->base, end = at + information->size;

    while (at < end) {
        MEMORY_BASIC_INFORMATION info;
        NTSTATUS status = nt_memory_query((void *)at, &info);
        uint64_t next = at + info.RegionSize;

        if (!NT_SUCCESS(status))
            return status;
        if (next > end)
            next = end;
        if (info.State == MEM_COMMIT && (uint64_t)info.AllocationBase == information->base)
            information->commit += next - at;
        at = next;
    }
    return STATUS_SUCCESS;
}

NTSTATUS nt_memory_query_allocation(const void *address,
                                    struct nt_allocation_information *ret_information)
{
    struct nt_allocation_information information = {.size = 0};
    MEMORY_BASIC_INFORMATION info;
    NTSTATUS status = nt_memory_query(address, &info);

    if (!NT_SUCCESS(status))
        return status;
    if (info.State == MEM_FREE)
        return STATUS_INVALID_ADDRESS;
    information.base = (uint64_t)info.AllocationBase;
    information.allocation_protect = info.AllocationProtect;
    information.type = info.Type;
    if (!ask_map(information.base, &information)) {
        status = nt_memory_query(info.AllocationBase, &info);
        if (!NT_SUCCESS(status) || info.State == MEM_FREE) /* gone by now */
            return NT_SUCCESS(status) ? STATUS_INVALID_ADDRESS : status;
        ask_kernel(&info, &information);
    }
    status = count_commit(&information);
    if (NT_SUCCESS(status))
        *ret_information = information;
    return status;
}

/* --- files -------------------------------------------------------------------------- */

#define DELETED " (deleted)"

/* The kernel marks the name of a file that has none any more: it keeps the one that it had. */
static void drop_mark(char *path)
{
    size_t length = strlen(path), mark = strlen(DELETED);

    if (length > mark && strcmp(path + length - mark, DELETED) == 0)
        path[length - mark] = '\0';
}

/* What the kernel calls memory without a file, when it has a name at all. */
static bool is_memory(const char *path)
{
    return path[0] != '/' || strncmp(path, "/memfd:", 7) == 0 || strncmp(path, "/SYSV", 5) == 0 ||
           strcmp(path, "/dev/zero" DELETED) == 0 || strncmp(path, "/anon_hugepage", 14) == 0;
}

/* The file that the layout of an image of ours is called after, in place; false: not of an image.
 */
static bool unwrap_image(char *path)
{
    static const char wrap[] = "/memfd:" NT_IMAGE_MEMFD "/";
    size_t length = sizeof(wrap) - 2;

    if (strncmp(path, wrap, sizeof(wrap) - 1) != 0)
        return false;
    memmove(path, path + length, strlen(path + length) + 1);
    drop_mark(path);
    return true;
}

/* Whether the path, though it looks as if marked, leads to the file that is mapped. */
static bool leads_to(const char *path, const struct nt_os_vma *vma)
{
    struct stat status;

    return nt_os_file_stat_path(path, true, &status) == 0 && status.st_ino == vma->inode;
}

NTSTATUS nt_query_mapped_file(const struct nt_os_vma *vma, char *path)
{
    if (!path || (!unwrap_image(path) && is_memory(path)))
        return STATUS_FILE_INVALID;
    if (!leads_to(path, vma))
        drop_mark(path);
    return STATUS_SUCCESS;
}

static NTSTATUS name_of_mapping(uint64_t address, char **ret_path)
{
    NT_CLEANUP(nt_freep) char *path = NULL;
    struct nt_os_vma vma;
    NTSTATUS status;
    int r = nt_os_vma_name(address, &vma, &path);

    if (r < 0)
        return r == -ENOENT ? STATUS_INVALID_ADDRESS : nt_status_from_errno(r);
    status = nt_query_mapped_file(&vma, path);
    if (NT_SUCCESS(status))
        *ret_path = NT_STEAL(path);
    return status;
}

NTSTATUS nt_memory_query_file(const void *address, char **ret_path)
{
    MEMORY_BASIC_INFORMATION info;
    NTSTATUS status = nt_memory_query(address, &info);

    if (!NT_SUCCESS(status))
        return status;
    if (info.State == MEM_FREE || info.Type == MEM_PRIVATE) /* 8.30 */
        return STATUS_INVALID_ADDRESS;
    /* An image's zeroed data is not mapped from its file. */
    return name_of_mapping((uint64_t)(info.Type == MEM_IMAGE ? info.AllocationBase : address),
                           ret_path);
}
