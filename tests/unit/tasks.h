/* SPDX-License-Identifier: MIT */
/*
 * What the kernel tells of threads and processes: for tests that must not go on before somebody
 * sleeps on a futex, or before somebody has ended.
 */
#ifndef NTSHM_TEST_TASKS_H
#define NTSHM_TEST_TASKS_H

#include <stdbool.h>
#include <sys/types.h>

/** sleeps_on_futex() - the task (a thread's or a process's first) is in a futex system call */
bool sleeps_on_futex(pid_t task);

/** count_sleepers() - threads of this process that sleep in nt_os_futex_wait() */
unsigned count_sleepers(void);

/**
 * orphans_are_gone() - no process is left that this case started behind its own back
 *
 * A daemon becomes a child of the case's supervisor; one that failed may still be ending.
 */
bool orphans_are_gone(void);

#endif
