/* SPDX-License-Identifier: MIT */
/*
 * Accounts: SIDs and their names. Users and groups are the system's: the user bob is
 * "Unix User\bob", S-1-22-1-UID, the group staff is "Unix Group\staff", S-1-22-2-GID. Besides them
 * there are the well-known ones (rtl/well-known.h).
 */
#ifndef NT_LIB_SECURITY_ACCOUNTS_H
#define NT_LIB_SECURITY_ACCOUNTS_H

#include "rtl/identity.h"

#define NT_ACCOUNT_SIZE 264

struct nt_account {
    char domain[NT_ACCOUNT_SIZE]; /* UTF-8; may be empty */
    char name[NT_ACCOUNT_SIZE];
    SID_NAME_USE use;
};

/** nt_account_of_sid() - STATUS_NONE_MAPPED, STATUS_NO_MEMORY, STATUS_INSUFFICIENT_RESOURCES... */
NTSTATUS nt_account_of_sid(const SID *sid, struct nt_account *ret_account);

/**
 * nt_account_by_name() - "bob", "Unix User\bob", "COMPUTER\bob", "BUILTIN\Users", "BUILTIN"
 * @ret_account: how it is spelt, and its domain
 *
 * A name alone is first a well-known one, then a user's, then a group's. Well-known names and
 * domains do not heed case; those of users and groups do. Return: as nt_account_of_sid().
 */
NTSTATUS nt_account_by_name(const char *name, struct nt_sid *ret_sid,
                            struct nt_account *ret_account);

/**
 * nt_account_identity() - who a user is, with the groups that the database gives it
 * @ret_identity: nt_identity_deinit() it
 *
 * Return: as nt_account_of_sid(); STATUS_NONE_MAPPED also when @sid is no user's.
 */
NTSTATUS nt_account_identity(const SID *sid, struct nt_identity *ret_identity);

/** nt_account_own() - the SID of the caller's user */
void nt_account_own(struct nt_sid *ret_sid);

#endif
