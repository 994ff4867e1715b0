/* SPDX-License-Identifier: MIT */
/*
 * Children made with CreateProcess: this executable again, in one of its CHILD()s.
 */
#ifndef NT_TESTS_API_PROCESS_KIT_H
#define NT_TESTS_API_PROCESS_KIT_H

#include "api/api.h"

#define LONG_WAIT 60000 /* ms: for another process on a machine that is busy */

/* This executable's path. */
const char *own_program(void);
/* The command line for CHILD(@name); @arguments, which may be "", stand behind it as they are. */
const char *child_line(const char *name, const char *arguments);
/* A handle as an argument; one call at a time. */
const char *handle_text(HANDLE handle);
HANDLE handle_from_text(const char *text);

/* CreateProcess of CHILD(@name); the case ends when it fails. */
void create_child(PROCESS_INFORMATION *info, const char *name, const char *arguments, BOOL inherit,
                  DWORD flags);
/* The end of a child: its exit code. Closes both handles. */
DWORD end_child(PROCESS_INFORMATION *info);
/* Both. */
DWORD run_child(const char *name, const char *arguments, BOOL inherit);

#endif
