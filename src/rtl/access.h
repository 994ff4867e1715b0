/* SPDX-License-Identifier: MIT */
/*
 * Rights: which bits each kind of object knows, what the generic bits mean for it (13.3), and
 * what is granted where no descriptor says anything. The check of a descriptor is access-check.h's.
 */
#ifndef NT_RTL_ACCESS_H
#define NT_RTL_ACCESS_H

#include <stdbool.h>

#include <windows.h>
#include <winternl.h>

/* The numbers travel on the wire; what comes behind NT_KIND_LAST never has a name there. */
enum nt_kind {
    NT_KIND_SECTION = 1,
    NT_KIND_EVENT = 2,
    NT_KIND_DIRECTORY = 3,
    NT_KIND_NAMESPACE = 4, /* a boundary's entry: never opened as an object */
    NT_KIND_MUTANT = 5,
    NT_KIND_SEMAPHORE = 6,
    NT_KIND_TIMER = 7,
    NT_KIND_JOB = 8,
    NT_KIND_D3D12 = 9, /* a shared heap, resource or fence */
    NT_KIND_LAST = NT_KIND_D3D12,
    NT_KIND_FILE,
    NT_KIND_TOKEN,
    NT_KIND_PROCESS,
    NT_KIND_THREAD,
};

struct nt_kind_rights {
    ACCESS_MASK valid; /* every bit that may be asked for */
    ACCESS_MASK all;   /* GENERIC_ALL and MAXIMUM_ALLOWED */
    ACCESS_MASK read, write, execute;
};

/** nt_kind_rights() - the table's row; @kind must be a known one */
const struct nt_kind_rights *nt_kind_rights(enum nt_kind kind);

/** nt_access_map() - generic bits replaced by the kind's own; MAXIMUM_ALLOWED stays */
ACCESS_MASK nt_access_map(enum nt_kind kind, ACCESS_MASK desired);

/**
 * nt_access_grant_owner() - what someone gets who may do everything, where there is no descriptor
 * @desired: as asked, generic bits and MAXIMUM_ALLOWED included
 *
 * Return: STATUS_SUCCESS; STATUS_ACCESS_DENIED for no right at all (2.14) or one that the kind
 * does not know (2.15); STATUS_PRIVILEGE_NOT_HELD for ACCESS_SYSTEM_SECURITY (2.16).
 */
NTSTATUS nt_access_grant_owner(enum nt_kind kind, ACCESS_MASK desired, ACCESS_MASK *ret_granted);

/** nt_protection_executes() - whether a section of this PAGE_ value can be executed */
static inline bool nt_protection_executes(ULONG protection)
{
    return protection & (PAGE_EXECUTE_READ | PAGE_EXECUTE_READWRITE | PAGE_EXECUTE_WRITECOPY);
}

#endif
