/* SPDX-License-Identifier: MIT */
/*
 * More calls about memory: what copy-on-write, growing sections and flushing need. A part of the
 * seam; see os.h for its rules.
 */
#ifndef NT_OS_MEMORY_MORE_H
#define NT_OS_MEMORY_MORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/**
 * nt_os_remap() - mremap: move @old_size bytes of mappings to where they are @size bytes
 * @old_size: 0 makes a second mapping of shared memory and leaves the first
 * @to:       the place, which is replaced; NULL for any
 *
 * A failure leaves both places as they were.
 */
int nt_os_remap(void *from, size_t old_size, size_t size, void *to, void **ret_address);

/**
 * nt_os_copy_memory() - copy within this process, also from where a touch would be a fault
 *
 * -EFAULT when some of it cannot be read; @to is then written in part.
 */
int nt_os_copy_memory(void *to, const void *from, size_t size);

/**
 * nt_os_stack_range() - where the main thread's stack is and may still grow to
 *
 * The kernel keeps that free when it chooses a place itself, and nobody else does. 0 and 0 when
 * it is not known.
 */
void nt_os_stack_range(uint64_t *ret_low, uint64_t *ret_high);

/**
 * nt_os_open_mapping() - a description of the file that is mapped at @address
 * @flags: O_RDONLY or O_RDWR (CLOEXEC is added)
 *
 * Through /proc/self/map_files, which the kernel opens for the privileged only: -EPERM.
 */
int nt_os_open_mapping(const void *address, int flags, int *ret_fd);

/**
 * nt_os_make_writable() - have a descriptor stand for a description that can be written
 *
 * Opened anew when it is none; the descriptor keeps its number. -EACCES when that is not allowed.
 */
int nt_os_make_writable(int fd);

/**
 * nt_os_memfd_check() - what a peer gave is a memfd that cannot be cut off
 *
 * Return: 0, and its size; -EPERM when it is not sealed against shrinking.
 */
int nt_os_memfd_check(int fd, uint64_t *ret_size);
#define NT_OS_SEALED_WRITE  0x0018u /* F_SEAL_WRITE, F_SEAL_FUTURE_WRITE */
#define NT_OS_SEALED_GROW   0x0004u /* F_SEAL_GROW */
#define NT_OS_SEALED_SHRINK 0x0002u /* F_SEAL_SHRINK */
#define NT_OS_SEALED_EXEC   0x0020u /* F_SEAL_EXEC */
/** nt_os_memfd_seals() - its F_SEAL_ bits; -EINVAL for what is no memory */
int nt_os_memfd_seals(int fd, unsigned *ret_seals);
/** nt_os_memfd_close_to_others() - mode 0600: no other user reopens it. -EPERM: another's. */
int nt_os_memfd_close_to_others(int fd);
/**
 * nt_os_memfd_grow() - make a memfd that is sealed against shrinking at least @size bytes long
 * @from:     the size that it is known to have
 * @ret_size: its size then, which may be larger: somebody else has grown it
 *
 * One system call. -EINVAL when @fd cannot be written; -EFBIG above RLIMIT_FSIZE, and never
 * SIGXFSZ, as long as the limit is not lowered below 16 MiB more than the memory has.
 */
int nt_os_memfd_grow(int fd, uint64_t from, uint64_t size, uint64_t *ret_size);
/** nt_os_memfd_allocate() - give a range its memory now. -ENOSPC, -ENOMEM. */
int nt_os_memfd_allocate(int fd, uint64_t offset, uint64_t size);

/** nt_os_start_writing() - begin to write the dirty pages of a range of a file, without waiting */
int nt_os_start_writing(int fd, uint64_t offset, uint64_t size);

#endif
