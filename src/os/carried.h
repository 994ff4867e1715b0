/* SPDX-License-Identifier: MIT */
/*
 * Descriptors that objects carry for another library (ntshm/shared.h). Whoever takes one from a
 * stranger also closes it some day, perhaps the broker does: so only kinds are let in whose last
 * close takes no time of its maker's choosing, and that hold no other descriptors. A file that a
 * user serves himself (FUSE) is let in all the same, as a section's is; docs/SECURITY.md.
 */
#ifndef NT_OS_CARRIED_H
#define NT_OS_CARRIED_H

/**
 * nt_os_carried_check() - may an object carry @fd?
 *
 * Memory and files, ends of pipes, dma-bufs, and the devices through which graphics drivers
 * export memory. Return: 0; -EINVAL for anything else (sockets, O_PATH, directories, epoll sets);
 * -EBADF.
 */
int nt_os_carried_check(int fd);

#endif
