/* SPDX-License-Identifier: MIT */
/*
 * Faults: one handler for SIGSEGV and SIGBUS, installed on first need, which turns what happened
 * into a Windows exception, offers it to the vectored handlers and to the innermost guard of the
 * thread (NTSHM_TRY), and passes on to the program's own handler what nobody took. It runs on the
 * alternate stack when there is one, takes no lock, and calls only what a signal handler may.
 *
 * This header is for the rooms that make memory; exception.h has what the API is made of.
 */
#ifndef NT_LIB_FAULT_FAULT_H
#define NT_LIB_FAULT_FAULT_H

#include <stdbool.h>
#include <stdint.h>

#include <windows.h>
#include <winternl.h>

/**
 * nt_fault_install() - the handler stands, in front of the program's own
 *
 * Called before anything that relies on it exists: a guard of a thread, a vectored handler, a
 * guard page. (A view as such does not rely on it: without any of these a fault ends at the
 * program's own handler, with this one in front or without.) Two system calls when it stands
 * already. A program that has put its own handler in front of ours since keeps it; the next call
 * here puts ours in front again and passes on to theirs. Takes no lock.
 *
 * Return: STATUS_SUCCESS, or what the kernel said.
 */
NTSTATUS nt_fault_install(void);

/*
 * What the fault handler knows of the address space without a lock. Only ranges that a fault can
 * be about are told: file and SEC_RESERVE views, allocations with guard pages, and what lies
 * outside of the arena (nt_fault_set_arena), where nothing else says that it is ours.
 */
enum nt_fault_kind {
    NT_FAULT_FILE = 1,    /* SIGBUS is EXCEPTION_IN_PAGE_ERROR */
    NT_FAULT_RESERVE = 2, /* SIGBUS is EXCEPTION_ACCESS_VIOLATION: not committed */
    NT_FAULT_GUARD = 4,   /* some pages are or were guard pages */
    NT_FAULT_PLAIN = 8,   /* memory of this library without anything special */
};

/**
 * nt_fault_watch(), nt_fault_forget() - [@base, @base + @size) is, or is no more, of @kinds
 *
 * Before the range can be touched, and when it is gone; forgetting what is not watched does
 * nothing. Locks may be held. A range is told as a whole: watching again from the same @base
 * replaces its extent and its kinds, and a range takes the place of those that it covers whole
 * (but it must not cover a part of one). Whatever is in the range before and after is watched
 * without a moment's break. @base and @size are multiples of the page size.
 *
 * Costs a few hundred nanoseconds and 8 bytes for each 64 KiB, less for large ranges; 64 KiB that
 * several ranges share cost another 136 bytes while they do. -ENOMEM, and nothing has changed.
 */
int nt_fault_watch(uint64_t base, uint64_t size, unsigned kinds);
void nt_fault_forget(uint64_t base);

/**
 * nt_fault_split() - the range from @base on becomes two of the same kinds, the second from @at
 *
 * Guard pages stay what they are, and each part is forgotten on its own. Watching the whole again
 * from @base makes it one, and cannot fail then. Nothing is done when no range begins at @base, or
 * @at does not lie inside. -ENOMEM, and nothing has changed.
 */
int nt_fault_split(uint64_t base, uint64_t at);

/** nt_fault_kinds() - what is watched at @address, 0 for nothing; takes no lock */
unsigned nt_fault_kinds(uint64_t address);

/**
 * nt_fault_set_arena() - memory in [@low, @high) is this library's, watched or not
 */
void nt_fault_set_arena(uint64_t low, uint64_t high);
/** nt_fault_is_ours() - true in the arena and in watched ranges; takes no lock */
bool nt_fault_is_ours(uint64_t address);

/**
 * nt_fault_guard_set() - make pages guard pages (9.25, 8.17)
 * @page:    address of the first
 * @protect: the PAGE_ value below the guard, what the page becomes when the guard fires
 *
 * Called before the pages lose their access: they are PROT_NONE while the guard stands. The range
 * around them is watched as NT_FAULT_GUARD; forgetting it forgets them. -ENOMEM, and nothing
 * has changed.
 */
int nt_fault_guard_set(uint64_t page, uint64_t count, ULONG protect);
/** nt_fault_guard_clear() - ordinary pages again; called before they get another protection */
void nt_fault_guard_clear(uint64_t page, uint64_t count);
/** nt_fault_guard_stands() - false when the guard of this page has fired (or there was none) */
bool nt_fault_guard_stands(uint64_t page);

#endif
