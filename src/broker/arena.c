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
#include <sys/stat.h>
#include <unistd.h>

#include "broker/arena.h"
#include "broker/step.h"
#include "os/os.h"
#include "util/macro.h"

static_assert(sizeof(struct nt_record) == 256, "the layout is fixed");
static_assert(sizeof(struct nt_block) == 256, "the layout is fixed");
static_assert(sizeof(struct nt_client_record) == 64, "the layout is fixed");
static_assert(sizeof(struct nt_arena_header) == 4096, "the layout is fixed");

/* The smallest arena that is worth starting with: 1/1024 of the full one. */
#define SMALLEST_SHIFT 10

size_t nt_arena_size(const struct nt_arena *arena)
{
    return sizeof(struct nt_arena_header) + arena->n_records * sizeof(struct nt_record) +
           arena->n_clients * sizeof(struct nt_client_record) +
           (size_t)arena->n_blocks * sizeof(struct nt_block);
}

static void lay_out(struct nt_arena *arena, void *memory)
{
    arena->header = memory;
    arena->records = (struct nt_record *)(arena->header + 1);
    arena->clients = (struct nt_client_record *)(arena->records + arena->n_records);
    arena->blocks = (struct nt_block *)(arena->clients + arena->n_clients);
}

/* Memory for 1 / 2^shift of the full number of everything. */
static int map_arena(struct nt_arena *arena, unsigned shift)
{
    NT_CLEANUP(nt_os_closep) int fd = -1;
    void *memory;
    int r;

    arena->n_records = NT_ARENA_RECORDS >> shift;
    arena->n_blocks = NT_ARENA_BLOCKS >> shift;
    arena->n_clients = NT_ARENA_CLIENTS >> shift;
    r = nt_os_memfd_new("ntshm-arena", nt_arena_size(arena), NT_OS_MEMFD_PRIVATE, &fd);
    if (r == 0)
        r = nt_os_map(NULL, nt_arena_size(arena), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0,
                      &memory);
    if (r < 0)
        return r;
    arena->fd = nt_steal_fd(&fd);
    lay_out(arena, memory);
    *arena->header = (struct nt_arena_header){
        .magic = NT_ARENA_MAGIC,
        .version = NT_ARENA_VERSION,
        .n_records = arena->n_records,
        .n_blocks = arena->n_blocks,
        .n_clients = arena->n_clients,
        .listen_fd = -1,
        .incumbent_fd = -1,
        .leases_fd = -1,
        .watch_fd = -1,
        .ready_fd = -1,
    };
    return 0;
}

/* Indexes are stacked here when given back; the pages are touched only then. */
static int make_lists(struct nt_arena *arena)
{
    arena->free_records = malloc(arena->n_records * sizeof(uint32_t));
    arena->free_blocks = malloc(arena->n_blocks * sizeof(uint32_t));
    return arena->free_records && arena->free_blocks ? 0 : -ENOMEM;
}

int nt_arena_init(struct nt_arena *arena)
{
    int r = -ENOMEM;

    memset(arena, 0, sizeof(*arena));
    arena->fd = -1;
    /* A starter's limits on file size or address space must not keep a broker from starting. */
    for (unsigned shift = 0; r < 0 && shift <= SMALLEST_SHIFT; shift += 2)
        r = map_arena(arena, shift);
    if (r == 0)
        r = nt_os_random(&arena->header->instance, sizeof(arena->header->instance));
    if (r < 0)
        goto fail;

    r = make_lists(arena);
    if (r < 0)
        goto fail;
    return 0;
fail:
    nt_arena_deinit(arena);
    return r;
}

static bool is_arena(const struct nt_arena_header *header)
{
    return header->magic == NT_ARENA_MAGIC && header->n_records > 0 &&
           header->n_records <= NT_ARENA_RECORDS && header->n_clients > 0 &&
           header->n_clients <= NT_ARENA_CLIENTS && header->n_blocks > 0 &&
           header->n_blocks <= NT_ARENA_BLOCKS;
}

/* The sizes of everything, as the first bytes of the file say. */
static int read_header(struct nt_arena *arena)
{
    struct nt_arena_header header;
    struct stat status;
    ssize_t n;

    do
        n = pread(arena->fd, &header, sizeof(header), 0);
    while (n < 0 && errno == EINTR);
    if (n != sizeof(header) || !is_arena(&header))
        return -EUCLEAN;
    if (header.version != NT_ARENA_VERSION)
        return -EPROTONOSUPPORT;
    arena->n_records = header.n_records;
    arena->n_clients = header.n_clients;
    arena->n_blocks = header.n_blocks;
    if (fstat(arena->fd, &status) < 0 || (uint64_t)status.st_size != nt_arena_size(arena))
        return -EUCLEAN;
    return 0;
}

int nt_arena_attach(struct nt_arena *arena, int fd)
{
    void *memory;
    int r;

    memset(arena, 0, sizeof(*arena));
    arena->fd = fd;
    r = read_header(arena);
    if (r == 0)
        r = nt_os_map(NULL, nt_arena_size(arena), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0,
                      &memory);
    if (r == 0) {
        lay_out(arena, memory);
        r = make_lists(arena);
    }
    if (r < 0)
        nt_arena_deinit(arena);
    return r;
}

void nt_arena_deinit(struct nt_arena *arena)
{
    free(arena->free_records);
    free(arena->free_blocks);
    if (arena->header)
        nt_os_unmap(arena->header, nt_arena_size(arena));
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

/* A worker that takes over looks no further than this. */
static void note_use(struct nt_arena *arena)
{
    arena->header->records_used_up_to = arena->records_used_up_to;
    arena->header->blocks_used_up_to = arena->blocks_used_up_to;
}

static uint32_t n_blocks_left(const struct nt_arena *arena)
{
    return arena->n_free_blocks + (arena->n_blocks - arena->blocks_used_up_to);
}

static size_t n_blocks_for(size_t size)
{
    return (size + NT_BLOCK_BYTES - 1) / NT_BLOCK_BYTES;
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

static void load(const struct nt_arena *arena, uint32_t index, void *bytes, size_t size)
{
    for (size_t at = 0; at < size; at += NT_BLOCK_BYTES) {
        size_t left = size - at;

        memcpy((unsigned char *)bytes + at, arena->blocks[index].bytes,
               left < NT_BLOCK_BYTES ? left : NT_BLOCK_BYTES);
        index = arena->blocks[index].next;
    }
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

int nt_arena_store(struct nt_arena *arena, uint32_t owner, const void *bytes, size_t size,
                   uint64_t *ret_chain)
{
    if (size > UINT32_MAX || n_blocks_for(size) > n_blocks_left(arena))
        return -ENOSPC;
    *ret_chain = size ? (uint64_t)store(arena, owner, bytes, size) << 32 | size : 0;
    note_use(arena);
    return 0;
}

void nt_arena_load(const struct nt_arena *arena, uint64_t chain, void *bytes)
{
    load(arena, (uint32_t)(chain >> 32), bytes, nt_arena_chain_size(chain));
}

void nt_arena_drop(struct nt_arena *arena, uint64_t chain)
{
    if (chain)
        give_chain(arena, (uint32_t)(chain >> 32));
}

void nt_arena_load_name(const struct nt_arena *arena, uint32_t index, uint16_t *units)
{
    const struct nt_record *record = &arena->records[index];

    load(arena, record->name_block, units, record->name_units * sizeof(*units));
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

    if (n_blocks_for(size) > n_blocks_left(arena))
        return -ENOSPC;
    index = take_index(arena->free_records, &arena->n_free_records, &arena->records_used_up_to,
                       arena->n_records);
    if (index == NT_ARENA_NONE)
        return -ENOSPC;

    record = &arena->records[index];
    word = atomic_load_explicit(&record->word, memory_order_relaxed);
    /* The next generation, still free. It is never lost: no number of an object comes again. */
    atomic_store_explicit(&record->word, ((word >> 8) + 1) << 8, memory_order_relaxed);
    memset((char *)record + sizeof(record->word), 0, sizeof(*record) - sizeof(record->word));
    NT_STEP(create_cleared);
    record->lease_fd = record->write_fd = record->read_fd = -1;
    record->extra_fd = record->extra_read_fd = record->second_lease_fd = -1;
    record->name_hash = hash(name, n_units);
    record->name_units = (uint32_t)n_units;
    record->name_block = store(arena, index, name, size);
    note_use(arena);
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
    /* What follows is not begun before: a record that is live has its chains. */
    atomic_signal_fence(memory_order_seq_cst);
    give_chain(arena, record->name_block);
    record->name_block = NT_ARENA_NONE;
    nt_arena_drop(arena, atomic_exchange_explicit(&record->security, 0, memory_order_relaxed));
    arena->free_records[arena->n_free_records++] = index;
}

uint64_t nt_record_generation(const struct nt_record *record)
{
    return atomic_load_explicit(&record->word, memory_order_relaxed) >> 8;
}
