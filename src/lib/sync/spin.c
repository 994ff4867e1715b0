// SPDX-License-Identifier: MIT
/*
 * Looking again for a moment before sleeping: it pays when the one that is waited for can run at
 * the same time. A thread that may use one processor only never spins.
 */
#include <sched.h>

#include "lib/sync/in-process.h"
#include "util/macro.h"

#define ASK_AGAIN 256u /* spins, after which the processors are counted anew */

static _Thread_local struct {
    unsigned left;
    bool pays;
} mine __attribute__((tls_model("initial-exec")));

static void look(void)
{
    cpu_set_t set;

    mine.left = ASK_AGAIN;
    mine.pays = sched_getaffinity(0, sizeof(set), &set) < 0 || CPU_COUNT(&set) > 1;
}

bool nt_spin(unsigned turn, unsigned most)
{
    if (turn >= most)
        return false;
    if (turn == 0 && mine.left-- == 0)
        look();
    if (!mine.pays)
        return false;
#if defined(__x86_64__)
    __builtin_ia32_pause();
#elif defined(__aarch64__)
    __asm__ volatile("yield");
#endif
    return true;
}
