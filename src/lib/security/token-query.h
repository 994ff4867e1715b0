/* SPDX-License-Identifier: MIT */
/*
 * What tokens tell (GetTokenInformation), and what can be set in them (SetTokenInformation).
 */
#ifndef NT_LIB_SECURITY_TOKEN_QUERY_H
#define NT_LIB_SECURITY_TOKEN_QUERY_H

#include "lib/security/token.h"

/**
 * nt_token_query() - what @token says
 * @ret_length: bytes written or needed
 *
 * Return: STATUS_SUCCESS; STATUS_BUFFER_TOO_SMALL; STATUS_INVALID_INFO_CLASS;
 * STATUS_NOT_SUPPORTED for what Windows would tell and this library does not; STATUS_NOT_FOUND;
 * STATUS_NO_MEMORY.
 */
NTSTATUS nt_token_query(struct nt_token *token, TOKEN_INFORMATION_CLASS what, void *buffer,
                        ULONG size, ULONG *ret_length);

/** nt_token_access_for_set() - rights that a change of @what takes */
ACCESS_MASK nt_token_access_for_set(TOKEN_INFORMATION_CLASS what);

/**
 * nt_token_set() - owner, primary group and DACL of what is created, and a lower integrity level
 *
 * Return: STATUS_SUCCESS; STATUS_INFO_LENGTH_MISMATCH; STATUS_INVALID_OWNER,
 * STATUS_INVALID_PRIMARY_GROUP, STATUS_INVALID_ACL, STATUS_INVALID_SID, STATUS_INVALID_LABEL;
 * STATUS_PRIVILEGE_NOT_HELD for a higher level or another session; STATUS_NOT_SUPPORTED for no
 * default DACL at all; STATUS_INVALID_INFO_CLASS for what cannot be set; STATUS_NO_MEMORY.
 */
NTSTATUS nt_token_set(struct nt_token *token, TOKEN_INFORMATION_CLASS what, const void *buffer,
                      ULONG size);

/** nt_token_default_dacl() - of what @identity creates, where nothing else was set (13.12)
 * @ret_dacl: malloc'ed */
NTSTATUS nt_token_default_dacl(struct nt_token *token, const struct nt_identity *identity,
                               ACL **ret_dacl);

/**
 * nt_token_has_privileges() - PrivilegeCheck: marks in @set those that are in force
 * @set: PRIVILEGE_SET_ALL_NECESSARY, or one is enough
 */
NTSTATUS nt_token_has_privileges(struct nt_token *token, PRIVILEGE_SET *set, bool *ret_has);

struct nt_privileges_change;
/** nt_token_adjust() - as nt_privileges_adjust() (privilege.h) */
NTSTATUS nt_token_adjust(struct nt_token *token, const struct nt_privileges_change *change);

/**
 * nt_token_duplicate() - DuplicateTokenEx
 *
 * Return: STATUS_SUCCESS; STATUS_BAD_IMPERSONATION_LEVEL for more than the token has;
 * STATUS_INVALID_PARAMETER; STATUS_NO_MEMORY.
 */
NTSTATUS nt_token_duplicate(struct nt_token *token, TOKEN_TYPE type,
                            SECURITY_IMPERSONATION_LEVEL level, struct nt_token **ret_token);

/** nt_token_type_of(), nt_token_level_of() - primary or not, and how much may be done with it */
TOKEN_TYPE nt_token_type_of(const struct nt_token *token);
SECURITY_IMPERSONATION_LEVEL nt_token_level_of(const struct nt_token *token);

#endif
