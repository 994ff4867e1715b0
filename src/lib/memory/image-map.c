// SPDX-License-Identifier: MIT
/*
 * Views of image sections. The region is first mapped without access, whole, which finds its
 * place; then each part is mapped over it with its own protection, from the layout or, where
 * base relocations touch it, from a copy that was relocated for this place. A part is mapped
 * rather than re-protected, so that code is executable from its first moment: that is what a
 * process may still do that has given up making memory executable (PR_SET_MDWE).
 */
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include <ntstatus.h>

#include "lib/memory/commit.h"
#include "lib/memory/image-parts.h"
#include "lib/memory/protect.h"
#include "lib/memory/region-map.h"
#include "os/maps.h"
#include "os/os.h"
#include "rtl/status.h"
#include "util/macro.h"

/* Where pointers of 32 bits reach; below lies what a bad pointer is likely to hit. */
#define NARROW_LOWEST  0x10000000ull
#define NARROW_HIGHEST 0xFFFFFFFFull

struct mapping {
    const struct nt_image *image;
    int layout_fd;
    uint64_t offset, size; /* the piece of the image that the view shows */
    bool at_base;          /* out: nothing had to be relocated */
};

/* --- relocating --------------------------------------------------------------------- */

/* The image at another place: a memfd that holds the touched parts, at their RVAs. */
struct relocated {
    const struct nt_image *image;
    int fd;                               /* -1: nothing is touched */
    uint64_t charged;                     /* bytes that nt_commit_check() allowed for the copy */
    uint32_t last;                        /* the part touched last: the next one often, too */
    bool touched[NT_PE_MAX_SECTIONS + 1]; /* for each part */
};

static bool holds(const struct nt_image_part *part, uint64_t rva)
{
    return rva >= part->rva && rva - part->rva < part->size;
}

/* Pages of no part have no content, and there is nothing to relocate. */
static void touch_page(uint32_t page, void *context)
{
    struct relocated *relocated = context;
    const struct nt_image *image = relocated->image;
    uint64_t rva = (uint64_t)page * NT_PAGE_SIZE;

    if (holds(&image->parts[relocated->last], rva)) {
        relocated->touched[relocated->last] = true;
        return;
    }
    for (uint32_t i = 0; i < image->n_parts; i++) {
        if (holds(&image->parts[i], rva)) {
            relocated->touched[i] = true;
            relocated->last = i;
            return;
        }
    }
}

/* ImageBase lies in the first part, unless SizeOfHeaders cuts it off. */
static bool shows_base_field(const struct nt_image *image)
{
    return image->pe.base_field + sizeof(uint64_t) <= image->parts[0].filled;
}

/* Marks the touched parts; the commit check is for what copying them will take. */
static NTSTATUS find_touched(struct relocated *relocated, const void *layout)
{
    const struct nt_image *image = relocated->image;
    uint64_t bytes = 0;
    NTSTATUS status;

    status = nt_pe_relocations_touch(&image->pe, layout, touch_page, relocated);
    if (!NT_SUCCESS(status))
        return status;
    relocated->touched[0] |= shows_base_field(image);
    for (uint32_t i = 0; i < image->n_parts; i++) {
        if (relocated->touched[i])
            bytes += image->parts[i].size;
    }
    status = bytes ? nt_commit_check(bytes) : STATUS_SUCCESS;
    if (NT_SUCCESS(status))
        relocated->charged = bytes;
    return status;
}

/* The header of a relocated image tells where it is: who relocates once more adds nothing. */
static void set_base_field(const struct nt_image *image, unsigned char *copy, uint64_t base)
{
    size_t width = image->pe.plus ? sizeof(uint64_t) : sizeof(uint32_t);

    if (shows_base_field(image))
        memcpy(copy + image->pe.base_field, &base, width);
}

/* Copies the touched parts and changes them for @base. */
static NTSTATUS fill_copy(const struct relocated *relocated, const unsigned char *layout,
                          unsigned char *copy, uint64_t base)
{
    const struct nt_image *image = relocated->image;

    for (uint32_t i = 0; i < image->n_parts; i++) {
        const struct nt_image_part *part = &image->parts[i];

        if (relocated->touched[i])
            memcpy(copy + part->rva, layout + part->rva, part->filled);
    }
    set_base_field(image, copy, base);
    return nt_pe_relocate(&image->pe, layout, copy, base - image->pe.preferred_base);
}

/* What the copy has to be able to do; false when there is nothing to copy. */
static bool choose_flags(const struct relocated *relocated, enum nt_os_memfd_flags *ret_flags)
{
    enum nt_os_memfd_flags flags = NT_OS_MEMFD_PRIVATE;
    bool any = false;

    for (uint32_t i = 0; i < relocated->image->n_parts; i++) {
        any |= relocated->touched[i];
        if (relocated->touched[i] && nt_image_part_executes(&relocated->image->parts[i]))
            flags |= NT_OS_MEMFD_EXEC;
    }
    *ret_flags = flags;
    return any;
}

/* A memfd of the layout's name, which tells the file (image.h). */
static int make_memfd(int layout_fd, uint64_t size, enum nt_os_memfd_flags flags, int *ret_fd)
{
    static const char before[] = "/memfd:", behind[] = " (deleted)";
    NT_CLEANUP(nt_freep) char *text = NULL;
    const char *name = NT_IMAGE_MEMFD;
    int r = nt_os_fd_text(layout_fd, &text);
    size_t length;

    if (r < 0)
        return r;
    length = strlen(text);
    if (length > sizeof(before) + sizeof(behind) && strncmp(text, before, strlen(before)) == 0) {
        text[length - strlen(behind)] = '\0';
        name = text + strlen(before);
    }
    return nt_os_memfd_new(name, size, flags, ret_fd);
}

static NTSTATUS make_copy(struct relocated *relocated, int layout_fd, const void *layout,
                          uint64_t base)
{
    NT_CLEANUP(nt_os_closep) int fd = -1;
    uint64_t size = relocated->image->size;
    enum nt_os_memfd_flags flags;
    void *copy;
    NTSTATUS status;
    int r;

    status = find_touched(relocated, layout);
    if (!NT_SUCCESS(status) || !choose_flags(relocated, &flags))
        return status;
    r = make_memfd(layout_fd, size, flags, &fd);
    if (r == 0)
        r = nt_os_map(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_NORESERVE, fd, 0, &copy);
    if (r < 0)
        return nt_commit_status(r);
    status = fill_copy(relocated, layout, copy, base);
    (void)nt_os_unmap(copy, size);
    if (NT_SUCCESS(status))
        relocated->fd = nt_steal_fd(&fd);
    return status;
}

/* Prepares what an image that begins at @base shows instead of the layout. */
static NTSTATUS relocate(struct relocated *relocated, int layout_fd, uint64_t base)
{
    uint64_t size = relocated->image->size;
    void *layout;
    NTSTATUS status;
    int r;

    r = nt_os_map(NULL, size, PROT_READ, MAP_PRIVATE | MAP_NORESERVE, layout_fd, 0, &layout);
    if (r < 0)
        return nt_status_from_errno(r);
    status = make_copy(relocated, layout_fd, layout, base);
    (void)nt_os_unmap(layout, size);
    return status;
}

/* --- the parts of a view ------------------------------------------------------------ */

/* The piece of a part that lies in the view; false when none does. */
static bool clip(const struct mapping *mapping, const struct nt_image_part *part,
                 uint64_t *ret_start, uint64_t *ret_end)
{
    uint64_t start = part->rva, end = start + part->size;
    uint64_t view_end = mapping->offset + mapping->size;

    *ret_start = start > mapping->offset ? start : mapping->offset;
    *ret_end = end < view_end ? end : view_end;
    return *ret_start < *ret_end;
}

static NTSTATUS map_part(struct nt_region *region, const struct mapping *mapping,
                         const struct nt_image_part *part, int fd)
{
    uint64_t start, end;
    void *mapped;
    int r;

    if (!clip(mapping, part, &start, &end))
        return STATUS_SUCCESS;
    r = nt_pages_reserve(&region->pages);
    if (r == 0)
        r = nt_os_map((void *)(region->base + (start - mapping->offset)), end - start,
                      nt_protect_to_kernel(part->protect), MAP_PRIVATE | MAP_FIXED, fd, start,
                      &mapped);
    if (r < 0)
        return nt_status_from_errno(r);
    nt_pages_set(&region->pages, (start - mapping->offset) / NT_PAGE_SIZE,
                 (end - start) / NT_PAGE_SIZE, part->protect);
    return STATUS_SUCCESS;
}

/* nt_region_plan's finish(): the region has a place, and nobody sees it yet. */
static NTSTATUS map_parts(struct nt_region *region, void *context)
{
    struct mapping *mapping = context;
    const struct nt_image *image = mapping->image;
    struct relocated relocated = {.image = image, .fd = -1};
    uint64_t base = region->base - mapping->offset;
    NTSTATUS status = STATUS_SUCCESS;

    mapping->at_base = base == image->pe.preferred_base;
    if (!mapping->at_base && nt_pe_has_relocations(&image->pe))
        status = relocate(&relocated, mapping->layout_fd, base);
    for (uint32_t i = 0; i < image->n_parts && NT_SUCCESS(status); i++)
        status = map_part(region, mapping, &image->parts[i],
                          relocated.touched[i] ? relocated.fd : mapping->layout_fd);
    nt_os_close(relocated.fd);
    if (NT_SUCCESS(status))
        region->charged += relocated.charged;
    else if (relocated.charged)
        nt_commit_release(relocated.charged);
    return status;
}

/* --- views -------------------------------------------------------------------------- */

/* 1.53, 3.24, 3.25; the section may be smaller than its image, and never larger. */
static NTSTATUS check_size(const struct nt_section *section, const struct nt_view_request *request,
                           uint64_t *ret_size)
{
    uint64_t room = section->size, size;

    if (request->offset >= room)
        return STATUS_INVALID_VIEW_SIZE;
    room -= request->offset;
    size = request->size ? request->size : room;
    if (size > room)
        return STATUS_INVALID_VIEW_SIZE;
    size = nt_align_up(size, NT_PAGE_SIZE);
    if (request->base && size > NT_USER_END - (uint64_t)request->base)
        return STATUS_INVALID_PARAMETER_4;
    *ret_size = size;
    return STATUS_SUCCESS;
}

/* What a view may come to hold of its own: every page that can be written. */
static uint64_t bytes_to_commit(const struct mapping *mapping)
{
    uint64_t bytes = 0, start, end;

    for (uint32_t i = 0; i < mapping->image->n_parts; i++) {
        const struct nt_image_part *part = &mapping->image->parts[i];

        if (nt_protect_is_copy(part->protect) && clip(mapping, part, &start, &end))
            bytes += end - start;
    }
    return bytes;
}

/* 14.1: where the linker meant this piece to be, when the caller's bounds allow it; else 0. */
static uint64_t preferred_place(const struct mapping *mapping,
                                const struct nt_view_request *request)
{
    uint64_t base = mapping->image->pe.preferred_base, place = base + mapping->offset;

    if (base < NT_USER_LOWEST || base >= NT_USER_END || place >= NT_USER_END ||
        mapping->size > NT_USER_END - place)
        return 0;
    if (place < request->lowest ||
        (request->highest && place + mapping->size - 1 > request->highest))
        return 0;
    return place;
}

static NTSTATUS make_region(struct nt_region_plan *plan, const struct mapping *mapping,
                            const struct nt_view_request *request, uint64_t *ret_base)
{
    NTSTATUS status = STATUS_CONFLICTING_ADDRESSES;

    plan->base = (uint64_t)request->base;
    if (plan->base)
        return nt_region_make(plan, ret_base);
    plan->base = preferred_place(mapping, request);
    if (plan->base)
        status = nt_region_make(plan, ret_base);
    /* The kernel keeps the lowest addresses to itself, where vm.mmap_min_addr says so. */
    if (status != STATUS_CONFLICTING_ADDRESSES && status != STATUS_ACCESS_DENIED)
        return status;
    plan->base = 0;
    plan->lowest = request->lowest;
    plan->highest = request->highest;
    plan->top_down = request->top_down;
    if (!mapping->image->pe.plus && !plan->lowest && !plan->highest) {
        plan->lowest = NARROW_LOWEST;
        plan->highest = NARROW_HIGHEST;
    }
    return nt_region_make(plan, ret_base);
}

NTSTATUS nt_image_map(struct nt_section *section, const struct nt_view_request *request,
                      void **ret_base, size_t *ret_size)
{
    struct mapping mapping = {
        .image = section->image,
        .layout_fd = nt_section_fd(section, false),
        .offset = request->offset,
    };
    bool no_change = section->attributes & SEC_NO_CHANGE;
    ULONG node = request->on_node ? request->node : section->node; /* 7.46 */
    struct nt_region_plan plan = {
        .on_node = node != NUMA_NO_PREFERRED_NODE,
        .node = node,
        .kind = NT_REGION_VIEW,
        .copies = true,
        .view_flags = NT_VIEW_IMAGE | (no_change ? NT_VIEW_NO_CHANGE : 0),
        .section = section,
        .allocation_protect = PAGE_EXECUTE_WRITECOPY,
        .kernel_protect = PROT_NONE,
        .flags = MAP_PRIVATE | MAP_NORESERVE,
        .fd = mapping.layout_fd,
        .offset = request->offset,
        .finish = map_parts,
        .context = &mapping,
    };
    NTSTATUS status;
    uint64_t base;

    if (mapping.layout_fd < 0)
        return STATUS_ACCESS_DENIED;
    status = check_size(section, request, &mapping.size);
    if (!NT_SUCCESS(status))
        return status;
    plan.size = mapping.size;
    plan.charged = bytes_to_commit(&mapping);
    status = nt_commit_check(plan.charged);
    if (!NT_SUCCESS(status))
        return status;
    nt_object_ref(&section->object);
    status = make_region(&plan, &mapping, request, &base);
    if (!NT_SUCCESS(status)) {
        nt_commit_release(plan.charged);
        nt_object_unref(&section->object);
        return status;
    }
    *ret_base = (void *)base;
    *ret_size = mapping.size;
    return mapping.at_base ? STATUS_SUCCESS : STATUS_IMAGE_NOT_AT_BASE;
}
