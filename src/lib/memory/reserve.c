// SPDX-License-Identifier: MIT
/*
 * The commit map: one bit for each page of the section, and for each block of 32,768 pages (one
 * page of bits) two more: *any*, some page of it is committed, and *all*, every page of it is. So
 * a section of 16 TiB is 32 KiB of those and 512 MiB of bits, of which only pages are ever touched
 * whose block says so: the map of a section that nobody committed anything in stays a hole.
 *
 * Bits are only ever set, by atomic stores of every process that has the section. What a process
 * reads may be garbage that a hostile peer wrote: it decides what VirtualQuery says and how much
 * is charged, never whether memory is there. That is the size of the memory alone, which this
 * process looks at itself (known_size).
 *
 * No lock: what changes is atomic, and the numbers of the descriptors never change.
 */
#include "lib/memory/reserve.h"

#include <errno.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/mman.h>

#include <ntstatus.h>

#include "lib/memory/commit.h"
#include "os/memory-more.h"
#include "os/os.h"
#include "rtl/status.h"
#include "util/macro.h"

#define WORD 64u

struct nt_reserve {
    uint64_t n_pages;
    _Atomic uint64_t known_size; /* bytes that the memory is known to have */
    _Atomic uint64_t charged;    /* bytes that this process has committed in it */
    int memory_fd;
    int map_fd;            /* -1 when the map was mapped writable at once */
    _Atomic bool writable; /* both are */
    size_t map_size;
    _Atomic uint64_t *summary; /* words of any and of all by turns, for 64 blocks each */
    _Atomic uint64_t *bits;
};

/* --- making ------------------------------------------------------------------------- */

/* Maps the commit map, writable where that is allowed. */
static int map_it(struct nt_reserve *reserve, int fd)
{
    void *mapped;
    int r = nt_os_map(NULL, reserve->map_size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_NORESERVE,
                      fd, 0, &mapped);

    if (r == -EACCES || r == -EPERM) {
        r = nt_os_map(NULL, reserve->map_size, PROT_READ, MAP_SHARED | MAP_NORESERVE, fd, 0,
                      &mapped);
        if (r == 0) {
            reserve->summary = mapped;
            return nt_os_dup(fd, &reserve->map_fd);
        }
    }
    if (r == 0)
        reserve->summary = mapped;
    return r;
}

static NTSTATUS check(uint64_t size, int memory_fd, int map_fd, uint64_t *ret_memory_size)
{
    uint64_t map_size;
    int r;

    if (size > NT_RESERVE_MAX)
        return STATUS_SECTION_TOO_BIG;
    r = nt_os_memfd_check(memory_fd, ret_memory_size);
    if (r == 0)
        r = nt_os_memfd_check(map_fd, &map_size);
    if (r == 0 && map_size < nt_reserve_map_size(size))
        r = -EPERM;
    return nt_status_from_errno(r);
}

NTSTATUS nt_reserve_new(uint64_t size, int memory_fd, int map_fd, struct nt_reserve **ret_reserve)
{
    struct nt_reserve *reserve;
    uint64_t memory_size = 0;
    NTSTATUS status = check(size, memory_fd, map_fd, &memory_size);
    int r;

    if (!NT_SUCCESS(status))
        return status;
    reserve = calloc(1, sizeof(*reserve));
    if (!reserve)
        return STATUS_NO_MEMORY;
    reserve->n_pages = nt_align_up(size, NT_PAGE_SIZE) / NT_PAGE_SIZE;
    reserve->map_size = nt_reserve_map_size(size);
    atomic_init(&reserve->known_size, memory_size);
    reserve->memory_fd = reserve->map_fd = -1;
    r = nt_os_dup(memory_fd, &reserve->memory_fd);
    if (r == 0)
        r = map_it(reserve, map_fd);
    if (r < 0) {
        nt_reserve_free(reserve);
        return nt_status_from_errno(r);
    }
    reserve->bits = reserve->summary + nt_reserve_bits_at(size) / sizeof(*reserve->bits);
    *ret_reserve = reserve;
    return STATUS_SUCCESS;
}

struct nt_reserve *nt_reserve_free(struct nt_reserve *reserve)
{
    if (!reserve)
        return NULL;
    if (reserve->summary)
        (void)nt_os_unmap((void *)reserve->summary, reserve->map_size);
    nt_os_close(reserve->map_fd);
    nt_os_close(reserve->memory_fd);
    nt_commit_release(atomic_load(&reserve->charged));
    free(reserve);
    return NULL;
}

/* --- reading ------------------------------------------------------------------------ */

static uint64_t load(const _Atomic uint64_t *word)
{
    return atomic_load_explicit(word, memory_order_acquire);
}

static const _Atomic uint64_t *any_word(const struct nt_reserve *reserve, uint64_t block)
{
    return &reserve->summary[block / WORD * 2];
}

static const _Atomic uint64_t *all_word(const struct nt_reserve *reserve, uint64_t block)
{
    return &reserve->summary[block / WORD * 2 + 1];
}

/* The first block from @block on in which some page is not of @state, or @limit. */
static uint64_t next_block(const struct nt_reserve *reserve, uint64_t block, uint64_t limit,
                           bool state)
{
    while (block < limit) {
        uint64_t odd = state ? ~load(all_word(reserve, block)) : load(any_word(reserve, block));

        odd &= ~0ull << block % WORD;
        block = nt_align_down(block, WORD);
        if (odd) {
            block += (unsigned)__builtin_ctzll(odd);
            return block < limit ? block : limit;
        }
        block += WORD;
    }
    return limit;
}

/* The first page from @page on that is not of @state, or @limit; its block has to be looked at. */
static uint64_t next_page(const struct nt_reserve *reserve, uint64_t page, uint64_t limit,
                          bool state)
{
    while (page < limit) {
        uint64_t word = load(&reserve->bits[page / WORD]);
        uint64_t odd = (state ? ~word : word) & ~0ull << page % WORD;

        page = nt_align_down(page, WORD);
        if (odd) {
            page += (unsigned)__builtin_ctzll(odd);
            return page < limit ? page : limit;
        }
        page += WORD;
    }
    return limit;
}

static bool bit_at(const struct nt_reserve *reserve, uint64_t page)
{
    return load(&reserve->bits[page / WORD]) >> page % WORD & 1;
}

static bool state_of(const struct nt_reserve *reserve, uint64_t page)
{
    uint64_t block = page / NT_RESERVE_BLOCK;

    if (!(load(any_word(reserve, block)) >> block % WORD & 1))
        return false;
    return bit_at(reserve, page);
}

bool nt_reserve_at(const struct nt_reserve *reserve, uint64_t page, uint64_t limit,
                   uint64_t *ret_end)
{
    uint64_t n_blocks, end;
    bool state;

    if (limit > reserve->n_pages)
        limit = reserve->n_pages;
    if (page >= limit) {
        *ret_end = limit;
        return false;
    }
    n_blocks = (limit - 1) / NT_RESERVE_BLOCK + 1;
    state = state_of(reserve, page);
    /* The page itself is not looked at again: it may be committed in just this moment. */
    end = page + 1;
    for (;;) {
        uint64_t block = next_block(reserve, end / NT_RESERVE_BLOCK, n_blocks, state);
        uint64_t block_end = (block + 1) * NT_RESERVE_BLOCK;

        if (block * NT_RESERVE_BLOCK > end)
            end = block * NT_RESERVE_BLOCK;
        if (end >= limit)
            break;
        if (block_end > limit)
            block_end = limit;
        end = next_page(reserve, end, block_end, state);
        if (end < block_end)
            break;
    }
    *ret_end = end < limit ? end : limit;
    return state;
}

/* How many pages of [@first, @end) are not committed. */
static uint64_t count_missing(const struct nt_reserve *reserve, uint64_t first, uint64_t end)
{
    uint64_t missing = 0;

    while (first < end) {
        uint64_t next;

        if (!nt_reserve_at(reserve, first, end, &next))
            missing += next - first;
        first = next;
    }
    return missing;
}

/* --- committing --------------------------------------------------------------------- */

/* Several threads may do this at once: each leaves the descriptors as good as the others. */
static int make_writable(struct nt_reserve *reserve)
{
    void *mapped;
    int r;

    if (NT_LIKELY(atomic_load(&reserve->writable)))
        return 0;
    r = nt_os_make_writable(reserve->memory_fd);
    if (r == 0 && reserve->map_fd >= 0) {
        r = nt_os_make_writable(reserve->map_fd);
        if (r == 0)
            r = nt_os_map((void *)reserve->summary, reserve->map_size, PROT_READ | PROT_WRITE,
                          MAP_SHARED | MAP_NORESERVE | MAP_FIXED, reserve->map_fd, 0, &mapped);
    }
    if (r == 0)
        atomic_store(&reserve->writable, true);
    return r;
}

int nt_reserve_dup(struct nt_reserve *reserve, int *ret_fd)
{
    int r = make_writable(reserve);

    return r < 0 ? r : nt_os_dup(reserve->memory_fd, ret_fd);
}

/* The memory reaches to @end bytes, and [@from, @end) is there when strictness wants that. */
static int grow(struct nt_reserve *reserve, uint64_t from, uint64_t end)
{
    uint64_t size, known = atomic_load(&reserve->known_size);
    int fd = reserve->memory_fd;
    int r;

    /* Allocated before it can be touched: what fails leaves the section as it was. */
    if (nt_commit_is_strict()) {
        r = nt_os_memfd_allocate(fd, from, end - from);
        if (r < 0)
            return r;
    }
    if (known >= end)
        return 0;
    r = nt_os_memfd_grow(fd, known, end, &size);
    if (r < 0)
        return r;
    while (known < size && !atomic_compare_exchange_weak(&reserve->known_size, &known, size))
        ;
    return 0;
}

/*
 * Whether all of a block is committed now that [@first, @end) of it is. Who commits page after
 * page, upwards or downwards, is told by the neighbours that it is not.
 */
static bool is_full(const struct nt_reserve *reserve, uint64_t first, uint64_t end,
                    uint64_t block_start, uint64_t block_end)
{
    if ((end < block_end && !bit_at(reserve, end)) ||
        (first > block_start && !bit_at(reserve, first - 1)))
        return false;
    return next_page(reserve, end, block_end, true) == block_end &&
           next_page(reserve, block_start, first, true) == first;
}

/* Sets the bits of one block; how many were not set. */
static uint64_t set_in_block(struct nt_reserve *reserve, uint64_t first, uint64_t end)
{
    uint64_t block = first / NT_RESERVE_BLOCK;
    uint64_t block_end = (block + 1) * NT_RESERVE_BLOCK;
    _Atomic uint64_t *summary = &reserve->summary[block / WORD * 2];
    uint64_t mask = 1ull << block % WORD;
    uint64_t fresh = 0;

    if (!(load(&summary[0]) & mask))
        atomic_fetch_or(&summary[0], mask);
    for (uint64_t page = first; page < end; page = nt_align_down(page, WORD) + WORD) {
        uint64_t word = ~0ull << page % WORD;

        if (end - nt_align_down(page, WORD) < WORD)
            word &= ~(~0ull << end % WORD);
        fresh += (unsigned)__builtin_popcountll(
            word & ~atomic_fetch_or(&reserve->bits[page / WORD], word));
    }
    if (block_end > reserve->n_pages)
        block_end = reserve->n_pages;
    if (is_full(reserve, first, end, block * NT_RESERVE_BLOCK, block_end))
        atomic_fetch_or(&summary[1], mask);
    return fresh;
}

static uint64_t set_bits(struct nt_reserve *reserve, uint64_t first, uint64_t end)
{
    uint64_t fresh = 0;

    while (first < end) {
        uint64_t next = nt_align_down(first, NT_RESERVE_BLOCK) + NT_RESERVE_BLOCK;

        if (next > end)
            next = end;
        fresh += set_in_block(reserve, first, next);
        first = next;
    }
    return fresh;
}

/* Of what the kernel says when there is no memory for a section, all is the commit limit. */
static NTSTATUS commit_status(int r)
{
    return r == -ENOMEM ? STATUS_COMMITMENT_LIMIT : nt_commit_status(r);
}

NTSTATUS nt_reserve_commit(struct nt_reserve *reserve, uint64_t first, uint64_t count)
{
    uint64_t end = first + count, missing, fresh;
    NTSTATUS status;
    int r;

    if (first > reserve->n_pages || count > reserve->n_pages - first)
        return STATUS_INVALID_PARAMETER;
    missing = count_missing(reserve, first, end) * NT_PAGE_SIZE;
    if (missing == 0 && atomic_load(&reserve->known_size) >= end * NT_PAGE_SIZE)
        return STATUS_SUCCESS;
    status = nt_commit_check(missing);
    if (!NT_SUCCESS(status))
        return status;
    r = make_writable(reserve);
    if (r == 0)
        r = grow(reserve, first * NT_PAGE_SIZE, end * NT_PAGE_SIZE);
    if (r < 0) {
        nt_commit_release(missing);
        return commit_status(r);
    }
    /* Others may have been quicker; what they set is theirs. */
    fresh = set_bits(reserve, first, end) * NT_PAGE_SIZE;
    atomic_fetch_add(&reserve->charged, fresh);
    if (fresh < missing)
        nt_commit_release(missing - fresh);
    return STATUS_SUCCESS;
}
