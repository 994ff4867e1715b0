// SPDX-License-Identifier: MIT
/*
 * The page of a shared fence (see fence-page.h): making and checking one, its value and history.
 */
#include "d3d12/fence/fence-page.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include <d3d12.h>

#include "os/file.h"
#include "os/memory-more.h"
#include "os/os.h"
#include "util/macro.h"

#define KNOWN_FLAGS                                                                        \
    ((unsigned)D3D12_FENCE_FLAG_SHARED | (unsigned)D3D12_FENCE_FLAG_SHARED_CROSS_ADAPTER | \
     (unsigned)D3D12_FENCE_FLAG_NON_MONITORED)

_Static_assert(sizeof(struct nt_d3d_fence_page) <= NT_PAGE_SIZE, "one page");

/* --- beginning and end --------------------------------------------------------------- */

static struct nt_d3d_fence_map *map_alloc(void)
{
    struct nt_d3d_fence_map *map = calloc(1, sizeof(*map));

    if (!map)
        return NULL;
    atomic_init(&map->refs, 1);
    atomic_init(&map->reference, -1);
    map->fd = map->watch = map->slot = -1;
    return map;
}

static int map_page(struct nt_d3d_fence_map *map)
{
    void *page;
    int r =
        nt_os_map(NULL, NT_D3D_FENCE_SIZE, PROT_READ | PROT_WRITE, MAP_SHARED, map->fd, 0, &page);

    if (r == 0)
        map->page = page;
    return r;
}

static int make(struct nt_d3d_fence_map *map, uint32_t flags, uint64_t value)
{
    int reference;
    int r = nt_os_memfd_new("ntshm fence", NT_D3D_FENCE_SIZE, NT_OS_MEMFD_PRIVATE, &map->fd);

    if (r == 0)
        r = map_page(map);
    if (r == 0)
        r = nt_os_lease_new(&map->watch, &reference);
    if (r < 0)
        return r;
    atomic_store(&map->reference, reference);
    map->page->magic = NT_D3D_FENCE_MAGIC;
    map->page->version = NT_D3D_FENCE_VERSION;
    map->page->flags = flags;
    atomic_store(&map->page->value, value);
    return 0;
}

int nt_d3d_fence_map_new(uint32_t flags, uint64_t value, struct nt_d3d_fence_map **ret_map)
{
    struct nt_d3d_fence_map *map = map_alloc();
    int r;

    if (!map)
        return -ENOMEM;
    r = make(map, flags, value);
    if (r < 0) {
        nt_d3d_fence_map_unref(map);
        return r;
    }
    *ret_map = map;
    return 0;
}

/* Both ends of one pipe, each opened as it should be. */
static int check_pipe(int read_fd, int write_fd)
{
    struct stat reader, writer;
    int read_flags, write_flags;
    int r = nt_os_file_stat(read_fd, &reader);

    if (r == 0)
        r = nt_os_file_stat(write_fd, &writer);
    if (r == 0)
        r = nt_os_file_flags(read_fd, &read_flags);
    if (r == 0)
        r = nt_os_file_flags(write_fd, &write_flags);
    if (r < 0)
        return r;
    if (!S_ISFIFO(reader.st_mode) || !S_ISFIFO(writer.st_mode) || reader.st_dev != writer.st_dev ||
        reader.st_ino != writer.st_ino || (read_flags & (O_PATH | O_ACCMODE)) != O_RDONLY ||
        (write_flags & (O_PATH | O_ACCMODE)) != O_WRONLY)
        return -EINVAL;
    return 0;
}

/* Memory of the right size that cannot be cut off under us. */
static int check_memory(int fd)
{
    uint64_t size;
    int r = nt_os_memfd_check(fd, &size);

    if (r == -EPERM)
        return -EINVAL;
    return r < 0 || size == NT_D3D_FENCE_SIZE ? r : -EINVAL;
}

static int adopt(struct nt_d3d_fence_map *map, const int fds[3])
{
    int reference;
    int r = nt_os_dup(fds[0], &map->fd);

    if (r == 0)
        r = nt_os_dup(fds[1], &reference);
    if (r < 0)
        return r;
    atomic_store(&map->reference, reference);
    r = nt_os_dup(fds[2], &map->watch);
    if (r == 0)
        r = map_page(map);
    /* Memory that cannot be written is no fence's. */
    if (r == -EPERM || r == -EACCES)
        return -EINVAL;
    if (r < 0)
        return r;
    if (map->page->magic != NT_D3D_FENCE_MAGIC || map->page->version != NT_D3D_FENCE_VERSION)
        return -EINVAL;
    return 0;
}

static bool is_valid(uint32_t flags)
{
    return !(flags & ~KNOWN_FLAGS) && (flags & (unsigned)D3D12_FENCE_FLAG_SHARED);
}

/* Who died before this is nothing to this object. */
static void forget_losses(struct nt_d3d_fence_map *map)
{
    nt_d3d_fence_map_skip(map);
    (void)nt_d3d_fence_map_losses(map);
}

int nt_d3d_fence_map_open(const int fds[3], uint32_t *ret_flags, struct nt_d3d_fence_map **ret_map)
{
    struct nt_d3d_fence_map *map;
    uint32_t flags;
    int r = check_memory(fds[0]);

    if (r == 0)
        r = check_pipe(fds[1], fds[2]);
    if (r < 0)
        return r;
    map = map_alloc();
    if (!map)
        return -ENOMEM;
    r = adopt(map, fds);
    if (r < 0) {
        nt_d3d_fence_map_unref(map);
        return r;
    }
    flags = map->page->flags;
    if (!is_valid(flags)) {
        nt_d3d_fence_map_unref(map);
        return -EINVAL;
    }
    forget_losses(map);
    *ret_flags = flags;
    *ret_map = map;
    return 0;
}

void nt_d3d_fence_map_ref(struct nt_d3d_fence_map *map)
{
    atomic_fetch_add_explicit(&map->refs, 1, memory_order_relaxed);
}

void nt_d3d_fence_map_unref(struct nt_d3d_fence_map *map)
{
    if (atomic_fetch_sub(&map->refs, 1) != 1)
        return;
    if (map->page)
        (void)nt_os_unmap(map->page, NT_D3D_FENCE_SIZE);
    nt_os_close(atomic_load(&map->reference));
    nt_os_close(map->watch);
    nt_os_close(map->fd);
    free(map);
}

int nt_d3d_fence_map_export(const struct nt_d3d_fence_map *map, int ret_fds[3])
{
    const int from[3] = {map->fd, atomic_load(&map->reference), map->watch};

    for (unsigned i = 0; i < 3; i++) {
        int r = nt_os_dup(from[i], &ret_fds[i]);

        if (r == 0)
            continue;
        while (i-- > 0)
            ret_fds[i] = nt_os_close(ret_fds[i]);
        return r;
    }
    return 0;
}

void nt_d3d_fence_map_release(struct nt_d3d_fence_map *map)
{
    nt_os_close(atomic_exchange(&map->reference, -1));
    nt_d3d_fence_map_wake(map);
}

bool nt_d3d_fence_map_is_released(const struct nt_d3d_fence_map *map)
{
    return atomic_load(&map->reference) < 0 && nt_os_lease_is_dead(map->watch);
}

/* --- the value and its history --------------------------------------------------------- */

void nt_d3d_fence_map_wake(struct nt_d3d_fence_map *map)
{
    atomic_fetch_add(&map->page->changes, 1);
    NT_D3D_FENCE_STEP("changed");
    if (atomic_load(&map->page->sleepers))
        (void)nt_os_futex_wake(&map->page->changes, INT_MAX);
}

void nt_d3d_fence_map_signal(struct nt_d3d_fence_map *map, uint64_t value)
{
    struct nt_d3d_fence_page *page = map->page;
    struct nt_d3d_fence_turn *turn;
    uint64_t number;

    /* The value before the turn: who begins to wait in between, after both, sees one of them. */
    atomic_store(&page->value, value);
    NT_D3D_FENCE_STEP("value stored");
    number = atomic_fetch_add(&page->turns, 1);
    turn = &page->history[number % NT_D3D_FENCE_HISTORY];
    NT_D3D_FENCE_STEP("turn taken");
    atomic_store(&turn->number, 0);
    NT_D3D_FENCE_STEP("turn begun");
    atomic_store(&turn->value, value);
    NT_D3D_FENCE_STEP("turn filled");
    atomic_store(&turn->number, number + 1);
    NT_D3D_FENCE_STEP("turn written");
    nt_d3d_fence_map_wake(map);
}

void nt_d3d_fence_map_skip(struct nt_d3d_fence_map *map)
{
    map->next_turn = atomic_load(&map->page->turns);
    map->late_turn = 0;
}

bool nt_d3d_fence_map_next(struct nt_d3d_fence_map *map, uint64_t *ret_turn, uint64_t *ret_value)
{
    uint64_t turns = atomic_load(&map->page->turns);

    /* What was written over is lost; a count that fell is nobody's that can be trusted. */
    if (turns - map->next_turn > NT_D3D_FENCE_HISTORY)
        map->next_turn = turns < map->next_turn ? turns : turns - NT_D3D_FENCE_HISTORY;
    while (map->next_turn != turns) {
        uint64_t number = map->next_turn;
        struct nt_d3d_fence_turn *turn = &map->page->history[number % NT_D3D_FENCE_HISTORY];
        bool is_written = atomic_load(&turn->number) == number + 1;
        uint64_t value = atomic_load(&turn->value);

        if (is_written && atomic_load(&turn->number) == number + 1) {
            map->next_turn++;
            *ret_turn = number;
            *ret_value = value;
            return true;
        }
        /* Its writer wakes us when it is done; one that died never is: it is given a while. */
        if (map->late_turn != number + 1) {
            map->late_turn = number + 1;
            map->late_until_ns = nt_os_now_ns() + NT_D3D_FENCE_LATE_NS;
        }
        if (nt_os_now_ns() < map->late_until_ns)
            return false;
        map->next_turn++;
    }
    return false;
}
