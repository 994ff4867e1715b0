// SPDX-License-Identifier: MIT
/*
 * Facts about a process; see process-facts.h. They are asked by its number, and believed only if
 * the number was still its own.
 */
#include "lib/process/process-facts.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include <ntstatus.h>

#include "lib/process/clock.h"
#include "os/pidfd.h"
#include "rtl/status.h"
#include "util/macro.h"

static uint64_t units_of_ticks(uint64_t ticks)
{
    return ticks * (10000000u / (uint64_t)sysconf(_SC_CLK_TCK));
}

NTSTATUS nt_process_facts(const struct nt_process *process, struct nt_process_facts *ret_facts)
{
    struct nt_os_process_times times;

    if (nt_os_process_times(process->pid, &times) < 0 || times.started != process->started)
        return STATUS_UNSUCCESSFUL;
    *ret_facts = (struct nt_process_facts){
        .created = nt_clock_wall() - nt_clock_since_start() + units_of_ticks(times.started),
        .kernel = units_of_ticks(times.kernel),
        .user = units_of_ticks(times.user),
        .parent = (uint32_t)times.parent,
        .nice = times.nice,
    };
    return STATUS_SUCCESS;
}

NTSTATUS nt_process_image(struct nt_process *process, char **ret_path)
{
    NT_CLEANUP(nt_freep) char *path = NULL;
    int r = nt_process_has_ended(process) ? -ESRCH : nt_os_process_image(process->pid, &path);

    if (r == -ESRCH || (r == 0 && nt_process_has_ended(process)))
        return STATUS_UNSUCCESSFUL;
    if (r == 0)
        *ret_path = NT_STEAL(path);
    return nt_status_from_errno(r);
}

NTSTATUS nt_process_set_nice(struct nt_process *process, int nice)
{
    int r;

    if (nt_process_has_ended(process))
        return STATUS_PROCESS_IS_TERMINATING;
    r = nt_os_process_set_nice(process->pid, nice);
    return r == -ESRCH ? STATUS_PROCESS_IS_TERMINATING : nt_status_from_errno(r);
}
