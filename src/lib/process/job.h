/* SPDX-License-Identifier: MIT */
/*
 * Jobs: groups of processes that are limited and ended together. The broker keeps them, those
 * without a name too: it knows their members as long as they live, whoever brought them in, and
 * ends them when the last handle goes, where that was asked for. An object here is the number that
 * the broker gave, and the lease that keeps the job alive.
 */
#ifndef NT_LIB_PROCESS_JOB_H
#define NT_LIB_PROCESS_JOB_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/object/name.h"
#include "lib/object/object.h"

extern const struct nt_object_type nt_job_type;

/** nt_job_create(), nt_job_open() - as nt_named_create() and nt_named_open(); @name may be empty
 * for a create. Both start a broker. */
NTSTATUS nt_job_create(const struct nt_object_name *name, ACCESS_MASK access, HANDLE *ret_handle);
NTSTATUS nt_job_open(const struct nt_object_name *name, ACCESS_MASK access, HANDLE *ret_handle);

/**
 * nt_job_assign() - a process is a member from now on, and so are its children
 * @process: PROCESS_SET_QUOTA and PROCESS_TERMINATE
 *
 * Return: as nt_client_assign_job(), and those of the handles.
 */
NTSTATUS nt_job_assign(HANDLE job, HANDLE process);
/** nt_job_terminate() - its members end, all with @exit_code */
NTSTATUS nt_job_terminate(HANDLE job, uint32_t exit_code);

/* What there is to know of a job. */
struct nt_job_state {
    uint64_t n_total;
    uint32_t n_active;
    uint32_t limits; /* JOB_OBJECT_LIMIT_... */
    uint32_t most_active;
    uint32_t n_ids;
    uint32_t *ids;         /* process ids of those that live; malloc'ed */
    uint64_t user, kernel; /* time that these have used, in units of 100 ns */
};

/**
 * nt_job_query() - @job NULL: the one that this process came into last
 * @ret_state: nt_job_state_deinit()
 *
 * Return: also STATUS_ACCESS_DENIED: this process is in none.
 */
NTSTATUS nt_job_query(HANDLE job, struct nt_job_state *ret_state);
/** nt_job_state_deinit() - for NT_CLEANUP */
void nt_job_state_deinit(struct nt_job_state *state);
/** nt_job_set_limits() - @limits: JOB_OBJECT_LIMIT_...; STATUS_NOT_SUPPORTED for another one than
 * the broker keeps */
NTSTATUS nt_job_set_limits(HANDLE job, uint32_t limits, uint32_t most_active);
/** nt_job_contains() - @job NULL: any. @process: PROCESS_QUERY_LIMITED_INFORMATION or more */
NTSTATUS nt_job_contains(HANDLE job, HANDLE process, bool *ret_is_member);

#endif
