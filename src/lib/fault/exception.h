/* SPDX-License-Identifier: MIT */
/*
 * Exceptions: who is asked, and what the API of errhandlingapi.h and the guards of ntshm.h are
 * made of. An exception is a record of what happened and the registers of the thread, as the
 * kernel handed them to the signal handler; a CONTEXT is made of them only when somebody is there
 * to look at it.
 */
#ifndef NT_LIB_FAULT_EXCEPTION_H
#define NT_LIB_FAULT_EXCEPTION_H

#include <stdbool.h>
#include <ucontext.h>

#include <windows.h>
#include <winternl.h>

#include <ntshm/ntshm.h>

/* --- who is asked (vectored.c) ----------------------------------------------------------- */

enum nt_vectored_list { NT_VECTORED_EXCEPTION, NT_VECTORED_CONTINUE, NT_VECTORED_LISTS };

/**
 * nt_vectored_add() - one more handler
 * @first: in front of all others, else behind them
 *
 * Return: what nt_vectored_remove() takes; NULL without memory.
 */
void *nt_vectored_add(enum nt_vectored_list list, bool first, PVECTORED_EXCEPTION_HANDLER handler);
/** nt_vectored_remove() - false when @entry is none of this list */
bool nt_vectored_remove(enum nt_vectored_list list, const void *entry);
/** nt_vectored_any() - true when the list is not empty; safe in the handler, as the next one */
bool nt_vectored_any(enum nt_vectored_list list);
/** nt_vectored_call() - in order, until one returns EXCEPTION_CONTINUE_EXECUTION: true then */
bool nt_vectored_call(enum nt_vectored_list list, EXCEPTION_POINTERS *pointers);

/** nt_exception_set_filter() - SetUnhandledExceptionFilter */
LPTOP_LEVEL_EXCEPTION_FILTER nt_exception_set_filter(LPTOP_LEVEL_EXCEPTION_FILTER filter);
/** nt_exception_filter() - the one that is set, or NULL */
LPTOP_LEVEL_EXCEPTION_FILTER nt_exception_filter(void);

/* --- registers (context.c) ------------------------------------------------------------------ */

/** nt_context_read() - a CONTEXT of what the kernel saved; as complete as the machine allows */
void nt_context_read(const ucontext_t *saved, CONTEXT *ret_context);
/** nt_context_write() - the other way: what a handler may have changed */
void nt_context_write(const CONTEXT *context, ucontext_t *saved);
/** nt_context_is_same() - true when the general registers are equal */
bool nt_context_is_same(const ucontext_t *one, const ucontext_t *other);
/** nt_context_access() - EXCEPTION_READ_FAULT, _WRITE_FAULT or _EXECUTE_FAULT */
ULONG_PTR nt_context_access(const ucontext_t *saved);
/** nt_context_instruction(), nt_context_stack() - two registers; 0 on a machine unknown here */
uintptr_t nt_context_instruction(const ucontext_t *saved);
uintptr_t nt_context_stack(const ucontext_t *saved);
/**
 * nt_context_call() - let the thread go on in @function(@argument), on @stack
 *
 * Return: false on a machine that is unknown here.
 */
bool nt_context_call(ucontext_t *saved, void (*function)(void *), void *argument, void *stack);

/* --- asking (dispatch.c) --------------------------------------------------------------------- */

enum nt_exception_fate {
    NT_EXCEPTION_CONTINUE, /* the registers may have been changed */
    NT_EXCEPTION_REFUSED,  /* the filter wants to continue what cannot be */
    NT_EXCEPTION_GUARDED,  /* ret_guard has the record and is left */
    NT_EXCEPTION_FATAL,    /* the filter wants the process to end */
    NT_EXCEPTION_NOBODY,
};

/* What is to be asked about. */
struct nt_exception {
    EXCEPTION_RECORD record;
    bool is_fault;    /* of memory at @address; else raised by the program */
    uint64_t address; /* of a fault */
    ucontext_t *saved;
};

/** nt_exception_dispatch() - ask in order; safe in the signal handler */
enum nt_exception_fate nt_exception_dispatch(struct nt_exception *exception,
                                             struct ntshm_guard **ret_guard);

/* --- guards of threads (guard.c) ------------------------------------------------------------ */

/**
 * nt_guard_find() - the innermost guard of this thread that catches the exception
 *
 * Guards whose frames are gone (somebody jumped over them) are dropped on the way. The guard that
 * is found, and all inside it, are left.
 */
struct ntshm_guard *nt_guard_find(const struct nt_exception *exception);
/** nt_guard_resume() - jump to the second block of @guard */
void nt_guard_resume(void *guard) __attribute__((noreturn));

/**
 * nt_guard_enter(), nt_guard_leave(), nt_guard_innermost(), nt_guard_return_to() - see ntshm.h
 * @stack: the stack pointer of the guard's user; what lies below is free once the body is left
 */
NTSTATUS nt_guard_enter(struct ntshm_guard *guard, void *stack);
void nt_guard_leave(struct ntshm_guard *guard);
struct ntshm_guard *nt_guard_innermost(void);
void nt_guard_return_to(struct ntshm_guard *guard);

/**
 * nt_guard_copy() - copy @size bytes; faults on [@view, @view + @size) are its failure
 * @view: @destination, @source, or NULL to touch the source only (@destination is NULL then)
 * @ret_copied: written in any case
 *
 * Return: STATUS_SUCCESS, or the code of the exception.
 */
NTSTATUS nt_guard_copy(void *destination, const void *source, size_t size, const void *view,
                       size_t *ret_copied);

/* --- RaiseException (raise.c) --------------------------------------------------------------- */

/** nt_exception_raise() - see errhandlingapi.h; @record is complete */
void nt_exception_raise(const EXCEPTION_RECORD *record);

#endif
