// SPDX-License-Identifier: MIT
/*
 * What is mapped where, as the kernel tells it: one ioctl on a descriptor that is kept open
 * (PROCMAP_QUERY, Linux 6.11), or the text of /proc/self/maps (maps-text.c).
 */
#include "os/maps.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/fs.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "os/fault.h"
#include "util/macro.h"

/* struct procmap_query of linux/fs.h (Linux 6.11); Debian 12's headers do not have it yet. */
struct map_query {
    uint64_t size;
    uint64_t query_flags;
    uint64_t query_addr;
    uint64_t vma_start;
    uint64_t vma_end;
    uint64_t vma_flags;
    uint64_t vma_page_size;
    uint64_t vma_offset;
    uint64_t inode;
    uint32_t dev_major;
    uint32_t dev_minor;
    uint32_t vma_name_size;
    uint32_t build_id_size;
    uint64_t vma_name_addr;
    uint64_t build_id_addr;
};

#define MAP_QUERY            _IOWR('f', 17, struct map_query)
#define MAP_QUERY_READABLE   0x01u
#define MAP_QUERY_WRITABLE   0x02u
#define MAP_QUERY_EXECUTABLE 0x04u
#define MAP_QUERY_SHARED     0x08u
#define MAP_QUERY_NEXT       0x10u

static _Atomic int maps_fd = -1;
static _Atomic bool no_map_query; /* the kernel is older than 6.11 */

void nt_os_forget_maps(void)
{
    nt_os_close(atomic_exchange(&maps_fd, -1));
    nt_os_maps_text_forget();
}

void nt_os_drop_maps(void)
{
    nt_os_close(atomic_exchange(&maps_fd, -1));
    nt_os_maps_text_drop();
}

static int open_maps(void)
{
    int expected = -1, cancel_state = nt_os_hold_cancel();
    int fd, r;

    r = nt_os_open("/proc/self/maps", O_RDONLY, 0, &fd);
    if (r == 0 && !atomic_compare_exchange_strong(&maps_fd, &expected, fd)) {
        nt_os_close(fd);
        fd = expected;
    }
    nt_os_allow_cancel(cancel_state);
    return r < 0 ? r : fd;
}

static int ask(struct map_query *query)
{
    int fd = atomic_load_explicit(&maps_fd, memory_order_acquire);

    if (NT_UNLIKELY(fd < 0))
        fd = open_maps();
    if (fd < 0)
        return fd;
    while (ioctl(fd, MAP_QUERY, query) < 0) {
        if (errno != EINTR)
            return -errno;
    }
    return 0;
}

static void fill(const struct map_query *query, struct nt_os_vma *ret_vma)
{
    *ret_vma = (struct nt_os_vma){
        .start = query->vma_start,
        .end = query->vma_end,
        .readable = query->vma_flags & MAP_QUERY_READABLE,
        .writable = query->vma_flags & MAP_QUERY_WRITABLE,
        .executable = query->vma_flags & MAP_QUERY_EXECUTABLE,
        .shared = query->vma_flags & MAP_QUERY_SHARED,
        .inode = query->inode,
        .device_major = query->dev_major,
        .device_minor = query->dev_minor,
        .offset = query->vma_offset,
    };
}

/* True when an error says that the kernel does not know the call at all. */
static bool is_unknown(int r)
{
    return r == -ENOTTY || r == -EINVAL;
}

/* -ENOTTY when the text is to be read instead. */
static int ask_or_not(struct map_query *query)
{
    int r = -nt_os_faulted(NT_OS_PROCMAP); /* ENOTTY: as an older kernel */

    if (r < 0)
        return r;
    if (atomic_load_explicit(&no_map_query, memory_order_relaxed))
        return -ENOTTY;
    r = ask(query);
    if (NT_UNLIKELY(is_unknown(r))) {
        atomic_store(&no_map_query, true);
        return -ENOTTY;
    }
    return r;
}

int nt_os_vma_query(uint64_t address, struct nt_os_vma *ret_vma)
{
    struct map_query query = {
        .size = sizeof(query), .query_addr = address, .query_flags = MAP_QUERY_NEXT};
    int cancel_state, r;

    r = ask_or_not(&query);
    if (NT_LIKELY(r == 0))
        fill(&query, ret_vma);
    if (r != -ENOTTY)
        return r;
    cancel_state = nt_os_hold_cancel();
    r = nt_os_maps_text(address, ret_vma);
    nt_os_allow_cancel(cancel_state);
    return r;
}

int nt_os_copy_text(const char *text, char **ret_copy)
{
    size_t size = strlen(text) + 1;

    *ret_copy = malloc(size);
    if (!*ret_copy)
        return -ENOMEM;
    memcpy(*ret_copy, text, size);
    return 0;
}

int nt_os_vma_name(uint64_t address, struct nt_os_vma *ret_vma, char **ret_name)
{
    char name[PATH_MAX + 16]; /* " (deleted)" may follow */
    struct map_query query = {
        .size = sizeof(query),
        .query_addr = address,
        .vma_name_addr = (uint64_t)name,
        .vma_name_size = sizeof(name),
    };
    int cancel_state, r;

    r = ask_or_not(&query);
    if (r == -ENOTTY) {
        cancel_state = nt_os_hold_cancel();
        r = nt_os_maps_text_name(address, ret_vma, ret_name);
        nt_os_allow_cancel(cancel_state);
        return r;
    }
    if (r < 0)
        return r;
    fill(&query, ret_vma);
    *ret_name = NULL;
    return query.inode && query.vma_name_size ? nt_os_copy_text(name, ret_name) : 0;
}

int nt_os_fd_text(int fd, char **ret_text)
{
    char text[PATH_MAX + 16], name[16];
    int directory = nt_os_proc_fd();
    ssize_t n;

    if (directory < 0)
        return directory;
    snprintf(name, sizeof(name), "%d", fd);
    n = readlinkat(directory, name, text, sizeof(text) - 1);
    if (n < 0)
        return -errno;
    text[n] = '\0';
    return nt_os_copy_text(text, ret_text);
}
