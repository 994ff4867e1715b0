/* SPDX-License-Identifier: MIT */
/*
 * Tokens. A process has one, which every handle to it means; threads have none of their own, since
 * nobody is impersonated. What the token says of privileges is in privilege.h.
 */
#ifndef NT_LIB_PROCESS_TOKEN_H
#define NT_LIB_PROCESS_TOKEN_H

#include "lib/object/object.h"

extern const struct nt_object_type nt_token_type;

/**
 * nt_token_open() - a handle to this process's token
 * @access: generic bits and MAXIMUM_ALLOWED are mapped here
 *
 * Return: STATUS_SUCCESS; STATUS_ACCESS_DENIED, also for no right at all; the table's errors.
 */
NTSTATUS nt_token_open(ACCESS_MASK access, ULONG attributes, HANDLE *ret_handle);

/**
 * nt_token_check() - does @handle mean the token, with these rights?
 *
 * The pseudo handles of GetCurrentProcessToken() and its kin may ask (TOKEN_QUERY and
 * TOKEN_QUERY_SOURCE), no more. Return: STATUS_SUCCESS; STATUS_INVALID_HANDLE,
 * STATUS_OBJECT_TYPE_MISMATCH, STATUS_ACCESS_DENIED; STATUS_NO_TOKEN for the thread's.
 */
NTSTATUS nt_token_check(HANDLE handle, ACCESS_MASK access);

/**
 * nt_token_query() - GetTokenInformation
 * @ret_length: bytes written or needed
 *
 * Return: STATUS_SUCCESS; STATUS_BUFFER_TOO_SMALL; STATUS_INVALID_INFO_CLASS;
 * STATUS_NOT_SUPPORTED for what Windows would tell and this library does not.
 */
NTSTATUS nt_token_query(TOKEN_INFORMATION_CLASS what, void *buffer, ULONG size, ULONG *ret_length);

/**
 * nt_token_has() - PrivilegeCheck: marks in @set those that are in force
 * @set: PRIVILEGE_SET_ALL_NECESSARY, or one is enough
 */
bool nt_token_has(PRIVILEGE_SET *set);

#endif
