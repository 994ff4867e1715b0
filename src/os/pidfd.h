/* SPDX-License-Identifier: MIT */
/*
 * Processes by descriptor: a pidfd is that process for ever, whoever gets its number later. What
 * peer.h and remote.h begin, goes on here: waiting, signals, ends, times. A part of the seam; see
 * os.h for its rules.
 */
#ifndef NT_OS_PIDFD_H
#define NT_OS_PIDFD_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

/* How a process ended. */
struct nt_os_exit {
    bool by_signal;
    int code; /* 8 bits, or the signal's number */
};

/**
 * nt_os_pidfd_open() - of the process that has a number now
 *
 * Return: 0; -ESRCH when there is none (a thread's number is none either).
 */
int nt_os_pidfd_open(pid_t pid, int *ret_pidfd);

/** nt_os_pidfd_signal() - 0 as signal only asks. -ESRCH: it has ended and been reaped. */
int nt_os_pidfd_signal(int pidfd, int signal_number);

/**
 * nt_os_pidfd_wait() - until the process has ended
 * @deadline_ns: CLOCK_MONOTONIC; 0 only looks, UINT64_MAX for ever
 *
 * Return: 0; -ETIMEDOUT.
 */
int nt_os_pidfd_wait(int pidfd, uint64_t deadline_ns);

/**
 * nt_os_pidfd_reap() - take the end of a child of the calling process
 *
 * Return: 0; -EAGAIN: it has not ended; -ECHILD: it is none, or somebody has reaped it.
 */
int nt_os_pidfd_reap(int pidfd, struct nt_os_exit *ret_exit);
/** nt_os_child_reap() - the same by number, when the child is the one that began at @started */
int nt_os_child_reap(pid_t pid, uint64_t started);

/**
 * nt_os_pidfd_exit() - how a process ended that is not reaped here
 *
 * As long as nobody has reaped it /proc tells; later the kernel does (Linux 6.15). Return: 0;
 * -EAGAIN: it has not ended; -ENODATA: nobody tells any more.
 */
int nt_os_pidfd_exit(int pidfd, struct nt_os_exit *ret_exit);

struct nt_os_process_times {
    uint64_t started;      /* clock ticks since the machine started */
    uint64_t user, kernel; /* clock ticks */
    pid_t parent;
    int nice;
    gid_t group; /* the effective one */
};

/** nt_os_process_times() - by number; -ESRCH */
int nt_os_process_times(pid_t pid, struct nt_os_process_times *ret_times);

/** nt_os_process_image() - the path of a process's program; malloc'ed */
int nt_os_process_image(pid_t pid, char **ret_path);

/** nt_os_process_set_nice() - 0; -EACCES, -EPERM: below what it may have; -ESRCH */
int nt_os_process_set_nice(pid_t pid, int nice);

#endif
