// SPDX-License-Identifier: MIT
/*
 * What this process ends with. Linux keeps 8 bits of an exit code; a process that CreateProcess
 * made has a page, which its parent and others look at (process-object.h), and tells all 32 there:
 * when exit() runs, before it ends itself, or when somebody else ends it.
 */
#include "lib/process/process-object.h"

#include <stdlib.h>
#include <unistd.h>

#include "lib/process/lock.h"
#include "os/os.h"
#include "util/macro.h"

/* Written once, before the program runs; a forked child has them, and is not meant. */
static struct nt_process_page *own_page;
static int own_fd = -1;

static bool is_mine(void)
{
    return own_page && atomic_load(&own_page->pid) == (uint32_t)getpid();
}

static void at_exit(int code, void *argument)
{
    (void)argument;
    nt_process_tell_code((uint32_t)code);
}

void nt_process_use_page(struct nt_process_page *page, int fd)
{
    own_page = page;
    own_fd = fd;
    on_exit(at_exit, NULL);
}

struct nt_process_page *nt_process_own_page(int *ret_fd)
{
    if (!is_mine())
        return NULL;
    *ret_fd = own_fd;
    return own_page;
}

void nt_process_tell_code(uint32_t code)
{
    uint64_t before = 0;

    if (is_mine())
        atomic_compare_exchange_strong(&own_page->ended_as, &before, NT_PROCESS_ENDED | code);
}
