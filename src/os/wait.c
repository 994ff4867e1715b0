// SPDX-License-Identifier: MIT
/*
 * Sleeping and waking on a word in shared memory, time, thread ids, and randomness.
 */
#include <errno.h>
#include <limits.h>
#include <linux/futex.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
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

/* The kernel's, which its headers have since 5.16. */
struct waitv {
    uint64_t value;
    uint64_t address;
    uint32_t flags;
    uint32_t reserved;
};

#ifndef SYS_futex_waitv
#    define SYS_futex_waitv 449
#endif
#define WAITV_32 2u /* and of any process */

/* Whether the kernel has it: a call that is not there is not made again. */
static _Atomic bool lacks_waitv;

/* Return: 0 woken, a word differed, or a signal came; -ETIMEDOUT; else it cannot be done so. */
static int wait_vector(const struct nt_os_wait *waits, unsigned count, uint64_t deadline_ns)
{
    struct waitv vector[NT_OS_MAX_WAIT];
    struct timespec deadline = {
        .tv_sec = (time_t)(deadline_ns / NS_PER_SECOND),
        .tv_nsec = (long)(deadline_ns % NS_PER_SECOND),
    };

    NT_OS_FAULT(NT_OS_WAITV);
    if (atomic_load_explicit(&lacks_waitv, memory_order_relaxed))
        return -ENOSYS;
    for (unsigned i = 0; i < count; i++)
        vector[i] = (struct waitv){waits[i].value, (uintptr_t)waits[i].word, WAITV_32, 0};
    if (syscall(SYS_futex_waitv, vector, count, 0, deadline_ns == UINT64_MAX ? NULL : &deadline,
                CLOCK_MONOTONIC) >= 0 ||
        errno == EAGAIN || errno == EINTR)
        return 0;
    /* EPERM: a filter of system calls that does not know it. */
    if (errno == ENOSYS || errno == EPERM)
        atomic_store(&lacks_waitv, true);
    return -errno;
}

/* How long is slept on one word of several, where the kernel cannot do better. */
#define LOOK_NS 1000000u

static int wait_in_looks(const struct nt_os_wait *waits, unsigned count, uint64_t deadline_ns)
{
    for (;;) {
        uint64_t now = nt_os_now_ns();
        uint64_t next = deadline_ns < now + LOOK_NS ? deadline_ns : now + LOOK_NS;

        for (unsigned i = 0; i < count; i++) {
            if (atomic_load(waits[i].word) != waits[i].value)
                return 0;
        }
        if (now >= deadline_ns)
            return -ETIMEDOUT;
        if (nt_os_futex_wait(waits[0].word, waits[0].value, next) == 0)
            return 0;
    }
}

int nt_os_futex_wait_any(const struct nt_os_wait *waits, unsigned count, uint64_t deadline_ns)
{
    int r = wait_vector(waits, count, deadline_ns);

    return r == 0 || r == -ETIMEDOUT ? r : wait_in_looks(waits, count, deadline_ns);
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

/* --- threads ------------------------------------------------------------------------ */

/* A forked child's thread is another one: what the parent kept is of an older generation. */
static _Atomic uint32_t generation = 1;
static __thread uint32_t own_tid, own_generation;

uint32_t nt_os_tid(void)
{
    uint32_t now = atomic_load_explicit(&generation, memory_order_relaxed);

    if (own_generation != now) {
        own_tid = (uint32_t)syscall(SYS_gettid);
        own_generation = now;
    }
    return own_tid;
}

void nt_os_forget_tids(void)
{
    atomic_fetch_add(&generation, 1);
}

bool nt_os_thread_is_gone(uint32_t tid)
{
    return (pid_t)tid <= 0 || (kill((pid_t)tid, 0) < 0 && errno == ESRCH);
}

bool nt_os_runs_alone(void)
{
    cpu_set_t set;

    return sched_getaffinity(0, sizeof(set), &set) == 0 && CPU_COUNT(&set) == 1;
}
