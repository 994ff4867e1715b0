/* SPDX-License-Identifier: MIT */
/*
 * Threads as objects. Every thread of this process that needs one has a record, which is the
 * object behind its handles too: made by CreateThread, or on first need for a thread that the
 * program made otherwise. A thread of another process (CreateProcess gives one) is a number only.
 */
#ifndef NT_LIB_THREAD_THREAD_H
#define NT_LIB_THREAD_THREAD_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/queue.h>

#include <windows.h>
#include <winternl.h>

#include "lib/object/object.h"

struct nt_process;
struct nt_apc;

struct nt_thread {
    struct nt_object object;
    LIST_ENTRY(nt_thread) link;  /* NT_LOCK_THREADS; of this process's, until it has ended */
    _Atomic uint32_t tid;        /* a futex: the kernel's; 0 while it has not begun */
    uint32_t process;            /* the process that it is a thread of */
    struct nt_process *of;       /* of another process's; a reference; else NULL */
    _Atomic bool knows;          /* the thread has this record: it will say that it ends */
    _Atomic uint32_t ended;      /* a futex: other than 0 once the thread has ended */
    _Atomic uint32_t exit_code;  /* STILL_ACTIVE until then */
    _Atomic uint32_t alert;      /* a futex: counts the procedure calls that were queued */
    _Atomic uint32_t suspended;  /* a futex: how often it must be resumed before it begins */
    struct nt_apc *_Atomic apcs; /* NT_LOCK_THREADS to change it; the first one is next */
    _Atomic int priority;        /* THREAD_PRIORITY_ */
    uint64_t created, exited;    /* 100 ns since 1601 */
    uint64_t kernel, user;       /* 100 ns; of one that has ended */
    wchar_t *description;        /* NT_LOCK_THREADS; malloc'ed, or NULL */
    DWORD(WINAPI *function)(void *parameter); /* of one made here */
    void *parameter;
    uint64_t pthread; /* of one made here, once it runs: its pthread_self() */
};

extern const struct nt_object_type nt_thread_type;

/** nt_thread_self() - the calling thread's record, made on first need; NULL without memory */
struct nt_thread *nt_thread_self(void);

/**
 * nt_thread_find() - the thread behind a handle
 * @handle:     GetCurrentThread() too
 * @ret_thread: one open; give it back with nt_object_close()
 */
NTSTATUS nt_thread_find(HANDLE handle, ACCESS_MASK access, struct nt_thread **ret_thread);

/**
 * nt_thread_new_first() - the first thread of a new process, for CreateProcess
 * @process: a reference is taken
 */
struct nt_thread *nt_thread_new_first(struct nt_process *process, uint32_t tid);

/* --- procedure calls (apc.c) ------------------------------------------------------------- */

typedef void (*nt_apc_function)(void *a, void *b, void *c);

/** nt_apc_queue() - @function(@a, @b, @c) in @thread's next alertable wait */
NTSTATUS nt_apc_queue(struct nt_thread *thread, nt_apc_function function, void *a, void *b,
                      void *c);
/** nt_apc_pending() - whether the calling thread has any; costs no lock when it has none */
bool nt_apc_pending(void);
/** nt_apc_run() - run the calling thread's, those queued meanwhile too. Return: any ran */
bool nt_apc_run(void);

/** nt_apc_drop_all() - at the end of @thread: those that it has not run */
void nt_apc_drop_all(struct nt_thread *thread);

/* --- beginning and end (create.c, thread.c) ------------------------------------------------ */

struct nt_thread_request {
    DWORD(WINAPI *function)(void *parameter);
    void *parameter;
    size_t stack_size;    /* bytes; 0: as the C library has it */
    bool suspended;       /* begins with nt_thread_resume() */
    const void *security; /* a descriptor, or NULL */
    ACCESS_MASK access;   /* of the handle */
    ULONG attributes;     /* of the handle: OBJ_INHERIT */
};

/**
 * nt_thread_create() - a new thread of this process
 * @ret_tid: may be NULL; else this waits until the thread has its number
 *
 * Return: STATUS_SUCCESS; STATUS_NO_MEMORY, STATUS_INSUFFICIENT_RESOURCES; those of a new object's
 * descriptor.
 */
NTSTATUS nt_thread_create(const struct nt_thread_request *request, HANDLE *ret_handle,
                          uint32_t *ret_tid);
/** nt_thread_exit() - end the calling thread; the last one ends the process */
_Noreturn void nt_thread_exit(uint32_t code);
/**
 * nt_thread_resume() - one suspension less; the last one lets the thread begin
 *
 * Return: STATUS_SUCCESS.
 */
NTSTATUS nt_thread_resume(struct nt_thread *thread, uint32_t *ret_before);
/**
 * nt_thread_suspend() - of a thread that has not begun, one more; STATUS_NOT_SUPPORTED for another
 */
NTSTATUS nt_thread_suspend(struct nt_thread *thread, uint32_t *ret_before);
/** nt_thread_number() - its number; waits the moment until a new one has it; 0: it never began */
uint32_t nt_thread_number(struct nt_thread *thread);
/** nt_thread_open() - OpenThread. STATUS_INVALID_CID; STATUS_NOT_SUPPORTED: of another process */
NTSTATUS nt_thread_open(uint32_t tid, ACCESS_MASK access, ULONG attributes, HANDLE *ret_handle);
bool nt_thread_has_ended(struct nt_thread *thread);
/** nt_thread_exit_code() - STILL_ACTIVE as long as it runs; also as nt_process_exit_code() */
NTSTATUS nt_thread_exit_code(struct nt_thread *thread, uint32_t *ret_code);

/**
 * nt_thread_begins(), nt_thread_ends() - of the calling thread, by create.c: it has this record,
 * and gives it up with an exit code when it ends
 *
 * Return: false when nobody will notice its end: the caller says it with nt_thread_ends().
 */
bool nt_thread_begins(struct nt_thread *thread);
void nt_thread_ends(void);

/* --- what is told of it (facts.c) ---------------------------------------------------------- */

/* 100 ns; moments are since 1601, UTC. */
struct nt_thread_times {
    uint64_t created, exited, kernel, user;
};

/** nt_thread_times() - exited is 0 as long as it runs */
NTSTATUS nt_thread_times(struct nt_thread *thread, struct nt_thread_times *ret_times);
/** nt_thread_set_priority() - THREAD_PRIORITY_; STATUS_INVALID_PARAMETER for what is none */
NTSTATUS nt_thread_set_priority(struct nt_thread *thread, int priority);
/** nt_thread_set_description() - for debuggers; the kernel gets the first 15 bytes */
NTSTATUS nt_thread_set_description(struct nt_thread *thread, const wchar_t *text);
/** nt_thread_description() - a copy; free() it. STATUS_NO_MEMORY */
NTSTATUS nt_thread_description(struct nt_thread *thread, wchar_t **ret_text);

/**
 * nt_threads_reap() - give the stacks of ended threads back to the C library
 * @wait: also of those that are just ending
 */
void nt_threads_reap(bool wait);

/** nt_threads_forked() - in a forked child: the calling thread is the only one */
void nt_threads_forked(void);
/** nt_threads_renew() - the same in a child made behind pthread_atfork */
void nt_threads_renew(void);

#endif
