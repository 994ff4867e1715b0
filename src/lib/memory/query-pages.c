// SPDX-License-Identifier: MIT
/*
 * The working set: which pages are resident. /proc/self/pagemap tells it even to ordinary
 * processes, and whether a page is mapped once or more often, but not by how many; which frame it
 * is, and with that who else has it, it does not tell.
 */
#include "lib/memory/query.h"

#include <errno.h>
#include <stdlib.h>

#include <ntstatus.h>

#include "lib/memory/region-map.h"
#include "os/numa.h"
#include "os/pagemap.h"
#include "os/residency.h"
#include "rtl/status.h"
#include "util/macro.h"

#define BATCH 256u

/* A page in the working set is one that an instruction can reach without a fault. */
static bool is_reachable(const MEMORY_BASIC_INFORMATION *info)
{
    return info->State == MEM_COMMIT && !(info->Protect & (PAGE_NOACCESS | PAGE_GUARD));
}

static bool is_large(uint64_t address)
{
    const struct nt_region *region;
    bool is;

    nt_map_lock();
    region = nt_map_below(address);
    is = region && address < nt_region_end(region) && nt_map_visible(region) &&
         (region->flags & NT_REGION_LARGE);
    nt_map_unlock();
    return is;
}

static void describe(const MEMORY_BASIC_INFORMATION *info, uint64_t entry, bool any_locked,
                     struct nt_resident_page *page)
{
    uint64_t address = nt_align_down(page->address, NT_PAGE_SIZE);
    bool copied =
        (entry & (NT_OS_PAGE_PRESENT | NT_OS_PAGE_SWAPPED)) && !(entry & NT_OS_PAGE_OF_FILE);

    page->shared = info->State == MEM_COMMIT && info->Type != MEM_PRIVATE && !copied;
    page->valid = (entry & NT_OS_PAGE_PRESENT) && is_reachable(info);
    if (!page->valid)
        return;
    page->protect = info->Protect;
    page->sharers = !page->shared ? 0 : entry & NT_OS_PAGE_EXCLUSIVE ? 1 : 2;
    page->locked = any_locked && nt_os_is_locked((void *)address, NT_PAGE_SIZE) == 1;
    page->large = is_large(address);
}

/* Up to BATCH pages. What kind of memory they are in is asked again for each region. */
static NTSTATUS look_at(int fd, bool any_locked, struct nt_resident_page *pages, size_t count)
{
    MEMORY_BASIC_INFORMATION info = {.RegionSize = 0};

    for (size_t i = 0; i < count; i++) {
        uint64_t address = pages[i].address, entry = 0;
        NTSTATUS status = STATUS_SUCCESS;
        int r;

        pages[i] = (struct nt_resident_page){.address = address};
        if (address - (uint64_t)info.BaseAddress >= info.RegionSize)
            status = nt_memory_query((void *)address, &info);
        if (status == STATUS_INVALID_PARAMETER) { /* beyond the address space: nothing is there */
            info.RegionSize = 0;
            continue;
        }
        r = NT_SUCCESS(status) ? nt_os_pages_read(fd, address, 1, &entry) : 0;
        if (!NT_SUCCESS(status) || r < 0)
            return NT_SUCCESS(status) ? nt_status_from_errno(r) : status;
        describe(&info, entry, any_locked, &pages[i]);
    }
    return STATUS_SUCCESS;
}

/* A machine without NUMA has node 0 only; so has a page that is nowhere. */
static void add_nodes(struct nt_resident_page *pages, size_t count)
{
    const void *addresses[BATCH];
    int nodes[BATCH];

    for (size_t i = 0; i < count; i++)
        addresses[i] = (const void *)nt_align_down(pages[i].address, NT_PAGE_SIZE);
    if (nt_os_page_nodes(addresses, count, nodes) < 0)
        return;
    for (size_t i = 0; i < count; i++) {
        if (pages[i].valid && nodes[i] > 0)
            pages[i].node = (unsigned)nodes[i];
    }
}

NTSTATUS nt_memory_query_pages(struct nt_resident_page *pages, size_t count)
{
    NT_CLEANUP(nt_os_closep) int fd = -1;
    bool any_locked = nt_os_any_locked();
    NTSTATUS status = STATUS_SUCCESS;
    int r = nt_os_pages_open(&fd);

    if (r < 0)
        return nt_status_from_errno(r);
    for (size_t i = 0; i < count && NT_SUCCESS(status); i += BATCH) {
        size_t n = count - i < BATCH ? count - i : BATCH;

        status = look_at(fd, any_locked, &pages[i], n);
        if (NT_SUCCESS(status))
            add_nodes(&pages[i], n);
    }
    return status;
}

/* --- all of them -------------------------------------------------------------------- */

/* The pages of one run that is resident. */
static NTSTATUS visit_run(int fd, const MEMORY_BASIC_INFORMATION *info, uint64_t first,
                          uint64_t last,
                          void (*visit)(const struct nt_resident_page *page, void *context),
                          void *context)
{
    uint64_t entries[BATCH];

    while (first < last) {
        uint64_t n = (last - first) / NT_PAGE_SIZE;
        int r;

        if (n > BATCH)
            n = BATCH;
        r = nt_os_pages_read(fd, first, n, entries);
        if (r < 0)
            return nt_status_from_errno(r);
        for (uint64_t i = 0; i < n; i++, first += NT_PAGE_SIZE) {
            struct nt_resident_page page = {.address = first};

            describe(info, entries[i], false, &page);
            if (page.valid)
                visit(&page, context);
        }
    }
    return STATUS_SUCCESS;
}

NTSTATUS nt_memory_each_page(void (*visit)(const struct nt_resident_page *page, void *context),
                             void *context)
{
    NT_CLEANUP(nt_os_closep) int fd = -1;
    MEMORY_BASIC_INFORMATION info;
    NTSTATUS status = STATUS_SUCCESS;
    uint64_t address = 0;
    int r = nt_os_pages_open(&fd);

    if (r < 0)
        return nt_status_from_errno(r);
    while (NT_SUCCESS(status = nt_memory_query((void *)address, &info))) {
        uint64_t first = address, last, end = address + info.RegionSize;

        address = end;
        while (is_reachable(&info) && first < end && NT_SUCCESS(status)) {
            r = nt_os_pages_next(fd, first, end, &first, &last);
            status =
                r < 0 ? nt_status_from_errno(r) : visit_run(fd, &info, first, last, visit, context);
            first = last;
        }
        if (!NT_SUCCESS(status))
            return status;
    }
    /* The walk ends beyond the last address. */
    return status == STATUS_INVALID_PARAMETER ? STATUS_SUCCESS : status;
}
