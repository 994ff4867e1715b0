// SPDX-License-Identifier: MIT
/*
 * A list of slabs; the first one that is not retired and has a free slot gives it. One empty
 * slab is kept, so that a program that makes and closes one event over and over maps nothing.
 *
 * Two maps of bits for each slab: free slots, and shared ones, which are never free again. Of a
 * slab that came from elsewhere no slot is free.
 */
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include <ntstatus.h>

#include "lib/process/lock.h"
#include "lib/sync/slab.h"
#include "os/file.h"
#include "os/memory-more.h"
#include "os/os.h"
#include "rtl/status.h"
#include "util/macro.h"

#define SLAB_SIZE  0x10000u
#define SLAB_SLOTS (SLAB_SIZE / NT_SLAB_SLOT_SIZE)

struct nt_slab {
    struct nt_slab *next; /* NT_LOCK_SLABS guards all of it, but what never changes */
    unsigned char *memory;
    int fd;
    uint64_t device, inode; /* which memory it is, for every process */
    unsigned n_used;        /* users of its slots: a shared one may have several */
    bool retired;
    uint64_t free[SLAB_SLOTS / 64];
    uint64_t shared[SLAB_SLOTS / 64];
};

static struct nt_slab *slabs;

static unsigned slot_index(const struct nt_slab *slab, const void *slot)
{
    return (unsigned)(((const unsigned char *)slot - slab->memory) / NT_SLAB_SLOT_SIZE);
}

static bool has_free(const struct nt_slab *slab)
{
    uint64_t any = 0;

    for (unsigned i = 0; i < NT_ARRAY_SIZE(slab->free); i++)
        any |= slab->free[i];
    return any && !slab->retired;
}

/* The memory of @fd, mapped; no slot of it is free. @fd is taken with success only. */
static NTSTATUS map_slab(int fd, const struct stat *stat, struct nt_slab **ret_slab)
{
    struct nt_slab *slab = calloc(1, sizeof(*slab));
    void *memory;
    int r;

    if (!slab)
        return STATUS_NO_MEMORY;
    r = nt_os_map(NULL, SLAB_SIZE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0, &memory);
    if (r < 0) {
        free(slab);
        return nt_status_from_errno(r);
    }
    slab->memory = memory;
    slab->fd = fd;
    slab->device = stat->st_dev;
    slab->inode = stat->st_ino;
    slab->next = slabs;
    slabs = slab;
    *ret_slab = slab;
    return STATUS_SUCCESS;
}

static NTSTATUS new_slab(struct nt_slab **ret_slab)
{
    NT_CLEANUP(nt_os_closep) int fd = -1;
    struct stat stat;
    NTSTATUS status;
    int r;

    r = nt_os_memfd_new("ntshm-objects", SLAB_SIZE, NT_OS_MEMFD_PRIVATE, &fd);
    if (r == 0)
        r = nt_os_file_stat(fd, &stat);
    if (r < 0)
        return nt_status_from_errno(r);
    status = map_slab(fd, &stat, ret_slab);
    if (!NT_SUCCESS(status))
        return status;
    nt_steal_fd(&fd);
    memset((*ret_slab)->free, 0xff, sizeof((*ret_slab)->free));
    return STATUS_SUCCESS;
}

static void free_slab(struct nt_slab *slab)
{
    struct nt_slab **link = &slabs;

    while (*link != slab)
        link = &(*link)->next;
    *link = slab->next;
    nt_os_unmap(slab->memory, SLAB_SIZE);
    nt_os_close(slab->fd);
    free(slab);
}

static void *take_slot(struct nt_slab *slab)
{
    for (unsigned i = 0; i < NT_ARRAY_SIZE(slab->free); i++) {
        if (slab->free[i]) {
            unsigned bit = (unsigned)__builtin_ctzll(slab->free[i]);

            slab->free[i] &= slab->free[i] - 1;
            slab->n_used++;
            return slab->memory + (i * 64 + bit) * NT_SLAB_SLOT_SIZE;
        }
    }
    return NULL;
}

NTSTATUS nt_slab_take(struct nt_slab **ret_slab, void **ret_slot)
{
    struct nt_slab *slab;
    NTSTATUS status = STATUS_SUCCESS;

    nt_lock_take(NT_LOCK_SLABS);
    for (slab = slabs; slab && !has_free(slab); slab = slab->next)
        ;
    if (!slab)
        status = new_slab(&slab);
    if (NT_SUCCESS(status)) {
        *ret_slab = slab;
        *ret_slot = take_slot(slab);
        memset(*ret_slot, 0, NT_SLAB_SLOT_SIZE);
    }
    nt_lock_drop(NT_LOCK_SLABS);
    return status;
}

/* Whether @slab is the one empty slab that is worth keeping. */
static bool worth_keeping(const struct nt_slab *slab)
{
    if (!has_free(slab))
        return false;
    for (const struct nt_slab *other = slabs; other; other = other->next) {
        if (other != slab && has_free(other))
            return false;
    }
    return true;
}

void nt_slab_give(struct nt_slab *slab, void *slot)
{
    unsigned index = slot_index(slab, slot);
    uint64_t bit = 1ull << index % 64;

    nt_lock_take(NT_LOCK_SLABS);
    slab->n_used--;
    if (!(slab->shared[index / 64] & bit))
        slab->free[index / 64] |= bit;
    if (slab->n_used == 0 && !worth_keeping(slab))
        free_slab(slab);
    nt_lock_drop(NT_LOCK_SLABS);
}

/* --- between processes ---------------------------------------------------------------------- */

static void share(struct nt_slab *slab, unsigned index)
{
    slab->shared[index / 64] |= 1ull << index % 64;
    slab->free[index / 64] &= ~(1ull << index % 64);
}

void nt_slab_export(struct nt_slab *slab, void *slot, int *ret_fd, uint32_t *ret_offset)
{
    nt_lock_take(NT_LOCK_SLABS);
    share(slab, slot_index(slab, slot));
    nt_lock_drop(NT_LOCK_SLABS);
    *ret_fd = slab->fd;
    *ret_offset = slot_index(slab, slot) * NT_SLAB_SLOT_SIZE;
}

/* The slab of that memory, which may be mapped already. @fd is taken when it is kept. */
static NTSTATUS find_slab(int *fd, const struct stat *stat, struct nt_slab **ret_slab)
{
    NTSTATUS status;

    for (struct nt_slab *slab = slabs; slab; slab = slab->next) {
        if (slab->device == stat->st_dev && slab->inode == stat->st_ino) {
            *ret_slab = slab;
            return STATUS_SUCCESS;
        }
    }
    status = map_slab(*fd, stat, ret_slab);
    if (!NT_SUCCESS(status))
        return status;
    nt_steal_fd(fd);
    /* What is mapped for a parcel gives no slots: its maker does. */
    (*ret_slab)->retired = true;
    return STATUS_SUCCESS;
}

NTSTATUS nt_slab_import(int fd_given, uint32_t offset, struct nt_slab **ret_slab, void **ret_slot)
{
    NT_CLEANUP(nt_os_closep) int fd = fd_given;
    struct nt_slab *slab;
    struct stat stat;
    uint64_t size;
    NTSTATUS status;

    if (offset >= SLAB_SIZE || offset % NT_SLAB_SLOT_SIZE != 0 || fd < 0 ||
        nt_os_memfd_check(fd, &size) < 0 || size != SLAB_SIZE || nt_os_file_stat(fd, &stat) < 0)
        return STATUS_DATA_ERROR;
    nt_lock_take(NT_LOCK_SLABS);
    status = find_slab(&fd, &stat, &slab);
    if (NT_SUCCESS(status)) {
        share(slab, offset / NT_SLAB_SLOT_SIZE);
        slab->n_used++;
        *ret_slab = slab;
        *ret_slot = slab->memory + offset;
    }
    nt_lock_drop(NT_LOCK_SLABS);
    return status;
}

uint64_t nt_slab_key(const struct nt_slab *slab, const void *slot)
{
    return slab->inode << 16 | slot_index(slab, slot);
}

static void free_empty(void)
{
    struct nt_slab *slab = slabs;

    while (slab) {
        struct nt_slab *next = slab->next;

        if (slab->n_used == 0)
            free_slab(slab);
        slab = next;
    }
}

void nt_slabs_quiesce(void)
{
    nt_lock_take(NT_LOCK_SLABS);
    free_empty();
    nt_lock_drop(NT_LOCK_SLABS);
}

void nt_slabs_forking(void)
{
    for (struct nt_slab *slab = slabs; slab; slab = slab->next)
        slab->retired = true;
    free_empty();
}
