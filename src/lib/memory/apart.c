// SPDX-License-Identifier: MIT
/*
 * Mapping pages of a shared view privately, and back. A change is planned as pieces first (what is
 * mapped how now, and how it is to be), then carried out piece by piece, and undone from the last
 * to the first when one fails. See apart.h.
 */
#include "lib/memory/apart.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/mman.h>

#include <ntstatus.h>

#include "lib/file/marks.h"
#include "lib/memory/protect.h"
#include "lib/memory/reserve.h"
#include "lib/memory/residency.h"
#include "os/memory-more.h"
#include "os/os.h"
#include "os/pagemap.h"
#include "rtl/status.h"
#include "util/macro.h"

struct piece {
    uint64_t start, end;
    uint8_t from, to; /* enum nt_apart_state */
    void *alias;      /* a second mapping of what was shared, while pages are copied */
};

struct plan {
    struct nt_region *region;
    const struct nt_apart_wish *wish;
    struct piece *pieces;
    uint32_t n_pieces, room;
    bool remaps; /* some piece is mapped anew */
};

/* --- planning ----------------------------------------------------------------------- */

static int add(struct plan *plan, uint64_t start, uint64_t end, uint8_t from, uint8_t to)
{
    if (plan->n_pieces == plan->room) {
        uint32_t room = plan->room ? plan->room * 2 : 8;
        struct piece *pieces;

        if (room > UINT32_MAX / 8)
            return -ENOMEM;
        pieces = realloc(plan->pieces, room * sizeof(*pieces));
        if (!pieces)
            return -ENOMEM;
        plan->pieces = pieces;
        plan->room = room;
    }
    plan->pieces[plan->n_pieces++] =
        (struct piece){.start = start, .end = end, .from = from, .to = to};
    plan->remaps |= from != to;
    return 0;
}

/* 10.15: what was written stays the process's own, the rest is the section's again. */
static int add_reunited(struct plan *plan, uint64_t start, uint64_t end)
{
    while (start < end) {
        uint64_t same;
        bool copied;
        int r = nt_os_copied_pages(start, (end - start) / NT_PAGE_SIZE, &copied, &same);

        if (r == 0)
            r = add(plan, start, start + same * NT_PAGE_SIZE, NT_APART_PRIVATE,
                    copied ? NT_APART_PRIVATE : NT_APART_SHARED);
        if (r < 0)
            return r;
        start += same * NT_PAGE_SIZE;
    }
    return 0;
}

enum nt_apart_state nt_apart_at(const struct nt_region *region, uint64_t address, uint64_t limit,
                                uint64_t *ret_end)
{
    ULONG state;
    uint64_t end;

    *ret_end = limit;
    if (!region->apart)
        return NT_APART_SHARED;
    state = nt_pages_at(&region->apart->pages, (address - region->base) / NT_PAGE_SIZE, &end);
    end = region->base + end * NT_PAGE_SIZE;
    if (end < limit)
        *ret_end = end;
    return (enum nt_apart_state)state;
}

static int add_all(struct plan *plan)
{
    const struct nt_range *range = &plan->wish->range;
    bool copies = nt_protect_is_copy(plan->wish->protect);
    bool writes = nt_protect_capabilities(plan->wish->protect) & NT_PROTECT_WRITE;
    int r = 0;

    for (uint64_t at = range->start, end; r == 0 && at < range->end; at = end) {
        enum nt_apart_state state = nt_apart_at(plan->region, at, range->end, &end);

        if (state == NT_APART_PRIVATE && writes && plan->wish->drop)
            r = add(plan, at, end, state, NT_APART_SHARED);
        else if (state == NT_APART_PRIVATE && writes)
            r = add_reunited(plan, at, end);
        else if (state == NT_APART_SHARED && copies)
            r = add(plan, at, end, state, NT_APART_PRIVATE);
        else
            r = add(plan, at, end, state, state);
    }
    return r;
}

/* --- descriptors -------------------------------------------------------------------- */

/* Of a section to which some handle is still open. */
static int dup_of_handles(struct nt_section *section, int *ret_fd)
{
    int fd, r;

    if (!nt_object_try_open(&section->object))
        return -ENOENT;
    fd = nt_section_fd(section, true);
    r = fd < 0 ? -ENOENT : nt_os_dup(fd, ret_fd);
    nt_move_begin_busy(); /* it may be the last one */
    nt_object_close(&section->object);
    nt_move_end_busy();
    return r;
}

/* A description of its own: what the other one tells of a file by its marks, this one tells too. */
static int open_mapped(const struct nt_region *region, uint64_t address, int *ret_fd)
{
    int r = nt_os_open_mapping((const void *)address, O_RDWR, ret_fd);

    if (r == 0 && (region->flags & NT_VIEW_FILE)) {
        r = nt_marks_set(*ret_fd, NT_MARK_DATA_SECTION | NT_MARK_WRITE_SECTION);
        if (r < 0)
            *ret_fd = nt_os_close(*ret_fd);
    }
    return r;
}

/*
 * A writable descriptor, kept with the view from now on: its pages are to be shared again one
 * day. 0 with -1 when there is none to be had.
 */
static int find_fd(const struct plan *plan)
{
    struct nt_region *region = plan->region;
    struct nt_apart *apart = region->apart;
    uint32_t i = 0;
    int r;

    if (apart->fd >= 0)
        return 0;
    while (plan->pieces[i].from == plan->pieces[i].to)
        i++;
    if (region->section->reserve)
        r = nt_reserve_dup(region->section->reserve, &apart->fd);
    else
        r = dup_of_handles(region->section, &apart->fd);
    if (r == -ENOENT)
        r = open_mapped(region, plan->pieces[i].start, &apart->fd);
    return r == -EMFILE || r == -ENFILE || r == -ENOMEM ? r : 0;
}

static void plan_copies(struct plan *plan)
{
    for (uint32_t i = 0; i < plan->n_pieces; i++) {
        if (plan->pieces[i].from == NT_APART_SHARED && plan->pieces[i].to == NT_APART_PRIVATE)
            plan->pieces[i].to = NT_APART_COPIED;
    }
}

/* --- carrying out ------------------------------------------------------------------- */

static int map_piece(const struct plan *plan, const struct piece *piece, enum nt_apart_state state)
{
    const struct nt_region *region = plan->region;
    int flags = MAP_FIXED | (state == NT_APART_SHARED ? MAP_SHARED : MAP_PRIVATE);
    void *mapped;

    return nt_os_map((void *)piece->start, piece->end - piece->start,
                     nt_protect_to_kernel(plan->wish->protect), flags, region->apart->fd,
                     region->offset + (piece->start - region->base), &mapped);
}

/* Memory with the contents of @from, of the protection that @plan wants; nothing on failure. */
static int copy_shared(const struct plan *plan, void *from, size_t size, void **ret_copy)
{
    void *copy;
    int r;

    r = nt_os_map(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0, &copy);
    if (r < 0)
        return r;
    r = nt_os_protect(from, size, PROT_READ);
    if (r == 0)
        r = nt_os_copy_memory(copy, from, size);
    if (r == 0)
        r = nt_os_protect(copy, size, nt_protect_to_kernel(plan->wish->protect));
    if (r < 0)
        (void)nt_os_unmap(copy, size);
    else
        *ret_copy = copy;
    return r;
}

/* Copies a piece; what was there stays mapped as its alias until all is done. */
static int copy_piece(const struct plan *plan, struct piece *piece)
{
    size_t size = piece->end - piece->start;
    void *alias, *copy, *moved;
    int r;

    r = nt_os_remap((void *)piece->start, 0, size, NULL, &alias);
    if (r < 0)
        return r;
    r = copy_shared(plan, alias, size, &copy);
    if (r == 0) {
        r = nt_os_remap(copy, size, size, (void *)piece->start, &moved);
        if (r < 0)
            (void)nt_os_unmap(copy, size);
    }
    if (r < 0)
        (void)nt_os_unmap(alias, size);
    else
        piece->alias = alias;
    return r;
}

static int carry_out(const struct plan *plan, struct piece *piece)
{
    if (piece->from == piece->to)
        return nt_os_protect((void *)piece->start, piece->end - piece->start,
                             nt_protect_to_kernel(plan->wish->protect));
    if (piece->to == NT_APART_COPIED)
        return copy_piece(plan, piece);
    return map_piece(plan, piece, piece->to);
}

/* The protection of what is mapped back is set by nt_change_restore() afterwards. */
static void undo(const struct plan *plan, struct piece *piece)
{
    size_t size = piece->end - piece->start;
    void *moved;

    if (piece->from == piece->to)
        return;
    if (piece->to == NT_APART_COPIED)
        (void)nt_os_remap(piece->alias, size, size, (void *)piece->start, &moved);
    else
        (void)map_piece(plan, piece, piece->from);
}

static void drop_aliases(const struct plan *plan)
{
    for (uint32_t i = 0; i < plan->n_pieces; i++) {
        const struct piece *piece = &plan->pieces[i];

        if (piece->alias)
            (void)nt_os_unmap(piece->alias, piece->end - piece->start);
    }
}

static NTSTATUS carry_out_all(const struct plan *plan)
{
    NTSTATUS status = STATUS_SUCCESS;
    uint32_t done = 0;
    int r = 0;

    while (r == 0 && done < plan->n_pieces) {
        r = carry_out(plan, &plan->pieces[done]);
        if (r == 0)
            done++;
    }
    if (r < 0)
        status = r == -EFAULT ? STATUS_IN_PAGE_ERROR : nt_status_from_errno(r);
    else
        status = plan->wish->follow_up(plan->wish->context);
    if (NT_SUCCESS(status)) {
        drop_aliases(plan);
        return status;
    }
    while (done > 0)
        undo(plan, &plan->pieces[--done]);
    nt_change_restore(plan->region, &plan->wish->range);
    return status;
}

/* --- the whole ---------------------------------------------------------------------- */

static struct nt_apart *apart_new(const struct nt_region *region)
{
    struct nt_apart *apart = calloc(1, sizeof(*apart));

    if (apart) {
        nt_pages_init(&apart->pages, region->size / NT_PAGE_SIZE, NT_APART_SHARED);
        apart->fd = -1;
    }
    return apart;
}

struct nt_apart *nt_apart_free(struct nt_apart *apart)
{
    if (apart) {
        nt_pages_deinit(&apart->pages);
        nt_os_close(apart->fd);
        free(apart);
    }
    return NULL;
}

static void note(const struct plan *plan)
{
    struct nt_region *region = plan->region;

    for (uint32_t i = 0; i < plan->n_pieces; i++) {
        const struct piece *piece = &plan->pieces[i];

        nt_pages_set(&region->apart->pages, (piece->start - region->base) / NT_PAGE_SIZE,
                     (piece->end - piece->start) / NT_PAGE_SIZE, piece->to);
    }
}

static NTSTATUS change(struct plan *plan)
{
    struct nt_region *region = plan->region;
    NTSTATUS status;
    int r = add_all(plan);

    if (r == 0 && plan->remaps)
        r = find_fd(plan);
    if (r == 0)
        r = nt_pages_reserve_many(&region->apart->pages, plan->n_pieces);
    if (r < 0)
        return nt_status_from_errno(r);
    if (region->apart->fd < 0)
        plan_copies(plan);
    status = carry_out_all(plan);
    if (NT_SUCCESS(status))
        note(plan);
    return status;
}

NTSTATUS nt_apart_change(struct nt_region *region, const struct nt_apart_wish *wish)
{
    struct plan plan = {.region = region, .wish = wish};
    struct nt_range all = {region->base, nt_region_end(region)};
    NT_CLEANUP(nt_locked_deinit) struct nt_locked_pieces locked;
    NTSTATUS status = nt_locked_note(&wish->range, &locked);

    if (!NT_SUCCESS(status))
        return status;
    if (!region->apart)
        region->apart = apart_new(region);
    if (!region->apart)
        return STATUS_NO_MEMORY;
    status = change(&plan);
    free(plan.pieces);
    nt_locked_again(&locked);
    /* When nothing is apart any more the descriptor goes. */
    if (!nt_apart_has(region, &all, NT_APART_PRIVATE) &&
        !nt_apart_has(region, &all, NT_APART_COPIED))
        region->apart = nt_apart_free(region->apart);
    return status;
}

bool nt_apart_has(const struct nt_region *region, const struct nt_range *range,
                  enum nt_apart_state state)
{
    for (uint64_t at = range->start, end; at < range->end; at = end) {
        if (nt_apart_at(region, at, range->end, &end) == state)
            return true;
    }
    return false;
}
