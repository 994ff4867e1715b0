// SPDX-License-Identifier: MIT
/*
 * Where region structures come from: chunks of them, each on memory aligned to its size, so
 * that a structure finds its chunk. A chunk that is wholly free is given back when others have
 * structures enough, so what is kept is bounded by what is in use. Every structure, used or
 * not, can be visited: a child that was forked without our fork handlers builds its map again
 * from them, whatever state the trees were in.
 *
 * NT_LOCK_REGIONS guards it.
 */
#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>

#include "lib/memory/region-map.h"
#include "util/macro.h"

#define CHUNK_SIZE    16384u
#define KEPT_FREE     (2 * CHUNK_REGIONS)
#define CHUNK_REGIONS ((CHUNK_SIZE - 64) / sizeof(struct nt_region))

struct chunk {
    LIST_ENTRY(chunk) all_link;
    LIST_ENTRY(chunk) free_link; /* while it has free structures */
    struct nt_region *free;
    size_t n_used;
    struct nt_region regions[CHUNK_REGIONS];
};

_Static_assert(sizeof(struct chunk) <= CHUNK_SIZE, "a chunk fits in its memory");

static LIST_HEAD(, chunk) all_chunks = LIST_HEAD_INITIALIZER(all_chunks);
static LIST_HEAD(, chunk) free_chunks = LIST_HEAD_INITIALIZER(free_chunks);
static size_t n_free;

static struct chunk *chunk_of(const struct nt_region *region)
{
    return (struct chunk *)((uintptr_t)region & ~(uintptr_t)(CHUNK_SIZE - 1));
}

static void push_free(struct chunk *chunk, struct nt_region *region)
{
    region->kind = NT_REGION_UNUSED;
    region->busy = NT_REGION_IDLE;
    region->next_free = chunk->free;
    if (!chunk->free)
        LIST_INSERT_HEAD(&free_chunks, chunk, free_link);
    chunk->free = region;
    n_free++;
}

static struct chunk *chunk_new(void)
{
    struct chunk *chunk = aligned_alloc(CHUNK_SIZE, CHUNK_SIZE);

    if (chunk)
        memset(chunk, 0, CHUNK_SIZE);
    return chunk;
}

static void chunk_add(struct chunk *chunk)
{
    for (size_t i = CHUNK_REGIONS; i > 0; i--)
        push_free(chunk, &chunk->regions[i - 1]);
    LIST_INSERT_HEAD(&all_chunks, chunk, all_link);
}

struct nt_region *nt_region_new(void)
{
    struct chunk *chunk;
    struct nt_region *region;

    while (LIST_EMPTY(&free_chunks)) {
        nt_map_unlock();
        chunk = chunk_new();
        nt_map_lock();
        if (!chunk)
            return NULL;
        chunk_add(chunk);
    }
    chunk = LIST_FIRST(&free_chunks);
    region = chunk->free;
    chunk->free = region->next_free;
    if (!chunk->free)
        LIST_REMOVE(chunk, free_link);
    chunk->n_used++;
    n_free--;
    memset(region, 0, sizeof(*region));
    return region;
}

void nt_region_free(struct nt_region *region)
{
    struct chunk *chunk = chunk_of(region);

    nt_pages_deinit(&region->pages);
    push_free(chunk, region);
    chunk->n_used--;
    if (chunk->n_used || n_free < KEPT_FREE)
        return;
    LIST_REMOVE(chunk, free_link);
    LIST_REMOVE(chunk, all_link);
    n_free -= CHUNK_REGIONS;
    free(chunk);
}

void nt_region_each(void (*visit)(struct nt_region *region))
{
    struct chunk *chunk;

    LIST_FOREACH (chunk, &all_chunks, all_link) {
        for (size_t i = 0; i < CHUNK_REGIONS; i++)
            visit(&chunk->regions[i]);
    }
}

void nt_region_slab_renew(void)
{
    struct chunk *chunk;

    LIST_INIT(&free_chunks);
    n_free = 0;
    LIST_FOREACH (chunk, &all_chunks, all_link) {
        chunk->free = NULL;
        chunk->n_used = 0;
        for (size_t i = 0; i < CHUNK_REGIONS; i++) {
            if (chunk->regions[i].kind == NT_REGION_UNUSED)
                push_free(chunk, &chunk->regions[i]);
            else
                chunk->n_used++;
        }
    }
}
