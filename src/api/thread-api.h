/* SPDX-License-Identifier: MIT */
/*
 * What the functions on threads share.
 */
#ifndef NT_API_THREAD_API_H
#define NT_API_THREAD_API_H

#include "lib/thread/thread.h"

/** nt_api_thread_to_query() - nt_thread_find() with either of the query rights */
NTSTATUS nt_api_thread_to_query(HANDLE handle, struct nt_thread **ret_thread);
/**
 * nt_api_thread_is_self() - whether a handle is the calling thread's
 *
 * Return: STATUS_SUCCESS; STATUS_NOT_SUPPORTED: another thread's; as nt_thread_find().
 */
NTSTATUS nt_api_thread_is_self(HANDLE handle, ACCESS_MASK access);
/** nt_api_thread_closep() - for NT_CLEANUP; NULL is allowed */
void nt_api_thread_closep(struct nt_thread **thread);

#endif
