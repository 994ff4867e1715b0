/* SPDX-License-Identifier: MIT */
/*
 * Two processes that give each other handles: a child that does with a handle what a line tells it,
 * and the parent's side.
 */
#ifndef NT_TESTS_API_DUPLICATE_PROCESS_KIT_H
#define NT_TESTS_API_DUPLICATE_PROCESS_KIT_H

#include "api/api.h"

#define SELF   GetCurrentProcess()
#define SECOND 30000

/* A child that runs do_orders(), and a handle of it with PROCESS_ALL_ACCESS. */
struct partner {
    struct test_child child;
    HANDLE process;
};

/* Starts CHILD(@name); the case ends when that fails. */
void partner_begin_as(struct partner *partner, const char *name);
/* Tells it to end, and waits for that. */
void partner_end(struct partner *partner);
/* What ends without being told to. */
void partner_kill(struct partner *partner);

/*
 * Tells the child to do something with a handle of its, and gives its answer as a number. Orders:
 *   read      the first word of the section
 *   write     1234 to it; the answer is 1
 *   set       SetEvent
 *   close     CloseHandle
 *   flags     GetHandleInformation
 *   process   GetProcessId
 *   rights    the section's, as api.h has them
 *   position  of a file
 *   widen     DuplicateHandle within the child, for FILE_MAP_WRITE
 * Answers of what fails: 100000 + the last error.
 */
unsigned long partner_ask(struct partner *partner, const char *order, HANDLE handle);
/* The same without a handle, for orders that make one: section, event, protected, inheritable. */
HANDLE partner_make(struct partner *partner, const char *order);

/* The child's side; ends with the parent's pipe. Returns the exit code. */
int do_orders(void);

/* DuplicateHandle that works, or the case ends. */
HANDLE copy_between(HANDLE from, HANDLE source, HANDLE to, DWORD access, BOOL inherit,
                    DWORD options);

#endif
