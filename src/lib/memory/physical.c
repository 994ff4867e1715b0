// SPDX-License-Identifier: MIT
/*
 * Windows, and the calls that map pages into them or free pages. See physical.h.
 *
 * A window is a private reservation; where a page is mapped in it, the page is committed and
 * PAGE_READWRITE for VirtualQuery, and elsewhere it is reserved. Which page is mapped where is
 * recorded in pieces of 2 MiB of the window, made when something is first mapped there. Arrays of
 * the caller are copied before they are looked at; the work is physical-call.c's.
 */
#include "lib/memory/physical.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <ntstatus.h>

#include "lib/memory/physical-call.h"
#include "lib/memory/physical-frames.h"
#include "os/os.h"
#include "rtl/status.h"
#include "util/macro.h"

/* --- windows ----------------------------------------------------------------------------- */

struct nt_window *nt_window_new(uint64_t size)
{
    uint64_t n = (size / NT_PAGE_SIZE + NT_WINDOW_CHUNK - 1) / NT_WINDOW_CHUNK;
    struct nt_window *window = calloc(1, sizeof(*window) + n * sizeof(struct nt_window_chunk *));

    if (window)
        window->n_chunks = n;
    return window;
}

static void forget_chunk(struct nt_window_chunk *chunk)
{
    for (unsigned i = 0; i < NT_WINDOW_CHUNK; i++) {
        uint64_t *place = chunk->frames[i] ? nt_frame_place(chunk->frames[i]) : NULL;

        if (place)
            *place = NT_FRAME_UNMAPPED;
    }
    free(chunk);
}

struct nt_window *nt_window_free(struct nt_window *window)
{
    if (!window)
        return NULL;
    for (uint64_t i = 0; i < window->n_chunks; i++) {
        if (window->chunks[i])
            forget_chunk(window->chunks[i]);
    }
    free(window);
    return NULL;
}

/* --- calls ------------------------------------------------------------------------------- */

static int by_address(const void *a, const void *b)
{
    const struct nt_physical_slot *one = a, *other = b;

    return one->address < other->address ? -1 : one->address > other->address;
}

/* Sorts by address; false when an address is there twice. */
static bool sort_slots(struct nt_physical_slot *slots, uint64_t count)
{
    bool sorted = true;

    for (uint64_t i = 1; i < count; i++)
        sorted &= slots[i - 1].address < slots[i].address;
    if (sorted)
        return true;
    qsort(slots, count, sizeof(*slots), by_address);
    for (uint64_t i = 1; i < count; i++) {
        if (slots[i - 1].address == slots[i].address)
            return false;
    }
    return true;
}

/* An array of the caller, copied; NULL with a status. */
static uint64_t *read_array(const void *from, uint64_t count, NTSTATUS *ret_status)
{
    uint64_t *copy = malloc(count * sizeof(*copy));
    int r;

    *ret_status = STATUS_NO_MEMORY;
    if (!copy)
        return NULL;
    r = nt_physical_read(copy, from, count * sizeof(*copy));
    if (r == 0)
        return copy;
    free(copy);
    *ret_status = r == -EFAULT ? STATUS_ACCESS_VIOLATION : nt_status_from_errno(r);
    return NULL;
}

/* One window holds all of it: a check before memory is taken for as many pages. */
static NTSTATUS check_window(uint64_t address, uint64_t count)
{
    NTSTATUS status = STATUS_SUCCESS;
    const struct nt_region *region;

    nt_map_lock();
    region = nt_map_idle_at(address);
    if (!region || !(region->flags & NT_REGION_PHYSICAL))
        status = STATUS_INVALID_PARAMETER_1;
    else if (count > (nt_region_end(region) - address) / NT_PAGE_SIZE)
        status = STATUS_INVALID_PARAMETER_2;
    nt_map_unlock();
    return status;
}

NTSTATUS nt_physical_map(void *address, ULONG_PTR count, const ULONG_PTR *frames)
{
    NT_CLEANUP(nt_freep) struct nt_physical_slot *slots = NULL;
    NT_CLEANUP(nt_freep) uint64_t *copy = NULL;
    uint64_t start = nt_align_down((uint64_t)address, NT_PAGE_SIZE);
    struct nt_physical_call call = {.n_slots = count};
    NTSTATUS status = check_window(start, count);

    if (!NT_SUCCESS(status) || count == 0)
        return status;
    if (frames) {
        copy = read_array(frames, count, &status);
        if (!copy)
            return status;
    }
    call.slots = slots = calloc(count, sizeof(*slots));
    if (!slots)
        return STATUS_NO_MEMORY;
    for (uint64_t i = 0; i < count; i++) {
        slots[i].address = start + i * NT_PAGE_SIZE;
        if (!copy)
            continue;
        slots[i].frame = copy[i];
        if (!copy[i])
            return STATUS_INVALID_PARAMETER_3;
    }
    return nt_physical_carry_out(&call);
}

NTSTATUS nt_physical_scatter(void *const *addresses, ULONG_PTR count, const ULONG_PTR *frames)
{
    NT_CLEANUP(nt_freep) struct nt_physical_slot *slots = NULL;
    NT_CLEANUP(nt_freep) uint64_t *places = NULL;
    NT_CLEANUP(nt_freep) uint64_t *copy = NULL;
    struct nt_physical_call call = {.n_slots = count};
    NTSTATUS status;

    if (count == 0)
        return STATUS_SUCCESS;
    if (count > NT_USER_END / NT_PAGE_SIZE)
        return STATUS_INVALID_PARAMETER_2;
    places = read_array(addresses, count, &status);
    if (places && frames)
        copy = read_array(frames, count, &status);
    if (!places || (frames && !copy))
        return status;
    call.slots = slots = calloc(count, sizeof(*slots));
    if (!slots)
        return STATUS_NO_MEMORY;
    for (uint64_t i = 0; i < count; i++) {
        slots[i].address = nt_align_down(places[i], NT_PAGE_SIZE);
        slots[i].frame = copy ? copy[i] : 0;
    }
    return sort_slots(slots, count) ? nt_physical_carry_out(&call) : STATUS_INVALID_PARAMETER_1;
}

/* --- freeing ----------------------------------------------------------------------------- */

static int by_number(const void *a, const void *b)
{
    uint64_t one = *(const uint64_t *)a, other = *(const uint64_t *)b;

    return one < other ? -1 : one > other;
}

/* A slot for each page that is mapped; -EINVAL when a number is none of an allocated page. */
static int find_mapped(const uint64_t *frames, uint64_t count, struct nt_physical_call *call)
{
    int r = 0;

    nt_map_lock();
    for (uint64_t i = 0; r == 0 && i < count; i++) {
        const uint64_t *place = nt_frame_place(frames[i]);

        if (!place || *place == NT_FRAME_LEAVING || (i && frames[i] == frames[i - 1]))
            r = -EINVAL;
        else if (*place != NT_FRAME_UNMAPPED)
            call->slots[call->n_slots++] = (struct nt_physical_slot){
                .address = *place & ~NT_FRAME_MOVING,
                .expected = frames[i],
            };
    }
    nt_map_unlock();
    return r;
}

/* Pages are not any more where @call expected them: others have mapped or unmapped some. */
static bool have_moved(const struct nt_physical_call *call)
{
    uint64_t n_mapped = 0;
    bool moved = false;

    nt_map_lock();
    for (uint64_t i = 0; i < call->n_leaving; i++) {
        const uint64_t *place = nt_frame_place(call->leaving[i]);

        moved |= !place;
        n_mapped += place && *place != NT_FRAME_UNMAPPED;
    }
    for (uint64_t i = 0; i < call->n_slots && !moved; i++) {
        const struct nt_physical_slot *slot = &call->slots[i];

        moved = (*nt_frame_place(slot->expected) & ~NT_FRAME_MOVING) != slot->address;
    }
    nt_map_unlock();
    return moved || n_mapped != call->n_slots;
}

/* Unmaps pages and makes them NT_FRAME_LEAVING. Looks again where others were faster. */
static NTSTATUS take_out(const uint64_t *frames, uint64_t count, struct nt_physical_slot *slots)
{
    for (;;) {
        struct nt_physical_call call = {.slots = slots, .leaving = frames, .n_leaving = count};
        NTSTATUS status;

        if (find_mapped(frames, count, &call) < 0 || !sort_slots(slots, call.n_slots))
            return STATUS_INVALID_PARAMETER;
        status = nt_physical_carry_out(&call);
        if (NT_SUCCESS(status) || status == STATUS_NO_MEMORY || !have_moved(&call))
            return status;
    }
}

static NTSTATUS free_frames(uint64_t *frames, uint64_t count)
{
    NT_CLEANUP(nt_freep) struct nt_physical_slot *slots = malloc(count * sizeof(*slots));
    NTSTATUS status;

    if (!slots)
        return STATUS_NO_MEMORY;
    qsort(frames, count, sizeof(*frames), by_number);
    status = take_out(frames, count, slots);
    if (NT_SUCCESS(status))
        nt_frames_release(frames, count);
    return status;
}

NTSTATUS nt_physical_free(ULONG_PTR *count, const ULONG_PTR *frames)
{
    NT_CLEANUP(nt_freep) uint64_t *copy = NULL;
    uint64_t wanted = *count;
    NTSTATUS status;

    if (wanted == 0)
        return STATUS_SUCCESS;
    *count = 0;
    if (wanted > NT_USER_END / NT_PAGE_SIZE)
        return STATUS_INVALID_PARAMETER;
    copy = read_array(frames, wanted, &status);
    if (!copy)
        return status;
    status = free_frames(copy, wanted);
    if (NT_SUCCESS(status))
        *count = wanted;
    return status;
}

/* --- after a fork ------------------------------------------------------------------------ */

/* What another thread of the parent was in the middle of did not happen here. */
static void check_place(uint64_t frame, uint64_t *place)
{
    uint64_t address = *place & ~NT_FRAME_MOVING, page;
    const struct nt_region *region;
    const struct nt_window_chunk *chunk;

    if (!address)
        return;
    region = nt_map_below(address);
    *place = NT_FRAME_UNMAPPED;
    if (!region || !nt_window_holds(region, address) || !(region->flags & NT_REGION_PHYSICAL) ||
        !region->window)
        return;
    page = (address - region->base) / NT_PAGE_SIZE;
    chunk = region->window->chunks[page / NT_WINDOW_CHUNK];
    if (chunk && chunk->frames[page % NT_WINDOW_CHUNK] == frame)
        *place = address;
}

void nt_physical_forked(void)
{
    nt_frames_inherit();
    nt_frames_each(check_place);
}
