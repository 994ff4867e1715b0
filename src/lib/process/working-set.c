// SPDX-License-Identifier: MIT
/*
 * The bounds of the working set, and emptying it. See working-set.h.
 */
#include "lib/process/working-set.h"

#include <ntstatus.h>

#include "lib/process/lock.h"
#include "lib/process/machine.h"
#include "os/os.h"
#include "os/residency.h"
#include "rtl/status.h"

#define PAGE            ((SIZE_T)NT_PAGE_SIZE)
#define LEAST_MAXIMUM   (13 * PAGE)
#define LEAST_MINIMUM   (20 * PAGE)
#define KEPT_FOR_OTHERS (512 * PAGE)
#define OF_MINIMUM      (QUOTA_LIMITS_HARDWS_MIN_ENABLE | QUOTA_LIMITS_HARDWS_MIN_DISABLE)
#define OF_MAXIMUM      (QUOTA_LIMITS_HARDWS_MAX_ENABLE | QUOTA_LIMITS_HARDWS_MAX_DISABLE)

/* NT_LOCK_WORKING_SET guards it. */
static struct nt_working_set bounds = {
    .minimum = 50 * PAGE,
    .maximum = 345 * PAGE,
    .flags = QUOTA_LIMITS_HARDWS_MIN_DISABLE | QUOTA_LIMITS_HARDWS_MAX_DISABLE,
};

void nt_working_set_get(struct nt_working_set *ret_set)
{
    nt_lock_take(NT_LOCK_WORKING_SET);
    *ret_set = bounds;
    nt_lock_drop(NT_LOCK_WORKING_SET);
}

NTSTATUS nt_working_set_empty(void)
{
    return nt_status_from_errno(nt_os_page_out_all());
}

static bool flags_are_valid(DWORD flags)
{
    return !(flags & ~(DWORD)(OF_MINIMUM | OF_MAXIMUM)) && (flags & OF_MINIMUM) != OF_MINIMUM &&
           (flags & OF_MAXIMUM) != OF_MAXIMUM;
}

static NTSTATUS check(struct nt_working_set *set)
{
    struct nt_machine_memory memory;

    if (!flags_are_valid(set->flags) || set->minimum == 0 || set->maximum < LEAST_MAXIMUM)
        return STATUS_INVALID_PARAMETER;
    set->minimum -= set->minimum % PAGE;
    set->maximum -= set->maximum % PAGE;
    if (set->minimum < LEAST_MINIMUM)
        set->minimum = LEAST_MINIMUM;
    if (set->minimum > set->maximum)
        return STATUS_INVALID_PARAMETER;
    if (!nt_machine_memory(&memory))
        return STATUS_SUCCESS;
    if (set->minimum > memory.available || memory.available - set->minimum < KEPT_FOR_OTHERS)
        return STATUS_INSUFFICIENT_RESOURCES;
    if (set->maximum > memory.total - KEPT_FOR_OTHERS)
        set->maximum = memory.total - KEPT_FOR_OTHERS;
    return STATUS_SUCCESS;
}

NTSTATUS nt_working_set_set(const struct nt_working_set *set)
{
    struct nt_working_set wanted = *set;
    NTSTATUS status;

    if (set->minimum == (SIZE_T)-1 && set->maximum == (SIZE_T)-1)
        return flags_are_valid(set->flags) ? nt_working_set_empty() : STATUS_INVALID_PARAMETER;
    status = check(&wanted);
    if (!NT_SUCCESS(status))
        return status;
    /* When it cannot be raised VirtualLock says so, where it matters. */
    (void)nt_os_raise_lock_limit(wanted.minimum);
    nt_lock_take(NT_LOCK_WORKING_SET);
    bounds.minimum = wanted.minimum;
    bounds.maximum = wanted.maximum;
    if (wanted.flags & OF_MINIMUM)
        bounds.flags = (bounds.flags & ~(DWORD)OF_MINIMUM) | (wanted.flags & OF_MINIMUM);
    if (wanted.flags & OF_MAXIMUM)
        bounds.flags = (bounds.flags & ~(DWORD)OF_MAXIMUM) | (wanted.flags & OF_MAXIMUM);
    nt_lock_drop(NT_LOCK_WORKING_SET);
    return STATUS_SUCCESS;
}
