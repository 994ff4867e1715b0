// SPDX-License-Identifier: MIT
/*
 * Times of files.
 */
#include <sys/stat.h>

#include <ntstatus.h>

#include "lib/file/time.h"
#include "os/file-more.h"

#define UNITS_PER_SECOND 10000000ll
#define NS_PER_UNIT      100
/* From 1601-01-01 to 1970-01-01. */
#define UNIX_EPOCH       11644473600ll

int64_t nt_time_from_kernel(struct timespec time)
{
    int64_t seconds;

    if (__builtin_add_overflow(time.tv_sec, UNIX_EPOCH, &seconds) || seconds < 0)
        return 0;
    if (seconds > INT64_MAX / UNITS_PER_SECOND - 1)
        return INT64_MAX;
    return seconds * UNITS_PER_SECOND + time.tv_nsec / NS_PER_UNIT;
}

/* The reverse, for any value. */
static struct timespec to_kernel(int64_t time)
{
    int64_t seconds = time / UNITS_PER_SECOND;
    int64_t rest = time % UNITS_PER_SECOND;

    if (rest < 0) {
        rest += UNITS_PER_SECOND;
        seconds--;
    }
    return (struct timespec){.tv_sec = seconds - UNIX_EPOCH, .tv_nsec = rest * NS_PER_UNIT};
}

NTSTATUS nt_file_get_times(const struct nt_file *file, struct nt_file_times *ret_times)
{
    struct nt_os_times times;
    int r = nt_os_file_times(file->fd, &times);

    if (r < 0)
        return nt_file_status(r);
    *ret_times = (struct nt_file_times){
        .created = nt_time_from_kernel(times.created),
        .read = nt_time_from_kernel(times.read),
        .written = nt_time_from_kernel(times.written),
        .changed = nt_time_from_kernel(times.changed),
    };
    return STATUS_SUCCESS;
}

static struct timespec to_set(int64_t time)
{
    if (time == NT_TIME_KEEP || time == NT_TIME_FREEZE)
        return (struct timespec){.tv_nsec = UTIME_OMIT};
    return to_kernel(time);
}

NTSTATUS nt_file_set_times(const struct nt_file *file, int64_t created, int64_t read,
                           int64_t written)
{
    struct timespec new_read = to_set(read), new_written = to_set(written);
    int r;

    if (created < NT_TIME_FREEZE || read < NT_TIME_FREEZE || written < NT_TIME_FREEZE)
        return STATUS_INVALID_PARAMETER;
    if (new_read.tv_nsec == UTIME_OMIT && new_written.tv_nsec == UTIME_OMIT)
        return STATUS_SUCCESS;
    r = nt_os_file_set_times(file->fd, &new_read, &new_written);
    return nt_file_status(r);
}
