/* SPDX-License-Identifier: MIT */
/*
 * What is done to files beside reading and writing them: names, times, holes, copies. A part of
 * os.h. Every function returns 0 or -errno, hides EINTR, and writes its outputs only on success.
 */
#ifndef NT_OS_FILE_MORE_H
#define NT_OS_FILE_MORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <time.h>

#include "os/file.h"

/* --- names --------------------------------------------------------------------------------- */

/**
 * nt_os_file_name() - where an open file is now, whatever it was renamed to
 * @ret_path: an absolute path; the caller frees it
 *
 * Return: 0; -ENOENT when it has no name any more, or none that leads back to it.
 */
int nt_os_file_name(int fd, char **ret_path);
/**
 * nt_os_rename() - give a file or directory another name in the same file system
 * @replace: a file of the new name is replaced, in one step; else -EEXIST
 *
 * A file system that cannot refuse to replace is asked first: another program may make the file
 * in between. -EXDEV: another file system.
 */
int nt_os_rename(const char *from, const char *to, bool replace);
/** nt_os_link() - one more name of a file (of a link itself, not of what it leads to) */
int nt_os_link(const char *from, const char *to);
/** nt_os_sync_folder() - write the directory that holds @path to the disk */
int nt_os_sync_folder(const char *path);

/* --- times and modes ----------------------------------------------------------------------- */

struct nt_os_times {
    struct timespec created; /* when the file system does not tell: the earliest it does tell */
    struct timespec read, written, changed;
};

int nt_os_file_times(int fd, struct nt_os_times *ret_times);
/** nt_os_file_set_times() - UTIME_OMIT in tv_nsec leaves one as it is; also of O_PATH descriptors
 */
int nt_os_file_set_times(int fd, const struct timespec *read, const struct timespec *written);
/** nt_os_file_set_mode() - permission bits; also of O_PATH descriptors */
int nt_os_file_set_mode(int fd, mode_t mode);
/** nt_os_directory_is_empty() - whether an open directory holds nothing but . and .. */
int nt_os_directory_is_empty(int fd, bool *ret_empty);

/* --- what is in a file --------------------------------------------------------------------- */

/**
 * nt_os_file_next_data() - the first run of bytes at or behind @from that the disk has
 * @fd:       its position moves: never a description that a program reads with
 * @ret_from, @ret_to: the run; a file system that knows no holes has one run, the file
 *
 * Return: 0; -ENXIO when there is none.
 */
int nt_os_file_next_data(int fd, uint64_t from, uint64_t *ret_from, uint64_t *ret_to);
/**
 * nt_os_file_zero() - make bytes that exist zero, as a hole where the file system can
 *
 * The length stays. Mappings of the file see it at once.
 */
int nt_os_file_zero(int fd, uint64_t offset, uint64_t size);
/** nt_os_file_reserve() - room on the disk for the first @size bytes; the length stays */
int nt_os_file_reserve(int fd, uint64_t size);
/**
 * nt_os_file_copy() - copy bytes from one file to another, inside the kernel where it can
 * @offset:   in both files
 * @ret_done: 0 at the end of the source
 *
 * Above RLIMIT_FSIZE: -EFBIG and never SIGXFSZ.
 */
int nt_os_file_copy(int from_fd, int to_fd, uint64_t offset, uint64_t size, uint64_t *ret_done);

/* --- locks --------------------------------------------------------------------------------- */

/**
 * nt_os_file_find_lock() - the first lock of another description that a lock of @type would meet
 * @type:     F_RDLCK meets exclusive ones, F_WRLCK all
 * @ret_end:  the byte behind it, UINT64_MAX when it has no end
 *
 * Return: 0; -ENOENT when there is none; -EINVAL where the system has no such locks.
 */
int nt_os_file_find_lock(int fd, int type, uint64_t offset, uint64_t size, uint64_t *ret_from,
                         uint64_t *ret_end);

#endif
