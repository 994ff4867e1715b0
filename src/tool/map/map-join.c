// SPDX-License-Identifier: MIT
/*
 * What the library in a process says of its regions, laid over what the kernel says of its
 * mappings. The kernel decides what is there: a region that is no longer mapped is left out. The
 * library decides what it is. Where a mapping holds several pieces (two allocations that the kernel
 * has joined), what smaps counts for it is shared out by looking which of its pages are present.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <windows.h>
#include <ntshm/ntshm.h>

#include "tool/map/map-parts.h"
#include "util/macro.h"

#define PAGE 4096u

/* --- what a piece is ------------------------------------------------------------------------- */

static bool begins(const char *text, const char *with)
{
    return strncmp(text, with, strlen(with)) == 0;
}

/* What a mapping is called for people: without what only the kernel means by it. */
static const char *name_of(struct nt_map *map, const char *path)
{
    static const char image[] = "/memfd:ntshm-image:", deleted[] = " (deleted)";
    size_t length = strlen(path), mark = sizeof(deleted) - 1;

    if (begins(path, "/dev/zero") || begins(path, "/anon_hugepage"))
        return "";
    if (!begins(path, "/memfd:"))
        return path;
    if (length > mark && strcmp(path + length - mark, deleted) == 0)
        length -= mark;
    if (begins(path, image) && path[sizeof(image) - 1] == '/')
        return nt_map_text(map, path + sizeof(image) - 1, length - sizeof(image) + 1);
    return nt_map_text(map, path + 1, length - 1);
}

static enum nt_map_kind kind_of_run(const struct nt_map_run *run, const struct nt_map_vma *vma)
{
    if (run->flags & NTSHM_REGION_LIBRARY)
        return NT_MAP_OWN;
    if (run->flags & NTSHM_REGION_PLACEHOLDER)
        return NT_MAP_PLACEHOLDER;
    if (run->state == MEM_RESERVE)
        return NT_MAP_RESERVED;
    if ((run->flags & NTSHM_REGION_LARGE) || vma->kind == NT_MAP_LARGE)
        return NT_MAP_LARGE;
    if (vma->kind == NT_MAP_DEVICE)
        return NT_MAP_DEVICE;
    if (run->type == MEM_IMAGE)
        return NT_MAP_IMAGE;
    if (run->type == MEM_MAPPED)
        return run->flags & NTSHM_REGION_FILE ? NT_MAP_FILE : NT_MAP_VIEW;
    return NT_MAP_PRIVATE;
}

/* What both kinds of pieces have of the kernel. */
static struct nt_map_piece piece_of(const struct nt_map_vma *vma, uint64_t start, uint64_t end)
{
    return (struct nt_map_piece){
        .base = start,
        .size = end - start,
        .node = vma->node,
        .page_size = vma->page_size,
        .device = vma->device,
        .inode = vma->inode,
        .name = "",
        .file = "",
    };
}

static int describe_kernel(struct nt_map *map, const struct nt_map_vma *vma,
                           struct nt_map_piece *piece)
{
    bool is_joined = vma->cut && piece->base >= vma->cut;

    piece->allocation = is_joined ? vma->cut : vma->allocation;
    piece->kind = is_joined ? NT_MAP_PRIVATE : vma->kind;
    piece->state = vma->reserved ? MEM_RESERVE : MEM_COMMIT;
    piece->protect = vma->reserved ? 0 : nt_map_vma_protect(vma);
    piece->guard = vma->guard;
    piece->copy_on_write =
        piece->protect == PAGE_WRITECOPY || piece->protect == PAGE_EXECUTE_WRITECOPY;
    piece->offset = vma->inode ? vma->offset + (piece->base - vma->start) : 0;
    piece->name = is_joined ? "" : name_of(map, vma->path);
    return piece->name ? 0 : -ENOMEM;
}

static int describe_run(struct nt_map *map, const struct nt_map_vma *vma,
                        const struct nt_map_run *run, struct nt_map_piece *piece)
{
    const char *path = name_of(map, vma->path);

    if (!path)
        return -ENOMEM;
    piece->of_library = true;
    piece->allocation = run->allocation;
    piece->kind = kind_of_run(run, vma);
    piece->state = run->state;
    piece->protect = run->protect & ~(uint32_t)PAGE_GUARD;
    piece->allocated = run->allocated;
    piece->guard = run->protect & PAGE_GUARD;
    piece->copy_on_write =
        piece->protect == PAGE_WRITECOPY || piece->protect == PAGE_EXECUTE_WRITECOPY;
    piece->write_watch = run->flags & NTSHM_REGION_WRITE_WATCH;
    piece->window = run->flags & NTSHM_REGION_WINDOW;
    piece->pinned = run->flags & NTSHM_REGION_PINNED;
    if (run->node >= 0)
        piece->node = run->node;
    if (run->type != MEM_PRIVATE)
        piece->offset = run->offset + (piece->base - run->base);
    /* Memory that is called after the library says nothing. */
    if (begins(path, "memfd:ntshm"))
        path = "";
    piece->name = run->name[0] ? run->name : path;
    piece->file = run->name[0] ? path : "";
    return 0;
}

/* --- how much of it is there ------------------------------------------------------------------ */

/* How many of the pages are in memory, up to @most; all of them where that cannot be told. */
static uint64_t weight(int pagemap, uint64_t start, uint64_t end, uint64_t most)
{
    uint64_t entries[512], present = 0;

    for (uint64_t at = start; pagemap >= 0 && at < end && present < most;) {
        size_t n = (end - at) / PAGE;
        ssize_t got;

        if (n > NT_ARRAY_SIZE(entries))
            n = NT_ARRAY_SIZE(entries);
        got = pread(pagemap, entries, n * sizeof(entries[0]), (off_t)(at / PAGE * 8));
        if (got < (ssize_t)sizeof(entries[0]))
            return (end - start) / PAGE;
        n = (size_t)got / sizeof(entries[0]);
        for (size_t i = 0; i < n; i++)
            present += entries[i] >> 62 != 0;
        at += n * PAGE;
    }
    return pagemap >= 0 ? present : (end - start) / PAGE;
}

static uint64_t smaller(uint64_t a, uint64_t b)
{
    return a < b ? a : b;
}

/*
 * One of the numbers of a mapping, by weight; no piece gets more than its size. What rounding left
 * over goes to whoever has room, so that the sum is what it was.
 */
static void share_number(uint64_t number, struct nt_map_piece *pieces, size_t count, size_t field,
                         const uint64_t *weights)
{
    uint64_t left = number, weights_left = 0;

    for (size_t i = 0; i < count; i++)
        weights_left += weights[i];
    for (size_t i = 0; i < count; i++) {
        uint64_t *mine = (uint64_t *)((char *)&pieces[i] + field);

        *mine = weights_left ? left / PAGE * weights[i] / weights_left * PAGE : 0;
        *mine = smaller(*mine, smaller(left, pieces[i].size));
        left -= *mine;
        weights_left -= weights[i];
    }
    for (size_t i = 0; i < count && left; i++) {
        uint64_t *mine = (uint64_t *)((char *)&pieces[i] + field);
        uint64_t more = weights[i] ? smaller(left, pieces[i].size - *mine) : 0;

        *mine += more;
        left -= more;
    }
    for (size_t i = 0; i < count && left; i++) {
        uint64_t *mine = (uint64_t *)((char *)&pieces[i] + field);
        uint64_t more = smaller(left, pieces[i].size - *mine);

        *mine += more;
        left -= more;
    }
}

/* Gives the pieces of one mapping what it has. */
static int share_out(const struct nt_map_vma *vma, struct nt_map_piece *pieces, size_t count,
                     int pagemap)
{
    NT_CLEANUP(nt_freep) uint64_t *weights = NULL;
    uint64_t left;

    if (count == 1) {
        /* Of what is told twice, the part that was not told yet has no more than fits into it. */
        pieces->resident = smaller(vma->resident, pieces->size);
        pieces->dirty = smaller(vma->dirty, pieces->size);
        pieces->private_bytes = smaller(vma->private_bytes, pieces->size);
        pieces->proportional = smaller(vma->proportional, pieces->size);
        pieces->swapped = smaller(vma->swapped, pieces->size);
        return 0;
    }
    if (!vma->resident && !vma->swapped)
        return 0;
    weights = calloc(count, sizeof(*weights));
    if (!weights)
        return -ENOMEM;
    /* What is only reserved has no pages, and may be so large that to look for them takes long. */
    left = (vma->resident + vma->swapped + PAGE - 1) / PAGE;
    for (size_t i = 0; i < count; i++) {
        if (pieces[i].state == MEM_COMMIT)
            weights[i] = weight(pagemap, pieces[i].base, pieces[i].base + pieces[i].size, left);
        left -= smaller(left, weights[i]);
    }
#define SHARE(member) \
    share_number(vma->member, pieces, count, offsetof(struct nt_map_piece, member), weights)
    SHARE(resident);
    SHARE(dirty);
    SHARE(private_bytes);
    SHARE(proportional);
    SHARE(swapped);
#undef SHARE
    return 0;
}

/* --- the array -------------------------------------------------------------------------------- */

struct join {
    struct nt_map *map;
    size_t room;
    const struct nt_map_runs *runs;
    size_t run; /* the first that does not end below where we are */
    int pagemap;
};

static struct nt_map_piece *add(struct join *join)
{
    struct nt_map *map = join->map;

    if (map->n_pieces == join->room) {
        size_t room = join->room ? 2 * join->room : 256;
        struct nt_map_piece *pieces = reallocarray(map->pieces, room, sizeof(*pieces));

        if (!pieces)
            return NULL;
        map->pieces = pieces;
        join->room = room;
    }
    return &map->pieces[map->n_pieces++];
}

/* One mapping, cut where the library's regions begin and end. */
static int add_vma(struct join *join, const struct nt_map_vma *vma)
{
    const struct nt_map_runs *runs = join->runs;
    size_t first = join->map->n_pieces;

    for (uint64_t at = vma->start, end; at < vma->end; at = end) {
        const struct nt_map_run *run = NULL;
        struct nt_map_piece *piece;
        int r;

        while (join->run < runs->count &&
               runs->entries[join->run].base + runs->entries[join->run].size <= at)
            join->run++;
        end = at < vma->cut ? vma->cut : vma->end;
        if (join->run < runs->count) {
            const struct nt_map_run *next = &runs->entries[join->run];
            uint64_t edge = next->base <= at ? next->base + next->size : next->base;

            run = next->base <= at ? next : NULL;
            end = edge < end ? edge : end;
        }
        piece = add(join);
        if (!piece)
            return -ENOMEM;
        *piece = piece_of(vma, at, end);
        r = run ? describe_run(join->map, vma, run, piece) : describe_kernel(join->map, vma, piece);
        if (r < 0)
            return r;
    }
    return share_out(vma, join->map->pieces + first, join->map->n_pieces - first, join->pagemap);
}

/* --- neighbours that are alike ---------------------------------------------------------------- */

static bool is_same(const struct nt_map_piece *a, const struct nt_map_piece *b)
{
    return a->base + a->size == b->base && a->allocation == b->allocation && a->kind == b->kind &&
           a->state == b->state && a->protect == b->protect && a->guard == b->guard &&
           a->of_library == b->of_library && a->node == b->node && a->page_size == b->page_size &&
           a->name == b->name && a->file == b->file && a->inode == b->inode &&
           a->device == b->device && a->write_watch == b->write_watch && a->window == b->window &&
           a->pinned == b->pinned && (!a->inode || a->offset + a->size == b->offset);
}

static void merge(struct nt_map *map)
{
    size_t kept = 0;

    for (size_t i = 0; i < map->n_pieces; i++) {
        struct nt_map_piece *next = &map->pieces[i], *last = &map->pieces[kept ? kept - 1 : 0];

        if (kept == 0 || !is_same(last, next)) {
            map->pieces[kept++] = *next;
            continue;
        }
        last->size += next->size;
        last->resident += next->resident;
        last->dirty += next->dirty;
        last->private_bytes += next->private_bytes;
        last->proportional += next->proportional;
        last->swapped += next->swapped;
    }
    map->n_pieces = kept;
}

int nt_map_join(struct nt_map *map, const struct nt_map_vmas *vmas, const struct nt_map_runs *runs,
                int pagemap)
{
    struct join join = {.map = map, .runs = runs, .pagemap = pagemap};
    int r = 0;

    for (size_t i = 0; i < vmas->count && r == 0; i++)
        r = add_vma(&join, &vmas->entries[i]);
    if (r == 0)
        merge(map);
    return r;
}
