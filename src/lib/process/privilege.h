/* SPDX-License-Identifier: MIT */
/*
 * Privileges of this process, as its token has them: held when the kernel's rights say so, and in
 * force only when the program has enabled them (AdjustTokenPrivileges). One process, one token.
 *
 * What is held is asked of the kernel at each use, since a program may give its rights up; what
 * is enabled belongs to the process, and a plain fork's child has it too.
 */
#ifndef NT_LIB_PROCESS_PRIVILEGE_H
#define NT_LIB_PROCESS_PRIVILEGE_H

#include <stdbool.h>
#include <stdint.h>

#include <windows.h>
#include <winternl.h>

/* Their numbers are the low words of the LUIDs that Windows gives them. */
enum nt_privilege {
    NT_PRIVILEGE_LOCK_MEMORY = 4,    /* CAP_IPC_LOCK, or a member of vm.hugetlb_shm_group */
    NT_PRIVILEGE_SECURITY = 8,       /* root */
    NT_PRIVILEGE_CHANGE_NOTIFY = 23, /* everyone; enabled from the start */
    NT_PRIVILEGE_CREATE_GLOBAL = 30, /* root; everyone where the broker serves one user only.
                                        Enabled from the start */
};

#define NT_PRIVILEGES_MOST 4 /* that one token holds */

/** nt_privilege_in_force() - held and enabled: large pages ask it (7.48) */
bool nt_privilege_in_force(enum nt_privilege privilege);

/**
 * nt_privileges_list() - those that are held, by number, with SE_PRIVILEGE_ attributes
 * @ret_list: room for NT_PRIVILEGES_MOST
 *
 * Return: how many.
 */
ULONG nt_privileges_list(LUID_AND_ATTRIBUTES *ret_list);

/* What NtAdjustPrivilegesToken was asked for. */
struct nt_privileges_change {
    bool disable_all; /* @wanted is not looked at */
    const LUID_AND_ATTRIBUTES *wanted;
    ULONG count;
    TOKEN_PRIVILEGES *previous; /* what has changed, as it was; may lie over @wanted; or NULL */
    ULONG previous_size;        /* bytes */
    ULONG *ret_needed;          /* bytes that @previous takes; not NULL where that is not */
};

/**
 * nt_privileges_adjust() - enable, disable and remove, all of it or nothing
 *
 * Return: STATUS_SUCCESS; STATUS_NOT_ALL_ASSIGNED, a success: some are not held and the others are
 * as wanted; STATUS_BUFFER_TOO_SMALL, and nothing has changed.
 */
NTSTATUS nt_privileges_adjust(const struct nt_privileges_change *change);

/** nt_privileges_changes() - how often nt_privileges_adjust() has changed something */
uint64_t nt_privileges_changes(void);

#endif
