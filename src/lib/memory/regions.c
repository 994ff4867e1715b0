// SPDX-License-Identifier: MIT
/*
 * The region map as a list. The map's lock is held for one region at a time, and what its pages are
 * is asked as VirtualQuery asks, so that both tell the same; a list of many thousand regions holds
 * nobody up. What is the library's own is told too, and marked.
 */
#include "lib/memory/regions.h"

#include <string.h>

#include <ntshm/ntshm.h>
#include <ntstatus.h>

#include "lib/memory/query.h"
#include "lib/memory/region-map.h"
#include "util/macro.h"
#include "util/utf.h"

/* What is known of a region as a whole. */
struct facts {
    uint64_t base, end, offset;
    uint32_t flags, node, allocation_protect;
    struct nt_section *section; /* a reference, or NULL */
};

static uint32_t flags_of(const struct nt_region *region)
{
    static const struct {
        uint8_t flag;
        uint32_t told;
    } flags[] = {
        {NT_VIEW_FILE, NTSHM_REGION_FILE},         {NT_VIEW_IMAGE, NTSHM_REGION_FILE},
        {NT_REGION_LARGE, NTSHM_REGION_LARGE},     {NT_REGION_TRACKED, NTSHM_REGION_WRITE_WATCH},
        {NT_REGION_PHYSICAL, NTSHM_REGION_WINDOW}, {NT_REGION_REPLACED, NTSHM_REGION_REPLACED},
    };
    uint32_t told = region->pins ? NTSHM_REGION_PINNED : 0;

    for (size_t i = 0; i < NT_ARRAY_SIZE(flags); i++)
        told |= region->flags & flags[i].flag ? flags[i].told : 0;
    if (region->kind == NT_REGION_PLACEHOLDER)
        told |= NTSHM_REGION_PLACEHOLDER;
    if (region->kind == NT_REGION_ANCHOR)
        told |= NTSHM_REGION_LIBRARY;
    return told;
}

/* The first region with pages at @from or above. */
static bool find(uint64_t from, struct facts *facts)
{
    struct nt_region *region;

    *facts = (struct facts){.node = NUMA_NO_PREFERRED_NODE};
    nt_map_lock();
    region = nt_map_first_in(from, NT_KERNEL_END);
    while (region && !nt_map_visible(region) && region->kind != NT_REGION_ANCHOR)
        region = nt_map_next(region);
    if (region) {
        facts->base = region->base;
        facts->end = nt_region_end(region);
        facts->offset = region->offset;
        facts->flags = flags_of(region);
        facts->allocation_protect = region->allocation_protect;
        facts->section = region->section;
        if (region->section) {
            nt_object_ref(&region->section->object);
            facts->node = region->section->node;
        }
        if (region->node != NT_REGION_NO_NODE)
            facts->node = region->node;
    }
    nt_map_unlock();
    return region != NULL;
}

static size_t padded(size_t n_name)
{
    return nt_align_up(sizeof(struct nt_region_record) + n_name, 8);
}

/* False: it does not fit. */
static bool put(struct nt_region_part *part, const struct nt_region_record *record,
                const char *name)
{
    size_t size = padded(record->n_name);

    if (size > part->room - part->used)
        return false;
    memset(part->bytes + part->used, 0, size);
    memcpy(part->bytes + part->used, record, sizeof(*record));
    memcpy(part->bytes + part->used + sizeof(*record), name, record->n_name);
    part->used += size;
    return true;
}

static size_t name_of(const struct nt_section *section, char *name)
{
    const struct nt_object_path *path = section ? section->object.path : NULL;

    name[0] = '\0';
    if (path)
        nt_units_to_utf8(path->units, path->count, name, NT_REGIONS_NAME);
    return strlen(name);
}

static void put_anchor(const struct facts *facts, struct nt_region_record *record)
{
    record->size = facts->end - record->base;
    record->state = MEM_RESERVE;
    record->type = MEM_PRIVATE;
}

/* The run of pages at record->base; false: the region is another one by now. */
static bool put_pages(const struct facts *facts, struct nt_region_record *record)
{
    MEMORY_BASIC_INFORMATION info;

    if (!NT_SUCCESS(nt_memory_query((const void *)record->base, &info)) ||
        (uint64_t)info.AllocationBase != facts->base || info.State == MEM_FREE)
        return false;
    record->size =
        info.RegionSize < facts->end - record->base ? info.RegionSize : facts->end - record->base;
    record->state = info.State;
    record->protect = info.Protect;
    record->type = info.Type;
    if (info.Type != MEM_PRIVATE)
        record->offset = facts->offset + (record->base - facts->base);
    return true;
}

/* The runs of one region from @from on; the address to go on from. */
static uint64_t put_region(const struct facts *facts, uint64_t from, struct nt_region_part *part,
                           bool *ret_full)
{
    char name[NT_REGIONS_NAME];
    struct nt_region_record record = {
        .base = from > facts->base ? from : facts->base,
        .allocation = facts->base,
        .allocation_protect = facts->allocation_protect,
        .flags = facts->flags,
        .node = facts->node,
        .n_name = (uint32_t)name_of(facts->section, name),
    };

    while (record.base < facts->end) {
        if (facts->flags & NTSHM_REGION_LIBRARY)
            put_anchor(facts, &record);
        else if (!put_pages(facts, &record))
            return facts->end;
        *ret_full = !put(part, &record, name);
        if (*ret_full)
            return record.base;
        record.base += record.size;
    }
    return facts->end;
}

void nt_regions_look(uint64_t from, struct nt_region_part *part)
{
    struct facts facts;
    bool full = false;

    part->used = 0;
    part->changes = nt_map_changes() + 1;
    while (!full && from < NT_KERNEL_END && find(from, &facts)) {
        from = put_region(&facts, from, part, &full);
        if (facts.section)
            nt_object_unref(&facts.section->object);
    }
    part->next = full ? from : 0;
    if (nt_map_changes() + 1 != part->changes)
        part->changes = 0;
}

/* --- reading ---------------------------------------------------------------------------------- */

size_t nt_regions_next(const unsigned char *bytes, size_t at, struct nt_region_record *ret_record,
                       const char **ret_name)
{
    memcpy(ret_record, bytes + at, sizeof(*ret_record));
    *ret_name = (const char *)bytes + at + sizeof(*ret_record);
    return at + padded(ret_record->n_name);
}

static bool is_sound(const struct nt_region_record *record, uint64_t from)
{
    return record->base % NT_PAGE_SIZE == 0 && record->size % NT_PAGE_SIZE == 0 && record->size &&
           record->base >= from && record->base < NT_KERNEL_END &&
           record->size <= NT_KERNEL_END - record->base && record->allocation <= record->base &&
           (record->state == MEM_COMMIT || record->state == MEM_RESERVE);
}

NTSTATUS nt_regions_check(uint64_t from, const struct nt_region_part *part)
{
    struct nt_region_record record;
    const char *name;

    for (size_t at = 0; at < part->used;) {
        if (part->used - at < sizeof(record))
            return STATUS_DATA_ERROR;
        memcpy(&record, part->bytes + at, sizeof(record));
        if (record.n_name > NT_REGIONS_NAME || padded(record.n_name) > part->used - at ||
            !is_sound(&record, from))
            return STATUS_DATA_ERROR;
        at = nt_regions_next(part->bytes, at, &record, &name);
        if (memchr(name, 0, record.n_name))
            return STATUS_DATA_ERROR;
        from = record.base + record.size;
    }
    /* It goes on above, or not at all. */
    return part->next && (part->next < from || part->used == 0) ? STATUS_DATA_ERROR
                                                                : STATUS_SUCCESS;
}
