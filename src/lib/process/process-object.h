/* SPDX-License-Identifier: MIT */
/*
 * Processes as objects: a pidfd, which is that process for ever, whoever gets its number later.
 *
 * For each process there is one struct in this process as long as it is open, however many handles
 * there are to it, so that the page of a child that CreateProcess made serves who opened the child
 * by its number too. A child of this process is reaped here: when its end is noticed, when the last
 * reference goes, and else when the next child is made (children.c). NT_LOCK_CHILDREN guards that.
 */
#ifndef NT_LIB_PROCESS_PROCESS_OBJECT_H
#define NT_LIB_PROCESS_PROCESS_OBJECT_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/queue.h>
#include <sys/types.h>

#include <windows.h>

#include "lib/object/object.h"

#define NT_PROCESS_ENDED ((uint64_t)1 << 32)

/*
 * A page that CreateProcess makes for a child, which it and everybody with a handle can write: the
 * 32 bits of an exit code, of which Linux keeps 8.
 */
struct nt_process_page {
    _Atomic uint64_t ended_as; /* NT_PROCESS_ENDED | what it ended with, or was ended with; or 0 */
    _Atomic uint32_t pid;      /* whose it is: what the child runs later inherits the page too */
    _Atomic uint32_t failed;   /* an errno: it never came to run the program */
};

struct nt_process {
    struct nt_object object;
    LIST_ENTRY(nt_process) all; /* NT_LOCK_CHILDREN */
    pid_t pid;
    uint64_t started; /* clock ticks since the machine started */
    int pidfd;
    struct nt_process_page *page; /* NULL: not made by CreateProcess */
    int page_fd;
    pid_t parent;               /* the process that reaps it, if it is the calling one; 0 */
    _Atomic uint32_t has_ended; /* a futex; set by who finds out */
    _Atomic uint64_t ended_as;  /* NT_PROCESS_ENDED | the exit code, once it is known */
    _Atomic int resume_fd;      /* of a suspended child: a byte begins it; -1 */
    /* NT_LOCK_CHILDREN; the watcher's (watcher.h). */
    LIST_ENTRY(nt_process) watched;
    unsigned n_watchers;
};

extern const struct nt_object_type nt_process_type;

/**
 * nt_process_find() - the process behind a handle
 * @handle:      GetCurrentProcess() too
 * @access:      that the handle must carry (PROCESS_VM_OPERATION, ...)
 * @ret_process: one open; give it back with nt_object_close(); NULL when it is this process
 *
 * Return: STATUS_SUCCESS; STATUS_INVALID_HANDLE, also for NULL; STATUS_OBJECT_TYPE_MISMATCH;
 * STATUS_ACCESS_DENIED.
 */
NTSTATUS nt_process_find(HANDLE handle, ACCESS_MASK access, struct nt_process **ret_process);
/** nt_process_find_any() - the same, but one open of this process too */
NTSTATUS nt_process_find_any(HANDLE handle, ACCESS_MASK access, struct nt_process **ret_process);
/** nt_process_closep() - for NT_CLEANUP; NULL is allowed */
void nt_process_closep(struct nt_process **process);

/**
 * nt_process_open() - OpenProcess
 *
 * One's own user's, and root may open all; else STATUS_ACCESS_DENIED. Return: also
 * STATUS_INVALID_CID: there is none.
 */
NTSTATUS nt_process_open(uint32_t pid, ACCESS_MASK access, ULONG attributes, HANDLE *ret_handle);
/** nt_process_from_pidfd() - an object over @pidfd, taken also on failure; one open */
NTSTATUS nt_process_from_pidfd(int pidfd, struct nt_process **ret_process);
/** nt_process_new_self() - this process; one open */
NTSTATUS nt_process_new_self(struct nt_process **ret_process);
/** nt_process_is_self() - whether it is the calling one */
bool nt_process_is_self(const struct nt_process *process);

/** nt_process_has_ended() - asks the kernel */
bool nt_process_has_ended(struct nt_process *process);
/**
 * nt_process_wait() - until it has ended
 * @deadline_ns: CLOCK_MONOTONIC; 0 only looks, UINT64_MAX for ever
 *
 * Return: STATUS_WAIT_0; STATUS_TIMEOUT.
 */
NTSTATUS nt_process_wait(struct nt_process *process, uint64_t deadline_ns);
/**
 * nt_process_exit_code() - STILL_ACTIVE as long as it runs
 *
 * Return: STATUS_SUCCESS; STATUS_NOT_SUPPORTED: it has ended, and nobody knows how any more.
 */
NTSTATUS nt_process_exit_code(struct nt_process *process, uint32_t *ret_code);
/**
 * nt_process_end() - TerminateProcess of another process
 *
 * Return: STATUS_SUCCESS; STATUS_PROCESS_IS_TERMINATING: it has ended; STATUS_ACCESS_DENIED.
 */
NTSTATUS nt_process_end(struct nt_process *process, uint32_t code);
/**
 * nt_process_resume() - begin a child that CreateProcess made suspended
 *
 * Return: how often it was suspended: 1, or 0 when it runs already.
 */
uint32_t nt_process_resume(struct nt_process *process);

/* --- for CreateProcess and who receives processes ------------------------------------------ */

/**
 * nt_process_adopt() - an object with all that is known; one open
 * @known: pid (0: the pidfd tells), pidfd, page, page_fd, parent, resume_fd count; what it owns is
 *         taken, also on failure: a child (parent is set) is ended then
 *
 * There may be one of that process already: it is given then, with the page if it had none.
 */
NTSTATUS nt_process_adopt(const struct nt_process *known, struct nt_process **ret_process);

/** nt_processes_forked() - in a forked child: nobody sleeps on any; before nt_watcher_forked() */
void nt_processes_forked(void);
/** nt_children_sweep() - reap children that nobody has a handle to any more */
void nt_children_sweep(void);
/** nt_children_forked() - in a forked child: none of them is its own */
void nt_children_forked(void);

/* --- this process (exit.c) ------------------------------------------------------------------ */

/** nt_process_use_page() - from now on what this process ends with is told there; @fd is kept */
void nt_process_use_page(struct nt_process_page *page, int fd);
/** nt_process_own_page() - and this process's; NULL. @ret_fd: borrowed */
struct nt_process_page *nt_process_own_page(int *ret_fd);
/** nt_process_tell_code() - the 32 bits that this process is about to end with; the first counts */
void nt_process_tell_code(uint32_t code);

#endif
