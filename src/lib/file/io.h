/* SPDX-License-Identifier: MIT */
/*
 * Bytes of files: moving them, positions, lengths. What a handle must carry has been looked at by
 * the caller. See file.h for the object.
 */
#ifndef NT_LIB_FILE_IO_H
#define NT_LIB_FILE_IO_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/file/file.h"

struct nt_file_transfer {
    void *buffer; /* not written to when @write */
    size_t size;
    bool write;
    bool append;            /* write at the end of the file, wherever that is */
    const uint64_t *offset; /* in bytes; NULL for the position. Devices and pipes have none. */
};

/**
 * nt_file_move() - read or write
 * @ret_done: bytes moved; a read is short at the end of the file, a write when the disk is full
 *
 * The position moves behind them, unless the handle was opened with FILE_FLAG_OVERLAPPED.
 * Return: STATUS_SUCCESS; STATUS_END_OF_FILE for a read with an offset that finds nothing;
 * STATUS_FILE_LOCK_CONFLICT; STATUS_INVALID_DEVICE_REQUEST for a directory;
 * STATUS_INVALID_PARAMETER; STATUS_PIPE_BROKEN, STATUS_PIPE_CLOSING: nobody at the other end;
 * STATUS_ACCESS_VIOLATION; STATUS_DISK_FULL; what the kernel said.
 */
NTSTATUS nt_file_move(struct nt_file *file, const struct nt_file_transfer *transfer,
                      size_t *ret_done);

/**
 * nt_file_seek() - move the position
 * @whence: SEEK_SET, SEEK_CUR, SEEK_END
 *
 * Return: STATUS_SUCCESS; STATUS_INVALID_PARAMETER before the beginning;
 * STATUS_INVALID_PARAMETER_2 where no file of this file system reaches;
 * STATUS_INVALID_DEVICE_REQUEST for what has no position.
 */
NTSTATUS nt_file_seek(struct nt_file *file, int64_t distance, int whence, uint64_t *ret_position);

/**
 * nt_file_shrink() - make a file shorter, if nobody has mapped it
 * @fd: can be written
 *
 * Return: 0; -EBUSY when a data section or view shows it, -ETXTBSY when an image does; -errno.
 */
int nt_file_shrink(int fd, uint64_t size);

/** nt_file_flush() - what was written is on the disk */
NTSTATUS nt_file_flush(struct nt_file *file);

#endif
