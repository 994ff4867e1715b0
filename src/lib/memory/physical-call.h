/* SPDX-License-Identifier: MIT */
/*
 * One call that maps and unmaps pages in windows, for the files of physical.h.
 */
#ifndef NT_LIB_MEMORY_PHYSICAL_CALL_H
#define NT_LIB_MEMORY_PHYSICAL_CALL_H

#include <stdint.h>

#include "lib/memory/region-map.h"

#define NT_WINDOW_CHUNK 512u /* pages */

struct nt_window_chunk {
    uint64_t frames[NT_WINDOW_CHUNK]; /* 0: nothing is mapped there */
};

struct nt_window {
    uint64_t n_chunks;
    struct nt_window_chunk *chunks[]; /* NULL: nothing was mapped in it yet */
};

/* One page of a call. */
struct nt_physical_slot {
    uint64_t address;
    uint64_t frame;    /* what is to be there; 0 for nothing */
    uint64_t expected; /* what must be there; 0 for anything */
    uint64_t old;      /* what was there */
    uint64_t *record;  /* the window's */
};

struct nt_physical_call {
    struct nt_physical_slot *slots; /* by address, none twice */
    uint64_t n_slots;
    struct nt_region **regions; /* the windows, busy; by address */
    uint64_t n_regions, room;
    const uint64_t *leaving; /* pages to be freed, wherever they are; none twice */
    uint64_t n_leaving;
};

/** nt_window_holds() - whether a region is around @address */
static inline bool nt_window_holds(const struct nt_region *region, uint64_t address)
{
    return address >= region->base && address < nt_region_end(region);
}

/**
 * nt_physical_carry_out() - do what the slots say, all of it or nothing
 * @call: slots with addresses, frames and expectations, and what leaves; the rest is 0
 *
 * What leaves is NT_FRAME_LEAVING afterwards. Takes the lock itself. Return: as nt_physical_map();
 * STATUS_INVALID_PARAMETER where something expected is not there, or something that leaves is
 * somebody else's.
 */
NTSTATUS nt_physical_carry_out(struct nt_physical_call *call);

#endif
