// SPDX-License-Identifier: MIT
/*
 * Numbers that never fail.
 */
#include <sched.h>
#include <string.h>
#include <unistd.h>

#include "lib/client/client.h"
#include "lib/memory/region.h"
#include "lib/process/lock.h"
#include "lib/process/process-object.h"
#include "lib/process/process.h"
#include "lib/process/watcher.h"
#include "lib/sync/slab.h"
#include "lib/thread/here.h"
#include "lib/thread/thread.h"
#include "os/os.h"
#include "os/residency.h"
#include "util/log.h"

uint32_t nt_process_id(void)
{
    return (uint32_t)getpid();
}

uint32_t nt_thread_id(void)
{
    nt_process_check(); /* a forked child's thread is not the parent's */
    return nt_thread_tid();
}

static void count_processors(SYSTEM_INFO *information)
{
    cpu_set_t set;

    CPU_ZERO(&set);
    if (sched_getaffinity(0, sizeof(set), &set) < 0 || CPU_COUNT(&set) == 0)
        CPU_SET(0, &set);
    information->dwNumberOfProcessors = (DWORD)CPU_COUNT(&set);
    for (unsigned i = 0; i < 64; i++) {
        if (CPU_ISSET(i, &set))
            information->dwActiveProcessorMask |= (DWORD_PTR)1 << i;
    }
}

void nt_system_information(SYSTEM_INFO *ret_information)
{
    memset(ret_information, 0, sizeof(*ret_information));
#if defined(__x86_64__)
    ret_information->wProcessorArchitecture = PROCESSOR_ARCHITECTURE_AMD64;
    ret_information->dwProcessorType = 8664; /* PROCESSOR_AMD_X8664 */
#elif defined(__aarch64__)
    ret_information->wProcessorArchitecture = PROCESSOR_ARCHITECTURE_ARM64;
#else
    ret_information->wProcessorArchitecture = PROCESSOR_ARCHITECTURE_UNKNOWN;
#endif
    ret_information->dwPageSize = NT_PAGE_SIZE;
    ret_information->lpMinimumApplicationAddress = (LPVOID)NT_USER_LOWEST;
    ret_information->lpMaximumApplicationAddress = (LPVOID)(NT_USER_END - 1);
    ret_information->dwAllocationGranularity = NT_GRANULARITY;
    count_processors(ret_information);
}

void nt_process_set_log(void (*function)(int level, const char *message, void *context),
                        void *context)
{
    nt_log_set(function, context);
}

void nt_process_log_text(const char *text)
{
    while (*text) {
        size_t length = strnlen(text, 480); /* the log's lines have 511 bytes */

        /* Not within a character, nor with the newline at the end. */
        while (length > 1 && text[length] && ((unsigned char)text[length] & 0xC0) == 0x80)
            length--;
        nt_log(NT_LOG_DEBUG, "%.*s", (int)(length - (text[length - 1] == '\n')), text);
        text += length;
    }
}

void nt_process_flush_code(const void *base, size_t size)
{
    nt_os_flush_code(base, size);
}

void nt_process_quiesce(void)
{
    nt_threads_reap(true);
    nt_client_disconnect();
    nt_watcher_quiesce();
    nt_children_sweep();
    nt_regions_quiesce();
    nt_slabs_quiesce();
    nt_os_drop_caches();
}
