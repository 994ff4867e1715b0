// SPDX-License-Identifier: MIT
/*
 * Threads as the kernel knows them; see thread.h.
 */
#include "os/thread.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "os/fault.h"
#include "os/system.h"
#include "util/macro.h"

#define STACK_LEAST (256u * 1024u)
#define UNITS       10000000u /* of 100 ns in a second */

int nt_os_thread_start(void *(*function)(void *argument), void *argument, size_t stack_size)
{
    pthread_attr_t attributes;
    pthread_t thread;
    int error;

    NT_OS_FAULT(NT_OS_THREAD);
    if (stack_size > PTRDIFF_MAX)
        return -ENOMEM;
    error = pthread_attr_init(&attributes);
    if (error)
        return -error;
    if (stack_size > 0) {
        if (stack_size < STACK_LEAST)
            stack_size = STACK_LEAST;
        error = pthread_attr_setstacksize(&attributes, nt_align_up(stack_size, NT_PAGE_SIZE));
    }
    if (!error)
        error = pthread_create(&thread, &attributes, function, argument);
    pthread_attr_destroy(&attributes);
    return -error;
}

void nt_os_thread_join(uint64_t thread)
{
    int state = nt_os_hold_cancel();

    pthread_join((pthread_t)thread, NULL);
    nt_os_allow_cancel(state);
}

bool nt_os_thread_exists(uint32_t process, uint32_t tid)
{
    int pid = process ? (int)process : getpid();

    return tid && tid <= INT_MAX && (syscall(SYS_tgkill, pid, (int)tid, 0) == 0 || errno == EPERM);
}

bool nt_os_thread_exists_elsewhere(uint32_t tid)
{
    /* kill() takes a thread's number for its process's. */
    return tid && tid <= INT_MAX && (kill((pid_t)tid, 0) == 0 || errno == EPERM);
}

unsigned nt_os_thread_count(void)
{
    struct stat status;

    return stat("/proc/self/task", &status) == 0 && status.st_nlink > 2
               ? (unsigned)status.st_nlink - 2
               : 0;
}

static uint64_t units_of(const struct timeval *time)
{
    return (uint64_t)time->tv_sec * UNITS + (uint64_t)time->tv_usec * 10;
}

/* The kernel's clocks of one thread: 0 is user and system time, 1 user time. */
static int read_clock(uint32_t tid, unsigned which, uint64_t *ret_units)
{
    struct timespec time;
    clockid_t id = (clockid_t)(~tid << 3 | 4 | which);

    if (syscall(SYS_clock_gettime, id, &time) < 0)
        return -ESRCH;
    *ret_units = (uint64_t)time.tv_sec * UNITS + (uint64_t)time.tv_nsec / 100;
    return 0;
}

int nt_os_thread_used(uint32_t tid, uint64_t *ret_kernel, uint64_t *ret_user)
{
    struct rusage usage;
    uint64_t both, user;
    int r;

    if (tid == 0) {
        if (getrusage(RUSAGE_THREAD, &usage) < 0)
            return -errno;
        *ret_kernel = units_of(&usage.ru_stime);
        *ret_user = units_of(&usage.ru_utime);
        return 0;
    }
    r = read_clock(tid, 1, &user);
    if (r == 0)
        r = read_clock(tid, 0, &both);
    if (r < 0)
        return r;
    *ret_kernel = both > user ? both - user : 0;
    *ret_user = user;
    return 0;
}

/* The 22nd field of a stat file: clock ticks since the machine started. */
static bool read_start(const char *text, unsigned long long *ret_ticks)
{
    const char *at = strrchr(text, ')'); /* the name before may hold anything */

    for (unsigned field = 2; at && field < 22; field++) {
        at = strchr(at, ' ');
        at = at ? at + 1 : NULL;
    }
    return at && sscanf(at, "%llu", ret_ticks) == 1;
}

uint64_t nt_os_thread_started(uint32_t tid, uint64_t wall, uint64_t since_start)
{
    long per_second = sysconf(_SC_CLK_TCK);
    unsigned long long ticks;
    char path[64], text[1024];
    uint64_t after;

    snprintf(path, sizeof(path), "/proc/self/task/%u/stat", tid);
    if (nt_os_read_text(path, text, sizeof(text)) < 0 || per_second <= 0 ||
        !read_start(text, &ticks))
        return wall;
    after = ticks * (UNITS / (unsigned long)per_second);
    return after < since_start ? wall - (since_start - after) : wall;
}

int nt_os_thread_rename(uint32_t tid, const char *name)
{
    NT_CLEANUP(nt_os_closep) int fd = -1;
    char path[64];
    ssize_t n;
    int r;

    snprintf(path, sizeof(path), "/proc/self/task/%u/comm", tid);
    r = nt_os_open(path, O_WRONLY, 0, &fd);
    if (r < 0)
        return r;
    do {
        n = syscall(SYS_write, fd, name, strnlen(name, 15));
    } while (n < 0 && errno == EINTR);
    return n < 0 ? -errno : 0;
}

bool nt_os_thread_may_renice(void)
{
    struct rlimit limit;

    /* The limit counts from 20: what a nice value may fall to is 20 less the limit. */
    return getrlimit(RLIMIT_NICE, &limit) == 0 && limit.rlim_cur >= 40;
}

int nt_os_thread_renice(uint32_t tid, int nice)
{
    return setpriority(PRIO_PROCESS, tid, nice) < 0 ? -errno : 0;
}
