/* SPDX-License-Identifier: MIT */
/*
 * Handles that stand for the program's own descriptors: the standard ones, and those that pass
 * between <io.h> and CreateFile. For each descriptor there is at most one such handle. It borrows
 * the descriptor by its number; when another file is found under the number, the handle is made
 * anew.
 */
#ifndef NT_LIB_FILE_DESCRIPTOR_H
#define NT_LIB_FILE_DESCRIPTOR_H

#include <windows.h>
#include <winternl.h>

/**
 * nt_descriptor_handle() - the handle of a descriptor, which keeps it
 *
 * Return: STATUS_SUCCESS; STATUS_INVALID_HANDLE when @fd is not open; STATUS_NO_MEMORY.
 */
NTSTATUS nt_descriptor_handle(int fd, HANDLE *ret_handle);

/**
 * nt_descriptor_give() - let the program have a handle's own descriptor
 * @ret_fd: the caller's from now on; the handle borrows it
 *
 * Return: STATUS_SUCCESS; STATUS_INVALID_HANDLE for a handle that has none to give;
 * STATUS_OBJECT_TYPE_MISMATCH; STATUS_NO_MEMORY.
 */
NTSTATUS nt_descriptor_give(HANDLE handle, int *ret_fd);

/** nt_std_handle() - @index 0, 1, 2; NULL when the descriptor is closed */
NTSTATUS nt_std_handle(unsigned index, HANDLE *ret_handle);
void nt_std_set_handle(unsigned index, HANDLE handle);

#endif
