/* SPDX-License-Identifier: MIT */
/*
 * Guard pages (PAGE_GUARD) from the fault handler's side.
 */
#ifndef NT_LIB_FAULT_GUARD_PAGE_H
#define NT_LIB_FAULT_GUARD_PAGE_H

#include "lib/fault/fault.h"

enum nt_guard_page_fate {
    NT_GUARD_PAGE_NONE,  /* the fault is not about a guard */
    NT_GUARD_PAGE_FIRED, /* this thread is the one: STATUS_GUARD_PAGE_VIOLATION */
    NT_GUARD_PAGE_AGAIN, /* another thread was the one: the access is to be tried again */
};

/**
 * nt_guard_page_touched() - a thread has met SIGSEGV at @address; safe in the handler
 *
 * Of all threads that touch a guard page at the same time one gets NT_GUARD_PAGE_FIRED, after
 * the page has got the protection below the guard.
 */
enum nt_guard_page_fate nt_guard_page_touched(uint64_t address);

/** nt_guard_pages_forget() - no page of [@low, @high) is a guard; NT_LOCK_FAULTS is held */
void nt_guard_pages_forget(uint64_t low, uint64_t high);

#endif
