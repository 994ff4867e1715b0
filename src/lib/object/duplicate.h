/* SPDX-License-Identifier: MIT */
/*
 * Copies of handles between any two processes (12.7 to 12.25).
 */
#ifndef NT_LIB_OBJECT_DUPLICATE_H
#define NT_LIB_OBJECT_DUPLICATE_H

#include "lib/object/object.h"

/**
 * nt_duplicate() - NtDuplicateObject
 * @source_process, @target_process: handles with PROCESS_DUP_HANDLE; GetCurrentProcess() too. The
 *              target may be NULL when nobody wants the copy (12.16)
 * @access, @attributes, @options: as nt_handle_duplicate()
 * @ret_handle: the target's handle; may be NULL
 *
 * A copy into another process lies in its mailbox until that process uses it; a copy out of one is
 * made by its service thread. With DUPLICATE_CLOSE_SOURCE the source is closed also when the copy
 * fails (12.21), unless it is not known which process it is of.
 *
 * Return: as nt_handle_duplicate(), nt_process_find(), nt_client_push() and nt_service_take();
 * STATUS_NOT_SUPPORTED for an object that cannot leave its process.
 */
NTSTATUS nt_duplicate(HANDLE source_process, HANDLE source, HANDLE target_process,
                      ACCESS_MASK access, ULONG attributes, ULONG options, HANDLE *ret_handle);

#endif
