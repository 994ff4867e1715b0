// SPDX-License-Identifier: MIT
/*
 * The pages that a program allocates itself. They lie in a memfd that grows as more are wanted;
 * freed ones are holes in it and are given out again. A forked child goes on knowing its parent's
 * memfds, allocates in one of its own, and makes no holes in what is not its own.
 *
 * The number of a page is the number of its memfd and its index there, so that every number can be
 * checked. Eight bytes are kept for each page: where it is mapped (physical-frames.h).
 */
#include "lib/memory/physical-frames.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include <ntstatus.h>

#include "lib/memory/commit.h"
#include "lib/memory/physical.h"
#include "lib/memory/region-map.h"
#include "lib/process/numa.h"
#include "lib/security/privilege.h"
#include "os/file-more.h"
#include "os/memory-more.h"
#include "os/os.h"
#include "rtl/status.h"
#include "util/macro.h"

#define INDEX_BITS 40 /* of a page's number */
#define STEP_PAGES 4096u

struct pool {
    int fd;
    bool is_parents;   /* the memory belongs to the process that this one was forked from */
    uint64_t n_places; /* pages that the memfd has, or is about to have */
    uint64_t n_taken;  /* of them, not NT_FRAME_FREE */
    uint64_t n_room;   /* of @places */
    uint64_t lowest;   /* no page below is free */
    uint64_t *places;
};

/* A page's number begins with the index here and one; unused entries are NULL. */
static struct pool **pools;
static uint64_t n_pools;

/* --- numbers ----------------------------------------------------------------------------- */

static struct pool *pool_of(uint64_t frame, uint64_t *ret_index)
{
    uint64_t number = frame >> INDEX_BITS;

    *ret_index = frame & ((1ull << INDEX_BITS) - 1);
    return number > 0 && number <= n_pools ? pools[number - 1] : NULL;
}

uint64_t *nt_frame_place(uint64_t frame)
{
    uint64_t index;
    struct pool *pool = pool_of(frame, &index);

    return pool && index < pool->n_places && pool->places[index] != NT_FRAME_FREE
               ? &pool->places[index]
               : NULL;
}

int nt_frame_file(uint64_t frame, uint64_t *ret_offset)
{
    const struct pool *pool = pool_of(frame, ret_offset);

    *ret_offset *= NT_PAGE_SIZE;
    return pool->fd;
}

bool nt_frames_adjoin(uint64_t frame, uint64_t next)
{
    return next == frame + 1; /* no memfd has as many pages as there are indexes */
}

void nt_frames_each(void (*visit)(uint64_t frame, uint64_t *place))
{
    for (uint64_t i = 0; i < n_pools; i++) {
        struct pool *pool = pools[i];

        for (uint64_t index = 0; pool && index < pool->n_places; index++) {
            if (pool->places[index] != NT_FRAME_FREE)
                visit(((i + 1) << INDEX_BITS) + index, &pool->places[index]);
        }
    }
}

static int move(void *to, const void *from, size_t size)
{
    int r = nt_os_copy_memory(to, from, size);

    /* Where processes may not look at memory that way, not even at their own. */
    if (r != -EPERM && r != -ENOSYS)
        return r;
    memcpy(to, from, size);
    return 0;
}

int nt_physical_read(void *to, const void *from, size_t size)
{
    return move(to, from, size);
}

int nt_physical_write(void *to, const void *from, size_t size)
{
    return move(to, from, size);
}

/* --- pools; all with the lock held ------------------------------------------------------ */

/* The entry of a new pool. */
static int64_t free_entry(void)
{
    struct pool **more;

    for (uint64_t i = 0; i < n_pools; i++) {
        if (!pools[i])
            return (int64_t)i;
    }
    more = malloc((n_pools + 1) * sizeof(struct pool *));
    if (!more)
        return -ENOMEM;
    if (n_pools)
        memcpy(more, pools, n_pools * sizeof(struct pool *));
    free(pools);
    pools = more;
    pools[n_pools] = NULL;
    return (int64_t)n_pools++;
}

static struct pool *own_pool(uint64_t *ret_number)
{
    for (uint64_t i = 0; i < n_pools; i++) {
        if (pools[i] && !pools[i]->is_parents) {
            *ret_number = i + 1;
            return pools[i];
        }
    }
    return NULL;
}

/* Makes a pool when there is none; the lock is given up meanwhile. */
static int prepare_pool(struct pool **ret_pool, uint64_t *ret_number)
{
    struct pool *pool = own_pool(ret_number);
    int64_t entry;
    int fd, r;

    if (pool) {
        *ret_pool = pool;
        return 0;
    }
    nt_map_unlock();
    r = nt_os_memfd_new("ntshm-physical", 0, NT_OS_MEMFD_PRIVATE | NT_OS_MEMFD_GROWABLE, &fd);
    nt_map_lock();
    if (r < 0)
        return r;
    *ret_pool = own_pool(ret_number); /* another thread may have made one */
    if (*ret_pool) {
        nt_os_close(fd);
        return 0;
    }
    entry = free_entry();
    pool = entry < 0 ? NULL : calloc(1, sizeof(*pool));
    if (!pool) {
        nt_os_close(fd);
        return -ENOMEM;
    }
    pool->fd = fd;
    pools[entry] = pool;
    *ret_pool = pool;
    *ret_number = (uint64_t)entry + 1;
    return 0;
}

/* A pool of which nothing is left goes; its descriptor is the caller's to close, or -1. */
static int drop_pool(uint64_t number)
{
    struct pool *pool = pools[number - 1];
    int fd;

    if (pool->n_taken)
        return -1;
    fd = pool->fd;
    pools[number - 1] = NULL;
    free(pool->places);
    free(pool);
    return fd;
}

static int make_room(struct pool *pool, uint64_t n_places)
{
    uint64_t room = pool->n_room * 2;
    uint64_t *places;

    if (n_places <= pool->n_room)
        return 0;
    if (n_places >> INDEX_BITS)
        return -ENOMEM;
    if (room < n_places)
        room = n_places;
    places = malloc(room * sizeof(*places));
    if (!places)
        return -ENOMEM;
    if (pool->n_places)
        memcpy(places, pool->places, pool->n_places * sizeof(*places));
    free(pool->places);
    pool->places = places;
    pool->n_room = room;
    return 0;
}

/* Takes @count pages, free ones first: they are NT_FRAME_LEAVING, and have no memory yet. */
static int take(struct pool *pool, uint64_t number, uint64_t *frames, uint64_t count)
{
    uint64_t index = pool->lowest, n = 0;
    uint64_t n_free = pool->n_places - pool->n_taken;

    if (count > n_free && make_room(pool, pool->n_places + (count - n_free)) < 0)
        return -ENOMEM;
    for (; n < count && index < pool->n_places; index++) {
        if (pool->places[index] != NT_FRAME_FREE)
            continue;
        pool->places[index] = NT_FRAME_LEAVING;
        frames[n++] = (number << INDEX_BITS) + index;
    }
    pool->lowest = index;
    for (; n < count; n++) {
        pool->places[pool->n_places] = NT_FRAME_LEAVING;
        frames[n] = (number << INDEX_BITS) + pool->n_places++;
    }
    pool->n_taken += count;
    return 0;
}

/* --- memory; no lock is held -------------------------------------------------------------- */

/* How many pages from @frames on lie side by side. */
static uint64_t run_length(const uint64_t *frames, uint64_t count, uint64_t most)
{
    uint64_t n = 1;

    while (n < count && n < most && nt_frames_adjoin(frames[n - 1], frames[n]))
        n++;
    return n;
}

/* The node is told of pages that have no memory yet through a mapping that goes again. */
static void prefer_node(int fd, uint64_t offset, uint64_t size, ULONG node)
{
    void *mapped;

    if (nt_os_map(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, offset, &mapped) < 0)
        return;
    (void)nt_numa_prefer(mapped, size, node);
    (void)nt_os_unmap(mapped, size);
}

/* Gives pages their memory; returns how many have it, all of them unless @ret_error is set. */
static uint64_t fill(int fd, const uint64_t *frames, uint64_t count, const ULONG *node,
                     int *ret_error)
{
    uint64_t done = 0;

    while (done < count) {
        uint64_t n = run_length(frames + done, count - done, STEP_PAGES);
        uint64_t offset = (frames[done] & ((1ull << INDEX_BITS) - 1)) * NT_PAGE_SIZE;
        int r;

        if (node)
            prefer_node(fd, offset, n * NT_PAGE_SIZE, *node);
        r = nt_os_memfd_allocate(fd, offset, n * NT_PAGE_SIZE);
        if (r < 0) {
            *ret_error = r;
            return done;
        }
        done += n;
    }
    return done;
}

static void make_holes(int fd, const uint64_t *frames, uint64_t count)
{
    for (uint64_t done = 0, n; done < count; done += n) {
        uint64_t offset = (frames[done] & ((1ull << INDEX_BITS) - 1)) * NT_PAGE_SIZE;

        n = run_length(frames + done, count - done, UINT64_MAX);
        (void)nt_os_file_zero(fd, offset, n * NT_PAGE_SIZE);
    }
}

/* Pages of one pool. */
static void release_of_pool(const uint64_t *frames, uint64_t count)
{
    uint64_t number = frames[0] >> INDEX_BITS, index;
    bool is_parents;
    struct pool *pool;
    int fd;

    nt_map_lock();
    pool = pool_of(frames[0], &index);
    fd = pool->fd;
    is_parents = pool->is_parents;
    nt_map_unlock();
    /* The pool stays as long as these pages are taken. */
    if (!is_parents) {
        make_holes(fd, frames, count);
        nt_commit_release(count * NT_PAGE_SIZE);
    }
    nt_map_lock();
    for (uint64_t i = 0; i < count; i++) {
        pool = pool_of(frames[i], &index);
        pool->places[index] = NT_FRAME_FREE;
        if (index < pool->lowest)
            pool->lowest = index;
    }
    pool->n_taken -= count;
    fd = drop_pool(number);
    nt_map_unlock();
    nt_os_close(fd);
}

void nt_frames_release(const uint64_t *frames, uint64_t count)
{
    while (count) {
        uint64_t n = 1;

        while (n < count && frames[n] >> INDEX_BITS == frames[0] >> INDEX_BITS)
            n++;
        release_of_pool(frames, n);
        frames += n;
        count -= n;
    }
}

/* --- allocating -------------------------------------------------------------------------- */

/* As many pages as the machine has memory for at this moment, at most @wanted; they are charged. */
static uint64_t charge(uint64_t wanted)
{
    while (wanted && !NT_SUCCESS(nt_commit_check(wanted * NT_PAGE_SIZE)))
        wanted /= 2;
    return wanted;
}

/* @count pages with their numbers, charged already. *@ret_count of them got memory. */
static NTSTATUS take_and_fill(uint64_t *frames, uint64_t count, const ULONG *node,
                              uint64_t *ret_count)
{
    uint64_t number, size = 0, n_filled = 0;
    struct pool *pool;
    int fd = -1, unused = -1, r;

    nt_map_lock_to_change();
    r = prepare_pool(&pool, &number);
    if (r == 0) {
        r = take(pool, number, frames, count);
        fd = pool->fd;
        size = pool->n_places * NT_PAGE_SIZE;
        if (r < 0)
            unused = drop_pool(number);
    }
    nt_map_unlock();
    if (r < 0) {
        nt_os_close(unused);
        nt_commit_release(count * NT_PAGE_SIZE);
        return nt_status_from_errno(r);
    }
    r = nt_os_memfd_grow(fd, 0, size, &size);
    if (r == 0)
        n_filled = fill(fd, frames, count, node, &r);
    if (n_filled < count)
        nt_frames_release(frames + n_filled, count - n_filled);
    *ret_count = n_filled;
    return n_filled ? STATUS_SUCCESS : nt_commit_status(r);
}

/* What the caller now has is his. */
static void hand_over(const uint64_t *frames, uint64_t count)
{
    nt_map_lock();
    for (uint64_t i = 0; i < count; i++)
        *nt_frame_place(frames[i]) = NT_FRAME_UNMAPPED;
    nt_map_unlock();
}

static NTSTATUS allocate(ULONG_PTR *count, ULONG_PTR *frames, const ULONG *node)
{
    uint64_t wanted =
        charge(*count < NT_USER_END / NT_PAGE_SIZE ? *count : NT_USER_END / NT_PAGE_SIZE);
    NT_CLEANUP(nt_freep) uint64_t *numbers = NULL;
    NTSTATUS status;
    uint64_t n;
    int r;

    if (!wanted)
        return STATUS_INSUFFICIENT_RESOURCES;
    numbers = malloc(wanted * sizeof(*numbers));
    if (!numbers) {
        nt_commit_release(wanted * NT_PAGE_SIZE);
        return STATUS_NO_MEMORY;
    }
    status = take_and_fill(numbers, wanted, node, &n);
    if (!NT_SUCCESS(status))
        return status;
    r = nt_physical_write(frames, numbers, n * sizeof(*frames));
    if (r < 0) {
        nt_frames_release(numbers, n);
        return r == -EFAULT ? STATUS_ACCESS_VIOLATION : nt_status_from_errno(r);
    }
    hand_over(numbers, n);
    *count = n;
    return STATUS_SUCCESS;
}

NTSTATUS nt_physical_allocate(ULONG_PTR *count, ULONG_PTR *frames, bool on_node, ULONG node)
{
    NTSTATUS status = on_node ? nt_numa_check(node) : STATUS_SUCCESS;

    if (!NT_SUCCESS(status))
        return status;
    if (!nt_privilege_in_force(NT_PRIVILEGE_LOCK_MEMORY))
        return STATUS_PRIVILEGE_NOT_HELD;
    return *count ? allocate(count, frames, on_node ? &node : NULL) : STATUS_SUCCESS;
}

/* --- after a fork ------------------------------------------------------------ */

void nt_frames_inherit(void)
{
    for (uint64_t i = 0; i < n_pools; i++) {
        struct pool *pool = pools[i];

        for (uint64_t index = 0; pool && index < pool->n_places; index++) {
            /* A thread of the parent was about to allocate or free it. */
            if (pool->places[index] == NT_FRAME_LEAVING) {
                pool->places[index] = NT_FRAME_FREE;
                pool->n_taken--;
            }
        }
        if (!pool)
            continue;
        pool->is_parents = true;
        nt_os_close(drop_pool(i + 1));
    }
}
