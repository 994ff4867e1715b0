// SPDX-License-Identifier: MIT
/*
 * One memfd, sparse: a header page, the records, the blocks. Free entries are stacks of
 * indexes; an entry that was never used is not on the stack, so an empty arena costs nothing.
 */
#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "broker/arena.h"
#include "os/os.h"
#include "util/macro.h"

static_assert(sizeof(struct nt_record) == 256, "the layout is fixed");
static_assert(sizeof(struct nt_block) == 256, "the layout is fixed");
static_assert(sizeof(struct nt_arena_header) == 4096, "the layout is fixed");

/* The smallest arena that is worth starting with: 1/1024 of the full one. */
#define SMALLEST_SHIFT 10

static size_t arena_size(const struct nt_arena *arena)
{
    return sizeof(struct nt_arena_header) + arena->n_records * sizeof(struct nt_record) +
           (size_t)arena->n_blocks * sizeof(struct nt_block);
}

/* Memory for so many records and blocks. */
static int map_arena(struct nt_arena *arena, uint32_t n_records, uint32_t n_blocks)
{
    NT_CLEANUP(nt_os_closep) int fd = -1;
    void *memory;
    int r;

    arena->n_records = n_records;
    arena->n_blocks = n_blocks;
    r = nt_os_memfd_new("ntshm-arena", arena_size(arena), NT_OS_MEMFD_PRIVATE, &fd);
    if (r == 0)
        r = nt_os_map(NULL, arena_size(arena), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0, &memory);
    if (r < 0)
        return r;
    arena->fd = nt_steal_fd(&fd);
    arena->header = memory;
    arena->records = (struct nt_record *)(arena->header + 1);
    arena->blocks = (struct nt_block *)(arena->records + n_records);
    *arena->header = (struct nt_arena_header){
        .magic = NT_ARENA_MAGIC,
        .version = NT_ARENA_VERSION,
        .n_records = n_records,
        .n_blocks = n_blocks,
    };
    return 0;
}

int nt_arena_init(struct nt_arena *arena)
{
    int r = -ENOMEM;

    memset(arena, 0, sizeof(*arena));
    arena->fd = -1;
    /* A starter's limits on file size or address space must not keep a broker from starting. */
    for (unsigned shift = 0; r < 0 && shift <= SMALLEST_SHIFT; shift += 2)
        r = map_arena(arena, NT_ARENA_RECORDS >> shift, NT_ARENA_BLOCKS >> shift);
    if (r == 0)
        r = nt_os_random(&arena->header->instance, sizeof(arena->header->instance));
    if (r < 0)
        goto fail;

    /* Indexes are stacked here when given back; the pages are touched only then. */
    arena->free_records = malloc(arena->n_records * sizeof(uint32_t));
    arena->free_blocks = malloc(arena->n_blocks * sizeof(uint32_t));
    if (arena->free_records && arena->free_blocks)
        return 0;
    r = -ENOMEM;
fail:
    nt_arena_deinit(arena);
    return r;
}

void nt_arena_deinit(struct nt_arena *arena)
{
    free(arena->free_records);
    free(arena->free_blocks);
    if (arena->header)
        nt_os_unmap(arena->header, arena_size(arena));
    nt_os_close(arena->fd);
    memset(arena, 0, sizeof(*arena));
    arena->fd = -1;
}

static uint32_t take_index(uint32_t *stack, uint32_t *n_free, uint32_t *used_up_to, uint32_t limit)
{
    if (*n_free > 0)
        return stack[--*n_free];
    return *used_up_to < limit ? (*used_up_to)++ : NT_ARENA_NONE;
}

static uint32_t n_blocks_left(const struct nt_arena *arena)
{
    return arena->n_free_blocks + (arena->n_blocks - arena->blocks_used_up_to);
}

/* Fills a chain; there are enough blocks. */
static uint32_t store(struct nt_arena *arena, uint32_t owner, const void *bytes, size_t size)
{
    uint32_t first = NT_ARENA_NONE;
    uint32_t *link = &first;

    for (size_t at = 0; at < size; at += NT_BLOCK_BYTES) {
        uint32_t index = take_index(arena->free_blocks, &arena->n_free_blocks,
                                    &arena->blocks_used_up_to, arena->n_blocks);
        struct nt_block *block = &arena->blocks[index];
        size_t left = size - at;

        memcpy(block->bytes, (const unsigned char *)bytes + at,
               left < NT_BLOCK_BYTES ? left : NT_BLOCK_BYTES);
        block->owner = owner;
        block->next = NT_ARENA_NONE;
        *link = index;
        link = &block->next;
    }
    return first;
}

static void give_chain(struct nt_arena *arena, uint32_t index)
{
    while (index != NT_ARENA_NONE) {
        uint32_t next = arena->blocks[index].next;

        arena->blocks[index].owner = NT_ARENA_NONE;
        arena->free_blocks[arena->n_free_blocks++] = index;
        index = next;
    }
}

static uint64_t hash(const uint16_t *name, size_t n_units)
{
    uint64_t value = 0xcbf29ce484222325u;

    for (size_t i = 0; i < n_units; i++)
        value = (value ^ name[i]) * 0x100000001b3u;
    return value;
}

int nt_arena_take(struct nt_arena *arena, const uint16_t *name, size_t n_units, uint32_t *ret_index)
{
    size_t size = n_units * sizeof(uint16_t);
    struct nt_record *record;
    uint64_t word;
    uint32_t index;

    if ((size + NT_BLOCK_BYTES - 1) / NT_BLOCK_BYTES > n_blocks_left(arena))
        return -ENOSPC;
    index = take_index(arena->free_records, &arena->n_free_records, &arena->records_used_up_to,
                       arena->n_records);
    if (index == NT_ARENA_NONE)
        return -ENOSPC;

    record = &arena->records[index];
    word = atomic_load_explicit(&record->word, memory_order_relaxed);
    memset(record, 0, sizeof(*record));
    /* The next generation, still free. */
    atomic_store_explicit(&record->word, ((word >> 8) + 1) << 8, memory_order_relaxed);
    record->lease_fd = record->write_fd = record->read_fd = -1;
    record->extra_fd = record->extra_read_fd = -1;
    record->name_hash = hash(name, n_units);
    record->name_units = (uint32_t)n_units;
    record->name_block = store(arena, index, name, size);
    *ret_index = index;
    return 0;
}

void nt_arena_publish(struct nt_arena *arena, uint32_t index)
{
    struct nt_record *record = &arena->records[index];
    uint64_t word = atomic_load_explicit(&record->word, memory_order_relaxed);

    atomic_store_explicit(&record->word, word | NT_RECORD_LIVE, memory_order_release);
}

void nt_arena_give(struct nt_arena *arena, uint32_t index)
{
    struct nt_record *record = &arena->records[index];
    uint64_t word = atomic_load_explicit(&record->word, memory_order_relaxed);

    atomic_store_explicit(&record->word, word & ~0xffull, memory_order_release);
    give_chain(arena, record->name_block);
    record->name_block = NT_ARENA_NONE;
    arena->free_records[arena->n_free_records++] = index;
}

uint64_t nt_record_generation(const struct nt_record *record)
{
    return atomic_load_explicit(&record->word, memory_order_relaxed) >> 8;
}
