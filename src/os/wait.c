// SPDX-License-Identifier: MIT
/*
 * Sleeping and waking on a word in shared memory, time, thread ids, and randomness.
 */
#include <errno.h>
#include <limits.h>
#include <linux/futex.h>
#include <pthread.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "os/fault.h"

#define NS_PER_SECOND 1000000000ull

uint64_t nt_os_now_ns(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * NS_PER_SECOND + (uint64_t)now.tv_nsec;
}

int nt_os_futex_wait(_Atomic uint32_t *word, uint32_t value, uint64_t deadline_ns)
{
    struct timespec deadline = {
        .tv_sec = (time_t)(deadline_ns / NS_PER_SECOND),
        .tv_nsec = (long)(deadline_ns % NS_PER_SECOND),
    };

    for (;;) {
        /* The bitset form takes an absolute deadline, so that EINTR does not stretch it. */
        long r =
            syscall(SYS_futex, word, FUTEX_WAIT_BITSET, value,
                    deadline_ns == UINT64_MAX ? NULL : &deadline, NULL, FUTEX_BITSET_MATCH_ANY);

        if (r == 0 || errno == EAGAIN)
            return 0;
        if (errno != EINTR)
            return -errno;
        if (atomic_load(word) != value)
            return 0;
    }
}

int nt_os_futex_wake(_Atomic uint32_t *word, int count)
{
    return (int)syscall(SYS_futex, word, FUTEX_WAKE, count, NULL, NULL, 0);
}

int nt_os_random(void *buffer, size_t size)
{
    unsigned char *at = buffer;

    while (size > 0) {
        /* The library's getrandom() is a cancellation point; our callers hold locks. */
        ssize_t n = syscall(SYS_getrandom, at, size, 0);

        if (n < 0) {
            if (errno == EINTR)
                continue;
            return -errno;
        }
        at += n;
        size -= (size_t)n;
    }
    return 0;
}

uint32_t nt_os_tid(void)
{
    return (uint32_t)syscall(SYS_gettid);
}
