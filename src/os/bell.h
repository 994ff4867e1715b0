/* SPDX-License-Identifier: MIT */
/*
 * Bells: a descriptor that one thread polls and another one makes readable. A part of the seam; see
 * os.h for its rules.
 */
#ifndef NT_OS_BELL_H
#define NT_OS_BELL_H

/** nt_os_bell_new() - one that has not rung */
int nt_os_bell_new(int *ret_fd);
/** nt_os_bell_ring() - it is readable now; never blocks, never fails */
void nt_os_bell_ring(int fd);
/** nt_os_bell_hear() - it is not readable until it rings again */
void nt_os_bell_hear(int fd);

#endif
