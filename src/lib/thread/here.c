// SPDX-License-Identifier: MIT
/*
 * The storage of here.h. As for the fault handler's (fault/thread.c) its address is made in one
 * function only.
 */
#include "lib/thread/here.h"

#include "lib/process/lock.h"
#include "os/os.h"
#include "util/macro.h"

static _Thread_local struct nt_thread_here here __attribute__((tls_model("initial-exec")));

__attribute__((noinline)) struct nt_thread_here *nt_thread_here(void)
{
    return &here;
}

uint32_t nt_thread_tid(void)
{
    struct nt_thread_here *mine = nt_thread_here();

    nt_process_check();
    if (NT_UNLIKELY(mine->tid == 0))
        mine->tid = nt_os_tid();
    return mine->tid;
}
