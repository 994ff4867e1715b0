// SPDX-License-Identifier: MIT
/*
 * A list of slabs; the first one that is not retired and has a free slot gives it. One empty
 * slab is kept, so that a program that makes and closes one event over and over maps nothing.
 */
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include <ntstatus.h>

#include "lib/process/lock.h"
#include "lib/sync/slab.h"
#include "os/os.h"
#include "rtl/status.h"
#include "util/macro.h"

#define SLAB_SIZE  0x10000u
#define SLOT_SIZE  64u
#define SLAB_SLOTS (SLAB_SIZE / SLOT_SIZE)

struct nt_slab {
    struct nt_slab *next; /* NT_LOCK_SLABS guards all of it */
    unsigned char *memory;
    unsigned n_used;
    bool retired;
    uint64_t free[SLAB_SLOTS / 64];
};

static struct nt_slab *slabs;

static NTSTATUS new_slab(struct nt_slab **ret_slab)
{
    NT_CLEANUP(nt_freep) struct nt_slab *slab = calloc(1, sizeof(*slab));
    NT_CLEANUP(nt_os_closep) int fd = -1;
    void *memory;
    int r;

    if (!slab)
        return STATUS_NO_MEMORY;
    r = nt_os_memfd_new("ntshm-objects", SLAB_SIZE, NT_OS_MEMFD_PRIVATE, &fd);
    if (r == 0)
        r = nt_os_map(NULL, SLAB_SIZE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0, &memory);
    if (r < 0)
        return nt_status_from_errno(r);
    slab->memory = memory;
    memset(slab->free, 0xff, sizeof(slab->free));
    slab->next = slabs;
    slabs = slab;
    *ret_slab = NT_STEAL(slab);
    return STATUS_SUCCESS;
}

static void free_slab(struct nt_slab *slab)
{
    struct nt_slab **link = &slabs;

    while (*link != slab)
        link = &(*link)->next;
    *link = slab->next;
    nt_os_unmap(slab->memory, SLAB_SIZE);
    free(slab);
}

static void *take_slot(struct nt_slab *slab)
{
    for (unsigned i = 0; i < NT_ARRAY_SIZE(slab->free); i++) {
        if (slab->free[i]) {
            unsigned bit = (unsigned)__builtin_ctzll(slab->free[i]);

            slab->free[i] &= slab->free[i] - 1;
            slab->n_used++;
            return slab->memory + (i * 64 + bit) * SLOT_SIZE;
        }
    }
    return NULL;
}

NTSTATUS nt_slab_take(struct nt_slab **ret_slab, void **ret_slot)
{
    struct nt_slab *slab;
    NTSTATUS status = STATUS_SUCCESS;

    nt_lock_take(NT_LOCK_SLABS);
    for (slab = slabs; slab && (slab->retired || slab->n_used == SLAB_SLOTS); slab = slab->next)
        ;
    if (!slab)
        status = new_slab(&slab);
    if (NT_SUCCESS(status)) {
        *ret_slab = slab;
        *ret_slot = take_slot(slab);
        memset(*ret_slot, 0, SLOT_SIZE);
    }
    nt_lock_drop(NT_LOCK_SLABS);
    return status;
}

/* Whether @slab is the one empty slab that is worth keeping. */
static bool worth_keeping(const struct nt_slab *slab)
{
    if (slab->retired)
        return false;
    for (const struct nt_slab *other = slabs; other; other = other->next) {
        if (other != slab && !other->retired && other->n_used < SLAB_SLOTS)
            return false;
    }
    return true;
}

void nt_slab_give(struct nt_slab *slab, void *slot)
{
    unsigned index = (unsigned)(((unsigned char *)slot - slab->memory) / SLOT_SIZE);

    nt_lock_take(NT_LOCK_SLABS);
    slab->n_used--;
    slab->free[index / 64] |= 1ull << index % 64;
    if (slab->n_used == 0 && !worth_keeping(slab))
        free_slab(slab);
    nt_lock_drop(NT_LOCK_SLABS);
}

void nt_slabs_forking(void)
{
    struct nt_slab *slab = slabs;

    while (slab) {
        struct nt_slab *next = slab->next;

        slab->retired = true;
        if (slab->n_used == 0)
            free_slab(slab);
        slab = next;
    }
}
