/* SPDX-License-Identifier: MIT */
/*
 * Times of files: units of 100 ns since 1601-01-01 UTC, as Windows counts, and the kernel's
 * seconds and nanoseconds since 1970.
 */
#ifndef NT_LIB_FILE_TIME_H
#define NT_LIB_FILE_TIME_H

#include <time.h>

#include "lib/file/file.h"

/* Not a time: leave the file's as it is (0), and stop changing it by itself (-1). */
#define NT_TIME_KEEP   0
#define NT_TIME_FREEZE (-1)

struct nt_file_times {
    int64_t created, read, written, changed;
};

/** nt_time_from_kernel() - of a moment before 1601: 0 */
int64_t nt_time_from_kernel(struct timespec time);

/**
 * nt_file_get_times() - all four
 *
 * A file system that does not know when a file was made tells the earliest time that it knows.
 */
NTSTATUS nt_file_get_times(const struct nt_file *file, struct nt_file_times *ret_times);

/**
 * nt_file_set_times() - when it was read and written; the caller has looked at the rights
 * @created: looked at, but Linux has no call that sets it
 *
 * Each is a time, NT_TIME_KEEP or NT_TIME_FREEZE (which keeps it too: the kernel goes on with
 * the next read or write). Return: STATUS_SUCCESS; STATUS_INVALID_PARAMETER for others below 0.
 */
NTSTATUS nt_file_set_times(const struct nt_file *file, int64_t created, int64_t read,
                           int64_t written);

#endif
