/* SPDX-License-Identifier: MIT */
/*
 * PAGE_ values: which are legal, what each allows, and the kernel's protection bits for it.
 * A value is one base constant with modifiers (PAGE_GUARD, PAGE_NOCACHE, PAGE_WRITECOMBINE).
 */
#ifndef NT_LIB_MEMORY_PROTECT_H
#define NT_LIB_MEMORY_PROTECT_H

#include <stdbool.h>

#include <windows.h>

#define NT_PROTECT_BASE  0xFFu
#define NT_PROTECT_CACHE (PAGE_NOCACHE | PAGE_WRITECOMBINE)

/* What the owner of a page may do with it. */
enum nt_protect_capability {
    NT_PROTECT_READ = 1,
    NT_PROTECT_WRITE = 2,
    NT_PROTECT_EXECUTE = 4,
};

/**
 * nt_protect_is_valid() - one base constant, and modifiers that may stand together (9.9)
 */
bool nt_protect_is_valid(ULONG protect);

/** nt_protect_is_copy() - PAGE_WRITECOPY or PAGE_EXECUTE_WRITECOPY */
static inline bool nt_protect_is_copy(ULONG protect)
{
    return protect & (PAGE_WRITECOPY | PAGE_EXECUTE_WRITECOPY);
}

/** nt_protect_without_execute() - 14.18: what is left of an image's when nothing may execute */
ULONG nt_protect_without_execute(ULONG protect);

/** nt_protect_of_copy() - what a copy-on-write page is once a write has copied it (10.3) */
ULONG nt_protect_of_copy(ULONG protect);

/**
 * nt_protect_capabilities() - the set of 9.10, of one base constant or none
 *
 * Every one but PAGE_NOACCESS reads; a copy-on-write page only reads its section.
 */
static inline enum nt_protect_capability nt_protect_capabilities(ULONG protect)
{
    const ULONG reads = 0xFE, writes = PAGE_READWRITE | PAGE_EXECUTE_READWRITE, executes = 0xF0;

    return (protect & reads ? NT_PROTECT_READ : 0) | (protect & writes ? NT_PROTECT_WRITE : 0) |
           (protect & executes ? NT_PROTECT_EXECUTE : 0);
}

/** nt_protect_is_within() - true when @wanted asks for nothing that @granted does not have */
static inline bool nt_protect_is_within(ULONG wanted, ULONG granted)
{
    return !(nt_protect_capabilities(wanted) & ~nt_protect_capabilities(granted));
}

/**
 * nt_protect_to_kernel() - PROT_ bits
 *
 * Executable pages are readable, as on every Windows machine of this architecture. Reserved
 * pages (0), PAGE_NOACCESS and guard pages have no bits.
 */
int nt_protect_to_kernel(ULONG protect);

#endif
