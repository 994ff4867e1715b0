/* SPDX-License-Identifier: MIT */
/*
 * Holes: which bytes of a file are on the disk, and how to get rid of some.
 */
#ifndef NT_LIB_FILE_SPARSE_H
#define NT_LIB_FILE_SPARSE_H

#include "lib/file/file.h"

/**
 * nt_file_set_sparse() - FSCTL_SET_SPARSE: needs FILE_WRITE_DATA or FILE_WRITE_ATTRIBUTES
 * @sparse: every file may have holes, so that true changes nothing; false fills them with room
 */
NTSTATUS nt_file_set_sparse(HANDLE handle, bool sparse);

/**
 * nt_file_zero() - FSCTL_SET_ZERO_DATA: needs FILE_WRITE_DATA
 * @from, @to: bytes [@from, @to); what lies behind the end counts for nothing
 *
 * Views of the file read zeros at once, but for pages that they have copied.
 * Return: STATUS_SUCCESS; STATUS_INVALID_PARAMETER; STATUS_FILE_LOCK_CONFLICT.
 */
NTSTATUS nt_file_zero(HANDLE handle, int64_t from, int64_t to);

struct nt_file_range {
    uint64_t offset, size;
};

/**
 * nt_file_ranges() - FSCTL_QUERY_ALLOCATED_RANGES: needs FILE_READ_DATA
 * @offset, @size: which part of the file is asked about
 * @ranges, @max:  room; runs of data in that part, in order
 *
 * Return: STATUS_SUCCESS; STATUS_BUFFER_OVERFLOW when there are more (@max were given);
 * STATUS_BUFFER_TOO_SMALL when there is one and no room at all; STATUS_INVALID_PARAMETER.
 */
NTSTATUS nt_file_ranges(HANDLE handle, int64_t offset, int64_t size, struct nt_file_range *ranges,
                        size_t max, size_t *ret_count);

#endif
