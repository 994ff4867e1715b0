/* SPDX-License-Identifier: MIT */
/*
 * Other processes, as the tool looks at them: by pid and start time, so that a pid that was given
 * out again is not taken for the process that had it.
 */
#ifndef NT_TOOL_PROCESS_H
#define NT_TOOL_PROCESS_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

/**
 * nt_process_open() - a descriptor that tells of a process's end
 * @pid:   as this process sees it
 * @start: field 22 of /proc/PID/stat; 0 for any
 *
 * Return: a pidfd, CLOEXEC; -ESRCH when that process is not there (any more); another -errno.
 */
int nt_process_open(pid_t pid, uint64_t start);

/**
 * nt_process_wait() - wait for the end of the process behind a pidfd
 * @timeout_ms: at most so long, -1 for ever
 *
 * Return: true when it has ended.
 */
bool nt_process_wait(int pidfd, int timeout_ms);

/** nt_process_age() - how long a process has been there, in ns; 0: there is none */
uint64_t nt_process_age(pid_t pid);

/** nt_process_name() - /proc/PID/comm, "" when it is not there; @name has 64 bytes */
const char *nt_process_name(pid_t pid, char *name);

/** nt_now_ms() - CLOCK_MONOTONIC in milliseconds */
uint64_t nt_now_ms(void);

#endif
