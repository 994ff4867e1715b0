// SPDX-License-Identifier: MIT
/*
 * The clocks; see clock.h.
 */
#include <errno.h>
#include <sched.h>
#include <time.h>

#include "lib/file/time.h"
#include "lib/process/clock.h"

#define UNITS_PER_SECOND UINT64_C(10000000)

static uint64_t read_clock(clockid_t clock)
{
    struct timespec now = {0};

    clock_gettime(clock, &now);
    return (uint64_t)now.tv_sec * UNITS_PER_SECOND + (uint64_t)now.tv_nsec / 100;
}

uint64_t nt_clock_wall(void)
{
    struct timespec now = {0};

    clock_gettime(CLOCK_REALTIME, &now);
    return (uint64_t)nt_time_from_kernel(now);
}

uint64_t nt_clock_since_start(void)
{
    return read_clock(CLOCK_BOOTTIME);
}

uint64_t nt_clock_awake(void)
{
    return read_clock(CLOCK_MONOTONIC);
}

static void sleep_until(const struct timespec *end)
{
    while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, end, NULL) == EINTR)
        ;
}

void nt_clock_sleep(uint32_t milliseconds)
{
    struct timespec end;

    if (milliseconds == 0) {
        sched_yield();
        return;
    }
    clock_gettime(CLOCK_MONOTONIC, &end);
    for (;;) {
        end.tv_sec += milliseconds / 1000;
        end.tv_nsec += (long)(milliseconds % 1000) * 1000000;
        if (end.tv_nsec >= 1000000000) {
            end.tv_sec++;
            end.tv_nsec -= 1000000000;
        }
        sleep_until(&end);
        if (milliseconds != UINT32_MAX) /* else for ever */
            return;
    }
}
