/* SPDX-License-Identifier: MIT */
/*
 * Tokens of threads: set by SetThreadToken and its kin, taken away by RevertToSelf or with the end
 * of the thread. A thread whose kernel credentials were changed for it alone has none, and is found
 * to differ from the process when somebody asks (OpenThreadToken).
 */
#ifndef NT_LIB_SECURITY_THREAD_TOKEN_H
#define NT_LIB_SECURITY_THREAD_TOKEN_H

#include "lib/security/token.h"

/** nt_thread_token() - the calling thread's, borrowed; NULL when it has none */
struct nt_token *nt_thread_token(void);

/**
 * nt_thread_token_set() - it uses @token from now on; NULL: none
 *
 * Takes an open of its own. Return: STATUS_SUCCESS; STATUS_BAD_TOKEN_TYPE for a primary one;
 * STATUS_CANNOT_IMPERSONATE when the kernel takes the thread for somebody else; STATUS_NO_MEMORY.
 */
NTSTATUS nt_thread_token_set(struct nt_token *token);

/**
 * nt_thread_token_open() - one open of the calling thread's
 *
 * Return: STATUS_SUCCESS; STATUS_NO_TOKEN when it is whom the process is;
 * STATUS_CANT_OPEN_ANONYMOUS; STATUS_NO_MEMORY.
 */
NTSTATUS nt_thread_token_open(struct nt_token **ret_token);

/** nt_thread_tokens_forked() - in a forked child: the parent's other threads are not here */
void nt_thread_tokens_forked(void);
/** nt_thread_tokens_renew() - the same in a child made behind pthread_atfork */
void nt_thread_tokens_renew(void);

#endif
