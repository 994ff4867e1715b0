/* SPDX-License-Identifier: MIT */
/*
 * The commit check: whether this machine, and every memory cgroup above this process, can hold
 * so much more at this moment. It is a check, not a reservation. Small requests are not looked
 * at each time: the sum of what was committed since the last look is kept.
 */
#ifndef NT_LIB_MEMORY_COMMIT_H
#define NT_LIB_MEMORY_COMMIT_H

#include <stdbool.h>
#include <stdint.h>

#include <windows.h>
#include <winternl.h>

/**
 * nt_commit_check() - may @size bytes more be committed?
 *
 * Without a system call while @size is under 16 MiB and the sum since the last look is under
 * 1/64 of memory; at most one look in 100 ms otherwise. What is allowed counts as committed by
 * this process until nt_commit_release().
 *
 * Return: STATUS_SUCCESS; STATUS_COMMITMENT_LIMIT.
 */
NTSTATUS nt_commit_check(uint64_t size);

/**
 * nt_commit_release() - give back @size bytes that nt_commit_check() allowed: they are freed
 */
void nt_commit_release(uint64_t size);

/**
 * nt_commit_check_private(), nt_commit_release_private() - the same for private memory
 *
 * Told apart because the kernel counts what was touched of it apart, too.
 */
NTSTATUS nt_commit_check_private(uint64_t size);
void nt_commit_release_private(uint64_t size);

/** nt_commit_status() - -errno of making or filling a memfd: too large is the commit limit */
NTSTATUS nt_commit_status(int error);

/** nt_commit_is_strict() - NTSHM_COMMIT=strict: what is committed is also allocated at once */
bool nt_commit_is_strict(void);

#endif
