// SPDX-License-Identifier: MIT
/*
 * Guard pages: one byte for each page, in leaves of a radix tree (radix.h) that cover 2 MiB. The
 * byte is the state in its high half and the base protection in its low half:
 *
 *   stands   the page is PROT_NONE; the first touch fires
 *   firing   one thread is about to give the page its base protection
 *   fired    it has it. A thread that touched the page before, and whose fault comes to be looked
 *            at only now, tries again instead of reporting a violation that is none.
 *
 * The one who changes a byte from stands to firing is the one who raises the exception. Whoever
 * changes guards otherwise holds NT_LOCK_FAULTS and waits until no page of his is firing, so that
 * the handler never gives a page an old protection after a new one.
 */
#include <errno.h>
#include <sched.h>
#include <string.h>

#include "lib/fault/guard-page.h"
#include "lib/fault/radix.h"
#include "lib/fault/thread.h"
#include "lib/memory/protect.h"
#include "lib/process/lock.h"
#include "os/os.h"
#include "util/macro.h"

#define LEAF_PAGES ((1u << NT_RADIX_LAST) / NT_PAGE_SIZE)
#define STANDS     0x10u
#define FIRING     0x20u
#define FIRED      0x30u
#define STATE      0xF0u

/* How often one access is tried again before it counts as a violation of its own. */
#define MAX_AGAIN  16u
/* A process forked while another thread's guard was firing keeps the byte: it is not waited for
 * for ever. */
#define MAX_YIELDS 20000u

struct leaf {
    _Atomic uint8_t pages[LEAF_PAGES];
};

static struct nt_radix root;

static uint8_t base_index(ULONG protect)
{
    return (uint8_t)__builtin_ctz(protect & NT_PROTECT_BASE);
}

static struct leaf *find_leaf(uint64_t address)
{
    struct nt_radix *node = &root;

    if (address >= NT_RADIX_END)
        return NULL;
    for (unsigned shift = NT_RADIX_TOP; node && shift >= NT_RADIX_LAST; shift -= NT_RADIX_STEP)
        node = (struct nt_radix *)atomic_load_explicit(nt_radix_slot(node, shift, address),
                                                       memory_order_acquire);
    return (struct leaf *)node;
}

/* The same, made when it is not there. NT_LOCK_FAULTS is held. */
static struct leaf *make_leaf(uint64_t address)
{
    struct nt_radix *node = &root;

    for (unsigned shift = NT_RADIX_TOP; node && shift >= NT_RADIX_LAST; shift -= NT_RADIX_STEP) {
        _Atomic uintptr_t *slot = nt_radix_slot(node, shift, address);
        uintptr_t below = atomic_load(slot);

        if (!below) {
            below = (uintptr_t)calloc(1, shift == NT_RADIX_LAST ? sizeof(struct leaf)
                                                                : sizeof(struct nt_radix));
            atomic_store_explicit(slot, below, memory_order_release);
        }
        node = (struct nt_radix *)below;
    }
    return (struct leaf *)node;
}

static _Atomic uint8_t *byte_in(struct leaf *leaf, uint64_t address)
{
    return &leaf->pages[address / NT_PAGE_SIZE % LEAF_PAGES];
}

/* Waits until a page is not firing. */
static uint8_t settled(_Atomic uint8_t *byte)
{
    uint8_t value = atomic_load(byte);

    for (unsigned i = 0; (value & STATE) == FIRING && i < MAX_YIELDS; i++) {
        sched_yield();
        value = atomic_load(byte);
    }
    return value;
}

/* --- in the handler ------------------------------------------------------------------------- */

static enum nt_guard_page_fate again(uint64_t page)
{
    struct nt_fault_thread *thread = nt_fault_thread();

    if (thread->again_page != page) {
        thread->again_page = page;
        thread->n_again = 0;
    }
    if (++thread->n_again > MAX_AGAIN) {
        thread->n_again = 0;
        return NT_GUARD_PAGE_NONE;
    }
    sched_yield();
    return NT_GUARD_PAGE_AGAIN;
}

static enum nt_guard_page_fate fire(_Atomic uint8_t *byte, uint64_t page, uint8_t index)
{
    int r = nt_os_protect((void *)page, NT_PAGE_SIZE, nt_protect_to_kernel(1u << index));

    /* At the limit of mappings the page cannot be opened: its guard goes on standing. */
    uint8_t firing = FIRING | index, next = (uint8_t)((r < 0 ? STANDS : FIRED) | index);

    /* Whoever did not wait for this page any longer has the last word. */
    atomic_compare_exchange_strong(byte, &firing, next);
    nt_fault_thread()->again_page = 0;
    return NT_GUARD_PAGE_FIRED;
}

enum nt_guard_page_fate nt_guard_page_touched(uint64_t address)
{
    uint64_t page = nt_align_down(address, NT_PAGE_SIZE);
    struct leaf *leaf = find_leaf(page);
    _Atomic uint8_t *byte;
    uint8_t value;

    if (!leaf)
        return NT_GUARD_PAGE_NONE;
    byte = byte_in(leaf, page);
    value = atomic_load(byte);
    if ((value & STATE) == STANDS &&
        atomic_compare_exchange_strong(byte, &value, (uint8_t)(FIRING | (value & ~STATE))))
        return fire(byte, page, value & ~STATE);
    if (value == 0)
        return NT_GUARD_PAGE_NONE;
    if ((value & STATE) == FIRING && (settled(byte) & STATE) == FIRING)
        return fire(byte, page, value & ~STATE);
    return again(page);
}

/* --- from outside ---------------------------------------------------------------------------- */

/* The page is changed at a moment when it is not firing: a thread may touch it at any. */
static void set_all(uint64_t page, uint64_t end, uint8_t value)
{
    for (; page < end; page += NT_PAGE_SIZE) {
        _Atomic uint8_t *byte = byte_in(find_leaf(page), page);
        uint8_t there = settled(byte);

        while (!atomic_compare_exchange_strong(byte, &there, value))
            there = settled(byte);
    }
}

/* What was a guard is one that has fired, or none. */
static void end_guard(_Atomic uint8_t *byte, bool forget)
{
    uint8_t there = settled(byte);

    while (there && !atomic_compare_exchange_strong(
                        byte, &there, forget ? 0 : (uint8_t)(FIRED | (there & ~STATE))))
        there = settled(byte);
}

int nt_fault_guard_set(uint64_t page, uint64_t count, ULONG protect)
{
    uint64_t end = page + count * NT_PAGE_SIZE;
    int r = 0;

    if (!(protect & NT_PROTECT_BASE) || end > NT_RADIX_END)
        return -EINVAL;
    nt_lock_take(NT_LOCK_FAULTS);
    for (uint64_t at = nt_align_down(page, LEAF_PAGES * NT_PAGE_SIZE); at < end && r == 0;
         at += LEAF_PAGES * NT_PAGE_SIZE) {
        if (!make_leaf(at))
            r = -ENOMEM;
    }
    if (r == 0)
        set_all(page, end, STANDS | base_index(protect));
    nt_lock_drop(NT_LOCK_FAULTS);
    return r;
}

/*
 * Changes what was a guard in [@low, @high). Where there never was one nothing is to be done,
 * a whole slot at a time.
 */
static void change(uint64_t low, uint64_t high, bool forget)
{
    while (low < high) {
        unsigned shift = NT_RADIX_TOP;
        struct nt_radix *node = &root;
        uint64_t next;

        for (; shift >= NT_RADIX_LAST; shift -= NT_RADIX_STEP) {
            node = (struct nt_radix *)atomic_load(nt_radix_slot(node, shift, low));
            if (!node)
                break;
        }
        next = nt_align_down(low, 1ull << (node ? NT_RADIX_LAST : shift)) +
               (1ull << (node ? NT_RADIX_LAST : shift));
        if (next > high)
            next = high;
        for (; node && low < next; low += NT_PAGE_SIZE)
            end_guard(byte_in((struct leaf *)node, low), forget);
        low = next;
    }
}

void nt_fault_guard_clear(uint64_t page, uint64_t count)
{
    nt_lock_take(NT_LOCK_FAULTS);
    change(page, page + count * NT_PAGE_SIZE, false);
    nt_lock_drop(NT_LOCK_FAULTS);
}

void nt_guard_pages_forget(uint64_t low, uint64_t high)
{
    change(low, high, true);
}

bool nt_fault_guard_stands(uint64_t page)
{
    struct leaf *leaf = find_leaf(page);

    return leaf && (atomic_load(byte_in(leaf, page)) & STATE) == STANDS;
}
