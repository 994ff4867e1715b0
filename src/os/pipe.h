/* SPDX-License-Identifier: MIT */
/*
 * Pipes as files: how much lies in one, and a look at it that takes nothing away. Part of the seam
 * os.h. Every function returns 0 or -errno, hides EINTR, and writes its outputs only on success.
 */
#ifndef NT_OS_PIPE_H
#define NT_OS_PIPE_H

#include <stddef.h>

/** nt_os_pipe_set_room() - at least @size bytes, as far as the user's limit goes; never fails */
void nt_os_pipe_set_room(int fd, size_t size);

/**
 * nt_os_pipe_peek() - the first bytes of a pipe or socket, which stay there
 * @buffer, @size: room for them; 0 for none
 * @ret_done:      bytes copied
 * @ret_waiting:   bytes that lie there
 *
 * Never waits. Return: -EPIPE when nothing is left and nobody can write any more; -EINVAL for what
 * is neither.
 */
int nt_os_pipe_peek(int fd, void *buffer, size_t size, size_t *ret_done, size_t *ret_waiting);

#endif
