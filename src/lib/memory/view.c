// SPDX-License-Identifier: MIT
/*
 * Views: what a section shows in the address space. A view is one mapping of the section's
 * memfd or file: shared when it can be written, private otherwise; it needs neither the section's
 * handle nor its descriptors once it is there. Its protection is bounded twice: by
 * the rights that the handle carries, which are looked at first, and by the protection that the
 * section was created with (17.3, 17.5).
 */
#include <errno.h>
#include <sys/mman.h>

#include <ntstatus.h>

#include "lib/fault/fault.h"
#include "lib/memory/change.h"
#include "lib/memory/commit.h"
#include "lib/memory/image.h"
#include "lib/memory/large.h"
#include "lib/memory/placeholder.h"
#include "lib/memory/protect.h"
#include "lib/process/numa.h"
#include "os/file.h"
#include "os/memory-more.h"
#include "os/os.h"
#include "rtl/status.h"
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
    if ((type & MEM_REPLACE_PLACEHOLDER) && request->no_placeholders)
        return STATUS_INVALID_PARAMETER_9;
    /* 5.17, 5.27: what is replaced is named, and nothing else about its place is. */
    if ((type & MEM_REPLACE_PLACEHOLDER) && (!request->base || request->lowest || request->highest))
        return STATUS_INVALID_PARAMETER;
    if (!nt_protect_is_valid(request->protect))
        return STATUS_INVALID_PAGE_PROTECTION;
    return request->on_node ? nt_numa_check(request->node) : STATUS_SUCCESS; /* 7.44 */
}

/* What places are multiples of: a placeholder is replaced at any page (5.18, 5.21, 5.22), 7.52. */
static uint64_t granularity_of(const struct nt_view_request *request)
{
    uint64_t large = request->allocation_type & MEM_LARGE_PAGES ? nt_large_page_minimum() : 0;

    if (large)
        return large;
    return request->allocation_type & MEM_REPLACE_PLACEHOLDER ? NT_PAGE_SIZE : NT_GRANULARITY;
}

/* 3.18 to 3.23. */
static NTSTATUS check_places(const struct nt_view_request *request)
{
    uint64_t granularity = granularity_of(request);
    uint64_t base = (uint64_t)request->base;

    if (!nt_is_aligned(request->offset, granularity) || !nt_is_aligned(base, granularity))
        return STATUS_MAPPED_ALIGNMENT;
    if (base >= NT_USER_END || (base && base < NT_USER_LOWEST))
        return STATUS_INVALID_PARAMETER_3;
    return STATUS_SUCCESS;
}

/* 3.9 to 3.11: reading is enough for a view that copies what is written. */
ACCESS_MASK nt_view_needs(ULONG protect)
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

/* 3.39: a view of a writable file may reach beyond what the file is now. */
static bool may_exceed(const struct nt_section *section, const struct nt_view_request *request)
{
    return (request->allocation_type & MEM_RESERVE) && (section->attributes & SEC_FILE) &&
           (nt_protect_capabilities(section->protection) & NT_PROTECT_WRITE);
}

static NTSTATUS compare_size(const struct nt_section *section, uint64_t section_size,
                             const struct nt_view_request *request, uint64_t *ret_size)
{
    uint64_t room;

    if (request->offset >= section_size)
        return STATUS_INVALID_VIEW_SIZE;
    room = section_size - request->offset;
    *ret_size = request->size ? request->size : room;
    return *ret_size > room && !may_exceed(section, request) ? STATUS_INVALID_VIEW_SIZE
                                                             : STATUS_SUCCESS;
}

/* 3.24 to 3.28: the size is compared as given, and rounded up to a page afterwards. */
static NTSTATUS check_size(struct nt_section *section, const struct nt_view_request *request,
                           size_t *ret_size)
{
    NTSTATUS status = compare_size(section, atomic_load(&section->size), request, ret_size);

    /* Another process may have made the file longer (NtExtendSection). */
    if (!NT_SUCCESS(status))
        status = compare_size(section, nt_section_refresh_size(section), request, ret_size);
    if (!NT_SUCCESS(status))
        return status;
    *ret_size = nt_align_up(*ret_size, NT_PAGE_SIZE);
    if (*ret_size == 0 || *ret_size > NT_USER_END)
        return STATUS_NO_MEMORY;
    if (request->base && *ret_size > NT_USER_END - (uint64_t)request->base)
        return STATUS_INVALID_PARAMETER_4;
    return STATUS_SUCCESS;
}

/* What this version does not do; each has its row in docs/DEVIATIONS.md. */
static NTSTATUS check_supported(const struct nt_section *section,
                                const struct nt_view_request *request)
{
    /* 7.53: only a section of large pages can be mapped with them. */
    if ((request->allocation_type & MEM_LARGE_PAGES) && !(section->attributes & SEC_LARGE_PAGES))
        return STATUS_INVALID_PARAMETER;
    if ((request->allocation_type & MEM_REPLACE_PLACEHOLDER) && section->image) /* 5.23 */
        return STATUS_INVALID_PARAMETER;
    return STATUS_SUCCESS;
}

static NTSTATUS check_section(struct nt_section *section, const struct nt_view_request *request,
                              size_t *ret_size)
{
    NTSTATUS status;

    if (!nt_protect_is_within(request->protect, section->protection))
        return STATUS_SECTION_PROTECTION;
    status = check_size(section, request, ret_size);
    if (NT_SUCCESS(status))
        status = check_supported(section, request);
    if (NT_SUCCESS(status) && (section->attributes & SEC_LARGE_PAGES))
        status = nt_large_check_view(request, ret_size);
    return status;
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

static uint8_t view_flags(const struct nt_section *section, const struct nt_view_request *request)
{
    uint8_t flags = 0;

    if (section->attributes & SEC_FILE)
        flags |= NT_VIEW_FILE;
    if (section->reserve || may_exceed(section, request))
        flags |= NT_VIEW_RESERVE;
    if (section->attributes & SEC_NO_CHANGE)
        flags |= NT_VIEW_NO_CHANGE;
    if (section->attributes & SEC_LARGE_PAGES)
        flags |= NT_REGION_LARGE;
    return flags;
}

/* What the fault handler has to know before anybody can touch the view, and guard pages. */
static NTSTATUS prepare_faults(struct nt_region *region, void *context)
{
    const struct nt_range all = {region->base, nt_region_end(region)};
    unsigned kinds = 0;
    NTSTATUS status = STATUS_SUCCESS;

    (void)context;
    if (region->flags & (NT_VIEW_FILE | NT_REGION_LARGE))
        kinds |= NT_FAULT_FILE;
    if (region->flags & NT_VIEW_RESERVE)
        kinds |= NT_FAULT_RESERVE;
    if (kinds)
        status = nt_change_watch(region, kinds);
    if (NT_SUCCESS(status) && (region->allocation_protect & PAGE_GUARD))
        status = nt_change_guard(region, &all, region->allocation_protect);
    return status;
}

/*
 * What cannot be written is mapped privately, though it shows the section all the same: such a
 * view can be made copy-on-write later by a change of protection alone (9.11). Large pages are
 * never copied, and are there: a private mapping would have the kernel set others aside.
 */
static NTSTATUS map_plan(struct nt_section *section, struct nt_region_plan *plan, bool writes,
                         void **ret_base)
{
    NTSTATUS status;
    uint64_t base;

    plan->flags = writes ? MAP_SHARED : MAP_PRIVATE;
    if (plan->view_flags & NT_REGION_LARGE) {
        plan->flags = MAP_SHARED | MAP_NORESERVE;
        plan->alignment = nt_large_page_minimum();
    }
    plan->fd = nt_section_fd(section, writes);
    if (plan->fd < 0)
        return STATUS_ACCESS_DENIED;
    if (plan->view_flags || (plan->protect & PAGE_GUARD))
        plan->finish = prepare_faults;
    nt_object_ref(&section->object);
    status = nt_region_make(plan, &base);
    if (NT_SUCCESS(status))
        *ret_base = (void *)base;
    else
        nt_object_unref(&section->object);
    return status;
}

/*
 * 7.46: the section's node, where the view has none. What has a memfd has been told already; of a
 * file it is only what the process copies that has a place of its own.
 */
static void choose_node(const struct nt_section *section, const struct nt_view_request *request,
                        struct nt_region_plan *plan)
{
    plan->node = request->on_node ? request->node : section->node;
    plan->on_node = request->on_node ||
                    ((section->attributes & SEC_FILE) && section->node != NUMA_NO_PREFERRED_NODE);
}

static NTSTATUS map_section(struct nt_section *section, const struct nt_view_request *request,
                            size_t size, void **ret_base)
{
    bool copies = nt_protect_is_copy(request->protect);
    bool writes = nt_protect_capabilities(request->protect) & NT_PROTECT_WRITE;
    ULONG protect = (request->protect & (NT_PROTECT_BASE | PAGE_GUARD)) |
                    cache_modifiers(section, request->protect);
    struct nt_region_plan plan = {
        .base = (uint64_t)request->base,
        .size = size,
        .lowest = request->lowest,
        .highest = request->highest,
        .top_down = request->top_down,
        .replaces = request->allocation_type & MEM_REPLACE_PLACEHOLDER,
        .kind = NT_REGION_VIEW,
        .copies = copies,
        .charged = copies ? size : 0,
        .view_flags = view_flags(section, request),
        .section = section,
        .allocation_protect = protect,
        .protect = protect,
        .kernel_protect = nt_protect_to_kernel(protect),
        .offset = request->offset,
    };
    NTSTATUS status;

    /* 3.28: a placeholder's size is compared as given, too. */
    if (plan.replaces && !nt_is_aligned(request->size, NT_PAGE_SIZE))
        return STATUS_CONFLICTING_ADDRESSES;
    choose_node(section, request, &plan);
    if (!copies)
        return map_plan(section, &plan, writes, ret_base);
    /* 3.47: every page may become the process's own. */
    status = nt_commit_check(size);
    if (!NT_SUCCESS(status))
        return status;
    status = map_plan(section, &plan, writes, ret_base);
    if (!NT_SUCCESS(status))
        nt_commit_release(size);
    return status;
}

NTSTATUS nt_view_find(HANDLE handle, const struct nt_view_request *request,
                      struct nt_object **ret_object, ACCESS_MASK *ret_access)
{
    NTSTATUS status = check_values(request);

    if (NT_SUCCESS(status))
        status = check_places(request);
    if (NT_SUCCESS(status))
        status = request->process_status;
    if (NT_SUCCESS(status))
        status = nt_handle_get(handle, &nt_section_type, nt_view_needs(request->protect),
                               ret_object, ret_access);
    return status;
}

static NTSTATUS map_found(struct nt_section *section, const struct nt_view_request *request,
                          void **ret_base, size_t *ret_size)
{
    NTSTATUS status;
    size_t size;

    /* 14.3: the image's own headers say what its pages are. */
    if (section->image) {
        status = check_supported(section, request);
        return NT_SUCCESS(status) ? nt_image_map(section, request, ret_base, ret_size) : status;
    }
    status = check_section(section, request, &size);
    if (NT_SUCCESS(status))
        status = map_section(section, request, size, ret_base);
    if (NT_SUCCESS(status))
        *ret_size = size;
    return status;
}

NTSTATUS nt_view_map(HANDLE handle, const struct nt_view_request *request, void **ret_base,
                     size_t *ret_size)
{
    NT_CLEANUP(nt_object_closep) struct nt_object *object = NULL;
    NTSTATUS status = nt_view_find(handle, request, &object, NULL);

    if (!NT_SUCCESS(status))
        return status;
    return map_found(NT_CONTAINER_OF(object, struct nt_section, object), request, ret_base,
                     ret_size);
}

NTSTATUS nt_view_map_object(struct nt_object *object, ACCESS_MASK access,
                            const struct nt_view_request *request, void **ret_base,
                            size_t *ret_size)
{
    NTSTATUS status = check_values(request);
    ACCESS_MASK needed;

    if (NT_SUCCESS(status))
        status = check_places(request);
    if (!NT_SUCCESS(status))
        return status;
    if (object->type != &nt_section_type)
        return STATUS_OBJECT_TYPE_MISMATCH;
    needed = nt_view_needs(request->protect);
    if ((access & needed) != needed)
        return STATUS_ACCESS_DENIED;
    return map_found(NT_CONTAINER_OF(object, struct nt_section, object), request, ret_base,
                     ret_size);
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
        status = STATUS_NOT_MAPPED_VIEW; /* 4.3, 5.33 */
    else if ((flags & MEM_PRESERVE_PLACEHOLDER) && !(region->flags & NT_REGION_REPLACED))
        status = STATUS_CONFLICTING_ADDRESSES;                    /* 4.12, 5.32 */
    else if (region->pins || (region->flags & NT_VIEW_NO_CHANGE)) /* 1.50 */
        status = STATUS_INVALID_PAGE_PROTECTION;
    else if (flags & MEM_PRESERVE_PLACEHOLDER)
        status = nt_placeholder_restore(region); /* 5.30 */
    else
        status = nt_region_unmake(region);
    nt_map_unlock();
    return status;
}

/*
 * Begins to write a part of a file: through a descriptor where some handle of the section is open,
 * since only that does not wait; else through the mapping, which waits until all is written.
 */
static NTSTATUS write_out(struct nt_section *section, uint64_t offset, uint64_t start, size_t size)
{
    int r = -ENOENT, fd;

    if (nt_object_try_open(&section->object)) {
        fd = nt_section_fd(section, true);
        if (fd < 0)
            fd = nt_section_fd(section, false);
        if (fd >= 0)
            r = nt_os_start_writing(fd, offset, size);
        nt_object_close(&section->object);
    }
    /* Some file systems know no other way, and some have nothing to do. */
    if (r == -ENOENT || r == -EINVAL || r == -ESPIPE || r == -ENOSYS)
        r = nt_os_msync((void *)start, size, true);
    return r == -ENOMEM ? STATUS_NOT_MAPPED_VIEW : nt_status_from_errno(r);
}

/* 16.18 to 16.23: what is meant, as whole pages. */
static NTSTATUS flush_range(const struct nt_region *region, uint64_t address, size_t size,
                            struct nt_range *ret_range)
{
    uint64_t end;

    if (!region || region->kind != NT_REGION_VIEW)
        return STATUS_NOT_MAPPED_VIEW;
    end = nt_region_end(region);
    if (size > end - address)
        return STATUS_INVALID_PARAMETER;
    ret_range->start = nt_align_down(address, NT_PAGE_SIZE);
    ret_range->end = size ? nt_align_up(address + size, NT_PAGE_SIZE) : end;
    return region->flags & NT_VIEW_FILE ? STATUS_SUCCESS : STATUS_NOT_MAPPED_DATA;
}

NTSTATUS nt_view_flush(void **base, size_t *size)
{
    struct nt_section *section = NULL;
    struct nt_region *region;
    struct nt_range range;
    uint64_t offset = 0;
    NTSTATUS status;

    nt_map_lock();
    region = nt_map_idle_at((uint64_t)*base);
    status = flush_range(region, (uint64_t)*base, *size, &range);
    if (NT_SUCCESS(status)) {
        section = region->section;
        nt_object_ref(&section->object);
        offset = region->offset + (range.start - region->base);
    }
    nt_map_unlock();
    if (section) {
        status = write_out(section, offset, range.start, range.end - range.start);
        nt_object_unref(&section->object);
    }
    if (NT_SUCCESS(status)) {
        *base = (void *)range.start;
        *size = range.end - range.start;
    }
    return status;
}
