/* SPDX-License-Identifier: MIT */
/*
 * Threads of this process, as the kernel knows them.
 */
#ifndef NT_OS_THREAD_H
#define NT_OS_THREAD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/**
 * nt_os_thread_start() - a thread of the C library; nt_os_thread_join() gives its stack back
 * @stack_size: bytes; 0: as the C library has it. Raised to what @function needs at least
 *
 * Return: 0; -EAGAIN, -ENOMEM.
 */
int nt_os_thread_start(void *(*function)(void *argument), void *argument, size_t stack_size);

/** nt_os_thread_join() - wait until it is gone. @thread: its pthread_self() */
void nt_os_thread_join(uint64_t thread);

/** nt_os_thread_exists() - whether a process (0: this one) has a thread of that number */
bool nt_os_thread_exists(uint32_t process, uint32_t tid);
/** nt_os_thread_exists_elsewhere() - whether another process has, as far as can be seen */
bool nt_os_thread_exists_elsewhere(uint32_t tid);
/** nt_os_thread_count() - of this process; the first one counts although it has ended. 0: unknown
 */
unsigned nt_os_thread_count(void);

/**
 * nt_os_thread_used() - processor time, in units of 100 ns
 * @tid: of this process; 0: the calling thread
 *
 * Return: 0; -ESRCH.
 */
int nt_os_thread_used(uint32_t tid, uint64_t *ret_kernel, uint64_t *ret_user);
/**
 * nt_os_thread_started() - when a thread began, in units of 100 ns
 * @wall, @since_start: this moment, by two clocks: of the day, and since the machine started
 *
 * Return: by the first clock; @wall when it is not known.
 */
uint64_t nt_os_thread_started(uint32_t tid, uint64_t wall, uint64_t since_start);

/** nt_os_thread_rename() - the kernel's name for a thread of this process: 15 bytes of @name */
int nt_os_thread_rename(uint32_t tid, const char *name);

/**
 * nt_os_thread_may_renice() - whether the kernel would let a thread's nice value rise and fall
 */
bool nt_os_thread_may_renice(void);
/** nt_os_thread_renice() - 0 or -errno */
int nt_os_thread_renice(uint32_t tid, int nice);

#endif
