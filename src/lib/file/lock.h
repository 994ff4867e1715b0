/* SPDX-License-Identifier: MIT */
/*
 * Byte-range locks, as LockFile takes them. They belong to the file object: all copies of a
 * handle share them, and they go with the last one.
 *
 * Two things carry a lock. A list at the file object knows the exact ranges, since an unlock must
 * name one of them and an exclusive lock refuses every overlap, also with locks of its own handle.
 * And OFD locks of the object's description tell every other handle, of this process or another
 * one: for each byte the strongest lock of the list. What they cannot say is kept honest in
 * docs/DEVIATIONS.md: empty ranges, and offsets that Linux has no bytes for.
 */
#ifndef NT_LIB_FILE_LOCK_H
#define NT_LIB_FILE_LOCK_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/file/file.h"

/**
 * nt_file_lock() - lock [@offset, @offset + @size) of a file
 * @handle:    must carry FILE_READ_DATA or FILE_WRITE_DATA
 * @size:      0 is a place between two bytes, which no other lock may span
 * @exclusive: else shared
 * @wait:      sleep until it can be had
 *
 * Return: STATUS_SUCCESS; STATUS_LOCK_NOT_GRANTED; STATUS_INVALID_LOCK_RANGE when the range
 * leaves 64 bits; STATUS_INVALID_DEVICE_REQUEST for what is no ordinary file;
 * STATUS_ACCESS_DENIED, also for an exclusive lock of a file that this user may not write;
 * STATUS_NOT_SUPPORTED where the file system has no locks; STATUS_NO_MEMORY; those of
 * nt_handle_get().
 */
NTSTATUS nt_file_lock(HANDLE handle, uint64_t offset, uint64_t size, bool exclusive, bool wait);

/**
 * nt_file_unlock() - give back a lock of exactly that range
 *
 * Where both an exclusive and a shared lock have it, the exclusive one goes first.
 * Return: STATUS_SUCCESS; STATUS_RANGE_NOT_LOCKED; as above.
 */
NTSTATUS nt_file_unlock(HANDLE handle, uint64_t offset, uint64_t size);

/** nt_file_locks_free() - when the last handle closes, before its description is closed */
void nt_file_locks_free(struct nt_file *file);

/**
 * nt_file_locks_check() - may this handle transfer these bytes?
 * @write: a shared lock refuses everybody's writing, also its holder's
 *
 * Return: STATUS_SUCCESS; STATUS_FILE_LOCK_CONFLICT.
 */
NTSTATUS nt_file_locks_check(struct nt_file *file, bool write, uint64_t offset, uint64_t size);

/**
 * nt_file_is_locked() - 16.26: does another handle lock the whole file exclusively?
 * @size: of the file
 *
 * Locks of parts do not count: programs that share a mapped file between processes lock bytes of
 * it meanwhile, and map it anew.
 */
bool nt_file_is_locked(struct nt_file *file, uint64_t size);

#endif
