/* SPDX-License-Identifier: MIT */
/*
 * Files, as far as the Linux seam is concerned; a part of os.h. Every function returns 0 or
 * -errno, hides EINTR, and writes its outputs only on success.
 */
#ifndef NT_OS_FILE_H
#define NT_OS_FILE_H

#include <fcntl.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <time.h>

/** nt_os_file_open() - open(2): CLOEXEC, above 2, never a controlling terminal */
int nt_os_file_open(const char *path, int flags, mode_t mode, int *ret_fd);
/** nt_os_file_stat() - fstat(2) */
int nt_os_file_stat(int fd, struct stat *ret_stat);
/**
 * nt_os_file_stat_known() - device, inode, size and blocks as the kernel remembers them
 *
 * Who serves the file (FUSE, NFS) is not asked, and so cannot make the caller wait.
 */
int nt_os_file_stat_known(int fd, struct stat *ret_stat);
/** nt_os_file_size() - its length in bytes */
int nt_os_file_size(int fd, uint64_t *ret_size);
/** nt_os_file_flags() - how it was opened: O_RDONLY ... and O_APPEND, O_DIRECT; -EBADF */
int nt_os_file_flags(int fd, int *ret_flags);
/** nt_os_file_set_direct() - O_DIRECT from now on; -EINVAL where the file system cannot */
int nt_os_file_set_direct(int fd);
/** nt_os_file_stat_path() - stat(2), or lstat(2) when a link is not to be followed */
int nt_os_file_stat_path(const char *path, bool follow, struct stat *ret_stat);

/* Offsets of reads and writes that are none: the description's own position, which moves; the
 * end of the file, wherever it is at that moment (writes only; the position moves behind it). */
#define NT_OS_FILE_POSITION UINT64_MAX
#define NT_OS_FILE_END      (UINT64_MAX - 1)

/**
 * nt_os_file_read(), nt_os_file_write() - as much as there is, or as there is room for
 * @offset:   bytes from the start; or NT_OS_FILE_POSITION, NT_OS_FILE_END
 * @ret_done: bytes; less than @size at the end of the file, and from a pipe or terminal what
 *            there is. After some bytes an error is not reported (the next call meets it).
 *
 * A non-blocking description is waited for. Writing above RLIMIT_FSIZE is -EFBIG and never
 * SIGXFSZ.
 */
int nt_os_file_read(int fd, void *buffer, size_t size, uint64_t offset, size_t *ret_done);
int nt_os_file_write(int fd, const void *buffer, size_t size, uint64_t offset, size_t *ret_done);
/** nt_os_pipe_write() - the same to a pipe or socket; nobody at the other end: -EPIPE, no SIGPIPE
 */
int nt_os_pipe_write(int fd, const void *buffer, size_t size, size_t *ret_done);
/** nt_os_file_seek() - lseek(2); @ret_position may be NULL. -ESPIPE: it has no position. */
int nt_os_file_seek(int fd, int64_t distance, int whence, uint64_t *ret_position);

/**
 * nt_os_file_resize() - ftruncate(2): shorter or longer, longer without room on the disk
 *
 * Above RLIMIT_FSIZE: -EFBIG and never SIGXFSZ.
 */
int nt_os_file_resize(int fd, uint64_t size);
/**
 * nt_os_file_allocate() - make the file at least @size bytes long, with room for what is added
 * @from: the length that it has; what lies before is not touched
 *
 * A failure leaves the length as it was. -ENOSPC, -EDQUOT, -EFBIG (RLIMIT_FSIZE too, never
 * SIGXFSZ). A file system without fallocate gets zeros written.
 */
int nt_os_file_allocate(int fd, uint64_t from, uint64_t size);
/** nt_os_file_sync() - fsync(2) */
int nt_os_file_sync(int fd);
/** nt_os_msync() - start (or, with @wait, finish) writing dirty pages of a mapping */
int nt_os_msync(void *address, size_t size, bool wait);

/**
 * nt_os_file_lock() - an OFD lock (F_RDLCK, F_WRLCK, F_UNLCK) on [@offset, @offset + @size)
 * @size: 0 for all that follows
 * @wait: sleep until it is free, else -EAGAIN
 *
 * It belongs to the open file description: every copy of @fd and every mapping made from it
 * keeps it. -EBADF: @fd is not open for what the lock is about; -ENOLCK, -EOPNOTSUPP: the file
 * system has no such locks.
 */
int nt_os_file_lock(int fd, int type, uint64_t offset, uint64_t size, bool wait);

/* --- names ------------------------------------------------------------------------------- */

/** nt_os_file_unlink() - take a name that is no directory away */
int nt_os_file_unlink(const char *path);
/** nt_os_file_chmod() - permission bits of what @path leads to */
int nt_os_file_chmod(const char *path, mode_t mode);
/** nt_os_directory_make(), nt_os_directory_remove() - mkdir(2) (0777 less the umask), rmdir(2) */
int nt_os_directory_make(const char *path);
int nt_os_directory_remove(const char *path);
/** nt_os_directory_current() - its path, to be freed by the caller. -ENOENT: it was removed. */
int nt_os_directory_current(char **ret_path);
/** nt_os_directory_change() - chdir(2), for the whole process */
int nt_os_directory_change(const char *path);

#endif
