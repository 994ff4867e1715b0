/* SPDX-License-Identifier: MIT */
/*
 * The system's database of users and groups (passwd, group, and what nsswitch.conf adds). A part of
 * os.h, with the same rules. The C library may open files and talk to other processes for an
 * answer, so nothing that holds a lock asks.
 */
#ifndef NT_OS_ACCOUNTS_H
#define NT_OS_ACCOUNTS_H

#include <stddef.h>
#include <stdint.h>

#define NT_OS_ACCOUNT_NAME_SIZE 257

/** nt_os_user_name(), nt_os_group_name() - of a number. 0; -ENOENT: nobody has it; -ENOMEM, -EIO */
int nt_os_user_name(uint32_t uid, char name[static NT_OS_ACCOUNT_NAME_SIZE]);
int nt_os_group_name(uint32_t gid, char name[static NT_OS_ACCOUNT_NAME_SIZE]);
/** nt_os_user_number(), nt_os_group_number() - of a name, in its very case. The same errors */
int nt_os_user_number(const char *name, uint32_t *ret_uid);
int nt_os_group_number(const char *name, uint32_t *ret_gid);

/**
 * nt_os_user_groups() - the groups that a user is in
 * @ret_gid:    the one of its entry
 * @ret_groups: all of them; malloc'ed
 *
 * Return: as nt_os_user_name().
 */
int nt_os_user_groups(uint32_t uid, uint32_t *ret_gid, uint32_t **ret_groups, size_t *ret_n);

#endif
