/* SPDX-License-Identifier: MIT */
/*
 * Anonymous pipes: two files over the kernel's own.
 */
#ifndef NT_LIB_FILE_PIPE_H
#define NT_LIB_FILE_PIPE_H

#include "lib/file/file.h"

/**
 * nt_pipe_create() - both ends of a new pipe
 * @size:       bytes that it should hold without its writer waiting; 0 for the kernel's choice
 * @attributes: OBJ_INHERIT, of both handles
 *
 * Return: STATUS_SUCCESS; STATUS_TOO_MANY_OPENED_FILES, STATUS_NO_MEMORY; the handle table's.
 */
NTSTATUS nt_pipe_create(size_t size, ULONG attributes, HANDLE *ret_read, HANDLE *ret_write);

/**
 * nt_pipe_peek() - the first bytes of a pipe, which stay there
 * @ret_done:    bytes copied to @buffer
 * @ret_waiting: bytes that lie there
 *
 * Return: STATUS_SUCCESS; STATUS_PIPE_BROKEN when nothing is left and nobody writes any more;
 * STATUS_INVALID_DEVICE_REQUEST for what is no pipe; the handle's errors.
 */
NTSTATUS nt_pipe_peek(HANDLE handle, void *buffer, size_t size, size_t *ret_done,
                      size_t *ret_waiting);

#endif
