/* SPDX-License-Identifier: MIT */
/*
 * Looking at another process and talking with it: polling with a deadline, when a process began,
 * copying between two address spaces, and what is mapped in another one. A part of the seam; see
 * os.h for its rules. A process is named by its number here: who has a pidfd of it looks afterwards
 * whether it was that process all the time.
 */
#ifndef NT_OS_REMOTE_H
#define NT_OS_REMOTE_H

#include <poll.h>
#include <pthread.h>

#include "os/os.h"

/**
 * nt_os_poll() - poll() that ends at a moment and not after a while
 * @deadline_ns: CLOCK_MONOTONIC, UINT64_MAX for ever
 *
 * Return: 0, also when nothing has happened by then: the revents tell.
 */
int nt_os_poll(struct pollfd *entries, size_t count, uint64_t deadline_ns);

/** nt_os_socket_refuse() - nobody connects any more, whoever else has the listening socket too */
void nt_os_socket_refuse(int listen_fd);

/** nt_os_process_began() - when a process began, in the kernel's ticks since it started */
int nt_os_process_began(pid_t pid, uint64_t *ret_ticks);

/** nt_os_process_is_ending() - it has given its memory up, or is no more */
bool nt_os_process_is_ending(pid_t pid);

/**
 * nt_os_process_threads() - whether this process's first thread has ended, and how many others run
 */
int nt_os_process_threads(bool *ret_first_ended, unsigned *ret_others);

/**
 * nt_os_copy_process() - copy between this process and another one, or itself
 * @there:    address in @pid
 * @here:     address in this process
 * @write:    to there, else from there
 * @ret_done: bytes copied: fewer than @size when a page there cannot be reached, and then a failure
 *
 * Return: 0; -EFAULT; -EPERM: the kernel lets only a debugger do that; -ESRCH.
 */
int nt_os_copy_process(pid_t pid, uint64_t there, void *here, size_t size, bool write,
                       size_t *ret_done);

/**
 * nt_os_process_vma() - the mapping of another process that holds @address, or the next one above
 * @ret_name: its path as the kernel tells it, for the caller to free, or NULL; may be NULL
 *
 * Return: 0; -ENOENT when there is none; -EACCES: another user's; -ESRCH.
 */
int nt_os_process_vma(pid_t pid, uint64_t address, struct nt_os_vma *ret_vma, char **ret_name);

/**
 * nt_os_helper_start() - a thread of the library's own
 * @stack: bytes
 *
 * It runs with every signal blocked that is sent from outside, so that no handler of the program
 * runs in it; those that an instruction raises are left. Return: 0; -EAGAIN; -ENOMEM.
 */
int nt_os_helper_start(const char *name, size_t stack, void *(*function)(void *argument),
                       void *argument, pthread_t *ret_thread);

#endif
