/* SPDX-License-Identifier: MIT */
/*
 * Privileges of tokens: held when the kernel's credentials say so, and in force only when the
 * program has enabled them (AdjustTokenPrivileges). What is held is asked of the kernel at each
 * use, since a program may give its rights up; what is enabled belongs to the token, and a plain
 * fork's child has it too.
 */
#ifndef NT_LIB_SECURITY_PRIVILEGE_H
#define NT_LIB_SECURITY_PRIVILEGE_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include <windows.h>
#include <winternl.h>

#include "os/credentials.h"

struct nt_token;

/* Their numbers are the low words of the LUIDs that Windows gives them. */
enum nt_privilege {
    NT_PRIVILEGE_LOCK_MEMORY = 4,    /* CAP_IPC_LOCK, or a member of vm.hugetlb_shm_group */
    NT_PRIVILEGE_SECURITY = 8,       /* root */
    NT_PRIVILEGE_TAKE_OWNERSHIP = 9, /* root */
    NT_PRIVILEGE_RESTORE = 18,       /* root */
    NT_PRIVILEGE_CHANGE_NOTIFY = 23, /* everyone; enabled from the start */
    NT_PRIVILEGE_CREATE_GLOBAL = 30, /* everyone, and the machine's broker has its own rule;
                                        enabled from the start */
    NT_PRIVILEGE_RELABEL = 32,       /* root */
};

#define NT_PRIVILEGES_MOST 7 /* that one token holds */

/* What is enabled and what was removed for good is one word, so that an adjustment is one step for
 * every other thread. */
typedef _Atomic uint32_t nt_privileges_word;

#define NT_PRIVILEGES_AT_FIRST (1u << 4 | 1u << 5) /* rows of privilege.c */

/** nt_privilege_in_force() - held and enabled in the calling thread's token: large pages ask it
 * (7.48) */
bool nt_privilege_in_force(enum nt_privilege privilege);

/** nt_privileges_in_force() - of a token that stands for @who: enum nt_in_force (rtl/identity.h) */
uint32_t nt_privileges_in_force(const nt_privileges_word *word,
                                const struct nt_os_credentials *who);
/** nt_privileges_disabled() - enum nt_in_force: those that are not enabled, held or not */
uint32_t nt_privileges_disabled(const nt_privileges_word *word);

/**
 * nt_privileges_list() - those that are held, by number, with SE_PRIVILEGE_ attributes
 * @ret_list: room for NT_PRIVILEGES_MOST
 *
 * Return: how many.
 */
ULONG nt_privileges_list(const nt_privileges_word *word, const struct nt_os_credentials *who,
                         LUID_AND_ATTRIBUTES *ret_list);

/** nt_privilege_is_enabled() - one that is held and enabled, by its LUID */
bool nt_privilege_is_enabled(const nt_privileges_word *word, const struct nt_os_credentials *who,
                             LUID luid);

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
 * @ret_changed: whether anything is another than it was
 *
 * Return: STATUS_SUCCESS; STATUS_NOT_ALL_ASSIGNED, a success: some are not held and the others are
 * as wanted; STATUS_BUFFER_TOO_SMALL, and nothing has changed.
 */
NTSTATUS nt_privileges_adjust(nt_privileges_word *word, const struct nt_os_credentials *who,
                              const struct nt_privileges_change *change, bool *ret_changed);

#endif
