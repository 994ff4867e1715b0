// SPDX-License-Identifier: MIT
/*
 * Mapping pages into windows. It goes in three steps. With the lock held all is checked, the
 * windows become busy and the record says what is to be; then the kernel is asked without the
 * lock, run by run of pages that lie side by side in both places; then the record is settled, or
 * put back. Windows become busy in the order of their addresses, so that two calls about the same
 * ones do not wait for each other.
 */
#include "lib/memory/physical-call.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include <ntstatus.h>

#include "lib/memory/physical-frames.h"
#include "lib/memory/placeholder.h"
#include "os/os.h"
#include "rtl/status.h"
#include "util/macro.h"

/* The record of a page of a window; NULL: no memory. The lock is held, as below. */
static uint64_t *record_of(const struct nt_region *region, uint64_t address)
{
    uint64_t page = (address - region->base) / NT_PAGE_SIZE;
    struct nt_window_chunk **chunk = &region->window->chunks[page / NT_WINDOW_CHUNK];

    if (!*chunk)
        *chunk = calloc(1, sizeof(**chunk));
    return *chunk ? &(*chunk)->frames[page % NT_WINDOW_CHUNK] : NULL;
}

/* --- checking, with the lock held -------------------------------------------------------- */

static void end_regions(struct nt_physical_call *call)
{
    for (uint64_t i = 0; i < call->n_regions; i++)
        nt_map_end(call->regions[i]);
    free(call->regions);
    call->regions = NULL;
    call->n_regions = 0;
}

static int keep_region(struct nt_physical_call *call, struct nt_region *region)
{
    if (call->n_regions == call->room) {
        uint64_t room = call->room ? 2 * call->room : 4;
        struct nt_region **regions = malloc(room * sizeof(struct nt_region *));

        if (!regions)
            return -ENOMEM;
        if (call->n_regions)
            memcpy(regions, call->regions, call->n_regions * sizeof(struct nt_region *));
        free(call->regions);
        call->regions = regions;
        call->room = room;
    }
    nt_map_begin(region, NT_REGION_CHANGING);
    call->regions[call->n_regions++] = region;
    return 0;
}

/* Makes the windows of all slots busy. */
static NTSTATUS begin_regions(struct nt_physical_call *call)
{
    struct nt_region *region = NULL;

    for (uint64_t i = 0; i < call->n_slots; i++) {
        struct nt_physical_slot *slot = &call->slots[i];

        if (!region || !nt_window_holds(region, slot->address)) {
            region = nt_map_idle_at(slot->address);
            if (!region || !(region->flags & NT_REGION_PHYSICAL))
                return i ? STATUS_INVALID_PARAMETER_2 : STATUS_INVALID_PARAMETER_1;
            if (region->pins)
                return STATUS_INVALID_PAGE_PROTECTION;
            if (keep_region(call, region) < 0)
                return STATUS_NO_MEMORY;
        }
        slot->record = record_of(region, slot->address);
        if (!slot->record)
            return STATUS_NO_MEMORY;
    }
    return STATUS_SUCCESS;
}

/* What the page runs of the windows may need. */
static NTSTATUS reserve_runs(struct nt_physical_call *call)
{
    uint64_t at = 0;

    for (uint64_t i = 0; i < call->n_regions; i++) {
        struct nt_region *region = call->regions[i];
        uint32_t n_runs = 0;

        for (uint64_t first = at;
             at < call->n_slots && nt_window_holds(region, call->slots[at].address); at++) {
            const struct nt_physical_slot *slot = &call->slots[at];

            if (at == first || slot->address != slot[-1].address + NT_PAGE_SIZE ||
                !slot->frame != !slot[-1].frame)
                n_runs++;
        }
        if (nt_pages_reserve_many(&region->pages, n_runs) < 0)
            return STATUS_NO_MEMORY;
    }
    return STATUS_SUCCESS;
}

/* A page that moves, in a window that this call has busy, moves for this call. */
static bool moves_here(const struct nt_physical_call *call, uint64_t place)
{
    uint64_t low = 0, high = call->n_regions;

    if (place >= NT_FRAME_LEAVING || !(place & NT_FRAME_MOVING))
        return false;
    while (low < high) {
        uint64_t middle = low + (high - low) / 2;

        if (nt_window_holds(call->regions[middle], place))
            return true;
        if (place < call->regions[middle]->base)
            high = middle;
        else
            low = middle + 1;
    }
    return false;
}

/* --- the record, with the lock held ------------------------------------------------------ */

/* The record says what is to be; nothing has changed when it cannot. */
static void put_back(struct nt_physical_call *call, uint64_t n_taken)
{
    for (uint64_t i = 0; i < n_taken; i++) {
        if (call->slots[i].frame)
            *nt_frame_place(call->slots[i].frame) = NT_FRAME_UNMAPPED;
    }
    for (uint64_t i = 0; i < call->n_slots; i++) {
        const struct nt_physical_slot *slot = &call->slots[i];

        *slot->record = slot->old;
        if (slot->old)
            *nt_frame_place(slot->old) = slot->address;
    }
}

/* Every page of @leaving is nobody else's; those that are mapped nowhere are marked. */
static NTSTATUS claim_leaving(const struct nt_physical_call *call)
{
    uint64_t i;

    for (i = 0; i < call->n_leaving; i++) {
        uint64_t *place = nt_frame_place(call->leaving[i]);

        if (!place || (*place != NT_FRAME_UNMAPPED && !moves_here(call, *place)))
            break;
        if (*place == NT_FRAME_UNMAPPED)
            *place = NT_FRAME_LEAVING;
    }
    if (i == call->n_leaving)
        return STATUS_SUCCESS;
    while (i-- > 0) {
        uint64_t *place = nt_frame_place(call->leaving[i]);

        if (*place == NT_FRAME_LEAVING)
            *place = NT_FRAME_UNMAPPED;
    }
    return STATUS_INVALID_PARAMETER;
}

static NTSTATUS enter(struct nt_physical_call *call)
{
    uint64_t i;
    NTSTATUS status;

    for (i = 0; i < call->n_slots; i++) {
        const struct nt_physical_slot *slot = &call->slots[i];

        if (slot->expected && *slot->record != slot->expected)
            return STATUS_INVALID_PARAMETER;
    }
    for (i = 0; i < call->n_slots; i++) {
        struct nt_physical_slot *slot = &call->slots[i];

        slot->old = *slot->record;
        *slot->record = 0;
        if (slot->old)
            *nt_frame_place(slot->old) = slot->address | NT_FRAME_MOVING;
    }
    for (i = 0; i < call->n_slots; i++) {
        const struct nt_physical_slot *slot = &call->slots[i];
        uint64_t *place = slot->frame ? nt_frame_place(slot->frame) : NULL;

        if (slot->frame && (!place || (*place != NT_FRAME_UNMAPPED && !moves_here(call, *place)))) {
            put_back(call, i);
            return STATUS_INVALID_PARAMETER_3;
        }
        if (place)
            *place = slot->address;
        *slot->record = slot->frame;
    }
    status = claim_leaving(call);
    if (!NT_SUCCESS(status))
        put_back(call, call->n_slots);
    return status;
}

static void settle_place(uint64_t frame)
{
    uint64_t *place = nt_frame_place(frame);

    if (*place < NT_FRAME_LEAVING && (*place & NT_FRAME_MOVING))
        *place = NT_FRAME_UNMAPPED;
}

/* VirtualQuery is told of the slots from @at to @end. */
static void set_runs(const struct nt_physical_call *call, uint64_t at, uint64_t end)
{
    uint64_t i = 0;

    while (at < end) {
        const struct nt_physical_slot *first = &call->slots[at];
        struct nt_region *region;
        uint64_t n = 1;

        while (!nt_window_holds(call->regions[i], first->address))
            i++;
        region = call->regions[i];
        while (at + n < end && nt_window_holds(region, first[n].address) &&
               first[n].address == first->address + n * NT_PAGE_SIZE &&
               !first[n].frame == !first->frame)
            n++;
        nt_pages_set(&region->pages, (first->address - region->base) / NT_PAGE_SIZE, n,
                     first->frame ? PAGE_READWRITE : 0);
        at += n;
    }
}

/* --- the kernel, without the lock ------------------------------------------------------------ */

/* What one call of the kernel can do: side by side in both places. */
static uint64_t run_length(const struct nt_physical_slot *slots, uint64_t count, bool old)
{
    uint64_t n = 1;

    for (; n < count; n++) {
        uint64_t frame = old ? slots[n - 1].old : slots[n - 1].frame;
        uint64_t next = old ? slots[n].old : slots[n].frame;

        if (slots[n].address != slots[n - 1].address + NT_PAGE_SIZE || !frame != !next ||
            (frame && !nt_frames_adjoin(frame, next)))
            break;
    }
    return n;
}

static int map_run(uint64_t address, uint64_t frame, uint64_t count)
{
    struct nt_range range = {address, address + count * NT_PAGE_SIZE};
    uint64_t offset;
    void *mapped;
    int fd;

    if (!frame)
        return nt_map_nothing(&range);
    nt_map_lock();
    fd = nt_frame_file(frame, &offset);
    nt_map_unlock();
    return nt_os_map((void *)address, count * NT_PAGE_SIZE, PROT_READ | PROT_WRITE,
                     MAP_SHARED | MAP_FIXED, fd, offset, &mapped);
}

/* Maps runs until one fails; the number of slots that are as wanted. */
static uint64_t map_runs(struct nt_physical_slot *slots, uint64_t count, bool old, int *ret_error)
{
    uint64_t done = 0;

    while (done < count) {
        uint64_t n = run_length(slots + done, count - done, old);
        int r = map_run(slots[done].address, old ? slots[done].old : slots[done].frame, n);

        if (r < 0) {
            *ret_error = r;
            return done;
        }
        done += n;
    }
    return done;
}

/*
 * Three mappings that are given up when what was begun must be put back, so that there is room to
 * do it at the limit of mappings.
 */
static int hold_spare(void **ret_spare)
{
    int r =
        nt_os_map(NULL, 3 * NT_PAGE_SIZE, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0, ret_spare);

    if (r == 0) {
        r = nt_os_protect((char *)*ret_spare + NT_PAGE_SIZE, NT_PAGE_SIZE, PROT_READ);
        if (r < 0)
            (void)nt_os_unmap(*ret_spare, 3 * NT_PAGE_SIZE);
    }
    if (r < 0)
        *ret_spare = NULL;
    return r;
}

static void drop_spare(void *spare)
{
    if (spare)
        (void)nt_os_unmap(spare, 3 * NT_PAGE_SIZE);
}

/* What could not be put back is told as not mapped, and is not. The lock is held at the end. */
static void give_up(struct nt_physical_call *call, uint64_t first, uint64_t end)
{
    for (uint64_t i = first; i < end; i++)
        (void)map_run(call->slots[i].address, 0, 1);
    nt_map_lock();
    for (uint64_t i = first; i < end; i++) {
        struct nt_physical_slot *slot = &call->slots[i];

        if (slot->old)
            settle_place(slot->old);
        if (slot->frame)
            *nt_frame_place(slot->frame) = NT_FRAME_UNMAPPED;
        slot->old = slot->frame = 0;
    }
    set_runs(call, first, end);
}

/* The lock is given up meanwhile. After a failure the kernel and the slots agree on what is. */
static NTSTATUS tell_kernel(struct nt_physical_call *call)
{
    struct nt_physical_slot *slots = call->slots;
    bool many = run_length(slots, call->n_slots, false) < call->n_slots;
    int r = 0, ignored = 0;
    uint64_t done = 0, back;
    void *spare = NULL;

    nt_map_unlock();
    if (many)
        r = hold_spare(&spare);
    if (r == 0)
        done = map_runs(slots, call->n_slots, false, &r);
    drop_spare(spare);
    back = r < 0 ? map_runs(slots, done, true, &ignored) : done;
    if (back < done)
        give_up(call, back, done);
    else
        nt_map_lock();
    return nt_status_from_errno(r);
}

/* --- the whole --------------------------------------------------------------------------- */

/* The lock is held. */
static NTSTATUS check(struct nt_physical_call *call)
{
    NTSTATUS status = begin_regions(call);

    if (NT_SUCCESS(status))
        status = reserve_runs(call);
    return NT_SUCCESS(status) ? enter(call) : status;
}

static void settle(const struct nt_physical_call *call)
{
    set_runs(call, 0, call->n_slots);
    for (uint64_t i = 0; i < call->n_slots; i++) {
        if (call->slots[i].old)
            settle_place(call->slots[i].old);
    }
    for (uint64_t i = 0; i < call->n_leaving; i++)
        *nt_frame_place(call->leaving[i]) = NT_FRAME_LEAVING;
}

static void revert(struct nt_physical_call *call)
{
    put_back(call, call->n_slots);
    for (uint64_t i = 0; i < call->n_leaving; i++) {
        uint64_t *place = nt_frame_place(call->leaving[i]);

        if (*place == NT_FRAME_LEAVING)
            *place = NT_FRAME_UNMAPPED;
    }
}

NTSTATUS nt_physical_carry_out(struct nt_physical_call *call)
{
    NTSTATUS status;

    nt_map_lock_to_change();
    status = check(call);
    if (NT_SUCCESS(status)) {
        status = call->n_slots ? tell_kernel(call) : STATUS_SUCCESS;
        if (NT_SUCCESS(status))
            settle(call);
        else
            revert(call);
    }
    end_regions(call);
    nt_map_unlock();
    return status;
}
