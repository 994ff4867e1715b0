// SPDX-License-Identifier: MIT
/*
 * Privileges; see privilege.h. What is enabled, what was removed for good and how often either
 * changed is one atomic word, so that an adjustment is one step for every other thread.
 */
#include "lib/process/privilege.h"

#include <linux/capability.h>
#include <stdatomic.h>
#include <stddef.h>
#include <unistd.h>

#include <ntstatus.h>

#include "os/credentials.h"
#include "util/macro.h"

/* --- who holds them ------------------------------------------------------------------------- */

static bool is_everyones(void)
{
    return true;
}

static bool is_roots(void)
{
    return geteuid() == 0;
}

/* Whom the kernel gives large pages (shmget and hugetlbfs). */
static bool may_lock_memory(void)
{
    gid_t group;

    return nt_os_has_capability(CAP_IPC_LOCK) ||
           (nt_os_large_page_group(&group) == 0 && nt_os_is_in_group(group));
}

/* By number. A bit of the state's fields stands for a row. */
static const struct {
    enum nt_privilege number;
    bool (*is_held)(void);
} privileges[] = {
    {NT_PRIVILEGE_LOCK_MEMORY, may_lock_memory},
    {NT_PRIVILEGE_SECURITY, is_roots},
    {NT_PRIVILEGE_CHANGE_NOTIFY, is_everyones},
    /* Each user has a broker of its own. */
    {NT_PRIVILEGE_CREATE_GLOBAL, is_everyones},
};

_Static_assert(NT_ARRAY_SIZE(privileges) == NT_PRIVILEGES_MOST, "the header tells how many");

static int find(uint32_t low, LONG high)
{
    for (int i = 0; i < NT_PRIVILEGES_MOST && high == 0; i++) {
        if ((uint32_t)privileges[i].number == low)
            return i;
    }
    return -1;
}

/* --- the state ------------------------------------------------------------------------------ */

#define FROM_THE_START (1u << 2 | 1u << 3) /* rows */
#define ALL_ENABLED    ((1ull << NT_PRIVILEGES_MOST) - 1)
#define REMOVED_SHIFT  8
#define CHANGES_SHIFT  16

static _Atomic uint64_t state = FROM_THE_START;

static bool is_enabled(uint64_t word, unsigned row)
{
    return word >> row & 1;
}

static bool is_removed(uint64_t word, unsigned row)
{
    return word >> (REMOVED_SHIFT + row) & 1;
}

static ULONG attributes_of(uint64_t word, unsigned row)
{
    return (FROM_THE_START >> row & 1 ? SE_PRIVILEGE_ENABLED_BY_DEFAULT : 0u) |
           (is_enabled(word, row) ? SE_PRIVILEGE_ENABLED : 0u);
}

static LUID_AND_ATTRIBUTES describe(uint64_t word, unsigned row)
{
    return (LUID_AND_ATTRIBUTES){
        .Luid.LowPart = (DWORD)privileges[row].number,
        .Attributes = attributes_of(word, row),
    };
}

bool nt_privilege_in_force(enum nt_privilege privilege)
{
    int row = find((uint32_t)privilege, 0);
    uint64_t word = atomic_load(&state);

    return row >= 0 && is_enabled(word, (unsigned)row) && !is_removed(word, (unsigned)row) &&
           privileges[row].is_held();
}

ULONG nt_privileges_list(LUID_AND_ATTRIBUTES *ret_list)
{
    uint64_t word = atomic_load(&state);
    ULONG count = 0;

    for (unsigned row = 0; row < NT_PRIVILEGES_MOST; row++) {
        if (!is_removed(word, row) && privileges[row].is_held())
            ret_list[count++] = describe(word, row);
    }
    return count;
}

uint64_t nt_privileges_changes(void)
{
    return atomic_load(&state) >> CHANGES_SHIFT;
}

/* --- adjusting ------------------------------------------------------------------------------ */

static uint64_t look_who_holds(void)
{
    uint64_t held = 0;

    for (unsigned row = 0; row < NT_PRIVILEGES_MOST; row++)
        held |= (uint64_t)privileges[row].is_held() << row;
    return held;
}

static uint64_t with_one(uint64_t word, unsigned row, ULONG attributes)
{
    uint64_t bit = 1ull << row;

    if (attributes & SE_PRIVILEGE_REMOVED)
        return (word & ~bit) | bit << REMOVED_SHIFT;
    return attributes & SE_PRIVILEGE_ENABLED ? word | bit : word & ~bit;
}

/* @word as it is to be; STATUS_NOT_ALL_ASSIGNED when some of it cannot be. */
static NTSTATUS apply(const struct nt_privileges_change *change, uint64_t held, uint64_t *word)
{
    NTSTATUS status = STATUS_SUCCESS;

    /* Those too that would be in force again with rights that come back. */
    if (change->disable_all) {
        *word &= ~ALL_ENABLED;
        return status;
    }
    for (ULONG i = 0; i < change->count; i++) {
        const LUID_AND_ATTRIBUTES *one = &change->wanted[i];
        int row = find(one->Luid.LowPart, one->Luid.HighPart);

        if (row < 0 || is_removed(*word, (unsigned)row) || !(held >> row & 1))
            status = STATUS_NOT_ALL_ASSIGNED;
        else
            *word = with_one(*word, (unsigned)row, one->Attributes);
    }
    return status;
}

/* Those that are enabled now and were not, or the other way; one that is gone is not told. */
static ULONG list_changed(uint64_t before, uint64_t after, LUID_AND_ATTRIBUTES *list)
{
    ULONG count = 0;

    for (unsigned row = 0; row < NT_PRIVILEGES_MOST; row++) {
        if (is_enabled(before, row) != is_enabled(after, row) && !is_removed(after, row))
            list[count++] = describe(before, row);
    }
    return count;
}

NTSTATUS nt_privileges_adjust(const struct nt_privileges_change *change)
{
    LUID_AND_ATTRIBUTES changed[NT_PRIVILEGES_MOST];
    uint64_t held = look_who_holds(), before = atomic_load(&state), after;
    ULONG count, needed;
    NTSTATUS status;

    do {
        after = before;
        status = apply(change, held, &after);
        if (after != before)
            after += 1ull << CHANGES_SHIFT;
        count = list_changed(before, after, changed);
        needed = (ULONG)(offsetof(TOKEN_PRIVILEGES, Privileges) + count * sizeof(*changed));
        if (change->previous && change->previous_size < needed) {
            *change->ret_needed = needed;
            return STATUS_BUFFER_TOO_SMALL;
        }
    } while (!atomic_compare_exchange_weak(&state, &before, after));
    if (change->previous) {
        *change->ret_needed = needed;
        change->previous->PrivilegeCount = count;
        for (ULONG i = 0; i < count; i++)
            change->previous->Privileges[i] = changed[i];
    }
    return status;
}
