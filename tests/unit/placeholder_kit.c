// SPDX-License-Identifier: MIT
/*
 * See placeholder_kit.h.
 */
#include "unit/placeholder_kit.h"

#include <errno.h>
#include <stdatomic.h>
#include <string.h>

#include "harness/test.h"
#include "lib/object/object.h"

/* --- calls -------------------------------------------------------------------------- */

NTSTATUS kit_allocate(uint64_t base, size_t size, ULONG type, ULONG protect)
{
    struct nt_allocation allocation = {
        .base = (void *)base, .size = size, .type = type, .protect = protect, .extended = true};
    NTSTATUS status = nt_memory_allocate(&allocation);

    if (NT_SUCCESS(status) && base) {
        ok_eq((uint64_t)allocation.base, base);
        ok_eq(allocation.size, size);
    }
    return status;
}

uint64_t kit_reserve(size_t size)
{
    struct nt_allocation allocation = {.size = size,
                                       .type = MEM_RESERVE | MEM_RESERVE_PLACEHOLDER,
                                       .protect = PAGE_NOACCESS,
                                       .extended = true};

    require(NT_SUCCESS(nt_memory_allocate(&allocation)));
    return (uint64_t)allocation.base;
}

NTSTATUS kit_replace(uint64_t base, size_t size)
{
    return kit_allocate(base, size, MEM_RESERVE | MEM_COMMIT | MEM_REPLACE_PLACEHOLDER,
                        PAGE_READWRITE);
}

NTSTATUS kit_free(uint64_t base, size_t size, ULONG type)
{
    void *address = (void *)base;

    return nt_memory_free(&address, &size, type);
}

NTSTATUS kit_split(uint64_t base, size_t size)
{
    return kit_free(base, size, MEM_RELEASE | MEM_PRESERVE_PLACEHOLDER);
}

NTSTATUS kit_join(uint64_t base, size_t size)
{
    return kit_free(base, size, MEM_RELEASE | MEM_COALESCE_PLACEHOLDERS);
}

HANDLE kit_section(uint64_t size, ULONG attributes)
{
    const struct nt_section_parameters parameters = {
        .size = size,
        .protection = PAGE_READWRITE,
        .attributes = attributes,
        .access = SECTION_ALL_ACCESS,
    };
    HANDLE handle = NULL;

    require(NT_SUCCESS(nt_section_create(NULL, &parameters, &handle)));
    return handle;
}

NTSTATUS kit_map(HANDLE section, uint64_t base, size_t size, uint64_t offset)
{
    const struct nt_view_request request = {
        .base = (void *)base,
        .offset = offset,
        .size = size,
        .allocation_type = MEM_REPLACE_PLACEHOLDER,
        .protect = PAGE_READWRITE,
    };
    size_t mapped = 0;
    void *there = NULL;
    NTSTATUS status = nt_view_map(section, &request, &there, &mapped);

    if (NT_SUCCESS(status))
        ok_eq((uint64_t)there, base);
    return status;
}

MEMORY_BASIC_INFORMATION kit_query(uint64_t address)
{
    MEMORY_BASIC_INFORMATION information = {.RegionSize = 0};

    ok_status(nt_memory_query((void *)address, &information), STATUS_SUCCESS);
    return information;
}

void kit_clear(uint64_t start, uint64_t end)
{
    while (start < end) {
        MEMORY_BASIC_INFORMATION information = kit_query(start);

        if (information.State == MEM_FREE)
            start += information.RegionSize;
        else if (information.Type == MEM_MAPPED)
            ok_status(nt_view_unmap((void *)start, 0), STATUS_SUCCESS);
        else
            ok_status(kit_free((uint64_t)information.AllocationBase, 0, MEM_RELEASE),
                      STATUS_SUCCESS);
    }
}

/* --- looking ------------------------------------------------------------------------ */

bool kit_is_placeholder(uint64_t base, size_t size)
{
    MEMORY_BASIC_INFORMATION information = kit_query(base);

    return (int)ok_eq(information.State, MEM_RESERVE) & (int)ok_eq(information.Type, MEM_PRIVATE) &
           (int)ok_eq(information.Protect, 0) &
           (int)ok_eq(information.AllocationProtect, PAGE_NOACCESS) &
           (int)ok_eq((uint64_t)information.AllocationBase, base) &
           (int)ok_eq(information.RegionSize, size);
}

unsigned kit_mappings(uint64_t start, uint64_t end)
{
    struct nt_os_vma vma;
    unsigned count = 0;

    while (start < end && nt_os_vma_query(start, &vma) == 0 && vma.start < end) {
        count++;
        start = vma.end;
    }
    return count;
}

/* What is committed can be touched as it says, and nothing else can. */
static void run_agrees(const MEMORY_BASIC_INFORMATION *information, uint64_t start, uint64_t end)
{
    bool writes = information->State == MEM_COMMIT && (information->Protect & PAGE_READWRITE);

    while (start < end) {
        struct nt_os_vma vma;

        if (!ok_eq(nt_os_vma_query(start, &vma), 0) ||
            !ok(vma.start <= start, "%#llx is not mapped", (unsigned long long)start))
            return;
        ok_eq(vma.writable, writes);
        ok_eq(vma.readable, writes);
        ok_eq(vma.shared, information->Type == MEM_MAPPED);
        start = vma.end;
    }
}

void kit_agrees(uint64_t start, uint64_t end)
{
    while (start < end) {
        MEMORY_BASIC_INFORMATION information = kit_query(start);
        uint64_t next = start + information.RegionSize;

        if (!ok_ne(information.State, MEM_FREE))
            return;
        run_agrees(&information, start, next < end ? next : end);
        start = next;
    }
}

void kit_check_map(void)
{
    uint64_t end = 0, low, high, limit;
    struct nt_region *region, *next;

    nt_map_lock();
    nt_map_get_arena(&low, &high);
    for (region = nt_map_next(NULL); region; region = next) {
        next = nt_map_next(region);
        ok(region->base >= end, "%#llx lies below %#llx", (unsigned long long)region->base,
           (unsigned long long)end);
        end = nt_region_end(region);
        limit = next && next->base < high ? next->base & ~(SLOT - 1) : high;
        if (nt_map_in_arena(region) && limit > nt_region_slots_end(region))
            ok_eq(region->gap, limit - nt_region_slots_end(region));
        else
            ok_eq(region->gap, 0);
    }
    nt_map_unlock();
}

static void add(struct kit_picture *picture, uint64_t value)
{
    picture->hash = (picture->hash ^ value) * 0x9E3779B97F4A7C15;
    picture->hash ^= picture->hash >> 29;
}

struct kit_picture kit_look(uint64_t start, uint64_t end)
{
    struct kit_picture picture = {.n_mappings = kit_mappings(start, end)};
    struct nt_os_vma vma;

    for (uint64_t at = start; at < end; picture.n_regions++) {
        MEMORY_BASIC_INFORMATION information = kit_query(at);

        add(&picture, (uint64_t)information.AllocationBase);
        add(&picture, nt_u64(information.State, information.Protect));
        add(&picture, nt_u64(information.AllocationProtect, information.Type));
        at += information.RegionSize;
        add(&picture, at < end ? at : end);
    }
    for (uint64_t at = start; at < end && nt_os_vma_query(at, &vma) == 0 && vma.start < end;
         at = vma.end) {
        add(&picture, vma.start > start ? vma.start : start);
        add(&picture, vma.end < end ? vma.end : end);
        add(&picture, vma.writable | vma.readable << 1 | vma.shared << 2);
        add(&picture, vma.inode);
    }
    return picture;
}

bool kit_same(const struct kit_picture *first, const struct kit_picture *second)
{
    return (int)ok_eq(first->n_regions, second->n_regions) &
           (int)ok_eq(first->n_mappings, second->n_mappings) &
           (int)ok_eq(first->hash, second->hash);
}

/* --- the seam ----------------------------------------------------------------------- */

static _Atomic unsigned n_calls[NT_OS_CALL_COUNT];
static _Atomic int failing = -1;
static _Atomic unsigned passing;
static _Atomic bool has_failed;

static int see_call(enum nt_os_call call)
{
    n_calls[call]++;
    if ((int)call != failing || has_failed || passing-- > 0)
        return 0;
    has_failed = true;
    return ENOMEM;
}

void kit_count(void)
{
    for (unsigned i = 0; i < NT_OS_CALL_COUNT; i++)
        n_calls[i] = 0;
    failing = -1;
    has_failed = false;
    nt_os_set_fault(see_call);
}

void kit_fail(enum nt_os_call call, unsigned after)
{
    kit_count();
    passing = after;
    failing = (int)call;
}

unsigned kit_stop(void)
{
    unsigned sum = 0;

    nt_os_set_fault(NULL);
    for (unsigned i = 0; i < NT_OS_CALL_COUNT; i++)
        sum += n_calls[i];
    return sum;
}

unsigned kit_calls(enum nt_os_call call)
{
    return n_calls[call];
}

bool kit_failed(void)
{
    return has_failed;
}
