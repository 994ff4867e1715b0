/* SPDX-License-Identifier: MIT */
/*
 * What QueryInformationJobObject and NtQueryInformationJobObject tell, and their counterparts set.
 */
#ifndef NT_API_JOB_INFORMATION_H
#define NT_API_JOB_INFORMATION_H

#include <windows.h>
#include <winternl.h>

/**
 * nt_api_query_job() - one class of information
 * @ret_size: what was written; may be NULL
 *
 * Return: also STATUS_INFO_LENGTH_MISMATCH; STATUS_BUFFER_OVERFLOW: not all process ids had room;
 * STATUS_INVALID_INFO_CLASS; STATUS_NOT_SUPPORTED.
 */
NTSTATUS nt_api_query_job(HANDLE job, JOBOBJECTINFOCLASS class, void *buffer, ULONG size,
                          ULONG *ret_size);
/** nt_api_set_job() - the limits of a job */
NTSTATUS nt_api_set_job(HANDLE job, JOBOBJECTINFOCLASS class, const void *buffer, ULONG size);

#endif
