// SPDX-License-Identifier: MIT
/*
 * Critical sections. LockCount is the lock, in the values that debuggers know: -1 free, -2 taken,
 * -6 taken and somebody may sleep on it. OwningThread and RecursionCount are what programs look at:
 * the owner's number, and how often it has entered.
 */
#include <stdatomic.h>

#include "lib/process/lock.h"
#include "lib/sync/in-process.h"
#include "lib/thread/here.h"
#include "os/os.h"
#include "util/macro.h"

#define FREE       ((uint32_t)-1)
#define TAKEN      ((uint32_t)-2)
#define WAITED_FOR ((uint32_t)-6)
#define SPINS      100u
#define MOST_SPINS 4000u /* whatever a program asks for: then it sleeps */

static _Atomic uint32_t *word_of(CRITICAL_SECTION *section)
{
    return (_Atomic uint32_t *)(void *)&section->LockCount;
}

static _Atomic uintptr_t *owner_of(CRITICAL_SECTION *section)
{
    return (_Atomic uintptr_t *)(void *)&section->OwningThread;
}

void nt_critical_init(CRITICAL_SECTION *section, uint32_t spins)
{
    *section = (CRITICAL_SECTION){
        .DebugInfo = (PRTL_CRITICAL_SECTION_DEBUG)(LONG_PTR)-1,
        .LockCount = -1,
        .SpinCount = spins & 0x00FFFFFF,
    };
}

/* A forked child owns what the thread that forked owned, under the number that it had. */
static bool is_mine(CRITICAL_SECTION *section, uint32_t me)
{
    uintptr_t owner = atomic_load_explicit(owner_of(section), memory_order_relaxed);

    return owner && (owner == me || owner == nt_thread_here()->before);
}

static void become_owner(CRITICAL_SECTION *section, uint32_t me)
{
    atomic_store_explicit(owner_of(section), me, memory_order_relaxed);
    section->RecursionCount = 1;
}

static bool take_free(CRITICAL_SECTION *section)
{
    uint32_t is = FREE;

    return atomic_compare_exchange_strong_explicit(word_of(section), &is, TAKEN,
                                                   memory_order_acquire, memory_order_relaxed);
}

static void wait_for(CRITICAL_SECTION *section)
{
    unsigned most = section->SpinCount < SPINS ? SPINS : (unsigned)section->SpinCount;

    if (most > MOST_SPINS)
        most = MOST_SPINS;
    for (unsigned turn = 0; nt_spin(turn, most); turn++) {
        if (atomic_load_explicit(word_of(section), memory_order_relaxed) == FREE &&
            take_free(section))
            return;
    }
    /* Who has slept does not know whether others do: it leaves the mark that somebody may. */
    while (atomic_exchange_explicit(word_of(section), WAITED_FOR, memory_order_acquire) != FREE)
        nt_os_futex_wait(word_of(section), WAITED_FOR, UINT64_MAX);
}

bool nt_critical_try_enter(CRITICAL_SECTION *section)
{
    uint32_t me = nt_thread_tid();

    if (NT_LIKELY(take_free(section)))
        become_owner(section, me);
    else if (is_mine(section, me))
        section->RecursionCount++;
    else
        return false;
    return true;
}

void nt_critical_enter(CRITICAL_SECTION *section)
{
    if (NT_LIKELY(nt_critical_try_enter(section)))
        return;
    wait_for(section);
    become_owner(section, nt_thread_tid());
}

void nt_critical_leave(CRITICAL_SECTION *section)
{
    if (!is_mine(section, nt_thread_tid()) || --section->RecursionCount > 0)
        return;
    atomic_store_explicit(owner_of(section), 0, memory_order_relaxed);
    if (NT_UNLIKELY(atomic_exchange_explicit(word_of(section), FREE, memory_order_release) ==
                    WAITED_FOR))
        nt_os_futex_wake(word_of(section), 1);
}
