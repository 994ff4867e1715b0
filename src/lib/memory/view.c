// SPDX-License-Identifier: MIT
/*
 * Views: what a section shows in the address space. A view is one mapping of the section's
 * memfd, shared, or private to the process when it is copy-on-write; it needs neither the
 * section's handle nor its descriptors once it is there. Its protection is bounded twice: by
 * the rights that the handle carries, which are looked at first, and by the protection that the
 * section was created with (17.3, 17.5).
 */
#include <sys/mman.h>

#include <ntstatus.h>

#include "lib/memory/protect.h"
#include "lib/memory/region-map.h"
#include "os/os.h"
#include "util/macro.h"

#define TYPE_FLAGS (MEM_RESERVE | MEM_REPLACE_PLACEHOLDER | MEM_LARGE_PAGES)

/* --- checks, in the order of 17.3 --------------------------------------------------- */

static NTSTATUS check_values(const struct nt_view_request *request)
{
    ULONG type = request->allocation_type;

    /* 3.40, 3.50: commitment is the section's, and a reserved view replaces nothing. */
    if ((type & ~(ULONG)TYPE_FLAGS) ||
        (type & (MEM_RESERVE | MEM_REPLACE_PLACEHOLDER)) == (MEM_RESERVE | MEM_REPLACE_PLACEHOLDER))
        return STATUS_INVALID_PARAMETER_9;
    if (!nt_protect_is_valid(request->protect))
        return STATUS_INVALID_PAGE_PROTECTION;
    return STATUS_SUCCESS;
}

/* 3.18 to 3.23; a placeholder is replaced at any page (5.18, 5.21, 5.22). */
static NTSTATUS check_places(const struct nt_view_request *request)
{
    uint64_t granularity =
        request->allocation_type & MEM_REPLACE_PLACEHOLDER ? NT_PAGE_SIZE : NT_GRANULARITY;
    uint64_t base = (uint64_t)request->base;

    if (!nt_is_aligned(request->offset, granularity) || !nt_is_aligned(base, granularity))
        return STATUS_MAPPED_ALIGNMENT;
    if (base >= NT_USER_END || (base && base < NT_USER_LOWEST))
        return STATUS_INVALID_PARAMETER_3;
    return STATUS_SUCCESS;
}

/* 3.9 to 3.11: reading is enough for a view that copies what is written. */
static ACCESS_MASK needed_access(ULONG protect)
{
    switch (protect & NT_PROTECT_BASE) {
    case PAGE_READWRITE:
        return SECTION_MAP_WRITE;
    case PAGE_EXECUTE:
        return SECTION_MAP_EXECUTE;
    case PAGE_EXECUTE_READ:
    case PAGE_EXECUTE_WRITECOPY:
        return SECTION_MAP_EXECUTE | SECTION_MAP_READ;
    case PAGE_EXECUTE_READWRITE:
        return SECTION_MAP_EXECUTE | SECTION_MAP_WRITE;
    default:
        return SECTION_MAP_READ;
    }
}

/* 3.24 to 3.28: the size is compared as given, and rounded up to a page afterwards. */
static NTSTATUS check_size(const struct nt_section *section, const struct nt_view_request *request,
                           size_t *ret_size)
{
    uint64_t room, size;

    if (request->offset >= section->size)
        return STATUS_INVALID_VIEW_SIZE;
    room = section->size - request->offset;
    size = request->size ? request->size : room;
    if (size > room)
        return STATUS_INVALID_VIEW_SIZE;
    size = nt_align_up(size, NT_PAGE_SIZE);
    if (size == 0 || size > NT_USER_END)
        return STATUS_NO_MEMORY;
    if (request->base && size > NT_USER_END - (uint64_t)request->base)
        return STATUS_INVALID_PARAMETER_4;
    *ret_size = size;
    return STATUS_SUCCESS;
}

/* What this version does not do; each has its row in docs/DEVIATIONS.md. */
static NTSTATUS check_supported(const struct nt_section *section,
                                const struct nt_view_request *request)
{
    /* 7.53: only a section of large pages can be mapped with them. */
    if ((request->allocation_type & MEM_LARGE_PAGES) && !(section->attributes & SEC_LARGE_PAGES))
        return STATUS_INVALID_PARAMETER;
    if ((section->attributes & (SEC_RESERVE | SEC_LARGE_PAGES)) ||
        (request->allocation_type & MEM_REPLACE_PLACEHOLDER) || (request->protect & PAGE_GUARD) ||
        request->on_node)
        return STATUS_NOT_SUPPORTED;
    return STATUS_SUCCESS;
}

static NTSTATUS check_section(const struct nt_section *section,
                              const struct nt_view_request *request, size_t *ret_size)
{
    NTSTATUS status;

    if (!nt_protect_is_within(request->protect, section->protection))
        return STATUS_SECTION_PROTECTION;
    status = check_size(section, request, ret_size);
    return NT_SUCCESS(status) ? check_supported(section, request) : status;
}

/* --- mapping ------------------------------------------------------------------------ */

/* 8.12, 8.13: how memory is cached is the section's to say, or else the first view's. */
static ULONG cache_modifiers(const struct nt_section *section, ULONG protect)
{
    if ((protect & NT_PROTECT_BASE) == PAGE_NOACCESS)
        return 0;
    if (section->attributes & SEC_NOCACHE)
        return PAGE_NOCACHE;
    if (section->attributes & SEC_WRITECOMBINE)
        return PAGE_WRITECOMBINE;
    return protect & NT_PROTECT_CACHE;
}

static NTSTATUS map_section(const struct nt_section *section, const struct nt_view_request *request,
                            size_t size, void **ret_base)
{
    bool copies = nt_protect_is_copy(request->protect);
    bool writes = nt_protect_capabilities(request->protect) & NT_PROTECT_WRITE;
    ULONG protect =
        (request->protect & NT_PROTECT_BASE) | cache_modifiers(section, request->protect);
    struct nt_region_plan plan = {
        .base = (uint64_t)request->base,
        .size = size,
        .lowest = request->lowest,
        .highest = request->highest,
        .kind = NT_REGION_VIEW,
        .copies = copies,
        .allocation_protect = protect,
        .protect = protect,
        .kernel_protect = nt_protect_to_kernel(protect),
        .flags = copies ? MAP_PRIVATE : MAP_SHARED,
        .fd = nt_section_fd(section, writes),
        .offset = request->offset,
    };
    uint64_t base;
    NTSTATUS status;

    if (plan.fd < 0)
        return STATUS_ACCESS_DENIED;
    status = nt_region_make(&plan, &base);
    if (NT_SUCCESS(status))
        *ret_base = (void *)base;
    return status;
}

NTSTATUS nt_view_map(HANDLE handle, const struct nt_view_request *request, void **ret_base,
                     size_t *ret_size)
{
    NT_CLEANUP(nt_object_closep) struct nt_object *object = NULL;
    const struct nt_section *section;
    NTSTATUS status;
    size_t size;

    status = check_values(request);
    if (NT_SUCCESS(status))
        status = check_places(request);
    if (NT_SUCCESS(status))
        status = request->process_status;
    if (!NT_SUCCESS(status))
        return status;

    status =
        nt_handle_get(handle, &nt_section_type, needed_access(request->protect), &object, NULL);
    if (!NT_SUCCESS(status))
        return status;
    section = NT_CONTAINER_OF(object, struct nt_section, object);
    status = check_section(section, request, &size);
    if (NT_SUCCESS(status))
        status = map_section(section, request, size, ret_base);
    if (NT_SUCCESS(status))
        *ret_size = size;
    return status;
}

/* --- unmapping and flushing --------------------------------------------------------- */

NTSTATUS nt_view_unmap(const void *address, ULONG flags)
{
    struct nt_region *region;
    NTSTATUS status;

    /* 4.10, 4.11: the boost is a hint, which has no meaning here. */
    if (flags & ~(ULONG)(MEM_UNMAP_WITH_TRANSIENT_BOOST | MEM_PRESERVE_PLACEHOLDER))
        return STATUS_INVALID_PARAMETER;

    nt_map_lock_to_change();
    region = nt_map_idle_at((uint64_t)address);
    if (!region || region->kind != NT_REGION_VIEW)
        status = STATUS_NOT_MAPPED_VIEW;
    else if (flags & MEM_PRESERVE_PLACEHOLDER)
        status = STATUS_CONFLICTING_ADDRESSES; /* 4.12: this one replaced none */
    else if (region->pins)
        status = STATUS_INVALID_PAGE_PROTECTION;
    else
        status = nt_region_unmake(region);
    nt_map_unlock();
    return status;
}

NTSTATUS nt_view_flush(const void *address, size_t size)
{
    struct nt_region *region;
    NTSTATUS status = STATUS_SUCCESS;

    nt_map_lock();
    region = nt_map_idle_at((uint64_t)address);
    if (!region || region->kind != NT_REGION_VIEW)
        status = STATUS_NOT_MAPPED_VIEW;
    else if (size > nt_region_end(region) - (uint64_t)address)
        status = STATUS_INVALID_PARAMETER;
    nt_map_unlock();
    /* 16.20: memory that no file stands behind has nowhere to be written to. */
    return status;
}
