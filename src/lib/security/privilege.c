// SPDX-License-Identifier: MIT
/*
 * Privileges; see privilege.h.
 */
#include "lib/security/privilege.h"

#include <linux/capability.h>
#include <stddef.h>
#include <unistd.h>

#include <ntstatus.h>

#include "lib/security/token-object.h"
#include "rtl/identity.h"
#include "util/macro.h"

/* --- who holds them ------------------------------------------------------------------------- */

static bool is_everyones(const struct nt_os_credentials *who)
{
    (void)who;
    return true;
}

static bool is_roots(const struct nt_os_credentials *who)
{
    return who->uid == 0;
}

static bool is_member(const struct nt_os_credentials *who, gid_t group)
{
    bool found = who->gid == group;

    for (size_t i = 0; i < who->n_groups && !found; i++)
        found = nt_os_credentials_groups(who)[i] == group;
    return found;
}

/* Whom the kernel gives large pages (shmget and hugetlbfs). A capability is the thread's. */
static bool may_lock_memory(const struct nt_os_credentials *who)
{
    gid_t group;

    return nt_os_has_capability(CAP_IPC_LOCK) ||
           (nt_os_large_page_group(&group) == 0 && is_member(who, group));
}

/* By number. A bit of the word's fields stands for a row. */
static const struct {
    enum nt_privilege number;
    uint32_t in_force; /* enum nt_in_force: a check asks for it; or 0 */
    bool (*is_held)(const struct nt_os_credentials *who);
} privileges[] = {
    {NT_PRIVILEGE_LOCK_MEMORY, 0, may_lock_memory},
    {NT_PRIVILEGE_SECURITY, NT_IN_FORCE_SECURITY, is_roots},
    {NT_PRIVILEGE_TAKE_OWNERSHIP, NT_IN_FORCE_TAKE_OWNERSHIP, is_roots},
    {NT_PRIVILEGE_RESTORE, NT_IN_FORCE_RESTORE, is_roots},
    {NT_PRIVILEGE_CHANGE_NOTIFY, 0, is_everyones},
    {NT_PRIVILEGE_CREATE_GLOBAL, NT_IN_FORCE_CREATE_GLOBAL, is_everyones},
    {NT_PRIVILEGE_RELABEL, NT_IN_FORCE_RELABEL, is_roots},
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

/* --- the word ------------------------------------------------------------------------------- */

#define ALL_ENABLED   ((1u << NT_PRIVILEGES_MOST) - 1)
#define REMOVED_SHIFT 16

static bool is_enabled(uint32_t word, unsigned row)
{
    return word >> row & 1;
}

static bool is_removed(uint32_t word, unsigned row)
{
    return word >> (REMOVED_SHIFT + row) & 1;
}

static ULONG attributes_of(uint32_t word, unsigned row)
{
    return (NT_PRIVILEGES_AT_FIRST >> row & 1 ? SE_PRIVILEGE_ENABLED_BY_DEFAULT : 0u) |
           (is_enabled(word, row) ? SE_PRIVILEGE_ENABLED : 0u);
}

static LUID_AND_ATTRIBUTES describe(uint32_t word, unsigned row)
{
    return (LUID_AND_ATTRIBUTES){
        .Luid.LowPart = (DWORD)privileges[row].number,
        .Attributes = attributes_of(word, row),
    };
}

static bool is_usable(uint32_t word, unsigned row)
{
    return is_enabled(word, row) && !is_removed(word, row);
}

uint32_t nt_privileges_in_force(const nt_privileges_word *word, const struct nt_os_credentials *who)
{
    uint32_t is = atomic_load(word), in_force = 0;

    for (unsigned row = 0; row < NT_PRIVILEGES_MOST; row++) {
        if (privileges[row].in_force && is_usable(is, row) && privileges[row].is_held(who))
            in_force |= privileges[row].in_force;
    }
    return in_force;
}

uint32_t nt_privileges_disabled(const nt_privileges_word *word)
{
    uint32_t is = atomic_load(word), disabled = 0;

    for (unsigned row = 0; row < NT_PRIVILEGES_MOST; row++)
        disabled |= is_usable(is, row) ? 0 : privileges[row].in_force;
    return disabled;
}

bool nt_privilege_is_enabled(const nt_privileges_word *word, const struct nt_os_credentials *who,
                             LUID luid)
{
    int row = find(luid.LowPart, luid.HighPart);

    return row >= 0 && is_usable(atomic_load(word), (unsigned)row) && privileges[row].is_held(who);
}

bool nt_privilege_in_force(enum nt_privilege privilege)
{
    NT_CLEANUP(nt_os_credentials_deinit) struct nt_os_credentials who = {.more = NULL};
    const nt_privileges_word *word = nt_token_privileges_here();
    int row = find((uint32_t)privilege, 0);

    if (row < 0 || !is_usable(atomic_load(word), (unsigned)row))
        return false;
    if (privilege == NT_PRIVILEGE_LOCK_MEMORY && nt_os_has_capability(CAP_IPC_LOCK))
        return true;
    return nt_os_credentials_get(&who) == 0 && privileges[row].is_held(&who);
}

ULONG nt_privileges_list(const nt_privileges_word *word, const struct nt_os_credentials *who,
                         LUID_AND_ATTRIBUTES *ret_list)
{
    uint32_t is = atomic_load(word);
    ULONG count = 0;

    for (unsigned row = 0; row < NT_PRIVILEGES_MOST; row++) {
        if (!is_removed(is, row) && privileges[row].is_held(who))
            ret_list[count++] = describe(is, row);
    }
    return count;
}

/* --- adjusting ------------------------------------------------------------------------------ */

static uint32_t look_who_holds(const struct nt_os_credentials *who)
{
    uint32_t held = 0;

    for (unsigned row = 0; row < NT_PRIVILEGES_MOST; row++)
        held |= (uint32_t)privileges[row].is_held(who) << row;
    return held;
}

static uint32_t with_one(uint32_t word, unsigned row, ULONG attributes)
{
    uint32_t bit = 1u << row;

    if (attributes & SE_PRIVILEGE_REMOVED)
        return (word & ~bit) | bit << REMOVED_SHIFT;
    return attributes & SE_PRIVILEGE_ENABLED ? word | bit : word & ~bit;
}

/* @word as it is to be; STATUS_NOT_ALL_ASSIGNED when some of it cannot be. */
static NTSTATUS apply(const struct nt_privileges_change *change, uint32_t held, uint32_t *word)
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
static ULONG list_changed(uint32_t before, uint32_t after, LUID_AND_ATTRIBUTES *list)
{
    ULONG count = 0;

    for (unsigned row = 0; row < NT_PRIVILEGES_MOST; row++) {
        if (is_enabled(before, row) != is_enabled(after, row) && !is_removed(after, row))
            list[count++] = describe(before, row);
    }
    return count;
}

NTSTATUS nt_privileges_adjust(nt_privileges_word *word, const struct nt_os_credentials *who,
                              const struct nt_privileges_change *change, bool *ret_changed)
{
    LUID_AND_ATTRIBUTES changed[NT_PRIVILEGES_MOST];
    uint32_t held = look_who_holds(who), before = atomic_load(word), after;
    ULONG count, needed;
    NTSTATUS status;

    do {
        after = before;
        status = apply(change, held, &after);
        count = list_changed(before, after, changed);
        needed = (ULONG)(offsetof(TOKEN_PRIVILEGES, Privileges) + count * sizeof(*changed));
        if (change->previous && change->previous_size < needed) {
            *change->ret_needed = needed;
            return STATUS_BUFFER_TOO_SMALL;
        }
    } while (!atomic_compare_exchange_weak(word, &before, after));
    *ret_changed = after != before;
    if (change->previous) {
        *change->ret_needed = needed;
        change->previous->PrivilegeCount = count;
        for (ULONG i = 0; i < count; i++)
            change->previous->Privileges[i] = changed[i];
    }
    return status;
}
