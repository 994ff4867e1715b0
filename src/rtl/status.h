/* SPDX-License-Identifier: MIT */
/*
 * The two conversions of errors, each in one place: what the kernel said to NTSTATUS, and
 * NTSTATUS to the Win32 code that a program reads (appendix A of the fact table). What a
 * single function reports otherwise is written in that function.
 */
#ifndef NT_RTL_STATUS_H
#define NT_RTL_STATUS_H

#include <windows.h>
#include <winternl.h>

/** nt_status_from_errno() - @error may be positive or negative; 0 is STATUS_SUCCESS */
NTSTATUS nt_status_from_errno(int error);

/** nt_status_to_win32() - the table; a status that is not in it is ERROR_MR_MID_NOT_FOUND */
ULONG nt_status_to_win32(NTSTATUS status);

#endif
