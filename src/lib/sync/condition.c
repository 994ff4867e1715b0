// SPDX-License-Identifier: MIT
/*
 * Condition variables: sleepers at the variable's address (park.h). A thread is one of them before
 * it gives its lock up, so that whoever changes the condition under that lock finds it. The
 * variable's own memory is not used.
 */
#include "lib/sync/in-process.h"
#include "lib/sync/park.h"

bool nt_condition_sleep_critical(CONDITION_VARIABLE *variable, CRITICAL_SECTION *section,
                                 uint64_t deadline_ns)
{
    struct nt_parked parked;
    bool woken;

    nt_park_begin(&parked, variable);
    nt_critical_leave(section);
    woken = nt_park_sleep(&parked, deadline_ns);
    nt_critical_enter(section);
    return woken;
}

bool nt_condition_sleep_srw(CONDITION_VARIABLE *variable, SRWLOCK *lock, bool exclusive,
                            uint64_t deadline_ns)
{
    struct nt_parked parked;
    bool woken;

    nt_park_begin(&parked, variable);
    nt_srw_release(lock, exclusive);
    woken = nt_park_sleep(&parked, deadline_ns);
    nt_srw_acquire(lock, exclusive);
    return woken;
}

void nt_condition_wake(CONDITION_VARIABLE *variable, bool all)
{
    nt_unpark(variable, all);
}
