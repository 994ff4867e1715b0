/* SPDX-License-Identifier: MIT */
/*
 * minwinbase.h - the structures that several of the API headers take.
 */
#ifndef NTSHM_MINWINBASE_H
#define NTSHM_MINWINBASE_H

#include "minwindef.h"
#include "winnt.h"

/*
 * How a new handle and a new object are made. nLength is not looked at, as on Windows;
 * lpSecurityDescriptor may be NULL for the default one; bInheritHandle marks the handle with
 * HANDLE_FLAG_INHERIT.
 */
typedef struct _SECURITY_ATTRIBUTES {
    DWORD nLength;
    LPVOID lpSecurityDescriptor;
    BOOL bInheritHandle;
} SECURITY_ATTRIBUTES, *PSECURITY_ATTRIBUTES, *LPSECURITY_ATTRIBUTES;

#define STILL_ACTIVE                  ((DWORD)0x00000103)

/* As in the SDK these are the statuses of those names (winnt.h or ntstatus.h). */
#define EXCEPTION_ACCESS_VIOLATION    STATUS_ACCESS_VIOLATION
#define EXCEPTION_IN_PAGE_ERROR       STATUS_IN_PAGE_ERROR
#define EXCEPTION_GUARD_PAGE          STATUS_GUARD_PAGE_VIOLATION
#define EXCEPTION_ILLEGAL_INSTRUCTION STATUS_ILLEGAL_INSTRUCTION

#endif
